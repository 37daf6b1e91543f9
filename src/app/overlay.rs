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
    /// What may be done as well, where something goes with it.
    pub more: Option<More>,
    pub then: Then,
}

/// A third button, which does all that the second does and more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct More {
    pub verb: &'static str,
    pub deeds: Vec<Deed>,
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
    DoMore,
}

impl Dialog {
    /// The buttons, from left to right, with their labels.
    pub fn buttons(&self) -> impl Iterator<Item = (Button, &'static str)> {
        let more = self.more.as_ref().map(|more| (Button::DoMore, more.verb));
        let stay = match self.then {
            // `Cancel` would say both.
            Then::CancelDrill => "Let it run",
            Then::Deeds | Then::QuitDrill => "Cancel",
        };
        [(Button::Cancel, stay), (Button::Do, self.verb)].into_iter().chain(more)
    }

    /// Moves the focus to the button beside, round and round.
    pub fn move_by(&mut self, by: isize) {
        let buttons: Vec<Button> = self.buttons().map(|(button, _)| button).collect();
        let at = buttons.iter().position(|button| *button == self.button).unwrap_or(0);
        let next = at.saturating_add(buttons.len()).saturating_add_signed(by) % buttons.len();
        self.button = buttons.get(next).copied().unwrap_or(Button::Cancel);
    }

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
        let more = self.more.as_ref().filter(|_| self.button == Button::DoMore);
        self.deeds.iter().chain(more.into_iter().flat_map(|more| &more.deeds)).map(deed).collect()
    }
}

/// One line that tells what a key has done; it goes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub text: String,
    pub tone: crate::app::cell::Tone,
    pub until: Timestamp,
}
