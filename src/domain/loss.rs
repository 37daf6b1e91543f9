//! The loss preview: what a restore of this backup, now, would lose.

use serde::{Deserialize, Serialize};

use crate::domain::census::{CollectionKind, LiveCensus, LiveCollection};
use crate::domain::units::{Count, plural};

/// Documents that the source would lose, or get back, if it were replaced by the backup now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Created since: lost.
    pub created: u64,
    /// Changed since: set back. `None` where no changed-field is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<u64>,
    /// Deleted since: they would come back. A lower bound.
    pub deleted: u64,
    /// Older than the dump and yet not in it: lost too. A lower bound.
    #[serde(default)]
    pub missing: u64,
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
        self.changed = match (self.changed, other.changed) {
            (Some(one), Some(two)) => Some(one + two),
            (one, two) => one.or(two),
        };
    }

    /// `restored now you would lose 412 documents created and 91 changed since, …`.
    pub fn sentence(&self) -> String {
        let changed = match self.changed {
            Some(changed) => format!("{} changed since", Count(changed)),
            None => "changes not counted".to_owned(),
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
        let deleted = format!("{missing}{deleted}");
        let created = plural(self.created, "document");
        match self.changed {
            Some(_) => {
                format!("restored now you would lose {created} created and {changed}{deleted}")
            }
            None => {
                format!("restored now you would lose {created} created since ({changed}){deleted}")
            }
        }
    }
}

/// What one collection would lose.
pub fn difference(source: &LiveCollection, copy: Option<&LiveCollection>) -> Loss {
    let Some(copy) = copy else {
        let older = source.windows.as_ref().map_or(0, |windows| windows.before);
        let created = source.documents.saturating_sub(older);
        return Loss { created, missing: older, ..Loss::default() };
    };
    match (&source.windows, &copy.windows) {
        (Some(now), Some(then)) if now.birth == then.birth => {
            // What was born while the dump ran may be in it already.
            let newer = source.documents.saturating_sub(now.before);
            let dumped = copy.documents.saturating_sub(then.before);
            Loss {
                created: newer.saturating_sub(dumped),
                changed: now.changed,
                deleted: then.before.saturating_sub(now.before),
                missing: now.before.saturating_sub(then.before),
            }
        }
        (now, _) => Loss {
            created: source.documents.saturating_sub(copy.documents),
            changed: now.as_ref().and_then(|windows| windows.changed),
            deleted: copy.documents.saturating_sub(source.documents),
            missing: 0,
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
        assert_eq!(loss, Loss { created: 93, changed: Some(5), deleted: 13, missing: 0 });
    }

    #[test]
    fn a_collection_that_the_dump_lacks_is_lost_whole() {
        let loss = difference(&live(7, 4, None), None);
        assert_eq!((loss.created, loss.missing), (3, 4));
    }

    #[test]
    fn what_the_dump_lacks_of_older_documents_is_lost_too() {
        let loss = difference(&live(1100, 1000, Some(5)), Some(&live(420, 400, None)));
        assert_eq!(loss, Loss { created: 80, changed: Some(5), deleted: 0, missing: 600 });
        assert!(loss.sentence().ends_with("since, and 600 older ones that the dump lacks"));
    }

    #[test]
    fn the_sentence_says_when_changes_were_not_counted() {
        let known = Loss { created: 412, changed: Some(91), deleted: 1, missing: 0 };
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
}
