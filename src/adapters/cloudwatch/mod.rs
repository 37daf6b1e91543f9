//! CloudWatch: what buckets and other things measure, and alarms. Only read.

mod alarms;
mod bucket;
mod figures;
mod panel;
mod refusal;

use std::sync::Arc;

use aws_config::Region;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use jiff::Timestamp;

use crate::adapters::aws::connection;
use crate::adapters::aws::refusal::Access;
use crate::adapters::error::{AdapterError, System};
use crate::domain::failure::FailureKind;
use crate::domain::settings::Storage;

use refusal::Attempt;

/// More pages of an answer are not read.
const PAGES: usize = 50;

/// CloudWatch of one region, and who speaks to it. Clones share connections.
#[derive(Debug, Clone)]
pub struct CloudWatch {
    client: Client,
    access: Arc<Access>,
    region: String,
}

impl CloudWatch {
    /// Prepares to ask in `region`, else in the one of the storage, with the storage's login. A
    /// login that has expired shows at the first request.
    pub async fn connect(storage: &Storage, region: Option<String>) -> Result<Self, AdapterError> {
        let unprepared = |reason: String, advice: Option<String>| AdapterError {
            system: System::CloudWatch,
            operation: "preparing to reach",
            target: "CloudWatch".to_owned(),
            kind: FailureKind::Unexpected,
            reason,
            advice,
            source: None,
        };
        let region = match region {
            Some(region) => Region::new(region),
            None => connection::region(storage).await.ok_or_else(|| {
                let advice = format!("set the `region` of the storage `{}`", storage.name);
                unprepared("no region is named anywhere".to_owned(), Some(advice))
            })?,
        };
        let endpoint = storage.cloudwatch.as_deref();
        let access = Access::of(storage, endpoint);
        let name = region.as_ref().to_owned();
        let config = connection::configuration(storage, Some(region), endpoint).await;
        let config = config.map_err(|reason| unprepared(reason, None))?;
        Ok(Self { client: Client::new(&config), access: Arc::new(access), region: name })
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    fn attempt(
        &self,
        operation: &'static str,
        target: String,
        permission: &'static str,
    ) -> Attempt<'_> {
        Attempt { access: &self.access, operation, target, permission }
    }
}

fn timestamp(at: &DateTime) -> Option<Timestamp> {
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

fn date_time(at: Timestamp) -> DateTime {
    DateTime::from_secs(at.as_second())
}
