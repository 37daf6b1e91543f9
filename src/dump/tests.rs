//! Healthy dumps are read whole and without a defect; each broken one has the defect it should.

use std::io::{self, Read};
use std::ops::ControlFlow;

use bson::doc;
use tar::EntryType;

use crate::domain::census::{CollectionKind, Defect, DefectLayer, Namespace};
use crate::domain::engine::VersionSource;
use crate::domain::units::ByteSize;
use crate::dump::batches::{Batch, BatchSize, read_batches};
use crate::dump::census::take_census;
use crate::dump::clean::write_clean_tar;
use crate::dump::fixture::{Fixture, documents, gzip, metadata, scan, scan_within};
use crate::dump::layout::Dump;
use crate::dump::limits::Limits;

const FILE: &str = "data/db/dump/2018-04-04T11_37/admin/file.bson";

fn admin(collection: &str) -> Namespace {
    Namespace::new("admin", collection)
}

fn counts(dump: &Dump) -> Vec<(String, u64)> {
    let collections = dump.census.collections.iter();
    collections.map(|(name, found)| (name.to_string(), found.documents)).collect()
}

fn sound(fixture: &Fixture) -> Dump {
    let dump = fixture.scan();
    assert_eq!(dump.census.defects, []);
    dump
}

/// The only defect of a dump, as `layer file@offset: what`.
fn only_defect(dump: &Dump) -> String {
    let [Defect { layer, file, offset, what }] = &dump.census.defects[..] else {
        panic!("not one defect: {:?}", dump.census.defects)
    };
    let offset = offset.map(|offset| format!("@{offset}")).unwrap_or_default();
    format!("{layer:?} {file}{offset}: {what}")
}

#[track_caller]
fn check(bytes: &[u8], defect: &str) {
    assert_eq!(only_defect(&scan(bytes)), defect);
}

// Healthy dumps.

#[test]
fn the_nightly_dump_of_the_first_users_is_read_whole() {
    let dump = sound(&Fixture::nightly());
    assert_eq!(
        counts(&dump),
        [
            ("admin.file".to_owned(), 200),
            ("admin.process".to_owned(), 7),
            ("admin.system.users".to_owned(), 2),
            ("admin.system.version".to_owned(), 3),
        ]
    );
    let census = &dump.census;
    assert_eq!(census.root, "data/db/dump/2018-04-04T11_37");
    assert_eq!((census.users, census.roles, census.has_oplog), (2, 0, false));
    let version = census.server_version.as_ref().unwrap();
    assert_eq!((&*version.value, version.from), ("4.2", VersionSource::FeatureCompatibility));
    assert!(!census.has_prelude);
    assert_eq!(census.packed.bytes(), Fixture::nightly().tar_gz().len() as u64);
    assert_eq!(census.unpacked.bytes(), Fixture::nightly().tar().len() as u64);
    let file = &census.collections[&admin("file")];
    assert_eq!(file.bytes.bytes(), documents(1..=200).len() as u64);
    assert_eq!(file.indexes[0].name, "_id_");
    assert!(file.has_data && file.has_metadata && file.uuid.is_some());
    // Users and the server's own collections are counted, never restored.
    let restored: Vec<_> = dump.layout.collections.keys().collect();
    assert_eq!(restored, [&admin("file"), &admin("process")]);
}

#[test]
fn the_layers_of_compression_do_not_matter() {
    let nightly = Fixture::nightly();
    let expected = nightly.scan().census.collections;
    let packed = nightly.clone().packed_inside();
    let (tar, gz) = (nightly.tar(), nightly.tar_gz());
    let half = tar.len() / 2;
    let members = [gzip(&tar[..half]), gzip(&tar[half..])].concat();
    for bytes in [tar, gz, members, packed.tar(), packed.tar_gz()] {
        let dump = scan(&bytes);
        assert_eq!(dump.census.defects, []);
        assert_eq!(dump.census.collections, expected);
    }
}

#[test]
fn the_root_is_found_at_any_depth() {
    for root in ["", "dump/", "./", "./dump/", "a/b/c/2026-11-03T00_00/"] {
        let stem = format!("{root}admin/file");
        let dump = sound(&Fixture::default().collection(&stem, &documents(1..=3)));
        assert_eq!(counts(&dump), [("admin.file".to_owned(), 3)], "{root}");
        assert_eq!(dump.census.root, root.trim_start_matches("./").trim_end_matches('/'));
    }
}

