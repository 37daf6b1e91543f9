//! What the command and the console have in common about a drill: putting it together, announcing
//! it, telling of its end.

use crate::adapters::s3::S3;
use crate::adapters::slack;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::{Depth, Settings};
use crate::drill::plan::DrillPlan;
use crate::drill::record::Record;
use crate::journal::{Journal, Line, Report};
use crate::runtime::choose::Chosen;
use crate::runtime::clock::Clock;
use crate::runtime::runs::{self, FoundRun, Run, RunFile};

use super::count::resolve;
use super::hold::Hold;
use super::yard::Yard;
use super::{Conclusion, Drill};

impl Drill {
    /// The drill that was chosen, with all that the settings say about it.
    pub fn of(settings: &Settings, clock: Clock, s3: S3, chosen: Chosen) -> Self {
        Self {
            plan: chosen.plan,
            s3,
            container_engine: settings.container_engine.clone(),
            journal: Journal::at(&settings.folders.journal),
            cache: settings.folders.cache.clone(),
            expected: chosen.expected,
            clock,
            yard: Yard::default(),
            hold: Hold::default(),
        }
    }
}

/// Announces a drill, so that a start finds what it leaves undone when it is killed. Refused while
/// another one is under way on this machine: two sandboxes would share its memory and its disk.
pub fn announce(settings: &Settings, plan: &DrillPlan) -> Result<RunFile, Failure> {
    let state = &settings.folders.state;
    let failed = |error: std::io::Error| {
        let what = format!("announcing the drill in {}: {error}", state.display());
        Failure::new(FailureKind::Unexpected, what)
    };
    let run = RunFile::begin(state, Run::of(Record::begin(plan))).map_err(failed)?;
    // Of two that begin at once the one whose id comes first goes on.
    let others = runs::find(state).map_err(failed)?.found;
    let is_first = |other: &&FoundRun| has_sandbox(other) && other.id < plan.id;
    match others.iter().filter(|_| plan.depth >= Depth::Restore).find(is_first) {
        Some(other) => {
            run.finish().map_err(failed)?;
            Err(under_way(other))
        }
        None => Ok(run),
    }
}

/// The drill that is under way on this machine, where one is.
pub fn other_drill(settings: &Settings) -> Option<Failure> {
    let found = runs::find(&settings.folders.state).ok()?.found;
    found.iter().find(|run| has_sandbox(run)).map(under_way)
}

fn has_sandbox(run: &FoundRun) -> bool {
    run.is_alive && run.run.record.depth >= Depth::Restore
}

fn under_way(run: &FoundRun) -> Failure {
    let record = &run.run.record;
    let what = format!(
        "a drill is under way on this machine: {} drills {}/{} since {}, at {}",
        record.actor,
        record.environment,
        record.object.name(),
        record.started.strftime("%H:%M UTC"),
        run.run.place()
    );
    Failure::new(FailureKind::Denied, what).advise("wait until it has ended, or cancel it there")
}

/// Tells Slack where that is configured. A message that does not arrive changes no verdict.
pub async fn notify(settings: &Settings, clock: Clock, conclusion: &Conclusion) -> Option<Failure> {
    let record = &conclusion.record;
    let webhook = settings.notify.slack_webhook.as_ref()?;
    let text = slack::message(record, &conclusion.cleanup);
    let posted = match resolve(webhook) {
        Ok(webhook) => slack::post(&webhook, &text).await.map_err(Into::into),
        Err(failure) => Err(failure.advise("set it to the address of the incoming webhook")),
    };
    let failure = posted.err();
    let report = Report {
        at: clock.now(),
        to: "slack".to_owned(),
        failure: failure.as_ref().map(ToString::to_string),
    };
    let journal = Journal::at(&settings.folders.journal);
    if let Err(failure) = journal.append(record.id.0, &Line::Report(report)) {
        tracing::warn!(%failure, "the report cannot be noted in the journal");
    }
    failure
}
