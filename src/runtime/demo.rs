//! `lifeboat demo`: the same program, against the embedded world.

use std::sync::Arc;

use crate::cli::{DemoArguments, DemoCommand};
use crate::demo::fault::Fault;
use crate::demo::{Genesis, World};
use crate::domain::failure::{Failure, FailureKind};

use super::clock::Clock;
use super::exit::Exit;
use super::headless::paint::{Paper, Tone, say};
use super::headless::{Session, drill, history, scan, sweep};
use super::interrupt::Interrupt;

/// What the world grows from where nobody asks for another one.
const WORLD: u64 = 1;
/// Without `--seed`, a pick that is healthy.
const PICK: u64 = 1;

/// Starts the world, runs a command in it or keeps it up, and takes it down again.
pub async fn run(arguments: &DemoArguments, paper: Paper, json: bool) -> Result<Exit, Failure> {
    let clock = arguments.at.map_or_else(Clock::system, Clock::starting_at);
    let world_clock: crate::demo::mongo::Clock = Arc::new(move || clock.now());
    let seed = arguments.world_seed.unwrap_or(WORLD);
    let started = World::start(Genesis { seed, clock: world_clock }).await;
    let world = started.map_err(|error| {
        Failure::new(FailureKind::Unexpected, format!("starting the embedded world: {error}"))
    })?;
    if let Some(fault) = arguments.fault {
        world.inject(fault);
        if !json {
            announce(fault, paper);
        }
    }
    let session =
        Session { settings: world.settings(), clock, paper, json, seed: Some(PICK), program: None };
    Ok(match &arguments.command {
        Some(DemoCommand::Drill(arguments)) => drill::drill(&session, arguments).await,
        Some(DemoCommand::Scan(arguments)) => scan::scan(&session, arguments).await,
        Some(DemoCommand::History(arguments)) => history::history(&session, arguments),
        Some(DemoCommand::Sweep(arguments)) => sweep::sweep(&session, arguments).await,
        None => serve(&world, paper).await,
    })
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
