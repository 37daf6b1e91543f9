//! When a `CronJob` runs, as its controller reads the schedule.

use std::borrow::Cow;

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::domain::job::CronJob;
use crate::domain::text::shown;

/// A run that is this late is missed: controllers start jobs within seconds, busy ones in minutes.
const SLACK: SignedDuration = SignedDuration::from_hours(1);

/// More missed runs are not counted.
const MOST_MISSED: u32 = 100;

/// Why nobody can tell when it runs. The texts are safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleProblem {
    #[error("the schedule `{0}` cannot be read")]
    Schedule(String),
    #[error("the time zone `{0}` is not known here")]
    TimeZone(String),
}

/// Runs that did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The newest of them.
    pub last: Timestamp,
    /// How many, up to a hundred.
    pub count: u32,
    zone: TimeZone,
}

impl Missed {
    /// The newest of them in the schedule's own zone.
    pub fn local_text(&self) -> String {
        self.last.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    pub fn count_text(&self) -> String {
        match self.count {
            1 => "its run".to_owned(),
            MOST_MISSED => format!("{MOST_MISSED} runs or more, the last"),
            count => format!("{count} runs, the last"),
        }
    }
}

impl CronJob {
    /// The zone in words: without one, that of the controller is taken for UTC, and that is said.
    pub fn zone_text(&self) -> Cow<'_, str> {
        match self.written_zone() {
            Some(zone) => shown(zone),
            None => Cow::Borrowed("UTC assumed"),
        }
    }

    /// The zone of its own field, or of the prefix that old clusters take.
    fn written_zone(&self) -> Option<&str> {
        self.time_zone.as_deref().or_else(|| split_zone(&self.schedule).0)
    }
}

/// The next run after `now`; `None` where it is suspended, or where no date fits the schedule.
pub fn next_run(cronjob: &CronJob, now: Timestamp) -> Result<Option<Timestamp>, ScheduleProblem> {
    let schedule = Schedule::of(cronjob)?;
    Ok(if cronjob.is_suspended { None } else { schedule.after(now) })
}

/// The runs before `now` that should have happened and did not, and when to look again.
pub(super) fn missed(
    cronjob: &CronJob,
    now: Timestamp,
) -> Result<(Option<Missed>, Option<Timestamp>), ScheduleProblem> {
    let schedule = Schedule::of(cronjob)?;
    let Some(known) = cronjob.last_schedule.max(cronjob.created) else {
        return Ok((None, None));
    };
    let Ok(latest) = now.checked_sub(SLACK) else { return Ok((None, None)) };
    let recheck = schedule.after(latest).and_then(|due| due.checked_add(SLACK).ok());
    // A last run beside the schedule shows that the assumed zone is wrong: the newest run may then
    // not be due yet.
    let is_assumed = cronjob.written_zone().is_none();
    let is_beside = |last| is_assumed && !schedule.has(last);
    let forgiven = u32::from(cronjob.last_schedule.is_some_and(is_beside));
    let mut count = 0;
    let mut last = None;
    let mut due = schedule.up_to(latest);
    while let Some(run) = due.filter(|run| *run > known && count < MOST_MISSED + forgiven) {
        count += 1;
        if count == 1 + forgiven {
            last = Some(run);
        }
        due = schedule.before(run);
    }
    let zone = schedule.zone;
    let missed = last.map(|last| Missed { last, count: count - forgiven, zone });
    Ok((missed, recheck))
}

/// The zone that the last run of a `CronJob` without one suggests: UTC where that fits, else a whole
/// offset. `None` where nothing has run yet, or nothing fits.
pub fn inferred_zone(cronjob: &CronJob) -> Option<String> {
    inferred(cronjob).map(|(_, text)| text)
}

fn inferred(cronjob: &CronJob) -> Option<(TimeZone, String)> {
    let last = cronjob.last_schedule?;
    let schedule = Schedule::of(cronjob).ok()?;
    let fits = |minutes: i32| {
        let zone = jiff::tz::Offset::from_seconds(minutes * 60).ok()?.to_time_zone();
        let schedule = Schedule { zone: zone.clone(), ..schedule.clone() };
        schedule.has(last).then_some((zone, minutes))
    };
    let nearest_first = (0..=14 * 4).flat_map(|quarter| [quarter * 15, -quarter * 15]);
    let (zone, minutes) = nearest_first.into_iter().find_map(fits)?;
    Some(match minutes {
        0 => (TimeZone::UTC, "UTC".to_owned()),
        _ => (zone, format!("UTC{:+}:{:02}", minutes / 60, (minutes % 60).abs())),
    })
}

