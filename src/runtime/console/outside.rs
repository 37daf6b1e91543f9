//! What carries out the console's effects: questions, watches, changes, files, programs.

use std::collections::BTreeMap;
use std::io::{self, stdout};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::execute;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::adapters::kubernetes::Contexts;
use crate::app::App;
use crate::app::effect::{Effect, Generation, Lane, ObjectRef};
use crate::app::message::Message;
use crate::app::remembered::Remembered;
use crate::domain::deed::{Deed, DeedLine};
use crate::domain::environment::{Environment, EnvironmentName};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::log::LogRequest;
use crate::domain::news::Namespaces;
use crate::domain::pod::Pod;
use crate::domain::settings::Settings;
use crate::runtime::clock::Clock;
use crate::runtime::console::backups::Lookout;
use crate::runtime::console::cluster::{self, ClusterFeed, ClusterNews};
use crate::runtime::console::connect::{Line, Lines};
use crate::runtime::console::drill::{Desk, Gift};
use crate::runtime::console::event_loop::{Kept, Outside};
use crate::runtime::console::lanes::Lanes;
use crate::runtime::console::office::Office;
use crate::runtime::console::programs::{self, Program};
use crate::runtime::console::{
    deeds_log, log_stream, metrics, objects, remembered, saved, snapshot, terminal,
};
use crate::runtime::process::owner;
use crate::runtime::usage::Usage;

/// News that wait for the loop.
const WAITING: usize = 64;

/// Where copies go and programs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    Terminal {
        mouse: bool,
    },
    /// A screen in memory: nothing can be copied to, and no program can have it.
    Memory,
}

/// Carries out effects, and answers in messages.
pub(super) struct Performer {
    settings: Arc<Settings>,
    clock: Clock,
    surface: Surface,
    messages: mpsc::Sender<Message>,
    lines: Arc<Lines>,
    /// Which namespaces each environment's feed watches.
    watched: BTreeMap<EnvironmentName, watch::Sender<cluster::Namespaces>>,
    lanes: Lanes,
    tracker: TaskTracker,
    root: CancellationToken,
    lent: watch::Sender<bool>,
    /// Whether anything has been painted.
    painted: watch::Sender<bool>,
    /// What is to have the terminal next.
    program: Option<(Program, Option<Deed>)>,
    desk: Desk,
    lookout: Lookout,
    usage: Usage,
}

impl Performer {
    /// Starts the feeds of all environments, side by side, once the first frame is painted: what they
    /// bring would else contend with it for the processors.
    pub(super) fn start(
        settings: Arc<Settings>,
        clock: Clock,
        (surface, gift): (Surface, Gift),
        lent: watch::Sender<bool>,
    ) -> (mpsc::Receiver<Message>, Self) {
        let (messages, inbox) = mpsc::channel(WAITING);
        let (tracker, root) = (TaskTracker::new(), CancellationToken::new());
        let mut open = Lines::new();
        let mut chosen = BTreeMap::new();
        let (painted, is_painted) = watch::channel(false);
        for environment in &settings.environments {
            let Some(kubernetes) = &environment.kubernetes else { continue };
            let name = environment.name.clone();
            let (kubeconfig, context) = (settings.kubeconfig.clone(), kubernetes.context.clone());
            let to_cluster = Arc::new(Line::new(name.clone(), kubeconfig, context, clock));
            let (sender, namespaces) = watch::channel(scopes(environment, &Namespaces::Configured));
            let (sink, batches) = mpsc::channel(1);
            let feed = ClusterFeed { line: Arc::clone(&to_cluster), namespaces, clock, sink };
            let (cancel, mut is_painted) = (root.child_token(), is_painted.clone());
            tracker.spawn(async move {
                let first_frame = is_painted.wait_for(|is_painted| *is_painted);
                let painted = cancel.run_until_cancelled(first_frame).await;
                if painted.is_some_and(|painted| painted.is_ok()) {
                    feed.run(cancel).await;
                }
            });
            tracker.spawn(pass_on(batches, messages.clone()));
            open.insert(name.clone(), to_cluster);
            chosen.insert(name, sender);
        }
        let lines = Arc::new(open);
        let program = None;
        let tasks = (tracker.clone(), root.clone());
        let office = Office { settings: Arc::clone(&settings), clock, messages: messages.clone() };
        let lookout = Lookout::new(office.clone(), Arc::clone(&lines), tasks.clone());
        let desk = Desk::new(office, tasks, gift);
        let usage = Usage::new(Settings::clone(&settings), clock);
        let performer = Self {
            settings,
            clock,
            surface,
            messages,
            lines,
            watched: chosen,
            lanes: Lanes::new(tracker.clone(), root.clone()),
            tracker,
            root,
            lent,
            painted,
            program,
            desk,
            lookout,
            usage,
        };
        (inbox, performer)
    }

