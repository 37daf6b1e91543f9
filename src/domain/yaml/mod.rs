//! An object of a cluster as YAML, the way `kubectl get -o yaml` writes it, with managed fields folded
//! and secrets masked.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};
use serde_saphyr::Commented;

use crate::domain::document::{Document, Emphasis, Line, Span};
use crate::domain::text::shown;
use crate::domain::yaml::mask::masked;

mod mask;

/// The object to read. What cannot be written as YAML, which no server sends, is shown as JSON.
pub fn document(object: &Value) -> Document {
    let masked = masked(object);
    let options = serde_saphyr::ser_options! {
        // Long lines stay whole: the screen wraps them.
        folded_wrap_chars: usize::MAX,
    };
    let text = serde_saphyr::to_string_with_options(&Whole(&masked), options)
        .unwrap_or_else(|_| format!("{masked:#}"));
    let mut block = Block::default();
    let lines = text.lines().map(|line| block.read(line)).collect();
    Document { lines }
}

/// What an object begins with; the rest follows in its own order.
const FIRST: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// An object, its header first.
struct Whole<'a>(&'a Value);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Object(fields) = self.0 else { return self.0.serialize(serializer) };
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for key in FIRST {
            match (key, fields.get(key)) {
                ("metadata", Some(Value::Object(metadata))) => {
                    map.serialize_entry(key, &Metadata(metadata))?;
                }
                (_, Some(value)) => map.serialize_entry(key, value)?,
                (_, None) => {}
            }
        }
        let is_last = |key: &str| key == "status";
        let rest = fields.iter().filter(|(key, _)| !FIRST.contains(&key.as_str()));
        for (key, value) in rest.clone().filter(|(key, _)| !is_last(key)) {
            map.serialize_entry(key, value)?;
        }
        for (key, value) in rest.filter(|(key, _)| is_last(key)) {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// The metadata, without the pages of managed fields.
struct Metadata<'a>(&'a Map<String, Value>);

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            match value {
                Value::Array(entries) if key == "managedFields" => {
                    let noun = if entries.len() == 1 { "entry" } else { "entries" };
                    let comment = format!("{} {noun}, folded", entries.len());
                    map.serialize_entry(key, &Commented("{…}", comment))?;
                }
                value => map.serialize_entry(key, value)?,
            }
        }
        map.end()
    }
}

/// Finds the keys of the lines, but not inside block scalars.
#[derive(Default)]
struct Block {
    /// How deep the key stands whose value is a block scalar.
    depth: Option<usize>,
}

impl Block {
    fn read(&mut self, line: &str) -> Line {
        let text = shown(line).into_owned();
        let body = text.trim_start_matches([' ', '-']);
        let depth = text.len() - body.len();
        if self.depth.is_some_and(|deeper| depth > deeper || body.is_empty()) {
            return Line { text, ..Line::default() };
        }
        self.depth = None;
        let mut spans = Vec::new();
        if let Some((key, value)) = split(body) {
            spans.push(Span { start: depth, end: depth + key, emphasis: Emphasis::Key });
            if value.trim_start().starts_with(['|', '>']) {
                self.depth = Some(depth);
            }
        }
        if let Some(at) = text.rfind(" # ") {
            spans.push(Span { start: at + 1, end: text.len(), emphasis: Emphasis::Faint });
        }
        Line { text, spans, ..Line::default() }
    }
}

/// Where a line's key ends, and what follows its colon.
fn split(body: &str) -> Option<(usize, &str)> {
    let end = match body.chars().next()? {
        quote @ ('"' | '\'') => body.get(1..)?.find(quote)? + 2,
        _ => body.find(": ").or_else(|| body.ends_with(':').then(|| body.len() - 1))?,
    };
    let value = body.get(end..)?.strip_prefix(':')?;
    (value.is_empty() || value.starts_with(' ')).then_some((end, value))
}

#[cfg(test)]
mod tests;
