//! Single values: what may be written for a setting, and what is said about anything else.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use croner::Cron;
use croner::parser::{CronParser, Seconds};
use jiff::tz::TimeZone;
use toml::de::DeValue;

use crate::config::file::Wrong;
use crate::config::quantity::{parse_duration, parse_size, size_text};
use crate::config::suggest::nearest;
use crate::domain::backup::NameFormat;
use crate::domain::census::Namespace;
use crate::domain::key::Key;
use crate::domain::settings::Depth;
use crate::domain::slot::window::WeeklyWindow;
use crate::domain::units::ByteSize;

type Read<T> = Result<T, Wrong>;

/// Text that is not empty.
pub(super) fn text(value: &DeValue<'_>) -> Read<String> {
    let text = value.as_str().ok_or(Wrong::Type("a string"))?;
    if text.trim().is_empty() {
        return Err(Wrong::value("is empty", "leave the key out, or give it a value"));
    }
    Ok(text.to_owned())
}

pub(super) fn flag(value: &DeValue<'_>) -> Read<bool> {
    value.as_bool().ok_or(Wrong::Type("true or false"))
}

/// One or more.
pub(super) fn count(value: &DeValue<'_>) -> Read<u32> {
    let number = value.as_integer().ok_or(Wrong::Type("a whole number"))?;
    let positive =
        u32::from_str_radix(number.as_str(), number.radix()).ok().and_then(NonZeroU32::new);
    positive
        .map(NonZeroU32::get)
        .ok_or_else(|| Wrong::value("is out of range", "write a number from 1"))
}

/// A name that is also a word of a command line and part of a path such as `prod/ingest`.
pub(super) fn name(value: &DeValue<'_>) -> Read<String> {
    let name = text(value)?;
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.chars().all(fits) {
        return Ok(name);
    }
    Err(Wrong::value("is not a name", "a name is made of letters, digits, `-`, `_` and `.`"))
}

/// The name of an environment variable. What is no such name may be the secret itself.
pub(super) fn variable(value: &DeValue<'_>) -> Read<String> {
    let name = value.as_str().ok_or(Wrong::Type("a string"))?;
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(name.to_owned());
    }
    Err(Wrong::secret(
        "is not the name of an environment variable",
        "put the secret into a variable and write the variable's name here, such as \"MY_SECRET\"",
    ))
}

/// One of a few words.
pub(super) fn word<'w, T: Copy>(
    words: &'w [(&'static str, T)],
) -> impl Fn(&DeValue<'_>) -> Read<T> + 'w {
    move |value| {
        let text = value.as_str().ok_or(Wrong::Type("a string"))?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(*meaning);
        }
        let words = words.iter().map(|(word, _)| *word);
        let hint = nearest(text, words.clone()).map_or_else(
            || format!("it may be \"{}\"", words.collect::<Vec<_>>().join("\" or \"")),
            |near| format!("did you mean \"{near}\"?"),
        );
        Err(Wrong::value("is none of the words known here", hint))
    }
}

pub(super) fn depth(value: &DeValue<'_>) -> Read<Depth> {
    if value.as_str() == Some("deep") {
        return Err(Wrong::value("cannot be \"deep\" yet", "the deepest is \"compare\""));
    }
    word(&Depth::ALL.map(|depth| (depth.word(), depth)))(value)
}

pub(super) fn duration(value: &DeValue<'_>) -> Read<Duration> {
    const HINT: &str = "write numbers with units, such as \"90d\", \"3h\", \"10m\" or \"1h30m\"";
    if value.is_integer() {
        return Err(Wrong::value("has no unit", HINT));
    }
    let text = value.as_str().ok_or(Wrong::Type("a duration such as \"90d\""))?;
    parse_duration(text).ok_or_else(|| Wrong::value("is not a duration", HINT))
}

