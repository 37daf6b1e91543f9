//! A process of its own that serves what Lifeboat speaks to: a storage with one object, the demo
//! world's container engine and one of its databases, which only count what they are given.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use jiff::{SignedDuration, Timestamp};
use lifeboat::demo::docker::{self, DockerServer};
use lifeboat::demo::mongo::{self, Configuration, Keep, MongoServer};
use lifeboat::runtime::clock::Clock;

const SERVE: &str = "serve";

/// The servers, up as long as this is held.
pub(crate) struct Servers {
    process: Child,
    addresses: BTreeMap<String, String>,
}

impl Servers {
    /// Starts this very program once more, as the servers; `object` is what the storage holds,
    /// whichever key is asked for.
    pub(crate) fn start(object: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(SERVE)
            .arg(object)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut addresses = BTreeMap::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let Some((name, address)) = line.split_once(' ') else { break };
            addresses.insert(name.to_owned(), address.to_owned());
        }
        Self { process, addresses }
    }

    /// Where one of them listens: `storage`, `engine` or `database`.
    pub(crate) fn address(&self, name: &str) -> &str {
        &self.addresses[name]
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Serves for ever where this process was started as the servers.
pub(crate) fn serve_if_asked() {
    let arguments: Vec<_> = std::env::args_os().collect();
    let [_, first, object, ..] = &arguments[..] else { return };
    if first == SERVE {
        let object = Path::new(object).to_owned();
        let storage = announce("storage");
        thread::spawn(move || serve_object(&storage, &object));
        let (engine, database) = (announce("engine"), announce("database"));
        // An empty line ends the list.
        println!();
        serve_world(engine, database);
    }
}

fn announce(name: &str) -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{name} {}", listener.local_addr().unwrap());
    listener
}

#[tokio::main]
async fn serve_world(engine: TcpListener, database: TcpListener) {
    let clock = Clock::system();
    let clock: mongo::Clock = Arc::new(move || clock.now());
    let mut configuration = Configuration::new("4.2.24", Arc::clone(&clock));
    configuration.keep = Keep::Count;
    let server = Arc::new(MongoServer::new(configuration));
    let containers = Arc::new(DockerServer::new(clock).keeping(Keep::Count));
    let listener = |listener: TcpListener| {
        listener.set_nonblocking(true).unwrap();
        tokio::net::TcpListener::from_std(listener).unwrap()
    };
    tokio::join!(
        mongo::listen(server, listener(database)),
        docker::listen(containers, listener(engine)),
    );
}

fn serve_object(listener: &TcpListener, object: &Path) {
    for connection in listener.incoming() {
        let object = File::open(object).unwrap();
        thread::spawn(move || answer(connection.unwrap(), object).ok());
    }
}

/// The object in a listing: last night's backup.
fn listing(length: u64) -> String {
    let night = Timestamp::now() - SignedDuration::from_hours(24);
    let key = night.strftime("bench/%Y-%m-%dT00_00.tar.gz");
    let at = night.strftime("%Y-%m-%dT00:12:00.000Z");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>bucket</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>\
         <Contents><Key>{key}</Key><LastModified>{at}</LastModified>\
         <ETag>&quot;e-1&quot;</ETag><Size>{length}</Size></Contents></ListBucketResult>"
    )
}

/// Answers a listing, HEAD and ranged GET until the client goes away.
fn answer(connection: TcpStream, mut object: File) -> io::Result<()> {
    let length = object.metadata()?.len();
    let mut reader = BufReader::new(connection);
    // Large enough that the storage is never what is waited for.
    let mut buffer = vec![0; 256 << 10];
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let head = head.to_lowercase();
        if head.lines().next().is_some_and(|line| line.contains("list-type=2")) {
            let listing = listing(length);
            let begin = "HTTP/1.1 200 OK\r\ncontent-type: application/xml";
            write!(
                reader.get_mut(),
                "{begin}\r\ncontent-length: {}\r\n\r\n{listing}",
                listing.len()
            )?;
            continue;
        }
        let range = head.lines().find_map(|line| line.strip_prefix("range: bytes="));
        let bounds = range.and_then(|range| range.trim().split_once('-'));
        let start = bounds.map_or(0, |(start, _)| start.parse().unwrap());
        let end = bounds.map_or(length, |(_, last)| last.parse::<u64>().unwrap() + 1);
        let status = if range.is_some() { "206 Partial Content" } else { "200 OK" };
        let connection = reader.get_mut();
        write!(
            connection,
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\ncontent-range: bytes {start}-{}/{length}\r\n\
             etag: \"e-1\"\r\nlast-modified: Tue, 03 Nov 2026 00:12:00 GMT\r\n\r\n",
            end - start,
            end.saturating_sub(1)
        )?;
        if !head.starts_with("head") {
            object.seek(SeekFrom::Start(start))?;
            let mut left = end - start;
            while left > 0 {
                let wanted = usize::try_from(left).unwrap().min(buffer.len());
                object.read_exact(&mut buffer[..wanted])?;
                connection.write_all(&buffer[..wanted])?;
                left -= wanted as u64;
            }
        }
    }
}
