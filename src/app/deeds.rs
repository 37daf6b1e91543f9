//! Changing a cluster: never without a writable environment and a dialog, and in production not
//! before its name has been typed.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::cluster::Badge;
use crate::app::effect::Effect;
use crate::app::overlay::{Button, Overlay, Then};
use crate::app::pods::ask::dialog;
use crate::app::{App, UNLOCKED};
use crate::domain::deed::Deed;
use crate::domain::environment::EnvironmentName;

impl App {
    /// Opens the dialog for an action, or says why it cannot be done.
    pub(super) fn ask(&mut self, action: Action) -> Vec<Effect> {
        let clusters = &self.clusters;
        let deeds: Vec<Deed> = match action {
            Action::Delete => self.pods.deletions(clusters),
            Action::Restart => self.pods.restart(clusters).into_iter().collect(),
            Action::RunNow => self.pods.run_now(clusters).into_iter().collect(),
            Action::Suspend => self.pods.suspend(clusters).into_iter().collect(),
            _ => self.pods.shell(clusters).into_iter().collect(),
        };
        if deeds.is_empty() {
            let why = match action {
                Action::Restart => self.pods.no_restart(),
                Action::Delete => "only pods are deleted here",
                Action::RunNow | Action::Suspend => "that is for CronJobs; `:cj` shows them",
                _ => "only pods and containers have shells",
            };
            self.say(Tone::Muted, why.to_owned());
            return Vec::new();
        }
        self.ask_for(deeds)
    }

    /// Opens the dialog before `deeds`, or says why nothing can be done.
    pub(super) fn ask_for(&mut self, deeds: Vec<Deed>) -> Vec<Effect> {
        let Some(first) = deeds.first() else { return Vec::new() };
        if deeds.iter().any(|deed| deed.environment != first.environment) {
            self.say(
                Tone::Warning,
                "the marked rows are of several environments; mark one's".into(),
            );
            return Vec::new();
        }
        let environment = first.environment.clone();
        if !self.may_change(&environment) {
            return Vec::new();
        }
        let is_unlocked = self.is_unlocked(&environment);
        let cluster = self.cluster_named(&environment);
        self.overlay =
            cluster.and_then(|cluster| dialog(deeds, cluster, is_unlocked)).map(Overlay::Dialog);
        Vec::new()
    }

    /// Whether an environment may be changed; says why, where it may not.
    pub(super) fn may_change(&mut self, environment: &EnvironmentName) -> bool {
        match self.cluster_named(environment) {
            Some(cluster) if cluster.writable => true,
            Some(_) => {
                let text = format!(
                    "{environment} is read-only; `writable = true` in its configuration allows it"
                );
                self.say(Tone::Warning, text);
                false
            }
            None => false,
        }
    }

    /// Whether the name of an environment need not be typed again.
    pub(super) fn is_unlocked(&self, environment: &EnvironmentName) -> bool {
        self.unlocked.get(environment).is_some_and(|until| *until > self.now)
    }

    pub(super) fn act_in_dialog(&mut self, action: Action) -> Vec<Effect> {
        let Some(Overlay::Dialog(dialog)) = &mut self.overlay else { return Vec::new() };
        match action {
            Action::NextButton => {
                dialog.move_by(1);
                Vec::new()
            }
            Action::PreviousButton => {
                dialog.move_by(-1);
                Vec::new()
            }
            Action::Press if dialog.button != Button::Cancel => {
                if !dialog.is_confirmed() {
                    let text = format!("type `{}` to confirm", dialog.environment);
                    self.say(Tone::Warning, text);
                    return Vec::new();
                }
                let (effects, then) = (dialog.effects(), dialog.then);
                if dialog.production {
                    let until = self.now.saturating_add(UNLOCKED).unwrap_or(self.now);
                    self.unlocked.entry(dialog.environment.clone()).or_insert(until);
                }
                self.overlay = None;
                if let Some(table) = self.pods.top_mut().table_mut() {
                    table.marks.clear();
                }
                if then != Then::Deeds {
                    return self.drill_confirmed(then);
                }
                effects
            }
            Action::Press | Action::Cancel | Action::Back => {
                self.overlay = None;
                self.say(Tone::Muted, "nothing was changed".to_owned());
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Logs in to an environment: the one named, or the first whose badge asks for it.
    pub(super) fn log_in(&mut self, name: Option<&str>) -> Vec<Effect> {
        let wants = |badge: &Badge| matches!(badge, Badge::LoginExpired { .. });
        let cluster = match name {
            Some(name) => self.clusters.iter().find(|cluster| cluster.name.0 == name),
            None => self.clusters.iter().find(|cluster| wants(&cluster.badge())),
        };
        match cluster {
            Some(cluster) if cluster.context.is_some() => {
                vec![Effect::LogIn(cluster.name.clone())]
            }
            Some(cluster) => {
                let text = format!("{} has no cluster to log in to", cluster.name);
                self.say(Tone::Muted, text);
                Vec::new()
            }
            None => {
                self.say(Tone::Muted, "no environment asks for a login".to_owned());
                Vec::new()
            }
        }
    }
}
