//! `lifeboat config`: begins, checks and shows the configuration.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::cli::ConfigCommand;
use crate::config::{self, Colours, DefaultFolders, Problems};
use crate::domain::environment::BackupSet;
use crate::runtime::discovery::discover;
use crate::runtime::exit::Exit;

use super::paint::{Paper, Tone, complain, say};

/// Runs one of the commands; `named` is the file that was asked for, if one was.
pub async fn configure(
    command: ConfigCommand,
    named: Option<&Path>,
    folders: &DefaultFolders,
    paper: Paper,
) -> Exit {
    let path = named.unwrap_or(&folders.config_file);
    match command {
        ConfigCommand::Path => {
            say(&path.display().to_string());
            Exit::Well
        }
        ConfigCommand::Init => init(path, paper).await,
        ConfigCommand::Check => match config::load(named, folders) {
            Ok(settings) => {
                let state =
                    if path.exists() { "is fine" } else { "does not exist: the defaults hold" };
                say(&format!("{} {state}", path.display()));
                let sets = settings.sets().map(BackupSet::path).collect::<Vec<_>>();
                say(&format!(
                    "backup sets: {}",
                    if sets.is_empty() { "none".to_owned() } else { sets.join(", ") }
                ));
                Exit::Well
            }
            Err(problems) => refuse(&problems, paper),
        },
        ConfigCommand::Show => match config::load(named, folders) {
            Ok(settings) => {
                say(config::show(&settings).trim_end());
                Exit::Well
            }
            Err(problems) => refuse(&problems, paper),
        },
    }
}

/// Prints everything that is wrong with the file.
pub fn refuse(problems: &Problems, paper: Paper) -> Exit {
    let colours = if paper.colour { Colours::On } else { Colours::Off };
    complain(problems.render(colours).trim_end());
    Exit::Usage
}

async fn init(path: &Path, paper: Paper) -> Exit {
    if path.exists() {
        let text = format!("{} exists; it is not overwritten", path.display());
        complain(&format!("{} {text}", paper.ink(Tone::Bad, "error:")));
        return Exit::Usage;
    }
    let text = config::sample(&Box::pin(discover()).await);
    match write(path, &text) {
        Ok(()) => {
            say(&format!("written: {}", path.display()));
            say("next: complete it, then `lifeboat config check` and `lifeboat drill`");
            Exit::Well
        }
        Err(error) => {
            let text = format!("writing {}: {error}", path.display());
            complain(&format!("{} {text}", paper.ink(Tone::Bad, "error:")));
            Exit::Unverified
        }
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
