//! What is trusted of the configuration: no `Option` left that has a default.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::domain::environment::{
    BackupSet, Environment, EnvironmentName, Kubernetes, StorageName,
};
use crate::domain::key::KeyOverride;
use crate::domain::metrics::cost::Prices;
use crate::domain::metrics::panel::Panel;
use crate::domain::units::ByteSize;

#[derive(Debug, Clone)]
pub struct Settings {
    pub storages: Vec<Storage>,
    pub environments: Vec<Environment>,
    pub drill: DrillSettings,
    pub notify: NotifySettings,
    pub check: CheckSettings,
    /// What storage costs.
    pub prices: Prices,
    /// Metrics that are shown besides those of buckets.
    pub panels: Vec<Panel>,
    pub folders: Folders,
    pub container_engine: ContainerEngine,
    pub kubeconfig: Kubeconfig,
    pub console: ConsoleSettings,
}

impl Settings {
    /// Nothing is configured, and everything is kept under this folder.
    pub fn bare(root: &Path, prices: Prices) -> Self {
        Self {
            storages: Vec::new(),
            environments: Vec::new(),
            drill: DrillSettings::default(),
            notify: NotifySettings::default(),
            check: CheckSettings::default(),
            prices,
            panels: Vec::new(),
            folders: Folders::under(root),
            container_engine: ContainerEngine::Found,
            kubeconfig: Kubeconfig::Found,
            console: ConsoleSettings::default(),
        }
    }

    pub fn environment(&self, name: &EnvironmentName) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == *name)
    }

    pub fn storage(&self, name: &StorageName) -> Option<&Storage> {
        self.storages.iter().find(|storage| storage.name == *name)
    }

    /// Where no environment is configured, the current context of the kubeconfig is one to look at.
    #[must_use]
    pub fn or_current_context(mut self, current: Option<&str>) -> Self {
        if let (true, Some(context)) = (self.environments.is_empty(), current) {
            // EKS names contexts by whole ARNs, which end with the cluster's name.
            let short = context.rsplit('/').next().filter(|_| context.starts_with("arn:"));
            self.environments.push(Environment {
                name: EnvironmentName(short.unwrap_or(context).to_owned()),
                production: false,
                writable: false,
                kubernetes: Some(Kubernetes {
                    context: context.to_owned(),
                    namespaces: Kubernetes::NAMESPACES.map(str::to_owned).into(),
                }),
                backups: Vec::new(),
            });
        }
        self
    }

    /// Every backup set of every environment.
    pub fn sets(&self) -> impl Iterator<Item = &BackupSet> {
        self.environments.iter().flat_map(|environment| &environment.backups)
    }
}

/// A secret by the name of where it is kept. Only a program can give the value itself.
#[derive(Clone)]
pub enum Secret {
    /// An environment variable.
    Variable(String),
    /// The value; `demo` and tests give it, a file cannot.
    Given(SecretString),
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(formatter, "Variable({name})"),
            Self::Given(_) => formatter.write_str("Given(***)"),
        }
    }
}

/// Where objects live: AWS, or an endpoint that speaks its S3 API.
#[derive(Debug, Clone)]
pub struct Storage {
    pub name: StorageName,
    pub region: Option<String>,
    pub profile: Option<String>,
    pub role_arn: Option<String>,
    pub endpoint: Option<String>,
    pub path_style: bool,
    /// Access key and secret key; `None` for the chain that AWS tools use.
    pub keys: Option<(String, SecretString)>,
    /// Where CloudWatch is where that is not AWS's own; a file cannot say it.
    pub cloudwatch: Option<String>,
}

impl Storage {
    /// Whether CloudWatch measures its buckets: AWS's own, not those of other servers.
    pub const fn is_measured(&self) -> bool {
        self.endpoint.is_none() || self.cloudwatch.is_some()
    }

    /// How a command line reaches it.
    pub fn access(&self) -> Access {
        Access { endpoint: self.endpoint.clone(), profile: self.profile.clone() }
    }
}

