//! Files of a stored night that are written again, the rest of it as it lies there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;

use super::manifest::{MANIFEST_NAME, Manifest, files_in};
use super::{OutputLock, PublishError, Staging};

/// Puts `files`, by name, into the published night in `folder` where they differ from what lies there, and states them in its
/// manifest; the night changes in one step. Gives the names of those that differed, ascending; where none did, nothing is
/// written. What else is not as the manifest says stays so.
///
/// # Errors
/// As [`Staging::restate`]; the night is as it was.
pub fn renew(
    lock: &OutputLock,
    run_date: NaiveDate,
    folder: &Path,
    files: &BTreeMap<String, String>,
) -> Result<Vec<String>, PublishError> {
    let differs = |name: &str, text: &str| fs::read(folder.join(name)).map_or(true, |there| there != text.as_bytes());
    let changed: Vec<String> =
        files.iter().filter(|(name, text)| differs(name, text)).map(|(name, _)| name.clone()).collect();
    if changed.is_empty() {
        return Ok(changed);
    }
    let mut manifest = Manifest::read(folder)?.ok_or_else(|| PublishError::Damaged {
        path: folder.join(MANIFEST_NAME),
        message: "there is none".to_owned(),
    })?;
    let before = manifest.verify(folder)?;
    let mut staging = Staging::create(lock, run_date)?;
    for (name, _) in files_in(folder).map_err(|source| PublishError::io("cannot list", folder, source))? {
        if name != MANIFEST_NAME && !changed.contains(&name) {
            let listed = manifest.outputs.iter().find(|file| file.name == name);
            staging.take_over(folder, Path::new(&name), listed)?;
        }
    }
    for name in &changed {
        let written = staging.write(name, files[name].as_bytes())?.clone();
        manifest.outputs.retain(|file| file.name != *name);
        manifest.outputs.push(written);
    }
    manifest.outputs.sort_by(|a, b| a.name.cmp(&b.name));
    staging.restate(folder, Some(&manifest), &before)?;
    Ok(changed)
}
