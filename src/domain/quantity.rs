//! Kubernetes quantities: processor in millicores, memory in bytes.
//! The format: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Thousandths of a core.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cpu(pub u64);

/// Bytes.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Memory(pub u64);

/// What a suffix multiplies with, as a fraction.
const SUFFIXES: [(&str, u128, u128); 17] = [
    ("", 1, 1),
    ("n", 1, 1_000_000_000),
    ("u", 1, 1_000_000),
    ("m", 1, 1000),
    ("k", 1000, 1),
    ("K", 1000, 1),
    ("M", 1_000_000, 1),
    ("G", 1_000_000_000, 1),
    ("T", 1_000_000_000_000, 1),
    ("P", 1_000_000_000_000_000, 1),
    ("E", 1_000_000_000_000_000_000, 1),
    ("Ki", 1 << 10, 1),
    ("Mi", 1 << 20, 1),
    ("Gi", 1 << 30, 1),
    ("Ti", 1 << 40, 1),
    ("Pi", 1 << 50, 1),
    ("Ei", 1 << 60, 1),
];

const BINARY: [(u64, &str); 4] =
    [(1 << 40, "Ti"), (1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki")];
const DECIMAL: [(u64, &str); 4] =
    [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")];

impl Cpu {
    /// Reads `250m`, `1`, `0.5`, `123456n`; parts of a millicore count as a whole one.
    pub fn parse(text: &str) -> Option<Self> {
        parse(text, 1000).map(Self)
    }

    /// As a specification has it: `2`, `1500m`.
    pub fn written(self) -> String {
        if self.0.is_multiple_of(1000) { (self.0 / 1000).to_string() } else { self.to_string() }
    }
}

impl Memory {
    /// Reads `512Mi`, `1G`, `128974848`, `1e3`; parts of a byte count as a whole one.
    pub fn parse(text: &str) -> Option<Self> {
        parse(text, 1).map(Self)
    }

    /// As a specification has it, without loss: `1Gi`, `512Mi`, `1G`, `1048577`.
    pub fn written(self) -> String {
        let fits = |(worth, _): &&(u64, &str)| self.0 > 0 && self.0.is_multiple_of(*worth);
        match BINARY.iter().chain(&DECIMAL).find(fits) {
            Some((worth, unit)) => format!("{}{unit}", self.0 / worth),
            None => self.0.to_string(),
        }
    }
}

/// As `kubectl top` shows it: `250m`.
impl fmt::Display for Cpu {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}m", self.0))
    }
}

/// As `kubectl top` shows it, in whole mebibytes: `512Mi`.
impl fmt::Display for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}Mi", self.0 >> 20))
    }
}

/// A quantity in units of which `per_one` make one, rounded up; what is larger than any machine is
/// the largest number. `None` for what is no quantity, or below zero.
fn parse(text: &str, per_one: u128) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && part.is_empty()) || part.contains('.') {
        return None;
    }
    // More places than the smallest unit has tell nothing.
    let part = part.get(..part.len().min(18)).unwrap_or_default();
    let (mut above, mut below) = factor(suffix)?;
    above = above.saturating_mul(per_one);
    below = below.saturating_mul(10_u128.saturating_pow(u32::try_from(part.len()).ok()?));
    let mut digits: u128 = 0;
    for digit in whole.bytes().chain(part.bytes()) {
        digits = digits.saturating_mul(10).saturating_add(u128::from(digit - b'0'));
    }
    let value = digits.saturating_mul(above).div_ceil(below.max(1));
    Some(u64::try_from(value).unwrap_or(u64::MAX))
}

/// A unit, or a power of ten: `e3`, `E-3`.
fn factor(suffix: &str) -> Option<(u128, u128)> {
    if let Some((_, above, below)) = SUFFIXES.iter().find(|(name, ..)| *name == suffix) {
        return Some((*above, *below));
    }
    let power: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let ten = 10_u128.saturating_pow(power.unsigned_abs().min(38));
    Some(if power < 0 { (1, ten) } else { (ten, 1) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn processor_is_read_in_millicores() {
        for (text, millicores) in [
            ("250m", 250),
            ("1", 1000),
            ("0.5", 500),
            (".5", 500),
            ("100n", 1),
            ("123456789n", 124),
            ("1500u", 2),
            ("1e3", 1_000_000),
            ("2k", 2_000_000),
            ("0", 0),
        ] {
            assert_eq!(Cpu::parse(text), Some(Cpu(millicores)), "{text}");
        }
    }

    #[test]
    fn memory_is_read_in_bytes() {
        for (text, bytes) in [
            ("512Mi", 536_870_912),
            ("1G", 1_000_000_000),
            ("1Gi", 1_073_741_824),
            ("128974848", 128_974_848),
            ("129e6", 129_000_000),
            ("129E6", 129_000_000),
            ("1E", 1_000_000_000_000_000_000),
            ("1.5Ki", 1536),
            ("100m", 1),
            ("99999999999999999999999Ei", u64::MAX),
        ] {
            assert_eq!(Memory::parse(text), Some(Memory(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_not_read() {
        for text in ["", "-1", "1.2.3", "Mi", "1X", "1e", "1 Mi", "."] {
            assert_eq!(Memory::parse(text), None, "{text}");
        }
    }

    #[test]
    fn quantities_are_shown_as_kubectl_top_does_and_written_without_loss() {
        assert_eq!(Cpu(250).to_string(), "250m");
        assert_eq!(Memory(536_870_912 + 5).to_string(), "512Mi");
        assert_eq!([Cpu(2000).written(), Cpu(1500).written()], ["2", "1500m"]);
        for (bytes, text) in [(0, "0"), (1 << 30, "1Gi"), (1_000_000_000, "1G"), (1025, "1025")] {
            assert_eq!(Memory(bytes).written(), text);
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_what_is_written_reads_back(text in ".*", bytes: u64) {
            let _ = Cpu::parse(&text);
            let _ = Memory::parse(&text);
            prop_assert_eq!(Memory::parse(&Memory(bytes).written()), Some(Memory(bytes)));
        }
    }
}
