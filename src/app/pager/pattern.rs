//! What is typed to search or to filter: a regular expression that minds case only where it has a
//! capital letter.

use std::collections::VecDeque;

use regex::{Regex, RegexBuilder};

/// How much memory a pattern may take.
const LARGEST: usize = 1 << 20;
/// How many lines are shown around a match of a filter.
const AROUND: u64 = 2;

#[derive(Debug, Clone)]
pub struct Pattern {
    /// As it was typed.
    pub typed: String,
    regex: Regex,
    /// Lines that do *not* match are meant.
    pub is_inverse: bool,
    /// How many lines are shown around each.
    pub around: u64,
}

impl Pattern {
    /// What is searched. The error says why it is no regular expression.
    pub fn search(typed: &str) -> Result<Self, String> {
        Ok(Self {
            typed: typed.to_owned(),
            regex: compile(typed)?,
            is_inverse: false,
            around: AROUND,
        })
    }

    /// What lines have to match: `timeout`, `!health` for those that do not, `-C5 timeout` for five
    /// lines around each.
    pub fn filter(typed: &str) -> Result<Self, String> {
        let (around, rest) = match context(typed) {
            Some((around, rest)) => (Some(around), rest),
            None => (None, typed),
        };
        let (is_inverse, rest) = match rest.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        Ok(Self {
            typed: typed.to_owned(),
            regex: compile(rest)?,
            is_inverse,
            // Around lines that do not match stands what was to be hidden.
            around: around.unwrap_or(if is_inverse { 0 } else { AROUND }),
        })
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text) != self.is_inverse
    }

    /// The first place where it matches.
    pub fn find(&self, text: &str) -> Option<(usize, usize)> {
        self.regex.find(text).map(|found| (found.start(), found.end()))
    }

    /// Where it matches, as bytes; never empty ranges.
    pub fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        let places = self.regex.find_iter(text).map(|found| (found.start(), found.end()));
        places.filter(|(start, end)| start < end)
    }
}

/// `-C5 rest`, as grep has it.
fn context(typed: &str) -> Option<(u64, &str)> {
    let rest = typed.strip_prefix("-C")?.trim_start();
    let end = rest.find(|character: char| !character.is_ascii_digit())?;
    let (digits, rest) = rest.split_at(end);
    rest.starts_with(' ').then_some((digits.parse().ok()?, rest.trim_start()))
}

fn compile(text: &str) -> Result<Regex, String> {
    // A capital after a backslash is a class, as in `\S`.
    let mut is_escaped = false;
    let minds_case = text.chars().any(|character| {
        let is_capital = character.is_uppercase() && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_capital
    });
    let built = RegexBuilder::new(text).case_insensitive(!minds_case).size_limit(LARGEST).build();
    built.map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").trim();
        format!("not a regular expression: {reason}")
    })
}

/// The lines that match, in order: each line is tested once.
#[derive(Debug)]
pub(super) struct Hits {
    pub(super) pattern: Pattern,
    lines: VecDeque<u64>,
}

impl Hits {
    pub(super) const fn new(pattern: Pattern) -> Self {
        Self { pattern, lines: VecDeque::new() }
    }

    pub(super) fn test(&mut self, line: u64, text: &str) {
        if self.pattern.is_match(text) {
            self.lines.push_back(line);
        }
    }

    pub(super) fn forget(&mut self, first: u64) {
        while self.lines.front().is_some_and(|line| *line < first) {
            self.lines.pop_front();
        }
    }

    pub(super) fn lines(&self) -> impl DoubleEndedIterator<Item = u64> + '_ {
        self.lines.iter().copied()
    }

    /// Whether a match is at most `around` lines away.
    pub(super) fn is_near(&self, line: u64) -> bool {
        let around = self.pattern.around;
        let at = self.lines.partition_point(|hit| hit.saturating_add(around) < line);
        self.lines.get(at).is_some_and(|hit| *hit <= line.saturating_add(around))
    }
}
