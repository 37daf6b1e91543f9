//! The two protocols that clients of CloudWatch speak: Smithy RPC v2 with CBOR, as the SDKs do, and
//! JSON 1.0, as the `aws` command line does. Both carry the same trees.
//! Invariant: reading ends with an error or with a tree, whatever the bytes are.

use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder};
use serde_json::{Map, Number};

/// The tag of seconds since 1970.
const EPOCH: u64 = 1;
/// Deeper trees than this are nobody's request.
const DEEPEST: u8 = 32;

/// A request or an answer, whatever it was written in.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Nothing,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    /// Seconds since 1970.
    Moment(f64),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

/// How a request is written, and how its answer has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Cbor,
    Json,
}

/// Bytes that are no tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

impl Value {
    pub fn map<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Map(entries.map(|(key, value)| (key.to_owned(), value)).into())
    }

    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The value of a key; nothing where it is not there.
    pub fn get(&self, key: &str) -> &Self {
        let Self::Map(entries) = self else { return &Self::Nothing };
        entries.iter().find(|(own, _)| own == key).map_or(&Self::Nothing, |(_, value)| value)
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub fn as_list(&self) -> &[Self] {
        if let Self::List(list) = self { list } else { &[] }
    }

    /// A number or a moment.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Number(number) | Self::Moment(number) => Some(*number),
            _ => None,
        }
    }
}

impl Format {
    pub fn read(self, bytes: &[u8]) -> Result<Value, Malformed> {
        if bytes.is_empty() {
            return Ok(Value::Map(Vec::new()));
        }
        match self {
            Self::Cbor => {
                let mut decoder = Decoder::new(bytes);
                let value = read_cbor(&mut decoder, DEEPEST)?;
                let is_whole = decoder.position() == bytes.len();
                is_whole.then_some(value).ok_or_else(|| Malformed("something follows".to_owned()))
            }
            Self::Json => {
                let value: serde_json::Value =
                    serde_json::from_slice(bytes).map_err(|error| Malformed(error.to_string()))?;
                Ok(from_json(value))
            }
        }
    }

    pub fn write(self, value: &Value) -> Vec<u8> {
        match self {
            Self::Cbor => {
                let mut encoder = Encoder::new(Vec::new());
                // Writing into memory cannot fail.
                write_cbor(&mut encoder, value).ok();
                encoder.into_writer()
            }
            Self::Json => to_json(value).to_string().into_bytes(),
        }
    }
}

impl From<minicbor::decode::Error> for Malformed {
    fn from(error: minicbor::decode::Error) -> Self {
        Self(error.to_string())
    }
}

fn read_cbor(decoder: &mut Decoder<'_>, depth: u8) -> Result<Value, Malformed> {
    let deeper = depth.checked_sub(1).ok_or_else(|| Malformed("too deep".to_owned()))?;
    Ok(match decoder.datatype()? {
        Type::Null | Type::Undefined => {
            decoder.skip()?;
            Value::Nothing
        }
        Type::Bool => Value::Flag(decoder.bool()?),
        Type::F16 | Type::F32 | Type::F64 => Value::Number(decoder.f64()?),
        Type::String => Value::Text(decoder.str()?.to_owned()),
        Type::StringIndef => {
            let pieces: Result<String, _> = decoder.str_iter()?.collect();
            Value::Text(pieces?)
        }
        Type::Array | Type::ArrayIndef => {
            let mut left = decoder.array()?;
            let mut list = Vec::new();
            while goes_on(decoder, &mut left)? {
                list.push(read_cbor(decoder, deeper)?);
            }
            Value::List(list)
        }
        Type::Map | Type::MapIndef => {
            let mut left = decoder.map()?;
            let mut entries = Vec::new();
            while goes_on(decoder, &mut left)? {
                let Value::Text(key) = read_cbor(decoder, deeper)? else {
                    return Err(Malformed("a key that is no text".to_owned()));
                };
                entries.push((key, read_cbor(decoder, deeper)?));
            }
            Value::Map(entries)
        }
        Type::Tag => {
            let tag = decoder.tag()?;
            let value = read_cbor(decoder, deeper)?;
            match value.as_number() {
                Some(seconds) if tag == Tag::new(EPOCH) => Value::Moment(seconds),
                _ => value,
            }
        }
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 => {
            Value::Whole(decoder.i64()?)
        }
        Type::I64 => Value::Whole(decoder.i64()?),
        other => return Err(Malformed(format!("{other} is of no use here"))),
    })
}

