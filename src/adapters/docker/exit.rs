//! Why a sandbox ended, from its exit code and its log.

use crate::adapters::docker::container::ContainerState;
use crate::adapters::docker::refusal::{official_image, one_line};
use crate::domain::engine::Engine;
use crate::domain::failure::{Failure, FailureKind};
use crate::drill::recipe;

/// One sentence and one next step for a sandbox that is not as it should be.
pub fn explain_exit(database: Engine, state: &ContainerState, log: &[String]) -> Failure {
    let unexpected = |what: &str| Failure::new(FailureKind::Unexpected, what);
    match *state {
        ContainerState::Created => unexpected("the sandbox was created and never started"),
        ContainerState::Running => {
            let what = "the sandbox runs, but its server does not answer";
            unexpected(&with_last_words(database, what, log))
        }
        ContainerState::Gone => {
            Failure::new(FailureKind::Missing, "the sandbox was removed while the drill ran")
                .advise("look what prunes containers on this engine, then drill again")
        }
        ContainerState::Exited { code, oom_killed } => exited(database, code, oom_killed, log),
    }
}

fn exited(database: Engine, code: i64, oom_killed: bool, log: &[String]) -> Failure {
    let failure =
        |what: &str| Failure::new(FailureKind::Unexpected, format!("{what} (exit code {code})"));
    let in_log = |words: &str| log.iter().any(|line| line.to_lowercase().contains(words));
    let server = recipe::server(database);
    let last_words = |what: &str| failure(&with_last_words(database, what, log));
    let ending = server.endings.iter().find(|ending| ending.codes.contains(&code));
    let is_disk_full = in_log("no space left on device");
    match code {
        _ if oom_killed => {
            failure("the sandbox ran out of its memory").advise("raise `[drill] memory`")
        }
        _ if in_log("exec format error") => failure("the image is made for another processor")
            .advise("name an image of this engine's architecture in `[drill] image`"),
        132 => failure("the server died of an instruction that the engine's processor lacks")
            .advise(server.processor_advice),
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
        126 | 127 => failure(&format!("the image does not run `{}`", server.program))
            .advise(official_image(database)),
        134 | 139 => last_words("the server crashed"),
        0 => failure("the server ended by itself"),
        _ => last_words(ending.map_or("the server ended", |ending| ending.what)),
    }
}

/// `what` and the most telling line of the log, if there is one.
fn with_last_words(database: Engine, what: &str, log: &[String]) -> String {
    match recipe::last_words(database, log) {
        Some(words) => format!("{what}: {}", one_line(words)),
        None => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: Engine = Engine::Mongodb;

    fn exit(code: i64, oom_killed: bool, log: &[&str]) -> Failure {
        let kept = |line: &&str| recipe::without_documents(DATABASE, line);
        let log: Vec<String> = log.iter().map(kept).collect();
        explain_exit(DATABASE, &ContainerState::Exited { code, oom_killed }, &log)
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
        let log = [
            r#"{"t":{},"s":"E","c":"STORAGE","msg":"Failed to open","attr":{}}"#,
            r#"{"t":{},"s":"I","c":"CONTROL","msg":"Shutting down","attr":{}}"#,
        ];
        assert!(exit(100, false, &log).what.contains("data files: Failed to open"));
    }

    #[test]
    fn a_sandbox_that_is_gone_was_removed_by_another() {
        assert_eq!(explain_exit(DATABASE, &ContainerState::Gone, &[]).kind, FailureKind::Missing);
    }
}
