//! Where an escape sequence ends (ECMA-48, and what terminals make of it).

/// What a sequence asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sequence<'a> {
    /// Another look: the parameters of an SGR sequence.
    Style(&'a str),
    /// Anything else: moving, clearing, titles, the clipboard, questions to the terminal.
    Dropped,
}

const ESCAPE: char = '\u{1b}';

/// The whole sequence that `text` begins with, and its length. `None` where none begins or where it
/// is broken: cut off, or with characters in it that it cannot have.
pub(super) fn read(text: &str) -> Option<(Sequence<'_>, usize)> {
    let mut characters = text.chars();
    match characters.next()? {
        ESCAPE => match characters.next()? {
            '[' => control(text, 2),
            ']' | 'P' | 'X' | '^' | '_' => string(text, 2),
            '\u{20}'..='\u{2f}' => two_parts(text),
            '\u{30}'..='\u{7e}' => Some((Sequence::Dropped, 2)),
            _ => None,
        },
        '\u{9b}' => control(text, 2),
        '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => string(text, 2),
        _ => None,
    }
}

/// `ESC [`, parameters, intermediates, a final character.
fn control(text: &str, introducer: usize) -> Option<(Sequence<'_>, usize)> {
    let body = text.get(introducer..)?;
    let end = body.find(|character| !matches!(character, '\u{20}'..='\u{3f}'))?;
    let parameters = body.get(..end)?;
    let last = body.get(end..)?.chars().next()?;
    if !matches!(last, '\u{40}'..='\u{7e}') {
        return None;
    }
    let is_style = last == 'm'
        && parameters.bytes().all(|byte| byte.is_ascii_digit() || byte == b';' || byte == b':');
    let sequence = if is_style { Sequence::Style(parameters) } else { Sequence::Dropped };
    Some((sequence, introducer + end + 1))
}

/// OSC, DCS, SOS, PM and APC: everything up to a terminator.
fn string(text: &str, introducer: usize) -> Option<(Sequence<'_>, usize)> {
    let body = text.get(introducer..)?;
    let end = body
        .find(|character| matches!(character, '\u{7}' | ESCAPE | '\u{9c}' | '\u{18}' | '\u{1a}'))?;
    let terminator = match body.get(end..)? {
        rest if rest.starts_with("\u{1b}\\") => 2,
        rest if rest.starts_with('\u{9c}') => 2,
        rest if rest.starts_with('\u{7}') => 1,
        _ => return None,
    };
    Some((Sequence::Dropped, introducer + end + terminator))
}

/// `ESC`, intermediates, a final character: character sets (`ESC ( B`) and such.
fn two_parts(text: &str) -> Option<(Sequence<'_>, usize)> {
    let body = text.get(1..)?;
    let end = body.find(|character| !matches!(character, '\u{20}'..='\u{2f}'))?;
    let is_whole = matches!(body.get(end..)?.chars().next()?, '\u{30}'..='\u{7e}');
    is_whole.then_some((Sequence::Dropped, end + 2))
}
