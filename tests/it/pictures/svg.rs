//! A screen as a window in SVG. Text comes in runs of one style, each stretched to its cells, so that it stands right in
//! any font; blocks and frames are shapes, which no font can part.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

const CELL: (u16, u16) = (9, 20);
/// Where letters stand, below the upper edge of their cell.
const BASE: u16 = 15;
/// Above and below a bar that lies in its row, so that it stands apart from those of other rows.
const GAP: u16 = 2;
const TITLE_BAR: u16 = 34;
const MARGIN: u16 = 14;
const GROUND: &str = "#1a1b26";
const INK: &str = "#d7dae0";
const FONT: &str = "15px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace";

/// The picture of a screen; its title is what those are told who cannot see it.
pub(super) fn svg(buffer: &Buffer, title: &str) -> String {
    let mut canvas = Canvas { columns: columns(buffer), ..Canvas::default() };
    for y in 0..buffer.area.height {
        canvas.row(buffer, y);
    }
    let width = buffer.area.width * CELL.0 + 2 * MARGIN;
    let height = buffer.area.height * CELL.1 + TITLE_BAR + MARGIN;
    let (middle, title) = (width / 2, escaped(title));
    let Canvas { shapes, styles, .. } = canvas;
    let mut sheet = format!("text{{font:{FONT};fill:{INK}}}");
    for (at, style) in styles.iter().enumerate() {
        let _ = write!(sheet, ".s{at}{{{style}}}");
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">
<title>{title}</title>
<style>{sheet}</style>
<rect width="{width}" height="{height}" rx="10" fill="{GROUND}"/>
<circle cx="20" cy="17" r="6" fill="#f7768e"/><circle cx="40" cy="17" r="6" fill="#e0af68"/><circle cx="60" cy="17" r="6" fill="#9ece6a"/>
<text x="{middle}" y="22" text-anchor="middle" opacity=".6">{title}</text>
<g transform="translate({MARGIN} {TITLE_BAR})">
{shapes}</g>
</svg>
"##
    )
}

/// What has been drawn, and the styles of its texts, each of which becomes a class.
#[derive(Default)]
struct Canvas {
    shapes: String,
    styles: Vec<String>,
    /// The cells of columns, whose blocks stand on each other.
    columns: BTreeSet<(u16, u16)>,
}

/// The blocks that hang together with one that grows upwards: a chart's columns rather than bars in rows.
fn columns(buffer: &Buffer) -> BTreeSet<(u16, u16)> {
    let area = buffer.area;
    let block = |(x, y): (u16, u16)| match Shape::of(buffer[(x, y)].symbol())? {
        Shape::Block { tall, .. } => Some(tall < 1.0),
        Shape::Line | Shape::Stroke(_) => None,
    };
    let all = (0..area.height).flat_map(|y| (0..area.width).map(move |x| (x, y)));
    let mut next: Vec<(u16, u16)> = all.filter(|at| block(*at) == Some(true)).collect();
    let mut found = BTreeSet::new();
    while let Some((x, y)) = next.pop() {
        if found.insert((x, y)) {
            let beside = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
            let inside = beside.into_iter().filter(|(x, y)| *x < area.width && *y < area.height);
            next.extend(inside.filter(|at| block(*at).is_some()));
        }
    }
    found
}

/// Neighbours of one style in a row.
struct Run {
    from: u16,
    cells: u16,
    text: String,
    style: String,
}

