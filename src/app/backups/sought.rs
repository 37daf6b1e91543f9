//! Sets and objects as filters see them: what the tables show.
#![expect(clippy::wildcard_enum_match_arm, reason = "each has few of the fields")]

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::app::filter::{Field, Searchable};
use crate::domain::slot::State;
use crate::drill::past::{Mark, Past, mark};

use super::objects::Objects;
use super::set::Watched;

/// A set as filters see it: what the table shows of it.
pub(super) struct SoughtSet<'a> {
    pub(super) set: &'a Watched,
    pub(super) now: Timestamp,
}

impl Searchable for SoughtSet<'_> {
    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        let Self { set, .. } = self;
        let worst = set.worst().map(|finding| format!("{}: {}", finding.rule, finding.reason));
        test(&set.set.path())
            || set.word().is_some_and(|word| test(word.text()))
            || set.failure.as_ref().is_some_and(|failure| test(&failure.what))
            || worst.is_some_and(|worst| test(&worst))
    }

    fn label(&self, _: &str) -> Option<&str> {
        None
    }

    fn number(&self, field: Field) -> Option<f64> {
        let age = |at: Timestamp| self.now.duration_since(at).as_secs_f64();
        match field {
            Field::Age => self.set.newest().map(age),
            // What was never proven is older than any age that is asked for.
            Field::Proven => {
                self.set.set.engine?;
                Some(self.set.proven().map_or(f64::INFINITY, age))
            }
            Field::Size => Some(self.set.known()?.newest.as_ref()?.size.bytes() as f64),
            _ => None,
        }
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Name => Some(self.set.set.path().into()),
            Field::Environment => Some(Cow::from(&*self.set.set.environment.0)),
            Field::Status => self.set.word().map(|word| word.text().into()),
            _ => None,
        }
    }
}

/// What is known of listed objects beyond their listing, by their keys.
#[derive(Debug, Default)]
pub(super) struct Judged {
    states: HashMap<String, State>,
    /// Those whose run is not well, about which a rule found something, or that do not restore.
    faults: HashSet<String>,
}

impl Judged {
    pub(super) fn of(watched: &Watched, objects: &Objects, pasts: &[Past]) -> Self {
        let findings = watched.checkup().map(|it| it.findings.as_slice()).unwrap_or_default();
        let is_found = |at| findings.iter().any(|finding| finding.slot == Some(at));
        let mut judged = Self::default();
        for slot in watched.slots() {
            let Some(backup) = &slot.backup else { continue };
            judged.states.insert(backup.key.0.clone(), slot.state);
            if slot.state != State::Ok || is_found(slot.at) {
                judged.faults.insert(backup.key.0.clone());
            }
        }
        // A journal tells of few objects.
        let read: HashSet<&str> = pasts.iter().map(Past::backup).collect();
        let environment = &watched.set.environment;
        for at in 0..objects.len() {
            let key = objects.key(at);
            let name = key.rsplit('/').next().unwrap_or(key);
            let backup = read.contains(name).then(|| objects.backup(at)).flatten();
            if backup.is_some_and(|backup| mark(pasts, &backup, environment) == Mark::Failed) {
                judged.faults.insert(key.to_owned());
            }
        }
        judged
    }

    pub(super) fn is_fault(&self, key: &str) -> bool {
        self.faults.contains(key)
    }
}

/// An object, the newest age of which is counted to `now`.
pub(super) struct SoughtObject<'a> {
    pub(super) objects: &'a Objects,
    pub(super) at: usize,
    /// Its key without the prefix of the set.
    pub(super) name: &'a str,
    pub(super) judged: &'a Judged,
    pub(super) now: Timestamp,
}

impl SoughtObject<'_> {
    fn state(&self) -> Option<&'static str> {
        let state = self.judged.states.get(self.objects.key(self.at));
        state.map(|state| state.word())
    }
}

impl Searchable for SoughtObject<'_> {
    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(self.name)
            || self.objects.class_of(self.at).is_some_and(&mut *test)
            || self.state().is_some_and(test)
    }

    fn label(&self, _: &str) -> Option<&str> {
        None
    }

    fn number(&self, field: Field) -> Option<f64> {
        match field {
            Field::Age => Some((self.now.as_second() - self.objects.began(self.at)) as f64),
            Field::Size => Some(self.objects.size(self.at) as f64),
            _ => None,
        }
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Name => Some(self.name.into()),
            Field::Class => self.objects.class_of(self.at).map(Cow::from),
            Field::Status => self.state().map(Cow::from),
            _ => None,
        }
    }
}
