//! What it means when a cluster refuses: the sort, which decides what is done next, and the sentence
//! for the user, which names what a login lacks.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use kube::core::Status;

use crate::adapters::error::{AdapterError, System, chain};
use crate::domain::failure::{Failure, FailureKind};

/// Of what the server says.
const LONGEST_MESSAGE: usize = 400;

/// A request that did not work.
#[derive(Debug)]
pub struct Refusal {
    pub sort: Sort,
    pub error: AdapterError,
}

/// What can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Nothing is answered without a new login.
    LoginExpired,
    /// This request alone is not allowed.
    Forbidden,
    Missing,
    /// The version that was asked for is no longer kept: the list has to be read anew.
    Gone,
    /// There is no log yet, or the object is another one by now: the request is not for its state.
    Conflict,
    Unreachable,
    TimedOut,
    Unexpected,
}

impl From<Refusal> for AdapterError {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        refusal.error.into()
    }
}

/// What is tried, in the API's words.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) verb: Verb,
    /// `pods`, `pods/log`.
    pub(super) resource: &'static str,
    pub(super) namespace: Option<Arc<str>>,
    pub(super) name: Option<Box<str>>,
    /// Of which context.
    pub(super) context: Arc<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    List,
    Watch,
    Create,
    Patch,
    Delete,
}

impl Verb {
    const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }

    const fn gerund(self) -> &'static str {
        match self {
            Self::Get => "reading",
            Self::List => "listing",
            Self::Watch => "watching",
            Self::Create => "creating",
            Self::Patch => "changing",
            Self::Delete => "deleting",
        }
    }
}

impl Attempt {
    /// `pods in default of prod`, `pods default/api-0 of prod`.
    fn target(&self) -> String {
        let Self { resource, context, .. } = self;
        match (&self.namespace, &self.name) {
            (Some(namespace), Some(name)) => format!("{resource} {namespace}/{name} of {context}"),
            (Some(namespace), None) => format!("{resource} in {namespace} of {context}"),
            (None, Some(name)) => format!("{resource} {name} of {context}"),
            (None, None) => format!("{resource} of {context}"),
        }
    }

    fn refused(&self, sort: Sort, reason: impl Into<String>) -> Refusal {
        let kind = match sort {
            Sort::LoginExpired | Sort::Forbidden => FailureKind::Denied,
            Sort::Missing => FailureKind::Missing,
            Sort::Unreachable => FailureKind::Unreachable,
            Sort::TimedOut => FailureKind::TimedOut,
            Sort::Gone | Sort::Conflict | Sort::Unexpected => FailureKind::Unexpected,
        };
        let error = AdapterError {
            system: System::Kubernetes,
            operation: self.verb.gerund(),
            target: self.target(),
            kind,
            reason: reason.into(),
            advice: None,
            source: None,
        };
        Refusal { sort, error }
    }

    /// An answer did not come, or did not go on, in time.
    pub(super) fn late(&self, waited: Duration) -> Refusal {
        self.refused(Sort::TimedOut, format!("no answer in {} s", waited.as_secs()))
    }

    /// What came back is not what the API describes.
    pub(super) fn nonsense(&self, why: impl Into<String>) -> Refusal {
        self.refused(Sort::Unexpected, why)
    }

    /// The answer broke off.
    pub(super) fn cut(&self, error: io::Error) -> Refusal {
        let mut refusal = self.refused(Sort::Unreachable, "the answer broke off");
        refusal.error.source = Some(Box::new(error));
        refusal
    }

    pub(super) fn explain(&self, error: kube::Error) -> Refusal {
        match error {
            kube::Error::Api(status) => self.status(&status),
            // Its text holds the login program's environment and output.
            kube::Error::Auth(_) => self.login("the login of this context failed"),
            other => {
                let reason = innermost(&other);
                let sort = if is_timeout(&other) { Sort::TimedOut } else { Sort::Unreachable };
                let mut refusal = self.refused(sort, reason);
                if chain(&other).contains("certificate") {
                    let advice = "check the cluster's certificate authority in the kubeconfig";
                    refusal.error.advice = Some(advice.to_owned());
                }
                refusal.error.source = Some(Box::new(other));
                refusal
            }
        }
    }

