//! The Metrics tab: what buckets hold and cost, what else is measured, and what is in alarm.

mod act;
pub mod alarms;
pub mod bucket;
mod command;
mod copies;
pub mod effect;
mod export;
mod hear;
pub mod message;
pub mod notes;
pub mod panel;
pub mod span;
#[cfg(test)]
mod tests;
pub mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::effect::{Effect, Generation};
use crate::app::focus::{Focus, MetricsFocus};
use crate::app::text::TextView;
use crate::domain::environment::StorageName;
use crate::domain::metrics::buckets;
use crate::domain::metrics::cost::Prices;
use crate::domain::plot::Plot;
use crate::domain::series::Window;
use crate::domain::settings::{Access, Settings};

use alarms::Alarms;
use bucket::BucketFigures;
use effect::{Freshness, MetricsEffect};
use panel::PanelState;
use span::Span;

/// While the tab is open it looks again after so long: at what is kept, and beyond that at what is past
/// its time.
const PACE: Duration = Duration::from_mins(5);

/// The views that `v` goes through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MetricsView {
    #[default]
    Charts,
    Table,
    Alarms,
}

/// How many charts there are beside each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Company {
    /// The one that is chosen, as large as can be.
    #[default]
    Alone,
    /// All of them, small.
    Together,
}

