//! Events as JSON, in the words of the core group and of their own.

use serde_json::{Value, json};

use crate::demo::kubernetes::object::{Event, Row, stamp, uid_text};
use crate::demo::kubernetes::resource::Resource;

pub(super) fn body(row: &Row, event: &Event, group: &str) -> Value {
    let about = &event.about;
    let resource = Resource::of(about.kind);
    let mut object = json!({
        "kind": resource.name,
        "namespace": &*about.key.namespace,
        "name": &*about.key.name,
        "uid": uid_text(about.uid),
        "apiVersion": resource.api_version(),
        "resourceVersion": row.version.to_string(),
    });
    if let (Some(field), Some(fields)) = (&about.field, object.as_object_mut()) {
        fields.insert("fieldPath".to_owned(), (**field).into());
    }
    let mut source = json!({"component": event.component});
    if let (Some(host), Some(fields)) = (&event.host, source.as_object_mut()) {
        fields.insert("host".to_owned(), (**host).into());
    }
    let kind = if event.is_warning { "Warning" } else { "Normal" };
    let (first, last) = (stamp(row.meta.created), stamp(event.last));
    let reporting = event.host.as_deref().unwrap_or_default();
    if group.is_empty() {
        json!({
            "involvedObject": object,
            "reason": event.reason,
            "message": &*event.message,
            "source": source,
            "firstTimestamp": first,
            "lastTimestamp": last,
            "count": event.count,
            "type": kind,
            "eventTime": null,
            "reportingComponent": event.component,
            "reportingInstance": reporting,
        })
    } else {
        json!({
            "regarding": object,
            "reason": event.reason,
            "note": &*event.message,
            "deprecatedSource": source,
            "deprecatedFirstTimestamp": first,
            "deprecatedLastTimestamp": last,
            "deprecatedCount": event.count,
            "type": kind,
            "eventTime": null,
            "reportingController": event.component,
            "reportingInstance": reporting,
        })
    }
}
