//! The few objects that kubectl sends as protocol buffers, as far as they are read.

use serde_json::{Map, Value};

use crate::demo::kubernetes::http::Refusal;
use crate::demo::kubernetes::protobuf::MAGIC;
use crate::demo::kubernetes::protobuf::schema::{ENVELOPE, Field, JOB, Message, REVIEW};

/// The object in a body, as JSON.
pub(in crate::demo::kubernetes) fn read(body: &[u8]) -> Result<Value, Refusal> {
    decode(body).ok_or_else(|| {
        Refusal::bad_request("the body of the request is no object that the embedded world reads")
    })
}

fn decode(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(MAGIC)?;
    let envelope = message(body, ENVELOPE)?;
    let kind = envelope.pointer("/type/kind")?.as_str()?.to_owned();
    let schema = match kind.as_str() {
        "Job" => JOB,
        "SelfSubjectAccessReview" => REVIEW,
        // Nothing of it matters.
        _ => &[],
    };
    let raw = fields(body)?.into_iter().find(|(number, _)| *number == 2);
    let mut value = message(raw.map_or(&[], |(_, bytes)| bytes), schema)?;
    let object = value.as_object_mut()?;
    object.insert("kind".to_owned(), kind.into());
    object.insert("apiVersion".to_owned(), envelope.pointer("/type/apiVersion")?.clone());
    Some(value)
}

fn message(bytes: &[u8], schema: Message) -> Option<Value> {
    let mut object = Map::new();
    for (number, bytes) in fields(bytes)? {
        let Some((_, name, field)) = schema.iter().find(|(known, _, _)| *known == number) else {
            continue;
        };
        match field {
            Field::Text => {
                object.insert((*name).to_owned(), text(bytes)?);
            }
            Field::One(schema) => {
                object.insert((*name).to_owned(), message(bytes, schema)?);
            }
            Field::Many(schema) => {
                let list = object.entry(*name).or_insert_with(|| Value::Array(Vec::new()));
                list.as_array_mut()?.push(message(bytes, schema)?);
            }
            Field::Map => {
                let entry = fields(bytes)?;
                let part = |wanted| entry.iter().find(|(number, _)| *number == wanted);
                let key = text(part(1)?.1)?;
                let map = object.entry(*name).or_insert_with(|| Value::Object(Map::new()));
                let value = part(2).map_or(Some("".into()), |(_, bytes)| text(bytes))?;
                map.as_object_mut()?.insert(key.as_str()?.to_owned(), value);
            }
            // Only written.
            _ => {}
        }
    }
    Some(Value::Object(object))
}

fn text(bytes: &[u8]) -> Option<Value> {
    std::str::from_utf8(bytes).ok().map(Value::from)
}

/// The fields of a message that have a length, numbers aside.
fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, &[u8])>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        match key & 7 {
            0 => {
                varint(&mut bytes)?;
            }
            1 => bytes = bytes.get(8..)?,
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (value, rest) = bytes.split_at_checked(length)?;
                found.push((key >> 3, value));
                bytes = rest;
            }
            5 => bytes = bytes.get(4..)?,
            _ => return None,
        }
    }
    Some(found)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut all = vec![number << 3 | 2, u8::try_from(bytes.len()).unwrap()];
        all.extend_from_slice(bytes);
        all
    }

    #[test]
    fn a_job_is_read_as_far_as_it_matters() {
        let owner = [field(1, b"CronJob"), field(3, b"verify-backup"), vec![0x30, 1]].concat();
        let annotation = [field(1, b"cronjob.kubernetes.io/instantiate"), field(2, b"manual")];
        let metadata =
            [field(1, b"manual-1"), field(12, &annotation.concat()), field(13, &owner)].concat();
        let container = [field(1, b"verify"), field(2, b"verify:1")].concat();
        let spec = field(6, &field(2, &field(2, &container)));
        let job = [field(1, &metadata), field(2, &spec)].concat();
        let kind = field(1, &[field(1, b"batch/v1"), field(2, b"Job")].concat());
        let body = [MAGIC.to_vec(), kind, field(2, &job)].concat();
        let read = read(&body).unwrap();
        assert_eq!(read["kind"], "Job");
        assert_eq!(read["metadata"]["name"], "manual-1");
        assert_eq!(read["metadata"]["ownerReferences"][0]["name"], "verify-backup");
        assert_eq!(read["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"], "manual");
        assert_eq!(read["spec"]["template"]["spec"]["containers"][0]["image"], "verify:1");
        for length in 0..body.len() {
            // Whatever is cut off is refused or understood, never a panic.
            super::read(&body[..length]).ok();
        }
    }
}
