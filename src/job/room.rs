//! The folders a run works in, made so that whoever stops the run can remove them.

use std::path::PathBuf;

use chrono::NaiveDate;

use crate::job::error::JobError;
use crate::job::scratch::Scratch;
use crate::job::watch::Watch;
use crate::tables::publish::{OutputLock, Staging};

/// The folders of a run; dropped, they are gone.
pub(super) struct Room<'a> {
    /// The night in the making.
    pub(super) staging: Staging<'a>,
    /// What intake writes on its way.
    pub(super) scratch: Scratch,
}

impl<'a> Room<'a> {
    /// Makes the folders. Whoever watches knows from when on the run must not be stopped, and then what to remove: a
    /// folder is never there without being known.
    pub(super) fn make(lock: &'a OutputLock, as_of: NaiveDate, watch: &dyn Watch) -> Result<Self, JobError> {
        watch.makes_room();
        let room = Self::unwatched(lock, as_of);
        watch.works_in(room.as_ref().map_or_else(|_| Vec::new(), Self::folders));
        room
    }

    fn unwatched(lock: &'a OutputLock, as_of: NaiveDate) -> Result<Self, JobError> {
        let scratch = Scratch::create(lock.out())?;
        Ok(Self { staging: Staging::create(lock, as_of)?, scratch })
    }

    fn folders(&self) -> Vec<PathBuf> {
        vec![self.scratch.folder().to_owned(), self.staging.folder().to_owned()]
    }
}
