//! Open cursors, and how a batch is cut.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bson::{RawArrayBuf, RawDocumentBuf, rawdoc};

use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::scan::Rows;

/// What a reply may hold; the client's own limit for a message is three times that.
const BATCH_BYTES: usize = 16 << 20;
/// Clients that vanish leave cursors behind; the oldest go first.
const OPEN_CURSORS: usize = 1000;

/// Rows that a client has not fetched yet.
pub(super) struct Cursor {
    pub(super) namespace: String,
    rows: Rows,
    /// Read already, but too much for the batch before.
    next: Option<RawDocumentBuf>,
}

#[derive(Default)]
pub(super) struct Cursors(Mutex<Open>);

#[derive(Default)]
struct Open {
    newest: i64,
    cursors: BTreeMap<i64, Cursor>,
}

/// Which field of the reply holds the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Batch {
    First,
    Next,
}

impl Cursor {
    pub(super) fn new(namespace: String, rows: Rows) -> Self {
        Self { namespace, rows, next: None }
    }

    fn take(&mut self, documents: u64) -> RawArrayBuf {
        let mut batch = RawArrayBuf::new();
        let mut bytes = 0;
        for _ in 0..documents {
            let Some(row) = self.next.take().or_else(|| self.rows.next()) else { break };
            bytes += row.as_bytes().len() + 16;
            if bytes > BATCH_BYTES && !batch.is_empty() {
                self.next = Some(row);
                break;
            }
            batch.push(row);
        }
        batch
    }

    fn is_exhausted(&mut self) -> bool {
        self.next = self.next.take().or_else(|| self.rows.next());
        self.next.is_none()
    }
}

impl Cursors {
    /// Replies with the next rows, and keeps the cursor while there are more.
    pub(super) fn reply(
        &self,
        mut cursor: Cursor,
        id: i64,
        batch: Batch,
        size: u64,
    ) -> RawDocumentBuf {
        let rows = cursor.take(size);
        let namespace = cursor.namespace.clone();
        let id = if cursor.is_exhausted() { 0 } else { self.keep(cursor, id) };
        let cursor = match batch {
            Batch::First => rawdoc! {"firstBatch": rows, "id": id, "ns": namespace},
            Batch::Next => rawdoc! {"nextBatch": rows, "id": id, "ns": namespace},
        };
        rawdoc! {"cursor": cursor, "ok": 1.0}
    }

    /// A reply that holds all there is to tell.
    pub(super) fn reply_once(&self, namespace: String, rows: Rows) -> RawDocumentBuf {
        self.reply(Cursor::new(namespace, rows), 0, Batch::First, u64::MAX)
    }

    pub(super) fn take(&self, id: i64) -> Result<Cursor, Refusal> {
        self.open()
            .cursors
            .remove(&id)
            .ok_or_else(|| Refusal::new(43, "CursorNotFound", format!("cursor id {id} not found")))
    }

    pub(super) fn kill(&self, id: i64) -> bool {
        self.open().cursors.remove(&id).is_some()
    }

    fn keep(&self, cursor: Cursor, id: i64) -> i64 {
        let mut open = self.open();
        let id = if id == 0 { open.newest + 1 } else { id };
        open.newest = open.newest.max(id);
        open.cursors.insert(id, cursor);
        if open.cursors.len() > OPEN_CURSORS {
            open.cursors.pop_first();
        }
        id
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
