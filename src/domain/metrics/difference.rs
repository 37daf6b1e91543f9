//! Why CloudWatch and a listing tell different sizes of the same bucket.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::metrics::Measured;
use crate::domain::metrics::listing::{Extent, Figures, Leftover, Listed};
use crate::domain::metrics::whole;
use crate::domain::series::Jump;
use crate::domain::units::{ByteSize, plural};

/// What was measured against what was listed, with what explains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub as_of: Timestamp,
    pub measured: ByteSize,
    pub listed: ByteSize,
    /// What is in one figure and not in the other, each with its share of the difference.
    pub parts: Vec<Part>,
    /// What none of these explains.
    pub rest: i64,
    /// Why it may not be explained.
    pub doubts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    pub cause: Cause,
    /// What measured has more of than listed.
    pub bytes: i64,
    pub objects: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Versions that are no longer current: CloudWatch counts them, a listing shows none.
    OldVersions,
    /// Parts of uploads that nobody completed: the same.
    Uploads,
    /// What was stored after CloudWatch looked: a listing shows it.
    StoredSince,
}

impl Difference {
    /// `None` where nothing was measured.
    pub fn of(measured: &Measured, listed: &Listed) -> Option<Self> {
        let newest = measured.total().last()?;
        let (as_of, bytes) = (newest.at, whole(newest.value));
        let mut parts = Vec::new();
        let mut doubts = Vec::new();
        let mut part = |cause, figures: Figures, sign: i64| {
            if figures.objects > 0 {
                let bytes = sign * signed(figures.bytes);
                parts.push(Part { cause, bytes, objects: figures.objects });
            }
        };
        match listed.old_versions.told() {
            Some(old) => part(Cause::OldVersions, old.versions, 1),
            None => doubts.extend(unknown("old versions", listed.old_versions.why_not())),
        }
        match listed.leftovers() {
            Some(leftovers) => part(Cause::Uploads, leftovers, 1),
            None => doubts.extend(unknown("unfinished uploads", listed.uploads.why_not())),
        }
        part(Cause::StoredSince, listed.stored_since(as_of), -1);
        if !listed.knows_since(as_of) {
            doubts.push("of what was stored since, only the last ten days are known".to_owned());
        }
        if listed.extent == Extent::Cut {
            doubts.push("the listing was ended before its end".to_owned());
        }
        if !measured.unseen.is_empty() {
            doubts.push("CloudWatch did not tell everything".to_owned());
        }
        let between = signed(bytes) - signed(listed.whole.bytes);
        let rest = between - parts.iter().map(|part| part.bytes).sum::<i64>();
        Some(Self { as_of, measured: bytes, listed: listed.whole.bytes, parts, rest, doubts })
    }

    /// How much more was measured than listed.
    pub fn bytes(&self) -> i64 {
        signed(self.measured) - signed(self.listed)
    }

    /// What is different, then why, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let day = self.as_of.strftime("%Y-%m-%d");
        let between = self.bytes();
        let amount = ByteSize(between.unsigned_abs());
        let mut sentences = vec![match between {
            0 => format!("CloudWatch (as of {day}) and the listing agree"),
            1.. => format!("CloudWatch (as of {day}) has {amount} more than the listing"),
            _ => format!("CloudWatch (as of {day}) has {amount} less than the listing"),
        }];
        sentences.extend(self.parts.iter().map(Part::sentence));
        if self.rest != 0 {
            let rest = ByteSize(self.rest.unsigned_abs());
            sentences.push(if self.rest > 0 {
                format!("{rest} are left that no listing shows: perhaps removed since {day}")
            } else {
                format!("{rest} are left that only the listing has, and nothing explains them")
            });
        }
        sentences.extend(self.doubts.iter().cloned());
        sentences
    }
}

impl Part {
    fn sentence(&self) -> String {
        let amount = ByteSize(self.bytes.unsigned_abs());
        let objects = self.objects;
        match self.cause {
            Cause::OldVersions => {
                let versions = plural(objects, "old version");
                format!("{amount} are {versions}, which a listing does not show")
            }
            Cause::Uploads => {
                let parts = plural(objects, "part");
                format!(
                    "{amount} are {parts} of uploads that nobody completed: paid for, and in no listing"
                )
            }
            Cause::StoredSince => {
                let stored = plural(objects, "object");
                format!("{amount} are {stored} stored since, which CloudWatch has not seen yet")
            }
        }
    }
}

fn unknown(what: &str, why: Option<String>) -> Option<String> {
    why.map(|why| format!("{what}: {why}"))
}

/// What a jump of the size may come from: an upload that was begun then and never completed.
pub fn cause_of<'a>(jump: &Jump, listed: &'a Listed) -> Option<&'a Leftover> {
    // A point is of some moment of its day.
    let (from, to) = (jump.change.from.at, jump.change.to.at);
    let until = to.saturating_add(SignedDuration::from_hours(24)).unwrap_or(to);
    let begun_then = |upload: &&Leftover| from <= upload.begun && upload.begun < until;
    let size = |upload: &Leftover| upload.parts.map_or(0, |parts| parts.bytes.bytes());
    let is_most =
        |upload: &&Leftover| jump.change.by() > 0.0 && size(upload) as f64 > jump.change.by() / 2.0;
    let uploads = listed.uploads.told()?.iter().filter(begun_then).filter(is_most);
    uploads.max_by_key(|upload| size(upload))
}

/// `the bucket grew by 2.1 GiB between 2026-10-20 and 2026-10-21: …`.
pub fn jump_sentence(jump: &Jump, listed: Option<&Listed>) -> String {
    let date = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let (from, to) = (date(jump.change.from.at), date(jump.change.to.at));
    let by = jump.change.by();
    let amount = whole(by.abs());
    let moved = if by < 0.0 { "shrank" } else { "grew" };
    let why = match listed.and_then(|listed| cause_of(jump, listed)) {
        Some(upload) => format!(
            ": the upload of {} began on {} and was never completed",
            upload.key,
            date(upload.begun)
        ),
        None => String::new(),
    };
    format!("the bucket {moved} by {amount} between {from} and {to}{why}")
}

fn signed(size: ByteSize) -> i64 {
    i64::try_from(size.bytes()).unwrap_or(i64::MAX)
}
