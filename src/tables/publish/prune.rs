//! Nights that leave: old ones, and held ones that were published after all.

use std::collections::BTreeSet;
use std::fs;

use chrono::NaiveDate;

use super::folders::{point_latest, recover, take_away};
use super::{
    LATEST, OutputLock, PublishError, held_folder, held_nights, pointed_at, published_nights, run_folder, seals,
};

/// Removes of `nights`, oldest first, all but the newest `keep` and those `needed`; the newest always stays. Nights held
/// back go when they are older than every one of them that stays. Each leaves in one step: a crash leaves it whole, or in
/// `.staging`, which the next run clears. Gives the published nights removed, oldest first.
///
/// # Errors
/// [`PublishError::Io`]; what was removed until then stays removed.
pub fn prune(
    lock: &OutputLock,
    nights: &[NaiveDate],
    keep: usize,
    needed: &BTreeSet<NaiveDate>,
) -> Result<Vec<NaiveDate>, PublishError> {
    let out = lock.out();
    let surplus = nights.len().saturating_sub(keep.max(1));
    let old: Vec<NaiveDate> = nights[..surplus].iter().filter(|night| !needed.contains(night)).copied().collect();
    for night in &old {
        take_away(out, &run_folder(out, *night))?;
    }
    let mut gone = !old.is_empty();
    if let Some(oldest) = nights.iter().find(|night| !old.contains(night)) {
        for night in held_nights(out)?.into_iter().filter(|night| night < oldest && !needed.contains(night)) {
            gone |= take_away(out, &held_folder(out, night))?;
        }
    }
    if gone {
        seals::tidy(lock)?;
    }
    Ok(old)
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
/// [`PublishError::Io`].
pub fn remove_night(lock: &OutputLock, night: NaiveDate, next: Option<NaiveDate>) -> Result<bool, PublishError> {
    let out = lock.out();
    let stored = published_nights(out)?.contains(&night);
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