#[test]
fn a_prelude_names_server_and_tool_and_outranks_the_compatibility_version() {
    let prelude = r#"{"ServerVersion":"7.0.14","ToolVersion":"100.12.0"}"#;
    for path in ["prelude.json", "admin/prelude.json"] {
        for first in [true, false] {
            let path = format!("data/db/dump/2018-04-04T11_37/{path}");
            let dump = if first {
                let mut files = Fixture::default().file(&path, prelude);
                files.append(Fixture::nightly());
                sound(&files)
            } else {
                sound(&Fixture::nightly().file(&path, prelude))
            };
            let version = dump.census.server_version.unwrap();
            assert_eq!((&*version.value, version.from), ("7.0.14", VersionSource::Prelude));
            assert_eq!(dump.census.tool_version.as_deref(), Some("100.12.0"));
            assert!(dump.census.has_prelude);
        }
    }
}

#[test]
fn a_prelude_that_does_not_know_its_server_names_none() {
    let prelude = r#"{"ServerVersion":"unknown","ToolVersion":""}"#;
    let dump = sound(&Fixture::nightly().file("data/db/dump/prelude.json", prelude));
    assert_eq!(dump.census.server_version.unwrap().from, VersionSource::FeatureCompatibility);
    assert_eq!(dump.census.tool_version, None);
    assert!(dump.census.has_prelude);
}

#[test]
fn users_and_roles_of_one_database_are_counted_and_belong_to_no_collection() {
    let dump = sound(
        &Fixture::default()
            .collection("dump/shop/orders", &documents(1..=3))
            .file("dump/shop/$admin.system.users.bson", documents(1..=2))
            .file("dump/shop/%24admin.system.roles.bson", documents(1..=1))
            .file("dump/shop/$admin.system.version.bson", documents(1..=1)),
    );
    assert_eq!((dump.census.users, dump.census.roles), (2, 1));
    assert_eq!(counts(&dump), [("shop.orders".to_owned(), 3)]);
}

#[test]
fn views_have_no_data_and_capped_collections_keep_their_kind() {
    let view = r#"{"viewOn":"file","pipeline":[{"$match":{"a":{"$gt":{"$numberInt":"1"}}}}]}"#;
    let capped = r#"{"capped":true,"size":{"$numberLong":"4096"}}"#;
    let dump = sound(
        &Fixture::default()
            .file("dump/admin/recent.metadata.json", metadata(view))
            .file("dump/admin/log.metadata.json", metadata(capped))
            .file("dump/admin/log.bson", documents(1..=4)),
    );
    let recent = &dump.census.collections[&admin("recent")];
    assert_eq!((recent.kind, recent.has_data), (CollectionKind::View, false));
    assert_eq!(dump.census.collections[&admin("log")].kind, CollectionKind::Capped);
    assert_eq!(dump.layout.collections[&admin("log")].options.get_bool("capped").ok(), Some(true));
}

#[test]
fn a_time_series_collection_is_its_buckets_under_its_own_name() {
    let options = r#"{"timeseries":{"timeField":"at","granularity":"seconds"}}"#;
    let series = Fixture::default()
        .file("dump/admin/system.buckets.load.bson", documents(1..=5))
        .file("dump/admin/load.metadata.json", metadata(options));
    // In `admin` mongodump describes the buckets as well.
    let twice = series.clone().file("dump/admin/system.buckets.load.metadata.json", metadata("{}"));
    for fixture in [series, twice] {
        let dump = sound(&fixture);
        assert_eq!(counts(&dump), [("admin.load".to_owned(), 5)]);
        let load = &dump.census.collections[&admin("load")];
        assert_eq!(load.kind, CollectionKind::TimeSeries);
        assert!(load.has_data && load.has_metadata);
        let layout = &dump.layout.collections[&admin("load")];
        assert_eq!(layout.inserts_into, admin("system.buckets.load"));
        assert!(layout.options.contains_key("timeseries"));
    }
}

