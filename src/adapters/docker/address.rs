//! Where the container engine may be: the configuration, the environment, Docker's contexts, the usual sockets.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::adapters::docker::refusal::unusable;
use crate::adapters::error::AdapterError;
use crate::domain::settings::ContainerEngine;

/// The variables that name an engine or what it is reached with; no other is ever kept.
const VARIABLES: [&str; 7] = [
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "CONTAINER_HOST",
    "XDG_RUNTIME_DIR",
];

/// What of this process and machine decides where the engine is.
#[derive(Clone, Default)]
pub struct Surroundings {
    pub variables: BTreeMap<String, String>,
    pub home: Option<PathBuf>,
    /// The release of the running kernel; an engine that names the same one is on this machine.
    pub kernel: Option<String>,
}

impl fmt::Debug for Surroundings {
    /// Without the values of variables: an address may hold a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.variables.keys().collect();
        formatter
            .debug_struct("Surroundings")
            .field("variables", &names)
            .field("home", &self.home)
            .field("kernel", &self.kernel)
            .finish()
    }
}

impl Surroundings {
    pub fn of_this_process() -> Self {
        let variables = VARIABLES
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
            .collect();
        let home = std::env::home_dir();
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok();
        Self { variables, home, kernel: kernel.map(|release| release.trim().to_owned()) }
    }

    /// A variable that is set and not empty.
    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn docker_folder(&self) -> Option<PathBuf> {
        let configured = self.variable("DOCKER_CONFIG").map(PathBuf::from);
        configured.or_else(|| Some(self.home.as_ref()?.join(".docker")))
    }

    /// The folder with `ca.pem`, `cert.pem` and `key.pem`, where the environment asks for TLS.
    fn certificates(&self) -> Option<PathBuf> {
        if let Some(folder) = self.variable("DOCKER_CERT_PATH") {
            return Some(PathBuf::from(folder));
        }
        self.variable("DOCKER_TLS_VERIFY").and_then(|_| self.docker_folder())
    }
}

/// An address that an engine may answer at, and who named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) address: Address,
    pub(super) found_in: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Socket(PathBuf),
    /// Host and port.
    Plain(String),
    /// Host and port, and the folder with the key material.
    Tls(String, PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(formatter, "unix://{}", path.display()),
            Self::Plain(host) | Self::Tls(host, _) => write!(formatter, "tcp://{host}"),
        }
    }
}

/// The addresses to try, in order: the one that somebody named, else every usual socket.
pub(super) fn candidates(
    engine: &ContainerEngine,
    surroundings: &Surroundings,
) -> Result<Vec<Candidate>, AdapterError> {
    let certificates = surroundings.certificates();
    let named = |text: &str, found_in: &str| {
        let address = parse(text, certificates.clone())?;
        Ok(vec![Candidate { address, found_in: found_in.to_owned() }])
    };
    if let ContainerEngine::At(text) = engine {
        return named(text, "the configuration");
    }
    if let Some(text) = surroundings.variable("DOCKER_HOST") {
        return named(text, "DOCKER_HOST");
    }
    if let Some(candidate) = context(surroundings)? {
        return Ok(vec![candidate]);
    }
    if let Some(text) = surroundings.variable("CONTAINER_HOST") {
        return named(text, "CONTAINER_HOST");
    }
    let found_in = "the usual places".to_owned();
    let candidate = |path| Candidate { address: Address::Socket(path), found_in: found_in.clone() };
    Ok(usual_sockets(surroundings).into_iter().map(candidate).collect())
}

fn usual_sockets(surroundings: &Surroundings) -> Vec<PathBuf> {
    let home = surroundings.home.as_deref();
    let runtime = surroundings.variable("XDG_RUNTIME_DIR").map(Path::new);
    [
        (Some(Path::new("/")), "var/run/docker.sock"),
        (runtime, "docker.sock"),
        (home, ".docker/run/docker.sock"),
        (home, ".docker/desktop/docker.sock"),
        (home, ".colima/default/docker.sock"),
        (home, ".rd/docker.sock"),
        (runtime, "podman/podman.sock"),
        (Some(Path::new("/")), "run/podman/podman.sock"),
        (home, ".local/share/containers/podman/machine/podman.sock"),
    ]
    .into_iter()
    .filter_map(|(folder, socket)| Some(folder?.join(socket)))
    .collect()
}

