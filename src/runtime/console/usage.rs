//! What pods and nodes use, asked for twice a minute: nobody tells of it by himself.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::list::Listing;
use crate::adapters::kubernetes::refusal::{Refusal, Sort};
use crate::adapters::kubernetes::resource::{NODE_USAGE, POD_USAGE, Resource};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::news::{News, Scope};
use crate::runtime::console::cluster::Namespaces;
use crate::runtime::console::watcher::Desk;

const EVERY: Duration = Duration::from_secs(30);
/// A cluster without a metrics server seldom gets one soon.
const MISSING_AGAIN: Duration = Duration::from_mins(5);

/// Tells of usage until nobody takes news any more.
pub(super) async fn keep(desk: Desk, namespaces: watch::Receiver<Namespaces>) {
    let mut ahead = desk.pods_ahead.subscribe();
    // Rows come first, then what they use.
    if ahead.wait_for(|ahead| *ahead == 0).await.is_err() {
        return;
    }
    loop {
        let mut pause = EVERY;
        // Without a login nothing is asked: the watchers say so, and try again.
        if let Ok(cluster) = desk.line.cluster().await {
            let scopes = namespaces.borrow().scopes();
            let pods = in_scopes(&cluster, POD_USAGE, &scopes).await;
            let nodes = in_scopes(&cluster, NODE_USAGE, &[Scope::Cluster]).await;
            if pods.as_ref().is_err_and(|failure| failure.kind == FailureKind::Missing) {
                pause = MISSING_AGAIN;
            }
            let told = desk.news.send(News::PodUsage(pods)).await;
            if told.is_err() || desk.news.send(News::NodeUsage(nodes)).await.is_err() {
                return;
            }
        }
        sleep(pause).await;
    }
}

/// All that can be had; a failure where nothing can.
async fn in_scopes<T: Clone>(
    cluster: &Cluster,
    resource: Resource<T>,
    scopes: &[Scope],
) -> Result<Vec<T>, Failure> {
    let mut rows = Vec::new();
    let mut refused = None;
    let mut is_answered = false;
    for scope in scopes {
        match in_scope(cluster, resource, scope).await {
            Ok(more) => {
                is_answered = true;
                rows.extend(more);
            }
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    match refused {
        Some(refusal) if !is_answered => Err(explain(refusal)),
        Some(refusal) => {
            tracing::debug!(error = %refusal.error, "what a part of a cluster uses is not known");
            Ok(rows)
        }
        None => Ok(rows),
    }
}

async fn in_scope<T: Clone>(
    cluster: &Cluster,
    resource: Resource<T>,
    scope: &Scope,
) -> Result<Vec<T>, Refusal> {
    let mut listing = Listing::new(cluster, resource, scope);
    let mut rows = Vec::new();
    while let Some(page) = listing.next().await? {
        rows.extend(page.rows.into_iter().map(Arc::unwrap_or_clone));
    }
    Ok(rows)
}

/// That nobody measures is no fault.
fn explain(refusal: Refusal) -> Failure {
    match refusal.sort {
        Sort::Missing => Failure::new(FailureKind::Missing, "no metrics server"),
        _ => refusal.into(),
    }
}
