//! What kubelets, registries and schedulers say, cut down to what says something.

use crate::domain::diagnosis::{short, with_cause};

/// A scheduler's message without what preemption would not help.
pub(super) fn unschedulable(message: &str) -> String {
    let message = message.split(" preemption:").next().unwrap_or_default();
    short(message)
}

/// Steps on the way to the registry's own words, which say nothing of what is wrong.
const STEPS: [&str; 8] = [
    "rpc error",
    "failed to pull and unpack image",
    "failed to resolve reference",
    "failed to resolve image",
    "Back-off pulling image",
    "Error response from daemon",
    "ErrImagePull",
    "Failed to pull image",
];

/// `image pull back-off: not found (registry/x:9)`.
pub(super) fn image_pull(reason: &str, message: Option<&str>, image: &str) -> String {
    let what = match reason {
        "ImagePullBackOff" => "image pull back-off".to_owned(),
        "ErrImagePull" => "image pull failed".to_owned(),
        "InvalidImageName" => "invalid image name".to_owned(),
        "ErrImageNeverPull" => "image is not on the node, and may not be pulled".to_owned(),
        other => short(other),
    };
    let said = short(&registry_words(message.unwrap_or_default(), image));
    if image.is_empty() || said.contains(image) {
        return with_cause(&what, &said);
    }
    format!("{} ({})", with_cause(&what, &said), short(image))
}

fn registry_words(message: &str, image: &str) -> String {
    let says_something = |part: &&str| {
        let is_step = STEPS.iter().any(|step| part.starts_with(step));
        // The image's name, with or without its registry, is said anyway.
        let is_image = !image.is_empty() && part.ends_with(image);
        !part.is_empty() && !is_step && !is_image
    };
    let message = message.rsplit("desc = ").next().unwrap_or_default();
    let parts: Vec<&str> = message.split(": ").map(str::trim).filter(says_something).collect();
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_quoted_without_the_way_to_it() {
        let image = "registry.example/app:9";
        for (message, expected) in [
            (
                "rpc error: code = NotFound desc = failed to pull and unpack image \
                 \"registry.example/app:9\": failed to resolve reference \
                 \"registry.example/app:9\": registry.example/app:9: not found",
                "image pull back-off: not found (registry.example/app:9)",
            ),
            (
                "Back-off pulling image \"registry.example/app:9\": ErrImagePull: failed to pull \
                 and unpack image \"registry.example/app:9\": failed to resolve reference \
                 \"registry.example/app:9\": pull access denied, repository does not exist or may \
                 require authorization: server message: insufficient_scope: authorization failed",
                "image pull back-off: pull access denied, repository does not exist or may require \
                 authorization: server message: insufficient_scope: authorization failed \
                 (registry.example/app:9)",
            ),
            (
                "Back-off pulling image \"registry.example/app:9\"",
                "image pull back-off (registry.example/app:9)",
            ),
            ("", "image pull back-off (registry.example/app:9)"),
        ] {
            assert_eq!(image_pull("ImagePullBackOff", Some(message), image), expected);
        }
        assert_eq!(image_pull("Odd\u{7}", None, ""), "Odd\u{fffd}");
    }

    #[test]
    fn a_scheduler_is_quoted_up_to_preemption() {
        let message = "0/6 nodes are available: 6 Insufficient cpu. preemption: 0/6 nodes are \
                       available: 6 No preemption victims found for incoming pod.";
        assert_eq!(unschedulable(message), "0/6 nodes are available: 6 Insufficient cpu");
    }
}
