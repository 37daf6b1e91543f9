//! What must not be read over a shoulder: the contents of Secrets, and values whose name says that
//! they are secret.

use serde_json::Value;

/// Parts of names that say so.
const SECRET: [&str; 9] =
    ["PASSWORD", "PASSWD", "TOKEN", "SECRET", "CREDENTIAL", "PRIVATE", "APIKEY", "DSN", "KEY"];
/// `kubectl apply` keeps a copy of the whole object here.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The object with its secrets replaced by their sizes.
pub(super) fn masked(object: &Value) -> Value {
    let mut object = object.clone();
    if object.get("kind").and_then(Value::as_str) == Some("Secret") {
        for field in ["/data", "/stringData"] {
            if let Some(Value::Object(values)) = object.pointer_mut(field) {
                values.values_mut().for_each(hide);
            }
        }
        if let Some(copy) = object.pointer_mut("/metadata/annotations").and_then(copy_of) {
            hide(copy);
        }
    } else {
        hide_values(&mut object);
        if let Some(copy) = object.pointer_mut("/metadata/annotations").and_then(copy_of) {
            hide_in_copy(copy);
        }
    }
    object
}

/// Whether what stands beside this name is to be hidden.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    SECRET.iter().any(|part| match *part {
        // `KEY` is a part of harmless words.
        "KEY" | "DSN" => name.split('_').any(|word| word == *part),
        part => name.contains(part),
    })
}

fn copy_of(annotations: &mut Value) -> Option<&mut Value> {
    annotations.get_mut(LAST_APPLIED)
}

fn hide(value: &mut Value) {
    let size = value.as_str().map_or_else(|| value.to_string().len(), str::len);
    *value = Value::String(format!("***  ({size} bytes)"));
}

/// The copy is JSON in a string: its secrets are hidden in it, or it is hidden whole.
fn hide_in_copy(copy: &mut Value) {
    let parsed = copy.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    match parsed {
        Some(mut inner) => {
            hide_values(&mut inner);
            *copy = Value::String(inner.to_string());
        }
        None => hide(copy),
    }
}

/// Hides `{ name: …, value: … }` wherever it stands: in `env` of containers and in templates.
fn hide_values(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let named_secret = fields.get("name").and_then(Value::as_str).is_some_and(is_secret);
            for (key, inner) in fields {
                if named_secret && key == "value" && inner.as_str() != Some("") {
                    hide(inner);
                } else {
                    hide_values(inner);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(hide_values),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
