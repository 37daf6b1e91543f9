//! A listing folded into slots while it arrives: what is held of it does not grow with it.

use jiff::{SignedDuration, Timestamp};

use crate::domain::backup::{Backup, BeganFrom};
use crate::domain::slot::timetable::Timetable;
use crate::domain::units::ByteSize;

/// Clocks that differ by more are wrong.
pub const CLOCKS: SignedDuration = SignedDuration::from_mins(5);

/// What a set's objects come to.
#[derive(Debug, Clone)]
pub struct Catalogue {
    timetable: Timetable,
    now: Timestamp,
    bins: Vec<Bin>,
    pub objects: u64,
    pub bytes: ByteSize,
    /// How many are named as the set has it.
    pub named: u64,
    /// One that is not, for an example.
    pub stranger: Option<Backup>,
    pub oldest: Option<Backup>,
    pub newest: Option<Backup>,
    /// The object that was stored last, whatever its name.
    pub last_stored: Option<Backup>,
    /// The newest of those that began in the future, by their names.
    pub ahead: Option<Backup>,
    /// One that was stored before it began, by its name.
    pub backwards: Option<Backup>,
    /// The newest marker of a synchronisation.
    pub marker: Option<Backup>,
    /// How many must be thawed before they can be read.
    pub archived: u64,
}

/// What one run has left.
#[derive(Debug, Clone, Default)]
pub struct Bin {
    /// The later one of those that are named as they should be.
    pub named: Option<Backup>,
    /// How many more of these there are.
    pub others: u32,
    /// The latest by its upload of those with another name.
    pub stranger: Option<Backup>,
}

impl Catalogue {
    pub fn new(timetable: Timetable, now: Timestamp) -> Self {
        let bins = vec![Bin::default(); timetable.beats().len()];
        Self {
            timetable,
            now,
            bins,
            objects: 0,
            bytes: ByteSize::default(),
            named: 0,
            stranger: None,
            oldest: None,
            newest: None,
            last_stored: None,
            ahead: None,
            backwards: None,
            marker: None,
            archived: 0,
        }
    }

    pub fn timetable(&self) -> &Timetable {
        &self.timetable
    }

    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// Takes in one object; the order does not matter.
    pub fn take(&mut self, backup: Backup, marker: Option<&str>) {
        self.objects += 1;
        self.bytes = ByteSize(self.bytes.bytes().saturating_add(backup.size.bytes()));
        self.archived += u64::from(backup.is_archived());
        keep(&mut self.last_stored, &backup, |new, old| new.last_modified > old.last_modified);
        if marker.is_some_and(|marker| backup.name() == marker) {
            keep(&mut self.marker, &backup, |new, old| new.last_modified > old.last_modified);
            return;
        }
        match backup.began.from {
            BeganFrom::Name => self.take_named(backup),
            BeganFrom::LastModified => {
                if let Some(bin) = bin(&mut self.bins, &self.timetable, backup.began.at) {
                    keep(&mut bin.stranger, &backup, |new, old| {
                        new.last_modified > old.last_modified
                    });
                }
                self.stranger.get_or_insert(backup);
            }
        }
    }

    fn take_named(&mut self, mut backup: Backup) {
        self.named += 1;
        backup.began.at = self.timetable.begun(backup.began.at);
        let began = backup.began.at;
        if began.duration_since(backup.last_modified) > CLOCKS {
            keep(&mut self.backwards, &backup, is_later);
        }
        if began.duration_since(self.now) > CLOCKS {
            keep(&mut self.ahead, &backup, is_later);
            return;
        }
        keep(&mut self.oldest, &backup, |new, old| is_later(old, new));
        keep(&mut self.newest, &backup, is_later);
        let Some(bin) = bin(&mut self.bins, &self.timetable, began) else { return };
        match &bin.named {
            None => bin.named = Some(backup),
            Some(held) => {
                bin.others += 1;
                if is_later(&backup, held) {
                    bin.named = Some(backup);
                }
            }
        }
    }

    /// Objects beyond the window that were looked at for their age alone.
    pub fn take_old(&mut self, mut backup: Backup) {
        if backup.began.from == BeganFrom::Name {
            backup.began.at = self.timetable.begun(backup.began.at);
            keep(&mut self.oldest, &backup, |new, old| is_later(old, new));
        }
    }
}

