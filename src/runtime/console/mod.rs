//! The console: the event loop, what feeds it from clusters, and what carries out its effects.

pub mod cluster;
mod coalesce;
pub mod connect;
mod deeds_log;
mod drill;
mod event_loop;
mod interleave;
pub(in crate::runtime) mod keep;
mod lanes;
mod leftovers;
pub mod log_stream;
pub mod look;
mod metrics;
mod objects;
mod outside;
mod pace;
mod programs;
pub mod remembered;
mod saved;
pub mod snapshot;
mod terminal;
pub mod terminal_check;
mod usage;
mod watcher;

#[cfg(test)]
#[cfg(feature = "demo")]
mod tests;
use std::sync::Arc;

use futures_util::Stream;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::crossterm::event::Event;
use tokio::sync::watch;

use crate::app::{App, Seen};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Settings;
use crate::runtime::clock::Clock;
use crate::runtime::discovery;
use crate::runtime::exit::Exit;
use crate::runtime::headless::Session;
use crate::ui::keymap::Keymap;
use crate::ui::theme::{ColourDepth, is_light};

use drill::Gift;
use outside::{Performer, Surface};

pub use event_loop::Looks;

/// Opens the console on this terminal, until the user quits.
pub async fn run(session: &Session) -> Result<Exit, Failure> {
    let (settings, advice) = discovery::or_current_context(session.settings.clone());
    let settings = Arc::new(settings);
    let variable = |name: &str| std::env::var(name).ok();
    let wanted = session.paper.colour;
    let looks = Looks {
        keymap: Keymap::new(&settings.console.keys),
        depth: ColourDepth::of(
            variable("COLORTERM").as_deref(),
            variable("TERM").as_deref(),
            wanted,
        ),
        light_ground: is_light(variable("COLORFGBG").as_deref()),
    };
    let mouse = settings.console.mouse;
    let failed = |error: std::io::Error| {
        Failure::new(FailureKind::Unexpected, format!("taking the terminal: {error}"))
    };
    let (lent, is_lent) = watch::channel(false);
    let input = terminal::input(is_lent).map_err(failed)?;
    let mut terminal = terminal::enter(mouse).map_err(failed)?;
    let surface = Surface::Terminal { mouse };
    let gift = Gift { seed: session.seed, trainer: session.trainer.clone() };
    let opened = Opened { settings, clock: session.clock, surface, lent, gift };
    let result = Box::pin(opened.run(&mut terminal, input, &looks, advice)).await;
    terminal::leave();
    result.map(|_| Exit::Well).map_err(failed)
}

/// Runs a console on any screen, with any keys: tests do.
pub async fn run_on<B: Backend>(
    terminal: &mut Terminal<B>,
    input: impl Stream<Item = Event>,
    settings: &Settings,
    clock: Clock,
    looks: &Looks,
) -> Result<App, B::Error> {
    let (lent, _) = watch::channel(false);
    let settings = Arc::new(settings.clone());
    let gift = Gift { seed: Some(1), trainer: None };
    // The first seed is the same each time: what it picks in the embedded world is healthy.
    let opened = Opened { settings, clock, surface: Surface::Memory, lent, gift };
    Box::pin(opened.run(terminal, input, looks, None)).await
}

/// A console about to run.
struct Opened {
    settings: Arc<Settings>,
    clock: Clock,
    surface: Surface,
    lent: watch::Sender<bool>,
    gift: Gift,
}

impl Opened {
    async fn run<B: Backend>(
        self,
        terminal: &mut Terminal<B>,
        input: impl Stream<Item = Event>,
        looks: &Looks,
        advice: Option<String>,
    ) -> Result<App, B::Error> {
        let Self { settings, clock, surface, lent, gift } = self;
        let folder = &settings.folders.state;
        let remembered = remembered::load(folder);
        let (mut app, effects) = App::start(&settings, &remembered, seen(&settings), clock.now());
        app.advice = advice;
        if let Some(trainer) = &gift.trainer {
            app.drill.training.clone_from(&trainer.offered);
        }
        let surface = (surface, gift);
        let (inbox, mut performer) = Performer::start(Arc::clone(&settings), clock, surface, lent);
        let outside = (inbox, &mut performer);
        let app = event_loop::run(terminal, input, (app, effects), outside, (looks, clock)).await;
        performer.stop(app.as_ref().ok()).await;
        app
    }
}

/// What the last session saw.
fn seen(settings: &Settings) -> Vec<Seen> {
    let environments = settings.environments.iter().filter(|it| it.kubernetes.is_some());
    let names: Vec<_> = environments.map(|environment| environment.name.clone()).collect();
    snapshot::load_all(&settings.folders.state, &names)
        .into_iter()
        .map(|(environment, seen)| Seen { environment, at: seen.at, pods: seen.pods })
        .collect()
}
