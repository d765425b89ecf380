//! Nights that are published.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::PublishError;
use super::manifest::{Manifest, RunIdentity};

/// Folder of a published night.
#[must_use]
pub fn run_folder(out: &Path, run_date: NaiveDate) -> PathBuf {
    out.join("runs").join(run_date.to_string())
}

/// Folder of a night that was held back.
#[must_use]
pub fn held_folder(out: &Path, run_date: NaiveDate) -> PathBuf {
    out.join("held").join(run_date.to_string())
}

/// Manifest of a published night; `None` if that night is not published.
///
/// # Errors
/// [`PublishError::Damaged`] or [`PublishError::Io`] if there is one that cannot be read.
pub fn existing_manifest(out: &Path, run_date: NaiveDate) -> Result<Option<Manifest>, PublishError> {
    Manifest::read(&run_folder(out, run_date))
}

/// Whether the night is published and a run of `identity` would publish the same again.
///
/// # Errors
/// As [`existing_manifest`].
pub fn is_published(out: &Path, run_date: NaiveDate, identity: &RunIdentity) -> Result<bool, PublishError> {
    Ok(existing_manifest(out, run_date)?.is_some_and(|manifest| manifest.is_of(identity)))
}

/// Published nights, oldest first.
///
/// # Errors
/// [`PublishError::Io`] if `out/runs` exists and cannot be listed.
pub fn published_nights(out: &Path) -> Result<Vec<NaiveDate>, PublishError> {
    nights_in(&out.join("runs"))
}

/// Nights that were held back and not published since, oldest first. They are no history: nothing reads them but people,
/// `verify` and `forget`.
///
/// # Errors
/// [`PublishError::Io`] if `out/held` exists and cannot be listed.
pub fn held_nights(out: &Path) -> Result<Vec<NaiveDate>, PublishError> {
    nights_in(&out.join("held"))
}

fn nights_in(folder: &Path) -> Result<Vec<NaiveDate>, PublishError> {
    let failed = |source| PublishError::io("cannot list", folder, source);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut nights = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        nights.extend(name.to_str().and_then(|name| name.parse::<NaiveDate>().ok()));
    }
    nights.sort_unstable();
    Ok(nights)
}
