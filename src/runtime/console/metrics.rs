//! What carries out the Metrics tab's effects: looks at buckets, alarms and panels, told piece by piece.

use tokio::sync::mpsc;

use crate::app::effect::{Generation, Lane};
use crate::app::message::Message;
use crate::app::metrics::effect::{self, MetricsEffect};
use crate::app::metrics::message::{MetricsMessage, MetricsNews};
use crate::domain::metrics::range::Range;
use crate::runtime::usage::{Freshness, Part, Usage};

use super::lanes::Lanes;

/// Starts what is asked for in its own lane.
pub(super) fn perform(
    effect: MetricsEffect,
    lanes: &mut Lanes,
    usage: Usage,
    messages: mpsc::Sender<Message>,
) {
    match effect {
        MetricsEffect::LoadFigures { generation, freshness } => {
            let telling = Telling { generation, messages };
            lanes.replace(Lane::Figures, async move {
                Box::pin(telling.figures(&usage, freshness.into())).await;
            });
        }
        MetricsEffect::LoadPanels { generation, range, freshness } => {
            let telling = Telling { generation, messages };
            lanes.replace(Lane::Panels, async move {
                Box::pin(telling.panels(&usage, range, freshness.into())).await;
            });
        }
    }
}

/// Who asked, and where answers go.
struct Telling {
    generation: Generation,
    messages: mpsc::Sender<Message>,
}

impl Telling {
    async fn figures(&self, usage: &Usage, freshness: Freshness) {
        let (found, parts) = mpsc::unbounded_channel();
        let buckets = usage.buckets();
        let looking = async move {
            let tell = to(found);
            let looks = buckets.iter().map(|bucket| usage.look(bucket, freshness, &tell));
            tokio::join!(futures_util::future::join_all(looks), usage.alarms(freshness, &tell));
        };
        tokio::join!(looking, self.pass_on(parts));
        self.tell(MetricsNews::FiguresEnded).await;
    }

    async fn panels(&self, usage: &Usage, range: Range, freshness: Freshness) {
        let (found, parts) = mpsc::unbounded_channel();
        let looking = async move { usage.panels(range, freshness, &to(found)).await };
        tokio::join!(looking, self.pass_on(parts));
        self.tell(MetricsNews::PanelsEnded).await;
    }

    /// Passes parts on while others are still looked for.
    async fn pass_on(&self, mut parts: mpsc::UnboundedReceiver<Part>) {
        while let Some(part) = parts.recv().await {
            self.tell(news(part)).await;
        }
    }

    async fn tell(&self, news: MetricsNews) {
        let message = MetricsMessage { generation: self.generation, news };
        // The loop has ended when nobody receives.
        self.messages.send(Message::Metrics(message)).await.ok();
    }
}

/// Where a part goes that was found.
fn to(found: mpsc::UnboundedSender<Part>) -> impl Fn(Part) + Sync {
    move |part| {
        // Nobody receives once the loop has ended.
        found.send(part).ok();
    }
}

impl From<effect::Freshness> for Freshness {
    fn from(freshness: effect::Freshness) -> Self {
        match freshness {
            effect::Freshness::Kept => Self::Kept,
            effect::Freshness::Anew => Self::Anew,
        }
    }
}

fn news(part: Part) -> MetricsNews {
    match part {
        Part::Measured { bucket, figures } => MetricsNews::Measured { bucket, measured: figures },
        Part::Listed { bucket, figures } => MetricsNews::Listed { bucket, listed: figures },
        Part::Recorded { bucket, recordings } => MetricsNews::Recorded { bucket, recordings },
        Part::Alarms { storage, alarms } => MetricsNews::Alarms { storage, alarms },
        Part::Panel { name, figures, .. } => MetricsNews::Panel { name, figures },
    }
}