/// What `aws` must be told to reach a storage. Holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// `None` for AWS itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

/// How deep a drill looks; each depth includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// Read the dump.
    Quick,
    /// Restore it into a sandbox and count.
    Restore,
    /// Put it beside the source.
    Compare,
}

impl Depth {
    pub const ALL: [Self; 3] = [Self::Quick, Self::Restore, Self::Compare];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Restore => "restore",
            Self::Compare => "compare",
        }
    }

    /// What a backup is called that passed at this depth.
    pub const fn praise(self) -> &'static str {
        match self {
            Self::Quick => "intact",
            Self::Restore => "restorable",
            Self::Compare => "proven",
        }
    }
}

impl fmt::Display for Depth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

#[derive(Debug, Clone)]
pub struct DrillSettings {
    /// How often each environment is to be drilled.
    pub every: Duration,
    /// How old a backup may be that is picked at random.
    pub window: Duration,
    pub depth: Depth,
    pub image: ImageChoice,
    /// Put before image names; ends with `/` where it is not empty.
    pub mirror: String,
    /// The sandbox's memory limit.
    pub memory: ByteSize,
    /// How long an interactive drill keeps its sandbox after the result.
    pub hold: Duration,
    /// The container's own timeout.
    pub limit: Duration,
    /// How far clocks may disagree before a document counts as born before or after a dump.
    pub clock_margin: Duration,
}

impl Default for DrillSettings {
    fn default() -> Self {
        Self {
            every: Duration::from_hours(30 * 24),
            window: Duration::from_hours(90 * 24),
            depth: Depth::Compare,
            image: ImageChoice::Auto,
            mirror: String::new(),
            memory: ByteSize::gibibytes(2),
            hold: Duration::from_mins(10),
            limit: Duration::from_hours(3),
            clock_margin: Duration::from_mins(5),
        }
    }
}

/// Which image the sandbox runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageChoice {
    /// The official image of the version that the dump, a record or the source names.
    Auto,
    Pinned(String),
}

#[derive(Debug, Clone, Default)]
pub struct NotifySettings {
    pub slack_webhook: Option<Secret>,
}

#[derive(Debug, Clone, Default)]
pub struct CheckSettings {
    /// Who watches the watcher: asked for at the start of each check, and at its end.
    pub ping_url: Option<Secret>,
}

/// Where Lifeboat keeps its own files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// The records.
    pub journal: PathBuf,
    /// Whether the journal is this machine's alone: "not tested before" is then known here only.
    pub journal_is_local: bool,
    /// Downloads under way.
    pub cache: PathBuf,
    /// Log files and runs under way.
    pub state: PathBuf,
}

impl Folders {
    /// All of them in one.
    pub fn under(root: &Path) -> Self {
        Self {
            journal: root.join("journal"),
            journal_is_local: true,
            cache: root.join("cache"),
            state: root.join("state"),
        }
    }
}

/// How the container engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerEngine {
    /// `DOCKER_HOST`, the current Docker context, the usual sockets, Podman's.
    Found,
    /// This address (`tcp://…`, `unix://…`).
    At(String),
}

/// Where the contexts of clusters are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kubeconfig {
    /// As `kubectl` does it: the files of `KUBECONFIG`, or the usual one.
    Found,
    /// This file.
    At(PathBuf),
}

/// How the console looks and what its keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSettings {
    pub theme: ThemeChoice,
    /// The namespaces of the digits 1 to 9.
    pub favourites: Vec<String>,
    /// Whether the mouse works; selecting text with it then needs shift.
    pub mouse: bool,
    /// Keys that are not those of the program.
    pub keys: Vec<KeyOverride>,
}

impl Default for ConsoleSettings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::Auto,
            favourites: vec!["default".to_owned(), "kube-system".to_owned()],
            mouse: true,
            keys: Vec::new(),
        }
    }
}

/// Which ground the colours are for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    /// As the terminal says, dark where it says nothing.
    #[default]
    Auto,
    Dark,
    Light,
}
