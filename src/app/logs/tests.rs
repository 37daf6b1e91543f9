//! What arrives of a log, and what is done with it.

use std::time::Duration;

use super::*;
use crate::app::pager::act::{Outcome, ReadAction};
use crate::domain::environment::EnvironmentName;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::log::LogLine;

const PAGE: Page = Page { columns: 60, rows: 4 };
const SMALL: LogLimits = LogLimits { lines: 5, bytes: 1 << 20 };

fn source(container: &str) -> LogSource {
    LogSource {
        environment: EnvironmentName("prod".into()),
        namespace: "default".into(),
        pod: "api-0".into(),
        container: container.into(),
    }
}

fn request(containers: &[&str], start: LogStart) -> LogRequest {
    let sources = containers.iter().map(|name| source(name)).collect();
    LogRequest { sources, previous: false, start, follow: true }
}

fn view(limits: LogLimits) -> LogView {
    LogView::with_limits(request(&["api"], LogStart::Tail(9)), "api-0/api".into(), limits)
}

fn lines(texts: &[&str]) -> LogNews {
    let line = |text: &&str| LogLine { source: 0, at: None, text: (*text).into() };
    LogNews::Lines(texts.iter().map(line).collect())
}

fn numbered(view: &mut LogView, range: std::ops::Range<u32>) {
    for number in range {
        view.arrived(lines(&[&format!("line {number}")]));
    }
}

fn seen(view: &LogView, page: Page) -> Vec<String> {
    let show = |row: Row| match row {
        Row::Hidden { count, .. } => format!("({count} hidden)"),
        Row::Text { line, .. } => match view.line(line) {
            Shown::Line { styled, .. } => styled.text,
            Shown::Remark { text, .. } => text,
        },
    };
    view.rows(page).into_iter().map(show).collect()
}

fn read(view: &mut LogView, action: ReadAction) -> Outcome {
    view.act(LogAction::Read(action), PAGE)
}

#[test]
fn the_newest_lines_are_kept_and_what_was_dropped_is_said() {
    let mut view = view(SMALL);
    numbered(&mut view, 0..1300);
    read(&mut view, ReadAction::Top);
    assert_eq!(
        seen(&view, PAGE),
        [
            "… 1 295 earlier lines dropped here, press 1 to read from the beginning",
            "line 1295",
            "line 1296",
            "line 1297"
        ]
    );
    assert_eq!(view.count(), 5);
}

#[test]
fn bytes_are_limited_too_but_one_line_is_always_kept() {
    let mut view = view(LogLimits { lines: 100, bytes: 500 });
    view.arrived(lines(&["short", &"x".repeat(300), &"y".repeat(300)]));
    assert_eq!(view.count(), 1);
    view.arrived(lines(&[&"z".repeat(9000)]));
    assert_eq!((view.count(), seen(&view, PAGE).last().unwrap().len()), (1, 9000));
}

#[test]
fn from_the_beginning_the_first_lines_are_kept_and_the_end_says_so() {
    let mut view = LogView::with_limits(request(&["api"], LogStart::Head), "api".into(), SMALL);
    numbered(&mut view, 0..9);
    assert_eq!(seen(&view, PAGE).first().unwrap(), "line 0");
    read(&mut view, ReadAction::Bottom);
    assert_eq!(
        seen(&view, PAGE).last().unwrap(),
        "… 4 later lines not kept, press 0 to read the end"
    );
    view.arrived(LogNews::Ended { source: 0, failure: None });
    assert_eq!(view.flow(), Flow::Ended);
}

#[test]
fn gaps_waits_and_ends_stand_in_the_text() {
    let mut view = LogView::new(request(&["api", "proxy"], LogStart::Tail(9)), "api-0".into());
    let wait = LogNews::Waiting { source: 0, why: "ContainerCreating".into() };
    view.arrived(wait.clone());
    view.arrived(wait);
    assert_eq!(view.flow(), Flow::Waiting("ContainerCreating".into()));
    view.arrived(lines(&["a"]));
    view.arrived(LogNews::Gap { source: Some(1), why: "the stream\u{1b}[2J was cut".into() });
    view.arrived(LogNews::Gap { source: None, why: "too slow".into() });
    let failure = Failure::new(FailureKind::Denied, "reading the log denied");
    view.arrived(LogNews::Ended { source: 1, failure: Some(failure) });
    let page = Page { columns: 80, rows: 10 };
    assert_eq!(
        seen(&view, page),
        [
            "── api: no log yet: ContainerCreating ──",
            "a",
            "── proxy: lines are missing here: the stream\u{fffd}[2J was cut ──",
            "── lines are missing here: too slow ──",
            "── proxy: the log breaks off: reading the log denied ──",
        ]
    );
    assert_eq!(view.flow(), Flow::Following);
    view.arrived(LogNews::Ended { source: 0, failure: None });
    assert_eq!(view.flow(), Flow::BrokenOff);
}

