//! Logs of containers, made when read: any line can be told without the ones before it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::unfold;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::demo::kubernetes::KubernetesServer;
use crate::demo::kubernetes::fault::ApiFault;
use crate::demo::kubernetes::http::{Answer, Refusal, made};
use crate::demo::kubernetes::object::{Key, Kind, Row};
use crate::demo::kubernetes::pod::{Pod, Run};
use crate::demo::kubernetes::render::fill;
use crate::demo::kubernetes::step::State;
use crate::demo::kubernetes::voice::Voice;
use crate::demo::population::mix::mix;
use crate::demo::request::Query;

/// A file of a log holds so many lines; what is older has been rotated away.
const FILE: u64 = 20_000;
const PIECE: usize = 32 << 10;
/// How often a follower looks whether the container still runs, at least.
const LOOK: Duration = Duration::from_secs(1);

/// The lines of one run of a container.
#[derive(Debug, Clone, Copy)]
struct Script {
    voice: Voice,
    key: u64,
    run: Run,
}

impl Script {
    fn of(row: &Row, pod: &Pod, number: usize, run: Run) -> Option<Self> {
        let voice = pod.template.container(number)?.voice;
        let [.., low] = [u64::try_from(row.meta.uid >> 64).unwrap_or(0)];
        let from = u64::try_from(run.from.as_millisecond()).unwrap_or(0);
        Some(Self { voice, key: mix(low ^ from), run })
    }

    fn at(&self, number: u64) -> Timestamp {
        let interval = self.voice.interval();
        let jitter = mix(self.key ^ number) % (interval * 4 / 5);
        let millis = number * interval + jitter;
        let nanos = i32::try_from(mix(number) % 1_000_000).unwrap_or(0);
        let millis = i64::try_from(millis).unwrap_or(i64::MAX);
        let since = SignedDuration::from_millis(millis) + SignedDuration::new(0, nanos);
        self.run.from.checked_add(since).unwrap_or(self.run.from)
    }

    /// How many lines it had written by then, last words aside.
    fn written(&self, now: Timestamp) -> u64 {
        let until = self.run.end.map_or(now, |end| end.at.min(now));
        let millis = u64::try_from(until.duration_since(self.run.from).as_millis()).unwrap_or(0);
        let about = millis / self.voice.interval();
        // The line of this very interval may have been written already.
        about + u64::from(self.at(about) <= until)
    }

    fn farewell(&self, now: Timestamp) -> &'static [&'static str] {
        match self.run.end {
            Some(end) if end.at <= now => self.voice.farewell(end.exit),
            _ => &[],
        }
    }

    fn line(&self, number: u64, with_time: bool) -> String {
        let at = self.at(number);
        framed(at, &self.voice.line(number, self.key, at), with_time)
    }
}

fn framed(at: Timestamp, text: &str, with_time: bool) -> String {
    if with_time {
        format!("{} {text}\n", at.strftime("%Y-%m-%dT%H:%M:%S%.9fZ"))
    } else {
        format!("{text}\n")
    }
}

struct Reader {
    server: Arc<KubernetesServer>,
    key: Key,
    uid: u128,
    container: usize,
    script: Script,
    next: u64,
    since: Option<Timestamp>,
    /// How many of the last words are left out.
    skipped: usize,
    follows: bool,
    with_time: bool,
    /// How many bytes may still be sent.
    left: Option<usize>,
    is_over: bool,
    /// When a fault breaks it off.
    cut: Option<Instant>,
}

impl KubernetesServer {
    pub(super) fn logs(self: &Arc<Self>, namespace: &str, name: &str, query: &Query) -> Answer {
        let key = Key::new(namespace, name);
        let now = self.look(|cluster| cluster.now());
        let row = self.look(|cluster| cluster.store.get(Kind::Pod, &key).cloned());
        let row = row.ok_or_else(|| Refusal::not_found("pods", name))?;
        let Some(pod) = row.as_pod() else { return Err(Refusal::no_such_path()) };
        let number = container(&row, pod, query.get("container"))?;
        let wants_previous = query.is_set("previous");
        let Some(run) = run(&row, pod, number, wants_previous)? else {
            return made("text/plain", unfold((), |()| async { None::<(io::Result<Bytes>, ())> }));
        };
        let script = Script::of(&row, pod, number, run).ok_or_else(Refusal::no_such_path)?;
        let since = since(query, now)?;
        let written = script.written(now);
        let last_words = script.farewell(now).len();
        let first =
            since.map_or(0, |since| script.written(since)).max(written.saturating_sub(FILE));
        let tail: Option<u64> = query.get("tailLines").and_then(|it| it.parse().ok());
        let all = written.saturating_sub(first) + u64::try_from(last_words).unwrap_or(0);
        let dropped = tail.map_or(0, |tail| all.saturating_sub(tail));
        let (next, skipped) = if first + dropped <= written {
            (first + dropped, 0)
        } else {
            (written, usize::try_from(first + dropped - written).unwrap_or(0))
        };
        let reader = Reader {
            server: Arc::clone(self),
            key,
            uid: row.meta.uid,
            container: number,
            script,
            next,
            since,
            skipped,
            follows: query.is_set("follow") && !wants_previous,
            with_time: query.is_set("timestamps"),
            left: query.get("limitBytes").and_then(|it| it.parse().ok()),
            is_over: false,
            cut: None,
        };
        made(
            "text/plain",
            unfold(reader, |mut reader| async {
                let part = reader.part().await?;
                Some((part, reader))
            }),
        )
    }
}

