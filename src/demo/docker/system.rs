//! What the engine says of itself.

use serde_json::{Value, json};

use crate::demo::docker::DockerServer;
use crate::demo::docker::http::{Answer, ok};

pub(super) const VERSION: &str = "27.5.1";
/// The newest and the oldest version of the API.
pub(super) const API: &str = "1.47";
const OLDEST_API: &str = "1.24";
const KERNEL: &str = "5.15.0";
pub(super) const PROCESSORS: u32 = 4;
const MEMORY: u64 = 8 << 30;

impl DockerServer {
    pub(super) fn version() -> Answer {
        let details = json!({
            "ApiVersion": API,
            "MinAPIVersion": OLDEST_API,
            "GitCommit": "demo",
            "GoVersion": "none",
            "Os": "linux",
            "Arch": "amd64",
            "KernelVersion": KERNEL,
            "BuildTime": "2026-01-01T00:00:00Z",
        });
        let component = json!({"Name": "Engine", "Version": VERSION, "Details": &details});
        let mut version = details.as_object().cloned().unwrap_or_default();
        version.insert("Version".to_owned(), json!(VERSION));
        version.insert("Platform".to_owned(), json!({"Name": "Lifeboat demo"}));
        version.insert("Components".to_owned(), json!([component]));
        ok(&Value::Object(version))
    }

    pub(super) fn info(&self) -> Answer {
        let engine = self.engine();
        let running = engine.containers.iter().filter(|it| it.is_running()).count();
        ok(&json!({
            "ID": "lifeboat-demo",
            "Name": "demo",
            "Containers": engine.containers.len(),
            "ContainersRunning": running,
            "ContainersPaused": 0,
            "ContainersStopped": engine.containers.len() - running,
            "Images": engine.images.len(),
            "Driver": "overlay2",
            "DockerRootDir": "/var/lib/docker",
            "ServerVersion": VERSION,
            "OperatingSystem": "Lifeboat demo",
            "OSType": "linux",
            "Architecture": "x86_64",
            "KernelVersion": KERNEL,
            "CgroupVersion": "2",
            "NCPU": PROCESSORS,
            "MemTotal": MEMORY,
            "MemoryLimit": true,
            "SwapLimit": true,
            "PidsLimit": true,
            "SystemTime": (self.clock)().to_string(),
            "SecurityOptions": ["name=seccomp,profile=builtin"],
            "Plugins": {"Volume": ["local"], "Network": ["bridge", "host", "null"]},
            "RegistryConfig": {},
            "Warnings": null,
        }))
    }

    /// The networks that every engine has.
    pub(super) fn list_networks() -> Answer {
        let networks =
            [("bridge", "bridge"), ("host", "host"), ("none", "null")].map(|(name, driver)| {
                json!({"Name": name, "Id": super::hash(name), "Driver": driver, "Scope": "local",
                "Labels": {}, "Containers": {}, "Options": {}})
            });
        ok(&Value::Array(networks.into()))
    }
}
