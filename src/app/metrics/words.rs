//! The texts of the Metrics tab: what a figure is, where it is from, why it may be wrong.

use jiff::Timestamp;

use crate::app::cell::Tone;
use crate::app::text::Text;
use crate::domain::age::age;
use crate::domain::document::{Document, Emphasis, Line};
use crate::domain::metrics::alarm::{Alarm, AlarmState};
use crate::domain::metrics::{BEST_EFFORT, growth};
use crate::domain::plot::unit::Unit;
use crate::domain::series::Change;
use crate::domain::units::{Count, plural};

use super::bucket::{BucketFigures, Source};
use super::notes::shares;
use super::panel::PanelState;
use super::{Metrics, MetricsView, Subject};

impl Metrics {
    pub(super) fn explanation(&self, now: Timestamp) -> Option<Text> {
        let document = match (self.view, self.chosen()) {
            (MetricsView::Alarms, _) => {
                let alarm = self.alarms.selected(&self.filter)?;
                let title = format!("why {}", alarm.name);
                let document = self.of_alarm(alarm, now);
                return Some(Text {
                    title,
                    file: "alarm.txt".to_owned(),
                    document,
                    is_wrapped: true,
                });
            }
            (_, Some(Subject::Bucket(bucket))) => self.of_bucket(bucket, now),
            (_, Some(Subject::Panel(panel))) => self.of_panel(panel, now),
            (_, None) => return None,
        };
        let (title, file) = (self.subject_name(), "metrics-why.txt".to_owned());
        Some(Text { title: format!("about {title}"), file, document, is_wrapped: true })
    }

    fn of_bucket(&self, bucket: &BucketFigures, now: Timestamp) -> Document {
        let mut document = Document::default();
        document.section("What it is");
        let size = bucket.size.last().map(|point| Unit::Bytes.show(point.value));
        document.field("size", size.as_deref().unwrap_or("not known"));
        let objects = bucket.objects().last().map(|point| Unit::Count.show(point.value));
        document.field("objects", objects.as_deref().unwrap_or("not known"));
        let month = bucket.size.month().map(|change| changed(&change));
        let month = month.as_deref().unwrap_or("nothing was measured a month before");
        document.field("in a month", month);
        let growth = growth(&bucket.size).map(|it| {
            format!(
                "{} a day since {}",
                Unit::Bytes.show_change(it.per_day),
                it.since.strftime("%Y-%m-%d")
            )
        });
        document.field("growth", growth.as_deref().unwrap_or("too few points"));
        self.costs(&mut document, bucket);
        document.section("What stands out");
        let notes = bucket.notes(self.window(now), now);
        if notes.is_empty() {
            document.push(Line::default().with(Emphasis::Faint, "  nothing"));
        }
        for (tone, text) in notes {
            push(&mut document, tone, &text);
        }
        document.section("Where it is from");
        from(&mut document, bucket, now);
        listing(&mut document, bucket, now);
        document.section("Why it may be wrong");
        doubts(&mut document, bucket);
        if bucket.bucket.is_measured {
            document.section("The same by hand");
            document.push(Line::default().plain("  ").plain(&self.figures_command(bucket, now)));
        }
        document
    }

    fn costs(&self, document: &mut Document, bucket: &BucketFigures) {
        let Some(estimate) = bucket.estimate(&self.prices) else {
            document.field("cost", "not known: there is no price for what is stored here");
            return;
        };
        document.field("cost", &estimate.sentence());
        for line in &estimate.lines {
            let amount = line.amount.map(|amount| estimate.money(amount));
            let amount = amount.unwrap_or_else(|| "no price in the table".to_owned());
            let bytes = Count(line.bytes.bytes());
            let text = format!("{} ({bytes} bytes), {amount}", line.bytes);
            document.detail(line.class.name(), &text);
        }
    }

    fn of_panel(&self, panel: &PanelState, now: Timestamp) -> Document {
        let mut document = Document::default();
        document.section("What it is");
        document.field("metric", &panel.about());
        for (name, series) in panel.series() {
            let newest = series.last().map(|it| panel.unit().show(it.value));
            document.field(name, newest.as_deref().unwrap_or("not measured"));
        }
        let thresholds = &panel.panel.thresholds;
        for (name, value) in [("warning", thresholds.warning), ("critical", thresholds.critical)] {
            if let Some(value) = value {
                document.field(name, &panel.unit().show(value));
            }
        }
        let read = panel.figures.at().map(|at| format!("{} ago", age(at, now)));
        document.field("read", read.as_deref().unwrap_or("not yet"));
        for (tone, text) in panel.notes(now) {
            push(&mut document, tone, &text);
        }
        document.section("Why it may be wrong");
        for text in [
            "Each point is of a whole step: what is shorter than that is lost in it.",
            "What sends its figures only while it works has gaps where it did not.",
        ] {
            push(&mut document, Tone::Plain, text);
        }
        document.section("The same by hand");
        document.push(Line::default().plain("  ").plain(&self.panel_command(panel, now)));
        document
    }