/// Reads an address as `DOCKER_HOST` spells it.
fn parse(text: &str, certificates: Option<PathBuf>) -> Result<Address, AdapterError> {
    let shown = without_user(text);
    let (scheme, rest) = text.split_once("://").unwrap_or(("unix", text));
    let host = |port: u16| {
        let host = rest.trim_end_matches('/').rsplit('@').next().unwrap_or_default();
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        if has_port { host.to_owned() } else { format!("{host}:{port}") }
    };
    match (scheme, certificates) {
        ("unix", _) if rest.starts_with('/') => Ok(Address::Socket(PathBuf::from(rest))),
        ("tcp" | "http", None) => Ok(Address::Plain(host(2375))),
        ("tcp" | "https", Some(folder)) => Ok(Address::Tls(host(2376), folder)),
        ("https", None) => Err(unusable(shown, "it needs certificates and none are named").advise(
            "set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem",
        )),
        ("ssh", _) => {
            let advice = format!(
                "forward its socket with `ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock {}` and set \
                 DOCKER_HOST=unix:///tmp/engine.sock",
                rest.trim_end_matches('/')
            );
            Err(unusable(shown, "engines behind ssh are not spoken to directly").advise(advice))
        }
        _ => Err(unusable(shown, "this is no address of an engine")
            .advise("write unix:///path/to/docker.sock or tcp://host:port")),
    }
}

