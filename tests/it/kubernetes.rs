//! What a real server prints against what is printed here, cell by cell. The answers and where they
//! come from: `tests/data/kubernetes/README.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use http::Request;
use http::header::ACCEPT;
use jiff::Timestamp;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use lifeboat::adapters::kubernetes::protobuf::{self, Splitter};
use lifeboat::adapters::kubernetes::wire::{
    List, ListMetadata, Wire, WireCronJob, WireJob, WirePod,
};
use lifeboat::domain::age::age_or_unknown;
use lifeboat::domain::job::diagnosis::{diagnose_cronjob, diagnose_job};
use lifeboat::domain::job::{CronJob, Job};
use lifeboat::domain::pod::Pod;
use lifeboat::domain::pod::diagnosis::diagnose;
use lifeboat::domain::pod::explanation::explain;
use lifeboat::domain::pod::printed::{
    gates_text, ip_text, node_text, nominated_node_text, printed,
};
use lifeboat::domain::settings;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::harness::Rehearsal;

#[test]
fn pods_read_as_the_server_prints_them() {
    let compared = compare::<WirePod>("pods.json", 84, |pod: &Pod, column, now| {
        let columns = printed(pod);
        Some(match column {
            "READY" => columns.ready_text(),
            "STATUS" => columns.status.into_owned(),
            "RESTARTS" => columns.restarts_text(now),
            "AGE" => age_or_unknown(pod.created, now),
            "IP" => ip_text(pod).to_owned(),
            "NODE" => node_text(pod).to_owned(),
            "NOMINATED NODE" => nominated_node_text(pod).to_owned(),
            "READINESS GATES" => gates_text(pod),
            _ => return None,
        })
    });
    assert_eq!(compared, 84 * 8);
}

#[test]
fn jobs_read_as_the_server_prints_them() {
    let compared = compare::<WireJob>("jobs.json", 13, |job: &Job, column, now| {
        Some(match column {
            "STATUS" => job.status_text().to_owned(),
            "COMPLETIONS" => job.completions_text(),
            "DURATION" => job.duration_text(now),
            "AGE" => age_or_unknown(job.created, now),
            _ => return None,
        })
    });
    assert_eq!(compared, 13 * 4);
}

#[test]
fn cronjobs_read_as_the_server_prints_them() {
    let compared = compare::<WireCronJob>("cronjobs.json", 6, |cronjob: &CronJob, column, now| {
        Some(match column {
            "SCHEDULE" => cronjob.schedule.to_string(),
            "TIMEZONE" => cronjob.time_zone_text().to_owned(),
            "SUSPEND" => cronjob.suspend_text().to_owned(),
            "ACTIVE" => cronjob.active.to_string(),
            "LAST SCHEDULE" => cronjob.last_schedule_text(now),
            "AGE" => age_or_unknown(cronjob.created, now),
            _ => return None,
        })
    });
    assert_eq!(compared, 6 * 6);
}

/// Whatever field is missing or null, the object is still read, printed and judged.
#[test]
fn no_field_is_missed_so_much_that_an_object_is_lost() {
    fn survives<W: Wire>(file: &str, use_row: impl Fn(&W::Row, Timestamp)) {
        for Case { name, object, at, .. } in cases(file) {
            let whole: Value = serde_json::from_str(object.get()).unwrap();
            for path in fields(&whole, "") {
                for odd in [None, Some(Value::Null)] {
                    let mut object = whole.clone();
                    let (parent, field) = path.rsplit_once('/').unwrap();
                    let parent = object.pointer_mut(parent).unwrap().as_object_mut().unwrap();
                    let field = field.replace("~1", "/");
                    match odd {
                        None => parent.remove(&field),
                        Some(odd) => parent.insert(field, odd),
                    };
                    let read = serde_json::from_value::<W>(object);
                    let wire = read.unwrap_or_else(|error| panic!("{name}, {path}: {error}"));
                    use_row(&wire.into_row(), at);
                }
            }
        }
    }
    survives::<WirePod>("pods.json", |pod, now| {
        let columns = printed(pod);
        assert!(columns.ready_text().contains('/'));
        let diagnosis = diagnose(pod, None, now);
        assert!(explain(&diagnosis, pod, None).len() >= 3);
    });
    survives::<WireJob>("jobs.json", |job, now| {
        assert!(!job.status_text().is_empty());
        diagnose_job(job, now);
    });
    survives::<WireCronJob>("cronjobs.json", |cronjob, now| {
        diagnose_cronjob(cronjob, now);
    });
}

