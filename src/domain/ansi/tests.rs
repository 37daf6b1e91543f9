//! Colours stay, everything else goes, and nothing that follows is hidden.

use proptest::prelude::*;

use super::*;

fn red() -> Sgr {
    Sgr { foreground: Some(AnsiColour::Indexed(1)), ..Sgr::default() }
}

#[test]
fn colours_become_runs_of_plain_text() {
    let styled = parse("\u{1b}[31mERROR\u{1b}[0m disk \u{1b}[1;38;5;208mfull\u{1b}[m!");
    assert_eq!(styled.text, "ERROR disk full!");
    let orange =
        Sgr { foreground: Some(AnsiColour::Indexed(208)), is_bold: true, ..Sgr::default() };
    assert_eq!(
        styled.runs,
        [Run { start: 0, end: 5, style: red() }, Run { start: 11, end: 15, style: orange }]
    );
}

#[test]
fn every_spelling_of_a_colour_is_understood() {
    let cases = [
        ("31", Some(AnsiColour::Indexed(1))),
        ("91", Some(AnsiColour::Indexed(9))),
        ("38;5;200", Some(AnsiColour::Indexed(200))),
        ("38;2;1;2;3", Some(AnsiColour::Rgb(1, 2, 3))),
        ("38:5:200", Some(AnsiColour::Indexed(200))),
        ("38:2:1:2:3", Some(AnsiColour::Rgb(1, 2, 3))),
        ("38:2::1:2:3", Some(AnsiColour::Rgb(1, 2, 3))),
        ("38;5;300", None),
        ("31;39", None),
        ("999999999", None),
        ("38", None),
    ];
    for (parameters, foreground) in cases {
        let styled = parse(&format!("\u{1b}[4;{parameters}mx"));
        let style = styled.runs.first().unwrap().style;
        assert_eq!((style.foreground, style.is_underlined), (foreground, true), "{parameters}");
    }
}

#[test]
fn what_moves_titles_copies_or_asks_vanishes_whole() {
    for sequence in [
        "\u{1b}[2J",
        "\u{1b}[10;20H",
        "\u{1b}[?1049h",
        "\u{1b}[>4;1m",
        "\u{1b}]0;title\u{7}",
        "\u{1b}]52;c;cm0gLXJm\u{1b}\\",
        "\u{1b}P+q544e\u{1b}\\",
        "\u{1b}_app\u{1b}\\",
        "\u{1b}c",
        "\u{1b}(B",
        "\u{9b}2J",
        "\u{9d}52;c;eA==\u{9c}",
    ] {
        assert_eq!(parse(&format!("a{sequence}b")).text, "ab", "{sequence:?}");
    }
}

#[test]
fn what_is_broken_is_neutralised_and_hides_nothing() {
    for (line, shown) in [
        ("a\u{1b}]52;c;never ends", "a\u{fffd}]52;c;never ends"),
        ("a\u{1b}[31", "a\u{fffd}[31"),
        ("a\u{1b}[3é", "a\u{fffd}[3é"),
        ("a\u{1b}", "a\u{fffd}"),
        ("a\u{1b}]0;x\u{1b}[31mb", "a\u{fffd}]0;xb"),
        ("a\u{9b}", "a\u{fffd}"),
        ("a\u{8}\u{8}b\u{7}", "a\u{fffd}\u{fffd}b\u{fffd}"),
        ("\u{202e}gpj.exe", "\u{fffd}gpj.exe"),
        ("10%\r20%\r\n", "10% 20%"),
    ] {
        assert_eq!(parse(line).text, shown, "{line:?}");
    }
}

#[test]
fn tabs_reach_the_next_stop_by_columns_and_not_by_bytes() {
    assert_eq!(parse("a\tb").text, "a       b");
    assert_eq!(parse("日本\tb").text, "日本    b");
    assert_eq!(parse("\u{1b}[31ma\u{1b}[0m\tb").text, "a       b");
}

#[test]
fn a_plain_line_is_borrowed() {
    assert!(matches!(plain("GET /é 200"), Cow::Borrowed("GET /é 200")));
    assert!(matches!(plain("crlf\r"), Cow::Borrowed("crlf")));
    assert_eq!(plain("\u{1b}[1mbold"), "bold");
}

proptest! {
    #[test]
    fn nothing_that_a_terminal_acts_on_comes_out(
        parts in proptest::collection::vec(
            prop_oneof![
                ".{0,4}",
                "[\u{1b}\u{9b}\u{9d}\u{90}\u{7}\u{9c}\u{18}\t\r\n\u{202e}]{1,2}",
                "[\\[\\]();:?0-9mHJP_^\\\\]{1,5}",
                Just("\u{1b}[38;5;1m".to_owned()),
                Just("\u{1b}]52;c;".to_owned()),
            ],
            0..24,
        )
    ) {
        let line = parts.concat();
        let styled = parse(&line);
        prop_assert!(styled.text.chars().all(is_harmless), "{:?}", styled.text);
        prop_assert_eq!(&*plain(&line), &styled.text);
        let mut end = 0;
        for run in &styled.runs {
            prop_assert!(run.start >= end && run.start < run.end);
            prop_assert!(styled.text.get(run.start..run.end).is_some());
            end = run.end;
        }
    }
}
