//! What is done with the `CronJob` that makes the backups of a set: only where its environment may be
//! changed, and never without a dialog.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::domain::deed::{Deed, What};
use crate::domain::environment::ObjectName;
use crate::domain::job::CronJob;
use crate::domain::known::Known;

use super::set::Watched;

impl App {
    /// Runs, suspends, resumes or reschedules what makes the backups of the set under the cursor.
    pub(super) fn act_on_cronjob(&mut self, action: Action) -> Vec<Effect> {
        let Some(watched) = self.backups.selected() else { return Vec::new() };
        let (set, environment) = (watched.set.path(), watched.set.environment.clone());
        let Some(ObjectName { namespace, name }) = watched.set.cronjob.clone() else {
            let text =
                format!("{set} names no `cronjob`: nothing here knows what makes its backups");
            self.say(Tone::Muted, text);
            return Vec::new();
        };
        let deed = |what| Deed {
            environment: environment.clone(),
            namespace: namespace.as_str().into(),
            what,
        };
        let name: Box<str> = name.into();
        if action == Action::RunNow {
            return self.ask_for(vec![deed(What::RunCronJob { name })]);
        }
        let cronjob = match self.cronjob_of_set() {
            Ok(cronjob) => cronjob,
            Err(why) => {
                self.say(Tone::Warning, format!("the CronJob {namespace}/{name}: {why}"));
                return Vec::new();
            }
        };
        match action {
            Action::Suspend if cronjob.is_suspended => {
                self.ask_for(vec![deed(What::ResumeCronJob { name })])
            }
            Action::Suspend => self.ask_for(vec![deed(What::SuspendCronJob { name })]),
            _ => {
                let watched = self.backups.selected();
                let verification = watched.and_then(|watched| watched.known()?.verification.told());
                let verification = verification.cloned();
                self.begin_reschedule(environment, cronjob, verification)
            }
        }
    }

    /// The `CronJob` of the set under the cursor as it was last seen, or why it was not.
    fn cronjob_of_set(&self) -> Result<CronJob, String> {
        let checkup = self.backups.selected().and_then(|watched| watched.checkup());
        match checkup.map(|checkup| &checkup.cronjob) {
            Some(Known::Told(cronjob)) => Ok(cronjob.clone()),
            Some(known @ (Known::NotOffered | Known::Denied { .. } | Known::Failed(_))) => {
                Err(known.why_not().unwrap_or_default())
            }
            Some(Known::Unasked) | None => Err("not seen yet; `ctrl-r` looks again".to_owned()),
        }
    }

    /// The sets whose jobs a change was about are looked at again.
    pub(in crate::app) fn look_after(&mut self, deed: &Deed) -> Vec<Effect> {
        let is_about = |object: &Option<ObjectName>| {
            object.as_ref().is_some_and(|object| {
                *object.namespace == *deed.namespace && object.name == deed.what.object()
            })
        };
        let about: Vec<_> = self
            .backups
            .sets
            .iter()
            .filter(|watched| watched.set.environment == deed.environment)
            .filter(|watched| is_about(&watched.set.cronjob) || is_about(&watched.set.verification))
            .map(Watched::id)
            .collect();
        about.iter().flat_map(|set| self.backups.look_at(set)).collect()
    }
}
