//! The prompt at the foot of the screen: editing, history, and what its text leads to.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use tui_input::InputRequest;

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::filter::FilterProblem;
use crate::app::overlay::Overlay;
use crate::app::palette::{Names, completions};
use crate::app::prompt::{Prompt, PromptKind};
use crate::app::tab::Tab;

/// How many earlier texts of a prompt are kept.
const KEPT: usize = 50;

impl App {
    pub(super) fn edit(&mut self, request: InputRequest) -> Vec<Effect> {
        match &mut self.overlay {
            Some(Overlay::Prompt(prompt)) => {
                match request {
                    InputRequest::DeleteLine => prompt.delete_to_start(),
                    request => drop(prompt.edit(request)),
                }
                self.follow_prompt();
            }
            Some(Overlay::Dialog(dialog)) => {
                if let Some(typed) = &mut dialog.typed {
                    match request {
                        InputRequest::InsertChar(character) => typed.push(character),
                        InputRequest::DeletePrevChar => drop(typed.pop()),
                        InputRequest::DeleteLine | InputRequest::DeletePrevWord => typed.clear(),
                        _ => {}
                    }
                }
            }
            Some(
                Overlay::Help { .. }
                | Overlay::Environments { .. }
                | Overlay::CopyWhat { .. }
                | Overlay::Leftovers { .. },
            )
            | None => {}
        }
        Vec::new()
    }

    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        if let Some(Overlay::Prompt(prompt)) = &mut self.overlay {
            prompt.insert(text);
            self.follow_prompt();
        }
        // What must be typed to confirm a deed cannot be pasted.
        Vec::new()
    }

    /// A filter works while it is typed; so does the search of the help.
    fn follow_prompt(&mut self) {
        let Some(Overlay::Prompt(prompt)) = &self.overlay else { return };
        let (kind, text) = (prompt.kind, prompt.text().to_owned());
        match kind {
            PromptKind::DrillFilter => self.drill.filter_by(&text),
            PromptKind::BackupsFilter => self.filter_backups(&text),
            PromptKind::Schedule => self.preview_schedule(&text),
            PromptKind::MetricsFilter => self.metrics.filter_by(&text),
            PromptKind::Filter => {
                if let Some(table) = self.pods.top_mut().table_mut() {
                    table.filter_by(&text);
                    self.is_unfiltered = true;
                }
            }
            _ => {}
        }
    }

    pub(super) fn act_in_prompt(&mut self, action: Action) -> Vec<Effect> {
        let is_palette = self.completes();
        let found = if is_palette { self.completions() } else { Vec::new() };
        let Some(Overlay::Prompt(prompt)) = &mut self.overlay else { return Vec::new() };
        let kind = prompt.kind;
        let none = Vec::new();
        match action {
            Action::Earlier => prompt.recall_earlier(self.earlier.get(&kind).unwrap_or(&none)),
            Action::Later => prompt.recall_later(self.earlier.get(&kind).unwrap_or(&none)),
            Action::Complete if is_palette => {
                if let Some(first) = found.first() {
                    let whole = if found.len() == 1 { format!("{first} ") } else { first.clone() };
                    prompt.set(&whole);
                }
            }
            Action::Press => return self.submit(),
            Action::Cancel => return self.abandon(kind),
            _ => return Vec::new(),
        }
        self.follow_prompt();
        Vec::new()
    }

    fn submit(&mut self) -> Vec<Effect> {
        let Some(Overlay::Prompt(prompt)) = self.overlay.take() else { return Vec::new() };
        let text = prompt.text().trim().to_owned();
        if !text.is_empty() {
            let earlier = self.earlier.entry(prompt.kind).or_default();
            earlier.retain(|known| *known != text);
            earlier.push(text.clone());
            if earlier.len() > KEPT {
                earlier.remove(0);
            }
        }
        match prompt.kind {
            PromptKind::Palette if text.is_empty() => Vec::new(),
            PromptKind::Palette => self.command(&text),
            PromptKind::Filter | PromptKind::BackupsFilter => self.submit_filter(&prompt),
            PromptKind::Search => self.search(&text),
            PromptKind::Lines => self.filter_lines(&text),
            PromptKind::DrillFilter | PromptKind::MetricsFilter => Vec::new(),
            PromptKind::Note => self.drill_note(text),
            PromptKind::Schedule => self.submit_schedule(&prompt),
            PromptKind::WriteFolder => self.write_to_folder(text),
            PromptKind::HelpSearch => {
                self.overlay = Some(Overlay::Help { filter: text, scrolled: 0 });
                Vec::new()
            }
        }
    }

    /// A filter that cannot be read stays in the prompt, with what is wrong with it.
    fn submit_filter(&mut self, prompt: &Prompt) -> Vec<Effect> {
        if self.filter_problem().is_some() {
            self.overlay = Some(Overlay::Prompt(prompt.clone()));
            return Vec::new();
        }
        if prompt.kind == PromptKind::Filter { vec![self.remember()] } else { Vec::new() }
    }

    /// What is wrong with the filter of the table on the screen.
    pub fn filter_problem(&self) -> Option<&FilterProblem> {
        let filtering = match self.tab {
            Tab::Pods => self.pods.top().table().map(|table| &table.filtering),
            Tab::Backups => self.backups.filtering(),
            Tab::Metrics | Tab::Drill => None,
        };
        filtering?.problem.as_ref()
    }

    /// Says what is wrong with a filter that a command brought: no prompt is open that would.
    pub(super) fn complain_of_filter(&mut self) {
        if let Some(problem) = self.filter_problem() {
            self.say(Tone::Warning, problem.to_string());
        }
    }

    fn abandon(&mut self, kind: PromptKind) -> Vec<Effect> {
        self.overlay = None;
        match kind {
            PromptKind::Filter => {
                if let Some(table) = self.pods.top_mut().table_mut() {
                    table.filter_by("");
                    self.is_unfiltered = true;
                }
                vec![self.remember()]
            }
            PromptKind::HelpSearch => {
                self.overlay = Some(Overlay::Help { filter: String::new(), scrolled: 0 });
                Vec::new()
            }
            PromptKind::DrillFilter => {
                self.drill.filter_by("");
                Vec::new()
            }
            PromptKind::MetricsFilter => {
                self.metrics.filter_by("");
                Vec::new()
            }
            PromptKind::Schedule => {
                self.rescheduling = None;
                self.say(Tone::Muted, "nothing was changed".to_owned());
                Vec::new()
            }
            PromptKind::BackupsFilter => {
                self.filter_backups("");
                Vec::new()
            }
            PromptKind::Palette
            | PromptKind::Search
            | PromptKind::Lines
            | PromptKind::Note
            | PromptKind::WriteFolder => Vec::new(),
        }
    }

    /// Whether what is typed can be completed.
    pub fn completes(&self) -> bool {
        matches!(&self.overlay, Some(Overlay::Prompt(prompt)) if prompt.kind == PromptKind::Palette)
    }

    /// What the palette would complete to, shown behind the cursor.
    pub fn ghost(&self) -> Option<String> {
        let Some(Overlay::Prompt(prompt)) = &self.overlay else { return None };
        if prompt.kind != PromptKind::Palette || prompt.text().is_empty() {
            return None;
        }
        let first = self.completions().into_iter().next()?;
        first.strip_prefix(prompt.text()).map(str::to_owned)
    }

    /// What the last word of what is typed can become.
    fn completions(&self) -> Vec<String> {
        let Some(Overlay::Prompt(prompt)) = &self.overlay else { return Vec::new() };
        let names = Names {
            environments: self.environments.iter().map(|name| name.0.as_str()).collect(),
            namespaces: self.favourites.iter().map(String::as_str).collect(),
            failures: self.drill.training.iter().map(|training| training.name).collect(),
        };
        completions(prompt.text(), &names)
    }
}
