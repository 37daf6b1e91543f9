//! Scales, dates and pictures.

use super::fixture::{DAY, at, daily};
use super::time::{TimeTick, ticks};
use super::*;

const GIB: f64 = 1_073_741_824.0;

fn labels(least: f64, most: f64, unit: &Unit) -> Vec<String> {
    Scale::of((least, most), unit, 5).ticks.into_iter().map(|tick| tick.label).collect()
}

#[test]
fn ticks_are_round_in_the_unit_that_a_reader_would_choose() {
    let other = Unit::Other("requests".to_owned());
    for (least, most, unit, expected) in [
        (0.0, 412.3 * GIB, &Unit::Bytes, "0 GiB, 200 GiB, 400 GiB, 600 GiB"),
        (
            404.0 * GIB,
            412.3 * GIB,
            &Unit::Bytes,
            "402.5 GiB, 405.0 GiB, 407.5 GiB, 410.0 GiB, 412.5 GiB",
        ),
        (0.0, 3.0, &Unit::Count, "0, 1, 2, 3"),
        (0.0, 1_318_440.0, &Unit::Count, "0, 500 000, 1 000 000, 1 500 000"),
        (12.0, 61.0, &Unit::Percent, "0 %, 25 %, 50 %, 75 %, 100 %"),
        (0.0, 730.0, &Unit::Milliseconds, "0 ms, 200 ms, 400 ms, 600 ms, 800 ms"),
        (0.0, 2500.0, &Unit::Milliseconds, "0 s, 1 s, 2 s, 3 s"),
        (-3.0, 4.0, &other, "-4 requests, -2 requests, 0 requests, 2 requests, 4 requests"),
        (0.0, 0.0, &Unit::Count, "0, 1"),
    ] {
        assert_eq!(labels(least, most, unit).join(", "), expected);
    }
}

#[test]
fn a_scale_holds_what_is_drawn_and_no_two_ticks_read_alike() {
    let units = [Unit::Bytes, Unit::Count, Unit::Percent, Unit::Milliseconds];
    for unit in units {
        for exponent in 0..14 {
            for (low, high) in [(0.0, 1.0), (0.93, 1.0), (0.999_9, 1.0), (1.0, 1.0), (0.3, 9.7)] {
                let power = 10_f64.powi(exponent);
                let (low, high) = (low * power, high * power);
                for most in 2..9 {
                    let scale = Scale::of((low, high), &unit, most);
                    assert!(scale.from <= low && high <= scale.to, "{unit:?} {low} {high}");
                    assert!(scale.share(high) <= 1.0 && scale.share(low) >= 0.0);
                    let mut labels: Vec<_> = scale.ticks.iter().map(|it| &it.label).collect();
                    assert!((2..=most + 2).contains(&labels.len()), "{labels:?} of {most}");
                    labels.dedup();
                    assert_eq!(labels.len(), scale.ticks.len(), "{labels:?}");
                }
            }
        }
    }
}

#[test]
fn an_axis_begins_at_zero_unless_that_would_crowd_what_is_drawn() {
    assert!(Scale::of((40.0, 100.0), &Unit::Count, 5).starts_at_zero());
    assert!(!Scale::of((90.0, 100.0), &Unit::Count, 5).starts_at_zero());
}

#[test]
fn values_are_read_off_in_their_unit() {
    for (unit, value, expected) in [
        (Unit::Bytes, 412.0 * GIB, "412.0 GiB"),
        (Unit::Count, 1_318_440.0, "1 318 440"),
        (Unit::Percent, 41.27, "41.3 %"),
        (Unit::Milliseconds, 250.0, "250 ms"),
        (Unit::Milliseconds, 1250.0, "1.25 s"),
        (Unit::Other("requests".to_owned()), 12.5, "12.50 requests"),
        (Unit::Other(String::new()), 3.0, "3"),
    ] {
        assert_eq!(unit.show(value), expected);
    }
    assert_eq!(Unit::Bytes.show_change(-2048.0), "-2.0 KiB");
    assert_eq!(Unit::Count.show_change(12.0), "+12");
}

/// The labels of an axis, as they stand.
fn axis(placed: &[TimeTick], columns: u16) -> String {
    let mut text = vec![' '; usize::from(columns)];
    for tick in placed {
        for (cell, letter) in text.iter_mut().skip(usize::from(tick.start)).zip(tick.label.chars())
        {
            assert_eq!(*cell, ' ', "labels overlap");
            *cell = letter;
        }
    }
    text.into_iter().collect::<String>().trim_end().to_owned()
}

