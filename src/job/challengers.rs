//! Challengers on record: models fitted beside the one in use, when, and what became of them.

use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::job::error::JobError;
use crate::job::lineage::{LINEAGE, MODEL, model_folder, read_if_there, read_own_model, stored_lineage};
use crate::model::fit::Model;
use crate::model::segment::lineage::{Lineage, MoveCost};

/// Name of the record in the challenger's folder.
pub(super) const RECORD: &str = "challenger.json";

/// What becomes of a challenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// The change is small: it scores from the next night on.
    TakesOver,
    /// The change is not small: it waits for a person.
    Waits,
    /// The fit found the champion again: nothing to change.
    Same,
}

/// A challenger, on record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChallengeRecord {
    /// Model in use when it was fitted.
    pub(super) champion: String,
    /// The challenger.
    pub(super) challenger: String,
    /// The night it was fitted, `YYYY-MM-DD`; such days order as texts do.
    pub(super) night: String,
    /// What becomes of it.
    pub(super) verdict: Verdict,
    /// Why it may not take over unasked; empty unless it waits.
    pub(super) against: Vec<String>,
    /// What it would cost.
    pub(super) cost: MoveCost,
    /// Segments of the champion and of the challenger.
    pub(super) segments: [usize; 2],
    /// Agreement of halves of the sample, champion and challenger; `None` = not tested.
    pub(super) stability: [Option<f64>; 2],
    /// Label, champion and challenger; `None` = not tested.
    pub(super) label: [Option<String>; 2],
}

impl ChallengeRecord {
    /// The challenger in words.
    #[must_use]
    pub(super) fn sentence(&self) -> String {
        let Self { challenger, night, cost, .. } = self;
        let [before, now] = self.segments;
        match self.verdict {
            Verdict::Same => format!("a fit on {night} found the model in use again"),
            Verdict::TakesOver => format!(
                "challenger {challenger} of {night} ({now} segments, {before} before) scores from the next night on: {}",
                cost.sentence()
            ),
            Verdict::Waits => format!(
                "challenger {challenger} of {night} ({now} segments, {before} before) waits: {}; {}",
                self.against.join(", "),
                cost.sentence()
            ),
        }
    }
}

/// The newest challenger of `champion` fitted before `night`.
pub(super) fn newest(out: &Path, champion: &str, night: NaiveDate) -> Result<Option<ChallengeRecord>, JobError> {
    let models = out.join("models");
    let failed = |source| JobError::Io { doing: "cannot list", path: models.clone(), source };
    let entries = match std::fs::read_dir(&models) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(failed(source)),
    };
    let mut found: Vec<ChallengeRecord> = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path().join(RECORD);
        let Some(text) = read_if_there(&path)? else { continue };
        let record = serde_json::from_str::<ChallengeRecord>(&text);
        found.push(record.map_err(|error| JobError::StoredModel { path, message: error.to_string() })?);
    }
    let night = night.to_string();
    found.retain(|record| record.champion == champion && record.night < night);
    found.sort_by(|a, b| (&a.night, &a.challenger).cmp(&(&b.night, &b.challenger)));
    Ok(found.pop())
}

/// The challenger that was accepted on a night before `night` to follow `champion`, with what it does to the segments.
pub(super) fn successor(out: &Path, champion: &str, night: NaiveDate) -> Result<Option<(Model, Lineage)>, JobError> {
    let accepted = newest(out, champion, night)?.filter(|record| record.verdict == Verdict::TakesOver);
    let Some(record) = accepted else { return Ok(None) };
    let folder = model_folder(out, &record.challenger);
    let model = read_own_model(&folder.join(MODEL))?;
    let lineage = stored_lineage(out, &record.challenger)?
        .ok_or_else(|| JobError::StoredModel { path: folder.join(LINEAGE), message: "it is not there".to_owned() })?;
    Ok(Some((model, lineage)))
}
