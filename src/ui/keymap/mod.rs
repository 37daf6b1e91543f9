//! The one table of keys: dispatch, hints, help, the README and the overrides of `[keys]` read it.

mod bindings;

use std::collections::HashMap;

use crate::app::action::Action;
use crate::app::focus::{BackupsFocus, DrillFocus, Focus, MetricsFocus, TableFocus};
use crate::app::pods::location::View;
use crate::domain::key::{Key, KeyCode as Code, KeyOverride};

pub use bindings::BINDINGS;

/// Where a binding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Where {
    Everywhere,
    /// Tables, texts, logs, help and lists.
    Moving,
    Tables,
    /// Rows of objects: pods, containers, workloads, …
    Rows,
    /// Rows that have a log, or whose pods do.
    Logged,
    Pods,
    CronJobs,
    /// Texts and logs.
    Texts,
    Logs,
    /// The table of sets.
    BackupSets,
    /// Tables of sets and of objects.
    BackupTables,
    /// The calendar and the sizes: expected runs side by side.
    BackupRuns,
    /// A backup, wherever it is shown.
    BackupObjects,
    /// Every view of the Metrics tab.
    Metrics,
    MetricsCharts,
    /// Charts and the table of their values.
    MetricsTime,
    DrillForm,
    DrillCard,
    DrillRun,
    /// A result that is looked at.
    DrillResult,
    /// The same, while its sandbox is still there.
    DrillHold,
    /// Results and earlier drills.
    DrillTables,
    DrillHistory,
    Leftovers,
    Help,
    Lists,
    Dialogs,
    Prompts,
}

/// Some keys, and what they mean in a place.
#[derive(Debug)]
pub struct Binding {
    pub place: Where,
    /// As the configuration and the help write them.
    pub keys: &'static [&'static str],
    pub action: Action,
    /// The action's name in `[keys]`.
    pub name: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// Whether the foot of the screen shows it: what one needs next.
    pub hint: Option<&'static str>,
}

use Where::{
    BackupObjects, BackupRuns, BackupSets, BackupTables, CronJobs, Dialogs, DrillCard, DrillForm,
    DrillHistory, DrillHold, DrillResult, DrillRun, DrillTables, Everywhere, Help, Leftovers,
    Lists, Logged, Logs, Metrics, MetricsCharts, MetricsTime, Moving, Pods, Prompts, Rows, Tables,
    Texts,
};

/// The places that count where the focus is, the most particular first.
pub const fn places(focus: Focus) -> &'static [Where] {
    match focus {
        Focus::Table(TableFocus::View(View::Pods) | TableFocus::Containers) => {
            &[Pods, Logged, Rows, Tables, Moving, Everywhere]
        }
        Focus::Table(TableFocus::View(View::CronJobs)) => {
            &[CronJobs, Rows, Tables, Moving, Everywhere]
        }
        Focus::Table(TableFocus::View(View::Workloads | View::Jobs)) => {
            &[Logged, Rows, Tables, Moving, Everywhere]
        }
        Focus::Table(TableFocus::View(View::Events | View::Nodes)) => {
            &[Rows, Tables, Moving, Everywhere]
        }
        Focus::Backups(BackupsFocus::Sets) => &[BackupSets, BackupTables, Moving, Everywhere],
        Focus::Backups(BackupsFocus::List) => &[BackupObjects, BackupTables, Moving, Everywhere],
        Focus::Backups(BackupsFocus::Calendar | BackupsFocus::Sizes) => {
            &[BackupRuns, BackupObjects, Moving, Everywhere]
        }
        Focus::Backups(BackupsFocus::Detail) => &[BackupObjects, Moving, Everywhere],
        Focus::Metrics(MetricsFocus::Charts) => {
            &[MetricsCharts, MetricsTime, Metrics, Moving, Everywhere]
        }
        Focus::Metrics(MetricsFocus::Table) => &[MetricsTime, Metrics, Moving, Everywhere],
        Focus::Metrics(MetricsFocus::Alarms) => &[Metrics, Moving, Everywhere],
        Focus::Drill(DrillFocus::Form) => &[DrillForm, Moving, Everywhere],
        Focus::Drill(DrillFocus::Card) => &[DrillCard, Moving, Everywhere],
        Focus::Drill(DrillFocus::Run) => &[DrillRun, Moving, Everywhere],
        Focus::Drill(DrillFocus::Result) => &[DrillResult, DrillTables, Moving, Everywhere],
        Focus::Drill(DrillFocus::Hold) => {
            &[DrillHold, DrillResult, DrillTables, Moving, Everywhere]
        }
        Focus::Drill(DrillFocus::History) => &[DrillHistory, DrillTables, Moving, Everywhere],
        Focus::Leftovers => &[Leftovers, Moving],
        Focus::Text => &[Texts, Moving, Everywhere],
        Focus::Logs => &[Logs, Texts, Moving, Everywhere],
        // What lies over the screen has the keys that are about itself, and those that say where else.
        Focus::Help => &[Help, Moving, Everywhere],
        Focus::List => &[Lists, Moving, Everywhere],
        Focus::Dialog => &[Dialogs],
        Focus::Prompt => &[Prompts],
    }
}

/// The keys in force: those of the table, and what the configuration says instead.
#[derive(Debug)]
pub struct Keymap {
    by_key: HashMap<(Where, Key), Action>,
    keys: Vec<(&'static Binding, Vec<Key>)>,
}

impl Keymap {
    pub fn new(overrides: &[KeyOverride]) -> Self {
        let mut by_key = HashMap::new();
        let mut keys = Vec::with_capacity(BINDINGS.len());
        for binding in BINDINGS {
            let own = overrides.iter().find(|own| own.action == binding.name);
            let bound: Vec<Key> = match own {
                Some(own) => own.keys.clone(),
                None => binding.keys.iter().filter_map(|key| key.parse().ok()).collect(),
            };
            for key in &bound {
                by_key.entry((binding.place, *key)).or_insert(binding.action);
            }
            keys.push((binding, bound));
        }
        Self { by_key, keys }
    }

    /// What a key means where the focus is.
    pub fn action(&self, focus: Focus, key: Key) -> Option<Action> {
        if key == QUIT {
            // Whatever has the focus, and whatever is configured.
            return Some(Action::Quit);
        }
        places(focus).iter().find_map(|place| self.by_key.get(&(*place, key)).copied())
    }

    /// The bindings that count where the focus is, with their keys; without those whose keys all mean
    /// something more particular there.
    pub fn bindings(&self, focus: Focus) -> impl Iterator<Item = (&'static Binding, &[Key])> {
        let places = places(focus);
        let counts = move |key: &Key, place: Where| {
            places.iter().find(|it| self.by_key.contains_key(&(**it, *key))) == Some(&place)
        };
        let here = self.keys.iter().filter(move |(binding, keys)| {
            places.contains(&binding.place) && keys.iter().any(|key| counts(key, binding.place))
        });
        here.map(|(binding, keys)| (*binding, &keys[..]))
    }
}

const QUIT: Key = Key { code: Code::Char('c'), ctrl: true, alt: false, shift: false };