#[test]
fn escaped_and_cut_names_are_the_true_ones() {
    let name = format!("{}/end", "long".repeat(70));
    let cut = format!("{}%24{}", &name[..208], "h".repeat(27));
    let described = metadata("{}").replace('{', "{\n").replacen(
        "\"uuid\"",
        &format!("\"collectionName\":\"{name}\",\"uuid\""),
        1,
    );
    let dump = sound(
        &Fixture::default()
            .collection("dump/admin/gr%C3%BC%C3%9Fe%2Fa+b", &documents(1..=1))
            .file(&format!("dump/admin/{cut}.bson"), documents(1..=2))
            .file(&format!("dump/admin/{cut}.metadata.json"), described),
    );
    assert_eq!(counts(&dump), [("admin.grüße/a b".to_owned(), 1), (format!("admin.{name}"), 2)]);
}

#[test]
fn nothing_in_a_collection_or_a_database_is_no_defect() {
    let dump = sound(
        &Fixture::default()
            .folder("dump/")
            .folder("dump/empty/")
            .collection("dump/admin/file", &[]),
    );
    let file = &dump.census.collections[&admin("file")];
    assert_eq!((file.documents, file.has_data, file.has_metadata), (0, true, true));
    // A whole server without a collection, by a tool that leaves its mark.
    let dump = sound(&Fixture::default().file("dump/prelude.json", "{}"));
    assert_eq!(dump.census.root, "dump");
}

#[test]
fn the_oplog_lies_at_the_root_and_a_collection_may_have_its_name() {
    let dump = sound(&Fixture::nightly().file("data/db/dump/2018-04-04T11_37/oplog.bson", []));
    assert!(dump.census.has_oplog);
    assert_eq!(dump.census.collections.len(), 4);
    // mongodump --gzip packs it without saying so in its name.
    let gzipped = gzip(&documents(1..=3));
    let fixture = Fixture::default()
        .collection("admin/file", &documents(1..=1))
        .packed_inside()
        .file("oplog.bson", gzipped);
    assert!(sound(&fixture).census.has_oplog);
    let dump =
        sound(&Fixture::nightly().collection("data/db/dump/2018-04-04T11_37/admin/oplog", &[]));
    assert!(!dump.census.has_oplog);
    assert_eq!(dump.census.collections.len(), 5);
}

#[test]
fn what_is_not_of_the_dump_is_passed_over() {
    let dump = sound(
        &Fixture::nightly()
            .file("data/db/dump/2018-04-04T11_37/admin/._file.bson", "junk")
            .file("data/db/dump/PaxHeaders.7/file.bson", "junk")
            .file("data/db/dump/2018-04-04T11_37/README.txt", "junk")
            .file("data/db/WiredTiger.wt", "junk"),
    );
    assert_eq!(dump, Dump { census: dump.census.clone(), ..Fixture::nightly().scan() });
}

#[test]
fn progress_grows_to_the_end_and_names_the_collection() {
    let bytes = Fixture::default().collection("dump/admin/file", &documents(1..=300_000)).tar_gz();
    let mut seen = Vec::new();
    take_census(&bytes[..], &Limits::default(), &mut |p| seen.push(p.clone())).unwrap();
    assert!(seen.is_sorted_by_key(|p| (p.read, p.unpacked, p.documents)));
    assert!(seen.iter().any(|p| p.current == Some(admin("file")) && p.documents < 300_000));
    let last = seen.last().unwrap();
    assert_eq!((last.read, last.documents), (bytes.len() as u64, 300_000));
    assert!(seen.len() < 12, "{} reports", seen.len());
}

// What is no dump.

#[test]
fn what_is_no_dump_is_named_for_what_it_is() {
    check(b"", "Archive @0: not a dump: no bytes at all");
    check(
        b"<!DOCTYPE html><html>404</html>",
        "Archive @0: not a dump: a web page or an XML answer in the place of a backup",
    );
    check(b"hello", "Archive @0: not a dump: neither gzip nor tar");
    check(&gzip(b"hello"), "Archive @0: not a dump: neither gzip nor tar inside gzip");
    check(
        b"\x6d\xe2\x99\x81\0\0\0\0",
        "Archive @0: a mongodump --archive file cannot be read; \
         a tar archive, plain or gzip, of a dump folder can",
    );
    check(
        &gzip(b"\x28\xb5\x2f\xfd"),
        "Archive @0: zstd inside gzip cannot be read; \
         a tar archive, plain or gzip, of a dump folder can",
    );
    check(
        &Fixture::default().file("notes/todo.txt", "x").tar_gz(),
        "Archive : not a dump: no .bson file lies below a database's folder",
    );
    check(
        &Fixture::default().file("file.bson", documents(1..=1)).tar_gz(),
        "Archive file: lies in no database's folder",
    );
}