    /// What the API answers instead of what was asked for.
    pub(super) fn status(&self, status: &Status) -> Refusal {
        let message = match status.message.trim() {
            // A proxy's page says nothing to a reader.
            page if page.is_empty() || page.starts_with('<') => {
                format!("the server answered {} {}", status.code, status.reason).trim().to_owned()
            }
            message => message.chars().take(LONGEST_MESSAGE).collect(),
        };
        match (status.code, status.reason.as_str()) {
            (401, _) => self.login("the login has expired, or is not known"),
            (403, _) => {
                let Self { verb, resource, .. } = self;
                let place = match &self.namespace {
                    Some(namespace) => format!("in the namespace {namespace}"),
                    None => "in the whole cluster".to_owned(),
                };
                let verb = verb.name();
                let mut refusal = self.refused(Sort::Forbidden, "this login may not");
                refusal.error.advice =
                    Some(format!("ask for the right to {verb} {resource} {place}"));
                refusal
            }
            (404, _) => self.refused(Sort::Missing, message),
            (410, _) | (_, "Expired" | "Gone") => self.refused(Sort::Gone, message),
            (400 | 409 | 422, _) => self.refused(Sort::Conflict, message),
            (504, _) => self.refused(Sort::TimedOut, message),
            (429 | 502 | 503, _) => self.refused(Sort::Unreachable, message),
            _ => self.refused(Sort::Unexpected, message),
        }
    }

    pub(super) fn login(&self, reason: impl Into<String>) -> Refusal {
        let mut refusal = self.refused(Sort::LoginExpired, reason);
        refusal.error.advice = Some("log in again, then press `L`".to_owned());
        refusal
    }

    /// No request could be made.
    pub(super) fn unprepared(&self, reason: impl Into<String>) -> Refusal {
        self.refused(Sort::Unexpected, reason)
    }
}

/// The last cause of a chain says most: `connection refused`.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == io::ErrorKind::TimedOut)
        {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt() -> Attempt {
        Attempt {
            verb: Verb::List,
            resource: "pods",
            namespace: Some(Arc::from("kube-system")),
            name: None,
            context: Arc::from("prod"),
        }
    }

    fn answered(code: u16, message: &str) -> (Sort, Failure) {
        let status = Status { code, message: message.to_owned(), ..Status::default() };
        let refusal = attempt().status(&status);
        (refusal.sort, refusal.into())
    }

    #[test]
    fn a_missing_right_is_named_with_its_verb_its_resource_and_its_namespace() {
        let (sort, failure) = answered(403, "pods is forbidden: User \"ann\" cannot list …");
        assert_eq!(sort, Sort::Forbidden);
        assert_eq!(failure.kind, FailureKind::Denied);
        assert_eq!(
            failure.to_string(),
            "listing pods in kube-system of prod: this login may not; \
             ask for the right to list pods in the namespace kube-system"
        );
    }

    #[test]
    fn an_expired_login_says_which_key_helps() {
        let (sort, failure) = answered(401, "Unauthorized");
        assert_eq!(sort, Sort::LoginExpired);
        assert!(failure.advice.unwrap().contains("`L`"));
    }

    #[test]
    fn other_answers_keep_the_servers_words() {
        let (sort, failure) = answered(410, "too old resource version: 1 (7)");
        assert_eq!(sort, Sort::Gone);
        assert!(failure.what.ends_with("too old resource version: 1 (7)"), "{failure}");
        assert_eq!(answered(404, "").1.what.split(": ").last(), Some("the server answered 404"));
        assert!(answered(502, "<html>…").1.what.ends_with("the server answered 502"));
        assert_eq!(answered(503, "starting").0, Sort::Unreachable);
    }

    #[test]
    fn what_a_login_program_said_is_never_repeated() {
        let secret = kube::client::AuthError::AuthExec("TOKEN=hunter2".to_owned());
        let refusal = attempt().explain(kube::Error::Auth(secret));
        assert_eq!(refusal.sort, Sort::LoginExpired);
        assert!(!format!("{refusal:?}").contains("hunter2"));
    }

    #[test]
    fn the_last_cause_is_what_is_said() {
        let io = io::Error::new(io::ErrorKind::TimedOut, "deadline has elapsed");
        let refusal = attempt().explain(kube::Error::ReadEvents(io));
        assert_eq!(refusal.sort, Sort::TimedOut);
        assert!(refusal.error.reason.contains("deadline has elapsed"));
    }
}
