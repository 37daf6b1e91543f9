//! `lifeboat drill`: the whole restore test without a console.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::adapters::s3::S3;
use crate::cli::{DrillArguments, Selection, Tool};
use crate::domain::backup::BeganFrom;
use crate::domain::settings::Depth;
use crate::domain::text::shown;
use crate::domain::units::Span;
use crate::drill::event::DrillEvent;
use crate::drill::plan::{DrillPlan, ToolChoice, Trigger};
use crate::drill::record::SCHEMA;
use crate::drill::report::picked;
use crate::runtime::choose::{self, Request, Situation, Wanted};
use crate::runtime::drill::launch::{announce, notify};
use crate::runtime::drill::reporter::Reporter;
use crate::runtime::drill::{Conclusion, Drill};
use crate::runtime::exit::Exit;
use crate::runtime::interrupt::Interrupt;
use crate::runtime::runs;
use crate::runtime::sweep::{Wreck, wrecks};

use super::Session;
use super::paint::{Tone, say, wrapped};
use super::side_by_side::result;
use super::steps::StepLines;

/// Events that may wait for the painter; advances beyond are dropped, ends are not.
const EVENTS: usize = 256;
/// How often what moves is painted although nothing happened.
const REPAINT: Duration = Duration::from_millis(250);

/// How long the engine may take to say what earlier drills left there.
const LOOK: Duration = Duration::from_secs(2);

/// Chooses, drills, prints, and says how it ended.
pub async fn drill(session: &Session, arguments: &DrillArguments) -> Exit {
    let environment = arguments.environment.as_deref();
    let chosen = choose::backup_set(&session.settings, environment, arguments.set.as_deref());
    let set = match chosen {
        Ok(set) => set,
        Err(unclear) => return session.usage(&unclear.to_string()),
    };
    let reading = match session.read_journal() {
        Ok(reading) => reading,
        Err(exit) => return exit,
    };
    mention_interrupted(session);
    mention_leftovers(session).await;
    let storage = match choose::storage(&session.settings, set) {
        Ok(storage) => storage,
        Err(failure) => return session.fail(&failure),
    };
    let s3 = match S3::connect(storage).await {
        Ok(s3) => s3,
        Err(error) => return session.fail(&error.into()),
    };
    let situation = Situation::of(&session.settings, storage, &reading, session.clock.now());
    let request = request(session, arguments);
    let chosen = choose::choose(&s3, set, &session.settings.drill, &request, situation).await;
    let chosen = match chosen {
        Ok(chosen) => chosen,
        Err(failure) => return session.fail(&failure),
    };
    let notes = chosen.notes.clone();
    if !session.json {
        introduce(session, &chosen.plan, &notes);
    }
    let drill = Drill::of(&session.settings, session.clock, s3, chosen);
    let conclusion = match Box::pin(follow(session, drill)).await {
        Ok(conclusion) => conclusion,
        Err(exit) => return exit,
    };
    if let Some(failure) = notify(&session.settings, session.clock, &conclusion).await {
        session.warn(&failure.to_string());
    }
    finish(session, &conclusion, &notes, arguments.strict)
}

fn request(session: &Session, arguments: &DrillArguments) -> Request {
    Request {
        wanted: match arguments.selection() {
            Selection::Random { seed } => Wanted::Random {
                // A new id is as random as anything here; seeds stay short enough to be typed.
                seed: seed.or(session.seed).unwrap_or_else(choose::new_seed),
            },
            Selection::Latest => Wanted::Latest,
            Selection::Object(key) => Wanted::Named(key.0),
        },
        depth: arguments.depth,
        tool: match arguments.tool {
            Tool::Auto => ToolChoice::Auto,
            Tool::Mongorestore => ToolChoice::Mongorestore,
            Tool::Builtin => ToolChoice::Builtin,
        },
        image: arguments.image.clone(),
        hold: arguments.hold,
        keep_download: arguments.keep_download,
        trigger: Trigger::Headless,
    }
}

/// Runs `drill` and paints its steps until it has ended.
pub(super) async fn follow(session: &Session, drill: Drill) -> Result<Conclusion, Exit> {
    let farewell = farewell(session, &drill.plan);
    let interrupt = Interrupt::listen(farewell).map_err(|error| {
        session.error(&format!("listening for signals: {error}"));
        Exit::Unverified
    })?;
    let run = announce(&session.settings, &drill.plan).map_err(|failure| session.fail(&failure))?;
    let lines = StepLines::new(session.paper, drill.plan.hidden_steps());
    let (send, events) = mpsc::channel(EVENTS);
    let reporter = Reporter::new(session.clock, send, Some(run));
    let drilling = async {
        let conclusion = Box::pin(drill.run(&reporter, &interrupt.cancel)).await;
        // The painter ends when nobody can tell it anything any more.
        drop(reporter);
        conclusion
    };
    let painting = async {
        if !session.json {
            paint(session, lines, events, &interrupt.cancel).await;
        }
    };
    let (conclusion, ()) = tokio::join!(drilling, painting);
    Ok(conclusion)
}

/// What a second signal says: what may stay behind, and how to remove it.
fn farewell(session: &Session, plan: &DrillPlan) -> String {
    let Some(program) = session.program else {
        return "left at once, and the embedded world with it".to_owned();
    };
    let cache = session.settings.folders.cache.display();
    let download = format!("the download in {cache}, for another try within a day");
    if plan.depth < Depth::Restore {
        return format!("left at once; what may stay: {download}");
    }
    format!(
        "left at once; what may stay: the container and the volumes lifeboat-drill-{}, which \
         `{program} sweep` removes, and {download}",
        plan.id.label()
    )
}

