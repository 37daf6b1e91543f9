//! Actions, routed to who has the focus.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::action::{Action, SortKey};
use crate::app::cell::Tone;
use crate::app::columns::Column;
use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::overlay::Overlay;
use crate::app::pods::Pods;
use crate::app::pods::location::{Location, View};
use crate::app::prompt::{Prompt, PromptKind};
use crate::app::tab::Tab;
use crate::app::trail::Way;
use crate::app::{App, pods::layer::Layer};
use crate::domain::news::Namespaces;

impl App {
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        self.on_the_way(action, |app| app.route(action))
    }

    fn route(&mut self, action: Action) -> Vec<Effect> {
        match (self.focus(), action) {
            (_, Action::Quit) => self.quit(),
            (_, Action::Redraw) => vec![Effect::Repaint],
            (Focus::Prompt, action) => self.act_in_prompt(action),
            (Focus::Dialog, action) => self.act_in_dialog(action),
            (Focus::Help, action) => self.act_in_help(action),
            (Focus::List, action) => self.act_in_list(action),
            (Focus::Leftovers, action) => self.act_in_leftovers(action),
            (Focus::Backups(focus), action) => self.act_in_backups(focus, action),
            (Focus::Metrics(focus), action) => self.act_in_metrics(focus, action),
            (Focus::Drill(_), action) => self.act_in_drill(action),
            (Focus::Text, action) if self.tab != Tab::Pods => self.act_in_tab_text(action),
            (Focus::Logs | Focus::Text, action) => {
                self.act_in_text(action).unwrap_or_else(|| self.act_everywhere(action))
            }
            (Focus::Table(_), action) => self.act_everywhere(action),
        }
    }

    pub(super) fn act_everywhere(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Palette => self.prompt(PromptKind::Palette, ""),
            Action::Filter => {
                let text = self.pods.top().table().map(|table| table.filtering.text.clone());
                self.prompt(PromptKind::Filter, &text.unwrap_or_default())
            }
            Action::Help => {
                self.overlay = Some(Overlay::Help { filter: String::new(), scrolled: 0 });
                Vec::new()
            }
            Action::Back | Action::Cancel => self.go_back(),
            Action::HistoryBack => self.walk(Way::Back),
            Action::HistoryForward => self.walk(Way::Forward),
            Action::LastView => self.walk(Way::Last),
            Action::Show(tab) => self.show_tab(tab),
            Action::NextTab => self.show_tab(self.tab.beside(1)),
            Action::PreviousTab => self.show_tab(self.tab.beside(-1)),
            Action::NextView => self.show_view(self.pods.view().next()),
            Action::Reload => {
                let text = "what is live is kept up to date; asking again where something is amiss";
                self.say(Tone::Muted, text.to_owned());
                vec![Effect::Reconnect]
            }
            Action::ToggleHeader => {
                self.header = !self.header;
                vec![self.remember()]
            }
            Action::LogIn => self.log_in(None),
            Action::AllNamespaces => self.watch(match self.pods.namespaces {
                Namespaces::All => Namespaces::Configured,
                Namespaces::Configured | Namespaces::One(_) => Namespaces::All,
            }),
            Action::Favourite(digit) => {
                let name = self.favourites.get(usize::from(digit).saturating_sub(1)).cloned();
                if let Some(name) = name {
                    return self.watch(Namespaces::One(name.into()));
                }
                let text = format!("no favourite namespace {digit} is configured");
                self.say(Tone::Muted, text);
                Vec::new()
            }
            other => self.act_in_table(other),
        }
    }

    fn act_in_table(&mut self, action: Action) -> Vec<Effect> {
        let page = isize::try_from(self.page()).unwrap_or(isize::MAX);
        let Some(table) = self.pods.top_mut().table_mut() else {
            self.say(Tone::Muted, "that is for tables; `esc` goes back to one".to_owned());
            return Vec::new();
        };
        match action {
            Action::SelectNext => table.move_by(1),
            Action::SelectPrevious => table.move_by(-1),
            Action::SelectFirst => table.select(0),
            Action::SelectLast => table.select(usize::MAX),
            Action::PageDown => table.move_by(page),
            Action::PageUp => table.move_by(-page),
            Action::SelectRow(at) => {
                if table.at() == at {
                    return self.enter();
                }
                table.select(at);
            }
            Action::ScrollLeft => table.scrolled = table.scrolled.saturating_sub(1),
            Action::ScrollRight => table.scrolled = table.scrolled.saturating_add(1).min(20),
            Action::Mark => table.toggle_mark(),
            Action::MarkRange => table.mark_range(),
            Action::ClearMarks => table.marks.clear(),
            Action::Wide => {
                let wide = !table.wide;
                for table in self.pods.tables_mut() {
                    table.wide = wide;
                }
                return vec![self.remember()];
            }
            Action::FaultsOnly => {
                table.faults_only = !table.faults_only;
                self.is_unfilled = true;
                return vec![self.remember()];
            }
            Action::Sort(key) => {
                let column = sort_column(key, self.pods.view(), self.pods.top());
                return self.sort(column);
            }
            Action::SortColumn(column) => return self.sort(column),
            Action::SortLeft => return self.shift_sort(-1),
            Action::SortRight => return self.shift_sort(1),
            other => return self.act_on_row(other),
        }
        Vec::new()
    }

    fn sort(&mut self, column: Column) -> Vec<Effect> {
        if !self.columns_of(true).contains(&column) {
            let text = format!("nothing is told of {} here", self.heading(column));
            self.say(Tone::Muted, text);
            return Vec::new();
        }
        if let Some(table) = self.pods.top_mut().table_mut() {
            table.sort_by(column);
        }
        self.is_unfilled = true;
        vec![self.remember()]
    }

    /// Sorts by the column beside the one that is sorted by.
    fn shift_sort(&mut self, by: isize) -> Vec<Effect> {
        let columns = self.columns();
        let Some(sort) = self.pods.top().table().map(|table| table.sort) else { return Vec::new() };
        let at = columns.iter().position(|column| *column == sort.column).unwrap_or_default();
        let next = at.saturating_add_signed(by).min(columns.len().saturating_sub(1));
        match columns.get(next) {
            Some(column) if next != at => self.sort(*column),
            _ => Vec::new(),
        }
    }

    fn act_on_row(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Open => self.enter(),
            Action::Explain => match self.pods.explanation() {
                Some((key, title)) => {
                    let effects = self.pods.open(Location::Explain { key, title });
                    self.is_unfilled = true;
                    effects
                }
                None => self.nothing_chosen(),
            },
            Action::Describe | Action::Raw => match self.pods.object(&self.context()) {
                Some(object) if action == Action::Raw => self.pods.open(Location::Raw(object)),
                Some(object) => self.pods.open(Location::Describe(object)),
                None => self.nothing_chosen(),
            },
            Action::Logs | Action::PreviousLogs => {
                let previous = action == Action::PreviousLogs;
                let logs = self.pods.logs(previous, &self.clusters, &self.context());
                if let Some(location) = logs {
                    return self.pods.open(location);
                }
                self.say(Tone::Muted, "there is no pod that would have a log".to_owned());
                Vec::new()
            }
            Action::ShowNode => self.travel(Pods::show_node, "it runs on no node"),
            Action::ShowOwner => self.travel(Pods::show_owner, "nothing here owns it"),
            Action::UseNamespace => {
                let row = self.pods.top().table().and_then(|table| table.selected());
                match row.map(|row| row.namespace().cloned()) {
                    Some(Some(name)) => self.watch(Namespaces::One(name)),
                    Some(None) => {
                        self.say(Tone::Muted, "it is in no namespace".to_owned());
                        Vec::new()
                    }
                    None => self.nothing_chosen(),
                }
            }
            Action::Copy => self.copy_name(),
            Action::CopyWhat => self.copy_what(),
            Action::Save => self.save_table(),
            Action::Delete | Action::Restart | Action::RunNow | Action::Suspend | Action::Shell => {
                self.ask(action)
            }
            _ => {
                self.say(Tone::Muted, "that does nothing here; `?` shows the keys".to_owned());
                Vec::new()
            }
        }
    }

    fn enter(&mut self) -> Vec<Effect> {
        match self.pods.inside() {
            Some(location) => {
                self.is_unfilled = true;
                self.pods.open(location)
            }
            None => self.act_on_leaf(),
        }
    }

    /// `enter` where there is nothing inside: a container's log, an event's object.
    fn act_on_leaf(&mut self) -> Vec<Effect> {
        use crate::app::rows::Row;
        match self.pods.top().table().and_then(|table| table.selected()) {
            Some(Row::Container(_)) => self.act_on_row(Action::Logs),
            Some(Row::Event(_) | Row::Printed(_)) => self.act_on_row(Action::Describe),
            _ => self.nothing_chosen(),
        }
    }

    fn nothing_chosen(&mut self) -> Vec<Effect> {
        self.say(Tone::Muted, "there is nothing under the cursor".to_owned());
        Vec::new()
    }

    /// Goes where `how` leads, or says why not.
    fn travel(
        &mut self,
        how: impl FnOnce(&mut Pods) -> Option<Vec<Effect>>,
        refusal: &str,
    ) -> Vec<Effect> {
        if let Some(effects) = how(&mut self.pods) {
            self.is_unfilled = true;
            self.full_screen = false;
            return effects;
        }
        self.say(Tone::Muted, refusal.to_owned());
        Vec::new()
    }

    /// One layer back: the filter first, then the layer; never out of the console.
    fn go_back(&mut self) -> Vec<Effect> {
        self.full_screen = false;
        self.is_unfilled = true;
        if let Some(table) = self.pods.top_mut().table_mut() {
            if !table.filtering.text.is_empty() {
                table.filter_by("");
                return vec![self.remember()];
            }
            if !table.marks.is_empty() {
                table.marks.clear();
                return Vec::new();
            }
            if table.faults_only {
                table.faults_only = false;
                return vec![self.remember()];
            }
        }
        if let Some(effects) = self.pods.back() {
            return effects;
        }
        if self.pods.only.take().is_some() {
            return Vec::new();
        }
        if self.pods.namespaces != Namespaces::Configured {
            return self.watch(Namespaces::Configured);
        }
        if self.pods.view() != View::Pods {
            return self.show_view(View::Pods);
        }
        self.say(Tone::Muted, "this is the first view; `:q` or `ctrl-c` quits".to_owned());
        Vec::new()
    }

    pub(super) fn show_view(&mut self, view: View) -> Vec<Effect> {
        self.is_unfilled = true;
        let mut effects = self.pods.show(view);
        effects.push(self.remember());
        effects
    }

    pub(super) fn watch(&mut self, namespaces: Namespaces) -> Vec<Effect> {
        if self.pods.namespaces == namespaces {
            return Vec::new();
        }
        self.pods.namespaces = namespaces.clone();
        for cluster in &mut self.clusters {
            cluster.choose(&namespaces, self.now);
        }
        self.is_unfilled = true;
        vec![Effect::Watch(namespaces), self.remember()]
    }

    pub(super) fn show_tab(&mut self, tab: Tab) -> Vec<Effect> {
        self.tab = tab;
        self.full_screen = false;
        match tab {
            Tab::Pods | Tab::Backups => Vec::new(),
            Tab::Metrics => self.metrics.look_again(self.now),
            Tab::Drill => self.drill.look_once(),
        }
    }

    pub(super) fn remember(&self) -> Effect {
        Effect::Remember(Box::new(self.remembered()))
    }

    pub(super) fn prompt(&mut self, kind: PromptKind, text: &str) -> Vec<Effect> {
        self.overlay = Some(Overlay::Prompt(Prompt::new(kind, text)));
        Vec::new()
    }
}

fn sort_column(key: SortKey, view: View, layer: &Layer) -> Column {
    match key {
        SortKey::Name if view == View::Events => Column::Object,
        SortKey::Name => Column::Name,
        SortKey::Age if view == View::Events => Column::LastSeen,
        SortKey::Age => Column::Age,
        SortKey::Severity => Column::Why,
        SortKey::Namespace => Column::Namespace,
        SortKey::Restarts => Column::Restarts,
        SortKey::Cpu => Column::Cpu,
        SortKey::Memory => Column::Memory,
        SortKey::Ip => Column::Ip,
        SortKey::Selected => layer.table().map_or(Column::Name, |table| table.sort.column),
    }
}
