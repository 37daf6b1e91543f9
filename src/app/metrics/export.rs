//! What `ctrl-s` writes: the figures as CSV, and the chart as a picture.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::app::App;
use crate::app::effect::Effect;
use crate::domain::metrics::BEST_EFFORT;
use crate::domain::plot::{Form, Plot};
use crate::domain::series::Series;
use crate::drill::report::csv_cell;

use super::bucket::Source;
use super::{Metrics, MetricsView, Subject};

impl App {
    pub(super) fn save_metrics(&mut self) -> Vec<Effect> {
        if self.metrics.view == MetricsView::Alarms {
            let text = alarms_csv(&self.metrics);
            return vec![Effect::Save { name: "alarms.csv".to_owned(), text }];
        }
        let plots = self.metrics.plots(self.now);
        let Some(first) = plots.first() else {
            self.say(crate::app::cell::Tone::Muted, "there is no chart to save".to_owned());
            return Vec::new();
        };
        let name = format!("metrics-{}", self.metrics.subject_name());
        let caption = self.metrics.caption();
        let mut effects = vec![Effect::Save { name: format!("{name}.csv"), text: csv(&plots) }];
        effects.push(Effect::Save { name: format!("{name}.svg"), text: first.svg(&caption) });
        if let Some(objects) = plots.get(1) {
            let name = format!("{name}-objects.svg");
            effects.push(Effect::Save { name, text: objects.svg(&caption) });
        }
        effects
    }
}

impl Metrics {
    /// Where the figures of the chosen chart are from, and of when they are.
    fn caption(&self) -> String {
        let as_of = |at: Option<Timestamp>| {
            at.map_or_else(String::new, |at| format!(" · as of {}", at.strftime("%Y-%m-%d")))
        };
        match self.chosen() {
            Some(Subject::Bucket(bucket)) => match bucket.source() {
                Source::CloudWatch => {
                    format!("CloudWatch{} · {BEST_EFFORT}", as_of(bucket.as_of()))
                }
                Source::Listings => {
                    format!("from listings kept by lifeboat{}", as_of(bucket.as_of()))
                }
            },
            Some(Subject::Panel(panel)) => format!("{}{}", panel.about(), as_of(panel.newest())),
            None => String::new(),
        }
    }
}

/// A row for each instant at which anything was measured; what was not stays empty.
fn csv(plots: &[Plot]) -> String {
    let mut columns: Vec<(String, Series)> = Vec::new();
    for plot in plots {
        let window = plot.window;
        if plot.form == Form::Stacked {
            columns.push(("total".to_owned(), plot.total.within(window)));
        }
        let layers = plot.layers.iter();
        columns.extend(layers.map(|it| (it.label.clone(), it.series.within(window))));
    }
    let instants: BTreeSet<Timestamp> =
        columns.iter().flat_map(|(_, series)| series.points()).map(|point| point.at).collect();
    let names = columns.iter().map(|(name, _)| csv_cell(name));
    let mut text = std::iter::once("at".to_owned()).chain(names).collect::<Vec<_>>().join(",");
    for at in instants {
        text.push('\n');
        text.push_str(&at.to_string());
        for (_, series) in &columns {
            text.push(',');
            if let Some(point) = series.near(at) {
                text.push_str(&point.value.to_string());
            }
        }
    }
    text.push('\n');
    text
}

fn alarms_csv(metrics: &Metrics) -> String {
    let mut text = "state,since,name,about,reason,ours".to_owned();
    for alarm in metrics.alarms.rows(&metrics.filter) {
        let since = alarm.since.map(|since| since.to_string()).unwrap_or_default();
        let ours = if alarm.touches.is_empty() { "no" } else { "yes" };
        let cells = [alarm.state.word(), &since, &alarm.name, &alarm.about, &alarm.reason, ours];
        text.push('\n');
        text.push_str(&cells.map(csv_cell).join(","));
    }
    text.push('\n');
    text
}
