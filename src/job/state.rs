//! Whether what is stored about segments, models and nights is what the program wrote, and a person's word that it may be
//! something else.

use std::fmt;
use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;

use crate::job::error::JobError;
use crate::job::lineage::{read_ledger, read_own_model, write_ledger};
use crate::job::load::Loaded;
use crate::model::segment::lineage::SegmentLedger;
use crate::tables::manifest::MANIFEST_NAME;
use crate::tables::publish::{
    BrokenSeal, LEDGER_NAME, OutputLock, accept_seals, broken_seals, latest_night, sealed_lines, tidy_seals,
};

/// What was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// Each difference in plain words, with its file; empty = all was as the program wrote it.
    pub differences: Vec<String>,
}

/// Refuses a ledger, a model or a manifest of a published night that was edited. `again`: a night that is about to be made
/// anew, whose own manifest does not matter.
pub(super) fn check(out: &Path, again: Option<NaiveDate>) -> Result<(), JobError> {
    // One that cannot be read says more by its own error.
    read_ledger(out)?;
    let (manifests, beside): (Vec<_>, Vec<_>) = broken_seals(out)?.into_iter().partition(is_manifest);
    if !beside.is_empty() {
        return Err(JobError::Edited { differences: in_words(&beside) });
    }
    let own = again.map(|night| manifest_of("runs", night)).unwrap_or_default();
    let altered: Vec<BrokenSeal> =
        manifests.into_iter().filter(|seal| seal.name.starts_with("runs/") && seal.name != own).collect();
    if altered.is_empty() { Ok(()) } else { Err(JobError::Altered { differences: in_words(&altered) }) }
}

/// Whether the manifest of a published night was edited.
pub(super) fn is_edited(out: &Path, night: NaiveDate) -> Result<bool, JobError> {
    let own = manifest_of("runs", night);
    Ok(broken_seals(out)?.iter().any(|seal| seal.name == own))
}

/// Accepts the ledger and the models as they lie there, because a person says so. What the ledger knew of ids is kept all
/// the same: an id is never given twice. The ledger remembers what was accepted.
///
/// # Errors
/// [`JobError::NoNight`] without a results folder; errors of the lock; [`JobError::Ledger`] or [`JobError::StoredModel`]
/// where what lies there cannot be used at all.
pub fn accept(loaded: &Loaded) -> Result<Accepted, JobError> {
    let out = loaded.settings.output(&loaded.base);
    if !out.is_dir() {
        return Err(JobError::NoNight { out });
    }
    let lock = OutputLock::acquire(&out)?;
    let mut ledger = read_ledger(&out)?;
    let beside: Vec<BrokenSeal> = broken_seals(&out)?.into_iter().filter(|seal| !is_manifest(seal)).collect();
    if beside.is_empty() {
        return Ok(Accepted { differences: Vec::new() });
    }
    for model in beside.iter().filter(|seal| seal.name != LEDGER_NAME) {
        read_own_model(&out.join(&model.name))?;
    }
    if let Some(lines) = sealed_lines(&out, LEDGER_NAME)?
        && let Ok(before) = SegmentLedger::parse(&lines.join("\n"))
    {
        ledger.remember(&before);
    }
    let differences = in_words(&beside);
    let night = latest_night(&out)?.map(|night| night.to_string()).unwrap_or_default();
    ledger.accept(&night, differences.clone());
    write_ledger(&out, &ledger)?;
    accept_seals(&lock, &beside.into_iter().map(|seal| seal.name).collect::<Vec<_>>())?;
    tidy_seals(&lock)?;
    Ok(Accepted { differences })
}

/// The path of a night's manifest inside the output folder.
fn manifest_of(folder: &str, night: NaiveDate) -> String {
    format!("{folder}/{night}/{MANIFEST_NAME}")
}

pub(super) fn is_manifest(seal: &BrokenSeal) -> bool {
    seal.name.ends_with(MANIFEST_NAME)
}

/// Each difference in words.
pub(super) fn in_words(broken: &[BrokenSeal]) -> Vec<String> {
    broken.iter().map(|seal| format!("{}: {}", seal.name, seal.what)).collect()
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.differences.is_empty() {
            return writeln!(f, "Nothing differs from what the program wrote.");
        }
        writeln!(f, "Accepted from the next night on:")?;
        self.differences.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
