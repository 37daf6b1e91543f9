//! Values that repeat from object to object, kept once.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::RandomState;

/// The one copy of each of so many values. When it is full it begins anew: values in use live on.
pub struct Shelf<T: ?Sized> {
    most: usize,
    kept: HashSet<Arc<T>, RandomState>,
}

impl<T: ?Sized + Eq + Hash> Shelf<T> {
    pub fn of(most: usize) -> Self {
        Self { most, kept: HashSet::default() }
    }

    /// What is equal to `own` and was here before it, else `own` from now on.
    pub fn share(&mut self, own: impl Borrow<T> + Into<Arc<T>>) -> Arc<T> {
        if let Some(kept) = self.kept.get(own.borrow()) {
            return Arc::clone(kept);
        }
        if self.kept.len() >= self.most {
            self.kept.clear();
        }
        let own = own.into();
        self.kept.insert(Arc::clone(&own));
        own
    }

    /// Takes the copy that is shared in place of one's own.
    pub fn exchange(&mut self, own: &mut Arc<T>) {
        let shared = self.share(Arc::clone(own));
        *own = shared;
    }
}

impl<T: ?Sized> fmt::Debug for Shelf<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shelf").field("kept", &self.kept.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_value() {
        let mut words: Shelf<str> = Shelf::of(10);
        let first = words.share("kube-system");
        let mut own: Arc<str> = Arc::from("kube-system");
        words.exchange(&mut own);
        assert!(Arc::ptr_eq(&first, &own));
        let mut lists: Shelf<[u8]> = Shelf::of(10);
        let first = lists.share(vec![1, 2]);
        assert!(Arc::ptr_eq(&first, &lists.share(vec![1, 2])));
        assert!(!Arc::ptr_eq(&first, &lists.share(vec![1])));
    }

    #[test]
    fn a_shelf_is_bounded_and_values_in_use_stay_what_they_are() {
        let mut words: Shelf<str> = Shelf::of(3);
        let kept = words.share("kept");
        for number in 0..20 {
            words.share(number.to_string().as_str());
            assert!(words.kept.len() <= 3);
        }
        assert_eq!(&*kept, "kept");
    }
}
