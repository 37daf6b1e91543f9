//! What an API server answers.

use jiff::Timestamp;
use lifeboat::adapters::kubernetes::split::{Splitter, first};
use lifeboat::adapters::kubernetes::wire::{List, Wire as _, WirePod};
use lifeboat::domain::pod::diagnosis::diagnose;
use lifeboat::domain::pod::explanation::explain;
use lifeboat::domain::pod::printed::{gates_text, ip_text, node_text, printed};
use serde_json::Value;

/// A list of pods: each is judged and printed, whatever is missing of it.
pub fn pods(bytes: &[u8]) {
    let Ok(list) = serde_json::from_slice::<List<WirePod>>(bytes) else { return };
    let now: Timestamp = "2026-11-20T09:30:00Z".parse().unwrap();
    for pod in list.items {
        let pod = pod.into_row();
        let row = printed(&pod);
        let texts = [row.ready_text(), row.restarts_text(now), gates_text(&pod)];
        assert!(texts.iter().all(|text| !text.is_empty()));
        assert!(!ip_text(&pod).is_empty() && !node_text(&pod).is_empty());
        let diagnosis = diagnose(&pod, None, now);
        drop(explain(&diagnosis, &pod, Some("prod")));
    }
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
        let read = |element: &Vec<u8>| serde_json::from_slice::<Value>(element).unwrap();
        let elements: Vec<Value> = whole.0.iter().map(read).collect();
        assert_eq!(&elements, items);
        let envelope = whole.1.unwrap();
        assert!(serde_json::from_slice::<Value>(&envelope).is_ok());
    }
}

/// The elements, and what is around them or why it cannot be read.
fn split(bytes: &[u8], size: usize) -> (Vec<Vec<u8>>, Result<Vec<u8>, String>) {
    let mut splitter = Splitter::new("items");
    let mut elements = Vec::new();
    let mut read = |bytes: &[u8], _: &[u8]| {
        let (_, length) = first::<Value>(bytes)?;
        elements.push(bytes[..length].to_vec());
        Ok(length)
    };
    for piece in bytes.chunks(size) {
        if let Err(why) = splitter.feed(piece, &mut read) {
            return (elements, Err(why.to_string()));
        }
    }
    let ended = splitter.flush(&mut read).and_then(|()| splitter.finish());
    (elements, ended.map_err(|why| why.to_string()))
}

/// The pods of the vectors, a list each.
pub fn pod_lists() -> Vec<Vec<u8>> {
    let vectors = include_str!("../../data/kubernetes/pods.json");
    let Ok(Value::Array(cases)) = serde_json::from_str(vectors) else { return Vec::new() };
    let list = |case: &Value| serde_json::json!({ "kind": "PodList", "items": [case["pod"]] });
    cases.iter().map(|case| list(case).to_string().into_bytes()).collect()
}

pub fn listings() -> Vec<Vec<u8>> {
    let text = r#"{"kind":"PodList","other":{"things":[{"no":1}]},"metadata":{"continue":"a]}"},
        "items":[{"a":"}] {","b":[{"c":[1,2]}]},{"x":[{}]},{}],"late":{"resourceVersion":"9"}}"#;
    let empty = r#"{"items":[],"metadata":{"continue":"x\"y"}}"#;
    pod_lists().into_iter().step_by(20).chain([text.into(), empty.into()]).collect()
}
