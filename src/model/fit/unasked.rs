//! What is known of people without own answers before any of their signals is read.

use serde::{Deserialize, Serialize};

use super::error::ModelError;
use super::stored::stored;

/// Where class probabilities start from when signals are read.
///
/// ```text
/// log p_k − log p_l = log π_k/π_l + b_k − b_l + (signals' log odds)/T_signals + (answers' log odds)/T_answers
/// ```
///
/// `π` are the shares among people without own answers, or among those with (the model's weights); `b` stands wherever signals
/// are read.
///
/// METHOD: who answers is not everybody. If response depends on the class alone, signals given the class are the same for
/// both, and shares among those who did not answer follow from their signals (Saerens, Latinne and Decaestecker 2002). That
/// asks for calibrated odds, so one constant a class mends what respondents show to be claimed too often or too seldom
/// (Alexandari, Kundaje and Shrikumar 2020, ICML 37), and shares move only as far as they differ by more than chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnaskedPrior {
    /// `[K]` shares of the segments among people without own answers, > 0, sum 1.
    pub(crate) shares: Vec<f64>,
    /// `[K]`, `b`.
    pub(crate) tilt: Vec<f64>,
    /// Share of everybody who has no own answers, 0–1.
    pub(crate) part: f64,
}

impl UnaskedPrior {
    /// `[K]`: `ln π_k + b_k` of people without own answers.
    pub(crate) fn logs(&self) -> Vec<f64> {
        self.shares.iter().zip(&self.tilt).map(|(share, tilt)| share.max(f64::MIN_POSITIVE).ln() + tilt).collect()
    }

    /// Shares among everybody, where those who answered have `weights`.
    pub(crate) fn of_everybody(&self, weights: &[f64]) -> Vec<f64> {
        let total: f64 = weights.iter().sum();
        self.shares.iter().zip(weights).map(|(u, w)| self.part * u + (1.0 - self.part) * w / total).collect()
    }

    /// The same with the segments in the order `order`.
    pub(crate) fn reordered(&self, order: &[usize]) -> Self {
        let pick = |values: &[f64]| order.iter().map(|k| values[*k]).collect();
        Self { shares: pick(&self.shares), tilt: pick(&self.tilt), part: self.part }
    }

    /// The numbers as they will be read back from a file.
    pub(crate) fn stored(&self) -> Self {
        let keep = |values: &[f64]| values.iter().map(|x| stored(*x)).collect();
        Self { shares: keep(&self.shares), tilt: keep(&self.tilt), part: stored(self.part) }
    }

    /// Refuses what does not fit `k` segments.
    pub(crate) fn check(&self, k: usize) -> Result<(), ModelError> {
        let possible = self.shares.len() == k
            && self.tilt.len() == k
            && self.shares.iter().all(|x| x.is_finite() && *x > 0.0)
            && self.tilt.iter().all(|x| x.is_finite())
            && (0.0..=1.0).contains(&self.part);
        if possible {
            return Ok(());
        }
        Err(ModelError::Damaged { what: "the shares among people without answers make no sense".to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_those_who_answered_and_those_who_did_not() {
        let prior = UnaskedPrior { shares: vec![0.2, 0.8], tilt: vec![0.5, -0.5], part: 0.75 };
        let all = prior.of_everybody(&[1.0, 1.0]);
        assert!((all[0] - 0.275).abs() < 1e-12 && (all[1] - 0.725).abs() < 1e-12);
        assert!((prior.logs()[0] - (0.2f64.ln() + 0.5)).abs() < 1e-12);
        assert!(prior.check(2).is_ok() && prior.check(3).is_err());
        assert!(UnaskedPrior { shares: vec![0.0, 1.0], ..prior }.check(2).is_err());
    }
}
