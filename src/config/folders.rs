//! Where this platform keeps an application's files.

use std::path::PathBuf;

use directories::ProjectDirs;

/// The places that are used unless something else is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultFolders {
    /// The configuration file.
    pub config_file: PathBuf,
    /// The journal.
    pub data: PathBuf,
    /// Downloads under way.
    pub cache: PathBuf,
    /// Log files and runs under way.
    pub state: PathBuf,
}

/// Without a home folder there is no place for anything.
#[derive(Debug, thiserror::Error)]
#[error("this user has no home folder; set HOME")]
pub struct NoHomeFolder;

impl DefaultFolders {
    /// As the platform has it: `~/.config/lifeboat`, `~/.local/share/lifeboat` and so on.
    pub fn of_this_user() -> Result<Self, NoHomeFolder> {
        let places = ProjectDirs::from("", "", "lifeboat").ok_or(NoHomeFolder)?;
        // Only Linux knows a place for state; elsewhere it lies beside the data.
        let state = places.state_dir().unwrap_or_else(|| places.data_local_dir());
        Ok(Self {
            config_file: places.config_dir().join("config.toml"),
            data: places.data_dir().to_owned(),
            cache: places.cache_dir().to_owned(),
            state: state.to_owned(),
        })
    }
}
