//! The real terminal: entered, left, and given back whatever happens.

use std::fmt;
use std::future::pending;
use std::io::{self, stdout};
use std::process::exit;

use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt as _};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, Event, EventStream,
};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, enable_raw_mode,
};
use ratatui::crossterm::{Command, execute, queue};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// What a Rust program that panicked exits with.
const PANICKED: i32 = 101;

/// Takes the terminal. A panic gives it back before anything is printed, and ends the program on
/// whatever thread it is: what a task that is gone no longer tells would look like calm.
pub(super) fn enter(mouse: bool) -> io::Result<DefaultTerminal> {
    let terminal = ratatui::try_init()?;
    on_panic(forget_modes, || exit(PANICKED));
    set_modes(mouse)?;
    Ok(terminal)
}

/// Puts `first` before what a panic does so far, and `last` behind.
fn on_panic(first: impl Fn() + Send + Sync + 'static, last: impl Fn() + Send + Sync + 'static) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // The screen itself is given back by the hook below this one.
        first();
        before(panic);
        last();
    }));
}

/// What is painted from now on is shown in one go by terminals that know how:
/// <https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036>.
pub(super) fn begin_frame() {
    // A terminal that is gone is noticed by what paints on it.
    queue!(stdout(), BeginSynchronizedUpdate).ok();
}

pub(super) fn end_frame() {
    execute!(stdout(), EndSynchronizedUpdate).ok();
}

fn set_modes(mouse: bool) -> io::Result<()> {
    execute!(stdout(), EnableBracketedPaste)?;
    if mouse { execute!(stdout(), EnableClicks) } else { Ok(()) }
}

/// Asks for clicks and the wheel. What crossterm has for it asks for each movement as well, which would
/// wake the console for nothing.
struct EnableClicks;

impl Command for EnableClicks {
    fn write_ansi(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str("\x1b[?1000h\x1b[?1006h")
    }
}

fn forget_modes() {
    // Where the terminal is gone there is nothing left to restore.
    execute!(stdout(), EndSynchronizedUpdate, DisableMouseCapture, DisableBracketedPaste).ok();
}

/// Gives the terminal back; fails where it is gone.
pub(super) fn leave() -> io::Result<()> {
    forget_modes();
    ratatui::try_restore()
}

/// Gives the terminal to another program; [`take_back`] undoes it.
pub(super) fn lend() {
    // The other program notices itself where there is none any more.
    leave().ok();
}

/// Takes the terminal again, without a new panic hook.
pub(super) fn take_back(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen)?;
    set_modes(mouse)
}

/// What is typed and clicked, until the terminal is gone or the program is asked to end. While `lent`
/// says so nothing is read: another program has the terminal.
pub(super) fn input(lent: watch::Receiver<bool>) -> io::Result<impl Stream<Item = Event>> {
    let ending = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::hangup())?,
        signal(SignalKind::interrupt())?,
        signal(SignalKind::quit())?,
    );
    let start = (Some(EventStream::new()), lent, ending);
    Ok(unfold(start, |(mut events, mut lent, mut ending)| async move {
        loop {
            if *lent.borrow_and_update() {
                // Its reader must be gone before the other program reads.
                events = None;
            }
            let next = async {
                match &mut events {
                    Some(events) => events.next().await,
                    None => pending().await,
                }
            };
            tokio::select! {
                _ = ending.0.recv() => return None,
                _ = ending.1.recv() => return None,
                // Those that are typed while another program has the terminal are meant for that one.
                _ = ending.2.recv() => if !*lent.borrow() {
                    return None;
                },
                _ = ending.3.recv() => if !*lent.borrow() {
                    return None;
                },
                changed = lent.changed() => {
                    changed.ok()?;
                    if !*lent.borrow() {
                        events = Some(EventStream::new());
                    }
                }
                event = next => match event {
                    Some(Ok(event)) => return Some((event, (events, lent, ending))),
                    Some(Err(_)) | None => return None,
                },
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_panic_gives_the_terminal_back_then_reports_then_ends() {
        let done = Arc::new(Mutex::new(Vec::new()));
        let note = |what: &'static str| {
            let done = Arc::clone(&done);
            move || done.lock().unwrap().push(what)
        };
        let before = std::panic::take_hook();
        let reports = note("reports");
        std::panic::set_hook(Box::new(move |_| reports()));
        on_panic(note("gives back"), note("ends"));
        let ended = std::thread::spawn(|| panic!("a task breaks")).join();
        std::panic::set_hook(before);
        assert!(ended.is_err());
        assert_eq!(*done.lock().unwrap(), ["gives back", "reports", "ends"]);
    }
}
