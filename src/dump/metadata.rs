//! The JSON files of a dump: what `NAME.metadata.json` says of a collection, and the prelude.

use bson::{Bson, Document};
use serde::Deserialize;

use crate::domain::census::{CollectionKind, CollectionUuid};
use crate::domain::index::IndexSpec;

/// What a collection is created with.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Metadata {
    /// The whole name, where the file's name had to be cut.
    pub(super) name: Option<String>,
    pub(super) kind: CollectionKind,
    pub(super) options: Document,
    /// The definitions as they stand, and what they mean.
    pub(super) indexes: Vec<Document>,
    pub(super) specs: Vec<IndexSpec>,
    pub(super) uuid: Option<CollectionUuid>,
}

impl Metadata {
    /// Reads extended JSON straight into a document: a detour through a JSON value would sort keys,
    /// and the order of an index's keys is its meaning.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        if text.is_empty() {
            return Err("the metadata is empty".to_owned());
        }
        let mut document: Document = serde_json::from_slice(text)
            .map_err(|error| format!("the metadata cannot be read ({error})"))?;
        let options = match document.remove("options") {
            Some(Bson::Document(options)) => options,
            None | Some(Bson::Null) => Document::new(),
            Some(_) => return Err("the metadata's options are no document".to_owned()),
        };
        let indexes = match document.remove("indexes") {
            Some(Bson::Array(indexes)) => indexes,
            None | Some(Bson::Null) => Vec::new(),
            Some(_) => return Err("the metadata's indexes are no list".to_owned()),
        };
        let (indexes, specs) = indexes
            .into_iter()
            .map(|index| match index {
                Bson::Document(definition) => {
                    IndexSpec::from_document(&definition).map(|spec| (definition, spec))
                }
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
            .ok_or("the metadata has an index without keys")?
            .into_iter()
            .unzip();
        Ok(Self {
            name: document.get_str("collectionName").ok().map(str::to_owned),
            kind: kind(&document, &options),
            uuid: document.get_str("uuid").ok().and_then(CollectionUuid::parse),
            options,
            indexes,
            specs,
        })
    }
}

fn kind(document: &Document, options: &Document) -> CollectionKind {
    let is_timeseries = document.get_str("type").is_ok_and(|name| name == "timeseries");
    if options.contains_key("viewOn") {
        CollectionKind::View
    } else if is_timeseries || options.contains_key("timeseries") {
        CollectionKind::TimeSeries
    } else if options.get_bool("capped").unwrap_or_default() {
        CollectionKind::Capped
    } else {
        CollectionKind::Plain
    }
}

/// `prelude.json`: who wrote the dump, and from what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Prelude {
    pub(super) server_version: String,
    pub(super) tool_version: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indexes(text: &str) -> Vec<Vec<String>> {
        let metadata = Metadata::parse(text.as_bytes()).unwrap();
        let fields = |index: &Document| {
            index.get_document("key").unwrap().keys().cloned().collect::<Vec<_>>()
        };
        metadata.indexes.iter().map(fields).collect()
    }

    #[test]
    fn the_order_of_index_keys_is_kept() {
        let text = r#"{"options":{},"indexes":[{"v":{"$numberInt":"2"},
            "key":{"z":{"$numberInt":"1"},"a":{"$numberInt":"-1"}},"name":"z_1_a_-1"}],
            "uuid":"0123456789ABCDEF0123456789abcdef","collectionName":"file","type":"collection"}"#;
        assert_eq!(indexes(text), [["z", "a"]]);
        let metadata = Metadata::parse(text.as_bytes()).unwrap();
        assert_eq!(metadata.uuid, CollectionUuid::parse("0123456789abcdef0123456789abcdef"));
        assert_eq!(metadata.name.as_deref(), Some("file"));
    }

    #[test]
    fn kinds_are_told_by_options() {
        for (text, kind) in [
            (r#"{"indexes":[]}"#, CollectionKind::Plain),
            (
                r#"{"options":{"capped":true,"size":{"$numberLong":"4096"}}}"#,
                CollectionKind::Capped,
            ),
            (r#"{"options":{"capped":false}}"#, CollectionKind::Plain),
            (
                r#"{"options":{"viewOn":"x","pipeline":[{"$match":{"a":{"$gt":1}}}]}}"#,
                CollectionKind::View,
            ),
            (r#"{"options":{"timeseries":{"timeField":"t"}}}"#, CollectionKind::TimeSeries),
            (r#"{"options":{},"type":"timeseries"}"#, CollectionKind::TimeSeries),
        ] {
            assert_eq!(Metadata::parse(text.as_bytes()).unwrap().kind, kind, "{text}");
        }
    }

    #[test]
    fn operators_in_options_are_no_extended_json() {
        let text = r#"{"options":{"validator":{"$or":[{"a":{"$type":"string"}},
            {"b":{"$regex":"^x","$options":"i"}},{"$jsonSchema":{"required":["c"]}}]}},
            "indexes":[{"key":{"$**":1},"name":"all","wildcardProjection":{"secret":0}},
            {"key":{"a.b":"2dsphere","_id":-1},"name":"mix",
             "partialFilterExpression":{"a":{"$exists":true,"$gt":{"$date":{"$numberLong":"1"}}}}}]}"#;
        assert_eq!(indexes(text), [vec!["$**"], vec!["a.b", "_id"]]);
        let metadata = Metadata::parse(text.as_bytes()).unwrap();
        assert!(metadata.options.get_document("validator").unwrap().contains_key("$or"));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (text, expected) in [
            ("", "the metadata is empty"),
            ("{\"options\":{},\"ind", "the metadata cannot be read"),
            ("[]", "the metadata cannot be read"),
            (r#"{"indexes":{}}"#, "the metadata's indexes are no list"),
            (r#"{"indexes":[{"name":"x"}]}"#, "the metadata has an index without keys"),
            (r#"{"options":7}"#, "the metadata's options are no document"),
        ] {
            let error = Metadata::parse(text.as_bytes()).unwrap_err();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
