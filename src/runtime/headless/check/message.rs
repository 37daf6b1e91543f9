//! What Slack is told of a set.

use crate::adapters::slack::escape;
use crate::domain::checkup::telling::Occasion;
use crate::domain::checkup::{Checkup, Weight, Word};
use crate::domain::text::shown;

/// So many findings are told; the rest is counted.
const FINDINGS: usize = 5;

pub(super) fn text(checkup: &Checkup, occasion: Occasion) -> String {
    let path = escape(&checkup.path());
    let word = checkup.word.text();
    let production = if checkup.production { " (production)" } else { "" };
    let opening = match (occasion, checkup.word) {
        (Occasion::Changed { from: Some(_) }, Word::Ok) => {
            format!("*backups {path}*{production}: ok again")
        }
        (Occasion::Changed { from: Some(from) }, _) if from != checkup.word => {
            format!("*backups {path}*{production}: {word}, was {}", from.text())
        }
        (Occasion::Changed { .. }, _) => format!("*backups {path}*{production}: {word}"),
        (Occasion::Reminder { since }, _) => {
            let since = since.strftime("%Y-%m-%d %H:%M UTC");
            format!("*backups {path}*{production}: still {word}, since {since}")
        }
    };
    let told: Vec<_> =
        checkup.findings.iter().filter(|finding| finding.weight >= Weight::Warning).collect();
    let mut lines = vec![opening];
    for finding in told.iter().take(FINDINGS) {
        lines.push(escape(&shown(&format!("• {}: {}", finding.rule, finding.reason))));
        lines.push(escape(&shown(&format!("   {}", finding.advice))));
    }
    if told.len() > FINDINGS {
        lines.push(format!("and {} more: `lifeboat check`", told.len() - FINDINGS));
    }
    if checkup.word == Word::Ok {
        lines.push(escape(&shown(&checkup.line)));
    }
    lines.join("\n")
}
