//! `refit = "on-drift"`: a challenger beside the champion, and whether it may take its place.

use std::path::Path;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::Judged;
use crate::job::error::JobError;
use crate::job::lineage::{LINEAGE, model_folder, read_if_there, read_model, stored_lineage, write_model_files};
use crate::job::obtain::{Obtained, Origin, fit_to, model_files, pretty, sample};
use crate::job::project::Project;
use crate::job::settings::Refit;
use crate::job::watch::Words;
use crate::model::fit::{FitReport, Model};
use crate::model::segment::drift::DriftBins;
use crate::model::segment::lineage::{Lineage, MoveCost, RefitRequest, follow};
use crate::tables::intake::Intake;

/// Nights a challenger that waits is left as it is before another is fitted. Our judgement: a week.
const PATIENCE: u64 = 7;

/// How much less stable than the champion a challenger may be to take over unasked. Our judgement.
const STABILITY_SLACK: f64 = 0.10;

/// Name of the record in the challenger's folder.
pub(in crate::job) const RECORD: &str = "challenger.json";

/// What becomes of a challenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::job) enum Verdict {
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
pub(in crate::job) struct ChallengeRecord {
    /// Model in use when it was fitted.
    pub(in crate::job) champion: String,
    /// The challenger.
    pub(in crate::job) challenger: String,
    /// The night it was fitted, `YYYY-MM-DD`; such days order as texts do.
    pub(in crate::job) night: String,
    /// What becomes of it.
    pub(in crate::job) verdict: Verdict,
    /// Why it may not take over unasked; empty unless it waits.
    pub(in crate::job) against: Vec<String>,
    /// What it would cost.
    pub(in crate::job) cost: MoveCost,
    /// Segments of the champion and of the challenger.
    pub(in crate::job) segments: [usize; 2],
    /// Agreement of halves of the sample, champion and challenger; `None` = not tested.
    pub(in crate::job) stability: [Option<f64>; 2],
    /// Label, champion and challenger; `None` = not tested.
    pub(in crate::job) label: [Option<String>; 2],
}

/// A challenger of tonight or of a night not long ago.
pub(in crate::job) struct Challenge {
    /// What is told.
    pub(in crate::job) record: ChallengeRecord,
    /// Fitted tonight, so it has to be stored.
    fresh: Option<Fresh>,
}

struct Fresh {
    model: Model,
    lineage: Lineage,
    bins: DriftBins,
}

/// What came of the attempt.
pub(in crate::job) enum Attempt {
    /// There was no reason to try.
    None,
    /// There is a challenger.
    Made(Box<Challenge>),
    /// None could be fitted, and why.
    Failed(String),
}

impl Words for Attempt {
    fn words(&self) -> String {
        match self {
            Self::None => "no challenger".to_owned(),
            Self::Made(challenge) => challenge.record.sentence(),
            Self::Failed(message) => format!("no challenger could be fitted: {message}"),
        }
    }
}

