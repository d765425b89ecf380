//! One run at a time per output folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::PublishError;
use crate::tables::plain_file;

/// The right to write into an output folder. Freed when dropped, or by the kernel when the process ends.
#[derive(Debug)]
pub struct OutputLock {
    out: PathBuf,
    /// Open for as long as the lock is held.
    _file: File,
}

impl OutputLock {
    /// Makes the output folder if need be and takes its lock without waiting.
    ///
    /// # Errors
    /// [`PublishError::Locked`] if another process holds it; [`PublishError::Io`] if the folder cannot be made.
    pub fn acquire(out: &Path) -> Result<Self, PublishError> {
        fs::create_dir_all(out).map_err(|source| PublishError::io("cannot make", out, source))?;
        let path = out.join(".lock");
        let failed = |source| PublishError::io("cannot lock", &path, source);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = plain_file::open_with(&path, &mut options).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(source)) => return Err(failed(source)),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = file.read_to_string(&mut text);
                let holder = read.ok().map(|_| text.trim().to_owned()).filter(|pid| !pid.is_empty());
                return Err(PublishError::Locked { out: out.to_owned(), holder });
            }
        }
        // The process number is for the other's error message alone.
        let note = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        note.map_err(failed)?;
        Ok(Self { out: out.to_owned(), _file: file })
    }

    /// The output folder.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }
}
