//! What runs in the clusters of the three environments, written by hand: the platform that the
//! backups are of, and what a cluster needs to run it.

mod ingest;
mod system;

pub(in crate::demo::kubernetes) mod nights;

use crate::demo::kubernetes::plan::Plan;
use crate::demo::population::Tier;

/// One cluster.
pub(in crate::demo::kubernetes) struct Blueprint {
    pub(in crate::demo::kubernetes) nodes: u32,
    pub(in crate::demo::kubernetes) instance: &'static str,
    pub(in crate::demo::kubernetes) cpu_millis: u64,
    pub(in crate::demo::kubernetes) memory_mib: u64,
    pub(in crate::demo::kubernetes) plans: Vec<Plan>,
    /// Plans that replace one of the same name, a while ago.
    pub(in crate::demo::kubernetes) deployed_meanwhile: Vec<Plan>,
    /// Deployments that get another build every few minutes.
    pub(in crate::demo::kubernetes) deployed_again: &'static [&'static str],
    /// The node of this workload's pod goes away while one watches.
    pub(in crate::demo::kubernetes) goes_away: Option<&'static str>,
}

/// The cluster of an environment.
pub(in crate::demo::kubernetes) fn of(tier: Tier) -> Blueprint {
    let (nodes, instance, cpu_millis, memory_mib) = match tier {
        Tier::Dev => (6, "m6i.large", 2_000, 7_800),
        Tier::Staging => (4, "m6i.xlarge", 4_000, 15_700),
        Tier::Prod => (6, "m6i.2xlarge", 8_000, 31_400),
    };
    let mut plans = ingest::plans(tier);
    plans.extend(system::plans(tier));
    Blueprint {
        nodes,
        instance,
        cpu_millis,
        memory_mib,
        plans,
        deployed_meanwhile: ingest::deployed_meanwhile(tier),
        deployed_again: if tier == Tier::Staging { &["ingest-validator"] } else { &[] },
        goes_away: (tier == Tier::Dev).then_some("ingest-core"),
    }
}
