//! What a cluster needs, in `kube-system`, and what looks at it, in `monitoring`.

use crate::demo::kubernetes::object::Kind;
use crate::demo::kubernetes::plan::{Container, Plan};
use crate::demo::kubernetes::voice::Voice;
use crate::demo::population::Tier;

const REGISTRY: &str = "602401143452.dkr.ecr.eu-west-1.amazonaws.com";

pub(super) fn plans(tier: Tier) -> Vec<Plan> {
    let mut plans = system(tier);
    plans.extend(monitoring());
    plans
}

fn system(tier: Tier) -> Vec<Plan> {
    let of = |kind, name: &str, replicas, container| {
        Plan::new(kind, name, replicas, container)
            .namespace("kube-system")
            .priority("system-cluster-critical")
    };
    let coredns = Container::new("coredns", format!("{REGISTRY}/eks/coredns:v1.11.4-eksbuild.14"))
        .memory(70, Some(170))
        .port(8080)
        .voice(Voice::Plain);
    let cni = Container::new("aws-node", format!("{REGISTRY}/amazon-k8s-cni:v1.19.6"))
        .cpu(25, None)
        .memory(64, None)
        .voice(Voice::Json);
    let agent = Container::new(
        "aws-eks-nodeagent",
        format!("{REGISTRY}/amazon/aws-network-policy-agent:v1.2.2"),
    )
    .unbounded()
    .voice(Voice::Json);
    let proxy =
        Container::new("kube-proxy", format!("{REGISTRY}/eks/kube-proxy:v1.33.0-eksbuild.2"))
            .unbounded()
            .voice(Voice::System);
    let scaler_version = if tier == Tier::Prod { "v1.31.1" } else { "v1.33.0" };
    let scaler = Container::new(
        "cluster-autoscaler",
        format!("registry.k8s.io/autoscaling/cluster-autoscaler:{scaler_version}"),
    )
    .memory(600, Some(600))
    .voice(Voice::System);
    let metrics =
        Container::new("metrics-server", "registry.k8s.io/metrics-server/metrics-server:v0.7.2")
            .memory(200, None)
            .port(10250)
            .voice(Voice::System);
    let ebs = |name: &str| {
        Container::new(name, format!("{REGISTRY}/eks/{name}:v1.45.0"))
            .cpu(10, None)
            .memory(40, Some(256))
            .voice(Voice::System)
    };
    vec![
        of(Kind::Deployment, "coredns", 2, coredns).revision(5, 610),
        of(Kind::DaemonSet, "aws-node", 1, cni)
            .container(agent)
            .ready("2/2", "0/2")
            .revision(4, 200)
            .restarted(&[(1, 1, 70, "Error")])
            .patient(),
        of(Kind::DaemonSet, "kube-proxy", 1, proxy).revision(3, 200).patient(),
        of(Kind::Deployment, "cluster-autoscaler", 1, scaler)
            .revision(8, 330)
            .restarted(&[(0, 4, 52, "Error")]),
        of(Kind::Deployment, "metrics-server", 1, metrics).revision(2, 900),
        of(Kind::Deployment, "ebs-csi-controller", 2, ebs("ebs-csi-controller"))
            .container(ebs("csi-provisioner"))
            .container(ebs("csi-attacher"))
            .ready("3/3", "0/3")
            .revision(6, 420),
        of(Kind::DaemonSet, "ebs-csi-node", 1, ebs("ebs-plugin"))
            .container(ebs("node-driver-registrar"))
            .ready("2/2", "0/2")
            .revision(6, 200)
            .patient(),
    ]
}

fn monitoring() -> Vec<Plan> {
    let of =
        |kind, name: &str, container| Plan::new(kind, name, 1, container).namespace("monitoring");
    let prometheus = Container::new("prometheus", "quay.io/prometheus/prometheus:v3.2.1")
        .cpu(500, None)
        .memory(2048, Some(3072))
        .port(9090)
        .voice(Voice::Json);
    let grafana =
        Container::new("grafana", "grafana/grafana:11.5.2").port(3000).voice(Voice::Plain);
    let exporter = Container::new("node-exporter", "quay.io/prometheus/node-exporter:v1.9.0")
        .cpu(50, None)
        .memory(40, Some(80))
        .voice(Voice::Plain);
    vec![
        of(Kind::StatefulSet, "prometheus", prometheus).revision(4, 500),
        of(Kind::Deployment, "grafana", grafana).revision(3, 500),
        of(Kind::DaemonSet, "node-exporter", exporter).revision(2, 200).patient(),
    ]
}
