//! `lifeboat glance`: whether anything is wrong in any environment, once, for people and scripts.

mod pods;
mod write;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;

use crate::adapters::kubernetes::refusal::Sort;
use crate::cli::GlanceArguments;
use crate::domain::environment::{Environment, Kubernetes};
use crate::domain::glance::{Glance, Sight, Word, glance as judge};
use crate::domain::news::Kind;
use crate::domain::settings::Settings;
use crate::domain::trust::Trust;
use crate::runtime::console::cluster::Namespaces;
use crate::runtime::console::connect::{Lapse, Line};
use crate::runtime::console::look::{Look, Missed, look};
use crate::runtime::discovery;
use crate::runtime::exit::Exit;

use super::Session;
use pods::PodLine;
use write::Style;

/// What the login of an environment may take. They are asked side by side.
const LOGIN: Duration = Duration::from_secs(10);

/// What one environment has answered.
#[derive(Debug)]
struct Answer {
    glance: Glance,
    /// What could not be listed.
    missed: Vec<Missed>,
    /// Worst first; empty unless asked for.
    pods: Vec<PodLine>,
}

/// An environment that can be looked at.
type Seeable<'a> = (&'a Environment, &'a Kubernetes);

pub async fn glance(session: &Session, arguments: &GlanceArguments) -> Exit {
    let (settings, advice) = discovery::or_current_context(session.settings.clone());
    let chosen = match chosen(&settings, &arguments.environments, advice) {
        Ok(chosen) => chosen,
        Err(text) => return session.usage(&text),
    };
    let style = match arguments {
        GlanceArguments { plain: true, .. } => Style::Plain,
        _ => Style::Paper(session.paper),
    };
    // Whoever watches sees each line as soon as it is known; a file has them in their order.
    let is_watched = session.paper.live && !session.json;
    let looks = chosen.iter().map(async |seeable| {
        let answer = ask(session, &settings, *seeable, arguments.all).await;
        if is_watched {
            write::line(&answer, style);
        }
        answer
    });
    let answers = join_all(looks).await;
    let now = session.clock.now();
    if session.json {
        write::json(&answers, now, arguments.all);
        return exit(&answers);
    }
    for answer in answers.iter().filter(|_| !is_watched) {
        write::line(answer, style);
    }
    write::details(&answers, style, now, arguments.all);
    exit(&answers)
}

/// The worst of all: what could not be seen may hide anything.
fn exit(answers: &[Answer]) -> Exit {
    match answers.iter().map(|answer| answer.glance.word).max() {
        Some(Word::Ok) => Exit::Well,
        Some(Word::Findings) => Exit::Failed,
        Some(Word::CouldNotSee) | None => Exit::Unverified,
    }
}

/// The environments that are asked for, or all that have a cluster; else what is wrong with the request.
fn chosen<'a>(
    settings: &'a Settings,
    wanted: &[String],
    advice: Option<String>,
) -> Result<Vec<Seeable<'a>>, String> {
    let clusters = settings.environments.iter().filter_map(|environment| {
        environment.kubernetes.as_ref().map(|kubernetes| (environment, kubernetes))
    });
    let clusters: Vec<Seeable<'a>> = clusters.collect();
    if clusters.is_empty() {
        let nothing = "no environment has a cluster: give one a `kubernetes = { context = … }`";
        return Err(advice.unwrap_or_else(|| nothing.to_owned()));
    }
    let known = || {
        let names = clusters.iter().map(|(environment, _)| environment.name.0.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    if let Some(unknown) =
        wanted.iter().find(|name| !clusters.iter().any(|(it, _)| it.name.0 == **name))
    {
        let is_there = settings.environments.iter().any(|it| it.name.0 == *unknown);
        let what = if is_there { "has no cluster" } else { "is no environment" };
        return Err(format!("`{unknown}` {what}; there is: {}", known()));
    }
    let is_wanted = |it: &Seeable<'a>| wanted.is_empty() || wanted.contains(&it.0.name.0);
    Ok(clusters.into_iter().filter(is_wanted).collect())
}

async fn ask(
    session: &Session,
    settings: &Settings,
    (environment, kubernetes): Seeable<'_>,
    lists_pods: bool,
) -> Answer {
    let name = environment.name.clone();
    let (kubeconfig, context) = (settings.kubeconfig.clone(), kubernetes.context.clone());
    let line = Line::new(name, kubeconfig, context, session.clock);
    let namespaces = kubernetes.namespaces.iter().map(|name| Arc::from(name.as_str()));
    let namespaces = Namespaces::These(namespaces.collect());
    let seen = look(&line, &namespaces, LOGIN).await;
    let now = session.clock.now();
    let (seen, trust, heard) = match seen {
        Ok(seen) => (seen, Trust::Live, Some(now)),
        Err(lapse) => (Look::default(), blindness(lapse), None),
    };
    let place = Place { environment, context: &kubernetes.context };
    answer(&place, seen, (&trust, heard), now, lists_pods)
}

/// Nothing at all was answered.
fn blindness(Lapse { sort, why }: Lapse) -> Trust {
    match sort {
        Sort::LoginExpired => Trust::LoginExpired { why },
        Sort::Forbidden
        | Sort::Missing
        | Sort::Gone
        | Sort::Conflict
        | Sort::Unreachable
        | Sort::TimedOut
        | Sort::Unexpected => Trust::Unreachable { why },
    }
}

struct Place<'a> {
    environment: &'a Environment,
    context: &'a str,
}

fn answer(
    place: &Place<'_>,
    seen: Look,
    (trust, heard): (&Trust, Option<Timestamp>),
    now: Timestamp,
    lists_pods: bool,
) -> Answer {
    let pods: Vec<_> = seen.pods.iter().map(Arc::as_ref).collect();
    let nodes: Vec<_> = seen.nodes.iter().map(Arc::as_ref).collect();
    // Few people may see nodes; without them a pod's own words count.
    let counts = |missed: &&Missed| missed.kind != Kind::Node || missed.sort != Sort::Forbidden;
    let sight = Sight {
        environment: &place.environment.name,
        context: Some(place.context),
        pods: &pods,
        workloads: &seen.workloads.iter().map(Arc::as_ref).collect::<Vec<_>>(),
        nodes: &nodes,
        jobs: &seen.jobs.iter().map(Arc::as_ref).collect::<Vec<_>>(),
        cronjobs: &seen.cron_jobs.iter().map(Arc::as_ref).collect::<Vec<_>>(),
        trust,
        unseen: seen.missed.iter().find(counts).map(|missed| &missed.why),
        heard,
    };
    let glance = judge(sight, now);
    let pods = if lists_pods { pods::lines(&pods, &nodes, now) } else { Vec::new() };
    Answer { glance, missed: seen.missed, pods }
}

#[cfg(test)]
mod tests;
