//! The ingest platform in `default`, and what is wrong with it in each environment.

use crate::demo::kubernetes::object::Kind;
use crate::demo::kubernetes::plan::{Container, Plan};
use crate::demo::kubernetes::script::{
    CRASH_LOOP, EVICTED, EVICTED_UNKNOWN, INIT_CRASH_LOOP, NO_IMAGE, OUT_OF_MEMORY, UNSCHEDULABLE,
    WITH_INIT, WITH_SIDECAR,
};
use crate::demo::kubernetes::voice::Voice;
use crate::demo::population::Tier;

/// A label and an annotation that a real API server would refuse: their values would rewrite the
/// screen, the title and the clipboard of a terminal that printed them raw.
pub(in crate::demo::kubernetes) const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]52;c;cm0gLXJmIH4=\u{7}\u{1b}[31mlook";

fn image(tier: Tier, name: &str, versions: [&str; 3]) -> String {
    let [dev, staging, prod] = versions;
    let version = match tier {
        Tier::Dev => dev,
        Tier::Staging => staging,
        Tier::Prod => prod,
    };
    format!("quay.io/ingest/{name}:{version}")
}

fn deployment(tier: Tier, name: &str, replicas: [u32; 3], container: Container) -> Plan {
    let [dev, staging, prod] = replicas;
    let replicas = match tier {
        Tier::Dev => dev,
        Tier::Staging => staging,
        Tier::Prod => prod,
    };
    Plan::new(Kind::Deployment, name, replicas, container)
        .label("app.kubernetes.io/part-of", "ingest")
        .annotation("meta.helm.sh/release-name", name)
}

pub(super) fn plans(tier: Tier) -> Vec<Plan> {
    let mut plans = vec![
        core(tier),
        ui(tier),
        state_tracker(tier),
        staging_manager(tier),
        validator(tier),
        accessioner(tier),
        exporter(tier, "1.18.2"),
    ];
    plans.extend(stores(tier));
    plans.extend(nightly());
    if tier == Tier::Dev {
        plans.push(reindexer());
    }
    plans
}

/// Staging waits for an image that nobody has pushed.
pub(super) fn deployed_meanwhile(tier: Tier) -> Vec<Plan> {
    if tier != Tier::Staging {
        return Vec::new();
    }
    vec![exporter(tier, "1.19.0-rc.1").script(&NO_IMAGE)]
}

fn core(tier: Tier) -> Plan {
    let core = Container::new(
        "ingest-core",
        image(tier, "ingest-core", ["main-8f3c2e1", "2.42.0-rc.3", "2.41.0"]),
    )
    .cpu(500, Some(2000))
    .memory(1024, Some(2048))
    .port(8080)
    .variables(14);
    let wait = Container::new("wait-for-mongo", "busybox:1.37")
        .cpu(10, None)
        .memory(16, Some(32))
        .command("until nc -z mongo-service 27017; do echo waiting for mongo; sleep 2; done");
    let plan = deployment(tier, "ingest-core", [1, 2, 3], core)
        .inits(vec![wait])
        .script(&WITH_INIT)
        .revision(41, 62)
        .restarted(&[(0, 1, 31, "Error")]);
    if tier == Tier::Prod { plan.evicted(&EVICTED) } else { plan }
}

fn ui(tier: Tier) -> Plan {
    let ui =
        Container::new("ingest-ui", image(tier, "ingest-ui", ["main-51ac09d", "1.9.3", "1.9.3"]))
            .cpu(100, Some(500))
            .memory(128, Some(256))
            .port(80)
            .voice(Voice::Access);
    let shipper = Container::new("log-shipper", "fluent/fluent-bit:3.2.4")
        .cpu(20, None)
        .memory(48, Some(96))
        .voice(Voice::Json)
        .sidecar();
    deployment(tier, "ingest-ui", [1, 2, 2], ui)
        .inits(vec![shipper])
        .ready("2/2", "0/2")
        .script(&WITH_SIDECAR)
        .revision(17, 140)
}

/// Needs more memory than it may have, in production.
fn state_tracker(tier: Tier) -> Plan {
    let versions = ["main-c77de10", "3.6.0", "3.5.4"];
    let tracker =
        Container::new("ingest-state-tracker", image(tier, "ingest-state-tracker", versions))
            .cpu(250, Some(1000))
            .memory(384, Some(512))
            .port(8999)
            .voice(Voice::Json);
    let plan = deployment(tier, "ingest-state-tracker", [1, 1, 1], tracker).revision(23, 51);
    if tier == Tier::Prod { plan.script(&OUT_OF_MEMORY) } else { plan }
}

/// Crashes again and again in production.
fn staging_manager(tier: Tier) -> Plan {
    let versions = ["main-2d4b8f7", "0.14.1", "0.14.0"];
    let manager =
        Container::new("ingest-staging-manager", image(tier, "ingest-staging-manager", versions))
            .cpu(100, Some(500))
            .memory(192, Some(384))
            .voice(Voice::Colour);
    let plan = deployment(tier, "ingest-staging-manager", [1, 1, 1], manager).revision(9, 20);
    if tier == Tier::Prod { plan.script(&CRASH_LOOP) } else { plan }
}

fn validator(tier: Tier) -> Plan {
    let versions = ["main-90e1b3a", "2.42.0-rc.6", "2.41.0"];
    let validator = Container::new("ingest-validator", image(tier, "ingest-validator", versions))
        .cpu(200, Some(1000))
        .memory(256, Some(512))
        .port(8080)
        .voice(if tier == Tier::Dev { Voice::Hostile } else { Voice::Json });
    let plan = deployment(tier, "ingest-validator", [1, 4, 3], validator).revision(6, 30);
    if tier == Tier::Dev {
        return plan
            .label("lifeboat.demo/hostile", HOSTILE)
            .annotation("lifeboat.demo/hostile", HOSTILE)
            .pod_annotation("lifeboat.demo/hostile", HOSTILE);
    }
    plan
}

/// In development what comes before it fails.
fn accessioner(tier: Tier) -> Plan {
    let versions = ["main-6b02f4c", "1.7.0", "1.7.0"];
    let accessioner =
        Container::new("ingest-accessioner", image(tier, "ingest-accessioner", versions))
            .cpu(100, Some(500))
            .memory(256, Some(512))
            .port(8080);
    let migrate = Container::new("migrate", image(tier, "ingest-migrations", versions))
        .cpu(50, None)
        .memory(64, Some(128))
        .command("./migrate up");
    let plan = deployment(tier, "ingest-accessioner", [1, 1, 2], accessioner)
        .inits(vec![migrate])
        .revision(12, 75);
    if tier == Tier::Dev { plan.script(&INIT_CRASH_LOOP) } else { plan.script(&WITH_INIT) }
}

fn exporter(tier: Tier, staging: &str) -> Plan {
    let exporter = Container::new(
        "ingest-exporter",
        image(tier, "ingest-exporter", ["main-1f9d7e5", staging, "1.18.2"]),
    )
    .cpu(250, Some(1000))
    .memory(256, Some(512))
    .voice(Voice::Colour);
    let plan = deployment(tier, "ingest-exporter", [1, 2, 2], exporter).revision(18, 96);
    if tier == Tier::Staging { plan.evicted(&EVICTED_UNKNOWN) } else { plan }
}

fn stores(tier: Tier) -> Vec<Plan> {
    let mongo = Container::new("mongo", "mongo:4.2")
        .cpu(1000, Some(2000))
        .memory(2048, Some(4096))
        .port(27017)
        .voice(Voice::Mongo);
    let replicas = if tier == Tier::Prod { 3 } else { 1 };
    let mongo = Plan::new(Kind::StatefulSet, "mongo", replicas, mongo)
        .revision(3, 1_900)
        .restarted(&[(0, 2, 200, "Error")]);
    let rabbit = Container::new("rabbit", "rabbitmq:3.13-management")
        .cpu(250, Some(1000))
        .memory(512, Some(1024))
        .port(5672)
        .voice(Voice::Plain);
    let redis = Container::new("redis", "redis:7.4-alpine")
        .cpu(100, None)
        .memory(64, Some(128))
        .port(6379)
        .voice(Voice::Plain);
    vec![
        mongo,
        Plan::new(Kind::StatefulSet, "rabbit", 1, rabbit).revision(2, 900),
        deployment(tier, "redis", [1, 1, 1], redis).revision(1, 2_000),
    ]
}

fn nightly() -> Vec<Plan> {
    let backup = Container::new("backup", "quay.io/ingest/ingest-backup:0.9.4")
        .cpu(200, None)
        .memory(256, Some(512))
        .command("/backup.sh")
        .voice(Voice::Backup);
    let verify = Container::new("verify", "quay.io/ingest/verify-backup:0.3.1")
        .cpu(50, None)
        .memory(64, Some(128))
        .command("/verify.sh")
        .voice(Voice::Verify);
    let mut backup =
        Plan::new(Kind::CronJob, "ingest-backup", 1, backup).schedule("0 0 * * *", (7, 3));
    backup = backup.annotation("meta.helm.sh/release-name", "mongo");
    backup.work_seconds = 40;
    let mut verify =
        Plan::new(Kind::CronJob, "verify-backup", 1, verify).schedule("30 0 * * *", (3, 1));
    verify = verify.annotation("meta.helm.sh/release-name", "mongo");
    verify.work_seconds = 21;
    vec![backup, verify]
}

/// Asks for more than a node has.
fn reindexer() -> Plan {
    let reindexer =
        Container::new("ingest-reindexer", "quay.io/ingest/ingest-reindexer:main-77a10cf")
            .cpu(6000, None)
            .memory(2048, Some(4096));
    deployment(Tier::Dev, "ingest-reindexer", [1, 0, 0], reindexer)
        .revision(1, 1)
        .script(&UNSCHEDULABLE)
}
