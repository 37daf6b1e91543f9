//! The image that a sandbox runs: what is known of it, and whether this engine can run it.

use bollard::models::ImageInspect;

use crate::adapters::docker::refusal::{is_missing, refused};
use crate::adapters::docker::{Docker, EngineFacts};
use crate::adapters::error::AdapterError;

/// What the engine knows about an image that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFacts {
    /// As it was asked for: `mongo:4.2`.
    pub name: String,
    /// The image's own hash; a sandbox runs exactly this one.
    pub id: String,
    /// As a registry names it: `mongo@sha256:…`; `None` for an image that came from no registry.
    pub digest: Option<String>,
    /// As registries name it: `amd64`, `arm64`.
    pub architecture: String,
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
}

impl ImageFacts {
    /// Whether the engine's processor is the one that the image is made for.
    pub fn runs_on(&self, engine: &EngineFacts) -> bool {
        registry_name(&self.architecture) == registry_name(&engine.architecture)
    }
}

/// `x86_64` and `amd64` are one architecture, and so are `aarch64` and `arm64`.
fn registry_name(architecture: &str) -> &str {
    match architecture {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

impl Docker {
    /// The image called `name`, if the engine holds it.
    pub async fn image(&self, name: &str) -> Result<Option<ImageFacts>, AdapterError> {
        match self.client.inspect_image(name).await {
            Ok(found) => Ok(Some(facts(name, found))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(refused("looking for the image", name, error)),
        }
    }
}

fn facts(name: &str, found: ImageInspect) -> ImageFacts {
    let config = found.config.unwrap_or_default();
    ImageFacts {
        name: name.to_owned(),
        id: found.id.unwrap_or_else(|| name.to_owned()),
        digest: found.repo_digests.unwrap_or_default().into_iter().next(),
        architecture: found.architecture.unwrap_or_default(),
        entrypoint: config.entrypoint.unwrap_or_default(),
        command: config.cmd.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn architectures_have_two_names_each() {
        for (one, other, same) in
            [("amd64", "x86_64", true), ("arm64", "aarch64", true), ("amd64", "aarch64", false)]
        {
            assert_eq!(registry_name(one) == registry_name(other), same, "{one} {other}");
        }
    }

    #[test]
    fn an_image_that_was_never_pulled_has_no_digest() {
        let found = ImageInspect { id: Some("sha256:1".to_owned()), ..ImageInspect::default() };
        let facts = facts("local/mongo", found);
        assert_eq!((facts.id.as_str(), facts.digest), ("sha256:1", None));
    }
}
