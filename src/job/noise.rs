//! The noise on the figures of a night, and where its key comes from.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::job::apply::Applied;
use crate::job::error::JobError;
use crate::job::tonight::Tonight;
use crate::model::segment::Noise;
use crate::tables::noise_key::{NoiseKey, read_key, write_key};
use crate::tables::plain_file;
use crate::tables::publish::OutputLock;

/// Fewest bytes of a key file: fewer could be tried one by one.
const LEAST_BYTES: usize = 32;

/// The noise of a night.
pub(super) struct NightNoise {
    /// The noise.
    pub(super) noise: Noise,
    /// Its key, if it is new and to be kept in the output folder.
    new: Option<NoiseKey>,
}

impl NightNoise {
    /// The noise of the key that the configuration names, else of the one in the output folder, else of a new one; none if
    /// `exact`.
    ///
    /// METHOD: a new key is made of all sums of the night. So the same inputs give the same bits in another folder, and
    /// nobody makes it who lacks any cell of the inputs; somebody who has all of them but one can try them out, as they
    /// can with the hashes of the inputs in the manifest. A key file of random bytes is without that weakness.
    pub(super) fn of(tonight: &Tonight<'_>, applied: &Applied, exact: bool) -> Result<Self, JobError> {
        if exact {
            return Ok(Self { noise: Noise::none(), new: None });
        }
        let project = &tonight.project;
        if let Some(path) = &project.settings().privacy.key_file {
            let key = from_file(&project.loaded().base.join(path))?;
            return Ok(Self { noise: Noise::keyed(key), new: None });
        }
        let stored = read_key(&project.out())?;
        let made = || -> NoiseKey {
            let sums = Sha256::new().chain_update(b"key of the first night\0").chain_update(applied.sums.fingerprint());
            sums.chain_update(applied.lens.fingerprint()).finalize().into()
        };
        let key = stored.unwrap_or_else(made);
        Ok(Self { noise: Noise::keyed(key), new: stored.is_none().then_some(key) })
    }

    /// Keeps a new key for the nights to come.
    pub(super) fn store(&self, lock: &OutputLock) -> Result<(), JobError> {
        Ok(self.new.as_ref().map_or(Ok(()), |key| write_key(lock, key))?)
    }
}

fn from_file(path: &Path) -> Result<NoiseKey, JobError> {
    let failed =
        |source| JobError::Io { doing: "cannot read the key of the noise from", path: path.to_owned(), source };
    let bytes = plain_file::read(path).map_err(failed)?;
    if bytes.len() < LEAST_BYTES {
        let why = format!("it has {} bytes, and {LEAST_BYTES} random ones are needed", bytes.len());
        return Err(failed(std::io::Error::new(std::io::ErrorKind::InvalidData, why)));
    }
    Ok(Sha256::new().chain_update(b"key file\0").chain_update(bytes).finalize().into())
}
