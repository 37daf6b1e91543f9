//! The alarms of all storages that CloudWatch watches, ours first.

use crate::app::fetched::{Answer, Fetched};
use crate::domain::environment::StorageName;
use crate::domain::metrics::alarm::{Alarm, AlarmState, sort};

#[derive(Debug)]
pub struct Alarms {
    /// By storage: each has its own login.
    pub asked: Vec<(StorageName, Fetched<Vec<Alarm>>)>,
    /// All of them in one order.
    all: Vec<Alarm>,
    /// Which of those that the filter leaves is chosen.
    pub at: usize,
}

impl Alarms {
    pub fn of(storages: impl IntoIterator<Item = StorageName>) -> Self {
        let asked = storages.into_iter().map(|storage| (storage, Fetched::default())).collect();
        Self { asked, all: Vec::new(), at: 0 }
    }

    pub(super) fn begin(&mut self) {
        for (_, fetched) in &mut self.asked {
            fetched.begin();
        }
    }

    pub(super) fn hear(&mut self, storage: &StorageName, answer: Answer<Vec<Alarm>>) {
        if let Some((_, fetched)) = self.asked.iter_mut().find(|(name, _)| name == storage) {
            fetched.hear(answer);
        }
        let all = self.asked.iter().filter_map(|(_, fetched)| fetched.value()).flatten();
        self.all = all.cloned().collect();
        sort(&mut self.all);
    }

    pub(super) fn give_up(&mut self) {
        for (_, fetched) in &mut self.asked {
            fetched.give_up();
        }
    }

    pub fn total(&self) -> usize {
        self.all.len()
    }

    /// Those in whose words the filter is found.
    pub fn rows(&self, filter: &str) -> Vec<&Alarm> {
        let wanted = filter.to_lowercase();
        let is_wanted = |alarm: &&Alarm| {
            let words = [&alarm.name, &alarm.about, &alarm.reason];
            let is_named = words.iter().any(|word| word.to_lowercase().contains(&wanted));
            is_named || alarm.state.word().to_lowercase().contains(&wanted)
        };
        self.all.iter().filter(is_wanted).collect()
    }

    /// Whose alarm it is.
    pub(super) fn storage_of(&self, alarm: &Alarm) -> Option<&StorageName> {
        let has = |fetched: &Fetched<Vec<Alarm>>| {
            fetched.value().is_some_and(|alarms| alarms.iter().any(|it| it.name == alarm.name))
        };
        self.asked.iter().find(|(_, fetched)| has(fetched)).map(|(storage, _)| storage)
    }

    pub fn selected(&self, filter: &str) -> Option<&Alarm> {
        self.rows(filter).get(self.at).copied()
    }

    /// How many are in alarm, and how many of those are about our buckets.
    pub fn ringing(&self) -> (usize, usize) {
        let ringing = self.all.iter().filter(|alarm| alarm.state == AlarmState::Alarm);
        (ringing.clone().count(), ringing.filter(|alarm| !alarm.touches.is_empty()).count())
    }

    pub fn is_loading(&self) -> bool {
        self.asked.iter().any(|(_, fetched)| fetched.is_loading())
    }

    /// Whether there may be alarms that nobody has told of.
    pub fn is_in_doubt(&self) -> bool {
        let untold =
            |fetched: &Fetched<_>| fetched.failure().is_some() && fetched.value().is_none();
        self.asked.iter().any(|(_, fetched)| untold(fetched))
    }

    /// Whether anybody has told anything yet.
    pub fn is_known(&self) -> bool {
        self.asked.iter().any(|(_, fetched)| fetched.value().is_some())
    }
}
