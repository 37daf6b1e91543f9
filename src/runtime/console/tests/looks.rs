//! One look: everything once, given up only where nothing comes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{clock, environment, list, pod, quiet, scope};
use crate::adapters::kubernetes::refusal::Sort;
use crate::adapters::kubernetes::tests::{Part, Scripted, answering, hangs, parts, refuses};
use crate::domain::failure::FailureKind;
use crate::domain::news::Kind;
use crate::runtime::console::cluster::Namespaces;
use crate::runtime::console::connect::{Lapse, Line};
use crate::runtime::console::look::{Look, look};

async fn looked(answer: impl FnMut(&str) -> Scripted + Send + 'static) -> Result<Look, Lapse> {
    let line = Line::over(environment(), answering(answer), clock());
    let namespaces = Namespaces::These(["default", "kube-system"].map(Arc::from).to_vec());
    look(&line, &namespaces, Duration::from_secs(5)).await
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_listed_is_missed_and_not_empty() {
    let look = looked(|question| {
        if question.contains("/default/pods") {
            list(&[pod("a", 1)], r#""resourceVersion":"1""#)
        } else if question.contains("kube-system/pods") {
            refuses(403, "no")
        } else if question.contains("nodes") {
            hangs()
        } else {
            quiet(question)
        }
    })
    .await
    .unwrap();
    assert_eq!(look.pods.len(), 1);
    let missed: Vec<_> = look.missed.iter().map(|missed| (missed.kind, missed.why.kind)).collect();
    assert_eq!(missed, [(Kind::Pod, FailureKind::Denied), (Kind::Node, FailureKind::TimedOut)]);
    assert_eq!(look.missed[0].scope, scope("kube-system"));
}

#[tokio::test(start_paused = true)]
async fn a_long_list_is_read_to_its_end_as_long_as_it_goes_on() {
    let began = Instant::now();
    let look = looked(|question| {
        if !question.contains("/default/pods") {
            return quiet(question);
        }
        let (head, tail) = (r#"{"metadata":{"resourceVersion":"1"},"items":["#, "]}");
        let pods = (1..=12).map(|at| {
            let comma = if at == 1 { "" } else { "," };
            Part::Text(format!("{comma}{}", pod(&format!("p{at}"), at)))
        });
        let pods = pods.flat_map(|pod| [Part::Pause(Duration::from_secs(9)), pod]);
        let head = std::iter::once(Part::Text(head.to_owned()));
        parts(head.chain(pods).chain([Part::Text(tail.to_owned())]))
    })
    .await
    .unwrap();
    assert_eq!((look.pods.len(), look.missed), (12, Vec::new()));
    assert_eq!(began.elapsed().as_secs(), 108);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_can_be_learned_the_look_fails_in_time() {
    let began = Instant::now();
    let failure = looked(|_| hangs()).await.unwrap_err();
    assert_eq!((failure.sort, failure.why.kind), (Sort::TimedOut, FailureKind::TimedOut));
    assert_eq!(began.elapsed().as_secs(), 10);
    let failure = looked(|_| refuses(401, "no")).await.unwrap_err();
    assert_eq!((failure.sort, failure.why.kind), (Sort::LoginExpired, FailureKind::Denied));
}
