//! The real terminal: entered, left, and given back whatever happens.

use std::io::{self, IsTerminal as _, stdout};

use futures_util::Stream;
use futures_util::stream::unfold;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event,
    EventStream,
};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, enable_raw_mode};
use tokio::sync::watch;

/// Whether there is a terminal to show a console on, and to read keys from.
pub fn is_there() -> bool {
    io::stdin().is_terminal() && stdout().is_terminal()
}

/// Takes the terminal. A panic gives it back before anything is printed.
pub fn enter(mouse: bool) -> io::Result<DefaultTerminal> {
    let terminal = ratatui::try_init()?;
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // The screen itself is given back by the hook below this one.
        forget_modes();
        before(panic);
    }));
    set_modes(mouse)?;
    Ok(terminal)
}

fn set_modes(mouse: bool) -> io::Result<()> {
    execute!(stdout(), EnableBracketedPaste)?;
    if mouse { execute!(stdout(), EnableMouseCapture) } else { Ok(()) }
}

fn forget_modes() {
    // Where the terminal is gone there is nothing left to restore.
    execute!(stdout(), DisableMouseCapture, DisableBracketedPaste).ok();
}

/// Gives the terminal back.
pub fn leave() {
    forget_modes();
    ratatui::restore();
}

/// Gives the terminal to another program; [`take_back`] undoes it.
pub fn lend() {
    leave();
}

/// Takes the terminal again, without a new panic hook.
pub fn take_back(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen)?;
    set_modes(mouse)
}

/// What is typed and clicked. While `lent` says so nothing is read: another program has the terminal.
pub fn input(lent: watch::Receiver<bool>) -> impl Stream<Item = Event> {
    unfold((None, lent), |(stream, mut lent): (Option<EventStream>, _)| async move {
        use futures_util::StreamExt as _;
        let mut stream = stream;
        loop {
            if *lent.borrow_and_update() {
                // Its reader must be gone before the other program reads.
                stream = None;
                lent.changed().await.ok()?;
                continue;
            }
            let events = stream.get_or_insert_with(EventStream::new);
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) => return Some((event, (stream, lent))),
                    // The terminal is gone.
                    Some(Err(_)) | None => return None,
                },
                changed = lent.changed() => changed.ok()?,
            }
        }
    })
}
