//! The weekly window of a set that people make by hand: `Fri 12:00..Sun 18:00`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

const DAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

/// A moment of every week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    day: Weekday,
    time: Time,
}

/// When a backup may be made by hand, and by when it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeeklyWindow {
    opens: Moment,
    closes: Moment,
}

impl WeeklyWindow {
    /// The window of the week that `date` is in, as its opening and its closing.
    fn of_week(&self, date: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let back = i64::from(date.weekday().since(self.opens.day));
        let opening = date.checked_sub(back.days()).ok()?;
        let mut length = i64::from(self.closes.day.since(self.opens.day));
        if length == 0 && self.closes.time <= self.opens.time {
            length = 7;
        }
        let closing = opening.checked_add(length.days()).ok()?;
        let at = |date: Date, time: Time| {
            Some(zone.to_ambiguous_zoned(date.to_datetime(time)).compatible().ok()?.timestamp())
        };
        Some((at(opening, self.opens.time)?, at(closing, self.closes.time)?))
    }

    /// The windows that opened after `since` and not after `until`, and one more; oldest first.
    pub(super) fn between(
        &self,
        zone: &TimeZone,
        since: Timestamp,
        until: Timestamp,
    ) -> Vec<(Timestamp, Timestamp)> {
        let mut windows = Vec::new();
        let mut date = since.to_zoned(zone.clone()).date();
        while let Some((opens, closes)) = self.of_week(date, zone) {
            if opens >= since {
                windows.push((opens, closes));
            }
            let Ok(next) = date.checked_add(7.days()) else { break };
            if opens > until {
                break;
            }
            date = next;
        }
        windows
    }
}

impl FromStr for WeeklyWindow {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "such as \"Fri 12:00..Sun 18:00\": day and time, twice";
        let (opens, closes) = text.split_once("..").ok_or(FORM)?;
        let (opens, closes) = (moment(opens).ok_or(FORM)?, moment(closes).ok_or(FORM)?);
        if opens == closes {
            return Err("the window is a whole week: such as \"Fri 12:00..Sun 18:00\"");
        }
        Ok(Self { opens, closes })
    }
}

fn moment(text: &str) -> Option<Moment> {
    let (day, time) = text.trim().split_once(' ')?;
    let day = DAYS.iter().find(|(word, _)| word.eq_ignore_ascii_case(day))?.1;
    let (hour, minute) = time.trim().split_once(':')?;
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    Some(Moment { day, time })
}

impl fmt::Display for WeeklyWindow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |moment: Moment| {
            let day = DAYS.iter().find(|(_, day)| *day == moment.day).map_or("", |(word, _)| word);
            format!("{day} {:02}:{:02}", moment.time.hour(), moment.time.minute())
        };
        write!(formatter, "{}..{}", text(self.opens), text(self.closes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_reads_back() {
        for text in ["Fri 12:00..Sun 18:00", "Sun 23:30..Mon 06:00", "Mon 08:00..Mon 07:00"] {
            assert_eq!(text.parse::<WeeklyWindow>().unwrap().to_string(), text);
        }
        for text in
            ["", "Fri..Sun", "Fri 12..Sun 18", "Foo 12:00..Sun 18:00", "Fri 25:00..Sat 1:00"]
        {
            assert!(text.parse::<WeeklyWindow>().is_err(), "{text}");
        }
        assert!("Fri 12:00..Fri 12:00".parse::<WeeklyWindow>().is_err());
    }

    #[test]
    fn each_week_has_its_window_in_local_time() {
        let window: WeeklyWindow = "Fri 12:00..Sun 18:00".parse().unwrap();
        let london = TimeZone::get("Europe/London").unwrap();
        // Clocks go back on Sunday the 25th: the window is an hour longer.
        let found = window.between(&london, at("2026-10-20T00:00:00Z"), at("2026-10-31T00:00:00Z"));
        let expected = [
            ("2026-10-23T11:00:00Z", "2026-10-25T18:00:00Z"),
            ("2026-10-30T12:00:00Z", "2026-11-01T18:00:00Z"),
            ("2026-11-06T12:00:00Z", "2026-11-08T18:00:00Z"),
        ];
        assert_eq!(found, expected.map(|(opens, closes)| (at(opens), at(closes))));
    }
}
