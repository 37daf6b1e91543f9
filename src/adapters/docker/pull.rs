//! Pulls an image: progress over its layers, and registries' refusals in our sentences.

use std::collections::HashMap;

use bollard::errors::Error;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::TryStreamExt;

use crate::adapters::docker::Docker;
use crate::adapters::docker::image::ImageFacts;
use crate::adapters::docker::refusal::{Meaning, meaning};
use crate::adapters::error::AdapterError;
use crate::domain::failure::FailureKind;
use crate::domain::units::ByteSize;

/// How far a pull is. `total` grows while the sizes of layers become known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PullProgress {
    pub layers: usize,
    pub layers_done: usize,
    pub done: ByteSize,
    pub total: ByteSize,
}

impl Docker {
    /// Pulls `name` and tells `observe` of each step; dropping the future ends the pull.
    pub async fn pull(
        &self,
        name: &str,
        observe: &(dyn Fn(PullProgress) + Sync),
    ) -> Result<ImageFacts, AdapterError> {
        let (repository, tag) = repository_and_tag(name);
        let options = CreateImageOptionsBuilder::default().from_image(repository).tag(tag).build();
        let mut steps = Box::pin(self.client.create_image(Some(options), None, None));
        let mut layers = Layers::default();
        while let Some(step) = steps.try_next().await.map_err(|error| pull_refused(name, error))? {
            if let Some(progress) = layers.apply(step) {
                observe(progress);
            }
        }
        self.image(name).await?.ok_or_else(|| {
            Meaning::new(FailureKind::Missing, "the pull ended well, yet the image is not there")
                .of("pulling", name, None)
        })
    }
}

