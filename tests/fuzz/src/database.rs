//! What programs in the sandbox say.

use lifeboat::adapters::mongodb::tool::ToolLog;
use lifeboat::domain::engine::Engine;
use lifeboat::drill::recipe::{last_words, without_documents};

/// However the tool's words are cut into pieces, they mean the same.
pub fn tool(bytes: &[u8]) {
    let (mut whole, mut cut) = (ToolLog::default(), ToolLog::default());
    let events = whole.hear(bytes);
    let size = usize::from(bytes.first().copied().unwrap_or(1)).max(1);
    let in_pieces: Vec<_> = bytes.chunks(size).flat_map(|piece| cut.hear(piece)).collect();
    assert_eq!(events, in_pieces);
    let report = whole.conclude(1);
    assert_eq!(report, cut.conclude(1));
    assert!(report.refused().is_none_or(|refused| refused >= report.failures));
}

/// A line stays short, and the most telling one is one of them.
pub fn server_log(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let log: Vec<String> =
        text.lines().map(|line| without_documents(Engine::Mongodb, line)).collect();
    match last_words(Engine::Mongodb, &log) {
        Some(words) => assert!(log.iter().any(|line| line.contains(words))),
        None => assert!(log.is_empty()),
    }
}

pub fn tool_logs() -> Vec<Vec<u8>> {
    let texts = [
        "2026-11-20T09:00:00.000+0000\tpreparing collections to restore from\n\
         2026-11-20T09:00:03.000+0000\t[####....................]  admin.file  12.3MB/45MB  (27.1%)\n\
         2026-11-20T09:00:06.000+0000\tfinished restoring admin.file (318440 documents, 2 failures)\n\
         2026-11-20T09:00:06.000+0000\trestoring indexes for collection admin.file from metadata\n\
         2026-11-20T09:00:07.000+0000\t318440 document(s) restored successfully. 2 document(s) failed to restore.\n",
        "x\tcontinuing through error: E11000 duplicate key error { a: 1 }\n\
         x\tdon't know what to do with file \"dump/admin/notes.txt\", skipping...\n\
         x\tFailed: admin.file: error creating indexes for admin.file: createIndex error: (DuplicateKey) x\n",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub fn server_logs() -> Vec<Vec<u8>> {
    let texts = [
        r#"{"t":{"$date":"2026-11-20T09:00:00.000+00:00"},"s":"E","c":"STORAGE","id":1,"ctx":"conn1","msg":"Index build failed","attr":{"error":"dup key: { name: \"Jane\" }"}}"#,
        "2019-03-01T10:00:00.000+0000 I  COMMAND  [conn1] insert { name: \"Jane\" } 3ms\n\
         2020-01-01T00:00:00.000+0000 F  CONTROL  [main] Failed global initialization\n",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
