//! `lifeboat demo --serve` in a process of its own: where its servers listen.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// What it tells of last.
const LAST: &str = "the cluster of prod";

/// The world, up as long as this is held.
pub(crate) struct World {
    process: Child,
    addresses: BTreeMap<String, String>,
    pub(crate) kubeconfig: PathBuf,
    _home: TempDir,
}

impl World {
    pub(crate) fn serve(arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_lifeboat"))
            .args(["demo", "--serve"])
            .args(arguments)
            .env_clear()
            .envs([("HOME", home.path()), ("TMPDIR", home.path())])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut addresses, mut kubeconfig) = (BTreeMap::new(), None);
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            // `CloudWatch, with the same key: http://…`, and below it how to try it out.
            if let Some((name, address)) = line.split_once(": ").filter(|_| !line.starts_with(' '))
            {
                let name = name.split(',').next().unwrap();
                addresses.insert(name.to_owned(), address.to_owned());
            }
            let words: Vec<_> = line.split_whitespace().collect();
            let named = words.iter().position(|word| *word == "--kubeconfig");
            kubeconfig = named.map(|at| PathBuf::from(words[at + 1])).or(kubeconfig);
            if addresses.contains_key(LAST) && named.is_some() {
                break;
            }
        }
        Self { process, addresses, kubeconfig: kubeconfig.unwrap(), _home: home }
    }

    /// Where a server listens, by what the world calls it: `S3`, `CloudWatch`, `the cluster of dev`.
    pub(crate) fn address(&self, name: &str) -> &str {
        &self.addresses[name]
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
