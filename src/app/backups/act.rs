//! What keys do in the Backups tab, wherever in it one is.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::drill::effect::SetRef;
use crate::app::effect::Effect;
use crate::app::filter::Filtering;
use crate::app::focus::BackupsFocus;
use crate::app::overlay::Overlay;
use crate::app::pager::act::ReadAction;
use crate::app::tab::Tab;
use crate::app::texts::reading;
use crate::domain::backup::Backup;

use super::set::Watched;
use super::{Page, SetView, Subject, words};

impl App {
    pub(in crate::app) fn act_in_backups(
        &mut self,
        focus: BackupsFocus,
        action: Action,
    ) -> Vec<Effect> {
        match action {
            Action::Reload => return self.reload_backups(),
            Action::CancelWork => return self.cancel_work(),
            _ if action.is_of_the_frame() => return self.act_everywhere(action),
            _ => {}
        }
        let mut effects = match focus {
            BackupsFocus::Sets => self.act_in_sets(action),
            BackupsFocus::Calendar => self.act_in_calendar(action),
            BackupsFocus::List => self.act_in_list_of_objects(action),
            BackupsFocus::Sizes => self.act_in_sizes(action),
            BackupsFocus::Detail => self.act_in_detail(action),
        };
        let room = self.room();
        effects.extend(self.backups.ask_for_samples(room));
        effects
    }

    /// `ctrl-r`: all sets, and the objects that are shown.
    fn reload_backups(&mut self) -> Vec<Effect> {
        self.backups.samples.forget();
        let mut effects = self.backups.look(self.now);
        if self.backups.page == Page::Set(SetView::List) {
            effects.extend(self.backups.list());
        }
        self.say(Tone::Muted, "looking again".to_owned());
        effects
    }

