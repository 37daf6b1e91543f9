//! Typed terms: a field, a comparison, a value.

use std::cmp::Ordering;

use regex::Regex;

use crate::app::filter::{Field, FilterProblem, Searchable, pattern};
use crate::domain::quantity::{Cpu, Memory};

#[derive(Debug, Clone)]
pub(super) struct Term {
    /// The field as it was typed.
    pub(super) name: Box<str>,
    field: Field,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Number { comparison: Comparison, value: f64 },
    Word { pattern: Regex, inverse: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// The longer signs first.
const COMPARISONS: [(&str, Comparison); 7] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("!=", Comparison::Unequal),
    ("==", Comparison::Equal),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::More),
];

/// The fields by the names that can be typed.
const FIELDS: [(&str, Field); 25] = [
    ("name", Field::Name),
    ("namespace", Field::Namespace),
    ("ns", Field::Namespace),
    ("env", Field::Environment),
    ("status", Field::Status),
    ("severity", Field::Severity),
    ("node", Field::Node),
    ("owner", Field::Owner),
    ("ready", Field::Ready),
    ("restarts", Field::Restarts),
    ("age", Field::Age),
    ("cpu", Field::Cpu),
    ("mem", Field::Memory),
    ("memory", Field::Memory),
    ("cpu%", Field::CpuShare),
    ("%cpu", Field::CpuShare),
    ("mem%", Field::MemoryShare),
    ("%mem", Field::MemoryShare),
    ("memory%", Field::MemoryShare),
    ("set", Field::Name),
    ("verdict", Field::Status),
    ("state", Field::Status),
    ("size", Field::Size),
    ("class", Field::Class),
    ("proven", Field::Proven),
];

impl Term {
    /// Reads `restarts>=5`; `None` where the word is no term.
    pub(super) fn read(word: &str) -> Result<Option<Self>, FilterProblem> {
        let Some(at) = word.find(['=', '<', '>', '!']).filter(|at| *at > 0) else {
            return Ok(None);
        };
        let (name, rest) = word.split_at(at);
        let lower = name.to_lowercase();
        let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == lower) else {
            return Ok(None);
        };
        let found = COMPARISONS.iter().find(|(sign, _)| rest.starts_with(sign));
        let Some((sign, comparison)) = found else { return Ok(None) };
        let value = rest.get(sign.len()..).unwrap_or_default();
        let test = match field {
            Field::Name
            | Field::Namespace
            | Field::Environment
            | Field::Status
            | Field::Severity
            | Field::Node
            | Field::Owner
            | Field::Ready
            | Field::Class => words(name, *comparison, value)?,
            Field::Restarts | Field::CpuShare | Field::MemoryShare => {
                let number = value.trim_end_matches('%').parse::<f64>();
                let number = number.map_err(|_| problem(name, "a number, such as 5"))?;
                Test::Number { comparison: *comparison, value: number }
            }
            Field::Age | Field::Proven => {
                let seconds =
                    seconds(value).ok_or_else(|| problem(name, "a time, such as 90s or 2h30m"))?;
                Test::Number { comparison: *comparison, value: seconds }
            }
            Field::Cpu => {
                let cpu = Cpu::parse(value);
                let cpu = cpu.ok_or_else(|| problem(name, "cores or millicores, such as 500m"))?;
                Test::Number { comparison: *comparison, value: cpu.0 as f64 }
            }
            Field::Memory | Field::Size => {
                let memory = Memory::parse(value);
                let memory = memory.ok_or_else(|| problem(name, "bytes, such as 512Mi"))?;
                Test::Number { comparison: *comparison, value: memory.0 as f64 }
            }
        };
        Ok(Some(Self { name: name.into(), field: *field, test }))
    }

    /// Whether a row says anything of what is asked.
    pub(super) fn is_answered(&self, row: &impl Searchable) -> bool {
        match self.test {
            Test::Number { .. } => row.number(self.field).is_some(),
            Test::Word { .. } => row.word(self.field).is_some(),
        }
    }

    pub(super) fn matches(&self, row: &impl Searchable) -> bool {
        match &self.test {
            Test::Number { comparison, value } => {
                let order = row.number(self.field).and_then(|own| own.partial_cmp(value));
                // What has no such number passes no comparison of it.
                order.is_some_and(|order| match comparison {
                    Comparison::Equal => order == Ordering::Equal,
                    Comparison::Unequal => order != Ordering::Equal,
                    Comparison::Less => order == Ordering::Less,
                    Comparison::AtMost => order != Ordering::Greater,
                    Comparison::More => order == Ordering::Greater,
                    Comparison::AtLeast => order != Ordering::Less,
                })
            }
            Test::Word { pattern, inverse } => {
                row.word(self.field).is_some_and(|word| pattern.is_match(&word)) != *inverse
            }
        }
    }
}

/// A whole word, whatever its case; `*` stands for anything.
fn words(name: &str, comparison: Comparison, value: &str) -> Result<Test, FilterProblem> {
    let inverse = match comparison {
        Comparison::Equal => false,
        Comparison::Unequal => true,
        Comparison::Less | Comparison::AtMost | Comparison::More | Comparison::AtLeast => {
            return Err(FilterProblem(format!("{name} is compared with = or !=")));
        }
    };
    let escaped = regex::escape(value).replace("\\*", ".*");
    Ok(Test::Word { pattern: pattern(&format!("^(?:{escaped})$"))?, inverse })
}

fn problem(name: &str, wanted: &str) -> FilterProblem {
    FilterProblem(format!("{name} is compared with {wanted}"))
}

/// `90s`, `2h30m`, `3d`.
fn seconds(text: &str) -> Option<f64> {
    let mut sum = 0.0;
    let mut digits = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let unit = match character {
            's' => 1.0,
            'm' => 60.0,
            'h' => 3600.0,
            'd' => 86_400.0,
            'w' => 604_800.0,
            _ => return None,
        };
        sum += digits.parse::<f64>().ok()? * unit;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty()).then_some(sum)
}
