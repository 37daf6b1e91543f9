//! The text that a tab has opened over its page: an explanation, a detail, a log.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::App;
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::prompt::PromptKind;
use crate::app::tab::Tab;
use crate::app::text::TextView;
use crate::app::texts::reading;

impl App {
    /// Where the tab keeps such a text; `None` of the Pods tab, whose texts are layers.
    pub(super) fn tab_text(&mut self) -> Option<&mut Option<Box<TextView>>> {
        match self.tab {
            Tab::Pods => None,
            Tab::Metrics => Some(&mut self.metrics.text),
            Tab::Drill => Some(&mut self.drill.text),
        }
    }

    pub(super) fn act_in_tab_text(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Back => {
                if let Some(text) = self.tab_text() {
                    *text = None;
                }
                self.full_screen = false;
                return Vec::new();
            }
            Action::Filter => return self.prompt(PromptKind::Search, ""),
            Action::FilterLines => return self.prompt(PromptKind::Lines, ""),
            Action::FullScreen => {
                self.full_screen = !self.full_screen;
                return Vec::new();
            }
            _ => {}
        }
        let page = self.text_page();
        if let (Some(action), Some(Some(text))) = (reading(action), self.tab_text()) {
            let outcome = text.act(&action, page);
            return self.conclude(outcome);
        }
        match self.tab {
            Tab::Metrics => {
                let view = self.metrics.view_focus();
                self.act_in_metrics(view, action)
            }
            Tab::Drill | Tab::Pods => self.act_in_drill(action),
        }
    }
}
