//! The model of a night: the one in use, else a new one from a bounded sample, its segments followed from the old.

use std::path::{Path, PathBuf};

use crate::job::challengers::successor;
use crate::job::error::JobError;
use crate::job::lineage::{LINEAGE, MODEL, model_folder, read_ledger, read_own_model, write_ledger, write_model_files};
use crate::job::project::Project;
use crate::job::settings::Refit;
use crate::job::state::is_edited;
use crate::job::watch::Words;
use crate::job::yardstick::Yardstick;
use crate::model::customer::check_need_tiers;
use crate::model::fit::{FitRequest, Model, ModelError, RESPONDENT_CAP, Sample, SampleCollector, SegmentInfo, fit};
use crate::model::segment::drift::DriftBins;
use crate::model::segment::lineage::{IdBook, Lineage, RefitRequest, SegmentLedger, follow};
use crate::tables::intake::Intake;
use crate::tables::manifest::Manifest;
use crate::tables::publish::{existing_manifest, published_nights, run_folder};

/// Said on a night whose inputs are in doubt.
pub(super) const NO_FIT: &str = "No new model was fitted: a model must not learn from inputs that are in doubt. Look at what \
                                 is told of them; if they are right, `valueseg run --refit --force` fits one.";

/// Said on a night before the newest.
const NO_FIT_BACK: &str = "No new model was fitted: the night lies before the newest published one.";
const BACKFILL: &str = "The night lies before the newest published one: it was made with the model of its time, and nothing \
                        later was changed by it.";

/// Whether a model is to be fitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct FitWish {
    /// Somebody asked for it.
    pub(super) refit: bool,
    /// The inputs may be learned from.
    pub(super) may_learn: bool,
}

/// Where the model of a night comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// As on the night before.
    Kept,
    /// Fitted tonight.
    Fitted,
    /// A challenger that was accepted on an earlier night.
    TookOver,
}

/// The model of a night and what came with it.
pub(super) struct ObtainedModel {
    /// The model, its segments with their lasting ids.
    pub(super) model: Model,
    /// Where it comes from.
    pub(super) origin: Origin,
    /// What it did to the segments of the model before; `None` = the model is the same, or the first.
    pub(super) lineage: Option<Lineage>,
    /// The ledger as it will be once the night is published.
    pub(super) ledger: SegmentLedger,
    /// The ledger differs from the one on the disk.
    ledger_is_new: bool,
    /// Tonight's fit takes the place of one group that nothing was cut on: whoever it moves was in no real segment.
    pub(super) replaces_one_group: bool,
    /// What drift is measured against.
    pub(super) yardstick: Yardstick,
    /// What a reader must know about all this.
    pub(super) remarks: Vec<String>,
}

impl Words for ObtainedModel {
    fn words(&self) -> String {
        let how = match self.origin {
            Origin::Kept => "model",
            Origin::Fitted => "new model",
            Origin::TookOver => "model of a challenger",
        };
        format!("{how} {}, {} segments", self.model.id(), self.model.segments().len())
    }
}

/// The model in use, unless there is none or a new one is wanted. Signals it knows and the inputs lack are unknown for
/// the night; signals it does not know wait for the next fit, because segments must not change unasked.
pub(super) fn model(project: &Project, intake: &Intake, wish: FitWish) -> Result<ObtainedModel, JobError> {
    let (out, night) = (project.out(), project.as_of().to_string());
    let stored = read_ledger(&out)?;
    let mut ledger = stored.clone();
    let backfill = project.is_backfill();
    if !backfill && matches!(existing_manifest(&out, project.as_of()), Ok(None)) {
        // A run that died before it published this night may have entered something.
        ledger.take_back(&night);
    }
    let wanted = wish.refit || project.settings().model.refit == Refit::Always;
    let anew = wanted && wish.may_learn && !backfill;
    let mut remarks = Vec::new();
    let in_use = match in_use(project) {
        Err(JobError::StoredModel { message, .. }) if anew => {
            remarks.push(format!(
                "The model before cannot be read ({message}), so the new segments could not be matched to the old ones: \
                 all of them have new ids."
            ));
            None
        }
        other => other?,
    };
    if wanted && !anew && in_use.is_some() {
        remarks.push(if backfill { NO_FIT_BACK.to_owned() } else { NO_FIT.to_owned() });
    }
    let mut obtained = match in_use {
        Some(used) if backfill => as_it_is(project, used, ledger)?,
        Some(used) if !anew && wish.may_learn && used.model.is_stopgap() => {
            more(project, intake, used, ledger, &mut remarks)?
        }
        Some(used) if !anew => kept(project, used, ledger)?,
        used => {
            let new = Candidate::fit(project, intake)?;
            fitted(project, intake, new, used, ledger)?
        }
    };
    obtained.ledger_is_new = !backfill && obtained.ledger != stored;
    obtained.remarks.append(&mut remarks);
    Ok(obtained)
}

