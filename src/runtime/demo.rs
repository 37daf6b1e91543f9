//! `lifeboat demo`: the same program, against the embedded world.

use std::sync::Arc;

use jiff::Timestamp;

use crate::adapters::s3::S3;
use crate::app::drill::Training;
use crate::cli::{Cli, DemoArguments, DemoCommand};
use crate::demo::fault::Fault;
use crate::demo::population::Tier;
use crate::demo::{self, Crowd, Genesis, World};
use crate::domain::backup::BackupKey;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Settings;
use crate::journal::Journal;
use crate::logging;

use super::choose::{self, Situation};
use super::clock::Clock;
use super::console;
use super::exit::Exit;
use super::headless::paint::{Paper, Tone, say};
use super::headless::{Session, buckets, check, drill, glance, history, scan, sweep};
use super::interrupt::Interrupt;
use super::training::Trainer;

/// What the world grows from where nobody asks for another one.
const WORLD: u64 = 1;
/// So many seeds are tried for a healthy pick; one in thirty is not.
const SEEDS: u64 = 100;
/// The pods of a cluster that takes long to list.
const MANY: usize = 10_000;

/// Starts the world, runs a command in it or keeps it up, and takes it down again.
pub async fn run(arguments: &DemoArguments, paper: Paper, cli: &Cli) -> Result<Exit, Failure> {
    let json = cli.json;
    let clock = arguments.at.map_or_else(Clock::system, Clock::starting_at);
    let world_clock: demo::mongo::Clock = Arc::new(move || clock.now());
    let seed = arguments.world_seed.unwrap_or(WORLD);
    let crowd = arguments.pods.clone().or_else(|| arguments.fault.and_then(crowd_of));
    let crowd = crowd.unwrap_or_default();
    demo::sweep();
    let started = World::start_with(Genesis { seed, clock: world_clock }, &crowd).await;
    let world = started.map_err(|error| {
        Failure::new(FailureKind::Unexpected, format!("starting the embedded world: {error}"))
    })?;
    let world = Arc::new(world);
    if let Some(fault) = arguments.fault {
        world.inject(fault);
        if !json {
            announce(fault, paper);
        }
    }
    let settings = world.settings();
    // In the world's own folder; the rest is written out before that goes.
    let _log = logging::start(&settings.folders.state, cli.log_level).map_err(|error| {
        Failure::new(FailureKind::Unexpected, format!("starting the log: {error}"))
    })?;
    let seed = match &arguments.command {
        Some(DemoCommand::Drill(drill)) => {
            let names = (drill.environment.as_deref(), drill.set.as_deref());
            let pick = healthy_pick(&world, &settings, names, clock.now()).await;
            pick.map(|(seed, _)| seed)
        }
        None if !arguments.serve => {
            let pick = healthy_pick(&world, &settings, (None, None), clock.now()).await;
            pick.map(|(seed, _)| seed)
        }
        _ => None,
    };
    let trainer = Some(trainer(&world, arguments.fault));
    let session = Session { settings, clock, paper, json, seed, program: None, trainer };
    Ok(match &arguments.command {
        Some(DemoCommand::Glance(arguments)) => glance::glance(&session, arguments).await,
        Some(DemoCommand::Check(arguments)) => Box::pin(check::check(&session, arguments)).await,
        Some(DemoCommand::Usage(arguments)) => buckets::usage(&session, arguments).await,
        Some(DemoCommand::Drill(arguments)) => drill::drill(&session, arguments).await,
        Some(DemoCommand::Scan(arguments)) => scan::scan(&session, arguments).await,
        Some(DemoCommand::History(arguments)) => history::history(&session, arguments),
        Some(DemoCommand::Sweep(arguments)) => sweep::sweep(&session, arguments).await,
        None if arguments.serve => serve(&world, paper).await,
        None => Box::pin(console::run(&session)).await?,
    })
}

/// The first seed whose pick is healthy, and the pick: planted flaws are for those who ask for them. `None` where
/// nothing can be picked from; the drill then says why.
async fn healthy_pick(
    world: &World,
    settings: &Settings,
    (environment, set): (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Option<(u64, BackupKey)> {
    let set = choose::backup_set(settings, environment, set).ok()?;
    let storage = choose::storage(settings, set).ok()?;
    let s3 = S3::connect(storage).await.ok()?;
    let reading = Journal::at(&settings.folders.journal).read().ok()?;
    let situation = Situation::of(settings, storage, &reading, now);
    let pool = choose::pool(&s3, set, &settings.drill, situation).await.ok()?;
    (1..=SEEDS).find_map(|seed| {
        let key = pool.roll(seed, now)?.0.backup.key;
        (!world.is_flawed(&key)).then_some((seed, key))
    })
}

/// What can be rehearsed, of which one may have been switched on at the start.
pub fn offered(on: Option<Fault>) -> Vec<Training> {
    let training = |fault: Fault| Training {
        name: fault.name(),
        rehearses: fault.rehearses(),
        verdict: fault.ending().verdict,
        is_on: on == Some(fault),
    };
    Fault::ALL.into_iter().filter(|fault| fault.is_about_drills()).map(training).collect()
}

/// What a drill can be rehearsed with while the console runs.
fn trainer(world: &Arc<World>, on: Option<Fault>) -> Trainer {
    let world = Arc::clone(world);
    Trainer::new(offered(on), move |name| {
        world.heal();
        if let Some(fault) = name.and_then(|name| name.parse().ok()) {
            world.inject(fault);
        }
    })
}

/// A list that is slow is to be a long one.
fn crowd_of(fault: Fault) -> Option<Crowd> {
    (fault == Fault::ApiSlowList).then(|| Crowd::only(Tier::Prod, MANY))
}

fn announce(fault: Fault, paper: Paper) {
    let text = format!("training fault {fault}: {}", fault.rehearses());
    say(&paper.ink(Tone::Odd, &text));
}

/// Keeps the world up until it is interrupted.
async fn serve(world: &World, paper: Paper) -> Exit {
    say(&paper.ink(Tone::Strong, "the embedded world is up; Ctrl-C ends it"));
    for stop in world.tour() {
        say(&format!("\n{}: {}", paper.ink(Tone::Strong, &stop.what), stop.address));
        say(&format!("  {}", stop.example));
    }
    match Interrupt::listen("left at once".to_owned()) {
        Ok(interrupt) => {
            interrupt.cancel.cancelled().await;
            Exit::Well
        }
        Err(_) => Exit::Unverified,
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    #[tokio::test]
    async fn on_every_day_a_newcomers_first_drill_is_of_a_healthy_backup() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let first: Timestamp = "2026-09-01T09:30:00Z".parse().unwrap();
        let mut lucky = 0;
        for day in 0..90 {
            let now = first + (day * 24).hours();
            let world = World::start(Genesis { seed: WORLD, clock: Arc::new(move || now) });
            let world = world.await.unwrap();
            let pick = healthy_pick(&world, &world.settings(), (None, None), now).await;
            let (seed, key) = pick.unwrap();
            assert!(!world.is_flawed(&key), "day {day}: {key}");
            lucky += u32::from(seed == 1);
        }
        assert!((60..90).contains(&lucky), "the first seed does on {lucky} days");
    }
}
