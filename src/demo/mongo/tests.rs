//! A stock driver against the server, command by command, and the faults.

use std::time::Duration;

use bson::oid::ObjectId;
use bson::{Bson, Document, RawDocumentBuf, doc, rawdoc};
use futures_util::TryStreamExt;
use mongodb::Client;
use mongodb::error::ErrorKind;
use mongodb::options::ClientOptions;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;

/// A served server; the connections end with it.
struct Served {
    server: Arc<MongoServer>,
    client: Client,
    listener: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

fn configuration() -> Configuration {
    Configuration::new("4.2.24", Arc::new(|| "2026-11-23T04:00:00Z".parse().unwrap()))
}

#[expect(clippy::disallowed_methods, reason = "the test owns the listener and ends it")]
async fn served(configuration: Configuration) -> Served {
    let server = Arc::new(MongoServer::new(configuration));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("mongodb://{}/?directConnection=true", listener.local_addr().unwrap());
    let mut options = ClientOptions::parse(uri).await.unwrap();
    options.server_selection_timeout = Some(Duration::from_secs(2));
    options.retry_writes = Some(false);
    options.retry_reads = Some(false);
    let listener = tokio::spawn(listen(Arc::clone(&server), listener));
    Served { server, client: Client::with_options(options).unwrap(), listener }
}

impl Served {
    async fn run(&self, database: &str, command: Document) -> mongodb::error::Result<Document> {
        self.client.database(database).run_command(command).await
    }

    async fn code(&self, database: &str, command: Document) -> i32 {
        match *self.run(database, command).await.unwrap_err().kind {
            ErrorKind::Command(error) => error.code,
            other => panic!("{other}"),
        }
    }
}

/// 60,000 documents of one every ten seconds, with the time in the id and in a field.
struct Everyten;

fn oid(seconds: u32) -> ObjectId {
    ObjectId::from_parts(seconds, [1; 5], [0; 3])
}

impl Documents for Everyten {
    fn len(&self) -> u64 {
        60_000
    }

    fn document(&self, position: u64) -> RawDocumentBuf {
        let seconds = u32::try_from(position * 10).unwrap();
        let created = bson::DateTime::from_millis(i64::from(seconds) * 1000);
        rawdoc! {"_id": oid(seconds), "submissionDate": created, "n": i64::try_from(position % 7).unwrap()}
    }

    fn id(&self, position: u64) -> Bson {
        Bson::ObjectId(oid(u32::try_from(position * 10).unwrap()))
    }
}

#[tokio::test]
async fn a_server_tells_what_it_is() {
    let served = served(configuration()).await;
    let hello = served.run("admin", doc! {"hello": 1}).await.unwrap();
    assert_eq!(hello.get_i32("maxWireVersion").unwrap(), 8);
    assert!(hello.get_bool("isWritablePrimary").unwrap());
    let built = served.run("admin", doc! {"buildInfo": 1}).await.unwrap();
    assert_eq!(built.get_str("version").unwrap(), "4.2.24");
    let status = served.run("admin", doc! {"serverStatus": 1}).await.unwrap();
    assert_eq!(status.get_i64("pid").unwrap(), 1);
    let parameter = doc! {"getParameter": 1, "featureCompatibilityVersion": 1};
    let parameter = served.run("admin", parameter).await.unwrap();
    let version = parameter.get_document("featureCompatibilityVersion").unwrap();
    assert_eq!(version, &doc! {"version": "4.2"});
    assert_eq!(served.code("admin", doc! {"atlasVersion": 1}).await, 59);
    let commands = served.server.log().commands();
    assert!(commands.contains("atlasVersion") && commands.contains("buildInfo"), "{commands:?}");
}

#[tokio::test]
async fn databases_collections_and_indexes_are_listed_as_they_were_made() {
    let served = served(configuration()).await;
    let index = doc! {"v": 2, "key": {"uuid.uuid": 1}, "name": "uuid", "unique": true};
    let made = Collection::made(Arc::new(Everyten)).with_uuid([7; 16]).with_indexes([index]);
    served.server.put("admin", "file", made);
    let database = served.client.database("admin");
    database
        .run_command(doc! {"create": "log", "capped": true, "size": 4096, "writeConcern": {"w": 1}})
        .await
        .unwrap();
    let view = doc! {"create": "sevens", "viewOn": "file", "pipeline": [{"$match": {"n": 0}}]};
    database.run_command(view.clone()).await.unwrap();

    assert_eq!(served.client.list_database_names().await.unwrap(), ["admin", "config", "local"]);
    let specs: Vec<_> = database.list_collections().await.unwrap().try_collect().await.unwrap();
    let names: Vec<_> = specs.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names, ["file", "log", "sevens", "system.version"]);
    assert_eq!(specs[0].info.uuid.as_ref().unwrap().bytes, [7; 16]);
    assert_eq!(specs[1].options.capped, Some(true));
    assert_eq!(specs[2].options.view_on.as_deref(), Some("file"));
    let one = doc! {"listCollections": 1, "filter": {"name": "log"}, "nameOnly": true};
    let one = served.run("admin", one).await.unwrap();
    let batch = one.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    assert_eq!(batch, &[Bson::Document(doc! {"name": "log", "type": "collection"})]);

