//! Projections: top-level fields that are kept or left out.

use std::collections::BTreeSet;

use bson::{Bson, Document, RawDocumentBuf};

use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::scan::number_of;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Projection {
    mode: Mode,
    fields: BTreeSet<String>,
    with_id: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Include,
    Exclude,
}

impl Projection {
    /// `None` where everything is kept.
    pub(super) fn parse(projection: &Document) -> Result<Option<Self>, Refusal> {
        let mut mode = None;
        let mut fields = BTreeSet::new();
        let mut with_id = None;
        for (field, value) in projection {
            let keep = match value {
                Bson::Boolean(keep) => *keep,
                other => match number_of(other) {
                    Some(number) => number != 0.0,
                    None => return Err(Self::unsupported(field)),
                },
            };
            if field == "_id" {
                with_id = Some(keep);
                continue;
            }
            if field.contains('.') {
                return Err(Self::unsupported(field));
            }
            let wanted = if keep { Mode::Include } else { Mode::Exclude };
            if *mode.get_or_insert(wanted) != wanted {
                let message = format!("Cannot mix inclusion and exclusion at field {field}");
                return Err(Refusal::new(31254, "Location31254", message));
            }
            fields.insert(field.clone());
        }
        let alone = if with_id == Some(true) { Mode::Include } else { Mode::Exclude };
        let projection =
            Self { mode: mode.unwrap_or(alone), fields, with_id: with_id.unwrap_or(true) };
        let keeps_all =
            projection.mode == Mode::Exclude && projection.fields.is_empty() && projection.with_id;
        Ok((!keeps_all).then_some(projection))
    }

    fn unsupported(field: &str) -> Refusal {
        Refusal::bad_value(format!("this server projects whole top-level fields, not {field}"))
    }

    pub(super) fn reads_only_id(&self) -> bool {
        self.mode == Mode::Include && self.fields.is_empty()
    }

    pub(super) fn apply(&self, document: &RawDocumentBuf) -> RawDocumentBuf {
        let mut kept = RawDocumentBuf::new();
        for element in document.iter_elements().filter_map(Result::ok) {
            let field = element.key().as_str();
            let keep = match self.mode {
                _ if field == "_id" => self.with_id,
                Mode::Include => self.fields.contains(field),
                Mode::Exclude => !self.fields.contains(field),
            };
            if let (true, Ok(value)) = (keep, element.value()) {
                kept.append(element.key(), value);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use bson::{doc, rawdoc};

    use super::*;

    #[test]
    fn fields_are_kept_or_left_out_in_their_order() {
        let document = rawdoc! {"_id": 1, "a": 2, "b": 3};
        let table = [
            (doc! {}, rawdoc! {"_id": 1, "a": 2, "b": 3}),
            (doc! {"_id": 1}, rawdoc! {"_id": 1}),
            (doc! {"b": 1}, rawdoc! {"_id": 1, "b": 3}),
            (doc! {"b": true, "_id": 0}, rawdoc! {"b": 3}),
            (doc! {"a": 0}, rawdoc! {"_id": 1, "b": 3}),
            (doc! {"_id": false}, rawdoc! {"a": 2, "b": 3}),
        ];
        for (projection, expected) in table {
            let parsed = Projection::parse(&projection).unwrap();
            let found = parsed.map_or(document.clone(), |parsed| parsed.apply(&document));
            assert_eq!(found, expected, "{projection}");
        }
        assert!(Projection::parse(&doc! {"a": 1, "b": 0}).is_err());
        assert!(Projection::parse(&doc! {"a": "$b"}).is_err());
    }
}
