//! Help, the list of environments, and what of a row can be copied.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::columns::Column;
use crate::app::effect::Effect;
use crate::app::overlay::Overlay;
use crate::app::pods::location::Location;
use crate::app::prompt::PromptKind;
use crate::app::rows::Row;

impl App {
    pub(super) fn act_in_help(&mut self, action: Action) -> Vec<Effect> {
        let page = u16::try_from(self.page()).unwrap_or(u16::MAX);
        let Some(Overlay::Help { scrolled, filter }) = &mut self.overlay else { return Vec::new() };
        match action {
            Action::SelectNext => *scrolled = scrolled.saturating_add(1),
            Action::SelectPrevious => *scrolled = scrolled.saturating_sub(1),
            Action::PageDown => *scrolled = scrolled.saturating_add(page),
            Action::PageUp => *scrolled = scrolled.saturating_sub(page),
            Action::SelectFirst => *scrolled = 0,
            Action::SelectLast => *scrolled = u16::MAX,
            Action::Filter => return self.prompt(PromptKind::HelpSearch, ""),
            Action::Palette => return self.prompt(PromptKind::Palette, ""),
            Action::Back | Action::Cancel if !filter.is_empty() => {
                filter.clear();
                *scrolled = 0;
            }
            Action::Back | Action::Cancel => self.overlay = None,
            _ => self.say(Tone::Muted, "that does nothing here; `esc` closes the help".to_owned()),
        }
        Vec::new()
    }

    /// The screen has no more lines of the help than from `first` on.
    pub fn help_ends(&mut self, first: u16) {
        if let Some(Overlay::Help { scrolled, .. }) = &mut self.overlay {
            *scrolled = first.min(*scrolled);
        }
    }

    pub(super) fn act_in_list(&mut self, action: Action) -> Vec<Effect> {
        let page = self.page();
        let count = match &self.overlay {
            Some(Overlay::Environments { .. }) => self.clusters.len(),
            Some(Overlay::CopyWhat { choices, .. }) => choices.len(),
            Some(
                Overlay::Help { .. }
                | Overlay::Dialog(_)
                | Overlay::Prompt(_)
                | Overlay::Leftovers { .. },
            )
            | None => 0,
        };
        let Some(Overlay::Environments { at } | Overlay::CopyWhat { at, .. }) = &mut self.overlay
        else {
            return Vec::new();
        };
        match action {
            Action::SelectNext => *at = (*at + 1).min(count.saturating_sub(1)),
            Action::SelectPrevious => *at = at.saturating_sub(1),
            Action::SelectFirst => *at = 0,
            Action::SelectLast => *at = count.saturating_sub(1),
            Action::SelectRow(row) if *at == row => return self.choose(),
            Action::SelectRow(row) => *at = row.min(count.saturating_sub(1)),
            Action::Open => return self.choose(),
            Action::LogIn => {
                let name = self.clusters.get(*at).map(|cluster| cluster.name.0.clone());
                self.overlay = None;
                return self.log_in(name.as_deref());
            }
            Action::PageDown => *at = (*at + page).min(count.saturating_sub(1)),
            Action::PageUp => *at = at.saturating_sub(page),
            Action::Palette => return self.prompt(PromptKind::Palette, ""),
            Action::Back | Action::Cancel => self.overlay = None,
            _ => self.say(Tone::Muted, "that does nothing here; `esc` closes the list".to_owned()),
        }
        Vec::new()
    }

    fn choose(&mut self) -> Vec<Effect> {
        match self.overlay.take() {
            Some(Overlay::Environments { at }) => {
                self.pods.only = self.clusters.get(at).map(|cluster| cluster.place);
                self.is_unfilled = true;
                Vec::new()
            }
            Some(Overlay::CopyWhat { at, choices }) => {
                let chosen = choices.into_iter().nth(at);
                chosen.map(|(what, text)| Effect::Copy { what, text }).into_iter().collect()
            }
            Some(
                Overlay::Help { .. }
                | Overlay::Dialog(_)
                | Overlay::Prompt(_)
                | Overlay::Leftovers { .. },
            )
            | None => Vec::new(),
        }
    }

    /// The names of the chosen rows, a line each.
    pub(super) fn copy_name(&mut self) -> Vec<Effect> {
        let chosen = self.pods.top().table().map(|table| table.chosen()).unwrap_or_default();
        let names: Vec<&str> = chosen.iter().map(|row| row.name()).collect();
        let what = match &names[..] {
            [] => return Vec::new(),
            [name] => format!("`{name}`"),
            several => format!("{} names", several.len()),
        };
        vec![Effect::Copy { what, text: names.join("\n") }]
    }

    /// What of the row can be copied: its name, each cell, the row, commands that show the same.
    pub(super) fn copy_what(&mut self) -> Vec<Effect> {
        let context = self.context();
        let Some(row) = self.pods.top().table().and_then(|table| table.selected()) else {
            self.say(Tone::Muted, "there is no row to copy from".to_owned());
            return Vec::new();
        };
        let columns = self.columns();
        let cells: Vec<(Column, String)> = columns
            .iter()
            .map(|column| (*column, row.cell(*column, &context).text.into_owned()))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let line = cells.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\t");
        let mut choices = vec![("the row".to_owned(), line)];
        choices.extend(self.commands(row));
        choices.extend(cells.into_iter().map(|(column, text)| (self.heading(column), text)));
        self.overlay = Some(Overlay::CopyWhat { at: 0, choices });
        Vec::new()
    }

    /// The kubectl commands that show what a row shows.
    fn commands(&self, row: &Row) -> Vec<(String, String)> {
        let Some(object) = row.object(&self.context()) else { return Vec::new() };
        let cluster = self.cluster_named(&object.environment);
        let target = object.target(cluster.and_then(|cluster| cluster.context.as_deref()));
        let mut commands = vec![
            ("kubectl get".to_owned(), target.command(&["get", target.kind, target.name])),
            ("kubectl describe".to_owned(), target.describe()),
        ];
        if matches!(row, Row::Pod(_)) {
            let follow = target.command(&["logs", "-f", target.name]);
            commands.push(("kubectl logs".to_owned(), follow));
        }
        commands
    }

    /// The table as it is shown, tab separated.
    pub(super) fn save_table(&mut self) -> Vec<Effect> {
        let context = self.context();
        let columns = self.columns();
        let Some(table) = self.pods.top().table() else { return Vec::new() };
        let headings: Vec<String> = columns.iter().map(|column| self.heading(*column)).collect();
        let mut text = headings.join("\t");
        for row in table.rows() {
            text.push('\n');
            let cells: Vec<_> =
                columns.iter().map(|column| row.cell(*column, &context).text).collect();
            text.push_str(&cells.join("\t"));
        }
        text.push('\n');
        let name = match &self.pods.top().location {
            Location::Containers { name, .. } => format!("{name}-containers.tsv"),
            Location::Table { .. }
            | Location::Describe(_)
            | Location::Raw(_)
            | Location::Explain { .. }
            | Location::Logs { .. } => format!("{}.tsv", self.pods.view().title().to_lowercase()),
        };
        vec![Effect::Save { name, text }]
    }
}
