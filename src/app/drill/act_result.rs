//! What keys do in a result: the table, its texts, the report, the sandbox that is still there.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use std::time::Duration;

use crate::app::App;
use crate::app::action::{Action, SortKey};
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::overlay::Overlay;
use crate::app::prompt::PromptKind;
use crate::drill::report::markdown;

use super::effect::DrillEffect;
use super::result::ResultColumn;
use super::{DrillView, Page, words};

/// How much longer `x` keeps a sandbox.
const LONGER: Duration = Duration::from_mins(30);

impl App {
    pub(super) fn act_in_result(&mut self, action: Action) -> Vec<Effect> {
        let page = isize::try_from(self.page()).unwrap_or(isize::MAX);
        let is_live = self.drill.live().is_some();
        let Some(shown) = &mut self.drill.shown else { return Vec::new() };
        match action {
            Action::SelectNext => shown.move_by(1),
            Action::SelectPrevious => shown.move_by(-1),
            Action::SelectFirst => shown.select(0),
            Action::SelectLast => shown.select(usize::MAX),
            Action::PageDown => shown.move_by(page),
            Action::PageUp => shown.move_by(-page),
            Action::SelectRow(at) if shown.at() != at => shown.select(at),
            Action::SelectRow(_) | Action::Open => self.read_in_drill(words::row),
            Action::Explain => self.read_in_drill(words::explanation),
            Action::Logs => self.read_in_drill(words::log),
            Action::Sort(key) => match key {
                SortKey::Name => shown.sort_by(ResultColumn::Name),
                SortKey::Severity => shown.sort_by(ResultColumn::Verdict),
                SortKey::Selected => shown.turn(),
                _ => self.means_nothing(),
            },
            Action::SortLeft => shown.shift_sort(-1),
            Action::SortRight => shown.shift_sort(1),
            Action::Filter => {
                let text = shown.filter.clone();
                return self.prompt(PromptKind::DrillFilter, &text);
            }
            Action::AddNote => return self.prompt(PromptKind::Note, ""),
            Action::Report => return self.report(),
            Action::Copy => {
                let text = shown.record.object.name().to_owned();
                return vec![Effect::Copy { what: format!("`{text}`"), text }];
            }
            Action::CopyWhat => {
                let choices = words::choices(shown);
                self.overlay = Some(Overlay::CopyWhat { at: 0, choices });
            }
            Action::Shell | Action::Extend => return self.act_in_hold(action),
            Action::Back if !shown.filter.is_empty() => shown.filter_by(""),
            Action::Back if shown.is_live && is_live => self.drill.page = Page::Run,
            Action::Back => return self.leave_result(),
            _ => self.means_nothing(),
        }
        Vec::new()
    }

    /// Back to where the result was opened from.
    fn leave_result(&mut self) -> Vec<Effect> {
        let was_past = self.drill.shown.as_ref().is_some_and(|shown| !shown.is_live);
        self.drill.shown = None;
        self.drill.page = match self.drill.live() {
            Some(_) => Page::Run,
            None => Page::Form,
        };
        if was_past {
            self.drill.view = DrillView::History;
            return Vec::new();
        }
        self.drill.look_for_leftovers()
    }

    fn act_in_hold(&mut self, action: Action) -> Vec<Effect> {
        let held =
            self.drill.live().filter(|run| run.is_holding()).and_then(|run| run.held.clone());
        match (action, held) {
            (Action::Shell, Some(held)) => vec![DrillEffect::OpenShell(held).into()],
            (Action::Extend, Some(held)) if held.until >= held.limit => {
                self.say(
                    Tone::Warning,
                    "`[drill] limit` ends the sandbox then, kept or not".into(),
                );
                Vec::new()
            }
            (Action::Extend, Some(_)) => {
                self.say(Tone::Fine, "the sandbox stays 30 minutes longer".to_owned());
                vec![DrillEffect::Extend(LONGER).into()]
            }
            _ => {
                self.say(Tone::Muted, "the restored copy is gone; its record stays".to_owned());
                Vec::new()
            }
        }
    }

    /// The report that goes into a ticket, and the record for programs.
    fn report(&self) -> Vec<Effect> {
        let Some(shown) = &self.drill.shown else { return Vec::new() };
        let name = format!("drill-{}", shown.record.id.short());
        let json = serde_json::json!({"record": *shown.record, "cleanup": shown.cleanup});
        vec![
            Effect::Save { name: format!("{name}.json"), text: format!("{json:#}\n") },
            Effect::Save {
                name: format!("{name}.md"),
                text: markdown(&shown.record, shown.cleanup.as_ref()),
            },
        ]
    }

    pub(in crate::app) fn drill_note(&mut self, text: String) -> Vec<Effect> {
        let id = self.drill.shown.as_ref().map(|shown| shown.record.id);
        match id.filter(|_| !text.is_empty()) {
            Some(id) => {
                if let Some(shown) = &mut self.drill.shown {
                    shown.notes.push(("you".to_owned(), text.clone()));
                }
                vec![DrillEffect::Note { id, text }.into()]
            }
            None => Vec::new(),
        }
    }
}