impl Canvas {
    fn row(&mut self, buffer: &Buffer, y: u16) {
        self.grounds(buffer, y);
        let mut run: Option<Run> = None;
        let mut x = 0;
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            let mut cells = u16::try_from(cell.symbol().width().max(1)).unwrap();
            if let Some(shape) = Shape::of(cell.symbol()) {
                let is_same = |other: &u16| shape.goes_on() && buffer[(*other, y)] == *cell;
                let rest = (x + 1..buffer.area.width).take_while(is_same).count();
                cells += u16::try_from(rest).unwrap();
                self.shape(shape, (x, y), cells, &colours(cell).0);
            } else if cell.symbol() != " " || cell.modifier.contains(Modifier::UNDERLINED) {
                let style = style(cell);
                match &mut run {
                    // A single blank is part of the run; more of them are a gap.
                    Some(run) if run.style == style && x - (run.from + run.cells) <= 1 => {
                        if x > run.from + run.cells {
                            run.text.push(' ');
                        }
                        run.text.push_str(cell.symbol());
                        run.cells = x + cells - run.from;
                    }
                    _ => {
                        let text = cell.symbol().to_owned();
                        self.end(run.replace(Run { from: x, cells, text, style }), y);
                    }
                }
            }
            x += cells;
        }
        self.end(run, y);
    }

    /// What lies behind the letters of a row.
    fn grounds(&mut self, buffer: &Buffer, y: u16) {
        let mut x = 0;
        while x < buffer.area.width {
            let (_, ground) = colours(&buffer[(x, y)]);
            let is_same = |other: &u16| colours(&buffer[(*other, y)]).1 == ground;
            let end = (x..buffer.area.width).take_while(is_same).last().unwrap() + 1;
            if let Some(ground) = ground {
                let (left, top, width) = (x * CELL.0, y * CELL.1, (end - x) * CELL.0);
                let _ = writeln!(
                    self.shapes,
                    r#"<rect x="{left}" y="{top}" width="{width}" height="{}" fill="{ground}"/>"#,
                    CELL.1
                );
            }
            x = end;
        }
    }

    fn shape(&mut self, shape: Shape, (x, y): (u16, u16), cells: u16, ink: &str) {
        let (left, top, width) = (x * CELL.0, y * CELL.1, cells * CELL.0);
        let _ = match shape {
            Shape::Block { wide, tall, opacity } => {
                let gap = if self.columns.contains(&(x, y)) { 0 } else { GAP };
                let (width, height) = (f64::from(width) * wide, f64::from(CELL.1 - 2 * gap) * tall);
                let top = f64::from(top + CELL.1 - gap) - height;
                let opacity =
                    if opacity < 1.0 { format!(r#" opacity="{opacity}""#) } else { String::new() };
                writeln!(
                    self.shapes,
                    r#"<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{ink}"{opacity}/>"#
                )
            }
            Shape::Line => writeln!(
                self.shapes,
                r#"<path d="M{left} {top}m0 10h{width}" fill="none" stroke="{ink}"/>"#
            ),
            Shape::Stroke(stroke) => writeln!(
                self.shapes,
                r#"<path d="M{left} {top}{stroke}" fill="none" stroke="{ink}"/>"#
            ),
        };
    }

    fn end(&mut self, run: Option<Run>, y: u16) {
        let Some(Run { from, cells, text, style }) = run else { return };
        let (x, y, width) = (from * CELL.0, y * CELL.1 + BASE, cells * CELL.0);
        let class = match self.styles.iter().position(|known| *known == style) {
            _ if style.is_empty() => String::new(),
            Some(at) => format!(r#" class="s{at}""#),
            None => {
                self.styles.push(style);
                format!(r#" class="s{}""#, self.styles.len() - 1)
            }
        };
        let length = if cells > 1 { format!(r#" textLength="{width}""#) } else { String::new() };
        let text = escaped(&text);
        let _ = writeln!(self.shapes, r#"<text x="{x}" y="{y}"{length}{class}>{text}</text>"#);
    }
}

/// The declarations of a cell's letters; none where they are plain.
fn style(cell: &Cell) -> String {
    let (ink, _) = colours(cell);
    let mut style = if ink == INK { String::new() } else { format!("fill:{ink};") };
    for (modifier, declaration) in [
        (Modifier::BOLD, "font-weight:700;"),
        (Modifier::DIM, "opacity:.6;"),
        (Modifier::ITALIC, "font-style:italic;"),
        (Modifier::UNDERLINED, "text-decoration:underline;"),
        (Modifier::CROSSED_OUT, "text-decoration:line-through;"),
    ] {
        if cell.modifier.contains(modifier) {
            style.push_str(declaration);
        }
    }
    style
}

/// A cell's ink, and its ground where it is not that of the window.
fn colours(cell: &Cell) -> (String, Option<String>) {
    let (ink, ground) = (colour(cell.fg), colour(cell.bg));
    if cell.modifier.contains(Modifier::REVERSED) {
        let ground = ground.unwrap_or_else(|| GROUND.to_owned());
        return (ground, Some(ink.unwrap_or_else(|| INK.to_owned())));
    }
    (ink.unwrap_or_else(|| INK.to_owned()), ground)
}

/// The theme has true colours; what a log says in a terminal's sixteen is shown in those of the theme.
fn colour(colour: Color) -> Option<String> {
    let named = match colour {
        Color::Reset => return None,
        Color::Rgb(red, green, blue) => return Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Black | Color::DarkGray => "#8b93a1",
        Color::Red | Color::LightRed => "#f7768e",
        Color::Green | Color::LightGreen => "#9ece6a",
        Color::Yellow | Color::LightYellow => "#e0af68",
        Color::Blue | Color::LightBlue => "#7aa2f7",
        Color::Magenta | Color::LightMagenta => "#bb9af7",
        Color::Cyan | Color::LightCyan => "#7dcfff",
        Color::Gray | Color::White => INK,
        Color::Indexed(index) => return Some(of_cube(index)),
    };
    Some(named.to_owned())
}

/// One of the 256 that is none of the sixteen: out of a cube of six steps, or a grey.
fn of_cube(index: u8) -> String {
    let step = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
    let [red, green, blue] = match index.saturating_sub(16) {
        at @ 0..216 => [at / 36, at / 6 % 6, at % 6].map(step),
        grey => [8 + 10 * (grey - 216); 3],
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// What is drawn rather than written.
#[derive(Clone, Copy)]
enum Shape {
    /// So much of its cell, from the lower left corner.
    Block {
        wide: f64,
        tall: f64,
        opacity: f64,
    },
    Line,
    /// The rest of a frame, from the upper left corner of its cell.
    Stroke(&'static str),
}

impl Shape {
    fn of(symbol: &str) -> Option<Self> {
        let block = |wide, tall, opacity| Some(Self::Block { wide, tall, opacity });
        let character = symbol.chars().next()?;
        match character {
            // They grow upwards, then shrink to the left.
            '▁'..='▇' => block(1.0, f64::from(1 + character as u32 - '▁' as u32) / 8.0, 1.0),
            '█'..='▏' => block(f64::from(8 - (character as u32 - '█' as u32)) / 8.0, 1.0, 1.0),
            '░' => block(1.0, 1.0, 0.25),
            '▒' => block(1.0, 1.0, 0.5),
            '▓' => block(1.0, 1.0, 0.75),
            '─' => Some(Self::Line),
            '│' => Some(Self::Stroke("m4.5 0v20")),
            '┤' => Some(Self::Stroke("m4.5 0v20m0-10h-4.5")),
            '┬' => Some(Self::Stroke("m0 10h9m-4.5 0v10")),
            '┼' => Some(Self::Stroke("m4.5 0v20m-4.5-10h9")),
            '╭' => Some(Self::Stroke("m4.5 20q0-10 4.5-10")),
            '╮' => Some(Self::Stroke("m0 10q4.5 0 4.5 10")),
            '╰' => Some(Self::Stroke("m4.5 0q0 10 4.5 10")),
            '╯' => Some(Self::Stroke("m0 10q4.5 0 4.5-10")),
            _ => None,
        }
    }

    /// Whether it reaches from edge to edge, so that its neighbour is one with it.
    fn goes_on(self) -> bool {
        match self {
            Self::Block { wide, .. } => wide >= 1.0,
            Self::Line => true,
            Self::Stroke(_) => false,
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn the_blocks_of_a_chart_stand_on_each_other_and_the_bars_of_rows_stand_apart() {
    let edges = |rows: [&str; 2]| {
        let picture = svg(&Buffer::with_lines(rows), "blocks");
        let shapes = picture.split_once("<g ").unwrap().1;
        let number = |shape: &str, name: &str| -> f64 {
            let value = shape.split_once(&format!(r#" {name}=""#)).unwrap().1;
            value.split('"').next().unwrap().parse().unwrap()
        };
        let edges = shapes.split("<rect").skip(1).map(|shape| {
            let top = number(shape, "y");
            (top, top + number(shape, "height"))
        });
        edges.collect::<Vec<_>>()
    };
    assert_eq!(edges(["▄ ", "█ "]), [(10.0, 20.0), (20.0, 40.0)]);
    assert_eq!(edges(["█▎", "█▋"]), [(2.0, 18.0), (2.0, 18.0), (22.0, 38.0), (22.0, 38.0)]);
}
