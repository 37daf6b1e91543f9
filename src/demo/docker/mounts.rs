//! What containers mount, and the volumes that come into being by that.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::demo::docker::Engine;
use crate::demo::docker::http::labels;

/// Where the images want volumes.
const IMAGE_VOLUMES: [&str; 2] = ["/data/configdb", "/data/db"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// `None` for a folder of the host.
    pub(super) volume: Option<String>,
    pub(super) source: String,
    pub(super) target: String,
}

impl Engine {
    /// What a container mounts; volumes that are not there yet are made.
    pub(super) fn mount(&mut self, request: &Value, now: Timestamp) -> Vec<Mount> {
        let mut mounts = Vec::new();
        let listed = |at: &str| request.pointer(at).and_then(Value::as_array).into_iter().flatten();
        for mount in listed("/HostConfig/Mounts") {
            let text =
                |key: &str| mount.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (source, target) = (text("Source"), text("Target"));
            let volume = (text("Type") == "volume").then(|| {
                let labels = labels(mount.pointer("/VolumeOptions/Labels"));
                self.mounted(&source, labels, now)
            });
            mounts.push(Mount { source: volume.clone().unwrap_or(source), volume, target });
        }
        for bind in listed("/HostConfig/Binds").filter_map(Value::as_str) {
            let mut parts = bind.split(':');
            let (source, target) =
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let is_volume = !source.starts_with('/');
            let volume = is_volume.then(|| self.mounted(source, BTreeMap::new(), now));
            mounts.push(Mount { volume, source: source.to_owned(), target: target.to_owned() });
        }
        let own = request.get("Volumes").and_then(Value::as_object).into_iter().flatten();
        let own: Vec<String> = own.map(|(target, _)| target.clone()).collect();
        for target in IMAGE_VOLUMES.map(str::to_owned).into_iter().chain(own) {
            if mounts.iter().all(|mount| mount.target != target) {
                let name = self.mounted("", BTreeMap::new(), now);
                mounts.push(Mount { volume: Some(name.clone()), source: name, target });
            }
        }
        mounts
    }

    /// The name of a volume that is there; without a name it is one that nobody named.
    fn mounted(&mut self, name: &str, labels: BTreeMap<String, String>, now: Timestamp) -> String {
        let is_anonymous = name.is_empty();
        let name = if is_anonymous { self.next_id() } else { name.to_owned() };
        let volume = self.volume(&name, labels, now);
        volume.is_anonymous |= is_anonymous;
        name
    }
}
