//! The list of those who are to be forgotten, wherever it is kept.

use std::path::PathBuf;

use crate::job::error::JobError;
use crate::job::load::Loaded;
use crate::tables::forgotten::Forgotten;
use crate::tables::publish::OutputLock;

/// Another place of the list, where the configuration names one.
fn other_place(loaded: &Loaded) -> Option<PathBuf> {
    loaded.settings.privacy.forgotten.as_ref().map(|path| loaded.base.join(path))
}

/// Who is to be forgotten: everybody on the list of the results folder, and on its copy in another place.
pub(in crate::job) fn read_list(loaded: &Loaded) -> Result<Forgotten, JobError> {
    let list = Forgotten::read(&loaded.settings.output(&loaded.base))?;
    match other_place(loaded) {
        Some(path) => Ok(list.with(Forgotten::read_at(&path)?, &path)?),
        None => Ok(list),
    }
}

/// Writes the list wherever it is kept.
pub(super) fn write_list(loaded: &Loaded, lock: &OutputLock, list: &Forgotten) -> Result<(), JobError> {
    list.write(lock)?;
    if let Some(path) = other_place(loaded) {
        list.write_at(&path)?;
    }
    Ok(())
}

/// Brings both places of the list to the same, where they are not.
pub(in crate::job) fn keep_in_step(loaded: &Loaded, lock: &OutputLock, list: &Forgotten) -> Result<(), JobError> {
    let Some(path) = other_place(loaded) else { return Ok(()) };
    if list.is_empty() || (Forgotten::read(lock.out())? == *list && Forgotten::read_at(&path)? == *list) {
        return Ok(());
    }
    write_list(loaded, lock, list)
}
