//! What keys do in the table of sets.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::App;
use crate::app::action::{Action, SortKey};
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::filter::Filtering;
use crate::app::overlay::Overlay;
use crate::app::prompt::PromptKind;

use super::table::SetColumn;
use super::{SetView, words};

impl App {
    pub(super) fn act_in_sets(&mut self, action: Action) -> Vec<Effect> {
        let page = isize::try_from(self.page()).unwrap_or(isize::MAX);
        let backups = &mut self.backups;
        let table = &mut backups.table;
        match action {
            Action::SelectNext => table.move_by(1),
            Action::SelectPrevious => table.move_by(-1),
            Action::SelectFirst => table.select(0),
            Action::SelectLast => table.select(usize::MAX),
            Action::PageDown => table.move_by(page),
            Action::PageUp => table.move_by(-page),
            Action::SelectRow(at) if table.at() != at => table.select(at),
            Action::SelectRow(_) | Action::Open => return self.enter_set(SetView::List),
            Action::ScrollLeft | Action::ScrollRight | Action::NextView => {
                return self.enter_set(SetView::Calendar);
            }
            Action::Sort(key) => match key {
                SortKey::Name => table.sort = table.sort.by(SetColumn::Name),
                SortKey::Age => table.sort = table.sort.by(SetColumn::Newest),
                SortKey::Severity => table.sort = table.sort.by(SetColumn::Verdict),
                SortKey::Selected => table.sort.turn(),
                _ => {
                    self.means_nothing();
                    return Vec::new();
                }
            },
            Action::SortLeft => table.sort = table.sort.beside(-1, &SetColumn::ALL),
            Action::SortRight => table.sort = table.sort.beside(1, &SetColumn::ALL),
            Action::FaultsOnly => table.faults_only = !table.faults_only,
            Action::Filter => {
                let text = table.filtering.text.clone();
                return self.prompt(PromptKind::BackupsFilter, &text);
            }
            Action::Back if !table.filtering.is_empty() => table.filtering = Filtering::default(),
            Action::Back if table.faults_only => table.faults_only = false,
            Action::Back => {
                let text = "these are all backup sets; `alt-1` shows the pods";
                self.say(Tone::Muted, text.to_owned());
            }
            Action::Explain | Action::Describe => self.explain_set(),
            other => return self.act_on_set(other),
        }
        self.backups.arrange(self.now);
        Vec::new()
    }

    /// What is meant for the set under the cursor.
    fn act_on_set(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Copy => {
                let text = self.backups.selected().map(|watched| watched.set.path());
                return self.copy_or_say(text);
            }
            Action::CopyWhat => {
                let choices = words::choices(&self.backups);
                if !choices.is_empty() {
                    self.overlay = Some(Overlay::CopyWhat { at: 0, choices });
                }
            }
            Action::RunNow | Action::Suspend | Action::Reschedule => {
                return self.act_on_cronjob(action);
            }
            Action::Raw => match words::raw(&self.backups) {
                Some(text) => self.backups.text = Some(Box::new(text.into_view())),
                None => self.say(Tone::Muted, "nothing is known of it yet".to_owned()),
            },
            Action::Save => return self.save_sets(),
            _ => self.means_nothing(),
        }
        Vec::new()
    }

    /// Into the set under the cursor, at its newest run.
    fn enter_set(&mut self, view: SetView) -> Vec<Effect> {
        if self.backups.selected().is_none() {
            self.say(Tone::Muted, "there is no backup set here".to_owned());
            return Vec::new();
        }
        self.backups.slot = None;
        self.open_set(view)
    }

    /// The table as it is shown, tab separated.
    fn save_sets(&self) -> Vec<Effect> {
        let text = words::sets(&self.backups);
        vec![Effect::Save { name: "backups.tsv".to_owned(), text }]
    }

    /// The runs of a set, tab separated.
    pub(super) fn save_slots(&self) -> Vec<Effect> {
        let Some(watched) = self.backups.selected() else { return Vec::new() };
        let name = format!("{}-runs.tsv", watched.set.path().replace('/', "-"));
        vec![Effect::Save { name, text: words::slots(watched) }]
    }
}
