//! `lifeboat sweep`: removes what killed drills have left, and lists what belongs to others.

use crate::cli::SweepArguments;
use crate::domain::failure::Failure;
use crate::domain::text::shown;
use crate::domain::units::plural;
use crate::drill::record::BrokenOff;
use crate::runtime::exit::Exit;
use crate::runtime::sweep::{Found, look, sweep as remove};

use super::paint::{Tone, say};
use super::{Session, is_called};

const NOTHING: &str = "nothing to remove";

pub async fn sweep(session: &Session, arguments: &SweepArguments) -> Exit {
    let now = session.clock.now();
    let found = look(&session.settings, now).await;
    let force = match forced(&found, &arguments.force) {
        Ok(force) => force,
        Err(text) => return session.usage(&text),
    };
    let mut told = listing(&found);
    let mut failures: Vec<Failure> = found.unknown.iter().chain(&found.unlisted).cloned().collect();
    if !session.json {
        describe(session, &found, &force);
    }
    for text in &found.unreadable {
        session.warn(text);
    }
    let mut removed = Vec::new();
    if arguments.dry_run {
        let is_clean = found.wrecks.is_empty() && found.runs.is_empty();
        if is_clean && failures.is_empty() && !session.json {
            say(NOTHING);
        }
    } else {
        let swept = remove(&session.settings, found, (&force, BrokenOff::Kept), now).await;
        failures.extend(swept.failures);
        removed = swept.removed;
        if !session.json {
            conclude(&removed, swept.recorded, failures.is_empty());
        }
    }
    if session.json {
        told.insert("removed".to_owned(), serde_json::json!(removed));
        told.insert("failures".to_owned(), serde_json::json!(failures));
        say(&serde_json::Value::Object(told).to_string());
    }
    // Without an answer nobody knows what is left.
    failures.iter().fold(Exit::Well, |_, failure| session.fail(failure))
}

/// The drills that `wanted` means: each the whole id, its beginning or its end.
fn forced(found: &Found, wanted: &[String]) -> Result<Vec<String>, String> {
    let one = |id: &String| {
        let id = id.to_lowercase();
        let drills = found.wrecks.iter().map(|wreck| wreck.drill.as_str());
        match drills.filter(|drill| is_called(drill, &id)).collect::<Vec<_>>().as_slice() {
            [drill] => Ok((*drill).to_owned()),
            // Nobody knows what is there: that is said, and counts.
            [] if found.unknown.is_some() => Ok(id),
            [] => Err(format!("no drill called `{id}` has left anything here")),
            several => Err(format!("several drills fit `{id}`: {}", several.join(", "))),
        }
    };
    wanted.iter().map(one).collect()
}

fn conclude(removed: &[String], recorded: u64, is_all: bool) {
    match removed.len() as u64 {
        0 if is_all => say(NOTHING),
        0 => {}
        count => {
            let names = removed.join(", ");
            say(&shown(&format!("removed {}: {names}", plural(count, "thing"))));
        }
    }
    if recorded > 0 {
        say(&format!("{} of killed drills written", plural(recorded, "record")));
    }
}

fn describe(session: &Session, found: &Found, force: &[String]) {
    for wreck in &found.wrecks {
        let is_forced = force.contains(&wreck.drill);
        let tone = if wreck.fate.is_removable() || is_forced { Tone::Odd } else { Tone::Quiet };
        let owner = wreck.owner.as_deref().unwrap_or("unknown");
        let expires = wreck
            .expires
            .map(|expires| format!(", expires {}", expires.strftime("%Y-%m-%d %H:%M UTC")))
            .unwrap_or_default();
        let text = format!("{} of {owner}: {}{expires}", wreck.drill, wreck.fate.word());
        say(&session.paper.ink(tone, &shown(&text)));
        for name in &wreck.names {
            say(&format!("  {}", shown(name)));
        }
    }
    for run in &found.runs {
        let step = run.run.place();
        let text = format!(
            "drill {} of {} was interrupted at {step}",
            run.id.short(),
            run.run.record.object.name()
        );
        say(&session.paper.ink(Tone::Odd, &text));
    }
}

fn listing(found: &Found) -> serde_json::Map<String, serde_json::Value> {
    let wrecks = found.wrecks.iter().map(|wreck| {
        serde_json::json!({
            "drill": wreck.drill,
            "owner": wreck.owner,
            "expires": wreck.expires,
            "names": wreck.names,
            "running": wreck.is_running,
            "removable": wreck.fate.is_removable(),
            "why": wreck.fate.word(),
        })
    });
    let runs = found.runs.iter().map(|run| {
        serde_json::json!({"drill": run.id, "step": run.run.place(), "object": run.run.record.object.url()})
    });
    let (wrecks, runs) = (wrecks.collect::<Vec<_>>(), runs.collect::<Vec<_>>());
    [
        ("unknown".to_owned(), serde_json::json!(found.unknown)),
        ("leftovers".to_owned(), wrecks.into()),
        ("interrupted".to_owned(), runs.into()),
        ("unreadable".to_owned(), serde_json::json!(found.unreadable)),
    ]
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::FailureKind;
    use crate::runtime::sweep::{Fate, Wreck};

    fn found(drills: [&str; 2]) -> Found {
        let wreck = |drill: &str| Wreck {
            drill: drill.to_owned(),
            owner: None,
            process: None,
            expires: None,
            names: Vec::new(),
            is_running: false,
            fate: Fate::Foreign,
        };
        Found { wrecks: drills.map(wreck).into(), ..Found::default() }
    }

    fn force(found: &Found, id: &str) -> Result<Vec<String>, String> {
        forced(found, &[id.to_owned()])
    }

    #[test]
    fn a_drill_is_forced_by_the_beginning_or_the_end_of_its_id() {
        let found = found(["01ka3qzx8m", "01kb7777aa"]);
        assert_eq!(force(&found, "01KA").unwrap(), ["01ka3qzx8m"]);
        assert_eq!(force(&found, "7aa").unwrap(), ["01kb7777aa"]);
        assert!(force(&found, "01k").unwrap_err().starts_with("several drills fit"));
        assert!(force(&found, "zzz").unwrap_err().starts_with("no drill called"));
        assert!(force(&found, "").is_err());
    }

    #[test]
    fn a_run_file_that_nobody_understands_is_told() {
        let found = Found { unreadable: vec!["odd.json".to_owned()], ..Found::default() };
        assert_eq!(listing(&found)["unreadable"][0], "odd.json");
    }

    #[test]
    fn an_engine_that_does_not_answer_is_unknown_and_not_empty() {
        let failure = Failure::new(FailureKind::Unreachable, "no engine answers");
        let found = Found { unknown: Some(failure), ..Found::default() };
        assert_eq!(listing(&found)["unknown"]["kind"], "unreachable");
        assert_eq!(force(&found, "01KA").unwrap(), ["01ka"]);
    }
}
