//! One object of a cluster: read whole with its events, or changed.

use std::sync::Arc;

use jiff::Timestamp;

use crate::adapters::kubernetes::deeds;
use crate::adapters::kubernetes::read::{self, Address};
use crate::app::effect::{ObjectKind, ObjectRef};
use crate::app::message::RawObject;
use crate::domain::deed::Deed;
use crate::domain::failure::Failure;
use crate::domain::news::Kind;
use crate::domain::pod::Uid;
use crate::runtime::console::connect::{Lapse, Line};

/// The namespace in which events about nodes are kept.
const OF_NODES: &str = "default";

/// Reads an object, and what was reported of it; that the events are forbidden hides no object.
pub(super) async fn read(line: &Line, object: &ObjectRef) -> Result<RawObject, Failure> {
    let cluster = line.cluster().await?;
    let address = Address {
        kind: kind(object.kind),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
    };
    let json = read::object(&cluster, &address).await.map_err(Lapse::from)?;
    let uid = json.pointer("/metadata/uid").and_then(serde_json::Value::as_str).unwrap_or_default();
    let namespace = object.namespace.clone().unwrap_or_else(|| Arc::from(OF_NODES));
    let (events, events_failure) =
        match read::events_of(&cluster, &namespace, &Uid(Arc::from(uid))).await {
            Ok(events) => (events.into_iter().map(Arc::new).collect(), None),
            Err(refusal) => (Vec::new(), Some(Failure::from(refusal))),
        };
    Ok(RawObject { json, events, events_failure })
}

/// Changes a cluster; what it answered.
pub(super) async fn perform(line: &Line, deed: &Deed, now: Timestamp) -> Result<String, Failure> {
    let cluster = line.cluster().await?;
    Ok(deeds::perform(&cluster, deed, now).await.map_err(Lapse::from)?)
}

const fn kind(kind: ObjectKind) -> Kind {
    match kind {
        ObjectKind::Pod => Kind::Pod,
        ObjectKind::Deployment => Kind::Deployment,
        ObjectKind::StatefulSet => Kind::StatefulSet,
        ObjectKind::DaemonSet => Kind::DaemonSet,
        ObjectKind::Job => Kind::Job,
        ObjectKind::CronJob => Kind::CronJob,
        ObjectKind::Node => Kind::Node,
    }
}
