//! Stages of an aggregation. `find`, `count` and views are pipelines too.

use bson::{Bson, Document, RawDocumentBuf, doc};

use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::filter::Filter;
use crate::demo::mongo::group::{Group, whole};
use crate::demo::mongo::project::Projection;
use crate::demo::mongo::scan::{Rows, Scan, SortKeys, Want, number_of};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    Match(Filter),
    Sort(SortKeys),
    Skip(u64),
    Limit(u64),
    Project(Projection),
    Group(Group),
    /// Counts into a field of this name.
    Count(String),
    /// The statistics that are asked for; only ever the first stage.
    CollStats(Document),
}

impl Stage {
    pub(super) fn parse_all(pipeline: &[Bson]) -> Result<Vec<Self>, Refusal> {
        let mut stages = Vec::new();
        for stage in pipeline {
            let only = stage.as_document().filter(|stage| stage.len() == 1);
            let Some((name, operand)) = only.and_then(|stage| stage.iter().next()) else {
                let message =
                    "A pipeline stage specification object must contain exactly one field.";
                return Err(Refusal::new(40323, "Location40323", message));
            };
            stages.extend(Self::parse(name, operand)?);
        }
        Ok(stages)
    }

    /// `None` for a stage that changes nothing.
    fn parse(name: &str, operand: &Bson) -> Result<Option<Self>, Refusal> {
        let document = || {
            operand.as_document().ok_or_else(|| {
                Refusal::failed_to_parse(format!("the {name} specification must be an object"))
            })
        };
        let amount = || {
            count_of(operand).ok_or_else(|| {
                Refusal::failed_to_parse(format!("the {name} stage needs a number not below zero"))
            })
        };
        Ok(Some(match name {
            "$match" => Self::Match(Filter::parse(document()?)?),
            "$sort" => Self::Sort(SortKeys::parse(document()?)?),
            "$skip" => Self::Skip(amount()?),
            "$limit" => Self::Limit(amount()?),
            "$project" => match Projection::parse(document()?)? {
                Some(projection) => Self::Project(projection),
                None => return Ok(None),
            },
            "$group" => Self::Group(Group::parse(document()?)?),
            "$count" => match operand.as_str() {
                Some(field) if !field.is_empty() => Self::Count(field.to_owned()),
                _ => {
                    let message = "the count field must be a non-empty string";
                    return Err(Refusal::new(40156, "Location40156", message));
                }
            },
            "$collStats" => Self::CollStats(document()?.clone()),
            other => {
                let message = format!("Unrecognized pipeline stage name: '{other}'");
                return Err(Refusal::new(40324, "Location40324", message));
            }
        }))
    }

    fn reads_only_id(&self) -> bool {
        match self {
            Self::Project(projection) => projection.reads_only_id(),
            Self::Group(group) => group.reads_only_id(),
            Self::Count(_) => true,
            Self::Match(_)
            | Self::Sort(_)
            | Self::Skip(_)
            | Self::Limit(_)
            | Self::CollStats(_) => false,
        }
    }

    fn apply(self, rows: Rows) -> Rows {
        match self {
            Self::Match(filter) => Box::new(rows.filter(move |row| filter.matches(row))),
            Self::Skip(amount) => {
                Box::new(rows.skip(usize::try_from(amount).unwrap_or(usize::MAX)))
            }
            Self::Limit(amount) => {
                Box::new(rows.take(usize::try_from(amount).unwrap_or(usize::MAX)))
            }
            Self::Project(projection) => Box::new(rows.map(move |row| projection.apply(&row))),
            Self::Group(group) => group.apply(rows),
            Self::Count(field) => counted(&field, u64::try_from(rows.count()).unwrap_or(u64::MAX)),
            Self::Sort(keys) => {
                let mut sorted: Vec<_> = rows.map(|row| (keys.key(&row), row)).collect();
                sorted.sort_by(|(left, _), (right, _)| keys.compare(left, right));
                Box::new(sorted.into_iter().map(|(_, row)| row))
            }
            // Taken off the front before rows are read.
            Self::CollStats(_) => rows,
        }
    }
}

/// Runs a pipeline over a collection; what a scan can do by itself is left to it.
pub(super) fn run(mut scan: Scan, stages: Vec<Stage>) -> Rows {
    let mut stages = stages.into_iter().peekable();
    // A scan filters, then sorts, then skips, then limits: once past one, it cannot go back.
    while let Some(stage) = stages.next_if(|stage| match stage {
        Stage::Match(_) | Stage::Sort(_) => {
            scan.order.is_empty() && scan.skip == 0 && scan.limit.is_none()
        }
        Stage::Skip(_) => scan.limit.is_none(),
        Stage::Limit(_) => true,
        _ => false,
    }) {
        match stage {
            Stage::Match(filter) => scan.filter = scan.filter.and(filter),
            Stage::Sort(keys) => scan.order = keys,
            Stage::Skip(amount) => scan.skip = scan.skip.saturating_add(amount),
            Stage::Limit(amount) => scan.limit = Some(scan.limit.unwrap_or(amount).min(amount)),
            _ => {}
        }
    }
    let want =
        if stages.peek().is_some_and(Stage::reads_only_id) { Want::Ids } else { Want::Documents };
    let first: Rows = match stages.next() {
        None => scan.rows(want),
        Some(Stage::Count(field)) => counted(&field, scan.count()),
        Some(Stage::Group(group)) if group.of_count(0).is_some() => {
            let count = scan.count();
            Box::new((count > 0).then(|| group.of_count(count)).flatten().into_iter())
        }
        Some(stage) => stage.apply(scan.rows(want)),
    };
    run_rows(first, stages.collect())
}

