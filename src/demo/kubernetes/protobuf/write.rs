//! JSON written as protocol buffers: <https://protobuf.dev/programming-guides/encoding/>.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::kubernetes::protobuf::MAGIC;
use crate::demo::kubernetes::protobuf::schema::{Field, LIST, Message, STATUS, TYPE};

/// In the envelope: what it is, and the object itself.
const KIND: u64 = 1;
const RAW: u64 = 2;
/// In a list: what it says of itself, and each object.
const LIST_METADATA: u64 = 1;
const ITEMS: u64 = 2;
/// A part of a body is at least so long, but for the last.
const PART: usize = 64 << 10;

/// A refusal as a whole body.
pub(in crate::demo::kubernetes) fn status(status: &Value) -> Bytes {
    let mut raw = Vec::new();
    write(status, STATUS, &mut raw);
    let mut whole = head("v1", "Status", raw.len());
    whole.extend_from_slice(&raw);
    whole.into()
}

/// A list as a body in parts: how long it is stands at its beginning, so it is made whole. `fill` writes
/// one of the objects.
pub(in crate::demo::kubernetes) fn list<T>(
    api_version: &str,
    kind: &str,
    metadata: &Value,
    objects: &[T],
    fill: impl Fn(&T, &mut Vec<u8>),
) -> Vec<Bytes> {
    let mut parts = vec![Bytes::new()];
    let mut part = Vec::with_capacity(2 * PART);
    enclose(LIST_METADATA, &mut part, |inside| write(metadata, LIST, inside));
    for object in objects {
        enclose(ITEMS, &mut part, |inside| fill(object, inside));
        if part.len() >= PART {
            let whole = std::mem::replace(&mut part, Vec::with_capacity(2 * PART));
            parts.push(whole.into());
        }
    }
    parts.push(part.into());
    let head = head(api_version, kind, parts.iter().map(Bytes::len).sum());
    if let Some(first) = parts.first_mut() {
        *first = head.into();
    }
    parts
}

/// What stands before an object so long.
fn head(api_version: &str, kind: &str, length: usize) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    let kind = json!({"apiVersion": api_version, "kind": kind});
    enclose(KIND, &mut head, |inside| write(&kind, TYPE, inside));
    key(RAW, 2, &mut head);
    varint(length as u64, &mut head);
    head
}

/// Writes a field that is what `fill` writes.
pub(in crate::demo::kubernetes) fn enclose(
    number: u64,
    to: &mut Vec<u8>,
    fill: impl FnOnce(&mut Vec<u8>),
) {
    key(number, 2, to);
    let begin = to.len();
    fill(to);
    let end = to.len();
    varint((end - begin) as u64, to);
    // The length is known now, and stands before what it is of.
    let width = to.len() - end;
    if let Some(written) = to.get_mut(begin..) {
        written.rotate_right(width);
    }
}

/// Writes a point in time.
pub(in crate::demo::kubernetes) fn time(number: u64, at: Timestamp, to: &mut Vec<u8>) {
    enclose(number, to, |inside| {
        numeral(1, at.as_second(), inside);
        numeral(2, at.subsec_nanosecond().into(), inside);
    });
}

/// Writes the fields of an object that are there.
pub(in crate::demo::kubernetes) fn write(object: &Value, message: Message, to: &mut Vec<u8>) {
    for (number, name, field) in message {
        if let Field::Within(inner) = field {
            enclose(*number, to, |inside| write(object, inner, inside));
        } else if let Some(value) = object.get(name).filter(|value| !value.is_null()) {
            one(*number, *field, value, to);
        }
    }
}

