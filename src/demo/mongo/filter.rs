//! The filter language, and which positions of a collection a filter can select.

use std::cmp::Ordering;

use bson::raw::{RawBsonRef, RawDocument};
use bson::spec::ElementType;
use bson::{Bson, Document, RawBson};

use crate::demo::mongo::compare::{bracket, compare};
use crate::demo::mongo::error::Refusal;

/// A compiled filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Field { path: String, test: Test },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Compare(Comparison, RawBson),
    In(Vec<RawBson>),
    Exists,
    Type(Vec<ElementType>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    pub(super) fn parse(filter: &Document) -> Result<Self, Refusal> {
        let mut all = Vec::new();
        for (field, value) in filter {
            match (field.as_str(), value) {
                ("$and", Bson::Array(clauses)) => all.push(Self::All(parse_each(clauses)?)),
                ("$or", Bson::Array(clauses)) => all.push(Self::Any(parse_each(clauses)?)),
                ("$nor", Bson::Array(clauses)) => {
                    all.push(Self::Not(Box::new(Self::Any(parse_each(clauses)?))));
                }
                ("$and" | "$or" | "$nor", _) => {
                    return Err(Refusal::bad_value(format!("{field} must be an array")));
                }
                ("$comment", _) => {}
                (operator, _) if operator.starts_with('$') => {
                    let message = format!("unknown top level operator: {operator}");
                    return Err(Refusal::bad_value(message));
                }
                (path, value) => all.push(parse_field(path, value)?),
            }
        }
        Ok(Self::All(all))
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self::All(vec![self, other])
    }

    pub(super) fn matches(&self, document: &RawDocument) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.matches(document)),
            Self::Any(filters) => filters.iter().any(|filter| filter.matches(document)),
            Self::Not(filter) => !filter.matches(document),
            Self::Field { path, test } => reach(document, path, &|value| test.matches(value)),
        }
    }

    /// Whether the `_id` is all that the filter looks at.
    pub(super) fn reads_only_id(&self) -> bool {
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().all(Self::reads_only_id),
            Self::Not(filter) => filter.reads_only_id(),
            Self::Field { path, .. } => path == "_id",
        }
    }
}

impl Test {
    fn matches(&self, value: Option<RawBsonRef<'_>>) -> bool {
        // A missing field equals null.
        let value_or_null = value.unwrap_or(RawBsonRef::Null);
        match self {
            Self::Compare(comparison, operand) => {
                let operand = operand.as_raw_bson_ref();
                bracket(value_or_null) == bracket(operand)
                    && comparison.accepts(compare(value_or_null, operand))
            }
            Self::In(operands) => operands
                .iter()
                .any(|operand| compare(value_or_null, operand.as_raw_bson_ref()).is_eq()),
            Self::Exists => value.is_some(),
            Self::Type(types) => value.is_some_and(|value| types.contains(&value.element_type())),
        }
    }
}

