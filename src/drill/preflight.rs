//! What is looked at before a drill downloads anything, and what each look comes to.

use crate::domain::failure::Failure;
use crate::domain::settings::Depth;
use crate::domain::units::ByteSize;

/// One look, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The object is there, as it was listed, and may be read.
    Object,
    /// Nobody else drills on this machine.
    Machine,
    /// The download fits on this machine's disk.
    Download,
    /// A container engine answers.
    Engine,
    /// The image of the server that the dump is from.
    Image,
    /// The engine's processor can run it.
    Processor,
    /// The engine has the memory and the disk.
    Room,
    /// The live database answers.
    Source,
}

impl Check {
    pub const ALL: [Self; 8] = [
        Self::Object,
        Self::Machine,
        Self::Download,
        Self::Engine,
        Self::Image,
        Self::Processor,
        Self::Room,
        Self::Source,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Machine => "machine",
            Self::Download => "download",
            Self::Engine => "engine",
            Self::Image => "image",
            Self::Processor => "processor",
            Self::Room => "room",
            Self::Source => "source",
        }
    }

    /// The depth from which on it matters.
    pub const fn depth(self) -> Depth {
        match self {
            Self::Object | Self::Download => Depth::Quick,
            Self::Machine | Self::Engine | Self::Image | Self::Processor | Self::Room => {
                Depth::Restore
            }
            Self::Source => Depth::Compare,
        }
    }

    /// Those that a drill of this depth needs.
    pub fn of(depth: Depth) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |check| check.depth() <= depth)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Fine,
    Warns,
    Blocks,
}

/// What a look came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub check: Check,
    pub standing: Standing,
    pub text: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Checked {
    pub fn fine(check: Check, text: impl Into<String>) -> Self {
        Self { check, standing: Standing::Fine, text: text.into(), fix: None }
    }

    pub fn warns(check: Check, text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, standing: Standing::Warns, text: text.into(), fix: Some(fix.into()) }
    }

    pub fn blocks(check: Check, failure: Failure) -> Self {
        Self { check, standing: Standing::Blocks, text: failure.what, fix: failure.advice }
    }
}

/// What a need is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// An earlier scan of this very object.
    OwnScan,
    /// What the newest record of the set unpacked to, for each packed byte.
    Record,
    /// Nothing: a guess at what such dumps unpack to.
    Guess,
}

impl Basis {
    pub const fn words(self) -> &'static str {
        match self {
            Self::OwnScan => "its own scan",
            Self::Record => "the set's last drill",
            Self::Guess => "a guess: packed six times",
        }
    }
}

/// How many raw bytes the object holds, as far as anybody knows before reading it.
pub fn raw_size(
    own: Option<ByteSize>,
    record: Option<(ByteSize, ByteSize)>,
    packed: ByteSize,
) -> (ByteSize, Basis) {
    const GUESS: u64 = 6;
    match (own, record) {
        (Some(raw), _) => (raw, Basis::OwnScan),
        (None, Some((raw, of_packed))) if of_packed.bytes() > 0 => {
            let scaled = u128::from(raw.bytes()) * u128::from(packed.bytes());
            let scaled = scaled / u128::from(of_packed.bytes());
            (ByteSize(u64::try_from(scaled).unwrap_or(u64::MAX)), Basis::Record)
        }
        (None, _) => (ByteSize(packed.bytes().saturating_mul(GUESS)), Basis::Guess),
    }
}

/// The download against the free bytes of its disk: tight below a third more than it needs.
pub fn download(free: Option<ByteSize>, need: ByteSize, folder: &str) -> Checked {
    let check = Check::Download;
    let fix = "make room on that disk, or set XDG_CACHE_HOME to a folder on a larger one";
    match free {
        None => Checked::warns(check, format!("{need} needed; {folder} does not tell"), fix),
        Some(free) => {
            let text = format!("{need} needed, {free} free in {folder}");
            if free < need {
                let standing = Standing::Blocks;
                return Checked { check, standing, text, fix: Some(fix.to_owned()) };
            }
            if free.bytes() / 4 * 3 < need.bytes() {
                return Checked::warns(check, format!("tight: {text}"), fix);
            }
            Checked::fine(check, text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_blocks_and_what_is_tight_warns() {
        let gib = ByteSize::gibibytes;
        for (free, need, standing) in [
            (Some(gib(10)), gib(1), Standing::Fine),
            (Some(gib(4)), ByteSize((3 << 30) + 1), Standing::Warns),
            (Some(gib(1)), gib(2), Standing::Blocks),
            (None, gib(2), Standing::Warns),
        ] {
            let checked = download(free, need, "/cache");
            assert_eq!(checked.standing, standing, "{checked:?}");
            assert_eq!(checked.fix.is_some(), standing != Standing::Fine);
        }
    }

    #[test]
    fn the_raw_size_comes_from_the_best_that_is_known() {
        let mib = ByteSize::mebibytes;
        assert_eq!(raw_size(Some(mib(9)), None, mib(1)), (mib(9), Basis::OwnScan));
        assert_eq!(raw_size(None, Some((mib(40), mib(10))), mib(2)), (mib(8), Basis::Record));
        assert_eq!(raw_size(None, Some((mib(40), mib(0))), mib(2)), (mib(12), Basis::Guess));
    }

    #[test]
    fn a_quick_look_needs_no_engine_and_no_source() {
        let checks: Vec<_> = Check::of(Depth::Quick).collect();
        assert_eq!(checks, [Check::Object, Check::Download]);
        assert_eq!(Check::of(Depth::Compare).count(), 8);
    }
}
