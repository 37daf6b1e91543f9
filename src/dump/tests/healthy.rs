//! Healthy dumps are read whole and without a defect.

use crate::domain::census::CollectionKind;
use crate::domain::engine::VersionSource;
use crate::dump::census::take_census;
use crate::dump::layout::Dump;
use crate::dump::limits::Limits;
use crate::dump::tests::fixture::{Fixture, documents, gzip, metadata, scan};
use crate::dump::tests::{admin, counts, sound};

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
fn only_files_that_are_compressed_one_by_one_are_told_as_such() {
    let nightly = Fixture::nightly();
    assert!(!scan(&nightly.tar_gz()).census.has_inner_gzip);
    assert!(scan(&nightly.packed_inside().tar()).census.has_inner_gzip);
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
    assert!(seen.len() < 64, "{} reports", seen.len());
}
