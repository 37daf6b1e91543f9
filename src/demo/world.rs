//! The world put together: its servers on loopback, its journal, and the settings that reach it.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bson::Document;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::config::default_prices;
use crate::demo::cloudwatch::{CloudWatchFault, CloudWatchServer};
use crate::demo::clusters::Clusters;
use crate::demo::crowd::Crowd;
use crate::demo::depot::{DUMPS, Depot, FILES};
use crate::demo::docker::{self, DockerServer};
use crate::demo::fault::Fault;
use crate::demo::folder::Folder;
use crate::demo::kubernetes::KubernetesServer;
use crate::demo::mongo::{self, Clock, Collection, Configuration, MongoServer};
use crate::demo::panels::panels;
use crate::demo::past;
use crate::demo::population::{
    BUCKET, DATABASE, Population, SERVER_VERSION, SourceCollection, Tier,
};
use crate::demo::research;
use crate::demo::s3::{Keys, REGION, S3Endpoint, S3Fault, S3Faults, S3Server};
use crate::demo::truth::PLANTED;
use crate::domain::backup::{BackupKey, NameFormat};
use crate::domain::census::{CollectionKind, Namespace};
use crate::domain::engine::Engine;
use crate::domain::environment::{
    BackupSet, CollectionRules, CronFlavour, Environment, EnvironmentName, FieldRules, Keep,
    Kubernetes, ObjectName, SetKind, SetName, Source, StorageName, Watch,
};
use crate::domain::settings::{ContainerEngine, Folders, Kubeconfig, Secret, Settings, Storage};
use crate::journal::Journal;

const ACCESS_KEY: &str = "lifeboat";
const SECRET_KEY: &str = "lifeboat-demo";
/// The collections that a checklist would name.
const FIRST: [&str; 7] = [
    "biomaterial",
    "bundleManifest",
    "file",
    "process",
    "project",
    "protocol",
    "submissionEnvelope",
];

/// What a world is made from.
#[derive(Clone)]
pub struct Genesis {
    /// What its contents grow from.
    pub seed: u64,
    /// Its time, which is an input.
    pub clock: Clock,
}

/// The servers, up as long as this is held.
pub struct World {
    population: Arc<Population>,
    bucket: S3Endpoint,
    cloudwatch: CloudWatchServer,
    /// The second team's storage.
    depot: S3Endpoint,
    engine: Arc<DockerServer>,
    engine_address: SocketAddr,
    sources: Vec<Live>,
    clusters: Clusters,
    folder: Folder,
    _listening: JoinSet<()>,
}

/// The live server of one environment.
struct Live {
    tier: Tier,
    server: Arc<MongoServer>,
    address: SocketAddr,
}

/// How to reach one of the servers with other tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tour {
    pub what: String,
    pub address: String,
    /// A command that can be pasted.
    pub example: String,
}

impl World {
    /// Starts all servers on free ports of the loopback interface.
    pub async fn start(genesis: Genesis) -> io::Result<Self> {
        Self::start_with(genesis, &Crowd::default()).await
    }

    /// The same, with more pods in its clusters.
    pub async fn start_with(genesis: Genesis, crowd: &Crowd) -> io::Result<Self> {
        let now = (genesis.clock)();
        let population = Arc::new(Population::new(genesis.seed, now));
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let secret = SecretString::from(SECRET_KEY);
        let keys = Keys { access_key: ACCESS_KEY, secret_key: &secret };
        let bucket = S3Server::new(Arc::clone(&population), keys, Arc::clone(&genesis.clock));
        let bucket = bucket.listen(any).await?;
        let cloudwatch = CloudWatchServer::start(Arc::clone(&population), ACCESS_KEY).await?;
        let depot = Arc::new(Depot::new(genesis.seed, now, FILES));
        let depot = S3Server::of_depot(depot, keys, Arc::clone(&genesis.clock));
        let depot = depot.listen(any).await?;
        let mut listening = JoinSet::new();
        let engine = Arc::new(DockerServer::new(Arc::clone(&genesis.clock)));
        let listener = TcpListener::bind(any).await?;
        let engine_address = listener.local_addr()?;
        listening.spawn(docker::listen(Arc::clone(&engine), listener));
        let mut sources = Vec::new();
        for tier in Tier::ALL {
            let server = Arc::new(live_server(&population, tier, &genesis.clock));
            let listener = TcpListener::bind(any).await?;
            let address = listener.local_addr()?;
            listening.spawn(mongo::listen(Arc::clone(&server), listener));
            sources.push(Live { tier, server, address });
        }
        let folder = Folder::new()?;
        let clusters = Clusters::start(&population, &genesis, crowd, folder.path()).await?;
        past::remember(&Journal::at(Folders::under(folder.path()).journal), now, &name_format())?;
        Ok(Self {
            population,
            bucket,
            cloudwatch,
            depot,
            engine,
            engine_address,
            sources,
            clusters,
            folder,
            _listening: listening,
        })
    }

