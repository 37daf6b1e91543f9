//! Colours by role, out of `assets/theme.toml`: truecolor, 256, 16 colours, or none, where modifiers
//! and words carry everything.

use std::collections::HashMap;
use std::str::FromStr as _;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::app::cell::Tone;
use crate::domain::settings::ThemeChoice;

const THEME: &str = include_str!("../../assets/theme.toml");

/// What a piece of the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Text,
    Muted,
    Accent,
    Title,
    Header,
    Border,
    BorderProduction,
    Production,
    Selection,
    Marked,
    Fine,
    Done,
    Busy,
    Warning,
    Critical,
    Stale,
    KeyHint,
    SearchMatch,
    /// The series of a chart, by their place.
    Series1,
    Series2,
    Series3,
    Series4,
    Series5,
    Series6,
}

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourDepth {
    True,
    Indexed,
    Sixteen,
    None,
}

impl ColourDepth {
    /// What `COLORTERM` and `TERM` say; nothing where colours are not wanted.
    pub fn of(colorterm: Option<&str>, term: Option<&str>, wanted: bool) -> Self {
        let term = term.unwrap_or_default();
        if !wanted || term == "dumb" {
            return Self::None;
        }
        match colorterm {
            Some("truecolor" | "24bit") => Self::True,
            _ if term.contains("256color") => Self::Indexed,
            _ if term.contains("direct") => Self::True,
            _ => Self::Sixteen,
        }
    }
}

/// Whether `COLORFGBG` tells of a light ground: its last number is the ground's colour.
pub fn is_light(colorfgbg: Option<&str>) -> bool {
    let ground = colorfgbg.and_then(|text| text.rsplit(';').next()?.parse::<u8>().ok());
    matches!(ground, Some(7 | 15))
}

/// What is said of one role in the file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    dark: (String, u8, String),
    light: (String, u8, String),
    ground_dark: Option<(String, u8, String)>,
    ground_light: Option<(String, u8, String)>,
    #[serde(default)]
    modifiers: Vec<String>,
}

/// The styles in force.
#[derive(Debug, Clone)]
pub struct Theme {
    styles: HashMap<Role, Style>,
    pub depth: ColourDepth,
}

impl Theme {
    /// `light_ground` counts where the choice is left to the terminal.
    pub fn new(choice: ThemeChoice, depth: ColourDepth, light_ground: bool) -> Self {
        let is_light = match choice {
            ThemeChoice::Auto => light_ground,
            ThemeChoice::Dark => false,
            ThemeChoice::Light => true,
        };
        let entries = entries();
        let styles = entries.iter().map(|(role, entry)| (*role, style(entry, depth, is_light)));
        Self { styles: styles.collect(), depth }
    }

    pub fn role(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }

    pub fn tone(&self, tone: Tone) -> Style {
        self.role(match tone {
            Tone::Plain => Role::Text,
            Tone::Muted => Role::Muted,
            Tone::Accent => Role::Accent,
            Tone::Done => Role::Done,
            Tone::Fine => Role::Fine,
            Tone::Busy => Role::Busy,
            Tone::Warning => Role::Warning,
            Tone::Critical => Role::Critical,
            Tone::Stale => Role::Stale,
            Tone::Production => Role::Production,
        })
    }
}

#[expect(clippy::expect_used, reason = "the file is part of the program; every test reads it")]
fn entries() -> HashMap<Role, Entry> {
    toml::from_str(THEME).expect("the embedded theme can be read")
}

fn style(entry: &Entry, depth: ColourDepth, is_light: bool) -> Style {
    let (ink, ground) = if is_light {
        (&entry.light, &entry.ground_light)
    } else {
        (&entry.dark, &entry.ground_dark)
    };
    let mut style = Style::new();
    if depth == ColourDepth::None {
        for modifier in &entry.modifiers {
            style = style.add_modifier(modifier_of(modifier));
        }
        return style;
    }
    if let Some(colour) = colour(ink, depth) {
        style = style.fg(colour);
    }
    if let Some(colour) = ground.as_ref().and_then(|ground| colour(ground, depth)) {
        style = style.bg(colour);
    }
    for modifier in entry.modifiers.iter().map(|name| modifier_of(name)) {
        // Dimmed colours are unreadable on many terminals, and a ground needs no reversing.
        if matches!(modifier, Modifier::BOLD | Modifier::ITALIC) {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn colour((full, indexed, named): &(String, u8, String), depth: ColourDepth) -> Option<Color> {
    match depth {
        ColourDepth::True => Color::from_str(full).ok(),
        ColourDepth::Indexed => Some(Color::Indexed(*indexed)),
        ColourDepth::Sixteen if named == "default" => None,
        ColourDepth::Sixteen => Color::from_str(&named.replace('-', "")).ok(),
        ColourDepth::None => None,
    }
}

fn modifier_of(name: &str) -> Modifier {
    match name {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underlined" => Modifier::UNDERLINED,
        "reversed" => Modifier::REVERSED,
        _ => Modifier::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of two colours: <https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio>.
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |text: &str| {
            let Ok(Color::Rgb(r, g, b)) = Color::from_str(text) else { panic!("{text}") };
            let channel = |value: u8| {
                let value = f64::from(value) / 255.0;
                if value <= 0.039_28 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
        };
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn every_text_can_be_read_on_its_ground() {
        for (role, entry) in entries() {
            if role == Role::Border {
                continue;
            }
            for (ink, own, grounds) in [
                (&entry.dark.0, &entry.ground_dark, ["#000000", "#1e1e2e"]),
                (&entry.light.0, &entry.ground_light, ["#ffffff", "#fafafa"]),
            ] {
                let own = own.as_ref().map(|ground| ground.0.as_str());
                for ground in own.map_or(grounds, |own| [own, own]) {
                    let ratio = contrast(ink, ground);
                    assert!(ratio >= 4.5, "{role:?} {ink} on {ground}: {ratio:.1}");
                }
            }
        }
    }

    #[test]
    fn all_roles_have_a_style_at_every_depth() {
        for depth in
            [ColourDepth::True, ColourDepth::Indexed, ColourDepth::Sixteen, ColourDepth::None]
        {
            for choice in [ThemeChoice::Dark, ThemeChoice::Light] {
                let theme = Theme::new(choice, depth, false);
                assert_eq!(theme.styles.len(), 24);
                let selected = theme.role(Role::Selection);
                assert_ne!(selected, Style::new(), "a selection must be seen: {depth:?}");
                // No ink of a row below shows through on a ground that is not its own.
                assert_eq!(selected.fg.is_some(), selected.bg.is_some(), "{depth:?}");
            }
        }
        let plain = Theme::new(ThemeChoice::Dark, ColourDepth::None, false);
        assert!(plain.styles.values().all(|style| style.fg.is_none() && style.bg.is_none()));
    }

    #[test]
    fn the_terminal_tells_how_many_colours_it_has() {
        for (colorterm, term, wanted, depth) in [
            (Some("truecolor"), Some("xterm"), true, ColourDepth::True),
            (None, Some("xterm-256color"), true, ColourDepth::Indexed),
            (None, Some("xterm"), true, ColourDepth::Sixteen),
            (Some("truecolor"), Some("xterm"), false, ColourDepth::None),
            (None, Some("dumb"), true, ColourDepth::None),
        ] {
            assert_eq!(ColourDepth::of(colorterm, term, wanted), depth);
        }
        assert!(is_light(Some("0;15")) && !is_light(Some("15;0")) && !is_light(None));
    }
}
