//! Screens that were saved: one file each, named by what it shows and when.

use std::path::Path;

use crate::domain::failure::{Failure, FailureKind};
use crate::runtime::clock::Clock;

use super::keep;

/// Writes `text` into the folder for saved screens; its path.
pub(super) fn write(state: &Path, name: &str, text: &str, clock: Clock) -> Result<String, Failure> {
    let folder = state.join("screens");
    let at = clock.now().strftime("%Y-%m-%dT%H-%M-%S");
    // What a pod is called does not decide where a file goes.
    let name: String = name
        .chars()
        .map(|it| if it.is_alphanumeric() || "-._".contains(it) { it } else { '-' })
        .collect();
    let path = folder.join(format!("{at}-{name}"));
    // Whole or not at all: a full disk leaves no empty file behind.
    match keep::replace(&path, |file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(told(&path, std::env::home_dir().as_deref())),
        Err(error) => {
            let text = format!("not saved, {error}: {}", path.display());
            Err(Failure::new(FailureKind::Unexpected, text))
        }
    }
}

/// A path below `home` as shells have it: short enough to be read on one line.
fn told(path: &Path, home: Option<&Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) => format!("~/{}", below.display()),
        None => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_home_is_told_as_shells_have_it() {
        let path = Path::new("/home/ada/.local/state/a.md");
        assert_eq!(told(path, Some(Path::new("/home/ada"))), "~/.local/state/a.md");
        assert_eq!(told(path, Some(Path::new("/home/bob"))), "/home/ada/.local/state/a.md");
        assert_eq!(told(path, None), "/home/ada/.local/state/a.md");
    }

    #[test]
    fn a_name_from_outside_stays_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::starting_at("2026-11-20T09:30:00Z".parse().unwrap());
        let path = write(folder.path(), "../../api\u{1b}[31m.log", "x", clock).unwrap();
        assert!(path.starts_with(&folder.path().join("screens").display().to_string()));
        assert!(!path.contains('\u{1b}') && path.contains("2026-11-20T09-30-00"), "{path}");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "x");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let clock = Clock::starting_at("2026-11-20T09:30:00Z".parse().unwrap());
        let failure = write(Path::new("/proc/nowhere"), "pods.tsv", "x", clock).unwrap_err();
        assert!(failure.what.contains("/proc/nowhere"), "{failure}");
    }
}
