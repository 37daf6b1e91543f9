//! Reading one collection: which positions, in what order, and how much of each document.

use std::cmp::Ordering;
use std::sync::Arc;

use bson::raw::RawBsonRef;
use bson::{Bson, Document, RawBson, RawDocumentBuf};

use crate::demo::mongo::compare::{compare, number};
use crate::demo::mongo::documents::{Documents, id_document};
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::filter::{Filter, value_at};

/// Documents on their way to the client.
pub(super) type Rows = Box<dyn Iterator<Item = RawDocumentBuf> + Send>;

/// Which documents of a collection, in which order, from where to where.
pub(super) struct Scan {
    pub(super) documents: Arc<dyn Documents>,
    pub(super) filter: Filter,
    pub(super) order: SortKeys,
    pub(super) skip: u64,
    pub(super) limit: Option<u64>,
}

/// Fields and directions to sort by; empty means natural order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SortKeys(Vec<(String, Direction)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

/// How much of each document is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    Documents,
    /// The `_id` alone.
    Ids,
}

impl Scan {
    pub(super) fn whole(documents: Arc<dyn Documents>) -> Self {
        let (filter, order) = (Filter::All(Vec::new()), SortKeys::default());
        Self { documents, filter, order, skip: 0, limit: None }
    }

    /// How many documents it would yield.
    pub(super) fn count(self) -> u64 {
        let candidates = self.filter.candidates(self.documents.as_ref());
        if candidates.exact {
            let found = candidates.positions.len().saturating_sub(self.skip);
            return self.limit.map_or(found, |limit| found.min(limit));
        }
        u64::try_from(Self { order: SortKeys::default(), ..self }.positions().count())
            .unwrap_or(u64::MAX)
    }

    pub(super) fn rows(self, want: Want) -> Rows {
        let documents = Arc::clone(&self.documents);
        let positions = self.positions();
        match want {
            Want::Documents => Box::new(positions.map(move |at| documents.document(at))),
            Want::Ids => Box::new(positions.map(move |at| id_document(documents.id(at)))),
        }
    }

    fn positions(self) -> Box<dyn Iterator<Item = u64> + Send> {
        let candidates = self.filter.candidates(self.documents.as_ref());
        let only_ids = self.filter.reads_only_id();
        let read = move |documents: &dyn Documents, at, only_ids| {
            if only_ids { id_document(documents.id(at)) } else { documents.document(at) }
        };
        let Self { documents, filter, order, skip, limit } = self;
        let by_id = order.by_id().filter(|_| documents.is_ascending());
        let ordered: Box<dyn Iterator<Item = u64> + Send> = match by_id {
            Some(Direction::Descending) => Box::new(candidates.positions.iter().rev()),
            _ => candidates.positions.iter(),
        };
        let found: Box<dyn Iterator<Item = u64> + Send> = if candidates.exact {
            ordered
        } else {
            let documents = Arc::clone(&documents);
            Box::new(ordered.filter(move |at| filter.matches(&read(&*documents, *at, only_ids))))
        };
        let sorted: Box<dyn Iterator<Item = u64> + Send> = if order.is_empty() || by_id.is_some() {
            found
        } else {
            let only_ids = order.reads_only_id();
            let mut keyed: Vec<_> =
                found.map(|at| (order.key(&read(&*documents, at, only_ids)), at)).collect();
            keyed.sort_by(|(left, _), (right, _)| order.compare(left, right));
            Box::new(keyed.into_iter().map(|(_, at)| at))
        };
        let skipped = sorted.skip(usize::try_from(skip).unwrap_or(usize::MAX));
        match limit {
            Some(limit) => Box::new(skipped.take(usize::try_from(limit).unwrap_or(usize::MAX))),
            None => Box::new(skipped),
        }
    }
}

impl SortKeys {
    pub(super) fn parse(sort: &Document) -> Result<Self, Refusal> {
        let key = |(field, order): (&String, &Bson)| {
            let order = match order {
                Bson::Int32(order) => f64::from(*order),
                other => number_of(other)
                    .ok_or_else(|| Refusal::bad_value(format!("Illegal key in $sort: {field}")))?,
            };
            let ascends = order > 0.0;
            let direction = if ascends { Direction::Ascending } else { Direction::Descending };
            Ok((field.clone(), direction))
        };
        // The natural order is the only one a collection has without keys.
        sort.iter()
            .filter(|(field, _)| *field != "$natural")
            .map(key)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn by_id(&self) -> Option<Direction> {
        match self.0.as_slice() {
            [(field, direction), ..] if field == "_id" => Some(*direction),
            _ => None,
        }
    }

    fn reads_only_id(&self) -> bool {
        self.0.iter().all(|(field, _)| field == "_id")
    }

    /// The values of a document that decide where it goes.
    pub(super) fn key(&self, document: &RawDocumentBuf) -> Vec<RawBson> {
        let value = |(field, _): &(String, Direction)| {
            value_at(document, field).unwrap_or(RawBsonRef::Null).into()
        };
        self.0.iter().map(value).collect()
    }

    pub(super) fn compare(&self, left: &[RawBson], right: &[RawBson]) -> Ordering {
        let pairs = self.0.iter().zip(left).zip(right);
        pairs.fold(Ordering::Equal, |found, (((_, direction), left), right)| {
            found.then_with(|| {
                let ordering = compare(left.as_raw_bson_ref(), right.as_raw_bson_ref());
                match direction {
                    Direction::Ascending => ordering,
                    Direction::Descending => ordering.reverse(),
                }
            })
        })
    }
}

/// A number of a request, whatever its type.
pub(super) fn number_of(value: &Bson) -> Option<f64> {
    number(RawBson::try_from(value.clone()).ok()?.as_raw_bson_ref())
}