fn one(number: u64, field: Field, value: &Value, to: &mut Vec<u8>) {
    match field {
        Field::Text => text(number, value.as_str().unwrap_or_default(), to),
        Field::Number | Field::Flag => {
            let value =
                value.as_i64().unwrap_or_else(|| value.as_bool().unwrap_or_default().into());
            numeral(number, value, to);
        }
        Field::Time => {
            if let Some(Ok(at)) = value.as_str().map(str::parse) {
                time(number, at, to);
            }
        }
        Field::Port => enclose(number, to, |inside| match value.as_str() {
            Some(name) => {
                numeral(1, 1, inside);
                text(3, name, inside);
            }
            None => numeral(2, value.as_i64().unwrap_or_default(), inside),
        }),
        Field::One(message) => enclose(number, to, |inside| write(value, message, inside)),
        Field::Many(message) => {
            for value in value.as_array().into_iter().flatten() {
                enclose(number, to, |inside| write(value, message, inside));
            }
        }
        Field::Texts => {
            for value in value.as_array().into_iter().flatten() {
                text(number, value.as_str().unwrap_or_default(), to);
            }
        }
        Field::Map | Field::Quantities => {
            for (name, value) in value.as_object().into_iter().flatten() {
                let value = value.as_str().unwrap_or_default();
                enclose(number, to, |entry| {
                    text(1, name, entry);
                    match field {
                        Field::Quantities => enclose(2, entry, |inside| text(1, value, inside)),
                        _ => text(2, value, entry),
                    }
                });
            }
        }
        // Its fields have no name of their own.
        Field::Within(_) => {}
    }
}

fn text(number: u64, text: &str, to: &mut Vec<u8>) {
    key(number, 2, to);
    varint(text.len() as u64, to);
    to.extend_from_slice(text.as_bytes());
}

fn numeral(number: u64, value: i64, to: &mut Vec<u8>) {
    key(number, 0, to);
    varint(value.cast_unsigned(), to);
}

fn key(number: u64, kind: u64, to: &mut Vec<u8>) {
    varint(number << 3 | kind, to);
}

fn varint(mut number: u64, to: &mut Vec<u8>) {
    loop {
        let [lowest, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return to.push(lowest);
        }
        to.push(lowest | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::kubernetes::object::Object;
    use crate::demo::kubernetes::protobuf::schema::{METADATA, POD_SPEC, POD_STATUS};
    use crate::demo::kubernetes::render;
    use crate::demo::kubernetes::resource::Resource;
    use crate::demo::kubernetes::tests::server;
    use crate::demo::population::Tier;

    /// What of an object no field of the message tells, by its path.
    fn missing(object: &Value, message: Message, path: &str) -> Vec<String> {
        let fields = message.iter().flat_map(|(_, name, field)| match field {
            Field::Within(inner) => inner.to_vec(),
            _ => vec![(0, *name, *field)],
        });
        let fields: Vec<_> = fields.collect();
        let told = object.as_object().into_iter().flatten().flat_map(|(name, value)| {
            let path = format!("{path}/{name}");
            match fields.iter().find(|(_, known, _)| known == name) {
                None => vec![path],
                Some((_, _, Field::One(message))) => missing(value, message, &path),
                Some((_, _, Field::Many(message))) => {
                    let values = value.as_array().into_iter().flatten();
                    values.flat_map(|value| missing(value, message, &path)).collect()
                }
                Some(_) => vec![],
            }
        });
        told.collect()
    }

    #[test]
    fn all_that_json_tells_of_a_pod_is_told() {
        for tier in [Tier::Dev, Tier::Staging, Tier::Prod] {
            let server = server(tier, 100);
            let pods = server.look(|cluster| {
                let newest = cluster.store.version();
                cluster.store.at(newest, crate::demo::kubernetes::object::Kind::Pod, None).unwrap()
            });
            assert!(pods.len() > 100);
            for row in pods {
                assert!(matches!(row.object, Object::Pod(_)));
                let mut pod = render::value(&row, Resource::of(row.kind()));
                pod["metadata"].as_object_mut().unwrap().remove("managedFields").unwrap();
                for (part, message) in
                    [("metadata", METADATA), ("spec", POD_SPEC), ("status", POD_STATUS)]
                {
                    assert_eq!(missing(&pod[part], message, part), Vec::<String>::new());
                }
            }
        }
    }

    #[test]
    fn all_that_a_refusal_says_is_told() {
        let refusal = crate::demo::kubernetes::http::Refusal::not_found("pods", "no");
        let mut told = refusal.status();
        for name in ["kind", "apiVersion"] {
            told.as_object_mut().unwrap().remove(name).unwrap();
        }
        assert_eq!(missing(&told, STATUS, ""), Vec::<String>::new());
        // As a real server words it, but for what it leaves empty.
        let expected = b"k8s\0\x0a\x0c\x0a\x02v1\x12\x06Status\x12\x39\x0a\0\x12\x07Failure\
            \x1a\x13pods \"no\" not found\x22\x08NotFound\x2a\x0a\x0a\x02no\x1a\x04pods\x30\x94\x03";
        assert_eq!(status(&refusal.status()).as_ref(), expected);
    }
}
