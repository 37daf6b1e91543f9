//! The journal on a real folder.

use super::*;
use crate::domain::settings::Depth;
use crate::domain::verdict::Verdict;
use crate::drill::fixture::record;
use crate::drill::report::{CSV_HEADER, csv_row};

fn cleanup() -> Cleanup {
    Cleanup {
        at: Timestamp::UNIX_EPOCH,
        removed: vec!["container".to_owned()],
        kept: Vec::new(),
        failure: None,
    }
}

#[test]
fn lines_of_one_drill_are_folded_into_one_entry() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path().join("made when needed"));
    journal.append(Ulid(1), &Line::Result(Box::new(record(1, Verdict::Pass)))).unwrap();
    journal.append(Ulid(1), &Line::Cleanup(cleanup())).unwrap();
    let reading = journal.read().unwrap();
    assert_eq!(reading.problems, []);
    let entry = reading.entries.first().unwrap();
    assert_eq!(entry.record(), Some(&record(1, Verdict::Pass)));
    assert_eq!(entry.cleanup, Some(cleanup()));
}

#[test]
fn a_folder_that_does_not_exist_yet_is_an_empty_journal() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Journal::at(folder.path().join("none")).read().unwrap(), Reading::default());
}

#[test]
fn a_journal_that_cannot_be_used_is_named_with_what_was_tried() {
    let folder = tempfile::tempdir().unwrap();
    let (file, sheet) = (folder.path().join("a file"), folder.path().join("sheet.csv"));
    fs::write(&file, "").unwrap();
    fs::write(&sheet, CSV_HEADER).unwrap();
    let journal = Journal::at(&file);
    let name = file.display();
    let failure = journal.read().unwrap_err();
    assert!(failure.what.starts_with(&format!("reading the journal {name}: ")), "{failure}");
    let failure = journal.append(Ulid(1), &Line::Cleanup(cleanup())).unwrap_err();
    assert!(failure.what.starts_with(&format!("writing to the journal {name}: ")), "{failure}");
    // The spreadsheet is fine: it is not what could not be read.
    let problem = journal.import(&sheet).unwrap_err().to_string();
    assert!(problem.starts_with(&format!("reading the journal {name}: ")), "{problem}");
}

#[test]
fn a_record_is_as_readable_for_the_team_as_any_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path());
    journal.append(Ulid(1), &Line::Result(Box::new(record(1, Verdict::Pass)))).unwrap();
    let plain = folder.path().join("plain");
    fs::write(&plain, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&journal.path(Ulid(1))), mode(&plain));
}

#[test]
fn a_torn_line_does_not_swallow_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path());
    journal.append(Ulid(1), &Line::Result(Box::new(record(1, Verdict::Pass)))).unwrap();
    let path = journal.path(Ulid(1));
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}{{\"note\":{{\"at\"")).unwrap();
    journal.append(Ulid(1), &Line::Cleanup(cleanup())).unwrap();
    let reading = journal.read().unwrap();
    assert_eq!(reading.problems.len(), 1);
    assert_eq!(reading.entries.first().unwrap().cleanup, Some(cleanup()));
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path());
    journal.append(Ulid(1), &Line::Result(Box::new(record(1, Verdict::Pass)))).unwrap();
    fs::write(folder.path().join(format!("{}.jsonl", Ulid(2))), "{\"result\": 7}\n").unwrap();
    fs::write(folder.path().join("stray.jsonl"), "").unwrap();
    let reading = journal.read().unwrap();
    assert_eq!((reading.entries.len(), reading.problems.len()), (1, 2));
}

#[test]
fn only_a_drill_that_came_to_a_verdict_counts_as_tested() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path());
    let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::CouldNotVerify];
    for (id, verdict) in (1..).zip(verdicts) {
        journal.append(Ulid(id), &Line::Result(Box::new(record(id, verdict)))).unwrap();
    }
    let scan = Record { depth: Depth::Quick, ..record(9, Verdict::Pass) };
    journal.append(Ulid(9), &Line::Result(Box::new(scan))).unwrap();
    let tested: Vec<_> =
        journal.read().unwrap().history().tested.into_iter().map(|(_, key)| key.0).collect();
    assert_eq!(tested, ["prod/1.tar.gz", "prod/2.tar.gz"]);
}

