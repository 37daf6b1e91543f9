//! A screen as text that can be compared and read: each row of characters, beneath it a letter for the
//! style of each cell, and at the end what the letters mean.

use std::collections::BTreeMap;

use lifeboat::ui::theme::{Role, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr as _;

/// The letter of each role. Roles that look the same share the first one's.
const LETTERS: [(char, Role); 24] = [
    ('t', Role::Text),
    ('m', Role::Muted),
    ('T', Role::Title),
    ('h', Role::Header),
    ('c', Role::Critical),
    ('P', Role::Production),
    ('w', Role::Warning),
    ('k', Role::Marked),
    ('f', Role::Fine),
    ('d', Role::Done),
    ('u', Role::Busy),
    ('s', Role::Stale),
    ('a', Role::Accent),
    ('y', Role::KeyHint),
    ('x', Role::SearchMatch),
    ('b', Role::Border),
    ('B', Role::BorderProduction),
    ('S', Role::Selection),
    ('A', Role::Series1),
    ('C', Role::Series2),
    ('D', Role::Series3),
    ('E', Role::Series4),
    ('F', Role::Series5),
    ('G', Role::Series6),
];

/// The characters and the styles of a screen.
pub(crate) fn picture(buffer: &Buffer, theme: &Theme) -> String {
    let mut letters = Letters::of(theme);
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let (mut row, mut styles) = (String::new(), String::new());
        let mut x = 0;
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            let cells = cell.symbol().width().max(1);
            row.push_str(cell.symbol());
            styles.extend(std::iter::repeat_n(letters.of_cell(cell), cells));
            x += u16::try_from(cells).unwrap();
        }
        text.extend(["|", &row, "|\n"]);
        match styles.trim_end() {
            "" => {}
            styles => text.extend([" ", styles, "\n"]),
        }
    }
    text.push('\n');
    for (letter, words) in letters.used {
        text.push(letter);
        text.extend([" ", &words, "\n"]);
    }
    text
}

/// The characters alone.
pub(super) fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        text.extend((0..buffer.area.width).map(|x| buffer[(x, y)].symbol()));
        text.push('\n');
    }
    text
}

/// What is written for each style, and which ones were.
struct Letters {
    known: Vec<(char, String, Looks)>,
    used: BTreeMap<char, String>,
}

type Looks = (Color, Color, Modifier);

fn looks(style: Style) -> Looks {
    let mut cell = Cell::default();
    cell.set_style(style);
    (cell.fg, cell.bg, cell.modifier)
}

impl Letters {
    fn of(theme: &Theme) -> Self {
        let mut known: Vec<(char, String, Looks)> = Vec::new();
        for (letter, role) in LETTERS {
            let looks = looks(theme.role(role));
            match known.iter_mut().find(|(_, _, it)| *it == looks) {
                Some((_, words, _)) => words.extend([", ", &format!("{role:?}")]),
                None => known.push((letter, format!("{role:?}"), looks)),
            }
        }
        // A cell that nobody styled has no letter.
        known.retain(|(_, _, it)| *it != looks(Style::new()));
        Self { known, used: BTreeMap::new() }
    }

    fn of_cell(&mut self, cell: &Cell) -> char {
        let looks = (cell.fg, cell.bg, cell.modifier);
        // Ink cannot be seen where nothing is written.
        let is_blank = cell.symbol() == " "
            && cell.bg == Color::Reset
            && !cell.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED);
        if is_blank || looks == (Color::Reset, Color::Reset, Modifier::empty()) {
            return ' ';
        }
        let found = self.known.iter().find(|(_, _, it)| *it == looks);
        let (letter, words) = if let Some((letter, words, _)) = found {
            (*letter, words.clone())
        } else {
            let others = self.known.iter().filter(|(letter, ..)| letter.is_ascii_digit());
            let letter = char::from_digit(u32::try_from(others.count()).unwrap(), 10).unwrap();
            self.known.push((letter, "another".to_owned(), looks));
            (letter, "another".to_owned())
        };
        let (ink, ground, modifier) = looks;
        self.used.entry(letter).or_insert_with(|| {
            let ground = match ground {
                Color::Reset => String::new(),
                ground => format!(" on {ground}"),
            };
            let modifier = match modifier {
                modifier if modifier.is_empty() => String::new(),
                modifier => format!(" {modifier:?}").to_lowercase(),
            };
            format!("{words}: {ink}{ground}{modifier}")
        });
        letter
    }
}
