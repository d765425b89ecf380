//! Two nights, or two models, side by side: sizes, moves, profiles, facts of the fit, and what became of the segments.

mod models;
mod nights;
mod text;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;

use crate::job::error::JobError;
use crate::job::lineage::{model_folder, read_model};
use crate::job::load::{Loaded, nearest};
use crate::model::fit::Model;
use crate::tables::publish::{latest_night, published_nights};

/// Fewest digits of a model's id that name it.
const LEAST_DIGITS: usize = 4;

/// Elements shown of a segment, at most.
const ELEMENTS_SHOWN: usize = 3;

/// A comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// `nights` or `models`.
    pub kind: &'static str,
    /// The first: a date or a model's id.
    pub a: String,
    /// The second.
    pub b: String,
    /// Segments of either, by id.
    pub segments: Vec<SegmentChange>,
    /// Who went where; `None` between models, which know no customers.
    pub moves: Option<Moves>,
    /// What changed most in the profile of each segment that is in both.
    pub profiles: Vec<ProfileChange>,
    /// Facts of the models.
    pub facts: Vec<Fact>,
    /// What refits between the two did to the segments, oldest first.
    pub lineage: Vec<String>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// A segment on either side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentChange {
    /// Id.
    pub id: String,
    /// Name in the first; `None` = not there.
    pub name_a: Option<String>,
    /// Name in the second.
    pub name_b: Option<String>,
    /// Customers in the first; `None` = not there, or a model.
    pub size_a: Option<u64>,
    /// Customers in the second.
    pub size_b: Option<u64>,
    /// Share in the first, 0–1; `None` = not there, or not known.
    pub share_a: Option<f64>,
    /// Share in the second.
    pub share_b: Option<f64>,
}

/// Who went where between two nights.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moves {
    /// Customers in a segment on both nights.
    pub compared: u64,
    /// Of these, those in another segment.
    pub moved: u64,
    /// `moved` over `compared`; `None` = nobody to compare.
    pub moved_share: Option<f64>,
    /// Ways taken, most taken first; the way from a segment to itself is not among them.
    pub ways: Vec<Way>,
}

/// A way from one place to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Way {
    /// Segment then, `NONE` = no segment, `OUT` = not scored or not there.
    pub from: String,
    /// Segment now, likewise.
    pub to: String,
    /// Customers; `None` = withheld, fewer than `privacy.min_cell`.
    pub customers: Option<u64>,
    /// Share of those in `from` then, 0–1; `None` as `customers`.
    pub share_of_from: Option<f64>,
}

/// One element of one segment on either side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProfileChange {
    /// Segment.
    pub segment_id: String,
    /// Element.
    pub element_id: String,
    /// `importance` or `fulfillment`.
    pub aspect: &'static str,
    /// Mean in the first, 0–10.
    pub a: f64,
    /// Mean in the second.
    pub b: f64,
    /// `b − a`.
    pub change: f64,
    /// Whether their 95 % intervals lie apart; `None` between models, which keep no intervals.
    pub apart: Option<bool>,
}

/// A fact of the models on either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What is told of them.
    pub what: &'static str,
    /// In the first; `None` = not known.
    pub a: Option<String>,
    /// In the second.
    pub b: Option<String>,
}

/// What one side of a comparison is.
enum Side {
    Night(NaiveDate),
    Model(Box<Model>),
}

impl Side {
    fn kind(&self) -> &'static str {
        match self {
            Self::Night(_) => "night",
            Self::Model(_) => "model",
        }
    }
}

/// Holds `b` against `a`: two nights (dates, or `latest`), or two models (ids, or model files).
///
/// # Errors
/// [`JobError::Unknown`] for a night or model that is not there, [`JobError::NotAlike`] for one of each, errors of
/// reading.
pub fn diff(loaded: &Loaded, a: &str, b: &str) -> Result<Diff, JobError> {
    let out = loaded.settings.output(&loaded.base);
    match (side(&out, a)?, side(&out, b)?) {
        (Side::Night(first), Side::Night(second)) => nights::diff(loaded, &out, first, second),
        (Side::Model(first), Side::Model(second)) => models::diff(loaded, &out, &first, &second),
        (first, second) => {
            Err(JobError::NotAlike { a: a.to_owned(), kind_a: first.kind(), b: b.to_owned(), kind_b: second.kind() })
        }
    }
}

/// A date is a night, anything else a model.
fn side(out: &Path, text: &str) -> Result<Side, JobError> {
    let date = text.parse::<NaiveDate>().ok();
    if date.is_some() || text == "latest" {
        let nights = published_nights(out)?;
        let Some(latest) = latest_night(out)? else { return Err(JobError::NoNight { out: out.to_owned() }) };
        let date = date.unwrap_or(latest);
        if nights.contains(&date) {
            return Ok(Side::Night(date));
        }
        let near = nights.iter().min_by_key(|night| (**night - date).num_days().abs());
        return Err(JobError::Unknown {
            kind: "published night",
            seen: text.to_owned(),
            nearest: near.map(ToString::to_string),
        });
    }
    Ok(Side::Model(Box::new(read_model(&model_path(out, text)?)?)))
}

/// File of a model named by its path, its id, or the beginning of its id.
fn model_path(out: &Path, text: &str) -> Result<PathBuf, JobError> {
    let plain = Path::new(text);
    if plain.is_file() {
        return Ok(plain.to_owned());
    }
    let ids = stored_models(out)?;
    let begins: Vec<&String> = ids.iter().filter(|id| text.len() >= LEAST_DIGITS && id.starts_with(text)).collect();
    match begins[..] {
        [only] => Ok(model_folder(out, only).join("model.json")),
        _ => Err(JobError::Unknown {
            kind: "night or model",
            seen: text.to_owned(),
            nearest: nearest(text, ids.iter().map(String::as_str)),
        }),
    }
}

/// Ids of stored models, ascending.
fn stored_models(out: &Path) -> Result<Vec<String>, JobError> {
    let models = out.join("models");
    let failed = |source| JobError::Io { doing: "cannot list", path: models.clone(), source };
    let entries = match std::fs::read_dir(&models) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.path().join("model.json").is_file() {
            ids.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    ids.sort();
    Ok(ids)
}
