//! The five fields of a cron expression as Kubernetes takes them: what is wrong with one, and where.
//! The grammar: <https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format>.

use std::fmt;
use std::ops::Range;

/// Names that stand for five fields.
const DESCRIPTORS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// One of the five.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
}

impl Field {
    pub const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Month, Self::Weekday];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day of the month",
            Self::Month => "month",
            Self::Weekday => "day of the week",
        }
    }

    /// Its least number and its greatest.
    const fn bounds(self) -> (u32, u32) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 6),
        }
    }

    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Minute | Self::Hour | Self::Day => &[],
            Self::Month => &MONTHS,
            Self::Weekday => &DAYS,
        }
    }
}

/// Why it is no expression, and which of its characters are to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub what: String,
    /// In characters, not bytes.
    pub place: Range<usize>,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

/// The five fields of `text`; else what is wrong with it. What stands before a zone's name is refused:
/// newer clusters take the zone in a field of its own.
pub fn fields(text: &str) -> Result<[String; 5], Fault> {
    let whole = 0..text.chars().count();
    let fault = |what: String, place: Range<usize>| Err(Fault { what, place });
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return fault("write five fields: minute hour day month weekday".to_owned(), whole);
    }
    if trimmed.starts_with("TZ=") || trimmed.starts_with("CRON_TZ=") {
        let what = "the time zone is a field of its own (`spec.timeZone`)".to_owned();
        return fault(what, whole);
    }
    if trimmed.starts_with('@') {
        if let Some((_, written)) = DESCRIPTORS.iter().find(|(name, _)| *name == trimmed) {
            return fields(written);
        }
        let names = DESCRIPTORS.map(|(name, _)| name).join(", ");
        return fault(format!("there are {names}, or five fields"), whole);
    }
    let words = words(text);
    for (field, (word, place)) in Field::ALL.into_iter().zip(&words) {
        if let Some(what) = wrong(field, word) {
            return fault(format!("{}: {what}", field.name()), place.clone());
        }
    }
    if let Some((_, place)) = words.get(5) {
        return fault("there are five fields, no more".to_owned(), place.clone());
    }
    <[_; 5]>::try_from(words).map(|words| words.map(|(word, _)| word)).or_else(|words| {
        let missing: Vec<_> = Field::ALL.into_iter().skip(words.len()).map(Field::name).collect();
        fault(format!("missing: {}", missing.join(", ")), whole.end..whole.end)
    })
}

/// The words of a text, each with its place.
fn words(text: &str) -> Vec<(String, Range<usize>)> {
    let mut words: Vec<(String, Range<usize>)> = Vec::new();
    let mut is_inside = false;
    for (at, character) in text.chars().enumerate() {
        if character.is_whitespace() {
            is_inside = false;
            continue;
        }
        match words.last_mut().filter(|_| is_inside) {
            Some((word, place)) => {
                word.push(character);
                place.end = at + 1;
            }
            None => words.push((character.to_string(), at..at + 1)),
        }
        is_inside = true;
    }
    words
}

fn wrong(field: Field, word: &str) -> Option<String> {
    word.split(',').find_map(|part| wrong_part(field, part))
}

/// `*`, `5`, `1-5`, `*/15`, `10-50/20`.
fn wrong_part(field: Field, part: &str) -> Option<String> {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if let Some(step) = step
        && !step.parse::<u32>().is_ok_and(|step| step > 0)
    {
        return Some(format!("`{step}` is no step"));
    }
    if matches!(range, "*" | "?") {
        return None;
    }
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (low, high) = field.bounds();
    let number = |text: &str| match value(field, text) {
        Some(number) if (low..=high).contains(&number) => Ok(number),
        Some(number) => Err(format!("{number} is not within {low} to {high}")),
        None if text.is_empty() => Err("something is missing".to_owned()),
        None if field.names().is_empty() => {
            Err(format!("`{text}` is no number from {low} to {high}, nor `*`"))
        }
        None => Err(format!("`{text}` is neither a number from {low} to {high} nor a name")),
    };
    match (number(first), number(last)) {
        (Err(what), _) | (_, Err(what)) => Some(what),
        (Ok(first), Ok(last)) => {
            (first > last).then(|| format!("{first}-{last} ends before it begins"))
        }
    }
}

fn value(field: Field, text: &str) -> Option<u32> {
    let (low, _) = field.bounds();
    let place = field.names().iter().position(|name| name.eq_ignore_ascii_case(text));
    match place {
        Some(place) => u32::try_from(place).ok().map(|place| place + low),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &Result<[&str; 5], (&str, Range<usize>)>) {
        let found = fields(text);
        let found = found
            .as_ref()
            .map(|fields| fields.each_ref().map(String::as_str))
            .map_err(|fault| (fault.what.as_str(), fault.place.clone()));
        assert_eq!(&found, expected, "{text}");
    }

    #[test]
    fn what_kubernetes_takes_is_taken() {
        check("0 3 * * *", &Ok(["0", "3", "*", "*", "*"]));
        check("  */15 0-6,22 1 JAN-mar ? ", &Ok(["*/15", "0-6,22", "1", "JAN-mar", "?"]));
        check("5/15 * * * sun", &Ok(["5/15", "*", "*", "*", "sun"]));
        check("@daily", &Ok(["0", "0", "*", "*", "*"]));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        check("", &Err(("write five fields: minute hour day month weekday", 0..0)));
        check("0 3", &Err(("missing: day of the month, month, day of the week", 3..3)));
        check("0 3 * * * *", &Err(("there are five fields, no more", 10..11)));
        check("60 3 * * *", &Err(("minute: 60 is not within 0 to 59", 0..2)));
        check("0 25", &Err(("hour: 25 is not within 0 to 23", 2..4)));
        check("0 é * * *", &Err(("hour: `é` is no number from 0 to 23, nor `*`", 2..3)));
        check("0 3 * * 7", &Err(("day of the week: 7 is not within 0 to 6", 8..9)));
        check(
            "0 3 L * *",
            &Err(("day of the month: `L` is no number from 1 to 31, nor `*`", 4..5)),
        );
        check(
            "0 3 * * fry",
            &Err(("day of the week: `fry` is neither a number from 0 to 6 nor a name", 8..11)),
        );
        check("*/0 3 * * *", &Err(("minute: `0` is no step", 0..3)));
        check("0 5-3 * * *", &Err(("hour: 5-3 ends before it begins", 2..5)));
        check("0 3,, * * *", &Err(("hour: something is missing", 2..5)));
        check(
            "TZ=UTC 0 3 * * *",
            &Err(("the time zone is a field of its own (`spec.timeZone`)", 0..16)),
        );
        let names = "there are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, \
             or five fields";
        check("@noon", &Err((names, 0..5)));
    }
}
