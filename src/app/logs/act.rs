//! What one does with a log.

use crate::app::logs::label::labels;
use crate::app::logs::ring::Keep;
use crate::app::logs::{LogView, keep, time_of_line};
use crate::app::pager::Page;
use crate::app::pager::act::{Outcome, ReadAction};
use crate::domain::log::{LogRequest, LogStart};

/// What can be done with a log, beside reading it like any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogAction {
    Read(ReadAction),
    /// Follows the end, or stays where one is.
    ToggleFollow,
    ToggleTimestamps,
    /// All containers, or those that were asked for at first.
    ToggleContainers,
    /// The container before its last restart, or the one that runs.
    TogglePrevious,
    /// Reads from elsewhere on.
    Window(LogStart),
    /// Reads the same again.
    ReadAgain,
}

impl From<ReadAction> for LogAction {
    fn from(action: ReadAction) -> Self {
        Self::Read(action)
    }
}

impl LogView {
    /// Acts; `page` is the size of the area in which the log was drawn last, the gutter included.
    pub fn act(&mut self, action: LogAction, page: Page) -> Outcome {
        let page = page.without(self.gutter());
        let outcome = match action {
            LogAction::Read(ReadAction::Save) => {
                Outcome::Save { name: self.name(), text: self.text() }
            }
            LogAction::Read(ReadAction::Copy) => {
                self.pager.copy(&self.ring, page, &|line| self.export_line(line))
            }
            LogAction::Read(action) => self.read(&action, page),
            LogAction::ToggleFollow => {
                self.pager.toggle_end(&self.ring, page);
                Outcome::Nothing
            }
            LogAction::ToggleTimestamps => {
                self.has_times = !self.has_times;
                Outcome::Nothing
            }
            LogAction::ToggleContainers => self.toggle_containers(),
            LogAction::TogglePrevious => {
                let previous = !self.request.previous;
                self.reload(LogRequest { previous, follow: !previous, ..self.request.clone() })
            }
            LogAction::ReadAgain => self.reload(self.request.clone()),
            LogAction::Window(start) => self.reload(LogRequest { start, ..self.request.clone() }),
        };
        if self.pager.is_at_end() {
            self.unseen = 0;
        }
        outcome
    }

    /// Reads like any text; whoever goes up from the top goes on to what was there before.
    fn read(&mut self, action: &ReadAction, page: Page) -> Outcome {
        let before = self.pager.rows(&self.ring, page).first().copied();
        let outcome = self.pager.act(&self.ring, action, page);
        let goes_up =
            matches!(action, ReadAction::Top | ReadAction::ScrollBy(..0) | ReadAction::PageBy(..0));
        if goes_up && before == self.pager.rows(&self.ring, page).first().copied() {
            return self.load_older();
        }
        outcome
    }

    fn toggle_containers(&mut self) -> Outcome {
        if self.few.len() == self.all.len() {
            return Outcome::Say("this is the only container".to_owned());
        }
        let shows_all = self.request.sources.len() == self.all.len();
        let sources = if shows_all { self.few.clone() } else { self.all.clone() };
        self.reload(LogRequest { sources, ..self.request.clone() })
    }

    /// Forgets what was read, and asks for something else. What is searched and filtered stays.
    fn reload(&mut self, request: LogRequest) -> Outcome {
        let keep = keep(&request);
        self.labels = labels(&request.sources);
        self.ring.start_again(keep);
        self.pager.start_again(keep == Keep::First);
        self.unseen = 0;
        self.waiting.clear();
        self.failing.clear();
        self.ended.clear();
        self.has_broken_off = false;
        self.older = None;
        self.begins_here = false;
        self.events_asked = None;
        self.request = request.clone();
        Outcome::Reload(request)
    }

    /// What is shown, as text.
    fn text(&self) -> String {
        self.pager.export(&self.ring, &|line| self.export_line(line))
    }

    /// What a file of it is called, without what a path could be made of.
    fn name(&self) -> String {
        let first = self.request.sources.first();
        let name = match (first, self.request.sources.len()) {
            (Some(source), 1) => format!("{}-{}", source.pod, source.container),
            (Some(source), _) => source.pod.to_string(),
            (None, _) => "log".to_owned(),
        };
        let previous = if self.request.previous { "-previous" } else { "" };
        let is_fine =
            |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let name: String = name
            .chars()
            .map(|character| if is_fine(character) { character } else { '_' })
            .collect();
        format!("{}{previous}.log", name.trim_start_matches('.'))
    }
}

/// The window in words: `last 5m`.
pub fn window(start: LogStart) -> String {
    match start {
        LogStart::Tail(lines) => format!("last {lines} lines"),
        LogStart::Head => "from the beginning".to_owned(),
        LogStart::Ago(ago) => match ago.as_secs() {
            seconds if seconds >= 3600 && seconds.is_multiple_of(3600) => {
                format!("last {}h", seconds / 3600)
            }
            seconds if seconds.is_multiple_of(60) => format!("last {}m", seconds / 60),
            seconds => format!("last {seconds}s"),
        },
        LogStart::After(at) => format!("after {}", time_of_line(at)),
    }
}
