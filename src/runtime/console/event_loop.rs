//! The loop: a message at a time into the application, its effects out, a frame when something shows.

use std::pin::pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::crossterm::event::{Event, KeyEvent, KeyEventKind, MouseButton, MouseEventKind};
use ratatui::layout::Rect;
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::app::App;
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::message::{Message, Size};
use crate::runtime::clock::Clock;
use crate::ui;
use crate::ui::keymap::Keymap;
use crate::ui::theme::{ColourDepth, Theme};
use crate::ui::typed::{edit_of, key_of};
use crate::ui::viewports::Viewports;

/// Messages handled before the next frame.
const BATCH: usize = 64;
/// What is known is kept so often, as long as there is something new.
const KEEP: Duration = Duration::from_mins(2);
/// Nothing shown changes by itself for longer than this without the clock being looked at.
const LONGEST: Duration = Duration::from_hours(1);

/// What the loop hands effects to; it answers in messages.
pub(super) trait Outside {
    /// Does what is asked for; says whether the terminal still shows what was painted.
    fn perform(&mut self, effect: Effect) -> Kept;
    /// Gives the terminal to a program, which an effect asked for, until that ends.
    fn lend_terminal(&mut self) -> impl Future<Output = Option<Message>>;
    /// What is painted from now on shows at once, at [`Outside::end_frame`].
    fn begin_frame(&mut self) {}
    fn end_frame(&mut self) {}
    /// Keeps what is known, so that a next session has something to show at once.
    fn keep(&mut self, app: &App);
}

/// Whether the terminal still shows what was painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Yes,
    /// Somebody else wrote on it, or it must be painted whole.
    Repaint,
    /// It is to be given away.
    Lend,
}

/// How the screen looks and what keys mean.
#[derive(Debug)]
pub struct Looks {
    pub keymap: Keymap,
    pub depth: ColourDepth,
    pub light_ground: bool,
}

/// Runs until the user quits, or the input ends.
pub(super) async fn run<B: Backend>(
    terminal: &mut Terminal<B>,
    input: impl Stream<Item = Event>,
    (mut app, effects): (App, Vec<Effect>),
    (mut messages, outside): (mpsc::Receiver<Message>, &mut impl Outside),
    (looks, clock): (&Looks, Clock),
) -> Result<App, B::Error> {
    let mut viewports = Viewports::default();
    let mut theme = Theme::new(app.theme, looks.depth, looks.light_ground);
    let mut choice = app.theme;
    let mut input = pin!(input);
    let size = terminal.size()?;
    app.update(Message::Resized(Size { width: size.width, height: size.height }));
    let mut kept = perform(outside, effects);
    let mut saved = clock.now();
    while !app.quitting {
        if kept == Kept::Lend {
            let message = {
                // The input sees that the terminal is lent, and lets go of it.
                let mut lending = pin!(outside.lend_terminal());
                loop {
                    select! {
                        biased;
                        event = input.next() => if event.is_none() { break None },
                        message = &mut lending => break message,
                    }
                }
            };
            if let Some(message) = message {
                perform(outside, app.update(message));
            }
            app.update(Message::Ticked(clock.now()));
            kept = Kept::Repaint;
        }
        if app.take_dirty() || kept == Kept::Repaint {
            outside.begin_frame();
            if kept == Kept::Repaint {
                wipe(terminal)?;
            }
            if choice != app.theme {
                choice = app.theme;
                theme = Theme::new(choice, looks.depth, looks.light_ground);
            }
            terminal.draw(|frame| ui::draw(frame, &app, &theme, &looks.keymap, &mut viewports))?;
            outside.end_frame();
            if let Some(first) = viewports.help_first() {
                app.help_ends(first);
            }
        }
        kept = Kept::Yes;
        let wait = next_change(&app, &viewports, clock);
        let mut next = select! {
            biased;
            event = input.next() => match event {
                Some(event) => translate(&event, &app, &looks.keymap, &viewports),
                None => break,
            },
            message = messages.recv() => message,
            () = sleep(wait) => Some(Message::Ticked(clock.now())),
        };
        app.now = app.now.max(clock.now());
        if Duration::try_from(app.now.duration_since(saved)).is_ok_and(|age| age > KEEP) {
            saved = app.now;
            outside.keep(&app);
        }
        for _ in 0..BATCH {
            let Some(message) = next else { break };
            match perform(outside, app.update(message)) {
                Kept::Yes => {}
                other => kept = other,
            }
            if kept == Kept::Lend {
                break;
            }
            next = messages.try_recv().ok();
        }
    }
    Ok(app)
}

/// Empties the screen, of which every cell is painted next. `Terminal::clear` would ask the terminal where
/// its cursor is, and the answer is read by whoever reads the keys.
fn wipe<B: Backend>(terminal: &mut Terminal<B>) -> Result<(), B::Error> {
    let size = terminal.size()?;
    terminal.resize(Rect::new(0, 0, size.width, size.height))
}

fn perform(outside: &mut impl Outside, effects: Vec<Effect>) -> Kept {
    let mut kept = Kept::Yes;
    for effect in effects {
        match outside.perform(effect) {
            Kept::Yes => {}
            other => kept = other,
        }
    }
    kept
}

/// In how long something shown reads differently.
fn next_change(app: &App, viewports: &Viewports, clock: Clock) -> Duration {
    let now = clock.now();
    let due = app.next_change().map(|at| {
        let wait = Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO);
        // A judgement is not worth a wake-up a moment after another.
        wait.max(Duration::from_millis(500))
    });
    let aged = viewports.changes();
    due.into_iter().chain(aged).min().unwrap_or(LONGEST).min(LONGEST)
}

/// What an event of the terminal means.
fn translate(event: &Event, app: &App, keymap: &Keymap, viewports: &Viewports) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => pressed(*key, app, keymap),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                viewports.action_at(mouse.column, mouse.row).map(Message::Acted)
            }
            MouseEventKind::ScrollDown => Some(Message::Acted(Action::SelectNext)),
            MouseEventKind::ScrollUp => Some(Message::Acted(Action::SelectPrevious)),
            _ => None,
        },
        Event::Paste(text) => Some(Message::Pasted(text.clone())),
        Event::Resize(width, height) => {
            Some(Message::Resized(Size { width: *width, height: *height }))
        }
        Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

fn pressed(event: KeyEvent, app: &App, keymap: &Keymap) -> Option<Message> {
    let key = key_of(event)?;
    if let Some(action) = keymap.action(app.focus(), key) {
        return Some(Message::Acted(action));
    }
    if app.is_typing() {
        return edit_of(event).map(Message::Edited);
    }
    Some(Message::KeyUnbound(key.to_string()))
}
