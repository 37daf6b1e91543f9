//! Making and dropping collections and indexes.

use std::collections::BTreeSet;

use bson::{Bson, Document, RawDocumentBuf, doc};

use crate::demo::mongo::MongoServer;
use crate::demo::mongo::catalog::Collection;
use crate::demo::mongo::command::{Answer, Command, reply};
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::pipeline::Stage;
use crate::demo::mongo::scan::SortKeys;
use crate::domain::census::BUCKETS;

/// What `create` takes besides options.
const NO_OPTIONS: [&str; 13] = [
    "$db",
    "$clusterTime",
    "$readPreference",
    "apiVersion",
    "autoIndexId",
    "comment",
    "create",
    "idIndex",
    "indexes",
    "lsid",
    "maxTimeMS",
    "txnNumber",
    "writeConcern",
];

impl MongoServer {
    pub(super) fn create(&self, command: &Command) -> Answer {
        let name = command.collection()?;
        let options: Document = command
            .body
            .iter()
            .filter(|(option, _)| !NO_OPTIONS.contains(&option.as_str()))
            .map(|(option, value)| (option.clone(), value.clone()))
            .collect();
        let collection = match (options.get("viewOn"), options.get("pipeline")) {
            (Some(Bson::String(on)), pipeline) => {
                let stages = pipeline.and_then(Bson::as_array).cloned().unwrap_or_default();
                Stage::parse_all(&stages)?;
                let stages = stages.iter().filter_map(|stage| stage.as_document().cloned());
                Collection::view(on, stages.collect())
            }
            _ => Collection::empty(self.configuration.keep).with_options(options),
        };
        let mut catalog = self.catalog_mut();
        if catalog.get(&command.database, name).is_some() {
            let message = format!("a collection '{}' already exists", command.namespace()?);
            return Err(Refusal::new(48, "NamespaceExists", message));
        }
        if collection.is_time_series() {
            let buckets = Collection::empty(self.configuration.keep);
            catalog.put(&command.database, &format!("{BUCKETS}{name}"), buckets);
        }
        catalog.put(&command.database, name, collection);
        reply(doc! {"ok": 1.0})
    }

    pub(super) fn create_indexes(&self, command: &Command) -> Answer {
        let (database, name) = (&command.database, command.collection()?);
        let wanted = command
            .body
            .get_array("indexes")
            .map_err(|_| Refusal::failed_to_parse("The 'indexes' field is a required argument"))?;
        let mut catalog = self.catalog_mut();
        let is_new = catalog.get(database, name).is_none();
        if is_new {
            catalog.put(database, name, Collection::empty(self.configuration.keep));
        }
        catalog.plain(database, name)?;
        let collections = catalog.databases.entry(database.clone()).or_default();
        let Some(collection) = collections.get_mut(name) else {
            return Err(Refusal::namespace_not_found(format!(
                "ns does not exist: {database}.{name}"
            )));
        };
        let before = collection.indexes.len() + 1;
        for index in wanted {
            let spec = index.as_document().ok_or_else(|| {
                Refusal::failed_to_parse("The elements of the 'indexes' array must be objects")
            })?;
            add_index(collection, spec, &format!("{database}.{name}"))?;
        }
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let after = collection.indexes.len() + 1;
        let mut answer = doc! {
            "createdCollectionAutomatically": is_new,
            "numIndexesBefore": count(before),
            "numIndexesAfter": count(after),
        };
        if before == after {
            answer.insert("note", "all indexes already exist");
        }
        answer.insert("ok", 1.0);
        reply(answer)
    }

    pub(super) fn drop_collection(&self, command: &Command) -> Answer {
        let mut catalog = self.catalog_mut();
        let collections = catalog.databases.get_mut(&command.database);
        let dropped = collections.and_then(|all| all.remove(command.collection().ok()?));
        let Some(dropped) = dropped else {
            return Err(Refusal::namespace_not_found("ns not found"));
        };
        let indexes = i32::try_from(dropped.indexes.len() + 1).unwrap_or(i32::MAX);
        reply(doc! {"nIndexesWas": indexes, "ns": command.namespace()?, "ok": 1.0})
    }

    pub(super) fn drop_database(&self, command: &Command) -> Answer {
        self.catalog_mut().databases.remove(&command.database);
        reply(doc! {"dropped": &command.database, "ok": 1.0})
    }
}

fn add_index(collection: &mut Collection, spec: &Document, namespace: &str) -> Result<(), Refusal> {
    let (Ok(key), Ok(name)) = (spec.get_document("key"), spec.get_str("name")) else {
        return Err(Refusal::failed_to_parse("an index specification needs 'key' and 'name'"));
    };
    if *key == doc! {"_id": 1} {
        return Ok(());
    }
    let index = stored_form(spec);
    let same_name =
        collection.indexes.iter().find(|index| index.get_str("name").ok() == Some(name));
    match same_name {
        Some(same) if *same == index => return Ok(()),
        Some(_) => {
            let message =
                format!("An existing index has the same name as the requested index: {name}");
            return Err(Refusal::new(86, "IndexKeySpecsConflict", message));
        }
        None => {}
    }
    if spec.get_bool("unique").unwrap_or(false)
        && let Some(value) =
            repeated_value(collection, key, spec.get_bool("sparse").unwrap_or(false))
    {
        let message = format!(
            "E11000 duplicate key error collection: {namespace} index: {name} dup key: {value}"
        );
        return Err(Refusal::new(11000, "DuplicateKey", message));
    }
    collection.indexes.push(index);
    Ok(())
}

/// As `listIndexes` gives it back.
fn stored_form(spec: &Document) -> Document {
    let mut index = doc! {"v": 2};
    let kept = |(option, value): &(&String, &Bson)| match option.as_str() {
        "v" | "ns" => false,
        "unique" | "sparse" | "background" => **value != Bson::Boolean(false),
        _ => true,
    };
    index.extend(spec.iter().filter(kept).map(|(option, value)| (option.clone(), value.clone())));
    index
}

/// A value that keeps a unique index from being built. Later inserts are not checked against it.
fn repeated_value(collection: &Collection, key: &Document, sparse: bool) -> Option<Document> {
    let documents = collection.documents()?;
    let keys = SortKeys::parse(key).ok()?;
    let mut seen = BTreeSet::new();
    for position in 0..documents.len() {
        let document = documents.document(position);
        if sparse && !key.keys().any(|field| document.get(field).is_ok_and(|value| value.is_some()))
        {
            continue;
        }
        let values = keys.key(&document);
        let named: Document = key
            .keys()
            .cloned()
            .zip(values.into_iter().filter_map(|value| Bson::try_from(value).ok()))
            .collect();
        if !seen.insert(RawDocumentBuf::try_from(&named).ok()?.into_bytes()) {
            return Some(named);
        }
    }
    None
}
