//! Text from outside, made safe to show: no escape sequence, no hidden or reordering character.

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

const fn is_harmless(character: char) -> bool {
    !matches!(character,
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}')
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
}
