//! Reading dumps with `scan`, and records with `history`.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::lifeboat::User;
use crate::world::World;

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn scanned_from_standard_input(user: &User, path: &Path, code: i32) {
    let mut command = user.command(&["scan", "-"]);
    command.stdin(File::open(path).unwrap());
    user.start(&mut command).end().with_code(code);
}

#[test]
fn a_healthy_dump_is_intact_wherever_it_is_read_from() {
    let world = part!(World::without_engine());
    let user = User::of(world);
    let backup = world.healthy.pack(&world.stamp);
    let file = file(&backup);
    let path = file.path().to_str().unwrap();
    let ended = user.lifeboat(&["scan", path]).with_code(0);
    ended.says("PASS  the dump is intact");
    ended.says("server 4.2");
    scanned_from_standard_input(&user, file.path(), 0);

    let key = user.store_bytes(&backup);
    let object = format!("s3://{}/{key}", user.bucket);
    let answer = user.lifeboat(&["scan", &object, "--json"]).with_code(0).json();
    assert_eq!(answer["verdict"], "pass");
    let counted = &answer["census"]["collections"]["admin.file"]["documents"];
    assert_eq!(*counted, world.healthy.count("file"));
    user.assert_nothing_left();
}

#[test]
fn a_broken_dump_is_called_broken_wherever_it_is_read_from() {
    let world = part!(World::without_engine());
    let user = User::of(world);
    let backup = world.healthy.clone().cut("file").pack(&world.stamp);
    let file = file(&backup);
    let ended = user.lifeboat(&["scan", file.path().to_str().unwrap()]).with_code(1);
    ended.says("FAIL  the dump is broken");
    ended.says("admin/file.bson at byte");
    scanned_from_standard_input(&user, file.path(), 1);

    let key = user.store_bytes(&backup);
    let object = format!("s3://{}/{key}", user.bucket);
    user.lifeboat(&["scan", &object]).with_code(1).says("the dump is broken");
    user.assert_nothing_left();
}

#[test]
fn an_object_outside_all_sets_is_read_and_leaves_no_record() {
    let world = part!(World::without_engine());
    let user = User::of(world);
    world.storage.put(&user.bucket, "elsewhere/some.tar.gz", &world.healthy.pack("any"));
    let object = format!("s3://{}/elsewhere/some.tar.gz", user.bucket);
    user.lifeboat(&["scan", &object]).with_code(0).says("the dump is intact");
    user.assert_nothing_left();
    assert!(user.records().is_empty());
}

#[test]
fn records_are_listed_shown_and_written_for_tickets_and_spreadsheets() {
    let world = part!(World::without_engine());
    let user = User::of(world);
    let name = format!("{}.tar.gz", world.stamp);
    user.lifeboat(&["history"]).with_code(0).says("no drill yet");
    user.store(&world.healthy);
    user.lifeboat(&["drill", "--latest", "--depth", "quick"]).with_code(0).says("is intact");
    user.store(&world.healthy.clone().cut("file"));
    user.lifeboat(&["drill", "--latest", "--depth", "quick"]).with_code(1).says("FAIL");

    let records = user.records();
    let verdicts: Vec<_> = records.iter().map(|entry| &entry["record"]["verdict"]).collect();
    assert_eq!(verdicts, ["pass", "fail"]);
    let listed = user.lifeboat(&["history"]).with_code(0);
    assert_eq!(listed.out.matches(&name).count(), 2, "{}", listed.out);

    let id = records[1]["record"]["id"].as_str().unwrap();
    let short = id[id.len() - 6..].to_lowercase();
    let shown = user.lifeboat(&["history", &short]).with_code(0);
    shown.says(id);
    shown.says("admin/file.bson at byte");
    let markdown = user.lifeboat(&["history", &short, "--markdown"]).with_code(0);
    assert!(markdown.out.starts_with('#'), "{}", markdown.out);
    markdown.says("admin/file.bson at byte");
    let csv = user.lifeboat(&["history", "--csv"]).with_code(0).out;
    let rows: Vec<_> = csv.lines().collect();
    assert_eq!(rows.len(), 3, "{csv}");
    assert_eq!(rows[0], "date,environment,backup,result,note");
    assert!(rows[1].contains(&name) && rows[1].contains("not intact"), "{csv}");
    let json = user.lifeboat(&["history", &short, "--json"]).with_code(0).json();
    assert_eq!(json["record"]["id"], id);
    user.lifeboat(&["history", "zzzzzz"]).with_code(64).says("no record is called `zzzzzz`");
}
