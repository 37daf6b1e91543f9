//! What carries out the Backups tab's effects: looks at sets, listings, and what is done with objects.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::adapters::s3::S3;
use crate::app::backups::effect::BackupsEffect;
use crate::app::backups::message::{BackupsMessage, ListingNews, Look};
use crate::app::drill::effect::SetRef;
use crate::app::effect::{Generation, Lane};
use crate::app::message::Message;
use crate::domain::backup::Backup;
use crate::domain::checkup::evidence::Observed;
use crate::domain::environment::BackupSet;
use crate::domain::failure::Failure;
use crate::domain::slot::timetable::Timetable;
use crate::runtime::check::memory::{Memory, MemoryFile};
use crate::runtime::check::objects::{PatientPages, since};
use crate::runtime::check::{Check, PATIENCE, Sight};
use crate::runtime::choose;

use super::connect::Lines;
use super::drill::FAREWELL;
use super::lanes::Lanes;
use super::office::{Office, pasts};

/// Who scrolls is not interrupted for each row.
const SETTLED: Duration = Duration::from_millis(150);
/// So many objects are asked about side by side.
const AT_ONCE: usize = 8;

/// Where the sets are watched from.
pub(super) struct Lookout {
    office: Office,
    lines: Arc<Lines>,
    lanes: Lanes,
    /// Reads and writes of objects, which are waited for at the end: they clean up.
    works: TaskTracker,
    cancel: CancellationToken,
}

impl Lookout {
    /// Clusters are asked over the lines that the console has open anyway.
    pub(super) fn new(
        office: Office,
        lines: Arc<Lines>,
        (tracker, root): (TaskTracker, CancellationToken),
    ) -> Self {
        Self {
            office,
            lines,
            lanes: Lanes::new(tracker, root),
            works: TaskTracker::new(),
            cancel: CancellationToken::new(),
        }
    }

    pub(super) fn perform(&mut self, effect: BackupsEffect) {
        let office = self.office.clone();
        match effect {
            BackupsEffect::Check { generation, sets } => {
                let lines = Arc::clone(&self.lines);
                self.lanes.replace(Lane::Checkups, async move {
                    Box::pin(office.watch_sets(generation, &sets, &lines)).await;
                });
            }
            BackupsEffect::Sample { set, backups } => {
                self.lanes.replace(Lane::Samples, async move {
                    Box::pin(office.sample(&set, &backups)).await;
                });
            }
            BackupsEffect::Work(order) => {
                self.cancel = CancellationToken::new();
                let cancel = self.cancel.clone();
                self.works.spawn(async move { Box::pin(office.work(order, cancel)).await });
            }
            BackupsEffect::CancelWork => self.cancel.cancel(),
            BackupsEffect::List { generation, set } => {
                self.lanes.replace(Lane::Listing, async move {
                    Box::pin(office.list_objects(generation, &set)).await;
                });
            }
        }
    }

    pub(super) fn cancel(&mut self, lane: Lane) {
        self.lanes.cancel(lane);
    }

    /// Ends the work under way, and waits until it is cleaned up.
    pub(super) async fn stop(self) {
        self.cancel.cancel();
        self.works.close();
        timeout(FAREWELL, self.works.wait()).await.ok();
    }
}

impl Office {
    pub(super) async fn tell_of_backups(&self, message: BackupsMessage) {
        // The loop has ended when nobody receives.
        self.messages.send(Message::Backups(message)).await.ok();
    }

    /// Looks at all sets side by side, and tells of each as soon as it has answered.
    async fn watch_sets(&self, generation: Generation, sets: &[SetRef], lines: &Lines) {
        let read = self.reading().await;
        let (reading, read) = match read {
            Ok(reading) => (reading.clone(), Ok(pasts(reading))),
            // The objects can be judged all the same; what was scanned or proven is not known.
            Err(failure) => (crate::journal::Reading::default(), Err(failure)),
        };
        self.tell_of_backups(BackupsMessage::JournalRead { generation, pasts: read }).await;
        let memory = MemoryFile::peek(&self.settings.folders.state).unwrap_or_else(|failure| {
            tracing::warn!(%failure, "what earlier checks have seen is not known");
            Memory::default()
        });
        let check = Check {
            settings: &self.settings,
            clock: self.clock,
            reading: &reading,
            memory: &memory,
            patience: PATIENCE,
        };
        let sets: Vec<&BackupSet> = sets.iter().filter_map(|set| self.set(set).ok()).collect();
        let (tell, told) = mpsc::unbounded_channel();
        let looking = async move {
            let tell = |sight| {
                // Whoever listens does so to the end.
                tell.send(sight).ok();
            };
            check.watch(&sets, lines, &tell).await;
        };
        let ((), seen) = tokio::join!(looking, self.tell_sights(generation, told));
        self.tell_of_backups(BackupsMessage::CheckedAll { generation }).await;
        self.remember(seen).await;
    }