/// The zone that its schedule is read in, and where that comes from in words.
pub fn zone(cronjob: &CronJob) -> Result<(TimeZone, String), ScheduleProblem> {
    let Some(written) = cronjob.written_zone() else {
        return Ok(match inferred(cronjob) {
            Some((zone, text)) if text == "UTC" => {
                (zone, format!("{text}, inferred from its last run"))
            }
            // A schedule that was moved since then would suggest it, too.
            Some((zone, text)) => (zone, format!("{text}, if it last ran by this schedule")),
            None => (TimeZone::UTC, cronjob.zone_text().into_owned()),
        });
    };
    let known = TimeZone::get(written);
    let known = known.map_err(|_| ScheduleProblem::TimeZone(shown(written).into_owned()))?;
    Ok((known, shown(written).into_owned()))
}

/// A schedule in its zone.
#[derive(Clone)]
struct Schedule {
    rhythm: Rhythm,
    zone: TimeZone,
}

#[derive(Clone)]
enum Rhythm {
    Cron(Box<Cron>),
    /// `@every 1h`, counted from the last run.
    Every {
        step: SignedDuration,
        from: Timestamp,
    },
}

impl Schedule {
    fn of(cronjob: &CronJob) -> Result<Self, ScheduleProblem> {
        let (_, text) = split_zone(&cronjob.schedule);
        let zone = cronjob.written_zone().unwrap_or("UTC");
        let zone =
            TimeZone::get(zone).map_err(|_| ScheduleProblem::TimeZone(shown(zone).into_owned()))?;
        let unreadable = || ScheduleProblem::Schedule(shown(text).into_owned());
        let rhythm = match text.strip_prefix("@every ") {
            Some(step) => Rhythm::Every {
                step: step_of(step).ok_or_else(unreadable)?,
                from: cronjob.last_schedule.or(cronjob.created).ok_or_else(unreadable)?,
            },
            None => Rhythm::Cron(Box::new(cron(text).map_err(|_| unreadable())?)),
        };
        Ok(Self { rhythm, zone })
    }

    fn after(&self, time: Timestamp) -> Option<Timestamp> {
        match &self.rhythm {
            Rhythm::Cron(cron) => {
                let found = cron.find_next_occurrence(&self.zoned(time), false).ok()?;
                Some(found.timestamp())
            }
            Rhythm::Every { step, from } => {
                let steps = time.duration_since(*from).as_secs().div_euclid(step.as_secs()) + 1;
                from.checked_add(step.checked_mul(i32::try_from(steps.max(1)).ok()?)?).ok()
            }
        }
    }

    /// The newest run at or before `time`.
    fn up_to(&self, time: Timestamp) -> Option<Timestamp> {
        self.previous(time, true)
    }

    fn before(&self, time: Timestamp) -> Option<Timestamp> {
        self.previous(time, false)
    }

    fn previous(&self, time: Timestamp, is_inclusive: bool) -> Option<Timestamp> {
        match &self.rhythm {
            Rhythm::Cron(cron) => {
                let found = cron.find_previous_occurrence(&self.zoned(time), is_inclusive).ok()?;
                Some(found.timestamp())
            }
            Rhythm::Every { step, from } => {
                let elapsed = time.duration_since(*from).as_secs();
                let elapsed = if is_inclusive { elapsed } else { elapsed - 1 };
                let steps = i32::try_from(elapsed.div_euclid(step.as_secs())).ok()?;
                let steps = (steps > 0).then_some(steps)?;
                from.checked_add(step.checked_mul(steps)?).ok()
            }
        }
    }

    /// Whether a run is due at exactly `time`.
    fn has(&self, time: Timestamp) -> bool {
        match &self.rhythm {
            Rhythm::Cron(cron) => cron.is_time_matching(&self.zoned(time)).unwrap_or(false),
            Rhythm::Every { .. } => true,
        }
    }

    fn zoned(&self, time: Timestamp) -> Zoned {
        time.to_zoned(self.zone.clone())
    }
}

/// Five fields as the controller's parser takes them: `5/15` begins at 5, `?` is `*`.
pub(in crate::domain) fn cron(text: &str) -> Result<Cron, CronError> {
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .sloppy_ranges(true)
        .build();
    parser.parse(&text.replace('?', "*"))
}

