//! From a schedule to the runs that are expected of it, as the set's own cron reads it.
//!
//! The two flavours differ where clocks change. Kubernetes fires at every instant whose wall clock
//! fits: a time inside the gap of spring never comes, a time that comes twice in autumn fires twice.
//! Vixie's cron runs what the gap swallowed just behind it, and nothing twice.

use croner::Cron;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::domain::environment::{BackupSet, CronFlavour, Keep, SetKind};
use crate::domain::job::schedule::cron;

/// No calendar is longer; who runs every minute sees less far back.
const MOST: usize = 2_000;
/// How far back is looked where nothing says how long backups are kept.
const BY_DEFAULT: i64 = 30;
/// So many runs behind the retention are looked at too: what is gone from there is gone as written.
const BEHIND: usize = 2;
/// Runs closer together than this leave less time to notice.
const FREQUENT: SignedDuration = SignedDuration::from_hours(2);

/// One expected run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    pub at: Timestamp,
    /// When the next one begins.
    pub until: Timestamp,
    /// By when it must be there, where that is written: the end of a manual window.
    pub closes: Option<Timestamp>,
    /// The clocks were put forward over it: it never comes.
    pub is_skipped: bool,
}

/// The runs of a set, oldest first, up to the newest that has begun.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timetable {
    beats: Vec<Beat>,
    /// The first run that has not begun.
    pub next: Option<Timestamp>,
    /// The usual time between two runs.
    pub interval: SignedDuration,
    /// Names tell the day alone.
    is_by_day: bool,
}

