//! Another schedule for a `CronJob`: typed with its next runs before one's eyes, then asked for.

use jiff::Timestamp;

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::overlay::{Button, Dialog, More, Overlay, Then};
use crate::app::prompt::{Prompt, PromptKind};
use crate::domain::deed::{Deed, What};
use crate::domain::environment::EnvironmentName;
use crate::domain::job::expression::Fault;
use crate::domain::job::reschedule::{Preview, follow, preview};
use crate::domain::job::{CronJob, Release};

/// What is to have another schedule.
#[derive(Debug)]
pub struct Rescheduling {
    pub environment: EnvironmentName,
    pub cronjob: CronJob,
    /// What looks at its backups some time after it.
    pub verification: Option<CronJob>,
    /// What the text in the prompt would do.
    pub preview: Result<Preview, Fault>,
}

impl Rescheduling {
    /// The verification with the schedule that keeps its distance, where the fields tell.
    fn follower(&self, to: &str) -> Option<(&CronJob, String)> {
        let verification = self.verification.as_ref()?;
        let moved = follow(&verification.schedule, &self.cronjob.schedule, to)?;
        (*moved != *verification.schedule).then_some((verification, moved))
    }

    fn deed(&self, cronjob: &CronJob, to: &str) -> Deed {
        Deed {
            environment: self.environment.clone(),
            namespace: cronjob.namespace.clone(),
            what: What::RescheduleCronJob {
                name: cronjob.name.clone(),
                from: cronjob.schedule.clone(),
                to: to.into(),
            },
        }
    }

    /// What will happen, and what is to be known before.
    fn lines(&self, to: &str, preview: &Preview) -> Vec<String> {
        let CronJob { namespace, name, schedule, release, .. } = &self.cronjob;
        let mut lines =
            vec![format!("{namespace}/{name}: `{schedule}` becomes `{to}`"), String::new()];
        lines.extend(runs(preview));
        if let Some(release) = release {
            lines.push(String::new());
            lines.extend(undone_by(release, namespace, schedule));
        }
        if let Some(verification) = &self.verification {
            lines.push(String::new());
            let CronJob { name, schedule, .. } = verification;
            match self.follower(to) {
                Some((_, moved)) => {
                    lines.push(format!("{name} follows it at `{schedule}`;"));
                    lines.push(format!("to keep the distance: `{moved}`"));
                }
                None => lines.push(format!("{name} stays at `{schedule}`: does that still fit?")),
            }
        }
        lines
    }
}

/// `next runs  Sat 21 Nov 03:15 · Sun 22 Nov 03:15 · …`, in as many lines as it takes.
pub fn runs(preview: &Preview) -> Vec<String> {
    const A_LINE: usize = 3;
    let local = |at: &Timestamp| {
        at.to_zoned(preview.zone.clone()).strftime("%a %Y-%m-%d %H:%M").to_string()
    };
    let texts: Vec<String> = preview.runs.iter().map(local).collect();
    let mut lines = vec![format!("next runs ({}):", preview.zone_text)];
    lines.extend(texts.chunks(A_LINE).map(|runs| format!("  {}", runs.join(" · "))));
    lines
}

/// A deploy writes what its values hold.
fn undone_by(release: &Release, namespace: &str, schedule: &str) -> [String; 3] {
    let whose = match (&release.name, &release.chart) {
        (Some(name), _) => format!("Helm's release `{name}`"),
        (None, Some(chart)) => format!("Helm's chart `{chart}`"),
        (None, None) => "Helm".to_owned(),
    };
    let values = match &release.name {
        Some(name) => format!("  helm -n {namespace} get values {name} --all"),
        None => "  helm get values RELEASE --all".to_owned(),
    };
    [
        format!("{whose} undoes this at its next deploy."),
        format!("To keep it, change the value that holds `{schedule}` too:"),
        values,
    ]
}

impl App {
    /// Opens the prompt for another schedule, with the one that holds.
    pub(in crate::app) fn begin_reschedule(
        &mut self,
        environment: EnvironmentName,
        cronjob: CronJob,
        verification: Option<CronJob>,
    ) -> Vec<Effect> {
        if !self.may_change(&environment) {
            return Vec::new();
        }
        let schedule = cronjob.schedule.clone();
        let preview = preview(&cronjob, &schedule, self.now);
        self.rescheduling = Some(Rescheduling { environment, cronjob, verification, preview });
        self.prompt(PromptKind::Schedule, &schedule)
    }

    /// What is typed has changed.
    pub(in crate::app) fn preview_schedule(&mut self, text: &str) {
        let now = self.now;
        if let Some(rescheduling) = &mut self.rescheduling {
            rescheduling.preview = preview(&rescheduling.cronjob, text, now);
        }
    }

    /// Asks before the patch; what cannot be a schedule stays in the prompt.
    pub(in crate::app) fn submit_schedule(&mut self, prompt: &Prompt) -> Vec<Effect> {
        let Some(rescheduling) = self.rescheduling.take() else { return Vec::new() };
        let to = prompt.text().trim();
        let preview = match &rescheduling.preview {
            Ok(_) if *to == *rescheduling.cronjob.schedule => {
                self.say(Tone::Muted, format!("it runs by `{to}` already; nothing was changed"));
                return Vec::new();
            }
            Ok(preview) => preview,
            Err(fault) => {
                self.say(Tone::Warning, format!("{fault}; nothing was changed"));
                self.rescheduling = Some(rescheduling);
                self.overlay = Some(Overlay::Prompt(prompt.clone()));
                return Vec::new();
            }
        };
        let environment = &rescheduling.environment;
        let Some(cluster) = self.cluster_named(environment) else { return Vec::new() };
        let follower = rescheduling.follower(to);
        let more = follower.map(|(verification, moved)| More {
            verb: "Reschedule both",
            deeds: vec![rescheduling.deed(verification, &moved)],
        });
        self.overlay = Some(Overlay::Dialog(Dialog {
            title: "Reschedule CronJob".to_owned(),
            lines: rescheduling.lines(to, preview),
            verb: "Reschedule",
            environment: environment.clone(),
            production: cluster.production,
            button: Button::Cancel,
            typed: (cluster.production && !self.is_unlocked(environment)).then(String::new),
            deeds: vec![rescheduling.deed(&rescheduling.cronjob, to)],
            more,
            then: Then::Deeds,
        }));
        Vec::new()
    }
}
