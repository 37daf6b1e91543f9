//! The objects of one set as a table: what has come, what is shown of it, and where one is.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::app::drill::effect::SetRef;
use crate::app::filter::Filtering;
use crate::domain::backup::Backup;
use crate::domain::failure::Failure;
use crate::domain::units::ByteSize;
use crate::drill::past::Past;

use super::message::ListingNews;
use super::objects::Objects;
use super::set::Watched;
use super::sought::{Judged, SoughtObject};
use super::table::Sorting;

/// While so many have come they are sorted at each page; more are once all are there.
const FEW: usize = 5_000;

#[derive(Debug)]
pub struct Listing {
    pub set: SetRef,
    /// What all keys begin with: it is not shown.
    prefix: String,
    pub phase: Phase,
    /// Objects from before this were not asked for.
    pub since: Option<Timestamp>,
    pub objects: Objects,
    /// What a newer listing has brought so far, while the older one is shown.
    arriving: Option<Objects>,
    /// When what is shown was complete.
    pub at: Option<Timestamp>,
    /// Which are shown, in their order.
    order: Vec<u32>,
    before: HashMap<u32, u32>,
    place: usize,
    pub sort: Sorting<ObjectColumn>,
    pub filtering: Filtering,
    pub faults_only: bool,
    judged: Judged,
    /// The keys of the marked ones.
    pub marks: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    Arriving,
    Complete,
    Failed(Failure),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ObjectColumn {
    /// The newest first.
    #[default]
    Began,
    Name,
    /// The largest first.
    Size,
    /// What differs most from the one before first.
    Change,
    Class,
}

impl ObjectColumn {
    pub const ALL: [Self; 5] = [Self::Began, Self::Name, Self::Size, Self::Change, Self::Class];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Began => "T0",
            Self::Name => "name",
            Self::Size => "size",
            Self::Change => "Δ",
            Self::Class => "class",
        }
    }
}

impl Listing {
    pub fn new(watched: &Watched) -> Self {
        Self {
            set: watched.id(),
            prefix: watched.set.prefix.clone(),
            phase: Phase::Arriving,
            since: None,
            objects: Objects::of(&watched.set.bucket),
            arriving: None,
            at: None,
            order: Vec::new(),
            before: HashMap::new(),
            place: 0,
            sort: Sorting::default(),
            filtering: Filtering::default(),
            faults_only: false,
            judged: Judged::default(),
            marks: BTreeSet::new(),
        }
    }

    /// The same set is listed again; what is shown stays until all has come.
    pub fn begin_again(&mut self, bucket: &str) {
        self.phase = Phase::Arriving;
        let fresh = Objects::of(bucket);
        if self.at.is_some() {
            self.arriving = Some(fresh);
        } else {
            self.objects = fresh;
            self.order.clear();
            self.place = 0;
        }
    }

    pub fn hear(&mut self, news: ListingNews, now: Timestamp) {
        match news {
            ListingNews::Began { since } => self.since = since,
            ListingNews::Page(page) => {
                let objects = self.arriving.as_mut().unwrap_or(&mut self.objects);
                let known = objects.len();
                for backup in &page {
                    objects.push(backup);
                }
                if self.arriving.is_none() {
                    self.add(known, now);
                }
            }
            ListingNews::Complete => {
                if let Some(objects) = self.arriving.take() {
                    self.keep_place(objects);
                }
                (self.phase, self.at) = (Phase::Complete, Some(now));
                self.before = self.objects.predecessors();
                self.arrange(now);
            }
            ListingNews::Failed(failure) => {
                self.arriving = None;
                self.phase = Phase::Failed(failure);
                self.arrange(now);
            }
        }
    }

    /// The cursor stays on its object, where that is still there.
    fn keep_place(&mut self, objects: Objects) {
        let key = self.key().map(str::to_owned);
        self.objects = objects;
        self.order = (0..).take(self.objects.len()).collect();
        let at = key.and_then(|key| self.objects.find(&key));
        self.place = at.unwrap_or(0);
    }

    /// Takes in what has come behind the first `known`.
    fn add(&mut self, known: usize, now: Timestamp) {
        if self.objects.len() <= FEW {
            self.before = self.objects.predecessors();
            self.arrange(now);
            return;
        }
        let more = (0..).take(self.objects.len()).skip(known);
        let more: Vec<u32> = more.filter(|at| self.is_shown(*at as usize, now)).collect();
        self.order.extend(more);
    }

    fn is_shown(&self, at: usize, now: Timestamp) -> bool {
        let Self { objects, judged, .. } = self;
        let key = objects.key(at);
        let name = key.strip_prefix(&self.prefix).unwrap_or(key);
        (!self.faults_only || judged.is_fault(key))
            && self.filtering.keeps(&SoughtObject { objects, at, name, judged, now })
    }

