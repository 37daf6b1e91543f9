//! Volumes.

use std::collections::BTreeMap;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::docker::http::{Answer, Query, Refused, empty, has_label, json_with, labels, ok};
use crate::demo::docker::{DockerServer, Engine};

#[derive(Debug, Clone)]
pub(super) struct Volume {
    created: Timestamp,
    labels: BTreeMap<String, String>,
    pub(super) is_anonymous: bool,
}

impl DockerServer {
    pub(super) fn create_volume(&self, request: &Value) -> Answer {
        let mut engine = self.engine();
        let name = match request.get("Name").and_then(Value::as_str) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => engine.next_id(),
        };
        let volume = engine.volume(&name, labels(request.get("Labels")), (self.clock)());
        json_with(StatusCode::CREATED, &shown(&name, volume))
    }

    pub(super) fn list_volumes(&self, query: &Query) -> Answer {
        let (wanted, names) = (query.filter("label"), query.filter("name"));
        let engine = self.engine();
        let found = engine.volumes.iter().filter(|(name, volume)| {
            wanted.iter().all(|label| has_label(&volume.labels, label))
                && (names.is_empty() || names.iter().any(|part| name.contains(part)))
        });
        let shown: Vec<Value> = found.map(|(name, volume)| shown(name, volume)).collect();
        ok(&json!({"Volumes": shown, "Warnings": null}))
    }

    pub(super) fn inspect_volume(&self, name: &str) -> Answer {
        match self.engine().volumes.get(name) {
            Some(volume) => ok(&shown(name, volume)),
            None => Err(no_such_volume(name)),
        }
    }

    pub(super) fn remove_volume(&self, name: &str, query: &Query) -> Answer {
        let mut engine = self.engine();
        let mut users = engine.containers.iter().filter(|it| it.uses_volume(name));
        if let Some(user) = users.next() {
            let message = format!("remove {name}: volume is in use - [{}]", user.id);
            return Err(Refused::conflict(message));
        }
        match engine.volumes.remove(name) {
            None if !query.is_set("force") => Err(no_such_volume(name)),
            _ => empty(StatusCode::NO_CONTENT),
        }
    }
}

impl Engine {
    /// The volume of this name, made if it is not there.
    pub(super) fn volume(
        &mut self,
        name: &str,
        labels: BTreeMap<String, String>,
        now: Timestamp,
    ) -> &mut Volume {
        self.volumes.entry(name.to_owned()).or_insert(Volume {
            created: now,
            labels,
            is_anonymous: false,
        })
    }
}

fn no_such_volume(name: &str) -> Refused {
    Refused::not_found(format!("get {name}: no such volume"))
}

fn shown(name: &str, volume: &Volume) -> Value {
    json!({
        "Name": name,
        "Driver": "local",
        "Mountpoint": format!("/var/lib/docker/volumes/{name}/_data"),
        "CreatedAt": volume.created.to_string(),
        "Labels": volume.labels,
        "Scope": "local",
        "Options": null,
    })
}