/// What a chart is about.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'m> {
    Bucket(&'m BucketFigures),
    Panel(&'m PanelState),
}

/// The state of the tab.
#[derive(Debug)]
pub struct Metrics {
    pub buckets: Vec<BucketFigures>,
    pub panels: Vec<PanelState>,
    pub alarms: Alarms,
    pub prices: Prices,
    pub view: MetricsView,
    pub company: Company,
    pub span: Span,
    /// Which of the subjects that the filter leaves is chosen.
    at: usize,
    pub filter: String,
    /// A text over the view: an explanation.
    pub text: Option<Box<TextView>>,
    /// How a command line reaches each storage, and its region.
    reach: BTreeMap<StorageName, (Access, Option<String>)>,
    /// When everything was asked for last.
    asked: Option<Timestamp>,
    figures: Generation,
    pictures: Generation,
}

impl Metrics {
    pub fn start(settings: &Settings) -> Self {
        let buckets: Vec<_> = buckets(settings).into_iter().map(BucketFigures::new).collect();
        let measured = settings.storages.iter().filter(|storage| {
            let has_bucket = buckets.iter().any(|it| it.bucket.id.storage == storage.name);
            let has_panel = settings.panels.iter().any(|panel| panel.storage == storage.name);
            storage.is_measured() && (has_bucket || has_panel)
        });
        let alarms = Alarms::of(measured.map(|storage| storage.name.clone()));
        let reach = settings.storages.iter().map(|storage| {
            let endpoint = storage.cloudwatch.clone();
            let access = Access { endpoint, profile: storage.profile.clone() };
            (storage.name.clone(), (access, storage.region.clone()))
        });
        Self {
            buckets,
            panels: settings.panels.iter().cloned().map(PanelState::new).collect(),
            alarms,
            prices: settings.prices.clone(),
            view: MetricsView::default(),
            company: Company::default(),
            span: Span::default(),
            at: 0,
            filter: String::new(),
            text: None,
            reach: reach.collect(),
            asked: None,
            figures: Generation::default(),
            pictures: Generation::default(),
        }
    }

    pub fn focus(&self) -> Focus {
        if self.text.is_some() { Focus::Text } else { Focus::Metrics(self.view_focus()) }
    }

    pub(in crate::app) const fn view_focus(&self) -> MetricsFocus {
        match self.view {
            MetricsView::Charts => MetricsFocus::Charts,
            MetricsView::Table => MetricsFocus::Table,
            MetricsView::Alarms => MetricsFocus::Alarms,
        }
    }

    /// Nothing is configured that could be measured.
    pub const fn is_empty(&self) -> bool {
        self.buckets.is_empty() && self.panels.is_empty()
    }

    /// What charts are about: buckets first, then panels; those that the filter leaves.
    pub fn subjects(&self) -> Vec<Subject<'_>> {
        let all = self.buckets.iter().map(Subject::Bucket);
        let all = all.chain(self.panels.iter().map(Subject::Panel));
        let wanted = self.filter.to_lowercase();
        let is_wanted = |subject: &Subject<'_>| {
            wanted.is_empty()
                || self.view == MetricsView::Alarms
                || subject.words().to_lowercase().contains(&wanted)
        };
        all.filter(is_wanted).collect()
    }

    /// How many there are, whatever is filtered.
    pub const fn total(&self) -> usize {
        self.buckets.len() + self.panels.len()
    }

    /// The place of the chosen one among them.
    pub fn at(&self) -> usize {
        self.at.min(self.subjects().len().saturating_sub(1))
    }

    pub fn chosen(&self) -> Option<Subject<'_>> {
        self.subjects().get(self.at()).copied()
    }

    pub fn window(&self, now: Timestamp) -> Window {
        self.span.window(now)
    }

    /// What is drawn: of a bucket its size and its objects.
    pub fn plots(&self, now: Timestamp) -> Vec<Plot> {
        let window = self.window(now);
        match self.chosen() {
            Some(Subject::Bucket(it)) => vec![it.size_plot(window), it.objects_plot(window)],
            Some(Subject::Panel(it)) => vec![it.plot(window)],
            None => Vec::new(),
        }
    }

    /// Asks for everything.
    pub fn look(&mut self, freshness: Freshness, now: Timestamp) -> Vec<Effect> {
        self.asked = Some(now);
        for bucket in &mut self.buckets {
            bucket.listed.begin();
            if bucket.bucket.is_measured {
                bucket.measured.begin();
            }
        }
        self.alarms.begin();
        let generation = self.figures.advance();
        let mut effects = Vec::new();
        if !self.is_empty() {
            effects.push(MetricsEffect::LoadFigures { generation, freshness }.into());
        }
        effects.extend(self.look_at_panels(freshness));
        effects
    }

    /// Panels are read in steps that fit the range: another range is another reading.
    fn look_at_panels(&mut self, freshness: Freshness) -> Option<Effect> {
        let (generation, range) = (self.pictures.advance(), self.span.range);
        for panel in &mut self.panels {
            panel.figures.begin();
        }
        let effect = MetricsEffect::LoadPanels { generation, range, freshness };
        (!self.panels.is_empty()).then(|| effect.into())
    }

    /// The same, unless it has been asked a short while ago; what is kept will do.
    pub(in crate::app) fn look_again(&mut self, now: Timestamp) -> Vec<Effect> {
        let is_due = self.asked.is_none() || self.next_look().is_some_and(|due| due <= now);
        if is_due { self.look(Freshness::Kept, now) } else { Vec::new() }
    }

    /// When another look is due while the tab is open.
    pub(in crate::app) fn next_look(&self) -> Option<Timestamp> {
        let rests = !self.is_empty() && !self.is_loading();
        self.asked.filter(|_| rests)?.checked_add(PACE).ok()
    }

    pub(in crate::app) fn filter_by(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.at = 0;
        self.alarms.at = 0;
    }

    pub fn is_loading(&self) -> bool {
        self.buckets.iter().any(BucketFigures::is_loading)
            || self.panels.iter().any(|panel| panel.figures.is_loading())
            || self.alarms.is_loading()
    }
}

impl Subject<'_> {
    pub fn name(&self) -> String {
        match self {
            Self::Bucket(it) => it.bucket.id.to_string(),
            Self::Panel(it) => it.panel.name.clone(),
        }
    }

    /// What a filter looks at.
    fn words(&self) -> String {
        match self {
            Self::Bucket(it) => {
                let shares = it.bucket.shares.iter();
                let environments: Vec<&str> =
                    shares.map(|share| share.environment.0.as_str()).collect();
                format!("{} {}", it.bucket.id, environments.join(" "))
            }
            Self::Panel(it) => {
                format!("{} {} {}", it.panel.name, it.panel.namespace, it.panel.metric)
            }
        }
    }

    /// How far apart its points are.
    fn step(&self) -> Duration {
        match self {
            Self::Bucket(_) => span::DAY,
            Self::Panel(it) => it.step(),
        }
    }

    /// When its newest point is of.
    pub fn newest(&self) -> Option<Timestamp> {
        match self {
            Self::Bucket(it) => it.as_of(),
            Self::Panel(it) => it.newest(),
        }
    }
}
