//! What `mongod` writes into its log: each line without what it quotes of documents, and the line that tells
//! most.

use serde::Deserialize;

use crate::domain::text::redact;

/// A line that was written as JSON, as servers do since 4.4. `attr` may hold whole documents.
#[derive(Deserialize)]
struct Structured {
    #[serde(default)]
    t: Time,
    #[serde(rename = "s")]
    severity: String,
    #[serde(rename = "c", default)]
    component: String,
    #[serde(rename = "msg")]
    message: String,
}

#[derive(Default, Deserialize)]
struct Time {
    #[serde(rename = "$date", default)]
    date: String,
}

/// One form for all servers, `TIME SEVERITY  COMPONENT  MESSAGE`, of which nothing is a document's.
pub(in crate::drill::recipe) fn without_documents(line: &str) -> String {
    // A longer line arrives in pieces, of which some are nothing but a document's.
    const LONGEST: usize = 8 << 10;
    const DISK_IS_FULL: &str = "No space left on device";
    let Ok(Structured { t, severity, component, message }) = serde_json::from_str(line) else {
        let is_too_long = line.len() > LONGEST;
        return if is_too_long { "(a long line, left out)".to_owned() } else { redact(line) };
    };
    let date = if t.date.is_empty() { "-" } else { &t.date };
    let component = if component.is_empty() { "-" } else { &component };
    let mut text = format!("{date} {severity}  {component}  {}", redact(&message));
    // The one reason that stands in the attributes only and that an end is explained by.
    if line.contains(DISK_IS_FULL) && !text.contains(DISK_IS_FULL) {
        text = format!("{text}: {DISK_IS_FULL}");
    }
    text
}

/// The last error of a log whose lines are [`without_documents`], else its last line.
pub(in crate::drill::recipe) fn last_words(log: &[String]) -> Option<&str> {
    let (mut last, mut worst) = (None, None);
    for line in log.iter().map(|line| Line::read(line)) {
        if line.is_bad {
            worst = Some(line.text);
        }
        last = Some(line.text);
    }
    worst.or(last)
}

struct Line<'a> {
    text: &'a str,
    /// Whether it is an error or fatal.
    is_bad: bool,
}

impl<'a> Line<'a> {
    /// `2020-01-01T00:00:00.000+0000 F  CONTROL  [main] Failed global initialization`; what is not
    /// of this form is taken whole.
    fn read(line: &'a str) -> Self {
        let severity = line.split_whitespace().nth(1).unwrap_or_default();
        let text = line.split_once(&format!(" {severity} ")).map(|(_, rest)| rest.trim_start());
        match (severity, text.and_then(|rest| rest.split_once(char::is_whitespace))) {
            ("E" | "F" | "W" | "I" | "D", Some((_component, text))) => {
                Self { text: text.trim_start(), is_bad: matches!(severity, "E" | "F") }
            }
            _ => Self { text: line, is_bad: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structured_lines_keep_what_the_server_says_and_lose_what_it_quotes() {
        let line = r#"{"t":{"$date":"2026-11-20T09:00:00.000+00:00"},"s":"E","c":"STORAGE","id":1,
            "ctx":"conn1","msg":"Index build failed","attr":{"error":"dup key: { name: \"Jane\" }"}}"#;
        assert_eq!(
            without_documents(line),
            "2026-11-20T09:00:00.000+00:00 E  STORAGE  Index build failed"
        );
    }

    #[test]
    fn plain_lines_lose_their_braces() {
        let line = "2019-03-01T10:00:00.000+0000 I  COMMAND  [conn1] insert { name: \"Jane\" } 3ms";
        let kept = without_documents(line);
        assert_eq!(kept, "2019-03-01T10:00:00.000+0000 I  COMMAND  [conn1] insert {…} 3ms");
        assert!(!without_documents(r#"{"s":"E","msg":"cut","attr":{"a":"Ja"#).contains("Ja"));
    }

    #[test]
    fn no_piece_of_a_long_line_is_kept() {
        let pieces = [r#"{"s":"I","msg":"x","attr":{"a":""#.to_owned(), "Jane ".repeat(3000)];
        for piece in pieces {
            assert!(!without_documents(&piece).contains("Jane"));
        }
        assert_eq!(without_documents("Jane\"}}"), "…}");
    }

    #[test]
    fn the_last_error_tells_most_else_the_last_line() {
        let read = |lines: &[&str]| {
            let log: Vec<String> = lines.iter().map(|line| without_documents(line)).collect();
            last_words(&log).map(ToOwned::to_owned)
        };
        let old = [
            "2020-01-01T00:00:00.000+0000 F  CONTROL  [main] Failed global initialization",
            "2020-01-01T00:00:00.000+0000 I  CONTROL  [main] bye",
        ];
        assert_eq!(read(&old).as_deref(), Some("[main] Failed global initialization"));
        assert_eq!(read(&["first", "last"]).as_deref(), Some("last"));
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn a_full_disk_is_still_told() {
        let line = r#"{"s":"E","c":"STORAGE","msg":"WiredTiger error",
            "attr":{"message":"pwrite: No space left on device"}}"#;
        assert_eq!(
            without_documents(line),
            "- E  STORAGE  WiredTiger error: No space left on device"
        );
    }
}
