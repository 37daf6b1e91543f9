//! The lines of a log that are kept: the newest, or the first where reading began at the beginning.
//! Invariant: what is not kept is counted and said in the text, at the place where it is missing.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::app::pager::Lines;
use crate::domain::ansi;
use crate::domain::log::LogLine;
use crate::domain::units::Count;

/// How much of a log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLimits {
    pub lines: usize,
    pub bytes: usize,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { lines: 20_000, bytes: 8 << 20 }
    }
}

/// A line of the log, or of what happened to it.
#[derive(Debug)]
pub enum Entry {
    Line(LogLine),
    /// Safe to show.
    Remark {
        text: String,
        is_bad: bool,
    },
}

impl Entry {
    /// With what it takes to keep it.
    fn bytes(&self) -> usize {
        let text = match self {
            Self::Line(line) => line.text.len(),
            Self::Remark { text, .. } => text.len(),
        };
        text + size_of::<Self>()
    }
}

/// Which end is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Newest,
    First,
}

/// The number of the first line: those that are put before it later have numbers too.
const START: u64 = 1 << 32;

/// Where lines are after others were put among them.
#[derive(Debug)]
pub(super) struct Numbers {
    old_first: u64,
    new_first: u64,
    places: Vec<u64>,
}

impl Numbers {
    /// What the number of a line is now.
    pub(super) fn new(&self, line: u64) -> u64 {
        let at = line.checked_sub(self.old_first).and_then(|at| usize::try_from(at).ok());
        let place = at.and_then(|at| self.places.get(at));
        place.map_or(line, |place| self.new_first + place)
    }
}

#[derive(Debug)]
pub(super) struct Ring {
    entries: VecDeque<Entry>,
    /// The number of the first entry; numbers are never used again.
    first: u64,
    bytes: usize,
    /// How many of the entries are lines of the log.
    lines: usize,
    limits: LogLimits,
    keep: Keep,
    /// Lines before the first entry that were kept once, and lines after the last that were not.
    earlier: u64,
    later: u64,
}

impl Ring {
    pub(super) const fn new(limits: LogLimits, keep: Keep) -> Self {
        Self {
            entries: VecDeque::new(),
            first: START,
            bytes: 0,
            lines: 0,
            limits,
            keep,
            earlier: 0,
            later: 0,
        }
    }

    /// Empties it; what comes then has other numbers.
    pub(super) fn start_again(&mut self, keep: Keep) {
        let first = self.end().saturating_add(START);
        *self = Self { first, ..Self::new(self.limits, keep) };
    }

    /// Takes an entry and tells its number, or `None` where there is no room after the first ones.
    pub(super) fn push(&mut self, entry: Entry) -> Option<u64> {
        let is_line = matches!(entry, Entry::Line(_));
        let size = entry.bytes();
        let is_full =
            self.entries.len() >= self.limits.lines || self.bytes + size > self.limits.bytes;
        if self.keep == Keep::First && (self.later > 0 || is_full) && is_line {
            self.later += 1;
            return None;
        }
        self.bytes += size;
        self.lines += usize::from(is_line);
        self.entries.push_back(entry);
        while self.keep == Keep::Newest
            && self.entries.len() > 1
            && (self.entries.len() > self.limits.lines || self.bytes > self.limits.bytes)
        {
            self.drop_first();
        }
        Some(self.first + self.entries.len() as u64 - 1)
    }

    fn drop_first(&mut self) {
        let Some(entry) = self.entries.pop_front() else { return };
        self.first += 1;
        self.bytes -= entry.bytes();
        if matches!(entry, Entry::Line(_)) {
            self.lines -= 1;
            self.earlier += 1;
        }
    }

    pub(super) fn get(&self, line: u64) -> Option<&Entry> {
        let at = usize::try_from(line.checked_sub(self.first)?).ok()?;
        self.entries.get(at)
    }

    pub(super) const fn limits(&self) -> LogLimits {
        self.limits
    }

    /// How many lines before the first were kept once.
    pub(super) const fn dropped(&self) -> u64 {
        self.earlier
    }

    /// Whether lines before the first were there and are not kept.
    pub(super) const fn is_cut(&self) -> bool {
        self.earlier > 0
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn into_entries(self) -> impl Iterator<Item = Entry> {
        self.entries.into_iter()
    }

    /// Puts older lines, which are in the order of time, where they belong; the last entry keeps its
    /// number. What has no room is counted with the `cut` lines that never came.
    pub(super) fn insert(&mut self, mut older: VecDeque<LogLine>, cut: u64) -> Numbers {
        let end = self.first + self.entries.len() as u64;
        let old_first = self.first;
        let mut merged = VecDeque::with_capacity(self.entries.len() + older.len());
        // Where each of the entries of before is now.
        let mut places = Vec::with_capacity(self.entries.len());
        for entry in self.entries.drain(..) {
            if let Entry::Line(LogLine { at: Some(at), .. }) = &entry {
                while let Some(line) =
                    older.pop_front_if(|line| line.at.is_none_or(|older| older < *at))
                {
                    merged.push_back(Entry::Line(line));
                }
            }
            places.push(merged.len() as u64);
            merged.push_back(entry);
        }
        merged.extend(older.into_iter().map(Entry::Line));
        self.first = end.saturating_sub(merged.len() as u64);
        let new_first = self.first;
        self.bytes = merged.iter().map(Entry::bytes).sum();
        self.lines = merged.iter().filter(|entry| matches!(entry, Entry::Line(_))).count();
        self.entries = merged;
        self.earlier += cut;
        while self.entries.len() > self.limits.lines || self.bytes > self.limits.bytes {
            self.drop_first();
        }
        Numbers { old_first, new_first, places }
    }

    pub(super) const fn first_kept(&self) -> u64 {
        self.first
    }

    /// How many lines of the log there are.
    pub(super) const fn count(&self) -> usize {
        self.lines
    }

    /// What is said of lines that are not here.
    pub(super) fn remark(&self, line: u64) -> Option<String> {
        let lines = |count| if count == 1 { "line" } else { "lines" };
        if self.earlier > 0 && line + 1 == self.first {
            return Some(format!(
                "… {} earlier {} dropped here, press 1 to read from the beginning",
                Count(self.earlier),
                lines(self.earlier),
            ));
        }
        if self.later > 0 && line == self.first + self.entries.len() as u64 {
            return Some(format!(
                "… {} later {} not kept, press 0 to read the end",
                Count(self.later),
                lines(self.later),
            ));
        }
        None
    }
}

impl Lines for Ring {
    fn first(&self) -> u64 {
        self.first - u64::from(self.earlier > 0)
    }

    fn end(&self) -> u64 {
        self.first + self.entries.len() as u64 + u64::from(self.later > 0)
    }

    fn plain(&self, line: u64) -> Cow<'_, str> {
        match self.get(line) {
            Some(Entry::Line(line)) => ansi::plain(&line.text),
            Some(Entry::Remark { text, .. }) => Cow::Borrowed(text),
            None => self.remark(line).map_or(Cow::Borrowed(""), Cow::Owned),
        }
    }

    fn stands_out(&self, line: u64) -> bool {
        !matches!(self.get(line), Some(Entry::Line(_)))
    }
}
