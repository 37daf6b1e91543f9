//! What the storage's errors mean to a user: what was refused, and what to do about it.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::adapters::error::{AdapterError, System};
use crate::domain::environment::StorageName;
use crate::domain::failure::FailureKind;

const REGION_HEADER: &str = "x-amz-bucket-region";

/// Who speaks to a storage, as advice has to name it.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) storage: StorageName,
    pub(super) profile: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) given_keys: bool,
}

impl Access {
    /// The one whose permissions matter.
    fn identity(&self) -> String {
        match &self.profile {
            _ if self.given_keys => format!("do the keys of the storage `{}`", self.storage),
            Some(profile) => format!("does the profile `{profile}`"),
            None => format!("do the credentials in use for the storage `{}`", self.storage),
        }
    }

    fn login(&self) -> String {
        match &self.profile {
            _ if self.given_keys => format!("check the keys of the storage `{}`", self.storage),
            Some(profile) => format!("`aws sso login --profile {profile}` renews an SSO login"),
            None => format!(
                "name a `profile` for the storage `{}`, or log in with `aws sso login`",
                self.storage
            ),
        }
    }

    /// ` --profile prod`, for a command to copy.
    pub(super) fn profile_argument(&self) -> String {
        self.profile.as_ref().map(|profile| format!(" --profile {profile}")).unwrap_or_default()
    }
}

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

/// Kind, reason, advice.
type Explained = (FailureKind, String, Option<String>);

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
        let (kind, reason, advice) = if let Some(credentials) = find::<CredentialsError>(&error) {
            self.without_credentials(credentials)
        } else {
            match &error {
                SdkError::TimeoutError(_) => {
                    (FailureKind::TimedOut, "no answer in time".to_owned(), None)
                }
                SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                    (FailureKind::TimedOut, "no answer in time".to_owned(), None)
                }
                SdkError::DispatchFailure(_) => self.not_connected(&error),
                SdkError::ServiceError(answer) => {
                    let headers = answer.raw().headers();
                    self.answered(&Answer {
                        status: answer.raw().status().as_u16(),
                        code: answer.err().code(),
                        message: answer.err().message().unwrap_or_default(),
                        region: headers.get(REGION_HEADER),
                    })
                }
                _ => (FailureKind::Unexpected, root(&error), None),
            }
        };
        AdapterError { advice, source: Some(Box::new(error)), ..self.failed(kind, reason) }
    }

    fn without_credentials(&self, error: &CredentialsError) -> Explained {
        let kind = match error {
            CredentialsError::ProviderTimedOut(_) => FailureKind::TimedOut,
            _ => FailureKind::Denied,
        };
        let reason = match error {
            CredentialsError::CredentialsNotLoaded(_) => "no credentials were found".to_owned(),
            CredentialsError::ProviderTimedOut(_) => "credentials did not come in time".to_owned(),
            _ => format!("no valid credentials: {}", root(error)),
        };
        (kind, reason, Some(self.access.login()))
    }

    fn not_connected(&self, error: &(dyn Error + 'static)) -> Explained {
        let advice = match &self.access.endpoint {
            Some(endpoint) => format!("does the endpoint `{endpoint}` run?"),
            None => "is the network up, or a proxy needed (`HTTPS_PROXY`)?".to_owned(),
        };
        (FailureKind::Unreachable, format!("no connection: {}", root(error)), Some(advice))
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

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The innermost cause, which alone says something: the outer ones are `dispatch failure`.
fn root(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::error::ConnectorError;
    use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Error;

    use super::*;

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