    /// Takes what is known of the objects otherwise.
    pub(super) fn judge(&mut self, watched: &Watched, pasts: &[Past], now: Timestamp) {
        self.judged = Judged::of(watched, &self.objects, pasts);
        if self.is_filtered() {
            self.arrange(now);
        }
    }

    /// Filters and sorts anew.
    pub fn arrange(&mut self, now: Timestamp) {
        let kept = self.order.get(self.place).copied();
        let all = (0..).take(self.objects.len());
        let mut order: Vec<u32> = all.filter(|at| self.is_shown(*at as usize, now)).collect();
        let sort = self.sort;
        if self.phase != Phase::Arriving || order.len() <= FEW {
            order.sort_by(|one, other| sort.apply(self.compare(sort.column, *one, *other)));
        }
        self.order = order;
        let place = kept.and_then(|kept| self.order.iter().position(|at| *at == kept));
        self.select(place.filter(|_| self.place > 0).unwrap_or(self.place));
    }

    fn compare(&self, column: ObjectColumn, one: u32, other: u32) -> Ordering {
        let objects = &self.objects;
        let (first, second) = (one as usize, other as usize);
        let change = |at: u32| self.change(at).map(i64::unsigned_abs);
        let ordering = match column {
            ObjectColumn::Began => objects.began(second).cmp(&objects.began(first)),
            ObjectColumn::Name => Ordering::Equal,
            ObjectColumn::Size => objects.size(second).cmp(&objects.size(first)),
            ObjectColumn::Change => change(other).cmp(&change(one)),
            ObjectColumn::Class => objects.class_of(first).cmp(&objects.class_of(second)),
        };
        ordering.then_with(|| objects.key(first).cmp(objects.key(second)))
    }

    /// By how many bytes an object differs from the one before.
    fn change(&self, at: u32) -> Option<i64> {
        let before = self.objects.size(*self.before.get(&at)? as usize);
        let own = i64::try_from(self.objects.size(at as usize)).ok()?;
        Some(own.saturating_sub(i64::try_from(before).ok()?))
    }

    pub const fn place(&self) -> usize {
        self.place
    }

    pub const fn count(&self) -> usize {
        self.order.len()
    }

    pub fn select(&mut self, place: usize) {
        self.place = place.min(self.order.len().saturating_sub(1));
    }

    pub fn move_by(&mut self, by: isize) {
        self.select(self.place.saturating_add_signed(by));
    }

    /// Puts the cursor on the object of this key, where it is shown.
    pub fn go(&mut self, key: &str) {
        let at = self.order.iter().position(|at| self.objects.key(*at as usize) == key);
        if let Some(at) = at {
            self.place = at;
        }
    }

    pub fn filter_by(&mut self, text: &str, now: Timestamp) {
        self.filtering = Filtering::of(text);
        self.arrange(now);
    }

    pub const fn is_filtered(&self) -> bool {
        self.faults_only || !self.filtering.is_empty()
    }

    /// One row, and by how much it differs from the object before.
    pub fn row(&self, place: usize) -> Option<(Backup, Option<i64>)> {
        let at = *self.order.get(place)?;
        Some((self.objects.backup(at as usize)?, self.change(at)))
    }

    pub fn key(&self) -> Option<&str> {
        self.order.get(self.place).map(|at| self.objects.key(*at as usize))
    }

    pub fn selected(&self) -> Option<Backup> {
        Some(self.row(self.place)?.0)
    }

    /// The marked objects, else the one under the cursor.
    pub fn chosen(&self) -> Vec<Backup> {
        if self.marks.is_empty() {
            return self.selected().into_iter().collect();
        }
        let marked = |at: &u32| self.marks.contains(self.objects.key(*at as usize));
        let marked = self.order.iter().copied().filter(marked);
        marked.filter_map(|at| self.objects.backup(at as usize)).collect()
    }

    pub fn toggle_mark(&mut self) {
        let Some(key) = self.key().map(str::to_owned) else { return };
        if !self.marks.remove(&key) {
            self.marks.insert(key);
        }
        self.move_by(1);
    }

    /// Marks all rows from the nearest mark above to the cursor.
    pub fn mark_range(&mut self) {
        let keys: Vec<&str> = self
            .order
            .iter()
            .take(self.place + 1)
            .map(|at| self.objects.key(*at as usize))
            .collect();
        let from = keys.iter().rposition(|key| self.marks.contains(*key)).unwrap_or(self.place);
        let marked: Vec<String> = keys.into_iter().skip(from).map(str::to_owned).collect();
        self.marks.extend(marked);
    }

    /// What all that has come holds, of the listing that is under way where one is.
    pub fn arrived(&self) -> (usize, ByteSize) {
        let objects = self.arriving.as_ref().unwrap_or(&self.objects);
        (objects.len(), objects.bytes)
    }
}
