//! What CloudWatch's errors mean to a user: what was refused, and what to do about it.

use std::error::Error;

use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};

use crate::adapters::aws::refusal::{Access, Explained};
use crate::adapters::error::{AdapterError, System};
use crate::domain::failure::FailureKind;

/// One thing that is tried, and what its errors have to name.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    pub(super) access: &'a Access,
    /// As a gerund: `asking for the figures of`.
    pub(super) operation: &'static str,
    pub(super) target: String,
    /// The permission it needs: `cloudwatch:GetMetricData`.
    pub(super) permission: &'static str,
}

impl Attempt<'_> {
    /// An error without a source.
    pub(super) fn failed(&self, (kind, reason, advice): Explained) -> AdapterError {
        AdapterError {
            system: System::CloudWatch,
            operation: self.operation,
            target: self.target.clone(),
            kind,
            reason,
            advice,
            source: None,
        }
    }

    /// Puts an error of the SDK into our words.
    pub(super) fn refused<E>(&self, error: SdkError<E>) -> AdapterError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let explained = self.access.unanswered(&error).unwrap_or_else(|answer| {
            let status = answer.raw().status().as_u16();
            let code =
                answer.err().code().map_or_else(|| format!("status {status}"), str::to_owned);
            self.answered(status, &code, answer.err().message().unwrap_or_default())
        });
        AdapterError { source: Some(Box::new(error)), ..self.failed(explained) }
    }

    /// One result of many that was not allowed.
    pub(super) fn forbidden(&self) -> Explained {
        let advice = format!("{} allow {}?", self.access.identity(), self.permission);
        (FailureKind::Denied, "access denied".to_owned(), Some(advice))
    }

    fn answered(&self, status: u16, code: &str, message: &str) -> Explained {
        let told = |kind, reason: &str| (kind, format!("{reason} ({code})"), None);
        let advised =
            |kind, reason: &str, advice| (kind, format!("{reason} ({code})"), Some(advice));
        match code {
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
                advised(FailureKind::Denied, "the login has expired", self.access.login())
            }
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "SignatureDoesNotMatch"
            | "MissingAuthenticationToken"
            | "IncompleteSignature" => {
                advised(FailureKind::Denied, "the keys are not accepted", self.access.login())
            }
            "Throttling" | "ThrottlingException" | "TooManyRequestsException" | "LimitExceeded" => {
                let advice = "look again in a minute: somebody asks it a lot".to_owned();
                advised(FailureKind::Unreachable, "CloudWatch takes no more requests now", advice)
            }
            "OptInRequired" => told(FailureKind::Denied, "the account has not opened this region"),
            _ => match status {
                401 | 403 => {
                    let (kind, reason, advice) = self.forbidden();
                    (kind, format!("{reason} ({code})"), advice)
                }
                429 => told(FailureKind::Unreachable, "CloudWatch takes no more requests now"),
                500.. => told(FailureKind::Unreachable, "CloudWatch itself failed"),
                _ if message.is_empty() => {
                    told(FailureKind::Unexpected, "CloudWatch refused the request")
                }
                _ => (
                    FailureKind::Unexpected,
                    format!("{} ({code})", message.trim_end_matches('.')),
                    None,
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::provider::error::CredentialsError;
    use aws_sdk_cloudwatch::error::ConnectorError;
    use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataError;

    use super::*;
    use crate::domain::environment::StorageName;

    fn access(profile: Option<&str>) -> Access {
        Access {
            storage: StorageName("aws".to_owned()),
            profile: profile.map(str::to_owned),
            endpoint: None,
            given_keys: false,
        }
    }

    fn attempt(access: &Access) -> Attempt<'_> {
        Attempt {
            access,
            operation: "asking CloudWatch about",
            target: "s3://backups in us-east-1".to_owned(),
            permission: "cloudwatch:GetMetricData",
        }
    }

    #[test]
    fn without_credentials_the_command_that_gets_some_is_named() {
        let access = access(Some("prod"));
        for (error, reason) in [
            (CredentialsError::not_loaded_no_source(), "no credentials were found"),
            (
                CredentialsError::provider_error("token has expired"),
                "no valid credentials: token has expired",
            ),
        ] {
            let error = ConnectorError::other(error.into(), None);
            let error = SdkError::<GetMetricDataError, _>::dispatch_failure(error);
            let refused = attempt(&access).refused(error);
            assert_eq!((refused.kind, refused.reason.as_str()), (FailureKind::Denied, reason));
            assert!(refused.advice.unwrap().starts_with("`aws sso login --profile prod`"));
        }
    }

    #[test]
    fn each_code_is_a_sentence_with_what_to_do() {
        let access = access(None);
        for (status, code, kind, reason, advice) in [
            (403, "ExpiredToken", FailureKind::Denied, "the login has expired", "log in with"),
            (
                403,
                "InvalidClientTokenId",
                FailureKind::Denied,
                "the keys are not accepted",
                "log in",
            ),
            (403, "AccessDenied", FailureKind::Denied, "access denied", "allow cloudwatch:Get"),
            (400, "Throttling", FailureKind::Unreachable, "takes no more requests", "look again"),
            (503, "ServiceUnavailable", FailureKind::Unreachable, "itself failed", ""),
            (400, "InvalidParameterValue", FailureKind::Unexpected, "Period must be 60", ""),
        ] {
            let told = attempt(&access).answered(status, code, "Period must be 60.");
            assert_eq!(told.0, kind, "{code}");
            assert!(told.1.contains(reason) && told.1.ends_with(&format!("({code})")), "{told:?}");
            assert!(told.2.unwrap_or_default().contains(advice), "{code}");
        }
    }
}
