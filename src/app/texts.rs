//! The texts of the Pods tab: descriptions, YAML, explanations, logs; what arrives of them, and how
//! they are read.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use std::time::Duration;

use jiff::Timestamp;

use crate::app::App;
use crate::app::action::{Action, LogWindow};
use crate::app::cell::Tone;
use crate::app::effect::{Effect, Generation, ObjectKind, ObjectRef};
use crate::app::logs::{LogAction, TAIL};
use crate::app::message::RawObject;
use crate::app::pager::Page;
use crate::app::pager::act::{Outcome, ReadAction};
use crate::app::pods::layer::{Body, Loaded};
use crate::app::pods::location::Location;
use crate::app::prompt::PromptKind;
use crate::app::rows::{Cells as _, PodRow, Row, RowKey};
use crate::app::tab::Tab;
use crate::app::text::TextView;
use crate::domain::describe;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::document::{Document, Emphasis, Line};
use crate::domain::environment::EnvironmentName;
use crate::domain::explanation;
use crate::domain::failure::Failure;
use crate::domain::log::{LogNews, LogStart};
use crate::domain::pod::explanation as pod_explanation;
use crate::domain::severity::Severity;
use crate::domain::yaml;

/// An object on the screen is read again after so long, where its cluster has told something.
const AGAIN: Duration = Duration::from_secs(5);

impl App {
    /// What an action means in a text; `None` where it is meant for the whole console.
    pub(super) fn act_in_text(&mut self, action: Action) -> Option<Vec<Effect>> {
        if action == Action::Filter {
            return Some(self.prompt(PromptKind::Search, ""));
        }
        if action == Action::FilterLines {
            return Some(self.prompt(PromptKind::Lines, ""));
        }
        if action == Action::Reload {
            return Some(self.load_again());
        }
        if matches!(action, Action::Back | Action::Cancel) && self.is_line_filtered() {
            return Some(self.filter_lines(""));
        }
        if action == Action::FullScreen {
            self.full_screen = !self.full_screen;
            return Some(Vec::new());
        }
        let page = self.text_page();
        let outcome = match &mut self.pods.top_mut().body {
            Body::Table(_) => return None,
            Body::Text { text: Loaded::Text(view), .. } => view.act(&reading(action)?, page),
            Body::Text { .. } => {
                // There is nothing to read yet.
                reading(action)?;
                Outcome::Nothing
            }
            Body::Logs { view, .. } => view.act(log_action(action)?, page),
        };
        Some(self.conclude(outcome))
    }

    pub(super) fn conclude(&mut self, outcome: Outcome) -> Vec<Effect> {
        match outcome {
            Outcome::Nothing => Vec::new(),
            Outcome::Say(text) => {
                self.say(Tone::Muted, text);
                Vec::new()
            }
            Outcome::Copy { what, text } => vec![Effect::Copy { what, text }],
            Outcome::Save { name, text } => vec![Effect::Save { name, text }],
            Outcome::Reload(request) => self.pods.follow_again(request).into_iter().collect(),
            Outcome::Older(request) => match &self.pods.top().body {
                Body::Logs { generation, .. } => {
                    vec![Effect::LoadOlderLog { generation: *generation, request }]
                }
                Body::Table(_) | Body::Text { .. } => Vec::new(),
            },
        }
    }

    /// Whether lines of the text on top are hidden.
    fn is_line_filtered(&self) -> bool {
        match &self.pods.top().body {
            Body::Text { text: Loaded::Text(view), .. } => view.pager().filtered().is_some(),
            Body::Logs { view, .. } => view.pager().filtered().is_some(),
            Body::Table(_) | Body::Text { .. } => false,
        }
    }

