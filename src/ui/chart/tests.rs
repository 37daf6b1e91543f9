//! Charts in cells, in many sizes, with gaps, a cursor and limits.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::plot::unit::Unit;
use crate::domain::plot::{Form, Layer, Plot, Threshold};
use crate::domain::series::{Point, Series, Window};
use crate::domain::settings::ThemeChoice;
use crate::ui::theme::{ColourDepth, Theme};

use super::{Chart, multiples, spark};

const DAY: Duration = Duration::from_hours(24);
const GIB: f64 = 1_073_741_824.0;

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

fn end() -> jiff::Timestamp {
    at("2026-11-27T00:00:00Z")
}

/// A value a day up to the end, of so many days; `None` of `value` is a day without a point.
fn daily(days: u32, value: impl Fn(f64) -> Option<f64>) -> Series {
    let points = (0..=days).filter_map(|day| {
        let value = value(f64::from(day))?;
        Some(Point::new(end() - DAY * (days - day), value * GIB))
    });
    Series::new(DAY, points)
}

fn layer(label: &str, series: Series) -> Layer {
    Layer { label: label.to_owned(), series }
}

fn plot(days: u32, form: Form, layers: Vec<Layer>) -> Plot {
    let window = Window::before(end(), DAY * days);
    let title = "lifeboat-backups".to_owned();
    let (unit, total) = (Unit::Bytes, Series::default());
    Plot { title, unit, window, form, layers, total, thresholds: Vec::new() }
}

/// Growth, a week without points, a jump.
fn prod(days: u32) -> Series {
    let (gap, jump) = (days / 2, f64::from(days) * 0.8);
    daily(days, |day| {
        let is_gap = day > f64::from(gap) && day < f64::from(gap) + f64::from(days) / 13.0;
        let wave = (day / 5.0).sin() * 2.0;
        let leap = if day >= jump { 90.0 } else { 0.0 };
        (!is_gap).then_some(300.0 + day * 100.0 / f64::from(days) + wave + leap)
    })
}

fn lines(days: u32) -> Plot {
    let dev = daily(days, |day| Some(60.0 + 20.0 * (day / f64::from(days) * 6.0).cos()));
    let staging = daily(days, |day| Some(140.0 + 40.0 * (day / f64::from(days) * 9.0).sin()));
    let layers = vec![layer("prod", prod(days)), layer("staging", staging), layer("dev", dev)];
    plot(days, Form::Lines, layers)
}

fn stacked(days: u32) -> Plot {
    let is_gap = |day: f64| day > f64::from(days) * 0.5 && day < f64::from(days) * 0.58;
    let of = |base: f64, slope: f64| {
        daily(days, move |day| (!is_gap(day)).then_some(base + slope * day / f64::from(days)))
    };
    let layers = vec![
        layer("Standard", of(120.0, 60.0)),
        layer("StandardIA", of(80.0, 90.0)),
        layer("Glacier", of(200.0, 40.0)),
    ];
    Plot { total: of(400.0, 190.0), ..plot(days, Form::Stacked, layers) }
}

fn themed(depth: ColourDepth) -> Theme {
    Theme::new(ThemeChoice::Dark, depth, false)
}

fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let row = |y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..area.height).map(|y| row(y).trim_end().to_owned() + "\n").collect()
}

fn drawn(plot: &Plot, cursor: Option<u32>, (width, height): (u16, u16)) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let cursor = cursor.map(|days| end() - DAY * days);
    let chart = Chart { plot, cursor, has_legend: true, margin: 0 };
    let area = buffer.area;
    chart.draw(&mut buffer, area, &themed(ColourDepth::None));
    text(&buffer)
}

/// One line that hardly moves, and a limit.
fn limited() -> Plot {
    let flat = daily(90, |day| Some(410.0 + day / 40.0));
    let limit = Threshold { label: "too much".to_owned(), value: 413.0 * GIB };
    let layers = vec![layer("prod", flat)];
    Plot { thresholds: vec![limit], ..plot(90, Form::Lines, layers) }
}

#[test]
fn charts_fit_the_room_there_is() {
    for size in [(78, 14), (118, 28), (28, 6), (60, 3)] {
        let (width, height) = size;
        for (name, plot, cursor) in [
            ("lines", lines(14), Some(3)),
            ("lines_90", lines(90), None),
            ("stacked", stacked(90), Some(20)),
            ("stacked_15_months", stacked(455), None),
            ("limit", limited(), Some(80)),
        ] {
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), drawn(&plot, cursor, size));
        }
    }
}

