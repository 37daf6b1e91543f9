//! Pass 2: batches and the clean tar.

use std::io;
use std::ops::ControlFlow;

use bson::doc;

use crate::domain::units::ByteSize;
use crate::dump::batches::{Batch, BatchSize, read_batches};
use crate::dump::clean::{clean_files, write_clean_tar};
use crate::dump::tests::admin;
use crate::dump::tests::fixture::{Fixture, documents, scan};

fn batches(bytes: &[u8], size: BatchSize) -> Vec<Batch> {
    let mut batches = Vec::new();
    read_batches(bytes, &scan(bytes), size, &mut |batch| {
        batches.push(batch);
        ControlFlow::Continue(())
    })
    .unwrap();
    batches
}

#[test]
fn batches_bring_every_document_of_every_restored_collection_in_order() {
    for fixture in [Fixture::nightly(), Fixture::nightly().packed_inside()] {
        let size = BatchSize { documents: 30, bytes: ByteSize(1000) };
        let batches = batches(&fixture.tar_gz(), size);
        let of = |name: &str| {
            let of: Vec<_> =
                batches.iter().filter(|batch| batch.namespace == admin(name)).collect();
            let bytes: Vec<u8> = of.iter().flat_map(|batch| batch.documents.clone()).collect();
            (of.iter().map(|batch| batch.count).sum::<u32>(), bytes)
        };
        assert_eq!(of("file"), (200, documents(1..=200)));
        assert_eq!(of("process"), (7, documents(1..=7)));
        assert!(batches.iter().all(|batch| batch.namespace.collection != "system.users"));
        assert!(batches.iter().all(|b| b.count <= 30 && b.documents.len() <= 1000 && b.count > 0));
    }
}

#[test]
fn a_document_longer_than_a_batch_is_a_batch_of_its_own() {
    let long = doc! {"_id": 0, "text": "x".repeat(600_000)}.to_vec().unwrap();
    let bytes = [documents(1..=3), long.clone(), documents(4..=5)].concat();
    let fixture = Fixture::default().collection("dump/admin/file", &bytes);
    let batches = batches(&fixture.tar_gz(), BatchSize { documents: 10, bytes: ByteSize(1000) });
    let counts: Vec<_> = batches.iter().map(|batch| batch.count).collect();
    assert_eq!(counts, [3, 1, 2]);
    assert_eq!(batches[1].documents, long);
}

#[test]
fn batches_end_when_nobody_wants_more() {
    let bytes = Fixture::nightly().tar_gz();
    let mut seen = 0;
    let size = BatchSize { documents: 1, bytes: ByteSize(1000) };
    read_batches(&bytes[..], &scan(&bytes), size, &mut |_| {
        seen += 1;
        if seen < 5 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })
    .unwrap();
    assert_eq!(seen, 5);
}

#[test]
fn the_clean_tar_holds_what_mongorestore_is_to_read_and_nothing_else() {
    let long = format!("data/db/dump/2018-04-04T11_37/admin/{}", "n".repeat(200));
    let fixture = Fixture::nightly()
        .collection(&long, &documents(1..=9))
        .file("data/db/dump/2018-04-04T11_37/prelude.json", "{}")
        .file("data/db/dump/2018-04-04T11_37/admin/notes.txt", "x")
        .file("data/db/dump/2018-04-04T11_37/oplog.bson", documents(1..=3));
    for fixture in [fixture.clone(), fixture.packed_inside()] {
        let bytes = fixture.tar_gz();
        let dump = scan(&bytes);
        let mut clean = Vec::new();
        write_clean_tar(&bytes[..], &dump, &mut clean).unwrap();
        let mut archive = tar::Archive::new(&clean[..]);
        let mut files: Vec<_> = archive
            .entries()
            .unwrap()
            .map(Result::unwrap)
            .map(|entry| {
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                (name, ByteSize(entry.size()))
            })
            .collect();
        files.sort();
        let mut promised: Vec<_> = clean_files(&dump).collect();
        promised.sort();
        assert_eq!(files, promised);
        let names: Vec<_> = files.into_iter().map(|(name, _)| name).collect();
        let long = "n".repeat(200);
        let expected =
            ["file", &long, "process", "system.version"].map(|stem| format!("dump/admin/{stem}"));
        let expected: Vec<_> = expected
            .iter()
            .flat_map(|stem| [format!("{stem}.bson"), format!("{stem}.metadata.json")])
            .collect();
        assert_eq!(names, expected);
        let again = scan(&clean);
        assert_eq!(again.census.defects, []);
        assert_eq!(again.layout.collections, dump.layout.collections);
        assert_eq!(again.census.documents(), dump.census.documents());
    }
}

#[test]
fn a_dump_that_has_changed_since_its_scan_is_an_error_in_pass_two() {
    let scanned = Fixture::default().collection("dump/admin/file", &documents(1..=9)).scan();
    for other in [documents(1..=8), documents(1..=10)] {
        let bytes = Fixture::default().collection("dump/admin/file", &other).tar_gz();
        let error = write_clean_tar(&bytes[..], &scanned, io::sink()).unwrap_err();
        assert!(error.to_string().contains("not as long as it was"), "{error}");
    }
    let oops = Fixture::default().collection("dump/admin/file", b"oops").tar_gz();
    let error =
        read_batches(&oops[..], &scanned, BatchSize::default(), &mut |_| ControlFlow::Continue(()));
    assert!(error.unwrap_err().to_string().starts_with("admin.file: document 1 of a batch"));
}
