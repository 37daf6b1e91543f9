//! What is planted in the world and what must see it: data, never computed by the code under test.

use crate::demo::population::Tier;

/// One flaw among healthy backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planted {
    pub tier: Tier,
    /// Which night's backup, counted back from today's midnight; `None` for all of them.
    pub days_ago: Option<u16>,
    pub flaw: Flaw,
    /// The state of its slot in the Backups tab before anything has been scanned.
    pub slot: &'static str,
    /// How a drill of it must end, in the words of a verdict; `None` where nothing can be drilled.
    pub verdict: Option<&'static str>,
    /// The rules that must report it in a drill, and no others.
    pub rules: &'static [&'static str],
}

/// How a backup went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// No object was made; an upload that nobody completed is left of that night.
    MissedNight,
    /// A whole archive with a good half of each collection gone: only the oldest documents are in it.
    HalfTheDocuments,
    /// The object of the night before, uploaded again under this night's name.
    YesterdaysBytes,
    /// mongodump was killed: one `.bson` ends inside a document, later ones are missing.
    KilledHalfWay,
    /// Staging's server was dumped, into production's folder.
    AnotherEnvironment,
    /// The script tags a key that does not exist, so that nothing ever expires.
    ExpiryTagOnTheWrongKey,
}

/// Every flaw of the world; whatever is not listed here is healthy.
pub const PLANTED: &[Planted] = &[
    Planted {
        tier: Tier::Prod,
        days_ago: Some(5),
        flaw: Flaw::MissedNight,
        slot: "missed",
        verdict: None,
        rules: &[],
    },
    Planted {
        tier: Tier::Prod,
        days_ago: Some(12),
        flaw: Flaw::KilledHalfWay,
        slot: "ok",
        verdict: Some("fail"),
        rules: &["A2", "A3"],
    },
    Planted {
        tier: Tier::Prod,
        days_ago: Some(20),
        flaw: Flaw::YesterdaysBytes,
        slot: "duplicate",
        verdict: Some("fail"),
        rules: &["B2"],
    },
    Planted {
        tier: Tier::Prod,
        days_ago: Some(33),
        flaw: Flaw::AnotherEnvironment,
        slot: "ok",
        verdict: Some("fail"),
        rules: &["B0"],
    },
    Planted {
        tier: Tier::Prod,
        days_ago: Some(47),
        flaw: Flaw::HalfTheDocuments,
        slot: "too-small",
        verdict: Some("fail"),
        rules: &["B2"],
    },
    Planted {
        tier: Tier::Prod,
        days_ago: None,
        flaw: Flaw::ExpiryTagOnTheWrongKey,
        slot: "ok",
        verdict: Some("pass"),
        rules: &[],
    },
];

/// The flaw of one night's backup, if it has one.
pub fn planted(tier: Tier, days_ago: u16) -> Option<Flaw> {
    let night = PLANTED.iter().find(|it| it.tier == tier && it.days_ago == Some(days_ago));
    night.map(|it| it.flaw)
}

/// Whether all of a tier's backups have `flaw`.
pub fn afflicts(tier: Tier, flaw: Flaw) -> bool {
    PLANTED.iter().any(|it| it.tier == tier && it.days_ago.is_none() && it.flaw == flaw)
}

/// An upload that somebody began by hand and gave up: the jump in what CloudWatch measures. It lies
/// beneath `archive/`, where no backup set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abandoned {
    pub days_ago: u16,
    /// After that day's midnight.
    pub second: u64,
    /// So many parts of so many bytes, and the last one.
    pub parts: usize,
    pub part: u64,
    pub last: u64,
}

pub const ABANDONED: Abandoned =
    Abandoned { days_ago: 40, second: 36_720, parts: 268, part: 8 << 20, last: 3_217_408 };

/// What the upload of a missed night has left: the parts that were on their way.
pub const MISSED_PARTS: [u64; 2] = [8 << 20, 8 << 20];

/// What lay in another class until it was removed, so many days ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Former {
    pub class: &'static str,
    pub days_ago: u16,
    pub bytes: u64,
    pub objects: u64,
}

pub const FORMER: Former =
    Former { class: "StandardIAStorage", days_ago: 150, bytes: 1_932_735_283, objects: 38 };

/// The midnights, as days before today's, of which CloudWatch has no point; and how many of the
/// newest are still to come.
pub const UNMEASURED: std::ops::RangeInclusive<u16> = 61..=63;
pub const LATE: u16 = 2;

/// One finding of a backup set that a checkup must come to, before anything was scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    pub tier: Tier,
    /// Which night it is about, counted back from today's midnight; `None` for the whole set.
    pub days_ago: Option<u16>,
    pub rule: &'static str,
    pub weight: &'static str,
    /// What a newcomer must read in its reason.
    pub says: &'static str,
}

const fn sighting(
    tier: Tier,
    days_ago: Option<u16>,
    rule: &'static str,
    weight: &'static str,
    says: &'static str,
) -> Sighting {
    Sighting { tier, days_ago, rule, weight, says }
}

/// Every finding of the world's backup sets; whatever is not listed here is healthy. The fourth
/// environment is.
pub const SIGHTINGS: &[Sighting] = &[
    sighting(Tier::Dev, Some(2), "verification", "warning", "verification verify-backup-"),
    sighting(Tier::Staging, Some(3), "verification", "warning", "verification verify-backup-"),
    sighting(Tier::Prod, Some(5), "missed", "warning", "there is no object"),
    sighting(Tier::Prod, Some(5), "green-job", "warning", "succeeded, and made no object"),
    sighting(Tier::Prod, Some(20), "duplicate", "note", "the tag and the size of prod/"),
    sighting(Tier::Prod, Some(47), "too-small", "note", "its neighbours"),
    sighting(Tier::Prod, None, "retention", "warning", "asks for the tag auto-delete=true"),
    sighting(Tier::Prod, None, "upload", "note", "nobody completed"),
];