/// The model of a night before the newest: nothing follows it, and nothing is entered into the ledger.
fn as_it_is(project: &Project, used: ModelInUse, ledger: SegmentLedger) -> Result<ObtainedModel, JobError> {
    let yardstick = Yardstick::load(&project.out(), &used.model)?;
    Ok(ObtainedModel {
        model: used.model,
        origin: Origin::Kept,
        lineage: None,
        ledger,
        ledger_is_new: false,
        yardstick,
        replaces_one_group: false,
        remarks: vec![BACKFILL.to_owned()],
    })
}

/// The model in use, or the challenger that was accepted to follow it.
fn kept(project: &Project, used: ModelInUse, mut ledger: SegmentLedger) -> Result<ObtainedModel, JobError> {
    let (out, ModelInUse { model: old, night: since }) = (project.out(), used);
    if ledger.segments().is_empty() {
        ledger.begin(&since, &old);
    }
    let on_drift = project.settings().model.refit == Refit::OnDrift;
    let next = if on_drift { successor(&out, old.id(), project.as_of())? } else { None };
    let (model, origin, lineage) = match next {
        Some((model, lineage)) => {
            ledger.record(&project.as_of().to_string(), &lineage, &model);
            (model, Origin::TookOver, Some(lineage))
        }
        None => (old, Origin::Kept, None),
    };
    let yardstick = Yardstick::load(&out, &model)?;
    Ok(ObtainedModel {
        model,
        origin,
        lineage,
        ledger,
        ledger_is_new: false,
        replaces_one_group: false,
        yardstick,
        remarks: Vec::new(),
    })
}

/// A model of everybody in one group stays only as long as nothing more is known: as soon as there is evidence to look
/// for segments, or ratings or signals it does not know, a new model takes its place unasked.
fn more(
    project: &Project,
    intake: &Intake,
    used: ModelInUse,
    ledger: SegmentLedger,
    remarks: &mut Vec<String>,
) -> Result<ObtainedModel, JobError> {
    let new = Candidate::fit(project, intake)?;
    if !new.model.knows_more_than(&used.model) {
        return kept(project, used, ledger);
    }
    if !new.model.is_stopgap() {
        remarks.push(format!(
            "Up to the night before everybody was one group, for want of evidence. There is enough now: a new model with {} \
             segments takes its place.",
            new.model.segments().len()
        ));
    }
    fitted(project, intake, new, Some(used), ledger)
}

/// A new model; its segments take the ids of the old ones they continue.
fn fitted(
    project: &Project,
    intake: &Intake,
    new: Candidate,
    used: Option<ModelInUse>,
    mut ledger: SegmentLedger,
) -> Result<ObtainedModel, JobError> {
    let night = project.as_of().to_string();
    let replaces_one_group = used.as_ref().is_some_and(|used| used.model.is_stopgap());
    let (model, lineage) = match used {
        Some(ModelInUse { model: old, night: since }) => {
            if ledger.segments().is_empty() {
                ledger.begin(&since, &old);
            }
            let (model, lineage) = new.follow(project, intake, &old, &mut ledger.book())?;
            ledger.record(&night, &lineage, &model);
            (model, Some(lineage))
        }
        None => {
            let model = with_unused_ids(new.model, &ledger)?;
            ledger.begin(&night, &model);
            (model, None)
        }
    };
    Ok(ObtainedModel {
        model,
        origin: Origin::Fitted,
        lineage,
        ledger,
        ledger_is_new: false,
        replaces_one_group,
        yardstick: Yardstick::Bins(new.bins),
        remarks: thin_evidence(project, intake)?,
    })
}

/// Where fewer rated enough than segments need: everything that stands in the way, in one remark.
fn thin_evidence(project: &Project, intake: &Intake) -> Result<Vec<String>, JobError> {
    let (hindrances, needed) = (intake.hindrances()?, project.settings().fit().min_respondents);
    let thin = hindrances.respondents < needed as u64 && !hindrances.causes.is_empty();
    let said = || format!("Between the rows and segments stands: {}.", hindrances.sentences().join("; "));
    Ok(thin.then(said).into_iter().collect())
}

/// A first model keeps the ids it comes with, unless the ledger remembers segments of another under them.
fn with_unused_ids(model: Model, ledger: &SegmentLedger) -> Result<Model, JobError> {
    let mut book = ledger.book();
    let own = |id: &str| ledger.segments().iter().any(|record| record.id == id && record.model == model.id());
    if model.segments().iter().all(|segment| own(&segment.id) || !book.knows(&segment.id)) {
        return Ok(model);
    }
    let segments = model.segments().iter().map(|_| book.give()).map(|id| SegmentInfo { name: id.clone(), id });
    let segments = segments.collect();
    Ok(model.with_segments(segments)?)
}

