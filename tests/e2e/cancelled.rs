//! Ctrl-C at any moment: the drill says that it was cancelled, and nothing is left.

use crate::lifeboat::{Running, User};
use crate::proxy::Proxy;
use crate::world::World;

fn cancel(user: &User, drill: Running<'_>) {
    drill.signal("INT");
    let ended = drill.end().with_code(130);
    ended.says("cancelling and cleaning up");
    user.assert_nothing_left();
    let records = user.records();
    assert_eq!(records.len(), 1);
    let record = &records[0]["record"];
    assert_eq!(record["cancelled"], true);
    assert_eq!(record["verdict"], "could-not-verify");
    assert!(records[0]["cleanup"]["failure"].is_null());
}

#[test]
fn while_it_downloads() {
    let world = part!(World::with_engine());
    let proxy = Proxy::to(world.storage.address());
    let mut user = User::of(world);
    user.endpoint = proxy.url();
    user.store(&world.healthy.clone().with_noise(2));
    proxy.hold_after(1 << 20);
    let drill = user.begin(&["drill", "--latest"]);
    proxy.wait_until_held();
    cancel(&user, drill);
}

#[test]
fn while_the_sandbox_starts() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    user.store(&world.healthy);
    let mut drill = user.begin(&["drill", "--latest"]);
    drill.wait_for_step("start-sandbox");
    cancel(&user, drill);
}

#[test]
fn as_soon_as_the_container_is_there() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    user.store(&world.healthy);
    let mut drill = user.begin(&["drill", "--latest"]);
    drill.wait_for_container();
    cancel(&user, drill);
}

#[test]
fn while_either_tool_restores() {
    let world = part!(World::with_engine());
    for tool in ["mongorestore", "builtin"] {
        let user = User::of(world);
        user.store(&world.healthy.clone().with_noise(12));
        let mut drill = user.begin(&["drill", "--latest", "--tool", tool]);
        drill.wait_for_step("restore");
        cancel(&user, drill);
    }
}

#[test]
fn a_second_time_leaves_at_once_and_says_what_stays() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    user.store(&world.healthy);
    let mut drill = user.begin(&["drill", "--latest"]);
    let container = drill.wait_for_container();
    drill.signal("INT");
    drill.wait_for_words("once more to leave at once");
    drill.signal("INT");
    let ended = drill.end().with_code(130);
    ended.says(&format!("the container and the volumes {container}"));
    ended.says("`lifeboat sweep` removes");

    user.lifeboat(&["sweep"]).with_code(0);
    assert_eq!(user.records()[0]["record"]["verdict"], "could-not-verify");
    // What was downloaded waits for a day; the next try takes it over.
    user.lifeboat(&["drill", "--latest", "--depth", "quick"]).with_code(0);
    user.assert_nothing_left();
}
