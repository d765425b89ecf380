//! Drift of a night against the night of the fit, and what follows from it.
//!
//! | file in `models/<id>/` | holds |
//! |---|---|
//! | `bins.json` | how signals are cut into bins, learned at the fit |
//! | `drift.json` | the distributions of the first night scored with the model: the reference |
//! | `challenger.json` | the model was fitted as a challenger: against which champion, when, and the verdict |

mod challenge;
mod findings;

use crate::job::error::JobError;
use crate::job::obtain::Origin;
use crate::job::settings::Refit;
use crate::job::tonight::Tonight;
use crate::job::watch::{Stage, Watch, stage};
use crate::job::yardstick::Yardstick;
use crate::model::segment::Noise;
use crate::model::segment::drift::{Drift, DriftFigures, DriftReference, DriftState};

use challenge::{Attempt, challenge};
pub(super) use findings::DriftFindings;

/// Tonight held against the night of the fit.
struct Judged {
    /// The finding; `None` = there is nothing to hold it against.
    drift: Option<Drift>,
    /// The reference that tonight makes, to be stored with the model.
    reference: Option<DriftReference>,
}

/// Holds the counts of the night against those of the night of the fit, and fits a challenger where they put the model in
/// doubt and the inputs may be learned from.
pub(super) fn examine<'a>(
    tonight: &'a Tonight<'_>,
    counts: Option<&DriftState>,
    noise: &Noise,
    may_learn: bool,
    watch: &dyn Watch,
) -> Result<DriftFindings<'a>, JobError> {
    let judged = judge(tonight, counts, noise);
    let attempt = match (asks_for_challenger(tonight, &judged), may_learn) {
        (true, true) => stage(watch, Stage::Challenge, || challenge(tonight))?,
        (true, false) => Attempt::Failed("the inputs of the night are in doubt".to_owned()),
        (false, _) => Attempt::None,
    };
    Ok(DriftFindings::new(tonight, judged, attempt))
}

/// Judges the counts of the night.
///
/// On the first night of a model the night is its own reference: every distance is 0.
fn judge(tonight: &Tonight<'_>, counts: Option<&DriftState>, noise: &Noise) -> Judged {
    let Some(counts) = counts else { return Judged { drift: None, reference: None } };
    match &tonight.obtained.yardstick {
        Yardstick::Nothing => Judged { drift: None, reference: None },
        Yardstick::Reference(reference) => {
            let now = DriftFigures::of(counts, reference.bins()).released(noise);
            Judged { drift: Some(Drift::between(reference, &now, tonight.min_cell())), reference: None }
        }
        Yardstick::Bins(bins) => {
            let night = tonight.project.as_of().to_string();
            let now = DriftFigures::of(counts, bins).released(noise);
            let reference = DriftReference::new(tonight.model().id(), &night, bins.clone(), now.clone());
            let drift = Drift::between(&reference, &now, tonight.min_cell());
            Judged { drift: Some(drift), reference: Some(reference) }
        }
    }
}

/// Whether a challenger has to be looked for tonight. Not where inputs seem to have stopped coming: a model must not learn
/// from a hole.
fn asks_for_challenger(tonight: &Tonight<'_>, judged: &Judged) -> bool {
    tonight.project.settings().model.refit == Refit::OnDrift
        && !tonight.project.is_backfill()
        && tonight.obtained.origin != Origin::Fitted
        && judged.drift.as_ref().is_some_and(|drift| drift.fires() && !drift.data_suspected())
}
