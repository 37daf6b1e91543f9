//! What is known of one kind of object in one cluster, kept by uid. A new list replaces the old one
//! only when it is whole, so that nothing vanishes because a call failed half way.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::domain::news::{Delta, Scope};
use crate::domain::pod::Uid;

/// An object that lives in a namespace and has an identity.
pub trait Object {
    fn uid(&self) -> &Uid;
    /// `None` for what belongs to the whole cluster.
    fn namespace(&self) -> Option<&str>;
    /// Takes over what only the row before it knows.
    fn inherit(&mut self, _before: &Self) {}
}

/// The rows of one kind, each made from what the cluster told.
#[derive(Debug)]
pub struct Store<R> {
    /// Nearly in the order in which the cluster listed them, which is that of their names.
    rows: IndexMap<Uid, Held<R>>,
    /// Counts the lists that were begun: a list that ends removes older rows of its scope.
    epoch: u32,
    /// The lists under way.
    listing: HashMap<Scope, Listing>,
    /// Scopes of which nothing has come since a list broke off: trying again is no news.
    broken_off: HashSet<Scope>,
    has_listed: bool,
}

#[derive(Debug)]
struct Held<R> {
    row: Arc<R>,
    epoch: u32,
}

#[derive(Debug, Clone, Copy)]
struct Listing {
    epoch: u32,
    /// How many more it will bring, as far as the server told.
    remaining: Option<u64>,
}

impl<R> Default for Store<R> {
    fn default() -> Self {
        Self {
            rows: IndexMap::new(),
            epoch: 0,
            listing: HashMap::new(),
            broken_off: HashSet::new(),
            has_listed: false,
        }
    }
}

impl<R: Object> Store<R> {
    /// Takes a change; `make` turns what came into a row. Returns whether anything has changed.
    pub fn absorb<T>(&mut self, delta: Delta<T>, mut make: impl FnMut(Arc<T>) -> R) -> bool {
        match delta {
            Delta::Began(scope) => {
                self.epoch += 1;
                let listing = Listing { epoch: self.epoch, remaining: None };
                let is_retried = self.broken_off.contains(&scope);
                self.listing.insert(scope, listing);
                !is_retried
            }
            Delta::Page { scope, rows, remaining } => {
                self.broken_off.remove(&scope);
                let begun = self.epoch;
                let listing =
                    self.listing.entry(scope).or_insert(Listing { epoch: begun, remaining });
                listing.remaining = remaining;
                let epoch = listing.epoch;
                self.insert(rows, epoch, &mut make);
                true
            }
            Delta::Complete(scope) => {
                self.has_listed = true;
                if let Some(listing) = self.listing.remove(&scope) {
                    self.rows.retain(|_, held| {
                        held.epoch >= listing.epoch || !belongs(held.row.namespace(), &scope)
                    });
                }
                true
            }
            Delta::BrokeOff(scope) => {
                self.listing.remove(&scope);
                self.broken_off.insert(scope)
            }
            Delta::Changed { applied, gone } => {
                let mut is_news = !applied.is_empty();
                self.insert(applied, self.epoch, &mut make);
                for uid in gone {
                    is_news |= self.rows.swap_remove(&uid).is_some();
                }
                is_news
            }
        }
    }

    fn insert<T>(&mut self, rows: Vec<Arc<T>>, epoch: u32, make: &mut impl FnMut(Arc<T>) -> R) {
        for value in rows {
            let mut row = make(value);
            if let Some(before) = self.rows.get(row.uid()) {
                row.inherit(&before.row);
            }
            self.rows.insert(row.uid().clone(), Held { row: Arc::new(row), epoch });
        }
    }
}

impl<R> Store<R> {
    /// The rows, nearly in the order of their names.
    pub fn rows(&self) -> impl Iterator<Item = &Arc<R>> {
        self.rows.values().map(|held| &held.row)
    }

