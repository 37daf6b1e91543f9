//! Panels and prices.

use jiff::civil::{Date, date};
use toml::de::{DeTable, DeValue};

use crate::config::file::{Findings, Section, Wrong, read_root};
use crate::config::validate::Names;
use crate::config::value;
use crate::domain::environment::StorageName;
use crate::domain::metrics::class::StorageClass;
use crate::domain::metrics::cost::Prices;
use crate::domain::metrics::panel::{Dimension, Panel, Thresholds, Worse};
use crate::domain::settings::Storage;

/// The price table that is built in, as a file that can be copied and edited.
pub const PRICES: &str = include_str!("../../../config/prices.toml");

pub(in crate::config) const WORSE: [(&str, Worse); 2] =
    [("above", Worse::Above), ("below", Worse::Below)];
const STATISTICS: [&str; 5] = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"];

/// Prices as they are built in.
pub fn default_prices() -> Prices {
    let findings = Findings::default();
    let mut prices = Prices {
        date: date(1970, 1, 1),
        currency: "USD".to_owned(),
        per_gibibyte: std::collections::BTreeMap::new(),
    };
    // A test reads the file whole.
    if let Ok(table) = DeTable::parse(PRICES) {
        read_root(table.get_ref(), &findings, |file| {
            file.table("prices", |table| change(table, &mut prices));
        });
    }
    prices
}

/// The prices of `[prices]` over those that are built in.
pub(super) fn prices(file: &mut Section<'_>) -> Prices {
    let mut prices = default_prices();
    file.table("prices", |table| change(table, &mut prices));
    prices
}

fn change(table: &mut Section<'_>, prices: &mut Prices) {
    // Without it nobody could tell how old the other prices are.
    if let Some(date) = table.required("date", day) {
        prices.date = date;
    }
    if let Some(currency) = table.optional("currency", value::text) {
        prices.currency = currency;
    }
    for class in StorageClass::all() {
        if let Some(price) = table.optional(class.key(), price) {
            prices.per_gibibyte.insert(class, price);
        }
    }
}

pub(super) fn panels(
    file: &mut Section<'_>,
    storages: &[Storage],
    storage_names: &Names,
) -> Vec<Panel> {
    let mut names = Names::new("panel");
    file.tables("panel", |table| panel(table, &mut names, storages, storage_names))
}

fn panel(
    table: &mut Section<'_>,
    names: &mut Names,
    storages: &[Storage],
    storage_names: &Names,
) -> Option<Panel> {
    let name = title(table, names);
    let storage = storage(table, storages, storage_names);
    let namespace = table.required("namespace", value::text);
    let metric = table.required("metric", value::text);
    let dimensions = table.optional("dimensions", dimensions).unwrap_or_default();
    let statistic = table.optional("statistic", statistic);
    let unit = table.optional("unit", value::text);
    let thresholds = Thresholds {
        warning: table.optional("warning", number),
        critical: table.optional("critical", number),
        worse: table.optional("worse", value::word(&WORSE)).unwrap_or_default(),
    };
    check_thresholds(table, &thresholds);
    Some(Panel {
        name: name?,
        storage: storage?,
        namespace: namespace?,
        metric: metric?,
        dimensions,
        statistic: statistic.unwrap_or_else(|| "Average".to_owned()),
        unit: unit.unwrap_or_default(),
        thresholds,
    })
}

/// The name, which may hold blanks: nobody types it.
fn title(table: &mut Section<'_>, names: &mut Names) -> Option<String> {
    let name = table.required("name", value::text)?;
    names.take(table, name)
}

/// The storage whose login and region a panel uses: the one that is named, or the first on AWS.
fn storage(
    table: &mut Section<'_>,
    storages: &[Storage],
    storage_names: &Names,
) -> Option<StorageName> {
    if let Some(name) = table.optional("storage", value::name) {
        storage_names.check(table, "storage", &name);
        let found = storages.iter().find(|storage| storage.name.0 == name);
        if found.is_some_and(|storage| !storage.is_measured()) {
            let hint = "CloudWatch is AWS's own: name a storage without an `endpoint`";
            table.complain("storage", "has no CloudWatch", Some(hint.to_owned()));
        }
        return Some(StorageName(name));
    }
    if table.place_of("storage").is_some() {
        return None;
    }
    let first = storages.iter().find(|storage| storage.is_measured());
    if first.is_none() {
        let hint = "add a `[[storage]]` without an `endpoint`, with the region and login to use";
        table.complain("storage", "is missing, and no storage is on AWS", Some(hint.to_owned()));
    }
    first.map(|storage| storage.name.clone())
}

fn check_thresholds(table: &Section<'_>, thresholds: &Thresholds) {
    let (Some(warning), Some(critical)) = (thresholds.warning, thresholds.critical) else {
        return;
    };
    let is_beyond = match thresholds.worse {
        Worse::Above => critical >= warning,
        Worse::Below => critical <= warning,
    };
    if !is_beyond {
        let hint = "a value that is critical is worse than one that warns; `worse` says which way";
        table.complain("critical", "is not worse than `warning`", Some(hint.to_owned()));
    }
}

fn dimensions(value: &DeValue<'_>) -> Result<Vec<Dimension>, Wrong> {
    let table = value.as_table();
    let table = table.ok_or(Wrong::Type("a table such as { InstanceId = \"i-0123\" }"))?;
    let of = |(name, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = name.get_ref();
        let value = value.get_ref().as_str().filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| {
            let hint = "such as { InstanceId = \"i-0123\" }; \"*\" is each one that there is";
            Wrong::value("holds a value that is no text", hint)
        })?;
        Ok(Dimension { name: name.to_string(), value: value.to_owned() })
    };
    table.iter().map(of).collect()
}

/// A statistic of CloudWatch: one of its words, or a percentile.
fn statistic(value: &DeValue<'_>) -> Result<String, Wrong> {
    let text = value::text(value)?;
    let percent = text.strip_prefix('p').and_then(|number| number.parse::<f64>().ok());
    if STATISTICS.contains(&text.as_str()) || percent.is_some_and(|it| (0.0..=100.0).contains(&it))
    {
        return Ok(text);
    }
    let words = STATISTICS.join("\", \"");
    Err(Wrong::value("is not a statistic", format!("it may be \"{words}\" or such as \"p99\"")))
}

fn day(value: &DeValue<'_>) -> Result<Date, Wrong> {
    const TYPE: Wrong = Wrong::Type("a date such as 2026-11-01");
    let written = value.as_datetime().ok_or(TYPE)?;
    let only = written.date.filter(|_| written.time.is_none() && written.offset.is_none());
    let only = only.ok_or(TYPE)?;
    let read = |part: u8| i8::try_from(part).ok();
    let date = i16::try_from(only.year).ok().zip(read(only.month)).zip(read(only.day));
    date.and_then(|((year, month), day)| Date::new(year, month, day).ok()).ok_or(TYPE)
}

fn number(value: &DeValue<'_>) -> Result<f64, Wrong> {
    let number = match value {
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|it| it as f64)
        }
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => return Err(Wrong::Type("a number")),
    };
    let finite = number.filter(|number: &f64| number.is_finite());
    finite.ok_or_else(|| Wrong::value("is no number to compare with", "such as 80 or 0.5"))
}

/// Of a GiB in a month.
fn price(value: &DeValue<'_>) -> Result<f64, Wrong> {
    let price = number(value)?;
    if price < 0.0 {
        return Err(Wrong::value("is less than nothing", "write what a GiB costs in a month"));
    }
    Ok(price)
}