    /// Makes something go wrong from now on.
    pub fn inject(&self, fault: Fault) {
        const MIB: u64 = 1 << 20;
        if let Some(fault) = S3Fault::of(fault) {
            self.bucket.faults().switch_on(fault);
        }
        if let Some(fault) = CloudWatchFault::of(fault) {
            self.cloudwatch.faults().switch_on(fault);
        }
        self.clusters.inject(fault);
        let at_engine = match fault {
            // Enough for the look before the restore, and too little for its end.
            Fault::DiskFull => docker::Fault::DiskFull { free: 2048 * MIB, after_bytes: 6 * MIB },
            Fault::Oom => docker::Fault::Oom { after_bytes: 6 * MIB },
            Fault::EngineGone => docker::Fault::EngineGoneAfterStart,
            Fault::Refused => docker::Fault::Server(mongo::Fault::Refuse { every: 5000 }),
            Fault::SourceUnreachable => {
                for live in &self.sources {
                    live.server.inject(mongo::Fault::Unreachable);
                }
                return;
            }
            Fault::CutDump
            | Fault::OtherEnvironment
            | Fault::Slow
            | Fault::S3Errors
            | Fault::WrongBytes
            | Fault::Api401
            | Fault::Api403
            | Fault::ApiHang
            | Fault::ApiSlowList
            | Fault::WatchCut
            | Fault::WatchGone
            | Fault::CloudWatch403
            | Fault::CloudWatchExpired
            | Fault::CloudWatchThrottled
            | Fault::CloudWatchPartial => return,
        };
        self.engine.inject(at_engine);
    }

    /// What drills have met goes wrong no more.
    pub fn heal(&self) {
        self.bucket.faults().clear();
        self.cloudwatch.faults().clear();
        self.engine.heal();
        for live in &self.sources {
            live.server.heal();
        }
    }

    /// Whether a drill of the object with this key must fail: a flaw is planted in it.
    pub fn is_flawed(&self, key: &BackupKey) -> bool {
        PLANTED.iter().filter(|planted| planted.verdict == Some("fail")).any(|planted| {
            let night = planted.days_ago;
            let object = night.and_then(|days| self.population.backup(planted.tier, days));
            object.is_some_and(|object| object.key == key.0)
        })
    }

    /// What drills have left behind on the world's engine.
    pub fn left_over(&self) -> docker::LeftOver {
        self.engine.left_over()
    }

    /// The commands that the live server of `tier` was sent.
    pub fn asked_of(&self, tier: Tier) -> std::collections::BTreeSet<String> {
        let live = self.sources.iter().filter(|live| live.tier == tier);
        live.flat_map(|live| live.server.log().commands()).collect()
    }

    /// What can go wrong at the bucket, and at the second team's storage.
    pub fn storage_faults(&self) -> [&S3Faults; 2] {
        [self.bucket.faults(), self.depot.faults()]
    }

    /// How many requests came to both of them so far.
    pub fn storage_requests(&self) -> usize {
        self.bucket.requests() + self.depot.requests()
    }

    /// What measures the bucket.
    pub const fn cloudwatch(&self) -> &CloudWatchServer {
        &self.cloudwatch
    }

    /// What it is filled with.
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// The API server of an environment's cluster.
    pub fn cluster(&self, tier: Tier) -> &KubernetesServer {
        self.clusters.of(tier)
    }

    /// The file with the contexts of all clusters.
    pub fn kubeconfig(&self) -> &Path {
        self.clusters.kubeconfig()
    }

    /// The settings that make the program work in this world, adapters unchanged.
    pub fn settings(&self) -> Settings {
        Settings {
            storages: vec![
                Storage {
                    cloudwatch: Some(self.cloudwatch.url()),
                    ..storage("world", &self.bucket)
                },
                storage("ceph", &self.depot),
            ],
            environments: self
                .sources
                .iter()
                .map(environment)
                .chain([research::environment()])
                .collect(),
            panels: panels(),
            container_engine: ContainerEngine::At(format!("tcp://{}", self.engine_address)),
            kubeconfig: Kubeconfig::At(self.kubeconfig().to_owned()),
            ..Settings::bare(self.folder.path(), default_prices())
        }
    }

