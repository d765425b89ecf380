//! One run at a time per output folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::PublishError;
use super::folders::make_folder;
use crate::tables::access::{FileMode, set_mode};
use crate::tables::plain_file;

/// Name of the file that is locked.
const NAME: &str = ".lock";

/// First line of the file. Earlier versions wrote the process number alone.
const LAYOUT: &str = "valueseg.running.1";

/// Longest content the file ever has.
const LONGEST: u64 = 64;

/// Folders in the output folder that hold what is stored. A link in their place leads into somebody else's.
const STORES: [&str; 3] = ["runs", "held", "models"];

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
    /// [`PublishError::Locked`] if another process holds it; [`PublishError::NotOurs`] if something else lies where a file
    /// or folder of ours belongs; [`PublishError::Io`] if the folder cannot be made.
    pub fn acquire(out: &Path) -> Result<Self, PublishError> {
        let above = out.parent().filter(|above| !above.as_os_str().is_empty());
        above.map_or(Ok(()), fs::create_dir_all).map_err(|source| PublishError::io("cannot make", out, source))?;
        let made = make_folder(out)?;
        let path = out.join(NAME);
        let failed = |source| PublishError::io("cannot lock", &path, source);
        is_free(&path)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = plain_file::open_with(&path, &mut options).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(source)) => return Err(failed(source)),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = file.take(LONGEST).read_to_string(&mut text);
                let holder = read.ok().and_then(|_| text.lines().last().map(str::to_owned));
                return Err(PublishError::Locked { out: out.to_owned(), holder });
            }
        }
        stores_are_ours(out)?;
        // The process number is for the other's error message alone.
        let pid = std::process::id();
        let note = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{LAYOUT}\n{pid}"));
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

/// Whether a lock file may be written at `path`: nothing is there, or one of ours.
fn is_free(path: &Path) -> Result<(), PublishError> {
    let failed = |source| PublishError::io("cannot lock", path, source);
    let others = |what| Err(PublishError::NotOurs { path: path.to_owned(), what });
    let data = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        data => data.map_err(failed)?,
    };
    if data.is_symlink() {
        return others("is a link");
    }
    if !data.is_file() {
        return others("is no file");
    }
    let mut text = Vec::new();
    File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut text)).map_err(failed)?;
    let digits = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'\n');
    let begun = LAYOUT.as_bytes().starts_with(&text) || text.starts_with(format!("{LAYOUT}\n").as_bytes());
    if text.len() as u64 <= LONGEST && (digits || begun) { Ok(()) } else { others("holds something else") }
}

/// Refuses links in the place of the folders that hold what is stored, and anything but a link of ours as `latest`.
fn stores_are_ours(out: &Path) -> Result<(), PublishError> {
    for name in STORES {
        let path = out.join(name);
        match fs::symlink_metadata(&path) {
            Ok(data) if data.is_symlink() => return Err(PublishError::NotOurs { path, what: "is a link" }),
            Ok(data) if !data.is_dir() => return Err(PublishError::NotOurs { path, what: "is no folder" }),
            _ => {}
        }
    }
    let path = out.join("latest");
    match (fs::symlink_metadata(&path), fs::read_link(&path)) {
        (Ok(_), Ok(target)) if target.starts_with("runs") => Ok(()),
        (Ok(_), Ok(_)) => Err(PublishError::NotOurs { path, what: "is a link to something else" }),
        (Ok(_), Err(_)) => Err(PublishError::NotOurs { path, what: "is no link" }),
        (Err(_), _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_lies_where_ours_belongs_is_refused_and_stays_as_it_was() {
        for (name, link) in
            [(".lock", true), (".lock", false), ("runs", true), ("held", false), ("latest", false), ("latest", true)]
        {
            let base = tempfile::tempdir().unwrap();
            let (out, theirs) = (base.path().join("out"), base.path().join("theirs"));
            fs::create_dir(&out).unwrap();
            fs::write(&theirs, "mine").unwrap();
            let path = out.join(name);
            if link {
                symlink(&theirs, &path).unwrap();
            } else {
                fs::write(&path, "mine").unwrap();
            }
            let refused = OutputLock::acquire(&out).unwrap_err();
            assert!(matches!(&refused, PublishError::NotOurs { path: at, .. } if *at == path), "{name}: {refused}");
            assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
            assert_eq!(fs::read_to_string(&theirs).unwrap(), "mine");
        }
    }

    #[test]
    fn the_lock_file_of_an_earlier_version_or_of_a_run_that_died_early_is_ours() {
        for text in ["", "4711\n", "valueseg", "valueseg.running.1\n4711\n"] {
            let out = tempfile::tempdir().unwrap();
            fs::write(out.path().join(NAME), text).unwrap();
            OutputLock::acquire(out.path()).unwrap();
            let now = fs::read_to_string(out.path().join(NAME)).unwrap();
            assert_eq!(now, format!("{LAYOUT}\n{}\n", std::process::id()));
        }
    }
}