/// The bounded sample a fit works on: one pass over the inputs.
fn sample(project: &Project, intake: &Intake) -> Result<Sample, JobError> {
    let mut collector = SampleCollector::new(project.settings().model.seed, RESPONDENT_CAP);
    for part in 0..intake.n_parts() {
        for block in intake.blocks_of_part_where(part, |id| collector.may_take(id))? {
            collector.absorb(&block?);
        }
    }
    Ok(collector.finish())
}

/// A model fitted tonight, its segments not yet followed from those of another.
pub(super) struct Candidate {
    model: Model,
    /// Bins that drift from tonight on is counted in.
    pub(super) bins: DriftBins,
    sample: Sample,
}

impl Candidate {
    /// Fits a model to tonight's customers.
    pub(super) fn fit(project: &Project, intake: &Intake) -> Result<Self, JobError> {
        let (catalogue, signal_ids, settings) = (project.catalogue(), intake.signal_ids(), project.settings().fit());
        let sample = sample(project, intake)?;
        let model = match fit(&FitRequest { catalogue, signal_ids, sample: &sample, settings: &settings }) {
            Err(error @ (ModelError::TooLittleEvidence { .. } | ModelError::NoCustomers)) => {
                let causes = intake.hindrances()?.sentences();
                return Err(JobError::TooLittle { error, causes });
            }
            fitted => fitted?,
        };
        let check = check_need_tiers(&model, catalogue, &project.settings().apply(), &sample)?;
        let model = model.with_need_tiers(check)?;
        let bins = DriftBins::learn(&sample.base, signal_ids, model.signal_ids());
        Ok(Self { model, bins, sample })
    }

    /// The model with the ids of the `old` segments that its own continue, and what it does to the others.
    pub(super) fn follow(
        &self,
        project: &Project,
        intake: &Intake,
        old: &Model,
        book: &mut IdBook,
    ) -> Result<(Model, Lineage), JobError> {
        let request = RefitRequest {
            catalogue: project.catalogue(),
            old,
            new: &self.model,
            customers: &self.sample.base,
            signal_ids: intake.signal_ids(),
        };
        Ok(follow(&request, book)?)
    }
}

/// The model in use.
struct ModelInUse {
    model: Model,
    /// The night it was last used, `YYYY-MM-DD`.
    night: String,
}

/// The model of the newest night before or on this one; of a night before the first, the model in use. The night itself
/// does not count where its manifest was edited and it is made anew.
fn in_use(project: &Project) -> Result<Option<ModelInUse>, JobError> {
    let (out, night) = (project.out(), project.as_of());
    let last = if is_edited(&out, night)? { night.pred_opt().unwrap_or(night) } else { night };
    let mut folder = newest_before(&out, last)?;
    if folder.is_none() && project.is_backfill() {
        folder = newest_before(&out, project.latest())?;
    }
    let Some(folder) = folder else { return Ok(None) };
    let Some(manifest) = Manifest::read(&folder)? else { return Ok(None) };
    let model = read_own_model(&model_folder(&out, &manifest.model_id).join(MODEL))?;
    Ok(Some(ModelInUse { model, night: manifest.run_date }))
}

/// Folder of the newest published night up to `date`.
pub(super) fn newest_before(out: &Path, date: chrono::NaiveDate) -> Result<Option<PathBuf>, JobError> {
    let nights = published_nights(out)?;
    Ok(nights.into_iter().rfind(|night| *night <= date).map(|night| run_folder(out, night)))
}

impl ObtainedModel {
    /// Stores what a night adds beside the nights: a new model with its names, what it did to the segments, the ledger.
    pub(super) fn store(&self, project: &Project, named: &Model) -> Result<(), JobError> {
        let out = project.out();
        if self.origin != Origin::Kept {
            let mut files = model_files(project, named)?;
            if let Some(lineage) = &self.lineage {
                files.push((LINEAGE, pretty(lineage)));
            }
            write_model_files(&out, named.id(), &files)?;
        }
        if self.ledger_is_new {
            write_ledger(&out, &self.ledger)?;
        }
        Ok(())
    }
}

/// The files of a stored model: how the fit went, the scorer to take along where ratings were asked, and the model.
pub(super) fn model_files(project: &Project, model: &Model) -> Result<Vec<(&'static str, String)>, JobError> {
    let mut files = vec![("fit.json", pretty(model.report()))];
    if let Some(scorer) = model.scorer_file(&project.settings().apply()) {
        files.push(("scorer.json", scorer.to_json()?));
        files.push(("scorer.sql", scorer.sql_text(&scorer.full)?));
        if let Some(golden) = &scorer.golden {
            files.push(("scorer_golden.sql", scorer.sql_text(golden)?));
        }
    }
    // Last: with it the model is there.
    files.push((MODEL, model.to_json()?));
    Ok(files)
}

/// Plain data as JSON for people.
pub(super) fn pretty(data: &impl serde::Serialize) -> String {
    // INVARIANT: reports, lineages and records are plain data with text keys: serialization cannot fail.
    serde_json::to_string_pretty(data).expect("plain data")
}
