//! How numbers are shown: bytes, durations, counts.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A number of bytes, shown in binary units: `412.0 MiB`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ByteSize(pub u64);

impl ByteSize {
    pub const fn mebibytes(count: u64) -> Self {
        Self(count << 20)
    }

    pub const fn gibibytes(count: u64) -> Self {
        Self(count << 30)
    }

    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
        if self.0 < 1024 {
            return formatter.pad(&format!("{} B", self.0));
        }
        let mut value = self.0 as f64 / 1024.0;
        let mut unit = "KiB";
        for larger in UNITS.iter().skip(1) {
            if value < 1023.95 {
                break;
            }
            value /= 1024.0;
            unit = larger;
        }
        formatter.pad(&format!("{value:.1} {unit}"))
    }
}

/// How long something took or lasts: `0.4 s`, `41 s`, `6m41s`, `2h05m`, `15 d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let text = match seconds {
            0..=9 => format!("{:.1} s", self.0.as_secs_f64()),
            10..=59 => format!("{seconds} s"),
            60..=3599 => format!("{}m{:02}s", seconds / 60, seconds % 60),
            3600..=172_799 => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
            _ => format!("{} d", seconds / 86_400),
        };
        formatter.pad(&text)
    }
}

/// A count with its thousands apart: `318 440`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub u64);

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                text.push(' ');
            }
            text.push(digit);
        }
        formatter.pad(&text)
    }
}

/// `1 document`, `2 documents`.
pub fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", Count(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_binary_units() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_048_575, "1.0 MiB"),
            (432_013_312, "412.0 MiB"),
            (u64::MAX, "16384.0 PiB"),
        ] {
            assert_eq!(ByteSize(bytes).to_string(), shown);
        }
    }

    #[test]
    fn spans_are_shown_in_the_unit_that_a_reader_would_say() {
        for (seconds, shown) in [
            (0.44, "0.4 s"),
            (41.0, "41 s"),
            (401.0, "6m41s"),
            (7500.0, "2h05m"),
            (1_296_000.0, "15 d"),
        ] {
            assert_eq!(Span(Duration::from_secs_f64(seconds)).to_string(), shown);
        }
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!(Count(7).to_string(), "7");
        assert_eq!(Count(1_318_440).to_string(), "1 318 440");
        assert_eq!(plural(1, "document"), "1 document");
        assert_eq!(plural(2000, "document"), "2 000 documents");
    }
}
