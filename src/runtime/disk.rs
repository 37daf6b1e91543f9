//! The disk of a folder: what is to be downloaded must fit before the first byte comes.

use std::path::Path;

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::units::ByteSize;

/// Refuses a download of `missing` bytes into `folder` where its disk has less room. A disk that does
/// not tell holds up nothing.
pub(super) fn check_room(folder: &Path, missing: ByteSize) -> Result<(), Failure> {
    match free(folder) {
        Ok(free) => refuse(folder, free, missing),
        Err(error) => {
            tracing::warn!(folder = %folder.display(), %error, "the free space is not known");
            Ok(())
        }
    }
}

fn refuse(folder: &Path, free: ByteSize, missing: ByteSize) -> Result<(), Failure> {
    if missing <= free {
        return Ok(());
    }
    let folder = folder.display();
    Err(Failure::new(
        FailureKind::Unexpected,
        format!("the disk of the folder {folder} has {free} free, the download needs {missing}"),
    )
    .advise("make room on that disk; XDG_CACHE_HOME names another cache folder"))
}

/// What is free where `folder` is, or will be once it is made.
pub(super) fn free_above(folder: &Path) -> Option<ByteSize> {
    let there = folder.ancestors().find(|folder| folder.exists())?;
    free(there).ok()
}

/// What somebody without privileges may still write.
fn free(folder: &Path) -> std::io::Result<ByteSize> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(ByteSize(disk.f_bavail.saturating_mul(disk.f_frsize)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_with_both_sizes() {
        let folder = Path::new("/cache");
        let (small, large) = (ByteSize::mebibytes(512), ByteSize::gibibytes(2));
        assert_eq!(refuse(folder, large, large), Ok(()));
        let failure = refuse(folder, small, large).unwrap_err();
        assert_eq!(
            failure.what,
            "the disk of the folder /cache has 512.0 MiB free, the download needs 2.0 GiB"
        );
        assert!(failure.advice.is_some());
    }

    #[test]
    fn a_real_disk_has_room_for_a_byte_and_not_for_everything() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check_room(folder.path(), ByteSize(1)), Ok(()));
        assert!(check_room(folder.path(), ByteSize(u64::MAX)).is_err());
        assert_eq!(check_room(&folder.path().join("absent"), ByteSize(u64::MAX)), Ok(()));
    }
}
