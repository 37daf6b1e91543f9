//! Keeps one kind of object of one scope up to date for as long as it is polled: lists, watches from
//! there on, opens the watch again when it ends, lists anew when too much was missed, and says how far
//! what is known can be trusted.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::time::{Instant, timeout};

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::list::Listing;
use crate::adapters::kubernetes::printed::printed;
use crate::adapters::kubernetes::read::namespaces;
use crate::adapters::kubernetes::refusal::{Refusal, Sort};
use crate::adapters::kubernetes::resource::Resource;
use crate::adapters::kubernetes::watch::{Change, Watch};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::news::{Delta, Kind, News, Scope};
use crate::domain::trust::Trust;
use crate::runtime::clock::Clock;
use crate::runtime::console::coalesce::{Object, changed};
use crate::runtime::console::connect::{LOGIN_AGAIN, Lapse, Line};
use crate::runtime::console::pace::Pace;

/// A watch that has lived so long is not one that ends at once.
const SETTLED: Duration = Duration::from_secs(5);
/// What is forbidden is seldom allowed soon.
const FORBIDDEN_AGAIN: Duration = Duration::from_mins(1);
/// A watch that is missing for so long is worth saying.
const NOTICEABLE: Duration = Duration::from_secs(4);
/// How many of the server's tables are read at a time, and at most: a cluster with more namespaces is
/// listed before they are all read.
const TABLES: usize = 4;
const MOST_TABLES: usize = 100;
/// A list that will take longer is worth a table, which shows every row at once.
const LONG: Duration = Duration::from_millis(1500);
/// Fewer rows tell nothing of how long a list takes.
const TELLING: usize = 200;
/// Who cannot tell waits for so long behind the first page.
const HOPE: Duration = Duration::from_millis(700);
/// How long other kinds wait for the pods to be listed.
const COURTESY: Duration = Duration::from_millis(1500);

/// What all watchers of a cluster share.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) line: Arc<Line>,
    pub(super) news: mpsc::Sender<News>,
    pub(super) clock: Clock,
    /// So many lists at a time: a server has other clients, too.
    pub(super) lists: Arc<Semaphore>,
    /// How many scopes' pods have not been listed, nor failed to be, yet.
    pub(super) pods_ahead: Arc<watch::Sender<usize>>,
}

pub(super) struct Watcher<T> {
    pub(super) desk: Desk,
    pub(super) resource: Resource<T>,
    pub(super) kind: Kind,
    pub(super) scope: Scope,
    pub(super) news: fn(Kind, Delta<T>) -> News,
}

/// What is known so far.
#[derive(Default)]
struct Known {
    /// What a watch can begin at.
    version: Option<Box<str>>,
    /// When the cluster was last heard of.
    heard: Option<Timestamp>,
    /// A watch has been open.
    has_watched: bool,
    told: Option<Trust>,
}

/// Nobody takes news any more.
struct Unwanted;

enum End {
    Refused(Lapse),
    Unwanted,
}

