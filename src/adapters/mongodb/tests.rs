//! The adapter against a server that answers as scripted.

use std::sync::Mutex;
use std::time::Duration;

use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, doc};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::mpsc;

use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::births::first_id_from;
use crate::adapters::mongodb::census::{Detail, Question};
use crate::adapters::mongodb::fake::{Answer, FakeServer};
use crate::adapters::mongodb::reader::Reader;
use crate::adapters::mongodb::restore::{Collections, RestoreOutcome, Restored, Restorer};
use crate::domain::census::{Birth, CollectionKind, LiveCensus, Namespace, Windows};
use crate::domain::environment::FieldRules;
use crate::domain::failure::FailureKind;
use crate::dump::{Batch, CollectionLayout};

const COMMENT: &str = "lifeboat-drill-7f3a";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn name(text: &str) -> Namespace {
    text.parse().unwrap()
}

fn cursor(rows: Vec<Document>) -> Document {
    doc! {"ok": 1, "cursor": {"id": 0_i64, "ns": "admin.x", "firstBatch": rows}}
}

fn refusal(code: i32, message: &str) -> Document {
    doc! {"ok": 0, "code": code, "codeName": "Refused", "errmsg": message}
}

fn first_key(command: &Document) -> &str {
    command.keys().next().unwrap()
}

/// A server of one database with one collection, whose ids come from `ends` and whose counts from
/// `count`, given the filter.
fn one_collection(
    ends: (Bson, Bson),
    count: impl Fn(&Document) -> i32 + Send + Sync + 'static,
) -> impl Fn(&Document) -> Answer + Send + Sync + 'static {
    move |command| {
        Answer::Document(match first_key(command) {
            "buildInfo" => doc! {"ok": 1, "version": "4.2.24"},
            "listDatabases" => {
                doc! {"ok": 1, "databases": [{"name": "admin"}, {"name": "config"}, {"name": "local"}]}
            }
            "listCollections" => cursor(vec![
                doc! {"name": "file", "type": "collection", "options": {}},
                doc! {"name": "system.version", "type": "collection"},
            ]),
            "listIndexes" => {
                cursor(vec![doc! {"v": 2, "key": {"_id": 1}, "name": "_id_", "ns": "admin.file"}])
            }
            "find" => match command.get_document("sort").unwrap().iter().next().unwrap() {
                // Every document has a date in `made`, none in another field.
                _ if !command.get_document("filter").unwrap().is_empty() => cursor(Vec::new()),
                (field, _) if field == "made" => {
                    cursor(vec![doc! {"_id": 1, "made": DateTime::from_millis(1000)}])
                }
                (_, Bson::Int32(1)) => cursor(vec![doc! {"_id": ends.0.clone()}]),
                _ => cursor(vec![doc! {"_id": ends.1.clone()}]),
            },
            "aggregate" => {
                let stages = command.get_array("pipeline").unwrap();
                let filter = stages[0].as_document().unwrap().get_document("$match").unwrap();
                match count(filter) {
                    0 => cursor(Vec::new()),
                    count => cursor(vec![doc! {"_id": 1, "n": count}]),
                }
            }
            other => refusal(59, &format!("no such command: {other}")),
        })
    }
}

fn ids() -> (Bson, Bson) {
    (first_id_from(at("2018-04-04T00:00:00Z")).into(), ObjectId::from_bytes([255; 12]).into())
}

async fn census(
    server: &FakeServer,
    detail: Detail,
    fields: FieldRules,
) -> Result<LiveCensus, AdapterError> {
    let uri = format!("mongodb://127.0.0.1:{}/", server.port);
    let reader = Reader::source(&SecretString::from(uri), COMMENT).await?;
    let fields = move |_: &Namespace| fields.clone();
    let question = Question {
        began: at("2026-11-03T00:00:00Z"),
        ended: at("2026-11-03T00:06:00Z"),
        margin: Duration::from_mins(5),
        fields: &fields,
        detail,
    };
    let reader = reader.with_patience(Duration::from_secs(5));
    let census = reader.take_census(&question, at("2026-11-18T09:00:00Z"), &|_| {}).await;
    reader.close().await;
    census
}

fn hca() -> FieldRules {
    let field = |name: &str| Some(name.to_owned());
    FieldRules { created: field("made"), changed: field("updateDate") }
}

