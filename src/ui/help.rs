//! The keys of the view below, out of the table of keys; searchable.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear};

use crate::app::focus::Focus;
use crate::app::palette::WORDS;
use crate::ui::keymap::{Keymap, Where};
use crate::ui::paint::{centred, fit, line, spans};
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

/// The keys of one line, and the cells between them and what they do.
const KEYS: u16 = 20;
/// One column of lines.
const COLUMN: u16 = 64;
const MOST_COLUMNS: u16 = 3;
/// A frame and the line at the foot.
const FRAME: u16 = 3;

const MOUSE: [(&str, &str); 4] = [
    ("wheel", "up and down"),
    ("click", "a row, a tab"),
    ("click on a heading", "sort by it; again, the other way"),
    ("shift and drag", "select text, as the terminal has it"),
];

/// A line of the help.
enum Row {
    Blank,
    Heading(&'static str),
    Keys(String, String),
}

/// Draws the keys that count in `focus`, in several columns where there is room.
///
/// ```text
/// ╭ Keys ───────────────────────────────────────────────╮
/// │ A row                                               │
/// │ enter             into the row                      │
/// │ l                 logs                              │
/// │ 31 more below · j k scroll · / search · esc closes  │
/// ╰─────────────────────────────────────────────────────╯
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    (focus, filter, scrolled): (Focus, &str, u16),
    (theme, keymap): (&Theme, &Keymap),
    viewports: &mut Viewports,
) {
    let rows = rows(keymap, focus, &filter.to_lowercase());
    let most = area.height.saturating_sub(FRAME);
    let count = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let fitting = (area.width.saturating_sub(4) / COLUMN).clamp(1, MOST_COLUMNS);
    let columns = count.div_ceil(most.max(1)).clamp(1, fitting);
    let room = count.div_ceil(columns).max(1).min(most);
    let area = centred(area, columns * COLUMN + 4, room + FRAME);
    let title = if filter.is_empty() { " Keys ".to_owned() } else { format!(" Keys /{filter} ") };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.role(Role::Border))
        .title(Span::styled(title, theme.role(Role::Title)));
    frame.render_widget(Clear, area);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let inside = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let (first, shown) = (scrolled.min(count.saturating_sub(room * columns)), room * columns);
    viewports.help(first);
    for (row, number) in rows.iter().skip(first.into()).zip(0..shown) {
        let cells = Rect {
            x: inside.x + number / room * COLUMN,
            y: inside.y + number % room,
            width: inside.width.min(COLUMN.saturating_sub(2)),
            height: 1,
        };
        match row {
            Row::Blank => {}
            Row::Heading(text) => line(frame, cells, text, theme.role(Role::Header)),
            Row::Keys(keys, does) => {
                let (keys, at) = (fit(keys, KEYS - 1), usize::from(KEYS));
                let does = fit(does, cells.width.saturating_sub(KEYS));
                spans(
                    frame,
                    cells,
                    [
                        Span::styled(format!("{keys:<at$}"), theme.role(Role::KeyHint)),
                        Span::styled(does, theme.role(Role::Text)),
                    ],
                );
            }
        }
    }
    let left = count.saturating_sub(first + shown);
    let text = match (count, first, left) {
        (0, ..) => "no key has these words; esc shows all".to_owned(),
        (_, 0, 0) => "/ search · esc closes".to_owned(),
        (_, _, 0) => "the end · k scrolls up · / search · esc closes".to_owned(),
        _ => format!("{left} more below · j k scroll · / search · esc closes"),
    };
    let foot = Rect { y: inside.bottom().saturating_sub(1), height: 1, ..inside };
    line(frame, foot, &text, theme.role(Role::Muted));
}

/// The lines that have the wanted words, each under the heading of its part.
fn rows(keymap: &Keymap, focus: Focus, wanted: &str) -> Vec<Row> {
    let mut parts: Vec<(&'static str, Vec<(String, String)>)> = Vec::new();
    let mut add = |part: &'static str, keys: String, (does, name): (&str, &str)| {
        if ![&*keys, does, name].iter().any(|text| text.to_lowercase().contains(wanted)) {
            return;
        }
        let entry = (keys, does.to_owned());
        match parts.iter_mut().find(|(known, _)| *known == part) {
            Some((_, entries)) => entries.push(entry),
            None => parts.push((part, vec![entry])),
        }
    };
    for (binding, keys) in keymap.bindings(focus) {
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        add(part(binding.place), keys.join(" "), (binding.does, binding.name));
    }
    for (word, does) in WORDS {
        add("Commands", format!(":{word}"), (does, ""));
    }
    for (doing, does) in MOUSE {
        add("Mouse", doing.to_owned(), (does, ""));
    }
    let mut rows = Vec::new();
    for (heading, entries) in parts {
        if !rows.is_empty() {
            rows.push(Row::Blank);
        }
        rows.push(Row::Heading(heading));
        rows.extend(entries.into_iter().map(|(keys, does)| Row::Keys(keys, does)));
    }
    rows
}

const fn part(place: Where) -> &'static str {
    match place {
        Where::Rows | Where::Logged | Where::Pods | Where::CronJobs => "The row",
        Where::Tables => "The table",
        Where::BackupSets | Where::BackupTables | Where::BackupRuns | Where::BackupObjects => {
            "The backups"
        }
        Where::Metrics | Where::MetricsCharts | Where::MetricsTime => "The figures",
        Where::DrillForm
        | Where::DrillCard
        | Where::DrillRun
        | Where::DrillResult
        | Where::DrillHold
        | Where::DrillTables
        | Where::DrillHistory
        | Where::Leftovers => "The drill",
        Where::Texts | Where::Logs => "The text",
        Where::Moving | Where::Lists => "Moving",
        Where::Everywhere | Where::Help | Where::Dialogs | Where::Prompts => "Everywhere",
    }
}
