//! The world's three clusters on loopback, and the kubeconfig that leads to them.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::demo::crowd::Crowd;
use crate::demo::fault::Fault;
use crate::demo::kubernetes::{self, ApiFault, KubernetesServer, Opening};
use crate::demo::population::mix::{hex, of_text, sixteen_bytes};
use crate::demo::population::{Population, Tier};
use crate::demo::world::{Genesis, Tour};

/// They listen as long as this is held.
pub(in crate::demo) struct Clusters {
    dev: Arc<KubernetesServer>,
    staging: Arc<KubernetesServer>,
    prod: Arc<KubernetesServer>,
    addresses: Vec<(Tier, SocketAddr)>,
    kubeconfig: PathBuf,
    _listening: JoinSet<()>,
}

impl Clusters {
    pub(in crate::demo) async fn start(
        population: &Population,
        genesis: &Genesis,
        crowd: &Crowd,
        folder: &Path,
    ) -> io::Result<Self> {
        let mut listening = JoinSet::new();
        let mut addresses = Vec::new();
        let mut opened = Vec::new();
        let mut contexts = Vec::new();
        for tier in Tier::ALL {
            let token = token(genesis.seed, tier);
            let server = Arc::new(KubernetesServer::new(Opening {
                population,
                tier,
                seed: genesis.seed,
                crowd: crowd.of(tier),
                clock: Arc::clone(&genesis.clock),
                token: SecretString::from(token.as_str()),
            }));
            let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
            let address = listener.local_addr()?;
            server.is_at(address);
            listening.spawn(kubernetes::listen(Arc::clone(&server), listener));
            addresses.push((tier, address));
            contexts.push((tier, address, token));
            opened.push(server);
        }
        let kubeconfig = folder.join("kubeconfig");
        write_private(&kubeconfig, &kubeconfig_text(&contexts))?;
        let [dev, staging, prod] = <[_; 3]>::try_from(opened)
            .map_err(|_| io::Error::other("there are three environments"))?;
        Ok(Self { dev, staging, prod, addresses, kubeconfig, _listening: listening })
    }

    pub(in crate::demo) fn of(&self, tier: Tier) -> &KubernetesServer {
        match tier {
            Tier::Dev => &self.dev,
            Tier::Staging => &self.staging,
            Tier::Prod => &self.prod,
        }
    }

    pub(in crate::demo) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The clusters' part in a training fault, where they have one.
    pub(in crate::demo) fn inject(&self, fault: Fault) {
        /// A watch that is cut lasts so long.
        const CUT: Duration = Duration::from_secs(4);
        /// A page of a list takes so long.
        const PAGE: Duration = Duration::from_millis(800);
        let (tier, fault) = match fault {
            Fault::Api401 => (Tier::Staging, ApiFault::Unauthorized),
            Fault::Api403 => (Tier::Dev, ApiFault::Forbidden { namespace: Some("kube-system") }),
            Fault::ApiHang => (Tier::Staging, ApiFault::Hang),
            Fault::ApiSlowList => (Tier::Prod, ApiFault::SlowList { per_page: PAGE }),
            Fault::WatchCut => (Tier::Prod, ApiFault::WatchCut { after: CUT }),
            Fault::WatchGone => (Tier::Dev, ApiFault::WatchGone),
            Fault::CutDump
            | Fault::OtherEnvironment
            | Fault::DiskFull
            | Fault::Oom
            | Fault::SourceUnreachable
            | Fault::EngineGone
            | Fault::Slow
            | Fault::S3Errors
            | Fault::Refused
            | Fault::WrongBytes
            | Fault::CloudWatch403
            | Fault::CloudWatchExpired
            | Fault::CloudWatchThrottled
            | Fault::CloudWatchPartial => return,
        };
        self.of(tier).faults().switch_on(fault);
    }

    pub(in crate::demo) fn tour(&self) -> impl Iterator<Item = Tour> {
        self.addresses.iter().map(|(tier, address)| Tour {
            what: format!("the cluster of {tier}"),
            address: format!("http://{address}"),
            example: format!(
                "kubectl --kubeconfig {} --context {tier} get pods -A",
                self.kubeconfig.display()
            ),
        })
    }
}

/// What clients of a cluster bear; a world's own.
fn token(seed: u64, tier: Tier) -> String {
    hex(sixteen_bytes(of_text(seed, &format!("token.{tier}"))))
}

fn kubeconfig_text(contexts: &[(Tier, SocketAddr, String)]) -> String {
    let (mut clusters, mut named, mut users) = (String::new(), String::new(), String::new());
    for (tier, address, token) in contexts {
        // Writing into a text cannot fail.
        write!(clusters, "- name: {tier}\n  cluster: {{server: \"http://{address}\"}}\n").ok();
        write!(named, "- name: {tier}\n  context: {{cluster: {tier}, user: {tier}}}\n").ok();
        write!(users, "- name: {tier}\n  user: {{token: {token:?}}}\n").ok();
    }
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: prod\nclusters:\n{clusters}contexts:\n{named}users:\n{users}"
    )
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_kubeconfig_names_every_context_and_is_for_its_owner_only() {
        let address = SocketAddr::from(([127, 0, 0, 1], 8080));
        let contexts = Tier::ALL.map(|tier| (tier, address, token(1, tier)));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kubeconfig");
        write_private(&path, &kubeconfig_text(&contexts)).unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = std::fs::read_to_string(&path).unwrap();
        for tier in Tier::ALL {
            assert!(text.contains(&format!("- name: {tier}\n  context: {{cluster: {tier}")));
        }
        assert_ne!(token(1, Tier::Dev), token(1, Tier::Prod));
        assert_ne!(token(1, Tier::Dev), token(2, Tier::Dev));
    }
}
