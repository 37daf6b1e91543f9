//! Which objects lie in the bucket: a backup for each night that is kept, and the planted flaws.

use jiff::Timestamp;

use crate::demo::population::growth::DAY;
use crate::demo::population::mix::{hex, mix, sixteen_bytes};
use crate::demo::population::recipe::{Recipe, Shape, midnight_before, stamp, timestamp};
use crate::demo::population::seed::{Seed, Tier};
use crate::demo::truth::{Flaw, PLANTED, afflicts, planted};

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

/// The upload that each missed night has left.
pub(super) fn leftovers(seed: Seed) -> Vec<LeftoverUpload> {
    let missed = PLANTED.iter().filter(|planted| planted.flaw == Flaw::MissedNight);
    missed
        .filter_map(|planted| {
            let began = night(seed, planted.days_ago?);
            let id = sixteen_bytes(mix(seed.number) ^ began);
            Some(LeftoverUpload {
                key: key(planted.tier, began),
                upload_id: hex(id),
                initiated: timestamp(began + 290),
            })
        })
        .collect()
}

/// T0 of the backup of so many nights ago.
pub(super) fn night(seed: Seed, days_ago: u16) -> u64 {
    seed.midnight - u64::from(days_ago) * DAY
}

fn object(seed: Seed, tier: Tier, days_ago: u16, now: u64) -> Option<StoredObject> {
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
    let is_there = stored <= now && (!is_tagged || expires > now);
    is_there.then(|| StoredObject {
        key: key(tier, began),
        tier,
        recipe,
        last_modified: timestamp(stored),
        expires: is_tagged.then(|| timestamp(expires)),
    })
}

fn key(tier: Tier, began: u64) -> String {
    format!("{tier}/{}.tar.gz", stamp(began))
}