#[tokio::test]
async fn documents_are_counted_by_the_birth_in_their_ids() {
    let low = first_id_from(at("2026-11-02T23:55:00Z"));
    let server = FakeServer::on_loopback(one_collection(ids(), move |filter| {
        if filter.contains_key("made") {
            return 8;
        }
        if filter.contains_key("updateDate") {
            return 918;
        }
        let range = filter.get_document("_id").unwrap();
        match (range.contains_key("$gte"), range.contains_key("$lt")) {
            (false, true) => {
                assert_eq!(range.get_object_id("$lt").unwrap(), low);
                100
            }
            (true, true) => 5,
            _ => 20,
        }
    }))
    .await;

    let census = census(&server, Detail::Changes, hca()).await.unwrap();

    assert_eq!(census.version, "4.2.24");
    assert_eq!(census.host, format!("127.0.0.1:{}", server.port));
    assert_eq!(census.collections.keys().collect::<Vec<_>>(), [&name("admin.file")]);
    let file = &census.collections[&name("admin.file")];
    assert_eq!(file.documents, 125);
    assert_eq!(file.indexes.len(), 1);
    assert_eq!(
        file.windows,
        Some(Windows {
            birth: Birth::Id,
            before: 100,
            after: 20,
            imported: 8,
            changed: Some(918),
            oldest: Some(at("2018-04-04T00:00:00Z")),
        })
    );
}

#[tokio::test]
async fn every_question_has_a_limit_and_the_long_ones_our_comment() {
    let server = FakeServer::on_loopback(one_collection(ids(), |_| 1)).await;
    census(&server, Detail::Windows, FieldRules::default()).await.unwrap();
    for command in server.asked() {
        assert!(command.contains_key("maxTimeMS"), "{command}");
        let is_long = ["find", "aggregate"].contains(&first_key(&command));
        assert_eq!(command.get_str("comment").ok(), is_long.then_some(COMMENT), "{command}");
    }
    let names = server.asked_names();
    assert_eq!(names.iter().filter(|name| *name == "aggregate").count(), 3, "{names:?}");
}

#[tokio::test]
async fn ids_of_mixed_types_have_no_birth_and_are_counted_from_the_index() {
    let ends = (Bson::Int32(1), ObjectId::from_bytes([9; 12]).into());
    let server = FakeServer::on_loopback(one_collection(ends, |_| 7)).await;
    let census = census(&server, Detail::Windows, FieldRules::default()).await.unwrap();
    let file = &census.collections[&name("admin.file")];
    assert_eq!((file.documents, &file.windows), (7, &None));
    let count = server.asked().into_iter().find(|command| first_key(command) == "aggregate");
    assert_eq!(count.unwrap().get_document("hint").unwrap(), &doc! {"_id": 1});
}

#[tokio::test]
async fn changes_that_no_document_could_tell_of_are_not_counted_as_none() {
    let server = FakeServer::on_loopback(one_collection(ids(), |filter| {
        i32::from(!filter.contains_key("updateDate"))
    }))
    .await;
    let census = census(&server, Detail::Changes, hca()).await.unwrap();
    let windows = census.collections[&name("admin.file")].windows.clone().unwrap();
    assert_eq!((windows.before, windows.changed), (1, None));
}

#[tokio::test]
async fn a_configured_date_field_tells_the_birth_where_ids_do_not() {
    let ends = ("p1".into(), "p9".into());
    let server = FakeServer::on_loopback(one_collection(ends, |filter| {
        let keys: Vec<_> = filter.keys().map(String::as_str).collect();
        match keys.as_slice() {
            [] => 50,
            ["made"] if filter.get_document("made").unwrap().contains_key("$lt") => 40,
            ["made"] => 4,
            ["made", "updateDate"] => 3,
            other => panic!("{other:?}"),
        }
    }))
    .await;
    let census = census(&server, Detail::Changes, hca()).await.unwrap();
    let file = &census.collections[&name("admin.file")];
    assert_eq!(file.documents, 50);
    let birth = Birth::Field("made".to_owned());
    let oldest = Some(Timestamp::from_second(1).unwrap());
    assert_eq!(
        file.windows,
        Some(Windows { birth, before: 40, after: 4, imported: 0, changed: Some(3), oldest })
    );
}