/// The paths of all fields of all objects in `value`.
fn fields(value: &Value, path: &str) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let within = members.iter().flat_map(|(name, value)| {
                let path = format!("{path}/{}", name.replace('/', "~1"));
                let mut found = fields(value, &path);
                found.push(path);
                found
            });
            within.collect()
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.flat_map(|(index, item)| fields(item, &format!("{path}/{index}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// One object, and what the server printed of it.
#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(alias = "pod", alias = "job", alias = "cronjob")]
    object: Box<RawValue>,
    table: Table,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Table {
    columns: BTreeMap<String, Value>,
}

/// Compares every cell of a file; returns how many there were.
fn compare<W: Wire>(
    file: &str,
    expected_cases: usize,
    cell: impl Fn(&W::Row, &str, Timestamp) -> Option<String>,
) -> usize {
    let cases = cases(file);
    assert_eq!(cases.len(), expected_cases);
    let mut compared = 0;
    for Case { name, object, table, at } in cases {
        let row = serde_json::from_str::<W>(object.get()).unwrap().into_row();
        for (column, expected) in table.columns {
            let expected = match expected {
                Value::String(text) => text,
                other => other.to_string(),
            };
            let shown = cell(&row, &column, at);
            assert_eq!(shown.as_ref(), Some(&expected), "{name}: {column}");
            compared += 1;
        }
    }
    compared
}

fn cases(file: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/kubernetes");
    let text = fs::read_to_string(folder.join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worlds_pods_read_the_same_as_protocol_buffers_and_as_json() {
    let rehearsal = Rehearsal::start().await;
    let environments = rehearsal.settings.environments.iter();
    let contexts: Vec<_> =
        environments.filter_map(|it| Some(&it.kubernetes.as_ref()?.context)).collect();
    assert_eq!(contexts.len(), 3);
    for context in contexts {
        let client = client(&rehearsal, context).await;
        let page = "/api/v1/pods?limit=500";
        let mut splitter = Splitter::default();
        let mut pods: Vec<Pod> = Vec::new();
        splitter
            .feed(&ask(&client, page, protobuf::MEDIA).await, |object| {
                pods.push(protobuf::read::<WirePod>(object, protobuf::POD).unwrap().into_row());
            })
            .unwrap();
        let metadata: ListMetadata = splitter.finish().unwrap();
        let version = metadata.resource_version.unwrap();
        let same = format!("{page}&resourceVersion={version}&resourceVersionMatch=Exact");
        let json = ask(&client, &same, "application/json").await;
        let list: List<WirePod> = serde_json::from_slice(&json).unwrap();
        let expected: Vec<Pod> = list.items.into_iter().map(Wire::into_row).collect();
        assert!(expected.len() > 30, "{}", expected.len());
        assert_eq!(pods, expected, "{context}");
    }
}

async fn client(rehearsal: &Rehearsal, context: &str) -> Client {
    let file = match &rehearsal.settings.kubeconfig {
        settings::Kubeconfig::At(path) => Kubeconfig::read_from(path),
        settings::Kubeconfig::Found => Kubeconfig::read(),
    };
    let file = file.unwrap();
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..Default::default() };
    Client::try_from(Config::from_custom_kubeconfig(file, &options).await.unwrap()).unwrap()
}

async fn ask(client: &Client, path: &str, media: &str) -> Vec<u8> {
    let request = Request::get(path).header(ACCEPT, media).body(Body::empty()).unwrap();
    let answer = client.send(request).await.unwrap();
    assert_eq!(answer.headers()["content-type"], media);
    answer.into_body().collect_bytes().await.unwrap().to_vec()
}
