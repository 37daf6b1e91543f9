//! What is done with objects one after the other: reading one whole, writing one to disk.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::drill::effect::SetRef;
use crate::app::effect::Effect;
use crate::app::focus::{BackupsFocus, Focus};
use crate::app::prompt::PromptKind;
use crate::domain::backup::Backup;
use crate::domain::failure::Failure;
use crate::domain::units::plural;
use crate::domain::verdict::Verdict;
use crate::drill::event::DrillEvent;
use crate::drill::progress::DrillProgress;

use super::effect::BackupsEffect;

/// What is done with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// It is read once; a record of it is kept.
    Scan,
    Write {
        folder: String,
    },
}

impl Task {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Write { .. } => "write",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub set: SetRef,
    pub object: Backup,
    pub task: Task,
}

/// Work under way. Its progress is a fold over what it reports.
#[derive(Debug)]
pub struct Work {
    pub order: Order,
    pub began: Timestamp,
    pub progress: DrillProgress,
    pub is_cancelled: bool,
}

impl Work {
    pub fn elapsed(&self, now: Timestamp) -> Duration {
        Duration::try_from(now.duration_since(self.began)).unwrap_or_default()
    }
}

/// How work has ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    Scanned { verdict: Verdict, sentence: String },
    Written { path: String },
    Cancelled { left: Option<String> },
    Failed(Failure),
}

/// The work under way, and what waits for its end.
#[derive(Debug, Default)]
pub struct Works {
    pub current: Option<Work>,
    pub waiting: VecDeque<Order>,
}

impl Works {
    /// Takes orders, and begins the first where nothing is under way.
    fn take(&mut self, orders: impl IntoIterator<Item = Order>, now: Timestamp) -> Vec<Effect> {
        let own = self.current.as_ref().map(|work| &work.order);
        for order in orders {
            if own != Some(&order) && !self.waiting.contains(&order) {
                self.waiting.push_back(order);
            }
        }
        self.begin_next(now)
    }

    fn begin_next(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.current.is_some() {
            return Vec::new();
        }
        let Some(order) = self.waiting.pop_front() else { return Vec::new() };
        self.current = Some(Work {
            order: order.clone(),
            began: now,
            progress: DrillProgress::default(),
            is_cancelled: false,
        });
        vec![BackupsEffect::Work(order).into()]
    }
}

impl App {
    /// `s`: reads the marked objects, or the one under the cursor.
    pub(super) fn scan(&mut self) -> Vec<Effect> {
        let Some((set, objects)) = self.chosen_objects() else { return Vec::new() };
        let is_read = self.drill.sets.iter().any(|known| known.id == set);
        if !is_read {
            let text = format!("{} names no `engine`: what is in it cannot be read", set.path());
            self.say(Tone::Warning, text);
            return Vec::new();
        }
        self.order(&set, objects, &Task::Scan)
    }

    /// `w`: asks for the folder.
    pub(super) fn ask_for_folder(&mut self) -> Vec<Effect> {
        if self.chosen_objects().is_none() {
            return Vec::new();
        }
        let last = self.earlier.get(&PromptKind::WriteFolder).and_then(|earlier| earlier.last());
        let text = last.cloned().unwrap_or_else(|| "~/".to_owned());
        self.prompt(PromptKind::WriteFolder, &text)
    }

    pub(in crate::app) fn write_to_folder(&mut self, folder: String) -> Vec<Effect> {
        match self.chosen_objects() {
            Some((set, objects)) if !folder.is_empty() => {
                self.order(&set, objects, &Task::Write { folder })
            }
            Some(_) | None => Vec::new(),
        }
    }

    fn order(&mut self, set: &SetRef, objects: Vec<Backup>, task: &Task) -> Vec<Effect> {
        let of = |object| Order { set: set.clone(), object, task: task.clone() };
        let orders: Vec<Order> = objects.into_iter().map(of).collect();
        if let Some(listing) = &mut self.backups.listing {
            listing.marks.clear();
        }
        let is_busy = self.backups.works.current.is_some();
        let effects = self.backups.works.take(orders, self.now);
        if is_busy {
            let waiting = self.backups.works.waiting.len() as u64;
            self.say(Tone::Busy, format!("{} wait for their turn", plural(waiting, "object")));
        }
        effects
    }

    /// The marked objects, else the one under the cursor, and whose they are.
    fn chosen_objects(&mut self) -> Option<(SetRef, Vec<Backup>)> {
        let one = self.backups.object();
        let listing = self.backups.listing.as_ref();
        let is_list = self.backups.focus() == Focus::Backups(BackupsFocus::List);
        let marked = listing.filter(|_| is_list).map(|it| (it.set.clone(), it.chosen()));
        let chosen = marked.or_else(|| one.map(|(set, backup)| (set, vec![backup])));
        let chosen = chosen.filter(|(_, objects)| !objects.is_empty());
        if chosen.is_none() {
            self.nothing_there();
        }
        chosen
    }

    /// `ctrl-x`: ends the work under way; what waits is forgotten.
    pub(super) fn cancel_work(&mut self) -> Vec<Effect> {
        self.backups.works.waiting.clear();
        if let Some(work) = &mut self.backups.works.current {
            work.is_cancelled = true;
            self.say(Tone::Busy, "ending it".to_owned());
            return vec![BackupsEffect::CancelWork.into()];
        }
        self.say(Tone::Muted, "nothing is under way here".to_owned());
        Vec::new()
    }

    pub(super) fn work_happened(&mut self, events: &[DrillEvent]) {
        if let Some(work) = &mut self.backups.works.current {
            for event in events {
                work.progress.apply(event);
            }
        }
    }

    /// The work under way has ended: the next begins, and a set of which more is known is judged anew.
    pub(super) fn work_ended(&mut self, ended: Ended) -> Vec<Effect> {
        let Some(work) = self.backups.works.current.take() else { return Vec::new() };
        let name = work.order.object.name().to_owned();
        let is_read = matches!(ended, Ended::Scanned { .. });
        let (tone, text) = match ended {
            Ended::Scanned { verdict, sentence } => {
                let tone = match verdict {
                    Verdict::Pass => Tone::Fine,
                    Verdict::Warn | Verdict::CouldNotVerify => Tone::Warning,
                    Verdict::Fail => Tone::Critical,
                };
                (tone, format!("{verdict}: {name} {sentence}"))
            }
            Ended::Written { path } => (Tone::Fine, format!("written: {path}")),
            Ended::Cancelled { left } => {
                let left = left.map(|left| format!("; {left}")).unwrap_or_default();
                (
                    Tone::Warning,
                    format!("the {} of {name} was cancelled{left}", work.order.task.word()),
                )
            }
            Ended::Failed(failure) => (Tone::Critical, failure.to_string()),
        };
        self.say(tone, text);
        let mut effects = self.backups.works.begin_next(self.now);
        if is_read {
            effects.extend(self.backups.look_at(&work.order.set));
        }
        effects
    }
}
