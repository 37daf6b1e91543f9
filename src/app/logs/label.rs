//! What tells the sources of a log apart, as short as it can be.

use std::collections::HashSet;

use crate::domain::log::LogSource;
use crate::domain::text::shown;

/// The longest label.
const LONGEST: usize = 24;

/// One label for each source: only the parts in which the sources differ, and of the names of pods only
/// their ends where these are enough.
pub(super) fn labels(sources: &[LogSource]) -> Vec<String> {
    let differ =
        |part: fn(&LogSource) -> &str| sources.iter().map(part).collect::<HashSet<_>>().len() > 1;
    let environments = differ(|source| source.environment.0.as_ref());
    let namespaces = differ(|source| &source.namespace);
    let pods = differ(|source| &source.pod);
    let containers = differ(|source| &source.container) || !pods;
    let cut = common(sources);
    let label = |source: &LogSource| {
        let mut parts = Vec::new();
        if environments {
            parts.push(source.environment.0.clone());
        }
        if namespaces {
            parts.push(source.namespace.to_string());
        }
        if pods {
            parts.push(source.pod.get(cut..).unwrap_or(&source.pod).to_owned());
        }
        if containers {
            parts.push(source.container.to_string());
        }
        shorten(&shown(&parts.join("/")))
    };
    sources.iter().map(label).collect()
}

/// How long the part is that all pods' names begin with, up to a dash.
fn common(sources: &[LogSource]) -> usize {
    let Some(first) = sources.first() else { return 0 };
    let mut length = first.pod.len();
    for source in sources {
        let same = first.pod.bytes().zip(source.pod.bytes()).take_while(|(a, b)| a == b).count();
        length = length.min(same);
    }
    first.pod.get(..length).and_then(|same| same.rfind('-')).map_or(0, |dash| dash + 1)
}

/// The end is what tells apart.
fn shorten(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONGEST {
        return text.to_owned();
    }
    let end: String = text.chars().skip(length - LONGEST + 1).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::environment::EnvironmentName;

    fn source(environment: &str, pod: &str, container: &str) -> LogSource {
        LogSource {
            environment: EnvironmentName(environment.into()),
            namespace: "default".into(),
            pod: pod.into(),
            container: container.into(),
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        let check =
            |sources: &[LogSource], expected: &[&str]| assert_eq!(labels(sources), expected);
        check(&[source("prod", "api-0", "api")], &["api"]);
        check(
            &[source("prod", "api-0", "api"), source("prod", "api-0", "proxy")],
            &["api", "proxy"],
        );
        check(
            &[source("prod", "api-7d9f-x2x1z", "api"), source("prod", "api-7d9f-b8k2m", "api")],
            &["x2x1z", "b8k2m"],
        );
        check(
            &[source("prod", "api-0", "api"), source("dev", "api-0", "api")],
            &["prod/api", "dev/api"],
        );
        let long = source("prod", "a", "a-very-long-name-of-a-container-1");
        check(&[source("prod", "a", "b"), long], &["b", "…g-name-of-a-container-1"]);
    }
}
