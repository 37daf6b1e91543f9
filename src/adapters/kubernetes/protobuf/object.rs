//! A message as what reads JSON reads it: its fields by their names there, the others passed over by
//! their lengths. Nothing is copied.
//!
//! What JSON leaves out, a message holds empty: an empty text, a time without a second.

use std::borrow::Cow;

use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::adapters::kubernetes::protobuf::fields::{Broken, Value, field, find};
use crate::adapters::kubernetes::protobuf::schema::{ENTRY, Kind, Message};

const NANOSECONDS: i128 = 1_000_000_000;

/// A message, or one value of it.
#[derive(Clone, Copy)]
pub(super) struct Object<'de> {
    value: Value<'de>,
    kind: Kind,
}

impl<'de> Object<'de> {
    pub(super) fn new(bytes: &'de [u8], message: Message) -> Self {
        Self { value: Value::Bytes(bytes), kind: Kind::One(message) }
    }
}

impl<'de> Deserializer<'de> for Object<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.kind, self.value) {
            (Kind::Text, Value::Bytes(bytes)) => match String::from_utf8_lossy(bytes) {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            (Kind::Number, Value::Number(number)) => visitor.visit_i64(number.cast_signed()),
            (Kind::Flag, Value::Number(number)) => visitor.visit_bool(number != 0),
            (Kind::Time, Value::Bytes([])) => visitor.visit_unit(),
            (Kind::Time, Value::Bytes(bytes)) => visitor.visit_i128(nanoseconds(bytes)?),
            (Kind::One(message), Value::Bytes(rest)) => {
                visitor.visit_map(Members { rest, message, next: None })
            }
            (Kind::Many(message), Value::Bytes(rest)) => visitor.visit_seq(Items { rest, message }),
            (Kind::Texts | Kind::Quantities, Value::Bytes(rest)) => {
                let holds_quantities = matches!(self.kind, Kind::Quantities);
                visitor.visit_map(Entries { rest, holds_quantities, value: &[] })
            }
            _ => Err(Error::custom("a field is not what it should be")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// The fields of a message.
struct Members<'de> {
    rest: &'de [u8],
    message: Message,
    next: Option<Object<'de>>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        while !self.rest.is_empty() {
            let from = self.rest;
            let (number, value) = field(&mut self.rest).map_err(invalid)?;
            let known = self.message.iter().find(|(known, _, _)| *known == number);
            let Some(&(_, name, kind)) = known else { continue };
            let value = match kind {
                Kind::Many(_) | Kind::Texts | Kind::Quantities => {
                    Value::Bytes(run(from, &mut self.rest, number)?)
                }
                Kind::Text | Kind::Number | Kind::Flag | Kind::Time | Kind::One(_) => value,
            };
            self.next = Some(Object { value, kind });
            return seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let value = self.next.take().ok_or_else(|| Error::custom("no value is left"))?;
        seed.deserialize(value)
    }
}

/// All that repeats the field at the beginning of `from`; `rest` follows its first time. Servers write
/// what repeats together.
fn run<'de>(from: &'de [u8], rest: &mut &'de [u8], number: u64) -> Result<&'de [u8], Error> {
    loop {
        let mut ahead = *rest;
        let repeats = !ahead.is_empty() && field(&mut ahead).map_err(invalid)?.0 == number;
        if !repeats {
            let length = from.len() - rest.len();
            return Ok(from.get(..length).unwrap_or_default());
        }
        *rest = ahead;
    }
}

/// A field's messages, wherever it repeats.
struct Items<'de> {
    rest: &'de [u8],
    message: Message,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (_, value) = field(&mut self.rest).map_err(invalid)?;
        seed.deserialize(Object { value, kind: Kind::One(self.message) }).map(Some)
    }
}

/// The entries of a map.
struct Entries<'de> {
    rest: &'de [u8],
    holds_quantities: bool,
    value: &'de [u8],
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (_, entry) = field(&mut self.rest).map_err(invalid)?;
        let Value::Bytes(entry) = entry else {
            return Err(Error::custom("a map has an entry that is none"));
        };
        self.value = bytes(entry, ENTRY.1)?;
        let key = Object { value: Value::Bytes(bytes(entry, ENTRY.0)?), kind: Kind::Text };
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        // The text of a quantity is the only field of its message.
        let text = if self.holds_quantities { bytes(self.value, 1)? } else { self.value };
        seed.deserialize(Object { value: Value::Bytes(text), kind: Kind::Text })
    }
}

/// What the field of this number holds; nothing where it is not there.
fn bytes(message: &[u8], wanted: u64) -> Result<&[u8], Error> {
    Ok(find(message, wanted).map_err(invalid)?.unwrap_or_default())
}

/// A point in time, since 1970.
fn nanoseconds(mut message: &[u8]) -> Result<i128, Error> {
    let (mut seconds, mut rest) = (0, 0);
    while !message.is_empty() {
        match field(&mut message).map_err(invalid)? {
            (1, Value::Number(number)) => seconds = number.cast_signed(),
            (2, Value::Number(number)) => rest = number.cast_signed(),
            _ => {}
        }
    }
    Ok(i128::from(seconds) * NANOSECONDS + i128::from(rest))
}

fn invalid(broken: Broken) -> Error {
    Error::custom(match broken {
        Broken::Cut(_) => "a message ends in the middle",
        Broken::Invalid => "a message has a field that is none",
    })
}
