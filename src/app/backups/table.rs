//! The table of sets: which are shown, in which order, and where one is. The cursor stays on its set.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::app::filter::Filtering;
use crate::domain::checkup::Word;

use super::set::Watched;
use super::sought::SoughtSet;

#[derive(Debug, Default)]
pub struct SetTable {
    /// Which sets are shown, in their order.
    order: Vec<usize>,
    at: usize,
    pub sort: Sorting<SetColumn>,
    pub filtering: Filtering,
    pub faults_only: bool,
}

/// What a table is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sorting<C> {
    pub column: C,
    /// The other way than the column has by itself.
    pub is_turned: bool,
}

impl<C: Copy + PartialEq> Sorting<C> {
    /// Sorted by a column; by the same one again, the other way.
    #[must_use]
    pub fn by(self, column: C) -> Self {
        Self { column, is_turned: self.column == column && !self.is_turned }
    }

    /// Sorted by the column beside.
    #[must_use]
    pub fn beside(self, by: isize, all: &[C]) -> Self {
        let at = all.iter().position(|column| *column == self.column).unwrap_or(0);
        let next = all.get(at.saturating_add_signed(by));
        next.map_or(self, |column| Self { column: *column, is_turned: false })
    }

    pub fn turn(&mut self) {
        self.is_turned = !self.is_turned;
    }

    pub fn apply(self, ordering: Ordering) -> Ordering {
        if self.is_turned { ordering.reverse() } else { ordering }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SetColumn {
    /// As the configuration has it.
    #[default]
    Given,
    Name,
    Newest,
    Proven,
    Next,
    /// The worst first.
    Verdict,
}

impl SetColumn {
    pub const ALL: [Self; 6] =
        [Self::Given, Self::Name, Self::Newest, Self::Proven, Self::Next, Self::Verdict];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Given => "as configured",
            Self::Name => "set",
            Self::Newest => "newest",
            Self::Proven => "proven",
            Self::Next => "next",
            Self::Verdict => "verdict",
        }
    }
}

impl SetTable {
    /// The places of the sets that are shown, in their order.
    pub fn rows(&self) -> &[usize] {
        &self.order
    }

    pub const fn at(&self) -> usize {
        self.at
    }

    pub fn selected(&self) -> Option<usize> {
        self.order.get(self.at).copied()
    }

    pub fn select(&mut self, at: usize) {
        self.at = at.min(self.order.len().saturating_sub(1));
    }

    pub fn move_by(&mut self, by: isize) {
        self.select(self.at.saturating_add_signed(by));
    }

    /// Puts the cursor on a set; says whether it is shown.
    pub fn go(&mut self, set: usize) -> bool {
        let at = self.order.iter().position(|shown| *shown == set);
        self.at = at.unwrap_or(self.at);
        at.is_some()
    }

    pub const fn is_filtered(&self) -> bool {
        self.faults_only || !self.filtering.is_empty()
    }

    /// The field of the filter of which no set says anything.
    pub fn unanswered(&self, sets: &[Watched], now: Timestamp) -> Option<&str> {
        self.filtering.unanswered(&sets.iter().map(move |set| SoughtSet { set, now }))
    }

    /// Hides nothing any more.
    pub fn show_all(&mut self) {
        (self.filtering, self.faults_only) = (Filtering::default(), false);
    }

    /// Filters and sorts anew.
    pub fn arrange(&mut self, sets: &[Watched], now: Timestamp) {
        let kept = self.selected();
        let fits = |set: &Watched| {
            let is_fault = set.word().is_some_and(|word| word != Word::Ok);
            (!self.faults_only || is_fault) && self.filtering.keeps(&SoughtSet { set, now })
        };
        let mut order: Vec<(usize, &Watched)> =
            sets.iter().enumerate().filter(|(_, set)| fits(set)).collect();
        let sort = self.sort;
        order.sort_by(|(_, one), (_, other)| sort.apply(compare(sort.column, one, other)));
        if sort.column == SetColumn::Given && sort.is_turned {
            order.reverse();
        }
        self.order = order.into_iter().map(|(at, _)| at).collect();
        let at = kept.and_then(|kept| self.order.iter().position(|shown| *shown == kept));
        self.select(at.unwrap_or(self.at));
    }
}

/// The newest, the soonest and the worst first; what is not known comes last.
fn compare(column: SetColumn, one: &Watched, other: &Watched) -> Ordering {
    let next = |set: &Watched| set.known().and_then(|checkup| checkup.next);
    match column {
        SetColumn::Given => Ordering::Equal,
        SetColumn::Name => one.set.path().cmp(&other.set.path()),
        SetColumn::Newest => other.newest().cmp(&one.newest()),
        SetColumn::Proven => other.proven().cmp(&one.proven()),
        SetColumn::Next => {
            (next(one).is_none(), next(one)).cmp(&(next(other).is_none(), next(other)))
        }
        SetColumn::Verdict => other.word().cmp(&one.word()),
    }
}
