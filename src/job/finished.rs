//! A night of which everything is known and nothing but the tables of customers is written.

use crate::job::apply::Applied;
use crate::job::describe::Described;
use crate::job::drift::DriftFindings;
use crate::job::effects::Measured;
use crate::job::gated::Gated;
use crate::job::inputs::InputFindings;
use crate::job::tonight::Tonight;
use crate::model::plan::PlanSet;
use crate::model::segment::Noise;
use crate::tables::audiences::{AddressFindings, KeptOut};
use crate::tables::report::Alert;

/// A finished night, not yet written.
pub(super) struct FinishedNight<'a> {
    /// Project, inputs, model, earlier nights.
    pub(super) tonight: &'a Tonight<'a>,
    /// What was found about the inputs.
    pub(super) inputs: &'a InputFindings,
    /// Who went where.
    pub(super) applied: &'a Applied,
    /// What happened to the model.
    pub(super) findings: &'a DriftFindings<'a>,
    /// The noise on figures of groups.
    pub(super) noise: &'a Noise,
    /// Segments with their profiles and names.
    pub(super) described: &'a Described,
    /// Whether plays worked.
    pub(super) measured: &'a Measured,
    /// What to do.
    pub(super) plans: &'a PlanSet,
    /// What was found about addresses; `None` = none is known.
    pub(super) addresses: Option<&'a AddressFindings>,
    /// Who goes without which play.
    pub(super) kept_out: &'a KeptOut,
    /// Whole lists alone are wanted.
    pub(super) whole_lists: bool,
    /// What the gates found.
    pub(super) gated: &'a Gated,
    /// What somebody should look at in the morning.
    pub(super) alerts: &'a [Alert],
}
