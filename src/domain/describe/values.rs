//! Reading a raw object: what is missing is `None` or empty, and shown as such.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::domain::age::age;

/// The text at a path such as `/spec/nodeName`.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty())
}

pub(super) fn number(value: &Value, path: &str) -> Option<i64> {
    value.pointer(path).and_then(Value::as_i64)
}

pub(super) fn flag(value: &Value, path: &str) -> Option<bool> {
    value.pointer(path).and_then(Value::as_bool)
}

pub(super) fn instant(value: &Value, path: &str) -> Option<Timestamp> {
    text(value, path).and_then(|text| text.parse().ok())
}

pub(super) fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The entries of a map, in its order.
pub(super) fn entries<'a>(
    value: &'a Value,
    path: &str,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let map = value.pointer(path).and_then(Value::as_object);
    map.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// A scalar as it is written; anything else as JSON.
pub(super) fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `app=api, tier=web`.
pub(super) fn pairs(value: &Value, path: &str) -> String {
    let pairs: Vec<String> =
        entries(value, path).map(|(key, value)| format!("{key}={}", scalar(value))).collect();
    pairs.join(", ")
}

/// `3m ago (2026-08-24 09:12:01 UTC)`.
pub(super) fn when(instant: Timestamp, now: Timestamp) -> String {
    // Clocks differ by a little; an instant to come is none that has passed.
    if instant.duration_since(now) > SignedDuration::from_secs(1) {
        return format!("in {} ({})", age(now, instant), date(instant));
    }
    format!("{} ago ({})", age(instant, now), date(instant))
}

pub(super) fn date(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
