//! The reader against a server that answers as scripted; the restorer in its own file.

mod restores;

use std::time::Duration;

use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, doc};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::births::first_id_from;
use crate::adapters::mongodb::census::{Detail, Question};
use crate::adapters::mongodb::fake::{Answer, FakeServer};
use crate::adapters::mongodb::reader::Reader;
use crate::domain::census::{Birth, CollectionKind, LiveCensus, Namespace, Windows};
use crate::domain::environment::FieldRules;
use crate::domain::failure::FailureKind;

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
            (false, true) if range.get_object_id("$lt").unwrap() == low => 100,
            (false, true) => 60,
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
    let months: Vec<_> =
        file.months.iter().map(|(month, count)| (month.as_str(), *count)).collect();
    assert_eq!(months.len(), 24);
    assert_eq!(months.first(), Some(&("≤2024-12", 60)));
    assert_eq!(months.get(1), Some(&("2025-01", 5)));
    assert_eq!(months.last(), Some(&("≥2026-11", 20)));
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
    assert_eq!(names.iter().filter(|name| *name == "aggregate").count(), 3 + 24, "{names:?}");
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
