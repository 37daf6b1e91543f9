//! Events: what is said again is counted, and what was said an hour ago is forgotten.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::demo::kubernetes::cluster::{Cluster, Due};
use crate::demo::kubernetes::object::{About, Event, Key, Kind, Object, Row, Text};
use crate::demo::population::mix::of_text;

/// How long an event is kept, in seconds.
const KEPT: i64 = 3600;
/// How many are kept.
const MOST: usize = 1_000;
/// Between two tidyings, in seconds.
const TIDY: i64 = 300;

/// Something that is worth an event.
pub(super) struct Saying<'a> {
    pub(super) is_warning: bool,
    pub(super) reason: &'static str,
    pub(super) message: String,
    pub(super) component: &'static str,
    pub(super) host: Option<Text>,
    pub(super) container: Option<&'a str>,
}

impl Saying<'_> {
    /// What one of the controllers says.
    pub(super) fn by(component: &'static str, reason: &'static str, message: String) -> Self {
        Self { is_warning: false, reason, message, component, host: None, container: None }
    }

    pub(super) fn warning(self) -> Self {
        Self { is_warning: true, ..self }
    }
}

impl Cluster {
    pub(super) fn tell(&mut self, about: &Row, saying: Saying<'_>) {
        let Saying { is_warning, reason, message, component, host, container } = saying;
        let hash = of_text(0, &format!("{reason} {message} {container:?}"));
        let again = self.told.get(&(about.meta.uid, hash));
        if let Some(row) = again.and_then(|key| self.store.get(Kind::Event, key)) {
            let mut row = (**row).clone();
            if let Object::Event(event) = &mut row.object {
                event.count += 1;
                event.last = self.now;
                self.store.put(row);
            }
            return;
        }
        let field = container.map(|name| {
            let part = if about.as_pod().is_some_and(|pod| {
                pod.template.number_of(name).is_some_and(|number| pod.template.is_init(number))
            }) {
                "initContainers"
            } else {
                "containers"
            };
            Text::from(format!("spec.{part}{{{name}}}"))
        });
        let namespace = match &*about.meta.key.namespace {
            "" => "default",
            namespace => namespace,
        };
        let name = format!("{}.{:016x}", about.meta.key.name, hash ^ self.dues);
        let key = Key::new(namespace, &name);
        let event = Event {
            about: About {
                kind: about.kind(),
                key: about.meta.key.clone(),
                uid: about.meta.uid,
                field,
            },
            reason,
            message: message.into(),
            is_warning,
            component,
            host,
            last: self.now,
            count: 1,
        };
        let meta = self.meta(key.clone(), Arc::default(), None);
        self.put(meta, Object::Event(event));
        self.told.insert((about.meta.uid, hash), key);
        if self.told.len() > MOST {
            self.forget_before(self.oldest());
        }
    }

    pub(super) fn tidy(&mut self) {
        let hour = SignedDuration::from_secs(KEPT);
        self.forget_before(self.now.checked_sub(hour).unwrap_or(self.now));
        self.beat();
        self.in_seconds(TIDY, Due::Tidy);
    }

    /// The oldest event's time; an eighth of all go with it.
    fn oldest(&self) -> Timestamp {
        let mut times: Vec<_> = self
            .store
            .rows(Kind::Event, None)
            .filter_map(|row| match &row.object {
                Object::Event(event) => Some(event.last),
                _ => None,
            })
            .collect();
        times.sort_unstable();
        times.get(times.len() / 8).copied().unwrap_or(self.now)
    }

    fn forget_before(&mut self, limit: Timestamp) {
        let is_old = |row: &&Arc<Row>| match &row.object {
            Object::Event(event) => event.last < limit,
            _ => false,
        };
        let old: Vec<Key> = self
            .store
            .rows(Kind::Event, None)
            .filter(is_old)
            .map(|row| row.meta.key.clone())
            .collect();
        for key in &old {
            self.store.remove(Kind::Event, key);
        }
        let store = &self.store;
        self.told.retain(|_, key| store.get(Kind::Event, key).is_some());
    }
}
