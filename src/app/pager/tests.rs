//! How a text is read: places that stay, searches, filters.

use super::act::{Outcome, ReadAction};
use super::pattern::Pattern;
use super::*;
use crate::domain::document::{Document, Line};

const PAGE: Page = Page { columns: 10, rows: 4 };

fn text(lines: &[&str]) -> Document {
    Document { lines: lines.iter().map(|line| Line::default().plain(line)).collect() }
}

/// `line 0`, `line 1`, …
fn numbered(count: usize) -> Document {
    let lines: Vec<String> = (0..count).map(|number| format!("line {number}")).collect();
    text(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The rows of a page as a reader sees them.
fn seen(pager: &Pager, lines: &Document, page: Page) -> Vec<String> {
    let show = |row: Row| match row {
        Row::Hidden { count, .. } => act::hidden_lines(count),
        Row::Text { line, start, end, .. } => lines.plain(line).get(start..end).unwrap().to_owned(),
    };
    pager.rows(lines, page).into_iter().map(show).collect()
}

#[test]
fn scrolling_stops_at_both_ends() {
    let lines = numbered(6);
    let mut pager = Pager::at_top();
    pager.act(&lines, &ReadAction::ScrollBy(1), PAGE);
    assert_eq!(seen(&pager, &lines, PAGE), ["line 1", "line 2", "line 3", "line 4"]);
    pager.act(&lines, &ReadAction::ScrollBy(99), PAGE);
    assert_eq!(seen(&pager, &lines, PAGE), ["line 2", "line 3", "line 4", "line 5"]);
    pager.act(&lines, &ReadAction::PageBy(-1), PAGE);
    assert_eq!(seen(&pager, &lines, PAGE), ["line 0", "line 1", "line 2", "line 3"]);
    pager.act(&lines, &ReadAction::ScrollBy(-1), PAGE);
    assert_eq!(seen(&pager, &lines, PAGE).first().unwrap(), "line 0");
}

#[test]
fn a_short_or_an_empty_text_is_shown_from_its_beginning() {
    for pager in [Pager::at_top(), Pager::default()] {
        assert_eq!(seen(&pager, &numbered(2), PAGE), ["line 0", "line 1"]);
        assert!(seen(&pager, &numbered(0), PAGE).is_empty());
    }
    let mut pager = Pager::default();
    for action in [
        ReadAction::ScrollBy(1),
        ReadAction::ScrollBy(-1),
        ReadAction::PageBy(1),
        ReadAction::Top,
        ReadAction::Right,
        ReadAction::ToggleMark,
        ReadAction::Search("x".into()),
        ReadAction::SearchNext,
        ReadAction::Filter("x".into()),
        ReadAction::Bottom,
    ] {
        pager.act(&numbered(0), &action, Page { columns: 1, rows: 0 });
    }
}

#[test]
fn the_end_stays_on_the_screen_until_one_scrolls_up() {
    let mut pager = Pager::default();
    assert_eq!(seen(&pager, &numbered(9), PAGE).last().unwrap(), "line 8");
    assert_eq!(seen(&pager, &numbered(12), PAGE).last().unwrap(), "line 11");
    pager.act(&numbered(12), &ReadAction::ScrollBy(-1), PAGE);
    assert_eq!(seen(&pager, &numbered(50), PAGE).last().unwrap(), "line 10");
    pager.act(&numbered(50), &ReadAction::Bottom, PAGE);
    assert!(pager.is_at_end());
}

#[test]
fn another_width_shows_the_same_place_of_a_wrapped_line() {
    let lines = text(&["aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd", "x", "x", "x", "x"]);
    let mut pager = Pager::at_top();
    pager.act(&lines, &ReadAction::ToggleWrap, PAGE);
    pager.act(&lines, &ReadAction::ScrollBy(2), PAGE);
    assert_eq!(seen(&pager, &lines, PAGE), ["cccccccccc", "dddddddddd", "x", "x"]);
    let narrow = Page { columns: 5, rows: 4 };
    assert_eq!(seen(&pager, &lines, narrow), ["ccccc", "ccccc", "ddddd", "ddddd"]);
    let wide = Page { columns: 30, rows: 4 };
    assert_eq!(seen(&pager, &lines, wide).first().unwrap(), "aaaaaaaaaabbbbbbbbbbcccccccccc");
    assert_eq!(seen(&pager, &lines, PAGE).first().unwrap(), "cccccccccc");
}

#[test]
fn a_search_hides_nothing_counts_and_goes_round() {
    let lines = text(&["a", "Timeout", "b", "c", "d", "e", "timeout", "f"]);
    let mut pager = Pager::at_top();
    assert_eq!(pager.act(&lines, &ReadAction::Search("timeout".into()), PAGE), Outcome::Nothing);
    assert_eq!((pager.pointed(), pager.search_place(&lines)), (Some(1), Some((1, 2))));
    assert_eq!(seen(&pager, &lines, PAGE), ["a", "Timeout", "b", "c"]);
    pager.act(&lines, &ReadAction::SearchNext, PAGE);
    assert_eq!((pager.pointed(), pager.search_place(&lines)), (Some(6), Some((2, 2))));
    assert!(seen(&pager, &lines, PAGE).contains(&"timeout".to_owned()));
    let round = pager.act(&lines, &ReadAction::SearchNext, PAGE);
    assert_eq!(round, Outcome::Say("no further match; on from the first".into()));
    assert_eq!(pager.pointed(), Some(1));
    pager.act(&lines, &ReadAction::SearchPrevious, PAGE);
    assert_eq!(pager.pointed(), Some(6));
    let none = pager.act(&lines, &ReadAction::Search("nowhere".into()), PAGE);
    assert_eq!(none, Outcome::Say("`nowhere` is not found".into()));
}

#[test]
fn case_matters_only_where_a_capital_is_typed() {
    for (typed, line, expected) in [
        ("timeout", "TIMEOUT", true),
        ("Timeout", "timeout", false),
        (r"\Sb", "ab", true),
        (r"\SB", "ab", false),
    ] {
        assert_eq!(Pattern::search(typed).unwrap().is_match(line), expected, "{typed}");
    }
}

#[test]
fn an_invalid_pattern_says_why_and_changes_nothing() {
    let lines = numbered(20);
    let mut pager = Pager::at_top();
    pager.act(&lines, &ReadAction::Filter("7".into()), PAGE);
    pager.act(&lines, &ReadAction::Search("7".into()), PAGE);
    let before = (seen(&pager, &lines, PAGE), pager.search_place(&lines));
    for action in [ReadAction::Search("(".into()), ReadAction::Filter("(".into())] {
        let Outcome::Say(why) = pager.act(&lines, &action, PAGE) else { panic!("nothing said") };
        assert_eq!(why, "not a regular expression: unclosed group");
    }
    assert_eq!((seen(&pager, &lines, PAGE), pager.search_place(&lines)), before);
}

#[test]
fn a_filter_shows_what_stands_around_and_says_what_it_hides() {
    let lines = numbered(20);
    let page = Page { columns: 10, rows: 20 };
    let mut pager = Pager::at_top();
    let show = |pager: &mut Pager, typed: &str| {
        pager.act(&lines, &ReadAction::Filter(typed.into()), page);
        seen(pager, &lines, page)
    };
    assert_eq!(
        show(&mut pager, "line 9"),
        [
            "⋯ 7 lines hidden",
            "line 7",
            "line 8",
            "line 9",
            "line 10",
            "line 11",
            "⋯ 8 lines hidden"
        ]
    );
    assert_eq!(
        show(&mut pager, "-C0 line (9|19)"),
        ["⋯ 9 lines hidden", "line 9", "⋯ 9 lines hidden", "line 19"]
    );
    assert_eq!(show(&mut pager, "!line"), ["⋯ 20 lines hidden"]);
    assert_eq!(show(&mut pager, "!line [0-9]$"), {
        let mut rest: Vec<String> = (10..20).map(|number| format!("line {number}")).collect();
        rest.insert(0, "⋯ 10 lines hidden".to_owned());
        rest
    });
    assert_eq!(show(&mut pager, "").len(), 20);
}

#[test]
fn a_filtered_text_scrolls_row_by_row() {
    let lines = numbered(40);
    let mut pager = Pager::at_top();
    pager.act(&lines, &ReadAction::Filter("-C0 0$".into()), PAGE);
    assert_eq!(
        seen(&pager, &lines, PAGE),
        ["line 0", "⋯ 9 lines hidden", "line 10", "⋯ 9 lines hidden"]
    );
    pager.act(&lines, &ReadAction::ScrollBy(1), PAGE);
    assert_eq!(
        seen(&pager, &lines, PAGE),
        ["⋯ 9 lines hidden", "line 10", "⋯ 9 lines hidden", "line 20"]
    );
    pager.act(&lines, &ReadAction::ScrollBy(99), PAGE);
    assert_eq!(
        seen(&pager, &lines, PAGE),
        ["line 20", "⋯ 9 lines hidden", "line 30", "⋯ 9 lines hidden"]
    );
    for _ in 0..4 {
        pager.act(&lines, &ReadAction::ScrollBy(-1), PAGE);
    }
    assert_eq!(seen(&pager, &lines, PAGE).first().unwrap(), "line 0");
}

#[test]
fn a_search_stays_within_the_filter() {
    let lines = text(&["a x", "b", "c", "d", "e x", "f", "g", "h", "i x"]);
    let mut pager = Pager::at_top();
    pager.act(&lines, &ReadAction::Filter("-C0 [ai]".into()), PAGE);
    pager.act(&lines, &ReadAction::Search("x".into()), PAGE);
    assert_eq!(pager.search_place(&lines), Some((1, 2)));
    pager.act(&lines, &ReadAction::SearchNext, PAGE);
    assert_eq!(pager.pointed(), Some(8));
    let hidden = pager.act(&lines, &ReadAction::Search("e".into()), PAGE);
    assert_eq!(hidden, Outcome::Say("`e` is not found in the lines that the filter shows".into()));
}

#[test]
fn a_match_far_to_the_right_is_brought_onto_the_screen() {
    let lines = text(&[&format!("{}needle", "-".repeat(50)), "b"]);
    let mut pager = Pager::at_top();
    pager.act(&lines, &ReadAction::Search("needle".into()), PAGE);
    assert_eq!(pager.left(), 47);
    pager.act(&lines, &ReadAction::Search("b".into()), PAGE);
    assert_eq!(pager.left(), 0);
}

#[test]
fn one_step_to_the_side_is_taken_only_where_there_is_something() {
    let lines = text(&["0123456789abcdef", "b"]);
    let mut pager = Pager::at_top();
    for expected in [8, 8] {
        pager.act(&lines, &ReadAction::Right, PAGE);
        assert_eq!(pager.left(), expected);
    }
    pager.act(&lines, &ReadAction::Left, PAGE);
    pager.act(&lines, &ReadAction::Left, PAGE);
    assert_eq!(pager.left(), 0);
    pager.act(&lines, &ReadAction::ToggleWrap, PAGE);
    assert!(matches!(pager.act(&lines, &ReadAction::Right, PAGE), Outcome::Say(_)));
}

#[test]
fn without_a_search_marks_are_jumped_to_and_without_marks_errors() {
    let lines = text(&["a", "an Error here", "terror", "b", "c", "d", "E0824 10:00 x", "e", "f"]);
    let mut pager = Pager::at_top();
    pager.act(&lines, &ReadAction::SearchNext, PAGE);
    assert_eq!(pager.pointed(), Some(1));
    pager.act(&lines, &ReadAction::SearchNext, PAGE);
    assert_eq!(pager.pointed(), Some(6));
    let none = pager.act(&lines, &ReadAction::SearchNext, PAGE);
    assert!(matches!(&none, Outcome::Say(why) if why.contains("no further line")), "{none:?}");
    pager.act(&lines, &ReadAction::SearchPrevious, PAGE);
    pager.act(&lines, &ReadAction::ToggleMark, PAGE);
    assert!(pager.is_marked(1));
    let none = pager.act(&lines, &ReadAction::SearchNext, PAGE);
    assert_eq!(none, Outcome::Say("no further mark".into()));
    pager.act(&lines, &ReadAction::Bottom, PAGE);
    pager.act(&lines, &ReadAction::SearchPrevious, PAGE);
    assert_eq!(pager.pointed(), Some(1));
}

#[test]
fn marked_lines_are_copied_else_the_one_that_was_jumped_to_else_all() {
    let lines = text(&["a", "an Error here", "b"]);
    let mut pager = Pager::at_top();
    let copied = |pager: &Pager| {
        let outcome = pager.copy(&lines, PAGE, &|line| format!("<{line}>"));
        let Outcome::Copy { what, text } = outcome else { panic!("{outcome:?}") };
        (what, text)
    };
    assert_eq!(copied(&pager), ("the text".to_owned(), "<0>\n<1>\n<2>\n".to_owned()));
    pager.act(&lines, &ReadAction::SearchNext, PAGE);
    assert_eq!(copied(&pager), ("the line".to_owned(), "<1>".to_owned()));
    pager.act(&lines, &ReadAction::ToggleMark, PAGE);
    assert_eq!(copied(&pager), ("1 marked line".to_owned(), "<1>".to_owned()));
}