#[tokio::test]
async fn time_series_are_counted_in_buckets_and_views_not_at_all() {
    let server = FakeServer::on_loopback(|command| {
        Answer::Document(match first_key(command) {
            "buildInfo" => doc! {"ok": 1, "version": "7.0.14"},
            "listDatabases" => doc! {"ok": 1, "databases": [{"name": "shop"}]},
            "listCollections" => cursor(vec![
                doc! {"name": "weather", "type": "timeseries", "options": {"timeseries": {}}},
                doc! {"name": "system.buckets.weather", "type": "collection"},
                doc! {"name": "dry", "type": "view", "options": {"viewOn": "weather"}},
            ]),
            "listIndexes" => cursor(Vec::new()),
            _ => {
                assert_eq!(command.get_str("aggregate").unwrap(), "system.buckets.weather");
                cursor(vec![doc! {"_id": 1, "n": 3}])
            }
        })
    })
    .await;
    let census = census(&server, Detail::Windows, FieldRules::default()).await.unwrap();
    let found: Vec<_> = census
        .collections
        .iter()
        .map(|(name, found)| (name.to_string(), found.kind, found.documents))
        .collect();
    assert_eq!(
        found,
        [
            ("shop.dry".to_owned(), CollectionKind::View, 0),
            ("shop.weather".to_owned(), CollectionKind::TimeSeries, 3),
        ]
    );
}