/// A duration that is not zero.
pub(super) fn span(value: &DeValue<'_>) -> Read<Duration> {
    let duration = duration(value)?;
    if duration.is_zero() {
        return Err(Wrong::value("must be longer than nothing", "such as \"3h\""));
    }
    Ok(duration)
}

/// Memory for a database server.
pub(super) fn memory(value: &DeValue<'_>) -> Read<ByteSize> {
    // WiredTiger's cache alone takes this much.
    const LEAST: ByteSize = ByteSize::mebibytes(256);
    const HINT: &str = "write a number with a binary unit, such as \"2GiB\" or \"512MiB\"";
    if value.is_integer() {
        return Err(Wrong::value("has no unit", HINT));
    }
    let text = value.as_str().ok_or(Wrong::Type("a size such as \"2GiB\""))?;
    let size = parse_size(text).ok_or_else(|| Wrong::value("is not a size", HINT))?;
    if size < LEAST {
        let hint = format!("a database server needs at least {}", size_text(LEAST));
        return Err(Wrong::value("is too little", hint));
    }
    Ok(size)
}

pub(super) fn time_zone(value: &DeValue<'_>) -> Read<TimeZone> {
    let name = text(value)?;
    TimeZone::get(&name).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
        let hint = nearest(&name, known.iter().map(String::as_str)).map_or_else(
            || "write an IANA name, such as \"UTC\" or \"Europe/London\"".to_owned(),
            |near| format!("did you mean \"{near}\"?"),
        );
        Wrong::value("is not a time zone", hint)
    })
}

pub(super) fn name_format(zone: &TimeZone) -> impl FnOnce(&DeValue<'_>) -> Read<NameFormat> {
    let zone = zone.clone();
    move |value| {
        NameFormat::new(&text(value)?, zone).map_err(|_| {
            let message = "does not hold a whole date that can be read back";
            Wrong::value(message, "such as \"%Y-%m-%dT%H_%M.tar.gz\"")
        })
    }
}

