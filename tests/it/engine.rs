//! The Docker adapter against the embedded engine, where no drill of the world leads.

use std::sync::Arc;
use std::time::Duration;

use lifeboat::adapters::docker::labels::SandboxLabels;
use lifeboat::adapters::docker::{Docker, Surroundings};
use lifeboat::demo::docker::{DockerServer, LeftOver, listen};
use lifeboat::demo::fault::Fault;
use lifeboat::domain::engine::Engine;
use lifeboat::domain::settings::{ContainerEngine, Depth};
use lifeboat::drill::event::Step;
use lifeboat::drill::recipe::processor_refusal;
use lifeboat::runtime::choose::Wanted;
use lifeboat::runtime::clock::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::harness::Rehearsal;

/// Passes everything on to the engine but the question when a container ends: nobody answers that.
async fn swallow_waits(listener: TcpListener, engine: String) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect(&engine).await else { continue };
        connections.spawn(async move {
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            let asking = async {
                let mut chunk = Vec::with_capacity(64 << 10);
                while let Ok(1..) = from_client.read_buf(&mut chunk).await {
                    if chunk.windows(5).any(|part| part == b"/wait") {
                        return true;
                    }
                    to_server.write_all(&chunk).await.ok();
                    chunk.clear();
                }
                false
            };
            let answering = tokio::io::copy(&mut from_server, &mut to_client);
            let is_swallowed = tokio::select! {
                is_swallowed = asking => is_swallowed,
                _ = answering => false,
            };
            if is_swallowed {
                std::future::pending::<()>().await;
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_goes_away_is_noticed_although_one_of_its_answers_never_comes() {
    let mut rehearsal = Rehearsal::start().await;
    let ContainerEngine::At(engine) = rehearsal.settings.container_engine.clone() else {
        panic!("the world has an engine at an address");
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("tcp://{}", listener.local_addr().unwrap());
    rehearsal.settings.container_engine = ContainerEngine::At(proxy);
    rehearsal.world.inject(Fault::EngineGone);
    let drilling = tokio::time::timeout(
        // It would never end; on a busy machine the steps before take their time.
        Duration::from_mins(2),
        rehearsal.drill_to(Depth::Restore, "prod", Wanted::Latest),
    );
    let engine = engine.trim_start_matches("tcp://").to_owned();
    let conclusion = tokio::select! {
        () = swallow_waits(listener, engine) => panic!("nobody can connect"),
        conclusion = drilling => conclusion.unwrap(),
    };
    assert_eq!(conclusion.record.failed.unwrap().step, Step::StartSandbox);
    assert!(conclusion.cleanup.failure.is_some());
}

#[tokio::test]
async fn a_remote_engine_tells_its_processor_in_a_container_that_goes_at_once() {
    let clock = Clock::system();
    let server = Arc::new(DockerServer::new(Arc::new(move || clock.now())));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let asking = async {
        let at = ContainerEngine::At(address);
        let docker = Docker::connect(&at, &Surroundings::default()).await.unwrap();
        assert!(!docker.engine().is_local);
        let image = docker.pull("mongo:7.0", &|_| {}).await.unwrap();
        let labels = SandboxLabels {
            drill: "01jd".to_owned(),
            expires: clock.now(),
            owner: "ada@jump".to_owned(),
            process: "7:1:boot".to_owned(),
        };
        (docker.processor(&image, &labels).await.unwrap(), docker.engine().architecture.clone())
    };
    let (described, architecture) = tokio::select! {
        () = listen(Arc::clone(&server), listener) => panic!("the engine ended by itself"),
        answer = asking => answer,
    };
    let refusal =
        |described: &str| processor_refusal(Engine::Mongodb, "7.0", &architecture, described);
    assert_eq!(refusal(&described), None, "{described}");
    let old = described.replace("avx", "sse");
    assert!(refusal(&old).is_some(), "{architecture}: {old}");
    assert_eq!(server.left_over(), LeftOver::default());
}
