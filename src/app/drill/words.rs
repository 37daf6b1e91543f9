//! Texts of the Drill tab: a collection's detail, explanations, the odds, the live log.

use crate::app::cell::Tone;
use crate::app::text::Text;
use crate::domain::census::{LiveCensus, LiveCollection, Namespace};
use crate::domain::document::{Document, Emphasis, Line};
use crate::domain::index::IndexSpec;
use crate::domain::settings::Depth;
use crate::domain::units::{ByteSize, Count, Span, plural};
use crate::domain::verdict::{Finding, Judgement, Outcome, Severity};
use crate::drill::record::Record;
use crate::drill::report::{line, not_run, picked, source_heading};

use super::Drill;
use super::result::Shown;

/// The live log, or the one of the drill that has ended.
pub fn log(drill: &Drill) -> Option<Text> {
    let run = drill.run.as_ref()?;
    let mut document = Document::default();
    for entry in &run.log {
        let at = format!("{:>8}  ", Span(entry.at).to_string());
        let emphasis = match entry.tone {
            Tone::Critical => Some(Emphasis::Bad),
            Tone::Fine => Some(Emphasis::Good),
            Tone::Muted => Some(Emphasis::Faint),
            Tone::Plain
            | Tone::Accent
            | Tone::Done
            | Tone::Busy
            | Tone::Warning
            | Tone::Stale
            | Tone::Production => None,
        };
        let line = Line::default().with(Emphasis::Faint, &at);
        let line = line.with(Emphasis::Key, &format!("{:<14}", entry.step.word()));
        document.push(match emphasis {
            Some(emphasis) => line.with(emphasis, &entry.text),
            None => line.plain(&entry.text),
        });
    }
    let id = run.plan.id.short();
    let (title, file) = (format!("log of drill {id}"), format!("drill-{id}.log"));
    Some(Text { title, file, document, is_wrapped: false })
}

/// How the dice come to what they show.
pub fn odds(drill: &Drill) -> Option<Text> {
    let (candidate, pick) = drill.shelf.rolled.as_ref()?;
    let mut document = Document::default();
    document.section("How the dice work");
    for text in [
        "Every backup of the window that was not tested yet is in the pool; all of them once all were.",
        "The pool falls into strata by environment and age. A stratum weighs as many days as have \
         passed since one of it was drilled, at most 365; within it all backups have the same chance.",
        "Seed and pool alone decide the draw: `--seed` repeats it over the same pool, and the record \
         keeps seed, odds and the pool's hash.",
    ] {
        document.push(Line::default().plain("  ").plain(text));
    }
    document.section("Odds");
    for odds in &pick.odds {
        let each = odds.chance / (odds.backups.max(1) as f64);
        let text = format!(
            "{:>4.0} %   {}, weight {} d, {} each",
            odds.chance * 100.0,
            plural(odds.backups, "backup"),
            odds.weight,
            one_in(each)
        );
        document.push(
            Line::default().with(Emphasis::Key, &format!("  {:<24}", odds.stratum)).plain(&text),
        );
    }
    document.section("This draw");
    document.field("backup", candidate.backup.key.0.as_str());
    document.field("stratum", &pick.stratum.to_string());
    document.field("chance", &one_in(pick.chance));
    document.field("seed", &pick.seed.to_string());
    document.field("pool", &format!("{}, {}", plural(pick.pool_size, "backup"), pick.pool_sha256));
    let known = if drill.rules.is_local { ", known on this machine only" } else { "" };
    document.section(&format!("Tested before and left out{known}"));
    if pick.excluded.is_empty() {
        document.push(Line::default().with(Emphasis::Faint, "  none"));
    }
    for key in &pick.excluded {
        document.push(Line::default().plain("  ").plain(&key.0));
    }
    let (title, file) = ("the odds".to_owned(), "odds.txt".to_owned());
    Some(Text { title, file, document, is_wrapped: true })
}

pub fn one_in(chance: f64) -> String {
    if chance <= 0.0 { "never".to_owned() } else { format!("1 in {:.0}", 1.0 / chance) }
}

/// What each side holds of the collection under the cursor.
pub fn row(drill: &Drill) -> Option<Text> {
    let shown = drill.shown.as_ref()?;
    let name = &shown.selected()?.namespace;
    let record = &shown.record;
    let mut document = Document::default();
    sides(&mut document, record, name);
    births(&mut document, record, name);
    indexes(&mut document, record, name);
    document.section("Findings");
    let found = findings(record, |finding| finding.namespace.as_ref() == Some(name));
    if found.is_empty() {
        document.push(Line::default().with(Emphasis::Faint, "  none about this collection"));
    }
    for finding in found {
        document.push(Line::default().plain("  ").with(emphasis(finding), &line(finding)));
    }
    let (title, file) = (name.to_string(), format!("{name}.txt"));
    Some(Text { title, file, document, is_wrapped: false })
}