    fn act_in_calendar(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::ScrollLeft | Action::SelectPrevious => self.move_slot(-1),
            Action::ScrollRight | Action::SelectNext => self.move_slot(1),
            Action::PageUp => self.move_slot(-7),
            Action::PageDown => self.move_slot(7),
            Action::SelectFirst => self.move_slot(isize::MIN),
            Action::SelectLast => self.move_slot(isize::MAX),
            Action::SelectRow(_) => {}
            Action::Open | Action::Describe => match self.backups.selected_slot() {
                Some(slot) => self.open_detail(Subject::Slot(slot.at)),
                None => self.say(Tone::Muted, "no run is known of it yet".to_owned()),
            },
            Action::Explain => self.explain_set(),
            Action::Back => self.backups.page = Page::Sets,
            other => return self.act_on_object(other),
        }
        Vec::new()
    }

    /// Moves the cursor of the calendar.
    fn move_slot(&mut self, by: isize) {
        let Some(watched) = self.backups.selected() else { return };
        let slots = watched.slots();
        let now = self.backups.selected_slot().map(|slot| slot.at);
        let at = slots.iter().position(|slot| Some(slot.at) == now).unwrap_or(0);
        let next = at.saturating_add_signed(by).min(slots.len().saturating_sub(1));
        self.backups.slot = slots.get(next).map(|slot| slot.at);
    }

    fn act_in_sizes(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::ScrollLeft => self.move_slot(-1),
            Action::ScrollRight => self.move_slot(1),
            Action::SelectRow(_) => {}
            Action::Open | Action::Describe => return self.act_in_calendar(Action::Open),
            Action::Explain => self.explain_set(),
            Action::Back => self.backups.page = Page::Sets,
            other => return self.act_on_object(other),
        }
        Vec::new()
    }

    fn act_in_detail(&mut self, action: Action) -> Vec<Effect> {
        if action == Action::Back {
            self.backups.detail = None;
            return Vec::new();
        }
        let scrolls = match action {
            // What is an object's key here does not also wrap, copy or save the text.
            Action::Copy | Action::Wrap => None,
            other => reading(other),
        };
        let page = self.text_page();
        match (scrolls, &mut self.backups.detail) {
            (Some(scrolls), Some(detail)) => {
                let outcome = detail.view.act(&scrolls, page);
                self.conclude(outcome)
            }
            _ if action == Action::Explain => {
                self.explain_set();
                Vec::new()
            }
            _ => self.act_on_object(action),
        }
    }

    /// What is meant for the object under the cursor, wherever that is.
    pub(super) fn act_on_object(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::NextView => return self.next_view_of_set(),
            Action::Copy => {
                let text = self.backups.object().map(|(_, backup)| backup.url());
                return self.copy_or_say(text);
            }
            Action::CopyWhat => {
                let choices = words::choices(&self.backups);
                if choices.is_empty() {
                    self.nothing_there();
                } else {
                    self.overlay = Some(Overlay::CopyWhat { at: 0, choices });
                }
            }
            Action::Raw => match words::raw(&self.backups) {
                Some(text) => self.backups.text = Some(Box::new(text.into_view())),
                None => self.nothing_there(),
            },
            Action::RestoreTest => return self.restore_test(),
            Action::Scan => return self.scan(),
            Action::Logs => return self.log_of_job(),
            Action::WriteToDisk => return self.ask_for_folder(),
            Action::Save => return self.save_detail(),
            _ => self.means_nothing(),
        }
        Vec::new()
    }

    pub(super) fn copy_or_say(&mut self, text: Option<String>) -> Vec<Effect> {
        if let Some(text) = text {
            return vec![Effect::Copy { what: format!("`{text}`"), text }];
        }
        self.nothing_there();
        Vec::new()
    }

    pub(super) fn nothing_there(&mut self) {
        self.say(Tone::Muted, "there is no object here".to_owned());
    }

    fn save_detail(&mut self) -> Vec<Effect> {
        let page = self.text_page();
        match &mut self.backups.detail {
            Some(detail) => {
                let outcome = detail.view.act(&ReadAction::Save, page);
                self.conclude(outcome)
            }
            None => self.save_slots(),
        }
    }

    /// `e`: every finding of the set, with its rule, what it means and what to do.
    pub(super) fn explain_set(&mut self) {
        match words::explanation(&self.backups, self.now) {
            Some(text) => self.backups.text = Some(Box::new(text.into_view())),
            None => self.say(Tone::Muted, "nothing is known of it yet".to_owned()),
        }
    }

    fn next_view_of_set(&mut self) -> Vec<Effect> {
        self.backups.detail = None;
        match self.backups.page {
            Page::Sets => self.open_set(SetView::Calendar),
            Page::Set(view) => self.open_set(view.next()),
        }
    }

    /// Opens the set under the cursor in a view.
    pub(super) fn open_set(&mut self, view: SetView) -> Vec<Effect> {
        let Some(id) = self.backups.selected().map(Watched::id) else {
            return Vec::new();
        };
        self.backups.page = Page::Set(view);
        let is_listed = self.backups.listing.as_ref().is_some_and(|listing| listing.set == id);
        if view == SetView::List && !is_listed { self.backups.list() } else { Vec::new() }
    }

    /// Hands the object under the cursor over to the Drill tab.
    fn restore_test(&mut self) -> Vec<Effect> {
        let Some((set, backup)) = self.backups.object() else {
            self.nothing_there();
            return Vec::new();
        };
        self.hand_over(&set, &backup)
    }

    fn hand_over(&mut self, set: &SetRef, backup: &Backup) -> Vec<Effect> {
        if !self.drill.sets.iter().any(|known| known.id == *set) {
            let text = format!("{} is watched, not drilled: it names no `engine`", set.path());
            self.say(Tone::Warning, text);
            return Vec::new();
        }
        self.tab = Tab::Drill;
        self.drill.take_over(set, &backup.key)
    }

    /// `:backups`, of one environment and filtered, where that is said.
    pub(in crate::app) fn show_backups(
        &mut self,
        environment: Option<&str>,
        filter: Option<&str>,
    ) -> Vec<Effect> {
        let effects = self.show_tab(Tab::Backups);
        let backups = &mut self.backups;
        (backups.text, backups.detail, backups.page) = (None, None, Page::Sets);
        let words = environment.map(|name| format!("{name}/"));
        if let Some(text) = words.as_deref().or(filter) {
            backups.table.filtering = Filtering::of(text);
        }
        backups.arrange(self.now);
        self.complain_of_filter();
        effects
    }
}
