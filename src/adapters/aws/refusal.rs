//! What goes wrong before anything of AWS answers, in words: credentials, connections, patience.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{SdkError, ServiceError};

use crate::domain::environment::StorageName;
use crate::domain::failure::FailureKind;
use crate::domain::settings::Storage;

/// Who speaks to a storage, as advice has to name it.
#[derive(Debug)]
pub(in crate::adapters) struct Access {
    pub(in crate::adapters) storage: StorageName,
    pub(in crate::adapters) profile: Option<String>,
    pub(in crate::adapters) endpoint: Option<String>,
    pub(in crate::adapters) given_keys: bool,
}

/// Kind, reason, advice.
pub(in crate::adapters) type Explained = (FailureKind, String, Option<String>);

impl Access {
    /// Who speaks to what is at `endpoint`; none for AWS's own.
    pub(in crate::adapters) fn of(storage: &Storage, endpoint: Option<&str>) -> Self {
        Self {
            storage: storage.name.clone(),
            profile: storage.profile.clone(),
            endpoint: endpoint.map(str::to_owned),
            given_keys: storage.keys.is_some(),
        }
    }

    /// The one whose permissions matter.
    pub(in crate::adapters) fn identity(&self) -> String {
        match &self.profile {
            _ if self.given_keys => format!("do the keys of the storage `{}`", self.storage),
            Some(profile) => format!("does the profile `{profile}`"),
            None => format!("do the credentials in use for the storage `{}`", self.storage),
        }
    }

    pub(in crate::adapters) fn login(&self) -> String {
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
    pub(in crate::adapters) fn profile_argument(&self) -> String {
        self.profile.as_ref().map(|profile| format!(" --profile {profile}")).unwrap_or_default()
    }

    /// What an error means that no answer came with; `Err` with the answer where one came.
    pub(in crate::adapters) fn unanswered<'e, E>(
        &self,
        error: &'e SdkError<E, HttpResponse>,
    ) -> Result<Explained, &'e ServiceError<E, HttpResponse>>
    where
        E: Error + Send + Sync + 'static,
    {
        if let Some(credentials) = find::<CredentialsError>(error) {
            return Ok(self.without_credentials(credentials));
        }
        Ok(match error {
            SdkError::TimeoutError(_) => {
                (FailureKind::TimedOut, "no answer in time".to_owned(), None)
            }
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                (FailureKind::TimedOut, "no answer in time".to_owned(), None)
            }
            SdkError::DispatchFailure(_) => self.not_connected(error),
            SdkError::ServiceError(answer) => return Err(answer),
            _ => (FailureKind::Unexpected, root(error), None),
        })
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
        (kind, reason, Some(self.login()))
    }

    fn not_connected(&self, error: &(dyn Error + 'static)) -> Explained {
        let advice = match &self.endpoint {
            Some(endpoint) => format!("does the endpoint `{endpoint}` run?"),
            None => "is the network up, or a proxy needed (`HTTPS_PROXY`)?".to_owned(),
        };
        (FailureKind::Unreachable, format!("no connection: {}", root(error)), Some(advice))
    }
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