/// `CRON_TZ=Europe/Berlin 0 3 * * *`.
fn split_zone(schedule: &str) -> (Option<&str>, &str) {
    let schedule = schedule.trim();
    let rest = schedule.strip_prefix("CRON_TZ=").or_else(|| schedule.strip_prefix("TZ="));
    match rest.and_then(|rest| rest.split_once(' ')) {
        Some((zone, rest)) => (Some(zone), rest.trim()),
        None => (None, schedule),
    }
}

/// `1h30m`, at least a second.
fn step_of(text: &str) -> Option<SignedDuration> {
    let step: SignedDuration = text.trim().parse().ok()?;
    (step >= SignedDuration::from_secs(1)).then(|| SignedDuration::from_secs(step.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::fixture::{at, cronjob};

    fn next(schedule: &str, zone: Option<&str>, now: &str) -> Option<Timestamp> {
        let zone = zone.map(Box::from);
        let cronjob = CronJob { schedule: schedule.into(), time_zone: zone, ..cronjob("backup") };
        next_run(&cronjob, at(now)).unwrap()
    }

    #[test]
    fn the_next_run_is_read_in_the_schedules_own_zone() {
        for (schedule, zone, now, run) in [
            ("0 3 * * *", None, "2026-11-21T12:00:00Z", "2026-11-22T03:00:00Z"),
            ("0 3 * * *", Some("Europe/Berlin"), "2026-11-21T12:00:00Z", "2026-11-22T02:00:00Z"),
            ("0 3 * * *", Some("Europe/Berlin"), "2026-07-01T12:00:00Z", "2026-07-02T01:00:00Z"),
            ("@hourly", None, "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z"),
            ("*/5 * * * *", None, "2026-11-21T12:04:59.5Z", "2026-11-21T12:05:00Z"),
            ("5/20 * * * *", None, "2026-11-21T12:06:00Z", "2026-11-21T12:25:00Z"),
            ("0 0 ? * MON-FRI", None, "2026-11-21T12:00:00Z", "2026-11-23T00:00:00Z"),
            // Either of the two days fits, as soon as both are restricted.
            ("0 0 1 * 1", None, "2026-11-21T12:00:00Z", "2026-11-23T00:00:00Z"),
            ("@every 1h30m", None, "2026-11-21T12:00:00Z", "2026-11-21T13:30:00Z"),
            ("CRON_TZ=Asia/Tokyo 0 3 * * *", None, "2026-11-21T12:00:00Z", "2026-11-21T18:00:00Z"),
        ] {
            assert_eq!(next(schedule, zone, now), Some(at(run)), "{schedule} {zone:?}");
        }
    }

    #[test]
    fn what_is_suspended_or_fits_no_date_never_runs() {
        assert_eq!(next("0 0 30 2 *", None, "2026-11-21T12:00:00Z"), None);
        let suspended = CronJob { is_suspended: true, ..cronjob("backup") };
        assert_eq!(next_run(&suspended, at("2026-11-21T12:00:00Z")), Ok(None));
    }

    #[test]
    fn an_assumed_zone_is_said() {
        let named = CronJob { time_zone: Some("Europe/Berlin".into()), ..cronjob("backup") };
        assert_eq!(named.zone_text(), "Europe/Berlin");
        assert_eq!(CronJob { time_zone: None, ..named }.zone_text(), "UTC assumed");
    }

    #[test]
    fn the_last_run_tells_the_zone_that_nobody_wrote() {
        let ran = |last: &str| {
            let last_schedule = Some(at(last));
            inferred_zone(&CronJob { time_zone: None, last_schedule, ..cronjob("backup") })
        };
        assert_eq!(ran("2026-11-21T03:00:00Z").as_deref(), Some("UTC"));
        assert_eq!(ran("2026-11-21T02:00:00Z").as_deref(), Some("UTC+1:00"));
        assert_eq!(ran("2026-11-20T21:30:00Z").as_deref(), Some("UTC+5:30"));
        assert_eq!(ran("2026-11-21T08:00:00Z").as_deref(), Some("UTC-5:00"));
        assert_eq!(ran("2026-11-21T03:07:00Z"), None);
    }

    #[test]
    fn odd_schedules_are_refused_without_panic() {
        for schedule in ["", "* * *", "@every soon", "@every -1h", "@every 0s", "99 * * * *"] {
            let odd = CronJob { schedule: schedule.into(), ..cronjob("backup") };
            let problem = next_run(&odd, at("2026-11-21T12:00:00Z"));
            assert!(matches!(problem, Err(ScheduleProblem::Schedule(_))), "{schedule}");
        }
    }
}
