//! `lifeboat check`: whether every backup set has the backups that it should, for people, cron and CI.

mod message;
mod prometheus;
mod write;

use crate::adapters::ping::{Moment, ping};
use crate::adapters::slack;
use crate::cli::{CheckArguments, ScanWhich};
use crate::domain::checkup::telling::{Occasion, tell};
use crate::domain::checkup::{Checkup, Word};
use crate::domain::environment::BackupSet;
use crate::domain::failure::Failure;
use crate::domain::metrics::BucketId;
use crate::domain::settings::{Secret, Settings};
use crate::runtime::check::memory::{Memory, MemoryFile, replace};
use crate::runtime::check::{Check, PATIENCE};
use crate::runtime::choose::storage;
use crate::runtime::drill::count::resolve;
use crate::runtime::exit::Exit;
use crate::runtime::usage::Usage;

use super::Session;
use super::scan;

pub async fn check(session: &Session, arguments: &CheckArguments) -> Exit {
    let sets = match chosen(&session.settings, arguments) {
        Ok(sets) => sets,
        Err(text) => return session.usage(&text),
    };
    if arguments.notify && session.settings.notify.slack_webhook.is_none() {
        return session.usage("--notify needs `[notify] slack_webhook_env` in the configuration");
    }
    watchdog(session, Moment::Start).await;
    if arguments.scan == Some(ScanWhich::Newest) {
        scan_newest(session, &sets).await;
    }
    let reading = match session.read_journal() {
        Ok(reading) => reading,
        Err(exit) => return exit,
    };
    let file = MemoryFile::take(&session.settings.folders.state);
    let file = file.map_err(|failure| session.warn(&failure.to_string())).ok();
    let mut memory = file.as_ref().map_or_else(Memory::default, |file| {
        file.read().unwrap_or_else(|failure| {
            session.warn(&failure.to_string());
            Memory::default()
        })
    });
    let check = Check {
        settings: &session.settings,
        clock: session.clock,
        reading: &reading,
        memory: &memory,
        patience: PATIENCE,
    };
    let checked = check.run(&sets).await;
    let mut checkups = Vec::new();
    for one in checked {
        if let Some(observed) = one.observed {
            memory.observe(one.checkup.path(), observed);
        }
        checkups.push(one.checkup);
    }
    // Buckets that nobody measures get a point of their history. What could not be seen just now is not
    // asked again: why is told already, and a storage that hangs is not waited for twice.
    let usage = Usage::new(session.settings.clone(), session.clock);
    let is_of = |bucket: &BucketId| {
        sets.iter().zip(&checkups).any(|(set, checkup)| {
            let is_seen = checkup.failure.is_none();
            is_seen && set.storage == bucket.storage && set.bucket == bucket.name
        })
    };
    for failure in usage.record(&is_of).await {
        session.warn(&format!("no listing was recorded: {failure}"));
    }
    let now = session.clock.now();
    if session.json {
        write::json(&checkups, now);
    } else {
        write::terminal(session, &checkups, &sets);
    }
    let mut is_whole = true;
    if let Some(path) = &arguments.prometheus {
        let text = prometheus::text(&checkups, &reading, now);
        if let Err(error) = replace(path, &text) {
            session.error(&format!("writing {}: {error}", path.display()));
            is_whole = false;
        }
    }
    // Without the memory nobody knows what was told before.
    if arguments.notify && file.is_some() {
        is_whole &= notify(session, &checkups, &mut memory).await;
    }
    memory.last = Some(now);
    if let Some(file) = &file
        && let Err(failure) = file.write(&memory)
    {
        session.fail(&failure);
        is_whole = false;
    }
    let exit = exit(&checkups);
    let exit = if is_whole { exit } else { exit.after_failed_clean_up() };
    if matches!(exit, Exit::Well | Exit::Failed) {
        watchdog(session, Moment::Success).await;
    }
    exit
}

