//! What can be copied of the Metrics tab: values to the byte, costs, commands.

use jiff::Timestamp;

use super::{Metrics, MetricsView, Subject};

impl Metrics {
    /// What can be copied, the most wanted first.
    pub(super) fn choices(&self, now: Timestamp) -> Vec<(String, String)> {
        let mut choices = Vec::new();
        let mut add = |what: &str, text: String| choices.push((what.to_owned(), text));
        if self.view == MetricsView::Alarms {
            let Some(alarm) = self.alarms.selected(&self.filter) else { return choices };
            add("the alarm", alarm.name.clone());
            add("its reason", alarm.reason.clone());
            add("the aws command", self.alarm_command(alarm));
            return choices;
        }
        for plot in self.plots(now) {
            let cursor = self.span.cursor;
            let total = ("all", plot.read(&plot.total, cursor));
            let layers = plot.layers.iter();
            let named = layers.map(|layer| (layer.label.as_str(), plot.reading(layer, cursor)));
            for (name, point) in std::iter::once(total).chain(named) {
                if let Some(point) = point {
                    let day = point.at.strftime("%Y-%m-%d");
                    add(&format!("{name} on {day}"), point.value.to_string());
                }
            }
        }
        match self.chosen() {
            Some(Subject::Bucket(bucket)) => {
                if let Some(estimate) = bucket.estimate(&self.prices) {
                    add("the cost", estimate.sentence());
                }
                if bucket.bucket.is_measured {
                    add("the aws command", self.figures_command(bucket, now));
                }
            }
            Some(Subject::Panel(panel)) => {
                add("the aws command", self.panel_command(panel, now));
            }
            None => {}
        }
        choices
    }
}
