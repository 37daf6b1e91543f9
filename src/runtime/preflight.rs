//! Looks at everything that a drill needs before anything is downloaded or created.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::adapters::docker::{Docker, Surroundings};
use crate::adapters::mongodb::reader::Reader;
use crate::adapters::s3::S3;
use crate::domain::census::DumpCensus;
use crate::domain::engine::{Engine, ServerVersion};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::{Depth, Settings};
use crate::domain::units::{ByteSize, Span};
use crate::drill::plan::{DrillPlan, ToolChoice};
use crate::drill::preflight::{Basis, Check, Checked, download, raw_size};
use crate::drill::recipe;
use crate::journal::Reading;

use super::disk;
use super::drill::berth::{comment, needed};
use super::drill::count;
use super::drill::launch::other_drill;

/// How long a look may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is looked at, and with what.
pub(super) struct Preflight<'a> {
    pub(super) settings: &'a Settings,
    pub(super) plan: &'a DrillPlan,
    /// The version that the object is believed to be from.
    pub(super) expected: Option<ServerVersion>,
    pub(super) reading: &'a Reading,
    pub(super) tell: mpsc::Sender<Checked>,
}

impl Preflight<'_> {
    /// Looks at everything at once, and tells of each as soon as it is known.
    pub(super) async fn look(&self) {
        let depth = self.plan.depth;
        let source = async {
            if depth < Depth::Compare {
                return None;
            }
            let (checked, version) = self.source().await;
            self.say(checked).await;
            version
        };
        let engine = async {
            if depth < Depth::Restore {
                return None;
            }
            let (checked, docker) = self.engine().await;
            self.say(checked).await;
            docker
        };
        let rest = async {
            self.say(self.download()).await;
            if depth >= Depth::Restore {
                self.say(self.machine()).await;
            }
            self.say(self.object().await).await;
        };
        let (version, docker, ()) = tokio::join!(source, engine, rest);
        if depth >= Depth::Restore {
            let version = self.expected.clone().or(version);
            for checked in self.sandbox(docker.as_ref(), version.as_ref()).await {
                self.say(checked).await;
            }
        }
    }

    async fn say(&self, checked: Checked) {
        // Nobody looks at the card any more.
        self.tell.send(checked).await.ok();
    }

    async fn object(&self) -> Checked {
        let planned = &self.plan.object;
        let looking = async {
            let set = &self.plan.set;
            let storage = super::choose::storage(self.settings, set)?;
            let s3 = S3::connect(storage).await?;
            let found = s3.head(&planned.bucket, &planned.key, Some(&set.name_format)).await?;
            Ok::<_, Failure>(found)
        };
        let found = match timeout(PATIENCE, looking).await {
            Ok(Ok(found)) => found,
            Ok(Err(failure)) => return Checked::blocks(Check::Object, failure),
            Err(_) => return Checked::blocks(Check::Object, slow("the bucket")),
        };
        if found.backup.etag != planned.etag {
            let what = "it was replaced since it was listed";
            let failure = Failure::new(FailureKind::Unexpected, what);
            return Checked::blocks(
                Check::Object,
                failure.advise("go back and list again: ctrl-r"),
            );
        }
        if found.backup.is_archived() {
            let what = "it is archived and cannot be read";
            let failure = Failure::new(FailureKind::Denied, what);
            return Checked::blocks(Check::Object, failure.advise("thaw it in the storage first"));
        }
        let checksum = match &found.checksum {
            Some(checksum) => format!("the storage keeps its {}", checksum.algorithm()),
            None => "the storage keeps no checksum of the whole".to_owned(),
        };
        Checked::fine(Check::Object, format!("as it was listed, {}; {checksum}", planned.size))
    }

    fn machine(&self) -> Checked {
        match other_drill(self.settings) {
            Some(failure) => Checked::blocks(Check::Machine, failure),
            None => Checked::fine(Check::Machine, "no other drill runs on this machine"),
        }
    }

    fn download(&self) -> Checked {
        let folder = &self.settings.folders.cache;
        let free = disk::free_above(folder);
        download(free, self.plan.object.size, &folder.display().to_string())
    }

    async fn engine(&self) -> (Checked, Option<Docker>) {
        let surroundings = Surroundings::of_this_process();
        let connecting = Docker::connect(&self.settings.container_engine, &surroundings);
        match timeout(PATIENCE, connecting).await {
            Ok(Ok(docker)) => {
                let engine = docker.engine();
                let text = format!(
                    "{} {} on {}, {} CPUs, {} ({})",
                    engine.kind.word(),
                    engine.version,
                    engine.architecture,
                    engine.cpus,
                    engine.memory,
                    engine.found_in
                );
                (Checked::fine(Check::Engine, text), Some(docker))
            }
            Ok(Err(error)) => (Checked::blocks(Check::Engine, error.into()), None),
            Err(_) => (Checked::blocks(Check::Engine, slow("the container engine")), None),
        }
    }

    /// The live database. Where it does not answer a drill still shows that the backup is restorable.
    async fn source(&self) -> (Checked, Option<ServerVersion>) {
        let fix = "COULD NOT VERIFY is the best it can come to so; depth restore does without it";
        let asking = async {
            let reader = Reader::source(&count::source(self.plan)?, &comment(self.plan)).await?;
            let version = reader.version().await?;
            let host = reader.host().to_owned();
            reader.close().await;
            Ok::<_, Failure>((version, host))
        };
        let failure = match timeout(PATIENCE, asking).await {
            Ok(Ok((value, host))) => {
                let text = format!("MongoDB {value} at {host} answers; it is only read");
                let from = crate::domain::engine::VersionSource::Source;
                let version = ServerVersion { value, from };
                return (Checked::fine(Check::Source, text), Some(version));
            }
            Ok(Err(failure)) => failure,
            Err(_) => slow("the live database"),
        };
        (Checked::warns(Check::Source, failure.what, fix), None)
    }

    /// Image, processor, memory and disk: known only where an engine answers.
    async fn sandbox(
        &self,
        docker: Option<&Docker>,
        version: Option<&ServerVersion>,
    ) -> Vec<Checked> {
        let Some(docker) = docker else {
            let text = "not known while no engine answers";
            return [Check::Image, Check::Processor, Check::Room]
                .map(|check| Checked::warns(check, text, "see the engine above"))
                .into();
        };
        vec![
            self.image(docker, version).await,
            processor(docker, self.plan.engine, version),
            self.room(docker),
        ]
    }

    async fn image(&self, docker: &Docker, version: Option<&ServerVersion>) -> Checked {
        let check = Check::Image;
        let image = recipe::image(self.plan.engine, &self.plan.image, &self.plan.mirror, version);
        let Some(image) = image else {
            let text = "known once the scan has read which server the dump is from";
            return Checked::fine(check, text);
        };
        let because = format!("{} by {}", image.name, image.because);
        match docker.image(&image.name).await {
            Ok(Some(facts)) if !facts.runs_on(docker.engine()) => Checked::warns(
                check,
                format!("{because}; built for {}, runs emulated", facts.architecture),
                "it may be slow, or not start at all; an image of the own architecture is better",
            ),
            Ok(Some(_)) => Checked::fine(check, format!("{because}; here already")),
            Ok(None) => Checked::fine(check, format!("{because}; will be pulled, and stays")),
            Err(error) => Checked::blocks(check, error.into()),
        }
    }

    fn room(&self, docker: &Docker) -> Checked {
        let plan = self.plan;
        let object = &plan.object;
        let own = self.reading.census_of(&object.key, &object.etag);
        let own = own.and_then(|record| record.census.as_ref()).map(DumpCensus::bytes);
        let last = self.reading.newest_of(&plan.set.environment, &plan.set.name);
        let last =
            last.and_then(|record| Some((record.census.as_ref()?.bytes(), record.object.size)));
        let (raw, basis) = raw_size(own, last, object.size);
        let need = needed(raw, plan.tool == ToolChoice::Mongorestore);
        let memory = docker.engine().memory;
        let text = format!(
            "memory {} of {memory}; disk about {need} by {}, asked for before the restore",
            plan.memory,
            basis.words()
        );
        if memory.bytes() > 0 && memory < plan.memory {
            let fix = "give the engine more memory, or lower `[drill] memory`";
            return Checked::warns(Check::Room, text, fix);
        }
        let far = raw > ByteSize::gibibytes(100) && basis != Basis::Guess;
        if far {
            let fix = format!("`[drill] limit` ends the sandbox after {}", Span(plan.limit));
            return Checked::warns(Check::Room, text, fix);
        }
        Checked::fine(Check::Room, text)
    }
}

