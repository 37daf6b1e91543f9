//! The world's clusters as kubectl sees them, where it is installed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use lifeboat::demo::kubernetes::ExpectedPod;
use lifeboat::demo::population::Tier;
use lifeboat::demo::{Genesis, World};
use lifeboat::runtime::clock::Clock;

async fn world() -> World {
    let clock = Clock::starting_at("2026-11-20T09:30:00Z".parse().unwrap());
    let world_clock: lifeboat::demo::mongo::Clock = Arc::new(move || clock.now());
    World::start(Genesis { seed: 1, clock: world_clock }).await.unwrap()
}

/// Whether there is a kubectl; a line says where none is.
#[expect(clippy::print_stderr, reason = "tests/run reads what was skipped")]
fn is_there(test: &str) -> bool {
    let version = Command::new("kubectl").args(["version", "--client"]).output();
    let found = version.is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("SKIPPED: {test}: there is no kubectl");
    }
    found
}

async fn kubectl(world: &World, tier: Tier, arguments: &str) -> Output {
    let kubeconfig = world.kubeconfig().to_owned();
    let arguments = arguments.to_owned();
    let run = tokio::task::spawn_blocking(move || command(&kubeconfig, tier, &arguments).output());
    run.await.unwrap().unwrap()
}

fn command(kubeconfig: &Path, tier: Tier, arguments: &str) -> Command {
    let mut command = Command::new("kubectl");
    command.arg("--kubeconfig").arg(kubeconfig).args(["--context", tier.name()]);
    // What it finds out about a server it keeps in a folder, which is not ours to fill.
    command.arg("--cache-dir").arg(kubeconfig.with_file_name("kubectl"));
    command.args(arguments.split(' ')).stdin(Stdio::null());
    command
}

async fn says(world: &World, tier: Tier, arguments: &str) -> String {
    let output = kubectl(world, tier, arguments).await;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "kubectl {arguments}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// NAMESPACE, NAME, READY, STATUS and RESTARTS of a line, without how long ago.
fn row(line: &str) -> [String; 5] {
    let mut words = line.split_whitespace().map(str::to_owned);
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

fn told(pod: &ExpectedPod) -> [String; 5] {
    let ExpectedPod { namespace, name, ready, status, restarts } = pod;
    row(&format!("{namespace} {name} {ready} {status} {restarts}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_prints_the_stored_truth_in_every_environment() {
    if !is_there("kubectl_prints_the_stored_truth_in_every_environment") {
        return;
    }
    let world = world().await;
    for tier in Tier::ALL {
        let truth = || -> Vec<_> { world.cluster(tier).expected().iter().map(told).collect() };
        let mut agrees = false;
        // What changes between the looks is looked at again.
        for _ in 0..5 {
            let before = truth();
            let printed = says(&world, tier, "get pods -A --no-headers").await;
            let printed: Vec<_> = printed.lines().map(row).collect();
            agrees = printed == before || printed == truth();
            if agrees {
                break;
            }
        }
        assert!(agrees, "{tier}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_finds_describes_follows_and_changes() {
    if !is_there("kubectl_finds_describes_follows_and_changes") {
        return;
    }
    let world = world().await;
    let prod = async |arguments: &str| says(&world, Tier::Prod, arguments).await;
    let kinds = prod("api-resources --no-headers -o name").await;
    let kinds: BTreeSet<_> = kinds.lines().collect();
    for kind in ["pods", "deployments.apps", "cronjobs.batch", "pods.metrics.k8s.io"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
    let described = prod("describe pod -l app=ingest-staging-manager").await;
    for words in ["CrashLoopBackOff", "Restart Count:", "Back-off restarting failed container"] {
        assert!(described.contains(words), "{described}");
    }
    assert!(prod("describe node").await.contains("Allocated resources"));
    assert_eq!(prod("top pods -n kube-system --no-headers").await.lines().count(), 24);
    assert_eq!(prod("logs mongo-0 --tail=5").await.lines().count(), 5);
    assert!(prod("get events").await.contains("BackOff"));

    let mut watching = command(world.kubeconfig(), Tier::Prod, "get pods -w --no-headers")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let names = prod("get pods -l app=ingest-validator -o name").await;
    let victim = names.lines().next().unwrap().to_owned();
    assert!(prod(&format!("delete {victim}")).await.contains("deleted"));
    assert!(prod("rollout restart deploy/redis").await.contains("restarted"));
    assert!(prod("rollout status deploy/redis").await.contains("successfully rolled out"));
    assert!(prod("create job by-hand --from=cronjob/verify-backup").await.contains("created"));
    assert!(
        prod("patch cronjob ingest-backup -p {\"spec\":{\"suspend\":true}}")
            .await
            .contains("patched")
    );
    assert!(prod("get cronjob ingest-backup --no-headers").await.contains("True"));
    watching.kill().unwrap();
    let watched = watching.wait_with_output().unwrap();
    let watched = String::from_utf8_lossy(&watched.stdout).into_owned();
    assert!(watched.contains("Terminating") && watched.contains("ContainerCreating"), "{watched}");

    let refused = kubectl(&world, Tier::Prod, "exec mongo-0 -- ls").await;
    let refused = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.contains("the embedded world has no shells"), "{refused}");
}
