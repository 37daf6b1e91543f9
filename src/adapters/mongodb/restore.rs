//! The built-in restorer: raw documents through the driver into a sandbox, and nowhere else.

use std::collections::BTreeMap;
use std::fmt;

use bson::{Document, doc};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::{Mutex, mpsc};

use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::connect::{self, Connection};
use crate::adapters::mongodb::explain::code;
use crate::adapters::mongodb::insert::Inserts;
use crate::adapters::mongodb::refused::{Refusals, Reply};
use crate::adapters::sandbox::Sandbox;
use crate::domain::census::{CollectionKind, Namespace};
use crate::domain::failure::FailureKind;
use crate::domain::restore::FailedIndex;
use crate::domain::text::redact;
use crate::domain::units::ByteSize;
use crate::dump::{Batch, CollectionLayout};

/// Batches in flight, each on its own connection; they bound the memory of a restore.
const IN_FLIGHT: usize = 4;
const CONNECTIONS: u32 = 4;

/// Collection options that say how a collection was, or that newer servers refuse.
const DROPPED_OPTIONS: [&str; 5] = ["uuid", "autoIndexId", "idIndex", "create", "temp"];
/// Index options that servers refuse or that no longer mean anything.
const DROPPED_INDEX_OPTIONS: [&str; 5] = ["ns", "background", "dropDups", "safe", "buildUUID"];

/// The collections of a dump, as pass 1 found them.
pub type Collections = BTreeMap<Namespace, CollectionLayout>;

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
        collections: &Collections,
        batches: mpsc::Receiver<Batch>,
        observe: &(dyn Fn(Restored) + Sync),
    ) -> Result<RestoreOutcome, AdapterError> {
        let (views, stored): (Vec<_>, Vec<_>) = collections
            .iter()
            .filter(|(namespace, _)| namespace.is_restored())
            .partition(|(_, layout)| layout.kind == CollectionKind::View);
        for (namespace, layout) in &stored {
            self.create(namespace, layout).await?;
        }
        let mut outcome = self.insert_all(collections, batches, observe).await?;
        for (namespace, layout) in &stored {
            let failed = self.build_indexes(namespace, layout, observe).await?;
            outcome.failed_indexes.extend(failed);
        }
        for (namespace, layout) in &views {
            self.create(namespace, layout).await?;
        }
        Ok(outcome)
    }

    /// Closes the connections; dropping the restorer does so too, only later.
    pub async fn close(self) {
        self.connection.client.shutdown().immediate(true).await;
    }

    async fn create(
        &self,
        namespace: &Namespace,
        layout: &CollectionLayout,
    ) -> Result<(), AdapterError> {
        let attempt = self.connection.attempt("creating", &namespace.to_string());
        let mut command = doc! {"create": &namespace.collection};
        command.extend(without(&layout.options, &DROPPED_OPTIONS));
        let database = self.connection.client.database(&namespace.database);
        database.run_command(command).await.map(drop).map_err(|error| attempt.explain(error))
    }

    async fn insert_all(
        &self,
        collections: &Collections,
        mut batches: mpsc::Receiver<Batch>,
        observe: &(dyn Fn(Restored) + Sync),
    ) -> Result<RestoreOutcome, AdapterError> {
        let turn = Mutex::new(());
        let arriving = stream::poll_fn(|context| batches.poll_recv(context));
        let mut inserted = BTreeMap::<Namespace, u64>::new();
        let mut refusals = Refusals::default();
        let mut replies = arriving
            .filter(|batch| std::future::ready(batch.namespace.is_restored()))
            .map(|batch| self.insert(batch, collections, &turn, observe))
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
        collections: &Collections,
        turn: &Mutex<()>,
        observe: &(dyn Fn(Restored) + Sync),
    ) -> Result<(Namespace, Reply), AdapterError> {
        let attempt = self.connection.attempt("inserting into", &batch.namespace.to_string());
        let unexpected = |reason: String| attempt.failed(FailureKind::Unexpected, reason);
        let layout = collections
            .get(&batch.namespace)
            .ok_or_else(|| unexpected("the dump's layout does not name it".to_owned()))?;
        // A capped collection keeps the order of its documents, so its batches go one after the
        // other: the lock is handed on in the order in which it was asked for.
        let is_capped = layout.kind == CollectionKind::Capped;
        let _turn = if is_capped { Some(turn.lock().await) } else { None };
        let target = &layout.inserts_into;
        let database = self.connection.client.database(&target.database);
        let mut whole = Reply::default();
        for insert in Inserts::new(&target.collection, &batch) {
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
        namespace: &Namespace,
        layout: &CollectionLayout,
        observe: &(dyn Fn(Restored) + Sync),
    ) -> Result<Vec<FailedIndex>, AdapterError> {
        let indexes: Vec<_> = layout
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
                    let name = index.get_str("name").ok().map(str::to_owned);
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

fn without(document: &Document, fields: &[&str]) -> Document {
    let kept = document.iter().filter(|(field, _)| !fields.contains(&field.as_str()));
    kept.map(|(field, value)| (field.clone(), value.clone())).collect()
}
