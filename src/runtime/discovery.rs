//! What `config init` finds on this machine. Never fails: what could not be found out is said.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::adapters::aws;
use crate::adapters::error::AdapterError;
use crate::adapters::kubernetes::Contexts;
use crate::adapters::s3::{S3, SeenBucket};
use crate::config::{Bucket, Context, CronJob, Discovered, Found, Profile, Standing};
use crate::domain::environment::StorageName;
use crate::domain::settings::{Settings, Storage};

const NOTHING: &str = "no environment is configured, and the kubeconfig has no current context; \
                       `lifeboat config init` writes a file to start from";

/// How long anything outside may take to answer.
const DEADLINE: Duration = Duration::from_secs(5);

/// Where no environment is configured, the current context of the kubeconfig is one; and what to do where
/// there is none either.
pub fn or_current_context(settings: Settings) -> (Settings, Option<String>) {
    if !settings.environments.is_empty() {
        return (settings, None);
    }
    let contexts = match Contexts::read_from(&settings.kubeconfig) {
        Ok(contexts) => contexts,
        Err(error) => return (settings, Some(error.to_string())),
    };
    let current = contexts.current();
    let advice = current.is_none().then(|| NOTHING.to_owned());
    (settings.or_current_context(current), advice)
}

/// Looks for contexts, profiles, buckets and `CronJobs`, at the same time.
pub async fn discover() -> Discovered {
    let contexts = Contexts::read();
    let cronjobs = cronjobs_of(contexts.as_ref().ok().cloned());
    let (profiles, buckets, cronjobs) =
        tokio::join!(answer(aws::profiles()), answer(buckets()), answer(cronjobs));
    Discovered {
        contexts: contexts.map(|found| contexts_of(&found)).map_err(|error| error.to_string()),
        profiles: profiles.map(|found| {
            let profile =
                |found: aws::AwsProfile| Profile { name: found.name, region: found.region };
            found.into_iter().map(profile).collect()
        }),
        buckets: buckets.map(|found| {
            let bucket = |found: SeenBucket| Bucket { name: found.name, prefixes: found.prefixes };
            found.into_iter().map(bucket).collect()
        }),
        cronjobs,
    }
}

/// Those that the usual chain of AWS logins can list.
async fn buckets() -> Result<Vec<SeenBucket>, AdapterError> {
    let usual = Storage {
        name: StorageName("aws".to_owned()),
        region: None,
        profile: None,
        role_arn: None,
        endpoint: None,
        path_style: false,
        keys: None,
        cloudwatch: None,
    };
    S3::connect(&usual).await?.buckets().await
}

fn contexts_of(contexts: &Contexts) -> Vec<Context> {
    let standing = |name: &str| {
        if contexts.current() == Some(name) { Standing::Current } else { Standing::Other }
    };
    let names = contexts.names();
    names.map(|name| Context { name: name.to_owned(), standing: standing(name) }).collect()
}

/// Of the current context alone: others may need a login that nobody has asked for.
async fn cronjobs_of(contexts: Option<Contexts>) -> Result<Vec<CronJob>, AdapterError> {
    let Some(contexts) = contexts else { return Ok(Vec::new()) };
    let Some(context) = contexts.current() else { return Ok(Vec::new()) };
    let jobs = contexts.backup_jobs(context).await?;
    let named = jobs.into_iter().map(|job| CronJob {
        context: context.to_owned(),
        namespace: job.namespace,
        name: job.name,
        schedule: job.schedule,
        time_zone: job.time_zone,
    });
    Ok(named.collect())
}

/// Waits for `question` until the deadline, on a thread where a login program may block.
async fn answer<T: Send + 'static>(
    question: impl Future<Output = Result<Vec<T>, AdapterError>> + Send + 'static,
) -> Found<T> {
    let handle = Handle::current();
    let waiting = tokio::task::spawn_blocking(move || handle.block_on(timeout(DEADLINE, question)));
    match timeout(DEADLINE, waiting).await {
        Ok(Ok(Ok(found))) => found.map_err(|error| error.to_string()),
        Ok(Ok(Err(_))) | Err(_) => Err(format!("no answer in {} s", DEADLINE.as_secs())),
        Ok(Err(error)) => Err(format!("looking for it broke off: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::error::System;
    use crate::domain::failure::FailureKind;

    #[tokio::test]
    async fn an_answer_and_a_refusal_are_passed_on() {
        assert_eq!(answer(async { Ok(vec![1]) }).await, Ok(vec![1]));
        let refusal = AdapterError {
            system: System::S3,
            operation: "listing",
            target: "buckets".to_owned(),
            kind: FailureKind::Denied,
            reason: "no".to_owned(),
            advice: None,
            source: None,
        };
        let refused = answer::<u8>(async { Err(refusal) }).await;
        assert_eq!(refused, Err("listing buckets: no".to_owned()));
    }

    #[tokio::test]
    async fn a_question_that_breaks_off_is_said() {
        let broken = answer::<u8>(async { panic!("a defect") }).await;
        assert!(broken.unwrap_err().starts_with("looking for it broke off"));
    }

    #[tokio::test]
    async fn no_context_means_no_cronjobs() {
        assert!(cronjobs_of(None).await.unwrap().is_empty());
    }
}