#[tokio::test]
async fn one_count_without_an_answer_fails_the_whole_census() {
    for (answer, kind, words) in [
        (refusal(13, "not authorized on admin"), FailureKind::Denied, "not authorized on admin"),
        (refusal(50, "operation exceeded time limit"), FailureKind::TimedOut, "took longer than 5"),
        (doc! {"ok": 1}, FailureKind::Unexpected, "the answer holds no count"),
    ] {
        let rest = one_collection(ids(), |_| 1);
        let server = FakeServer::on_loopback(move |command| match first_key(command) {
            "aggregate" => Answer::Document(answer.clone()),
            _ => rest(command),
        })
        .await;
        let error = census(&server, Detail::Windows, FieldRules::default()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        let text = error.to_string();
        assert!(text.starts_with("counting admin.file on 127.0.0.1:"), "{text}");
        assert!(text.contains(words), "{text}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let (_server, sandbox) = FakeServer::in_sandbox(|_| Answer::Silence);
    let reader = Reader::sandbox(&sandbox, COMMENT).unwrap();
    let reader = reader.with_patience(Duration::from_millis(20));
    let error = reader.pulse().await.unwrap_err();
    assert_eq!(error.kind, FailureKind::TimedOut);
    assert_eq!(error.to_string(), "reaching admin in the sandbox: took longer than 0.0 s");
}

#[tokio::test]
async fn a_command_that_writes_never_leaves_the_reader() {
    let (server, sandbox) = FakeServer::in_sandbox(|_| Answer::Document(doc! {"ok": 1}));
    let reader = Reader::sandbox(&sandbox, COMMENT).unwrap();
    for command in [
        doc! {"insert": "file", "documents": [{}]},
        doc! {"dropDatabase": 1},
        doc! {"aggregate": "file", "pipeline": [{"$out": "other"}], "cursor": {}},
    ] {
        let error = reader.ask("trying", "admin", command.clone()).await.unwrap_err();
        assert_eq!(error.kind, FailureKind::Denied);
        reader.ask_for_all("trying", "admin", command).await.unwrap_err();
    }
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn a_pulse_names_the_servers_process() {
    let (server, sandbox) =
        FakeServer::in_sandbox(|_| Answer::Document(doc! {"ok": 1, "pid": 7_i64}));
    let reader = Reader::sandbox(&sandbox, COMMENT).unwrap();
    assert_eq!(reader.pulse().await.unwrap().pid, Some(7));
    assert_eq!(server.asked_names(), ["ping", "serverStatus"]);
}

#[tokio::test]
async fn a_wrong_connection_string_keeps_its_password_to_itself() {
    for uri in [
        "mongodb://user:hunter2@@db-1/",
        "mongodb://user:hunter2:x@db-1/",
        "mongodb://user:hun/ter2@db-1:27017/",
        "mongodb://user:hunter2@db-1:port/",
        "postgres://user:hunter2@db-1/",
        "user:hunter2@db-1",
    ] {
        let error = Reader::source(&SecretString::from(uri), COMMENT).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("ter2") && !shown.contains("user:h"), "{shown}");
        assert!(error.advice.unwrap().contains("%XX"));
    }
}

#[tokio::test]
async fn nobody_behind_a_loopback_port_suggests_the_port_forward() {
    // The port was free a moment ago: nobody listens there.
    let port = FakeServer::on_loopback(|_| Answer::HangUp).await.port;
    let uri = format!("mongodb://user:hunter2@127.0.0.1:{port}/?serverSelectionTimeoutMS=100");
    let error = Reader::source(&SecretString::from(uri), COMMENT).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unreachable);
    let text = format!("reaching admin on 127.0.0.1:{port}: connection refused");
    assert_eq!(error.to_string(), text);
    assert_eq!(error.advice.as_deref(), Some("is the port-forward running?"));
    assert!(!format!("{error:?}").contains("hunter2"));
}

fn layout(text: &str, kind: CollectionKind, options: Document) -> (Namespace, CollectionLayout) {
    let inserts_into = name(text);
    let layout = CollectionLayout { kind, inserts_into, options, indexes: Vec::new() };
    (name(text), layout)
}

fn only_file() -> Collections {
    Collections::from([layout("admin.file", CollectionKind::Plain, doc! {})])
}

fn batch(namespace: &str, ids: std::ops::Range<i32>) -> Batch {
    Batch {
        namespace: name(namespace),
        documents: ids.clone().flat_map(|id| doc! {"_id": id}.to_vec().unwrap()).collect(),
        count: u32::try_from(ids.len()).unwrap(),
    }
}

async fn restore(
    collections: &Collections,
    batches: Vec<Batch>,
    script: impl Fn(&Document) -> Answer + Send + Sync + 'static,
) -> (Result<RestoreOutcome, AdapterError>, Vec<Document>, Vec<Restored>) {
    let (server, sandbox) = FakeServer::in_sandbox(move |command| match first_key(command) {
        "create" => Answer::Document(doc! {"ok": 1}),
        _ => script(command),
    });
    let restorer = Restorer::new(&sandbox).unwrap();
    let (sender, receiver) = mpsc::channel(batches.len().max(1));
    for batch in batches {
        sender.try_send(batch).unwrap();
    }
    drop(sender);
    let seen = Mutex::new(Vec::new());
    let observe = |restored| seen.lock().unwrap().push(restored);
    let outcome = restorer.restore(collections, receiver, &observe).await;
    restorer.close().await;
    (outcome, server.asked(), seen.into_inner().unwrap())
}

fn inserts_all(command: &Document) -> Answer {
    let inserted = command.get_array("documents").map_or(0, Vec::len);
    Answer::Document(doc! {"ok": 1, "n": i32::try_from(inserted).unwrap()})
}

#[tokio::test]
async fn options_come_first_and_indexes_and_views_last() {
    let mut file = layout(
        "admin.file",
        CollectionKind::Capped,
        doc! {"capped": true, "autoIndexId": true, "size": 4096, "uuid": "x"},
    );
    file.1.indexes = vec![
        doc! {"v": 2, "key": {"_id": 1}, "name": "_id_"},
        doc! {"v": 2, "key": {"z": 1, "a": -1}, "name": "z_a", "ns": "admin.file", "background": true},
    ];
    let mut weather =
        layout("shop.weather", CollectionKind::TimeSeries, doc! {"timeseries": {"timeField": "t"}});
    weather.1.inserts_into = name("shop.system.buckets.weather");
    let view = doc! {"viewOn": "file", "pipeline": []};
    let collections = Collections::from([
        layout("admin.a_view", CollectionKind::View, view),
        file,
        layout("admin.system.users", CollectionKind::Plain, doc! {}),
        weather,
    ]);
    let batches = vec![
        batch("admin.file", 0..3),
        batch("admin.system.users", 0..1),
        batch("config.settings", 0..1),
        batch("admin.file", 3..6),
        batch("shop.weather", 0..2),
    ];
    let (outcome, asked, seen) = restore(&collections, batches, inserts_all).await;

    let outcome = outcome.unwrap();
    let inserted: Vec<_> =
        outcome.inserted.iter().map(|(name, count)| (name.to_string(), *count)).collect();
    assert_eq!(inserted, [("admin.file".to_owned(), 6), ("shop.weather".to_owned(), 2)]);
    assert_eq!((outcome.refused.len(), outcome.failed_indexes.len()), (0, 0));

    let steps: Vec<_> = asked
        .iter()
        .map(|command| {
            let (verb, target) = command.iter().next().unwrap();
            format!("{verb} {}.{}", command.get_str("$db").unwrap(), target.as_str().unwrap())
        })
        .collect();
    assert!(steps.contains(&"insert shop.system.buckets.weather".to_owned()), "{steps:?}");
    assert_eq!(steps[..2], ["create admin.file", "create shop.weather"]);
    assert_eq!(steps[5..], ["createIndexes admin.file", "create admin.a_view"]);
    let options: Vec<_> = asked[0].keys().take(3).collect();
    assert_eq!(options, ["create", "capped", "size"]);
    assert_eq!(
        asked[5].get_array("indexes").unwrap(),
        &[Bson::from(doc! {"v": 2, "key": {"z": 1, "a": -1}, "name": "z_a"})]
    );
    // A capped collection keeps its order.
    let first_ids: Vec<_> = asked
        .iter()
        .filter(|command| command.get_str("insert").ok() == Some("file"))
        .map(|command| command.get_array("documents").unwrap()[0].as_document().unwrap().clone())
        .collect();
    assert_eq!(first_ids, [doc! {"_id": 0}, doc! {"_id": 3}]);
    assert_eq!(seen.len(), 4);
    assert_eq!(
        seen.last(),
        Some(&Restored::IndexesBegun { namespace: name("admin.file"), indexes: 1 })
    );
}

#[tokio::test]
async fn refused_documents_are_counted_and_the_restore_goes_on() {
    let script = |command: &Document| {
        let documents = command.get_array("documents").unwrap();
        let errors: Vec<_> = documents
            .iter()
            .enumerate()
            .filter(|(_, document)| document.as_document().unwrap().get_i32("_id").unwrap() < 2)
            .map(|(index, _)| {
                doc! {"index": i32::try_from(index).unwrap(), "code": 11000,
                "errmsg": "E11000 duplicate key error dup key: { _id: 1 }"}
            })
            .collect();
        let inserted = i32::try_from(documents.len() - errors.len()).unwrap();
        Answer::Document(doc! {"ok": 1, "n": inserted, "writeErrors": errors})
    };
    let batches = vec![batch("admin.file", 0..3), batch("admin.file", 3..9)];
    let (outcome, ..) = restore(&only_file(), batches, script).await;
    let outcome = outcome.unwrap();
    assert_eq!(outcome.inserted[&name("admin.file")], 7);
    let [refused] = outcome.refused.as_slice() else { panic!("{outcome:?}") };
    assert_eq!((refused.count, refused.code), (2, 11000));
    assert_eq!(refused.message, "E11000 duplicate key error dup key: {…}");
}

#[tokio::test]
async fn a_full_disk_ends_the_restore_in_plain_words() {
    for answer in [
        refusal(14031, "No space left"),
        doc! {"ok": 1, "n": 0, "writeErrors": [{"index": 0, "code": 14031, "errmsg": "No space left"}]},
    ] {
        let script = move |_: &Document| Answer::Document(answer.clone());
        let batches = vec![batch("admin.file", 0..1)];
        let (outcome, ..) = restore(&only_file(), batches, script).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.to_string(), "inserting into admin.file in the sandbox: the disk is full");
        assert!(error.advice.unwrap().contains("volumes"));
    }
}

#[tokio::test]
async fn a_sandbox_that_goes_away_ends_the_restore() {
    let batches = (0..20).map(|n| batch("admin.file", n..n + 1)).collect();
    let (outcome, ..) = restore(&only_file(), batches, |_| Answer::HangUp).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unreachable, "{error}");
    assert!(error.to_string().ends_with("the connection was closed"), "{error}");
}

