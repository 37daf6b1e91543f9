//! `lifeboat usage`: what every bucket holds, how that changed, what it costs; for people and scripts.

mod json;
mod table;
mod write;

use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;

use crate::cli::UsageArguments;
use crate::domain::environment::StorageName;
use crate::domain::failure::Failure;
use crate::domain::metrics::alarm::Alarm;
use crate::domain::metrics::cost::Estimate;
use crate::domain::metrics::difference::Difference;
use crate::domain::metrics::listing::Listed;
use crate::domain::metrics::range::days_before;
use crate::domain::metrics::recording::Recordings;
use crate::domain::metrics::{Bucket, Measured};
use crate::domain::series::{Series, Window};
use crate::domain::settings::Settings;
use crate::runtime::exit::Exit;
use crate::runtime::usage::cache::Kept;
use crate::runtime::usage::{Freshness, Part, Usage, concluded};

use super::Session;

/// Everything that was found out of one bucket.
#[derive(Debug)]
struct Seen {
    bucket: Bucket,
    /// `None`: nobody measures it.
    measured: Option<Result<Kept<Measured>, Failure>>,
    listed: Option<Result<Kept<Listed>, Failure>>,
    recordings: Option<Result<Recordings, Failure>>,
}

/// The alarms of one storage.
type Alarms = (StorageName, Result<Kept<Vec<Alarm>>, Failure>);

pub async fn usage(session: &Session, arguments: &UsageArguments) -> Exit {
    let usage = Usage::new(session.settings.clone(), session.clock);
    let chosen = match chosen(&usage, &session.settings, &arguments.buckets) {
        Ok(chosen) => chosen,
        Err(text) => return session.usage(&text),
    };
    let alarms: Mutex<Vec<Alarms>> = Mutex::default();
    let looks = join_all(chosen.into_iter().map(|bucket| look(&usage, bucket)));
    let asked_alarms = async {
        let hear = |part: Part| {
            if let Part::Alarms { storage, alarms: answer } = part
                && let Some(found) = concluded(answer)
            {
                alarms.lock().unwrap_or_else(PoisonError::into_inner).push((storage, found));
            }
        };
        // A row of a spreadsheet holds points alone.
        if !arguments.csv {
            usage.alarms(Freshness::Kept, &hear).await;
        }
    };
    let (seen, ()) = tokio::join!(looks, asked_alarms);
    let mut alarms = alarms.into_inner().unwrap_or_else(PoisonError::into_inner);
    alarms.sort_by(|one, other| one.0.cmp(&other.0));
    let now = session.clock.now();
    let window = days_before(now, arguments.since);
    let page = Page { session, seen: &seen, alarms: &alarms, window };
    if session.json {
        json::say(&page);
    } else if arguments.csv {
        table::say(&page);
    } else {
        write::say(&page);
    }
    if seen.iter().all(Seen::is_whole) && alarms.iter().all(|(_, alarms)| alarms.is_ok()) {
        Exit::Well
    } else {
        Exit::Unverified
    }
}

/// What is written.
struct Page<'a> {
    session: &'a Session,
    seen: &'a [Seen],
    alarms: &'a [Alarms],
    window: Window,
}

/// The buckets that are asked for; else what is wrong with the request.
fn chosen(usage: &Usage, settings: &Settings, names: &[String]) -> Result<Vec<Bucket>, String> {
    let all = usage.buckets();
    if all.is_empty() {
        let advice = "`lifeboat config init` writes a file to start from";
        let nothing =
            if settings.storages.is_empty() { "no storage" } else { "no backup set with a bucket" };
        return Err(format!("{nothing} is configured; {advice}"));
    }
    let is_called =
        |bucket: &Bucket, name: &str| bucket.id.name == name || bucket.id.to_string() == name;
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|it| is_called(it, name))) {
        let known: Vec<_> = all.iter().map(|bucket| bucket.id.to_string()).collect();
        return Err(format!("no bucket is called `{unknown}`; there are: {}", known.join(", ")));
    }
    let is_wanted =
        |bucket: &Bucket| names.is_empty() || names.iter().any(|name| is_called(bucket, name));
    Ok(all.into_iter().filter(is_wanted).collect())
}

async fn look(usage: &Usage, bucket: Bucket) -> Seen {
    let heard: Mutex<Vec<Part>> = Mutex::default();
    let hear = |part: Part| heard.lock().unwrap_or_else(PoisonError::into_inner).push(part);
    usage.look(&bucket, Freshness::Kept, &hear).await;
    let mut seen = Seen { bucket, measured: None, listed: None, recordings: None };
    for part in heard.into_inner().unwrap_or_else(PoisonError::into_inner) {
        match part {
            Part::Measured { figures, .. } => seen.measured = concluded(figures),
            Part::Listed { figures, .. } => seen.listed = concluded(figures),
            Part::Recorded { recordings, .. } => seen.recordings = Some(recordings),
            Part::Alarms { .. } | Part::Panel { .. } => {}
        }
    }
    seen
}

impl Seen {
    fn figures(&self) -> Option<&Measured> {
        self.measured.as_ref()?.as_ref().ok().map(|kept| &kept.value)
    }

    fn listing(&self) -> Option<&Listed> {
        self.listed.as_ref()?.as_ref().ok().map(|kept| &kept.value)
    }

    fn recorded(&self) -> Option<&Recordings> {
        self.recordings.as_ref()?.as_ref().ok()
    }

    /// Whether nothing that was asked for failed.
    fn is_whole(&self) -> bool {
        self.failures().is_empty() && self.figures().is_none_or(|it| it.unseen.is_empty())
    }

    fn failures(&self) -> Vec<&Failure> {
        let measured = self.measured.as_ref().and_then(|it| it.as_ref().err());
        let listed = self.listed.as_ref().and_then(|it| it.as_ref().err());
        let recorded = self.recordings.as_ref().and_then(|it| it.as_ref().err());
        measured.into_iter().chain(listed).chain(recorded).collect()
    }

    /// All bytes over time: as measured, or as recorded where nobody measures.
    fn bytes(&self) -> Series {
        if self.bucket.is_measured {
            return self.figures().map(Measured::total).unwrap_or_default();
        }
        self.recorded().map(Recordings::bytes).unwrap_or_default()
    }

    fn difference(&self) -> Option<Difference> {
        Difference::of(self.figures()?, self.listing()?)
    }

    /// `None` where no class is known: nobody can say what that costs.
    fn cost(&self, settings: &Settings) -> Option<Estimate> {
        let held = self.figures()?.newest();
        (!held.is_empty()).then(|| settings.prices.estimate(&held))
    }
}
