//! One run at a time per output folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::PublishError;
use super::folders::make_folder;
use crate::tables::access::{FileMode, set_mode};
use crate::tables::plain_file;

/// The right to write into an output folder. Freed when dropped, or by the kernel when the process ends.
#[derive(Debug)]
pub struct OutputLock {
    out: PathBuf,
    /// The output folder was made by us.
    made: bool,
    /// Who may read what is written there.
    mode: FileMode,
    /// Open for as long as the lock is held.
    _file: File,
}

impl OutputLock {
    /// Makes the output folder if need be, for its owner alone, and takes its lock without waiting.
    ///
    /// # Errors
    /// [`PublishError::Locked`] if another process holds it; [`PublishError::Io`] if the folder cannot be made.
    pub fn acquire(out: &Path) -> Result<Self, PublishError> {
        let above = out.parent().filter(|above| !above.as_os_str().is_empty());
        above.map_or(Ok(()), fs::create_dir_all).map_err(|source| PublishError::io("cannot make", out, source))?;
        let made = make_folder(out)?;
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
        Ok(Self { out: out.to_owned(), made, mode: FileMode::default(), _file: file })
    }

    /// The same, with nights that those whom `mode` lets in may read. The output folder itself follows where it was made
    /// just now; what stood there before is left as it is.
    ///
    /// # Errors
    /// [`PublishError::Io`] if the folder does not take it.
    pub fn readable(self, mode: FileMode) -> Result<Self, PublishError> {
        if self.made {
            set_mode(&self.out, mode.folder()).map_err(|source| PublishError::io("cannot open", &self.out, source))?;
        }
        Ok(Self { mode, ..self })
    }

    /// Who may read what is written there.
    pub(super) fn mode(&self) -> FileMode {
        self.mode
    }

    /// The output folder.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }
}
