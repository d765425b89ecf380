//! The folders a run works in. A signal that ends the run finds them removed, or never made.

use chrono::NaiveDate;

use crate::job::error::JobError;
use crate::job::scratch::Scratch;
use crate::tables::publish::{OutputLock, Staging};

/// The folders of a run; dropped, they are gone.
pub(super) struct Room<'a> {
    /// The night in the making.
    pub(super) staging: Staging<'a>,
    /// What intake writes on its way.
    pub(super) scratch: Scratch,
}

impl<'a> Room<'a> {
    /// Makes the folders, after clearing those of a run that died.
    pub(super) fn make(lock: &'a OutputLock, as_of: NaiveDate) -> Result<Self, JobError> {
        let scratch = Scratch::create(lock.out())?;
        Ok(Self { staging: Staging::create(lock, as_of)?, scratch })
    }
}
