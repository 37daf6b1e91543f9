//! The form: what is drilled, how it is picked, how deep, with which tool.

use crate::domain::backup::Backup;
use crate::domain::settings::Depth;
use crate::drill::plan::{Selection, ToolChoice};

use super::SetFacts;
use super::effect::Order;
use super::shelf::Shelf;

/// A line of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Set,
    Pick,
    Depth,
    Tool,
}

impl Field {
    pub const ALL: [Self; 4] = [Self::Set, Self::Pick, Self::Depth, Self::Tool];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Set => "backups of",
            Self::Pick => "pick",
            Self::Depth => "depth",
            Self::Tool => "restore with",
        }
    }
}

/// How the backup is picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickBy {
    Dice,
    /// This one of the shelf, by its place.
    Chosen(usize),
}

/// What is filled in.
#[derive(Debug, Clone)]
pub struct Form {
    pub at: Field,
    /// Which of the sets.
    pub set: usize,
    pub by: PickBy,
    pub depth: Depth,
    pub tool: ToolChoice,
}

impl Form {
    pub const fn new(set: usize, depth: Depth) -> Self {
        Self { at: Field::Pick, set, by: PickBy::Dice, depth, tool: ToolChoice::Auto }
    }

    pub fn move_by(&mut self, by: isize) {
        let at = Field::ALL.iter().position(|field| *field == self.at).unwrap_or(0);
        let next = at.saturating_add_signed(by);
        if let Some(field) = Field::ALL.get(next) {
            self.at = *field;
        }
    }

    /// Another value of the field; says whether another set was chosen.
    pub fn turn(&mut self, by: isize, sets: usize, stock: &Shelf) -> bool {
        match self.at {
            Field::Set => {
                let next = step(self.set, by, sets);
                let is_news = next != self.set;
                self.set = next;
                if is_news {
                    self.by = PickBy::Dice;
                }
                return is_news;
            }
            Field::Pick => self.by = self.pick(by, stock),
            Field::Depth => {
                let at = Depth::ALL.iter().position(|depth| *depth == self.depth).unwrap_or(0);
                let next = Depth::ALL.get(step(at, by, Depth::ALL.len()));
                self.depth = next.copied().unwrap_or(self.depth);
            }
            Field::Tool => {
                const ALL: [ToolChoice; 3] =
                    [ToolChoice::Auto, ToolChoice::Mongorestore, ToolChoice::Builtin];
                let at = ALL.iter().position(|tool| *tool == self.tool).unwrap_or(0);
                self.tool = ALL.get(step(at, by, ALL.len())).copied().unwrap_or_default();
            }
        }
        false
    }

    /// The dice stand to the right of the newest backup: from there `←` leads back in time.
    fn pick(&self, by: isize, stock: &Shelf) -> PickBy {
        let last = stock.backups.len().checked_sub(1);
        match (self.by, last) {
            (PickBy::Dice, Some(last)) if by < 0 => PickBy::Chosen(last),
            (PickBy::Chosen(at), Some(last)) => match at.checked_add_signed(by) {
                Some(next) if next <= last => PickBy::Chosen(next),
                Some(_) => PickBy::Dice,
                None => PickBy::Chosen(at),
            },
            (by, _) => by,
        }
    }

    /// The backup that would be drilled.
    pub fn object<'a>(&self, stock: &'a Shelf) -> Option<&'a Backup> {
        match self.by {
            PickBy::Dice => stock.rolled.as_ref().map(|(candidate, _)| &candidate.backup),
            PickBy::Chosen(at) => stock.backups.get(at),
        }
    }

    /// The drill that is asked for, where there is something to drill.
    pub fn order(&self, set: &SetFacts, stock: &Shelf) -> Option<Order> {
        let object = self.object(stock)?.clone();
        let selection = match self.by {
            PickBy::Dice => Selection::Random(stock.rolled.as_ref()?.1.clone()),
            PickBy::Chosen(at) if at + 1 == stock.backups.len() => Selection::Latest,
            PickBy::Chosen(_) => Selection::Named,
        };
        let (depth, tool) = (self.depth, self.tool);
        Some(Order { set: set.id.clone(), object, selection, depth, tool })
    }
}

fn step(at: usize, by: isize, count: usize) -> usize {
    at.saturating_add_signed(by).min(count.saturating_sub(1))
}
