//! Surroundings that refuse: one clear sentence with what to do, and the exit code of a script's hopes.

use crate::lifeboat::User;
use crate::storage::Storage;
use crate::world::World;

#[test]
fn without_an_engine_the_scan_is_told_and_nothing_more() {
    let world = part!(World::without_engine());
    let user = User::of(world);
    user.store(&world.healthy);
    let mut command = user.command(&["drill", "--latest"]);
    command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let ended = user.start(&mut command).end().with_code(2);
    ended.says("scan: ");
    ended.says("intact, the rest not run");
    ended.says("/nonexistent/docker.sock");
    user.assert_nothing_left();
    let record = &user.records()[0]["record"];
    assert_eq!(record["failed"]["step"], "start-sandbox");
    assert!(record["failed"]["failure"]["advice"].is_string(), "{record:#}");
    assert!(record["census"].is_object());
}

#[test]
fn a_storage_that_knows_us_not_says_so_in_one_sentence() {
    let world = part!(World::without_engine());
    let stranger = part!(Storage::that_trusts_nobody());
    let mut user = User::of(world);
    user.endpoint = stranger.url();
    let ended = user.lifeboat(&["drill", "--latest"]).with_code(2);
    ended.says("error: listing");
    ended.says(&user.bucket);
    assert!(ended.err.lines().count() <= 2, "{}", ended.err);
    user.assert_nothing_left();
}

#[test]
fn a_bucket_that_is_not_there_is_named() {
    let world = part!(World::without_engine());
    let mut user = User::of(world);
    user.bucket = "no-such-bucket".to_owned();
    let ended = user.lifeboat(&["drill", "--latest"]).with_code(2);
    ended.says("s3://no-such-bucket");
    assert!(ended.err.lines().count() <= 2, "{}", ended.err);
    user.assert_nothing_left();
}

#[test]
fn without_a_configuration_a_drill_is_a_matter_of_usage() {
    let world = part!(World::without_engine());
    let user = User::of(world);
    let mut command = user.command(&["drill"]);
    command.env_remove("LIFEBOAT_CONFIG");
    user.start(&mut command).end().with_code(64).says("lifeboat config init");
}