#[test]
fn dates_stand_where_they_have_room() {
    let window = |days| Window::before(at("2026-11-28T00:00:00Z"), DAY * days);
    for (days, columns, expected) in [
        (14, 66, "  Nov 15   Nov 17   Nov 19    Nov 21   Nov 23   Nov 25   Nov 27"),
        (90, 66, "Aug 31  Sep 14    Sep 28    Oct 12    Oct 26    Nov 09    Nov 23"),
        (455, 66, " Oct 2025     Jan 2026        Apr          Jul          Oct"),
        (1, 66, "Nov 27        06:00            12:00           18:00        Nov 28"),
    ] {
        assert_eq!(axis(&ticks(window(days), columns), columns), expected, "{days} days");
    }
}

#[test]
fn no_two_dates_touch_however_narrow_or_long() {
    for days in [1, 2, 5, 14, 30, 90, 200, 455, 4000] {
        let window = Window::before(at("2026-11-27T00:00:00Z"), DAY * days);
        for columns in 1..=220 {
            let placed = ticks(window, columns);
            for pair in placed.windows(2) {
                let end = usize::from(pair[0].start) + pair[0].label.len();
                assert!(end + 2 <= usize::from(pair[1].start), "{days} {columns} {placed:?}");
            }
            if let Some(last) = placed.last() {
                assert!(usize::from(last.start) + last.label.len() <= usize::from(columns));
            }
            if columns >= 24 {
                assert!(!placed.is_empty(), "{days} days in {columns} columns say no date");
            }
        }
    }
    assert!(ticks(Window::before(at("2026-11-27T00:00:00Z"), DAY), 0).is_empty());
}

fn plot(form: Form) -> Plot {
    let gib = |value: f64| Some(value * GIB);
    let layer = |label: &str, values: [Option<f64>; 6]| Layer {
        label: label.to_owned(),
        series: daily("2026-11-20T00:00:00Z", values),
    };
    let (standard, glacier) = (
        [gib(1.0), gib(2.0), None, None, gib(3.0), gib(4.0)],
        [gib(5.0), gib(5.0), None, None, gib(5.0), gib(5.0)],
    );
    let sum = |(one, two): (&Option<f64>, &Option<f64>)| Some((*one)? + (*two)?);
    let sums: Vec<_> = standard.iter().zip(&glacier).map(sum).collect();
    Plot {
        title: "backups <of> prod".to_owned(),
        unit: Unit::Bytes,
        window: Window { from: at("2026-11-20T00:00:00Z"), to: at("2026-11-25T00:00:00Z") },
        form,
        total: daily("2026-11-20T00:00:00Z", sums),
        layers: vec![layer("Standard", standard), layer("Glacier", glacier)],
        thresholds: vec![Threshold { label: "too much".to_owned(), value: 12.0 * GIB }],
    }
}

#[test]
fn areas_are_scaled_by_their_sum_and_lines_by_themselves() {
    let top = |plot: &Plot| plot.scale(5).map(|scale| scale.to);
    let [mut stacked, mut lines] = [Form::Stacked, Form::Lines].map(plot);
    assert_eq!(top(&stacked), Some(15.0 * GIB), "the threshold is seen too");
    (stacked.thresholds, lines.thresholds) = (Vec::new(), Vec::new());
    assert_eq!(top(&stacked), Some(10.0 * GIB));
    assert_eq!(top(&lines), Some(6.0 * GIB));
    stacked.total = Series::default();
    assert!(stacked.is_empty(), "some classes are no size");
    lines.window = Window { from: at("2020-01-01T00:00:00Z"), to: at("2020-02-01T00:00:00Z") };
    assert!(lines.is_empty() && lines.scale(5).is_none());
}

#[test]
fn a_picture_breaks_lines_and_areas_at_a_gap() {
    let count = |text: &str, what: &str| text.matches(what).count();
    let lines = plot(Form::Lines).svg("as of 2026-11-25");
    assert_eq!(count(&lines, "<polyline"), 4, "two runs of two series");
    let areas = plot(Form::Stacked).svg("as of 2026-11-25");
    assert_eq!(count(&areas, "<polygon"), 4);
    for picture in [lines, areas] {
        assert!(
            picture.contains("backups &lt;of&gt; prod") && picture.contains("as of 2026-11-25")
        );
        assert!(picture.contains("too much") && picture.contains("Standard  4.0 GiB"));
        assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
        assert_eq!(count(&picture, "<text"), count(&picture, "</text>"));
    }
    let empty = Plot { layers: Vec::new(), ..plot(Form::Lines) };
    assert!(empty.svg("").contains("nothing was measured"));
    let layers = plot(Form::Lines).layers.into_iter().cycle().take(20).collect();
    let crowded = Plot { layers, ..plot(Form::Lines) }.svg("");
    let named = count(&crowded, "Standard  4.0 GiB") + count(&crowded, "Glacier  5.0 GiB");
    assert!(named > 2 && crowded.contains(&format!("and {} more", 20 - named)), "{crowded}");
}
