//! Ctrl-C and SIGTERM: the first one ends what runs and cleans up, the second one leaves at once.

use std::io;
use std::process;

use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::exit::Exit;
use super::headless::paint::complain;

/// Listens as long as it is held.
#[derive(Debug)]
pub struct Interrupt {
    pub cancel: CancellationToken,
    _listening: JoinSet<()>,
}

impl Interrupt {
    /// `farewell` says what a second signal leaves behind and how to remove it.
    pub fn listen(farewell: String) -> io::Result<Self> {
        let cancel = CancellationToken::new();
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let token = cancel.clone();
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if token.is_cancelled() {
                    complain(&format!("\n{farewell}"));
                    process::exit(Exit::Cancelled.code().into());
                }
                complain("\ncancelling and cleaning up; once more to leave at once");
                token.cancel();
            }
        });
        Ok(Self { cancel, _listening: listening })
    }
}