    /// Stops everything, waits until it has, and leaves behind what the next session begins with.
    pub(super) async fn stop(self, app: Option<&App>) {
        // A drill is ended before its reads are.
        self.desk.stop(app.is_some_and(|app| app.drill.leaving.is_some())).await;
        self.lookout.stop().await;
        self.root.cancel();
        self.tracker.close();
        drop(self.messages);
        self.tracker.wait().await;
        if let Some(app) = app {
            let folder = &self.settings.folders.state;
            save(folder, &seen(app));
            keep_remembered(folder, &app.remembered());
        }
    }

    fn load(&mut self, generation: Generation, object: ObjectRef) {
        let (messages, line) =
            (self.messages.clone(), self.lines.get(&object.environment).cloned());
        self.lanes.replace(Lane::Object, async move {
            let object = match line {
                Some(line) => objects::read(&line, &object).await,
                None => Err(no_cluster(&object.environment)),
            };
            // The loop has ended when nobody receives.
            messages.send(Message::ObjectLoaded { generation, object }).await.ok();
        });
    }

    fn follow(&mut self, lane: Lane, generation: Generation, request: LogRequest) {
        let (messages, lines) = (self.messages.clone(), Arc::clone(&self.lines));
        self.lanes.replace(lane, async move {
            let (sink, mut news) = mpsc::channel(4);
            let following = log_stream::follow(request, &lines, sink, CancellationToken::new());
            let passing = async {
                while let Some(news) = news.recv().await {
                    let message = match lane {
                        Lane::OlderLog => Message::OlderLogArrived { generation, news },
                        Lane::Log
                        | Lane::Object
                        | Lane::Shelf
                        | Lane::Checks
                        | Lane::Leftovers
                        | Lane::Checkups
                        | Lane::Listing
                        | Lane::Samples
                        | Lane::Figures
                        | Lane::Panels => Message::LogArrived { generation, news },
                    };
                    if messages.send(message).await.is_err() {
                        return;
                    }
                }
            };
            tokio::join!(following, passing);
        });
    }

    /// Changes a cluster, and keeps a line of it whatever comes of it.
    fn change(&mut self, deed: Deed) {
        let line = self.lines.get(&deed.environment).cloned();
        let (messages, clock) = (self.messages.clone(), self.clock);
        let folder = self.settings.folders.state.clone();
        let now = clock.now();
        // A change is not cancelled half way: it is waited for at the end.
        self.tracker.spawn(async move {
            let result = match line {
                Some(line) => objects::perform(&line, &deed, now).await,
                None => Err(no_cluster(&deed.environment)),
            };
            let noted = note(&folder, clock, &deed, &result);
            let result = match (result, noted) {
                (Ok(answer), Ok(())) => Ok(answer),
                (Ok(answer), Err(failure)) => Ok(format!("{answer}; {failure}")),
                (Err(failure), _) => Err(failure),
            };
            messages.send(Message::Done { deed, result }).await.ok();
        });
    }

    fn context_of(&self, name: &EnvironmentName) -> Option<&str> {
        let environment = self.settings.environment(name)?;
        environment.kubernetes.as_ref().map(|kubernetes| kubernetes.context.as_str())
    }