fn sides(document: &mut Document, record: &Record, name: &Namespace) {
    document.section("Documents");
    if let Some(dumped) = record.census.as_ref().and_then(|it| it.collections.get(name)) {
        let each = dumped.bytes.bytes().checked_div(dumped.documents);
        let each = each.map(|each| format!(", {} each", ByteSize(each))).unwrap_or_default();
        let text = format!("{} in {}{each}", Count(dumped.documents), dumped.bytes);
        document.field("in dump", &text);
    }
    for (side, census) in
        [("restored", &record.restored), (&*source_heading(record), &record.source)]
    {
        let Some(census) = census else {
            document.judged(side, Some(Emphasis::Faint), "not asked");
            continue;
        };
        let text = match census.collections.get(name) {
            None => "not there".to_owned(),
            Some(live) => held(live),
        };
        document.field(side, &text);
    }
}

fn held(live: &LiveCollection) -> String {
    let mut parts = vec![Count(live.documents).to_string()];
    if let Some(windows) = &live.windows {
        parts.push(format!("{} from before the dump", Count(windows.before)));
        parts.push(format!("{} from after its end", Count(windows.after)));
        parts.extend(windows.changed.map(|changed| format!("{} changed since", Count(changed))));
        let oldest = windows.oldest.map(|oldest| oldest.strftime("%Y-%m-%d").to_string());
        parts.extend(oldest.map(|oldest| format!("the oldest of {oldest}")));
    }
    parts.join(", ")
}

/// When the documents were created, month by month, on both sides.
fn births(document: &mut Document, record: &Record, name: &Namespace) {
    let months = |census: &Option<LiveCensus>| {
        census.as_ref().and_then(|it| it.collections.get(name)).map(|live| live.months.clone())
    };
    let (copy, source) = (months(&record.restored), months(&record.source));
    let (copy, source) = (copy.unwrap_or_default(), source.unwrap_or_default());
    if copy.is_empty() && source.is_empty() {
        return;
    }
    document.section("Created, by month");
    let most = copy.iter().chain(&source).map(|(_, count)| *count).max().unwrap_or(0);
    let mut all: Vec<&String> = copy.iter().chain(&source).map(|(month, _)| month).collect();
    all.sort();
    all.dedup();
    let of = |side: &[(String, u64)], month: &str| {
        side.iter().find(|(known, _)| known == month).map_or(0, |(_, count)| *count)
    };
    let heading = format!("  {:<9}{:<28}{}", "", "restored", source_heading(record));
    document.push(Line::default().with(Emphasis::Faint, &heading));
    for month in all {
        let (here, there) = (of(&copy, month), of(&source, month));
        let text = format!("  {month:<9}{:<28}", bar(here, most));
        let line = Line::default().plain(&text);
        let there = bar(there, most);
        document.push(if source.is_empty() { line } else { line.plain(&there) });
    }
}

/// A bar of eighths, and the number behind it.
fn bar(count: u64, most: u64) -> String {
    const CELLS: u64 = 14;
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let eighths = (count * CELLS * 8).checked_div(most).unwrap_or(0);
    let eighths = if count > 0 { eighths.max(1) } else { 0 };
    let full = usize::try_from(eighths / 8).unwrap_or(0);
    let mut text = "█".repeat(full);
    if eighths % 8 > 0 {
        text.extend(usize::try_from(eighths % 8).ok().and_then(|at| EIGHTHS.get(at)));
    }
    let text = if text.is_empty() { "·".to_owned() } else { text };
    format!("{text} {}", Count(count))
}

fn indexes(document: &mut Document, record: &Record, name: &Namespace) {
    let dumped = record.census.as_ref().and_then(|it| it.collections.get(name));
    let of = |census: &Option<LiveCensus>| {
        census.as_ref().and_then(|it| it.collections.get(name)).map(|live| live.indexes.clone())
    };
    let sides: [(&str, Option<Vec<IndexSpec>>); 3] = [
        ("in dump", dumped.map(|dumped| dumped.indexes.clone())),
        ("restored", of(&record.restored)),
        ("source", of(&record.source)),
    ];
    let mut all: Vec<&IndexSpec> = Vec::new();
    for index in sides.iter().flat_map(|(_, side)| side.iter().flatten()) {
        if !all.iter().any(|known| known.does_the_same_as(index)) {
            all.push(index);
        }
    }
    if all.is_empty() {
        return;
    }
    document.section("Indexes");
    for index in all {
        let mut line = Line::default().plain("  ");
        for (side, held) in &sides {
            let Some(held) = held else { continue };
            let is_there = held.iter().any(|known| known.does_the_same_as(index));
            let (sign, emphasis) =
                if is_there { ("✔", Emphasis::Good) } else { ("✘", Emphasis::Warning) };
            line = line.with(emphasis, sign).with(Emphasis::Faint, &format!(" {side}   "));
        }
        document.push(line.plain(&index.to_string()));
    }
}

