//! Durations and sizes as they are written: `90d`, `1h30m`, `2GiB`; and back.

use std::time::Duration;

use crate::domain::units::ByteSize;

/// Units of time by their seconds, largest first.
const TIMES: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

/// Units of size by their bytes, largest first.
const SIZES: [(&str, u64); 5] =
    [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// Reads `90d`, `10m`, `1h30m`, `0s`; `None` when it is anything else.
pub fn parse_duration(text: &str) -> Option<Duration> {
    parse(text, &TIMES).map(Duration::from_secs)
}

/// Reads `2GiB`, `512MiB`; `None` when it is anything else.
pub(super) fn parse_size(text: &str) -> Option<ByteSize> {
    parse(text, &SIZES).map(ByteSize)
}

/// The shortest text that reads back as `duration`: `90d`, `1h30m`.
pub(super) fn duration_text(duration: Duration) -> String {
    // A week is read, but nobody thinks of `12w6d` when they wrote `90d`.
    text(duration.as_secs(), TIMES.get(1..).unwrap_or_default())
}

/// The shortest text that reads back as `size`: `2GiB`.
pub(super) fn size_text(size: ByteSize) -> String {
    SIZES
        .iter()
        .find(|(_, worth)| size.bytes() > 0 && size.bytes().is_multiple_of(*worth))
        .map_or_else(|| "0B".to_owned(), |(unit, worth)| format!("{}{unit}", size.bytes() / worth))
}

/// A sum of numbers with units, each unit smaller than the one before.
fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let mut rest = text.trim();
    let mut allowed = units;
    let mut sum: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let position = allowed.iter().position(|(name, _)| *name == unit.trim())?;
        let (_, worth) = allowed.get(position)?;
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(*worth)?)?;
        allowed = allowed.get(position + 1..)?;
        rest = tail;
    }
    (!text.trim().is_empty()).then_some(sum)
}

fn text(mut value: u64, units: &[(&str, u64)]) -> String {
    let mut parts = Vec::new();
    for (unit, worth) in units {
        if value >= *worth {
            parts.push(format!("{}{unit}", value / worth));
            value %= worth;
        }
    }
    if parts.is_empty() { "0s".to_owned() } else { parts.concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_sum_of_numbers_with_units() {
        for (text, seconds) in [
            ("90d", Some(7_776_000)),
            ("10m", Some(600)),
            ("1h30m", Some(5400)),
            ("1h 30m", Some(5400)),
            ("2w", Some(1_209_600)),
            ("0s", Some(0)),
            ("", None),
            ("90", None),
            ("90 days", None),
            ("30m1h", None),
            ("-5m", None),
            ("1.5h", None),
            ("99999999999999999999d", None),
            ("999999999999999999w", None),
        ] {
            assert_eq!(parse_duration(text), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn a_size_has_a_binary_unit() {
        for (text, bytes) in [
            ("2GiB", Some(2 << 30)),
            ("512 MiB", Some(512 << 20)),
            ("0B", Some(0)),
            ("2GB", None),
            ("2g", None),
            ("2", None),
        ] {
            assert_eq!(parse_size(text), bytes.map(ByteSize), "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for text in ["90d", "10m", "1h30m", "0s", "1d1s"] {
            assert_eq!(duration_text(parse_duration(text).unwrap()), text);
        }
        for text in ["2GiB", "1536MiB", "1B", "0B"] {
            assert_eq!(size_text(parse_size(text).unwrap()), text);
        }
    }
}
