//! What the API says it offers, in pieces and aggregated.

use serde_json::{Value, json};

use crate::demo::kubernetes::resource::{RESOURCES, Resource};

/// Groups in the order of discovery, each with its only version; the core group has no name.
const GROUPS: [(&str, &str); 7] = [
    ("", "v1"),
    ("apps", "v1"),
    ("events.k8s.io", "v1"),
    ("authentication.k8s.io", "v1"),
    ("authorization.k8s.io", "v1"),
    ("batch", "v1"),
    ("metrics.k8s.io", "v1beta1"),
];

/// `/version`.
pub(super) fn version() -> Value {
    json!({
        "major": "1",
        "minor": "33",
        "gitVersion": "v1.33.4-eks-0aa2fd3",
        "gitCommit": "0aa2fd3f6f1f0e2f3a5e2b7f3b8f4f7d6a1c9e55",
        "gitTreeState": "clean",
        "buildDate": "2025-08-13T14:16:42Z",
        "goVersion": "go1.24.5",
        "compiler": "gc",
        "platform": "linux/amd64",
    })
}

/// `/api`.
pub(super) fn versions(address: &str) -> Value {
    json!({
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    })
}

/// `/apis`.
pub(super) fn groups() -> Value {
    let groups: Vec<_> =
        GROUPS.iter().filter(|(name, _)| !name.is_empty()).map(described).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// `/apis/GROUP`.
pub(super) fn group(name: &str) -> Option<Value> {
    let group = GROUPS.iter().find(|it| it.0 == name && !name.is_empty())?;
    let mut group = described(group);
    let fields = group.as_object_mut()?;
    fields.insert("kind".to_owned(), "APIGroup".into());
    fields.insert("apiVersion".to_owned(), "v1".into());
    Some(group)
}

fn described((name, version): &(&str, &str)) -> Value {
    let version = json!({"groupVersion": format!("{name}/{version}"), "version": version});
    json!({"name": name, "versions": [version], "preferredVersion": version})
}

/// `/api/v1`, `/apis/GROUP/VERSION`.
pub(super) fn resources(group: &str, version: &str) -> Option<Value> {
    GROUPS.iter().find(|it| **it == (group, version))?;
    let mut list = Vec::new();
    for resource in of_group(group) {
        list.push(json!({
            "name": resource.plural,
            "singularName": resource.singular,
            "namespaced": resource.is_namespaced,
            "kind": resource.name,
            "verbs": resource.verbs,
            "shortNames": resource.short,
            "categories": categories(resource),
        }));
        list.extend(resource.subresources.iter().map(|part| {
            json!({
                "name": format!("{}/{}", resource.plural, part.name),
                "singularName": "",
                "namespaced": resource.is_namespaced,
                "kind": part.kind,
                "verbs": part.verbs,
            })
        }));
    }
    let version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Some(json!({
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": version,
        "resources": list,
    }))
}

/// `/api` (the core group) or `/apis` (the others), with all their resources in one answer.
pub(super) fn aggregated(core: bool) -> Value {
    let groups = GROUPS.iter().filter(|(name, _)| name.is_empty() == core);
    let items: Vec<_> = groups
        .map(|(name, version)| {
            let metadata = if core {
                json!({"creationTimestamp": null})
            } else {
                json!({"name": name, "creationTimestamp": null})
            };
            json!({
                "metadata": metadata,
                "versions": [{
                    "version": version,
                    "freshness": "Current",
                    "resources": of_group(name).map(aggregated_resource).collect::<Vec<_>>(),
                }],
            })
        })
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    })
}

fn aggregated_resource(resource: &Resource) -> Value {
    let kind = |name: &str| json!({"group": "", "version": "", "kind": name});
    let parts = resource.subresources.iter().map(|part| {
        json!({"subresource": part.name, "responseKind": kind(part.kind), "verbs": part.verbs})
    });
    json!({
        "resource": resource.plural,
        "responseKind": kind(resource.name),
        "scope": if resource.is_namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": resource.singular,
        "verbs": resource.verbs,
        "shortNames": resource.short,
        "categories": categories(resource),
        "subresources": parts.collect::<Vec<_>>(),
    })
}

fn of_group(group: &str) -> impl Iterator<Item = &'static Resource> {
    RESOURCES.iter().filter(move |resource| resource.group == group)
}

fn categories(resource: &Resource) -> Vec<&'static str> {
    if resource.is_in_all() { vec!["all"] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resource_is_discovered_in_both_ways() {
        for resource in &RESOURCES {
            let named = |list: &Value, key: &str| {
                list.as_array().unwrap().iter().any(|it| it[key] == resource.plural)
            };
            let list = resources(resource.group, resource.version).unwrap();
            assert!(named(&list["resources"], "name"), "{}", resource.qualified());
            let all = aggregated(resource.group.is_empty());
            let groups = all["items"].as_array().unwrap().iter();
            let found = groups.map(|group| &group["versions"][0]["resources"]);
            assert!(
                found.into_iter().any(|list| named(list, "resource")),
                "{}",
                resource.qualified()
            );
        }
    }
}
