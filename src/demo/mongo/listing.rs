//! What there is: databases, collections, indexes, and how big they are.

use bson::{Bson, Document, RawDocumentBuf, doc};

use crate::demo::mongo::MongoServer;
use crate::demo::mongo::catalog::Collection;
use crate::demo::mongo::command::{Answer, Command, reply};
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::filter::Filter;
use crate::domain::census::ADMIN;

/// What an empty collection or index takes on disk.
const PAGE: u64 = 4096;
/// What one document adds to an index, roughly.
const INDEX_ENTRY: u64 = 12;

impl MongoServer {
    pub(super) fn list_databases(&self, command: &Command) -> Answer {
        if command.database != ADMIN {
            return Err(Refusal::admin_only("listDatabases"));
        }
        let filter = Filter::parse(&command.document("filter")?)?;
        let mut databases = Vec::new();
        let mut total = 0;
        for (name, collections) in &self.catalog().databases {
            let on_disk: u64 = collections.values().map(disk_size).sum();
            let whole =
                doc! {"name": name, "sizeOnDisk": count(on_disk), "empty": collections.is_empty()};
            let entry = if command.is_set("nameOnly") {
                doc! {"name": name}
            } else {
                whole
            };
            if RawDocumentBuf::try_from(&entry).is_ok_and(|entry| filter.matches(&entry)) {
                databases.push(Bson::Document(entry));
                total += on_disk;
            }
        }
        let mut answer = doc! {"databases": databases};
        if !command.is_set("nameOnly") {
            answer.insert("totalSize", count(total));
        }
        answer.insert("ok", 1.0);
        reply(answer)
    }

    pub(super) fn list_collections(&self, command: &Command) -> Answer {
        let filter = Filter::parse(&command.document("filter")?)?;
        let database = &command.database;
        let mut entries = Vec::new();
        if let Some(collections) = self.catalog().databases.get(database) {
            for (name, collection) in collections {
                let id_index = self.id_index(&format!("{database}.{name}"));
                let entry = RawDocumentBuf::try_from(collection.listed(name, &id_index));
                entries.extend(entry.ok().filter(|entry| filter.matches(entry)));
            }
        }
        if command.is_set("nameOnly") {
            let kept = |entry: &RawDocumentBuf| {
                let (name, kind) = (entry.get_str("name").ok()?, entry.get_str("type").ok()?);
                RawDocumentBuf::try_from(doc! {"name": name, "type": kind}).ok()
            };
            entries = entries.iter().filter_map(kept).collect();
        }
        let namespace = format!("{database}.$cmd.listCollections");
        Ok(self.cursors.reply_once(namespace, Box::new(entries.into_iter())))
    }

    pub(super) fn list_indexes(&self, command: &Command) -> Answer {
        let namespace = command.namespace()?;
        let catalog = self.catalog();
        let collection = catalog.plain(&command.database, command.collection()?)?;
        let with_namespace = |index: &Document| {
            let mut index = index.clone();
            if self.shows_namespaces() {
                index.insert("ns", &namespace);
            }
            index
        };
        let of_id = (!collection.is_time_series()).then(|| self.id_index(&namespace));
        let others = collection.indexes.iter().map(with_namespace);
        let indexes: Vec<_> = of_id
            .into_iter()
            .chain(others)
            .filter_map(|index| RawDocumentBuf::try_from(index).ok())
            .collect();
        Ok(self.cursors.reply_once(namespace.clone(), Box::new(indexes.into_iter())))
    }

    pub(super) fn coll_stats(&self, command: &Command) -> Answer {
        let catalog = self.catalog();
        let collection = catalog.plain(&command.database, command.collection()?)?;
        let mut statistics = doc! {"ns": command.namespace()?};
        statistics.extend(storage(collection));
        statistics.insert("scaleFactor", 1);
        statistics.insert("ok", 1.0);
        reply(statistics)
    }

    /// The row of a `$collStats` stage.
    pub(super) fn coll_stats_row(
        &self,
        database: &str,
        name: &str,
        wanted: &Document,
    ) -> Result<RawDocumentBuf, Refusal> {
        let catalog = self.catalog();
        let collection = catalog.plain(database, name)?;
        let mut row = doc! {"ns": format!("{database}.{name}"), "host": "mongo:27017"};
        if wanted.contains_key("storageStats") {
            row.insert("storageStats", storage(collection));
        }
        if wanted.contains_key("count") {
            row.insert("count", count(documents(collection)));
        }
        reply(row)
    }

    pub(super) fn db_stats(&self, command: &Command) -> Answer {
        let catalog = self.catalog();
        let none = std::collections::BTreeMap::new();
        let collections = catalog.databases.get(&command.database).unwrap_or(&none);
        let total = |of: &dyn Fn(&Collection) -> u64| count(collections.values().map(of).sum());
        let views = collections.values().filter(|collection| collection.is_view()).count();
        let plain = collections.len() - views;
        let whole = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        reply(doc! {
            "db": &command.database,
            "collections": whole(plain),
            "views": whole(views),
            "objects": total(&documents),
            "dataSize": total(&data_size),
            "storageSize": total(&disk_size),
            "indexes": total(&|collection| 1 + indexes(collection)),
            "indexSize": total(&index_size),
            "scaleFactor": 1,
            "ok": 1.0,
        })
    }

    /// Servers before 4.4 name the collection in each index.
    fn shows_namespaces(&self) -> bool {
        self.series() < (4, 4)
    }

    fn id_index(&self, namespace: &str) -> Document {
        let mut index = doc! {"v": 2, "key": {"_id": 1}, "name": "_id_"};
        if self.shows_namespaces() {
            index.insert("ns", namespace);
        }
        index
    }
}

fn storage(collection: &Collection) -> Document {
    let documents = documents(collection);
    let mut statistics = doc! {
        "size": count(data_size(collection)),
        "count": count(documents),
        "storageSize": count(disk_size(collection)),
        "capped": collection.options.get_bool("capped").unwrap_or(false),
        "nindexes": count(1 + indexes(collection)),
        "totalIndexSize": count(index_size(collection)),
    };
    if let Some(average) = data_size(collection).checked_div(documents) {
        statistics.insert("avgObjSize", count(average));
    }
    let names = collection.indexes.iter().filter_map(|index| index.get_str("name").ok());
    let sizes: Document = ["_id_"]
        .into_iter()
        .chain(names)
        .map(|name| (name.to_owned(), count(documents * INDEX_ENTRY + PAGE)))
        .collect();
    statistics.insert("indexSizes", sizes);
    statistics
}

fn documents(collection: &Collection) -> u64 {
    collection.documents().map_or(0, |documents| documents.len())
}

fn data_size(collection: &Collection) -> u64 {
    collection.documents().map_or(0, |documents| documents.bytes())
}

/// The engine compresses to about a third.
fn disk_size(collection: &Collection) -> u64 {
    data_size(collection) / 3 + PAGE
}

fn indexes(collection: &Collection) -> u64 {
    u64::try_from(collection.indexes.len()).unwrap_or(u64::MAX)
}

fn index_size(collection: &Collection) -> u64 {
    (documents(collection) * INDEX_ENTRY + PAGE) * (1 + indexes(collection))
}

fn count(number: u64) -> Bson {
    crate::demo::mongo::group::whole(i64::try_from(number).unwrap_or(i64::MAX))
}