/// The address without what stands before an `@`, which may be a password. An ssh user is none.
fn without_user(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some(("ssh", _)) | None, _) | (_, None) => text.to_owned(),
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DockerConfiguration {
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct ContextMeta {
    #[serde(rename = "Endpoints")]
    endpoints: BTreeMap<String, ContextEndpoint>,
}

#[derive(Deserialize)]
struct ContextEndpoint {
    #[serde(rename = "Host")]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skips_verification: bool,
}

/// The engine of the chosen Docker context; `None` where it is the default one.
fn context(surroundings: &Surroundings) -> Result<Option<Candidate>, AdapterError> {
    let Some(folder) = surroundings.docker_folder() else {
        return Ok(None);
    };
    let chosen = match surroundings.variable("DOCKER_CONTEXT") {
        Some(name) => Some(name.to_owned()),
        None => read::<DockerConfiguration>(&folder.join("config.json"))?
            .and_then(|configuration| configuration.current_context),
    };
    let Some(name) = chosen.filter(|name| !name.is_empty() && name != "default") else {
        return Ok(None);
    };
    let found_in = format!("the Docker context {name}");
    let id = folder_name(&name);
    let meta: Option<ContextMeta> =
        read(&folder.join("contexts/meta").join(&id).join("meta.json"))?;
    let Some(endpoint) = meta.and_then(|mut meta| meta.endpoints.remove("docker")) else {
        return Err(unusable(found_in, "it names no engine here")
            .advise("choose another with `docker context use`, or set DOCKER_HOST"));
    };
    if endpoint.skips_verification {
        return Err(unusable(found_in, "it switches the check of certificates off").advise(
            "give the context a CA certificate: restored data travels over this connection",
        ));
    }
    let material = folder.join("contexts/tls").join(&id).join("docker");
    let certificates = material.join("ca.pem").exists().then_some(material);
    Ok(Some(Candidate { address: parse(&endpoint.host, certificates)?, found_in }))
}

/// Docker keeps what it knows of a context in folders named by a hash of the context's name.
fn folder_name(context: &str) -> String {
    format!("{:x}", Sha256::digest(context))
}

/// A JSON file's content; `None` where there is no such file.
fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Option<T>, AdapterError> {
    let Ok(text) = std::fs::read(path) else {
        return Ok(None);
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        unusable(path.display().to_string(), &format!("it does not read as Docker's JSON: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(variables: &[(&str, &str)], home: &Path) -> Surroundings {
        let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Surroundings { variables: variables.collect(), home: Some(home.to_owned()), kernel: None }
    }

    fn found(variables: &[(&str, &str)], home: &Path) -> Result<Vec<Candidate>, AdapterError> {
        candidates(&ContainerEngine::Found, &surroundings(variables, home))
    }

    /// A Docker folder whose current context is `name`, at `host`.
    fn home_with_context(name: &str, meta: &str) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".docker");
        let id = folder_name(name);
        let meta_folder = folder.join("contexts/meta").join(&id);
        std::fs::create_dir_all(&meta_folder).unwrap();
        std::fs::write(meta_folder.join("meta.json"), meta).unwrap();
        let configuration = format!(r#"{{"auths":{{}},"currentContext":"{name}"}}"#);
        std::fs::write(folder.join("config.json"), configuration).unwrap();
        let material = folder.join("contexts/tls").join(&id).join("docker");
        (home, material)
    }

    #[test]
    fn addresses_are_read_as_docker_spells_them() {
        let folder = PathBuf::from("/certs");
        for (text, certificates, expected) in [
            ("unix:///run/x.sock", None, Address::Socket("/run/x.sock".into())),
            ("/run/x.sock", None, Address::Socket("/run/x.sock".into())),
            ("tcp://10.0.0.1:2375", None, Address::Plain("10.0.0.1:2375".into())),
            ("tcp://engine/", None, Address::Plain("engine:2375".into())),
            ("tcp://[::1]:4243", None, Address::Plain("[::1]:4243".into())),
            ("tcp://me:secret@engine", None, Address::Plain("engine:2375".into())),
            ("tcp://engine", Some(&folder), Address::Tls("engine:2376".into(), folder.clone())),
            ("https://engine:1", Some(&folder), Address::Tls("engine:1".into(), folder.clone())),
        ] {
            assert_eq!(parse(text, certificates.cloned()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn an_engine_behind_ssh_is_refused_with_the_command_that_forwards_it() {
        let refusal = parse("ssh://me@far", None).unwrap_err();
        assert!(refusal.to_string().contains("ssh://me@far"), "{refusal}");
        assert!(refusal.advice.unwrap().contains("docker.sock me@far`"));
    }

    #[test]
    fn no_password_is_shown() {
        let refusal = parse("amqp://me:secret@far", None).unwrap_err();
        assert!(!format!("{refusal:?}").contains("secret"), "{refusal:?}");
    }

    #[test]
    fn no_variable_is_shown_with_its_value_and_only_the_needed_ones_are_kept() {
        let home = Path::new("/home/ada");
        let surroundings = surroundings(&[("DOCKER_HOST", "tcp://me:secret@far")], home);
        let shown = format!("{surroundings:?}");
        assert!(shown.contains("DOCKER_HOST") && !shown.contains("secret"), "{shown}");
        let kept = Surroundings::of_this_process().variables;
        assert!(kept.keys().all(|name| VARIABLES.contains(&name.as_str())), "{kept:?}");
    }

    #[test]
    fn docker_host_wins_over_a_context() {
        let meta = r#"{"Endpoints":{"docker":{"Host":"unix:///context.sock"}}}"#;
        let (home, _) = home_with_context("colima", meta);
        let found = found(&[("DOCKER_HOST", "unix:///host.sock")], home.path()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].address.to_string(), "unix:///host.sock");
        assert_eq!(found[0].found_in, "DOCKER_HOST");
    }

    #[test]
    fn the_current_context_names_the_engine_and_its_certificates() {
        let meta = r#"{"Name":"lab","Endpoints":{"docker":{"Host":"tcp://lab:2376"}}}"#;
        let (home, material) = home_with_context("lab", meta);
        std::fs::create_dir_all(&material).unwrap();
        std::fs::write(material.join("ca.pem"), "").unwrap();
        let found = found(&[], home.path()).unwrap();
        assert_eq!(found[0].address, Address::Tls("lab:2376".into(), material));
        assert_eq!(found[0].found_in, "the Docker context lab");
    }

    #[test]
    fn a_context_that_is_not_there_is_an_error_and_not_another_engine() {
        let home = tempfile::tempdir().unwrap();
        let refusal = found(&[("DOCKER_CONTEXT", "gone")], home.path()).unwrap_err();
        assert!(refusal.to_string().contains("the Docker context gone"), "{refusal}");
    }

    #[test]
    fn a_context_without_the_check_of_certificates_is_refused() {
        let meta = r#"{"Endpoints":{"docker":{"Host":"tcp://lab","SkipTLSVerify":true}}}"#;
        let (home, _) = home_with_context("lab", meta);
        assert!(found(&[], home.path()).is_err());
    }

    #[test]
    fn without_any_name_the_usual_sockets_are_tried_dockers_first() {
        let home = tempfile::tempdir().unwrap();
        let found = found(&[("XDG_RUNTIME_DIR", "/run/user/7")], home.path()).unwrap();
        let shown: Vec<String> = found.iter().map(|it| it.address.to_string()).collect();
        assert_eq!(shown[0], "unix:///var/run/docker.sock");
        assert!(shown.contains(&"unix:///run/user/7/podman/podman.sock".to_owned()));
        assert!(shown.contains(&"unix:///run/podman/podman.sock".to_owned()));
        assert!(shown.iter().any(|address| address.ends_with(".colima/default/docker.sock")));
    }

    #[test]
    fn broken_json_is_named_with_its_file() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".docker")).unwrap();
        std::fs::write(home.path().join(".docker/config.json"), "{").unwrap();
        let refusal = found(&[], home.path()).unwrap_err();
        assert!(refusal.to_string().contains("config.json"), "{refusal}");
    }
}
