//! Counting the copy, counting the source, putting them side by side.

use secrecy::SecretString;

use crate::adapters::mongodb::census::{Detail, Question};
use crate::adapters::mongodb::reader::Reader;
use crate::domain::census::{LiveCensus, Namespace};
use crate::domain::engine::{ServerVersion, VersionSource};
use crate::domain::environment::FieldRules;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::loss::{IdSample, Loss};
use crate::domain::restore::RestoreReport;
use crate::domain::settings::Secret;
use crate::domain::units::plural;
use crate::domain::verdict::completeness::{self, Evidence};
use crate::domain::verdict::{Judgement, fidelity};
use crate::drill::event::{Advance, Step, Unit};
use crate::drill::plan::DrillPlan;
use crate::dump::Dump;
use crate::runtime::clock::Clock;

use super::berth::{Berth, comment};
use super::reporter::Reporter;

/// Old documents of the source that are looked for in the copy, where UUIDs do not tell.
const SAMPLE: u32 = 100;

/// Asks servers what they hold.
#[derive(Debug, Clone, Copy)]
pub struct Census<'a> {
    pub plan: &'a DrillPlan,
    pub dump: &'a Dump,
    pub clock: Clock,
    pub reporter: &'a Reporter,
}

/// What the copy holds, and rules A5 to A7.
#[derive(Debug)]
pub struct Counted {
    pub restored: LiveCensus,
    pub judgements: Vec<Judgement>,
}

/// What the source holds, rules B0 to B2', and what a restore would lose.
#[derive(Debug)]
pub struct Compared {
    pub source: LiveCensus,
    pub judgements: Vec<Judgement>,
    pub loss: Loss,
}

impl Census<'_> {
    pub async fn count(
        &self,
        berth: &Berth,
        report: &RestoreReport,
    ) -> Result<(Counted, String), Failure> {
        let reader = Reader::sandbox(&berth.sandbox, &comment(self.plan))?;
        let counting = self.take(&reader, Step::Count, Detail::Windows);
        let restored = tokio::select! {
            restored = counting => restored,
            failure = berth.relay.ended() => Err(failure),
        };
        let restored = match restored {
            Ok(restored) => restored,
            Err(failure) => return Err(berth.explain(failure).await),
        };
        reader.close().await;
        let judgements = fidelity::judge(&self.dump.census, &restored, report);
        let summary = sum(&restored);
        Ok((Counted { restored, judgements }, summary))
    }

    pub async fn compare(
        &self,
        berth: &Berth,
        restored: &LiveCensus,
    ) -> Result<(Compared, String), Failure> {
        let uri = source(self.plan)?;
        let reader = Reader::source(&uri, &comment(self.plan)).await?;
        let source = self.take(&reader, Step::Compare, Detail::Changes).await?;
        let sample = if completeness::has_identities(&self.dump.census, &source) {
            None
        } else {
            Some(self.sample(berth, &reader, &source).await?)
        };
        reader.close().await;
        let dump = &self.dump.census;
        let evidence = Evidence { dump, restored, source: &source, sample };
        let judgements = completeness::judge(evidence, self.plan.object.began.from);
        let summary = format!("{} has {}", source.host, sum(&source));
        let loss = Loss::between(&source, restored);
        Ok((Compared { source, judgements, loss }, summary))
    }

    /// Looks for old documents of the source in the copy, spread over the collections.
    async fn sample(
        &self,
        berth: &Berth,
        source: &Reader,
        census: &LiveCensus,
    ) -> Result<IdSample, Failure> {
        let copy = Reader::sandbox(&berth.sandbox, &comment(self.plan))?;
        let old: Vec<_> = census
            .collections
            .iter()
            .filter(|(name, live)| {
                !name.is_system() && live.windows.as_ref().is_some_and(|windows| windows.before > 0)
            })
            .map(|(name, _)| name)
            .collect();
        let each = SAMPLE.div_ceil(u32::try_from(old.len()).unwrap_or(SAMPLE).max(1));
        let mut sum = IdSample { asked: 0, found: 0 };
        for namespace in old {
            let fields = |namespace: &Namespace| self.plan.set.fields(namespace);
            let question = self.question(&fields, Detail::Windows);
            let ids = source.old_ids(&question, namespace, each).await?;
            sum.asked += ids.len() as u64;
            sum.found += copy.count_ids(namespace, ids).await?;
        }
        copy.close().await;
        Ok(sum)
    }

    async fn take(
        &self,
        reader: &Reader,
        step: Step,
        detail: Detail,
    ) -> Result<LiveCensus, Failure> {
        let total = self.dump.census.collections.len() as u64;
        let done = std::sync::atomic::AtomicU64::new(0);
        let observe = |namespace: &Namespace| {
            let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let total = Some(total.max(done));
            let detail = namespace.to_string();
            self.reporter.advance(step, Advance { done, total, unit: Unit::Collections, detail });
        };
        let fields = |namespace: &Namespace| self.plan.set.fields(namespace);
        let question = self.question(&fields, detail);
        Ok(reader.take_census(&question, self.clock.now(), &observe).await?)
    }

    fn question<'q>(
        &self,
        fields: &'q (dyn Fn(&Namespace) -> FieldRules + Sync),
        detail: Detail,
    ) -> Question<'q> {
        let object = &self.plan.object;
        let (began, ended) = (object.began.at, object.ended());
        Question { began, ended, margin: self.plan.clock_margin, fields, detail }
    }
}

/// The version of the live source, where nothing else tells which server a dump is from. A source
/// that does not answer now will say why when it is compared.
pub async fn source_version(plan: &DrillPlan) -> Option<ServerVersion> {
    let reader = Reader::source(&source(plan).ok()?, &comment(plan)).await.ok()?;
    let value = reader.version().await.ok()?;
    reader.close().await;
    Some(ServerVersion { value, from: VersionSource::Source })
}

pub fn source(plan: &DrillPlan) -> Result<SecretString, Failure> {
    let set = plan.set.path();
    let Some(source) = &plan.set.source else {
        return Err(Failure::new(FailureKind::Missing, format!("{set} names no source"))
            .advise("add `[environment.backup.source]` with `uri_env`, or use `--depth restore`"));
    };
    let advice = "set it to the source's connection string for this run";
    resolve(&source.uri).map_err(|failure| failure.advise(advice))
}

/// The value that a secret stands for.
pub fn resolve(secret: &Secret) -> Result<SecretString, Failure> {
    match secret {
        Secret::Given(value) => Ok(value.clone()),
        Secret::Variable(name) => match std::env::var(name) {
            Ok(value) if !value.is_empty() => Ok(value.into()),
            _ => Err(Failure::new(
                FailureKind::Missing,
                format!("the environment variable {name} is not set"),
            )),
        },
    }
}

fn sum(census: &LiveCensus) -> String {
    let counted = census.collections.iter().filter(|(name, _)| !name.is_system());
    let documents = counted.map(|(_, live)| live.documents).sum();
    format!("{}, server {}", plural(documents, "document"), census.version)
}
