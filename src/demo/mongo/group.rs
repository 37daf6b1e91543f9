//! `$group`: accumulators over all rows, or over the rows of each value of a field.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use bson::raw::{RawBsonRef, RawDocument};
use bson::{Bson, Document, RawBson, RawDocumentBuf, doc, rawdoc};

use crate::demo::mongo::compare::{compare, number};
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::filter::{raw, value_at};
use crate::demo::mongo::scan::Rows;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    by: Expression,
    accumulators: Vec<(String, Accumulator, Expression)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Expression {
    Constant(RawBson),
    Field(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accumulator {
    Sum,
    Min,
    Max,
}

impl Group {
    pub(super) fn parse(stage: &Document) -> Result<Self, Refusal> {
        let by = stage.get("_id").ok_or_else(|| {
            Refusal::new(15955, "Location15955", "a group specification must include an _id")
        })?;
        let mut accumulators = Vec::new();
        for (name, accumulator) in stage.iter().filter(|(name, _)| *name != "_id") {
            let found = accumulator.as_document().and_then(|document| document.iter().next());
            let Some((operator, operand)) = found else {
                let message = format!("The field '{name}' must be an accumulator object");
                return Err(Refusal::new(40234, "Location40234", message));
            };
            let accumulator = match operator.as_str() {
                "$sum" => Accumulator::Sum,
                "$min" => Accumulator::Min,
                "$max" => Accumulator::Max,
                other => {
                    let message = format!("unknown group operator '{other}'");
                    return Err(Refusal::new(15952, "Location15952", message));
                }
            };
            accumulators.push((name.clone(), accumulator, Expression::parse(operand)?));
        }
        Ok(Self { by: Expression::parse(by)?, accumulators })
    }

    /// Whether `_id` is all that it looks at.
    pub(super) fn reads_only_id(&self) -> bool {
        let expressions = self.accumulators.iter().map(|(_, _, expression)| expression);
        expressions.chain([&self.by]).all(|expression| match expression {
            Expression::Constant(_) => true,
            Expression::Field(path) => path == "_id",
        })
    }

    /// The one row that counting alone gives; `None` when rows must be looked at.
    pub(super) fn of_count(&self, count: u64) -> Option<RawDocumentBuf> {
        let Expression::Constant(by) = &self.by else { return None };
        let mut row = doc! {"_id": Bson::try_from(by.clone()).ok()?};
        for (name, accumulator, expression) in &self.accumulators {
            let Expression::Constant(constant) = expression else { return None };
            let total = match (accumulator, constant) {
                (Accumulator::Sum, RawBson::Int32(each)) => {
                    whole(i64::from(*each) * i64::try_from(count).ok()?)
                }
                _ => return None,
            };
            row.insert(name, total);
        }
        RawDocumentBuf::try_from(row).ok()
    }

    pub(super) fn apply(self, rows: Rows) -> Rows {
        let mut groups: BTreeMap<Vec<u8>, (RawBson, Vec<RawBson>)> = BTreeMap::new();
        for row in rows {
            let by = self.by.evaluate(&row).unwrap_or(RawBson::Null);
            let key = rawdoc! {"": by.clone()}.into_bytes();
            let (_, totals) = groups.entry(key).or_insert_with(|| {
                let first = |(_, accumulator, _): &(_, Accumulator, _)| match accumulator {
                    Accumulator::Sum => RawBson::Int32(0),
                    Accumulator::Min | Accumulator::Max => RawBson::Null,
                };
                (by, self.accumulators.iter().map(first).collect())
            });
            for ((_, accumulator, expression), total) in self.accumulators.iter().zip(totals) {
                if let Some(value) = expression.evaluate(&row) {
                    accumulator.add(total, value);
                }
            }
        }
        Box::new(groups.into_values().map(move |(by, totals)| {
            let fields = self.accumulators.iter().map(|(name, _, _)| name.clone()).zip(totals);
            let row: Option<Document> = [("_id".to_owned(), by)]
                .into_iter()
                .chain(fields)
                .map(|(name, value)| Some((name, Bson::try_from(value).ok()?)))
                .collect();
            RawDocumentBuf::try_from(row.unwrap_or_default()).unwrap_or_default()
        }))
    }
}

impl Expression {
    fn parse(value: &Bson) -> Result<Self, Refusal> {
        match value {
            Bson::String(text) if text.starts_with('$') => {
                Ok(Self::Field(text.trim_start_matches('$').to_owned()))
            }
            Bson::Document(document) if document.keys().any(|key| key.starts_with('$')) => {
                let name = document.keys().next().map_or("", String::as_str);
                let message = format!("Unrecognized expression '{name}'");
                Err(Refusal::new(168, "InvalidPipelineOperator", message))
            }
            constant => Ok(Self::Constant(raw(constant))),
        }
    }

    fn evaluate(&self, row: &RawDocument) -> Option<RawBson> {
        match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Field(path) => value_at(row, path).map(RawBson::from),
        }
    }
}

impl Accumulator {
    fn add(self, total: &mut RawBson, value: RawBson) {
        let replaces = |wanted: Ordering| {
            matches!(total, RawBson::Null)
                || compare(value.as_raw_bson_ref(), total.as_raw_bson_ref()) == wanted
        };
        match self {
            // Null never is the smallest or the largest.
            Self::Min | Self::Max if matches!(value, RawBson::Null) => {}
            Self::Min if replaces(Ordering::Less) => *total = value,
            Self::Max if replaces(Ordering::Greater) => *total = value,
            Self::Min | Self::Max => {}
            Self::Sum => *total = sum(total.as_raw_bson_ref(), value.as_raw_bson_ref()),
        }
    }
}

/// Adds numbers as the server does: whole as long as both are; what is no number adds nothing.
fn sum(total: RawBsonRef<'_>, value: RawBsonRef<'_>) -> RawBson {
    let integer = |value: RawBsonRef<'_>| match value {
        RawBsonRef::Int32(number) => Some(i64::from(number)),
        RawBsonRef::Int64(number) => Some(number),
        _ => None,
    };
    match (integer(total), integer(value)) {
        (Some(total), Some(value)) => raw(&whole(total.saturating_add(value))),
        _ => match (number(total), number(value)) {
            (Some(total), Some(value)) => RawBson::Double(total + value),
            _ => total.into(),
        },
    }
}

