//! What the nightly jobs came to, as the bucket tells it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::demo::kubernetes::plan::{Plan, Template};
use crate::demo::kubernetes::script::{FAILING_WORK, WORK};
use crate::demo::population::{Population, Tier};

/// So many nights are remembered.
pub(in crate::demo::kubernetes) const NIGHTS: u16 = 8;
/// How long a backup takes that nobody found in the bucket.
const IN_VAIN: u32 = 312;

/// How long the backup of each night took, today's first; `None` where no object was made.
#[derive(Debug, Clone)]
pub(in crate::demo::kubernetes) struct Nights {
    tier: Tier,
    seconds: Vec<Option<u32>>,
}

/// What becomes of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo::kubernetes) struct Fate {
    pub(in crate::demo::kubernetes) well: bool,
    pub(in crate::demo::kubernetes) seconds: u32,
}

impl Nights {
    pub(in crate::demo::kubernetes) fn of(
        population: &Population,
        tier: Tier,
        midnight: Timestamp,
    ) -> Self {
        let seconds = (0..NIGHTS).map(|days| {
            let began = midnight.as_second() - i64::from(days) * 86_400;
            let stored = population.backup(tier, days)?.last_modified.as_second();
            u32::try_from(stored - began).ok()
        });
        Self { tier, seconds: seconds.collect() }
    }

    /// What the job of a `CronJob` came to, so many nights ago.
    pub(in crate::demo::kubernetes) fn fate(
        &self,
        cronjob: &str,
        days: u16,
        template: &Template,
    ) -> Fate {
        let made = self.seconds.get(usize::from(days)).copied().flatten();
        match cronjob {
            // Green, whether an object was made or not.
            "ingest-backup" => Fate { well: true, seconds: made.unwrap_or(IN_VAIN) },
            "verify-backup" => {
                let found = made.is_some() || days == 0;
                Fate { well: found && !self.is_unlucky(days), seconds: 21 }
            }
            _ => Fate { well: true, seconds: template.plan.work_seconds },
        }
    }

    /// A night whose alert could not be sent.
    fn is_unlucky(&self, days: u16) -> bool {
        match self.tier {
            Tier::Dev => days == 2,
            Tier::Staging => days == 3,
            Tier::Prod => false,
        }
    }
}

impl Fate {
    /// The template of a job that comes to this.
    pub(in crate::demo::kubernetes) fn template(self, of: &Arc<Template>) -> Arc<Template> {
        let script = if self.well { &WORK } else { &FAILING_WORK };
        let plan = Plan { work_seconds: self.seconds, script, ..of.plan.clone() };
        Template::of(plan, &[])
    }
}
