//! The built-in restorer: raw documents through the driver into a sandbox, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bson::{Document, doc};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::{Mutex, mpsc};

use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::connect::{self, Connection};
use crate::adapters::mongodb::explain::{Attempt, code, redact};
use crate::adapters::mongodb::identity::BUCKETS;
use crate::adapters::mongodb::insert::Inserts;
use crate::adapters::mongodb::refused::{Refusals, Reply};
use crate::adapters::sandbox::Sandbox;
use crate::domain::census::{CollectionKind, Namespace};
use crate::domain::failure::FailureKind;
use crate::domain::restore::FailedIndex;
use crate::domain::units::ByteSize;
use crate::dump::Batch;

/// Batches in flight, each on its own connection; they bound the memory of a restore.
const IN_FLIGHT: usize = 4;
const CONNECTIONS: u32 = 4;

/// Databases that belong to the server itself.
const LEFT_OUT: [&str; 2] = ["local", "config"];
/// Collection options that say how a collection was, or that newer servers refuse.
const DROPPED_OPTIONS: [&str; 5] = ["uuid", "autoIndexId", "idIndex", "create", "temp"];
/// Index options that servers refuse or that no longer mean anything.
const DROPPED_INDEX_OPTIONS: [&str; 5] = ["ns", "background", "dropDups", "safe", "buildUUID"];

/// What a restore makes before and after the documents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestorePlan {
    pub collections: Vec<PlannedCollection>,
}

/// A collection as the dump's metadata describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedCollection {
    pub namespace: Namespace,
    pub kind: CollectionKind,
    pub options: Document,
    pub indexes: Vec<Document>,
}

/// A step of a restore that has been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    /// So many more documents of a collection are in.
    Documents { namespace: Namespace, documents: u64, bytes: ByteSize },
    /// All data is in, and the indexes of this collection come next.
    IndexesBegun { namespace: Namespace, indexes: usize },
}

/// What a restore came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestoreOutcome {
    pub inserted: BTreeMap<Namespace, u64>,
    pub refused: Vec<Refusal>,
    pub failed_indexes: Vec<FailedIndex>,
}

/// Documents of one collection that were refused for one reason; the reason quotes no contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub namespace: Namespace,
    pub count: u64,
    /// The server's code; 0 where it gave none.
    pub code: i32,
    pub message: String,
}

/// Writes into one sandbox. There is no other way to make one.
pub struct Restorer {
    connection: Connection,
}

impl fmt::Debug for Restorer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.connection.host;
        formatter.debug_struct("Restorer").field("sandbox", host).finish_non_exhaustive()
    }
}

impl Restorer {
    pub fn new(sandbox: &Sandbox) -> Result<Self, AdapterError> {
        Ok(Self { connection: connect::sandbox(sandbox, CONNECTIONS)? })
    }

    /// Makes the collections, inserts what arrives until the sender hangs up, then builds the
    /// indexes and the views. Refused documents and failed indexes are part of the outcome; only
    /// what makes the rest pointless is an error.
    pub async fn restore(
        &self,
        plan: &RestorePlan,
        batches: mpsc::Receiver<Batch>,
        observe: &(dyn Fn(Restored) + Sync),
    ) -> Result<RestoreOutcome, AdapterError> {
        let wanted = |collection: &&PlannedCollection| is_restored(&collection.namespace);
        let (views, collections): (Vec<_>, Vec<_>) = plan
            .collections
            .iter()
            .filter(wanted)
            .partition(|collection| collection.kind == CollectionKind::View);
        for collection in &collections {
            self.create(collection).await?;
        }
        let mut outcome = self.insert_all(plan, batches, observe).await?;
        for collection in &collections {
            let failed = self.build_indexes(collection, observe).await?;
            outcome.failed_indexes.extend(failed);
        }
        for view in &views {
            self.create(view).await?;
        }
        Ok(outcome)
    }

    /// Closes the connections; dropping the restorer does so too, only later.
    pub async fn close(self) {
        self.connection.client.shutdown().immediate(true).await;
    }

    async fn create(&self, collection: &PlannedCollection) -> Result<(), AdapterError> {
        let namespace = &collection.namespace;
        if namespace.collection.starts_with(BUCKETS) {
            // The server makes it together with its time-series collection.
            return Ok(());
        }
        let attempt = self.connection.attempt("creating", &namespace.to_string());
        let mut command = doc! {"create": &namespace.collection};
        command.extend(without(&collection.options, &DROPPED_OPTIONS));
        self.run(&attempt, &namespace.database, command).await
    }

    async fn run(
        &self,
        attempt: &Attempt,
        database: &str,
        command: Document,
    ) -> Result<(), AdapterError> {
        let answer = self.connection.client.database(database).run_command(command).await;
        answer.map(drop).map_err(|error| attempt.explain(error))
    }

    async fn insert_all(
        &self,
        plan: &RestorePlan,
        mut batches: mpsc::Receiver<Batch>,
        observe: &(dyn Fn(Restored) + Sync),
    ) -> Result<RestoreOutcome, AdapterError> {
        let targets = Targets::new(plan);
        let arriving = stream::poll_fn(|context| batches.poll_recv(context));
        let mut inserted = BTreeMap::<Namespace, u64>::new();
        let mut refusals = Refusals::default();
        let mut replies = arriving
            .filter(|batch| std::future::ready(is_restored(&batch.namespace)))
            .map(|batch| self.insert(batch, &targets, observe))
            .buffer_unordered(IN_FLIGHT);
        while let Some((namespace, reply)) = replies.try_next().await? {
            refusals.add(&namespace, reply.refused);
            *inserted.entry(namespace).or_default() += reply.inserted;
        }
        Ok(RestoreOutcome { inserted, refused: refusals.into_list(), failed_indexes: Vec::new() })
    }