/// New servers need more of a processor than old ones have.
fn processor(docker: &Docker, database: Engine, version: Option<&ServerVersion>) -> Checked {
    let (check, engine) = (Check::Processor, docker.engine());
    let Some(version) = version else {
        return Checked::fine(
            check,
            format!("{}; what it needs is not known yet", engine.architecture),
        );
    };
    let series = version.series();
    if !recipe::is_choosy(database, &series) {
        let text = format!("{}; {database} {series} runs on any", engine.architecture);
        return Checked::fine(check, text);
    }
    if !engine.is_local {
        let text =
            format!("{database} {series} needs AVX: the engine is asked before the sandbox starts");
        return Checked::fine(check, text);
    }
    let Ok(cpuinfo) = std::fs::read_to_string("/proc/cpuinfo") else {
        return Checked::fine(check, format!("{}; it does not tell more", engine.architecture));
    };
    if let Some(failure) =
        recipe::processor_refusal(database, &series, &engine.architecture, &cpuinfo)
    {
        return Checked::blocks(check, failure);
    }
    Checked::fine(check, format!("{} has what {database} {series} needs", engine.architecture))
}

fn slow(what: &str) -> Failure {
    let text = format!("{what} does not answer within {}", Span(PATIENCE));
    Failure::new(FailureKind::TimedOut, text).advise("enter looks again")
}
