//! The sandbox while it is held: no network, limits, labels; and it goes when it is told to.

use std::process::Command;

use crate::engine::{docker, inspect};
use crate::lifeboat::User;
use crate::world::World;

#[test]
fn a_held_sandbox_has_no_network_and_ends_at_a_signal() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    user.store(&world.healthy);
    let mut drill = user.begin(&["drill", "--latest", "--hold", "10m"]);
    drill.wait_for_step("hold");
    let container = drill.wait_for_container();

    let found = inspect(&container);
    let host = &found["HostConfig"];
    assert_eq!(host["NetworkMode"], "none");
    assert_eq!(host["PublishAllPorts"], false);
    assert!(host["PortBindings"].as_object().is_none_or(serde_json::Map::is_empty));
    assert!(found["NetworkSettings"]["Ports"].as_object().is_none_or(serde_json::Map::is_empty));
    assert_eq!(host["Memory"], 2_u64 << 30);
    assert_eq!(host["PidsLimit"], 512);
    let mounts = found["Mounts"].as_array().unwrap();
    assert_eq!(mounts.len(), 3);
    assert!(mounts.iter().all(|mount| mount["Type"] == "volume"), "{mounts:#?}");

    let labels = &found["Config"]["Labels"];
    let label = |name: &str| labels[format!("lifeboat.{name}")].as_str().unwrap();
    assert!(label("owner").starts_with(&format!("{}@", user.name)));
    assert!(container.ends_with(label("drill")));
    assert!(label("expires").parse::<jiff::Timestamp>().unwrap() > jiff::Timestamp::now());
    assert_eq!(label("process").split(':').count(), 3);

    let inside = |script: &str| docker(&["exec", &container, "sh", "-c", script]);
    let interfaces = inside("cut -d: -f1 /proc/net/dev | tail -n +3");
    assert_eq!(interfaces.split_whitespace().collect::<Vec<_>>(), ["lo"]);
    let routes = inside("tail -n +2 /proc/net/route");
    assert_eq!(routes, "");
    let connect = "exec 3<>/dev/tcp/192.0.2.1/80";
    let tried = Command::new("docker").args(["exec", &container, "bash", "-c", connect]).output();
    let complaint = String::from_utf8(tried.unwrap().stderr).unwrap();
    assert!(complaint.contains("Network is unreachable"), "{complaint}");
    let arguments = inside("cat /data/configdb/mongod.args");
    assert!(arguments.lines().any(|it| it == "ttlMonitorEnabled=false"), "{arguments}");

    drill.signal("TERM");
    // The verdict stands: it was the hold that was ended.
    drill.end().with_code(0).says("is proven");
    user.assert_nothing_left();
}
