//! Which objects lie in the bucket: a backup for each night that is kept, and the planted flaws.

use jiff::Timestamp;

use crate::demo::population::growth::DAY;
use crate::demo::population::mix::{hex, mix, sixteen_bytes};
use crate::demo::population::recipe::{Recipe, Shape, midnight_before, stamp, timestamp};
use crate::demo::population::seed::{Seed, Tier};
use crate::demo::truth::{ABANDONED, Flaw, MISSED_PARTS, PLANTED, afflicts, planted};

/// How long a backup is kept, in days.
pub const RETENTION: u16 = 90;
/// How many nights there are of a tier whose backups never expire: since its job was set up.
const SINCE_SETUP: u16 = 97;

/// One backup, as a listing shows it.
#[derive(Debug, Clone)]
pub struct StoredObject {
    pub key: String,
    pub tier: Tier,
    pub recipe: Recipe,
    pub last_modified: Timestamp,
    /// When the lifecycle rule removes it; `None` where the rule does not reach it, for want of
    /// the tag.
    pub expires: Option<Timestamp>,
}

/// A multipart upload that nobody completed.
#[derive(Debug, Clone)]
pub struct LeftoverUpload {
    pub key: String,
    pub upload_id: String,
    pub initiated: Timestamp,
    /// The bytes of each part.
    pub parts: Vec<u64>,
}

/// An object from its upload to its end.
#[derive(Debug, Clone)]
pub struct Life {
    pub tier: Tier,
    pub size: u64,
    pub stored: Timestamp,
    /// `None`: nothing ever removes it.
    pub expires: Option<Timestamp>,
}

impl Life {
    pub fn is_there(&self, at: Timestamp) -> bool {
        self.stored < at && self.expires.is_none_or(|expires| at < expires)
    }
}

/// Every object at `now`, in the order of the keys.
pub(super) fn objects(seed: Seed, now: u64) -> Vec<StoredObject> {
    let mut objects: Vec<_> = Tier::ALL
        .into_iter()
        .flat_map(|tier| (0..SINCE_SETUP).filter_map(move |days| object(seed, tier, days, now)))
        .collect();
    objects.sort_by(|one, other| one.key.cmp(&other.key));
    objects
}

/// The upload that each missed night has left, and the one that somebody gave up; by their keys.
pub(super) fn leftovers(seed: Seed) -> Vec<LeftoverUpload> {
    let missed = PLANTED.iter().filter(|planted| planted.flaw == Flaw::MissedNight);
    let missed = missed.filter_map(|planted| {
        let began = night(seed, planted.days_ago?);
        Some(leftover(seed, key(planted.tier, began), began + 290, &MISSED_PARTS))
    });
    let begun = night(seed, ABANDONED.days_ago) + ABANDONED.second;
    let date = timestamp(begun).strftime("%Y-%m-%d");
    let mut parts = vec![ABANDONED.part; ABANDONED.parts];
    parts.push(ABANDONED.last);
    let abandoned = leftover(seed, format!("archive/{date}.tar"), begun, &parts);
    let mut leftovers: Vec<_> = missed.chain([abandoned]).collect();
    leftovers.sort_by(|one, other| one.key.cmp(&other.key));
    leftovers
}

fn leftover(seed: Seed, key: String, begun: u64, parts: &[u64]) -> LeftoverUpload {
    let upload_id = hex(sixteen_bytes(mix(seed.number) ^ begun));
    LeftoverUpload { key, upload_id, initiated: timestamp(begun), parts: parts.to_vec() }
}

/// Every backup that was there at some moment of the last `days`, as far as it is there no more or
/// still is at `now`. Jobs whose backups expire are older than the one whose backups do not.
pub(super) fn lives(seed: Seed, now: u64, days: u16, size: impl Fn(Recipe) -> u64) -> Vec<Life> {
    let nights = |tier| {
        let never_expires = afflicts(tier, Flaw::ExpiryTagOnTheWrongKey);
        if never_expires { SINCE_SETUP } else { days + RETENTION + 1 }
    };
    let lives = Tier::ALL.into_iter().flat_map(|tier| {
        (0..nights(tier)).filter_map(move |days_ago| Made::of(seed, tier, days_ago))
    });
    let stored = lives.filter(|made| made.stored <= now);
    let life = |made: Made| Life {
        tier: made.tier,
        size: size(made.recipe),
        stored: timestamp(made.stored),
        expires: made.expires.map(timestamp),
    };
    stored.map(life).collect()
}

/// T0 of the backup of so many nights ago.
pub(super) fn night(seed: Seed, days_ago: u16) -> u64 {
    seed.midnight - u64::from(days_ago) * DAY
}

fn object(seed: Seed, tier: Tier, days_ago: u16, now: u64) -> Option<StoredObject> {
    let made = Made::of(seed, tier, days_ago)?;
    let is_there = made.stored <= now && made.expires.is_none_or(|expires| expires > now);
    is_there.then(|| StoredObject {
        key: key(tier, made.began),
        tier,
        recipe: made.recipe,
        last_modified: timestamp(made.stored),
        expires: made.expires.map(timestamp),
    })
}

/// The backup of one night, whether it is still there or not.
struct Made {
    tier: Tier,
    began: u64,
    recipe: Recipe,
    stored: u64,
    expires: Option<u64>,
}

impl Made {
    fn of(seed: Seed, tier: Tier, days_ago: u16) -> Option<Self> {
        let began = night(seed, days_ago);
        let whole = Recipe::whole(tier, began);
        let recipe = match planted(tier, days_ago) {
            None | Some(Flaw::ExpiryTagOnTheWrongKey) => whole,
            Some(Flaw::MissedNight) => return None,
            Some(Flaw::HalfTheDocuments) => Recipe { shape: Shape::Half, ..whole },
            Some(Flaw::KilledHalfWay) => Recipe { shape: Shape::Killed, ..whole },
            Some(Flaw::YesterdaysBytes) => Recipe::whole(tier, began - DAY),
            Some(Flaw::AnotherEnvironment) => whole.of_another_server(Tier::Staging),
        };
        // The upload follows the dump, which takes at most four minutes.
        let stored = began + 240 + seed.key(tier, &stamp(began)) % 180;
        let is_tagged = !afflicts(tier, Flaw::ExpiryTagOnTheWrongKey);
        // S3 rounds an expiry up to the next midnight.
        let expires = midnight_before(stored + u64::from(RETENTION) * DAY) + DAY;
        Some(Self { tier, began, recipe, stored, expires: is_tagged.then_some(expires) })
    }
}

fn key(tier: Tier, began: u64) -> String {
    format!("{tier}/{}.tar.gz", stamp(began))
}
