//! Folders made, moved, exchanged and forced to the disk.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::{PublishError, published_nights, run_folder};
use crate::tables::access::{FileMode, mode_of, set_mode};

/// Folder inside the output folder where nights are made.
pub(super) const STAGING: &str = ".staging";

/// Permissions of a folder in which a night is made.
const OURS: u32 = 0o700;

/// Ending of a night set aside while its replacement moves in.
const ASIDE: &str = ".old";

/// Clears `.staging`. We hold the lock, so whatever is there belongs to a run that died. A night set aside by a
/// replacement that never moved in goes back to its place.
pub(super) fn recover(out: &Path) -> Result<(), PublishError> {
    let staging = out.join(STAGING);
    let failed = |source| PublishError::io("cannot clear", &staging, source);
    let entries = match fs::read_dir(&staging) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(failed(source)),
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let night = name.to_str().and_then(|name| name.strip_suffix(ASIDE)?.parse::<NaiveDate>().ok());
        match night.map(|night| run_folder(out, night)) {
            Some(target) if !target.exists() => fs::rename(entry.path(), target).map_err(failed)?,
            _ if entry.file_type().map_err(failed)?.is_dir() => fs::remove_dir_all(entry.path()).map_err(failed)?,
            _ => fs::remove_file(entry.path()).map_err(failed)?,
        }
    }
    Ok(())
}

/// Moves a finished folder into place. An existing one changes places with it in one step, so that a reader finds the
/// old night or the new one at any instant. Gives the folder in which the old one now lies, out of sight; it is still to
/// be removed.
///
/// Where the file system cannot exchange (some network file systems, kernels before 3.15), the old one is set aside for
/// a moment between two renames, and [`recover`] closes that gap after a crash.
pub(super) fn swap_in(new: &Path, target: &Path) -> Result<Option<PathBuf>, PublishError> {
    let failed = |source| PublishError::io("cannot publish", target, source);
    if fs::symlink_metadata(target).is_err() {
        fs::rename(new, target).map_err(failed)?;
        return Ok(None);
    }
    match renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE) {
        Ok(()) => return Ok(Some(new.to_owned())),
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => {}
        Err(error) => return Err(failed(error.into())),
    }
    set_aside(new, target).map(Some)
}

/// The exchange in two steps.
pub(super) fn set_aside(new: &Path, target: &Path) -> Result<PathBuf, PublishError> {
    let failed = |source| PublishError::io("cannot publish", target, source);
    let mut aside = new.as_os_str().to_owned();
    aside.push(ASIDE);
    let aside = PathBuf::from(aside);
    fs::rename(target, &aside).map_err(failed)?;
    if let Err(source) = fs::rename(new, target) {
        // Back to how it was; if even that fails, the next run does it.
        let _ = fs::rename(&aside, target);
        return Err(failed(source));
    }
    Ok(aside)
}

/// Takes a folder out of sight in one step, then removes it. A crash in between leaves it in `.staging`, which the next
/// run clears. `false` = there was none.
pub(super) fn take_away(out: &Path, folder: &Path) -> Result<bool, PublishError> {
    let failed = |source| PublishError::io("cannot remove", folder, source);
    if fs::symlink_metadata(folder).is_err() {
        return Ok(false);
    }
    let staging = out.join(STAGING);
    make_folder(&staging)?;
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let away = staging.join(format!("{name}.gone"));
    fs::rename(folder, &away).map_err(failed)?;
    if let Some(parent) = folder.parent() {
        sync(parent).map_err(failed)?;
    }
    fs::remove_dir_all(&away).map_err(failed)?;
    Ok(true)
}

/// Points `latest` at the newest night, in one step. Making an older night again does not move it back.
pub(super) fn point_latest(out: &Path) -> Result<(), PublishError> {
    let Some(newest) = published_nights(out)?.pop() else { return Ok(()) };
    let target = Path::new("runs").join(newest.to_string());
    let (latest, fresh) = (out.join("latest"), out.join(STAGING).join("latest"));
    if fs::read_link(&latest).is_ok_and(|now| now == target) {
        return Ok(());
    }
    make_folder(&out.join(STAGING))?;
    let failed = |source| PublishError::io("cannot point", &latest, source);
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    symlink(target, &fresh).map_err(failed)?;
    fs::rename(&fresh, &latest).map_err(failed)?;
    sync(out).map_err(failed)
}

/// Makes a folder for its owner alone unless it exists; whether it was made.
pub(super) fn make_folder(path: &Path) -> Result<bool, PublishError> {
    match DirBuilder::new().mode(OURS).create(path).and_then(|()| set_mode(path, OURS)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(PublishError::io("cannot make", path, error)),
    }
}

/// Gives everything below `night` the permissions that `mode` says, and `night` itself last: until then nobody enters.
pub(super) fn open_to(night: &Path, mode: FileMode) -> io::Result<()> {
    for entry in fs::read_dir(night)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_to(&entry.path(), mode)?;
        } else {
            set_mode(&entry.path(), mode.file())?;
        }
    }
    set_mode(night, mode.folder())
}

/// Gives everything below `night` the permissions of what stands in the same place below `like`.
pub(super) fn open_like(night: &Path, like: &Path) -> io::Result<()> {
    for entry in fs::read_dir(night)? {
        let entry = entry?;
        let model = like.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            open_like(&entry.path(), &model)?;
        } else if let Ok(mode) = mode_of(&model) {
            set_mode(&entry.path(), mode)?;
        }
    }
    mode_of(like).map_or(Ok(()), |mode| set_mode(night, mode))
}

/// Forces the entries of a folder to the disk.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// [`sync`] for a folder and all below it, deepest first.
pub(super) fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync(folder)
}