/// The worst of all: what could not be seen may hide anything.
fn exit(checkups: &[Checkup]) -> Exit {
    match checkups.iter().map(|checkup| checkup.word).max() {
        Some(Word::Ok) => Exit::Well,
        Some(Word::Warning | Word::Critical) => Exit::Failed,
        Some(Word::CouldNotSee) | None => Exit::Unverified,
    }
}

/// The sets that are asked for; else what is wrong with the request.
fn chosen<'a>(
    settings: &'a Settings,
    arguments: &CheckArguments,
) -> Result<Vec<&'a BackupSet>, String> {
    let all: Vec<_> = settings.sets().collect();
    if all.is_empty() {
        return Err(
            "no backup set is configured; `lifeboat config init` writes a file to start from"
                .to_owned(),
        );
    }
    let names =
        |sets: &[&BackupSet]| sets.iter().map(|set| set.path()).collect::<Vec<_>>().join(", ");
    let environment = |set: &BackupSet| {
        arguments.environments.is_empty() || arguments.environments.contains(&set.environment.0)
    };
    if let Some(unknown) = arguments
        .environments
        .iter()
        .find(|name| !all.iter().any(|set| set.environment.0 == **name))
    {
        let there = names(&all);
        return Err(format!("`{unknown}` has no backup set; there are: {there}"));
    }
    let of_environment: Vec<_> = all.into_iter().filter(|set| environment(set)).collect();
    if let Some(unknown) =
        arguments.sets.iter().find(|name| !of_environment.iter().any(|set| set.name.0 == **name))
    {
        let there = names(&of_environment);
        return Err(format!("no backup set is called `{unknown}`; there are: {there}"));
    }
    let is_wanted =
        |set: &&BackupSet| arguments.sets.is_empty() || arguments.sets.contains(&set.name.0);
    Ok(of_environment.into_iter().filter(is_wanted).collect())
}

/// Reads the newest backup of each set that can be drilled, unless it was read before.
async fn scan_newest(session: &Session, sets: &[&BackupSet]) {
    for set in sets.iter().filter(|set| set.engine.is_some()) {
        let scanned = match storage(&session.settings, set) {
            Ok(storage) => Box::pin(scan::newest(session, storage, set)).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = scanned {
            session
                .warn(&format!("the newest backup of {} was not scanned: {failure}", set.path()));
        }
    }
}

/// Tells Slack of each change. A message that did not arrive is not remembered as told.
async fn notify(session: &Session, checkups: &[Checkup], memory: &mut Memory) -> bool {
    let Some(webhook) = &session.settings.notify.slack_webhook else { return true };
    let now = session.clock.now();
    let mut is_whole = true;
    for checkup in checkups {
        let path = checkup.path();
        let (occasion, told) = tell(checkup, memory.told(&path), now);
        if let Some(occasion) = occasion
            && let Err(failure) = post(webhook, checkup, occasion).await
        {
            session.fail(&failure);
            is_whole = false;
            continue;
        }
        memory.tell(path, told);
    }
    is_whole
}

async fn post(webhook: &Secret, checkup: &Checkup, occasion: Occasion) -> Result<(), Failure> {
    let webhook = resolve(webhook)
        .map_err(|failure| failure.advise("set it to the address of the incoming webhook"))?;
    Ok(slack::post(&webhook, &message::text(checkup, occasion)).await?)
}

/// Who watches the watcher. That it cannot be reached is told, and changes no answer.
async fn watchdog(session: &Session, moment: Moment) {
    let Some(url) = &session.settings.check.ping_url else { return };
    let pinged = match resolve(url) {
        Ok(url) => ping(&url, moment).await.map_err(Failure::from),
        Err(failure) => Err(failure.advise("set it to the address to ping")),
    };
    if let Err(failure) = pinged {
        session.warn(&failure.to_string());
    }
}

#[cfg(test)]
#[cfg(feature = "demo")]
mod tests;
