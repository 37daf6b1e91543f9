//! The world's clusters as a typed client sees them: every object of every kind is one, and a watcher
//! keeps up.

use std::fmt::Debug;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Event, Namespace, Node, Pod, Service};
use k8s_openapi::api::events::v1::Event as NewerEvent;
use kube::api::{DeleteParams, ListParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::watcher;
use kube::{Api, Client, Config, Resource};
use lifeboat::demo::population::Tier;
use lifeboat::demo::{Genesis, World};
use lifeboat::runtime::clock::Clock;
use serde::de::DeserializeOwned;

async fn world() -> World {
    rustls::crypto::ring::default_provider().install_default().ok();
    let clock = Clock::starting_at("2026-11-20T09:30:00Z".parse().unwrap());
    let world_clock: lifeboat::demo::mongo::Clock = Arc::new(move || clock.now());
    World::start(Genesis { seed: 1, clock: world_clock }).await.unwrap()
}

async fn client(world: &World, tier: Tier) -> Client {
    let file = Kubeconfig::read_from(world.kubeconfig()).unwrap();
    let options =
        KubeConfigOptions { context: Some(tier.name().to_owned()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(file, &options).await.unwrap();
    Client::try_from(config).unwrap()
}

async fn count<K>(client: &Client) -> usize
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let api: Api<K> = Api::all(client.clone());
    let mut parameters = ListParams::default().limit(20);
    let mut count = 0;
    loop {
        let page = api.list(&parameters).await.unwrap();
        count += page.items.len();
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => parameters.continue_token = Some(token),
            None => return count,
        }
    }
}

#[tokio::test]
async fn every_object_is_what_its_kind_says() {
    let world = world().await;
    for tier in Tier::ALL {
        let client = client(&world, tier).await;
        assert_eq!(count::<Pod>(&client).await, world.cluster(tier).expected().len());
        assert!(count::<Namespace>(&client).await >= 3);
        assert!(count::<Node>(&client).await >= 4);
        assert!(count::<Event>(&client).await > 5);
        assert!(count::<NewerEvent>(&client).await > 5);
        assert!(count::<Service>(&client).await > 5);
        assert!(count::<Deployment>(&client).await > 8);
        assert!(count::<ReplicaSet>(&client).await > 8);
        assert!(count::<StatefulSet>(&client).await >= 3);
        assert!(count::<DaemonSet>(&client).await >= 4);
        assert!(count::<Job>(&client).await >= 10);
        assert_eq!(count::<CronJob>(&client).await, 2);
    }
}

#[tokio::test]
async fn a_watcher_sees_a_pod_go_and_another_come() {
    let world = world().await;
    let pods: Api<Pod> = Api::namespaced(client(&world, Tier::Prod).await, "default");
    let config = watcher::Config::default().labels("app=redis").page_size(5);
    let mut events = Box::pin(watcher(pods.clone(), config));
    let mut victim = None;
    let (mut applied, mut has_gone) = (false, false);
    while !(applied && has_gone) {
        match events.try_next().await.unwrap().unwrap() {
            watcher::Event::Init => {}
            watcher::Event::InitApply(pod) => victim = pod.metadata.name,
            watcher::Event::InitDone => {
                let name = victim.as_deref().unwrap();
                pods.delete(name, &DeleteParams::default()).await.unwrap();
            }
            watcher::Event::Apply(pod) => applied |= pod.metadata.name != victim,
            watcher::Event::Delete(pod) => has_gone |= pod.metadata.name == victim,
        }
    }
}
