//! Which positions of a collection a filter can select: ids in ascending order are searched for.

use std::ops::Range;

use bson::RawBson;
use bson::raw::RawBsonRef;

use crate::demo::mongo::compare::{bracket, compare};
use crate::demo::mongo::documents::Documents;
use crate::demo::mongo::filter::{Comparison, Filter, Test};

/// Where the documents that a filter selects can be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidates {
    pub(super) positions: Positions,
    /// Every candidate matches: none needs to be looked at.
    pub(super) exact: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Positions {
    Range(Range<u64>),
    /// Ascending.
    Points(Vec<u64>),
}

impl Filter {
    /// Narrows a collection down by its order of ids.
    pub(super) fn candidates(&self, documents: &dyn Documents) -> Candidates {
        let whole = Positions::Range(0..documents.len());
        if !documents.is_ascending() {
            return Candidates { positions: whole, exact: *self == Self::All(Vec::new()) };
        }
        match self {
            Self::All(filters) => filters.iter().map(|filter| filter.candidates(documents)).fold(
                Candidates { positions: whole, exact: true },
                |all, one| Candidates {
                    positions: all.positions.intersect(one.positions),
                    exact: all.exact && one.exact,
                },
            ),
            Self::Field { path, test } if path == "_id" => match test {
                Test::Compare(comparison, operand) => Candidates {
                    positions: Positions::Range(range(*comparison, operand, documents)),
                    exact: true,
                },
                Test::In(operands) => {
                    let mut points: Vec<u64> = operands
                        .iter()
                        .flat_map(|operand| range(Comparison::Equal, operand, documents))
                        .collect();
                    points.sort_unstable();
                    points.dedup();
                    Candidates { positions: Positions::Points(points), exact: true }
                }
                Test::Exists => Candidates { positions: whole, exact: true },
                Test::Type(_) => Candidates { positions: whole, exact: false },
            },
            Self::Any(_) | Self::Not(_) | Self::Field { .. } => {
                Candidates { positions: whole, exact: false }
            }
        }
    }
}

impl Positions {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Range(range) => range.end.saturating_sub(range.start),
            Self::Points(points) => u64::try_from(points.len()).unwrap_or(u64::MAX),
        }
    }

    pub(super) fn iter(self) -> Box<dyn DoubleEndedIterator<Item = u64> + Send> {
        match self {
            Self::Range(range) => Box::new(range),
            Self::Points(points) => Box::new(points.into_iter()),
        }
    }

    fn intersect(self, other: Self) -> Self {
        match (self, other) {
            (Self::Range(one), Self::Range(other)) => {
                Self::Range(one.start.max(other.start)..one.end.min(other.end))
            }
            (Self::Range(range), Self::Points(points))
            | (Self::Points(points), Self::Range(range)) => {
                Self::Points(points.into_iter().filter(|point| range.contains(point)).collect())
            }
            (Self::Points(one), Self::Points(other)) => Self::Points(
                one.into_iter().filter(|point| other.binary_search(point).is_ok()).collect(),
            ),
        }
    }
}

/// The positions whose `_id` stands to `operand` as asked, inside its type bracket.
fn range(comparison: Comparison, operand: &RawBson, documents: &dyn Documents) -> Range<u64> {
    let operand = operand.as_raw_bson_ref();
    let kind = bracket(operand);
    let search = |is_before: &dyn Fn(RawBsonRef<'_>) -> bool| {
        let (mut low, mut high) = (0, documents.len());
        while low < high {
            let middle = low.midpoint(high);
            let id = RawBson::try_from(documents.id(middle)).unwrap_or(RawBson::Null);
            if is_before(id.as_raw_bson_ref()) { low = middle + 1 } else { high = middle }
        }
        low
    };
    let bracket_start = || search(&|id| bracket(id) < kind);
    let bracket_end = || search(&|id| bracket(id) <= kind);
    let first_equal = || search(&|id| compare(id, operand).is_lt());
    let after_equal = || search(&|id| compare(id, operand).is_le());
    match comparison {
        Comparison::Equal => first_equal()..after_equal(),
        Comparison::Less => bracket_start()..first_equal(),
        Comparison::LessOrEqual => bracket_start()..after_equal(),
        Comparison::Greater => after_equal()..bracket_end(),
        Comparison::GreaterOrEqual => first_equal()..bracket_end(),
    }
}

#[cfg(test)]
mod tests {
    use bson::oid::ObjectId;
    use bson::{doc, rawdoc};

    use super::*;
    use crate::demo::mongo::documents::{Keep, Stored};

    #[test]
    fn ranges_of_ids_are_searched_for_inside_their_type() {
        let stored = Stored::new(Keep::Documents);
        for n in 0..10 {
            stored.insert(&rawdoc! {"_id": n}).unwrap();
        }
        stored.insert(&rawdoc! {"_id": ObjectId::from_bytes([1; 12])}).unwrap();
        let table = [
            (doc! {}, 0..11),
            (doc! {"_id": {"$lt": 4}}, 0..4),
            (doc! {"_id": {"$gte": 4}}, 4..10),
            (doc! {"_id": {"$gt": 4, "$lte": 7}}, 5..8),
            (doc! {"_id": {"$gt": ObjectId::from_bytes([0; 12])}}, 10..11),
            (doc! {"_id": 3}, 3..4),
            (doc! {"_id": "absent"}, 10..10),
        ];
        for (filter, expected) in table {
            let candidates = Filter::parse(&filter).unwrap().candidates(&stored);
            let expected = Candidates { positions: Positions::Range(expected), exact: true };
            assert_eq!(candidates, expected, "{filter}");
        }
        let some = Filter::parse(&doc! {"_id": {"$in": [8, 2, 99], "$lt": 5}}).unwrap();
        assert_eq!(some.candidates(&stored).positions, Positions::Points(vec![2]));
        let other = Filter::parse(&doc! {"_id": {"$lt": 5}, "x": 1}).unwrap();
        assert!(!other.candidates(&stored).exact);
    }
}
