//! The console of a user who has nothing but one folder.

use std::fs;
use std::path::Path;

use crate::subject;
use crate::terminal::Terminal;

/// Opens it with a configuration, and with more in its environment.
pub(crate) fn open(home: &Path, config: &str, more: &[(&str, &Path)]) -> Terminal {
    let file = home.join("config.toml");
    fs::write(&file, config).unwrap();
    let own = [("HOME", home), ("TMPDIR", home), ("LIFEBOAT_CONFIG", &*file)];
    Terminal::start(&subject::program(), &[&own, more].concat())
}
