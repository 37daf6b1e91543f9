//! Nodes and services as JSON.

use serde_json::{Value, json};

use crate::demo::kubernetes::object::{Node, Row, Service, stamp};
use crate::demo::kubernetes::render::{condition, map};

/// What the kubelets of the world are.
pub(in crate::demo::kubernetes) const KUBELET: &str = "v1.33.4-eks-99d6cc0";

pub(super) fn body(row: &Row, node: &Node) -> Value {
    let name = &*row.meta.key.name;
    let address = name.split('.').next().unwrap_or_default().trim_start_matches("ip-");
    let address = address.replace('-', ".");
    let zone = char::from(b'a' + u8::try_from(node.number % 3).unwrap_or(0));
    let resources = |cpu: u64, memory: u64, pods: u32| {
        json!({
            "cpu": format!("{cpu}m"),
            "ephemeral-storage": "83873772Ki",
            "hugepages-2Mi": "0",
            "memory": format!("{memory}Ki"),
            "pods": pods.to_string(),
        })
    };
    let mut spec = json!({
        "podCIDR": format!("10.0.{}.0/24", node.number),
        "providerID": format!("aws:///eu-west-1{zone}/i-{:017x}", row.meta.uid & ((1 << 68) - 1)),
    });
    if let Some(fields) = spec.as_object_mut().filter(|_| !node.ready) {
        let taint = |effect: &str| {
            json!({
                "key": "node.kubernetes.io/unreachable",
                "effect": effect,
                "timeAdded": stamp(node.since),
            })
        };
        fields.insert("taints".to_owned(), json!([taint("NoSchedule"), taint("NoExecute")]));
    }
    json!({
        "spec": spec,
        "status": {
            "capacity": resources(node.cpu_millis, node.memory_mib * 1024, 58),
            "allocatable": resources(node.cpu_millis - 80, (node.memory_mib - 900) * 1024, 58),
            "conditions": conditions(row, node),
            "addresses": [
                {"type": "InternalIP", "address": address},
                {"type": "InternalDNS", "address": name},
                {"type": "Hostname", "address": name},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "machineID": format!("{:032x}", row.meta.uid),
                "systemUUID": format!("{:032x}", row.meta.uid),
                "bootID": format!("{:032x}", !row.meta.uid),
                "kernelVersion": "6.1.141-155.222.amzn2023.x86_64",
                "osImage": "Amazon Linux 2023.7.20250623",
                "containerRuntimeVersion": "containerd://1.7.27",
                "kubeletVersion": KUBELET,
                "kubeProxyVersion": KUBELET,
                "operatingSystem": "linux",
                "architecture": "amd64",
            },
        },
    })
}

fn conditions(row: &Row, node: &Node) -> Vec<Value> {
    let gone = ("NodeStatusUnknown", "Kubelet stopped posting node status.");
    let mut conditions = vec![
        condition(
            "MemoryPressure",
            false,
            row.meta.created,
            Some(("KubeletHasSufficientMemory", "kubelet has sufficient memory available")),
        ),
        condition(
            "DiskPressure",
            false,
            row.meta.created,
            Some(("KubeletHasNoDiskPressure", "kubelet has no disk pressure")),
        ),
        condition(
            "PIDPressure",
            false,
            row.meta.created,
            Some(("KubeletHasSufficientPID", "kubelet has sufficient PID available")),
        ),
        condition(
            "Ready",
            true,
            node.since,
            Some(("KubeletReady", "kubelet is posting ready status")),
        ),
    ];
    for fields in conditions.iter_mut().filter_map(Value::as_object_mut) {
        fields.insert("lastHeartbeatTime".to_owned(), stamp(node.heartbeat).into());
        if !node.ready {
            fields.insert("status".to_owned(), "Unknown".into());
            fields.insert("lastTransitionTime".to_owned(), stamp(node.since).into());
            fields.insert("reason".to_owned(), gone.0.into());
            fields.insert("message".to_owned(), gone.1.into());
        }
    }
    conditions
}

pub(super) fn service(service: &Service) -> Value {
    json!({
        "spec": {
            "ports": [{"name": "http", "protocol": "TCP", "port": service.port, "targetPort": service.port}],
            "selector": map(&service.selector),
            "clusterIP": &*service.address,
            "clusterIPs": [&*service.address],
            "type": "ClusterIP",
            "sessionAffinity": "None",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "internalTrafficPolicy": "Cluster",
        },
        "status": {"loadBalancer": {}},
    })
}
