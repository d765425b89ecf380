//! How far off the fit itself may be: what no number of customers averages out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Errors of the fit, segment by segment in the order of the model; all are standard errors of shares but `effect`.
///
/// METHOD: everything a model says about segments was learned from the people who answered, so shares of a million typed
/// customers carry the errors of those few. Which other fits the answers allow is asked by the delete-a-group jackknife
/// (Kott 2001; Wolter 2007): each group of respondents is left out in turn and the fit repeated by a few steps of EM from
/// the solution, the rest of the way extrapolated (Aitken's process, as EM converges linearly: `McLachlan` and Krishnan 2008).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FitError {
    /// Groups of respondents left out in turn.
    pub groups: u64,
    /// Standard error of each segment's share from the sample of respondents, 0–1.
    pub share: Vec<f64>,
    /// By how much shares by signals alone miss those of the same respondents by everything, beyond chance, 0–1; 0 where
    /// typing could not be checked.
    pub misfit: Vec<f64>,
    /// Respondents that are worth one whose segment is known for sure, at least 1: the variance of a segment's mean rating in
    /// the replicates over that of as many sure members, the median over ratings.
    pub effect: Vec<f64>,
}

impl FitError {
    /// The fit is all there is to know: one segment, in which everybody is for sure.
    pub(in crate::fit) fn none(segments: usize) -> Self {
        Self { groups: 0, share: vec![0.0; segments], misfit: vec![0.0; segments], effect: vec![1.0; segments] }
    }

    /// Standard error of the share of a segment: of the fit, and of the typing where it is known to be off.
    #[must_use]
    pub fn of_share(&self, segment: usize) -> f64 {
        let of = |errors: &[f64]| errors.get(segment).copied().unwrap_or(0.0);
        of(&self.share).hypot(of(&self.misfit))
    }

    /// Respondents of a segment that are worth one whose segment is known for sure, at least 1.
    #[must_use]
    pub fn effect_of(&self, segment: usize) -> f64 {
        self.effect.get(segment).copied().unwrap_or(1.0)
    }

    /// With two digits: no more is known of an error, and none of them tells of a single respondent.
    pub(in crate::fit) fn stored(mut self) -> Self {
        let two_digits = |x: &mut f64| *x = format!("{x:.1e}").parse().unwrap_or(*x);
        self.share.iter_mut().chain(&mut self.misfit).chain(&mut self.effect).for_each(two_digits);
        self
    }
}
