//! The adapter against an engine of a few lines, which answers as each test tells it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::adapters::docker::address::Surroundings;
use crate::adapters::docker::container::{ContainerState, SandboxSpec};
use crate::adapters::docker::labels::SandboxLabels;
use crate::adapters::docker::leftovers::LeftoverKind;
use crate::adapters::docker::{Docker, EngineKind};
use crate::adapters::sandbox::Sandbox;
use crate::domain::engine::Engine;
use crate::domain::failure::FailureKind;
use crate::domain::settings::ContainerEngine;
use crate::domain::units::ByteSize;

/// What the adapter asked: `POST /volumes/create`, and the body.
#[derive(Debug, Clone)]
struct Request {
    line: String,
    body: Value,
}

/// What an engine tells in a header of a file of three bytes, `a.bson`.
const A_BSON: &str = "eyJuYW1lIjoiYS5ic29uIiwic2l6ZSI6MywibW9kZSI6NDIwLCJtdGltZSI6IjE5\
    NzAtMDEtMDFUMDA6MDA6MDBaIiwibGlua1RhcmdldCI6IiJ9";

type Asked = Arc<Mutex<Vec<Request>>>;

/// Connects to an engine that gives `answer`'s status and body, and says who it is by itself.
async fn engine(answer: impl Fn(&Request) -> (u16, String) + Send + 'static) -> (Docker, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read(&mut stream);
            let (status, body) = match request.line.as_str() {
                line if line.ends_with("/version") => (200, version().to_string()),
                line if line.ends_with("/info") => (200, json!({ "NCPU": 2 }).to_string()),
                _ => {
                    seen.lock().unwrap().push(request.clone());
                    answer(&request)
                }
            };
            let length = body.len();
            let mut head = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\n");
            if request.line.starts_with("HEAD") {
                head = format!("{head}x-docker-container-path-stat: {A_BSON}\r\n");
            }
            stream.write_all(format!("{head}connection: close\r\n\r\n{body}").as_bytes()).unwrap();
        }
    });
    let surroundings = Surroundings::default();
    (Docker::connect(&ContainerEngine::At(address), &surroundings).await.unwrap(), asked)
}

fn version() -> Value {
    json!({
        "Version": "4.9.3", "ApiVersion": "1.41", "Arch": "amd64",
        "Components": [{ "Name": "Podman Engine", "Version": "4.9.3" }],
    })
}