#[test]
fn a_source_that_fails_is_an_error_and_no_defect() {
    struct Failing<'b>(&'b [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(buffer)?;
            if read > 0 { Ok(read) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
        }
    }
    let whole = Fixture::nightly().tar_gz();
    for at in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        let taken = take_census(Failing(&whole[..at]), &Limits::default(), &mut |_| {});
        assert_eq!(taken.unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "at {at}");
    }
}

// Broken archives.

#[test]
fn a_cut_archive_is_named_with_file_and_offset() {
    let tar = Fixture::nightly().tar();
    let inside = 2 * 512 + 4096;
    let cut = "cut: the archive stops inside this file";
    check(&tar[..inside], &format!("Archive admin/file.bson@4096: {cut}"));
    check(&gzip(&tar[..inside]), &format!("Archive admin/file.bson@4096: {cut}"));
    let gz = Fixture::nightly().tar_gz();
    let dump = scan(&gz[..gz.len() / 2]);
    let defect = only_defect(&dump);
    assert!(defect.starts_with("Archive admin/file.bson@"), "{defect}");
    assert!(defect.ends_with(": cut: the gzip stream stops before its end"), "{defect}");
    // What had been read until then is in the census.
    let file = &dump.census.collections[&admin("file")];
    assert!(file.has_data && file.documents > 0 && file.documents < 200);
}

#[test]
fn a_flipped_byte_in_gzip_is_found() {
    let mut bytes = Fixture::nightly().tar_gz();
    let trailer = bytes.len() - 8;
    bytes[trailer] ^= 1;
    let defect = only_defect(&scan(&bytes));
    assert!(defect.contains("the gzip stream is damaged (corrupt gzip stream"), "{defect}");
}

#[test]
fn a_damaged_tar_header_is_found() {
    let mut bytes = Fixture::nightly().tar();
    bytes[512] ^= 1;
    let defect = only_defect(&scan(&bytes));
    assert!(defect.starts_with("Archive @512: a tar header cannot be read ("), "{defect}");
}

#[test]
fn the_end_of_an_archive_must_be_whole_and_the_last() {
    let tar = Fixture::nightly().tar();
    let end = tar.len() - 1024;
    check(&tar[..end], &format!("Archive @{end}: cut: the archive stops without its end mark"));
    check(
        &gzip(&tar[..end + 600]),
        &format!("Archive @{}: cut: the archive stops inside its end mark", end + 512),
    );
    let more = [&tar[..], &[0; 8192], b"x"].concat();
    check(&more, &format!("Archive @{}: data follows the end mark of the archive", end + 512));
    let garbage = [&gzip(&tar)[..], b"garbage"].concat();
    check(
        &garbage,
        &format!(
            "Archive @{}: the gzip stream is followed by bytes that do not belong to it",
            end + 512
        ),
    );
    assert_eq!(scan(&[&tar[..], &[0; 8192]].concat()).census.defects, []);
}

#[test]
fn members_that_no_dump_holds_are_refused() {
    for (path, kind, expected) in [
        (
            "dump/admin/x",
            EntryType::Symlink,
            "dump/admin/x@0: a symbolic link, which no dump holds",
        ),
        ("dump/admin/x", EntryType::Link, "dump/admin/x@0: a hard link, which no dump holds"),
        ("dump/admin/x", EntryType::Char, "dump/admin/x@0: a device, which no dump holds"),
        ("dump/admin/x", EntryType::Block, "dump/admin/x@0: a device, which no dump holds"),
        ("dump/admin/x", EntryType::Fifo, "dump/admin/x@0: a pipe, which no dump holds"),
        (
            "dump/admin/x",
            EntryType::GNUSparse,
            "dump/admin/x@0: a sparse file, which no dump holds",
        ),
        ("/etc/x.bson", EntryType::Regular, "/etc/x.bson@0: an absolute path, which no dump holds"),
        (
            "dump/../../x.bson",
            EntryType::Regular,
            "dump/../../x.bson@0: a path that leaves its folder, which no dump holds",
        ),
    ] {
        check(&Fixture::default().entry(path, kind).tar_gz(), &format!("Archive {expected}"));
    }
}

