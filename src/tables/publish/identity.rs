//! Which results folder this is: a name that stays with it, so that another one in its place is not taken for it.

use std::io::ErrorKind;
use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::files::write_private;
use super::folders::sync;
use super::manifest::RunIdentity;
use super::{OutputLock, PublishError};
use crate::catalogue::hex;
use crate::tables::plain_file;

/// Name of the file in the output folder, for the owner alone.
pub const IDENTITY_NAME: &str = "identity.json";

/// Layout of the file.
const SCHEMA: &str = "valueseg.output.1";

/// Digits of an identity: what of a hash is enough never to meet twice.
const DIGITS: usize = 32;

/// The file. Keys stand in the order of their names.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    id: String,
    schema: String,
}

/// The identity of an output folder; `None` = it has none yet, or there is no such folder.
///
/// # Errors
/// [`PublishError::Io`] if it cannot be read, [`PublishError::Damaged`] if the file is none of this program.
pub fn output_identity(out: &Path) -> Result<Option<String>, PublishError> {
    let path = out.join(IDENTITY_NAME);
    let text = match plain_file::read_text(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(source) => return Err(PublishError::io("cannot read", &path, source)),
    };
    let damaged = |message: String| PublishError::Damaged { path: path.clone(), message };
    let stored: Stored = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    if stored.schema != SCHEMA || stored.id.is_empty() {
        return Err(damaged(format!("its layout is `{}`, this program reads `{SCHEMA}`", stored.schema)));
    }
    Ok(Some(stored.id))
}

/// The identity of an output folder, given to it if it has none: from what its first night is made of, so that the same
/// night in two places is the same bytes.
///
/// # Errors
/// As [`output_identity`], and [`PublishError::Io`] if it cannot be written.
pub fn identify(lock: &OutputLock, night: NaiveDate, identity: &RunIdentity) -> Result<String, PublishError> {
    if let Some(id) = output_identity(lock.out())? {
        return Ok(id);
    }
    // INVARIANT: texts and numbers, so serialization cannot fail.
    let made_of = serde_json::to_string(identity).expect("plain data");
    let hash = hex(&Sha256::digest(format!("{night}\n{made_of}").as_bytes()));
    let stored = Stored { id: hash[..DIGITS].to_owned(), schema: SCHEMA.to_owned() };
    // INVARIANT: as above.
    let text = serde_json::to_string_pretty(&stored).expect("plain data") + "\n";
    let path = lock.out().join(IDENTITY_NAME);
    write_private(&path, text.as_bytes())?;
    sync(lock.out()).map_err(|source| PublishError::io("cannot write", &path, source))?;
    Ok(stored.id)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::tables::publish::manifest::tests::facts;

    #[test]
    fn a_folder_keeps_the_identity_it_was_given_on_its_first_night() {
        let folder = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(folder.path()).unwrap();
        let night = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        assert_eq!(output_identity(folder.path()).unwrap(), None);
        let first = identify(&lock, night(20), &facts().identity).unwrap();
        assert_eq!(identify(&lock, night(21), &facts().identity).unwrap(), first);
        assert_eq!(output_identity(folder.path()).unwrap(), Some(first.clone()));
        let other = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(other.path()).unwrap();
        assert_ne!(identify(&lock, night(21), &facts().identity).unwrap(), first);
        fs::write(folder.path().join(IDENTITY_NAME), "{}").unwrap();
        assert!(matches!(output_identity(folder.path()), Err(PublishError::Damaged { .. })));
    }
}
