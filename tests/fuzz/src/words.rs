//! What people and programs write: the configuration, the filter, a log's line, a record of the journal.

use std::borrow::Cow;
use std::path::PathBuf;

use lifeboat::app::filter::{Field, Filter, Searchable};
use lifeboat::config::{Colours, DefaultFolders, read, show};
use lifeboat::domain::ansi;
use lifeboat::domain::text::{redact, shown};
use lifeboat::drill::record::Record;
use lifeboat::drill::report::{csv_row, markdown};
use lifeboat::journal::parse_csv;

/// A file that is accepted reads back to itself from what is shown of it; one that is not says why, harmlessly.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let folders = DefaultFolders {
        config_file: PathBuf::from("/home/ada/.config/lifeboat/config.toml"),
        data: PathBuf::from("/home/ada/.local/share/lifeboat"),
        cache: PathBuf::from("/home/ada/.cache/lifeboat"),
        state: PathBuf::from("/home/ada/.local/state/lifeboat"),
    };
    match read(text, "config.toml", &folders) {
        Ok(settings) => {
            let once = show(&settings);
            let again = read(&once, "config.toml", &folders);
            let again =
                again.map(|settings| show(&settings)).map_err(|all| all.render(Colours::Off));
            assert_eq!(again.as_deref(), Ok(once.as_str()));
        }
        Err(problems) => {
            assert!(problems.iter().next().is_some());
            for line in problems.render(Colours::Off).lines() {
                assert_eq!(shown(line), line, "a problem is safe to print");
            }
        }
    }
}

/// A filter that is read can be asked; `!` turns it round.
pub fn filter(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Filter::parse(text) {
        Ok(filter) => drop(filter.matches(&Row)),
        Err(problem) => assert!(!problem.0.is_empty()),
    }
}

struct Row;

impl Searchable for Row {
    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        ["ingest-core-7c9f", "größe", "", "CrashLoopBackOff"].into_iter().any(test)
    }

    fn label(&self, key: &str) -> Option<&str> {
        (key == "app").then_some("ingest-core")
    }

    fn number(&self, field: Field) -> Option<f64> {
        (field == Field::Restarts).then_some(7.0)
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        (field == Field::Status).then(|| "CrashLoopBackOff".into())
    }
}

/// Nothing that a terminal would act on gets through, and colours lie where the text is.
pub fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    assert!(shown(&text).chars().all(is_harmless));
    assert_eq!(shown(&shown(&text)), shown(&text));
    assert!(redact(&text).chars().count() <= 400);
    for line in text.split('\n') {
        let styled = ansi::parse(line);
        assert!(styled.text.chars().all(is_harmless));
        assert_eq!(ansi::plain(line), styled.text);
        let mut end = 0;
        for run in styled.runs {
            assert!(end <= run.start && run.start < run.end);
            assert!(styled.text.get(run.start..run.end).is_some());
            end = run.end;
        }
    }
}

fn is_harmless(character: char) -> bool {
    let reorders = ['\u{200e}', '\u{200f}', '\u{061c}', '\u{feff}'].contains(&character)
        || ('\u{202a}'..='\u{202e}').contains(&character)
        || ('\u{2066}'..='\u{2069}').contains(&character);
    !character.is_control() && !reorders
}

/// A record or a spreadsheet that somebody put into the shared folder can be told in every form.
pub fn record(bytes: &[u8]) {
    if let Ok(record) = serde_json::from_slice::<Record>(bytes) {
        assert!(!markdown(&record, None).is_empty());
        assert!(!csv_row(&record).contains('\n'), "a row is one line");
        assert!(!record.sentence().is_empty());
        assert!(record.command_to_copy().contains("mongorestore"));
        drop(record.rows());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        for row in parse_csv(text).unwrap_or_default() {
            assert_eq!(row.id(), row.id());
        }
    }
}

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub fn configs() -> Vec<Vec<u8>> {
    owned(&[
        lifeboat::config::REFERENCE,
        include_str!("../../../config/examples/ingest.toml"),
        include_str!("../../../config/examples/panels.toml"),
        include_str!("../../data/config/valid/console.toml"),
        include_str!("../../data/config/valid/watched-not-drilled.toml"),
        include_str!("../../data/config/valid/inline-tables.toml"),
        include_str!("../../data/config/valid/odd-words.toml"),
        include_str!("../../data/config/invalid/wrong-types.toml"),
        include_str!("../../data/config/invalid/schedules.toml"),
    ])
}

pub fn filters() -> Vec<Vec<u8>> {
    owned(&[
        "crash|oom",
        "!running",
        "-l app=ingest-core,tier!=web,x in (a,b),!y",
        "restarts>=5 age<2h status=CrashLoopBackOff memory>1.5Gi",
        "-f ingcor",
        "^ingest-[a-z]{3,}.*$",
    ])
}

pub fn texts() -> Vec<Vec<u8>> {
    owned(&[
        "\u{1b}[1;31mred\u{1b}[0m plain\tcolumn",
        "\u{1b}]0;title\u{7}\u{1b}]8;;http://x\u{1b}\\link\u{1b}[38;2;1;2;3mrgb\u{1b}[48;5;200m",
        "\u{9b}31m\u{202e}turned\u{2069}\u{200b}\u{feff}\r\nnext",
        "größe 日本 👩‍🚀 dup key: { name: \"x\" }",
    ])
}

pub fn records() -> Vec<Vec<u8>> {
    owned(&[
        include_str!("../../data/record.json"),
        "date,environment,backup,result,note\n2026-03-01,prod,2026-02-28T00_00.tar.gz,ok,\"a, b\"\n",
    ])
}
