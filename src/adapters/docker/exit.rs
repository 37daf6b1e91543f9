//! Why a sandbox ended, from its exit code and its log.

use crate::adapters::docker::container::ContainerState;
use crate::adapters::docker::refusal::one_line;
use crate::domain::failure::{Failure, FailureKind};

/// One sentence and one next step for a sandbox that is not as it should be.
pub fn explain_exit(state: &ContainerState, log: &[String]) -> Failure {
    let unexpected = |what: &str| Failure::new(FailureKind::Unexpected, what);
    match *state {
        ContainerState::Created => unexpected("the sandbox was created and never started"),
        ContainerState::Running => {
            unexpected(&with_last_words("the sandbox runs, but its server does not answer", log))
        }
        ContainerState::Gone => {
            Failure::new(FailureKind::Missing, "the sandbox was removed while the drill ran")
                .advise("look what prunes containers on this engine, then drill again")
        }
        ContainerState::Exited { code, oom_killed } => exited(code, oom_killed, log),
    }
}

fn exited(code: i64, oom_killed: bool, log: &[String]) -> Failure {
    let failure =
        |what: &str| Failure::new(FailureKind::Unexpected, format!("{what} (exit code {code})"));
    let in_log = |words: &str| log.iter().any(|line| line.to_lowercase().contains(words));
    let is_disk_full = in_log("no space left on device");
    match code {
        _ if oom_killed => {
            failure("the sandbox ran out of its memory").advise("raise `[drill] memory`")
        }
        _ if in_log("exec format error") => failure("the image is made for another processor")
            .advise("name an image of this engine's architecture in `[drill] image`"),
        132 => failure("the server died of an instruction that the engine's processor lacks")
            .advise(
                "MongoDB 5.0 and later needs AVX (or ARMv8.2-A); drill on another machine, and not \
                 under emulation",
            ),
        _ if is_disk_full => failure("the engine's disk is full")
            .advise("make room for the engine: `docker system df` shows what takes it"),
        124 => Failure::new(
            FailureKind::TimedOut,
            "the sandbox reached its time limit (exit code 124)",
        )
        .advise("raise `[drill] limit`"),
        137 => failure("the sandbox was killed from outside")
            .advise("was the engine's host out of memory, or the container killed by hand?"),
        143 => failure("the sandbox was stopped from outside"),
        126 | 127 => failure("the image does not run `mongod`")
            .advise("name an official image, such as `mongo`, in `[drill] image`"),
        2 => failure(&with_last_words("the server refused its options", log)),
        14 => failure(&with_last_words("the server could not go on with its data files", log)),
        62 | 100 => failure(&with_last_words("the server could not open its data files", log)),
        134 | 139 => failure(&with_last_words("the server crashed", log)),
        0 => failure("the server ended by itself"),
        _ => failure(&with_last_words("the server ended", log)),
    }
}

/// `what` and the most telling line of the log, if there is one.
fn with_last_words(what: &str, log: &[String]) -> String {
    let lines = log.iter().map(|line| LogLine::read(line));
    let (mut last, mut worst) = (None, None);
    for line in lines {
        if line.is_bad {
            worst = Some(line.text);
        }
        last = Some(line.text);
    }
    match worst.or(last) {
        Some(words) => format!("{what}: {}", one_line(words)),
        None => what.to_owned(),
    }
}

/// A line of a server's log, as [`without_documents`] leaves it.
///
/// [`without_documents`]: crate::adapters::docker::server_log::without_documents
struct LogLine<'a> {
    text: &'a str,
    /// Whether it is an error or fatal.
    is_bad: bool,
}

impl<'a> LogLine<'a> {
    /// `2020-01-01T00:00:00.000+0000 F  CONTROL  [main] Failed global initialization`; what is not
    /// of this form is taken whole.
    fn read(line: &'a str) -> Self {
        let severity = line.split_whitespace().nth(1).unwrap_or_default();
        let text = line.split_once(&format!(" {severity} ")).map(|(_, rest)| rest.trim_start());
        match (severity, text.and_then(|rest| rest.split_once(char::is_whitespace))) {
            ("E" | "F" | "W" | "I" | "D", Some((_component, text))) => {
                Self { text: text.trim_start(), is_bad: matches!(severity, "E" | "F") }
            }
            _ => Self { text: line, is_bad: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::docker::server_log::without_documents;

    fn exit(code: i64, oom_killed: bool, log: &[&str]) -> Failure {
        let log: Vec<String> = log.iter().map(|line| without_documents(line)).collect();
        explain_exit(&ContainerState::Exited { code, oom_killed }, &log)
    }

    #[test]
    fn each_end_has_its_sentence() {
        for (code, oom_killed, log, words) in [
            (137, true, "", "out of its memory"),
            (137, false, "", "killed from outside"),
            (132, false, "", "instruction"),
            (1, false, "exec /usr/bin/mongod: exec format error", "another processor"),
            (14, false, "WiredTiger: No space left on device", "disk is full"),
            (
                14,
                false,
                r#"{"s":"E","c":"STORAGE","msg":"WiredTiger error","attr":{"message":"write: No space left on device"}}"#,
                "disk is full",
            ),
            (14, false, "", "could not go on"),
            (100, false, "", "could not open"),
            (124, false, "", "time limit"),
            (127, false, "", "does not run `mongod`"),
            (55, false, "", "the server ended"),
        ] {
            let failure = exit(code, oom_killed, &[log]);
            assert!(failure.what.contains(words), "{code}: {failure}");
            assert!(failure.what.contains(&code.to_string()), "{code}: {failure}");
        }
    }

    #[test]
    fn the_last_error_of_the_log_is_told_not_the_last_line() {
        let new = [
            r#"{"t":{},"s":"E","c":"STORAGE","msg":"Failed to open","attr":{}}"#,
            r#"{"t":{},"s":"I","c":"CONTROL","msg":"Shutting down","attr":{}}"#,
        ];
        assert!(exit(100, false, &new).what.contains("data files: Failed to open"));
        let old = [
            "2020-01-01T00:00:00.000+0000 F  CONTROL  [main] Failed global initialization",
            "2020-01-01T00:00:00.000+0000 I  CONTROL  [main] bye",
        ];
        assert!(exit(2, false, &old).what.contains("Failed global initialization"));
    }

    #[test]
    fn a_sandbox_that_is_gone_was_removed_by_another() {
        assert_eq!(explain_exit(&ContainerState::Gone, &[]).kind, FailureKind::Missing);
    }
}
