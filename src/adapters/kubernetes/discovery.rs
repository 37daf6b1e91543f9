//! Kubernetes as far as a new configuration needs it: contexts, and what makes backups.

use std::io;
use std::path::Path;

use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};

use crate::adapters::error::{AdapterError, System};
use crate::adapters::kubernetes::resource::CRON_JOBS;
use crate::adapters::kubernetes::wire::{List, WireCronJob};
use crate::domain::failure::FailureKind;
use crate::domain::job::CronJob;
use crate::domain::news::Scope;
use crate::domain::settings::Kubeconfig as Place;

/// More `CronJobs` than anybody wants to read about.
const MOST: &str = "500";

/// The kubeconfig of this user, which may hold no context at all.
#[derive(Debug, Clone)]
pub struct Contexts {
    file: Kubeconfig,
}

/// A `CronJob` whose name says that it makes backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupJob {
    pub namespace: String,
    pub name: String,
    pub schedule: String,
    pub time_zone: Option<String>,
}

impl From<CronJob> for BackupJob {
    fn from(job: CronJob) -> Self {
        Self {
            namespace: job.namespace.to_string(),
            name: job.name.into_string(),
            schedule: job.schedule.into_string(),
            time_zone: job.time_zone.map(String::from),
        }
    }
}

impl Contexts {
    /// Reads what `kubectl` would: the files of KUBECONFIG, or the usual one.
    pub fn read() -> Result<Self, AdapterError> {
        match Kubeconfig::read() {
            Ok(file) => Ok(Self { file }),
            Err(KubeconfigError::ReadConfig(error, _))
                if error.kind() == io::ErrorKind::NotFound =>
            {
                Ok(Self { file: Kubeconfig::default() })
            }
            Err(error) => Err(AdapterError {
                source: None,
                ..refused("reading", "the kubeconfig", FailureKind::Unexpected, error.to_string())
            }),
        }
    }

    /// Reads the kubeconfig that is named.
    pub fn read_from(place: &Place) -> Result<Self, AdapterError> {
        match place {
            Place::Found => Self::read(),
            Place::At(path) => {
                Kubeconfig::read_from(path).map(|file| Self { file }).map_err(|error| {
                    let target = path.display().to_string();
                    refused("reading", &target, FailureKind::Unexpected, error.to_string())
                })
            }
        }
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.file.contexts.iter().map(|context| context.name.as_str())
    }

    pub fn current(&self) -> Option<&str> {
        self.file.current_context.as_deref().filter(|name| !name.is_empty())
    }

    /// The AWS profile that the login program of `context` uses, where that is `aws`.
    pub fn aws_profile(&self, context: &str) -> Option<String> {
        let named = self.file.contexts.iter().find(|it| it.name == context)?;
        let user = named.context.as_ref()?.user.as_deref()?;
        let user = self.file.auth_infos.iter().find(|it| it.name == user)?;
        let program = user.auth_info.as_ref()?.exec.as_ref()?;
        let name = Path::new(program.command.as_deref()?).file_name()?;
        if name != "aws" {
            return None;
        }
        let arguments = program.args.as_deref().unwrap_or_default();
        let flag = arguments.iter().position(|argument| argument == "--profile");
        let flagged = flag.and_then(|at| arguments.get(at + 1)).cloned();
        let variables = program.env.as_deref().unwrap_or_default();
        let variable = variables
            .iter()
            .find(|pair| pair.get("name").is_some_and(|name| name == "AWS_PROFILE"))
            .and_then(|pair| pair.get("value"));
        flagged.or_else(|| variable.cloned())
    }

    /// The `CronJobs` of `context` that seem to make backups. May block while a login program runs.
    pub async fn backup_jobs(&self, context: &str) -> Result<Vec<BackupJob>, AdapterError> {
        let client = self.client(context).await?;
        backup_jobs(client, context).await
    }

    async fn client(&self, context: &str) -> Result<Client, AdapterError> {
        let mut file = self.file.clone();
        for login in file.auth_infos.iter_mut().filter_map(|user| user.auth_info.as_mut()) {
            if let Some(program) = &mut login.exec {
                // Else it would read from the terminal and write over it.
                program.interactive_mode = Some(ExecInteractiveMode::Never);
            }
        }
        let options = KubeConfigOptions { context: Some(context.to_owned()), ..Default::default() };
        let config = Config::from_custom_kubeconfig(file, &options).await.map_err(|error| {
            refused("preparing to reach", context, FailureKind::Unexpected, error.to_string())
        })?;
        Client::try_from(config).map_err(|error| unreachable(context, &error))
    }
}

async fn backup_jobs(client: Client, context: &str) -> Result<Vec<BackupJob>, AdapterError> {
    let request = CRON_JOBS.request(&Scope::Cluster, &[("limit", MOST)]).body(Vec::new());
    let request = request.map_err(|error| unreachable(context, &kube::Error::HttpError(error)))?;
    let jobs = client.request::<List<WireCronJob>>(request).await;
    let jobs = jobs.map_err(|error| unreachable(context, &error))?;
    let jobs = jobs.items.into_iter().map(CronJob::from);
    // A job that looks at backups has its own key, and no schedule that matters.
    let backups = jobs.filter(|job| job.name.contains("backup") && !job.name.contains("verif"));
    Ok(backups.map(BackupJob::from).collect())
}

