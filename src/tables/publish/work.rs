//! Folders a process works in: they carry our mark, and go when the process ends, however it ends.
//!
//! A folder of such a name that does not carry the mark is somebody else's and never touched; a link is not followed. The
//! mark is locked while its process lives, and the kernel frees it, so a later process knows a dead one's folder from a
//! live one's. The mark is the first thing in the folder and the last thing out: a folder is never ours without it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::PublishError;

/// Name of the mark.
pub const WORK_MARK: &str = ".valueseg-work";

/// First line of the mark.
pub const WORK_LAYOUT: &str = "valueseg.work.1";

/// Ending of what was set aside and must come back: such a folder is removed by nobody but who puts it back.
pub(super) const ASIDE: &str = ".old";

/// Tries to remove a folder that other threads may still write into.
const TRIES: usize = 200;

/// Rest between two tries.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(5);

/// Folders this process works in. One for the process, as a signal is.
static AT_WORK: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A folder to work in; gone when dropped, or with the process when it is told to stop.
#[derive(Debug)]
pub struct WorkFolder {
    path: PathBuf,
    /// Locked for as long as it is open.
    _mark: File,
}

impl WorkFolder {
    /// Makes a folder that is not there, for the owner alone.
    ///
    /// # Errors
    /// [`PublishError::Io`]; of the kind `AlreadyExists` if something lies there.
    pub fn make(path: &Path) -> Result<Self, PublishError> {
        let failed = |source| PublishError::io("cannot make", path, source);
        let mut at_work = at_work();
        DirBuilder::new().mode(0o700).create(path).map_err(failed)?;
        match marked(path) {
            Ok(mark) => {
                at_work.push(path.to_owned());
                Ok(Self { path: path.to_owned(), _mark: mark })
            }
            Err(source) => {
                let _ = remove_marked(path);
                Err(failed(source))
            }
        }
    }

    /// Clears what a dead process left at `path`, then makes the folder.
    ///
    /// # Errors
    /// As [`clear_work`] and [`WorkFolder::make`].
    pub fn make_anew(path: &Path) -> Result<Self, PublishError> {
        clear_work(path)?;
        Self::make(path)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        let mut at_work = at_work();
        // What cannot be removed now is cleared by the next process that works here.
        let _ = leave(&self.path);
        at_work.retain(|path| *path != self.path);
    }
}

/// Writes the mark and holds it. It is on the disk before anything else is in the folder.
fn marked(folder: &Path) -> io::Result<File> {
    let mut mark = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(WORK_MARK))?;
    // Where the file system knows no locks, the lock of the output folder has to do.
    let _ = mark.try_lock();
    writeln!(mark, "{WORK_LAYOUT}\n{}", std::process::id())?;
    mark.sync_all()?;
    File::open(folder)?.sync_all()?;
    Ok(mark)
}

/// Whose a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// There is nothing.
    Nobody,
    /// It carries our mark, or is an empty folder.
    Ours,
    /// It is somebody else's, and why that is known.
    Others(&'static str),
}

/// Whose the folder at `path` is. An empty one, or one with an empty mark alone, is one of ours that was just being made.
pub(super) fn whose(path: &Path) -> io::Result<Whose> {
    let data = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Whose::Nobody),
        data => data?,
    };
    if data.is_symlink() {
        return Ok(Whose::Others("is a link"));
    }
    if !data.is_dir() {
        return Ok(Whose::Others("is no folder"));
    }
    let (entries, mark) = (fs::read_dir(path)?.take(2).count(), path.join(WORK_MARK));
    let text = match fs::symlink_metadata(&mark) {
        Ok(data) if data.is_file() && data.len() < 100 => fs::read(&mark)?,
        Ok(_) => return Ok(Whose::Others("carries a mark that is not ours")),
        Err(error) if error.kind() == ErrorKind::NotFound && entries == 0 => return Ok(Whose::Ours),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Whose::Others("does not carry the mark of this program"));
        }
        Err(error) => return Err(error),
    };
    let begun = entries == 1 && WORK_LAYOUT.as_bytes().starts_with(&text);
    let ours = begun || text.starts_with(format!("{WORK_LAYOUT}\n").as_bytes());
    Ok(if ours { Whose::Ours } else { Whose::Others("carries a mark that is not ours") })
}

/// Removes a folder that a dead process worked in; nothing there is fine. The caller knows that the process is dead: it
/// holds the lock of the output folder.
///
/// # Errors
/// [`PublishError::NotOurs`] if somebody else's lies there, [`PublishError::Io`].
pub fn clear_work(path: &Path) -> Result<(), PublishError> {
    let failed = |source| PublishError::io("cannot clear", path, source);
    match whose(path).map_err(failed)? {
        Whose::Nobody => Ok(()),
        Whose::Ours => remove_marked(path).map_err(failed),
        Whose::Others(what) => Err(PublishError::NotOurs { path: path.to_owned(), what }),
    }
}

/// Removes what dead processes left in `folder` under names that begin with `prefix`: what carries our mark, unlocked.
/// What cannot be read or removed stays for another time.
pub fn clear_dead(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(prefix)) else { continue };
        let path = entry.path();
        if !matches!(whose(&path), Ok(Whose::Ours)) {
            continue;
        }
        match OpenOptions::new().read(true).write(true).open(path.join(WORK_MARK)) {
            Ok(mark) if mark.try_lock().is_ok() => drop(remove_marked(&path)),
            Err(error) if error.kind() == ErrorKind::NotFound && !lives(rest) => drop(fs::remove_dir(&path)),
            _ => {}
        }
    }
}

