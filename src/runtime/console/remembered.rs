//! What the console keeps between two sessions: `console.json` in the state folder.

use std::fs;
use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keep;

const FILE: &str = "console.json";

/// Goes up when an older program would misread the file.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    format: u32,
    console: T,
}

/// Only the format, which every version can read.
#[derive(Deserialize)]
struct Header {
    format: u32,
}

/// What the last session left behind. A file that is not there, or that cannot be read, is as none.
pub fn load<T: DeserializeOwned + Default>(state: &Path) -> T {
    let path = state.join(FILE);
    let problem = match fs::read(&path).map(|bytes| read(&bytes)) {
        Ok(Ok(console)) => return console,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return T::default(),
        Ok(Err(problem)) => problem,
        Err(error) => error.to_string(),
    };
    tracing::warn!(path = %path.display(), problem, "the last session is forgotten");
    T::default()
}

pub fn save<T: Serialize>(state: &Path, console: &T) -> io::Result<()> {
    keep::replace(&state.join(FILE), |file| {
        serde_json::to_writer_pretty(&mut *file, &Kept { format: FORMAT, console })?;
        file.write_all(b"\n")
    })
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let header: Header = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if header.format != FORMAT {
        return Err(format!("its format is {}, and this program knows {FORMAT}", header.format));
    }
    let kept: Kept<T> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    Ok(kept.console)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Console {
        filter: String,
        sorts: HashMap<String, u8>,
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let state = tempfile::tempdir().unwrap();
        let console = Console {
            filter: "restarts>=5 \u{1b}[2J".to_owned(),
            sorts: HashMap::from([("pods".to_owned(), 3)]),
        };
        save(state.path(), &console).unwrap();
        assert_eq!(load::<Console>(state.path()), console);
    }

    #[test]
    fn a_missing_a_broken_and_a_newer_file_are_as_a_first_session() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(load::<Console>(state.path()), Console::default());
        for text in [
            "",
            "{\"format\": 1, \"console\": {\"filter\"",
            "{\"format\": 1, \"console\": {\"filter\": 3}}",
            "{\"format\": 2, \"console\": {\"filter\": \"of later\"}}",
        ] {
            fs::write(state.path().join(FILE), text).unwrap();
            assert_eq!(load::<Console>(state.path()), Console::default(), "{text}");
        }
    }

    #[test]
    fn a_newer_setting_within_the_same_format_is_passed_over() {
        let text = br#"{"format": 1, "console": {"filter": "api", "hat": true}}"#;
        assert_eq!(read::<Console>(text).unwrap().filter, "api");
    }
}
