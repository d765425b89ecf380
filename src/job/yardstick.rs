//! What drift of a night is measured against, as it is stored with the model.

use std::path::Path;

use crate::job::error::JobError;
use crate::job::lineage::{model_folder, read_if_there};
use crate::model::fit::Model;
use crate::model::segment::drift::{DriftBins, DriftReference};

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
