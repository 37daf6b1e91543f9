//! Restoring into the sandbox: with mongorestore inside it, or with the built-in restorer.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_stream::wrappers::ReceiverStream;

use crate::adapters::docker::exec::OutputLine;
use crate::adapters::docker::probe::RestoreTool;
use crate::adapters::mongodb::restore::{Restored, Restorer};
use crate::adapters::mongodb::tool::{self, ToolEvent, ToolLog};
use crate::adapters::s3::PartFile;
use crate::domain::census::Namespace;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::restore::{FailedIndex, RestoreReport, Tool};
use crate::domain::units::plural;
use crate::drill::event::{Advance, Part, Step};
use crate::drill::plan::ToolChoice;
use crate::drill::recipe::mongodb::DUMP_FOLDER;
use crate::drill::recipe::{self, Server};
use crate::dump::{BatchSize, Dump, clean_files, read_batches, write_clean_tar};

use super::berth::{Berth, needed};
use super::reporter::Reporter;

/// Batches that wait between the reader and the connections; they bound the memory.
const BATCHES_WAITING: usize = 2;
/// What is sent to the engine at once.
const PIECE: usize = 256 << 10;
const PIECES_WAITING: usize = 8;

/// One restore: from the tarball on this machine into the berth's server.
#[derive(Debug, Clone, Copy)]
pub struct Salvage<'a> {
    pub berth: &'a Berth,
    pub part: &'a PartFile,
    pub dump: &'a Arc<Dump>,
    pub reporter: &'a Reporter,
}

