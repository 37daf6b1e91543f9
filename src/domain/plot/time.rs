//! The axis of time: dates at which ticks stand, in UTC, as CloudWatch counts its days.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};

use crate::domain::series::Window;

/// A tick whose label has its place: no two of them touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeTick {
    pub at: Timestamp,
    /// The column that it stands at.
    pub column: u16,
    pub label: String,
    /// The column at which its label begins.
    pub start: u16,
}

/// How far apart ticks stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grid {
    Hours(i8),
    Days(i64),
    /// On Mondays, every so many weeks.
    Weeks(i64),
    /// On firsts of a month.
    Months(i8),
    Years(i16),
}

/// From fine to coarse.
const GRIDS: [Grid; 17] = [
    Grid::Hours(1),
    Grid::Hours(3),
    Grid::Hours(6),
    Grid::Hours(12),
    Grid::Days(1),
    Grid::Days(2),
    Grid::Weeks(1),
    Grid::Weeks(2),
    Grid::Weeks(4),
    Grid::Months(1),
    Grid::Months(2),
    Grid::Months(3),
    Grid::Months(6),
    Grid::Years(1),
    Grid::Years(2),
    Grid::Years(5),
    Grid::Years(10),
];

/// The ticks of a window that is drawn in so many columns: the finest grid whose labels all have
/// room, with a gap between them.
pub fn ticks(window: Window, columns: u16) -> Vec<TimeTick> {
    let length = window.length().as_secs();
    let fit = GRIDS.into_iter().filter(|grid| length / grid.seconds() <= u64::from(columns));
    let placed = fit.map(|grid| place(grid, window, columns));
    placed.into_iter().find_map(|(ticks, is_whole)| is_whole.then_some(ticks)).unwrap_or_default()
}

/// The column of an instant, of so many that a window has.
pub fn column(window: Window, at: Timestamp, columns: u16) -> u16 {
    let last = columns.saturating_sub(1);
    let place = (window.share(at) * f64::from(last)).round().clamp(0.0, f64::from(last));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
    let column = place as u16;
    column
}

/// The ticks of one grid, and whether each label found its place; those at the edges, which stand
/// beside their ticks, may give way.
fn place(grid: Grid, window: Window, columns: u16) -> (Vec<TimeTick>, bool) {
    const GAP: u16 = 2;
    let mut placed: Vec<TimeTick> = Vec::new();
    let mut free = 0;
    for at in grid.instants(window) {
        let Some(mut tick) = TimeTick::new(grid, at, (window, columns), placed.is_empty()) else {
            return (placed, false);
        };
        if tick.start < free && placed.len() == 1 && placed.iter().all(TimeTick::is_pushed) {
            placed.clear();
            free = 0;
            match TimeTick::new(grid, at, (window, columns), true) {
                Some(first) => tick = first,
                None => return (placed, false),
            }
        }
        match (tick.start < free, tick.is_pushed()) {
            (false, _) => {
                free = tick.end() + GAP;
                placed.push(tick);
            }
            (true, true) => {}
            (true, false) => return (placed, false),
        }
    }
    let is_something = !placed.is_empty();
    (placed, is_something)
}

impl TimeTick {
    /// A tick with its label in the middle below it, as far as the edges let it; `None` where the label
    /// is longer than the axis.
    fn new(
        grid: Grid,
        at: Timestamp,
        (window, columns): (Window, u16),
        is_first: bool,
    ) -> Option<Self> {
        let (column, label) = (column(window, at, columns), grid.label(at, is_first));
        let mut tick = Self { at, column, label, start: 0 };
        let latest = columns.checked_sub(tick.end())?;
        tick.start = column.saturating_sub(tick.end() / 2).min(latest);
        Some(tick)
    }

    /// The column behind its label.
    pub fn end(&self) -> u16 {
        self.start + u16::try_from(self.label.chars().count()).unwrap_or(u16::MAX)
    }

    /// Whether an edge has pushed its label out of the middle.
    fn is_pushed(&self) -> bool {
        self.start + (self.end() - self.start) / 2 != self.column
    }
}

impl Grid {
    /// About how long a step is.
    const fn seconds(self) -> u64 {
        const DAY: i64 = 86_400;
        let seconds = match self {
            Self::Hours(count) => count as i64 * 3600,
            Self::Days(count) => count * DAY,
            Self::Weeks(count) => count * 7 * DAY,
            Self::Months(count) => count as i64 * 30 * DAY,
            Self::Years(count) => count as i64 * 365 * DAY,
        };
        seconds.unsigned_abs()
    }

    /// The grid's last instant at or before a date.
    fn begin(self, before: DateTime) -> Option<DateTime> {
        let date = before.date();
        let midnight = |date: Date| date.to_datetime(jiff::civil::Time::midnight());
        Some(match self {
            Self::Hours(count) => {
                let hour = before.hour() / count * count;
                date.at(hour, 0, 0, 0)
            }
            // Counted within the year, so that a date that is shown stays one while time goes on.
            Self::Days(count) => {
                let over = i64::from(date.day_of_year() - 1) % count;
                midnight(date.checked_sub(over.days()).ok()?)
            }
            Self::Weeks(count) => {
                let monday = i64::from(date.weekday().to_monday_zero_offset());
                let date = date.checked_sub(monday.days()).ok()?;
                let epoch = Date::new(1970, 1, 5).ok()?;
                let weeks = (date - epoch).get_days() / 7;
                midnight(date.checked_sub((i64::from(weeks) % count * 7).days()).ok()?)
            }
            Self::Months(count) => {
                let month = (date.month() - 1) / count * count + 1;
                midnight(Date::new(date.year(), month, 1).ok()?)
            }
            Self::Years(count) => midnight(Date::new(date.year() / count * count, 1, 1).ok()?),
        })
    }

    fn step(self) -> Span {
        match self {
            Self::Hours(count) => i64::from(count).hours(),
            Self::Days(count) => count.days(),
            Self::Weeks(count) => (7 * count).days(),
            Self::Months(count) => i64::from(count).months(),
            Self::Years(count) => i64::from(count).years(),
        }
    }

    fn instants(self, window: Window) -> Vec<Timestamp> {
        let civil = |at: Timestamp| at.to_zoned(TimeZone::UTC).datetime();
        let Some(mut at) = self.begin(civil(window.from)) else { return Vec::new() };
        let mut instants = Vec::new();
        let end = civil(window.to);
        while at <= end {
            if let Ok(instant) = at.to_zoned(TimeZone::UTC)
                && window.contains(instant.timestamp())
            {
                instants.push(instant.timestamp());
            }
            let Ok(next) = at.checked_add(self.step()) else { break };
            // A grid of days begins anew with each year, one of hours with each day.
            at = match self.begin(next) {
                Some(next) if next > at => next,
                _ => next,
            };
        }
        instants
    }

    /// What is written at an instant; the first one tells the year too, where years matter.
    fn label(self, at: Timestamp, is_first: bool) -> String {
        let at = at.to_zoned(TimeZone::UTC);
        let is_new_year = is_first || at.month() == 1;
        let format = match self {
            Self::Hours(_) if at.hour() == 0 => "%b %d",
            Self::Hours(_) if is_first => "%b %d %H:%M",
            Self::Hours(_) => "%H:%M",
            Self::Days(_) | Self::Weeks(_) => "%b %d",
            Self::Months(_) if is_new_year => "%b %Y",
            Self::Months(_) => "%b",
            Self::Years(_) => "%Y",
        };
        at.strftime(format).to_string()
    }
}