    /// Reads what the text on top shows once more.
    fn load_again(&mut self) -> Vec<Effect> {
        let mut effects = match &self.pods.top().location {
            Location::Describe(object) | Location::Raw(object) => {
                let object = object.clone();
                let generation = self.pods.ask_again(self.now);
                vec![Effect::LoadObject { generation, object }]
            }
            Location::Logs { .. } => {
                let page = self.text_page();
                let outcome = match &mut self.pods.top_mut().body {
                    Body::Logs { view, .. } => view.act(LogAction::ReadAgain, page),
                    Body::Table(_) | Body::Text { .. } => Outcome::Nothing,
                };
                self.conclude(outcome)
            }
            _ => Vec::new(),
        };
        self.say(Tone::Muted, "loading again".to_owned());
        effects.push(Effect::Reconnect);
        effects
    }

    pub(super) fn text_page(&self) -> Page {
        Page { columns: usize::from(self.size.width), rows: self.room() }
    }

    pub(super) fn search(&mut self, text: &str) -> Vec<Effect> {
        self.read(ReadAction::Search(text.to_owned()))
    }

    pub(super) fn filter_lines(&mut self, text: &str) -> Vec<Effect> {
        self.read(ReadAction::Filter(text.to_owned()))
    }

    fn read(&mut self, action: ReadAction) -> Vec<Effect> {
        let page = self.text_page();
        if let Some(text) = self.tab_text() {
            let outcome = text.as_mut().map_or(Outcome::Nothing, |text| text.act(&action, page));
            return self.conclude(outcome);
        }
        let outcome = match &mut self.pods.top_mut().body {
            Body::Table(_) | Body::Text { text: Loaded::Waiting | Loaded::Failed(_), .. } => {
                Outcome::Nothing
            }
            Body::Text { text: Loaded::Text(view), .. } => view.act(&action, page),
            Body::Logs { view, .. } => view.act(action.into(), page),
        };
        self.conclude(outcome)
    }

    /// An object has come. An answer to an older question is dropped.
    pub(super) fn object_loaded(
        &mut self,
        generation: Generation,
        object: Result<RawObject, Failure>,
    ) {
        if let Body::Logs { view, .. } = &mut self.pods.top_mut().body
            && view.events_asked == Some(generation)
        {
            // Why the pod cannot be read the log says itself.
            if let Ok(object) = object {
                view.events = object.events;
                self.is_dirty = true;
            }
            return;
        }
        let Some(location) = self.pods.asked(generation).cloned() else { return };
        self.is_dirty = true;
        match object {
            Ok(object) => {
                let text = self.document(&location, &object);
                self.pods.fill_text(generation, &location, text, object);
            }
            Err(failure) => {
                if let Some(failure) = self.pods.fail_text(generation, failure) {
                    // The text of before stays.
                    self.say(Tone::Warning, failure.to_string());
                }
            }
        }
    }

    /// The text of an object, and what a file of it is called.
    fn document(&self, location: &Location, object: &RawObject) -> (Document, String) {
        match location {
            Location::Raw(named) => (yaml::document(&object.json), format!("{}.yaml", named.name)),
            Location::Describe(named) => {
                let row = self.pod_row(named);
                let reason = row
                    .filter(|row| !row.diagnosis.reason.is_empty())
                    .map(|row| (&*row.diagnosis.reason, emphasis(row.severity())));
                let context = describe::Context {
                    reason,
                    events: &object.events,
                    events_failure: object.events_failure.as_ref(),
                    usage: row.and_then(|row| row.used.as_ref()).map(|used| &*used.containers),
                    now: self.now,
                };
                (describe::document(&object.json, &context), format!("{}.txt", named.name))
            }
            _ => (Document::default(), "text.txt".to_owned()),
        }
    }

    /// The description on the screen, whose ages have grown.
    pub(super) fn describe_again(&mut self) {
        let layer = self.pods.top();
        let Body::Text { object: Some(object), .. } = &layer.body else { return };
        if !matches!(layer.location, Location::Describe(_)) {
            return;
        }
        let (document, _) = self.document(&layer.location, object);
        if let Body::Text { text: Loaded::Text(view), .. } = &mut self.pods.top_mut().body {
            view.replace(document);
        }
    }

