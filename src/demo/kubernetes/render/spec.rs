//! The `spec` of pods: the part of a pod's JSON that its template fixes.

use serde_json::{Map, Value, json};

use crate::demo::kubernetes::object::Kind;
use crate::demo::kubernetes::plan::{Container, Demand, Plan};

/// What the environment of a container tells it; `{}` is the container's name.
const VARIABLES: [(&str, &str); 10] = [
    ("AMQP_URI", "amqp://rabbit-service.default:5672/{}?heartbeat=30&connection_timeout=10000"),
    ("CORE_API_HOST", "http://ingest-core.default.svc.cluster.local:8080/api/v2"),
    ("STAGING_AREA_BUCKET", "org-ingest-staging-area-{}"),
    ("SCHEMA_REGISTRY_URL", "https://schema.ingest.example/registry/v1/{}"),
    ("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=70.0 -XX:+ExitOnOutOfMemoryError -Dapp={}"),
    ("STATE_TRACKER_ADDRESS", "http://ingest-state-tracker.default.svc.cluster.local:8999"),
    ("UPLOAD_API_ROOT", "https://upload.ingest.example/v1/area/{}"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel-collector.monitoring.svc.cluster.local:4317"),
    (
        "OTEL_RESOURCE_ATTRIBUTES",
        "service.name={},service.namespace=ingest,deployment.track=stable",
    ),
    ("FEATURE_FLAGS", "bulk-export,lazy-validation,graph-cache,{}-v2"),
];

/// The whole spec, but for the name of the node.
pub(in crate::demo::kubernetes) fn pod_spec(plan: &Plan) -> Value {
    let mut spec = template_spec(plan);
    let Some(fields) = spec.as_object_mut() else { return spec };
    let own = |key: &str| {
        json!({
            "key": format!("node.kubernetes.io/{key}"),
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": plan.patience,
        })
    };
    if plan.patience.is_some() {
        let tolerations = fields.entry("tolerations").or_insert_with(|| json!([]));
        if let Some(tolerations) = tolerations.as_array_mut() {
            tolerations.extend(["not-ready", "unreachable"].map(own));
        }
    }
    let token = json!({
        "name": "kube-api-access-7kq2x",
        "projected": {"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{
                "path": "namespace",
                "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
            }]}},
        ]},
    });
    if let Some(volumes) = fields.get_mut("volumes").and_then(Value::as_array_mut) {
        volumes.push(token);
    }
    fields.insert("enableServiceLinks".to_owned(), json!(true));
    fields.insert("preemptionPolicy".to_owned(), json!("PreemptLowerPriority"));
    fields.insert(
        "priority".to_owned(),
        json!(if plan.priority.is_some() { 2_000_001_000 } else { 0 }),
    );
    fields.insert("serviceAccountName".to_owned(), json!("default"));
    fields.insert("serviceAccount".to_owned(), json!("default"));
    spec
}

/// As the template of a workload has it.
pub(in crate::demo::kubernetes) fn template_spec(plan: &Plan) -> Value {
    let containers: Vec<_> = plan.containers.iter().map(|it| container(plan, it)).collect();
    let inits: Vec<_> = plan.inits.iter().map(|it| container(plan, it)).collect();
    let restarts = if plan.kind == Kind::Job { "Never" } else { "Always" };
    let mut spec = json!({
        "volumes": [
            {"name": "config", "configMap": {"name": format!("{}-config", plan.name), "defaultMode": 420}},
        ],
        "containers": containers,
        "restartPolicy": restarts,
        "terminationGracePeriodSeconds": plan.grace,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
    });
    if let Some(fields) = spec.as_object_mut() {
        if !inits.is_empty() {
            fields.insert("initContainers".to_owned(), inits.into());
        }
        if let Some(class) = plan.priority {
            fields.insert("priorityClassName".to_owned(), class.into());
        }
        if plan.kind == Kind::DaemonSet {
            fields.insert("tolerations".to_owned(), json!([{"operator": "Exists"}]));
            fields.insert("hostNetwork".to_owned(), json!(true));
        }
    }
    spec
}

fn container(plan: &Plan, container: &Container) -> Value {
    let variables = (0..container.variables).map(|number| variable(plan, container, number));
    let mut value = json!({
        "name": container.name,
        "image": container.image,
        "env": variables.collect::<Vec<_>>(),
        "resources": resources(container),
        "volumeMounts": [
            {"name": "config", "readOnly": true, "mountPath": format!("/etc/{}", plan.name)},
            {
                "name": "kube-api-access-7kq2x",
                "readOnly": true,
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
            },
        ],
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    });
    let Some(fields) = value.as_object_mut() else { return value };
    if !container.command.is_empty() {
        fields.insert("command".to_owned(), json!(["/bin/sh", "-c", container.command]));
    }
    if container.is_sidecar {
        fields.insert("restartPolicy".to_owned(), json!("Always"));
    }
    if let Some(port) = container.port {
        let ports = json!([{"name": "http", "containerPort": port, "protocol": "TCP"}]);
        fields.insert("ports".to_owned(), ports);
        for (probe, path, delay) in
            [("livenessProbe", "/health", 60), ("readinessProbe", "/ready", 5)]
        {
            fields.insert(
                probe.to_owned(),
                json!({
                    "httpGet": {"path": path, "port": "http", "scheme": "HTTP"},
                    "initialDelaySeconds": delay,
                    "timeoutSeconds": 1,
                    "periodSeconds": 10,
                    "successThreshold": 1,
                    "failureThreshold": 3,
                }),
            );
        }
    }
    value
}

fn variable(plan: &Plan, container: &Container, number: u16) -> Value {
    if number == 0 {
        let field = json!({"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}});
        return json!({"name": "POD_IP", "valueFrom": field});
    }
    if number == 1 {
        let key = json!({"name": format!("{}-secrets", plan.name), "key": "password"});
        return json!({"name": "MONGO_PASSWORD", "valueFrom": {"secretKeyRef": key}});
    }
    let at = usize::from(number - 2);
    let (name, value) = VARIABLES.get(at % VARIABLES.len()).copied().unwrap_or_default();
    let round = at / VARIABLES.len();
    let name = if round == 0 { name.to_owned() } else { format!("{name}_{round}") };
    json!({"name": name, "value": value.replace("{}", &container.name)})
}

fn resources(container: &Container) -> Value {
    let of = |choose: fn(&Demand) -> Option<u32>| {
        let mut map = Map::new();
        if let Some(cpu) = choose(&container.cpu) {
            map.insert("cpu".to_owned(), quantity_of_cpu(cpu).into());
        }
        if let Some(memory) = choose(&container.memory) {
            map.insert("memory".to_owned(), quantity_of_memory(memory).into());
        }
        map
    };
    let mut map = Map::new();
    for (name, demands) in [("limits", of(|it| it.limit)), ("requests", of(|it| it.request))] {
        if !demands.is_empty() {
            map.insert(name.to_owned(), demands.into());
        }
    }
    map.into()
}

/// `2`, `1500m`.
pub(in crate::demo::kubernetes) fn quantity_of_cpu(millis: u32) -> String {
    if millis.is_multiple_of(1000) { (millis / 1000).to_string() } else { format!("{millis}m") }
}

/// `512Mi`, `2Gi`.
pub(in crate::demo::kubernetes) fn quantity_of_memory(mib: u32) -> String {
    if mib.is_multiple_of(1024) { format!("{}Gi", mib / 1024) } else { format!("{mib}Mi") }
}