fn findings(record: &Record, wanted: impl Fn(&Finding) -> bool) -> Vec<&Finding> {
    let mut found: Vec<&Finding> =
        record.judgements.iter().flat_map(Judgement::findings).filter(|it| wanted(it)).collect();
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

/// Why the verdict is what it is: of the row under the cursor where something was found there, and of
/// the whole backup.
pub fn explanation(drill: &Drill) -> Option<Text> {
    let shown = drill.shown.as_ref()?;
    let record = &shown.record;
    let mut document = Document::default();
    document.section(&format!(
        "{}: {} {}",
        record.verdict,
        record.object.name(),
        record.sentence()
    ));
    document.field("depth", &format!("{}, {}", record.depth, proves(record.depth)));
    document.field("picked", &picked(&record.selection));
    if let Some(failed) = &record.failed {
        document.judged(failed.step.word(), Some(Emphasis::Warning), &failed.failure.to_string());
    }
    let here = shown.selected().map(|row| row.namespace.clone());
    let found = findings(record, |finding| {
        finding.namespace.is_none()
            || finding.namespace == here
            || finding.severity > Severity::Info
    });
    for finding in found {
        explain(&mut document, finding);
    }
    passed(&mut document, record);
    for (rules, why) in not_run(&record.judgements) {
        document.judged(&rules, Some(Emphasis::Warning), &format!("not run: {why}"));
    }
    let id = record.id.short();
    let (title, file) = (format!("why {}", record.verdict), format!("drill-{id}-why.txt"));
    Some(Text { title, file, document, is_wrapped: true })
}

fn explain(document: &mut Document, finding: &Finding) {
    let words = finding.rule.words();
    document.push(Line::default());
    document.push(Line::default().with(emphasis(finding), &line(finding)));
    document.field("the rule", words.holds);
    if !words.doubt.is_empty() {
        document.field("may be wrong", words.doubt);
    }
    if finding.severity > Severity::Info {
        document.field("next", words.next);
    }
}

/// What the rules that found nothing have shown.
fn passed(document: &mut Document, record: &Record) {
    let quiet = record.judgements.iter().filter(
        |judged| matches!(&judged.outcome, Outcome::Ran { findings, .. } if findings.is_empty()),
    );
    document.section("Rules");
    for judged in quiet {
        let text = format!("✔ {}", judged.rule.words().holds);
        document.judged(judged.rule.id(), Some(Emphasis::Good), &text);
    }
}

const fn emphasis(finding: &Finding) -> Emphasis {
    match finding.severity {
        Severity::Info => Emphasis::Faint,
        Severity::Warn | Severity::CouldNotVerify => Emphasis::Warning,
        Severity::Fail => Emphasis::Bad,
    }
}

/// What a depth proves.
pub const fn proves(depth: Depth) -> &'static str {
    match depth {
        Depth::Quick => "the dump is whole (rules A1–A4): intact",
        Depth::Restore => "all of it comes back (rules A1–A7): restorable",
        Depth::Compare => "nothing of the source is missing (A1–B2): proven",
    }
}

/// What a depth costs.
pub const fn costs(depth: Depth) -> &'static str {
    match depth {
        Depth::Quick => "a download; no container",
        Depth::Restore => "a download, a sandbox on the container engine",
        Depth::Compare => "a download, a sandbox, counts at the live database (read only)",
    }
}

/// What of a result can be copied.
pub fn choices(shown: &Shown) -> Vec<(String, String)> {
    let record = &shown.record;
    let mut choices = vec![
        ("the restore command".to_owned(), record.command_to_copy()),
        ("the object's address".to_owned(), record.object.url()),
        ("the record's id".to_owned(), record.id.to_string()),
        ("the verdict".to_owned(), format!("{}: {}", record.verdict, record.sentence())),
    ];
    if let Some(loss) = &record.loss {
        choices.push(("the loss".to_owned(), loss.sentence()));
    }
    if let Some(row) = shown.selected() {
        let cell = |count: Option<u64>| count.map_or("-".to_owned(), |it| it.to_string());
        let cells = [row.dumped, row.restored, row.source_before, row.source_now].map(cell);
        let text = format!("{}\t{}\t{}\t{}", row.namespace, cells.join("\t"), row.word(), row.why);
        choices.push(("the row".to_owned(), text));
    }
    choices
}