/// A cron line of five fields, or `@daily` and its like, that fires at some time.
pub(super) fn schedule(zone: &TimeZone) -> impl FnOnce(&DeValue<'_>) -> Read<String> {
    const FIELDS: &str = "five fields: minute, hour, day of month, month, day of week; \
                          such as \"0 0 * * *\" for each midnight";
    let zone = zone.clone();
    move |value| {
        let line = text(value)?;
        if line.starts_with("TZ=") || line.starts_with("CRON_TZ=") {
            let hint = "write the zone as `time_zone`, and the schedule without it";
            return Err(Wrong::value("holds a time zone", hint));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        let cron = parser.parse(&line).map_err(|error| {
            let error = error.to_string().trim_end_matches('.').to_lowercase();
            let reason = error.split_once(": ").map_or(error.as_str(), |(_, reason)| reason);
            Wrong::value(format!("is not a schedule: {reason}"), FIELDS)
        })?;
        if !fires(&cron, zone) {
            return Err(Wrong::value("never comes", "no calendar has that day"));
        }
        Ok(line)
    }
}

/// When a manual set is made, each week.
pub(super) fn window(value: &DeValue<'_>) -> Read<WeeklyWindow> {
    text(value)?.parse().map_err(|hint: &str| Wrong::value("is not a window of a week", hint))
}

/// Whether there is any time that `cron` means; `0 0 31 2 *` means none.
fn fires(cron: &Cron, zone: TimeZone) -> bool {
    // Any day does to start from: a day that exists comes again within the search's many years.
    let start = jiff::civil::date(2026, 1, 1).to_zoned(zone);
    start.is_ok_and(|start| cron.find_next_occurrence(&start, true).is_ok())
}

/// `database.collection`.
pub(super) fn namespace(value: &DeValue<'_>) -> Read<Namespace> {
    Namespace::from_str(&text(value)?)
        .map_err(|_| Wrong::value("is not database.collection", "such as \"admin.file\""))
}

/// A field of documents; `a.b` reaches into them.
pub(super) fn field(value: &DeValue<'_>) -> Read<String> {
    let field = text(value)?;
    if field.starts_with('$') || field.split('.').any(str::is_empty) {
        return Err(Wrong::value("is not a field", "such as \"submissionDate\""));
    }
    Ok(field)
}

pub(super) fn bucket(value: &DeValue<'_>) -> Read<String> {
    let bucket = text(value)?;
    if bucket.contains(['/', ' ']) {
        let hint = "write the bucket's name alone; what follows it in a key belongs to `prefix`";
        return Err(Wrong::value("is not the name of a bucket", hint));
    }
    Ok(bucket)
}

/// What the keys of a set begin with; may be empty.
pub(super) fn prefix(value: &DeValue<'_>) -> Read<String> {
    let prefix = value.as_str().ok_or(Wrong::Type("a string"))?;
    if prefix.starts_with('/') {
        let hint = "keys begin without a slash, such as \"prod/\"";
        return Err(Wrong::value("begins with a slash", hint));
    }
    Ok(prefix.to_owned())
}

/// The address of a server that speaks S3.
pub(super) fn endpoint(value: &DeValue<'_>) -> Read<String> {
    let endpoint = text(value)?;
    let host = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
    match host {
        Some(host) if host.contains('@') => Err(Wrong::secret(
            "holds a user or a password",
            "write the address alone and name a `profile` that has the keys",
        )),
        Some(host) if !host.is_empty() => Ok(endpoint),
        _ => Err(Wrong::value(
            "is not an address",
            "such as \"https://s3.example.org\" or \"http://localhost:9000\"",
        )),
    }
}

pub(super) fn role_arn(value: &DeValue<'_>) -> Read<String> {
    let role = text(value)?;
    if role.starts_with("arn:") && role.contains(":role/") {
        return Ok(role);
    }
    let hint = "such as \"arn:aws:iam::123456789012:role/backup-reader\"";
    Err(Wrong::value("is not the ARN of a role", hint))
}

/// The name of a container image, or what stands before it.
pub(super) fn image(value: &DeValue<'_>) -> Read<String> {
    let image = text(value)?;
    if image.contains("://") || image.contains(char::is_whitespace) {
        let hint = "such as \"mongo:4.2\", without a scheme";
        return Err(Wrong::value("is not the name of an image", hint));
    }
    Ok(image)
}

/// What is put before image names; ends with `/` where it is not empty.
pub(super) fn mirror(value: &DeValue<'_>) -> Read<String> {
    if value.as_str() == Some("") {
        return Ok(String::new());
    }
    let mirror = text(value)?;
    if mirror.contains('@') {
        return Err(Wrong::secret(
            "holds a user or a password",
            "write the registry alone; the container engine's own login is used",
        ));
    }
    let mirror = image(value)?;
    Ok(if mirror.ends_with('/') { mirror } else { format!("{mirror}/") })
}

/// A key of the console, or a list of them; an empty one takes an action's keys away.
pub(super) fn keys(value: &DeValue<'_>) -> Read<Vec<Key>> {
    const TYPE: Wrong = Wrong::Type("a key such as \"ctrl-d\", or a list of them");
    let one = |value: &DeValue<'_>| {
        let text = value.as_str().ok_or(TYPE)?;
        text.parse::<Key>().map_err(|hint| Wrong::value("is not a key", hint))
    };
    match value.as_array() {
        Some(list) => list.iter().map(|element| one(element.get_ref())).collect(),
        None => Ok(vec![one(value)?]),
    }
}

pub(super) fn folder(value: &DeValue<'_>) -> Read<PathBuf> {
    let folder = PathBuf::from(text(value)?);
    if folder.has_root() {
        return Ok(folder);
    }
    let hint = "write the whole path from the root: the current folder and `~` are not looked at";
    Err(Wrong::value("is not a whole path", hint))
}
