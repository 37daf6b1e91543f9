//! The loss preview: what a restore of this backup, now, would lose.

use serde::{Deserialize, Serialize};

use crate::domain::census::{CollectionKind, LiveCensus, LiveCollection};
use crate::domain::units::{Count, plural};

/// Documents that the source would lose, or get back, if it were replaced by the backup now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Created since: lost.
    pub created: u64,
    /// Changed since: set back. `None` where changes could be counted nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<u64>,
    /// Deleted since: they would come back. A lower bound.
    pub deleted: u64,
    /// Older than the dump and yet not in it: lost too. A lower bound.
    #[serde(default)]
    pub missing: u64,
    /// Collections whose changes are not in `changed`, as no changed-field is known for them.
    #[serde(default)]
    pub uncounted: u64,
    /// Collections of which only the sizes could be held together: nothing tells when their
    /// documents were born, so that what is new hides what was deleted.
    #[serde(default)]
    pub undated: u64,
}

/// Old ids of the source that were looked for in the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdSample {
    pub asked: u64,
    pub found: u64,
}

impl Loss {
    /// Sums over all collections that are compared.
    pub fn between(source: &LiveCensus, restored: &LiveCensus) -> Self {
        let mut loss = Self::default();
        let compared = |live: &LiveCollection| live.kind != CollectionKind::View;
        for (name, live) in &source.collections {
            if !name.is_system() && compared(live) {
                loss.add(difference(live, restored.collections.get(name)));
            }
        }
        for (name, live) in &restored.collections {
            let only_in_dump = !source.collections.contains_key(name);
            if only_in_dump && !name.is_system() && compared(live) {
                loss.deleted += live.documents;
            }
        }
        loss
    }

    fn add(&mut self, other: Self) {
        self.created += other.created;
        self.deleted += other.deleted;
        self.missing += other.missing;
        self.uncounted += other.uncounted;
        self.undated += other.undated;
        self.changed = match (self.changed, other.changed) {
            (Some(one), Some(two)) => Some(one + two),
            (one, two) => one.or(two),
        };
    }

    /// `restored now you would lose 412 documents created and 91 changed since, …`. A sum that
    /// leaves collections out is told as one.
    pub fn sentence(&self) -> String {
        let at_least = |is_partial: bool| if is_partial { "at least " } else { "" };
        let created = format!("{}{}", at_least(self.undated > 0), plural(self.created, "document"));
        let lost = match self.changed {
            Some(changed) => {
                let changed = format!("{}{}", at_least(self.uncounted > 0), Count(changed));
                format!("{created} created and {changed} changed since")
            }
            None => format!("{created} created since"),
        };
        let caveats = match self.caveats() {
            caveats if caveats.is_empty() => String::new(),
            caveats => format!(" ({})", caveats.join("; ")),
        };
        let deleted = match self.deleted {
            0 => String::new(),
            1 => ", and 1 deleted one would come back".to_owned(),
            deleted => format!(", and {} deleted ones would come back", Count(deleted)),
        };
        let missing = match self.missing {
            0 => String::new(),
            1 => ", and 1 older one that the dump lacks".to_owned(),
            missing => format!(", and {} older ones that the dump lacks", Count(missing)),
        };
        format!("restored now you would lose {lost}{caveats}{missing}{deleted}")
    }

    /// What the sums leave out.
    fn caveats(&self) -> Vec<String> {
        let collections = |count| plural(count, "collection");
        let mut caveats = Vec::new();
        match (self.changed, self.uncounted) {
            (None, _) => caveats.push("changes not counted".to_owned()),
            (Some(_), 0) => {}
            (Some(_), some) => {
                caveats.push(format!("changes of {} not counted", collections(some)));
            }
        }
        if self.undated > 0 {
            caveats.push(format!("of {} only the sizes were compared", collections(self.undated)));
        }
        caveats
    }
}

