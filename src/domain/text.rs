//! Text from outside, made safe to show: no escape sequence, no hidden or reordering character, and
//! nothing that a database quotes of its documents.

use std::borrow::Cow;

/// What a terminal would act on rather than show becomes `\u{fffd}`; line breaks become spaces.
/// Covers C0 and C1 controls, zero-width characters and bidirectional overrides (Unicode TR 36).
pub fn shown(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let safe = text.chars().map(|character| match character {
        '\n' | '\r' | '\t' => ' ',
        other if is_harmless(other) => other,
        _ => '\u{fffd}',
    });
    Cow::Owned(safe.collect())
}

pub(super) const fn is_harmless(character: char) -> bool {
    !matches!(character,
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}')
}

/// How much of a server's sentence is kept.
const LONGEST: usize = 300;

/// A server's sentence without what it quotes of documents: `dup key: { name: "…" }` loses its
/// braces and all between the first and the last.
pub fn redact(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let text = match message.split_once('{') {
        // The end of a document whose beginning was cut off.
        None => match message.rsplit_once('}') {
            Some((_, tail)) => format!("…}}{tail}"),
            None => message.to_owned(),
        },
        Some((head, rest)) => {
            let tail = rest.rsplit_once('}').map_or("", |(_, tail)| tail);
            format!("{head}{{…}}{tail}")
        }
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_untouched() {
        assert!(matches!(shown("prod/2026-11-03.tar.gz ≤ é 日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn escape_sequences_and_hidden_characters_are_neutralised() {
        assert_eq!(shown("a\u{1b}[31mb"), "a\u{fffd}[31mb");
        assert_eq!(shown("gpj.\u{202e}exe\u{200b}"), "gpj.\u{fffd}exe\u{fffd}");
        assert_eq!(shown("two\nlines\u{9b}31m"), "two lines\u{fffd}31m");
    }

    #[test]
    fn what_a_server_quotes_of_a_document_is_left_out() {
        for (message, shown) in [
            (
                r#"E11000 duplicate key error collection: a.b index: x_1 dup key: { x: "Jane}" }"#,
                "E11000 duplicate key error collection: a.b index: x_1 dup key: {…}",
            ),
            ("dup key: { x: \"cut of", "dup key: {…}"),
            ("Jane\" } found duplicate", "…} found duplicate"),
            (
                "Error in specification { key: { b: 1 } } :: caused by :: Unknown index plugin 'x'",
                "Error in specification {…} :: caused by :: Unknown index plugin 'x'",
            ),
            ("not authorized on admin.", "not authorized on admin"),
        ] {
            assert_eq!(redact(message), shown);
        }
        assert_eq!(redact(&"ä".repeat(1000)).chars().count(), LONGEST + 1);
    }
}
