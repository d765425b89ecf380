//! What a configuration remembers of its results, in a file beside it: so that a results folder that is lost, or another
//! one in its place, is not taken for a first night. Ids of segments, names and who was forgotten would be lost silently.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::job::error::JobError;
use crate::job::lineage::{read_if_there, write_whole};
use crate::job::load::Loaded;
use crate::job::place;
use crate::job::watch::Watch;
use crate::tables::manifest::RunIdentity;
use crate::tables::publish::{OutputLock, identify, output_identity};

/// Layout of the file.
const SCHEMA: &str = "valueseg.lock.1";

/// What stands above its keys.
const HEAD: &str = "# Written by valueseg when a night is published; keep it beside the configuration, in version control too.\n\
                    # It knows which results folder belongs to it. `valueseg run --first-night` begins with another one.\n";

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    schema: String,
    /// Identity of the results folder.
    output: String,
}

/// Where it lies: beside the configuration, called as it is, ending in `lock`.
pub(super) fn lock_file(config: &Path) -> PathBuf {
    config.with_extension("lock")
}

/// Refuses a results folder that is not the one the configuration knows, or lies where none may. `first_night`: a person
/// says that results begin anew.
pub(super) fn check(loaded: &Loaded, first_night: bool) -> Result<(), JobError> {
    place::check(loaded)?;
    if first_night {
        return Ok(());
    }
    let Some(known) = known(&lock_file(&loaded.path))? else { return Ok(()) };
    let out = loaded.settings.output(&loaded.base);
    let what = match output_identity(&out)? {
        Some(id) if id == known => return Ok(()),
        Some(_) => "another one lies there",
        None if !out.exists() => "it is not there",
        None if out.join("runs").is_dir() => "another one lies there",
        None => "it is empty",
    };
    Err(JobError::ResultsLost { out, config: loaded.path.clone(), what })
}

/// Remembers the results folder of a night that is published.
pub(super) fn remember(
    loaded: &Loaded,
    out: &OutputLock,
    night: NaiveDate,
    identity: &RunIdentity,
    watch: &dyn Watch,
) -> Result<(), JobError> {
    let id = identify(out, night, identity)?;
    let lock = lock_file(&loaded.path);
    // One that cannot be read is written anew.
    if known(&lock).ok().flatten().as_deref() == Some(id.as_str()) {
        return Ok(());
    }
    let stored = Stored { schema: SCHEMA.to_owned(), output: id };
    // INVARIANT: two texts, so serialization cannot fail.
    let text = format!("{HEAD}{}", toml::to_string(&stored).expect("plain data"));
    // The night is live, and a folder of configurations may well be read-only.
    if let Err(error) = write_whole(&lock, &text) {
        watch.warn(&format!(
            "{} cannot be written ({error}): a results folder that is lost would not be noticed",
            lock.display()
        ));
    }
    Ok(())
}

/// The identity that the file knows; `None` = there is no file.
fn known(lock: &Path) -> Result<Option<String>, JobError> {
    let Some(text) = read_if_there(lock)? else { return Ok(None) };
    let damaged = |message: String| JobError::LockFile { path: lock.to_owned(), message };
    let stored: Stored = toml::from_str(&text).map_err(|error| damaged(error.message().to_owned()))?;
    if stored.schema != SCHEMA {
        return Err(damaged(format!("its layout is `{}`, this program reads `{SCHEMA}`", stored.schema)));
    }
    Ok(Some(stored.output))
}
