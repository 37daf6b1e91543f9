//! What keys do in the Metrics tab.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::focus::MetricsFocus;
use crate::app::overlay::Overlay;
use crate::app::prompt::PromptKind;
use crate::app::tab::Tab;
use crate::app::text::Text;
use crate::domain::metrics::range::Range;

use super::effect::Freshness;
use super::{Company, Metrics, MetricsView, Subject};

impl App {
    pub(in crate::app) fn act_in_metrics(
        &mut self,
        focus: MetricsFocus,
        action: Action,
    ) -> Vec<Effect> {
        match action {
            Action::NextView => {
                self.metrics.view = match self.metrics.view {
                    MetricsView::Charts => MetricsView::Table,
                    MetricsView::Table => MetricsView::Alarms,
                    MetricsView::Alarms => MetricsView::Charts,
                };
            }
            Action::Reload => {
                self.say(Tone::Muted, "asking again; what is known stays meanwhile".to_owned());
                return self.metrics.look(Freshness::Anew, self.now);
            }
            Action::Filter => {
                let text = self.metrics.filter.clone();
                return self.prompt(PromptKind::MetricsFilter, &text);
            }
            Action::Range(range) => return self.metrics.choose(range, self.now),
            Action::Explain => self.read_in_metrics(),
            Action::CopyWhat => {
                let choices = self.metrics.choices(self.now);
                if choices.is_empty() {
                    self.nothing_measured();
                } else {
                    self.overlay = Some(Overlay::CopyWhat { at: 0, choices });
                }
            }
            Action::Copy => {
                let Some((what, text)) = self.metrics.choices(self.now).into_iter().next() else {
                    self.nothing_measured();
                    return Vec::new();
                };
                return vec![Effect::Copy { what, text }];
            }
            Action::Save => return self.save_metrics(),
            Action::Back => self.leave_metrics(),
            _ if action.is_of_the_frame() => return self.act_everywhere(action),
            _ => match focus {
                MetricsFocus::Charts => self.act_in_charts(action),
                MetricsFocus::Table => self.act_in_days(action),
                MetricsFocus::Alarms => self.act_in_alarms(action),
            },
        }
        Vec::new()
    }

    fn act_in_charts(&mut self, action: Action) {
        let metrics = &mut self.metrics;
        let last = metrics.subjects().len().saturating_sub(1);
        let at = metrics.at();
        match action {
            Action::SelectNext => metrics.at = (at + 1).min(last),
            Action::SelectPrevious => metrics.at = at.saturating_sub(1),
            Action::SelectFirst => metrics.at = 0,
            Action::SelectLast => metrics.at = last,
            Action::SelectRow(row) if row != at => metrics.at = row.min(last),
            Action::SelectRow(_) | Action::Open => {
                metrics.company = match metrics.company {
                    Company::Alone => Company::Together,
                    Company::Together => Company::Alone,
                };
            }
            _ => self.act_in_time(action, 7),
        }
    }

    fn act_in_days(&mut self, action: Action) {
        // The newest day stands on top.
        let page = i32::try_from(self.page()).unwrap_or(i32::MAX);
        match action {
            Action::SelectNext => self.move_cursor(-1),
            Action::SelectPrevious => self.move_cursor(1),
            Action::SelectFirst => self.move_cursor(i32::MAX),
            Action::SelectLast => self.move_cursor(i32::MIN),
            Action::SelectRow(row) => {
                let days = self.metrics.days(self.now);
                self.metrics.span.cursor = days.get(row).copied().or(self.metrics.span.cursor);
            }
            _ => self.act_in_time(action, page),
        }
    }

    fn act_in_time(&mut self, action: Action, page: i32) {
        match action {
            Action::ScrollLeft => self.move_cursor(-1),
            Action::ScrollRight => self.move_cursor(1),
            Action::PageDown if self.metrics.view == MetricsView::Table => self.move_cursor(-page),
            Action::PageUp if self.metrics.view == MetricsView::Table => self.move_cursor(page),
            Action::PageDown => self.move_cursor(page),
            Action::PageUp => self.move_cursor(-page),
            Action::ZoomIn => {
                if !self.metrics.span.zoom_in(self.now) {
                    self.say(Tone::Muted, "two days are the shortest that is shown".to_owned());
                }
            }
            Action::ZoomOut => {
                if !self.metrics.span.zoom_out(self.now) {
                    let text = "this is all of it; `2` `3` `4` choose how far back it goes";
                    self.say(Tone::Muted, text.to_owned());
                }
            }
            _ => self.means_nothing(),
        }
    }

