//! What was done to clusters, a line each, for whoever asks later: `actions.jsonl` in the state folder.
//! Lines are only ever added.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::domain::deed::DeedLine;

use super::keep;

/// Where the lines of `state` are.
pub(super) fn file(state: &Path) -> PathBuf {
    state.join("actions.jsonl")
}

/// Adds a line; it is on the disk when this returns.
pub(super) fn append(state: &Path, line: &DeedLine) -> io::Result<()> {
    keep::prepare(state)?;
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).mode(0o600).open(file(state))?;
    let mut text = Vec::new();
    if is_cut(&mut file)? {
        // An earlier line has lost its end; this one must not lose its beginning to it.
        text.push(b'\n');
    }
    serde_json::to_writer(&mut text, line)?;
    text.push(b'\n');
    // One write: two consoles never mix their lines.
    file.write_all(&text)?;
    file.sync_data()
}

/// Whether the last line has no end.
fn is_cut(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::deed::{Deed, What};
    use crate::domain::environment::EnvironmentName;

    fn line(pod: &str) -> DeedLine {
        DeedLine {
            at: "2026-11-03T08:55:00Z".parse().unwrap(),
            who: "ann@desk".to_owned(),
            deed: Deed {
                environment: EnvironmentName("dev".to_owned()),
                namespace: "default".into(),
                what: What::Shell { pod: pod.into(), container: "api".into() },
            },
            result: Err("refused\nby the server".to_owned()),
        }
    }

    fn read(state: &Path) -> Vec<Option<DeedLine>> {
        let text = fs::read_to_string(file(state)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).ok()).collect()
    }

    #[test]
    fn each_deed_is_a_line_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        for pod in ["api-0", "api-\u{1b}1"] {
            append(&state, &line(pod)).unwrap();
        }
        assert_eq!(read(&state), [Some(line("api-0")), Some(line("api-\u{1b}1"))]);
    }

    #[test]
    fn a_line_that_was_cut_spoils_only_itself() {
        let state = tempfile::tempdir().unwrap();
        fs::write(file(state.path()), "{\"at\": \"2026-11").unwrap();
        append(state.path(), &line("api-0")).unwrap();
        assert_eq!(read(state.path()), [None, Some(line("api-0"))]);
    }
}