fn read(stream: &mut TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let line = head[0].trim_end_matches(" HTTP/1.1").to_owned();
    Request { line, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

fn message(status: u16, text: &str) -> (u16, String) {
    (status, json!({ "message": text }).to_string())
}

fn volume() -> Value {
    json!({ "Name": "lifeboat-drill-x-db", "Driver": "local", "Mountpoint": "/", "Scope": "local",
            "Options": {}, "Labels": { "lifeboat.drill": "x", "lifeboat.owner": "ada@jump" } })
}

fn labels() -> SandboxLabels {
    SandboxLabels {
        drill: "x".to_owned(),
        expires: "2026-11-20T10:00:00Z".parse().unwrap(),
        owner: "ada@jump".to_owned(),
        process: "7:1:boot".to_owned(),
    }
}

fn sandbox() -> Sandbox {
    Sandbox::new("x".to_owned(), "/s.sock".into(), Engine::Mongodb)
}

fn container() -> Value {
    json!({ "Id": "c1", "Names": ["/lifeboat-drill-x"], "State": "running",
            "Labels": { "lifeboat.drill": "x" } })
}

/// Answers listings with what is left, and lets a volume go only once its container has gone and
/// `stubbornness` more tries were made.
fn with_leftovers(stubbornness: usize) -> impl Fn(&Request) -> (u16, String) + Send {
    let left = Mutex::new((vec![container()], vec![volume()], stubbornness));
    move |request| {
        let (containers, volumes, stubbornness) = &mut *left.lock().unwrap();
        match request.line.as_str() {
            line if line.starts_with("GET /containers") => (200, json!(containers).to_string()),
            line if line.starts_with("GET /volumes") => {
                (200, json!({ "Volumes": volumes }).to_string())
            }
            line if line.starts_with("DELETE /containers") => {
                containers.clear();
                (204, String::new())
            }
            _ if *stubbornness > 0 => {
                *stubbornness -= 1;
                message(409, "volume is in use")
            }
            _ => {
                volumes.clear();
                (204, String::new())
            }
        }
    }
}

#[tokio::test]
async fn a_podman_engine_says_so() {
    let (docker, _) = engine(|_| message(500, "")).await;
    let facts = docker.engine();
    assert_eq!((facts.kind, facts.version.as_str()), (EngineKind::Podman, "4.9.3"));
    assert_eq!((facts.cpus, facts.is_local), (2, false));
    assert_eq!(facts.architecture, "amd64");
}

#[tokio::test]
async fn an_image_that_is_not_there_is_no_error() {
    let (docker, _) = engine(|_| message(404, "No such image: mongo:4.2")).await;
    assert_eq!(docker.image("mongo:4.2").await.unwrap(), None);
}

#[tokio::test]
async fn a_pull_tells_its_progress_and_then_the_registrys_refusal() {
    let lines = [
        json!({ "status": "Pulling from library/mongo", "id": "4.2" }),
        json!({ "status": "Downloading", "id": "a", "progressDetail": { "current": 3, "total": 9 } }),
        json!({ "errorDetail": { "message": "toomanyrequests: pull rate limit" }, "error": "" }),
    ];
    let body = lines.map(|line| line.to_string()).join("\r\n");
    let (docker, asked) = engine(move |_| (200, body.clone())).await;
    let seen = Mutex::new(Vec::new());
    let error = docker
        .pull("mongo:4.2", &|progress| seen.lock().unwrap().push((progress.done, progress.total)))
        .await
        .unwrap_err();
    assert_eq!(*seen.lock().unwrap(), [(ByteSize(3), ByteSize(9))]);
    assert!(error.reason.contains("rate limit"), "{error}");
    let line = asked.lock().unwrap()[0].line.clone();
    assert!(line.starts_with("POST /images/create?fromImage=mongo&tag=4.2"), "{line}");
}

#[tokio::test]
async fn everything_of_a_sandbox_carries_its_labels_before_it_starts() {
    let (docker, asked) = engine(|request| match request.line.as_str() {
        "GET /images/m/json" => (200, json!({ "Id": "sha256:ab", "Config": {} }).to_string()),
        "POST /volumes/create" => (201, volume().to_string()),
        line if line.starts_with("POST /containers/create") => {
            (201, json!({ "Id": "c1", "Warnings": [] }).to_string())
        }
        _ => (204, String::new()),
    })
    .await;
    let spec = SandboxSpec {
        database: Engine::Mongodb,
        image: docker.image("m").await.unwrap().unwrap(),
        memory: ByteSize::gibibytes(2),
        limit: Duration::from_hours(3),
        labels: labels(),
    };
    let sandbox = docker.create_sandbox(&spec, "/run/s.sock".into()).await.unwrap();
    assert_eq!(sandbox.name(), "lifeboat-drill-x");
    let asked = asked.lock().unwrap();
    let made: Vec<&Request> = asked.iter().filter(|it| it.line.contains("/create")).collect();
    assert_eq!(made.len(), 4);
    for request in made {
        let labels = &request.body["Labels"];
        assert_eq!(labels["lifeboat.drill"], "x", "{request:?}");
        assert_eq!(labels["lifeboat.expires"], "2026-11-20T10:00:00Z");
        assert_eq!(labels["lifeboat.owner"], "ada@jump");
        assert_eq!(labels["lifeboat.process"], "7:1:boot");
    }
    assert!(asked.last().unwrap().line.ends_with("/lifeboat-drill-x/start"));
}

#[tokio::test]
async fn a_sandbox_that_was_removed_is_gone_and_not_an_error() {
    let (docker, _) = engine(|_| message(404, "No such container: x")).await;
    let sandbox = sandbox();
    assert_eq!(docker.state(&sandbox).await.unwrap(), ContainerState::Gone);
    assert_eq!(docker.exited(&sandbox).await.unwrap(), ContainerState::Gone);
}

#[tokio::test]
async fn an_upload_counts_only_when_every_file_is_there_and_whole() {
    let (docker, asked) = engine(|request| {
        if request.line.contains("a.bson") { (200, String::new()) } else { message(404, "") }
    })
    .await;
    let sandbox = sandbox();
    let check = async |name: &str, size| {
        let files = [("dump/a.bson".to_owned(), ByteSize(3)), (name.to_owned(), ByteSize(size))];
        docker.check_upload(&sandbox, "/drill", files).await.map_err(|error| error.to_string())
    };
    assert_eq!(check("dump/a.bson", 3).await, Ok(()));
    let line = asked.lock().unwrap()[0].line.clone();
    assert!(line.starts_with("HEAD /containers/x/archive?path=%2Fdrill%2Fdump%2Fa.bson"), "{line}");
    let cut = check("dump/a.bson", 5).await.unwrap_err();
    assert_eq!(cut, "checking the upload of x:/drill/dump/a.bson: 3 bytes arrived of 5");
    let absent = check("dump/b.bson", 3).await.unwrap_err();
    assert!(absent.ends_with("b.bson: it did not arrive"), "{absent}");
}

#[tokio::test]
async fn the_processor_is_asked_in_a_container_that_is_labelled_and_goes() {
    let (docker, asked) = engine(|request| match request.line.as_str() {
        "GET /images/m/json" => (200, json!({ "Id": "sha256:ab", "Config": {} }).to_string()),
        line if line.starts_with("POST /containers/create") => {
            (201, json!({ "Id": "c1", "Warnings": [] }).to_string())
        }
        line if line.contains("/logs") => (200, "\u{1}\0\0\0\0\0\0\u{c}flags\t: avx\n".to_owned()),
        _ => (204, String::new()),
    })
    .await;
    let image = docker.image("m").await.unwrap().unwrap();
    let described = docker.processor(&image, &labels()).await.unwrap();
    assert_eq!(described, "flags\t: avx\n");
    let asked = asked.lock().unwrap();
    let made = asked.iter().find(|it| it.line.contains("/create")).unwrap();
    assert_eq!(made.body["Labels"]["lifeboat.drill"], "x");
    assert_eq!(made.body["HostConfig"]["NetworkMode"], "none");
    assert_eq!(
        (&made.body["Image"], &made.body["Entrypoint"]),
        (&json!("sha256:ab"), &json!(["cat"]))
    );
    let last = &asked.last().unwrap().line;
    assert!(last.starts_with("DELETE /containers/lifeboat-drill-x-cpu"), "{last}");
    assert!(last.contains("v=true") && last.contains("force=true"), "{last}");
}

#[tokio::test]
async fn leftovers_are_listed_with_their_owner() {
    let (docker, _) = engine(with_leftovers(0)).await;
    let found = docker.leftovers().await.unwrap();
    let kinds: Vec<LeftoverKind> = found.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [LeftoverKind::RunningContainer, LeftoverKind::Volume]);
    assert_eq!(found[1].owner.as_deref(), Some("ada@jump"));
}

#[tokio::test]
async fn removal_is_tried_again_until_a_listing_shows_nothing() {
    let (docker, asked) = engine(with_leftovers(2)).await;
    let removed = docker.remove_sandbox("x").await.unwrap();
    assert!(removed.containers.contains("lifeboat-drill-x"));
    assert!(removed.volumes.contains("lifeboat-drill-x-db"));
    let asked = asked.lock().unwrap();
    assert!(asked.last().unwrap().line.starts_with("GET /volumes"));
    assert!(
        asked
            .iter()
            .filter(|it| it.line.starts_with("GET"))
            .all(|it| it.line.ends_with("x%22%5D%7D"))
    );
}

#[tokio::test]
async fn removal_that_never_succeeds_names_what_is_left() {
    let (docker, _) = engine(with_leftovers(usize::MAX)).await;
    let error = docker.remove_sandbox("x").await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unexpected);
    assert!(error.to_string().contains("lifeboat-drill-x-db: volume is in use"), "{error}");
    assert!(error.advice.unwrap().contains("docker volume rm lifeboat-drill-x-db"));
}