async fn paint(
    session: &Session,
    mut lines: StepLines,
    mut events: mpsc::Receiver<DrillEvent>,
    cancel: &CancellationToken,
) {
    let began = session.clock.elapsed();
    let mut repaint = interval(REPAINT);
    repaint.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut was_cancelled = false;
    loop {
        let event = tokio::select! {
            event = events.recv() => match event {
                Some(event) => Some(event),
                None => break,
            },
            _ = repaint.tick() => None,
        };
        if cancel.is_cancelled() && !was_cancelled {
            // The signal has written below the lines: they begin anew.
            was_cancelled = true;
            lines.begin_anew();
        }
        if let Some(event) = event {
            lines.apply(&event);
            while let Ok(event) = events.try_recv() {
                lines.apply(&event);
            }
        }
        lines.paint(session.clock.elapsed().saturating_sub(began));
    }
    lines.paint(session.clock.elapsed().saturating_sub(began));
}

/// What is about to happen, before anything does.
fn introduce(session: &Session, plan: &DrillPlan, notes: &[String]) {
    let paper = session.paper;
    let title = format!("Restore drill {} of {}", plan.id.short(), plan.set.path());
    let production = if plan.set.production { "  PRODUCTION's backup, read only" } else { "" };
    say(&format!("{}{}", paper.ink(Tone::Strong, &title), paper.ink(Tone::Odd, production)));
    let began = plan.object.began;
    let age = session.clock.now().duration_since(began.at);
    let age = Span(Duration::try_from(age).unwrap_or_default());
    let verb = match began.from {
        BeganFrom::Name => "begun",
        BeganFrom::LastModified => "uploaded",
    };
    let began = format!("{verb} {}", began.at.strftime("%Y-%m-%d %H:%M UTC"));
    let facts = [
        ("backup", format!("{}, {}, {began}, {age} ago", plan.object.name(), plan.object.size)),
        ("picked", picked(&plan.selection)),
        ("depth", plan.depth.to_string()),
    ];
    for (name, fact) in facts {
        let mut name = name;
        for line in wrapped(&fact, paper.width.saturating_sub(10)) {
            say(&format!(
                "  {} {}",
                paper.ink(Tone::Quiet, &format!("{name:<7}")),
                paper.ink(Tone::Plain, &line)
            ));
            name = "";
        }
    }
    for note in notes {
        session.warn(note);
    }
    say("");
}

fn mention_interrupted(session: &Session) {
    let state = &session.settings.folders.state;
    let found = match runs::find(state) {
        Ok(found) => found,
        Err(error) => {
            session.warn(&format!("listing the runs in {}: {error}", state.display()));
            return;
        }
    };
    for text in &found.unreadable {
        session.warn(text);
    }
    for run in found.found.into_iter().filter(|run| !run.is_alive) {
        let step = run.run.place();
        session.warn(&format!(
            "a drill of {} was interrupted at {step}; `lifeboat sweep` removes what it left",
            run.run.record.object.name()
        ));
    }
}

/// A quick look at the engine by label. One that does not answer holds up nothing: where it is
/// needed, the drill says what is wrong with it.
async fn mention_leftovers(session: &Session) {
    let looking = wrecks(&session.settings, session.clock.now());
    let Ok(Ok(wrecks)) = timeout(LOOK, looking).await else { return };
    if let Some(text) = left_behind(&wrecks) {
        session.warn(&text);
    }
}

fn left_behind(wrecks: &[Wreck]) -> Option<String> {
    let ours = wrecks.iter().filter(|wreck| wreck.fate.is_removable());
    let names: Vec<_> = ours.flat_map(|wreck| &wreck.names).map(String::as_str).collect();
    let what =
        format!("earlier drills have left {}; `lifeboat sweep` removes it", names.join(", "));
    (!names.is_empty()).then_some(what)
}

fn finish(session: &Session, conclusion: &Conclusion, notes: &[String], is_strict: bool) -> Exit {
    let Conclusion { record, cleanup, unrecorded, kept } = conclusion;
    if session.json {
        let all = serde_json::json!({
            "schema": SCHEMA,
            "record": record,
            "cleanup": cleanup,
            "notes": notes,
        });
        say(&all.to_string());
    } else {
        for line in result(record, Some(cleanup), session.paper) {
            say(&line);
        }
        let place = match session.program {
            Some(program) => format!("record: {program} history {}", record.id.short()),
            None => "the world is gone, and its record with it; nothing is left behind".to_owned(),
        };
        say(&format!("\n {}", session.paper.ink(Tone::Quiet, &place)));
        if let Some(kept) = kept {
            say(&shown(&format!(" download kept: {}", kept.display())));
        }
    }
    if let Some(failure) = unrecorded {
        session.fail(failure);
    }
    Exit::of_drill(conclusion, is_strict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::sweep::Fate;

    #[test]
    fn what_a_sweep_would_remove_is_named_and_others_things_are_not() {
        let wreck = |fate, name: &str| Wreck {
            drill: "01x".to_owned(),
            owner: None,
            process: None,
            expires: None,
            names: vec![name.to_owned()],
            is_running: false,
            fate,
        };
        let foreign = [wreck(Fate::Foreign, "theirs"), wreck(Fate::InUse, "running")];
        assert_eq!(left_behind(&foreign), None);
        let text = left_behind(&[wreck(Fate::Orphaned, "ours"), wreck(Fate::Foreign, "theirs")]);
        assert_eq!(text.unwrap(), "earlier drills have left ours; `lifeboat sweep` removes it");
    }
}