    pub fn get(&self, uid: &Uid) -> Option<&Arc<R>> {
        self.rows.get(uid).map(|held| &held.row)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether a whole list has been heard at least once: only then is "none" a fact.
    pub const fn has_listed(&self) -> bool {
        self.has_listed
    }

    pub fn is_listing(&self) -> bool {
        !self.listing.is_empty()
    }

    /// How many more rows the lists under way will bring, where the server told.
    pub fn remaining(&self) -> Option<u64> {
        self.listing.values().filter_map(|listing| listing.remaining).reduce(|sum, more| sum + more)
    }

    /// Makes rows again whose `stale` says that they may read differently now.
    pub fn renew(&mut self, stale: impl Fn(&R) -> bool, mut make: impl FnMut(&R) -> R) -> bool {
        let mut is_news = false;
        for held in self.rows.values_mut().filter(|held| stale(&held.row)) {
            held.row = Arc::new(make(&held.row));
            is_news = true;
        }
        is_news
    }
}

impl<R: Object> Store<R> {
    /// Other namespaces are watched now. What is in one that `stays` does so until it is listed anew; only
    /// the lists of `kept` are those of before.
    pub fn choose(&mut self, stays: impl Fn(&str) -> bool, kept: &HashSet<Scope>) {
        self.rows.retain(|_, held| held.row.namespace().is_none_or(&stays));
        self.listing.retain(|scope, _| kept.contains(scope));
        self.broken_off.retain(|scope| kept.contains(scope));
        self.has_listed &= !kept.is_empty();
    }
}

fn belongs(namespace: Option<&str>, scope: &Scope) -> bool {
    match scope {
        Scope::Cluster => true,
        Scope::Namespace(name) => namespace == Some(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Thing {
        uid: Uid,
        namespace: &'static str,
    }

    impl Object for Thing {
        fn uid(&self) -> &Uid {
            &self.uid
        }

        fn namespace(&self) -> Option<&str> {
            Some(self.namespace)
        }
    }

    fn things(namespace: &'static str, names: &[&str]) -> Vec<Arc<(Uid, &'static str)>> {
        names.iter().map(|name| Arc::new((Uid((*name).into()), namespace))).collect()
    }

    fn tell(store: &mut Store<Thing>, delta: Delta<(Uid, &'static str)>) {
        store.absorb(delta, |told| make(&told));
    }

    fn make(told: &(Uid, &'static str)) -> Thing {
        Thing { uid: told.0.clone(), namespace: told.1 }
    }

    fn scope(namespace: &str) -> Scope {
        Scope::Namespace(namespace.into())
    }

    fn page(namespace: &'static str, names: &[&str]) -> Delta<(Uid, &'static str)> {
        Delta::Page { scope: scope(namespace), rows: things(namespace, names), remaining: None }
    }

    fn names(store: &Store<Thing>) -> Vec<String> {
        let mut names: Vec<_> = store.rows().map(|row| row.uid.to_string()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_list_replaces_the_old_one_only_when_it_is_whole() {
        let mut store = Store::default();
        tell(&mut store, Delta::Began(scope("a")));
        tell(&mut store, page("a", &["1", "2"]));
        tell(&mut store, Delta::Complete(scope("a")));
        tell(&mut store, Delta::Began(scope("a")));
        tell(&mut store, page("a", &["2", "3"]));
        assert_eq!(names(&store), ["1", "2", "3"]);
        tell(&mut store, Delta::Complete(scope("a")));
        assert_eq!(names(&store), ["2", "3"]);
    }

    #[test]
    fn a_list_that_broke_off_is_no_longer_under_way_and_takes_nothing_away() {
        let mut store = Store::default();
        tell(&mut store, Delta::Began(scope("a")));
        tell(&mut store, page("a", &["1"]));
        tell(&mut store, Delta::BrokeOff(scope("a")));
        assert_eq!(names(&store), ["1"]);
        assert!(!store.is_listing() && !store.has_listed());
    }

    #[test]
    fn trying_again_a_list_that_broke_off_is_no_news_until_something_comes() {
        let mut store = Store::default();
        let mut is_news = |delta| store.absorb(delta, |told| make(&told));
        assert!(is_news(Delta::Began(scope("a"))) && is_news(Delta::BrokeOff(scope("a"))));
        assert!(!is_news(Delta::Began(scope("a"))) && !is_news(Delta::BrokeOff(scope("a"))));
        assert!(!is_news(Delta::Began(scope("a"))) && is_news(page("a", &["1"])));
        assert!(is_news(Delta::BrokeOff(scope("a"))) && !is_news(Delta::Began(scope("a"))));
    }

    #[test]
    fn lists_of_two_namespaces_that_overlap_do_not_touch_each_other() {
        let mut store = Store::default();
        tell(&mut store, Delta::Began(scope("a")));
        tell(&mut store, page("a", &["1"]));
        tell(&mut store, Delta::Began(scope("b")));
        tell(&mut store, page("b", &["9"]));
        tell(&mut store, Delta::Complete(scope("a")));
        tell(&mut store, Delta::Complete(scope("b")));
        assert_eq!(names(&store), ["1", "9"]);
        assert!(store.has_listed() && !store.is_listing());
    }

    #[test]
    fn changes_add_and_remove() {
        let mut store = Store::default();
        tell(&mut store, Delta::Changed { applied: things("a", &["1", "2"]), gone: vec![] });
        tell(&mut store, Delta::Changed { applied: vec![], gone: vec![Uid("1".into())] });
        assert_eq!(names(&store), ["2"]);
        assert!(!store.has_listed());
    }
}
