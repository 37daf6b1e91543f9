//! Images: which are here, and which can be pulled.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::demo::docker::http::{Answer, Query, Refused, growing, ok};
use crate::demo::docker::{DockerServer, Fault, hash};

/// Series that can be pulled, and the newest release of each.
const RELEASES: [(&str, &str); 9] = [
    ("3.6", "3.6.23"),
    ("4.0", "4.0.28"),
    ("4.2", "4.2.24"),
    ("4.4", "4.4.29"),
    ("5.0", "5.0.31"),
    ("6.0", "6.0.26"),
    ("7.0", "7.0.25"),
    ("8.0", "8.0.15"),
    ("8.2", "8.2.1"),
];
/// Sizes of the layers of an image, in MiB.
const LAYERS: [u64; 5] = [28, 1, 4, 190, 1];
/// How long a pull stays at each step.
const STEP: Duration = Duration::from_millis(15);

/// An image of a MongoDB server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) id: String,
    /// `mongo:4.2`; several when several were pulled.
    pub(super) tags: Vec<String>,
    /// `mongo@sha256:…`.
    digest: String,
    /// `4.2.24`.
    pub(super) version: String,
}

/// What a registry would give for a name.
pub(super) fn known(repository: &str, tag: &str) -> Option<Image> {
    let (series, version) = RELEASES.iter().rev().find(|(series, version)| {
        let major = series.split('.').next().unwrap_or_default();
        tag == *series
            || tag == *version
            || tag == major
            || tag == "latest"
            || tag == digest(version)
    })?;
    (familiar(repository) == "mongo").then(|| Image {
        id: format!("sha256:{}", hash(&format!("image {version}"))),
        tags: vec![format!("mongo:{}", if tag.starts_with("sha256:") { *series } else { tag })],
        digest: format!("mongo@{}", digest(version)),
        version: (*version).to_owned(),
    })
}

fn digest(version: &str) -> String {
    format!("sha256:{}", hash(&format!("manifest {version}")))
}

/// A name without the registry in front, where that is the usual one.
fn familiar(name: &str) -> &str {
    name.rsplit_once("library/").map_or(name, |(_, name)| name)
}

impl Image {
    fn is_called(&self, wanted: &str) -> bool {
        let name = familiar(wanted);
        let with_tag = if name.contains(':') { name.to_owned() } else { format!("{name}:latest") };
        let id = wanted.trim_start_matches("sha256:");
        self.tags.contains(&with_tag)
            || self.digest == name
            || (id.len() >= 6 && self.id.trim_start_matches("sha256:").starts_with(id))
    }

    fn size() -> u64 {
        LAYERS.iter().sum::<u64>() << 20
    }

    fn inspected(&self) -> Value {
        let series = self.version.rsplit_once('.').map_or("", |(series, _)| series);
        let layers = (0..LAYERS.len())
            .map(|layer| format!("sha256:{}", hash(&format!("layer {layer} of {}", self.version))));
        json!({
            "Id": self.id,
            "RepoTags": self.tags,
            "RepoDigests": [self.digest],
            "Created": "2026-10-01T00:00:00Z",
            "Architecture": "amd64",
            "Os": "linux",
            "Size": Self::size(),
            "Config": {
                "Cmd": ["mongod"],
                "Entrypoint": ["docker-entrypoint.sh"],
                "Env": [format!("MONGO_MAJOR={series}"), format!("MONGO_VERSION={}", self.version)],
                "ExposedPorts": {"27017/tcp": {}},
                "Volumes": {"/data/configdb": {}, "/data/db": {}},
                "Labels": {},
                "WorkingDir": "",
            },
            "RootFS": {"Type": "layers", "Layers": layers.collect::<Vec<_>>()},
        })
    }
}

impl DockerServer {
    /// An image that is here.
    pub(super) fn image(&self, name: &str) -> Result<Image, Refused> {
        let engine = self.engine();
        let found = engine.images.iter().find(|image| image.is_called(name));
        let found = found.filter(|_| self.fault() != Some(Fault::NoSuchImage)).cloned();
        found.ok_or_else(|| {
            let suffix = if name.contains(':') { "" } else { ":latest" };
            Refused::not_found(format!("No such image: {name}{suffix}"))
        })
    }

    pub(super) fn inspect_image(&self, name: &str) -> Answer {
        ok(&self.image(name)?.inspected())
    }

    pub(super) fn list_images(&self) -> Answer {
        let engine = self.engine();
        let here = engine.images.iter().filter(|_| self.fault() != Some(Fault::NoSuchImage));
        let listed = here.map(|image| {
            json!({
                "Id": image.id,
                "ParentId": "",
                "RepoTags": image.tags,
                "RepoDigests": [image.digest],
                "Created": 1_790_812_800,
                "Size": Image::size(),
                "SharedSize": -1,
                "Containers": -1,
                "Labels": {},
            })
        });
        ok(&Value::Array(listed.collect()))
    }