impl Timetable {
    /// What is expected of `set` as far back as its backups are kept.
    pub fn of(set: &BackupSet, now: Timestamp) -> Self {
        let (days, count) = match set.keep {
            Some(Keep::Days(days)) => (i64::from(days) + 1, MOST),
            // Longer than any schedule needs; the count is what ends it.
            Some(Keep::Count(count)) => (i64::from(count) * 32, count as usize + BEHIND),
            None => (BY_DEFAULT, MOST),
        };
        let reach = SignedDuration::from_hours(24 * days.clamp(1, 4_000));
        let since = now.checked_sub(reach).unwrap_or(Timestamp::MIN);
        let beats = match (set.kind, set.watch.window, set.schedule.as_deref()) {
            (SetKind::Manual, Some(window), _) => window
                .between(&set.time_zone, since, now)
                .into_iter()
                .map(|(opens, closes)| Beat {
                    at: opens,
                    until: opens,
                    closes: Some(closes),
                    is_skipped: false,
                })
                .collect(),
            (_, _, Some(schedule)) => cron(schedule)
                .map(|cron| runs(&cron, set, since, now, count.min(MOST)))
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        let timetable = Self::from_beats(beats, now, count.min(MOST));
        Self { is_by_day: set.name_format.is_by_day(), ..timetable }
    }

    fn from_beats(mut beats: Vec<Beat>, now: Timestamp, count: usize) -> Self {
        beats.sort_by_key(|beat| beat.at);
        beats.dedup_by_key(|beat| beat.at);
        let next = beats.iter().find(|beat| beat.at > now && !beat.is_skipped).map(|beat| beat.at);
        let mut until = Timestamp::MAX;
        for beat in beats.iter_mut().rev() {
            beat.until = until;
            if !beat.is_skipped {
                until = beat.at;
            }
        }
        beats.retain(|beat| beat.at <= now);
        let behind = beats.len().saturating_sub(count);
        beats.drain(..behind);
        let mut gaps: Vec<_> = beats
            .iter()
            .filter(|beat| !beat.is_skipped && beat.until != Timestamp::MAX)
            .map(|beat| beat.until.duration_since(beat.at))
            .collect();
        gaps.sort_unstable();
        let interval = gaps.get(gaps.len() / 2).copied().unwrap_or(SignedDuration::from_hours(24));
        Self { beats, next, interval, is_by_day: false }
    }

    pub fn beats(&self) -> &[Beat] {
        &self.beats
    }

    /// Whether runs follow each other so closely that a bad one is soon forgotten.
    pub fn is_frequent(&self) -> bool {
        self.interval <= FREQUENT
    }

    /// When something began whose name tells `at`: where that is a day alone, at its first run.
    pub fn begun(&self, at: Timestamp) -> Timestamp {
        const DAY: SignedDuration = SignedDuration::from_hours(24);
        if !self.is_by_day {
            return at;
        }
        let place = self.beats.partition_point(|beat| beat.at < at);
        let run = self.beats.iter().skip(place).find(|beat| !beat.is_skipped);
        let run = run.map(|beat| beat.at).or(self.next);
        run.filter(|run| run.duration_since(at) < DAY).unwrap_or(at)
    }

    /// The run that something begun at `at` belongs to, by its place.
    pub fn place(&self, at: Timestamp) -> Option<usize> {
        /// Clocks of jobs run ahead by so much.
        const AHEAD: SignedDuration = SignedDuration::from_mins(2);
        let at = at.checked_add(AHEAD).ok()?;
        let behind = self.beats.partition_point(|beat| beat.at <= at);
        (0..behind).rev().find(|place| self.beats.get(*place).is_some_and(|it| !it.is_skipped))
    }
}

/// The next `count` runs of a schedule, the soonest first: none where no date fits it.
pub fn upcoming(
    schedule: &str,
    zone: &TimeZone,
    flavour: CronFlavour,
    now: Timestamp,
    count: usize,
) -> Vec<Timestamp> {
    let Ok(cron) = cron(schedule) else { return Vec::new() };
    let mut runs = match flavour {
        CronFlavour::Kubernetes => upcoming_by_wall_clock(&cron, zone, now, count),
        CronFlavour::Vixie => {
            let found = cron.iter_after(now.to_zoned(zone.clone()));
            found.map(|it| it.timestamp()).take(count).collect()
        }
    };
    runs.sort_unstable();
    runs.dedup();
    runs.truncate(count);
    runs
}

fn upcoming_by_wall_clock(
    cron: &Cron,
    zone: &TimeZone,
    now: Timestamp,
    count: usize,
) -> Vec<Timestamp> {
    /// Wall clocks jump by no more: what comes later than this does not come before.
    const JUMP: SignedDuration = SignedDuration::from_hours(3);
    let mut runs = Vec::new();
    let mut end = None;
    let local = now.to_zoned(zone.clone()).datetime();
    let mut from = local.checked_sub(JUMP).and_then(|it| it.to_zoned(TimeZone::UTC)).ok();
    while let Some(found) = from.and_then(|it| cron.find_next_occurrence(&it, true).ok()) {
        let civil = found.datetime();
        if end.is_some_and(|end| civil > end) {
            break;
        }
        let instants = instants(civil, zone).into_iter().filter(|it| !it.is_skipped && it.at > now);
        runs.extend(instants.map(|it| it.at));
        if runs.len() >= count && end.is_none() {
            end = civil.checked_add(JUMP).ok();
        }
        from = found.checked_add(1.minute()).ok();
    }
    runs
}

/// Every run from `since` on, and a few behind `now`.
fn runs(cron: &Cron, set: &BackupSet, since: Timestamp, now: Timestamp, count: usize) -> Vec<Beat> {
    match set.cron {
        CronFlavour::Kubernetes => by_wall_clock(cron, &set.time_zone, since, now, count),
        CronFlavour::Vixie => by_daemon(cron, &set.time_zone, since, now, count),
    }
}

/// All instants whose wall clock fits, by way of a calendar without zones.
fn by_wall_clock(
    cron: &Cron,
    zone: &TimeZone,
    since: Timestamp,
    now: Timestamp,
    count: usize,
) -> Vec<Beat> {
    let civil = |at: Timestamp| at.to_zoned(zone.clone()).datetime();
    let plain = |at: DateTime| at.to_zoned(TimeZone::UTC).ok();
    let mut beats = Vec::new();
    // A little more on both sides: wall clocks jump.
    let first = civil(since).checked_sub(1.day()).unwrap_or(DateTime::MIN);
    let Some(mut back) = civil(now).checked_add(3.hours()).ok().and_then(plain) else {
        return beats;
    };
    while let Ok(found) = cron.find_previous_occurrence(&back, false) {
        if found.datetime() < first || beats.len() > count + 200 {
            break;
        }
        beats.extend(instants(found.datetime(), zone));
        back = found;
    }
    let mut ahead = civil(now).checked_add(3.hours()).ok().and_then(plain);
    while let Some(found) = ahead.and_then(|it| cron.find_next_occurrence(&it, true).ok()) {
        let found_beats = instants(found.datetime(), zone);
        let is_run = found_beats.iter().any(|beat| !beat.is_skipped);
        beats.extend(found_beats);
        ahead = found.checked_add(1.minute()).ok().filter(|_| !is_run);
    }
    beats.retain(|beat| beat.at >= since);
    beats
}

/// The instants at which a clock on the wall reads `civil`: one, two or none.
fn instants(civil: DateTime, zone: &TimeZone) -> Vec<Beat> {
    let beat = |at, is_skipped| Beat { at, until: at, closes: None, is_skipped };
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {
            ambiguous.compatible().ok().map(|at| beat(at, false)).into_iter().collect()
        }
        AmbiguousOffset::Fold { .. } => [ambiguous.earlier(), ambiguous.later()]
            .into_iter()
            .filter_map(Result::ok)
            .map(|at| beat(at, false))
            .collect(),
        AmbiguousOffset::Gap { .. } => {
            ambiguous.later().ok().map(|at| beat(at, true)).into_iter().collect()
        }
    }
}

