//! The rows of a cluster, and a log of their changes that watches read and old versions are made from.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use crate::demo::kubernetes::object::{Key, Kind, Row};

/// So many changes are remembered; a watch that asks for older ones must list again.
const REMEMBERED: usize = 4_000;

type Rows = BTreeMap<Key, Arc<Row>>;

#[derive(Debug)]
pub(super) struct Store {
    rows: BTreeMap<Kind, Rows>,
    log: VecDeque<Change>,
    version: u64,
    /// The newest version whose change is not in the log any more.
    forgotten: u64,
    first: u64,
}

/// What happened to one object in one version.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) version: u64,
    pub(super) kind: Kind,
    pub(super) before: Option<Arc<Row>>,
    pub(super) after: Option<Arc<Row>>,
}

/// Why changes since a version cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TooOld {
    /// It is older than the cluster.
    Unknown,
    /// Its changes are forgotten; the oldest that are known follow this one.
    Forgotten(u64),
}

impl Store {
    /// An empty store whose versions go on from `first`.
    pub(super) fn starting_at(first: u64) -> Self {
        Self {
            rows: BTreeMap::new(),
            log: VecDeque::new(),
            version: first,
            forgotten: first,
            first,
        }
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn get(&self, kind: Kind, key: &Key) -> Option<&Arc<Row>> {
        self.rows.get(&kind)?.get(key)
    }

    /// Creates or replaces an object.
    pub(super) fn put(&mut self, mut row: Row) -> Arc<Row> {
        self.version += 1;
        row.version = self.version;
        let (kind, row) = (row.kind(), Arc::new(row));
        let rows = self.rows.entry(kind).or_default();
        let before = rows.insert(row.meta.key.clone(), Arc::clone(&row));
        self.remember(Change {
            version: self.version,
            kind,
            before,
            after: Some(Arc::clone(&row)),
        });
        row
    }

    pub(super) fn remove(&mut self, kind: Kind, key: &Key) -> Option<Arc<Row>> {
        let before = self.rows.get_mut(&kind)?.remove(key)?;
        self.version += 1;
        let version = self.version;
        let gone = Some(Arc::clone(&before));
        self.remember(Change { version, kind, before: gone, after: None });
        Some(before)
    }

    fn remember(&mut self, change: Change) {
        if self.log.len() >= REMEMBERED
            && let Some(oldest) = self.log.pop_front()
        {
            self.forgotten = oldest.version;
        }
        self.log.push_back(change);
    }

    /// What happened so far is the past: nobody can ask for its changes.
    pub(super) fn forget_the_past(&mut self) {
        self.log.clear();
        self.forgotten = self.version;
        self.first = self.version;
    }

    /// All objects of a kind, or those of a namespace, in the order of a listing.
    pub(super) fn rows(
        &self,
        kind: Kind,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &Arc<Row>> {
        self.named(kind, namespace.unwrap_or_default(), "")
            .take_while(move |row| namespace.is_none_or(|it| *row.meta.key.namespace == *it))
    }

    /// The objects of a namespace whose names begin so, and whatever follows them.
    fn named(&self, kind: Kind, namespace: &str, prefix: &str) -> impl Iterator<Item = &Arc<Row>> {
        let from = Key::new(namespace, prefix);
        self.rows
            .get(&kind)
            .into_iter()
            .flat_map(move |rows| rows.range((Bound::Included(&from), Bound::Unbounded)))
            .map(|(_, row)| row)
    }

    /// The objects that belong to one whose name their own begin with.
    pub(super) fn owned(&self, kind: Kind, namespace: &str, owner: &Owned<'_>) -> Vec<Arc<Row>> {
        let Owned { prefix, uid } = *owner;
        self.named(kind, namespace, prefix)
            .take_while(|row| {
                *row.meta.key.namespace == *namespace && row.meta.key.name.starts_with(prefix)
            })
            .filter(|row| row.is_owned_by(uid))
            .cloned()
            .collect()
    }

    /// The objects of a kind as they were in a version, behind a key in the order of a listing.
    pub(super) fn at(
        &self,
        version: u64,
        kind: Kind,
        behind: Option<&Key>,
    ) -> Result<Vec<Arc<Row>>, TooOld> {
        let mut undone = BTreeMap::new();
        for change in self.since(version)?.rev().filter(|change| change.kind == kind) {
            let Some(row) = change.before.as_ref().or(change.after.as_ref()) else { continue };
            undone.insert(row.meta.key.clone(), change.before.clone());
        }
        let from = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.rows.get(&kind).into_iter();
        let now = rows.flat_map(|rows| rows.range((from, Bound::Unbounded)));
        let mut then: Rows = undone
            .iter()
            .filter(|(key, _)| behind.is_none_or(|behind| *key > behind))
            .filter_map(|(key, row)| Some((key.clone(), row.clone()?)))
            .collect();
        let unchanged = now.filter(|(key, _)| !undone.contains_key(*key));
        if then.is_empty() {
            return Ok(unchanged.map(|(_, row)| Arc::clone(row)).collect());
        }
        then.extend(unchanged.map(|(key, row)| (key.clone(), Arc::clone(row))));
        Ok(then.into_values().collect())
    }

    /// The changes behind a version, oldest first.
    pub(super) fn since(
        &self,
        version: u64,
    ) -> Result<impl DoubleEndedIterator<Item = &Change>, TooOld> {
        if version < self.first {
            return Err(TooOld::Unknown);
        }
        if version < self.forgotten {
            return Err(TooOld::Forgotten(self.forgotten));
        }
        let from = self.log.partition_point(|change| change.version <= version);
        Ok(self.log.range(from..))
    }
}

/// Who owns something, and what the names of what it owns begin with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owned<'a> {
    pub(super) prefix: &'a str,
    pub(super) uid: u128,
}
