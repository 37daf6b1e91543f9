//! What earlier drills have left, as the console offers to remove it.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::timeout;

use crate::app::drill::effect::SetRef;
use crate::app::drill::leftovers::{Interrupted, Leftover};
use crate::domain::settings::Settings;
use crate::runtime::sweep;

/// How long the engine may take to say what earlier drills have left there.
const LOOK: Duration = Duration::from_secs(8);

/// What earlier drills have left, as far as the engine and the state folder tell in time.
pub(super) async fn leftovers(settings: &Settings, now: Timestamp) -> Vec<Leftover> {
    let Ok(found) = timeout(LOOK, sweep::look(settings, now)).await else {
        return Vec::new();
    };
    let names = |label: &str| {
        let of = found.wrecks.iter().filter(|wreck| wreck.drill == label);
        of.flat_map(|wreck| wreck.names.clone()).collect::<Vec<_>>()
    };
    let mut leftovers: Vec<Leftover> = Vec::new();
    for run in &found.runs {
        let record = &run.run.record;
        let mut own = names(&run.id.label());
        if own.is_empty() {
            own.push("nothing on the engine that answers; its record is not written".to_owned());
        }
        let set = SetRef { environment: record.environment.clone(), name: record.set.clone() };
        let (object, place) = (record.object.name(), run.run.place());
        leftovers.push(Leftover {
            names: own,
            why: format!("{}: drill of {object} was interrupted at {place}", record.environment),
            run: Some(Interrupted { id: run.id, set, key: record.object.key.clone() }),
        });
    }
    let of_run = |drill: &str| found.runs.iter().any(|run| run.id.label() == drill);
    for wreck in found.wrecks.iter().filter(|wreck| wreck.fate.is_removable()) {
        if !of_run(&wreck.drill) {
            let why = wreck.fate.word().to_owned();
            leftovers.push(Leftover { names: wreck.names.clone(), why, run: None });
        }
    }
    leftovers
}
