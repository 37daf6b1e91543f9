//! Keys, as the configuration and the help write them: `ctrl-d`, `shift-tab`, `F1`, `G`.

use std::fmt;
use std::str::FromStr;

/// A key with what is held beside it. A capital is a character of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyCode {
    Char(char),
    F(u8),
    Space,
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// Other keys for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOverride {
    /// Its name: `delete`.
    pub action: String,
    pub keys: Vec<Key>,
}

const NAMES: [(&str, KeyCode); 14] = [
    ("space", KeyCode::Space),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
];

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut key = Self { code: KeyCode::Enter, ctrl: false, alt: false, shift: false };
        let mut rest = text;
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-").filter(|it| !it.is_empty()) {
                (key.ctrl, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("alt-").filter(|it| !it.is_empty()) {
                (key.alt, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("shift-").filter(|it| !it.is_empty()) {
                (key.shift, rest) = (true, after);
            } else {
                break;
            }
        }
        let function = rest.strip_prefix('F').and_then(|number| number.parse::<u8>().ok());
        let named = NAMES.iter().find(|(name, _)| *name == rest);
        let mut characters = rest.chars();
        key.code = match (named, function, characters.next(), characters.next()) {
            (Some((_, code)), ..) => *code,
            (None, Some(number @ 1..=12), ..) => KeyCode::F(number),
            (None, _, Some(character), None) if !character.is_control() => KeyCode::Char(character),
            _ => {
                return Err(format!(
                    "there is no key `{text}`; keys are written g, G, ctrl-d, shift-tab, F5"
                ));
            }
        };
        if key.shift && matches!(key.code, KeyCode::Char(_)) {
            return Err(format!("`{text}` is written as the capital itself: G, not shift-g"));
        }
        Ok(key)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (is_held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if is_held {
                formatter.write_str(name)?;
            }
        }
        match self.code {
            KeyCode::Char(character) => write!(formatter, "{character}"),
            KeyCode::F(number) => write!(formatter, "F{number}"),
            code => {
                let name = NAMES.iter().find(|(_, known)| *known == code).map_or("", |it| it.0);
                formatter.write_str(name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_as_they_are_written() {
        for text in [
            "g",
            "G",
            "ctrl-d",
            "ctrl-space",
            "alt-1",
            "shift-tab",
            "F1",
            "pgdn",
            "<",
            "-",
            "ctrl-\\",
        ] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_key_is_refused_with_how_keys_are_written() {
        for text in ["", "ctrl-", "F13", "hyper-x", "gg", "shift-g"] {
            let error = text.parse::<Key>().unwrap_err();
            assert!(error.contains("written"), "{text}: {error}");
        }
    }
}
