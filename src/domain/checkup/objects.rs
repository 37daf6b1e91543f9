//! Findings about the objects as a whole: their names, their times, their number.

use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::environment::{BackupSet, SetKind};
use crate::domain::slot::State;
use crate::domain::slot::catalogue::Catalogue;
use crate::domain::slot::judge::{Slots, local};
use crate::domain::units::{Span, plural};

pub(super) fn findings(set: &BackupSet, catalogue: &Catalogue, slots: &Slots) -> Vec<Finding> {
    if set.kind == SetKind::Sync {
        return clock(set, catalogue).into_iter().collect();
    }
    let place = format!("s3://{}/{}", set.bucket, set.prefix);
    let mut findings = Vec::new();
    if catalogue.objects == 0 {
        let reason = format!("there is no object of its window in {place}");
        let finding = Finding::new(Rule::Minimum, Weight::Critical, reason);
        findings.push(finding.advise("check `bucket` and `prefix`; no backup was ever seen here"));
        return findings;
    }
    findings.extend(names(set, catalogue));
    findings.extend(clock(set, catalogue));
    let good = slots.slots.iter().filter(|slot| slot.state == State::Ok).count();
    let least = set.watch.minimum;
    if u32::try_from(good).is_ok_and(|good| good < least) {
        let good = plural(good as u64, "good backup");
        let reason = format!("{good} in {place}, where {least} are the least");
        findings.push(Finding::new(Rule::Minimum, Weight::Critical, reason));
    }
    findings
}

fn names(set: &BackupSet, catalogue: &Catalogue) -> Option<Finding> {
    let stranger = catalogue.stranger.as_ref()?;
    let pattern = set.name_format.pattern();
    let example = stranger.name();
    let others = catalogue.objects - catalogue.named;
    if catalogue.named == 0 {
        let reason = format!(
            "none of {} is named as `name_format` has it (`{pattern}`), such as `{example}`: \
             judged by their uploads",
            plural(catalogue.objects, "object")
        );
        return Some(Finding::new(Rule::Names, Weight::Warning, reason));
    }
    // Checksums and the like lie beside backups everywhere: worth knowing, nothing is wrong.
    let reason = format!(
        "{} named otherwise than `{pattern}`, such as `{example}`: left out",
        if others == 1 { "1 object is".to_owned() } else { format!("{others} objects are") }
    );
    Some(Finding::new(Rule::Names, Weight::Note, reason))
}

fn clock(set: &BackupSet, catalogue: &Catalogue) -> Option<Finding> {
    if let Some(ahead) = &catalogue.ahead {
        let reason = format!(
            "`{}` says that it began at {}, which is still to come",
            ahead.name(),
            local(ahead.began.at, &set.time_zone)
        );
        return Some(Finding::new(Rule::Clock, Weight::Warning, reason));
    }
    let backwards = catalogue.backwards.as_ref()?;
    let by = backwards.began.at.duration_since(backwards.last_modified).unsigned_abs();
    let reason =
        format!("`{}` was stored {} before it began, by its name", backwards.name(), Span(by));
    Some(Finding::new(Rule::Clock, Weight::Warning, reason))
}
