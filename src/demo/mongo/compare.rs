//! The server's order of values: by type bracket first, then by value.

use std::cmp::Ordering;

use bson::raw::{RawBsonRef, RawDocument};

/// The bracket of a value's type; comparisons never cross brackets, sorting goes by them.
pub(super) fn bracket(value: RawBsonRef<'_>) -> u8 {
    match value {
        RawBsonRef::MinKey => 0,
        RawBsonRef::Undefined | RawBsonRef::Null => 5,
        RawBsonRef::Int32(_)
        | RawBsonRef::Int64(_)
        | RawBsonRef::Double(_)
        | RawBsonRef::Decimal128(_) => 10,
        RawBsonRef::String(_) | RawBsonRef::Symbol(_) => 15,
        RawBsonRef::Document(_) => 20,
        RawBsonRef::Array(_) => 25,
        RawBsonRef::Binary(_) => 30,
        RawBsonRef::ObjectId(_) => 35,
        RawBsonRef::Boolean(_) => 40,
        RawBsonRef::DateTime(_) => 45,
        RawBsonRef::Timestamp(_) => 47,
        RawBsonRef::RegularExpression(_) => 50,
        RawBsonRef::DbPointer(_) => 55,
        RawBsonRef::JavaScriptCode(_) => 60,
        RawBsonRef::JavaScriptCodeWithScope(_) => 65,
        RawBsonRef::MaxKey => 127,
    }
}

/// The total order of values.
pub(super) fn compare(left: RawBsonRef<'_>, right: RawBsonRef<'_>) -> Ordering {
    let by_type = bracket(left).cmp(&bracket(right));
    if by_type.is_ne() {
        return by_type;
    }
    match (left, right) {
        (RawBsonRef::ObjectId(left), RawBsonRef::ObjectId(right)) => left.cmp(&right),
        (RawBsonRef::DateTime(left), RawBsonRef::DateTime(right)) => left.cmp(&right),
        (RawBsonRef::Boolean(left), RawBsonRef::Boolean(right)) => left.cmp(&right),
        (RawBsonRef::Timestamp(left), RawBsonRef::Timestamp(right)) => {
            (left.time, left.increment).cmp(&(right.time, right.increment))
        }
        (RawBsonRef::Document(left), RawBsonRef::Document(right)) => documents(left, right),
        (RawBsonRef::Array(left), RawBsonRef::Array(right)) => {
            let left = left.into_iter().filter_map(Result::ok);
            let right = right.into_iter().filter_map(Result::ok);
            sequences(left, right, |left, right| compare(left, right))
        }
        (RawBsonRef::Binary(left), RawBsonRef::Binary(right)) => left
            .bytes
            .len()
            .cmp(&right.bytes.len())
            .then_with(|| u8::from(left.subtype).cmp(&u8::from(right.subtype)))
            .then_with(|| left.bytes.cmp(right.bytes)),
        _ => match (text(left), text(right)) {
            (Some(left), Some(right)) => left.cmp(right),
            _ => numbers(left, right),
        },
    }
}

fn text(value: RawBsonRef<'_>) -> Option<&str> {
    match value {
        RawBsonRef::String(text) | RawBsonRef::Symbol(text) | RawBsonRef::JavaScriptCode(text) => {
            Some(text)
        }
        RawBsonRef::RegularExpression(regex) => Some(regex.pattern.as_str()),
        _ => None,
    }
}

fn documents(left: &RawDocument, right: &RawDocument) -> Ordering {
    let left = left.into_iter().filter_map(Result::ok);
    let right = right.into_iter().filter_map(Result::ok);
    sequences(left, right, |(left_key, left), (right_key, right)| {
        bracket(left)
            .cmp(&bracket(right))
            .then_with(|| left_key.cmp(right_key))
            .then_with(|| compare(left, right))
    })
}

fn sequences<T>(
    mut left: impl Iterator<Item = T>,
    mut right: impl Iterator<Item = T>,
    order: impl Fn(T, T) -> Ordering,
) -> Ordering {
    loop {
        match (left.next(), right.next()) {
            (Some(left), Some(right)) => {
                let ordering = order(left, right);
                if ordering.is_ne() {
                    return ordering;
                }
            }
            (Some(_), None) => return Ordering::Greater,
            (None, Some(_)) => return Ordering::Less,
            (None, None) => return Ordering::Equal,
        }
    }
}

fn numbers(left: RawBsonRef<'_>, right: RawBsonRef<'_>) -> Ordering {
    if let (Some(left), Some(right)) = (whole(left), whole(right)) {
        return left.cmp(&right);
    }
    match (number(left), number(right)) {
        // NaN sorts before every other number.
        (Some(left), Some(right)) => {
            left.partial_cmp(&right).unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
        }
        _ => Ordering::Equal,
    }
}

fn whole(value: RawBsonRef<'_>) -> Option<i64> {
    match value {
        RawBsonRef::Int32(number) => Some(i64::from(number)),
        RawBsonRef::Int64(number) => Some(number),
        _ => None,
    }
}

/// A value as a number; `None` when it is not one.
#[expect(clippy::cast_precision_loss, reason = "mixed types compare as doubles here")]
pub(super) fn number(value: RawBsonRef<'_>) -> Option<f64> {
    match value {
        RawBsonRef::Double(number) => Some(number),
        RawBsonRef::Decimal128(number) => number.to_string().parse().ok(),
        other => whole(other).map(|number| number as f64),
    }
}

#[cfg(test)]
mod tests {
    use bson::{RawBson, rawdoc};

    use super::*;

    #[test]
    fn values_sort_by_type_then_by_value() {
        let ascending = [
            RawBson::Null,
            RawBson::Double(f64::NAN),
            RawBson::Int32(-1),
            RawBson::Double(0.5),
            RawBson::Int64(1),
            RawBson::String("a".into()),
            RawBson::String("b".into()),
            RawBson::Document(rawdoc! {"a": 1}),
            RawBson::Document(rawdoc! {"a": 1, "b": 0}),
            RawBson::Document(rawdoc! {"a": 2}),
            RawBson::ObjectId(bson::oid::ObjectId::from_bytes([0; 12])),
            RawBson::Boolean(false),
            RawBson::DateTime(bson::DateTime::from_millis(0)),
        ];
        for pair in ascending.windows(2) {
            let (left, right) = (pair[0].as_raw_bson_ref(), pair[1].as_raw_bson_ref());
            assert_eq!(compare(left, right), Ordering::Less, "{left:?} {right:?}");
        }
    }

    #[test]
    fn numbers_of_different_types_are_equal() {
        assert_eq!(compare(RawBsonRef::Int32(1), RawBsonRef::Double(1.0)), Ordering::Equal);
        assert_eq!(compare(RawBsonRef::Int32(1), RawBsonRef::Int64(1)), Ordering::Equal);
    }
}
