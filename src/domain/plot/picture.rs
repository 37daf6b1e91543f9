//! A chart as a picture: SVG, readable by itself, with everything that the screen shows of it.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::domain::series::Point;

use super::scale::Scale;
use super::time::ticks;
use super::{Form, Plot};

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 440.0;
/// What stays free around the drawing: above for title and legend, below for dates and caption.
const TOP: f64 = 76.0;
const BOTTOM: f64 = 56.0;
const LEFT: f64 = 96.0;
const RIGHT: f64 = 28.0;
/// About how wide a character is.
const CHARACTER: f64 = 7.0;

/// Inks with enough contrast on white, and a pattern of dashes each: colour alone tells nothing apart.
const INKS: [(&str, &str); 6] = [
    ("#1f5fbf", "none"),
    ("#9a4a00", "7 3"),
    ("#2f6f1f", "2 3"),
    ("#6b3fa0", "9 3 2 3"),
    ("#006d8f", "12 4"),
    ("#8a5a00", "4 2"),
];

impl Plot {
    /// The picture; `caption` stands below it: where its values come from, and of when they are.
    pub fn svg(&self, caption: &str) -> String {
        let mut svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#24292f">
<title>{title}</title>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
<text x="16" y="28" font-size="16" font-weight="600">{title}</text>
<text x="16" y="{foot}" fill="#5f6773">{caption}</text>
"##,
            title = escape(&self.title),
            caption = escape(caption),
            foot = HEIGHT - 14.0,
        );
        if let Some(scale) = self.scale(6) {
            self.draw(&mut svg, &scale);
        } else {
            let (x, y) = (WIDTH / 2.0, HEIGHT / 2.0);
            push(
                &mut svg,
                format_args!(
                    r##"<text x="{x}" y="{y}" text-anchor="middle" fill="#5f6773">nothing was measured here</text>"##
                ),
            );
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn draw(&self, svg: &mut String, scale: &Scale) {
        self.axes(svg, scale);
        self.legend(svg);
        match self.form {
            Form::Lines => {
                for (layer, (ink, dash)) in self.layers.iter().zip(INKS.iter().cycle()) {
                    let series = layer.series.within(self.window);
                    for run in series.runs() {
                        self.line(svg, scale, (run, ink, dash));
                    }
                }
            }
            Form::Stacked => self.areas(svg, scale),
        }
        for threshold in &self.thresholds {
            let y = y(scale, threshold.value);
            push(
                svg,
                format_args!(
                    r##"<line x1="{LEFT}" x2="{right}" y1="{y:.1}" y2="{y:.1}" stroke="#b4233c" stroke-dasharray="6 4"/><text x="{right}" y="{above:.1}" text-anchor="end" fill="#b4233c">{label}</text>"##,
                    right = WIDTH - RIGHT,
                    above = y - 4.0,
                    label = escape(&threshold.label),
                ),
            );
        }
    }

    fn axes(&self, svg: &mut String, scale: &Scale) {
        let (right, foot) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for tick in &scale.ticks {
            let y = y(scale, tick.value);
            push(
                svg,
                format_args!(
                    r##"<line x1="{LEFT}" x2="{right}" y1="{y:.1}" y2="{y:.1}" stroke="#d8dee6"/><text x="{end}" y="{base:.1}" text-anchor="end">{label}</text>"##,
                    end = LEFT - 8.0,
                    base = y + 4.0,
                    label = escape(&tick.label),
                ),
            );
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a constant")]
        let columns = ((WIDTH - LEFT - RIGHT) / CHARACTER) as u16;
        for tick in ticks(self.window, columns) {
            let x = self.x(tick.at);
            push(
                svg,
                format_args!(
                    r##"<line x1="{x:.1}" x2="{x:.1}" y1="{foot}" y2="{below}" stroke="#8a93a6"/><text x="{x:.1}" y="{text}" text-anchor="middle">{label}</text>"##,
                    below = foot + 5.0,
                    text = foot + 19.0,
                    label = escape(&tick.label),
                ),
            );
        }
        push(
            svg,
            format_args!(
                r##"<path d="M{LEFT} {TOP}V{foot}H{right}" fill="none" stroke="#8a93a6"/>"##
            ),
        );
        if !scale.starts_at_zero() {
            push(
                svg,
                format_args!(
                    r##"<text x="{right}" y="28" text-anchor="end" fill="#5f6773">the axis does not begin at zero</text>"##
                ),
            );
        }
    }

    /// What is what; what has no room is counted.
    fn legend(&self, svg: &mut String) {
        let mut x = LEFT;
        for (at, (layer, (ink, dash))) in self.layers.iter().zip(INKS.iter().cycle()).enumerate() {
            let last =
                self.reading(layer, None).map(|point| format!("  {}", self.unit.show(point.value)));
            let text = format!("{}{}", layer.label, last.unwrap_or_default());
            let width = 48.0 + text.chars().count() as f64 * CHARACTER;
            if at > 0 && x + width > WIDTH - RIGHT - 10.0 * CHARACTER {
                let more = self.layers.len() - at;
                push(svg, format_args!(r#"<text x="{x}" y="54">and {more} more</text>"#));
                return;
            }
            let mark = match self.form {
                Form::Lines => format!(
                    r#"<line x1="{x}" x2="{end}" y1="50" y2="50" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"/>"#,
                    end = x + 24.0
                ),
                Form::Stacked => {
                    format!(r#"<rect x="{x}" y="44" width="24" height="12" fill="{ink}"/>"#)
                }
            };
            push(
                svg,
                format_args!(r#"{mark}<text x="{}" y="54">{}</text>"#, x + 30.0, escape(&text)),
            );
            x += width;
        }
    }

    fn line(&self, svg: &mut String, scale: &Scale, (run, ink, dash): (&[Point], &str, &str)) {
        if let [only] = run {
            let (x, y) = (self.x(only.at), y(scale, only.value));
            push(svg, format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="2.5" fill="{ink}"/>"#));
            return;
        }
        let points = self.points(scale, run.iter().copied());
        push(
            svg,
            format_args!(
                r#"<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"/>"#
            ),
        );
    }

    /// Each area lies between the sum of those below and that sum with its own; runs as the total
    /// has them.
    fn areas(&self, svg: &mut String, scale: &Scale) {
        let total = self.total.within(self.window);
        for run in total.runs() {
            let mut below: Vec<Point> =
                run.iter().map(|point| Point::new(point.at, scale.from)).collect();
            for (layer, (ink, _)) in self.layers.iter().zip(INKS.iter().cycle()) {
                let above: Vec<Point> = below
                    .iter()
                    .map(|point| {
                        let own = layer.series.near(point.at).map_or(0.0, |own| own.value);
                        Point::new(point.at, point.value + own)
                    })
                    .collect();
                let outline = above.iter().chain(below.iter().rev()).copied();
                let points = self.points(scale, outline);
                push(
                    svg,
                    format_args!(
                        r#"<polygon points="{points}" fill="{ink}" fill-opacity="0.8" stroke="{ink}"/>"#
                    ),
                );
                below = above;
            }
        }
    }

    fn points(&self, scale: &Scale, points: impl Iterator<Item = Point>) -> String {
        let places =
            points.map(|point| format!("{:.1},{:.1}", self.x(point.at), y(scale, point.value)));
        places.collect::<Vec<_>>().join(" ")
    }

    fn x(&self, at: Timestamp) -> f64 {
        LEFT + self.window.share(at) * (WIDTH - LEFT - RIGHT)
    }
}

fn y(scale: &Scale, value: f64) -> f64 {
    HEIGHT - BOTTOM - scale.share(value) * (HEIGHT - BOTTOM - TOP)
}

fn push(svg: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    writeln!(svg, "{line}").ok();
}

/// Text within XML.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in crate::domain::text::shown(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}
