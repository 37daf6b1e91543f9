//! What an API server answers.

use std::io::Read as _;

use flate2::read::GzDecoder;
use jiff::Timestamp;
use lifeboat::adapters::kubernetes::protobuf;
use lifeboat::adapters::kubernetes::split::{Splitter, first};
use lifeboat::adapters::kubernetes::wire::{List, ListMetadata, Wire as _, WirePod};
use lifeboat::domain::pod::Pod;
use lifeboat::domain::pod::diagnosis::diagnose;
use lifeboat::domain::pod::explanation::explain;
use lifeboat::domain::pod::printed::{gates_text, ip_text, node_text, printed};
use serde_json::Value;

/// A list of pods: each is judged and printed, whatever is missing of it.
pub fn pods(bytes: &[u8]) {
    let Ok(list) = serde_json::from_slice::<List<WirePod>>(bytes) else { return };
    for pod in list.items {
        look_at(&pod.into_row());
    }
}

fn look_at(pod: &Pod) {
    let now: Timestamp = "2026-11-20T09:30:00Z".parse().unwrap();
    let row = printed(pod);
    let texts = [row.ready_text(), row.restarts_text(now), gates_text(pod)];
    assert!(texts.iter().all(|text| !text.is_empty()));
    assert!(!ip_text(pod).is_empty() && !node_text(pod).is_empty());
    let diagnosis = diagnose(pod, None, now);
    drop(explain(&diagnosis, pod, Some("prod")));
}

/// The same of a list in protocol buffers; and what it says of itself does not depend on the pieces either.
pub fn messages(bytes: &[u8]) {
    let whole = split_messages(bytes, bytes.len().max(1));
    for size in [1, 3, 64] {
        assert_eq!(whole, split_messages(bytes, size));
    }
    for object in whole.0 {
        if let Ok(pod) = protobuf::read::<WirePod>(&object, protobuf::POD) {
            look_at(&pod.into_row());
        }
    }
}

/// The objects, and where the list goes on or why it cannot be read.
fn split_messages(bytes: &[u8], size: usize) -> (Vec<Vec<u8>>, Result<Option<String>, String>) {
    let mut splitter = protobuf::Splitter::default();
    let mut objects = Vec::new();
    let mut take = |object: &[u8]| objects.push(object.to_vec());
    let fed = bytes.chunks(size).try_for_each(|piece| splitter.feed(piece, &mut take));
    let read = fed.and_then(|()| splitter.finish::<ListMetadata>());
    let goes_on = read.map(|list| list.goes_on().map(String::from));
    (objects, goes_on.map_err(|why| why.to_string()))
}

/// However an answer is cut into pieces, its elements are the same, and those that a whole reader finds.
pub fn listing(bytes: &[u8]) {
    let whole = split(bytes, bytes.len().max(1));
    for size in [1, 3, 64] {
        let cut = split(bytes, size);
        assert_eq!(whole.1, cut.1);
        assert!(whole.1.is_err() || whole.0 == cut.0);
    }
    // A name with an escape, or one that is there twice, is read differently; no server writes such.
    let text = String::from_utf8_lossy(bytes);
    if text.matches("\"items\"").count() != 1 || text.contains('\\') {
        return;
    }
    let Ok(Value::Object(answer)) = serde_json::from_slice(bytes) else { return };
    let Some(Value::Array(items)) = answer.get("items") else { return };
    if items.iter().all(|item| item.is_object() || item.is_array()) {
        assert_eq!(&whole.0, items);
        let envelope = whole.1.unwrap();
        assert!(serde_json::from_slice::<Value>(&envelope).is_ok());
    }
}

/// The elements, and what is around them or why it cannot be read.
fn split(bytes: &[u8], size: usize) -> (Vec<Value>, Result<Vec<u8>, String>) {
    let mut splitter = Splitter::new("items");
    let mut elements = Vec::new();
    let mut read = |bytes: &[u8], _: &[u8]| {
        let (element, length) = first(bytes)?;
        elements.push(element);
        Ok(length)
    };
    let fed = bytes.chunks(size).try_for_each(|piece| splitter.feed(piece, &mut read));
    let read_whole = fed.and_then(|()| splitter.flush(&mut read));
    let around = read_whole.and_then(|()| splitter.finish());
    (elements, around.map_err(|why| why.to_string()))
}

/// The pods of the vectors, a list each.
pub fn pod_lists() -> Vec<Vec<u8>> {
    let vectors = include_str!("../../data/kubernetes/pods.json");
    let Ok(Value::Array(cases)) = serde_json::from_str(vectors) else { return Vec::new() };
    let list = |case: &Value| serde_json::json!({ "kind": "PodList", "items": [case["pod"]] });
    cases.iter().map(|case| list(case).to_string().into_bytes()).collect()
}

/// What a real server sent, and its beginning alone.
pub fn message_lists() -> Vec<Vec<u8>> {
    let packed = include_bytes!("../../data/kubernetes/listed/page.pb.gz");
    let mut list = Vec::new();
    if GzDecoder::new(&packed[..]).read_to_end(&mut list).is_err() {
        return Vec::new();
    }
    let beginning = list.iter().copied().take(400).collect();
    vec![list, beginning]
}

pub fn listings() -> Vec<Vec<u8>> {
    let text = r#"{"kind":"PodList","other":{"things":[{"no":1}]},"metadata":{"continue":"a]}"},
        "items":[{"a":"}] {","b":[{"c":[1,2]}]},{"x":[{}]},{}],"late":{"resourceVersion":"9"}}"#;
    let empty = r#"{"items":[],"metadata":{"continue":"x\"y"}}"#;
    pod_lists().into_iter().step_by(20).chain([text.into(), empty.into()]).collect()
}
