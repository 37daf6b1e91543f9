//! Broken backups: each fails by the rule that is there for it, with a reason, and leaves nothing.

use serde_json::Value;

use crate::dumps::Dump;
use crate::lifeboat::{User, failed_rules, findings};
use crate::parts::free_address;
use crate::source::Source;
use crate::world::World;

/// Drills a backup that must fail; returns the record.
fn failed(user: &User, arguments: &[&str]) -> Value {
    let all = [&["drill", "--latest", "--json"], arguments].concat();
    let record = user.lifeboat(&all).with_code(1).json()["record"].take();
    user.assert_nothing_left();
    assert_eq!(record["verdict"], "fail");
    record
}

/// The same of a backup that the scan must refuse: it is not restored.
fn refused(world: &'static World, backup: &[u8]) -> Value {
    let user = User::of(world);
    user.store_bytes(backup);
    let record = failed(&user, &[]);
    assert!(record["restored_with"].is_null(), "a broken dump was restored: {record:#}");
    record
}

#[test]
fn documents_that_only_the_source_still_has_are_missing() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    user.store(&world.healthy.clone().without_last("file", 3));
    let record = failed(&user, &[]);
    assert_eq!(failed_rules(&record), ["B2"]);
    let found = findings(&record, "B2").join("\n");
    assert!(found.contains("admin.file") && found.contains("at least 3"), "{found}");
}

#[test]
fn the_dump_of_another_database_is_told_by_its_collections() {
    let world = part!(World::with_engine());
    let other = Source::filled_with(&Dump::of_the_database(jiff::Timestamp::now())).unwrap();
    let mut user = User::of(world);
    user.source = other.uri();
    user.store(&world.healthy);
    let record = failed(&user, &[]);
    assert_eq!(failed_rules(&record), ["B0"]);
    let found = findings(&record, "B0").join("\n");
    assert!(found.contains("another database"), "{found}");
}

#[test]
fn a_dump_that_was_killed_names_what_is_cut_and_what_is_not_there() {
    let world = part!(World::with_engine());
    let killed = world.healthy.clone().cut("file").without_data_of("process");
    let record = refused(world, &killed.pack(&world.stamp));
    assert_eq!(failed_rules(&record), ["A2", "A3"]);
    let cut = findings(&record, "A2").join("\n");
    assert!(cut.contains("admin/file.bson at byte"), "{cut}");
    let missing = findings(&record, "A3").join("\n");
    assert!(missing.contains("admin.process") && missing.contains("interrupted"), "{missing}");
}

#[test]
fn a_flipped_byte_breaks_the_archive() {
    let world = part!(World::with_engine());
    let mut backup = world.healthy.pack(&world.stamp);
    let middle = backup.len() / 2;
    backup[middle] ^= 0xff;
    let record = refused(world, &backup);
    // What the byte did to the documents behind it may be told too.
    assert!(failed_rules(&record).contains(&"A1".to_owned()), "{record:#}");
}

#[test]
fn a_cut_archive_is_broken_where_it_ends() {
    let world = part!(World::with_engine());
    let mut backup = world.healthy.pack(&world.stamp);
    backup.truncate(backup.len() / 2);
    let record = refused(world, &backup);
    assert!(failed_rules(&record).contains(&"A1".to_owned()), "{record:#}");
}

#[test]
fn a_document_that_is_there_twice_is_lost_whichever_tool_restores() {
    let world = part!(World::with_engine());
    for tool in ["mongorestore", "builtin"] {
        let user = User::of(world);
        user.store(&world.healthy.clone().with_first_twice("project"));
        let record = failed(&user, &["--tool", tool]);
        assert_eq!(failed_rules(&record), ["A5", "A6"], "{tool}");
        assert_eq!(record["restored_with"]["refused"], 1, "{tool}");
        if tool == "mongorestore" {
            assert_eq!(record["restored_with"]["exit_code"], 0, "its exit code tells nothing");
        }
        let found = findings(&record, "A5").join("\n");
        assert!(found.contains("admin.project"), "{tool}: {found}");
    }
}

#[test]
fn without_a_source_the_backup_is_restorable_and_no_more() {
    let world = part!(World::with_engine());
    let mut user = User::of(world);
    user.source = format!("mongodb://{}/?serverSelectionTimeoutMS=1000", free_address());
    user.store(&world.healthy);
    let ended = user.lifeboat(&["drill", "--latest"]).with_code(2);
    ended.says("COULD NOT VERIFY");
    ended.says("restorable, comparison not run");
    user.assert_nothing_left();
    let record = &user.records()[0]["record"];
    assert_eq!(record["failed"]["step"], "compare");
    assert!(record["source"].is_null());
}
