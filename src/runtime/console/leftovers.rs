//! What earlier drills have left, as the console offers to remove it.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::timeout;

use crate::adapters::s3::PartFile;
use crate::app::drill::effect::SetRef;
use crate::app::drill::leftovers::{Interrupted, LeftBehind, Leftover};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Settings;
use crate::runtime::runs::FoundRun;
use crate::runtime::sweep::{self, Found};

/// How long the engine may take to say what earlier drills have left there.
const LOOK: Duration = Duration::from_secs(8);

/// What earlier drills have left, as far as the engine and the state folder tell in time.
pub(super) async fn leftovers(settings: &Settings, now: Timestamp) -> LeftBehind {
    let mut found = sweep::killed(settings);
    match timeout(LOOK, sweep::wrecks(settings, now)).await {
        Ok(Ok(wrecks)) => found.wrecks = wrecks,
        Ok(Err(failure)) => found.unknown = Some(failure),
        Err(_) => {
            let what = "asking the container engine what is left there: no answer in time";
            found.unknown = Some(Failure::new(FailureKind::TimedOut, what));
        }
    }
    told(settings, &found)
}

fn told(settings: &Settings, found: &Found) -> LeftBehind {
    let of_run = |drill: &str| found.runs.iter().any(|run| run.id.label() == drill);
    let runs = found.runs.iter().map(|run| left_by(settings, found, run));
    let alone = found.wrecks.iter().filter(|wreck| wreck.fate.is_removable());
    let alone = alone.filter(|wreck| !of_run(&wreck.drill)).map(|wreck| Leftover {
        names: shortened(&wreck.names),
        why: wreck.fate.word().to_owned(),
        run: None,
    });
    // An engine that does not answer is told where a drill is known to have used it.
    let is_missed = found.runs.iter().any(|run| run.run.engine.is_some());
    let unreadable = found.unreadable.first();
    let unreadable = unreadable.map(|text| Failure::new(FailureKind::Unexpected, text.as_str()));
    let engine = found.unknown.clone().filter(|_| is_missed);
    LeftBehind {
        found: runs.chain(alone).collect(),
        unknown: found.unlisted.clone().or(engine).or(unreadable),
    }
}

/// What the drill of a process that is gone has left.
fn left_by(settings: &Settings, found: &Found, run: &FoundRun) -> Leftover {
    let record = &run.run.record;
    let label = run.id.label();
    let wrecks = found.wrecks.iter().filter(|wreck| wreck.drill == label);
    let mut names: Vec<String> = wrecks.flat_map(|wreck| shortened(&wreck.names)).collect();
    if names.is_empty() {
        let nothing = match (&run.run.engine, &found.unknown) {
            (None, _) => "nothing on any container engine",
            (Some(_), Some(_)) => "nobody knows what on the container engine",
            (Some(_), None) => "nothing on the container engine that answers",
        };
        names.push(nothing.to_owned());
    }
    if PartFile::is_there(&settings.folders.cache, &record.object) {
        names.push("its download".to_owned());
    }
    if !run.run.is_concluded {
        names.push("no record".to_owned());
    }
    let set = SetRef { environment: record.environment.clone(), name: record.set.clone() };
    let (object, place) = (record.object.name(), run.run.place());
    Leftover {
        names,
        why: format!("{}: drill of {object} was interrupted at {place}", record.environment),
        run: Some(Interrupted { id: run.id, set, key: record.object.key.clone() }),
    }
}

/// The names, those that begin as the first does without that: a drill's volumes are called after its container.
fn shortened(names: &[String]) -> Vec<String> {
    let Some((first, others)) = names.split_first() else { return Vec::new() };
    let rest = |name: &String| match name.strip_prefix(first) {
        Some(rest) => format!("…{rest}"),
        None => name.clone(),
    };
    std::iter::once(first.clone()).chain(others.iter().map(rest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_told_by_how_they_differ_from_their_container() {
        let names = ["drill-1", "drill-1-db", "other"].map(str::to_owned);
        assert_eq!(shortened(&names), ["drill-1", "…-db", "other"]);
        assert_eq!(shortened(&[]), [""; 0]);
    }
}