impl ChallengeRecord {
    /// The challenger in words.
    #[must_use]
    pub(in crate::job) fn sentence(&self) -> String {
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

/// Whether a challenger has to be looked for tonight. Not where inputs seem to have stopped coming: a model must not learn
/// from a hole.
pub(in crate::job) fn is_due(project: &Project, obtained: &Obtained, judged: &Judged) -> bool {
    project.settings().model.refit == Refit::OnDrift
        && obtained.origin != Origin::Fitted
        && judged.drift.as_ref().is_some_and(|drift| drift.fires() && !drift.data_suspected())
}

/// Fits a challenger, if the model is in doubt and `refit = "on-drift"`, and compares it with the champion on a sample
/// of everybody.
///
/// It takes over from the next night on if the share of customers who would move, net of label noise, is at most
/// `gates.max_moved_share`, both are cut on the same answers, and it is not clearly less stable. Else it waits for
/// `valueseg run --refit`, and the nights go on with the champion. One that waits is told again for [`PATIENCE`] nights
/// before another is fitted. A fit that fails costs no night.
pub(in crate::job) fn challenge(
    project: &Project,
    intake: &Intake,
    obtained: &Obtained,
    judged: &Judged,
) -> Result<Attempt, JobError> {
    if !is_due(project, obtained, judged) {
        return Ok(Attempt::None);
    }
    let (champion, out) = (&obtained.model, project.out());
    let patient = project.as_of().checked_sub_days(Days::new(PATIENCE)).map(|day| day.to_string());
    if let Some(record) = newest(&out, champion.id(), project.as_of())?
        && record.verdict != Verdict::TakesOver
        && patient.is_none_or(|patient| record.night > patient)
    {
        return Ok(Attempt::Made(Box::new(Challenge { record, fresh: None })));
    }
    let sample = sample(project, intake)?;
    let new = match fit_to(project, intake, &sample) {
        Ok(new) => new,
        Err(error @ JobError::Model(_)) => return Ok(Attempt::Failed(error.to_string())),
        Err(error) => return Err(error),
    };
    let bins = DriftBins::learn(&sample.base, intake.signal_ids(), new.signal_ids());
    let request = RefitRequest {
        catalogue: project.catalogue(),
        old: champion,
        new: &new,
        customers: &sample.base,
        signal_ids: intake.signal_ids(),
    };
    let (model, lineage) = follow(&request, &mut obtained.ledger.book())?;
    let record = judged_against(project, champion, &model, &lineage);
    Ok(Attempt::Made(Box::new(Challenge { record, fresh: Some(Fresh { model, lineage, bins }) })))
}

/// The verdict on a challenger.
fn judged_against(project: &Project, champion: &Model, new: &Model, lineage: &Lineage) -> ChallengeRecord {
    let limit = project.settings().gates.max_moved_share;
    let stability = [champion.report().stability, new.report().stability];
    let mut against = Vec::new();
    let net = lineage.cost.net_share();
    // Asked for the good case, so that what is no number waits.
    let small = net <= limit;
    if !small {
        against.push(format!("{:.1} % would move, net of noise, limit {:.1} %", net * 100.0, limit * 100.0));
    }
    if champion.cut_on() != new.cut_on() {
        against.push(format!("it is cut on {}, not on {}", new.cut_on().slug(), champion.cut_on().slug()));
    }
    if let [Some(before), Some(now)] = stability
        && now < before - STABILITY_SLACK
    {
        against.push(format!("it is less stable: {now:.2} against {before:.2}"));
    }
    let verdict = match (champion.id() == new.id(), against.is_empty()) {
        (true, _) => Verdict::Same,
        (false, true) => Verdict::TakesOver,
        (false, false) => Verdict::Waits,
    };
    let label = |report: &FitReport| report.structure().map(|structure| structure.slug().to_owned());
    ChallengeRecord {
        champion: champion.id().to_owned(),
        challenger: new.id().to_owned(),
        night: project.as_of().to_string(),
        verdict,
        against,
        cost: lineage.cost,
        segments: [champion.segments().len(), new.segments().len()],
        stability,
        label: [label(champion.report()), label(new.report())],
    }
}

impl Challenge {
    /// Stores a challenger of tonight beside the other models. The record comes last: without it, it is not one.
    pub(super) fn store(&self, project: &Project) -> Result<(), JobError> {
        let Some(Fresh { model, lineage, bins }) = &self.fresh else { return Ok(()) };
        let out = &project.out();
        let record = (RECORD, pretty(&self.record));
        if self.record.verdict == Verdict::Same {
            return write_model_files(out, model.id(), &[record]);
        }
        let mut files = model_files(project, model)?;
        files.push((LINEAGE, pretty(lineage)));
        files.push(("bins.json", bins.to_json()?));
        files.push(record);
        write_model_files(out, model.id(), &files)
    }
}

/// The newest challenger of `champion` fitted before `night`.
fn newest(out: &Path, champion: &str, night: NaiveDate) -> Result<Option<ChallengeRecord>, JobError> {
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
pub(in crate::job) fn successor(
    out: &Path,
    champion: &str,
    night: NaiveDate,
) -> Result<Option<(Model, Lineage)>, JobError> {
    let accepted = newest(out, champion, night)?.filter(|record| record.verdict == Verdict::TakesOver);
    let Some(record) = accepted else { return Ok(None) };
    let folder = model_folder(out, &record.challenger);
    let model = read_model(&folder.join("model.json"))?;
    let lineage = stored_lineage(out, &record.challenger)?
        .ok_or_else(|| JobError::StoredModel { path: folder.join(LINEAGE), message: "it is not there".to_owned() })?;
    Ok(Some((model, lineage)))
}
