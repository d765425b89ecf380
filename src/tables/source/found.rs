//! A file of a source as it was when the night first looked at it. Whatever is read of it later is read of the same file in
//! the same state, or not at all.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::error::SourceError;
use crate::catalogue::hex;
use crate::tables::plain_file;

/// How long a file has to be left alone before it is read. The clock of file systems ticks every ten milliseconds at
/// worst: what is written in the tick of the first look would not show. Our judgment.
const QUIET: Duration = Duration::from_millis(50);

/// How many times a file that is being written is waited for.
const ROUNDS: usize = 40;

/// A file of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundFile {
    /// Relative to the configuration's folder where it lies below it, with `/`; see [`shown`](super::files::shown).
    pub(super) shown: String,
    /// Where to open it.
    pub(super) path: PathBuf,
    /// What folders named `key=value` on the way to it say, outermost first; a value of `None` = said to be absent.
    pub(super) partitions: Vec<(String, Option<String>)>,
    /// What it was at the first look.
    pub(super) identity: Identity,
}

/// What tells a file, in the state it is in, from any other and from itself in another state.
///
/// The system alone sets the time of change, at every write: it differs where a size and a time of writing were put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) device: u64,
    pub(super) inode: u64,
    /// Size in bytes.
    pub(super) bytes: u64,
    /// Seconds and nanoseconds since 1970.
    written: (i64, i64),
    changed: (i64, i64),
}

impl Identity {
    pub(super) fn of(there: &Metadata) -> Self {
        Self {
            device: there.dev(),
            inode: there.ino(),
            bytes: there.size(),
            written: (there.mtime(), there.mtime_nsec()),
            changed: (there.ctime(), there.ctime_nsec()),
        }
    }

    /// What has happened to the file that is `now` there; `None` = nothing.
    fn change(self, now: Self) -> Option<&'static str> {
        if self == now {
            return None;
        }
        Some(match now.bytes.cmp(&self.bytes) {
            _ if (self.device, self.inode) != (now.device, now.inode) => "another file has taken its place",
            std::cmp::Ordering::Greater => "it has grown",
            std::cmp::Ordering::Less => "it has shrunk",
            std::cmp::Ordering::Equal => "it was written to, or its name or permissions were changed",
        })
    }

    /// Whether the last change is so young that another one may bear the same time. A clock that goes before ours makes it so,
    /// too.
    fn is_fresh(self, now: SystemTime) -> bool {
        let (seconds, nanos) = (u64::try_from(self.changed.0).unwrap_or(0), u32::try_from(self.changed.1).unwrap_or(0));
        !now.duration_since(UNIX_EPOCH + Duration::new(seconds, nanos)).is_ok_and(|age| age >= QUIET)
    }
}

impl FoundFile {
    /// Opens it: the very file, in the very state of the first look.
    ///
    /// # Errors
    /// [`SourceError::Changed`], or what the system says.
    pub(super) fn open(&self) -> Result<File, SourceError> {
        let failed = |source| self.or_changed(SourceError::io(&self.shown, source));
        let file = plain_file::open(&self.path).map_err(failed)?;
        let now = file.metadata().map_err(failed)?;
        self.compare(Identity::of(&now))?;
        Ok(file)
    }

    /// Looks once more: after this, whatever was read between the first look and now is what the file holds.
    ///
    /// # Errors
    /// [`SourceError::Changed`], or what the system says.
    pub(super) fn check_unchanged(&self) -> Result<(), SourceError> {
        self.compare(self.now()?)
    }

    /// What goes before an error met while reading: that the file has changed, which may well be its cause.
    pub(super) fn or_changed(&self, error: SourceError) -> SourceError {
        self.check_unchanged().err().filter(|other| matches!(other, SourceError::Changed { .. })).unwrap_or(error)
    }

    fn now(&self) -> Result<Identity, SourceError> {
        match self.path.metadata() {
            Ok(there) => Ok(Identity::of(&there)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Err(self.changed("it is gone"))
            }
            Err(source) => Err(SourceError::io(&self.shown, source)),
        }
    }

    fn compare(&self, now: Identity) -> Result<(), SourceError> {
        self.identity.change(now).map_or(Ok(()), |what| Err(self.changed(what)))
    }

    fn changed(&self, what: &'static str) -> SourceError {
        SourceError::Changed { file: self.shown.clone(), what }
    }

