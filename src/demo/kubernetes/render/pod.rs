//! A pod's JSON: what its template fixes as text, and its own metadata and status around it.

use serde_json::{Map, Value, json};

use crate::demo::kubernetes::object::{Kind, Row, stamp, uid_text};
use crate::demo::kubernetes::plan::{Container, Demand};
use crate::demo::kubernetes::pod::{Instance, Pod, Run};
use crate::demo::kubernetes::protobuf;
use crate::demo::kubernetes::render::{condition, managed, metadata};
use crate::demo::kubernetes::step::{Conditions, State};
use crate::demo::population::mix::{mix, of_text};

pub(super) fn text(row: &Row, pod: &Pod, is_item: bool) -> String {
    let template = &pod.template;
    let mut text = String::with_capacity(template.spec.len() + template.managed.len() + 4096);
    text.push('{');
    if !is_item {
        text.push_str(r#""kind":"Pod","apiVersion":"v1","#);
    }
    let metadata = metadata(row).to_string();
    text.push_str(r#""metadata":"#);
    text.push_str(metadata.strip_suffix('}').unwrap_or(&metadata));
    text.push_str(r#","managedFields":"#);
    text.push_str(&managed::of_pod(&template.managed, row.meta.created, pod.since));
    text.push_str(r#"},"spec":{"#);
    text.push_str(&template.spec);
    if let Some(node) = &pod.node {
        text.push_str(r#","nodeName":"#);
        text.push_str(&Value::from(&**node).to_string());
    }
    text.push_str(r#"},"status":"#);
    text.push_str(&status(row, pod).to_string());
    text.push('}');
    text
}

/// The same as protocol buffers.
pub(super) fn write_message(row: &Row, pod: &Pod, to: &mut Vec<u8>) {
    let template = &pod.template;
    protobuf::enclose(1, to, |inside| {
        protobuf::write(&metadata(row), protobuf::METADATA, inside);
        managed::write_pod(&template.managed_messages, row.meta.created, pod.since, inside);
    });
    protobuf::enclose(2, to, |inside| {
        inside.extend_from_slice(&template.spec_message);
        if let Some(node) = &pod.node {
            protobuf::write(&json!({"nodeName": &**node}), protobuf::POD_SPEC, inside);
        }
    });
    protobuf::enclose(3, to, |inside| {
        protobuf::write(&status(row, pod), protobuf::POD_STATUS, inside);
    });
}

fn status(row: &Row, pod: &Pod) -> Value {
    let step = pod.step();
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    put("phase", step.phase.into());
    put("observedGeneration", 1.into());
    put("conditions", conditions(row, pod).into());
    if let Some((reason, message)) = step.because {
        let container = pod.template.plan.containers.first();
        put("reason", reason.into());
        put("message", fill(message, row, pod, container).into());
    }
    if let Some(scheduled) = pod.scheduled {
        let host = host_address(pod);
        put("startTime", stamp(scheduled).into());
        put("hostIPs", json!([{"ip": host}]));
        put("hostIP", host.into());
        let has_network = pod.instances.iter().any(|it| it.run.is_some() || it.last.is_some());
        if has_network {
            let address = address(row, pod);
            put("podIPs", json!([{"ip": address}]));
            put("podIP", address.into());
        }
    }
    if !step.containers.is_empty() {
        let inits = pod.template.plan.inits.len();
        let statuses = |from: usize, to: usize| -> Value {
            (from..to).filter_map(|number| container_status(row, pod, number)).collect()
        };
        if inits > 0 {
            put("initContainerStatuses", statuses(0, inits));
        }
        put("containerStatuses", statuses(inits, pod.instances.len()));
    }
    put("qosClass", quality(pod).into());
    Value::Object(fields)
}

fn quality(pod: &Pod) -> &'static str {
    let mut demands = pod.template.plan.containers.iter().flat_map(|it| [it.cpu, it.memory]);
    let asks = |it: Demand| it.request.or(it.limit).is_some();
    if demands.clone().all(|it| it.limit.is_some() && it.limit == it.request) {
        "Guaranteed"
    } else if demands.any(asks) {
        "Burstable"
    } else {
        "BestEffort"
    }
}

fn conditions(row: &Row, pod: &Pod) -> Vec<Value> {
    let step = pod.step();
    let since = pod.scheduled.unwrap_or(row.meta.created);
    let names = containers_not_ready(pod);
    let unready = format!("containers with unready status: [{names}]");
    if let Conditions::Unscheduled(why) = step.conditions {
        let why = (!why.is_empty()).then_some(("Unschedulable", why));
        return vec![condition("PodScheduled", false, row.meta.created, why)];
    }
    let initialized = step.conditions != Conditions::Initializing;
    let not_ready = match step.conditions {
        Conditions::Completed => Some(("PodCompleted", "")),
        Conditions::Failed => Some(("PodFailed", "")),
        _ if pod.is_ready() => None,
        _ if pod.lost.is_some() => Some(("NodeNotReady", "")),
        _ => Some(("ContainersNotReady", unready.as_str())),
    };
    let containers_ready = step.conditions == Conditions::Ready && !pod.has_stopped;
    let containers_not_ready =
        if containers_ready { None } else { Some(("ContainersNotReady", unready.as_str())) };
    let started = !matches!(step.conditions, Conditions::Completed | Conditions::Failed);
    let incomplete = format!("containers with incomplete status: [{}]", init_names(pod));
    let uninitialized = (!initialized).then_some(("ContainersNotInitialized", incomplete.as_str()));
    let mut conditions = vec![
        condition("PodReadyToStartContainers", started, since, None),
        condition("Initialized", initialized, since, uninitialized),
        condition("Ready", pod.is_ready(), pod.ready_since, not_ready),
        condition("ContainersReady", containers_ready, pod.ready_since, containers_not_ready),
        condition("PodScheduled", true, since, None),
    ];
    if step.because.is_some() {
        let message = "The node was low on resource: memory.";
        let why = Some(("TerminationByKubelet", message));
        conditions.push(condition("DisruptionTarget", true, pod.since, why));
    }
    for condition in &mut conditions {
        if let Some(fields) = condition.as_object_mut() {
            fields.insert("lastProbeTime".to_owned(), Value::Null);
            fields.insert("observedGeneration".to_owned(), 1.into());
        }
    }
    conditions
}

fn containers_not_ready(pod: &Pod) -> String {
    let inits = pod.template.plan.inits.len();
    let not_ready = |number: &usize| !is_container_ready(pod, *number);
    let numbers = (inits..pod.instances.len()).filter(not_ready);
    names(pod, numbers)
}

fn init_names(pod: &Pod) -> String {
    names(pod, 0..pod.template.plan.inits.len())
}

fn names(pod: &Pod, numbers: impl Iterator<Item = usize>) -> String {
    let names = numbers.filter_map(|number| pod.template.container(number));
    names.map(|container| container.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn is_container_ready(pod: &Pod, number: usize) -> bool {
    let state = pod.template.state(pod.step(), number);
    match state {
        Some(State::Running { ready }) => ready && !pod.has_stopped,
        Some(State::Ended { exit: 0, .. }) => pod.template.is_init(number),
        _ => false,
    }
}

fn container_status(row: &Row, pod: &Pod, number: usize) -> Option<Value> {
    let container = pod.template.container(number)?;
    let instance = pod.instances.get(number)?;
    let state = pod.template.state(pod.step(), number)?;
    let ready = is_container_ready(pod, number);
    let has_image = instance.run.is_some() || instance.last.is_some();
    let identity = |run: &Run| {
        format!("containerd://{}", hex(row.meta.uid ^ run.from.as_nanosecond().unsigned_abs()))
    };
    let newest = instance.run.or(instance.last);
    let mut value = json!({
        "name": container.name,
        "state": current(instance, &fill_state(state, row, pod, container), &identity),
        "lastState": instance.last.map_or(json!({}), |run| json!({"terminated": ended(&run, &identity)})),
        "ready": ready,
        "restartCount": instance.restarts,
        "image": container.image,
        "imageID": if has_image { digest(&container.image) } else { String::new() },
        "started": instance.is_running() && !pod.has_stopped,
    });
    if let (Some(run), Some(fields)) = (newest, value.as_object_mut()) {
        fields.insert("containerID".to_owned(), identity(&run).into());
    }
    Some(value)
}

/// The reason and message of a container that waits.
fn fill_state(state: State, row: &Row, pod: &Pod, container: &Container) -> (String, String) {
    match state {
        State::Waiting { reason, message } => {
            (reason.to_owned(), fill(message, row, pod, Some(container)))
        }
        State::Running { .. } | State::Ended { .. } => (String::new(), String::new()),
    }
}

fn current(
    instance: &Instance,
    (reason, message): &(String, String),
    identity: &impl Fn(&Run) -> String,
) -> Value {
    match &instance.run {
        None if message.is_empty() => json!({"waiting": {"reason": reason}}),
        None => json!({"waiting": {"reason": reason, "message": message}}),
        Some(run) if run.end.is_none() => json!({"running": {"startedAt": stamp(run.from)}}),
        Some(run) => json!({"terminated": ended(run, identity)}),
    }
}

fn ended(run: &Run, identity: &impl Fn(&Run) -> String) -> Value {
    let (at, exit, reason) =
        run.end.map_or((run.from, 0, "Unknown"), |end| (end.at, end.exit, end.reason));
    json!({
        "exitCode": exit,
        "reason": reason,
        "startedAt": stamp(run.from),
        "finishedAt": stamp(at),
        "containerID": identity(run),
    })
}

/// A text of a step, with the names that belong in it.
pub(in crate::demo::kubernetes) fn fill(
    text: &str,
    row: &Row,
    pod: &Pod,
    container: Option<&Container>,
) -> String {
    if !text.contains('{') {
        return text.to_owned();
    }
    let back_off = match pod.back_off() {
        60 => "1m0s".to_owned(),
        seconds => format!("{seconds}s"),
    };
    let uid = uid_text(row.meta.uid);
    text.replace("{pod}", &row.meta.key.name)
        .replace("{namespace}", &row.meta.key.namespace)
        .replace("{uid}", &uid)
        .replace("{container}", container.map_or("", |it| it.name.as_str()))
        .replace("{image}", container.map_or("", |it| it.image.as_str()))
        .replace("{node}", pod.node.as_deref().unwrap_or_default())
        .replace("{backoff}", &back_off)
}

/// In the network of its node.
pub(in crate::demo::kubernetes) fn address(row: &Row, pod: &Pod) -> String {
    if pod.template.plan.kind == Kind::DaemonSet {
        return host_address(pod);
    }
    let [.., high, low] = row.meta.uid.to_be_bytes();
    format!("10.0.{}.{}", 64 + high % 64, low.max(4))
}

/// The address that a node's name is made of.
fn host_address(pod: &Pod) -> String {
    let name = pod.node.as_deref().unwrap_or_default();
    name.split('.').next().unwrap_or_default().trim_start_matches("ip-").replace('-', ".")
}

fn digest(image: &str) -> String {
    let repository = image.rsplit_once(':').map_or(image, |(repository, _)| repository);
    let number = of_text(1, image);
    format!("{repository}@sha256:{}", hex(u128::from(number)))
}

/// 64 digits.
fn hex(number: u128) -> String {
    let mixed = |salt: u64| {
        let low = u64::try_from(number & u128::from(u64::MAX)).unwrap_or(0);
        let high = u64::try_from(number >> 64).unwrap_or(0);
        mix(low ^ high ^ salt)
    };
    let halves =
        [[0, 1], [2, 3]].map(|[high, low]| u128::from(mixed(high)) << 64 | u128::from(mixed(low)));
    halves.map(|half| format!("{half:032x}")).concat()
}
