//! True lines of mongorestore 100.10.0.

use super::*;

const HEALTHY: &str = "\
2026-11-21T09:15:57.809+0000\tpreparing collections to restore from
2026-11-21T09:15:57.809+0000\treading metadata for admin.log from out/admin/log.metadata.json
2026-11-21T09:15:57.819+0000\trestoring admin.file from out/admin/file.bson
2026-11-21T09:15:57.869+0000\tfinished restoring shop.weather (100 documents, 0 failures)
2026-11-21T09:15:57.970+0000\tfinished restoring shop.coll (1 document, 0 failures)
2026-11-21T09:16:30.710+0000\t[###############.........]  big.a  77.3MB/119MB  (65.0%)
2026-11-21T09:16:32.418+0000\t[########################]  big.a  119MB/119MB  (100.0%)
2026-11-21T09:15:58.560+0000\trestoring indexes for collection admin.project from metadata
2026-11-21T09:15:58.560+0000\tindex: &idx.IndexDocument{Options:primitive.M{\"name\":\"uuid_1\"}}
2026-11-21T09:15:59.316+0000\tno indexes to restore for collection admin.log
2026-11-21T09:15:59.316+0000\t20461 document(s) restored successfully. 0 document(s) failed to restore.
";

fn hear(text: &str, exit_code: i64) -> (Vec<ToolEvent>, ToolReport) {
    let mut log = ToolLog::default();
    let events = log.hear(text.as_bytes());
    (events, log.conclude(exit_code))
}

fn report(text: &str, exit_code: i64) -> ToolReport {
    hear(text, exit_code).1
}

fn name(text: &str) -> Namespace {
    text.parse().unwrap()
}

#[test]
fn a_healthy_restore_is_followed_and_summed_up() {
    let (events, report) = hear(HEALTHY, 0);
    let size = |tenths: u64| ByteSize((tenths << 20) / 10);
    assert_eq!(
        events,
        [
            ToolEvent::Finished { namespace: name("shop.weather"), documents: 100, failures: 0 },
            ToolEvent::Finished { namespace: name("shop.coll"), documents: 1, failures: 0 },
            ToolEvent::Progress { namespace: name("big.a"), done: size(773), total: size(1190) },
            ToolEvent::Progress { namespace: name("big.a"), done: size(1190), total: size(1190) },
            ToolEvent::Indexing { namespace: name("admin.project") },
        ]
    );
    let expected = ToolReport { restored: Some(20461), failed: Some(0), ..ToolReport::default() };
    assert_eq!(report, expected);
}

#[test]
fn lines_may_arrive_in_any_pieces() {
    let whole = hear(HEALTHY, 0);
    for size in [1, 2, 7, 100, 1000] {
        let mut log = ToolLog::default();
        let pieces = HEALTHY.as_bytes().chunks(size);
        let events: Vec<_> = pieces.flat_map(|piece| log.hear(piece)).collect();
        assert_eq!((events, log.conclude(0)), whole, "{size}");
    }
}

#[test]
fn errors_that_it_continued_through_are_kept_once_each_and_without_contents() {
    let line = |id: &str| {
        format!(
            "2026-11-21T09:16:24.683+0000\tcontinuing through error: E11000 duplicate key error \
             collection: admin.log index: _id_ dup key: {{ _id: ObjectId('{id}') }}\n"
        )
    };
    let text = line("6b016147532d80b2025c5eaa")
        + &line("6b016147532d80b2025c5eab")
        + "2026-11-21T09:16:25.9+0000\t100 document(s) restored successfully. 300 document(s) \
           failed to restore.\n";
    let report = report(&text, 0);
    assert_eq!(
        report.errors,
        ["E11000 duplicate key error collection: admin.log index: _id_ dup key: {…}"]
    );
    assert_eq!((report.restored, report.failed), (Some(100), Some(300)));
    assert_eq!((report.exit_code, report.failure), (0, None));
}

#[test]
fn failures_of_collections_are_added_up_and_silence_is_no_zero() {
    let finished = "t\tfinished restoring a.b (5 documents, 2 failures)\n\
                    t\tfinished restoring a.c (7 documents, 1 failure)\n";
    let totals = "t\t12 document(s) restored successfully. 0 document(s) failed to restore.\n";
    assert_eq!(report(&format!("{finished}{totals}"), 0).refused(), Some(3));
    assert_eq!(report(finished, 137).refused(), Some(3));
    assert_eq!(report(totals, 0).refused(), Some(0));
    assert_eq!(report("t\tfinished restoring a.b (5 documents)\n", 0).refused(), None);
    assert_eq!(report("", 0).refused(), None);
}

#[test]
fn an_index_that_fails_is_named_by_its_collection() {
    let report = report(
        "2026-11-21T09:16:27.054+0000\tFailed: uniq.file: error creating indexes for uniq.file: \
         createIndex error: (DuplicateKey) Index build failed: 96eb6c78: Collection uniq.file ( \
         f4f616a0 ) :: caused by :: E11000 duplicate key error collection: uniq.file index: pad_1 \
         dup key: { pad: \"Jane\" }\n\
         2026-11-21T09:16:27.054+0000\t20000 document(s) restored successfully. 0 document(s) \
         failed to restore.\n",
        1,
    );
    assert_eq!(report.failure, None);
    let [(namespace, why)] = report.failed_indexes.as_slice() else { panic!("{report:?}") };
    assert_eq!(*namespace, name("uniq.file"));
    assert!(why.starts_with("(DuplicateKey) Index build failed") && why.contains("pad_1"), "{why}");
    assert!(!why.contains("Jane"));
    assert_eq!((report.restored, report.failed), (Some(20000), Some(0)));
}

#[test]
fn a_cut_file_is_the_reason_to_give_up() {
    let report = report(
        "2026-11-21T09:16:26.399+0000\tfinished restoring cut.file (10206 documents, 0 failures)\n\
         2026-11-21T09:16:26.399+0000\tFailed: cut.file: error restoring from o3/cut/file.bson: \
         reading bson input: unexpected EOF\n\
         2026-11-21T09:16:26.399+0000\t10206 document(s) restored successfully. 0 document(s) \
         failed to restore.\n",
        1,
    );
    assert_eq!(
        report.failure.as_deref(),
        Some("cut.file: error restoring from o3/cut/file.bson: reading bson input: unexpected EOF")
    );
}

#[test]
fn files_that_it_left_aside_are_named() {
    let report = report(
        "2026-11-21T09:16:24.658+0000\tdon't know what to do with file \"o2/admin/extra.bson.gz\", \
         skipping...\n\
         2026-11-21T09:16:24.658+0000\tdon't know what to do with file \"o2/admin/a \"b\".txt\", \
         skipping...\n\
         2026-11-21T09:16:25.0+0000\t0 document(s) restored successfully. 0 document(s) failed to \
         restore.\n",
        0,
    );
    assert_eq!(report.skipped_files, ["o2/admin/extra.bson.gz", "o2/admin/a \"b\".txt"]);
    assert_eq!(report.restored, Some(0));
}

#[test]
fn the_last_words_of_a_tool_that_died_are_its_failure() {
    let unreachable = report(
        "2026-11-21T09:16:57.065+0000\terror connecting to host: failed to connect to \
         mongodb://127.0.0.1:27999/: server selection error: server selection timeout, current \
         topology: { Type: Single, Servers: [{ Addr: 127.0.0.1:27999 }, ] }\n",
        1,
    );
    let failure = unreachable.failure.unwrap();
    assert!(failure.starts_with("error connecting to host: failed to connect"), "{failure}");

    let killed =
        report("2026-11-21T09:16:27.712+0000\trestoring big.a from o6/big/a.bson\nKilled", 137);
    assert_eq!(killed.failure.as_deref(), Some("Killed"));
    assert_eq!((killed.restored, killed.failed), (None, None));
}

#[test]
fn the_words_of_an_older_tool_are_understood() {
    let (events, _) = hear(
        "2019-03-01T10:00:00.000+0000\tfinished restoring admin.a b (c) (12 documents)\n\
         2019-03-01T10:00:00.000+0000\t[........................]  admin.a b  0B/9.77KB  (0.0%)\n",
        0,
    );
    assert_eq!(
        events,
        [
            ToolEvent::Finished { namespace: name("admin.a b (c)"), documents: 12, failures: 0 },
            ToolEvent::Progress {
                namespace: name("admin.a b"),
                done: ByteSize(0),
                total: ByteSize(10_004)
            },
        ]
    );
}

#[test]
fn what_it_says_is_bounded() {
    let mut log = ToolLog::default();
    for n in 0..1000 {
        log.hear(format!("t\tcontinuing through error: number {n}\n").as_bytes());
        log.hear(format!("t\tdon't know what to do with file \"{n}\", skipping...\n").as_bytes());
    }
    log.hear(&vec![b'x'; 1 << 20]);
    assert!(log.begun.len() <= LONGEST_LINE);
    let report = log.conclude(1);
    assert_eq!((report.errors.len(), report.skipped_files.len()), (MOST_KEPT, MOST_KEPT));
    assert!(report.failure.unwrap().len() < 400);
}

#[test]
fn the_command_neither_drops_nor_restores_users() {
    let command = command("/drill/dump");
    assert!(!command.iter().any(|argument| argument == "--drop"));
    assert!(command.join(" ").contains("--nsExclude admin.system.users"));
    assert!(command.join(" ").ends_with("--dir /drill/dump"));
}