    let indexes = database.collection::<Document>("file").list_index_names().await.unwrap();
    assert_eq!(indexes, ["_id_", "uuid"]);
    assert_eq!(served.code("admin", doc! {"listIndexes": "none"}).await, 26);
    assert_eq!(served.code("admin", doc! {"listIndexes": "sevens"}).await, 166);
    assert_eq!(served.code("admin", view).await, 48);
    let statistics = served.run("admin", doc! {"collStats": "file"}).await.unwrap();
    assert_eq!(statistics.get_i32("count").unwrap(), 60_000);
    assert_eq!(statistics.get_i32("nindexes").unwrap(), 2);
    let statistics = served.run("admin", doc! {"dbStats": 1}).await.unwrap();
    assert_eq!(statistics.get_i32("views").unwrap(), 1);
}

#[tokio::test]
async fn documents_are_found_sorted_and_paged() {
    let served = served(configuration()).await;
    served.server.put("admin", "file", Collection::made(Arc::new(Everyten)));
    let files = served.client.database("admin").collection::<Document>("file");
    let ids: Vec<_> = files
        .find(doc! {"_id": {"$gte": oid(100)}})
        .projection(doc! {"_id": 1})
        .batch_size(997)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(ids.len(), 59_990);
    assert_eq!(ids[0], doc! {"_id": oid(100)});
    let newest = files.find_one(doc! {}).sort(doc! {"submissionDate": -1}).skip(1).await.unwrap();
    assert_eq!(newest.unwrap().get_object_id("_id").unwrap(), oid(599_980));
    let sorted: Vec<_> = files
        .find(doc! {"n": {"$gte": 5}})
        .sort(doc! {"n": -1, "_id": 1})
        .limit(2)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(sorted[0].get_object_id("_id").unwrap(), oid(60));
    assert_eq!(sorted[1].get_object_id("_id").unwrap(), oid(130));
    let absent = served.client.database("none").collection::<Document>("none");
    assert_eq!(absent.find_one(doc! {}).await.unwrap(), None);

    let mut open = files.find(doc! {}).batch_size(2).await.unwrap();
    assert!(open.advance().await.unwrap());
    drop(open);
    assert_eq!(served.code("admin", doc! {"getMore": 99_i64, "collection": "file"}).await, 43);
}

#[tokio::test]
async fn counts_are_exact_and_views_count_what_they_show() {
    let served = served(configuration()).await;
    served.server.put("admin", "file", Collection::made(Arc::new(Everyten)));
    let view = Collection::view("file", vec![doc! {"$match": {"_id": {"$lt": oid(1000)}}}]);
    served.server.put("admin", "early", view);
    let database = served.client.database("admin");
    let files = database.collection::<Document>("file");
    for seconds in 0..50 {
        let before = files.count_documents(doc! {"_id": {"$lt": oid(seconds * 10)}}).await.unwrap();
        assert_eq!(before, u64::from(seconds));
    }
    assert_eq!(files.estimated_document_count().await.unwrap(), 60_000);
    let changed = doc! {"_id": {"$lt": oid(1000)}, "submissionDate": {"$gte": bson::DateTime::from_millis(500_000)}};
    assert_eq!(files.count_documents(changed.clone()).await.unwrap(), 50);
    let counted = served.run("admin", doc! {"count": "file", "query": changed, "limit": 20}).await;
    assert_eq!(counted.unwrap().get_i32("n").unwrap(), 20);

    let early = database.collection::<Document>("early");
    assert_eq!(early.count_documents(doc! {}).await.unwrap(), 100);
    assert_eq!(early.estimated_document_count().await.unwrap(), 100);
    let last = early.find_one(doc! {}).sort(doc! {"_id": -1}).await.unwrap().unwrap();
    assert_eq!(last.get_object_id("_id").unwrap(), oid(990));

    let pipeline = [doc! {"$collStats": {"count": {}, "storageStats": {}}}];
    let rows: Vec<_> = files.aggregate(pipeline).await.unwrap().try_collect().await.unwrap();
    assert_eq!(rows[0].get_i32("count").unwrap(), 60_000);
    let bounds =
        [doc! {"$group": {"_id": null, "low": {"$min": "$submissionDate"}, "n": {"$sum": 1}}}];
    let rows: Vec<_> = files.aggregate(bounds).await.unwrap().try_collect().await.unwrap();
    assert_eq!(rows[0].get_datetime("low").unwrap().timestamp_millis(), 0);
    assert!(served.server.log().stages().contains("$collStats"));
}