impl Comparison {
    fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

fn parse_each(clauses: &[Bson]) -> Result<Vec<Filter>, Refusal> {
    clauses
        .iter()
        .map(|clause| match clause {
            Bson::Document(clause) => Filter::parse(clause),
            _ => Err(Refusal::bad_value("$or/$and/$nor entries need to be full objects")),
        })
        .collect()
}

fn parse_field(path: &str, value: &Bson) -> Result<Filter, Refusal> {
    match value {
        Bson::Document(operators) if operators.keys().any(|key| key.starts_with('$')) => {
            let tests: Result<_, _> = operators
                .iter()
                .map(|(operator, operand)| parse_operator(path, operator, operand))
                .collect();
            Ok(Filter::All(tests?))
        }
        value => Ok(field(path, Test::Compare(Comparison::Equal, raw(value)))),
    }
}

fn parse_operator(path: &str, operator: &str, operand: &Bson) -> Result<Filter, Refusal> {
    let comparison = |comparison| field(path, Test::Compare(comparison, raw(operand)));
    let not = |filter| Filter::Not(Box::new(filter));
    let list = || match operand {
        Bson::Array(values) => Ok(field(path, Test::In(values.iter().map(raw).collect()))),
        _ => Err(Refusal::bad_value(format!("{operator} needs an array"))),
    };
    Ok(match operator {
        "$eq" => comparison(Comparison::Equal),
        "$ne" => not(comparison(Comparison::Equal)),
        "$lt" => comparison(Comparison::Less),
        "$lte" => comparison(Comparison::LessOrEqual),
        "$gt" => comparison(Comparison::Greater),
        "$gte" => comparison(Comparison::GreaterOrEqual),
        "$in" => list()?,
        "$nin" => not(list()?),
        "$exists" if is_false(operand) => not(field(path, Test::Exists)),
        "$exists" => field(path, Test::Exists),
        "$type" => field(path, Test::Type(parse_types(operand)?)),
        "$not" => not(parse_field(path, operand)?),
        _ => return Err(Refusal::bad_value(format!("unknown operator: {operator}"))),
    })
}

fn field(path: &str, test: Test) -> Filter {
    Filter::Field { path: path.to_owned(), test }
}

fn is_false(value: &Bson) -> bool {
    matches!(value, Bson::Boolean(false) | Bson::Int32(0) | Bson::Int64(0) | Bson::Null)
}

/// A value of a request in its raw form.
pub(super) fn raw(value: &Bson) -> RawBson {
    RawBson::try_from(value.clone()).unwrap_or(RawBson::Null)
}

fn parse_types(operand: &Bson) -> Result<Vec<ElementType>, Refusal> {
    let types = match operand {
        Bson::Array(types) => {
            return Ok(types.iter().map(parse_types).collect::<Result<Vec<_>, _>>()?.concat());
        }
        Bson::Int32(number) => u8::try_from(*number).ok().and_then(ElementType::from).map(one),
        Bson::Int64(number) => u8::try_from(*number).ok().and_then(ElementType::from).map(one),
        #[expect(clippy::cast_possible_truncation, reason = "type numbers are small")]
        Bson::Double(number) => return parse_types(&Bson::Int64(*number as i64)),
        Bson::String(name) => type_by_name(name),
        _ => None,
    };
    types.ok_or_else(|| Refusal::bad_value(format!("Unknown type name alias: {operand}")))
}

fn one(kind: ElementType) -> Vec<ElementType> {
    vec![kind]
}

fn type_by_name(name: &str) -> Option<Vec<ElementType>> {
    Some(one(match name {
        "double" => ElementType::Double,
        "string" => ElementType::String,
        "object" => ElementType::EmbeddedDocument,
        "array" => ElementType::Array,
        "binData" => ElementType::Binary,
        "objectId" => ElementType::ObjectId,
        "bool" => ElementType::Boolean,
        "date" => ElementType::DateTime,
        "null" => ElementType::Null,
        "regex" => ElementType::RegularExpression,
        "int" => ElementType::Int32,
        "timestamp" => ElementType::Timestamp,
        "long" => ElementType::Int64,
        "decimal" => ElementType::Decimal128,
        "number" => {
            let (whole, broken) = (ElementType::Int32, ElementType::Double);
            return Some(vec![whole, ElementType::Int64, broken, ElementType::Decimal128]);
        }
        _ => return None,
    }))
}

/// Whether `accepts` holds for any value at a dotted path, arrays being looked into.
fn reach(
    document: &RawDocument,
    path: &str,
    accepts: &dyn Fn(Option<RawBsonRef<'_>>) -> bool,
) -> bool {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    let Ok(Some(value)) = document.get(head) else { return accepts(None) };
    match (value, rest) {
        (RawBsonRef::Document(inner), Some(rest)) => reach(inner, rest, accepts),
        (RawBsonRef::Array(values), Some(rest)) => values
            .into_iter()
            .filter_map(|value| value.ok()?.as_document())
            .any(|inner| reach(inner, rest, accepts)),
        (_, Some(_)) => accepts(None),
        (RawBsonRef::Array(values), None) => {
            accepts(Some(value))
                || values.into_iter().filter_map(Result::ok).any(|value| accepts(Some(value)))
        }
        (_, None) => accepts(Some(value)),
    }
}

/// The value at a dotted path of documents.
pub(super) fn value_at<'a>(document: &'a RawDocument, path: &str) -> Option<RawBsonRef<'a>> {
    match path.split_once('.') {
        Some((head, rest)) => value_at(document.get_document(head).ok()?, rest),
        None => document.get(path).ok()?,
    }
}

#[cfg(test)]
mod tests {
    use bson::oid::ObjectId;
    use bson::{doc, rawdoc};

    use super::*;

    #[test]
    fn filters_select_as_the_server_does() {
        let document = rawdoc! {"_id": ObjectId::from_bytes([7; 12]), "n": 5, "text": "b", "none": null,
        "tags": ["x", "y"], "inner": {"deep": true}, "list": [{"a": 1}, {"a": 2}]};
        let table = [
            (doc! {}, true),
            (doc! {"n": 5.0, "text": "b"}, true),
            (doc! {"n": {"$gt": 4, "$lt": 6}}, true),
            (doc! {"n": {"$gte": 5, "$lte": 4}}, false),
            (doc! {"n": {"$gt": "a"}}, false),
            (doc! {"_id": {"$lt": 1000}}, false),
            (doc! {"_id": {"$gte": ObjectId::from_bytes([7; 12])}}, true),
            (doc! {"n": {"$ne": 5}}, false),
            (doc! {"missing": {"$ne": 5}}, true),
            (doc! {"missing": null}, true),
            (doc! {"none": {"$exists": true}}, true),
            (doc! {"missing": {"$exists": false}}, true),
            (doc! {"n": {"$in": [1, 5]}}, true),
            (doc! {"n": {"$nin": [1, 5]}}, false),
            (doc! {"tags": "y"}, true),
            (doc! {"inner.deep": true}, true),
            (doc! {"list.a": 2}, true),
            (doc! {"n": {"$type": "number"}}, true),
            (doc! {"n": {"$type": [2, 16]}}, true),
            (doc! {"n": {"$type": 18}}, false),
            (doc! {"_id": {"$type": "objectId"}}, true),
            (doc! {"$or": [{"n": 1}, {"text": "b"}]}, true),
            (doc! {"$nor": [{"n": 1}, {"text": "b"}]}, false),
            (doc! {"$and": [{"n": 5}, {"text": "c"}]}, false),
            (doc! {"n": {"$not": {"$gt": 4}}}, false),
        ];
        for (filter, expected) in table {
            assert_eq!(Filter::parse(&filter).unwrap().matches(&document), expected, "{filter}");
        }
    }

    #[test]
    fn an_operator_that_is_not_known_is_refused() {
        for filter in [doc! {"a": {"$near": 1}}, doc! {"$where": "1"}, doc! {"$or": 1}] {
            assert_eq!(Filter::parse(&filter).unwrap_err().code, 2);
        }
    }
}
