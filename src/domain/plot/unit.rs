//! What the values of a chart are, and how they are written.

use crate::domain::units::{ByteSize, Count};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Count,
    Percent,
    Milliseconds,
    /// Anything else, by the word that stands behind the number; none where there is none.
    Other(String),
}

/// What the numbers of a scale are divided by, and the word behind them.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    pub divisor: f64,
    pub word: String,
}

impl Unit {
    /// A value as it is read off: `412.0 GiB`, `1 318 440`, `41.3 %`.
    pub fn show(&self, value: f64) -> String {
        match self {
            Self::Bytes if value < 0.0 => format!("-{}", ByteSize(whole(-value))),
            Self::Bytes => ByteSize(whole(value)).to_string(),
            Self::Count if value < 0.0 => format!("-{}", Count(whole(-value))),
            Self::Count => Count(whole(value)).to_string(),
            Self::Percent => format!("{value:.1} %"),
            Self::Milliseconds | Self::Other(_) => {
                let Measure { divisor, word } = self.measure(value.abs());
                let number = value / divisor;
                let decimals = if number.abs() >= 100.0 || number.fract() == 0.0 { 0 } else { 2 };
                format!("{number:.decimals$} {word}").trim_end().to_owned()
            }
        }
    }

    /// A difference: the same with its sign.
    pub fn show_change(&self, value: f64) -> String {
        let sign = if value < 0.0 { "-" } else { "+" };
        format!("{sign}{}", self.show(value.abs()))
    }

    /// In what a scale is written whose largest value is `most`.
    pub fn measure(&self, most: f64) -> Measure {
        const BYTES: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        let of = |divisor: f64, word: &str| Measure { divisor, word: word.to_owned() };
        match self {
            Self::Bytes => {
                let mut divisor = 1.0;
                let mut word = "B";
                for larger in BYTES.iter().skip(1) {
                    if most < divisor * 1024.0 {
                        break;
                    }
                    divisor *= 1024.0;
                    word = larger;
                }
                of(divisor, word)
            }
            Self::Count => of(1.0, ""),
            Self::Percent => of(1.0, "%"),
            Self::Milliseconds if most >= 60_000.0 => of(60_000.0, "min"),
            Self::Milliseconds if most >= 1000.0 => of(1000.0, "s"),
            Self::Milliseconds => of(1.0, "ms"),
            Self::Other(word) => of(1.0, word),
        }
    }

    /// Whether only whole numbers make sense.
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Count)
    }
}

/// The nearest whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it saturates, and what is negative has been turned before"
)]
pub(super) fn whole(value: f64) -> u64 {
    value.round() as u64
}
