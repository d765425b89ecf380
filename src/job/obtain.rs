//! The model of a night: the one in use, else a new one from a bounded sample.

use std::path::{Path, PathBuf};

use crate::job::error::JobError;
use crate::job::project::Project;
use crate::job::settings::Refit;
use crate::job::watch::Words;
use crate::model::{FitRequest, Model, RESPONDENT_CAP, SampleCollector, fit};
use crate::tables::intake::Intake;
use crate::tables::manifest::Manifest;
use crate::tables::publish::{published_nights, run_folder};

/// A model, and whether it was fitted just now.
pub(super) struct Obtained {
    /// The model.
    pub(super) model: Model,
    /// Fitted tonight, so it has to be stored.
    pub(super) fitted: bool,
}

impl Words for Obtained {
    fn words(&self) -> String {
        let how = if self.fitted { "new model" } else { "model" };
        format!("{how} {}, {} segments", self.model.id(), self.model.segments().len())
    }
}

/// The model in use, unless there is none or a new one is wanted. Signals it knows and the inputs lack are unknown for
/// the night; signals it does not know wait for the next fit, because segments must not change unasked.
pub(super) fn model(project: &Project, intake: &Intake, refit: bool) -> Result<Obtained, JobError> {
    if !refit
        && project.settings().model.refit != Refit::Always
        && let Some(model) = in_use(project)?
    {
        return Ok(Obtained { model, fitted: false });
    }
    let settings = project.settings().fit();
    let mut collector = SampleCollector::new(settings.seed, RESPONDENT_CAP);
    for part in 0..intake.n_parts() {
        for block in intake.blocks_of_part_where(part, |id| collector.may_take(id))? {
            collector.absorb(&block?);
        }
    }
    let sample = collector.finish();
    let request = FitRequest {
        catalogue: project.catalogue(),
        signal_ids: intake.signal_ids(),
        sample: &sample,
        settings: &settings,
    };
    Ok(Obtained { model: fit(&request)?, fitted: true })
}

/// The model of the newest night before or on this one.
fn in_use(project: &Project) -> Result<Option<Model>, JobError> {
    let Some(folder) = newest_before(&project.out(), project.as_of())? else { return Ok(None) };
    let Some(manifest) = Manifest::read(&folder)? else { return Ok(None) };
    let path = path_of(&project.out(), &manifest.model_id);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| JobError::StoredModel { path: path.clone(), message: error.to_string() })?;
    let model = Model::from_json(&text).map_err(|error| JobError::StoredModel { path, message: error.to_string() })?;
    Ok(Some(model))
}

/// Folder of the newest published night up to `date`.
pub(super) fn newest_before(out: &Path, date: chrono::NaiveDate) -> Result<Option<PathBuf>, JobError> {
    let nights = published_nights(out)?;
    Ok(nights.into_iter().rfind(|night| *night <= date).map(|night| run_folder(out, night)))
}

/// Where a model is stored.
fn path_of(out: &Path, id: &str) -> PathBuf {
    out.join("models").join(id).join("model.json")
}

/// Stores a model beside the nights; the same model stored twice is the same file.
pub(super) fn store(project: &Project, model: &Model) -> Result<(), JobError> {
    let path = path_of(&project.out(), model.id());
    let folder = path.parent().expect("a file in a folder").to_owned();
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| JobError::Io { doing: "cannot store the model at", path, source }
    };
    std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
    let report = serde_json::to_string_pretty(model.report()).expect("a report is plain data");
    for (name, text) in [("fit.json", report), ("model.json", model.to_json()?)] {
        let half = folder.join(format!(".{name}"));
        let whole = folder.join(name);
        std::fs::write(&half, text).map_err(failed(&half))?;
        std::fs::File::open(&half).and_then(|file| file.sync_all()).map_err(failed(&half))?;
        std::fs::rename(&half, &whole).map_err(failed(&whole))?;
    }
    std::fs::File::open(&folder).and_then(|folder| folder.sync_all()).map_err(failed(&folder))
}
