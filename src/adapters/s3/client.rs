//! The client of a storage, and of each bucket's region.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::Region;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{
    ConfigBag, Intercept, RequestChecksumCalculation, ResponseChecksumValidation, RuntimeComponents,
};
use aws_sdk_s3::error::BoxError;

use crate::adapters::aws::connection;
use crate::adapters::aws::refusal::Access;
use crate::adapters::clock::TheirClock;
use crate::adapters::error::{AdapterError, System};
use crate::adapters::s3::S3;
use crate::adapters::s3::refusal::{self, Attempt};
use crate::domain::failure::FailureKind;
use crate::domain::settings::Storage;

/// Where the region comes from.
#[derive(Debug)]
pub(super) enum Location {
    /// It was given, or does not matter.
    Known,
    /// Each bucket is asked once; its client is kept.
    Asked(Mutex<HashMap<String, Client>>),
}

impl S3 {
    /// Prepares to speak to `storage`. Asks for a role where one is named, and for nothing else: a
    /// login that has expired shows at the first request.
    pub async fn connect(storage: &Storage) -> Result<Self, AdapterError> {
        let endpoint = storage.endpoint.as_deref();
        let access = Access::of(storage, endpoint);
        let region = connection::region(storage).await;
        let location = match (&region, &storage.endpoint) {
            (None, None) => Location::Asked(Mutex::default()),
            _ => Location::Known,
        };
        let config = connection::configuration(storage, region, endpoint).await;
        let config = config.map_err(|reason| unprepared(storage, reason))?;
        let clock = TheirClock::default();
        let mut settings = aws_sdk_s3::config::Builder::from(&config)
            .interceptor(Dates(clock.clone()))
            .force_path_style(storage.path_style)
            // A range carries no checksum; the whole file is compared at the end.
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if storage.endpoint.is_some() {
            // Storages other than AWS may not know the checksum headers.
            settings =
                settings.request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        }
        let client = Client::from_conf(settings.build());
        Ok(Self { client, access: Arc::new(access), location: Arc::new(location), clock })
    }

    /// The client for the region that `bucket` is in.
    pub(super) async fn client(&self, bucket: &str) -> Result<Client, AdapterError> {
        let Location::Asked(clients) = &*self.location else { return Ok(self.client.clone()) };
        let known = clients.lock().unwrap_or_else(PoisonError::into_inner).get(bucket).cloned();
        if let Some(client) = known {
            return Ok(client);
        }
        let attempt = Attempt {
            access: &self.access,
            operation: "asking for the region of",
            target: format!("s3://{bucket}"),
            permission: "s3:ListBucket",
        };
        let answer = self.client.head_bucket().bucket(bucket).send().await;
        let region = match &answer {
            Ok(found) => found.bucket_region(),
            Err(error) => refusal::region(error),
        };
        let Some(region) = region.map(|region| Region::new(region.to_owned())) else {
            let advice = format!(
                "set the `region` of the storage `{}` where it is known",
                self.access.storage
            );
            return Err(match answer {
                Ok(_) => AdapterError {
                    advice: Some(advice),
                    ..attempt.failed(FailureKind::Unexpected, "the answer does not name it")
                },
                Err(error) => {
                    let refused = attempt.refused(error);
                    AdapterError { advice: refused.advice.or(Some(advice)), ..refused }
                }
            });
        };
        tracing::debug!(bucket, %region, "found the region of a bucket");
        let client = Client::from_conf(self.client.config().to_builder().region(region).build());
        clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(bucket.to_owned(), client.clone());
        Ok(client)
    }

    pub(super) fn attempt(
        &self,
        operation: &'static str,
        target: String,
        permission: &'static str,
    ) -> Attempt<'_> {
        Attempt { access: &self.access, operation, target, permission }
    }
}

/// Reads the time off each answer.
#[derive(Debug)]
struct Dates(TheirClock);

impl Intercept for Dates {
    fn name(&self) -> &'static str {
        "dates"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date") {
            self.0.hear(date);
        }
        Ok(())
    }
}

fn unprepared(storage: &Storage, reason: String) -> AdapterError {
    AdapterError {
        system: System::S3,
        operation: "preparing to reach",
        target: format!("the storage `{}`", storage.name),
        kind: FailureKind::Unexpected,
        reason,
        advice: None,
        source: None,
    }
}
