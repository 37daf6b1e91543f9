//! What one does while reading, and what comes of it.

use crate::app::pager::find::Direction;
use crate::app::pager::layout::{Place, Position};
use crate::app::pager::pattern::Pattern;
use crate::app::pager::wrap::column;
use crate::app::pager::{Lines, Page, Pager, Row};
use crate::domain::log::LogRequest;
use crate::domain::units::plural;

/// What can be done with any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadAction {
    /// Rows of the screen, down where it is above zero.
    ScrollBy(i32),
    PageBy(i32),
    Top,
    /// The end, which is followed from then on.
    Bottom,
    Left,
    Right,
    ToggleWrap,
    /// A regular expression; nothing ends the search.
    Search(String),
    /// The next match; where nothing is searched for the next mark, and without any the next line that
    /// tells of an error.
    SearchNext,
    SearchPrevious,
    /// A regular expression, `!` before it for what does not match, `-C5` for more lines around each;
    /// nothing shows all lines.
    Filter(String),
    /// Marks the line that is looked at: the match that was reached, else the first on the screen, or
    /// the last one while the end is followed.
    ToggleMark,
    /// The marked lines, else the line that was jumped to, else all that is shown.
    Copy,
    Save,
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Nothing,
    Say(String),
    Copy {
        what: String,
        text: String,
    },
    Save {
        name: String,
        text: String,
    },
    /// The log is to be read again, differently.
    Reload(LogRequest),
    /// What was before the lines of a log is to be read too.
    Older(LogRequest),
}

impl From<Option<String>> for Outcome {
    fn from(said: Option<String>) -> Self {
        said.map_or(Self::Nothing, Self::Say)
    }
}

/// How far a step to the side goes.
const SIDE: usize = 8;
/// What a line that tells of an error has in it; `E0824` is how Kubernetes' own programs begin one.
const ERROR: &str =
    r"(?i:\b(error|fatal|panic(ked)?|exception|critical|severe|traceback)\b)|^E\d{4} ";

/// What is copied or saved of a line: all that is shown of it.
pub(in crate::app) type Render<'a> = &'a dyn Fn(u64) -> String;

impl Pager {
    /// Everything but copying whole texts and saving, which the owner of the lines names.
    pub fn act<L: Lines>(&mut self, lines: &L, action: &ReadAction, page: Page) -> Outcome {
        match action {
            ReadAction::ScrollBy(count) => self.scroll(lines, *count, page),
            ReadAction::PageBy(count) => {
                let rows = i32::try_from(page.rows.saturating_sub(1).max(1)).unwrap_or(i32::MAX);
                self.scroll(lines, rows.saturating_mul(*count), page);
            }
            ReadAction::Top => {
                self.top = Some(Position { line: lines.first(), place: Place::Before });
            }
            ReadAction::Bottom => self.top = None,
            ReadAction::Left => self.left = self.left().saturating_sub(SIDE),
            ReadAction::Right => {
                if self.wraps {
                    return Outcome::Say("lines are wrapped; `w` puts them on one row".to_owned());
                }
                self.right(lines, page);
            }
            ReadAction::ToggleWrap => {
                // What is on top stays there.
                self.top = self.top.map(|_| self.top_of(lines, page));
                self.wraps = !self.wraps;
            }
            ReadAction::Search(typed) => return self.search(lines, typed, page).into(),
            ReadAction::SearchNext => return self.jump(lines, page, Direction::Down).into(),
            ReadAction::SearchPrevious => return self.jump(lines, page, Direction::Up).into(),
            ReadAction::Filter(typed) => return self.filter(lines, typed).into(),
            ReadAction::ToggleMark => {
                if let Some(line) = self.looked_at(lines, page)
                    && !self.marks.remove(&line)
                {
                    self.marks.insert(line);
                }
            }
            ReadAction::Copy | ReadAction::Save => {}
        }
        Outcome::Nothing
    }

    fn jump<L: Lines>(&mut self, lines: &L, page: Page, direction: Direction) -> Option<String> {
        if self.searched().is_some() {
            self.step(lines, page, direction)
        } else if self.marks.is_empty() {
            self.jump_to_error(lines, page, direction)
        } else {
            self.jump_to_mark(lines, page, direction)
        }
    }

    /// What is copied: the marked lines, else the line that was jumped to, else all that is shown.
    pub(in crate::app) fn copy<L: Lines>(
        &self,
        lines: &L,
        page: Page,
        render: Render<'_>,
    ) -> Outcome {
        let marked: Vec<u64> =
            self.marks.iter().copied().filter(|line| *line < lines.end()).collect();
        if !marked.is_empty() {
            let what = plural(marked.len() as u64, "marked line");
            let text: Vec<String> = marked.into_iter().map(render).collect();
            return Outcome::Copy { what, text: text.join("\n") };
        }
        if let Some(line) = self.pointed_on(lines, page) {
            return Outcome::Copy { what: "the line".to_owned(), text: render(line) };
        }
        Outcome::Copy { what: "the text".to_owned(), text: self.export(lines, render) }
    }

