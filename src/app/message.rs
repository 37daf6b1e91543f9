//! Everything that can happen to the console.

use std::sync::Arc;

use jiff::Timestamp;
use tui_input::InputRequest;

use crate::app::action::Action;
use crate::app::drill::message::DrillMessage;
use crate::app::effect::Generation;
use crate::app::metrics::message::MetricsMessage;
use crate::domain::deed::Deed;
use crate::domain::environment::EnvironmentName;
use crate::domain::event::Event;
use crate::domain::failure::Failure;
use crate::domain::log::LogNews;
use crate::domain::news::News;

/// One thing that has happened.
#[derive(Debug)]
pub enum Message {
    /// Time has passed: something that is shown reads differently now.
    Ticked(Timestamp),
    Acted(Action),
    /// A key that means nothing where it was pressed; its name.
    KeyUnbound(String),
    Edited(InputRequest),
    Pasted(String),
    Resized(Size),
    /// What a cluster tells.
    Told {
        environment: EnvironmentName,
        news: Vec<News>,
    },
    /// The answer to a question about one object.
    ObjectLoaded {
        generation: Generation,
        object: Result<RawObject, Failure>,
    },
    LogArrived {
        generation: Generation,
        news: LogNews,
    },
    /// Lines from before those that were read first.
    OlderLogArrived {
        generation: Generation,
        news: LogNews,
    },
    /// A change of a cluster has been tried.
    Done {
        deed: Deed,
        result: Result<String, Failure>,
    },
    /// The screen is ours again after a shell or a login, which said so where it failed.
    Returned {
        failure: Option<Failure>,
    },
    Copied {
        what: String,
    },
    Saved {
        result: Result<String, Failure>,
    },
    Metrics(MetricsMessage),
    Drill(DrillMessage),
}

/// The terminal's size in cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

/// An object as the server holds it, and what was reported of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawObject {
    pub json: serde_json::Value,
    pub events: Vec<Arc<Event>>,
    /// Why the events could not be read, where they could not.
    pub events_failure: Option<Failure>,
}
