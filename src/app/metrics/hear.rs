//! What the tab is told, and what it does about it.

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
            MetricsNews::Measured { bucket, measured, at } => {
                if let Some(known) = self.bucket(&bucket) {
                    known.measured.finish(measured, at);
                    known.renew();
                }
            }
            MetricsNews::Listed { bucket, listed, at } => {
                if let Some(known) = self.bucket(&bucket) {
                    known.listed.finish(listed, at);
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
            MetricsNews::Alarms { storage, alarms, at } => {
                self.alarms.finish(&storage, alarms, at);
            }
            MetricsNews::Panel { name, figures, at } => {
                if let Some(known) = self.panels.iter_mut().find(|it| it.panel.name == name) {
                    known.figures.finish(figures, at);
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