/// Runs a pipeline over rows that no scan gives.
pub(super) fn run_rows(rows: Rows, stages: Vec<Stage>) -> Rows {
    stages.into_iter().fold(rows, |rows, stage| stage.apply(rows))
}

/// No documents give no row rather than a zero.
fn counted(field: &str, count: u64) -> Rows {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let row = (count > 0).then(|| RawDocumentBuf::try_from(doc! {field: whole(count)}).ok());
    Box::new(row.flatten().into_iter())
}

/// A number of a request that counts something.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
pub(super) fn count_of(value: &Bson) -> Option<u64> {
    number_of(value).filter(|number| *number >= 0.0).map(|number| number as u64)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bson::oid::ObjectId;
    use bson::rawdoc;

    use super::*;
    use crate::demo::mongo::documents::Documents;

    /// Even numbers that panic when a document is made although its id would do.
    struct IdsOnly(u64);

    impl Documents for IdsOnly {
        fn len(&self) -> u64 {
            self.0
        }

        fn document(&self, position: u64) -> RawDocumentBuf {
            panic!("made document {position}")
        }

        fn id(&self, position: u64) -> Bson {
            Bson::ObjectId(oid(u32::try_from(position).unwrap() * 2))
        }
    }

    /// Ten numbers.
    struct Made;

    impl Documents for Made {
        fn len(&self) -> u64 {
            10
        }

        fn document(&self, position: u64) -> RawDocumentBuf {
            rawdoc! {"_id": i64::try_from(position).unwrap(), "x": 1}
        }

        fn id(&self, position: u64) -> Bson {
            Bson::Int64(i64::try_from(position).unwrap())
        }
    }

    fn oid(seconds: u32) -> ObjectId {
        ObjectId::from_parts(seconds, [0; 5], [0; 3])
    }

    fn rows(documents: impl Documents + 'static, stages: Vec<Document>) -> Vec<RawDocumentBuf> {
        let pipeline: Vec<_> = stages.into_iter().map(Bson::Document).collect();
        let stages = Stage::parse_all(&pipeline).unwrap();
        run(Scan::whole(Arc::new(documents)), stages).collect()
    }

    #[test]
    fn what_needs_only_ids_makes_no_document() {
        let since = doc! {"$match": {"_id": {"$gte": oid(100_000)}}};
        let table = [
            (vec![since.clone(), doc! {"$count": "n"}], rawdoc! {"n": 10_000}),
            (
                vec![since.clone(), doc! {"$group": {"_id": 1, "n": {"$sum": 1}}}],
                rawdoc! {"_id": 1, "n": 10_000},
            ),
            (
                vec![doc! {"$group": {"_id": null, "last": {"$max": "$_id"}}}],
                rawdoc! {"_id": null, "last": oid(119_998)},
            ),
            (
                vec![
                    doc! {"$sort": {"_id": -1}},
                    doc! {"$skip": 1},
                    doc! {"$limit": 1},
                    doc! {"$project": {"_id": 1}},
                ],
                rawdoc! {"_id": oid(119_996)},
            ),
            (
                vec![
                    doc! {"$match": {"_id": {"$in": [oid(8), oid(7)]}}},
                    doc! {"$project": {"_id": 1}},
                ],
                rawdoc! {"_id": oid(8)},
            ),
            (
                vec![
                    doc! {"$match": {"_id": {"$not": {"$lt": oid(119_998)}}}},
                    doc! {"$project": {"_id": 1}},
                ],
                rawdoc! {"_id": oid(119_998)},
            ),
        ];
        for (stages, expected) in table {
            assert_eq!(rows(IdsOnly(60_000), stages.clone()), [expected], "{stages:?}");
        }
    }

    #[test]
    fn nothing_to_count_gives_no_row() {
        assert!(rows(IdsOnly(0), vec![doc! {"$count": "n"}]).is_empty());
        assert!(
            rows(IdsOnly(0), vec![doc! {"$group": {"_id": null, "n": {"$sum": 1}}}]).is_empty()
        );
    }

    #[test]
    fn stages_that_a_scan_cannot_take_over_keep_their_order() {
        let limited =
            vec![doc! {"$limit": 5}, doc! {"$sort": {"_id": -1}}, doc! {"$project": {"_id": 1}}];
        let found: Vec<_> =
            rows(Made, limited).iter().map(|row| row.get_i64("_id").unwrap()).collect();
        assert_eq!(found, [4, 3, 2, 1, 0]);
    }

    #[test]
    fn a_stage_that_is_not_known_is_refused() {
        let refused = Stage::parse_all(&[Bson::Document(doc! {"$out": "x"})]).unwrap_err();
        assert_eq!(refused.code, 40324);
    }
}