/// The text of an authentication error holds the login program's environment: it is not repeated.
fn unreachable(context: &str, error: &kube::Error) -> AdapterError {
    let (kind, reason) = match error {
        kube::Error::Auth(_) => {
            (FailureKind::Denied, "the login of this context failed".to_owned())
        }
        kube::Error::Api(status) if status.code == 403 || status.code == 401 => {
            (FailureKind::Denied, status.message.clone())
        }
        kube::Error::Api(status) => (FailureKind::Unexpected, status.message.clone()),
        other => (FailureKind::Unreachable, other.to_string()),
    };
    refused("listing CronJobs of", context, kind, reason)
}

fn refused(
    operation: &'static str,
    target: &str,
    kind: FailureKind,
    reason: String,
) -> AdapterError {
    let target = target.to_owned();
    let system = System::Kubernetes;
    AdapterError { system, operation, target, kind, reason, advice: None, source: None }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http::{Request, Response};
    use kube::client::Body;

    use super::*;

    fn answering(status: u16, body: &'static str) -> Client {
        let service = tower::service_fn(move |request: Request<Body>| async move {
            assert_eq!(request.uri().path(), "/apis/batch/v1/cronjobs");
            let answer =
                Response::builder().status(status).body(Body::from(body.as_bytes().to_vec()));
            Ok::<_, Infallible>(answer.unwrap())
        });
        Client::new(service, "default")
    }

    #[tokio::test]
    async fn jobs_that_make_backups_are_known_by_their_names() {
        let client = answering(
            200,
            r#"{"metadata": {}, "items": [
                {"metadata": {"name": "ingest-backup", "namespace": "default"},
                 "spec": {"schedule": "0 0 * * *", "timeZone": "UTC", "jobTemplate": {}}},
                {"metadata": {"name": "verify-backup", "namespace": "default"},
                 "spec": {"schedule": "30 0 * * *", "jobTemplate": {}}},
                {"metadata": {"name": "tidy", "namespace": "default"},
                 "spec": {"schedule": "@daily", "jobTemplate": {}}}]}"#,
        );
        let jobs = backup_jobs(client, "prod").await.unwrap();
        let expected = BackupJob {
            namespace: "default".to_owned(),
            name: "ingest-backup".to_owned(),
            schedule: "0 0 * * *".to_owned(),
            time_zone: Some("UTC".to_owned()),
        };
        assert_eq!(jobs, [expected]);
    }

    #[tokio::test]
    async fn a_refusal_names_the_context_and_the_reason() {
        let client = answering(
            403,
            r#"{"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403,
                "reason": "Forbidden", "message": "ann may not list cronjobs"}"#,
        );
        let error = backup_jobs(client, "prod").await.unwrap_err();
        assert_eq!(error.kind, FailureKind::Denied);
        assert_eq!(error.to_string(), "listing CronJobs of prod: ann may not list cronjobs");
    }

    #[test]
    fn contexts_come_with_the_current_one() {
        let text = "current-context: b\ncontexts:\n- name: a\n  context: {cluster: c}\n- name: b\n";
        let contexts = Contexts { file: Kubeconfig::from_yaml(text).unwrap() };
        assert_eq!(contexts.names().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(contexts.current(), Some("b"));
    }

    #[test]
    fn the_profile_of_an_aws_login_is_found_where_it_is_named() {
        let profile = |exec: &str| {
            let text = format!(
                r#"{{"contexts": [{{"name": "a", "context": {{"cluster": "c", "user": "u"}}}}],
                "users": [{{"name": "u", "user": {{"exec": {exec}}}}}]}}"#
            );
            Contexts { file: Kubeconfig::from_yaml(&text).unwrap() }.aws_profile("a")
        };
        let token = r#"["eks", "get-token", "--profile", "ops"]"#;
        let by_flag = format!(r#"{{"command": "/usr/bin/aws", "args": {token}}}"#);
        let by_variable = r#"{"command": "aws", "env": [{"name": "AWS_PROFILE", "value": "ops"}]}"#;
        assert_eq!(profile(&by_flag).as_deref(), Some("ops"));
        assert_eq!(profile(by_variable).as_deref(), Some("ops"));
        assert_eq!(profile(r#"{"command": "gke-gcloud-auth-plugin"}"#), None);
    }

    #[tokio::test]
    async fn login_programs_never_get_the_terminal() {
        let text = r#"{"current-context": "a",
            "contexts": [{"name": "a", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
            "users": [{"name": "u", "user": {"exec": {
                "apiVersion": "client.authentication.k8s.io/v1", "command": "/nowhere/login",
                "env": [{"name": "TOKEN", "value": "hunter2"}],
                "interactiveMode": "Always"}}}]}"#;
        let contexts = Contexts { file: Kubeconfig::from_yaml(text).unwrap() };
        let error = contexts.backup_jobs("a").await.unwrap_err();
        assert_eq!(error.to_string(), "listing CronJobs of a: the login of this context failed");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