    pub(super) fn pull(self: &Arc<Self>, query: &Query) -> Answer {
        let from = query.get("fromImage").unwrap_or_default();
        let (repository, tag) = match (from.split_once('@'), query.get("tag")) {
            (Some(at), _) => at,
            (None, Some(tag)) => (from, tag),
            (None, None) => from.rsplit_once(':').unwrap_or((from, "latest")),
        };
        if self.fault() == Some(Fault::PullRefused) {
            let message = "toomanyrequests: You have reached your pull rate limit. You may increase the \
                           limit by authenticating and upgrading";
            return Err(Refused::new(StatusCode::INTERNAL_SERVER_ERROR, message));
        }
        if familiar(repository) != "mongo" {
            return Err(Refused::not_found(format!(
                "pull access denied for {repository}, repository does not exist or may require \
                 'docker login': denied: requested access to the resource is denied"
            )));
        }
        let image = known(repository, tag).filter(|_| self.fault() != Some(Fault::NoSuchImage));
        let Some(image) = image else {
            return Err(Refused::not_found(format!(
                "manifest for {repository}:{tag} not found: manifest unknown: manifest unknown"
            )));
        };
        let (lines, answer) = growing("application/json");
        let server = Arc::clone(self);
        let tag = tag.to_owned();
        self.spawn(async move {
            let digest = image.digest.clone();
            // A client that hangs up stops its pull.
            if report_pull(&lines, &image, &tag).await.is_none() {
                return;
            }
            let is_new = server.engine().add_image(image);
            let status = if is_new { "Downloaded newer image" } else { "Image is up to date" };
            let digest = digest.trim_start_matches("mongo@");
            line(&lines, &json!({"status": format!("Digest: {digest}")})).await;
            line(&lines, &json!({"status": format!("Status: {status} for mongo:{tag}")})).await;
        });
        answer
    }
}

impl super::Engine {
    /// Takes a pulled image; `false` when it was here already.
    fn add_image(&mut self, image: Image) -> bool {
        let Some(known) = self.images.iter_mut().find(|known| known.id == image.id) else {
            self.images.push(image);
            return true;
        };
        let before = known.tags.len();
        for tag in image.tags {
            if !known.tags.contains(&tag) {
                known.tags.push(tag);
            }
        }
        known.tags.len() > before
    }
}

/// Tells of each layer what the engine tells; `None` when nobody listens any more.
async fn report_pull(lines: &mpsc::Sender<Bytes>, image: &Image, tag: &str) -> Option<()> {
    line(lines, &json!({"status": "Pulling from library/mongo", "id": tag})).await?;
    let id = |layer: usize| {
        hash(&format!("layer {layer} of {}", image.version)).chars().take(12).collect::<String>()
    };
    for layer in 0..LAYERS.len() {
        line(lines, &json!({"status": "Pulling fs layer", "progressDetail": {}, "id": id(layer)}))
            .await?;
    }
    for (layer, mebibytes) in LAYERS.into_iter().enumerate() {
        let total = mebibytes << 20;
        for quarter in 1..=4 {
            tokio::time::sleep(STEP).await;
            let detail = json!({"current": total * quarter / 4, "total": total});
            let report =
                json!({"status": "Downloading", "progressDetail": detail, "id": id(layer)});
            line(lines, &report).await?;
        }
        for status in ["Verifying Checksum", "Download complete"] {
            line(lines, &json!({"status": status, "progressDetail": {}, "id": id(layer)})).await?;
        }
    }
    for (layer, mebibytes) in LAYERS.into_iter().enumerate() {
        tokio::time::sleep(STEP).await;
        let total = mebibytes << 20;
        let detail = json!({"current": total, "total": total});
        line(lines, &json!({"status": "Extracting", "progressDetail": detail, "id": id(layer)}))
            .await?;
        line(lines, &json!({"status": "Pull complete", "progressDetail": {}, "id": id(layer)}))
            .await?;
    }
    Some(())
}

async fn line(lines: &mpsc::Sender<Bytes>, value: &Value) -> Option<()> {
    lines.send(Bytes::from(format!("{value}\r\n"))).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_digests_and_ids_name_an_image() {
        let image = known("docker.example/library/mongo", "4.2").unwrap();
        assert_eq!(
            (image.version.as_str(), image.tags.as_slice()),
            ("4.2.24", &["mongo:4.2".to_owned()][..])
        );
        for name in ["mongo:4.2", "library/mongo:4.2", image.id.as_str(), image.digest.as_str()] {
            assert!(image.is_called(name), "{name}");
        }
        assert!(!image.is_called("mongo") && !image.is_called("mongo:4.20"));
        assert_eq!(known("mongo", "8").unwrap().version, "8.2.1");
        assert_eq!(known("mongo", "9.9"), None);
        assert_eq!(known("postgres", "8.0"), None);
    }
}