    fn act_in_alarms(&mut self, action: Action) {
        let page = self.page();
        let metrics = &mut self.metrics;
        let last = metrics.alarms.rows(&metrics.filter).len().saturating_sub(1);
        let at = &mut metrics.alarms.at;
        match action {
            Action::SelectNext => *at = (*at + 1).min(last),
            Action::SelectPrevious => *at = at.saturating_sub(1),
            Action::SelectFirst => *at = 0,
            Action::SelectLast => *at = last,
            Action::PageDown => *at = (*at + page).min(last),
            Action::PageUp => *at = at.saturating_sub(page),
            Action::SelectRow(row) if row != *at => *at = row.min(last),
            Action::SelectRow(_) | Action::Open => self.read_in_metrics(),
            _ => self.means_nothing(),
        }
    }

    fn move_cursor(&mut self, by: i32) {
        let now = self.now;
        let metrics = &mut self.metrics;
        let found = metrics.chosen().and_then(|it| Some((it.step(), it.newest()?)));
        match found {
            Some((step, newest)) => metrics.span.step(by, step, (newest, now)),
            None => self.nothing_measured(),
        }
    }

    fn nothing_measured(&mut self) {
        self.say(Tone::Muted, "nothing was measured here yet".to_owned());
    }

    fn read_in_metrics(&mut self) {
        match self.metrics.explanation(self.now) {
            Some(text) => self.metrics.text = Some(Box::new(Text::into_view(text))),
            None => self.say(Tone::Muted, "there is nothing to tell of it".to_owned()),
        }
    }

    /// One layer back: the filter, the cursor, the zoom, then the view.
    fn leave_metrics(&mut self) {
        let metrics = &mut self.metrics;
        if !metrics.filter.is_empty() {
            metrics.filter_by("");
        } else if metrics.span.cursor.take().is_some() {
        } else if metrics.span.is_zoomed() {
            metrics.span.zoom_away();
        } else if metrics.company == Company::Together {
            metrics.company = Company::Alone;
        } else if metrics.view != MetricsView::Charts {
            metrics.view = MetricsView::Charts;
        } else {
            let text = "this is the first view; `alt-1` shows the pods";
            self.say(Tone::Muted, text.to_owned());
        }
    }

    /// `:metrics`, of one environment where one is named.
    pub(in crate::app) fn show_metrics(&mut self, environment: Option<&str>) -> Vec<Effect> {
        self.metrics.text = None;
        self.metrics.view = MetricsView::Charts;
        self.metrics.filter_by(environment.unwrap_or_default());
        let effects = self.show_tab(Tab::Metrics);
        if let Some(name) = environment.filter(|_| self.metrics.subjects().is_empty()) {
            self.metrics.filter_by("");
            let text = format!("{name} has no bucket that is configured");
            self.say(Tone::Warning, text);
        }
        effects
    }
}

impl Metrics {
    /// Another range; panels are read anew for it.
    fn choose(&mut self, range: Range, now: jiff::Timestamp) -> Vec<Effect> {
        let is_another = range != self.span.range;
        self.span.choose(range, now);
        let asks = is_another && self.asked.is_some();
        asks.then(|| self.look_at_panels(Freshness::Kept)).flatten().into_iter().collect()
    }

    /// The instants that a table has a row for, newest first.
    pub fn days(&self, now: jiff::Timestamp) -> Vec<jiff::Timestamp> {
        let window = self.window(now);
        let Some(subject) = self.chosen() else { return Vec::new() };
        let mut days = Vec::new();
        let mut next = subject.newest();
        while let Some(day) = next.filter(|day| *day >= window.from) {
            if day <= window.to {
                days.push(day);
            }
            next = day.checked_sub(subject.step()).ok();
        }
        days
    }

    /// What the chosen one is, for texts and files.
    pub fn subject_name(&self) -> String {
        self.chosen().as_ref().map(Subject::name).unwrap_or_default()
    }
}
