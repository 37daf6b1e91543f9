//! The colours of a log on this terminal.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::ansi::{AnsiColour, Sgr};
use crate::ui::theme::ColourDepth;

/// The terminal's own sixteen.
const SIXTEEN: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// What a program asked for, as far as the terminal can.
pub(super) fn style_of(sgr: &Sgr, depth: ColourDepth) -> Style {
    let mut style = Style::new();
    if let Some(colour) = sgr.foreground.and_then(|colour| shown(colour, depth)) {
        style = style.fg(colour);
    }
    if let Some(colour) = sgr.background.and_then(|colour| shown(colour, depth)) {
        style = style.bg(colour);
    }
    for (is_on, modifier) in [
        (sgr.is_bold, Modifier::BOLD),
        (sgr.is_dim, Modifier::DIM),
        (sgr.is_italic, Modifier::ITALIC),
        (sgr.is_underlined, Modifier::UNDERLINED),
        (sgr.is_reversed, Modifier::REVERSED),
        (sgr.is_crossed_out, Modifier::CROSSED_OUT),
    ] {
        if is_on {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn shown(colour: AnsiColour, depth: ColourDepth) -> Option<Color> {
    match (colour, depth) {
        (_, ColourDepth::None) => None,
        (AnsiColour::Indexed(index), _) if index < 16 => SIXTEEN.get(usize::from(index)).copied(),
        (AnsiColour::Indexed(index), ColourDepth::True | ColourDepth::Indexed) => {
            Some(Color::Indexed(index))
        }
        (AnsiColour::Rgb(red, green, blue), ColourDepth::True) => {
            Some(Color::Rgb(red, green, blue))
        }
        (AnsiColour::Rgb(red, green, blue), ColourDepth::Indexed) => {
            // The nearest of the cube of six steps.
            let step = |part: u8| u8::try_from((u16::from(part) * 5 + 127) / 255).unwrap_or(5);
            Some(Color::Indexed(16 + 36 * step(red) + 6 * step(green) + step(blue)))
        }
        // Sixteen colours have no like of it that could be trusted to be readable.
        (AnsiColour::Indexed(_) | AnsiColour::Rgb(..), ColourDepth::Sixteen) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_shown_as_far_as_the_terminal_can() {
        let orange = AnsiColour::Rgb(255, 135, 0);
        for (colour, depth, expected) in [
            (AnsiColour::Indexed(1), ColourDepth::Sixteen, Some(Color::Red)),
            (AnsiColour::Indexed(208), ColourDepth::Indexed, Some(Color::Indexed(208))),
            (AnsiColour::Indexed(208), ColourDepth::Sixteen, None),
            (orange, ColourDepth::True, Some(Color::Rgb(255, 135, 0))),
            (orange, ColourDepth::Indexed, Some(Color::Indexed(214))),
            (orange, ColourDepth::None, None),
        ] {
            assert_eq!(shown(colour, depth), expected);
        }
        let bold = Sgr { is_bold: true, foreground: Some(orange), ..Sgr::default() };
        let style = style_of(&bold, ColourDepth::None);
        assert_eq!(style, Style::new().add_modifier(Modifier::BOLD));
    }
}
