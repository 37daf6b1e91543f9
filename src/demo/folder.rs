//! The folder of a world: it goes with the world, and where a process was killed with the next one that starts.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// How the folders of all worlds begin, and the file in each that its process holds.
const PREFIX: &str = "lifeboat-demo-";
const HELD: &str = "held";

/// A folder that is there as long as this is held.
pub(in crate::demo) struct Folder {
    folder: TempDir,
    /// Locked as long as the process lives.
    _held: File,
}

impl Folder {
    /// The file gets its name when it is locked: whoever finds it unlocked knows that its process is gone.
    pub(in crate::demo) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        let unlocked = folder.path().join("new");
        let held = File::create(&unlocked)?;
        held.lock()?;
        fs::rename(unlocked, folder.path().join(HELD))?;
        Ok(Self { folder, _held: held })
    }

    pub(in crate::demo) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders of worlds whose process was killed.
pub fn sweep() {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten();
    for entry in entries.flatten() {
        let is_world = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let held = File::open(entry.path().join(HELD));
        if is_world && held.is_ok_and(|held| held.try_lock().is_ok()) {
            // Another start may be at it too.
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folder_of_a_world_that_was_killed_is_swept() {
        let living = Folder::new().unwrap();
        let Folder { folder: killed, _held: held } = Folder::new().unwrap();
        fs::write(killed.path().join("kubeconfig"), "").unwrap();
        drop(held);
        sweep();
        assert!(living.path().exists());
        assert!(!killed.path().exists());
    }
}
