//! The configuration file: read once, checked whole, and turned into `domain::settings`.
//! Secrets are named in it, never written.

mod file;
mod folders;
mod mask;
mod problem;
mod quantity;
mod sample;
mod show;
mod suggest;
mod validate;
mod value;

#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

use toml::de::DeTable;

use crate::config::file::{Findings, read_root};
use crate::config::problem::Finding;
use crate::domain::settings::Settings;

pub use crate::config::folders::{DefaultFolders, NoHomeFolder};
pub use crate::config::problem::{Colours, Place, Problem, Problems};
pub use crate::config::quantity::parse_duration;
pub use crate::config::sample::{
    Bucket, Context, CronJob, Discovered, Found, Profile, Standing, sample,
};
pub use crate::config::show::show;
pub use crate::config::validate::console::ACTIONS;
pub use crate::config::validate::metrics::{PRICES, default_prices};

/// Every setting with its comment and its default.
pub const REFERENCE: &str = include_str!("../../config/lifeboat.toml");

/// Reads `text`, which came from `origin`: the settings, or everything that is wrong with it.
pub fn read(text: &str, origin: &str, folders: &DefaultFolders) -> Result<Settings, Problems> {
    let table = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let message = format!("this is not TOML: {}", error.message());
        Problems::locate(origin, text, vec![Finding { span, message, hint: None }], &[])
    })?;
    let findings = Findings::default();
    let settings = read_root(table.get_ref(), &findings, |file| validate::settings(file, folders));
    match findings.conclude(origin, text) {
        None => Ok(settings),
        Some(problems) => Err(problems),
    }
}

/// Reads the file at `path`, which must be there, or the one at the usual place, which need not.
pub fn load(path: Option<&Path>, folders: &DefaultFolders) -> Result<Settings, Problems> {
    let place = path.unwrap_or(&folders.config_file);
    let origin = place.display().to_string();
    match std::fs::read(place) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes).map_err(|error| {
                let offset = error.utf8_error().valid_up_to();
                let message = format!("the file is not text: byte {offset} is not UTF-8");
                Problems::of_file(&origin, message, None)
            })?;
            read(&text, &origin, folders)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_none() => {
            read("", &origin, folders)
        }
        Err(error) => {
            let missing = error.kind() == io::ErrorKind::NotFound;
            let hint = missing.then(|| "`lifeboat config init` writes a file to start from".into());
            Err(Problems::of_file(&origin, format!("the file cannot be read: {error}"), hint))
        }
    }
}
