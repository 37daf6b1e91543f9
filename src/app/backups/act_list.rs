//! What keys do in the list of a set's objects.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::App;
use crate::app::action::{Action, SortKey};
use crate::app::effect::Effect;
use crate::app::filter::Filtering;
use crate::app::prompt::PromptKind;

use super::listing::ObjectColumn;
use super::{Page, SetView, Subject, words};

impl App {
    pub(super) fn act_in_list_of_objects(&mut self, action: Action) -> Vec<Effect> {
        let (page, now) = (isize::try_from(self.page()).unwrap_or(isize::MAX), self.now);
        let Some(listing) = &mut self.backups.listing else { return Vec::new() };
        match action {
            Action::SelectNext => listing.move_by(1),
            Action::SelectPrevious => listing.move_by(-1),
            Action::SelectFirst => listing.select(0),
            Action::SelectLast => listing.select(usize::MAX),
            Action::PageDown => listing.move_by(page),
            Action::PageUp => listing.move_by(-page),
            Action::SelectRow(at) if listing.place() != at => listing.select(at),
            Action::SelectRow(_) | Action::Open | Action::Describe => match listing.selected() {
                Some(backup) => self.open_detail(Subject::Object(backup)),
                None => self.nothing_there(),
            },
            Action::Mark => listing.toggle_mark(),
            Action::MarkRange => listing.mark_range(),
            Action::ClearMarks => listing.marks.clear(),
            Action::FaultsOnly => {
                listing.faults_only = !listing.faults_only;
                listing.arrange(now);
            }
            Action::Sort(_) | Action::SortLeft | Action::SortRight => self.sort_objects(action),
            Action::Filter => {
                let text = listing.filtering.text.clone();
                return self.prompt(PromptKind::BackupsFilter, &text);
            }
            Action::Explain => self.explain_set(),
            Action::Save => {
                let text = words::objects(listing);
                let name = format!("{}-objects.tsv", listing.set.path().replace('/', "-"));
                return vec![Effect::Save { name, text }];
            }
            Action::Back => self.leave_list(),
            other => return self.act_on_object(other),
        }
        Vec::new()
    }

    fn sort_objects(&mut self, action: Action) {
        let Some(listing) = &mut self.backups.listing else { return };
        let sort = listing.sort;
        listing.sort = match action {
            Action::Sort(SortKey::Name) => sort.by(ObjectColumn::Name),
            Action::Sort(SortKey::Age) => sort.by(ObjectColumn::Began),
            Action::Sort(SortKey::Memory) => sort.by(ObjectColumn::Size),
            Action::Sort(SortKey::Selected) => sort.by(sort.column),
            Action::SortLeft => sort.beside(-1, &ObjectColumn::ALL),
            Action::SortRight => sort.beside(1, &ObjectColumn::ALL),
            _ => {
                self.means_nothing();
                return;
            }
        };
        listing.arrange(self.now);
    }

    /// One layer back: the filter first, then the marks, then the list.
    fn leave_list(&mut self) {
        let Some(listing) = &mut self.backups.listing else { return };
        if !listing.filtering.is_empty() {
            listing.filter_by("", self.now);
        } else if !listing.marks.is_empty() {
            listing.marks.clear();
        } else if listing.faults_only {
            listing.faults_only = false;
            listing.arrange(self.now);
        } else {
            self.backups.page = Page::Sets;
        }
    }

    /// Filters the table that is on the screen.
    pub(in crate::app) fn filter_backups(&mut self, text: &str) {
        let backups = &mut self.backups;
        match (backups.page, &mut backups.listing) {
            (Page::Set(SetView::List), Some(listing)) => {
                listing.filter_by(text, self.now);
            }
            (Page::Set(_) | Page::Sets, _) => {
                backups.table.filtering = Filtering::of(text);
                backups.arrange(self.now);
            }
        }
    }
}