#[tokio::test]
async fn inserted_documents_come_back_and_duplicates_do_not() {
    let served = served(configuration()).await;
    let database = served.client.database("shop");
    let orders = database.collection::<Document>("orders");
    orders.insert_many((0..1500).map(|n| doc! {"_id": n, "even": n % 2 == 0})).await.unwrap();
    assert_eq!(orders.count_documents(doc! {"even": true}).await.unwrap(), 750);
    assert_eq!(served.server.inserted().0, 1500);
    let again = rawdoc! {"insert": "orders", "ordered": false,
    "documents": [{"_id": 1}, {"_id": 2000}, {"_id": 1500.0}, {"_id": 1499.0}]};
    let answer = database.run_raw_command(again).await.unwrap();
    assert_eq!(answer.get_i32("n").unwrap(), 2);
    let errors = answer.get_array("writeErrors").unwrap();
    let index = |error: &Bson| error.as_document().unwrap().get_i32("index").unwrap();
    assert_eq!(errors.iter().map(index).collect::<Vec<_>>(), [0, 3]);
    let unique = |name: &str| {
        doc! {"createIndexes": "orders", "indexes": [{"key": {name: 1}, "name": name, "unique": true}]}
    };
    assert_eq!(served.code("shop", unique("even")).await, 11000);
    assert_eq!(served.code("shop", doc! {"drop": "none"}).await, 26);
    orders.drop().await.unwrap();
    assert_eq!(orders.count_documents(doc! {}).await.unwrap(), 0);
    let made = served.run("shop", unique("even")).await.unwrap();
    assert!(made.get_bool("createdCollectionAutomatically").unwrap());
    database.drop().await.unwrap();
    assert!(!served.client.list_database_names().await.unwrap().contains(&"shop".to_owned()));
}

#[tokio::test]
async fn a_read_only_server_refuses_every_write() {
    let served = served(Configuration { read_only: true, ..configuration() }).await;
    for write in [
        doc! {"insert": "x", "documents": [{"a": 1}]},
        doc! {"create": "x"},
        doc! {"drop": "x"},
        doc! {"update": "x", "updates": []},
        doc! {"aggregate": "x", "pipeline": [{"$out": "y"}], "cursor": {}},
    ] {
        assert_eq!(served.code("admin", write.clone()).await, 13, "{write}");
    }
    assert_eq!(served.run("admin", doc! {"count": "x"}).await.unwrap().get_i32("n").unwrap(), 0);
}

#[tokio::test]
async fn faults_show_as_a_real_server_would_show_them() {
    let served = served(configuration()).await;
    let database = served.client.database("shop");
    let insert = |from: i32| {
        let documents: Vec<_> =
            (from..from + 4).map(|n| doc! {"_id": n, "text": "x".repeat(100)}).collect();
        doc! {"insert": "orders", "ordered": false, "documents": documents}
    };
    served.server.inject(Fault::Refuse { every: 2 });
    let answer = database.run_command(insert(0)).await.unwrap();
    let errors = answer.get_array("writeErrors").unwrap();
    assert_eq!(errors[0].as_document().unwrap().get_i32("code").unwrap(), 121);
    assert_eq!((errors.len(), answer.get_i32("n").unwrap()), (2, 2));

    served.server.inject(Fault::DiskFull { after_bytes: 0 });
    assert_eq!(served.code("shop", insert(10)).await, 14031);
    served.server.inject(Fault::Slow { per_command: Duration::from_secs(30) });
    assert_eq!(served.code("shop", doc! {"count": "orders", "maxTimeMS": 5}).await, 50);
    served.server.heal();
    assert!(database.run_command(insert(20)).await.is_ok());

    served.server.inject(Fault::Unreachable);
    assert!(database.run_command(doc! {"ping": 1}).await.is_err());
    served.server.heal();
    assert!(database.run_command(doc! {"ping": 1}).await.is_ok());

    served.server.inject(Fault::Die { after_bytes: 0 });
    assert!(database.run_command(insert(30)).await.is_err());
    served.server.stopped().await;
    assert!(database.run_command(doc! {"ping": 1}).await.is_err());
}
