//! Gaps, windows, columns, changes, growth and jumps.

use super::*;

const DAY: Duration = Duration::from_hours(24);

fn day(number: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 / 86_400 * 86_400 + number * 86_400).unwrap()
}

/// A point a day, where the number is given.
fn daily(values: &[Option<f64>]) -> Series {
    let points = values
        .iter()
        .zip(0..)
        .filter_map(|(value, number)| value.map(|value| Point::new(day(number), value)));
    Series::new(DAY, points)
}

fn known(values: &[f64]) -> Series {
    daily(&values.iter().copied().map(Some).collect::<Vec<_>>())
}

fn values(series: &Series) -> Vec<f64> {
    series.points().iter().map(|point| point.value).collect()
}

#[test]
fn points_ascend_and_the_later_of_two_for_one_instant_counts() {
    let points = [
        Point::new(day(2), 3.0),
        Point::new(day(0), 1.0),
        Point::new(day(2), 4.0),
        Point::new(day(1), f64::NAN),
    ];
    let series = Series::new(DAY, points);
    assert_eq!(values(&series), [1.0, 4.0]);
    assert_eq!(series.extent(), Some((1.0, 4.0)));
    assert_eq!(Series::default().extent(), None);
}

#[test]
fn a_file_in_disorder_becomes_a_series_in_order() {
    let series = known(&[1.0, 2.0]);
    let text = serde_json::to_string(&series).unwrap();
    assert_eq!(serde_json::from_str::<Series>(&text).unwrap(), series);
    let mut written: serde_json::Value = serde_json::from_str(&text).unwrap();
    written["points"].as_array_mut().unwrap().reverse();
    assert_eq!(serde_json::from_value::<Series>(written).unwrap(), series);
}

#[test]
fn a_window_cuts_with_both_ends_included() {
    let series = known(&[0.0, 1.0, 2.0, 3.0]);
    let window = Window { from: day(1), to: day(2) };
    assert_eq!(values(&series.within(window)), [1.0, 2.0]);
    assert_eq!(Window::before(day(2), DAY), window);
    assert_eq!((window.share(day(1)), window.share(day(2))), (0.0, 1.0));
    assert!(series.within(Window { from: day(2), to: day(1) }).is_empty());
}

#[test]
fn a_gap_is_what_was_not_measured_and_never_a_zero() {
    let series = daily(&[Some(5.0), Some(6.0), None, None, Some(9.0)]);
    let runs: Vec<usize> = series.runs().map(<[Point]>::len).collect();
    assert_eq!(runs, [2, 1]);
    assert_eq!(series.gaps(), [(Point::new(day(1), 6.0), Point::new(day(4), 9.0))]);
    assert_eq!(series.missing(), 2);
    assert_eq!(series.near(day(2)), None);
    assert_eq!(series.near(day(1)), Some(Point::new(day(1), 6.0)));
    assert_eq!(series.extent(), Some((5.0, 9.0)));
}

#[test]
fn a_value_holds_until_the_next_is_due() {
    let series = daily(&[Some(5.0), None, None, Some(9.0)]);
    let hours = |count: u64| day(0) + Duration::from_hours(count);
    assert_eq!(series.held(hours(26)), Some(Point::new(day(0), 5.0)));
    assert_eq!(series.held(hours(27)), None);
    assert_eq!(series.held(day(-1)), None);
}

#[test]
fn columns_tell_least_most_and_last_and_keep_gaps() {
    let series = daily(&[Some(1.0), Some(7.0), Some(3.0), None, None, None, Some(8.0), Some(9.0)]);
    let columns = series.columns(Window { from: day(0), to: day(8) }, 4);
    let column = |least, most, last| Some(Column { least, most, last });
    assert_eq!(
        columns,
        [column(1.0, 7.0, 7.0), column(3.0, 3.0, 3.0), None, column(8.0, 9.0, 9.0)]
    );
    let fine = series.columns(Window { from: day(0), to: day(1) }, 4);
    assert_eq!(fine.iter().map(|it| it.unwrap().last).collect::<Vec<_>>(), [1.0, 1.0, 1.0, 7.0]);
    assert!(series.columns(Window { from: day(0), to: day(1) }, 0).is_empty());
}

#[test]
fn a_month_is_compared_with_the_measured_day_that_is_nearest() {
    let measured = |without: std::ops::Range<i32>| {
        let value = |day: i32| (!without.contains(&day)).then(|| f64::from(day) + 10.0);
        daily(&(0..=40).map(value).collect::<Vec<_>>())
    };
    let month = measured(0..0).month().unwrap();
    assert_eq!((month.from.at, month.to.at), (day(10), day(40)));
    assert_eq!((month.by(), month.share()), (30.0, Some(1.5)));
    assert_eq!(measured(9..13).month().unwrap().from.at, day(8), "it was not measured then");
    assert_eq!(measured(0..18).month(), None, "nothing is near enough");
    assert_eq!(known(&[1.0]).month(), None);
    assert_eq!(known(&[0.0; 31]).month().unwrap().share(), None);
}

#[test]
fn growth_is_not_bent_by_one_jump_nor_by_a_wrong_point() {
    let mut steady: Vec<f64> = (0..60).map(|day| 1000.0 + 10.0 * f64::from(day)).collect();
    assert_eq!(known(&steady).growth_per_day(), Some(10.0));
    steady[20] = 9_999.0;
    assert_eq!(known(&steady).growth_per_day(), Some(10.0));
    assert_eq!(known(&[1.0, 2.0]).growth_per_day(), None);
    let long: Vec<f64> = (0..5000).map(f64::from).collect();
    assert_eq!(known(&long).growth_per_day(), Some(1.0));
}

#[test]
fn a_jump_stands_out_of_the_usual_steps_and_noise_does_not() {
    let noisy = |day: i32| 1000.0 + 3.0 * f64::from(day) + f64::from(day * 7 % 5);
    let calm: Vec<f64> = (0..60).map(noisy).collect();
    assert!(known(&calm).jumps().is_empty());
    let leaps: Vec<f64> = calm
        .iter()
        .zip(0..)
        .map(|(value, day)| value + if day >= 40 { 400.0 } else { 0.0 })
        .collect();
    let jumps = known(&leaps).jumps();
    assert_eq!(jumps.len(), 1);
    assert_eq!((jumps[0].change.from.at, jumps[0].change.to.at), (day(39), day(40)));
    let with_gap: Vec<Option<f64>> =
        calm.iter().zip(0..).map(|(it, day)| (!(20..30).contains(&day)).then_some(*it)).collect();
    assert!(daily(&with_gap).jumps().is_empty(), "ten days of growth are no jump");
    assert!(known(&[0.0; 60]).jumps().is_empty());
}