    /// When a description is to be read again for its ages.
    pub(super) fn next_description(&self) -> Option<Timestamp> {
        const SOON: Duration = Duration::from_secs(2);
        let is_described = self.tab == Tab::Pods
            && matches!(self.pods.top().location, Location::Describe(_))
            && matches!(self.pods.top().body, Body::Text { object: Some(_), .. });
        is_described.then(|| self.now.saturating_add(SOON).ok()).flatten()
    }

    fn pod_row(&self, named: &ObjectRef) -> Option<&PodRow> {
        if named.kind != ObjectKind::Pod {
            return None;
        }
        let cluster = self.cluster_named(&named.environment)?;
        let is_named = |row: &&std::sync::Arc<PodRow>| {
            Some(&row.pod.namespace) == named.namespace.as_ref() && row.pod.name == named.name
        };
        cluster.pods.rows().find(is_named).map(|row| &**row)
    }

    /// Asks again for the object on the screen, where its cluster has told something since.
    pub(super) fn ask_again(&mut self, environment: &EnvironmentName) -> Vec<Effect> {
        let is_old = |asked| self.now.duration_since(asked).unsigned_abs() >= AGAIN;
        match &self.pods.top().location {
            Location::Describe(object) | Location::Raw(object)
                if object.environment == *environment && is_old(self.pods.asked_at) =>
            {
                let object = object.clone();
                let generation = self.pods.ask_again(self.now);
                vec![Effect::LoadObject { generation, object }]
            }
            Location::Logs { request, .. }
                if request.sources.first().is_some_and(|it| it.environment == *environment)
                    && is_old(self.pods.asked_at) =>
            {
                self.ask_for_events()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn log_arrived(&mut self, generation: Generation, news: LogNews) -> Vec<Effect> {
        if let Body::Logs { generation: own, view } = &mut self.pods.top_mut().body
            && *own == generation
        {
            view.arrived(news);
            let is_unasked = view.events_asked.is_none();
            self.is_dirty = true;
            if is_unasked {
                return self.ask_for_events();
            }
        }
        Vec::new()
    }

    /// A pod without a log yet has its events to show.
    fn ask_for_events(&mut self) -> Vec<Effect> {
        let Body::Logs { view, .. } = &self.pods.top().body else { return Vec::new() };
        let Some(source) = view.request().sources.first().filter(|_| view.is_empty()) else {
            return Vec::new();
        };
        let object = ObjectRef {
            environment: source.environment.clone(),
            kind: ObjectKind::Pod,
            namespace: Some(std::sync::Arc::clone(&source.namespace)),
            name: source.pod.clone(),
        };
        let generation = self.pods.ask_beside(self.now);
        if let Body::Logs { view, .. } = &mut self.pods.top_mut().body {
            view.events_asked = Some(generation);
        }
        vec![Effect::LoadObject { generation, object }]
    }

    /// Lines from before those that were read first.
    pub(super) fn older_log_arrived(&mut self, generation: Generation, news: LogNews) {
        if let Body::Logs { generation: own, view } = &mut self.pods.top_mut().body
            && *own == generation
        {
            let said = view.older_arrived(news);
            if let Some(said) = said {
                self.say(Tone::Muted, said);
            }
        }
    }

    /// The explanation on the screen, as it reads now.
    pub(super) fn explain_again(&mut self) {
        let Location::Explain { key, title } = &self.pods.top().location else { return };
        let Some(lines) = self.explanation(key) else { return };
        let keys = lines.iter().filter_map(|line| Some(key_of(line)?.0.len())).max().unwrap_or(0);
        let paragraphs = lines.iter().map(|line| paragraph(line, keys));
        let document = Document { lines: paragraphs.collect() };
        let (title, file) = (title.clone(), format!("{title}-why.txt"));
        let page = self.text_page();
        if let Body::Text { text, .. } = &mut self.pods.top_mut().body {
            match text {
                Loaded::Text(view) => view.replace(document),
                Loaded::Waiting | Loaded::Failed(_) => {
                    let mut view = TextView::new(title, file, document);
                    // Sentences are read whole.
                    view.act(&ReadAction::ToggleWrap, page);
                    *text = Loaded::Text(Box::new(view));
                }
            }
        }
    }

    fn explanation(&self, key: &RowKey) -> Option<Vec<String>> {
        if let RowKey::Object(place, uid) = key
            && let Some(row) = self.cluster(*place).and_then(|cluster| cluster.pods.get(uid))
        {
            let context = self.cluster(*place).and_then(|cluster| cluster.context.as_deref());
            return Some(pod_explanation::explain(&row.diagnosis, &row.pod, context));
        }
        let below = self.pods.layers().iter().rev().find_map(|layer| layer.table());
        let row = below?.rows().iter().find(|row| row.key() == *key)?;
        if let Row::Container(container) = row {
            let pod = &container.pod;
            let context = self.cluster(pod.place).and_then(|cluster| cluster.context.as_deref());
            return Some(pod_explanation::explain(&pod.diagnosis, &pod.pod, context));
        }
        let object = row.object(&self.context())?;
        let cluster = self.cluster_named(&object.environment);
        let target = object.target(cluster.and_then(|cluster| cluster.context.as_deref()));
        let diagnosis: &Diagnosis = match row {
            Row::Workload(group) => group.worst()?.diagnosis(),
            Row::Job(row) => &row.diagnosis,
            Row::CronJob(row) => &row.diagnosis,
            Row::Node(row) => &row.diagnosis,
            Row::Event(row) => {
                let look = format!("look: {}", target.describe());
                return Some(row.event.explain().into_iter().chain([look]).collect());
            }
            _ => return Some(vec![format!("look: {}", target.describe())]),
        };
        Some(explanation::explain(diagnosis, target))
    }
}

/// `rule: …` with its key apart, in a column for keys of so many letters.
fn paragraph(text: &str, keys: usize) -> Line {
    match key_of(text) {
        Some((key, rest)) => {
            let line = Line::default().with(Emphasis::Key, &format!("{key:<keys$}  "));
            line.value().plain(rest)
        }
        None => Line::default().plain(text),
    }
}

fn key_of(text: &str) -> Option<(&str, &str)> {
    const LONGEST: usize = 24;
    text.split_once(": ").filter(|(key, _)| key.len() < LONGEST)
}

const fn emphasis(severity: Severity) -> Emphasis {
    match severity {
        Severity::Done | Severity::Busy => Emphasis::Faint,
        Severity::Fine => Emphasis::Good,
        Severity::Warning => Emphasis::Warning,
        Severity::Critical => Emphasis::Bad,
    }
}

pub(super) fn reading(action: Action) -> Option<ReadAction> {
    Some(match action {
        Action::SelectNext => ReadAction::ScrollBy(1),
        Action::SelectPrevious => ReadAction::ScrollBy(-1),
        Action::PageDown => ReadAction::PageBy(1),
        Action::PageUp => ReadAction::PageBy(-1),
        Action::SelectFirst => ReadAction::Top,
        Action::SelectLast => ReadAction::Bottom,
        Action::ScrollLeft => ReadAction::Left,
        Action::ScrollRight => ReadAction::Right,
        Action::Wrap => ReadAction::ToggleWrap,
        Action::SearchNext => ReadAction::SearchNext,
        Action::SearchPrevious => ReadAction::SearchPrevious,
        Action::MarkLine => ReadAction::ToggleMark,
        Action::Copy => ReadAction::Copy,
        Action::Save => ReadAction::Save,
        _ => return None,
    })
}

fn log_action(action: Action) -> Option<LogAction> {
    Some(match action {
        Action::Follow => LogAction::ToggleFollow,
        Action::Timestamps => LogAction::ToggleTimestamps,
        Action::AllContainers => LogAction::ToggleContainers,
        Action::PreviousLogs => LogAction::TogglePrevious,
        Action::Window(window) => LogAction::Window(match window {
            LogWindow::Tail => LogStart::Tail(TAIL),
            LogWindow::Head => LogStart::Head,
            LogWindow::Minutes(minutes) => LogStart::Ago(Duration::from_mins(minutes.into())),
        }),
        other => return reading(other).map(LogAction::Read),
    })
}
