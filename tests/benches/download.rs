//! A download of 1 GiB against one plain GET of the same object that is thrown away: the ratio of
//! their times, and the most memory that the download took. The storage is a process of its own.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark reports on the terminal"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lifeboat::adapters::s3::{PartFile, S3};
use lifeboat::domain::backup::BackupKey;
use lifeboat::domain::environment::StorageName;
use lifeboat::domain::settings::Storage;
use secrecy::SecretString;

const LENGTH: usize = 1 << 30;
static BLOCK: [u8; 1 << 16] = [42; 1 << 16];
const ROUNDS: usize = 3;

fn main() {
    if std::env::args().any(|argument| argument == "serve") {
        return serve();
    }
    let (mut server, address) = start_server();
    let cache = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut plain = Duration::MAX;
    let mut download = Duration::MAX;
    for _ in 0..ROUNDS {
        plain = plain.min(timed(|| plain_get(&address)));
        download = download.min(timed(|| runtime.block_on(download_into(cache.path(), &address))));
    }
    println!("plain GET, thrown away   {plain:?}");
    println!("download into the cache  {download:?}");
    println!("ratio                    {:.2}", download.as_secs_f64() / plain.as_secs_f64());
    println!("peak memory              {}", peak_memory());
    server.kill().unwrap();
    server.wait().unwrap();
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

async fn download_into(cache: &std::path::Path, address: &str) {
    let storage = Storage {
        name: StorageName("near".to_owned()),
        region: None,
        profile: None,
        role_arn: None,
        endpoint: Some(format!("http://{address}")),
        path_style: true,
        keys: Some(("AK".to_owned(), SecretString::from("SK"))),
    };
    let s3 = S3::connect(&storage).await.unwrap();
    let object = s3.head("bucket", &BackupKey("dump.tar.gz".to_owned()), None).await.unwrap();
    let part = PartFile::open(cache, &object).unwrap();
    s3.download(&part, &|_| {}).await.unwrap();
    assert!(part.is_complete());
    part.remove().unwrap();
}

fn plain_get(address: &str) {
    let mut connection = TcpStream::connect(address).unwrap();
    let last = LENGTH - 1;
    write!(connection, "GET /bucket/dump.tar.gz HTTP/1.1\r\nrange: bytes=0-{last}\r\n\r\n")
        .unwrap();
    let mut chunk = vec![0; 256 << 10];
    let mut left = LENGTH;
    while left > 0 {
        let read = connection.read(&mut chunk).unwrap();
        assert!(read > 0, "cut {left} bytes before the end");
        left = left.saturating_sub(read);
    }
}

/// The high-water mark of this process, as Linux tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or("unknown", str::trim).to_owned()
}

fn start_server() -> (Child, String) {
    let mut server = Command::new(std::env::current_exe().unwrap())
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
    (server, address.trim().to_owned())
}

fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    for connection in listener.incoming() {
        thread::spawn(move || answer(connection.unwrap()));
    }
}

/// Answers requests until the client goes away.
fn answer(connection: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            reader.read_until(b'\n', &mut head).ok().filter(|read| *read > 0)?;
        }
        let head = String::from_utf8(head).ok()?;
        let range = head.lines().find_map(|line| line.strip_prefix("range: bytes="));
        let (start, end) = match range.and_then(|range| range.split_once('-')) {
            Some((start, end)) => (start.parse::<usize>().ok()?, end.parse::<usize>().ok()? + 1),
            None => (0, LENGTH),
        };
        let connection = reader.get_mut();
        write!(
            connection,
            "HTTP/1.1 206 x\r\ncontent-length: {}\r\ncontent-range: bytes {start}-{}/{LENGTH}\r\n\
             etag: \"e-1\"\r\nlast-modified: Tue, 03 Nov 2026 00:12:00 GMT\r\n\r\n",
            end - start,
            end - 1
        )
        .ok()?;
        if head.starts_with("HEAD") {
            continue;
        }
        let mut left = end - start;
        while left > 0 {
            let block = BLOCK.get(..left.min(BLOCK.len()))?;
            connection.write_all(block).ok()?;
            left -= block.len();
        }
    }
}