    fn of_alarm(&self, alarm: &Alarm, now: Timestamp) -> Document {
        let mut document = Document::default();
        document.section(&alarm.name);
        let emphasis = match alarm.state {
            AlarmState::Alarm => Emphasis::Bad,
            AlarmState::InsufficientData | AlarmState::Unknown => Emphasis::Warning,
            AlarmState::Ok => Emphasis::Good,
        };
        document.judged("state", Some(emphasis), alarm.state.word());
        let since = alarm.since.map(|at| format!("{at:.0}, {} ago", age(at, now)));
        document.field("since", since.as_deref().unwrap_or("not told"));
        document.field("reason", &alarm.reason);
        document.field("about", &alarm.about);
        let ours: Vec<String> = alarm.touches.iter().map(ToString::to_string).collect();
        let ours = if ours.is_empty() { "none of ours".to_owned() } else { ours.join(", ") };
        document.field("buckets", &ours);
        document.section("The same by hand");
        document.push(Line::default().plain("  ").plain(&self.alarm_command(alarm)));
        document
    }
}

/// `+12.4 GiB (+3.1 %) since 2026-10-27`.
pub fn changed(change: &Change) -> String {
    let by = Unit::Bytes.show_change(change.by());
    let share = change.share().map(|share| format!(" ({:+.1} %)", share * 100.0));
    format!("{by}{} since {}", share.unwrap_or_default(), change.from.at.strftime("%Y-%m-%d"))
}

fn from(document: &mut Document, bucket: &BucketFigures, now: Timestamp) {
    match (bucket.source(), bucket.measured.value()) {
        (Source::CloudWatch, Some(measured)) => {
            let text = format!("CloudWatch in {}, {BEST_EFFORT}", measured.region);
            document.field("figures", &text);
            document
                .field("metrics", "AWS/S3 BucketSizeBytes of every storage class, NumberOfObjects");
            let as_of = bucket.as_of().map(|at| at.strftime("%Y-%m-%d").to_string());
            document.field("as of", as_of.as_deref().unwrap_or("not known"));
        }
        (Source::CloudWatch, None) => document.field("figures", "CloudWatch, not told yet"),
        (Source::Listings, _) => {
            document.field("figures", "listings, kept at each visit and check");
        }
    }
    if let Some(at) = bucket.measured.at() {
        let text =
            format!("{} ago; figures are kept for six hours, ctrl-r asks again", age(at, now));
        document.field("read", &text);
    }
}

fn listing(document: &mut Document, bucket: &BucketFigures, now: Timestamp) {
    document.section("What a listing says");
    let (Some(listed), Some(sentence)) = (bucket.listed.value(), bucket.listing(now)) else {
        document.push(Line::default().with(Emphasis::Faint, "  nothing was listed yet"));
        return;
    };
    push(document, Tone::Plain, &sentence);
    for share in shares(listed) {
        push(document, Tone::Plain, &share);
    }
    if let Some(old) = listed.old_versions.told() {
        let versions = plural(old.versions.objects, "version");
        document.field("old versions", &format!("{versions}, {}", old.versions.bytes));
        document.field("delete markers", &Count(old.delete_markers).to_string());
    } else {
        let why = listed.old_versions.why_not().unwrap_or_default();
        document.judged("old versions", Some(Emphasis::Faint), &why);
    }
    match listed.uploads.told() {
        Some(uploads) if uploads.is_empty() => document.field("left uploads", "none"),
        Some(uploads) => {
            for upload in uploads {
                let parts = upload.parts.map_or_else(
                    || "its parts could not be listed".to_owned(),
                    |parts| format!("{} in {}", parts.bytes, plural(parts.objects, "part")),
                );
                let begun = upload.begun.strftime("%Y-%m-%d");
                let text = format!("{}: begun {begun}, never completed, {parts}", upload.key);
                document.judged("left upload", Some(Emphasis::Warning), &text);
            }
        }
        None => {
            let why = listed.uploads.why_not().unwrap_or_default();
            document.judged("left uploads", Some(Emphasis::Faint), &why);
        }
    }
}

fn doubts(document: &mut Document, bucket: &BucketFigures) {
    let measured = [
        "CloudWatch promises neither that a point comes nor when: a missing one is a gap, no zero.",
        "It counts old versions, delete markers and parts of unfinished uploads; a listing shows none.",
        "The cost is storage at list prices: requests, transfer and retrieval cost more.",
    ];
    let listed = [
        "A listing shows neither old versions nor parts of unfinished uploads, which cost as well.",
        "Only days on which somebody looked have a point.",
    ];
    let texts = if bucket.source() == Source::CloudWatch { &measured[..] } else { &listed };
    for text in texts {
        push(document, Tone::Plain, text);
    }
}

fn push(document: &mut Document, tone: Tone, text: &str) {
    let line = Line::default().plain("  ");
    document.push(match tone {
        Tone::Critical => line.with(Emphasis::Bad, text),
        Tone::Warning => line.with(Emphasis::Warning, text),
        Tone::Muted => line.with(Emphasis::Faint, text),
        Tone::Plain
        | Tone::Accent
        | Tone::Done
        | Tone::Fine
        | Tone::Busy
        | Tone::Stale
        | Tone::Production => line.plain(text),
    });
}
