//! The state of the console and every way it can change.
//!
//! Invariant: nothing here reads a clock, a socket or a terminal; what is wanted of them is an effect.
#![warn(clippy::wildcard_enum_match_arm)]

mod act;
pub mod action;
pub mod backups;
pub mod cell;
pub mod cluster;
pub mod columns;
mod command;
mod deeds;
pub mod drill;
pub mod effect;
pub mod fetched;
pub mod filter;
pub mod focus;
pub mod logs;
pub mod message;
pub mod metrics;
pub mod overlay;
mod overlays;
pub mod pager;
pub mod palette;
pub mod pods;
pub mod prompt;
mod prompts;
pub mod remembered;
pub mod reschedule;
pub mod rows;
mod standing;
pub mod store;
pub mod tab;
mod tab_text;
pub mod table;
mod tally;
pub mod text;
mod texts;
mod trail;
mod within;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::environment::EnvironmentName;
use crate::domain::news::Kind;
use crate::domain::pod::Pod;
use crate::domain::settings::{Settings, ThemeChoice};

use backups::Backups;
use cell::Tone;
use cluster::Cluster;
use drill::Drill;
use drill::effect::DrillEffect;
use effect::Effect;
use focus::Focus;
use message::{Message, Size};
use metrics::Metrics;
use overlay::{Flash, Overlay};
use pods::Pods;
use prompt::PromptKind;
use remembered::Remembered;
use reschedule::Rescheduling;
use rows::{Context, Place};
use tab::Tab;
use trail::Trail;

/// How long a flash stays.
const FLASH: Duration = Duration::from_secs(5);
/// How long a production environment stays unlocked.
pub const UNLOCKED: Duration = Duration::from_mins(10);

/// The whole state of the console.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they have nothing to do with each other")]
pub struct App {
    pub now: Timestamp,
    pub size: Size,
    pub clusters: Vec<Cluster>,
    /// Their names, in the same order.
    environments: Vec<EnvironmentName>,
    pub tab: Tab,
    pub pods: Pods,
    pub backups: Backups,
    pub metrics: Metrics,
    pub drill: Drill,
    trail: Trail,
    pub overlay: Option<Overlay>,
    pub flash: Option<Flash>,
    /// What is to have the schedule that is being typed.
    pub rescheduling: Option<Rescheduling>,
    pub theme: ThemeChoice,
    pub header: bool,
    pub full_screen: bool,
    pub favourites: Vec<String>,
    /// Production environments that may be changed without their name being typed again, and until when.
    pub unlocked: HashMap<EnvironmentName, Timestamp>,
    /// What was typed into each prompt, the newest last.
    earlier: HashMap<PromptKind, Vec<String>>,
    /// What stands on the line under the title where there is no configuration.
    pub advice: Option<String>,
    pub quitting: bool,
    is_dirty: bool,
    /// The rows of the table on top are older than what is known.
    is_unfilled: bool,
    /// They have not been filtered as it is asked for now.
    is_unfiltered: bool,
}

/// What the last session saw of an environment.
#[derive(Debug, Clone)]
pub struct Seen {
    pub environment: EnvironmentName,
    pub at: Timestamp,
    pub pods: Vec<Arc<Pod>>,
}

impl App {
    /// The first state, and the effects that fill it.
    pub fn start(
        settings: &Settings,
        remembered: &Remembered,
        seen: Vec<Seen>,
        now: Timestamp,
    ) -> (Self, Vec<Effect>) {
        let place = |at: usize| Place(u8::try_from(at).unwrap_or(u8::MAX));
        let mut clusters: Vec<Cluster> = settings
            .environments
            .iter()
            .enumerate()
            .map(|(at, environment)| Cluster::new(place(at), environment))
            .collect();
        for cluster in &mut clusters {
            cluster.chosen = remembered.namespaces.clone();
        }
        for seen in seen {
            if let Some(cluster) = clusters.iter_mut().find(|it| it.name == seen.environment) {
                cluster.remember(seen.at, seen.pods, now);
            }
        }
        let environments = clusters.iter().map(|cluster| cluster.name.clone()).collect();
        let mut pods = Pods::start(remembered.view, &remembered.sorts, remembered.wide);
        if let Some(table) = pods.top_mut().table_mut() {
            table.filter_by(&remembered.filter);
            table.faults_only = remembered.faults_only;
        }
        pods.namespaces = remembered.namespaces.clone();
        let mut backups = Backups::start(settings, now);
        let mut effects =
            vec![Effect::Watch(pods.namespaces.clone()), DrillEffect::FindLeftovers.into()];
        // The header tells how old the backups are, whatever is looked at.
        effects.extend(backups.look(now));
        let app = Self {
            now,
            size: Size::default(),
            clusters,
            environments,
            tab: Tab::default(),
            pods,
            backups,
            metrics: Metrics::start(settings),
            drill: Drill::start(settings),
            trail: Trail::default(),
            overlay: None,
            flash: None,
            rescheduling: None,
            theme: remembered.theme.unwrap_or(settings.console.theme),
            header: !remembered.hides_header,
            full_screen: false,
            favourites: settings.console.favourites.clone(),
            unlocked: HashMap::new(),
            earlier: HashMap::new(),
            advice: None,
            quitting: false,
            is_dirty: true,
            is_unfilled: true,
            is_unfiltered: false,
        };
        (app, effects)
    }

