//! Which nights stay: the newest `run.keep_nights`, and those that what is still in use refers to.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use crate::job::challengers::RECORD;
use crate::job::error::JobError;
use crate::job::lineage::{model_folder, read_if_there};
use crate::job::load::{Loaded, nearest};
use crate::job::project::Project;
use crate::job::watch::Watch;
use crate::tables::audiences::Confirmations;
use crate::tables::manifest::Manifest;
use crate::tables::publish::{Nights, OutputLock, prune, published_nights, remove_night, run_folder};

/// Removes old nights. Tonight is live already, so a failure is no reason to call it off: it is told, and the next night
/// tries again.
pub(super) fn apply(project: &Project, lock: &OutputLock, watch: &dyn Watch) {
    let keep = project.settings().run.keep_nights as usize;
    let removed = counted(project)
        .and_then(|nights| Ok((needed(project, keep, &nights)?, nights)))
        .and_then(|(needed, nights)| Ok(prune(lock, &nights, keep, &needed)?));
    match removed {
        Ok(pruned) => {
            for theirs in pruned.spared {
                watch.warn(&format!("{} is not ours, so its night, which is old, is not removed", theirs.display()));
            }
        }
        Err(error) => {
            watch.warn(&format!("old nights could not be removed and will be tried again after the next: {error}"));
        }
    }
}

/// The nights that retention is about: those published now, without any that lie ahead by mistake.
fn counted(project: &Project) -> Result<Vec<NaiveDate>, JobError> {
    let ahead = if project.nights().clock_doubted { &[][..] } else { &project.nights().ahead };
    let mut nights = published_nights(&project.out())?;
    nights.retain(|night| !ahead.contains(night));
    Ok(nights)
}

/// A night that was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// The night, `YYYY-MM-DD`.
    pub night: String,
    /// The night that is the latest now, `YYYY-MM-DD`; `None` = none is published.
    pub latest: Option<String>,
}

/// Removes one stored night, published or held back, because a person says so.
///
/// # Errors
/// [`JobError::NoNight`] without a results folder, [`JobError::Unknown`] if there is no such night; errors of the lock and
/// of the disk.
pub fn remove(loaded: &Loaded, night: NaiveDate) -> Result<Removed, JobError> {
    let out = loaded.settings.output(&loaded.base);
    if !out.is_dir() {
        return Err(JobError::NoNight { out });
    }
    let lock = OutputLock::acquire(&out)?;
    let mut others = published_nights(&out)?;
    others.retain(|other| *other != night);
    let oldest = others.first().copied().unwrap_or(night);
    let nights = Nights::of(&others, oldest, loaded.today);
    let next = nights.newest().or(others.last().copied());
    if !remove_night(&lock, night, next)? {
        let names: Vec<String> = others.iter().map(NaiveDate::to_string).collect();
        let nearest = nearest(&night.to_string(), names.iter().map(String::as_str));
        return Err(JobError::Unknown { kind: "stored night", seen: night.to_string(), nearest });
    }
    Ok(Removed { night: night.to_string(), latest: next.map(|night| night.to_string()) })
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let latest =
            self.latest.as_ref().map_or("no night is published".to_owned(), |night| format!("the latest is {night}"));
        writeln!(f, "The night of {} is removed; {latest}.", self.night)
    }
}

/// Nights that must not go, whatever their age: tonight, the night whose lists were uploaded last, the night whose distributions the model of a kept night is
/// measured against, and the night a challenger to such a model was fitted.
fn needed(project: &Project, keep: usize, nights: &[NaiveDate]) -> Result<BTreeSet<NaiveDate>, JobError> {
    let out = project.out();
    let mut needed = BTreeSet::from([project.as_of()]);
    // Who left since the last upload is known by the lists of its night alone.
    let confirmed = Confirmations::read(&out)?;
    let tonight = run_folder(&out, project.as_of()).join("audiences");
    needed.extend(confirmed.newest_where(|audience| tonight.join(audience).is_dir()));
    let mut models = BTreeSet::new();
    for night in nights.iter().rev().take(keep.max(1)) {
        models.extend(Manifest::read(&run_folder(&out, *night))?.map(|manifest| manifest.model_id));
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