fn by_daemon(
    cron: &Cron,
    zone: &TimeZone,
    since: Timestamp,
    now: Timestamp,
    count: usize,
) -> Vec<Beat> {
    let beat = |at| Beat { at, until: at, closes: None, is_skipped: false };
    let mut beats = Vec::new();
    // What comes next is looked for from there, so that both agree where clocks change.
    let mut at = now.to_zoned(zone.clone());
    if let Ok(next) = cron.find_next_occurrence(&at, false) {
        beats.push(beat(next.timestamp()));
    }
    let mut is_first = true;
    while let Ok(found) = cron.find_previous_occurrence(&at, is_first) {
        if found.timestamp() < since || beats.len() > count {
            break;
        }
        beats.push(beat(found.timestamp()));
        at = found;
        is_first = false;
    }
    beats
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slot::fixture::{at, set};

    fn beats(schedule: &str, cron: CronFlavour, days: u32, now: &str) -> Vec<String> {
        let set = BackupSet {
            schedule: Some(schedule.to_owned()),
            cron,
            time_zone: TimeZone::get("Europe/London").unwrap(),
            keep: Some(Keep::Days(days)),
            ..set()
        };
        let timetable = Timetable::of(&set, at(now));
        let text =
            |beat: &Beat| format!("{}{}", beat.at, if beat.is_skipped { " skipped" } else { "" });
        timetable.beats().iter().map(text).collect()
    }

    #[test]
    fn a_time_in_the_gap_of_spring_is_skipped_by_kubernetes_and_made_up_by_vixie() {
        // On 29 March 2026 clocks went from 01:00 to 02:00.
        let now = "2026-03-30T12:00:00Z";
        assert_eq!(
            beats("30 1 * * *", CronFlavour::Kubernetes, 1, now),
            ["2026-03-29T01:30:00Z skipped", "2026-03-30T00:30:00Z"]
        );
        let vixie = beats("30 1 * * *", CronFlavour::Vixie, 1, now);
        assert_eq!(vixie, ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
    }

    #[test]
    fn a_time_that_comes_twice_in_autumn_runs_twice_in_kubernetes_and_once_under_vixie() {
        // On 25 October 2026 clocks went from 02:00 back to 01:00.
        let now = "2026-10-26T12:00:00Z";
        assert_eq!(
            beats("30 1 * * *", CronFlavour::Kubernetes, 1, now),
            ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"]
        );
        let vixie = beats("30 1 * * *", CronFlavour::Vixie, 1, now);
        assert_eq!(vixie, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    }

    #[test]
    fn an_hourly_run_never_misses_an_hour_where_clocks_change() {
        for flavour in [CronFlavour::Kubernetes, CronFlavour::Vixie] {
            for (now, skipped) in [("2026-03-29T05:00:00Z", 1), ("2026-10-25T05:00:00Z", 0)] {
                let found = beats("0 * * * *", flavour, 1, now);
                let real: Vec<_> = found.iter().filter(|it| !it.ends_with("skipped")).collect();
                assert_eq!(real.len(), 49, "{flavour:?} {found:?}");
                if flavour == CronFlavour::Kubernetes {
                    // The hour that no clock showed shares its instant with the one behind it.
                    assert!(found.len() - real.len() <= skipped, "{found:?}");
                }
            }
        }
    }

    #[test]
    fn a_run_lasts_until_the_next_and_the_next_one_is_known() {
        let set = BackupSet { keep: Some(Keep::Count(3)), ..set() };
        let timetable = Timetable::of(&set, at("2026-11-20T09:30:00Z"));
        assert_eq!(timetable.beats().len(), 5);
        let last = timetable.beats()[4];
        assert_eq!((last.at, last.until), (at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z")));
        assert_eq!(timetable.next, Some(at("2026-11-21T00:00:00Z")));
        assert_eq!(timetable.interval, SignedDuration::from_hours(24));
        assert_eq!(timetable.place(at("2026-11-19T23:58:00Z")), Some(4));
        assert_eq!(timetable.place(at("2026-11-19T23:57:59Z")), Some(3));
        assert_eq!(timetable.place(at("2026-11-01T00:00:00Z")), None);
    }

    #[test]
    fn who_runs_every_minute_sees_less_far_back() {
        let set = BackupSet { schedule: Some("* * * * *".to_owned()), ..set() };
        let timetable = Timetable::of(&set, at("2026-11-20T09:30:30Z"));
        assert_eq!(timetable.beats().len(), MOST);
        assert!(timetable.is_frequent());
    }
}