    /// Applies one message.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let effects = self.apply(message);
        self.offer_leftovers();
        effects
    }

    fn apply(&mut self, message: Message) -> Vec<Effect> {
        match message {
            Message::Ticked(now) => {
                self.grow_older(now);
                let mut effects = self.drill_due();
                effects.extend(self.backups_due());
                effects.extend(self.metrics_due());
                effects
            }
            Message::Acted(action) => {
                self.is_dirty = true;
                // What was said of the key before this one has been read.
                self.flash.take_if(|flash| flash.tone == Tone::Muted);
                self.act(action)
            }
            Message::KeyUnbound(key) => {
                let more = match self.focus() {
                    Focus::Table(_)
                    | Focus::Backups(_)
                    | Focus::Metrics(_)
                    | Focus::Drill(_)
                    | Focus::Text
                    | Focus::Logs => "`?` shows the keys",
                    Focus::Leftovers => "`x` removes, `r` drills again, `esc` is for later",
                    Focus::Help | Focus::List => "`esc` closes this",
                    Focus::Dialog => "`tab` moves, `enter` presses, `esc` cancels",
                    Focus::Prompt => "`enter` does it, `esc` leaves",
                };
                self.say(Tone::Muted, format!("`{key}` does nothing here; {more}"));
                Vec::new()
            }
            Message::Edited(request) => {
                self.is_dirty = true;
                self.edit(request)
            }
            Message::Pasted(text) => {
                self.is_dirty = true;
                self.paste(&text)
            }
            Message::Resized(size) => {
                self.is_dirty |= self.size != size;
                self.size = size;
                Vec::new()
            }
            Message::Told { environment, news } => {
                self.hear(&environment, news);
                self.ask_again(&environment)
            }
            Message::ObjectLoaded { generation, object } => {
                self.object_loaded(generation, object);
                Vec::new()
            }
            Message::LogArrived { generation, news } => self.log_arrived(generation, news),
            Message::OlderLogArrived { generation, news } => {
                self.older_log_arrived(generation, news);
                Vec::new()
            }
            Message::Done { deed, result } => {
                match result {
                    Ok(answer) => self.say(Tone::Fine, format!("{}: {answer}", deed.environment)),
                    Err(failure) => self.say(Tone::Critical, format!("{deed}: {failure}")),
                }
                self.look_after(&deed)
            }
            Message::Returned { failure } => {
                self.is_dirty = true;
                if let Some(failure) = failure {
                    self.say(Tone::Critical, failure.to_string());
                }
                vec![Effect::Repaint, Effect::Reconnect]
            }
            Message::Copied { what } => {
                self.say(Tone::Fine, format!("copied {what}"));
                Vec::new()
            }
            Message::Saved { result } => {
                match result {
                    Ok(path) => self.say(Tone::Fine, format!("saved {path}")),
                    Err(failure) => self.say(Tone::Critical, failure.to_string()),
                }
                Vec::new()
            }
            Message::Backups(message) => self.backups_told(message),
            Message::Metrics(message) => self.metrics_told(message),
            Message::Drill(message) => self.drill_told(message),
        }
    }

    fn hear(&mut self, environment: &EnvironmentName, news: Vec<crate::domain::news::News>) {
        let now = self.now;
        let Some(cluster) = self.clusters.iter_mut().find(|it| it.name == *environment) else {
            return;
        };
        let shown = &self.pods.top().location;
        for piece in news {
            if let Some(kind) = cluster.absorb(piece, now) {
                self.is_unfilled |= shown.is_made_from(kind);
                // The header tells of pods whatever is shown below it.
                self.is_dirty |= kind == Kind::Pod || shown.is_made_from(kind);
            }
        }
    }

    /// Time has passed.
    fn grow_older(&mut self, now: Timestamp) {
        self.now = now;
        self.is_dirty = true;
        if self.flash.as_ref().is_some_and(|flash| flash.until <= now) {
            self.flash = None;
        }
        self.unlocked.retain(|_, until| *until > now);
        for cluster in &mut self.clusters {
            self.is_unfilled |= cluster.grow_older(now);
        }
        self.describe_again();
    }

    /// When something changes by time alone that is no shown age: a flash goes, a judgement is due.
    pub fn next_change(&self) -> Option<Timestamp> {
        let flash = self.flash.as_ref().map(|flash| flash.until);
        let judged = self.clusters.iter().filter_map(Cluster::next_judgement).min();
        let locked = self.unlocked.values().min().copied();
        let drill = self.drill.next_change(self.now);
        let backups = self.backups.next_look(self.tab == Tab::Backups);
        let figures = self.next_figures();
        let described = self.next_description();
        [flash, judged, locked, drill, backups, figures, described].into_iter().flatten().min()
    }

    /// Whether the screen must be painted again; what is to be painted is made ready.
    pub fn take_dirty(&mut self) -> bool {
        let is_unfiltered = std::mem::take(&mut self.is_unfiltered);
        let context = Context { now: self.now, environments: &self.environments };
        if std::mem::take(&mut self.is_unfilled) {
            self.pods.fill(&self.clusters, &context);
            self.explain_again();
        } else if is_unfiltered && let Some(table) = self.pods.top_mut().table_mut() {
            table.refilter(&context);
        }
        std::mem::take(&mut self.is_dirty)
    }

    pub fn context(&self) -> Context<'_> {
        Context { now: self.now, environments: &self.environments }
    }

    /// Who gets the keys.
    pub fn focus(&self) -> Focus {
        match &self.overlay {
            Some(Overlay::Help { .. }) => Focus::Help,
            Some(Overlay::Dialog(_)) => Focus::Dialog,
            Some(Overlay::Environments { .. } | Overlay::CopyWhat { .. }) => Focus::List,
            Some(Overlay::Prompt(_)) => Focus::Prompt,
            Some(Overlay::Leftovers { .. }) => Focus::Leftovers,
            None => self.page_focus(),
        }
    }

    /// Who would get the keys if nothing lay over the page.
    pub fn page_focus(&self) -> Focus {
        match self.tab {
            Tab::Pods => self.pods.focus(),
            Tab::Backups => self.backups.focus(),
            Tab::Metrics => self.metrics.focus(),
            Tab::Drill => self.drill.focus(),
        }
    }

    /// Whether typing edits a text rather than acting: a prompt, or a name that must be typed.
    pub fn is_typing(&self) -> bool {
        match &self.overlay {
            Some(Overlay::Prompt(_)) => true,
            Some(Overlay::Dialog(dialog)) => dialog.typed.is_some(),
            Some(
                Overlay::Help { .. }
                | Overlay::Environments { .. }
                | Overlay::CopyWhat { .. }
                | Overlay::Leftovers { .. },
            )
            | None => false,
        }
    }

    pub fn say(&mut self, tone: Tone, text: String) {
        let until = self.now.saturating_add(FLASH).unwrap_or(Timestamp::MAX);
        self.flash = Some(Flash { text, tone, until });
        self.is_dirty = true;
    }

    /// What is kept for the next session.
    pub fn remembered(&self) -> Remembered {
        let root = self.pods.layers().first().and_then(pods::layer::Layer::table);
        Remembered {
            view: self.pods.view(),
            sorts: self.pods.sorts(),
            wide: root.is_some_and(|table| table.wide),
            filter: root.map(|table| table.filtering.text.clone()).unwrap_or_default(),
            faults_only: root.is_some_and(|table| table.faults_only),
            theme: Some(self.theme),
            namespaces: self.pods.namespaces.clone(),
            hides_header: !self.header,
        }
    }

    pub fn cluster(&self, place: Place) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.place == place)
    }

    pub fn cluster_named(&self, name: &EnvironmentName) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.name == *name)
    }

    /// How many lines the header takes: one for the tabs, and one for each environment; more than a
    /// few share one.
    pub fn header_height(&self) -> u16 {
        const LINES: u16 = 4;
        if !self.header || self.full_screen {
            return 0;
        }
        match u16::try_from(self.clusters.len()) {
            Ok(count @ ..=LINES) => 1 + count,
            Ok(_) | Err(_) => 2,
        }
    }

    /// How many rows of a table or a text fit: the screen without header, title, headings, hints, foot.
    pub(in crate::app) fn room(&self) -> usize {
        const FRAME: u16 = 4;
        let frame = self.header_height() + FRAME;
        usize::from(self.size.height.saturating_sub(frame)).max(1)
    }

    /// How far a page goes: a row of the one before stays.
    pub fn page(&self) -> usize {
        self.room().saturating_sub(1).max(1)
    }
}
