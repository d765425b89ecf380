//! Room for what intake writes on its way; gone when the run ends, however it ends.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::job::error::JobError;
use crate::tables::publish::{PublishError, WorkFolder, clear_dead, clear_work};

/// Name of the folder inside the results folder: the same disk, so that a full one is noticed before the end.
const NAME: &str = ".scratch";

/// Beginning of the names of folders outside any results folder; the number of the process follows.
const ELSEWHERE: &str = "valueseg-check-";

/// Names a process tries.
const TRIES: u64 = 10_000;

/// Folders this process has made outside a results folder.
static MADE: AtomicU64 = AtomicU64::new(0);

/// A folder for the owner alone that is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    work: WorkFolder,
}

impl Scratch {
    /// Makes an empty scratch folder inside `parent`, after clearing what a run that died left there. The caller holds
    /// the lock of `parent`.
    pub(super) fn create(parent: &Path) -> Result<Self, JobError> {
        clear_elsewhere();
        Ok(Self { work: WorkFolder::make_anew(&parent.join(NAME))? })
    }

    /// Makes an empty scratch folder among the system's temporary ones, after clearing those of dead processes.
    pub(super) fn elsewhere() -> Result<Self, JobError> {
        clear_elsewhere();
        loop {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("{ELSEWHERE}{}-{number}", std::process::id()));
            match WorkFolder::make(&path) {
                // Somebody else's, or left by a process that had this number.
                Err(PublishError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists && number < TRIES => {
                }
                made => return Ok(Self { work: made? }),
            }
        }
    }

    /// Removes what a run that died left inside `parent`, under the same condition, and what checks that died left.
    pub(super) fn clear(parent: &Path) -> Result<(), JobError> {
        clear_elsewhere();
        Ok(clear_work(&parent.join(NAME))?)
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        self.work.path()
    }
}

/// Removes what dead processes left among the system's temporary folders.
fn clear_elsewhere() {
    clear_dead(&std::env::temp_dir(), ELSEWHERE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_checks_of_one_process_have_their_own_room_and_leave_nothing() {
        let (a, b) = (Scratch::elsewhere().expect("made"), Scratch::elsewhere().expect("made"));
        let (at, other) = (a.folder().to_owned(), b.folder().to_owned());
        assert_ne!(at, other);
        drop((a, b));
        assert!(!at.exists() && !other.exists());
    }
}
