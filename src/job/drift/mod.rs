//! Drift of a night against the night of the fit, and what follows from it.
//!
//! | file in `models/<id>/` | holds |
//! |---|---|
//! | `bins.json` | how signals are cut into bins, learned at the fit |
//! | `drift.json` | the distributions of the first night scored with the model: the reference |
//! | `challenger.json` | the model was fitted as a challenger: against which champion, when, and the verdict |

mod challenge;
mod findings;

use crate::job::obtain::Origin;
use crate::job::settings::Refit;
use crate::job::tonight::Tonight;
use crate::job::yardstick::Yardstick;
use crate::model::segment::drift::{Drift, DriftFigures, DriftReference, DriftState};

pub(super) use challenge::{Attempt, challenge};
pub(super) use findings::DriftFindings;

/// Tonight held against the night of the fit.
pub(super) struct Judged {
    /// The finding; `None` = there is nothing to hold it against.
    drift: Option<Drift>,
    /// The reference that tonight makes, to be stored with the model.
    reference: Option<DriftReference>,
}

/// Judges the counts of the night.
///
/// On the first night of a model the night is its own reference: every distance is 0.
pub(super) fn judge(tonight: &Tonight<'_>, state: Option<&DriftState>) -> Judged {
    let Some(state) = state else { return Judged { drift: None, reference: None } };
    match &tonight.obtained.yardstick {
        Yardstick::Nothing => Judged { drift: None, reference: None },
        Yardstick::Reference(reference) => {
            let now = DriftFigures::of(state, reference.bins());
            Judged { drift: Some(Drift::between(reference, &now, tonight.min_cell())), reference: None }
        }
        Yardstick::Bins(bins) => {
            let night = tonight.project.as_of().to_string();
            let reference = DriftReference::new(tonight.model().id(), &night, bins.clone(), state);
            let now = DriftFigures::of(state, bins);
            let drift = Drift::between(&reference, &now, tonight.min_cell());
            Judged { drift: Some(drift), reference: Some(reference) }
        }
    }
}

impl Judged {
    /// Whether a challenger has to be looked for tonight. Not where inputs seem to have stopped coming: a model must not
    /// learn from a hole.
    pub(super) fn asks_for_challenger(&self, tonight: &Tonight<'_>) -> bool {
        tonight.project.settings().model.refit == Refit::OnDrift
            && tonight.obtained.origin != Origin::Fitted
            && self.drift.as_ref().is_some_and(|drift| drift.fires() && !drift.data_suspected())
    }
}
