//! Nights that are published.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::PublishError;
use crate::tables::manifest::{Manifest, RunIdentity};

/// Folder of a published night.
#[must_use]
pub fn run_folder(out: &Path, run_date: NaiveDate) -> PathBuf {
    out.join("runs").join(run_date.to_string())
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
    let runs = out.join("runs");
    let failed = |source| PublishError::io("cannot list", &runs, source);
    let entries = match fs::read_dir(&runs) {
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