#[test]
fn the_name_of_a_limit_hides_neither_the_newest_values_nor_another_name() {
    let limit = |label: &str, value| Threshold { label: label.to_owned(), value: value * GIB };
    let rising = layer("prod", daily(90, Some));
    let thresholds = vec![limit("warning", 90.0)];
    let near = Plot { thresholds, ..plot(90, Form::Lines, vec![rising.clone()]) };
    let said = drawn(&near, None, (78, 14));
    let row = said.lines().find(|line| line.contains("warning")).unwrap();
    assert!(row.chars().position(|it| it == 'w').unwrap() < 20, "{said}");
    let newest = row.trim_end().chars().last().unwrap();
    assert!(('\u{2800}'..='\u{28ff}').contains(&newest), "{said}");
    let thresholds = vec![limit("warning", 200.0), limit("critical", 201.0)];
    let far = Plot { thresholds, ..plot(90, Form::Lines, vec![rising]) };
    let said = drawn(&far, None, (78, 14));
    assert!(said.contains("warning") && said.contains("critical"), "{said}");
}

#[test]
fn what_was_not_measured_is_said_and_not_drawn() {
    let empty = plot(14, Form::Lines, vec![layer("prod", Series::default())]);
    let said = drawn(&empty, None, (78, 14));
    assert_eq!(said.trim(), "nothing was measured from 2026-11-13 to 2026-11-27");
    let gap = drawn(&lines(90), Some(43), (78, 14));
    assert!(gap.contains("prod not measured"), "{gap}");
}

#[test]
fn a_gap_is_empty_from_the_top_to_the_axis() {
    let text = drawn(&stacked(90), None, (78, 14));
    let rows: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let axis = rows.iter().find(|row| row.contains(&'┼')).unwrap();
    let ends = |at: &usize| axis[*at] == ' ' && axis[at + 1] == ' ';
    let gap = (9..axis.len() - 1).find(ends).expect("the axis has a break");
    for row in rows.iter().skip(1).take(11) {
        assert!(row.get(gap).is_none_or(|cell| *cell == ' '), "{text}");
    }
}

#[test]
fn the_cursor_reads_the_values_of_its_day() {
    let plot = stacked(90);
    let text = drawn(&plot, Some(20), (118, 14));
    let [first, .., last] = &text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert!(first.starts_with(" 2026-11-07  all 547.8 GiB"), "{first}");
    assert!(last.contains("2026-11-07"), "{last}");
    let outside = drawn(&plot, Some(200), (118, 14));
    assert_eq!(outside, drawn(&plot, None, (118, 14)));
}

#[test]
fn no_size_breaks_a_chart_nor_leaves_its_area() {
    for width in (0..8).chain([27, 28, 33, 34, 40, 69, 70, 71, 90]) {
        for height in 0..=18 {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 20));
            let area = Rect::new(5, 2, width, height);
            for plot in [lines(14), stacked(90), limited()] {
                let chart = Chart { plot: &plot, cursor: Some(end()), has_legend: true, margin: 0 };
                chart.draw(&mut buffer, area, &themed(ColourDepth::True));
            }
            multiples::draw(
                &mut buffer,
                area,
                (&[lines(14), stacked(90), limited()], None),
                &themed(ColourDepth::True),
            );
            for y in 0..20 {
                for x in 0..100 {
                    if !area.contains((x, y).into()) {
                        assert_eq!(buffer[(x, y)].symbol(), " ", "{x},{y} of {area:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn several_charts_share_the_room_and_say_what_has_none() {
    let plots = [lines(90), stacked(90), limited(), lines(14)];
    for (width, height) in [(80, 18), (198, 40), (80, 10)] {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let area = buffer.area;
        multiples::draw(&mut buffer, area, (&plots, None), &themed(ColourDepth::None));
        insta::assert_snapshot!(format!("multiples_{width}x{height}"), text(&buffer));
    }
}

#[test]
fn areas_have_two_colours_in_a_cell_and_no_pattern_where_there_are_colours() {
    let plot = stacked(90);
    for depth in [ColourDepth::True, ColourDepth::Indexed, ColourDepth::Sixteen] {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 78, 14));
        let chart = Chart { plot: &plot, cursor: None, has_legend: false, margin: 0 };
        let area = buffer.area;
        chart.draw(&mut buffer, area, &themed(depth));
        assert!(!text(&buffer).contains(['▒', '░']));
        let is_mixed = |cell: &ratatui::buffer::Cell| {
            "▁▂▃▄▅▆▇".contains(cell.symbol()) && cell.bg != ratatui::style::Color::Reset
        };
        assert!(buffer.content().iter().any(is_mixed), "{depth:?}");
    }
}

#[test]
fn a_sparkline_keeps_gaps_and_stays_level_where_little_moves() {
    let window = Window::before(end(), DAY * 90);
    let line = |series: &Series, cells| spark::sparkline(series, window, cells);
    assert_eq!(line(&prod(90), 30), "▁▁▁▂▂▂▂▂▂▂▂▂▃▃▃▃·▃▃▃▄▄▄▄▇█████");
    assert_eq!(line(&daily(90, |day| Some(410.0 + day / 40.0)), 10), "▁▁▁▁▁▁▁▁▁▁");
    assert_eq!(line(&daily(90, |_| Some(0.0)), 4), "▁▁▁▁");
    assert_eq!(line(&Series::default(), 4), "····");
    assert_eq!(line(&prod(90), 0), "");
}
