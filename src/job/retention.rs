//! Which nights stay: the newest `run.keep_nights`, and those that what is still in use refers to.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::Value;

use crate::job::challengers::RECORD;
use crate::job::error::JobError;
use crate::job::lineage::{model_folder, read_if_there};
use crate::job::project::Project;
use crate::job::watch::Watch;
use crate::tables::manifest::Manifest;
use crate::tables::publish::{OutputLock, prune, published_nights, run_folder};

/// Removes old nights. Tonight is live already, so a failure is no reason to call it off: it is told, and the next night
/// tries again.
pub(super) fn apply(project: &Project, lock: &OutputLock, watch: &dyn Watch) {
    let keep = project.settings().run.keep_nights as usize;
    let removed = needed(project, keep).and_then(|needed| Ok(prune(lock, keep, &needed)?));
    if let Err(error) = removed {
        watch.warn(&format!("old nights could not be removed and will be tried again after the next: {error}"));
    }
}

/// Nights that must not go, whatever their age: tonight, the night whose distributions the model of a kept night is
/// measured against, and the night a challenger to such a model was fitted.
fn needed(project: &Project, keep: usize) -> Result<BTreeSet<NaiveDate>, JobError> {
    let out = project.out();
    let mut needed = BTreeSet::from([project.as_of()]);
    let mut models = BTreeSet::new();
    for night in published_nights(&out)?.into_iter().rev().take(keep.max(1)) {
        models.extend(Manifest::read(&run_folder(&out, night))?.map(|manifest| manifest.model_id));
    }
    for model in &models {
        needed.extend(night_in(&model_folder(&out, model).join("drift.json"), None)?);
    }
    if let Ok(entries) = std::fs::read_dir(out.join("models")) {
        for entry in entries.filter_map(Result::ok) {
            needed.extend(night_in(&entry.path().join(RECORD), Some(&models))?);
        }
    }
    Ok(needed)
}

/// The night a stored file names; with `champions`, only if its champion is one of them.
fn night_in(path: &Path, champions: Option<&BTreeSet<String>>) -> Result<Option<NaiveDate>, JobError> {
    let Some(text) = read_if_there(path)? else { return Ok(None) };
    let Ok(value) = serde_json::from_str::<Value>(&text) else { return Ok(None) };
    let champion = value["champion"].as_str().unwrap_or_default();
    let concerns = champions.is_none_or(|champions| champions.contains(champion));
    Ok(value["night"].as_str().filter(|_| concerns).and_then(|night| night.parse().ok()))
}