    /// SHA-256 in lower-case hex, read in pieces.
    ///
    /// # Errors
    /// As [`FoundFile::open`].
    pub(super) fn sha256(&self) -> Result<String, SourceError> {
        let mut reader = self.open()?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0u8; 1 << 18];
        loop {
            let read = reader.read(&mut buffer);
            let n = read.map_err(|source| self.or_changed(SourceError::io(&self.shown, source)))?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
        }
        self.check_unchanged()?;
        Ok(hex(&hasher.finalize()))
    }
}

/// Waits until none of the files was changed within the last moments, and takes each as it is then.
///
/// # Errors
/// [`SourceError::Changed`] for a file that is written to all the time.
pub(super) fn wait_until_quiet(found: &mut [FoundFile]) -> Result<(), SourceError> {
    let now = SystemTime::now();
    let mut fresh: Vec<&mut FoundFile> = found.iter_mut().filter(|file| file.identity.is_fresh(now)).collect();
    for _ in 0..ROUNDS {
        if fresh.is_empty() {
            return Ok(());
        }
        std::thread::sleep(QUIET);
        let mut still = Vec::new();
        for file in fresh {
            let now = file.now()?;
            if std::mem::replace(&mut file.identity, now) != now {
                still.push(file);
            }
        }
        fresh = still;
    }
    fresh.first().map_or(Ok(()), |file| Err(file.changed("it is still being written")))
}

/// A file that a test or `init` looks at by itself.
///
/// # Errors
/// What the system says.
pub(super) fn alone(path: &Path, shown: &str) -> Result<FoundFile, SourceError> {
    let there = path.metadata().map_err(|source| SourceError::io(shown, source))?;
    let (shown, path, identity) = (shown.to_owned(), path.to_owned(), Identity::of(&there));
    Ok(FoundFile { shown, path, partitions: Vec::new(), identity })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::codes::{Code, Coded as _};

    fn changed(file: &FoundFile) -> String {
        let error = file.check_unchanged().expect_err("changed");
        assert_eq!(error.code(), Code::InputChanged);
        assert_eq!(file.open().map(|_| ()).expect_err("changed").to_string(), error.to_string());
        assert_eq!(file.sha256().expect_err("changed").code(), Code::InputChanged);
        error.to_string()
    }

    #[test]
    fn a_file_that_was_replaced_written_to_or_removed_is_not_read_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        let fresh = || {
            fs::write(&path, "abc").expect("written");
            let mut found = [alone(&path, "a.csv").expect("there")];
            wait_until_quiet(&mut found).expect("left alone");
            let [file] = found;
            file
        };
        let file = fresh();
        // FIPS 180-2, appendix B.1.
        assert_eq!(file.sha256().expect("read"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        fs::write(&path, "abcd").expect("written");
        assert!(changed(&file).ends_with("it has grown"));
        let file = fresh();
        fs::write(&path, "ab").expect("written");
        assert!(changed(&file).ends_with("it has shrunk"));
        let file = fresh();
        let other = folder.path().join("b.csv");
        fs::write(&other, "abc").expect("written");
        fs::rename(&other, &path).expect("renamed");
        assert!(changed(&file).ends_with("another file has taken its place"));
        let file = fresh();
        fs::remove_file(&path).expect("removed");
        assert!(changed(&file).ends_with("it is gone"));
    }

    #[test]
    fn a_file_rewritten_in_place_whose_size_and_time_were_put_back_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        fs::write(&path, "abc").expect("written");
        let mut found = [alone(&path, "a.csv").expect("there")];
        wait_until_quiet(&mut found).expect("left alone");
        let before = path.metadata().expect("there").modified().expect("a time");
        fs::write(&path, "abd").expect("written");
        File::options().write(true).open(&path).and_then(|file| file.set_modified(before)).expect("put back");
        assert_eq!(path.metadata().expect("there").modified().expect("a time"), before);
        assert!(changed(&found[0]).contains("it was written to"));
    }

    #[test]
    fn a_file_that_is_being_written_is_waited_for_and_taken_as_it_is_then() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        fs::write(&path, "a").expect("written");
        let mut found = [alone(&path, "a.csv").expect("there")];
        fs::write(&path, "ab").expect("written");
        wait_until_quiet(&mut found).expect("left alone by now");
        assert_eq!(found[0].identity.bytes, 2);
        found[0].check_unchanged().expect("as it is");
    }
}
