//! Drift of a night against the night of the fit, and what follows from it.
//!
//! | file in `models/<id>/` | holds |
//! |---|---|
//! | `bins.json` | how signals are cut into bins, learned at the fit |
//! | `drift.json` | the distributions of the first night scored with the model: the reference |
//! | `challenger.json` | the model was fitted as a challenger: against which champion, when, and the verdict |

mod challenge;
mod news;

use std::path::Path;

use crate::job::error::JobError;
use crate::job::lineage::{model_folder, read_if_there, write_model_files};
use crate::job::project::Project;
use crate::model::fit::Model;
use crate::model::segment::drift::{Drift, DriftBins, DriftFigures, DriftReference, DriftState};

pub(super) use challenge::{Attempt, Challenge, RECORD, challenge, is_due, successor};
pub(super) use news::News;

/// What drift is measured against.
pub(super) enum Yardstick {
    /// The night of the fit.
    Reference(DriftReference),
    /// Tonight is the first night of the model: it becomes the reference.
    Bins(DriftBins),
    /// The model was stored without either, by an earlier version: drift is measured from the next fit on.
    Nothing,
}

impl Yardstick {
    /// What is stored with a model.
    pub(super) fn load(out: &Path, model: &Model) -> Result<Self, JobError> {
        let folder = model_folder(out, model.id());
        let refused = |path: &Path, message: String| JobError::StoredModel { path: path.to_owned(), message };
        let path = folder.join("drift.json");
        if let Some(text) = read_if_there(&path)? {
            let reference = DriftReference::from_json(&text, model.id());
            return reference.map(Self::Reference).map_err(|error| refused(&path, error.to_string()));
        }
        let path = folder.join("bins.json");
        match read_if_there(&path)? {
            Some(text) => {
                let bins = DriftBins::from_json(&text).map_err(|error| refused(&path, error.to_string()))?;
                Ok(Self::Bins(bins))
            }
            None => Ok(Self::Nothing),
        }
    }

    /// Bins to count tonight in.
    pub(super) fn bins(&self) -> Option<&DriftBins> {
        match self {
            Self::Reference(reference) => Some(reference.bins()),
            Self::Bins(bins) => Some(bins),
            Self::Nothing => None,
        }
    }
}

/// Tonight held against the night of the fit.
pub(super) struct Judged {
    /// The finding; `None` = there is nothing to hold it against.
    pub(super) drift: Option<Drift>,
    /// The reference that tonight makes, to be stored with the model.
    fresh: Option<DriftReference>,
}

/// Judges the counts of the night.
///
/// On the first night of a model the night is its own reference: every distance is 0.
pub(super) fn judge(project: &Project, model: &Model, yardstick: &Yardstick, state: Option<&DriftState>) -> Judged {
    let min_cell = project.settings().privacy.min_cell;
    let Some(state) = state else { return Judged { drift: None, fresh: None } };
    match yardstick {
        Yardstick::Nothing => Judged { drift: None, fresh: None },
        Yardstick::Reference(reference) => {
            let now = DriftFigures::of(state, reference.bins());
            Judged { drift: Some(Drift::between(reference, &now, min_cell)), fresh: None }
        }
        Yardstick::Bins(bins) => {
            let night = project.as_of().to_string();
            let reference = DriftReference::new(model.id(), &night, bins.clone(), state);
            let now = DriftFigures::of(state, bins);
            Judged { drift: Some(Drift::between(&reference, &now, min_cell)), fresh: Some(reference) }
        }
    }
}

/// Stores what the night adds: the reference of a new model, and a challenger.
pub(super) fn store(
    project: &Project,
    model: &Model,
    judged: &Judged,
    challenge: Option<&Challenge>,
) -> Result<(), JobError> {
    let out = project.out();
    if let Some(reference) = &judged.fresh {
        write_model_files(&out, model.id(), &[("drift.json", reference.to_json()?)])?;
    }
    match challenge {
        Some(challenge) => challenge.store(project),
        None => Ok(()),
    }
}
