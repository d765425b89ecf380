//! Nights that leave: old ones, and held ones that were published after all.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::folders::{point_latest, recover, take_away};
use super::{OutputLock, PublishError, held_folder, held_nights, published_nights, run_folder};

/// Removes all published nights but the newest `keep` and those `needed`; the newest always stays. Nights held back go
/// when they are older than every published night that stays. Each leaves in one step: a crash leaves it whole, or in
/// `.staging`, which the next run clears. Gives the published nights removed, oldest first.
///
/// # Errors
/// [`PublishError::Io`]; what was removed until then stays removed.
pub fn prune(lock: &OutputLock, keep: usize, needed: &BTreeSet<NaiveDate>) -> Result<Vec<NaiveDate>, PublishError> {
    let out = lock.out();
    let nights = published_nights(out)?;
    let surplus = nights.len().saturating_sub(keep.max(1));
    let old: Vec<NaiveDate> = nights[..surplus].iter().filter(|night| !needed.contains(night)).copied().collect();
    for night in &old {
        take_away(out, &run_folder(out, *night))?;
    }
    if let Some(oldest) = nights.into_iter().find(|night| !old.contains(night)) {
        for night in held_nights(out)?.into_iter().filter(|night| *night < oldest && !needed.contains(night)) {
            take_away(out, &held_folder(out, night))?;
        }
    }
    Ok(old)
}

/// What follows from a night being published: `latest` points to the newest, and a night of this date that was held back
/// is removed. A run that died right after the rename left this to the next one; where all is so already, nothing is
/// written.
///
/// # Errors
/// [`PublishError::Io`].
pub fn settle(lock: &OutputLock, run_date: NaiveDate) -> Result<(), PublishError> {
    let out = lock.out();
    point_latest(out)?;
    take_away(out, &held_folder(out, run_date)).map(drop)
}

/// Clears what runs that died left in `.staging`.
///
/// # Errors
/// [`PublishError::Io`].
pub fn clear_leftovers(lock: &OutputLock) -> Result<(), PublishError> {
    recover(lock.out())
}
