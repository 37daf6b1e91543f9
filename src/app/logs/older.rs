//! Lines from before those that were read first: asked for beside the log that goes on, and put where
//! they belong once all of them are there.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

use crate::app::logs::ring::{Entry, Keep, Ring};
use crate::app::logs::{LogView, keep};
use crate::app::pager::act::Outcome;
use crate::domain::log::{LogLine, LogNews, LogRequest, LogStart};
use crate::domain::units::plural;

/// So many times more lines are read each time.
const MORE: usize = 4;
/// At least so many.
const LEAST: usize = 1000;

/// Older lines that are under way.
#[derive(Debug)]
pub(super) struct Older {
    /// No more than a log keeps.
    lines: Ring,
    /// What was asked for of each source, and what has come of it.
    asked: usize,
    come: HashMap<u16, usize>,
    ended: Vec<u16>,
    failure: Option<String>,
}

impl LogView {
    /// Whether older lines are under way.
    pub const fn is_loading_older(&self) -> bool {
        self.older.is_some()
    }

    /// Asks for what is before the first line, or says why there is nothing.
    pub(super) fn load_older(&mut self) -> Outcome {
        if self.is_loading_older() || keep(&self.request) == Keep::First {
            return Outcome::Nothing;
        }
        if self.begins_here {
            return Outcome::Say("the log begins here".to_owned());
        }
        let limits = self.ring.limits();
        if self.ring.is_cut() || self.ring.count() >= limits.lines {
            let text = "no more lines are kept at once; `1` reads from the beginning";
            return Outcome::Say(text.to_owned());
        }
        let asked = self.ring.count().saturating_mul(MORE).max(LEAST).min(limits.lines);
        self.older = Some(Older {
            lines: Ring::new(limits, Keep::Newest),
            asked,
            come: HashMap::new(),
            ended: Vec::new(),
            failure: None,
        });
        let start = LogStart::Tail(u32::try_from(asked).unwrap_or(u32::MAX));
        Outcome::Older(LogRequest { start, follow: false, ..self.request.clone() })
    }

    /// Takes what has come of it. Says what there is now, once nothing more will come.
    pub fn older_arrived(&mut self, news: LogNews) -> Option<String> {
        let older = self.older.as_mut()?;
        match news {
            LogNews::Lines(lines) => {
                for line in lines {
                    *older.come.entry(line.source).or_default() += 1;
                    older.lines.push(Entry::Line(line));
                }
            }
            LogNews::Ended { source, failure } => {
                if let Some(failure) = failure {
                    older.failure.get_or_insert_with(|| failure.to_string());
                }
                if !older.ended.contains(&source) {
                    older.ended.push(source);
                }
            }
            LogNews::Gap { .. }
            | LogNews::Waiting { .. }
            | LogNews::Failing { .. }
            | LogNews::Resumed { .. } => {}
        }
        if older.ended.len() < self.request.sources.len() {
            return None;
        }
        self.older.take().map(|older| self.take_in(older))
    }

    fn take_in(&mut self, older: Older) -> String {
        let Older { lines, asked, come, failure, .. } = older;
        let first = self.first_of_each();
        let is_new = |line: &LogLine| match (line.at, first.get(&line.source)) {
            (Some(at), Some((first, texts))) => {
                at < *first || (at == *first && !texts.contains(&line.text))
            }
            // Where it belongs cannot be told.
            (None, Some(_)) => false,
            (_, None) => true,
        };
        let cut = lines.dropped();
        let fresh: VecDeque<LogLine> = lines
            .into_entries()
            .filter_map(|entry| match entry {
                Entry::Line(line) if is_new(&line) => Some(line),
                Entry::Line(_) | Entry::Remark { .. } => None,
            })
            .collect();
        let count = fresh.len();
        if let Some(failure) = failure.filter(|_| count == 0) {
            return format!("no older lines: {failure}");
        }
        // Whoever had less than was asked for has no more.
        self.begins_here = cut == 0
            && (0..)
                .take(self.request.sources.len())
                .all(|source: u16| come.get(&source).is_none_or(|come| *come < asked));
        if count == 0 {
            self.begins_here = true;
            return "the log begins here".to_owned();
        }
        let numbers = self.ring.insert(fresh, cut);
        self.pager.renumber(&self.ring, |line| numbers.of(line));
        let begins = if self.begins_here { "; the log begins there" } else { "" };
        format!("{} above{begins}", plural(count as u64, "older line"))
    }

    /// The first line of each source that is there, by its date, and what was said at that moment.
    fn first_of_each(&self) -> HashMap<u16, (Timestamp, Vec<Box<str>>)> {
        let mut first: HashMap<u16, (Timestamp, Vec<Box<str>>)> = HashMap::new();
        for entry in self.ring.entries() {
            let Entry::Line(line) = entry else { continue };
            let Some(at) = line.at else { continue };
            let known = first.entry(line.source).or_insert_with(|| (at, Vec::new()));
            if at < known.0 {
                *known = (at, Vec::new());
            }
            if at == known.0 {
                known.1.push(line.text.clone());
            }
        }
        first
    }
}