impl From<Unwanted> for End {
    fn from(_: Unwanted) -> Self {
        Self::Unwanted
    }
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl<T: Object> Watcher<T> {
    /// Watches until nobody takes news any more.
    pub(super) async fn run(self) {
        let mut known = Known::default();
        let mut pace = Pace::default();
        let mut is_counted = self.kind == Kind::Pod;
        self.wait_for_pods().await;
        loop {
            let began = Instant::now();
            let end = self.follow(&mut known, &mut is_counted).await;
            if std::mem::take(&mut is_counted) {
                self.count();
            }
            if began.elapsed() >= SETTLED {
                pace.reset();
            }
            let pause = match end {
                Ok(()) => {
                    let pause = pace.next();
                    if pause < NOTICEABLE {
                        Ok(pause)
                    } else {
                        let why = format!(
                            "watching {} of {}: the server ends each watch at once",
                            self.resource.plural(),
                            self.desk.line.environment()
                        );
                        let why = Failure::new(FailureKind::Unexpected, why);
                        let lapse = Lapse { sort: Sort::Unexpected, why };
                        self.lament(&mut known, lapse).await.map(|()| pause)
                    }
                }
                Err(End::Refused(lapse)) => self.endure(&mut known, &mut pace, lapse).await,
                Err(End::Unwanted) => return,
            };
            match pause {
                Ok(pause) if pause.is_zero() => {}
                Ok(pause) => self.desk.line.pause(pause).await,
                Err(Unwanted) => return,
            }
        }
    }

    /// Decides how long is waited after a refusal, and tells of it.
    async fn endure(
        &self,
        known: &mut Known,
        pace: &mut Pace,
        lapse: Lapse,
    ) -> Result<Duration, Unwanted> {
        let pause = match lapse.sort {
            Sort::Gone => {
                known.version = None;
                let pause = pace.next();
                if pause < NOTICEABLE {
                    return Ok(pause);
                }
                pause
            }
            Sort::LoginExpired => LOGIN_AGAIN,
            // A server that has just started knows nobody's rights for some seconds.
            Sort::Forbidden if known.has_watched => pace.next(),
            Sort::Forbidden | Sort::Missing => {
                // Whoever may list but not watch sees a new list each time.
                known.version = None;
                FORBIDDEN_AGAIN
            }
            Sort::Conflict | Sort::Unexpected => {
                known.version = None;
                pace.next()
            }
            Sort::Unreachable | Sort::TimedOut => pace.next(),
        };
        self.lament(known, lapse).await?;
        Ok(pause)
    }

    /// Tells how far what is known can still be trusted.
    async fn lament(&self, known: &mut Known, lapse: Lapse) -> Result<(), Unwanted> {
        let Lapse { sort, why } = lapse;
        let trust = match (sort, known.heard) {
            (Sort::LoginExpired, _) => Trust::LoginExpired { why },
            (_, Some(since)) => Trust::Stale { since, why },
            (_, None) => Trust::Unreachable { why },
        };
        self.tell(known, trust).await
    }

    /// Lists, if need be, and watches until the server ends it.
    async fn follow(&self, known: &mut Known, is_counted: &mut bool) -> Result<(), End> {
        let line = &self.desk.line;
        let cluster = line.cluster().await.map_err(End::Refused)?;
        let end = self.follow_on(&cluster, known, is_counted).await;
        if let Err(End::Refused(lapse)) = &end
            && lapse.sort == Sort::LoginExpired
            && line.refused(&cluster, lapse).await
        {
            // It has worked before: a new login may be all that is needed.
            return self.follow_again(known, is_counted).await;
        }
        end
    }

    async fn follow_again(&self, known: &mut Known, is_counted: &mut bool) -> Result<(), End> {
        let line = &self.desk.line;
        let cluster = line.cluster().await.map_err(End::Refused)?;
        let end = self.follow_on(&cluster, known, is_counted).await;
        if let Err(End::Refused(lapse)) = &end
            && lapse.sort == Sort::LoginExpired
        {
            line.refused(&cluster, lapse).await;
        }
        end
    }

    async fn follow_on(
        &self,
        cluster: &Cluster,
        known: &mut Known,
        is_counted: &mut bool,
    ) -> Result<(), End> {
        if known.version.is_none() {
            let version = self.list(cluster).await?;
            self.desk.line.answered(cluster).await;
            if std::mem::take(is_counted) {
                self.count();
            }
            known.version = Some(version);
            self.is_live(known).await?;
        }
        let version = known.version.clone().unwrap_or_default();
        let mut watch = Watch::open(cluster, self.resource, &self.scope, &version).await?;
        known.has_watched = true;
        self.desk.line.answered(cluster).await;
        self.is_live(known).await?;
        loop {
            let changes = match watch.next().await {
                Ok(Some(changes)) => changes,
                Ok(None) => return Ok(()),
                Err(refusal) => {
                    // What came with it may be lost.
                    known.version = None;
                    return Err(refusal.into());
                }
            };
            known.heard = Some(self.desk.clock.now());
            known.version = Some(watch.version().into());
            if !changes.is_empty() {
                let changes = changes.into_iter().map(|change| match change {
                    Change::Applied(object) => Ok(object),
                    Change::Gone(uid) => Err(uid),
                });
                self.send(changed(changes)).await?;
            }
        }
    }

    /// Reads the whole list, and says from which version on it can be watched.
    async fn list(&self, cluster: &Cluster) -> Result<Box<str>, End> {
        let _turn = self.desk.lists.acquire().await;
        let (goes_on, is_long) = (Notify::new(), Notify::new());
        let table = async {
            goes_on.notified().await;
            timeout(HOPE, is_long.notified()).await.ok();
            if self.kind == Kind::Pod {
                // The list itself is under way, and tells more.
                if let Err(refusal) = self.print(cluster).await {
                    tracing::debug!(%refusal.error, "no table of pods");
                }
            }
            std::future::pending::<std::convert::Infallible>().await
        };
        let pages = async {
            self.send(Delta::Began(self.scope.clone())).await?;
            let mut listing = Listing::new(cluster, self.resource, &self.scope);
            let mut began = Instant::now();
            while let Some(page) = listing.next().await? {
                let (time, rows) = (began.elapsed(), page.rows.len());
                if !page.is_last {
                    goes_on.notify_one();
                    if rows >= TELLING && left(time, rows, page.remaining) > LONG {
                        is_long.notify_one();
                    }
                }
                began = Instant::now();
                let scope = self.scope.clone();
                let (rows, remaining) = (page.rows, page.remaining);
                self.send(Delta::Page { scope, rows, remaining }).await?;
            }
            self.send(Delta::Complete(self.scope.clone())).await?;
            Ok(listing.version().unwrap_or_default().into())
        };
        let version = tokio::select! {
            biased;
            version = pages => version,
            never = table => match never {},
        };
        if version.is_err() {
            self.send(Delta::BrokeOff(self.scope.clone())).await?;
        }
        version
    }

    /// Tells what the server prints of the pods: soon, since that is little. Its rows name no namespace,
    /// so that each is asked for by itself.
    async fn print(&self, cluster: &Cluster) -> Result<(), Refusal> {
        let names = match &self.scope {
            Scope::Namespace(name) => vec![Arc::clone(name)],
            Scope::Cluster => namespaces(cluster).await?,
        };
        let tables = stream::iter(names.into_iter().take(MOST_TABLES));
        let tables = tables.map(async |namespace| {
            let rows = printed(cluster, &namespace).await?;
            Ok::<_, Refusal>(News::Printed { namespace, rows })
        });
        let mut tables = pin!(tables.buffer_unordered(TABLES));
        while let Some(table) = tables.next().await {
            self.desk.news.send(table?).await.ok();
        }
        Ok(())
    }

    /// Lets pods go first.
    async fn wait_for_pods(&self) {
        if self.kind != Kind::Pod {
            let mut ahead = self.desk.pods_ahead.subscribe();
            timeout(COURTESY, ahead.wait_for(|ahead| *ahead == 0)).await.ok();
        }
    }

    fn count(&self) {
        self.desk.pods_ahead.send_modify(|ahead| *ahead = ahead.saturating_sub(1));
    }

    async fn is_live(&self, known: &mut Known) -> Result<(), Unwanted> {
        known.heard = Some(self.desk.clock.now());
        self.tell(known, Trust::Live).await
    }

    async fn tell(&self, known: &mut Known, trust: Trust) -> Result<(), Unwanted> {
        if known.told.as_ref() == Some(&trust) {
            return Ok(());
        }
        known.told = Some(trust.clone());
        let news = News::Standing { kind: self.kind, scope: self.scope.clone(), trust };
        self.desk.news.send(news).await.map_err(|_| Unwanted)
    }

    async fn send(&self, delta: Delta<T>) -> Result<(), Unwanted> {
        let news = (self.news)(self.kind, delta);
        self.desk.news.send(news).await.map_err(|_| Unwanted)
    }
}

/// How long the rest of a list will take, where so many rows have taken such a time.
fn left(time: Duration, rows: usize, remaining: Option<u64>) -> Duration {
    let Some(remaining) = remaining else { return Duration::MAX };
    let each = time.as_secs_f64() / rows.max(1) as f64;
    Duration::try_from_secs_f64(each * remaining as f64).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_a_list_goes_on_is_told_by_how_long_it_took_so_far() {
        let after = Duration::from_millis(40);
        assert_eq!(left(after, 500, Some(9500)), Duration::from_millis(760));
        assert_eq!(left(after, 500, Some(0)), Duration::ZERO);
        assert_eq!(left(after, 500, None), Duration::MAX, "a server that does not tell");
        assert!(left(after, 0, Some(u64::MAX)) > LONG);
    }
}