    fn lend(&mut self, program: Option<Program>, deed: Option<Deed>) -> Kept {
        let Some(program) = program.filter(|_| self.surface != Surface::Memory) else {
            return Kept::Yes;
        };
        self.program = Some((program, deed));
        self.lent.send_replace(true);
        Kept::Lend
    }

    fn tell(&self, message: Message) {
        let messages = self.messages.clone();
        self.tracker.spawn(async move {
            messages.send(message).await.ok();
        });
    }
}

impl Outside for Performer {
    fn perform(&mut self, effect: Effect) -> Kept {
        match effect {
            Effect::LoadObject { generation, object } => self.load(generation, object),
            Effect::FollowLog { generation, request } => {
                self.follow(Lane::Log, generation, request);
            }
            Effect::LoadOlderLog { generation, request } => {
                self.follow(Lane::OlderLog, generation, request);
            }
            Effect::Cancel(lane) => {
                self.lanes.cancel(lane);
                self.desk.cancel(lane);
                self.lookout.cancel(lane);
            }
            Effect::Watch(chosen) => {
                for environment in &self.settings.environments {
                    if let Some(sender) = self.watched.get(&environment.name) {
                        let scopes = scopes(environment, &chosen);
                        sender.send_if_modified(|known| {
                            let is_news = *known != scopes;
                            *known = scopes;
                            is_news
                        });
                    }
                }
            }
            Effect::Reconnect => {
                for line in self.lines.values() {
                    let line = Arc::clone(line);
                    self.tracker.spawn(async move { line.retry().await });
                }
            }
            Effect::Perform(deed) => self.change(deed),
            Effect::OpenShell(deed) => {
                let context = self.context_of(&deed.environment).unwrap_or_default();
                let program = programs::shell(&deed, context, &self.settings.kubeconfig);
                return self.lend(program, Some(deed));
            }
            Effect::LogIn(name) => {
                let context = self.context_of(&name).unwrap_or_default().to_owned();
                let kubeconfig = &self.settings.kubeconfig;
                let contexts = Contexts::read_from(kubeconfig).ok();
                let profile = contexts.and_then(|contexts| contexts.aws_profile(&context));
                let program = programs::login(&context, kubeconfig, profile.as_deref());
                return self.lend(Some(program), None);
            }
            Effect::Copy { what, text } => {
                if self.surface != Surface::Memory {
                    // A terminal that cannot do it ignores the sequence.
                    execute!(stdout(), CopyToClipboard::to_clipboard_from(text)).ok();
                }
                self.tell(Message::Copied { what });
            }
            Effect::Save { name, text } => {
                let result = saved::write(&self.settings.folders.state, &name, &text, self.clock);
                self.tell(Message::Saved { result });
            }
            Effect::Remember(remembered) => {
                keep_remembered(&self.settings.folders.state, &remembered);
            }
            Effect::Backups(effect) => self.lookout.perform(*effect),
            Effect::Metrics(effect) => {
                let messages = self.messages.clone();
                metrics::perform(effect, &mut self.lanes, self.usage.clone(), messages);
            }
            Effect::Drill(effect) => {
                let program = self.desk.perform(*effect);
                return self.lend(program, None);
            }
            Effect::Repaint => return Kept::Repaint,
        }
        Kept::Yes
    }

    async fn lend_terminal(&mut self) -> Option<Message> {
        let (program, deed) = self.program.take()?;
        terminal::lend();
        let result = program.run().await;
        let mouse = matches!(self.surface, Surface::Terminal { mouse: true });
        let back = terminal::take_back(mouse);
        self.lent.send_replace(false);
        if let Some(deed) = deed {
            let outcome = result.as_ref().map(|()| String::new()).map_err(Clone::clone);
            let folder = &self.settings.folders.state;
            if let Err(failure) = note(folder, self.clock, &deed, &outcome) {
                return Some(Message::Returned { failure: Some(failure) });
            }
        }
        let failure = result.err().or_else(|| {
            let error = back.err()?;
            Some(Failure::new(
                FailureKind::Unexpected,
                format!("taking the terminal back: {error}"),
            ))
        });
        Some(Message::Returned { failure })
    }

