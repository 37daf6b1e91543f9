//! One layer of the Pods tab: what `esc` goes back from.

use crate::app::effect::Generation;
use crate::app::logs::LogView;
use crate::app::message::RawObject;
use crate::app::pods::location::Location;
use crate::app::table::Table;
use crate::app::text::TextView;
use crate::domain::failure::Failure;

/// A layer: where it is, and its state.
#[derive(Debug)]
pub struct Layer {
    pub location: Location,
    pub body: Body,
}

#[derive(Debug)]
pub enum Body {
    Table(Box<Table>),
    /// A text that is asked for, or what came instead of it; and the object that it tells of.
    Text {
        generation: Generation,
        text: Loaded,
        object: Option<Box<RawObject>>,
    },
    Logs {
        generation: Generation,
        view: Box<LogView>,
    },
}

/// A text from the cluster.
#[derive(Debug)]
pub enum Loaded {
    Waiting,
    Text(Box<TextView>),
    Failed(Failure),
}

impl Layer {
    pub fn table(&self) -> Option<&Table> {
        match &self.body {
            Body::Table(table) => Some(table),
            Body::Text { .. } | Body::Logs { .. } => None,
        }
    }

    /// Whether it shows what was asked for in `generation`.
    pub fn is_of(&self, generation: Generation) -> bool {
        matches!(self.body, Body::Text { generation: own, .. } if own == generation)
    }

    pub fn table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.body {
            Body::Table(table) => Some(table),
            Body::Text { .. } | Body::Logs { .. } => None,
        }
    }
}
