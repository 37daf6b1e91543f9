//! Broken files in a sound archive.

use crate::domain::census::DefectLayer;
use crate::dump::tests::fixture::{Fixture, documents, gzip};
use crate::dump::tests::{FILE, admin, only_defect, sound};

#[test]
fn a_cut_file_in_a_sound_archive_is_named_with_its_document() {
    let whole = documents(1..=10);
    let fixture = Fixture::nightly()
        .without("process.bson")
        .file(&FILE.replace("file", "process"), &whole[..whole.len() - 7]);
    let dump = fixture.scan();
    let each = whole.len() / 10;
    assert_eq!(
        only_defect(&dump),
        format!(
            "Documents admin/process.bson@{}: \
             document 10 is cut: {} of its {each} bytes are there",
            9 * each,
            each - 7
        )
    );
    // The others are counted all the same.
    assert_eq!(dump.census.collections[&admin("file")].documents, 200);
}

#[test]
fn after_a_defect_the_rest_of_the_file_is_not_judged() {
    let mut bytes = documents(1..=10);
    let each = bytes.len() / 10;
    bytes[3 * each..].fill(0xff);
    let dump = Fixture::default().collection("dump/admin/file", &bytes).scan();
    let place = format!("Documents admin/file.bson@{}", 3 * each);
    assert_eq!(only_defect(&dump), format!("{place}: document 4 claims -1 bytes"));
    let file = &dump.census.collections[&admin("file")];
    assert_eq!((file.documents, file.bytes.bytes()), (3, bytes.len() as u64));
}

#[test]
fn a_killed_dump_has_metadata_without_data() {
    let dump = sound(&Fixture::nightly().without("process.bson"));
    let process = &dump.census.collections[&admin("process")];
    assert_eq!((process.has_metadata, process.has_data), (true, false));
    let dump = sound(&Fixture::nightly().without("process.metadata.json"));
    let process = &dump.census.collections[&admin("process")];
    assert_eq!((process.has_metadata, process.has_data), (false, true));
}

#[test]
fn metadata_and_preludes_that_cannot_be_read_are_defects_of_pairing() {
    let cut = Fixture::nightly()
        .without("process.metadata.json")
        .file(&FILE.replace("file.bson", "process.metadata.json"), "{\"options\"")
        .scan();
    let defect = only_defect(&cut);
    assert!(defect.starts_with("Pairing admin/process.metadata.json: the metadata cannot be read"));
    assert!(!cut.census.collections[&admin("process")].has_metadata);
    let prelude = Fixture::nightly().file("data/db/dump/2018-04-04T11_37/prelude.json", "{").scan();
    let defect = only_defect(&prelude);
    assert!(defect.starts_with("Pairing prelude.json: the prelude cannot be read ("), "{defect}");
    assert!(prelude.census.has_prelude);
}

#[test]
fn a_packed_file_may_be_broken_in_a_sound_archive() {
    let packed = gzip(&documents(1..=100));
    let dump = Fixture::nightly()
        .file(&FILE.replace("file.bson", "cut.bson.gz"), &packed[..packed.len() / 2])
        .file(&FILE.replace("file.bson", "not.bson.gz"), "oops")
        .scan();
    let defects: Vec<_> = dump
        .census
        .defects
        .iter()
        .map(|defect| (defect.layer, &*defect.file, &*defect.what))
        .collect();
    assert_eq!(defects.len(), 2);
    assert_eq!(
        defects[0],
        (DefectLayer::Archive, "admin/cut.bson.gz", "cut: the gzip stream stops before its end")
    );
    assert_eq!(defects[1].1, "admin/not.bson.gz");
    assert_eq!(dump.census.collections[&admin("file")].documents, 200);
}
