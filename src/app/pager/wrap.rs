//! How text fits into columns. Widths are those of whole characters as readers see them, so that
//! nothing is cut in half.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

/// Where the rows of a text begin that has so many columns; the first is 0. A row ends after a space
/// where one is near its end. Rows after the first have `hang` columns less, which stay empty before them.
pub fn wrap(text: &str, columns: usize, hang: usize) -> Vec<usize> {
    let columns = columns.max(1);
    let mut room = columns;
    let mut starts = vec![0];
    if text.is_ascii() && text.len() <= columns {
        return starts;
    }
    let mut start = 0;
    // The columns of the row so far, and where it could end: a place, and the columns up to it.
    let mut used = 0;
    let mut space: Option<(usize, usize)> = None;
    for (at, symbol) in text.grapheme_indices(true) {
        let wide = symbol.width();
        if used + wide > room && at > start {
            match space.filter(|(_, columns)| *columns >= room - room / 4) {
                Some((end, columns)) if end > start => {
                    start = end;
                    used -= columns;
                }
                _ => {
                    start = at;
                    used = 0;
                }
            }
            starts.push(start);
            space = None;
            room = columns.saturating_sub(hang).max(1);
        }
        used += wide;
        if symbol == " " {
            space = Some((at + symbol.len(), used));
        }
    }
    starts
}

/// A part of a line that is shown without wrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start: usize,
    pub end: usize,
    /// Columns before it that hold the rest of a wide character.
    pub padding: usize,
    pub continues: bool,
}

/// What of a text is in `columns` columns after the first `left`.
pub fn window(text: &str, left: usize, columns: usize) -> Window {
    let mut start = None;
    let mut padding = 0;
    let mut column = 0;
    for (at, symbol) in text.grapheme_indices(true) {
        if column >= left && start.is_none() {
            start = Some(at);
            padding = column - left;
        }
        let wide = symbol.width();
        if column + wide > left + columns {
            return Window { start: start.unwrap_or(at), end: at, padding, continues: true };
        }
        column += wide;
    }
    Window { start: start.unwrap_or(text.len()), end: text.len(), padding, continues: false }
}

/// How many columns come before the byte `at`.
pub fn column(text: &str, at: usize) -> usize {
    text.get(..at).map_or_else(|| text.width(), UnicodeWidthStr::width)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, columns: usize) -> Vec<&str> {
        hanging(text, columns, 0)
    }

    fn hanging(text: &str, columns: usize, hang: usize) -> Vec<&str> {
        let starts = wrap(text, columns, hang);
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        starts.iter().zip(ends).map(|(start, end)| &text[*start..end]).collect()
    }

    #[test]
    fn rows_end_after_a_space_where_one_is_near() {
        assert_eq!(rows("short", 10), ["short"]);
        assert_eq!(rows("one two three four", 10), ["one two ", "three four"]);
        assert_eq!(rows("a/very/long/path/indeed", 10), ["a/very/lon", "g/path/ind", "eed"]);
        assert_eq!(rows("日本語日本語", 5), ["日本", "語日", "本語"]);
        assert_eq!(rows("", 10), [""]);
        assert_eq!(rows("日", 1), ["日"]);
    }

    #[test]
    fn rows_after_the_first_leave_room_for_what_hangs() {
        let rows = hanging("key  one two sixteen four", 14, 5);
        assert_eq!(rows, ["key  one two ", "sixteen ", "four"]);
    }

    #[test]
    fn a_window_never_cuts_a_wide_character_in_half() {
        let seen = |left, columns| {
            let window = window("a日本b", left, columns);
            ("a日本b".get(window.start..window.end).unwrap(), window.padding, window.continues)
        };
        assert_eq!(seen(0, 6), ("a日本b", 0, false));
        assert_eq!(seen(0, 4), ("a日", 0, true));
        assert_eq!(seen(2, 3), ("本", 1, true));
        assert_eq!(seen(9, 3), ("", 0, false));
    }

    proptest! {
        #[test]
        fn rows_hold_the_whole_text_and_fit(text in "[a-c 日é\u{301}🦀]{0,60}", columns in 2..20_usize) {
            let rows = rows(&text, columns);
            prop_assert_eq!(rows.concat(), text.as_str());
            prop_assert!(rows.iter().all(|row| row.width() <= columns), "{:?}", rows);
        }
    }
}