#[test]
fn a_spreadsheet_is_imported_once() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = folder.path().join("drills.csv");
    let text = "\u{feff}date,environment,backup,result,note\r\n\
                2024-03-01,prod,2024-02-28T00_00.tar.gz,ok,\"slow, but fine\"\r\n\r\n\
                2024-04-02T10:30,dev,x.tar.gz,failed,\r\n";
    fs::write(&sheet, text).unwrap();
    let journal = Journal::at(folder.path().join("journal"));
    assert_eq!(journal.import(&sheet).unwrap(), ImportOutcome { added: 2, known: 0 });
    assert_eq!(journal.import(&sheet).unwrap(), ImportOutcome { added: 0, known: 2 });
    let reading = journal.read().unwrap();
    let Source::Imported(row) = &reading.entries.first().unwrap().source else { panic!() };
    assert_eq!(row.note, "slow, but fine");
    assert_eq!(reading.imported_names().len(), 2);
}

#[test]
fn what_was_exported_from_here_is_known_when_it_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path().join("journal"));
    let record = record(u128::MAX >> 9, Verdict::Pass);
    journal.append(record.id.0, &Line::Result(Box::new(record.clone()))).unwrap();
    let sheet = folder.path().join("drills.csv");
    fs::write(&sheet, format!("{CSV_HEADER}\n{}\n", csv_row(&record))).unwrap();
    assert_eq!(journal.import(&sheet).unwrap(), ImportOutcome { added: 0, known: 1 });
    let elsewhere = Journal::at(folder.path().join("elsewhere"));
    assert_eq!(elsewhere.import(&sheet).unwrap(), ImportOutcome { added: 1, known: 0 });
}

#[test]
fn scans_and_cancelled_drills_do_not_become_tests_on_their_way_through_a_spreadsheet() {
    let scan = |verdict| Record { depth: Depth::Quick, ..record(1, verdict) };
    let cancelled = Record { cancelled: true, ..record(2, Verdict::Fail) };
    for (record, result, is_test) in [
        (scan(Verdict::Pass), "intact", false),
        (scan(Verdict::Warn), "intact", false),
        (scan(Verdict::Fail), "not intact", false),
        (cancelled, "cancelled", false),
        (record(3, Verdict::CouldNotVerify), "COULD NOT VERIFY", false),
        (record(4, Verdict::Pass), "PASS", true),
        (record(5, Verdict::Fail), "FAIL", true),
    ] {
        let rows = parse_csv(&format!("{CSV_HEADER}\n{}\n", csv_row(&record))).unwrap();
        let row = rows.first().unwrap();
        assert_eq!((row.result.as_str(), row.came_to_a_verdict()), (result, is_test));
    }
}

#[test]
fn a_spreadsheet_with_problems_is_refused_whole_with_all_of_them() {
    let text = "date,environment,backup,result,note\nyesterday,prod,x,ok,\n2024-01-01,prod\n";
    let problems = parse_csv(text).unwrap_err();
    assert_eq!(
        problems,
        ["  line 2: `yesterday` is not a date like 2026-11-20", "  line 3: 2 cells, not 5"]
    );
    assert_eq!(parse_csv("a,b\n").unwrap_err().len(), 1);
    assert_eq!(parse_csv("date,environment,backup,result,note\n\"a,b\n").unwrap_err().len(), 1);
}

#[test]
fn another_journal_is_taken_over_with_all_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let other = Journal::at(folder.path().join("other"));
    other.append(Ulid(1), &Line::Result(Box::new(record(1, Verdict::Pass)))).unwrap();
    other.append(Ulid(1), &Line::Cleanup(cleanup())).unwrap();
    let journal = Journal::at(folder.path().join("mine"));
    assert_eq!(journal.import(other.folder()).unwrap().added, 1);
    assert_eq!(journal.read().unwrap().entries, other.read().unwrap().entries);
}
