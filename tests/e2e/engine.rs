//! The container engine as its own command line sees it.

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::parts::run;

/// The variables that name the test images: with mongorestore, and without.
pub const IMAGE: &str = "LIFEBOAT_E2E_IMAGE";
pub const BARE_IMAGE: &str = "LIFEBOAT_E2E_BARE_IMAGE";

/// What tells a program where the engine is. The command line finds it in the home folder, which tests replace.
pub fn variables() -> Vec<(&'static str, PathBuf)> {
    let contexts = env::home_dir().map(|home| ("DOCKER_CONFIG", home.join(".docker")));
    let given = ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"]
        .into_iter()
        .filter_map(|name| Some((name, PathBuf::from(env::var_os(name)?))));
    contexts.into_iter().chain(given).collect()
}

pub fn docker(arguments: &[&str]) -> String {
    run(Command::new("docker").args(arguments))
}

/// Names of containers that carry a drill's label of this owner; each user of the tests is another.
pub fn containers_of(owner: &str) -> Vec<String> {
    let format = r#"{{.Names}} {{.Label "lifeboat.owner"}}"#;
    let listed = docker(&["ps", "-a", "--filter", "label=lifeboat.drill", "--format", format]);
    owned(&listed, owner)
}

pub fn volumes_of(owner: &str) -> Vec<String> {
    let format = r#"{{.Name}} {{.Label "lifeboat.owner"}}"#;
    let listed = docker(&["volume", "ls", "--filter", "label=lifeboat.drill", "--format", format]);
    owned(&listed, owner)
}

fn owned(listed: &str, owner: &str) -> Vec<String> {
    let names = listed.lines().filter_map(|line| {
        let (name, its) = line.split_once(' ')?;
        (its.split('@').next() == Some(owner)).then(|| name.to_owned())
    });
    names.collect()
}

/// Volumes that carry nobody's label: an image's anonymous ones would be among them.
pub fn volumes_of_nobody() -> BTreeSet<String> {
    let format = r#"{{.Name}} {{.Label "lifeboat.owner"}}"#;
    let listed = docker(&["volume", "ls", "--format", format]);
    listed.lines().filter_map(|line| line.strip_suffix(' ')).map(str::to_owned).collect()
}

pub fn inspect(container: &str) -> Value {
    serde_json::from_str::<Value>(&docker(&["inspect", container])).unwrap()[0].take()
}

/// Removes what a failed test has left, so that the next one finds the engine as it was.
pub fn remove_all_of(owner: &str) {
    for container in containers_of(owner) {
        docker(&["rm", "--force", "--volumes", &container]);
    }
    for volume in volumes_of(owner) {
        docker(&["volume", "rm", "--force", &volume]);
    }
}
