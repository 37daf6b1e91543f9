//! What may be changed in a cluster. Whether it may be is decided before: an environment that is not
//! writable never gets here.

use http::header::CONTENT_TYPE;
use http::request::Builder;
use http::{Method, Request};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::read::{Address, object};
use crate::adapters::kubernetes::refusal::{Refusal, Verb};
use crate::adapters::kubernetes::resource::{address, place};
use crate::domain::deed::{Deed, What};
use crate::domain::news::{Kind, Scope};
use crate::domain::workload::WorkloadKind;

/// Only what a patch names is changed.
const MERGE_PATCH: &str = "application/merge-patch+json";
/// The longest name of a job, so that its pods can carry it as a label.
const LONGEST_NAME: usize = 63;

/// Does it, and says what the cluster answered.
pub async fn perform(cluster: &Cluster, deed: &Deed, now: Timestamp) -> Result<String, Refusal> {
    let of = |kind: Kind, name: &str| Address {
        kind,
        namespace: Some(deed.namespace.clone()),
        name: name.into(),
    };
    match &deed.what {
        What::DeletePod { name, uid } => {
            let options = json!({
                "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid},
            });
            ask(cluster, &of(Kind::Pod, name), Verb::Delete, &options).await?;
            Ok(format!("pod {name} is being deleted"))
        }
        What::RestartWorkload { kind, name } => {
            let kind = match kind {
                WorkloadKind::Deployment => Kind::Deployment,
                WorkloadKind::StatefulSet => Kind::StatefulSet,
                WorkloadKind::DaemonSet => Kind::DaemonSet,
            };
            // What `kubectl rollout restart` writes.
            let at = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            let annotations = json!({"kubectl.kubernetes.io/restartedAt": at});
            let patch = json!({"spec": {"template": {"metadata": {"annotations": annotations}}}});
            ask(cluster, &of(kind, name), Verb::Patch, &patch).await?;
            Ok(format!("{name} is being restarted"))
        }
        What::SuspendCronJob { name } => {
            suspend(cluster, &of(Kind::CronJob, name), true).await?;
            Ok(format!("{name} is suspended"))
        }
        What::ResumeCronJob { name } => {
            suspend(cluster, &of(Kind::CronJob, name), false).await?;
            Ok(format!("{name} runs by its schedule again"))
        }
        What::RescheduleCronJob { name, to, .. } => {
            let patch = json!({"spec": {"schedule": to}});
            ask(cluster, &of(Kind::CronJob, name), Verb::Patch, &patch).await?;
            Ok(format!("{name} runs by `{to}` from now on"))
        }
        What::RunCronJob { name } => run(cluster, &of(Kind::CronJob, name), now).await,
        What::Shell { pod, .. } => {
            let attempt = of(Kind::Pod, pod).attempt(cluster, Verb::Create);
            Err(attempt.nonsense("a shell is opened, not requested"))
        }
    }
}

async fn suspend(cluster: &Cluster, address: &Address, suspend: bool) -> Result<(), Refusal> {
    let patch = json!({"spec": {"suspend": suspend}});
    ask(cluster, address, Verb::Patch, &patch).await.map(drop)
}

async fn ask(
    cluster: &Cluster,
    address: &Address,
    verb: Verb,
    body: &Value,
) -> Result<Value, Refusal> {
    let attempt = address.attempt(cluster, verb);
    let (method, content, path) = match verb {
        Verb::Delete => (Method::DELETE, "application/json", address.path()),
        _ => (Method::PATCH, MERGE_PATCH, format!("{}?fieldManager=lifeboat", address.path())),
    };
    let request: Builder =
        Request::builder().method(method).uri(path).header(CONTENT_TYPE, content);
    cluster.ask(&attempt, request, body.to_string().into_bytes()).await
}

/// Makes a job of the `CronJob`'s template, as `kubectl create job --from` does.
async fn run(cluster: &Cluster, cronjob: &Address, now: Timestamp) -> Result<String, Refusal> {
    let found = object(cluster, cronjob).await?;
    let (group, plural) = place(Kind::Job);
    let name = job_name(&cronjob.name, now);
    let job = Address { kind: Kind::Job, name: name.clone().into(), ..cronjob.clone() };
    let attempt = job.attempt(cluster, Verb::Create);
    let part = |pointer: &str| found.pointer(pointer).cloned();
    let (Some(spec), Some(uid)) = (part("/spec/jobTemplate/spec"), part("/metadata/uid")) else {
        return Err(attempt.nonsense("the CronJob has no job template"));
    };
    let mut annotations = match part("/spec/jobTemplate/metadata/annotations") {
        Some(Value::Object(annotations)) => annotations,
        _ => Map::new(),
    };
    annotations.insert("cronjob.kubernetes.io/instantiate".to_owned(), "manual".into());
    let body = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "annotations": annotations,
            "labels": part("/spec/jobTemplate/metadata/labels").unwrap_or_else(|| json!({})),
            // Without blockOwnerDeletion, which would need one more right.
            "ownerReferences": [{
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "name": cronjob.name,
                "uid": uid,
                "controller": true,
            }],
        },
        "spec": spec,
    });
    let scope = cronjob.namespace.clone().map_or(Scope::Cluster, Scope::Namespace);
    let path = address(group, plural, &scope, &[("fieldManager", "lifeboat")]);
    let request = Request::post(path).header(CONTENT_TYPE, "application/json");
    cluster.ask::<Value>(&attempt, request, body.to_string().into_bytes()).await?;
    Ok(format!("job {name} was made"))
}

/// The `CronJob`'s name, shortened where it is long, and the second.
fn job_name(cronjob: &str, now: Timestamp) -> String {
    let suffix = format!("-manual-{}", now.as_second());
    let room = LONGEST_NAME.saturating_sub(suffix.len());
    let stem: String = cronjob.chars().take(room).collect();
    format!("{}{suffix}", stem.trim_end_matches(['-', '.']))
}
