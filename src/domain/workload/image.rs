//! Names of images, taken apart.

/// An image's repository and what pins its version.
fn split(image: &str) -> (&str, Option<&str>, Option<&str>) {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    // A colon before the last slash is a registry's port.
    let path = name.rfind('/').map_or(0, |slash| slash + 1);
    match name.get(path..).and_then(|last| last.find(':')) {
        Some(colon) => {
            let repository = name.get(..path + colon).unwrap_or(name);
            (repository, name.get(path + colon + 1..), digest)
        }
        None => (name, None, digest),
    }
}

/// The tag of an image: `1.4.2`; without one the beginning of its digest, `sha256:0123456789ab`;
/// without either `latest`, as every registry takes it.
pub fn tag(image: &str) -> &str {
    /// What people compare of a digest: its algorithm and twelve digits.
    const DIGEST: usize = "sha256:".len() + 12;
    match split(image) {
        (_, Some(tag), _) => tag,
        (_, None, Some(digest)) => digest.get(..DIGEST).unwrap_or(digest),
        (_, None, None) => "latest",
    }
}

/// The last part of an image's name: `app` of `registry.example:5000/team/app:1.2`.
pub fn short_name(image: &str) -> &str {
    let (repository, ..) = split(image);
    repository.rsplit('/').next().unwrap_or(repository)
}

/// Whether two names mean the same version of the same image, perhaps from different registries.
pub fn is_same_version(one: &str, other: &str) -> bool {
    let (_, tag, digest) = split(one);
    let (_, other_tag, other_digest) = split(other);
    let is_pinned = digest.is_some() && other_digest.is_some();
    short_name(one) == short_name(other)
        && if is_pinned {
            digest == other_digest
        } else {
            tag.or(digest) == other_tag.or(other_digest)
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_behind_ports_paths_and_digests() {
        for (image, expected, name) in [
            ("app", "latest", "app"),
            ("app:1.4", "1.4", "app"),
            ("registry.example:5000/team/app", "latest", "app"),
            ("registry.example:5000/team/app:1.4", "1.4", "app"),
            ("registry.example/app:1.4@sha256:0123456789abcdef", "1.4", "app"),
            ("registry.example/app@sha256:0123456789abcdef", "sha256:0123456789ab", "app"),
            ("app@odd", "odd", "app"),
            ("", "latest", ""),
            ("ä@ä:ä/", "ä:ä/", "ä"),
        ] {
            assert_eq!((tag(image), short_name(image)), (expected, name), "{image}");
        }
    }

    #[test]
    fn versions_are_compared_across_registries() {
        assert!(is_same_version("a.example/x/app:1", "b.example/app:1"));
        assert!(!is_same_version("a.example/app:1", "a.example/app:2"));
        assert!(!is_same_version("a.example/app:1", "a.example/web:1"));
        assert!(is_same_version("app:1@sha256:aa", "app:stable@sha256:aa"));
        assert!(!is_same_version("app:1@sha256:aa", "app:1@sha256:bb"));
    }
}
