//! Who goes without a play by lot, kept on scratch in the order of customers until lists are made: the table of customers says
//! what they are served with, not what they were kept from.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::error::AudienceError;
use crate::tables::access::private_file;

/// Name of the file.
const NAME: &str = "kept-out.bin";

/// Place of no play.
const NONE: u16 = u16::MAX;

/// The file being written, two bytes a customer.
pub struct KeptOutWriter {
    path: PathBuf,
    file: BufWriter<File>,
}

impl KeptOutWriter {
    /// Begins in `folder`.
    ///
    /// # Errors
    /// [`AudienceError::Disk`].
    pub fn create(folder: &Path) -> Result<Self, AudienceError> {
        let path = folder.join(NAME);
        let file = private_file(&path, true).map_err(AudienceError::disk(&path))?;
        Ok(Self { path, file: BufWriter::new(file) })
    }

    /// Adds the next customer: the place of the play they go without; `None` = they go without none.
    ///
    /// # Errors
    /// [`AudienceError::Disk`].
    pub fn keep(&mut self, play: Option<u16>) -> Result<(), AudienceError> {
        self.file.write_all(&play.unwrap_or(NONE).to_le_bytes()).map_err(AudienceError::disk(&self.path))
    }

    /// Closes it; `plays` are what places name.
    ///
    /// # Errors
    /// [`AudienceError::Disk`].
    pub fn finish(mut self, plays: &[String]) -> Result<KeptOut, AudienceError> {
        self.file.flush().map_err(AudienceError::disk(&self.path))?;
        Ok(KeptOut { path: self.path, plays: plays.to_vec() })
    }
}

/// Who goes without which play, customer by customer.
#[derive(Debug)]
pub struct KeptOut {
    path: PathBuf,
    plays: Vec<String>,
}

impl KeptOut {
    /// From the first customer on.
    pub(super) fn read(&self) -> Result<KeptOutReader<'_>, AudienceError> {
        let file = File::open(&self.path).map_err(AudienceError::disk(&self.path))?;
        Ok(KeptOutReader { kept: self, file: BufReader::new(file) })
    }
}

/// The file being read.
pub(super) struct KeptOutReader<'a> {
    kept: &'a KeptOut,
    file: BufReader<File>,
}

impl KeptOutReader<'_> {
    /// The play that the next customer goes without.
    pub(super) fn next(&mut self) -> Result<Option<String>, AudienceError> {
        let mut place = [0; 2];
        self.file.read_exact(&mut place).map_err(AudienceError::disk(&self.kept.path))?;
        Ok(self.kept.plays.get(usize::from(u16::from_le_bytes(place))).cloned())
    }
}
