//! A cluster as it lives: what is due happens when somebody looks, in the order in which it was due.
//! Invariant: what is there at an instant depends on the seed, the start and what clients changed,
//! never on how often anybody looked.

mod batch;
mod change;
mod crowd;
mod events;
mod nodes;
mod opening;
mod pods;
mod rollout;
mod workloads;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::demo::kubernetes::blueprint::nights::Nights;
use crate::demo::kubernetes::object::{Key, Kind, Labels, Meta, Object, Owner, Row, Text};
use crate::demo::kubernetes::store::Store;
use crate::demo::population::mix::Numbers;

pub(super) use crate::demo::kubernetes::cluster::change::Changed;

pub(super) struct Cluster {
    pub(super) store: Store,
    now: Timestamp,
    /// Today's, when the cluster began.
    midnight: Timestamp,
    nights: Nights,
    due: BTreeMap<(Timestamp, u64), Due>,
    /// How much was ever due: what is due at one instant happens in the order in which it was found out.
    dues: u64,
    numbers: Numbers,
    /// Events by what they say, so that what is said again is counted.
    told: BTreeMap<(u128, u64), Key>,
}

/// What will happen.
#[derive(Debug, Clone)]
enum Due {
    /// A pod goes on to its next step, unless it has gone on already.
    Step {
        pod: Key,
        uid: u128,
        at: usize,
    },
    /// The containers of a deleted pod end.
    Stop {
        pod: Key,
        uid: u128,
    },
    /// A deleted pod goes.
    Gone {
        pod: Key,
        uid: u128,
    },
    /// A node stops answering.
    Down {
        node: Key,
    },
    Up {
        node: Key,
    },
    /// Pods give up the node that does not answer.
    Evict {
        node: Key,
        since: Timestamp,
    },
    /// Somebody deploys another image.
    Deploy {
        workload: Key,
    },
    /// A rollout should have made progress by now.
    Deadline {
        workload: Key,
        since: Timestamp,
    },
    /// A `CronJob` fires, unless it has been changed since.
    Fire {
        cronjob: Key,
        generation: u32,
    },
    /// Old events are forgotten, and nodes say that they are well.
    Tidy,
}

impl Cluster {
    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// Lets happen all that was due by now.
    pub(super) fn settle(&mut self, now: Timestamp) {
        while let Some(next) = self.due.first_entry() {
            if next.key().0 > now {
                break;
            }
            let ((at, _), due) = next.remove_entry();
            self.now = self.now.max(at);
            self.happen(due);
        }
        self.now = self.now.max(now);
    }

    /// When something will happen.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Step { pod, uid, at } => self.step(&pod, uid, at),
            Due::Stop { pod, uid } => self.stop(&pod, uid),
            Due::Gone { pod, uid } => self.bury(&pod, uid),
            Due::Down { node } => self.go_down(&node),
            Due::Up { node } => self.come_back(&node),
            Due::Evict { node, since } => self.evict(&node, since),
            Due::Deploy { workload } => self.deploy(&workload),
            Due::Deadline { workload, since } => self.miss_deadline(&workload, since),
            Due::Fire { cronjob, generation } => self.fire(&cronjob, generation),
            Due::Tidy => self.tidy(),
        }
    }

    fn schedule(&mut self, at: Timestamp, due: Due) {
        self.dues += 1;
        self.due.insert((at, self.dues), due);
    }

    fn in_seconds(&mut self, seconds: i64, due: Due) {
        self.schedule(self.after(seconds), due);
    }

    fn after(&self, seconds: i64) -> Timestamp {
        self.now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(self.now)
    }

    /// A new identity.
    fn uid(&mut self) -> u128 {
        let high = u128::from(self.numbers.below(u64::MAX));
        let bits = high << 64 | u128::from(self.numbers.below(u64::MAX));
        // Version 4 of the RFC's variant: random.
        bits & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62
    }

    fn meta(&mut self, key: Key, labels: Arc<Labels>, owner: Option<Arc<Owner>>) -> Meta {
        Meta {
            uid: self.uid(),
            key,
            created: self.now,
            labels,
            annotations: Arc::default(),
            owner,
            generation: 1,
            deletion: None,
        }
    }

    fn put(&mut self, meta: Meta, object: Object) -> Arc<Row> {
        self.store.put(Row { version: 0, meta, object })
    }

    /// An object that is still the one it was.
    fn same(&self, kind: Kind, key: &Key, uid: u128) -> Option<Row> {
        self.store.get(kind, key).filter(|row| row.meta.uid == uid).map(|row| (**row).clone())
    }
}

fn labels<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Labels {
    pairs.into_iter().map(|(key, value)| (Text::from(key), Text::from(value))).collect()
}
