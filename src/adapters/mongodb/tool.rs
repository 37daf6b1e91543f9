//! What `mongorestore` is told, and what it says: its lines on stderr, read into events and a report.

use crate::domain::census::Namespace;
use crate::domain::engine::Engine;
use crate::domain::text::redact;
use crate::domain::units::ByteSize;
use crate::drill::recipe;

/// How many of its complaints are kept, of each sort.
const MOST_KEPT: usize = 20;
/// How much of one line is read; it may quote a whole document.
const LONGEST_LINE: usize = 64 << 10;

/// The command that restores the dump under `folder` into the server beside it. No `--drop`: it
/// would replace the sandbox's own users. Users and roles stay out: a laptop's container is no
/// place for the password hashes of production. Validators are not the backup's fault.
pub fn command(folder: &str) -> Vec<String> {
    let server = recipe::server(Engine::Mongodb);
    let port = server.port.to_string();
    let arguments = [
        server.restore_tool,
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--nsExclude",
        "admin.system.users",
        "--nsExclude",
        "admin.system.roles",
        "--bypassDocumentValidation",
        "--numParallelCollections",
        "2",
        "--dir",
        folder,
    ];
    arguments.map(ToOwned::to_owned).to_vec()
}

/// A step that the tool reports while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolEvent {
    /// Bytes of one collection, every three seconds; rounded by the tool to three digits.
    Progress { namespace: Namespace, done: ByteSize, total: ByteSize },
    /// One collection's documents are in, but for those that failed.
    Finished { namespace: Namespace, documents: u64, failures: u64 },
    /// The indexes of one collection are being built.
    Indexing { namespace: Namespace },
}

/// What the tool said altogether. Nothing here quotes what is inside documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolReport {
    /// Its own totals; `None` where it ended before it could say.
    pub restored: Option<u64>,
    pub failed: Option<u64>,
    /// Failures that it named collection by collection, added up.
    pub failures: u64,
    /// Files that it left aside.
    pub skipped_files: Vec<String>,
    /// Errors that it continued through, each kind once.
    pub errors: Vec<String>,
    /// Collections one of whose indexes could not be built.
    pub failed_indexes: Vec<(Namespace, String)>,
    /// Why it gave up.
    pub failure: Option<String>,
    pub exit_code: i64,
}

impl ToolReport {
    /// Documents that were refused, by its totals or its collections, whichever says more; `None`
    /// where it gave no totals and named no failure, which is not to say that there was none.
    pub fn refused(&self) -> Option<u64> {
        match (self.failed, self.failures) {
            (Some(total), failures) => Some(total.max(failures)),
            (None, 0) => None,
            (None, failures) => Some(failures),
        }
    }
}

/// Listens to the tool as it speaks.
#[derive(Debug, Default)]
pub struct ToolLog {
    report: ToolReport,
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
    /// The last line of no known form: what a tool says that dies.
    last_words: Option<String>,
}

impl ToolLog {
    /// Takes bytes as they come and returns the events of the lines that they complete.
    pub fn hear(&mut self, bytes: &[u8]) -> Vec<ToolEvent> {
        let mut events = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST_LINE.saturating_sub(self.begun.len());
            self.begun.extend(piece.iter().take(room));
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.begun);
                events.extend(self.hear_line(&String::from_utf8_lossy(&line)));
            }
        }
        events
    }

    /// Ends the log with the tool's exit code.
    pub fn conclude(mut self, exit_code: i64) -> ToolReport {
        let rest = std::mem::take(&mut self.begun);
        self.hear_line(&String::from_utf8_lossy(&rest));
        let mut report = self.report;
        report.exit_code = exit_code;
        if exit_code != 0 && report.failure.is_none() && report.failed_indexes.is_empty() {
            report.failure = self.last_words;
        }
        report
    }

    fn hear_line(&mut self, line: &str) -> Option<ToolEvent> {
        // Each line begins with its time and a tab.
        let said = line.split_once('\t').map_or(line, |(_, said)| said).trim();
        let event = progress(said).or_else(|| finished(said)).or_else(|| indexing(said));
        match &event {
            Some(ToolEvent::Finished { failures, .. }) => self.report.failures += failures,
            Some(_) => {}
            None => self.note(said),
        }
        event
    }

    fn note(&mut self, said: &str) {
        let report = &mut self.report;
        if let Some((restored, failed)) = totals(said) {
            (report.restored, report.failed) = (Some(restored), Some(failed));
        } else if let Some(error) = said.strip_prefix("continuing through error: ") {
            keep(&mut report.errors, redact(error));
        } else if let Some(failure) = said.strip_prefix("Failed: ") {
            match failed_index(failure) {
                Some(failed) => keep(&mut report.failed_indexes, failed),
                None => report.failure = Some(redact(failure)),
            }
        } else if let Some(file) = skipped(said) {
            keep(&mut report.skipped_files, file.to_owned());
        } else if !said.is_empty() && !is_routine(said) {
            self.last_words = Some(redact(said));
        }
    }
}