/// The smallest integer type that holds the number.
pub(super) fn whole(number: i64) -> Bson {
    i32::try_from(number).map_or(Bson::Int64(number), Bson::Int32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(stage: &Document, rows: Vec<RawDocumentBuf>) -> Vec<RawDocumentBuf> {
        Group::parse(stage).unwrap().apply(Box::new(rows.into_iter())).collect()
    }

    #[test]
    fn rows_are_summed_and_bounded() {
        let rows = vec![rawdoc! {"k": "a", "n": 2}, rawdoc! {"k": "b", "n": 5}, rawdoc! {"k": "a"}];
        let all = doc! {"_id": null, "n": {"$sum": 1}, "total": {"$sum": "$n"},
        "low": {"$min": "$n"}, "high": {"$max": "$n"}};
        let expected = rawdoc! {"_id": null, "n": 3, "total": 7, "low": 2, "high": 5};
        assert_eq!(grouped(&all, rows.clone()), [expected]);
        let each = doc! {"_id": "$k", "n": {"$sum": 1}};
        assert_eq!(
            grouped(&each, rows),
            [rawdoc! {"_id": "a", "n": 2}, rawdoc! {"_id": "b", "n": 1}]
        );
    }

    #[test]
    fn a_sum_of_constants_needs_no_rows() {
        let group = Group::parse(&doc! {"_id": 1, "n": {"$sum": 1}}).unwrap();
        assert_eq!(group.of_count(60_000), Some(rawdoc! {"_id": 1, "n": 60_000}));
        let group = Group::parse(&doc! {"_id": null, "low": {"$min": "$_id"}}).unwrap();
        assert_eq!(group.of_count(3), None);
        assert!(group.reads_only_id());
    }
}