/// Whether the process whose number begins `rest` of a name may still be alive.
fn lives(rest: &str) -> bool {
    let pid: String = rest.chars().take_while(char::is_ascii_digit).collect();
    pid.is_empty() || Path::new("/proc").join(pid).exists() || !Path::new("/proc/self").exists()
}

/// Removes a folder of ours, unless something set aside lies in it.
fn leave(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        if entry?.file_name().as_encoded_bytes().ends_with(ASIDE.as_bytes()) {
            return Ok(());
        }
    }
    remove_marked(path)
}

/// Removes a folder of ours, its mark last.
fn remove_marked(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name() != WORK_MARK {
            remove(&entry.path(), entry.file_type()?.is_dir())?;
        }
    }
    match fs::remove_file(path.join(WORK_MARK)) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::remove_dir(path)
}

/// Removes a file, a link itself, or a folder with all in it; what is gone already is fine.
fn remove(path: &Path, is_folder: bool) -> io::Result<()> {
    // `remove_dir_all` does not follow links.
    match if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) } {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn at_work() -> MutexGuard<'static, Vec<PathBuf>> {
    AT_WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something that a signal must not cut in two: it waits until this is done.
pub(super) fn undisturbed<T>(work: impl FnOnce() -> T) -> T {
    let _held = at_work();
    work()
}

/// Removes every folder this process works in, because it is about to end. As long as what this gives is kept, no new one
/// can be made.
pub fn leave_nothing() -> MutexGuard<'static, Vec<PathBuf>> {
    let at_work = at_work();
    for path in at_work.iter() {
        for _ in 0..TRIES {
            if leave(path).is_ok() || !path.exists() {
                break;
            }
            // Another thread still writes: until all is gone, the folder stays marked.
            let _ = fs::write(path.join(WORK_MARK), format!("{WORK_LAYOUT}\n"));
            std::thread::sleep(PAUSE);
        }
    }
    at_work
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_ours_by_its_mark_and_gone_when_it_is_dropped() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("work");
        let work = WorkFolder::make(&path).unwrap();
        fs::write(path.join("rows"), "x").unwrap();
        assert_eq!(whose(&path).unwrap(), Whose::Ours);
        assert!(WorkFolder::make(&path).is_err(), "what is there is not taken");
        drop(work);
        assert_eq!(whose(&path).unwrap(), Whose::Nobody);
    }

    #[test]
    fn what_is_not_marked_is_never_emptied_and_a_link_is_not_followed() {
        let base = tempfile::tempdir().unwrap();
        let at = |name: &str| base.path().join(name);
        fs::create_dir_all(at("theirs")).unwrap();
        fs::write(at("theirs/notes"), "mine").unwrap();
        fs::create_dir(at("marked")).unwrap();
        fs::write(at("marked").join(WORK_MARK), "something else\n").unwrap();
        fs::write(at("file"), "mine").unwrap();
        std::os::unix::fs::symlink(at("theirs"), at("link")).unwrap();
        for name in ["theirs", "marked", "file", "link"] {
            let refused = clear_work(&at(name)).unwrap_err();
            assert!(matches!(refused, PublishError::NotOurs { .. }), "{name}: {refused}");
        }
        assert_eq!(fs::read_to_string(at("theirs/notes")).unwrap(), "mine");
        clear_work(&at("nothing")).unwrap();
    }

    #[test]
    fn a_folder_that_was_just_being_made_is_cleared_like_a_finished_one() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("work");
        for mark in [None, Some(""), Some("value"), Some("valueseg.work.1\n7\n")] {
            fs::create_dir(&path).unwrap();
            if let Some(mark) = mark {
                fs::write(path.join(WORK_MARK), mark).unwrap();
            }
            clear_work(&path).unwrap();
            assert!(!path.exists(), "{mark:?}");
        }
    }

    #[test]
    fn links_inside_a_work_folder_are_removed_and_what_they_point_to_stays() {
        let base = tempfile::tempdir().unwrap();
        let (path, precious) = (base.path().join("work"), base.path().join("precious"));
        fs::create_dir(&precious).unwrap();
        fs::write(precious.join("photo"), "x").unwrap();
        let work = WorkFolder::make(&path).unwrap();
        std::os::unix::fs::symlink(&precious, path.join("link")).unwrap();
        drop(work);
        assert!(!path.exists() && precious.join("photo").is_file());
    }

    #[test]
    fn the_dead_are_cleared_and_the_living_are_not() {
        let base = tempfile::tempdir().unwrap();
        let at = |name: &str| base.path().join(name);
        let alive = WorkFolder::make(&at("check-1-0")).unwrap();
        for (name, mark) in
            [("check-2-0", "valueseg.work.1\n2\n"), ("check-3-0", "not ours\n"), ("other-4", "valueseg.work.1\n")]
        {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join(WORK_MARK), mark).unwrap();
            fs::write(at(name).join("rows"), "x").unwrap();
        }
        clear_dead(base.path(), "check-");
        assert!(alive.path().is_dir() && at("check-3-0/rows").is_file() && at("other-4/rows").is_file());
        assert!(!at("check-2-0").exists());
    }
}
