//! What a server holds, counted: the numbers that the rules judge.

use std::collections::BTreeMap;
use std::time::Duration;

use bson::doc;
use jiff::Timestamp;

use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::identity::Listed;
use crate::adapters::mongodb::reader::Reader;
use crate::domain::census::{
    ADMIN, BUCKETS, Birth, CollectionKind, LiveCensus, LiveCollection, Namespace, OWN_DATABASES,
    SYSTEM, Windows,
};
use crate::domain::environment::FieldRules;
use crate::domain::failure::FailureKind;
use crate::domain::index::IndexSpec;

/// Documents of larger collections are not counted by month: it takes as long as counting them once
/// more.
const MONTHLY: u64 = 2_000_000;

/// What is asked of a server.
pub struct Question<'a> {
    /// When the dump began: T0.
    pub began: Timestamp,
    /// When it ended: T1.
    pub ended: Timestamp,
    /// How far clocks may disagree.
    pub margin: Duration,
    pub fields: &'a (dyn Fn(&Namespace) -> FieldRules + Sync),
    pub detail: Detail,
}

/// How much is asked of each collection; each includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Documents and indexes.
    Counts,
    /// And how many were born before the dump and after it.
    Windows,
    /// And how many were imported or changed since it; asked of a source.
    Changes,
}

impl Reader {
    /// Counts every collection of every database. A question without an answer fails the whole
    /// census: a count that is missing must not look like one that is zero.
    pub async fn take_census(
        &self,
        question: &Question<'_>,
        read_at: Timestamp,
        observe: &(dyn Fn(&Namespace) + Sync),
    ) -> Result<LiveCensus, AdapterError> {
        let version = self.version().await?;
        let mut collections = BTreeMap::new();
        for database in self.databases().await? {
            let listing = self.listing(&database).await?;
            for listed in &listing {
                let namespace = Namespace::new(&database, &listed.name);
                if listed.name.starts_with(SYSTEM) {
                    continue;
                }
                observe(&namespace);
                let has_buckets = listing
                    .iter()
                    .any(|other| other.name.strip_prefix(BUCKETS) == Some(&listed.name));
                let asked = (question, read_at);
                match self.count_collection(asked, &namespace, listed, has_buckets).await {
                    Ok(counted) => drop(collections.insert(namespace, counted)),
                    // It was dropped after it had been listed: it is not there.
                    Err(error) if error.kind == FailureKind::Missing => {}
                    Err(error) => return Err(error),
                }
                tokio::time::sleep(self.pause).await;
            }
        }
        Ok(LiveCensus { host: self.host().to_owned(), version, read_at, collections })
    }

    async fn databases(&self) -> Result<Vec<String>, AdapterError> {
        const OPERATION: &str = "listing the databases of";
        // Without `authorizedDatabases: false` a user who may see one database sees only that one,
        // and the rest would look like dropped.
        let command = doc! {"listDatabases": 1, "nameOnly": true, "authorizedDatabases": false};
        let answer = self.ask(OPERATION, ADMIN, command).await?;
        let malformed = || self.malformed(OPERATION, ADMIN, "no list of databases");
        let databases = answer.get_array("databases").map_err(|_| malformed())?;
        let names = databases.iter().map(|entry| {
            let name = entry.as_document().and_then(|entry| entry.get_str("name").ok());
            name.map(ToOwned::to_owned).ok_or_else(malformed)
        });
        let names = names.collect::<Result<Vec<_>, _>>()?;
        Ok(names.into_iter().filter(|name| !OWN_DATABASES.contains(&name.as_str())).collect())
    }

    async fn listing(&self, database: &str) -> Result<Vec<Listed>, AdapterError> {
        const OPERATION: &str = "listing the collections of";
        let entries = self.ask_for_all(OPERATION, database, doc! {"listCollections": 1}).await?;
        let listed = entries.iter().map(|entry| {
            Listed::from_document(entry)
                .ok_or_else(|| self.malformed(OPERATION, database, "a collection without a name"))
        });
        listed.collect()
    }

    async fn count_collection(
        &self,
        (question, read_at): (&Question<'_>, Timestamp),
        namespace: &Namespace,
        listed: &Listed,
        has_buckets: bool,
    ) -> Result<LiveCollection, AdapterError> {
        let mut counted =
            LiveCollection { kind: listed.kind, uuid: listed.uuid.clone(), ..Default::default() };
        match listed.kind {
            CollectionKind::View => return Ok(counted),
            // A dump holds the buckets, and so does the count. Their ids tell when something was
            // measured, not when it was stored: they have no birth.
            CollectionKind::TimeSeries => {
                let buckets = format!("{BUCKETS}{}", namespace.collection);
                let buckets = Namespace::new(&namespace.database, buckets);
                let stored = if has_buckets { &buckets } else { namespace };
                counted.documents = self.count_all(stored, None).await?;
                counted.indexes = self.indexes(namespace).await?;
            }
            CollectionKind::Plain | CollectionKind::Capped => {
                counted.indexes = self.indexes(namespace).await?;
                let hint = counted.indexes.iter().find(|index| index.name == "_id_");
                let hint = hint.map(|_| doc! {"_id": 1});
                (counted.documents, counted.windows) =
                    self.count_by_birth(question, namespace, hint).await?;
                let is_by_id = |windows: &Windows| windows.birth == Birth::Id;
                if counted.windows.as_ref().is_some_and(is_by_id) && counted.documents <= MONTHLY {
                    counted.months = self.months(namespace, read_at).await?;
                }
            }
        }
        Ok(counted)
    }

    async fn indexes(&self, namespace: &Namespace) -> Result<Vec<IndexSpec>, AdapterError> {
        const OPERATION: &str = "listing the indexes of";
        let command = doc! {"listIndexes": &namespace.collection};
        let definitions = self.ask_for_all(OPERATION, &namespace.database, command).await?;
        let specs = definitions.iter().map(|definition| {
            IndexSpec::from_document(definition).ok_or_else(|| {
                self.malformed(OPERATION, &namespace.to_string(), "an index without a key")
            })
        });
        specs.collect()
    }
}