#[tokio::test]
async fn a_batch_of_a_collection_that_the_layout_does_not_name_is_not_lost_in_silence() {
    let batches = vec![batch("admin.other", 0..1)];
    let (outcome, asked, _) = restore(&only_file(), batches, inserts_all).await;
    let text = "inserting into admin.other in the sandbox: the dump's layout does not name it";
    assert_eq!(outcome.unwrap_err().to_string(), text);
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn a_bad_index_costs_only_itself() {
    let mut file = layout("admin.file", CollectionKind::Plain, doc! {});
    let index = |name: &str| doc! {"v": 2, "key": {name: 1}, "name": name};
    file.1.indexes = vec![index("good"), index("bad"), index("fine")];
    let script = |command: &Document| {
        let indexes = command.get_array("indexes").map(Vec::as_slice).unwrap_or_default();
        let is_bad = |index: &Bson| index.as_document().unwrap().get_str("name").unwrap() == "bad";
        if indexes.iter().any(is_bad) {
            Answer::Document(refusal(11000, "E11000 duplicate key index: bad dup key: { a: 1 }"))
        } else {
            Answer::Document(doc! {"ok": 1})
        }
    };
    let (outcome, asked, _) = restore(&Collections::from([file]), Vec::new(), script).await;
    let outcome = outcome.unwrap();
    let [failed] = outcome.failed_indexes.as_slice() else { panic!("{outcome:?}") };
    assert_eq!(failed.name, "bad");
    assert_eq!(failed.why, "E11000 duplicate key index: bad dup key: {…}");
    assert_eq!(asked.len(), 1 + 1 + 3);
}
