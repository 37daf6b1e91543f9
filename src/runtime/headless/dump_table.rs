//! What a scan found, on a terminal: the table of collections, findings, verdict.

use crate::domain::census::{CollectionKind, DumpCensus};
use crate::domain::settings::Depth;
use crate::domain::text::shown;
use crate::domain::units::Count;
use crate::domain::verdict::{Judgement, Severity, Verdict};
use crate::drill::report::{line, not_run};

use super::paint::{Paper, Tone, fitted, padded, right, wrapped};

/// ```text
///  collection         documents       bytes  indexes
///  admin.biomaterial     41 203    12.1 MiB        1
/// ```
pub(super) fn result(
    census: &DumpCensus,
    judgements: &[Judgement],
    verdict: Verdict,
    paper: Paper,
) -> Vec<String> {
    let mut lines = vec![String::new()];
    let names = census.collections.keys().map(|name| shown(&name.to_string()).chars().count());
    let name = names.max().unwrap_or(0).clamp(10, paper.width.saturating_sub(48).max(20));
    let heading = format!(
        " {}  {}  {}  {}",
        padded("collection", name),
        right("documents", 11),
        right("bytes", 10),
        right("indexes", 7)
    );
    lines.push(paper.ink(Tone::Strong, &heading));
    for (namespace, found) in &census.collections {
        let remark = match found.kind {
            CollectionKind::Plain if namespace.is_system() => "kept by the server, not restored",
            CollectionKind::Plain => "",
            CollectionKind::Capped => "capped",
            CollectionKind::TimeSeries => "time series, counted in buckets",
            CollectionKind::View => "view",
        };
        let remark =
            if found.has_data || found.kind == CollectionKind::View { remark } else { "no data" };
        let row = format!(
            " {}  {}  {}  {}  ",
            padded(&fitted(&shown(&namespace.to_string()), name), name),
            right(&Count(found.documents).to_string(), 11),
            right(&found.bytes.to_string(), 10),
            right(&found.indexes.len().to_string(), 7),
        );
        lines.push(format!("{row}{}", paper.ink(Tone::Quiet, remark)).trim_end().to_owned());
    }
    lines.push(String::new());
    for finding in judgements.iter().flat_map(Judgement::findings) {
        for text in wrapped(&shown(&line(finding)), paper.width.saturating_sub(2)) {
            lines.push(format!(" {}", paper.ink(Tone::from(finding.severity), &text)));
        }
    }
    for (rules, why) in not_run(judgements) {
        lines.push(format!(" {}", paper.ink(Tone::Quiet, &format!("not run {rules}: {why}"))));
    }
    let sum = format!(
        "{} documents, {} raw of {} packed",
        Count(census.documents()),
        census.bytes(),
        census.packed
    );
    let version = census
        .server_version
        .as_ref()
        .map(|version| format!(" · server {} (from {})", version.value, version.from));
    let users = (census.users + census.roles > 0)
        .then(|| format!(" · {} users and {} roles, never restored", census.users, census.roles));
    let facts = format!("{sum}{}{}", version.unwrap_or_default(), users.unwrap_or_default());
    for text in wrapped(&shown(&facts), paper.width.saturating_sub(2)) {
        lines.push(format!(" {}", paper.ink(Tone::Quiet, &text)));
    }
    let worst = judgements.iter().flat_map(Judgement::findings).map(|found| found.severity).max();
    let sentence = match worst {
        Some(Severity::Fail) => "the dump is broken".to_owned(),
        _ => format!("the dump {}", verdict.sentence(Depth::Quick)),
    };
    lines.push(format!(
        " {}  {}",
        paper.ink(verdict.into(), verdict.word()),
        paper.ink(Tone::Strong, &sentence)
    ));
    lines
}
