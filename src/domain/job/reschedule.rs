//! Another schedule for a `CronJob`: what it would be, and what is to be known before.

use jiff::Timestamp;

use crate::domain::environment::CronFlavour;
use crate::domain::job::CronJob;
use crate::domain::job::expression::{Fault, fields};
use crate::domain::job::schedule::{ScheduleProblem, zone};
use crate::domain::slot::timetable::upcoming;

/// So many runs are shown before anything is changed.
pub const SHOWN: usize = 5;

const DAY: u32 = 24 * 60;

/// The next runs of a schedule in its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub runs: Vec<Timestamp>,
    /// `Europe/London`, `UTC assumed`.
    pub zone_text: String,
    pub zone: jiff::tz::TimeZone,
}

/// What a `CronJob` would do with `schedule` instead of its own.
pub fn preview(cronjob: &CronJob, schedule: &str, now: Timestamp) -> Result<Preview, Fault> {
    let whole = 0..schedule.chars().count();
    let fields = fields(schedule)?;
    let (zone, zone_text) = zone(cronjob).map_err(|problem| match problem {
        ScheduleProblem::TimeZone(_) | ScheduleProblem::Schedule(_) => {
            Fault { what: problem.to_string(), place: whole.clone() }
        }
    })?;
    let runs = upcoming(&fields.join(" "), &zone, CronFlavour::Kubernetes, now, SHOWN);
    if runs.is_empty() {
        return Err(Fault { what: "no date fits it: it would never run".to_owned(), place: whole });
    }
    Ok(Preview { runs, zone_text, zone })
}

/// The schedule of something that follows `from` at some distance, such as its verification, once that
/// is `to`. `None` where the fields do not tell what that would be.
pub fn follow(follower: &str, from: &str, to: &str) -> Option<String> {
    let [follower, from, to] = [follower, from, to].map(|text| fields(text).ok());
    let (follower, from, to) = (follower?, from?, to?);
    let date = |fields: &[String; 5]| fields.iter().skip(2).cloned().collect::<Vec<_>>();
    let number = |text: &String| text.parse::<u32>().ok();
    let minutes = |fields: &[String; 5]| number(&fields[0]);
    let (own_date, from_date, to_date) = (date(&follower), date(&from), date(&to));
    let (own, old, new) = (minutes(&follower)?, minutes(&from)?, minutes(&to)?);
    if own_date != from_date {
        return None;
    }
    let hour = |fields: &[String; 5]| number(&fields[1]);
    if let (Some(own_hour), Some(old_hour), Some(new_hour)) =
        (hour(&follower), hour(&from), hour(&to))
    {
        let (own, old, new) = (own_hour * 60 + own, old_hour * 60 + old, new_hour * 60 + new);
        let behind = (DAY + own - old) % DAY;
        let crosses = |time: u32| time + behind >= DAY;
        let is_every_day = to_date.iter().all(|field| matches!(field.as_str(), "*" | "?"));
        if crosses(old) != crosses(new) && !is_every_day {
            return None;
        }
        let time = (new + behind) % DAY;
        return Some(format!("{} {} {}", time % 60, time / 60, to_date.join(" ")));
    }
    // Many hours: the minutes move within theirs.
    let minute = new.checked_add(own.checked_sub(old)?)?;
    (follower[1] == from[1] && minute < 60)
        .then(|| format!("{minute} {} {}", to[1], to_date.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::fixture::{at, cronjob};

    #[test]
    fn five_runs_are_shown_in_the_jobs_own_zone() {
        let london = CronJob { time_zone: Some("Europe/London".into()), ..cronjob("backup") };
        let shown = preview(&london, "30 1 * * *", at("2026-03-27T12:00:00Z")).unwrap();
        let runs: Vec<_> = shown.runs.iter().map(Timestamp::to_string).collect();
        // On 29 March there is no 01:30 in London, and Kubernetes skips that night.
        assert_eq!(
            runs,
            [
                "2026-03-28T01:30:00Z",
                "2026-03-30T00:30:00Z",
                "2026-03-31T00:30:00Z",
                "2026-04-01T00:30:00Z",
                "2026-04-02T00:30:00Z",
            ]
        );
        assert_eq!(shown.zone_text, "Europe/London");
    }

    #[test]
    fn what_never_runs_is_refused() {
        let now = at("2026-11-20T12:00:00Z");
        let refused = preview(&cronjob("backup"), "0 0 31 2 *", now).unwrap_err();
        assert_eq!(refused.what, "no date fits it: it would never run");
        let unknown = CronJob { time_zone: Some("Mars/Olympus".into()), ..cronjob("backup") };
        let refused = preview(&unknown, "0 0 * * *", now).unwrap_err();
        assert_eq!(refused.what, "the time zone `Mars/Olympus` is not known here");
    }

    #[test]
    fn a_verification_keeps_its_distance() {
        let check = |follower: &str, from: &str, to: &str, expected: Option<&str>| {
            let found = follow(follower, from, to);
            assert_eq!(found.as_deref(), expected, "{follower} behind {from} to {to}");
        };
        check("30 0 * * *", "0 0 * * *", "15 3 * * *", Some("45 3 * * *"));
        check("30 0 * * *", "0 0 * * *", "45 23 * * *", Some("15 0 * * *"));
        check("30 0 * * *", "0 0 * * *", "0 3 * * 1-5", Some("30 3 * * 1-5"));
        check("30 0 * * 1", "0 0 * * 1", "0 3 * * 5", Some("30 3 * * 5"));
        // It would have to move to another day, of which the fields do not tell.
        check("30 0 * * 1", "0 0 * * 1", "45 23 * * 1", None);
        check("30 */6 * * *", "0 */6 * * *", "15 */4 * * *", Some("45 */4 * * *"));
        check("50 */6 * * *", "0 */6 * * *", "15 */4 * * *", None);
        check("0 12 * * *", "*/10 * * * *", "0 * * * *", None);
        check("0 12 * * 0", "0 3 * * *", "0 4 * * *", None);
    }
}
