//! What `listCollections` says a collection is: its kind and its identity.

use bson::spec::BinarySubtype;
use bson::{Bson, Document};

use crate::domain::census::{CollectionKind, CollectionUuid};

/// One entry of `listCollections`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) kind: CollectionKind,
    pub(super) uuid: Option<CollectionUuid>,
}

impl Listed {
    /// Reads an entry; `None` where it has no name.
    pub(super) fn from_document(entry: &Document) -> Option<Self> {
        Some(Self {
            name: entry.get_str("name").ok()?.to_owned(),
            kind: kind(entry),
            uuid: uuid(entry),
        })
    }
}

fn kind(entry: &Document) -> CollectionKind {
    let options = entry.get_document("options").ok();
    let has = |option| options.is_some_and(|options| options.contains_key(option));
    match entry.get_str("type") {
        Ok("view") => CollectionKind::View,
        Ok("timeseries") => CollectionKind::TimeSeries,
        _ if has("timeseries") => CollectionKind::TimeSeries,
        _ if options.and_then(|options| options.get_bool("capped").ok()) == Some(true) => {
            CollectionKind::Capped
        }
        _ => CollectionKind::Plain,
    }
}

fn uuid(entry: &Document) -> Option<CollectionUuid> {
    match entry.get_document("info").ok()?.get("uuid")? {
        Bson::Binary(binary) if binary.subtype == BinarySubtype::Uuid => {
            Some(CollectionUuid::new(binary.bytes.as_slice().try_into().ok()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bson::{Binary, doc};

    use super::*;

    fn listed(entry: &Document) -> Listed {
        Listed::from_document(entry).unwrap()
    }

    #[test]
    fn kinds_are_read_from_type_and_options() {
        for (entry, kind) in [
            (doc! {"name": "a", "type": "collection", "options": {}}, CollectionKind::Plain),
            // A server of 3.2 says no type.
            (doc! {"name": "a"}, CollectionKind::Plain),
            (doc! {"name": "a", "options": {"capped": true, "size": 1}}, CollectionKind::Capped),
            (doc! {"name": "a", "options": {"capped": false}}, CollectionKind::Plain),
            (doc! {"name": "a", "type": "view", "options": {"viewOn": "b"}}, CollectionKind::View),
            (doc! {"name": "a", "type": "timeseries"}, CollectionKind::TimeSeries),
            (
                doc! {"name": "a", "type": "collection", "options": {"timeseries": {"timeField": "t"}}},
                CollectionKind::TimeSeries,
            ),
        ] {
            assert_eq!(listed(&entry).kind, kind, "{entry}");
        }
    }

    #[test]
    fn an_identity_is_16_bytes_of_the_uuid_subtype() {
        let entry =
            |subtype, bytes| doc! {"name": "a", "info": {"uuid": Binary { subtype, bytes }}};
        let found = listed(&entry(BinarySubtype::Uuid, vec![0xab; 16])).uuid.unwrap();
        assert_eq!(Some(found), CollectionUuid::parse(&"ab".repeat(16)));
        assert_eq!(listed(&entry(BinarySubtype::Uuid, vec![0xab; 15])).uuid, None);
        assert_eq!(listed(&entry(BinarySubtype::Generic, vec![0xab; 16])).uuid, None);
        assert_eq!(listed(&doc! {"name": "a"}).uuid, None);
    }
}
