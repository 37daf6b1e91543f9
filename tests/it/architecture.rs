//! The rules of the code map, checked on the source text.

use std::fs;
use std::path::Path;

/// A folder (or file) of `src`, and the folders of `src` that it may name.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("dump", &["dump", "domain"]),
    ("drill", &["drill", "dump", "domain"]),
    ("journal", &["journal", "drill", "domain"]),
    ("config", &["config", "domain"]),
    ("adapters", &["adapters", "drill", "dump", "domain"]),
    ("demo", &["demo", "config", "journal", "drill", "domain"]),
    ("cli", &["cli", "config", "demo", "domain"]),
    ("app", &["app", "drill", "domain"]),
    ("ui", &["ui", "app", "drill", "domain"]),
    ("logging.rs", &[]),
];

/// What the core may not name, so that it can neither block nor be flaky.
const CORE: &[&str] = &["domain", "dump", "drill", "app"];
const OUTSIDE: &[&str] = &[
    "tokio",
    "tokio_util",
    "ratatui",
    "crossterm",
    "bollard",
    "mongodb",
    "aws_config",
    "aws_sdk_s3",
    "aws_sdk_cloudwatch",
    "kube",
    "reqwest",
    "hyper",
    "s3s",
    "tracing",
];

/// Each SDK, and the only places that name it.
const SDK: &[(&str, &[&str])] = &[
    ("bollard", &["adapters/docker"]),
    ("mongodb", &["adapters/mongodb"]),
    ("aws_sdk_s3", &["adapters/s3"]),
    ("aws_sdk_cloudwatch", &["adapters/cloudwatch"]),
    ("aws_config", &["adapters/aws", "adapters/s3", "adapters/cloudwatch"]),
    ("minicbor", &["demo/cloudwatch"]),
    ("kube", &["adapters/kubernetes"]),
    ("reqwest", &["adapters/slack.rs", "adapters/ping.rs"]),
    ("s3s", &["demo/s3"]),
    ("color_eyre", &["main.rs"]),
    ("clap", &["cli"]),
];

const MOST_CODE_LINES: usize = 400;
const FORBIDDEN_NAMES: &[&str] =
    &["utils", "helpers", "common", "misc", "types", "manager", "handler", "data", "service"];

#[test]
fn folders_name_only_what_the_code_map_allows() {
    for (folder, allowed) in MAY_USE {
        for source in sources().iter().filter(|source| source.is_in(folder) && !source.is_test()) {
            for (place, line) in source.code() {
                for named in names_after(line, "crate::") {
                    assert!(allowed.contains(&named), "{place}: {folder} must not use {named}");
                }
            }
        }
    }
}

#[test]
fn the_core_knows_nothing_of_the_outside() {
    for source in sources().iter().filter(|source| CORE.iter().any(|core| source.is_in(core))) {
        for (place, line) in source.code() {
            for name in OUTSIDE {
                assert!(!names_crate(line, name), "{place}: the core must not use {name}");
            }
        }
    }
}

#[test]
fn each_sdk_is_named_in_one_place() {
    for (sdk, places) in SDK {
        for source in sources().iter().filter(|source| !source.is_test()) {
            if places.iter().any(|place| source.is_in(place)) {
                continue;
            }
            for (place, line) in source.code() {
                assert!(!names_crate(line, sdk), "{place}: only {places:?} may use {sdk}");
            }
        }
    }
}

#[test]
fn no_adapter_knows_another() {
    for source in sources().iter().filter(|source| source.is_in("adapters") && !source.is_test()) {
        let own = source.path.split('/').nth(1).unwrap().trim_end_matches(".rs");
        for (place, line) in source.code() {
            for named in names_after(line, "crate::adapters::") {
                let allowed = [own, "aws", "clock", "error", "sandbox"].contains(&named);
                assert!(allowed, "{place}: {own} must not use the adapter {named}");
            }
        }
    }
}

#[test]
fn the_world_never_uses_the_rules_that_it_is_there_to_check() {
    for source in sources().iter().filter(|source| source.is_in("demo") && !source.is_test()) {
        for (place, line) in source.code() {
            assert!(!line.contains("verdict::"), "{place}: the world must not judge");
            let drill = names_after(line, "crate::drill::");
            assert!(drill.iter().all(|name| *name == "record"), "{place}: only records");
        }
    }
}

#[test]
fn every_file_is_short_says_what_it_is_and_is_well_named() {
    for source in sources() {
        let stem = Path::new(&source.path).file_stem().unwrap().to_string_lossy().into_owned();
        assert!(source.text.starts_with("//! "), "{}: no module comment", source.path);
        assert!(!FORBIDDEN_NAMES.contains(&stem.as_str()), "{}: says nothing", source.path);
        let code = source.code().filter(|(_, line)| !line.trim().is_empty()).count();
        assert!(code <= MOST_CODE_LINES, "{}: {code} code lines", source.path);
    }
}

#[test]
fn what_is_printed_goes_through_the_paper() {
    for source in sources() {
        for (place, line) in source.code() {
            for forbidden in ["println!", "print!(", "eprintln!", "dbg!", "todo!", "unimplemented!"]
            {
                assert!(!line.contains(forbidden), "{place}: {forbidden}");
            }
        }
    }
}

#[test]
fn nothing_speaks_of_the_workshop() {
    for source in sources() {
        for word in ["TODO", "FIXME", "XXX"] {
            assert!(!source.text.contains(word), "{}: {word}", source.path);
        }
    }
}

struct Source {
    /// Relative to `src`.
    path: String,
    text: String,
}

impl Source {
    fn is_in(&self, place: &str) -> bool {
        self.path == place || self.path.starts_with(&format!("{place}/"))
    }

    fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        parts.any(|part| {
            ["tests", "tests.rs", "fake.rs", "fixture.rs", "properties.rs"].contains(&part)
        })
    }

    /// The lines above the tests that are no comment, each with its place.
    fn code(&self) -> impl Iterator<Item = (String, &str)> {
        let mut lines = self.text.lines().peekable();
        let mut code = Vec::new();
        let mut number = 0;
        while let Some(line) = lines.next() {
            number += 1;
            let opens_tests = line.trim() == "#[cfg(test)]"
                && lines.peek().is_some_and(|next| {
                    next.trim_start().starts_with("mod ") && next.ends_with('{')
                });
            if opens_tests {
                break;
            }
            if !line.trim_start().starts_with("//") {
                code.push((format!("src/{}:{number}", self.path), line));
            }
        }
        code.into_iter()
    }
}

/// The names that follow `prefix` in a line: `crate::domain::x` names `domain`.
fn names_after<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    let is_start = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    line.match_indices(prefix)
        .filter(|(at, _)| is_start(*at))
        .map(|(at, _)| {
            let rest = &line[at + prefix.len()..];
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
        })
        .collect()
}

/// Whether a line names an outside crate, rather than a module of ours with the same name.
fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(&format!("{name}::"))
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
        && !line.contains(&format!("mod {name}"))
        && !line.trim_start().starts_with(&format!("{name}::self"))
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 50, "the sources are not where they are looked for");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            found.push(Source { path: relative, text: fs::read_to_string(&path).unwrap() });
        }
    }
}
