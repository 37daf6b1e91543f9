//! What a container's command line runs, behind what wraps it.

use std::time::Duration;

use crate::demo::docker::shell::{has_program, seconds};

/// What a container's command line runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    /// The command without what wraps it.
    pub(super) argv: Vec<String>,
    /// After which `timeout` ends it.
    pub(super) limit: Option<Duration>,
}

impl Program {
    /// Looks through `timeout` and the image's entrypoint.
    pub(super) fn of(argv: &[String]) -> Self {
        let (mut rest, mut limit) = (argv, None);
        while let [wrapper, after @ ..] = rest {
            match wrapper.rsplit('/').next() {
                Some("timeout") => {
                    let mut after = after;
                    loop {
                        match after {
                            [flag, _, then @ ..] if matches!(flag.as_str(), "-k" | "-s") => {
                                after = then;
                            }
                            [flag, then @ ..] if flag.starts_with('-') => after = then,
                            [duration, then @ ..] => {
                                limit = seconds(duration);
                                after = then;
                                break;
                            }
                            [] => break,
                        }
                    }
                    rest = after;
                }
                Some("docker-entrypoint.sh") => rest = after,
                _ => break,
            }
        }
        let mut argv = rest.to_vec();
        // The entrypoint takes flags alone for those of the server.
        if argv.first().is_none_or(|first| first.starts_with('-')) {
            argv.insert(0, "mongod".to_owned());
        }
        Self { argv, limit }
    }

    pub(super) fn is_server(&self) -> bool {
        let name = self.argv.first().and_then(|program| program.rsplit('/').next());
        name == Some("mongod") && !self.argv.iter().any(|flag| flag == "--version")
    }

    /// The program that the image lacks, if it lacks it.
    pub(super) fn missing(&self) -> Option<&str> {
        self.argv.first().map(String::as_str).filter(|program| !has_program(program))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_behind_what_wraps_it() {
        let three_hours = Some(Duration::from_hours(3));
        let table = [
            ("docker-entrypoint.sh mongod", "mongod", None),
            ("docker-entrypoint.sh --quiet", "mongod --quiet", None),
            ("timeout -k 30 10800 docker-entrypoint.sh mongod --x", "mongod --x", three_hours),
            ("/usr/bin/timeout 3h sh -c true", "sh -c true", three_hours),
            ("cat /proc/cpuinfo", "cat /proc/cpuinfo", None),
        ];
        for (line, expected, limit) in table {
            let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let program = Program::of(&argv);
            assert_eq!((program.argv.join(" ").as_str(), program.limit), (expected, limit));
            assert_eq!(program.is_server(), expected.starts_with("mongod"), "{line}");
        }
    }
}
