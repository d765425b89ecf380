//! A night: inputs → scores → segments → plans, published whole or not at all.

use chrono::NaiveDate;

use crate::job::apply::{Scored, apply};
use crate::job::describe::describe;
use crate::job::drivers::cross;
use crate::job::error::JobError;
use crate::job::finished::FinishedNight;
use crate::job::gates::alerts;
use crate::job::inputs::InputFindings;
use crate::job::load::Loaded;
use crate::job::lots::{DrawnLots, LotsOf};
use crate::job::noise::NightNoise;
use crate::job::obtain::FitWish;
use crate::job::outcome::{Outcome, Summary};
use crate::job::project::Project;
use crate::job::read::{identity, read};
use crate::job::relationship_rules::RelationshipRules;
use crate::job::report::ReportFacts;
use crate::job::room::Room;
use crate::job::tonight::Tonight;
use crate::job::watch::{Stage, Watch, stage};
use crate::job::{drift, effects, forget, gates, obtain, remembered, retention, state, write};
use crate::model::plan::plan;
use crate::tables::assignments::AssignmentsWriter;
use crate::tables::publish::{OutputLock, identify, is_published, settle};

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct NightRequest {
    /// The night: everything up to the end of this day, in the project's zone, counts.
    pub as_of: NaiveDate,
    /// Fit anew even if there is a model.
    pub refit: bool,
    /// Run again even if the night is published with the same inputs.
    pub force: bool,
    /// Results begin anew: a results folder that is not the one the configuration knows is no reason to refuse.
    pub first_night: bool,
    /// Stop before publishing and leave nothing behind.
    pub dry_run: bool,
    /// Whole lists alone, and no file of changes.
    pub full: bool,
    /// Exact figures, as nobody may see them: to measure what noise costs and what it keeps. The command never asks so.
    pub exact: bool,
}

impl NightRequest {
    /// A plain night.
    #[must_use]
    pub fn of(as_of: NaiveDate) -> Self {
        Self { as_of, refit: false, force: false, first_night: false, dry_run: false, full: false, exact: false }
    }

    /// Whether it is run though the same inputs may be published.
    fn again(&self) -> bool {
        self.force || self.refit || self.dry_run
    }
}

/// Runs a night.
///
/// # Errors
/// Any [`JobError`]; whatever it is, nothing was published and the last night is as it was. A night that gates held back
/// lies in `out/held` ([`JobError::Held`]).
pub fn run(loaded: &Loaded, request: &NightRequest, watch: &dyn Watch) -> Result<Outcome, JobError> {
    remembered::check(loaded, request.first_night)?;
    let project = Project::open(loaded, request.as_of)?;
    let lock = OutputLock::acquire(&project.out())?.readable(project.settings().run.file_mode)?;
    state::check(lock.out(), request.force.then_some(request.as_of))?;
    let forgotten = forget::read_list(loaded)?;
    if !request.dry_run {
        forget::keep_in_step(loaded, &lock, &forgotten)?;
    }
    let mut room = Room::make(&lock, request.as_of)?;

    let intake = stage(watch, Stage::Read, || read(&project, &room.scratch, &forgotten))?;
    let identity = identity(&project, &intake, &forgotten, request.full);
    if !request.again() && is_published(&project.out(), request.as_of, &identity)? {
        intake.check_unchanged()?;
        drop((intake, room));
        remembered::remember(loaded, &lock, request.as_of, &identity, watch)?;
        settle(&lock, request.as_of, project.latest())?;
        retention::apply(&project, &lock, watch);
        return Ok(Outcome::AlreadyPublished { run: project.run_folder() });
    }
    let inputs = InputFindings::of(&project, &intake)?;
    let may_learn = inputs.may_be_learned_from(request.refit && request.force);
    let obtained =
        stage(watch, Stage::Fit, || obtain::model(&project, &intake, FitWish { refit: request.refit, may_learn }));
    let obtained = obtained.map_err(|error| inputs.behind(error))?;
    let tonight = Tonight::new(project, intake, obtained)?;

    let crossed = stage(watch, Stage::Cross, || cross(&tonight))?;
    let rules = RelationshipRules::new(&tonight, &crossed.drivers)?;
    let Scored { applied, customers } = stage(watch, Stage::Score, || apply(&tonight, &rules, &mut room, watch))?;

    let kept = NightNoise::of(&tonight, &applied, request.exact)?;
    let findings = drift::examine(&tonight, applied.drift.as_ref(), &kept.noise, may_learn, watch)?;
    let described = stage(watch, Stage::Profile, || Ok(describe(&tonight, &applied, &crossed, &rules, &kept.noise)))?;
    let (catalogue, settings) = (tonight.offered()?, tonight.project.plan_settings());
    let measured = effects::measure(&tonight, &applied, &kept.noise)?;
    let plans =
        plan(&described.told, &catalogue, &settings).learned(&measured.learned).dated(request.as_of, &catalogue);
    let keeps = (!request.dry_run && !tonight.project.is_backfill()).then_some(&lock);
    let work = room.scratch.folder();
    let lots = LotsOf { tonight: &tonight, plans: &plans, catalogue: &catalogue, forgotten: &forgotten, work, keeps };
    let DrawnLots { assignments, kept_out, addresses } = lots.draw(customers, &mut room.staging)?;
    let scored = gates::check(&tonight, &applied, &described.told, findings.drift.as_ref(), request.refit)?;
    let gated = inputs.gated.clone().and(scored);
    let alerts = alerts(&tonight, &gated, &findings, &inputs, &measured, addresses.as_ref());

    let night = FinishedNight {
        tonight: &tonight,
        inputs: &inputs,
        applied: &applied,
        findings: &findings,
        noise: &kept.noise,
        described: &described,
        measured: &measured,
        plans: &plans,
        addresses: addresses.as_ref(),
        kept_out: &kept_out,
        whole_lists: request.full,
        gated: &gated,
        alerts: &alerts,
    };
    let report = ReportFacts::of(&night)?;
    let pages = report.files()?;
    let facts = stage(watch, Stage::Write, || write::night(&night, &report, &pages, &identity, &mut room))?;
    let summary = Summary::of(&night, &pages);
    tonight.intake.check_unchanged()?;
    if !gated.reasons.is_empty() {
        let kept = if request.dry_run { None } else { Some(room.staging.hold(facts, &gated.reasons)?) };
        return Err(JobError::Held { reasons: gated.reasons, kept });
    }
    if request.dry_run {
        return Ok(Outcome::DryRun { summary });
    }
    kept.store(&lock)?;
    assignments.map_or(Ok(()), AssignmentsWriter::replace)?;
    if !tonight.project.is_backfill() {
        tonight.obtained.store(&tonight.project, &described.model)?;
        findings.store(&tonight.project, &described.model)?;
    }
    identify(&lock, request.as_of, &identity)?;
    let run = stage(watch, Stage::Publish, || Ok(room.staging.publish(facts, tonight.project.latest())?.0))?;
    remembered::remember(loaded, &lock, request.as_of, &identity, watch)?;
    retention::apply(&tonight.project, &lock, watch);
    Ok(Outcome::Published { run, summary })
}
