//! What lies over the screen: at most one thing at a time.

use jiff::Timestamp;

use crate::app::drill::leftovers::LeftBehind;
use crate::app::effect::Effect;
use crate::app::prompt::Prompt;
use crate::domain::deed::{Deed, What};
use crate::domain::environment::EnvironmentName;

/// What lies over the screen.
#[derive(Debug)]
pub enum Overlay {
    /// The keys of the view below; searchable.
    Help {
        filter: String,
        scrolled: u16,
    },
    Dialog(Dialog),
    /// The environments with their badges and reasons.
    Environments {
        at: usize,
    },
    /// What of a row can be copied.
    CopyWhat {
        at: usize,
        choices: Vec<(String, String)>,
    },
    Prompt(Prompt),
    /// What earlier drills have left behind.
    Leftovers {
        at: usize,
        left: LeftBehind,
        is_removing: bool,
    },
}

/// A question before something is changed. The focus starts on Cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialog {
    pub title: String,
    /// What will happen, and what is to be known before.
    pub lines: Vec<String>,
    /// The label of the button that does it.
    pub verb: &'static str,
    pub environment: EnvironmentName,
    pub production: bool,
    pub button: Button,
    /// What must be typed before, and what has been; `None` where nothing must.
    pub typed: Option<String>,
    pub deeds: Vec<Deed>,
    pub then: Then,
}

/// What a dialog is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The deeds are done.
    Deeds,
    CancelDrill,
    /// The drill is cancelled, and the console ends once it is cleaned up.
    QuitDrill,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    Cancel,
    Do,
}

impl Dialog {
    /// Whether what must be typed has been.
    pub fn is_confirmed(&self) -> bool {
        self.typed.as_ref().is_none_or(|typed| typed.trim() == self.environment.0)
    }

    /// What it asks for once it is confirmed.
    pub fn effects(&self) -> Vec<Effect> {
        let deed = |deed: &Deed| {
            let is_shell = matches!(deed.what, What::Shell { .. });
            let deed = deed.clone();
            if is_shell { Effect::OpenShell(deed) } else { Effect::Perform(deed) }
        };
        self.deeds.iter().map(deed).collect()
    }
}

/// One line that tells what a key has done; it goes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub text: String,
    pub tone: crate::app::cell::Tone,
    pub until: Timestamp,
}