#[test]
fn a_collection_has_one_file_and_an_archive_one_dump() {
    let twice = Fixture::nightly().file(&format!("{FILE}.gz"), gzip(b""));
    let second = "a second file for the same collection";
    check(&twice.tar_gz(), &format!("Archive admin/file.bson.gz@0: {second}"));
    let spelt_twice = Fixture::nightly().collection(&FILE.replace("file.bson", "%66ile"), &[]);
    check(&spelt_twice.tar_gz(), "Archive admin/file: a second file for the same collection");
    let two = Fixture::nightly().collection("data/db/dump/2018-04-05T11_37/admin/file", &[]);
    check(
        &two.tar_gz(),
        "Archive data/db/dump/2018-04-05T11_37: \
         a second dump lies here, the first is data/db/dump/2018-04-04T11_37",
    );
}

#[test]
fn a_bomb_is_refused_in_either_layer() {
    let limits = Limits { ratio: 50, ratio_from: ByteSize::mebibytes(1), ..Limits::default() };
    let zeros = vec![0; 4 << 20];
    let outer = Fixture::default().file("dump/admin/file.bson", &zeros[..]).tar_gz();
    let inner = Fixture::default().file("dump/admin/file.bson.gz", gzip(&zeros)).tar();
    let other = Fixture::default().file("dump/zeros.txt", &zeros[..]).tar_gz();
    for bytes in [outer, inner, other] {
        let defects = scan_within(&bytes, &limits).census.defects;
        let is_bomb = |defect: &Defect| defect.what.starts_with("a decompression bomb: ");
        assert!(defects.iter().any(is_bomb), "{defects:?} in {} bytes", bytes.len());
    }
}

#[test]
fn what_is_kept_in_memory_is_limited() {
    let nightly = Fixture::nightly().file("data/db/dump/prelude.json", "{}  ").tar_gz();
    let tiny = ByteSize(3);
    for (limits, expected) in [
        (Limits { members: 3, ..Limits::default() }, "more than 3 files"),
        (Limits { metadata: tiny, ..Limits::default() }, "longer than 3 B, which is absurd"),
        (Limits { prelude: tiny, ..Limits::default() }, "longer than 3 B, which is absurd"),
        (Limits { kept: tiny, ..Limits::default() }, "more names and metadata than any dump holds"),
        (Limits { path: 3, ..Limits::default() }, "a path of absurd length"),
    ] {
        let defect = only_defect(&scan_within(&nightly, &limits));
        assert!(defect.starts_with("Archive ") && defect.ends_with(expected), "{defect}");
    }
    let long = Fixture::default().collection(&format!("dump/{}/x", "d".repeat(200_000)), &[]);
    let limits = Limits { header: ByteSize(100_000), ..Limits::default() };
    let defect = only_defect(&scan_within(&long.tar_gz(), &limits));
    assert!(defect.ends_with("a tar header of absurd length"), "{defect}");
}

#[test]
fn endless_defects_end_the_reading() {
    let mut fixture = Fixture::default();
    for number in 0..9 {
        fixture = fixture.file(&format!("dump/admin/{number}.bson"), "oops");
    }
    let dump = scan_within(&fixture.tar_gz(), &Limits { defects: 3, ..Limits::default() });
    let defects: Vec<_> = dump.census.defects.iter().map(|defect| &*defect.what).collect();
    assert_eq!(defects.len(), 4);
    assert_eq!(defects[3], "3 defects, the rest was not read");
}

// Broken files in a sound archive.

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

// Pass 2.

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
        let mut names: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| String::from_utf8_lossy(&entry.unwrap().path_bytes()).into_owned())
            .collect();
        names.sort();
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
