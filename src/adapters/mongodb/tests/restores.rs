//! The restorer against a server that answers as scripted.

use std::sync::Mutex;

use bson::{Bson, Document, doc};
use tokio::sync::mpsc;

use super::{first_key, name, refusal};
use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::fake::{Answer, FakeServer};
use crate::adapters::mongodb::restore::{Collections, RestoreOutcome, Restored, Restorer};
use crate::domain::census::{CollectionKind, Namespace};
use crate::domain::failure::FailureKind;
use crate::dump::{Batch, CollectionLayout};

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
    assert_eq!(failed.name.as_deref(), Some("bad"));
    assert_eq!(failed.why, "E11000 duplicate key index: bad dup key: {…}");
    assert_eq!(asked.len(), 1 + 1 + 3);
}