/// What one collection would lose.
pub fn difference(source: &LiveCollection, copy: Option<&LiveCollection>) -> Loss {
    let Some(copy) = copy else {
        let older = source.windows.as_ref().map_or(0, |windows| windows.before);
        let created = source.documents.saturating_sub(older);
        return Loss { created, missing: older, ..Loss::default() };
    };
    // What is on one side only cannot have been changed, and has all been created or deleted.
    let is_on_both_sides = source.documents > 0 && copy.documents > 0;
    let changed = source.windows.as_ref().and_then(|windows| windows.changed);
    let uncounted = u64::from(is_on_both_sides && changed.is_none());
    match (&source.windows, &copy.windows) {
        (Some(now), Some(then)) if now.birth == then.birth => {
            // What was born while the dump ran may be in it already.
            let newer = source.documents.saturating_sub(now.before);
            let dumped = copy.documents.saturating_sub(then.before);
            Loss {
                created: newer.saturating_sub(dumped),
                changed,
                deleted: then.before.saturating_sub(now.before),
                missing: now.before.saturating_sub(then.before),
                uncounted,
                undated: 0,
            }
        }
        (Some(now), _) if copy.documents == 0 => Loss {
            created: source.documents.saturating_sub(now.before),
            missing: now.before,
            ..Loss::default()
        },
        _ => Loss {
            created: source.documents.saturating_sub(copy.documents),
            changed,
            deleted: copy.documents.saturating_sub(source.documents),
            missing: 0,
            uncounted,
            undated: u64::from(is_on_both_sides),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::census::{Birth, Windows};

    fn live(documents: u64, before: u64, changed: Option<u64>) -> LiveCollection {
        let windows =
            Windows { birth: Birth::Id, before, after: 0, imported: 0, changed, oldest: None };
        LiveCollection { documents, windows: Some(windows), ..LiveCollection::default() }
    }

    #[test]
    fn what_was_born_while_the_dump_ran_is_not_lost() {
        let loss = difference(&live(1100, 1000, Some(5)), Some(&live(1020, 1013, None)));
        assert_eq!(loss, Loss { created: 93, changed: Some(5), deleted: 13, ..Loss::default() });
    }

    #[test]
    fn a_collection_that_the_dump_lacks_is_lost_whole() {
        let loss = difference(&live(7, 4, None), None);
        assert_eq!((loss.created, loss.missing), (3, 4));
    }

    #[test]
    fn what_the_dump_lacks_of_older_documents_is_lost_too() {
        let loss = difference(&live(1100, 1000, Some(5)), Some(&live(420, 400, None)));
        let expected = Loss { created: 80, changed: Some(5), missing: 600, ..Loss::default() };
        assert_eq!(loss, expected);
        assert!(loss.sentence().ends_with("since, and 600 older ones that the dump lacks"));
    }

    #[test]
    fn the_sentence_says_when_changes_were_not_counted() {
        let known = Loss { created: 412, changed: Some(91), deleted: 1, ..Loss::default() };
        assert_eq!(
            known.sentence(),
            "restored now you would lose 412 documents created and 91 changed since, and 1 deleted \
             one would come back"
        );
        let unknown = Loss { created: 1, ..Loss::default() };
        assert_eq!(
            unknown.sentence(),
            "restored now you would lose 1 document created since (changes not counted)"
        );
    }

    #[test]
    fn a_sum_that_leaves_collections_out_is_told_as_a_lower_bound() {
        let mut loss = difference(&live(1100, 1000, Some(5)), Some(&live(1000, 1000, None)));
        loss.add(difference(&live(20, 10, None), Some(&live(10, 10, None))));
        assert_eq!((loss.created, loss.changed, loss.uncounted), (110, Some(5), 1));
        assert_eq!(
            loss.sentence(),
            "restored now you would lose 110 documents created and at least 5 changed since \
             (changes of 1 collection not counted)"
        );
    }

    #[test]
    fn where_no_birth_is_known_the_created_ones_are_a_lower_bound_too() {
        let undated = LiveCollection { documents: 30, ..LiveCollection::default() };
        let copy = LiveCollection { documents: 10, ..LiveCollection::default() };
        let loss = difference(&undated, Some(&copy));
        assert_eq!((loss.created, loss.uncounted, loss.undated), (20, 1, 1));
        assert_eq!(
            loss.sentence(),
            "restored now you would lose at least 20 documents created since (changes not counted; \
             of 1 collection only the sizes were compared)"
        );
    }

    #[test]
    fn what_only_one_side_has_is_counted_wholly() {
        let empty = LiveCollection::default();
        let loss = difference(&live(7, 4, None), Some(&empty));
        assert_eq!((loss.created, loss.missing, loss.uncounted, loss.undated), (3, 4, 0, 0));
        let loss = difference(&empty, Some(&live(7, 4, None)));
        assert_eq!((loss.deleted, loss.uncounted, loss.undated), (7, 0, 0));
    }
}
