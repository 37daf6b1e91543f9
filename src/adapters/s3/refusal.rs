//! What the storage's errors mean to a user: what was refused, and what to do about it.

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::adapters::aws::refusal::{Access, Explained};
use crate::adapters::error::{AdapterError, System};
use crate::domain::failure::FailureKind;

const REGION_HEADER: &str = "x-amz-bucket-region";

/// One thing that is tried, and what its errors have to name.
#[derive(Debug, Clone)]
pub(super) struct Attempt<'a> {
    pub(super) access: &'a Access,
    /// As a gerund: `listing backups in`.
    pub(super) operation: &'static str,
    pub(super) target: String,
    /// The permission it needs: `s3:ListBucket`.
    pub(super) permission: &'static str,
}

/// What an answer with an error holds.
struct Answer<'a> {
    status: u16,
    code: Option<&'a str>,
    message: &'a str,
    region: Option<&'a str>,
}

impl Attempt<'_> {
    /// An error without a source.
    pub(super) fn failed(&self, kind: FailureKind, reason: impl Into<String>) -> AdapterError {
        AdapterError {
            system: System::S3,
            operation: self.operation,
            target: self.target.clone(),
            kind,
            reason: reason.into(),
            advice: None,
            source: None,
        }
    }

    /// The object is not the one that was looked at.
    pub(super) fn replaced(&self) -> AdapterError {
        let (kind, reason, advice) = replaced();
        AdapterError { advice, ..self.failed(kind, reason) }
    }

    /// Puts an error of the SDK into our words.
    pub(super) fn refused<E>(&self, error: SdkError<E>) -> AdapterError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let (kind, reason, advice) = self.access.unanswered(&error).unwrap_or_else(|answer| {
            self.answered(&Answer {
                status: answer.raw().status().as_u16(),
                code: answer.err().code(),
                message: answer.err().message().unwrap_or_default(),
                region: answer.raw().headers().get(REGION_HEADER),
            })
        });
        AdapterError { advice, source: Some(Box::new(error)), ..self.failed(kind, reason) }
    }

    fn answered(&self, answer: &Answer<'_>) -> Explained {
        let Answer { status, message, .. } = *answer;
        let code = answer.code.map_or_else(|| format!("status {status}"), str::to_owned);
        let told = |kind, reason: &str| (kind, format!("{reason} ({code})"), None);
        let advised =
            |kind, reason: &str, advice| (kind, format!("{reason} ({code})"), Some(advice));
        match code.as_str() {
            "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "InvalidToken" => {
                advised(FailureKind::Denied, "the login has expired", self.access.login())
            }
            "InvalidAccessKeyId" | "SignatureDoesNotMatch" => {
                advised(FailureKind::Denied, "the keys are not accepted", self.access.login())
            }
            "RequestTimeTooSkewed" => advised(
                FailureKind::Denied,
                "the clocks disagree",
                "set this machine's clock".to_owned(),
            ),
            "InvalidObjectState" => told(FailureKind::Denied, "the object is archived"),
            "NoSuchBucket" => told(FailureKind::Missing, "there is no such bucket"),
            "PermanentRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException" => self.elsewhere(answer.region, &code),
            "RequestTimeout" => told(FailureKind::TimedOut, "the storage gave up waiting"),
            _ if code.starts_with("KMS.") => {
                told(FailureKind::Denied, "the object's KMS key cannot be used")
            }
            _ => match status {
                301 | 307 => self.elsewhere(answer.region, &code),
                401 | 403 => {
                    let kms = message.to_ascii_lowercase().contains("kms");
                    let permission = if kms { "kms:Decrypt" } else { self.permission };
                    let identity = self.access.identity();
                    advised(
                        FailureKind::Denied,
                        "access denied",
                        format!("{identity} allow {permission}?"),
                    )
                }
                200..=299 => told(FailureKind::Unexpected, "the answer is none of S3's"),
                404 => told(FailureKind::Missing, "there is no such object"),
                412 => replaced(),
                429 | 503 => told(FailureKind::Unreachable, "the storage is overloaded"),
                500.. => told(FailureKind::Unreachable, "the storage itself failed"),
                _ => told(FailureKind::Unexpected, "the storage refused the request"),
            },
        }
    }

    fn elsewhere(&self, region: Option<&str>, code: &str) -> Explained {
        let storage = &self.access.storage;
        let reason = region.map_or_else(
            || format!("the bucket is in another region ({code})"),
            |region| format!("the bucket is in the region {region} ({code})"),
        );
        let region = region.unwrap_or("...");
        let advice = format!("set `region = \"{region}\"` for the storage `{storage}`");
        (FailureKind::Unexpected, reason, Some(advice))
    }
}

fn replaced() -> Explained {
    (
        FailureKind::Unexpected,
        "the object was replaced while it was downloaded".to_owned(),
        Some("start again: what lies there now is another backup".to_owned()),
    )
}

/// The region that an answer names, whether it is a refusal or not.
pub(super) fn region<E>(error: &SdkError<E>) -> Option<&str> {
    error.raw_response()?.headers().get(REGION_HEADER)
}

#[cfg(test)]
mod tests {
    use aws_credential_types::provider::error::CredentialsError;
    use aws_sdk_s3::error::ConnectorError;
    use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Error;

    use super::*;
    use crate::domain::environment::StorageName;

    fn refused(profile: Option<&str>, error: CredentialsError) -> AdapterError {
        let access = Access {
            storage: StorageName("aws".to_owned()),
            profile: profile.map(str::to_owned),
            endpoint: None,
            given_keys: false,
        };
        let attempt = Attempt {
            access: &access,
            operation: "listing backups in",
            target: "s3://backups/prod/".to_owned(),
            permission: "s3:ListBucket",
        };
        let error = ConnectorError::other(error.into(), None);
        attempt.refused(SdkError::<ListObjectsV2Error, _>::dispatch_failure(error))
    }

    #[test]
    fn an_expired_login_names_the_command_that_renews_it() {
        let error = refused(Some("prod"), CredentialsError::provider_error("token has expired"));
        assert_eq!(error.kind, FailureKind::Denied);
        assert_eq!(error.reason, "no valid credentials: token has expired");
        assert!(error.advice.unwrap().starts_with("`aws sso login --profile prod`"));
    }

    #[test]
    fn missing_credentials_name_the_storage() {
        let error = refused(None, CredentialsError::not_loaded_no_source());
        assert_eq!(error.kind, FailureKind::Denied);
        assert_eq!(
            error.to_string(),
            "listing backups in s3://backups/prod/: no credentials were found"
        );
        assert!(error.advice.unwrap().starts_with("name a `profile` for the storage `aws`"));
    }
}
