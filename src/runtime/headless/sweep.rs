//! `lifeboat sweep`: removes what killed drills have left, and lists what belongs to others.

use crate::cli::SweepArguments;
use crate::domain::text::shown;
use crate::domain::units::plural;
use crate::runtime::exit::Exit;
use crate::runtime::sweep::{Found, Wreck, look, sweep as remove};

use super::Session;
use super::paint::{Tone, say};

pub async fn sweep(session: &Session, arguments: &SweepArguments) -> Exit {
    let now = session.clock.now();
    let (found, failure) = look(&session.settings, now).await;
    let mut exit = Exit::Well;
    if let Some(failure) = &failure {
        // Without an answer nobody knows what is left there.
        exit = session.fail(failure);
    }
    let unknown = arguments.force.iter().find(|id| {
        let is_it = |wreck: &Wreck| wreck.drill == id.to_lowercase();
        failure.is_none() && !found.wrecks.iter().any(is_it)
    });
    if let Some(id) = unknown {
        return session.usage(&format!("no drill called `{id}` has left anything here"));
    }
    if session.json {
        say(&listing(&found).to_string());
    } else {
        describe(session, &found, arguments);
    }
    if arguments.dry_run {
        return exit;
    }
    let force: Vec<String> = arguments.force.iter().map(|id| id.to_lowercase()).collect();
    let swept = remove(&session.settings, found, &force, now).await;
    for failure in &swept.failures {
        exit = session.fail(failure);
    }
    if !session.json {
        match swept.removed.len() as u64 {
            0 => say("nothing to remove"),
            count => {
                say(&format!("removed {}: {}", plural(count, "thing"), swept.removed.join(", ")));
            }
        }
        if swept.recorded > 0 {
            say(&format!("{} of killed drills written", plural(swept.recorded, "record")));
        }
    }
    exit
}

fn describe(session: &Session, found: &Found, arguments: &SweepArguments) {
    for wreck in &found.wrecks {
        let is_forced = arguments.force.iter().any(|id| wreck.drill == id.to_lowercase());
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

fn listing(found: &Found) -> serde_json::Value {
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
    serde_json::json!({"leftovers": wrecks.collect::<Vec<_>>(), "interrupted": runs.collect::<Vec<_>>()})
}