    fn begin_frame(&mut self) {
        if self.surface != Surface::Memory {
            terminal::begin_frame();
        }
    }

    fn end_frame(&mut self) {
        if self.surface != Surface::Memory {
            terminal::end_frame();
        }
        self.painted.send_if_modified(|is_painted| !std::mem::replace(is_painted, true));
    }

    fn keep(&mut self, app: &App) {
        let (seen, folder) = (seen(app), self.settings.folders.state.clone());
        // Writing ten thousand pods takes longer than a frame may.
        let messages = self.messages.clone();
        self.tracker.spawn_blocking(move || {
            if let Some(error) = save(&folder, &seen) {
                let what = format!("what is seen is not kept for the next session: {error}");
                let result = Err(Failure::new(FailureKind::Unexpected, what));
                // A loop that is busy has more to tell than this; it comes again.
                messages.try_send(Message::Saved { result }).ok();
            }
        });
    }
}

/// The pods of one environment, and when they were seen.
struct Glimpse {
    environment: EnvironmentName,
    at: Timestamp,
    pods: Vec<Arc<Pod>>,
}

/// What is worth keeping: what nobody has heard of is not worth more than what is kept already.
fn seen(app: &App) -> Vec<Glimpse> {
    let heard = app.clusters.iter().filter(|cluster| cluster.pods.has_listed());
    heard
        .map(|cluster| Glimpse {
            environment: cluster.name.clone(),
            at: app.now,
            pods: cluster.pods.rows().map(|row| Arc::clone(&row.pod)).collect(),
        })
        .collect()
}

/// Keeps what was seen of each environment; why one of them could not be, where one could not.
fn save(folder: &Path, seen: &[Glimpse]) -> Option<io::Error> {
    let mut failed = None;
    for Glimpse { environment, at, pods } in seen {
        if let Err(error) = snapshot::save(folder, environment, *at, pods) {
            tracing::warn!(%error, %environment, "no snapshot was kept");
            failed = Some(error);
        }
    }
    failed
}

async fn pass_on(mut told: mpsc::Receiver<ClusterNews>, messages: mpsc::Sender<Message>) {
    while let Some(ClusterNews { environment, news }) = told.recv().await {
        if messages.send(Message::Told { environment, news }).await.is_err() {
            return;
        }
    }
}

/// What a choice of namespaces means for one environment.
fn scopes(environment: &Environment, chosen: &Namespaces) -> cluster::Namespaces {
    match chosen {
        Namespaces::All => cluster::Namespaces::All,
        Namespaces::One(name) => cluster::Namespaces::These(vec![Arc::clone(name)]),
        Namespaces::Configured => {
            let kubernetes = environment.kubernetes.as_ref();
            let names = kubernetes.map(|it| it.namespaces.as_slice()).unwrap_or_default();
            cluster::Namespaces::These(names.iter().map(|name| name.as_str().into()).collect())
        }
    }
}

fn no_cluster(environment: &EnvironmentName) -> Failure {
    Failure::new(FailureKind::Missing, format!("{environment} has no cluster"))
}

fn note(
    folder: &Path,
    clock: Clock,
    deed: &Deed,
    result: &Result<String, Failure>,
) -> Result<(), Failure> {
    let line = DeedLine {
        at: clock.now(),
        who: owner(),
        deed: deed.clone(),
        result: result.clone().map_err(|failure| failure.to_string()),
    };
    deeds_log::append(folder, &line).map_err(|error| {
        Failure::new(FailureKind::Unexpected, format!("it is not in actions.jsonl: {error}"))
    })
}

/// A console that cannot remember still works.
fn keep_remembered(folder: &Path, what: &Remembered) {
    if let Err(error) = remembered::save(folder, what) {
        tracing::warn!(%error, "nothing is remembered of this session");
    }
}