impl Salvage<'_> {
    pub async fn restore(&self, choice: ToolChoice) -> Result<(RestoreReport, String), Failure> {
        let own = self.berth.docker.restore_tool(&self.berth.sandbox).await?;
        let (tool, version) = match (choice, own) {
            (ToolChoice::Builtin, _) | (ToolChoice::Auto, RestoreTool::Absent) => {
                (Tool::Builtin, None)
            }
            (ToolChoice::Auto | ToolChoice::Mongorestore, RestoreTool::Present { version }) => {
                (Tool::Mongorestore, version)
            }
            (ToolChoice::Mongorestore, RestoreTool::Absent) => {
                let image = &self.berth.image.name;
                return Err(Failure::new(
                    FailureKind::Missing,
                    format!("the image {image} has no {}", self.server().restore_tool),
                )
                .advise("use `--tool builtin`, or an image that has it"));
            }
        };
        self.check_room(tool).await?;
        let work = async {
            match tool {
                Tool::Builtin => self.builtin().await,
                Tool::Mongorestore => self.mongorestore(version).await,
            }
        };
        let restored = tokio::select! {
            restored = work => restored,
            failure = self.berth.relay.ended() => Err(failure),
        };
        let report = match restored {
            Ok(report) => report,
            Err(failure) => return Err(self.berth.explain(failure).await),
        };
        self.reporter.all_parts(Step::Restore, self.parts(&self.sizes().collect()));
        let documents = plural(report.restored.values().sum(), "document");
        let refused = match report.refused {
            Some(0) => String::new(),
            Some(refused) => format!(", {} refused", plural(refused, "document")),
            None => ", nobody knows how many refused".to_owned(),
        };
        Ok((report, format!("{documents}{refused} by {tool}")))
    }

    /// The collections that are restored, each with the bytes of its documents.
    fn sizes(&self) -> impl Iterator<Item = (Namespace, u64)> {
        self.dump.census.judged().map(|(name, dumped)| (name.clone(), dumped.bytes.bytes()))
    }

    /// All collections, however far each of them is.
    fn parts(&self, done: &BTreeMap<Namespace, u64>) -> Vec<Part> {
        self.sizes()
            .map(|(name, total)| {
                let done = done.get(&name).copied().unwrap_or(0).min(total);
                Part { name, done, total: Some(total), documents: None }
            })
            .collect()
    }

    /// Refuses what cannot fit, and says when it will be tight.
    async fn check_room(&self, tool: Tool) -> Result<(), Failure> {
        let raw = self.dump.census.bytes();
        let need = needed(raw, tool == Tool::Mongorestore);
        let folder = self.server().database_folder;
        let room = self.berth.docker.free_space(&self.berth.sandbox, folder).await?;
        if room.free < need {
            return Err(Failure::new(
                FailureKind::Unexpected,
                format!("the sandbox has {} free, the restore of {raw} needs {need}", room.free),
            )
            .advise("make room on the engine's disk: `docker system df` shows what takes it"));
        }
        if room.free.bytes() < need.bytes() / 10 * 13 {
            let tight = format!("room is tight: {} free, {need} needed", room.free);
            self.reporter.remember(Step::Restore, tight);
        }
        Ok(())
    }

    async fn builtin(&self) -> Result<RestoreReport, Failure> {
        let restorer = Restorer::new(&self.berth.sandbox)?;
        let (send, batches) = mpsc::channel(BATCHES_WAITING);
        let (reader, dump) = (self.part.reader(), Arc::clone(self.dump));
        let reading = spawn_blocking(move || {
            read_batches(reader, &dump, BatchSize::default(), &mut |batch| {
                // Whoever took them has given up, and says why.
                match send.blocking_send(batch) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            })
        });
        let done = AtomicU64::new(0);
        let by_collection = Mutex::new(BTreeMap::new());
        let total = self.dump.census.bytes().bytes();
        let observe = |restored: Restored| match restored {
            Restored::Documents { namespace, bytes, .. } => {
                let done = done.fetch_add(bytes.bytes(), Ordering::Relaxed) + bytes.bytes();
                let detail = namespace.to_string();
                let mut known = by_collection.lock().unwrap_or_else(PoisonError::into_inner);
                *known.entry(namespace.clone()).or_insert(0) += bytes.bytes();
                self.advance(done, total, detail);
                self.reporter.parts(Step::Restore, || self.parts(&known));
            }
            Restored::IndexesBegun { namespace, indexes } => {
                let indexes = plural(indexes as u64, "index").replace("indexs", "indexes");
                self.advance(total, total, format!("{indexes} of {namespace}"));
            }
        };
        let restoring = restorer.restore(&self.dump.layout.collections, batches, &observe);
        let (ended, outcome) = tokio::join!(reading, restoring);
        let outcome = outcome?;
        finished(ended)?;
        restorer.close().await;
        Ok(RestoreReport {
            tool: Tool::Builtin,
            tool_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            refused: Some(outcome.refused.iter().map(|refusal| refusal.count).sum()),
            complaints: outcome
                .refused
                .into_iter()
                .map(|refusal| format!("{}: {}", refusal.namespace, refusal.message))
                .collect(),
            restored: outcome.inserted,
            skipped_files: Vec::new(),
            failed_indexes: outcome.failed_indexes,
            exit_code: None,
        })
    }

    async fn mongorestore(&self, version: Option<String>) -> Result<RestoreReport, Failure> {
        self.upload().await?;
        let total = self.dump.census.bytes().bytes();
        let mut log = ToolLog::default();
        let mut done: BTreeMap<Namespace, u64> = BTreeMap::new();
        let mut restored: BTreeMap<Namespace, u64> = BTreeMap::new();
        let command = tool::command(DUMP_FOLDER);
        let argv: Vec<&str> = command.iter().map(String::as_str).collect();
        let mut listen = |line: OutputLine| {
            for event in log.hear(format!("{}\n", line.text).as_bytes()) {
                match event {
                    ToolEvent::Progress { namespace, done: bytes, .. } => {
                        done.insert(namespace.clone(), bytes.bytes());
                        self.reporter.parts(Step::Restore, || self.parts(&done));
                        let sum = done.values().sum::<u64>().min(total);
                        self.advance(sum, total, namespace.to_string());
                    }
                    ToolEvent::Finished { namespace, documents, .. } => {
                        restored.insert(namespace, documents);
                    }
                    ToolEvent::Indexing { namespace } => {
                        self.advance(total, total, format!("indexes of {namespace}"));
                    }
                }
            }
        };
        let docker = &self.berth.docker;
        let running = docker.stream(&self.berth.sandbox, &argv, &mut listen);
        let code = running.await?;
        let report = log.conclude(code);
        Ok(RestoreReport {
            tool: Tool::Mongorestore,
            tool_version: version,
            restored,
            refused: report.refused(),
            complaints: report.errors.into_iter().chain(report.failure).collect(),
            skipped_files: report.skipped_files,
            failed_indexes: report
                .failed_indexes
                .into_iter()
                .map(|(namespace, why)| FailedIndex { namespace, name: None, why })
                .collect(),
            exit_code: Some(report.exit_code),
        })
    }

    /// Sends the cleaned dump into the sandbox's volume, as it is read from the tarball.
    async fn upload(&self) -> Result<(), Failure> {
        let (send, pieces) = mpsc::channel::<io::Result<Bytes>>(PIECES_WAITING);
        let (reader, dump) = (self.part.reader(), Arc::clone(self.dump));
        let writing = spawn_blocking(move || {
            let mut pieces = Pieces { send: send.clone(), waiting: BytesMut::with_capacity(PIECE) };
            let written = write_clean_tar(reader, &dump, &mut pieces).and_then(|()| pieces.flush());
            if let Err(error) = &written {
                // The engine must see a broken body, not one that looks complete.
                send.blocking_send(Err(io::Error::new(error.kind(), error.to_string()))).ok();
            }
            written
        });
        let total = self.dump.census.bytes().bytes();
        let mut moved = 0_u64;
        let counted = ReceiverStream::new(pieces);
        let (tell, mut told) = mpsc::unbounded_channel::<u64>();
        let counted = futures_util::StreamExt::inspect(counted, move |piece| {
            if let Ok(piece) = piece {
                tell.send(piece.len() as u64).ok();
            }
        });
        let (docker, sandbox) = (&self.berth.docker, &self.berth.sandbox);
        let folder = self.server().upload_folder;
        let uploading = docker.upload(sandbox, folder, counted);
        let telling = async {
            while let Some(length) = told.recv().await {
                moved += length;
                self.advance(moved.min(total), total, "into the sandbox");
            }
        };
        let (written, uploaded, ()) = tokio::join!(writing, uploading, telling);
        uploaded?;
        finished(written)?;
        docker.check_upload(sandbox, folder, clean_files(self.dump)).await?;
        Ok(())
    }

    fn server(&self) -> &'static Server {
        recipe::server(self.berth.sandbox.database())
    }

    fn advance(&self, done: u64, total: u64, detail: impl Into<String>) {
        self.reporter.advance(Step::Restore, Advance::bytes(done, Some(total), detail));
    }
}

fn finished(ended: Result<io::Result<()>, tokio::task::JoinError>) -> Result<(), Failure> {
    let reason = match ended {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    Err(Failure::new(FailureKind::Unexpected, format!("reading the dump again: {reason}")))
}

/// A writer whose bytes go through a bounded channel.
struct Pieces {
    send: mpsc::Sender<io::Result<Bytes>>,
    waiting: BytesMut,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.waiting, BytesMut::with_capacity(PIECE));
        self.send
            .blocking_send(Ok(piece.freeze()))
            .map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the upload was given up"))
    }
}
