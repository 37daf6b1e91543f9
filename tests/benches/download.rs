//! A download of 1 GiB against `curl` of the same object, both onto the disk: the ratio of their
//! times, and the most memory that the download took. The storage is a process of its own.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark reports on the terminal, and ends where anything is wrong"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "parts/memory.rs"]
mod memory;
#[path = "parts/servers.rs"]
mod servers;

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use lifeboat::adapters::s3::{PartFile, S3};
use lifeboat::domain::backup::BackupKey;
use lifeboat::domain::environment::StorageName;
use lifeboat::domain::settings::Storage;
use memory::Peak;
use secrecy::SecretString;
use servers::Servers;

const LENGTH: u64 = 1 << 30;
const ROUNDS: usize = 5;

fn main() {
    servers::serve_if_asked();
    let folder = tempfile::tempdir().unwrap();
    let object = folder.path().join("object");
    File::create(&object).unwrap().set_len(LENGTH).unwrap();
    let servers = Servers::start(&object);
    let address = servers.address("storage");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    let (mut curl, mut ours) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        if has_curl {
            curl = curl.min(timed(|| run_curl(folder.path(), address)));
        }
        ours = ours.min(timed(|| runtime.block_on(download(folder.path(), address))));
    }
    println!("download        {ours:?}");
    println!("peak memory     {}", Peak::of(std::process::id()).unwrap());
    if has_curl {
        println!("curl --output   {curl:?}");
        println!("ratio           {:.2}", ours.as_secs_f64() / curl.as_secs_f64());
    } else {
        println!("SKIPPED: there is no curl to compare with");
    }
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

async fn download(cache: &Path, address: &str) {
    let storage = Storage {
        name: StorageName("near".to_owned()),
        region: None,
        profile: None,
        role_arn: None,
        endpoint: Some(format!("http://{address}")),
        path_style: true,
        keys: Some(("AK".to_owned(), SecretString::from("SK"))),
        cloudwatch: None,
    };
    let s3 = S3::connect(&storage).await.unwrap();
    let object = s3.head("bucket", &BackupKey("dump.tar.gz".to_owned()), None).await.unwrap();
    let part = PartFile::open(cache, &object).unwrap();
    s3.download(&part, &|_| {}).await.unwrap();
    assert!(part.is_complete());
    part.remove().unwrap();
}

fn run_curl(folder: &Path, address: &str) {
    let target = folder.join("curl");
    let url = format!("http://{address}/bucket/dump.tar.gz");
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--output"]).arg(&target).arg(url);
    assert!(curl.status().unwrap().success());
    std::fs::remove_file(target).unwrap();
}
