//! Questions before something is lost: a drill that is cancelled, a console that ends while one runs.

use std::time::Duration;

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::overlay::{Button, Dialog, Overlay, Then};

use super::effect::DrillEffect;

/// How long an end of the console waits for the clean-up.
const FAREWELL: Duration = Duration::from_mins(1);

impl App {
    /// Ends the console; asks while a drill runs, and while one is cleaned up waits for it.
    pub(in crate::app) fn quit(&mut self) -> Vec<Effect> {
        let Some(run) = self.drill.live() else {
            self.quitting = true;
            return vec![self.remember()];
        };
        if self.drill.leaving.is_some() {
            // Asked twice: what stays is found by its label at the next start.
            self.quitting = true;
            return vec![self.remember()];
        }
        let mut lines = vec![format!("{} is being drilled", run.plan.object.name())];
        lines.push(String::new());
        let what = if run.record.is_some() {
            "its result is recorded; the sandbox goes before the console ends"
        } else {
            "it is cancelled and cleaned up before the console ends; nothing is proven"
        };
        lines.push(what.to_owned());
        self.ask_about_drill("Quit during the drill", "Clean up and quit", lines, Then::QuitDrill)
    }

    /// What a dialog about the drill leads to.
    pub(in crate::app) fn drill_confirmed(&mut self, then: Then) -> Vec<Effect> {
        if let Some(run) = &mut self.drill.run {
            run.is_cancelled = true;
        }
        if then == Then::QuitDrill {
            self.drill.leaving = self.now.saturating_add(FAREWELL).ok();
            self.say(Tone::Busy, "cleaning up before the end; ctrl-c again leaves at once".into());
        } else {
            self.say(Tone::Busy, "cancelling; the clean-up follows".to_owned());
        }
        vec![DrillEffect::Cancel.into()]
    }

    /// `ctrl-x`: cancels the drill after a question, or ends the hold at once.
    pub(in crate::app) fn cancel_drill(&mut self) -> Vec<Effect> {
        let Some(run) = self.drill.live() else {
            self.say(Tone::Muted, "no drill runs".to_owned());
            return Vec::new();
        };
        if run.is_holding() {
            self.say(Tone::Busy, "cleaning up".to_owned());
            return vec![DrillEffect::Release.into()];
        }
        if run.is_cancelled || run.is_cleaning_up() {
            self.say(Tone::Muted, "it is being cleaned up already".to_owned());
            return Vec::new();
        }
        let lines = vec![
            format!("{} is being drilled", run.plan.object.name()),
            String::new(),
            "the step under way ends, what was made is removed, and the record".to_owned(),
            "says that it was cancelled; the backup does not count as tested".to_owned(),
        ];
        self.ask_about_drill("Cancel the drill", "Cancel the drill", lines, Then::CancelDrill)
    }

    fn ask_about_drill(
        &mut self,
        title: &str,
        verb: &'static str,
        lines: Vec<String>,
        then: Then,
    ) -> Vec<Effect> {
        let Some(run) = &self.drill.run else { return Vec::new() };
        self.overlay = Some(Overlay::Dialog(Dialog {
            title: title.to_owned(),
            lines,
            verb,
            environment: run.plan.set.environment.clone(),
            production: false,
            button: Button::Cancel,
            typed: None,
            deeds: Vec::new(),
            more: None,
            then,
        }));
        Vec::new()
    }
}