    /// Inserts one batch, with as many commands as its size asks for.
    async fn insert(
        &self,
        batch: Batch,
        targets: &Targets<'_>,
        observe: &(dyn Fn(Restored) + Sync),
    ) -> Result<(Namespace, Reply), AdapterError> {
        let attempt = self.connection.attempt("inserting into", &batch.namespace.to_string());
        let unexpected = |reason: String| attempt.failed(FailureKind::Unexpected, reason);
        let _turn = targets.wait_for_turn(&batch.namespace).await;
        let database = self.connection.client.database(&batch.namespace.database);
        let collection = targets.stored_as(&batch.namespace);
        let mut whole = Reply::default();
        for insert in Inserts::new(&collection, &batch) {
            let insert = insert.map_err(|torn| unexpected(torn.to_string()))?;
            let answer = database.run_raw_command(insert.command).await;
            let answer = answer.map_err(|error| attempt.explain(error))?;
            let reply = Reply::read(&answer, insert.documents)
                .ok_or_else(|| unexpected("the answer holds no count".to_owned()))?;
            if reply.disk_is_full {
                return Err(attempt.disk_is_full());
            }
            if let Some(concern) = reply.concern {
                return Err(unexpected(concern));
            }
            observe(Restored::Documents {
                namespace: batch.namespace.clone(),
                documents: reply.inserted,
                bytes: ByteSize(insert.bytes),
            });
            whole.inserted += reply.inserted;
            for (reason, count) in reply.refused {
                *whole.refused.entry(reason).or_default() += count;
            }
        }
        Ok((batch.namespace, whole))
    }

    /// All indexes of a collection in one pass over its data; where that fails, one at a time, so
    /// that one bad index costs only itself.
    async fn build_indexes(
        &self,
        collection: &PlannedCollection,
        observe: &(dyn Fn(Restored) + Sync),
    ) -> Result<Vec<FailedIndex>, AdapterError> {
        let namespace = &collection.namespace;
        let indexes: Vec<_> = collection
            .indexes
            .iter()
            .filter(|index| index.get_str("name").ok() != Some("_id_"))
            .map(|index| without(index, &DROPPED_INDEX_OPTIONS))
            .collect();
        if indexes.is_empty() {
            return Ok(Vec::new());
        }
        observe(Restored::IndexesBegun { namespace: namespace.clone(), indexes: indexes.len() });
        let mut failed = Vec::new();
        if self.try_indexes(namespace, &indexes).await?.is_err() {
            for index in &indexes {
                if let Err(why) = self.try_indexes(namespace, std::slice::from_ref(index)).await? {
                    let name = index.get_str("name").unwrap_or_default().to_owned();
                    failed.push(FailedIndex { namespace: namespace.clone(), name, why });
                }
            }
        }
        Ok(failed)
    }

    /// The inner error is the server's refusal of these indexes, in words that quote no contents.
    async fn try_indexes(
        &self,
        namespace: &Namespace,
        indexes: &[Document],
    ) -> Result<Result<(), String>, AdapterError> {
        use mongodb::error::ErrorKind;

        let attempt = self.connection.attempt("building indexes of", &namespace.to_string());
        let command = doc! {"createIndexes": &namespace.collection, "indexes": indexes};
        let database = self.connection.client.database(&namespace.database);
        let Err(error) = database.run_command(command).await else { return Ok(Ok(())) };
        match &*error.kind {
            ErrorKind::Command(refusal) if refusal.code != code::OUT_OF_DISK_SPACE => {
                Ok(Err(redact(&refusal.message)))
            }
            _ => Err(attempt.explain(error)),
        }
    }
}

/// What the plan says of the collections that batches name.
struct Targets<'a> {
    capped: BTreeSet<&'a Namespace>,
    time_series: BTreeSet<&'a Namespace>,
    turn: Mutex<()>,
}

impl<'a> Targets<'a> {
    fn new(plan: &'a RestorePlan) -> Self {
        let of_kind = |kind| {
            let collections = plan.collections.iter();
            let matching = collections.filter(move |collection| collection.kind == kind);
            matching.map(|collection| &collection.namespace).collect()
        };
        Self {
            capped: of_kind(CollectionKind::Capped),
            time_series: of_kind(CollectionKind::TimeSeries),
            turn: Mutex::new(()),
        }
    }

    /// A capped collection keeps the order of its documents, so its batches go one after the other:
    /// the lock is handed on in the order in which it was asked for.
    async fn wait_for_turn(
        &self,
        namespace: &Namespace,
    ) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        if self.capped.contains(namespace) { Some(self.turn.lock().await) } else { None }
    }

    /// A dump holds the buckets of a time-series collection; they go where the server keeps them.
    fn stored_as(&self, namespace: &Namespace) -> String {
        let name = &namespace.collection;
        if self.time_series.contains(namespace) && !name.starts_with(BUCKETS) {
            format!("{BUCKETS}{name}")
        } else {
            name.clone()
        }
    }
}

/// Users, roles, versions and the server's own databases stay out of a sandbox.
fn is_restored(namespace: &Namespace) -> bool {
    !namespace.is_system() && !LEFT_OUT.contains(&namespace.database.as_str())
}

fn without(document: &Document, fields: &[&str]) -> Document {
    let kept = document.iter().filter(|(field, _)| !fields.contains(&field.as_str()));
    kept.map(|(field, value)| (field.clone(), value.clone())).collect()
}
