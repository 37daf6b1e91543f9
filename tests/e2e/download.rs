//! Downloads over a bad line.

use crate::lifeboat::User;
use crate::proxy::Proxy;
use crate::world::World;

const SCAN: [&str; 5] = ["drill", "--latest", "--depth", "quick", "--json"];

#[test]
fn a_lost_connection_costs_only_what_was_on_its_way() {
    let world = part!(World::without_engine());
    let proxy = Proxy::to(world.storage.address());
    let mut user = User::of(world);
    user.endpoint = proxy.url();
    let backup = world.healthy.clone().with_noise(4).pack(&world.stamp);
    user.store_bytes(&backup);
    proxy.hold_after(3 << 20);
    let drill = user.begin(&SCAN);
    proxy.wait_until_held();
    // In this order nothing of the held connections gets through.
    proxy.cut();
    proxy.open();
    let record = &drill.end().with_code(0).json()["record"];
    assert_eq!(record["verdict"], "pass");
    assert!(proxy.passed() < backup.len() as u64 + (1 << 20), "it began anew");
    user.assert_nothing_left();
}

#[test]
fn an_object_that_is_replaced_meanwhile_is_named() {
    let world = part!(World::without_engine());
    let proxy = Proxy::to(world.storage.address());
    let mut user = User::of(world);
    user.endpoint = proxy.url();
    let key = user.store(&world.healthy.clone().with_noise(4));
    proxy.hold_after(3 << 20);
    let drill = user.begin(&SCAN);
    proxy.wait_until_held();
    user.store(&world.healthy);
    // In this order nothing of the held connections gets through.
    proxy.cut();
    proxy.open();
    let record = &drill.end().with_code(2).json()["record"];
    assert_eq!(record["verdict"], "could-not-verify");
    assert_eq!(record["failed"]["step"], "download");
    let what = record["failed"]["failure"]["what"].as_str().unwrap();
    assert!(what.contains("the object was replaced while it was downloaded"), "{what}");
    assert!(what.contains(&format!("s3://{}/{key}", user.bucket)), "{what}");
    user.assert_nothing_left();
}