#[test]
fn a_log_that_cannot_be_read_at_all_says_why_to_the_last_word() {
    let mut view = LogView::new(request(&["api"], LogStart::Tail(9)), "api-0".into());
    let why = "reading the log: the server answers that the container is no longer there";
    let failure = Failure::new(FailureKind::Missing, why);
    view.arrived(LogNews::Ended { source: 0, failure: Some(failure) });
    assert_eq!((view.flow(), view.is_empty()), (Flow::BrokenOff, true));
    assert!(view.pager().is_wrapped());
    view.act(LogAction::ReadAgain, PAGE);
    assert_eq!(view.flow(), Flow::Loading);
}

#[test]
fn a_log_that_cannot_be_read_for_now_is_not_called_empty_or_followed() {
    let mut view = LogView::new(request(&["api"], LogStart::Tail(9)), "api-0".into());
    view.arrived(lines(&["a"]));
    let failure = Failure::new(FailureKind::Unreachable, "reading the log: refused");
    view.arrived(LogNews::Failing { source: 0, failure });
    assert_eq!(view.flow(), Flow::Failing("reading the log: refused".into()));
    view.arrived(LogNews::Resumed { source: 0 });
    assert_eq!(view.flow(), Flow::Following);
    assert_eq!(
        seen(&view, PAGE),
        ["a", "── not read for now, tried again: reading the log: refused ──", "── read again ──"]
    );
}

#[test]
fn a_filter_never_hides_a_gap() {
    let mut view = view(LogLimits::default());
    view.arrived(lines(&["a", "b", "c"]));
    view.arrived(LogNews::Gap { source: None, why: "x".into() });
    view.arrived(lines(&["d", "e", "needle"]));
    read(&mut view, ReadAction::Filter("-C0 needle".into()));
    assert_eq!(
        seen(&view, PAGE),
        ["(3 hidden)", "── lines are missing here: x ──", "(2 hidden)", "needle"]
    );
}

#[test]
fn scrolling_up_pauses_and_new_lines_are_counted_until_the_end_is_followed_again() {
    let mut view = view(LogLimits::default());
    numbered(&mut view, 0..10);
    assert_eq!(view.flow(), Flow::Following);
    read(&mut view, ReadAction::ScrollBy(-1));
    numbered(&mut view, 10..322);
    assert_eq!(view.flow(), Flow::Paused(312));
    assert_eq!(seen(&view, PAGE), ["line 5", "line 6", "line 7", "line 8"]);
    view.act(LogAction::ToggleFollow, PAGE);
    assert_eq!(view.flow(), Flow::Following);
    assert_eq!(seen(&view, PAGE).last().unwrap(), "line 321");
    view.act(LogAction::ToggleFollow, PAGE);
    numbered(&mut view, 322..323);
    assert_eq!(view.flow(), Flow::Paused(1));
    assert_eq!(seen(&view, PAGE).last().unwrap(), "line 321");
    read(&mut view, ReadAction::Bottom);
    assert_eq!(view.flow(), Flow::Following);
}

#[test]
fn what_is_read_stays_on_the_screen_until_it_is_dropped() {
    let mut view = view(SMALL);
    numbered(&mut view, 0..5);
    read(&mut view, ReadAction::ScrollBy(-1));
    assert_eq!(seen(&view, PAGE).first().unwrap(), "line 0");
    numbered(&mut view, 5..7);
    let top = "… 2 earlier lines dropped here, press 1 to read from the beginning";
    assert_eq!(seen(&view, PAGE), [top, "line 2", "line 3", "line 4"]);
    assert_eq!(view.flow(), Flow::Paused(2));
}

#[test]
fn the_horizontal_place_is_kept_while_lines_come() {
    let mut view = view(LogLimits::default());
    view.arrived(lines(&[&"x".repeat(200)]));
    read(&mut view, ReadAction::Right);
    numbered(&mut view, 0..100);
    assert_eq!((view.pager().left(), view.flow()), (8, Flow::Following));
}

