//! The file as written: tables that know the place of each key and collect what is wrong with them.
//! Whatever was never asked for is unknown, so the list of known keys cannot go stale.

use std::cell::RefCell;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::config::problem::{Finding, Problems};
use crate::config::suggest::nearest;

/// What has been found wrong so far, and what must not be shown.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: RefCell<Vec<Finding>>,
    hidden: RefCell<Vec<Range<usize>>>,
}

/// Why a value was refused.
#[derive(Debug)]
pub(super) enum Wrong {
    /// Another type was expected; says which, with its article: `a string`.
    Type(&'static str),
    /// The type is right, the value is not.
    Value(Refusal),
    /// As `Value`; and what stands there may be a secret.
    Secret(Refusal),
}

/// What follows the key in a sentence, `is not a duration`, and what to do. It never repeats the
/// value: the line is shown below it, without its secrets.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Wrong {
    pub(super) fn value(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Value(Refusal { message: message.into(), hint: Some(hint.into()) })
    }

    pub(super) fn secret(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Secret(Refusal { message: message.into(), hint: Some(hint.into()) })
    }
}

/// A table of the file: its keys are asked for one by one.
#[derive(Debug)]
pub(super) struct Section<'t> {
    /// `environment.backup`; empty for the file itself.
    path: String,
    table: &'t DeTable<'t>,
    /// Of the header, for what is missing.
    place: Range<usize>,
    asked: Vec<&'static str>,
    findings: &'t Findings,
}

impl Findings {
    pub(super) fn report(&self, span: Range<usize>, message: String, hint: Option<String>) {
        self.list.borrow_mut().push(Finding { span, message, hint });
    }

    /// All of them with their places in `text`; `None` when nothing is wrong.
    pub(super) fn conclude(self, origin: &str, text: &str) -> Option<Problems> {
        let (list, hidden) = (self.list.into_inner(), self.hidden.into_inner());
        (!list.is_empty()).then(|| Problems::locate(origin, text, list, &hidden))
    }

    fn hide(&self, span: Range<usize>) {
        self.hidden.borrow_mut().push(span);
    }
}

/// Reads a whole file with `read`, and reports what it never asked for.
pub(super) fn read_root<T>(
    table: &DeTable<'_>,
    findings: &Findings,
    read: impl FnOnce(&mut Section<'_>) -> T,
) -> T {
    Section { path: String::new(), table, place: 0..0, asked: Vec::new(), findings }.read(read)
}

impl<'t> Section<'t> {
    /// The value of `key`; reports one that `read` refuses.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        let (_, value, span) = self.entry(key)?;
        self.judge(key, value, span, read)
    }

    /// As `optional`, and reports a key that is not there.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        if self.table.contains_key(key) {
            return self.optional(key, read);
        }
        self.asked.push(key);
        self.report(self.place.clone(), format!("`{}` is missing", self.path_of(key)), None);
        None
    }

    /// Each element of the array at `key`; the good ones, when others are refused.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        let (_, value, span) = self.entry(key)?;
        let Some(array) = value.as_array() else {
            return self.judge(key, value, span, |_| Err(Wrong::Type("a list in [ ]")));
        };
        let elements = array.iter().enumerate().filter_map(|(position, element)| {
            let key = format!("{key}[{position}]");
            self.judge(&key, element.get_ref(), element.span(), &read)
        });
        Some(elements.collect())
    }

    /// The table `[key]`, or the inline table at `key`.
    pub(super) fn table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> Option<T> {
        let (_, value, span) = self.entry(key)?;
        let Some(table) = value.as_table() else {
            return self.judge(key, value, span, |_| Err(Wrong::Type("one table")));
        };
        Some(self.section(key, table, span).read(read))
    }

    /// Each of the tables `[[key]]`.
    pub(super) fn tables<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Section<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some((key_span, value, span)) = self.entry(key) else {
            return Vec::new();
        };
        let path = self.path_of(key);
        let Some(array) = value.as_array() else {
            let hint = format!("there may be several: write `[[{path}]]`");
            let message = format!("`{path}` must be a list of tables, not {}", kind(value));
            let place = if value.is_table() { span } else { key_span };
            self.report(place, message, Some(hint));
            return Vec::new();
        };
        let mut found = Vec::new();
        for element in array {
            match element.get_ref().as_table() {
                Some(table) => {
                    found.extend(self.section(key, table, element.span()).read(&mut read));
                }
                None => {
                    self.judge(key, element.get_ref(), element.span(), |_| -> Result<(), _> {
                        Err(Wrong::Type("a list of tables"))
                    });
                }
            }
        }
        found
    }

    /// Refuses a key that people try, with what to write instead; says whether it was there. Its
    /// value is never shown.
    pub(super) fn refuse(&mut self, key: &'static str, message: &str, hint: &str) -> bool {
        if !self.table.contains_key(key) {
            return false;
        }
        if let Some((key_span, _, span)) = self.entry(key) {
            let message = format!("`{}` {message}", self.path_of(key));
            self.findings.hide(span);
            self.report(key_span, message, Some(hint.to_owned()));
        }
        true
    }

    /// Reports something about the value of `key`, or about the table where it is not there.
    pub(super) fn complain(&self, key: &str, message: &str, hint: Option<String>) {
        let place = self.place_of(key).unwrap_or_else(|| self.place.clone());
        self.report(place, format!("`{}` {message}", self.path_of(key)), hint);
    }

    /// Where the value of `key` stands.
    pub(super) fn place_of(&self, key: &str) -> Option<Range<usize>> {
        self.table.get(key).map(toml::Spanned::span)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    fn report(&self, span: Range<usize>, message: String, hint: Option<String>) {
        self.findings.report(span, message, hint);
    }

    /// `key` with the tables it is in, as it reads in a message.
    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn entry(
        &mut self,
        key: &'static str,
    ) -> Option<(Range<usize>, &'t DeValue<'t>, Range<usize>)> {
        self.asked.push(key);
        let (key, value) = self.table.get_key_value(key)?;
        Some((key.span(), value.get_ref(), value.span()))
    }

    fn section(&self, key: &str, table: &'t DeTable<'t>, place: Range<usize>) -> Section<'t> {
        let (path, findings) = (self.path_of(key), self.findings);
        Section { path, table, place, asked: Vec::new(), findings }
    }

    fn read<T>(mut self, read: impl FnOnce(&mut Section<'_>) -> T) -> T {
        let value = read(&mut self);
        self.report_unknown_keys();
        value
    }

    fn report_unknown_keys(&self) {
        let known = || self.asked.iter().copied();
        let unknown = self.table.keys().filter(|key| !self.asked.contains(&key.get_ref().as_ref()));
        for key in unknown {
            let word = key.get_ref();
            let hint = match nearest(word, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", known().collect::<Vec<_>>().join(", ")),
            };
            let path = self.path_of(word);
            self.report(key.span(), format!("unknown key `{path}`"), Some(hint));
        }
    }

    fn judge<T>(
        &self,
        key: &str,
        value: &DeValue<'_>,
        span: Range<usize>,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        let path = self.path_of(key);
        let refusal = match read(value) {
            Ok(value) => return Some(value),
            Err(Wrong::Type(expected)) => {
                let message = format!("`{path}` must be {expected}, not {}", kind(value));
                self.report(span, message, None);
                return None;
            }
            Err(Wrong::Value(refusal)) => refusal,
            Err(Wrong::Secret(refusal)) => {
                self.findings.hide(span.clone());
                refusal
            }
        };
        self.report(span, format!("`{path}` {}", refusal.message), refusal.hint);
        None
    }
}

/// What a value is, with its article.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
