//! How the series of a chart look: colour, sign, dashes and fill, each by its place.

use crate::ui::theme::Role;

/// What one series looks like. There are six looks; charts of more begin anew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) role: Role,
    /// Before its name, where lines are drawn.
    pub(super) sign: &'static str,
    /// How many dots of its line are drawn, and how many are left out after them.
    pub(super) dash: (u32, u32),
    /// What its area is filled with where there are no colours.
    pub(super) fill: &'static str,
}

const LOOKS: [Look; 6] = [
    Look { role: Role::Series1, sign: "━", dash: (1, 0), fill: "█" },
    Look { role: Role::Series2, sign: "╍", dash: (4, 2), fill: "▒" },
    Look { role: Role::Series3, sign: "┅", dash: (1, 1), fill: "░" },
    Look { role: Role::Series4, sign: "╺", dash: (8, 3), fill: "▓" },
    Look { role: Role::Series5, sign: "┉", dash: (1, 3), fill: "╱" },
    Look { role: Role::Series6, sign: "╌", dash: (2, 4), fill: "·" },
];

/// The look of the series at this place.
pub(super) fn look(at: usize) -> Look {
    let [first, ..] = LOOKS;
    LOOKS.get(at % LOOKS.len()).copied().unwrap_or(first)
}
