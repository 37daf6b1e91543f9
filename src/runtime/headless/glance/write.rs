//! How a glance is written: for a terminal, as sentences, as JSON.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::domain::age::age;
use crate::domain::glance::{Finding, Glance, Word};
use crate::domain::severity::Severity;
use crate::domain::text::shown;
use crate::runtime::headless::paint::{Paper, Tone, padded, say};

use super::Answer;
use super::pods::PodLine;

/// For whom a glance is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    Paper(Paper),
    /// Sentences that can be read out: no colour, no columns, no sign.
    Plain,
}

/// The line of one environment.
pub(super) fn line(answer: &Answer, style: Style) {
    let Answer { glance, .. } = answer;
    match style {
        Style::Paper(paper) => say(&paper.ink(tone(glance.word), &glance.line)),
        Style::Plain => say(&shown(&glance.line.replacen(" — ", ", ", 1))),
    }
}

/// What is below the lines.
pub(super) fn details(answers: &[Answer], style: Style, now: Timestamp, lists_pods: bool) {
    match style {
        Style::Paper(paper) => terminal(answers, paper, now, lists_pods),
        Style::Plain => plain(answers, now, lists_pods),
    }
}

/// ```text
/// prod
///   critical  pod default/api-2: image pull back-off: not found (12m)
///             kubectl --context prod -n default describe pod api-2
/// ```
fn terminal(answers: &[Answer], paper: Paper, now: Timestamp, lists_pods: bool) {
    for answer in answers {
        if answer.glance.findings.is_empty() && answer.missed.is_empty() {
            continue;
        }
        say(&format!("\n{}", paper.ink(Tone::Strong, &answer.glance.environment.0)));
        for finding in &answer.glance.findings {
            let severity =
                paper.ink(Tone::of(finding.severity), &padded(finding.severity.word(), 8));
            say(&format!("  {severity}  {}", paper.ink(Tone::Plain, &sentence(finding, now))));
            say(&format!("            {}", paper.ink(Tone::Quiet, &finding.command)));
        }
        for missed in &answer.missed {
            let severity = paper.ink(Tone::Odd, &padded("not seen", 8));
            say(&format!("  {severity}  {}", paper.ink(Tone::Plain, &missed.why.to_string())));
        }
    }
    for answer in answers.iter().filter(|_| lists_pods) {
        say(&format!("\n{}", paper.ink(Tone::Strong, &answer.glance.environment.0)));
        table(&answer.pods, paper);
    }
}

fn plain(answers: &[Answer], now: Timestamp, lists_pods: bool) {
    for answer in answers {
        let environment = &answer.glance.environment;
        for finding in &answer.glance.findings {
            let severity = finding.severity;
            say(&shown(&format!("{environment}, {severity}: {}.", sentence(finding, now))));
            say(&shown(&format!("To look closer: {}", finding.command)));
        }
        for missed in &answer.missed {
            say(&shown(&format!("{environment}, not seen: {}.", missed.why)));
        }
        for pod in &answer.pods {
            say(&shown(&format!("{environment}, {}.", spoken(pod))));
        }
        if lists_pods && answer.pods.is_empty() && answer.glance.word != Word::CouldNotSee {
            say(&shown(&format!("{environment} has no pods here.")));
        }
    }
}

/// One document.
pub(super) fn json(answers: &[Answer], now: Timestamp, lists_pods: bool) {
    say(&document(answers, now, lists_pods).to_string());
}

pub(super) fn document(answers: &[Answer], now: Timestamp, lists_pods: bool) -> Value {
    let environments = answers.iter().map(|answer| {
        let missed = answer
            .missed
            .iter()
            .map(|missed| json!({ "kind": missed.kind, "scope": missed.scope, "why": missed.why }));
        Told {
            glance: &answer.glance,
            missed: missed.collect(),
            pods: lists_pods.then_some(answer.pods.as_slice()),
        }
    });
    json!({ "at": now, "environments": environments.collect::<Vec<_>>() })
}

/// An environment as scripts read it.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    glance: &'a Glance,
    missed: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pods: Option<&'a [PodLine]>,
}

/// As wide as what it holds: a name that is cut cannot be copied.
fn table(pods: &[PodLine], paper: Paper) {
    if pods.is_empty() {
        say(&paper.ink(Tone::Quiet, "  no pods"));
        return;
    }
    let headings = ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE"];
    let mut widths = headings.map(str::len);
    for pod in pods {
        for (width, cell) in widths.iter_mut().zip(cells(pod)) {
            *width = (*width).max(cell.width());
        }
    }
    let row = |cells: [&str; 7]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| padded(cell, width));
        format!("  {}", padded.collect::<Vec<_>>().join("  "))
    };
    say(&paper.ink(Tone::Strong, &format!("{}  SEVERITY", row(headings))));
    for pod in pods {
        let severity = pod.severity;
        let reason = if pod.reason.is_empty() { "" } else { ": " };
        let judgement = format!("{severity}{reason}{}", pod.reason);
        let judgement = paper.ink(Tone::of(severity), &judgement);
        say(&format!("{}  {judgement}", paper.ink(Tone::Plain, &row(cells(pod)))));
    }
}

fn cells(pod: &PodLine) -> [&str; 7] {
    let PodLine { namespace, name, ready, status, restarts, age, node, .. } = pod;
    [namespace, name, ready, status, restarts, age, node]
}

fn spoken(pod: &PodLine) -> String {
    let PodLine { namespace, name, ready, status, restarts, age, node, severity, reason, .. } = pod;
    let pod = format!(
        "pod {namespace}/{name} on {node}: {status}, ready {ready}, restarts {restarts}, age {age}"
    );
    let reason = if reason.is_empty() { String::new() } else { format!(", {reason}") };
    format!("{pod}, {severity}{reason}")
}

/// `pod default/api-2: image pull back-off: not found (12m)`.
fn sentence(finding: &Finding, now: Timestamp) -> String {
    let since = finding.since.map(|since| format!(" ({})", age(since, now))).unwrap_or_default();
    format!("{}: {}{since}", finding.object, finding.reason)
}

const fn tone(word: Word) -> Tone {
    match word {
        Word::Ok => Tone::Good,
        Word::Findings => Tone::Bad,
        Word::CouldNotSee => Tone::Odd,
    }
}

impl Tone {
    const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Done => Self::Quiet,
            Severity::Fine => Self::Good,
            Severity::Busy => Self::Busy,
            Severity::Warning => Self::Odd,
            Severity::Critical => Self::Bad,
        }
    }
}
