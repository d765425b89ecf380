//! Nights that leave: old ones, and held ones that were published after all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::folders::{point_latest, recover, take_away};
use super::nights::file_of_others;
use super::{
    LATEST, OutputLock, PublishError, held_folder, held_nights, pointed_at, published_nights, run_folder, seals,
};

/// Nights that left, and nights that were to leave and could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Published nights removed, oldest first.
    pub gone: Vec<NaiveDate>,
    /// Files of others in nights that would have gone: those nights stay.
    pub spared: Vec<PathBuf>,
}

/// Removes of `nights`, oldest first, all but the newest `keep` and those `needed`; the newest always stays, and so does a
/// night with files of others in it. Nights held back go when they are older than every one of them that stays. Each
/// leaves in one step: a crash leaves it whole, or in `.staging`, which the next run clears.
///
/// # Errors
/// [`PublishError::Io`]; what was removed until then stays removed.
pub fn prune(
    lock: &OutputLock,
    nights: &[NaiveDate],
    keep: usize,
    needed: &BTreeSet<NaiveDate>,
) -> Result<Pruned, PublishError> {
    let out = lock.out();
    let (surplus, mut pruned) = (nights.len().saturating_sub(keep.max(1)), Pruned::default());
    for night in nights[..surplus].iter().filter(|night| !needed.contains(night)) {
        if pruned.lets_go(out, &run_folder(out, *night))? {
            pruned.gone.push(*night);
        }
    }
    let mut gone = !pruned.gone.is_empty();
    if let Some(oldest) = nights.iter().find(|night| !pruned.gone.contains(night)) {
        for night in held_nights(out)?.into_iter().filter(|night| night < oldest && !needed.contains(night)) {
            gone |= pruned.lets_go(out, &held_folder(out, night))?;
        }
    }
    if gone {
        seals::tidy(lock)?;
    }
    Ok(pruned)
}

impl Pruned {
    /// Removes a night unless files of others lie in it.
    fn lets_go(&mut self, out: &Path, folder: &Path) -> Result<bool, PublishError> {
        match file_of_others(folder)? {
            Some(theirs) => {
                self.spared.push(theirs);
                Ok(false)
            }
            None => take_away(out, folder),
        }
    }
}

/// What follows from a night being published: `latest` points to the night `latest`, and a night of this date that was
/// held back is removed. A run that died right after the rename left this to the next one; where all is so already,
/// nothing is written.
///
/// # Errors
/// [`PublishError::Io`].
pub fn settle(lock: &OutputLock, run_date: NaiveDate, latest: NaiveDate) -> Result<(), PublishError> {
    let out = lock.out();
    point_latest(out, latest)?;
    if held_nights(out)?.contains(&run_date) {
        take_away(out, &held_folder(out, run_date))?;
    }
    seals::tidy(lock)
}

/// Clears what runs that died left in `.staging`, and seals that were not yet the ones that came to be.
///
/// # Errors
/// [`PublishError::NotOurs`] if it is somebody else's, [`PublishError::Io`].
pub fn clear_leftovers(lock: &OutputLock) -> Result<(), PublishError> {
    recover(lock.out())?;
    seals::tidy(lock)
}

/// Removes one stored night, published and held. `false` = there is none. Where `latest` pointed to it, it points to
/// `next` from then on; `None` = to nothing.
///
/// # Errors
/// [`PublishError::NotOurs`] if files of others lie in it, [`PublishError::Io`].
pub fn remove_night(lock: &OutputLock, night: NaiveDate, next: Option<NaiveDate>) -> Result<bool, PublishError> {
    let out = lock.out();
    let stored = published_nights(out)?.contains(&night);
    for folder in [run_folder(out, night), held_folder(out, night)] {
        if let Some(path) = file_of_others(&folder)? {
            return Err(PublishError::NotOurs { path, what: "is not a file of the night that would be removed" });
        }
    }
    let latest = out.join(LATEST);
    match next {
        Some(next) if stored => point_latest(out, next)?,
        None if pointed_at(out) == Some(night) => {
            fs::remove_file(&latest).map_err(|source| PublishError::io("cannot remove", &latest, source))?;
        }
        _ => {}
    }
    let mut gone = stored && take_away(out, &run_folder(out, night))?;
    if held_nights(out)?.contains(&night) {
        gone |= take_away(out, &held_folder(out, night))?;
    }
    seals::tidy(lock)?;
    Ok(gone)
}
