//! The parameters of an SGR sequence, in the spellings that programs use.

use crate::domain::ansi::{AnsiColour, Sgr};

/// Changes `style` as `parameters` (`1;38;5;208`) ask. What is unknown is skipped; text that asks
/// to be concealed is shown.
pub(super) fn apply(style: &mut Sgr, parameters: &str) {
    if parameters.is_empty() {
        *style = Sgr::default();
        return;
    }
    let mut rest = parameters.split(';');
    while let Some(parameter) = rest.next() {
        if let Some((code, values)) = parameter.split_once(':') {
            with_colons(style, code, values);
            continue;
        }
        // An empty parameter is a zero.
        let code = if parameter.is_empty() { 0 } else { parameter.parse::<u16>().unwrap_or(999) };
        match code {
            38 => style.foreground = extended(&mut rest).or(style.foreground),
            48 => style.background = extended(&mut rest).or(style.background),
            58 => drop(extended(&mut rest)),
            code => simple(style, code),
        }
    }
}

fn simple(style: &mut Sgr, code: u16) {
    match code {
        0 => *style = Sgr::default(),
        1 => style.is_bold = true,
        2 => style.is_dim = true,
        3 => style.is_italic = true,
        4 | 21 => style.is_underlined = true,
        7 => style.is_reversed = true,
        9 => style.is_crossed_out = true,
        22 => (style.is_bold, style.is_dim) = (false, false),
        23 => style.is_italic = false,
        24 => style.is_underlined = false,
        27 => style.is_reversed = false,
        29 => style.is_crossed_out = false,
        30..=37 => style.foreground = palette(code - 30),
        39 => style.foreground = None,
        40..=47 => style.background = palette(code - 40),
        49 => style.background = None,
        90..=97 => style.foreground = palette(code - 90 + 8),
        100..=107 => style.background = palette(code - 100 + 8),
        _ => {}
    }
}

fn palette(index: u16) -> Option<AnsiColour> {
    u8::try_from(index).ok().map(AnsiColour::Indexed)
}

/// `38;5;n` and `38;2;r;g;b`.
fn extended<'a>(rest: &mut impl Iterator<Item = &'a str>) -> Option<AnsiColour> {
    let mut next = || rest.next().and_then(|value| value.parse().ok());
    match next()? {
        5 => next().map(AnsiColour::Indexed),
        2 => Some(AnsiColour::Rgb(next()?, next()?, next()?)),
        _ => None,
    }
}

/// `38:5:n`, `38:2:r:g:b`, `38:2::r:g:b` and `4:3`.
fn with_colons(style: &mut Sgr, code: &str, values: &str) {
    let values: Vec<&str> = values.split(':').collect();
    let number = |text: &&str| text.parse::<u8>().ok();
    let colour = match values.as_slice() {
        ["5", index] => number(index).map(AnsiColour::Indexed),
        ["2", red, green, blue] | ["2", _, red, green, blue, ..] => {
            match (number(red), number(green), number(blue)) {
                (Some(red), Some(green), Some(blue)) => Some(AnsiColour::Rgb(red, green, blue)),
                _ => None,
            }
        }
        _ => None,
    };
    match code {
        "4" => style.is_underlined = values.first() != Some(&"0"),
        "38" => style.foreground = colour.or(style.foreground),
        "48" => style.background = colour.or(style.background),
        _ => {}
    }
}