#[test]
fn lines_that_come_are_searched_and_those_that_go_are_forgotten() {
    let mut view = view(SMALL);
    view.arrived(lines(&["hit", "\u{1b}[31mHI\u{1b}[0mT", "other"]));
    read(&mut view, ReadAction::Search("hit".into()));
    assert_eq!(view.search_place(), Some((2, 2)));
    view.arrived(lines(&["hit", "other", "other"]));
    assert_eq!(view.search_place(), Some((1, 2)));
    numbered(&mut view, 0..9);
    assert_eq!(view.search_place(), Some((0, 0)));
}

#[test]
fn another_window_reads_again_and_keeps_what_is_searched() {
    let mut view = view(SMALL);
    numbered(&mut view, 0..9);
    read(&mut view, ReadAction::Search("line 8".into()));
    let ago = LogStart::Ago(Duration::from_mins(5));
    let Outcome::Reload(asked) = view.act(LogAction::Window(ago), PAGE) else { panic!() };
    assert_eq!((asked.start, asked.follow, view.request()), (ago, true, &asked));
    assert_eq!((view.flow(), view.search_place()), (Flow::Loading, Some((0, 0))));
    numbered(&mut view, 7..9);
    assert_eq!(view.search_place(), Some((0, 1)));
    assert_eq!(window(ago), "last 5m");
}

#[test]
fn the_previous_container_is_not_followed() {
    let mut view = view(SMALL);
    let Outcome::Reload(asked) = view.act(LogAction::TogglePrevious, PAGE) else { panic!() };
    assert!(asked.previous && !asked.follow);
    let Outcome::Reload(asked) = view.act(LogAction::TogglePrevious, PAGE) else { panic!() };
    assert!(!asked.previous && asked.follow);
}

#[test]
fn all_containers_and_back() {
    let mut view = view(SMALL);
    let only = view.act(LogAction::ToggleContainers, PAGE);
    assert_eq!(only, Outcome::Say("this is the only container".into()));
    view.offer(&[source("api"), source("proxy")]);
    let Outcome::Reload(asked) = view.act(LogAction::ToggleContainers, PAGE) else { panic!() };
    assert_eq!(asked.sources, [source("api"), source("proxy")]);
    assert_eq!(view.label_width(), Some(5));
    let Outcome::Reload(asked) = view.act(LogAction::ToggleContainers, PAGE) else { panic!() };
    assert_eq!(asked.sources, [source("api")]);
    let both = request(&["api", "proxy"], LogStart::Tail(9));
    let mut view = LogView::new(both, "api-0".into());
    let Outcome::Reload(asked) = view.act(LogAction::ToggleContainers, PAGE) else { panic!() };
    assert_eq!(asked.sources, [source("api")]);
}

#[test]
fn what_is_saved_is_what_is_shown_without_escapes() {
    let mut view = LogView::new(request(&["api", "proxy"], LogStart::Tail(9)), "api-0".into());
    let at = "2026-08-24T10:00:00.5Z".parse().ok();
    let text = "\u{1b}[31mboom\u{1b}[0m\u{1b}]0;x\u{7}".into();
    view.arrived(LogNews::Lines(vec![LogLine { source: 1, at, text }]));
    view.arrived(lines(&["a", "b", "c"]));
    view.act(LogAction::ToggleTimestamps, PAGE);
    read(&mut view, ReadAction::Filter("-C0 boom".into()));
    assert_eq!(
        read(&mut view, ReadAction::Save),
        Outcome::Save {
            name: "api-0.log".into(),
            text: "2026-08-24T10:00:00.5Z proxy boom\n⋯ 3 lines hidden\n".into(),
        }
    );
}

#[test]
fn the_gutter_holds_signs_times_and_sources() {
    let mut view = LogView::new(request(&["api", "proxy"], LogStart::Tail(9)), "api-0".into());
    assert_eq!(view.gutter(), 2 + 6);
    view.act(LogAction::ToggleTimestamps, PAGE);
    let at: Timestamp = "2026-08-24T10:00:00.5Z".parse().unwrap();
    assert_eq!(time_of_line(at), "08-24 10:00:00.500");
    assert_eq!(view.gutter(), 2 + 6 + time_of_line(at).len() + 1);
}

