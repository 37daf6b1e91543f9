//! What a pod uses against what it asked for and may have. Each container is held against its own
//! request and limit, since one without a limit says nothing about another's.

use crate::domain::pod::{Pod, Resources};
use crate::domain::quantity::{Cpu, Memory};
use crate::domain::usage::ContainerUsage;

/// The whole pod's usage, and its worst containers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Strain<'a> {
    pub cpu: Cpu,
    pub memory: Memory,
    pub cpu_of_request: Option<Share<'a>>,
    pub cpu_of_limit: Option<Share<'a>>,
    pub memory_of_request: Option<Share<'a>>,
    pub memory_of_limit: Option<Share<'a>>,
}

/// A container and the share that it uses, in whole percent cut off as `kubectl` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share<'a> {
    pub percent: u64,
    pub container: &'a str,
}

/// The strain of `pod`, whose containers use so much. What has neither request nor limit is only summed up.
pub fn worst<'a>(pod: &'a Pod, usage: &[ContainerUsage]) -> Strain<'a> {
    let mut strain = Strain::default();
    for used in usage {
        strain.cpu.0 = strain.cpu.0.saturating_add(used.cpu.0);
        strain.memory.0 = strain.memory.0.saturating_add(used.memory.0);
        let Some(container) = pod.container(&used.name) else { continue };
        let name = &*container.name;
        let Resources { cpu, memory } = container.requests;
        raise(&mut strain.cpu_of_request, name, used.cpu.0, cpu.map(|of| of.0));
        raise(&mut strain.memory_of_request, name, used.memory.0, memory.map(|of| of.0));
        let Resources { cpu, memory } = container.limits;
        raise(&mut strain.cpu_of_limit, name, used.cpu.0, cpu.map(|of| of.0));
        raise(&mut strain.memory_of_limit, name, used.memory.0, memory.map(|of| of.0));
    }
    strain
}

fn raise<'a>(worst: &mut Option<Share<'a>>, container: &'a str, used: u64, of: Option<u64>) {
    // A limit of zero is none.
    let Some(of) = of.filter(|of| *of > 0) else { return };
    let percent = u128::from(used) * 100 / u128::from(of);
    let percent = u64::try_from(percent).unwrap_or(u64::MAX);
    if worst.is_none_or(|worst| percent > worst.percent) {
        *worst = Some(Share { percent, container });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pod::Container;
    use crate::domain::pod::fixture::{container, pod};

    #[test]
    fn each_container_is_held_against_its_own_limit() {
        let mut pod = pod("api");
        let mebibytes = |count: u64| Some(Memory(count << 20));
        let none = Resources::default();
        pod.containers = [
            ("app", Resources { cpu: Some(Cpu(500)), memory: mebibytes(1000) }),
            ("proxy", Resources { cpu: None, memory: mebibytes(100) }),
            ("free", none),
        ]
        .map(|(name, limits)| {
            let requests = Resources { cpu: Some(Cpu(100)), memory: Some(Memory(0)) };
            let requests = if name == "app" { requests } else { none };
            Container { requests, limits, ..container(name) }
        })
        .into();
        let used = |name: &str, cpu, memory: u64| ContainerUsage {
            name: name.into(),
            cpu: Cpu(cpu),
            memory: Memory(memory << 20),
        };
        let usage = [
            used("app", 250, 400),
            used("proxy", 900, 95),
            used("free", 4000, 9000),
            used("gone", 1, 1),
        ];
        assert_eq!(
            worst(&pod, &usage),
            Strain {
                cpu: Cpu(5151),
                memory: Memory(9496 << 20),
                cpu_of_request: Some(Share { percent: 250, container: "app" }),
                cpu_of_limit: Some(Share { percent: 50, container: "app" }),
                memory_of_request: None,
                memory_of_limit: Some(Share { percent: 95, container: "proxy" }),
            }
        );
    }
}
