//! Readers of fields that take whatever the API may hold there.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::adapters::kubernetes::wire::word::{Word, shared_labels};
use crate::domain::labels::Labels;
use crate::domain::quantity::{Cpu, Memory};

/// Null reads as absent.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A string that no other object shares, with one allocation.
pub(super) fn unique<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Arc<str>>, D::Error> {
    deserializer.deserialize_any(Scalar::text(|text| Some(Arc::from(text))))
}

/// A date of RFC 3339, with or without parts of a second, or nanoseconds since 1970 where they come as
/// 128 bits, as in no JSON; anything else reads as absent.
pub(super) fn lenient_time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    deserializer.deserialize_any(Scalar {
        text: |text: &str| text.parse().ok(),
        moment: |nanoseconds| Timestamp::from_nanosecond(nanoseconds).ok(),
    })
}

pub(super) fn cpu<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cpu>, D::Error> {
    deserializer.deserialize_any(Scalar::text(Cpu::parse))
}

pub(super) fn memory<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Memory>, D::Error> {
    deserializer.deserialize_any(Scalar::text(Memory::parse))
}

/// What may be a number or the same as a string.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    deserializer.deserialize_any(Scalar::text(|text| text.parse().ok()))
}

/// Reads a text, borrowed where it can be; of a number its digits; a point in time as nanoseconds since
/// 1970; of anything else nothing.
struct Scalar<T, F> {
    text: F,
    moment: fn(i128) -> Option<T>,
}

impl<T, F: Fn(&str) -> Option<T>> Scalar<T, F> {
    fn text(text: F) -> Self {
        Self { text, moment: |_| None }
    }
}

impl<'de, T, F: Fn(&str) -> Option<T>> Visitor<'de> for Scalar<T, F> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok((self.text)(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok((self.text)(&number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok((self.text)(&number.to_string()))
    }

    fn visit_i128<E: Error>(self, nanoseconds: i128) -> Result<Self::Value, E> {
        Ok((self.moment)(nanoseconds))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok((self.text)(&number.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// Labels: a map whose keys repeat from object to object.
pub(super) fn pairs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Labels, D::Error> {
    deserializer.deserialize_option(Pairs)
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Labels;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map of strings")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Labels::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Labels::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::with_capacity(entries.size_hint().unwrap_or(0));
        while let Some((key, value)) = entries.next_entry::<Word, Option<Box<str>>>()? {
            found.push((key.0, value.unwrap_or_default()));
        }
        Ok(shared_labels(found))
    }
}

/// How many things a list holds, whatever they are.
pub(super) fn length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let items: Option<Vec<IgnoredAny>> = Option::deserialize(deserializer)?;
    Ok(items.map_or(0, |items| items.len()))
}

/// Whether there is anything at all.
pub(super) fn presence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<IgnoredAny>::deserialize(deserializer)?.is_some())
}