    /// How to reach each server with other tools.
    pub fn tour(&self) -> Vec<Tour> {
        let url = self.bucket.url();
        let engine = format!("tcp://{}", self.engine_address);
        let mut stops = vec![
            Tour {
                what: "S3, with the key `lifeboat` and the secret `lifeboat-demo`".to_owned(),
                address: url.clone(),
                example: format!(
                    "AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY} \
                     AWS_REGION={REGION} aws --endpoint-url {url} s3 ls s3://{BUCKET}/prod/"
                ),
            },
            Tour {
                what: "CloudWatch, with the same key".to_owned(),
                address: self.cloudwatch.url(),
                example: format!(
                    "AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY} \
                     aws --region {REGION} --endpoint-url {} cloudwatch describe-alarms",
                    self.cloudwatch.url()
                ),
            },
            Tour {
                what: "the second team's S3, with the same key".to_owned(),
                address: self.depot.url(),
                example: format!(
                    "AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY} \
                     AWS_REGION={REGION} aws --endpoint-url {} s3 ls s3://{DUMPS}/daily/",
                    self.depot.url()
                ),
            },
            Tour {
                what: "the container engine".to_owned(),
                example: format!("docker -H {engine} images"),
                address: engine,
            },
        ];
        stops.extend(self.sources.iter().map(|live| {
            let uri = uri(live);
            Tour {
                what: format!("the live database of {}", live.tier),
                example: format!("mongodump --uri '{uri}' --out dump"),
                address: uri,
            }
        }));
        stops.extend(self.clusters.tour());
        stops
    }
}

fn storage(name: &str, endpoint: &S3Endpoint) -> Storage {
    Storage {
        name: StorageName(name.to_owned()),
        region: Some(REGION.to_owned()),
        profile: None,
        role_arn: None,
        endpoint: Some(endpoint.url()),
        path_style: true,
        keys: Some((ACCESS_KEY.to_owned(), SecretString::from(SECRET_KEY))),
        cloudwatch: None,
    }
}

fn live_server(population: &Population, tier: Tier, clock: &Clock) -> MongoServer {
    let mut configuration = Configuration::new(SERVER_VERSION, Arc::clone(clock));
    configuration.read_only = true;
    let server = MongoServer::new(configuration);
    for source in population.source(tier) {
        server.put(DATABASE, source.name(), collection(&source));
    }
    server
}

fn collection(source: &SourceCollection) -> Collection {
    let options = source.options();
    if source.kind() == CollectionKind::View {
        let on = options.get_str("viewOn").unwrap_or_default();
        let stages = options.get_array("pipeline").map(Vec::as_slice).unwrap_or_default();
        let pipeline: Vec<Document> =
            stages.iter().filter_map(|stage| stage.as_document().cloned()).collect();
        return Collection::view(on, pipeline);
    }
    Collection::made(Arc::new(source.documents))
        .with_uuid(source.uuid)
        .with_indexes(source.indexes())
        .with_options(options)
}

fn environment(live: &Live) -> Environment {
    let name = EnvironmentName(live.tier.name().to_owned());
    let production = live.tier == Tier::Prod;
    let namespace = |collection: &str| Namespace::new(DATABASE, collection);
    let fields = |created: &str, changed: Option<&str>| FieldRules {
        created: Some(created.to_owned()),
        changed: changed.map(str::to_owned),
    };
    let job = |name: &str| ObjectName { namespace: "default".to_owned(), name: name.to_owned() };
    let set = BackupSet {
        name: SetName("ingest".to_owned()),
        environment: name.clone(),
        production,
        kind: SetKind::Scheduled,
        engine: Some(Engine::Mongodb),
        storage: StorageName("world".to_owned()),
        bucket: BUCKET.to_owned(),
        prefix: format!("{}/", live.tier),
        name_format: name_format(),
        time_zone: TimeZone::UTC,
        schedule: Some("0 0 * * *".to_owned()),
        cron: CronFlavour::Kubernetes,
        keep: Some(Keep::Days(90)),
        cronjob: Some(job("ingest-backup")),
        verification: Some(job("verify-backup")),
        source: Some(Source { uri: Secret::Given(uri(live).into()) }),
        fields: fields("submissionDate", Some("updateDate")),
        collections_first: FIRST.map(namespace).into(),
        collections: vec![CollectionRules {
            name: namespace("auditLog"),
            fields: fields("at", None),
        }],
        watch: Watch::default(),
    };
    let kubernetes = Kubernetes {
        context: live.tier.name().to_owned(),
        namespaces: Kubernetes::NAMESPACES.map(str::to_owned).into(),
    };
    // Nobody can break anything here: deeds are for practice.
    let writable = true;
    Environment { name, production, writable, kubernetes: Some(kubernetes), backups: vec![set] }
}

/// The format that `domain` has tests for.
#[expect(clippy::expect_used, reason = "a constant pattern; every test of the world reads it")]
fn name_format() -> NameFormat {
    NameFormat::new("%Y-%m-%dT%H_%M.tar.gz", TimeZone::UTC).expect("the pattern holds a date")
}

fn uri(live: &Live) -> String {
    format!("mongodb://{}/?directConnection=true", live.address)
}
