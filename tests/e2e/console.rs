//! The console in a terminal, with the real parts: its wizard comes to what a headless drill comes to, and what a
//! killed console has left is removed on one key.

use std::process::Command;

use serde_json::Value;

use crate::engine::{containers_of, docker, volumes_of};
use crate::lifeboat::User;
use crate::parts::{run, until};
use crate::proxy::Proxy;
use crate::terminal::Terminal;
use crate::world::World;

const F4: &str = "\x1bOS";
const ENTER: &str = "\r";
const CTRL_X: &str = "\x18";

/// Opens the console on the Drill tab and starts the drill that the dice propose.
fn drilling(user: &User) -> Terminal {
    let mut console = user.console();
    // The tabs are there before a cluster is.
    console.wait("the console", |text| text.contains("4 Drill"));
    console.press(F4);
    console.wait("the odds", |text| text.contains("Odds"));
    console.press(ENTER);
    console.wait("the looks before", |text| text.contains("starts by itself"));
    console.press(ENTER);
    console
}

/// What two drills of one backup must agree in.
fn essence(record: &Value) -> Value {
    let kept = [
        "verdict",
        "depth",
        "object",
        "census",
        "restored_with",
        "container_engine",
        "server_version",
        "judgements",
        "loss",
        "not_run",
    ];
    let mut essence: Value =
        kept.iter().map(|key| ((*key).to_owned(), record[*key].clone())).collect();
    // A listing tells it, and the question about one object does not.
    essence["object"].as_object_mut().unwrap().remove("storage_class");
    for side in ["restored", "source"] {
        let collections = record[side]["collections"].as_object().unwrap();
        essence[side] = collections
            .iter()
            .map(|(name, held)| {
                let mut held = held.clone();
                if side == "restored" {
                    // A collection has another identity each time that it is restored.
                    held.as_object_mut().unwrap().remove("uuid");
                }
                (name.clone(), held)
            })
            .collect();
    }
    essence
}

#[test]
fn the_wizard_comes_to_what_a_headless_drill_comes_to_and_its_copy_can_be_looked_at() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    let key = user.store(&world.healthy);
    let mut console = drilling(&user);
    console.wait("the verdict", |text| text.contains("is proven"));
    console.wait("the hold", |text| text.contains("the restored copy goes in 9m"));
    for name in world.healthy.collections() {
        let row = |line: &str| line.contains(name) && line.contains("PASS");
        console.wait(name, |text| text.lines().any(row));
    }

    // A shell in the copy, which has no way to anywhere.
    console.press("s");
    console.wait("the shell", |text| text.contains(":/#"));
    console.press("echo in $(hostname) with $(ls /sys/class/net)\r");
    let container = containers_of(&user.name).remove(0);
    let hostname = docker(&["inspect", "--format", "{{.Config.Hostname}}", &container]);
    let words = format!("in {} with lo", hostname.trim());
    console.wait("the shell's answer", |text| text.contains(&words));
    console.press("exit\r");
    console.wait("the result again", |text| text.contains("is proven"));
    // What stood there before the shell is back sooner than whoever reads the keys.
    let countdown = |text: &str| text.split_once("goes in ").map(|it| it.1[..5].to_owned());
    let seen = countdown(&console.text());
    console.wait("a second later", |text| countdown(text) != seen);

    console.press("x");
    console.wait("half an hour more", |text| text.contains("the restored copy goes in 39m"));
    console.press("i");
    console.wait("the prompt", |text| text.contains("note:"));
    console.press("looks fine\r");
    console.wait("the note", |text| text.contains("noted in the record"));
    console.press("w");
    console.wait("the report", |text| text.contains("saved "));
    console.press(CTRL_X);
    console.wait("the clean-up", |text| text.contains("nothing left"));
    console.quit();
    user.assert_nothing_left();

    let wizard = user.records().remove(0);
    assert_eq!(wizard["notes"][0]["text"], "looks fine");
    assert_eq!(wizard["cleanup"]["removed"].as_array().unwrap().len(), 5);
    let headless = user.lifeboat(&["drill", "--object", &key, "--json"]).with_code(0).json();
    assert_eq!(wizard["record"]["trigger"], "wizard");
    assert_eq!(essence(&wizard["record"]), essence(&headless["record"]));
}

/// Kills the console, and opens another one that says what was left and removes it on one key.
fn removed_by_the_next(user: &User, console: Terminal, step: &str) -> Value {
    run(Command::new("kill").args(["-s", "KILL", &console.process().to_string()]));
    drop(console);
    assert_eq!((containers_of(&user.name).len(), volumes_of(&user.name).len()), (1, 3));
    let label = &containers_of(&user.name)[0];

    let mut console = user.console();
    console.wait("what was left", |text| {
        text.contains(&format!("was interrupted at {step}")) && text.contains(&**label)
    });
    console.press("x");
    console.wait("the removal", |text| text.contains("nothing is left"));
    console.quit();
    user.assert_nothing_left();
    user.records().remove(0)
}

#[test]
fn what_a_console_killed_while_it_downloads_has_left_goes_on_one_key() {
    let world = part!(World::with_engine());
    let proxy = Proxy::to(world.storage.address());
    let mut user = User::of(world);
    user.endpoint = proxy.url();
    user.store(&world.healthy.clone().with_noise(12));
    proxy.hold_after(6 << 20);
    let console = drilling(&user);
    proxy.wait_until_held();
    // The sandbox is started meanwhile: the source tells the version.
    until("a container", || containers_of(&user.name).pop());
    until("its volumes", || (volumes_of(&user.name).len() == 3).then_some(()));
    assert!(!user.cached_files().is_empty());
    let entry = removed_by_the_next(&user, console, "download");
    proxy.open();
    assert_eq!(entry["record"]["verdict"], "could-not-verify");
}

#[test]
fn what_a_console_killed_while_it_restores_has_left_goes_on_one_key() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    user.store(&world.healthy.clone().with_noise(12));
    let console = drilling(&user);
    user.wait_for_step("restore");
    let entry = removed_by_the_next(&user, console, "restore");
    assert_eq!(entry["record"]["verdict"], "could-not-verify");
}

#[test]
fn what_a_console_killed_in_hold_has_left_goes_on_one_key_and_its_result_stays() {
    let world = part!(World::with_engine());
    let user = User::of(world);
    user.store(&world.healthy);
    let console = drilling(&user);
    console.wait("the hold", |text| text.contains("the restored copy goes in"));
    let entry = removed_by_the_next(&user, console, "hold");
    assert_eq!(entry["record"]["verdict"], "pass");
    assert!(entry["cleanup"]["removed"].as_array().unwrap().len() >= 4);
    assert_eq!(user.records().len(), 1);
}