fn stamped(source: u16, range: std::ops::Range<i64>) -> LogNews {
    let line = |second: i64| LogLine {
        source,
        at: Timestamp::from_second(second).ok(),
        text: format!("{source}:{second}").into(),
    };
    LogNews::Lines(range.map(line).collect())
}

fn ended(source: u16) -> LogNews {
    LogNews::Ended { source, failure: None }
}

/// A log of two containers, of which the newest lines are there, read from the top.
fn interleaved(limits: LogLimits) -> LogView {
    let request = request(&["api", "proxy"], LogStart::Tail(9));
    let mut view = LogView::with_limits(request, "api-0".into(), limits);
    view.arrived(stamped(0, 105..108));
    view.arrived(stamped(1, 108..110));
    read(&mut view, ReadAction::Top);
    view
}

#[test]
fn going_up_from_the_top_loads_older_lines_which_do_not_move_what_is_read() {
    let mut view = interleaved(LogLimits::default());
    read(&mut view, ReadAction::ToggleMark);
    let Outcome::Older(request) = read(&mut view, ReadAction::ScrollBy(-1)) else {
        panic!("nothing older is asked for")
    };
    assert_eq!((request.start, request.follow), (LogStart::Tail(1000), false));
    assert!(view.is_loading_older());
    assert_eq!(read(&mut view, ReadAction::ScrollBy(-1)), Outcome::Nothing, "it is under way");
    let top = seen(&view, PAGE);
    // Of each container from its own beginning, what is known already among it; new lines go on.
    assert_eq!(view.older_arrived(stamped(0, 100..108)), None);
    view.arrived(stamped(0, 110..111));
    assert_eq!(view.older_arrived(ended(0)), None);
    assert_eq!(view.older_arrived(stamped(1, 106..110)), None);
    let said = view.older_arrived(ended(1)).unwrap();
    assert_eq!(said, "7 older lines above; the log begins there");
    assert_eq!(seen(&view, PAGE)[0], top[0]);
    read(&mut view, ReadAction::Top);
    let tall = Page { columns: 60, rows: 20 };
    let all = [
        "0:100", "0:101", "0:102", "0:103", "0:104", "0:105", "0:106", "1:106", "0:107", "1:107",
        "1:108", "1:109", "0:110",
    ];
    assert_eq!(seen(&view, tall), all);
    let begins = read(&mut view, ReadAction::ScrollBy(-1));
    assert_eq!(begins, Outcome::Say("the log begins here".into()));
    let Outcome::Copy { text, .. } = read(&mut view, ReadAction::Copy) else { panic!("no copy") };
    assert!(text.ends_with("0:105"), "the mark went with its line: {text}");
}

#[test]
fn no_more_older_lines_are_taken_than_a_log_keeps() {
    let mut view = interleaved(LogLimits { lines: 8, bytes: 1 << 20 });
    assert!(matches!(read(&mut view, ReadAction::Top), Outcome::Older(_)));
    view.older_arrived(stamped(0, 10..105));
    view.older_arrived(ended(0));
    view.older_arrived(ended(1));
    assert_eq!(view.count(), 8);
    read(&mut view, ReadAction::Top);
    let top = seen(&view, PAGE);
    assert!(top[0].contains("92 earlier lines dropped here"), "{top:?}");
    assert_eq!(top[1], "0:102");
    let full = read(&mut view, ReadAction::ScrollBy(-1));
    assert!(matches!(&full, Outcome::Say(why) if why.contains("`1` reads")), "{full:?}");
}

#[test]
fn older_lines_that_cannot_be_had_are_said_and_asked_for_again() {
    let mut view = interleaved(LogLimits::default());
    read(&mut view, ReadAction::Top);
    let failure = Some(Failure::new(FailureKind::Unreachable, "reading the log of api-0: refused"));
    view.older_arrived(LogNews::Ended { source: 0, failure });
    let said = view.older_arrived(ended(1)).unwrap();
    assert!(said.contains("refused"), "{said}");
    assert!(matches!(read(&mut view, ReadAction::Top), Outcome::Older(_)));
}

#[test]
fn what_is_read_from_the_beginning_is_not_called_new() {
    let request = request(&["api"], LogStart::Head);
    let mut view = LogView::with_limits(request, "api-0/api".into(), LogLimits::default());
    view.arrived(stamped(0, 0..30));
    assert_eq!(view.flow(), Flow::Paused(0));
}
