//! The chosen segments beside tables in which there is nothing to find: what a fit tells of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stored::stored;

/// The chosen way of cutting, tried on tables in which there is nothing to find.
///
/// *Shuffled* tables hold the same ratings with each column permuted among the people who answered it: no rating has to
/// do with another. *Continuum* tables are drawn from one group with as many common factors, with the same gaps and the
/// same answers in each column: ratings hang together as they do, but there are no groups. A gain is the information
/// criterion of one segment minus that of the segments, on the same table and with as many common factors: above 0 the
/// segments describe the answers better than a continuum. Gains are empty for k-means where no mixture was tried.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NullComparison {
    /// Gain on the answers as they are; `None` where no mixture was tried.
    pub gain: Option<f64>,
    /// Stability on each shuffled table.
    pub shuffled_stability: Vec<f64>,
    /// Gain on each shuffled table.
    pub shuffled_gain: Vec<f64>,
    /// Gain on each continuum table.
    pub continuum_gain: Vec<f64>,
    /// The last segment: what it gains over one segment fewer; `None` with two segments, where the continuum says it, and
    /// where no mixture was tried.
    pub last: Option<Step>,
    /// One segment more: what it would gain; `None` where no mixture was tried.
    pub further: Option<Step>,
    /// The number of segments of the mixture with the smallest criterion of all that were tried, whatever spoke against
    /// it, but for numbers above the one in use that only mend it; `None` where no mixture was tried.
    pub smallest_criterion: Option<usize>,
}

impl NullComparison {
    /// Whether the segments gain over one segment, and clearly more than on tables with nothing to find; `None` = not known.
    #[must_use]
    pub fn is_gain(&self) -> Option<bool> {
        let chance = [&self.shuffled_gain, &self.continuum_gain];
        self.gain.map(|gain| gain > 0.0 && chance.into_iter().all(|chance| is_clearly_above(gain, chance)))
    }

    /// With all numbers as they will be read back from a file.
    pub(in crate::fit) fn stored(mut self) -> Self {
        self.gain = self.gain.filter(|gain| gain.is_finite()).map(stored);
        let runs = [&mut self.shuffled_stability, &mut self.shuffled_gain, &mut self.continuum_gain];
        runs.into_iter().flatten().for_each(|value| *value = stored(*value));
        for step in [&mut self.last, &mut self.further].into_iter().flatten() {
            step.gain = stored(step.gain);
            step.drawn.iter_mut().for_each(|value| *value = stored(*value));
            step.before = step.before.map(stored);
        }
        self
    }

    /// Whether the number of segments is what the answers ask for: the last segment gains more than it does on tables
    /// drawn without it, one more would not, and no other number that was tried has a smaller criterion, whatever spoke
    /// against it.
    #[must_use]
    pub fn is_number(&self, segments: usize) -> bool {
        let earned = self.last.as_ref().is_none_or(Step::is_gain) && (self.last.is_some() || segments == 2);
        let enough = self.further.as_ref().is_some_and(|further| !further.is_clear_gain());
        earned && enough && self.smallest_criterion == Some(segments)
    }
}

/// What one segment more gains: the smallest information criterion of so many segments minus that of one more; beside it the
/// same on tables drawn from the segments without it.
///
/// METHOD: the parametric bootstrap of the likelihood ratio (`McLachlan` 1987, Applied Statistics 36; Nylund, Asparouhov and
/// Muthén 2007, Structural Equation Modeling 14), with the answers of each column handed out in the order of what was
/// drawn, so that tables have the answers' own steps and ceilings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Step {
    /// Gain on the answers as they are.
    pub gain: f64,
    /// Gain on each table drawn.
    pub drawn: Vec<f64>,
    /// Mean gain of the steps before it, from one segment on; `None` = it is the first.
    pub before: Option<f64>,
}

/// Part of the mean gain of the steps before it that a step must have to be more than a mend.
///
/// METHOD (our judgment): classes that are not quite normal gain a little by every further cut, and the more the clearer
/// they are; groups that are there gain like the others. In three planted worlds, one seed
/// each, segments gained a fifth or more of the steps before and mends about a twentieth: few to rest on.
const MORE_THAN_A_MEND: f64 = 0.1;

/// Whether `gain` is more than a mend after steps that gained `before` in the mean.
pub(in crate::fit) fn is_more_than_a_mend(gain: f64, before: Option<f64>) -> bool {
    before.is_none_or(|before| gain >= MORE_THAN_A_MEND * before)
}

impl Step {
    /// Whether the answers gain, more than any table drawn, and more than a mend.
    #[must_use]
    pub fn is_gain(&self) -> bool {
        let mend = !is_more_than_a_mend(self.gain, self.before);
        self.gain > 0.0 && !mend && self.drawn.iter().all(|drawn| self.gain > *drawn)
    }

    /// Whether they gain so much more that chance is no explanation: more than the most of the tables by more than the
    /// tables differ. Our judgment; by the criterion they may still gain nothing.
    #[must_use]
    pub fn is_clear_gain(&self) -> bool {
        let mend = self.gain > 0.0 && !is_more_than_a_mend(self.gain, self.before);
        !self.drawn.is_empty() && !mend && is_clearly_above(self.gain, &self.drawn)
    }
}

/// Whether a gain is above the most of some tables by more than the tables differ; above none it is.
///
/// METHOD (our judgment): above all of five is one chance in six, and a search asks many times. Five normal figures differ by
/// 2.3 spreads, so this is some three and a half spreads above their mean; groups that are there gain many more.
fn is_clearly_above(gain: f64, tables: &[f64]) -> bool {
    let most = tables.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = tables.iter().copied().fold(f64::INFINITY, f64::min);
    tables.is_empty() || gain > most + (most - least)
}