    /// Tells of what is seen, and gives back what is to be remembered of each set.
    async fn tell_sights(
        &self,
        generation: Generation,
        mut sights: mpsc::UnboundedReceiver<Sight>,
    ) -> Vec<(String, Observed)> {
        let mut seen = Vec::new();
        while let Some(sight) = sights.recv().await {
            let (checkup, is_partial) = match sight {
                Sight::OfStorage(checkup) => (checkup, true),
                Sight::Whole(checked) => {
                    let path = checked.checkup.path();
                    seen.extend(checked.observed.map(|observed| (path, observed)));
                    (checked.checkup, false)
                }
            };
            let set =
                SetRef { environment: checkup.environment.clone(), name: checkup.set.clone() };
            let look = Box::new(Look { checkup, is_partial });
            self.tell_of_backups(BackupsMessage::Checked { generation, set, look }).await;
        }
        seen
    }

    /// Remembers what was seen, for later checks by whomever. One that runs now does so itself.
    async fn remember(&self, seen: Vec<(String, Observed)>) {
        let folder = self.settings.folders.state.clone();
        let remembering = spawn_blocking(move || -> Result<(), Failure> {
            let file = MemoryFile::take(&folder)?;
            let mut memory = file.read()?;
            for (path, observed) in seen {
                memory.observe(path, observed);
            }
            file.write(&memory)
        });
        if let Ok(Err(failure)) = remembering.await {
            tracing::info!(%failure, "what was seen of the backups is not remembered");
        }
    }

    /// Asks about each object, a few side by side.
    async fn sample(&self, set: &SetRef, backups: &[Backup]) {
        // Who scrolls on does not want to know of these.
        sleep(SETTLED).await;
        let storage = self.set(set).and_then(|set| choose::storage(&self.settings, set));
        let Ok(storage) = storage else { return };
        // The listing has told why a storage cannot be reached.
        let Ok(s3) = S3::connect(storage).await else { return };
        let mut asked = FuturesUnordered::new();
        let mut waiting = backups.iter();
        for backup in waiting.by_ref().take(AT_ONCE) {
            asked.push(self.sample_one(&s3, set, backup));
        }
        while asked.next().await.is_some() {
            if let Some(backup) = waiting.next() {
                asked.push(self.sample_one(&s3, set, backup));
            }
        }
    }

    async fn sample_one(&self, s3: &S3, set: &SetRef, backup: &Backup) {
        let sample = Box::new(s3.sample(backup, false).await);
        let (set, key) = (set.clone(), backup.key.0.clone());
        self.tell_of_backups(BackupsMessage::Sampled { set, key, sample }).await;
    }

    async fn list_objects(&self, generation: Generation, set: &SetRef) {
        let news = match self.list_pages(generation, set).await {
            Ok(()) => ListingNews::Complete,
            Err(failure) => ListingNews::Failed(failure),
        };
        self.tell_listed(generation, news).await;
    }

    async fn tell_listed(&self, generation: Generation, news: ListingNews) {
        self.tell_of_backups(BackupsMessage::Listed { generation, news }).await;
    }

    async fn list_pages(&self, generation: Generation, set: &SetRef) -> Result<(), Failure> {
        let set = self.set(set)?;
        let since = since(set, &Timetable::of(set, self.clock.now()));
        self.tell_listed(generation, ListingNews::Began { since }).await;
        let s3 = S3::connect(choose::storage(&self.settings, set)?).await?;
        let mut pages = PatientPages::open(&s3, set, since, PATIENCE).await?;
        while let Some(page) = pages.next().await? {
            self.tell_listed(generation, ListingNews::Page(page)).await;
        }
        Ok(())
    }
}