/// Splits off the tag or digest; without either the engine would pull every tag there is.
fn repository_and_tag(name: &str) -> (&str, &str) {
    if let Some(at) = name.split_once('@') {
        return at;
    }
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (name, "latest"),
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Layer {
    done: u64,
    total: u64,
    is_done: bool,
}

/// The layers of one image, folded from the engine's reports.
#[derive(Debug, Default)]
struct Layers(HashMap<String, Layer>);

impl Layers {
    /// Takes one report; `None` when it was not about a layer.
    fn apply(&mut self, step: CreateImageInfo) -> Option<PullProgress> {
        let (id, status) = (step.id?, step.status?);
        let is_news = matches!(
            status.as_str(),
            "Pulling fs layer"
                | "Waiting"
                | "Downloading"
                | "Verifying Checksum"
                | "Download complete"
                | "Extracting"
                | "Pull complete"
                | "Already exists"
        );
        if !is_news {
            return None;
        }
        let layer = self.0.entry(id).or_default();
        let bytes = |number: Option<i64>| number.and_then(|it| u64::try_from(it).ok());
        match status.as_str() {
            "Downloading" => {
                let detail = step.progress_detail.unwrap_or_default();
                layer.total = bytes(detail.total).unwrap_or(0).max(layer.total);
                layer.done = bytes(detail.current).unwrap_or(0).min(layer.total);
            }
            "Verifying Checksum" | "Download complete" | "Extracting" => layer.done = layer.total,
            "Pull complete" | "Already exists" => {
                layer.done = layer.total;
                layer.is_done = true;
            }
            _ => {}
        }
        Some(self.progress())
    }

    fn progress(&self) -> PullProgress {
        let layers = self.0.values();
        PullProgress {
            layers: self.0.len(),
            layers_done: layers.clone().filter(|layer| layer.is_done).count(),
            done: ByteSize(layers.clone().map(|layer| layer.done).sum()),
            total: ByteSize(layers.map(|layer| layer.total).sum()),
        }
    }
}

fn pull_refused(name: &str, error: Error) -> AdapterError {
    let text = match &error {
        Error::DockerResponseServerError { message, .. } => message,
        Error::DockerStreamError { error } => error,
        _ => "",
    };
    registry_said(name, text).unwrap_or_else(|| meaning(&error)).of("pulling", name, Some(error))
}

/// What the registry's words, handed on by the engine, mean.
fn registry_said(name: &str, text: &str) -> Option<Meaning> {
    let text = text.to_lowercase();
    let said = |words: &[&str]| words.iter().any(|words| text.contains(words));
    let by_hand =
        format!("run `docker pull {name}` once by hand: an image that is there is not pulled");
    let meaning = if said(&["toomanyrequests", "too many requests", "rate limit", "429"]) {
        Meaning::new(FailureKind::Denied, "the registry's rate limit is reached")
            .advise(format!("wait, name a mirror in `[drill] mirror`, or log in and {by_hand}"))
    } else if said(&["no matching manifest", "does not match the specified platform"]) {
        Meaning::new(FailureKind::Missing, "the image is not made for this engine's processor")
            .advise("name an image of this architecture in `[drill] image`, or use another engine")
    } else if said(&["x509", "certificate"]) {
        Meaning::new(
            FailureKind::Unreachable,
            "the engine does not trust the registry's certificate",
        )
        .advise("a proxy in between? the engine's host must trust its CA")
    } else if said(&[
        "unauthorized",
        "authentication required",
        "denied",
        "may require 'docker login'",
    ]) {
        Meaning::new(FailureKind::Denied, "the registry does not show this image without a login")
            .advise(format!("check the name; `docker login`, then {by_hand}"))
    } else if said(&["manifest unknown", "not found", "name unknown", "repository does not exist"])
    {
        Meaning::new(FailureKind::Missing, "the registry has no such image")
            .advise("check the name and the tag in `[drill] image` and `[drill] mirror`")
    } else if said(&[
        "no such host",
        "dial tcp",
        "timeout",
        "deadline exceeded",
        "connection refused",
        "network is unreachable",
        "proxyconnect",
        "eof",
    ]) {
        Meaning::new(FailureKind::Unreachable, "the engine cannot reach the registry").advise(
            "give the engine a way out or a proxy, name a mirror in `[drill] mirror`, or bring the \
             image with `docker load`",
        )
    } else {
        return None;
    };
    Some(meaning)
}

#[cfg(test)]
mod tests {
    use bollard::models::ProgressDetail;

    use super::*;

    fn step(id: &str, status: &str, bytes: Option<(i64, i64)>) -> CreateImageInfo {
        CreateImageInfo {
            id: Some(id.to_owned()),
            status: Some(status.to_owned()),
            progress_detail: bytes.map(|(current, total)| ProgressDetail {
                current: Some(current),
                total: Some(total),
            }),
            ..CreateImageInfo::default()
        }
    }

    #[test]
    fn the_tag_is_split_off_so_that_never_all_tags_are_pulled() {
        for (name, expected) in [
            ("mongo", ("mongo", "latest")),
            ("mongo:4.2", ("mongo", "4.2")),
            ("registry:5000/team/mongo", ("registry:5000/team/mongo", "latest")),
            ("registry:5000/mongo:7.0", ("registry:5000/mongo", "7.0")),
            ("mongo@sha256:ab", ("mongo", "sha256:ab")),
        ] {
            assert_eq!(repository_and_tag(name), expected, "{name}");
        }
    }

    #[test]
    fn layers_are_folded_into_bytes() {
        let mut layers = Layers::default();
        assert_eq!(layers.apply(step("4.2", "Pulling from library/mongo", None)), None);
        layers.apply(step("a", "Already exists", None));
        layers.apply(step("b", "Pulling fs layer", None));
        layers.apply(step("b", "Downloading", Some((10, 100))));
        let progress = layers.apply(step("c", "Downloading", Some((5, 50)))).unwrap();
        let expected =
            PullProgress { layers: 3, layers_done: 1, done: ByteSize(15), total: ByteSize(150) };
        assert_eq!(progress, expected);
        layers.apply(step("b", "Download complete", None));
        layers.apply(step("b", "Extracting", Some((7, 900))));
        layers.apply(step("b", "Pull complete", None));
        let progress = layers.apply(step("c", "Pull complete", None)).unwrap();
        assert_eq!(
            (progress.layers_done, progress.done, progress.total),
            (3, ByteSize(150), ByteSize(150))
        );
    }

    #[test]
    fn each_refusal_of_a_registry_has_its_sentence_and_a_next_step() {
        for (text, kind, words) in [
            (
                "toomanyrequests: You have reached your pull rate limit",
                FailureKind::Denied,
                "rate limit",
            ),
            (
                "manifest for mongo:9.9 not found: manifest unknown: manifest unknown",
                FailureKind::Missing,
                "no such image",
            ),
            (
                "no matching manifest for linux/arm64/v8 in the manifest list entries",
                FailureKind::Missing,
                "processor",
            ),
            (
                "pull access denied for x, repository does not exist or may require 'docker login'",
                FailureKind::Denied,
                "login",
            ),
            (
                "Get https://r/v2/: x509: certificate signed by unknown authority",
                FailureKind::Unreachable,
                "certificate",
            ),
            (
                "Get https://r/v2/: dial tcp: lookup r: no such host",
                FailureKind::Unreachable,
                "cannot reach",
            ),
        ] {
            let error = pull_refused("x", Error::DockerStreamError { error: text.to_owned() });
            assert_eq!(error.kind, kind, "{text}");
            assert!(error.reason.contains(words), "{text}: {}", error.reason);
            assert!(error.advice.is_some(), "{text}");
        }
    }
}
