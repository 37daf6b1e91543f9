//! A healthy backup is proven, with either tool, and nothing but the record is left.

use serde_json::Value;

use crate::engine::BARE_IMAGE;
use crate::lifeboat::User;
use crate::parts::named_by;
use crate::world::World;

/// Drills the newest backup with further arguments, which must prove it; returns the record.
fn proven(world: &'static World, arguments: &[&str]) -> Value {
    let user = User::of(world);
    user.store(&world.healthy);
    let all = [&["drill", "--latest", "--json"], arguments].concat();
    let answer = user.lifeboat(&all).with_code(0).json();
    user.assert_nothing_left();

    let record = &answer["record"];
    assert_eq!(record["verdict"], "pass", "{record:#}");
    for name in world.healthy.collections() {
        let count = world.healthy.count(name);
        for held in ["census", "restored", "source"] {
            let found = &record[held]["collections"][format!("admin.{name}")]["documents"];
            assert_eq!(*found, count, "{name} in {held}");
        }
    }
    let stages: Vec<_> =
        record["stages"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(stages, ["download", "scan", "start-sandbox", "restore", "count", "compare"]);

    // The container, its three volumes, the download.
    let removed = answer["cleanup"]["removed"].as_array().unwrap();
    assert_eq!(removed.len(), 5, "{removed:?}");
    let recorded = user.records();
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0]["record"], *record);
    assert_eq!(recorded[0]["cleanup"], answer["cleanup"]);
    record.clone()
}

#[test]
fn mongorestore_in_the_sandbox_proves_a_healthy_backup() {
    let world = part!(World::with_engine());
    let record = proven(world, &["--tool", "mongorestore"]);
    assert_eq!(record["restored_with"]["tool"], "mongorestore");
    assert_eq!(record["restored_with"]["exit_code"], 0);
    let image = part!(named_by(crate::engine::IMAGE));
    assert_eq!(record["container_engine"]["image"], image);
    assert_eq!(record["server_version"]["value"], "4.2");
}

#[test]
fn the_built_in_restorer_proves_the_same_backup() {
    let world = part!(World::with_engine());
    let record = proven(world, &["--tool", "builtin"]);
    assert_eq!(record["restored_with"]["tool"], "builtin");
}

#[test]
fn an_image_without_mongorestore_is_restored_by_the_built_in_restorer() {
    let world = part!(World::with_engine());
    let image = part!(named_by(BARE_IMAGE));
    let record = proven(world, &["--tool", "auto", "--image", &image]);
    assert_eq!(record["restored_with"]["tool"], "builtin");
    assert_eq!(record["container_engine"]["image"], image);
}

#[test]
fn mongorestore_cannot_be_asked_of_an_image_without_it() {
    let world = part!(World::with_engine());
    let image = part!(named_by(BARE_IMAGE));
    let user = User::of(world);
    user.store(&world.healthy);
    let ended = user.lifeboat(&["drill", "--latest", "--tool", "mongorestore", "--image", &image]);
    ended.with_code(2).says("has no mongorestore");
    user.assert_nothing_left();
}
