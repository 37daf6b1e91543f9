//! What is sent to a cluster to change it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{cluster, refuses, says};
use crate::adapters::kubernetes::deeds::perform;
use crate::adapters::kubernetes::refusal::Sort;
use crate::domain::deed::{Deed, What};
use crate::domain::environment::EnvironmentName;
use crate::domain::pod::Uid;
use crate::domain::workload::WorkloadKind;

fn deed(what: What) -> Deed {
    let environment = EnvironmentName("prod".to_owned());
    Deed { environment, namespace: Arc::from("default"), what }
}

/// The last request, and its body.
async fn asked(what: What, answers: &[Value]) -> (String, Value) {
    let (cluster, asked) = cluster(answers.iter().map(|answer| says(answer.to_string())));
    let now = "2026-03-01T09:12:13Z".parse().unwrap();
    perform(&cluster, &deed(what), now).await.unwrap();
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), answers.len());
    let (request, body) = asked.last().unwrap().split_once(" {").unwrap();
    (request.to_owned(), serde_json::from_str(&format!("{{{body}")).unwrap())
}

#[tokio::test]
async fn a_pod_is_deleted_only_if_it_is_still_the_same() {
    let what = What::DeletePod { name: "api-0".into(), uid: Uid(Arc::from("u-1")) };
    let (request, body) = asked(what.clone(), &[json!({})]).await;
    assert_eq!(request, "DELETE /api/v1/namespaces/default/pods/api-0");
    assert_eq!(body["preconditions"], json!({"uid": "u-1"}));
    let (cluster, _) = cluster([refuses(409, "the UID in the precondition does not match")]);
    let now = "2026-03-01T09:12:13Z".parse().unwrap();
    let refusal = perform(&cluster, &deed(what), now).await.unwrap_err();
    assert_eq!(refusal.sort, Sort::Conflict);
    assert!(refusal.error.to_string().starts_with("deleting pods default/api-0 of prod: the UID"));
}

#[tokio::test]
async fn a_restart_stamps_the_template() {
    let what = What::RestartWorkload { kind: WorkloadKind::StatefulSet, name: "db".into() };
    let (request, body) = asked(what, &[json!({})]).await;
    assert_eq!(
        request,
        "PATCH /apis/apps/v1/namespaces/default/statefulsets/db?fieldManager=lifeboat"
    );
    let stamp = json!({"kubectl.kubernetes.io/restartedAt": "2026-03-01T09:12:13Z"});
    assert_eq!(body, json!({"spec": {"template": {"metadata": {"annotations": stamp}}}}));
}

#[tokio::test]
async fn a_schedule_is_changed_and_nothing_else() {
    let (name, from, to) = ("backup".into(), "0 0 * * *".into(), "15 3 * * *".into());
    let what = What::RescheduleCronJob { name, from, to };
    let (request, body) = asked(what, &[json!({})]).await;
    assert_eq!(
        request,
        "PATCH /apis/batch/v1/namespaces/default/cronjobs/backup?fieldManager=lifeboat"
    );
    assert_eq!(body, json!({"spec": {"schedule": "15 3 * * *"}}));
}

#[tokio::test]
async fn schedules_are_suspended_and_resumed() {
    for (what, suspend) in [
        (What::SuspendCronJob { name: "backup".into() }, true),
        (What::ResumeCronJob { name: "backup".into() }, false),
    ] {
        let (request, body) = asked(what, &[json!({})]).await;
        assert!(request.starts_with("PATCH /apis/batch/v1/namespaces/default/cronjobs/backup?"));
        assert_eq!(body, json!({"spec": {"suspend": suspend}}));
    }
}

#[tokio::test]
async fn a_run_is_a_job_of_the_template_that_belongs_to_its_cronjob() {
    let cronjob = json!({
        "metadata": {"uid": "u-9"},
        "spec": {"jobTemplate": {
            "metadata": {"labels": {"app": "backup"}, "annotations": {"team": "data"}},
            "spec": {"template": {"spec": {"containers": []}}},
        }},
    });
    let name = "a-name-that-is-as-long-as-names-of-cronjobs-may-become";
    let what = What::RunCronJob { name: name.into() };
    let (request, body) = asked(what, &[cronjob, json!({})]).await;
    assert_eq!(request, "POST /apis/batch/v1/namespaces/default/jobs?fieldManager=lifeboat");
    let metadata = &body["metadata"];
    let job = metadata["name"].as_str().unwrap();
    assert!(job.len() <= 63 && job.ends_with("-manual-1772356333"), "{job}");
    assert_eq!(metadata["labels"], json!({"app": "backup"}));
    assert_eq!(
        metadata["annotations"],
        json!({"team": "data", "cronjob.kubernetes.io/instantiate": "manual"})
    );
    assert_eq!(
        metadata["ownerReferences"],
        json!([{"apiVersion": "batch/v1", "kind": "CronJob", "name": name, "uid": "u-9",
                "controller": true}])
    );
    assert_eq!(body["spec"], json!({"template": {"spec": {"containers": []}}}));
}
