//! Folders made, moved, exchanged and forced to the disk.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::files::clear_half_written;
use super::nights::night_named;
use super::work::{ASIDE, Whose, WorkFolder, clear_work, whose};
use super::{LATEST, PublishError, run_folder};
use crate::tables::access::{FileMode, mode_of, set_mode};

/// Folder inside the output folder where nights are made.
pub(super) const STAGING: &str = ".staging";

/// Folder of a night that holds lists.
const LISTS: &str = "audiences";

/// Permissions of a folder in which a night is made.
const OURS: u32 = 0o700;

/// Makes an empty `.staging`, after clearing what a run that died left there.
pub(super) fn staging(out: &Path) -> Result<WorkFolder, PublishError> {
    recover(out)?;
    WorkFolder::make(&out.join(STAGING))
}

/// Clears `.staging`, if it is ours. We hold the lock, so whatever is there belongs to a run that died. A night set aside
/// by a replacement that never moved in goes back to its place.
pub(super) fn recover(out: &Path) -> Result<(), PublishError> {
    let staging = out.join(STAGING);
    for night in set_aside_nights(out)? {
        let target = run_folder(out, night);
        if fs::symlink_metadata(&target).is_err() {
            let aside = staging.join(format!("{night}{ASIDE}"));
            fs::rename(aside, target).map_err(|source| PublishError::io("cannot put back", &staging, source))?;
        }
    }
    clear_half_written(out);
    for model in fs::read_dir(out.join("models")).into_iter().flatten().flatten() {
        clear_half_written(&model.path());
    }
    clear_work(&staging)
}

/// Nights that a replacement set aside and that never came back, because the run died: the next one puts them back.
///
/// # Errors
/// [`PublishError::Io`].
pub fn set_aside_nights(out: &Path) -> Result<Vec<NaiveDate>, PublishError> {
    let staging = out.join(STAGING);
    let failed = |source| PublishError::io("cannot list", &staging, source);
    if whose(&staging).map_err(failed)? != Whose::Ours {
        return Ok(Vec::new());
    }
    let mut nights = Vec::new();
    for entry in fs::read_dir(&staging).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        nights.extend(name.to_str().and_then(|name| night_named(name.strip_suffix(ASIDE)?)));
    }
    Ok(nights)
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
    let staging = staging(out)?;
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let away = staging.path().join(format!("{name}.gone"));
    fs::rename(folder, &away).map_err(failed)?;
    if let Some(parent) = folder.parent() {
        sync(parent).map_err(failed)?;
    }
    fs::remove_dir_all(&away).map_err(failed)?;
    Ok(true)
}

/// Points `latest` at `night`, in one step.
pub(super) fn point_latest(out: &Path, night: NaiveDate) -> Result<(), PublishError> {
    let target = Path::new("runs").join(night.to_string());
    let latest = out.join(LATEST);
    if fs::read_link(&latest).is_ok_and(|now| now == target) || !run_folder(out, night).is_dir() {
        return Ok(());
    }
    let staging = staging(out)?;
    let (fresh, failed) = (staging.path().join(LATEST), |source| PublishError::io("cannot point", &latest, source));
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
///
/// Lists hold addresses: they stay for their owner alone, whoever else may read the night.
pub(super) fn open_to(night: &Path, mode: FileMode) -> io::Result<()> {
    for entry in fs::read_dir(night)? {
        let entry = entry?;
        if entry.file_name() == LISTS {
            open_to(&entry.path(), FileMode::default())?;
        } else if entry.file_type()?.is_dir() {
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
