//! The drills of before, newest first, and where one is among them.

use crate::drill::past::{Past, Told};

#[derive(Debug, Default)]
pub struct History {
    pub at: usize,
    pub filter: String,
}

impl History {
    /// The drills that are shown, newest first.
    pub fn rows<'a>(&'a self, pasts: &'a [Past]) -> impl Iterator<Item = &'a Past> {
        let wanted = self.filter.to_lowercase();
        pasts.iter().rev().filter(move |past| fits(past, &wanted))
    }

    pub fn selected<'a>(&'a self, pasts: &'a [Past]) -> Option<&'a Past> {
        self.rows(pasts).nth(self.at)
    }

    pub fn select(&mut self, at: usize, pasts: &[Past]) {
        let count = self.rows(pasts).count();
        self.at = at.min(count.saturating_sub(1));
    }

    pub fn move_by(&mut self, by: isize, pasts: &[Past]) {
        self.select(self.at.saturating_add_signed(by), pasts);
    }

    pub fn filter_by(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.at = 0;
    }
}

fn fits(past: &Past, wanted: &str) -> bool {
    if wanted.is_empty() || past.environment.0.to_lowercase() == wanted {
        return true;
    }
    let words = match &past.told {
        Told::Drilled(record) => format!("{} {} {}", record.verdict, record.depth, record.actor),
        Told::Imported { result, note, .. } => format!("{result} {note}"),
    };
    let day = past.at.strftime("%Y-%m-%d");
    let text = format!("{} {} {words} {day}", past.environment, past.backup());
    text.to_lowercase().contains(wanted)
}
