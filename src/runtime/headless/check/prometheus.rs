//! The checkups in Prometheus' text format, for node exporter's textfile collector.

use std::fmt::{Display, Write as _};

use jiff::Timestamp;

use crate::domain::checkup::{Checkup, Weight};
use crate::domain::environment::SetKind;
use crate::domain::slot::State;
use crate::domain::verdict::Verdict;
use crate::drill::record::Record;
use crate::journal::Reading;

pub(super) fn text(checkups: &[Checkup], reading: &Reading, now: Timestamp) -> String {
    let mut page = Page::default();
    page.family("lifeboat_check_timestamp_seconds", "When the check ended.");
    page.sample("lifeboat_check_timestamp_seconds", &[], now.as_second());
    let seen = || checkups.iter().filter(|checkup| checkup.failure.is_none());
    page.each("lifeboat_backup_seen", "Whether the set could be listed.", checkups, |checkup| {
        Some(u8::from(checkup.failure.is_none()))
    });
    page.each(
        "lifeboat_backup_newest_timestamp_seconds",
        "When the newest backup began.",
        seen(),
        |checkup| Some(checkup.newest.as_ref()?.began.at.as_second()),
    );
    page.each(
        "lifeboat_backup_proven_timestamp_seconds",
        "When the newest backup began that is proven to restore.",
        checkups,
        |checkup| Some(checkup.proven?.as_second()),
    );
    page.each(
        "lifeboat_backup_size_bytes",
        "The size of the newest backup, or of a synchronised set as a whole.",
        seen(),
        |checkup| match checkup.kind {
            // What is synchronised is one copy.
            SetKind::Sync => Some(checkup.bytes.bytes()),
            SetKind::Scheduled | SetKind::Manual => Some(checkup.newest.as_ref()?.size.bytes()),
        },
    );
    page.each("lifeboat_backup_objects", "Objects of the set in its window.", seen(), |checkup| {
        Some(checkup.objects)
    });
    slot_states(&mut page, checkups);
    findings(&mut page, checkups);
    drills(&mut page, checkups, reading);
    page.text
}

/// The state of the newest run that was due: 1 for the one that it is in.
fn slot_states(page: &mut Page, checkups: &[Checkup]) {
    const NAME: &str = "lifeboat_backup_slot_state";
    page.family(NAME, "The state of the newest run that was due.");
    for checkup in checkups {
        let state = match (&checkup.failure, checkup.newest_due()) {
            (Some(_), _) => State::NoData,
            (None, Some(slot)) => slot.state,
            (None, None) => continue,
        };
        for one in State::ALL {
            let labels = [of(checkup), vec![("state", one.word().to_owned())]].concat();
            page.sample(NAME, &labels, u8::from(one == state));
        }
    }
}

fn findings(page: &mut Page, checkups: &[Checkup]) {
    const NAME: &str = "lifeboat_backup_findings";
    page.family(NAME, "How many findings there are.");
    for checkup in checkups {
        for weight in Weight::ALL {
            let count = checkup.findings.iter().filter(|found| found.weight == weight).count();
            let labels = [of(checkup), vec![("severity", weight.word().to_owned())]].concat();
            page.sample(NAME, &labels, count);
        }
    }
}

/// What the newest drill of each set came to.
fn drills(page: &mut Page, checkups: &[Checkup], reading: &Reading) {
    const VERDICT: &str = "lifeboat_drill_verdict";
    const SECONDS: &str = "lifeboat_drill_restore_seconds";
    let newest = |checkup: &Checkup| -> Option<&Record> {
        let of_set = reading.records().filter(|record| {
            record.environment == checkup.environment && record.set == checkup.set
        });
        of_set.filter(|record| record.is_test()).max_by_key(|record| record.started)
    };
    page.family(VERDICT, "The newest drill: 0 pass, 1 warn, 2 could not verify, 3 fail.");
    for checkup in checkups {
        if let Some(record) = newest(checkup) {
            let value = match record.verdict {
                Verdict::Pass => 0,
                Verdict::Warn => 1,
                Verdict::CouldNotVerify => 2,
                Verdict::Fail => 3,
            };
            page.sample(VERDICT, &of(checkup), value);
        }
    }
    page.family(SECONDS, "How long the newest drill took to restore.");
    for checkup in checkups {
        if let Some(seconds) = newest(checkup).and_then(|record| record.rto_s) {
            page.sample(SECONDS, &of(checkup), seconds);
        }
    }
}

type Labels = Vec<(&'static str, String)>;

fn of(checkup: &Checkup) -> Labels {
    vec![("env", checkup.environment.0.clone()), ("set", checkup.set.0.clone())]
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn family(&mut self, name: &str, help: &str) {
        // Writing to a string cannot fail.
        write!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge\n").ok();
    }

    fn sample(&mut self, name: &str, labels: &[(&'static str, String)], value: impl Display) {
        let labels = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value)));
        let labels = labels.collect::<Vec<_>>().join(",");
        let labels = if labels.is_empty() { labels } else { format!("{{{labels}}}") };
        writeln!(self.text, "{name}{labels} {value}").ok();
    }

    fn each<'a, T: Display>(
        &mut self,
        name: &str,
        help: &str,
        checkups: impl IntoIterator<Item = &'a Checkup>,
        value: impl Fn(&Checkup) -> Option<T>,
    ) {
        self.family(name, help);
        for checkup in checkups {
            if let Some(value) = value(checkup) {
                self.sample(name, &of(checkup), value);
            }
        }
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_families_are_announced() {
        let mut page = Page::default();
        page.family("a", "Something.");
        page.sample("a", &[("set", "x\"y\\z".to_owned())], 1);
        page.sample("a", &[], 2.5);
        assert_eq!(
            page.text,
            "# HELP a Something.\n# TYPE a gauge\na{set=\"x\\\"y\\\\z\"} 1\na 2.5\n"
        );
    }
}
