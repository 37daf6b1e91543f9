//! Inserting, and the ways in which that can fail.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bson::raw::{RawBsonRef, RawDocument};
use bson::{Bson, Document, doc};

use crate::demo::mongo::catalog::{Collection, Contents};
use crate::demo::mongo::command::{Answer, Command, reply};
use crate::demo::mongo::documents::{Duplicate, Stored};
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::identity::{LARGEST_BATCH, LARGEST_DOCUMENT};
use crate::demo::mongo::wire::{self, Request};
use crate::demo::mongo::{Fault, MongoServer};

/// Servers take a little more than they promise, for their own use.
const SLACK: i32 = 16 << 10;

impl MongoServer {
    pub(super) fn insert(&self, command: &Command, request: &Request<'_>) -> Answer {
        let stored = self.target(command)?;
        let ordered = command.body.get_bool("ordered").unwrap_or(true);
        let mut tally = Tally::default();
        let beside = request.sequences.iter().filter(|(name, _)| *name == "documents");
        let inside = request.body.get_array("documents").ok().into_iter().flatten();
        let inside = inside.filter_map(|document| match document {
            Ok(RawBsonRef::Document(document)) => Some(document),
            _ => None,
        });
        for document in beside.flat_map(|(_, bytes)| wire::documents(bytes)).chain(inside) {
            if let Err(error) = self.insert_one(&stored, document, command) {
                match error {
                    Failed::Document { code, message } => tally.refuse(code, &message),
                    Failed::Command(refusal) => return Err(refusal),
                }
                if ordered {
                    break;
                }
            } else {
                tally.inserted += 1;
            }
            tally.index += 1;
        }
        if tally.index == 0 && tally.errors.is_empty() || tally.index > LARGEST_BATCH {
            let message = format!(
                "Write batch sizes must be between 1 and {LARGEST_BATCH}. Got {} operations.",
                tally.index
            );
            return Err(Refusal::new(16, "InvalidLength", message));
        }
        let mut answer = doc! {"n": tally.inserted};
        if !tally.errors.is_empty() {
            answer.insert("writeErrors", tally.errors);
        }
        answer.insert("ok", 1.0);
        reply(answer)
    }

    /// Where documents go; a collection that is not there yet is made.
    fn target(&self, command: &Command) -> Result<Arc<Stored>, Refusal> {
        let (database, name) = (&command.database, command.collection()?);
        let find = |collection: &Collection| match &collection.contents {
            Contents::Stored(stored) => Ok(Arc::clone(stored)),
            Contents::Made(_) => Err(Refusal::unauthorized(database, "insert")),
            Contents::View { .. } => Err(Refusal::on_view(&format!("{database}.{name}"))),
        };
        if let Some(collection) = self.catalog().get(database, name) {
            return find(collection);
        }
        let mut catalog = self.catalog_mut();
        // Another connection may have been faster.
        if catalog.get(database, name).is_none() {
            catalog.put(database, name, Collection::empty(self.configuration.keep));
        }
        find(catalog.plain(database, name)?)
    }

    fn insert_one(
        &self,
        stored: &Stored,
        document: &RawDocument,
        command: &Command,
    ) -> Result<(), Failed> {
        let size = document.as_bytes().len();
        if i32::try_from(size).is_ok_and(|size| size > LARGEST_DOCUMENT + SLACK) {
            let message = format!("object to insert too large. size in bytes: {size}");
            return Err(Failed::Document { code: 10334, message });
        }
        let number = self.inserted.fetch_add(1, Ordering::Relaxed) + 1;
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let written = self.inserted_bytes.fetch_add(size, Ordering::Relaxed) + size;
        match self.fault() {
            Some(Fault::Refuse { every }) if every > 0 && number.is_multiple_of(every.into()) => {
                let message = "Document failed validation".to_owned();
                return Err(Failed::Document { code: 121, message });
            }
            Some(Fault::DiskFull { after_bytes }) if written > after_bytes => {
                return Err(Failed::Command(Refusal::out_of_disk()));
            }
            Some(Fault::Die { after_bytes }) if written > after_bytes => {
                self.stop();
                return Err(Failed::Command(Refusal::new(
                    11600,
                    "InterruptedAtShutdown",
                    "shut down",
                )));
            }
            _ => {}
        }
        stored.insert(document).map_err(|Duplicate(id)| {
            let key: Document = [("_id".to_owned(), Bson::try_from(id).unwrap_or(Bson::Null))]
                .into_iter()
                .collect();
            let (database, name) = (&command.database, command.collection().unwrap_or_default());
            let message = format!(
                "E11000 duplicate key error collection: {database}.{name} index: _id_ dup key: {key}"
            );
            Failed::Document { code: 11000, message }
        })
    }
}

enum Failed {
    /// This document, and no other.
    Document {
        code: i32,
        message: String,
    },
    Command(Refusal),
}

#[derive(Default)]
struct Tally {
    index: i32,
    inserted: i32,
    errors: Vec<Bson>,
}

impl Tally {
    fn refuse(&mut self, code: i32, message: &str) {
        self.errors
            .push(Bson::Document(doc! {"index": self.index, "code": code, "errmsg": message}));
    }
}