fn keep<T: PartialEq>(kept: &mut Vec<T>, new: T) {
    if kept.len() < MOST_KEPT && !kept.contains(&new) {
        kept.push(new);
    }
}

/// `[####....]  admin.file  12.3MB/45MB  (27.1%)`
fn progress(said: &str) -> Option<ToolEvent> {
    let (bar, rest) = said.strip_prefix('[')?.split_once(']')?;
    if !bar.chars().all(|c| c == '#' || c == '.') {
        return None;
    }
    let (rest, _percent) = rest.rsplit_once('(')?;
    let (namespace, sizes) = rest.trim().rsplit_once(' ')?;
    let (done, total) = sizes.split_once('/')?;
    let namespace = namespace.trim().parse().ok()?;
    Some(ToolEvent::Progress { namespace, done: size(done)?, total: size(total)? })
}

/// `12.3MB`, in steps of 1024.
fn size(text: &str) -> Option<ByteSize> {
    let digits = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let power = ["B", "KB", "MB", "GB", "TB", "PB"].iter().position(|known| *known == unit)?;
    let number: f64 = number.parse().ok().filter(|number: &f64| *number >= 0.0)?;
    let bytes = number * 1024_f64.powi(i32::try_from(power).ok()?);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and a cast of too much stops at the largest number"
    )]
    Some(ByteSize(bytes as u64))
}

/// `finished restoring admin.file (318440 documents, 0 failures)`; tools before 4.2 name no failures.
fn finished(said: &str) -> Option<ToolEvent> {
    let rest = said.strip_prefix("finished restoring ")?.strip_suffix(')')?;
    let (namespace, counts) = rest.rsplit_once(" (")?;
    let count = |text: &str| text.split(' ').next()?.parse().ok();
    let (documents, failures) = match counts.split_once(", ") {
        Some((documents, failures)) => (count(documents)?, count(failures)?),
        None => (count(counts)?, 0),
    };
    Some(ToolEvent::Finished { namespace: namespace.parse().ok()?, documents, failures })
}

/// `restoring indexes for collection admin.file from metadata`
fn indexing(said: &str) -> Option<ToolEvent> {
    let rest = said.strip_prefix("restoring indexes for collection ")?;
    let namespace = rest.strip_suffix(" from metadata")?.parse().ok()?;
    Some(ToolEvent::Indexing { namespace })
}

/// `20461 document(s) restored successfully. 0 document(s) failed to restore.`
fn totals(said: &str) -> Option<(u64, u64)> {
    let rest = said.strip_suffix(" document(s) failed to restore.")?;
    let (restored, failed) = rest.split_once(" document(s) restored successfully. ")?;
    Some((restored.parse().ok()?, failed.parse().ok()?))
}

/// `idx.project: error creating indexes for idx.project: createIndex error: (DuplicateKey) …`
fn failed_index(failure: &str) -> Option<(Namespace, String)> {
    let (_, rest) = failure.split_once("error creating indexes for ")?;
    let (namespace, why) = rest.split_once(": ")?;
    let why = why.strip_prefix("createIndex error: ").unwrap_or(why);
    Some((namespace.parse().ok()?, redact(why)))
}

/// `don't know what to do with file "dump/admin/notes.txt", skipping...`
fn skipped(said: &str) -> Option<&str> {
    let rest = said.strip_prefix("don't know what to do with file \"")?;
    rest.rsplit_once('"').map(|(file, _)| file)
}

/// Lines that only say what comes next.
fn is_routine(said: &str) -> bool {
    const ROUTINE: [&str; 8] = [
        "preparing collections",
        "reading metadata",
        "restoring ",
        "index: ",
        "no indexes to restore",
        "demux",
        "finished restoring",
        "done",
    ];
    ROUTINE.iter().any(|beginning| said.starts_with(beginning))
}

#[cfg(test)]
#[path = "tool_tests.rs"]
mod tests;
