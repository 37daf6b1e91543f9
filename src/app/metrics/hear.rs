//! What the tab is told, and what it does about it.

use jiff::Timestamp;

use crate::app::App;
use crate::app::effect::Effect;
use crate::app::tab::Tab;
use crate::domain::metrics::BucketId;

use super::Metrics;
use super::bucket::BucketFigures;
use super::message::{MetricsMessage, MetricsNews};

impl App {
    pub(in crate::app) fn metrics_told(&mut self, message: MetricsMessage) -> Vec<Effect> {
        self.is_dirty |= self.metrics.hear(message) && self.tab == Tab::Metrics;
        Vec::new()
    }

    /// What is due by time alone: another look, while somebody sees it.
    pub(in crate::app) fn metrics_due(&mut self) -> Vec<Effect> {
        let is_due = self.next_figures().is_some_and(|due| due <= self.now);
        if is_due { self.metrics.look_again(self.now) } else { Vec::new() }
    }

    /// When figures are looked at again.
    pub(in crate::app) fn next_figures(&self) -> Option<Timestamp> {
        self.metrics.next_look().filter(|_| self.tab == Tab::Metrics)
    }
}

impl Metrics {
    /// Takes what has come; says whether it was asked for by the newest question.
    fn hear(&mut self, message: MetricsMessage) -> bool {
        let newest = match message.news {
            MetricsNews::Panel { .. } | MetricsNews::PanelsEnded => self.pictures,
            MetricsNews::Measured { .. }
            | MetricsNews::Listed { .. }
            | MetricsNews::Recorded { .. }
            | MetricsNews::Alarms { .. }
            | MetricsNews::FiguresEnded => self.figures,
        };
        if message.generation != newest {
            return false;
        }
        match message.news {
            MetricsNews::Measured { bucket, measured } => {
                if let Some(known) = self.bucket(&bucket) {
                    known.measured.hear(measured);
                    known.renew();
                }
            }
            MetricsNews::Listed { bucket, listed } => {
                if let Some(known) = self.bucket(&bucket) {
                    known.listed.hear(listed);
                    known.renew();
                }
            }
            MetricsNews::Recorded { bucket, recordings } => {
                if let Some(known) = self.bucket(&bucket) {
                    known.unrecorded = match recordings {
                        Ok(recordings) => {
                            known.recordings = recordings;
                            None
                        }
                        // What was read before stays.
                        Err(failure) => Some(failure),
                    };
                    known.renew();
                }
            }
            MetricsNews::Alarms { storage, alarms } => {
                self.alarms.hear(&storage, alarms);
            }
            MetricsNews::Panel { name, figures } => {
                if let Some(known) = self.panels.iter_mut().find(|it| it.panel.name == name) {
                    known.figures.hear(figures);
                }
            }
            MetricsNews::FiguresEnded => {
                for bucket in &mut self.buckets {
                    bucket.measured.give_up();
                    bucket.listed.give_up();
                }
                self.alarms.give_up();
            }
            MetricsNews::PanelsEnded => {
                for panel in &mut self.panels {
                    panel.figures.give_up();
                }
            }
        }
        true
    }

    fn bucket(&mut self, id: &BucketId) -> Option<&mut BucketFigures> {
        self.buckets.iter_mut().find(|known| known.bucket.id == *id)
    }
}
