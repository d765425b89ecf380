//! `refit = "on-drift"`: a challenger beside the champion, and whether it may take its place.

use chrono::Days;

use crate::job::challengers::{ChallengeRecord, RECORD, Verdict, newest};
use crate::job::error::JobError;
use crate::job::lineage::{LINEAGE, write_model_files};
use crate::job::obtain::{Candidate, model_files, pretty};
use crate::job::project::Project;
use crate::job::tonight::Tonight;
use crate::job::watch::Words;
use crate::model::fit::{FitReport, Model};
use crate::model::segment::drift::DriftBins;
use crate::model::segment::lineage::Lineage;

/// Nights a challenger that waits is left as it is before another is fitted. Our judgment: a week.
const PATIENCE: u64 = 7;

/// How much less stable than the champion a challenger may be to take over unasked. Our judgment.
const STABILITY_SLACK: f64 = 0.10;

/// A challenger of tonight or of a night not long ago.
pub(super) struct Challenge {
    /// What is told.
    pub(super) record: ChallengeRecord,
    /// Fitted tonight, so it has to be stored.
    fresh: Option<Fresh>,
}

struct Fresh {
    model: Model,
    lineage: Lineage,
    bins: DriftBins,
}

/// What came of the attempt.
pub(super) enum Attempt {
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

/// Fits a challenger to a model in doubt and compares it with the champion on a sample of everybody.
///
/// It takes over from the next night on if the share of customers who would move, net of label noise, is at most
/// `gates.max_moved_share`, both are cut on the same answers, and it is not clearly less stable. Else it waits for
/// `valueseg run --refit`, and the nights go on with the champion. One that waits is told again for [`PATIENCE`] nights
/// before another is fitted. A fit that fails costs no night.
pub(super) fn challenge(tonight: &Tonight<'_>) -> Result<Attempt, JobError> {
    let Tonight { project, intake, obtained, .. } = tonight;
    let champion = &obtained.model;
    let patient = project.as_of().checked_sub_days(Days::new(PATIENCE)).map(|day| day.to_string());
    if let Some(record) = newest(&project.out(), champion.id(), project.as_of())?
        && record.verdict != Verdict::TakesOver
        && patient.is_none_or(|patient| record.night > patient)
    {
        return Ok(Attempt::Made(Box::new(Challenge { record, fresh: None })));
    }
    let new = match Candidate::fit(project, intake) {
        Ok(new) => new,
        Err(error @ JobError::Model(_)) => return Ok(Attempt::Failed(error.to_string())),
        Err(error) => return Err(error),
    };
    let (model, lineage) = new.follow(project, intake, champion, &mut obtained.ledger.book())?;
    let record = judged_against(project, champion, &model, &lineage);
    Ok(Attempt::Made(Box::new(Challenge { record, fresh: Some(Fresh { model, lineage, bins: new.bins }) })))
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
