//! `kill -9`: what is left is reported by the next start, and swept with a record of what happened.

use std::fs;

use serde_json::Value;

use crate::engine::{containers_of, docker, volumes_of};
use crate::lifeboat::User;
use crate::parts::until;
use crate::proxy::Proxy;
use crate::world::World;

/// Sweeps what a killed drill has left, after looking; then nothing is left but a record, which is returned.
fn sweep(user: &User, step: &str) -> Value {
    let containers = containers_of(&user.name);
    let volumes = volumes_of(&user.name);
    assert_eq!((containers.len(), volumes.len()), (1, 3));

    let looked = user.lifeboat(&["sweep", "--dry-run"]).with_code(0);
    for name in containers.iter().chain(&volumes) {
        looked.says(name);
    }
    looked.says("left by a drill that was killed");
    looked.says(&format!("was interrupted at {step}"));
    assert_eq!(containers_of(&user.name), containers, "a dry run removed something");
    assert_eq!(volumes_of(&user.name), volumes, "a dry run removed something");

    let swept = user.lifeboat(&["sweep"]).with_code(0);
    swept.says("1 record of killed drills written");
    assert_eq!(containers_of(&user.name), [""; 0]);
    assert_eq!(volumes_of(&user.name), [""; 0]);
    user.lifeboat(&["sweep"]).with_code(0).says("nothing to remove");

    let mut records = user.records();
    let entry = records.swap_remove(0);
    let record = &entry["record"];
    assert_eq!(record["verdict"], "could-not-verify");
    let what = record["failed"]["failure"]["what"].as_str().unwrap();
    assert_eq!(what, format!("interrupted at {step}: the process was killed"));
    assert!(entry["cleanup"]["removed"].as_array().unwrap().len() >= 4, "{entry:#}");
    entry
}

#[test]
fn a_drill_killed_while_it_downloads_is_swept_and_its_download_goes_on() {
    let world = part!(World::with_engine());
    let proxy = Proxy::to(world.storage.address());
    let mut user = User::of(world);
    user.endpoint = proxy.url();
    // A piece of 8 MiB, which is held, and one of 4 MiB, which comes and counts for the next try.
    let key = user.store(&world.healthy.clone().with_noise(12));
    proxy.hold_after(6 << 20);
    let mut drill = user.begin(&["drill", "--object", &key, "--depth", "restore"]);
    proxy.wait_until_held();
    until("a piece is noted", || {
        let mut cached = user.cached_files().into_iter();
        let notes = cached.find(|path| path.extension() == Some("ranges".as_ref()))?;
        (fs::metadata(notes).ok()?.len() > 0).then_some(())
    });
    drill.wait_for_container();
    drill.kill();
    proxy.open();
    proxy.cut();
    assert!(!user.cached_files().is_empty());

    sweep(&user, "download");
    assert!(!user.cached_files().is_empty(), "a download is kept for another try");
    let again = user.lifeboat(&["drill", "--object", &key, "--depth", "restore", "--json"]);
    let record = &again.with_code(0).json()["record"];
    assert_eq!(record["verdict"], "pass");
    let notes = record["notes"].to_string();
    assert!(notes.contains("were here from an earlier try"), "{notes}");
    user.assert_nothing_left();
}

#[test]
fn a_drill_killed_while_it_restores_is_named_by_the_next_one_and_swept() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    let key = user.store(&world.healthy.clone().with_noise(12));
    let mut drill = user.begin(&["drill", "--object", &key, "--depth", "restore"]);
    drill.wait_for_step("restore");
    drill.kill();

    // A start removes nothing by itself.
    let next = user.lifeboat(&["drill", "--object", &key, "--depth", "restore"]).with_code(0);
    next.says("was interrupted at restore; `lifeboat sweep` removes what it left");
    next.says("is restorable");
    sweep(&user, "restore");
    user.assert_nothing_left();
    assert_eq!(user.records().len(), 2);
}

#[test]
fn what_belongs_to_somebody_else_is_listed_and_goes_only_by_force() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    let drill = user.name.replace('e', "f");
    let volume = format!("lifeboat-drill-{drill}-db");
    let labels = [
        format!("lifeboat.drill={drill}"),
        "lifeboat.owner=bob@elsewhere".to_owned(),
        "lifeboat.process=1:2:3".to_owned(),
        "lifeboat.expires=2999-01-01T00:00:00Z".to_owned(),
    ];
    let labels = labels.iter().flat_map(|label| ["--label", label]);
    docker(&["volume", "create"].into_iter().chain(labels).chain([&*volume]).collect::<Vec<_>>());

    let listed = user.lifeboat(&["sweep"]).with_code(0);
    listed.says(&format!("{drill} of bob@elsewhere: somebody else's"));
    assert!(volumes_of("bob").contains(&volume));

    user.lifeboat(&["sweep", "--force", "no-such-drill"]).with_code(64);
    user.lifeboat(&["sweep", "--force", &drill]).with_code(0).says(&volume);
    assert!(!volumes_of("bob").contains(&volume));
}
