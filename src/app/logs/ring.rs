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
            // Zero is for what is said before the first.
            first: 1,
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
        let first = self.end().saturating_add(1);
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
