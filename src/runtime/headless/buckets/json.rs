//! One document with everything that was found.

use serde_json::{Value, json};

use crate::domain::failure::Failure;
use crate::domain::metrics::difference::cause_of;
use crate::domain::metrics::growth;
use crate::domain::series::{Change, Series};
use crate::runtime::headless::paint::say as line;
use crate::runtime::usage::cache::Kept;

use super::write::gaps;
use super::{Page, Seen};

pub(super) fn say(page: &Page<'_>) {
    let alarms = page.alarms.iter().map(|(storage, alarms)| match alarms {
        Ok(Kept { value, at }) => json!({ "storage": storage, "asked": at, "alarms": value }),
        Err(failure) => json!({ "storage": storage, "failure": failure }),
    });
    let document = json!({
        "at": page.session.clock.now(),
        "since": page.window.from,
        "buckets": page.seen.iter().map(|seen| bucket(page, seen)).collect::<Vec<_>>(),
        "alarms": alarms.collect::<Vec<_>>(),
    });
    line(&document.to_string());
}

fn bucket(page: &Page<'_>, seen: &Seen) -> Value {
    let bytes = seen.bytes();
    let inside = bytes.within(page.window);
    let jumps: Vec<_> = inside
        .jumps()
        .iter()
        .map(|jump| {
            let upload = seen.listing().and_then(|listed| cause_of(jump, listed));
            json!({ "change": change(&jump.change), "upload": upload })
        })
        .collect();
    let difference = seen.difference();
    json!({
        "storage": seen.bucket.id.storage,
        "bucket": seen.bucket.id.name,
        "measured": seen.measured.as_ref().map(|measured| told(measured, |it| json!({
            "region": it.region,
            "as_of": it.as_of(),
            "classes": it.classes.iter().map(|class| json!({
                "class": class.class,
                "bytes": points(page, &class.bytes),
            })).collect::<Vec<_>>(),
            "newest": it.newest().into_iter().map(|(class, bytes)| json!({
                "class": class,
                "bytes": bytes,
            })).collect::<Vec<_>>(),
            "objects": points(page, &it.objects),
            "unseen": it.unseen,
        }))),
        "listed": seen.listed.as_ref().map(|listed| told(listed, |it| json!(it))),
        "recorded": seen.recordings.as_ref().map(|recorded| match recorded {
            Ok(it) => json!({
                "bytes": points(page, &it.bytes()),
                "objects": points(page, &it.objects()),
            }),
            Err(failure) => json!({ "failure": failure }),
        }),
        "total": points(page, &bytes),
        "month": bytes.month().as_ref().map(change),
        "growth_per_day": growth(&bytes).map(|it| it.per_day),
        "jumps": jumps,
        "gaps": gaps(&inside).into_iter().map(|(from, to)| json!({
            "after": from, "before": to,
        })).collect::<Vec<_>>(),
        "difference": difference.as_ref().map(|it| json!({
            "figures": it,
            "words": it.sentences(),
        })),
        "cost": seen.cost(&page.session.settings),
    })
}

fn told<T>(kept: &Result<Kept<T>, Failure>, write: impl Fn(&T) -> Value) -> Value {
    match kept {
        Ok(Kept { value, at }) => json!({ "asked": at, "figures": write(value) }),
        Err(failure) => json!({ "failure": failure }),
    }
}

fn points(page: &Page<'_>, series: &Series) -> Value {
    json!(series.within(page.window).points())
}

fn change(change: &Change) -> Value {
    json!({
        "from": change.from,
        "to": change.to,
        "by": change.by(),
        "share": change.share(),
    })
}