    /// Stays where one is, or follows the end.
    pub fn toggle_end<L: Lines>(&mut self, lines: &L, page: Page) {
        self.top = match self.top {
            Some(_) => None,
            None => Some(self.top_of(lines, page)),
        };
    }

    fn scroll<L: Lines>(&mut self, lines: &L, count: i32, page: Page) {
        let top = self.top_of(lines, page);
        let rows = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        if count < 0 {
            self.top = Some(self.back(lines, top, rows, page));
            return;
        }
        // Further down than the last page there is nothing, and who follows it goes on doing so.
        if self.top.is_some() {
            let below = self.rows_from(lines, top, rows.saturating_add(1), page);
            self.top = Some(below.last().map_or(top, Row::position));
            self.top = Some(self.top_of(lines, page));
        }
    }

    /// To the right, while there is anything.
    fn right<L: Lines>(&mut self, lines: &L, page: Page) {
        let widest = self.rows(lines, page).into_iter().map(|row| match row {
            Row::Text { line, .. } => column(&lines.plain(line), usize::MAX),
            Row::Hidden { .. } => 0,
        });
        let most = widest.max().unwrap_or(0).saturating_sub(page.columns.saturating_sub(1));
        if self.left < most {
            self.left += SIDE;
        }
    }

    /// The line that was jumped to, while it is on the screen.
    pub(super) fn pointed_on<L: Lines>(&self, lines: &L, page: Page) -> Option<u64> {
        let pointed = self.pointed?;
        self.rows(lines, page).iter().any(|row| row.line() == pointed).then_some(pointed)
    }

    fn looked_at<L: Lines>(&self, lines: &L, page: Page) -> Option<u64> {
        self.pointed_on(lines, page).or_else(|| {
            let rows = self.rows(lines, page);
            let mut shown = rows.iter().filter_map(|row| match *row {
                Row::Text { line, .. } => Some(line),
                Row::Hidden { .. } => None,
            });
            if self.is_at_end() { shown.next_back() } else { shown.next() }
        })
    }

    fn jump_to_mark<L: Lines>(
        &mut self,
        lines: &L,
        page: Page,
        direction: Direction,
    ) -> Option<String> {
        let from = self.looked_at(lines, page)?;
        let mut shown = self.marks.iter().copied().filter(|line| self.is_shown(lines, *line));
        let target = match direction {
            Direction::Down => shown.find(|line| *line > from),
            Direction::Up => shown.rfind(|line| *line < from),
        };
        self.go(lines, target, page, "no further mark")
    }

    fn jump_to_error<L: Lines>(
        &mut self,
        lines: &L,
        page: Page,
        direction: Direction,
    ) -> Option<String> {
        let from = self.looked_at(lines, page)?;
        let error = Pattern::search(ERROR).ok()?;
        let is_error =
            |line: &u64| self.is_shown(lines, *line) && error.is_match(&lines.plain(*line));
        let target = match direction {
            Direction::Down => (from + 1..lines.end()).find(is_error),
            Direction::Up => (lines.first()..from).rev().find(is_error),
        };
        self.go(
            lines,
            target,
            page,
            "nothing is searched for, and no further line tells of an error",
        )
    }

    /// Puts a line on the screen and points at it.
    fn go<L: Lines>(
        &mut self,
        lines: &L,
        target: Option<u64>,
        page: Page,
        otherwise: &str,
    ) -> Option<String> {
        let Some(line) = target else { return Some(otherwise.to_owned()) };
        self.reveal(lines, line, None, page);
        self.pointed = Some(line);
        None
    }

    /// The lines that are shown, as text.
    pub(in crate::app) fn export<L: Lines>(&self, lines: &L, render: Render<'_>) -> String {
        let mut text = String::new();
        let mut line = lines.first();
        while line < lines.end() {
            let next = self.shown_from(lines, line).unwrap_or(lines.end());
            if next > line {
                text.push_str(&hidden_lines(next - line));
                text.push('\n');
            }
            if next < lines.end() {
                text.push_str(&render(next));
                text.push('\n');
            }
            line = next + 1;
        }
        text
    }
}

/// What stands where lines are hidden.
pub fn hidden_lines(count: u64) -> String {
    let noun = if count == 1 { "line" } else { "lines" };
    format!("⋯ {count} {noun} hidden")
}
