//! A night: inputs → scores → segments → plans, published whole or not at all.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::job::apply::apply;
use crate::job::describe::describe;
use crate::job::drift::{self, News};
use crate::job::drivers::cross;
use crate::job::error::JobError;
use crate::job::load::Loaded;
use crate::job::outcome::{Outcome, Summary};
use crate::job::past::Past;
use crate::job::project::Project;
use crate::job::read::{identity, read};
use crate::job::relate::Relate;
use crate::job::scratch::Scratch;
use crate::job::watch::{Stage, Watch, stage};
use crate::job::write::{self, Night};
use crate::job::{gates, obtain, retention};
use crate::model::plan::plan;
use crate::tables::forgotten::Forgotten;
use crate::tables::publish::{OutputLock, Staging, is_published, settle};

/// What to run.
#[derive(Clone, Copy, Debug)]
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
/// Any [`JobError`]; whatever it is, nothing was published and the last night is as it was. A night that gates held back
/// lies in `out/held` ([`JobError::Held`]).
pub fn run(loaded: &Loaded, request: &NightRequest, watch: &dyn Watch) -> Result<Outcome, JobError> {
    let project = Project::open(loaded, request.as_of)?;
    let lock = OutputLock::acquire(&project.out())?;
    let forgotten = Forgotten::read(&project.out())?;
    let (scratch, mut staging) = make_room((&lock, &project.out()), request.as_of, watch)?;

    let intake = stage(watch, Stage::Read, || read(&project, &scratch, &forgotten))?;
    let identity = identity(&project, &intake, &forgotten);
    let again = request.force || request.refit || request.dry_run;
    if !again && is_published(&project.out(), request.as_of, &identity)? {
        settle(&lock, request.as_of)?;
        retention::apply(&project, &lock, watch);
        return Ok(Outcome::AlreadyPublished { run: project.run_folder() });
    }
    let obtained = stage(watch, Stage::Fit, || obtain::model(&project, &intake, request.refit))?;
    let past = Past::of(&project, &obtained)?;
    let crossed = stage(watch, Stage::Cross, || cross(&project, &intake, &obtained))?;
    let relate = Relate::new(&project, (&intake, &obtained), &past, &crossed.drivers)?;
    let applied =
        stage(watch, Stage::Score, || apply(&project, (&intake, &obtained), (&past, &relate), &mut staging, watch))?;
    let judged = drift::judge(&project, &obtained.model, &obtained.yardstick, applied.drift.as_ref());
    let attempt = if drift::is_due(&project, &obtained, &judged) {
        stage(watch, Stage::Challenge, || drift::challenge(&project, &intake, &obtained, &judged))?
    } else {
        drift::Attempt::None
    };
    let news = News::new(&obtained, &judged, attempt);
    let described =
        stage(watch, Stage::Profile, || Ok(describe(&project, &intake, &obtained, &applied, &crossed, &relate)))?;
    let plans = plan(&described.night, project.catalogue(), &project.plan_settings());
    let mut gated = gates::check(&project, &intake, &described.night)?;
    gates::refit(&project, &obtained, request.refit, &mut gated);
    gates::changes(&project, (&obtained, &judged), (&applied, &past), &mut gated)?;

    let night = Night {
        project: &project,
        intake: &intake,
        described: &described,
        applied: &applied,
        past: &past,
        plans: &plans,
        checks: &gated.checks,
        news: &news,
    };
    let facts = stage(watch, Stage::Write, || write::night(&night, &identity, &mut staging))?;
    let summary = Summary::of(&night);
    if !gated.reasons.is_empty() {
        let kept = if request.dry_run { None } else { Some(staging.hold(facts, &gated.reasons)?) };
        return Err(JobError::Held { reasons: gated.reasons, kept });
    }
    if request.dry_run {
        return Ok(Outcome::DryRun { summary });
    }
    obtain::store(&project, &obtained, &described.model)?;
    drift::store(&project, &described.model, &judged, news.challenge.as_ref())?;
    let run: PathBuf = stage(watch, Stage::Publish, || Ok(staging.publish(facts)?.0))?;
    retention::apply(&project, &lock, watch);
    Ok(Outcome::Published { run, summary })
}

/// Makes the folders that a run works in, in one step for whoever may stop it.
fn make_room<'a>(
    (lock, out): (&'a OutputLock, &Path),
    as_of: NaiveDate,
    watch: &dyn Watch,
) -> Result<(Scratch, Staging<'a>), JobError> {
    let mut room = None;
    watch.works_in(&mut || {
        let made = Scratch::create(out).and_then(|scratch| Ok((scratch, Staging::create(lock, as_of)?)));
        let folders = made.as_ref().map_or_else(
            |_| Vec::new(),
            |(scratch, staging)| vec![scratch.folder().to_owned(), staging.folder().to_owned()],
        );
        room = Some(made);
        folders
    });
    room.expect("whoever watches lets the folders be made")
}
