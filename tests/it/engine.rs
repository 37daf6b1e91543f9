//! The Docker adapter against the embedded engine, where no drill of the world leads.

use std::sync::Arc;

use lifeboat::adapters::docker::labels::SandboxLabels;
use lifeboat::adapters::docker::{Docker, Surroundings};
use lifeboat::demo::docker::{DockerServer, LeftOver, listen};
use lifeboat::domain::engine::Engine;
use lifeboat::domain::settings::ContainerEngine;
use lifeboat::drill::recipe::processor_refusal;
use lifeboat::runtime::clock::Clock;

#[tokio::test]
async fn a_remote_engine_tells_its_processor_in_a_container_that_goes_at_once() {
    let clock = Clock::system();
    let server = Arc::new(DockerServer::new(Arc::new(move || clock.now())));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
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