impl Reader {
    async fn part(&mut self) -> Option<io::Result<Bytes>> {
        let server = Arc::clone(&self.server);
        let faults = server.faults();
        loop {
            if self.is_over {
                return None;
            }
            faults.answers().await;
            if self.is_cut() {
                return Some(Err(io::ErrorKind::ConnectionReset.into()));
            }
            let now = self.refresh();
            let mut text = String::new();
            let written = self.script.written(now);
            while self.next < written && text.len() < PIECE {
                text.push_str(&self.script.line(self.next, self.with_time));
                self.next += 1;
            }
            if self.next >= written && (!self.follows || self.script.run.end.is_some()) {
                self.is_over = true;
                let at = self.script.run.end.map_or(now, |end| end.at);
                let is_told = self.since.is_none_or(|since| since <= at);
                for line in self.script.farewell(now).iter().skip(self.skipped).filter(|_| is_told)
                {
                    text.push_str(&framed(at, line, self.with_time));
                }
            }
            if let Some(left) = &mut self.left {
                let cut = text.floor_char_boundary(*left);
                self.is_over |= cut < text.len();
                text.truncate(cut);
                *left -= cut;
            }
            if !text.is_empty() {
                return Some(Ok(text.into()));
            }
            if !self.is_over {
                let wait = self.script.at(self.next).duration_since(now);
                let wait = Duration::try_from(wait).unwrap_or_default();
                tokio::time::sleep(wait.clamp(Duration::from_millis(50), LOOK)).await;
            }
        }
    }

    /// Whether a fault breaks off what is followed.
    fn is_cut(&mut self) -> bool {
        let faults = self.server.faults();
        if !self.follows {
            return false;
        }
        let after = faults.watch_ends_after();
        self.cut = after.map(|after| self.cut.unwrap_or(Instant::now() + after));
        let is_late = self.cut.is_some_and(|cut| cut <= Instant::now());
        is_late || faults.is_on(ApiFault::Unauthorized) || faults.forbids(Some(&self.key.namespace))
    }

    /// Whether the run that is read has ended meanwhile, and the time.
    fn refresh(&mut self) -> Timestamp {
        let (key, uid, container) = (self.key.clone(), self.uid, self.container);
        let (now, row) = self
            .server
            .look(|cluster| (cluster.now(), cluster.store.get(Kind::Pod, &key).cloned()));
        let from = self.script.run.from;
        let runs = row.as_ref().filter(|row| row.meta.uid == uid).and_then(|row| row.as_pod());
        let instance = runs.and_then(|pod| pod.instances.get(container));
        let found = instance
            .and_then(|it| [it.run, it.last].into_iter().flatten().find(|run| run.from == from));
        match found {
            Some(run) => self.script.run = run,
            // The pod has gone, and what it last wrote with it.
            None => self.is_over = true,
        }
        now
    }
}

/// Which container is meant.
fn container(row: &Row, pod: &Pod, wanted: Option<&str>) -> Result<usize, Refusal> {
    let template = &pod.template;
    let name = &row.meta.key.name;
    if let Some(wanted) = wanted {
        return template.number_of(wanted).ok_or_else(|| {
            Refusal::bad_request(format!("container {wanted} is not valid for pod {name}"))
        });
    }
    let inits = template.plan.inits.len();
    if template.len() == 1 {
        return Ok(0);
    }
    if template.plan.containers.len() == 1 && inits == 0 {
        return Ok(inits);
    }
    let names = |from: usize, to: usize| {
        let names = (from..to).filter_map(|number| template.container(number));
        names.map(|container| container.name.as_str()).collect::<Vec<_>>().join(" ")
    };
    let mut message = format!(
        "a container name must be specified for pod {name}, choose one of: [{}]",
        names(inits, template.len())
    );
    if inits > 0 {
        message = format!("{message} or one of the init containers: [{}]", names(0, inits));
    }
    Err(Refusal::bad_request(message))
}

/// The run whose lines are wanted; `None` where no kubelet knows the pod.
fn run(row: &Row, pod: &Pod, number: usize, wants_previous: bool) -> Result<Option<Run>, Refusal> {
    let container = pod.template.container(number);
    let container_name = container.map_or("", |container| container.name.as_str());
    let name = &row.meta.key.name;
    if pod.scheduled.is_none() {
        return Ok(None);
    }
    let Some(instance) = pod.instances.get(number) else { return Err(Refusal::no_such_path()) };
    if wants_previous {
        return instance.last.map(Some).ok_or_else(|| {
            Refusal::bad_request(format!(
                "previous terminated container \"{container_name}\" in pod \"{name}\" not found"
            ))
        });
    }
    if let Some(run) = instance.run.or(instance.last) {
        return Ok(Some(run));
    }
    let why = match pod.template.state(pod.step(), number) {
        Some(State::Waiting { reason: "ErrImagePull", .. }) => "image can't be pulled".to_owned(),
        Some(State::Waiting { reason: "ImagePullBackOff", .. }) => {
            "trying and failing to pull image".to_owned()
        }
        Some(State::Waiting { reason, .. }) => fill(reason, row, pod, container),
        _ => {
            return Err(Refusal::bad_request(format!(
                "container \"{container_name}\" in pod \"{name}\" is not available"
            )));
        }
    };
    Err(Refusal::bad_request(format!(
        "container \"{container_name}\" in pod \"{name}\" is waiting to start: {why}"
    )))
}

fn since(query: &Query, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    if let Some(seconds) = query.get("sinceSeconds") {
        let seconds: i64 =
            seconds.parse().ok().filter(|seconds| *seconds > 0).ok_or_else(|| {
                Refusal::invalid("sinceSeconds: Invalid value: must be greater than 0")
            })?;
        return Ok(now.checked_sub(SignedDuration::from_secs(seconds)).ok());
    }
    let time = query.get("sinceTime").map(str::parse::<Timestamp>).transpose();
    time.map_err(|_| Refusal::bad_request("sinceTime: Invalid value: not a time"))
}