/// Whether another element follows; takes the mark at the end of those that are not counted.
fn goes_on(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, Malformed> {
    match left {
        Some(0) => Ok(false),
        Some(count) => {
            *count -= 1;
            Ok(true)
        }
        None if decoder.datatype()? == Type::Break => {
            decoder.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn write_cbor(encoder: &mut Encoder<Vec<u8>>, value: &Value) -> Written {
    match value {
        Value::Nothing => {
            encoder.null()?;
        }
        Value::Flag(flag) => {
            encoder.bool(*flag)?;
        }
        Value::Whole(number) => {
            encoder.i64(*number)?;
        }
        Value::Number(number) => {
            encoder.f64(*number)?;
        }
        Value::Text(text) => {
            encoder.str(text)?;
        }
        Value::Moment(seconds) => {
            encoder.tag(Tag::new(EPOCH))?.f64(*seconds)?;
        }
        Value::List(list) => {
            encoder.array(list.len() as u64)?;
            for value in list {
                write_cbor(encoder, value)?;
            }
        }
        Value::Map(entries) => {
            encoder.map(entries.len() as u64)?;
            for (key, value) in entries {
                encoder.str(key)?;
                write_cbor(encoder, value)?;
            }
        }
    }
    Ok(())
}

fn from_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Nothing,
        serde_json::Value::Bool(flag) => Value::Flag(flag),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Whole(whole),
            None => Value::Number(number.as_f64().unwrap_or_default()),
        },
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(list) => Value::List(list.into_iter().map(from_json).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(map.into_iter().map(|(key, value)| (key, from_json(value))).collect())
        }
    }
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Nothing => serde_json::Value::Null,
        Value::Flag(flag) => (*flag).into(),
        Value::Whole(number) => (*number).into(),
        Value::Number(number) | Value::Moment(number) => {
            Number::from_f64(*number).map_or(serde_json::Value::Null, serde_json::Value::Number)
        }
        Value::Text(text) => text.as_str().into(),
        Value::List(list) => list.iter().map(to_json).collect(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), to_json(value)));
            serde_json::Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trees() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Nothing),
            any::<bool>().prop_map(Value::Flag),
            any::<i64>().prop_map(Value::Whole),
            (-1e15..1e15).prop_map(Value::Number),
            (0.0..4e9).prop_map(Value::Moment),
            ".{0,12}".prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
                prop::collection::vec((".{0,6}", inner), 0..6).prop_map(Value::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(tree in trees()) {
            let bytes = Format::Cbor.write(&tree);
            prop_assert_eq!(Format::Cbor.read(&bytes), Ok(tree));
        }

        #[test]
        fn any_bytes_end_in_a_tree_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for format in [Format::Cbor, Format::Json] {
                if let Ok(tree) = format.read(&bytes) {
                    prop_assert!(!format.write(&tree).is_empty());
                }
            }
        }

        #[test]
        fn a_tree_that_is_cut_is_malformed(tree in trees(), share in 0.0..1.0) {
            let bytes = Format::Cbor.write(&Value::List(vec![tree]));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
            let cut = ((bytes.len() as f64 * share) as usize).max(1);
            prop_assert!(Format::Cbor.read(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn a_bomb_of_brackets_is_refused() {
        let bomb = vec![0x81; 100_000];
        assert_eq!(Format::Cbor.read(&bomb), Err(Malformed("too deep".to_owned())));
        let promise = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert!(Format::Cbor.read(&promise).is_err());
    }

    #[test]
    fn the_clients_ways_of_writing_a_moment_are_understood() {
        // {"StartTime": 1(1793491200)} with maps and texts that are not counted.
        let sdk = b"\xbf\x69StartTime\xc1\x1a\x6a\xe6\x81\x00\xff";
        let json = br#"{"StartTime": 1793491200}"#;
        for (format, bytes) in [(Format::Cbor, sdk.as_slice()), (Format::Json, json)] {
            let read = format.read(bytes).unwrap();
            assert_eq!(read.get("StartTime").as_number(), Some(1_793_491_200.0), "{format:?}");
        }
    }
}
