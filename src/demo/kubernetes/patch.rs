//! The three kinds of patches that clients send.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::demo::kubernetes::http::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patch {
    /// A list of operations.
    Json,
    /// What is given replaces what is there; null removes.
    Merge,
    /// The same, but lists of named things are merged by their names.
    Strategic,
}

impl Patch {
    pub(super) fn of(media: &str) -> Result<Self, Refusal> {
        match media.split(';').next().unwrap_or_default().trim() {
            "application/json-patch+json" => Ok(Self::Json),
            "application/merge-patch+json" => Ok(Self::Merge),
            "application/strategic-merge-patch+json" => Ok(Self::Strategic),
            _ => {
                let message = "the body of the request was in an unknown format - accepted media \
                    types include: application/json-patch+json, application/merge-patch+json, \
                    application/strategic-merge-patch+json";
                let code = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                Err(Refusal::new(code, "UnsupportedMediaType", message))
            }
        }
    }
}

pub(super) fn apply(value: &mut Value, patch: &Value, kind: Patch) -> Result<(), Refusal> {
    match kind {
        Patch::Json => operations(value, patch),
        Patch::Merge => {
            merge(value, patch, false);
            Ok(())
        }
        Patch::Strategic => {
            merge(value, patch, true);
            Ok(())
        }
    }
}

fn merge(value: &mut Value, patch: &Value, by_name: bool) {
    match patch {
        Value::Object(fields) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            let Some(own) = value.as_object_mut() else { return };
            for (name, patch) in
                fields.iter().filter(|(name, _)| !by_name || !name.starts_with('$'))
            {
                if patch.is_null() {
                    own.remove(name);
                } else {
                    merge(own.entry(name).or_insert(Value::Null), patch, by_name);
                }
            }
        }
        Value::Array(items) if by_name && !items.is_empty() && items.iter().all(has_name) => {
            if !value.is_array() {
                *value = Value::Array(Vec::new());
            }
            let Some(own) = value.as_array_mut() else { return };
            for item in items {
                match own.iter_mut().find(|it| it.get("name") == item.get("name")) {
                    Some(found) => merge(found, item, by_name),
                    None => own.push(item.clone()),
                }
            }
        }
        other => *value = other.clone(),
    }
}

fn has_name(item: &Value) -> bool {
    item.get("name").is_some()
}

fn operations(value: &mut Value, steps: &Value) -> Result<(), Refusal> {
    let wrong = |what: &str| Refusal::bad_request(format!("json patch: {what}"));
    let operations = steps.as_array().ok_or_else(|| wrong("a list of operations is expected"))?;
    for operation in operations {
        let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
        let (path, given) = (text("path"), operation.get("value"));
        let (parent, last) = path.rsplit_once('/').ok_or_else(|| wrong("a path begins with /"))?;
        let last = last.replace("~1", "/").replace("~0", "~");
        if text("op") == "test" {
            if value.pointer(path) != given {
                return Err(Refusal::invalid(format!(
                    "the server rejected our request due to an error in our request: testing path {path} failed"
                )));
            }
            continue;
        }
        let there = value.pointer(path).is_some();
        let parent = value.pointer_mut(parent).ok_or_else(|| wrong("the path does not exist"))?;
        match (text("op"), parent) {
            ("add", Value::Object(fields)) => {
                fields.insert(last, given.cloned().unwrap_or_default());
            }
            ("replace", Value::Object(fields)) if there => {
                fields.insert(last, given.cloned().unwrap_or_default());
            }
            ("remove", Value::Object(fields)) if there => {
                fields.remove(&last);
            }
            ("replace", Value::Array(items)) if there => {
                let at: usize = last.parse().map_err(|_| wrong("no such item"))?;
                if let Some(item) = items.get_mut(at) {
                    *item = given.cloned().unwrap_or_default();
                }
            }
            ("add" | "replace" | "remove", _) => return Err(wrong("the path does not exist")),
            (other, _) => return Err(wrong(&format!("the embedded world knows no `{other}`"))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(value: &Value, patch: &Value, kind: Patch) -> Value {
        let mut value = value.clone();
        apply(&mut value, patch, kind).unwrap();
        value
    }

    #[test]
    fn named_items_are_merged_by_a_strategic_patch_only() {
        let value = json!({"c": [{"name": "a", "image": "1", "port": 1}, {"name": "b"}]});
        let patch = json!({"c": [{"name": "a", "image": "2"}]});
        let merged = json!({"c": [{"name": "a", "image": "2", "port": 1}, {"name": "b"}]});
        assert_eq!(patched(&value, &patch, Patch::Strategic), merged);
        assert_eq!(patched(&value, &patch, Patch::Merge), patch);
    }

    #[test]
    fn null_removes_and_what_is_not_named_stays() {
        let value = json!({"spec": {"suspend": false, "timeZone": "UTC", "schedule": "0 0 * * *"}});
        let patch = json!({"spec": {"suspend": true, "timeZone": null}});
        let after = json!({"spec": {"suspend": true, "schedule": "0 0 * * *"}});
        assert_eq!(patched(&value, &patch, Patch::Merge), after);
    }

    #[test]
    fn operations_are_done_in_order_and_tests_are_taken_seriously() {
        let value = json!({"spec": {"suspend": false}, "metadata": {"annotations": {}}});
        let patch = json!([
            {"op": "test", "path": "/spec/suspend", "value": false},
            {"op": "replace", "path": "/spec/suspend", "value": true},
            {"op": "add", "path": "/metadata/annotations/a~1b", "value": "c"},
        ]);
        let after = json!({"spec": {"suspend": true}, "metadata": {"annotations": {"a/b": "c"}}});
        assert_eq!(patched(&value, &patch, Patch::Json), after);
        let patch = json!([{"op": "test", "path": "/spec/suspend", "value": true}]);
        assert!(apply(&mut value.clone(), &patch, Patch::Json).is_err());
        let patch = json!([{"op": "remove", "path": "/spec/nothing"}]);
        assert!(apply(&mut value.clone(), &patch, Patch::Json).is_err());
    }
}
