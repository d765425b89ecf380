//! Small files of ours, each written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::PublishError;

/// Ending of a file that is not yet in its place.
const HALF: &str = ".valueseg-new";

/// Where the new content of `path` is written before it takes its place.
#[must_use]
pub fn half_written(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}{HALF}"))
}

/// Writes a file beside its place, forces it to the disk, and moves it there in one step. What a process that died left
/// beside it is replaced; a link there is removed, not followed. A file that was there hands its permissions on.
///
/// # Errors
/// [`PublishError::Io`].
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), PublishError> {
    write_with(path, content, 0o666)
}

/// [`write_whole`] for the owner alone.
///
/// # Errors
/// [`PublishError::Io`].
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), PublishError> {
    write_with(path, content, 0o600)
}

fn write_with(path: &Path, content: &[u8], mode: u32) -> Result<(), PublishError> {
    let half = half_written(path);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| PublishError::io("cannot write", &path, source)
    };
    match fs::remove_file(&half) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&half)(error)),
        _ => {}
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&half);
    let mut file: File = file.map_err(failed(&half))?;
    let readers = fs::metadata(path).map_or(Ok(()), |there| file.set_permissions(there.permissions()));
    let written = readers.and_then(|()| file.write_all(content)).and_then(|()| file.sync_all()).map_err(failed(&half));
    if let Err(error) = written.and_then(|()| fs::rename(&half, path).map_err(failed(path))) {
        let _ = fs::remove_file(&half);
        return Err(error);
    }
    Ok(())
}

/// Removes what processes that died left half written in `folder`. What cannot be removed stays for another time.
pub(super) fn clear_half_written(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(HALF));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_a_link_beside_it_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, theirs) = (folder.path().join("a.toml"), folder.path().join("theirs"));
        fs::write(&theirs, "mine").unwrap();
        std::os::unix::fs::symlink(&theirs, half_written(&path)).unwrap();
        for text in ["first", "second"] {
            write_whole(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        assert!(write_whole(folder.path(), b"x").is_err());
        fs::write(half_written(&path), "half").unwrap();
        clear_half_written(folder.path());
        assert!(!half_written(&path).exists() && path.exists());
    }
}
