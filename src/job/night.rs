//! A night: inputs → scores → segments → plans, published whole or not at all.

use std::path::PathBuf;

use chrono::NaiveDate;

use crate::job::apply::{Applied, apply};
use crate::job::error::JobError;
use crate::job::gates;
use crate::job::load::Loaded;
use crate::job::obtain::{self, Obtained};
use crate::job::outcome::{Outcome, Summary};
use crate::job::project::Project;
use crate::job::watch::{Stage, Watch};
use crate::job::write::{self, Night};
use crate::model::plan::plan;

/// What to run.
#[derive(Clone, Debug)]
pub struct NightRequest {
    /// The night: everything up to the end of this day, in the project's zone, counts.
    pub as_of: NaiveDate,
    /// Fit anew even if there is a model.
    pub refit: bool,
    /// Run again even if the night is published with the same inputs.
    pub force: bool,
    /// Stop before publishing and leave nothing behind.
    pub dry_run: bool,
}

/// Runs a night.
///
/// # Errors
/// Any [`JobError`]; whatever it is, nothing was published and the last night is as it was.
pub fn run(loaded: &Loaded, request: &NightRequest, watch: &dyn Watch) -> Result<Outcome, JobError> {
    let project = Project::open(loaded, request.as_of)?;
    let _lock = project.lock()?;
    let staging = project.stage()?;

    let intake = stage(watch, Stage::Read, || project.read(&staging, watch), read_words)?;
    let identity = project.identity(&intake);
    if !request.force && !request.refit && !request.dry_run && project.is_published(&identity)? {
        return Ok(Outcome::AlreadyPublished { run: project.run_folder() });
    }
    let Obtained { model, fitted } =
        stage(watch, Stage::Fit, || obtain::model(&project, &intake, request.refit), obtain::words)?;
    let Applied { profiles, tables } =
        stage(watch, Stage::Score, || apply(&project, &intake, &model, &staging, watch), Applied::words)?;
    let model = model.with_names(profiles.names());
    let plans = stage(
        watch,
        Stage::Plan,
        || Ok(plan(&profiles, project.catalogue(), &project.plan_settings())),
        |plans| format!("{} plans", plans.plans.len() + 1),
    )?;
    gates::check(&project, &intake, &profiles)?;

    let night = Night { project: &project, intake: &intake, model: &model, profiles: &profiles, plans: &plans };
    let written = stage(watch, Stage::Write, || write::night(&night, &staging, tables), write::words)?;
    let summary = Summary::of(&night, &written);
    if request.dry_run {
        return Ok(Outcome::DryRun { summary });
    }
    if fitted {
        obtain::store(&project, &model)?;
    }
    let run = stage(watch, Stage::Publish, || project.publish(staging, &identity, &written), PathBuf::display_words)?;
    Ok(Outcome::Published { run, summary })
}

/// Runs one stage and tells the watcher of its beginning and end.
fn stage<T>(
    watch: &dyn Watch,
    stage: Stage,
    work: impl FnOnce() -> Result<T, JobError>,
    words: impl FnOnce(&T) -> String,
) -> Result<T, JobError> {
    watch.begin(stage);
    let result = work()?;
    watch.end(stage, &words(&result));
    Ok(result)
}
