//! Reading documents: `find`, `aggregate`, `count`, and the rest of a cursor.

use bson::{Bson, doc};

use crate::demo::mongo::MongoServer;
use crate::demo::mongo::catalog::Resolved;
use crate::demo::mongo::command::{Answer, Command, reply};
use crate::demo::mongo::cursor::{Batch, Cursor};
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::filter::Filter;
use crate::demo::mongo::pipeline::{self, Stage, count_of};
use crate::demo::mongo::project::Projection;
use crate::demo::mongo::scan::{Rows, Scan, SortKeys};

/// How many documents a first batch has when nobody says.
const FIRST_BATCH: u64 = 101;

impl MongoServer {
    pub(super) fn find(&self, command: &Command) -> Answer {
        let (limit, limit_ends) = match command.body.get("limit").and_then(Bson::as_i32) {
            // A negative limit asks for one batch only.
            Some(limit) if limit < 0 => (Some(u64::from(limit.unsigned_abs())), true),
            _ => (number(command, "limit").filter(|limit| *limit > 0), false),
        };
        let mut stages = vec![Stage::Match(Filter::parse(&command.document("filter")?)?)];
        let sort = SortKeys::parse(&command.document("sort")?)?;
        if !sort.is_empty() {
            stages.push(Stage::Sort(sort));
        }
        stages.extend(number(command, "skip").map(Stage::Skip));
        stages.extend(limit.map(Stage::Limit));
        stages.extend(Projection::parse(&command.document("projection")?)?.map(Stage::Project));
        let rows = self.rows(command, stages)?;
        let size = number(command, "batchSize").unwrap_or(FIRST_BATCH);
        let once = limit_ends || command.is_set("singleBatch");
        let rows = if once { first(rows, size) } else { rows };
        let cursor = Cursor::new(command.namespace()?, rows);
        Ok(self.cursors.reply(cursor, 0, Batch::First, size))
    }

    pub(super) fn aggregate(&self, command: &Command) -> Answer {
        let pipeline = command.body.get_array("pipeline").map_err(|_| {
            Refusal::failed_to_parse("'pipeline' option must be specified as an array")
        })?;
        let mut stages = Stage::parse_all(pipeline)?;
        let rows = match stages.first() {
            Some(Stage::CollStats(wanted)) => {
                let row = self.coll_stats_row(&command.database, command.collection()?, wanted)?;
                stages.drain(..1);
                pipeline::run_rows(Box::new([row].into_iter()), stages)
            }
            _ => self.rows(command, stages)?,
        };
        let size = command.document("cursor")?.get("batchSize").and_then(count_of);
        let cursor = Cursor::new(command.namespace()?, rows);
        Ok(self.cursors.reply(cursor, 0, Batch::First, size.unwrap_or(FIRST_BATCH)))
    }

    pub(super) fn count(&self, command: &Command) -> Answer {
        let mut stages = vec![Stage::Match(Filter::parse(&command.document("query")?)?)];
        stages.extend(number(command, "skip").map(Stage::Skip));
        // A negative limit means the same as a positive one.
        let limit = command.body.get("limit").and_then(|limit| match limit {
            Bson::Int32(limit) => Some(u64::from(limit.unsigned_abs())),
            Bson::Int64(limit) => Some(limit.unsigned_abs()),
            other => count_of(other),
        });
        stages.extend(limit.filter(|limit| *limit > 0).map(Stage::Limit));
        stages.push(Stage::Count("n".to_owned()));
        let row = self.rows(command, stages)?.next();
        let found = row.and_then(|row| Bson::try_from(row.get("n").ok()??).ok());
        reply(doc! {"n": found.unwrap_or(Bson::Int32(0)), "ok": 1.0})
    }

    pub(super) fn get_more(&self, command: &Command) -> Answer {
        let id = match command.body.get("getMore") {
            Some(Bson::Int64(id)) => *id,
            _ => return Err(Refusal::failed_to_parse("getMore needs a cursor id of type long")),
        };
        let cursor = self.cursors.take(id)?;
        let collection = command.body.get_str("collection").unwrap_or_default();
        let namespace = format!("{}.{collection}", command.database);
        if cursor.namespace != namespace {
            let message = format!(
                "Requested getMore on namespace '{namespace}', but cursor belongs to a different namespace"
            );
            return Err(Refusal::new(13, "Unauthorized", message));
        }
        let size = number(command, "batchSize").filter(|size| *size > 0).unwrap_or(u64::MAX);
        Ok(self.cursors.reply(cursor, id, Batch::Next, size))
    }

    pub(super) fn kill_cursors(&self, command: &Command) -> Answer {
        let ids = command.body.get_array("cursors").into_iter().flatten();
        let (killed, unknown): (Vec<Bson>, Vec<Bson>) =
            ids.cloned().partition(|id| id.as_i64().is_some_and(|id| self.cursors.kill(id)));
        let none = Vec::<Bson>::new();
        reply(doc! {
            "cursorsKilled": killed,
            "cursorsNotFound": unknown,
            "cursorsAlive": none.clone(),
            "cursorsUnknown": none,
            "ok": 1.0,
        })
    }

    /// A pipeline over what the command's collection is or shows; nothing where there is none.
    fn rows(&self, command: &Command, mut stages: Vec<Stage>) -> Result<Rows, Refusal> {
        let found = self.catalog().resolve(&command.database, command.collection()?)?;
        let Resolved { documents, stages: mut all } = found;
        all.append(&mut stages);
        Ok(match documents {
            Some(documents) => pipeline::run(Scan::whole(documents), all),
            None => pipeline::run_rows(Box::new(std::iter::empty()), all),
        })
    }
}

fn first(rows: Rows, size: u64) -> Rows {
    Box::new(rows.take(usize::try_from(size).unwrap_or(usize::MAX)))
}

fn number(command: &Command, name: &str) -> Option<u64> {
    command.body.get(name).and_then(count_of)
}