fn bin<'a>(bins: &'a mut [Bin], timetable: &Timetable, at: Timestamp) -> Option<&'a mut Bin> {
    bins.get_mut(timetable.place(at)?)
}

fn is_later(new: &Backup, old: &Backup) -> bool {
    (new.began.at, new.last_modified) > (old.began.at, old.last_modified)
}

fn keep(held: &mut Option<Backup>, new: &Backup, wins: impl Fn(&Backup, &Backup) -> bool) {
    if held.as_ref().is_none_or(|old| wins(new, old)) {
        *held = Some(new.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::backup::Began;
    use crate::domain::slot::fixture::{at, backup, set};

    fn catalogue(now: &str) -> Catalogue {
        let now = at(now);
        Catalogue::new(Timetable::of(&set(), now), now)
    }

    #[test]
    fn of_two_in_a_slot_the_later_counts_in_whatever_order_they_come() {
        let (early, late) = (at("2026-11-19T00:00:00Z"), at("2026-11-19T11:00:00Z"));
        for order in [[early, late], [late, early]] {
            let mut catalogue = catalogue("2026-11-20T09:30:00Z");
            for began in order {
                catalogue.take(backup(began, 5000), None);
            }
            let place = catalogue.timetable().place(early).unwrap();
            let bin = &catalogue.bins()[place];
            assert_eq!((bin.named.as_ref().unwrap().began.at, bin.others), (late, 1));
        }
    }

    #[test]
    fn a_name_that_tells_the_day_alone_belongs_to_that_days_run() {
        use crate::domain::backup::NameFormat;
        use crate::domain::environment::BackupSet;
        use jiff::tz::TimeZone;
        let zone = TimeZone::get("Europe/London").unwrap();
        let set = BackupSet {
            name_format: NameFormat::new("pg-%Y%m%d.gz", zone.clone()).unwrap(),
            schedule: Some("7 3 * * *".to_owned()),
            time_zone: zone,
            ..set()
        };
        let now = at("2026-07-20T09:30:00Z");
        let mut catalogue = Catalogue::new(Timetable::of(&set, now), now);
        let midnight = set.name_format.began("pg-20260720.gz").unwrap();
        let stored = at("2026-07-20T02:12:00Z");
        catalogue.take(Backup { last_modified: stored, ..backup(midnight, 5000) }, None);
        let held = catalogue.bins().last().unwrap().named.as_ref().unwrap();
        assert_eq!(held.began.at, at("2026-07-20T02:07:00Z"));
        assert!(catalogue.backwards.is_none());
    }

    #[test]
    fn a_hundred_thousand_objects_leave_no_rows() {
        let mut catalogue = catalogue("2026-11-20T09:30:00Z");
        for number in 0..100_000 {
            let stored = at("2026-11-01T00:00:00Z") + SignedDuration::from_secs(number);
            let began = Began { at: stored, from: BeganFrom::LastModified };
            catalogue.take(Backup { began, ..backup(stored, 10) }, None);
        }
        assert_eq!((catalogue.objects, catalogue.bytes), (100_000, ByteSize(1_000_000)));
        let held = catalogue.bins().iter().filter(|bin| bin.stranger.is_some()).count();
        assert_eq!(held, 2);
        assert_eq!(catalogue.named, 0);
    }

    #[test]
    fn what_comes_from_the_future_is_told_and_fills_no_slot() {
        let mut catalogue = catalogue("2026-11-20T23:30:00Z");
        catalogue.take(backup(at("2026-11-21T01:30:00Z"), 5000), None);
        assert!(catalogue.ahead.is_some() && catalogue.newest.is_none());
        assert!(catalogue.bins().iter().all(|bin| bin.named.is_none()));
    }

    #[test]
    fn a_backup_that_was_stored_before_it_began_is_told() {
        let mut catalogue = catalogue("2026-11-20T09:30:00Z");
        let began = at("2026-11-20T00:00:00Z");
        let stored = began - SignedDuration::from_hours(2);
        catalogue.take(Backup { last_modified: stored, ..backup(began, 5000) }, None);
        assert!(catalogue.backwards.is_some() && catalogue.newest.is_some());
    }
}
