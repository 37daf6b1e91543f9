//! An engine behind TCP, which may be anywhere: its processor is asked before a server starts.

use std::env;
use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;

use jiff::Timestamp;

use crate::engine::{IMAGE, docker};
use crate::lifeboat::User;
use crate::parts::named_by;
use crate::world::World;

/// What the official images are called behind the mirror of this test.
const MIRROR: &str = "lifeboat-test-remote/";
const ALIAS: &str = "lifeboat-test-remote/mongo:7.0";

/// Another name of the test image, as long as this is held.
struct Alias;

impl Alias {
    fn of(image: &str) -> Self {
        docker(&["tag", image, ALIAS]);
        Self
    }
}

impl Drop for Alias {
    fn drop(&mut self) {
        docker(&["rmi", "--no-prune", ALIAS]);
    }
}

fn socket() -> Result<PathBuf, String> {
    let host = env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    let path = host.strip_prefix("unix://").map(PathBuf::from).filter(|path| path.exists());
    path.ok_or_else(|| format!("the engine is not behind a socket here: {host}"))
}

/// Leads from a port to the engine's socket; returns the port's address for `DOCKER_HOST`.
fn forward(socket: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let socket = socket.to_owned();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, engine) = (client.unwrap(), UnixStream::connect(&socket).unwrap());
            let (mut from, mut to) = (client.try_clone().unwrap(), engine.try_clone().unwrap());
            thread::spawn(move || {
                copy(&mut from, &mut to);
                to.shutdown(Shutdown::Write).ok();
            });
            thread::spawn(move || {
                let (mut from, mut to): (UnixStream, TcpStream) = (engine, client);
                copy(&mut from, &mut to);
                to.shutdown(Shutdown::Write).ok();
            });
        }
    });
    address
}

fn copy(from: &mut impl io::Read, to: &mut impl Write) {
    // A side that hangs up ends the copy, well or not.
    io::copy(from, to).ok();
}

#[test]
fn its_processor_is_asked_in_a_container_that_goes_at_once() {
    let world = part!(World::with_engine());
    let image = part!(named_by(IMAGE));
    let host = forward(&part!(socket()));
    let alias = Alias::of(&image);
    let mut user = User::of(world);
    user.drill = format!("image = \"auto\"\nmirror = \"{MIRROR}\"");
    user.store(&world.healthy.clone().with_version("7.0"));

    let began = Timestamp::now();
    let mut command = user.command(&["drill", "--latest", "--json"]);
    let ended = user.start(command.env("DOCKER_HOST", host)).end();
    let answer = ended.with_code(0).json();
    let record = &answer["record"];
    assert_eq!(record["container_engine"]["image"], ALIAS, "{record:#}");
    assert_eq!(record["verdict"], "pass", "{record:#}");
    user.assert_nothing_left();

    let since = began.as_second().to_string();
    let until = (Timestamp::now().as_second() + 1).to_string();
    let format = "{{.Actor.Attributes.name}}";
    let (only, started) = ("--filter", "event=start");
    let seen = ["events", "--since", &since, "--until", &until, only, started, "--format", format];
    let seen = docker(&seen);
    let id = record["id"].as_str().unwrap().to_lowercase();
    let asked = format!("lifeboat-drill-{id}-cpu");
    assert!(seen.lines().any(|name| name == asked), "{asked}: {seen}");
    drop(alias);
}
