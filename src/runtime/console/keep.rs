//! Files that are replaced whole: a reader, a full disk and a killed process meet the old text or the
//! new one, never a half of it.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// Between the name of a file and what makes its successor's name another one.
const SUCCESSOR: &str = ".new-";

/// Writes what becomes the file at `path` once it is whole and on the disk.
pub(in crate::runtime) fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let prefix = format!("{name}{SUCCESSOR}");
    let folder = path.parent().unwrap_or(Path::new("."));
    prepare(folder)?;
    tidy(folder, &prefix)?;
    let successor = Builder::new().prefix(&prefix).tempfile_in(folder)?;
    // Held until it has its place: whoever tidies up can tell it from one that was left behind.
    successor.as_file().lock()?;
    let mut file = BufWriter::new(successor);
    write(&mut file)?;
    let successor: NamedTempFile = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    successor.as_file().sync_all()?;
    successor.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The folder, for this user alone.
pub(in crate::runtime) fn prepare(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Removes what a killed process has begun and nobody will finish.
fn tidy(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_successor = entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix));
        if is_successor && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("console.json");
        replace(&path, |file| file.write_all(b"old")).unwrap();
        let full = replace(&path, |file| {
            file.write_all(b"ne")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(full.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        replace(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(path.parent().unwrap()), ["console.json"]);
    }

    #[test]
    fn what_a_killed_process_began_is_removed_and_what_another_writes_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join("a.json.new-left");
        let (living, other) = (folder.path().join("a.json.new-x"), folder.path().join("b.json"));
        for path in [&left, &living, &other] {
            fs::write(path, "half").unwrap();
        }
        let lock = File::open(&living).unwrap();
        lock.lock().unwrap();
        replace(&folder.path().join("a.json"), |file| file.write_all(b"whole")).unwrap();
        let mut names = names(folder.path());
        names.sort();
        assert_eq!(names, ["a.json", "a.json.new-x", "b.json"]);
    }
}
