//! Room for what intake writes on its way; gone when the run ends, however it ends.

use std::fs;
use std::path::{Path, PathBuf};

use crate::job::error::JobError;

/// Name of the folder inside the results folder: the same disk, so that a full one is noticed before the end.
const NAME: &str = ".scratch";

/// A folder that is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Makes an empty scratch folder inside `parent`, after clearing what a run that died left there. The caller holds
    /// the lock of `parent`, or `parent` is the caller's alone.
    pub(super) fn create(parent: &Path) -> Result<Self, JobError> {
        Self::clear(parent)?;
        let folder = parent.join(NAME);
        let failed = |source| JobError::Io { doing: "cannot make the scratch folder", path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        private(&folder).map_err(failed)?;
        Ok(Self { folder })
    }

    /// Removes what a run that died left inside `parent`, under the same condition.
    pub(super) fn clear(parent: &Path) -> Result<(), JobError> {
        let folder = parent.join(NAME);
        match fs::remove_dir_all(&folder) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(JobError::Io { doing: "cannot clear the scratch folder", path: folder, source })
            }
            _ => Ok(()),
        }
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Scratch holds customers' rows: for the owner alone.
#[cfg(unix)]
fn private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing to do about a failure here: the next run clears the folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
