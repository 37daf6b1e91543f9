//! A session in the embedded world to begin a test with.

use std::sync::Arc;

use crate::demo::{Genesis, World};
use crate::runtime::clock::Clock;
use crate::runtime::headless::Session;
use crate::runtime::headless::paint::Paper;

pub(super) async fn world() -> (World, Session) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let clock = Clock::starting_at("2026-11-20T09:30:00Z".parse().unwrap());
    let world = World::start(Genesis { seed: 1, clock: Arc::new(move || clock.now()) });
    let world = world.await.unwrap();
    let paper = Paper { colour: false, live: false, width: 80 };
    let settings = world.settings();
    let session = Session {
        settings,
        clock,
        paper,
        json: true,
        seed: None,
        program: Some("lifeboat"),
        trainer: None,
    };
    (world, session)
}
