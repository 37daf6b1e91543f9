//! An index definition, brought to one form so that a dump's and a server's words compare.

use std::collections::BTreeMap;
use std::fmt;

use bson::{Bson, Document};
use serde::{Deserialize, Serialize};

/// Options that a server adds or drops by itself and that do not change what an index does.
const IGNORED: [&str; 9] = [
    "v",
    "ns",
    "background",
    "key",
    "name",
    "textIndexVersion",
    "2dsphereIndexVersion",
    "buildUUID",
    "dropDups",
];

/// One index: its name, its keys in order, and the options that change what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexSpec {
    pub name: String,
    /// Field and direction or type (`1`, `-1`, `text`), in the order of the index.
    pub key: Vec<(String, String)>,
    /// Option and value in extended JSON; only what differs from the default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

impl IndexSpec {
    /// Reads a definition as `listIndexes` or a dump's metadata give it; `None` without a key.
    pub fn from_document(definition: &Document) -> Option<Self> {
        let key = definition.get_document("key").ok()?;
        let options = definition
            .iter()
            .filter(|(option, value)| {
                !IGNORED.contains(&option.as_str()) && !matches!(value, Bson::Boolean(false))
            })
            .map(|(option, value)| (option.clone(), canonical(value)))
            .collect();
        Some(Self {
            name: definition.get_str("name").unwrap_or_default().to_owned(),
            key: key.iter().map(|(field, order)| (field.clone(), canonical(order))).collect(),
            options,
        })
    }

    /// Whether both do the same; names do not matter.
    pub fn does_the_same_as(&self, other: &Self) -> bool {
        self.key == other.key && self.options == other.options
    }
}

impl fmt::Display for IndexSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> =
            self.key.iter().map(|(field, order)| format!("{field}: {order}")).collect();
        write!(formatter, "{{{}}}", keys.join(", "))?;
        for (option, value) in &self.options {
            write!(formatter, " {option}={value}")?;
        }
        Ok(())
    }
}

/// One spelling for numbers that mean the same: `1`, `1.0` and `NumberLong(1)` are `1`.
fn canonical(value: &Bson) -> String {
    match value {
        Bson::Int32(number) => number.to_string(),
        Bson::Int64(number) => number.to_string(),
        // `f64` prints whole numbers without a fraction.
        Bson::Double(number) => number.to_string(),
        Bson::String(text) => text.clone(),
        Bson::Document(document) => {
            let fields: Vec<_> = document
                .iter()
                .filter(|(field, _)| *field != "version")
                .map(|(field, value)| format!("{field}: {}", canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        Bson::Array(values) => {
            format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(", "))
        }
        other => other.clone().into_relaxed_extjson().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn index(definition: &Document) -> IndexSpec {
        IndexSpec::from_document(definition).unwrap()
    }

    #[test]
    fn spellings_of_one_index_compare_equal() {
        let dumped = index(&doc! {"v": 1, "key": {"at": 1.0}, "name": "at_1", "ns": "admin.file",
        "background": true, "unique": false, "expireAfterSeconds": 3600i64});
        let listed =
            index(&doc! {"v": 2, "key": {"at": 1}, "name": "at_1", "expireAfterSeconds": 3600});
        assert!(dumped.does_the_same_as(&listed));
    }

    #[test]
    fn order_of_keys_and_options_matter() {
        let one = index(&doc! {"key": {"a": 1, "b": -1}, "name": "x"});
        assert!(!one.does_the_same_as(&index(&doc! {"key": {"b": -1, "a": 1}, "name": "x"})));
        assert!(!one.does_the_same_as(&index(
            &doc! {"key": {"a": 1, "b": -1}, "name": "x", "unique": true}
        )));
    }

    #[test]
    fn an_index_is_shown_with_its_keys_and_options() {
        let shown = index(&doc! {"key": {"a": 1, "b": "text"}, "name": "x", "unique": true});
        assert_eq!(shown.to_string(), "{a: 1, b: text} unique=true");
    }
}
