//! What is to be said beside a chart: what failed, why figures differ, what stands out.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::cell::Tone;
use crate::app::fetched::Fetched;
use crate::domain::age::age;
use crate::domain::metrics::difference::jump_sentence;
use crate::domain::metrics::listing::{Extent, Listed};
use crate::domain::metrics::unseen::{Unseen, sentences};
use crate::domain::metrics::{LATE, Share};
use crate::domain::series::Window;
use crate::domain::units::{ByteSize, Count, plural};

use super::bucket::{BucketFigures, Source};
use super::panel::PanelState;

/// A sentence, and what it means to the reader.
pub type Note = (Tone, String);

impl BucketFigures {
    /// What is to be said, the most urgent first.
    pub fn notes(&self, window: Window, now: Timestamp) -> Vec<Note> {
        let mut notes = Vec::new();
        notes.extend(failed("CloudWatch", &self.measured, now));
        notes.extend(failed("the listing", &self.listed, now));
        notes.extend(self.unrecorded.iter().map(|it| (Tone::Warning, it.to_string())));
        if let Some(measured) = self.measured.value() {
            notes.extend(untold(&measured.unseen));
        }
        // The newest first: what is of long ago is known.
        for jump in self.jumps.iter().rev().filter(|it| window.contains(it.change.to.at)) {
            notes.push((Tone::Warning, jump_sentence(jump, self.listed.value())));
        }
        if self.source() == Source::CloudWatch {
            notes.extend(self.lateness(now));
            notes.extend(self.gaps(window));
        }
        notes.extend(self.why_they_differ());
        if self.source() == Source::Listings {
            notes.push((Tone::Muted, self.only_listed()));
        }
        notes
    }

    /// Later than figures use to be.
    fn lateness(&self, now: Timestamp) -> Option<Note> {
        let at = self.as_of().filter(|at| now.duration_since(*at) > LATE)?;
        let day = at.strftime("%Y-%m-%d");
        let text = format!("the newest point is of {day}, {} ago: it is late", age(at, now));
        Some((Tone::Warning, text))
    }

    /// Days that were not measured, between others that were.
    fn gaps(&self, window: Window) -> Vec<Note> {
        let size = self.size.within(window);
        let gaps = size.gaps();
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string();
        let told = gaps.iter().map(|(last, next)| {
            let text = format!("not measured between {} and {}", day(last.at), day(next.at));
            (Tone::Warning, text)
        });
        told.collect()
    }

    fn why_they_differ(&self) -> Vec<Note> {
        let sentences = self.difference().map(|it| it.sentences()).unwrap_or_default();
        sentences.into_iter().map(|text| (Tone::Plain, text)).collect()
    }

    fn only_listed(&self) -> String {
        let points = self.size.points().len() as u64;
        let why = match (self.bucket.is_measured, self.measured.failure()) {
            (true, Some(_)) => "these are no figures of CloudWatch",
            (true, None) => "CloudWatch has not told anything yet",
            (false, _) => "there is no CloudWatch for this storage",
        };
        let kept = plural(points, "day");
        let gaps = match self.size.missing() as u64 {
            0 => String::new(),
            days => format!("; on {} between them nobody looked", plural(days, "day")),
        };
        format!("{why}: listings of each visit and each check are kept, {kept} so far{gaps}")
    }

    /// What a listing says of all and of each environment.
    pub fn listing(&self, now: Timestamp) -> Option<String> {
        let listed = self.listed.value()?;
        let at_least = if listed.extent == Extent::Cut { "at least " } else { "" };
        let objects = plural(listed.whole.objects, "object");
        let age = age(listed.at, now);
        Some(format!("listed {age} ago: {at_least}{objects}, {}", listed.whole.bytes))
    }
}

/// `prod 300.0 GiB, dev 12.0 GiB`: production first, the rest may have no room.
pub fn shares_in_short(listed: &Listed) -> String {
    let mut sums: Vec<(&Share, u64)> = Vec::new();
    for (share, figures) in &listed.shares {
        match sums.iter_mut().find(|(known, _)| known.environment == share.environment) {
            Some((_, sum)) => *sum += figures.bytes.bytes(),
            None => sums.push((share, figures.bytes.bytes())),
        }
    }
    sums.sort_by_key(|(share, _)| !share.production);
    let own = sums.iter().map(|(share, sum)| format!("{} {}", share.environment, ByteSize(*sum)));
    own.collect::<Vec<_>>().join(", ")
}

/// `prod 300.0 GiB in 90 objects`, for each environment, and what belongs to none.
pub fn shares(listed: &Listed) -> Vec<String> {
    let own = listed.shares.iter().map(|(share, figures)| {
        let objects = plural(figures.objects, "object");
        let of = listed.shares.iter().filter(|(it, _)| it.environment == share.environment);
        let name = if of.count() > 1 { &share.prefix } else { &share.environment.0 };
        format!("{name} {} in {objects}", figures.bytes)
    });
    let elsewhere = listed.elsewhere;
    let rest = (elsewhere.objects > 0).then(|| {
        format!("elsewhere {} in {}", elsewhere.bytes, plural(elsewhere.objects, "object"))
    });
    own.chain(rest).collect()
}

impl PanelState {
    pub fn notes(&self, now: Timestamp) -> Vec<Note> {
        let mut notes: Vec<Note> = failed(&self.panel.name, &self.figures, now).collect();
        let figures = self.figures.value();
        if figures.is_some_and(|figures| figures.series.iter().all(|(_, it)| it.is_empty())) {
            let text = "nothing was measured: do namespace, metric and dimensions fit?";
            notes.push((Tone::Warning, text.to_owned()));
        }
        notes.extend(figures.iter().flat_map(|figures| untold(&figures.unseen)));
        if let Some(more) = figures.map(|figures| figures.more).filter(|more| *more > 0) {
            let more = Count(more as u64);
            notes.push((Tone::Muted, format!("{more} more fit its dimensions than are shown")));
        }
        notes
    }
}

/// What was held back of an answer.
fn untold(unseen: &[Unseen]) -> impl Iterator<Item = Note> {
    sentences(unseen).into_iter().map(|text| (Tone::Warning, text))
}

/// Why the newest question came to nothing, and what is shown instead.
fn failed<T>(what: &str, fetched: &Fetched<T>, now: Timestamp) -> impl Iterator<Item = Note> {
    let failure = fetched.failure().map(|failure| (Tone::Critical, failure.to_string()));
    let is_old = failure.is_some();
    let instead = fetched.at().filter(|_| is_old);
    let instead = instead.map(|at| format!("what is shown of {what} is {} old", age(at, now)));
    failure.into_iter().chain(instead.map(|text| (Tone::Stale, text)))
}
