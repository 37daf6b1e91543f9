//! How long the sandbox stays after the result: for a shell, or a closer look.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::domain::units::Span;
use crate::drill::event::{Held, Step};

use super::Drill;
use super::reporter::Reporter;

/// What whoever watches wants of a hold. Clones want the same.
#[derive(Debug, Clone)]
pub struct Hold {
    wishes: watch::Sender<Wishes>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Wishes {
    /// Beyond the hold that was planned.
    extra: Duration,
    is_released: bool,
}

impl Default for Hold {
    fn default() -> Self {
        Self { wishes: watch::Sender::new(Wishes::default()) }
    }
}

impl Hold {
    /// Keeps the sandbox longer, never beyond its limit.
    pub fn extend(&self, by: Duration) {
        self.wishes.send_modify(|wishes| wishes.extra += by);
    }

    /// Ends the hold at once.
    pub fn release(&self) {
        self.wishes.send_modify(|wishes| wishes.is_released = true);
    }
}

impl Drill {
    /// Keeps the sandbox as long as was planned, or as is wished meanwhile.
    pub(super) async fn keep(&self, reporter: &Reporter, cancel: &CancellationToken) {
        let began = reporter.at();
        let name = format!("lifeboat-drill-{}", self.plan.id.label());
        let engine = self.yard.docker().map(|docker| docker.engine().address.clone());
        let text =
            format!("{name} stays for {}: docker exec -it {name} bash", Span(self.plan.hold));
        reporter.note(Step::Hold, text);
        let mut wishes = self.hold.wishes.subscribe();
        let holding = async {
            loop {
                let asked = *wishes.borrow_and_update();
                let until = (began + self.plan.hold + asked.extra).min(self.plan.limit);
                if asked.is_released || until <= reporter.at() {
                    break;
                }
                let (sandbox, engine) = (name.clone(), engine.clone().unwrap_or_default());
                reporter.held(Held { sandbox, engine, until, limit: self.plan.limit }).await;
                tokio::select! {
                    () = sleep(until.saturating_sub(reporter.at())) => break,
                    () = cancel.cancelled() => break,
                    changed = wishes.changed() => if changed.is_err() { break },
                }
            }
            Ok(((), "released".to_owned()))
        };
        reporter.step(Step::Hold, holding).await.ok();
    }
}
