//! The measurement model: what a segment's members look like, in ratings and in signals.

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::carelessness::Carelessness;
use super::error::ModelError;
use super::link::SignalLinks;
use super::stored::{coarse, coarse_step, stored};
use super::temperature::Temperature;
use super::unasked::UnaskedPrior;
use crate::rows::N_RATINGS;
use valueseg_stats::mixture::{FactorMixture, MAX_FACTORS};

/// Spreads that one respondent can lie apart from another, as a rule: a scale of 0–10 with a spread of 2.5.
const FARTHEST: f64 = 4.0;

/// Widest steps of a class mean, in spreads.
const WIDEST: f64 = 0.1;

/// Width of the steps in which the mean of a class of `members` respondents is kept, in spreads.
pub(in crate::fit) fn mean_step(members: f64) -> f64 {
    coarse_step(members, FARTHEST, WIDEST).unwrap_or(0.0)
}

/// One block of indicators in every segment: ratings, or signals. Numbers are standardized.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlockModel {
    /// `[K][j]` class means.
    pub(crate) means: Vec<Vec<f64>>,
    /// `[j][q]` loadings on the block's own factors.
    pub(crate) loadings: Vec<Vec<f64>>,
    /// `[j]` own variance of each indicator, > 0.
    pub(crate) uniqueness: Vec<f64>,
}

impl BlockModel {
    /// The block as it is kept: learned from so many `respondents`, whose share in each class is `weights`. Class means keep
    /// no more digits than hide one of them ([`coarse`]).
    pub(crate) fn of(model: &FactorMixture, weights: &Array1<f64>, respondents: usize) -> Self {
        let rows = |table: &Array2<f64>| -> Vec<Vec<f64>> {
            table.rows().into_iter().map(|row| row.iter().map(|x| stored(*x)).collect()).collect()
        };
        let mean = |x: &f64, weight: &f64| coarse(*x, weight * respondents as f64, FARTHEST, WIDEST);
        let means = model.means.rows().into_iter().zip(weights);
        Self {
            means: means.map(|(row, weight)| row.iter().map(|x| mean(x, weight)).collect()).collect(),
            loadings: rows(&model.loadings),
            uniqueness: model.uniqueness.iter().map(|x| stored(*x)).collect(),
        }
    }

    /// Refuses shapes that do not fit `k` segments and `j` indicators, and numbers that are not finite.
    pub(crate) fn check(&self, what: &str, k: usize, j: usize) -> Result<(), ModelError> {
        let q = self.factors();
        let shapes = self.means.len() == k
            && self.means.iter().all(|row| row.len() == j)
            && self.loadings.len() == j
            && self.loadings.iter().all(|row| row.len() == q)
            && q <= MAX_FACTORS
            && self.uniqueness.len() == j;
        if !shapes {
            return Err(ModelError::Damaged {
                what: format!("the {what} are not for {k} segments and {j} indicators"),
            });
        }
        let finite = self.means.iter().flatten().chain(self.loadings.iter().flatten()).all(|x| x.is_finite());
        let positive = self.uniqueness.iter().all(|x| x.is_finite() && *x > 0.0);
        if !(finite && positive) {
            return Err(ModelError::Damaged { what: format!("the {what} hold a number that cannot be") });
        }
        Ok(())
    }

    /// q.
    pub(crate) fn factors(&self) -> usize {
        self.loadings.first().map_or(0, Vec::len)
    }

    /// The block as a mixture with these segment weights.
    pub(crate) fn mixture(&self, weights: &[f64]) -> FactorMixture {
        let (k, j, q) = (self.means.len(), self.uniqueness.len(), self.factors());
        FactorMixture {
            class_weights: Array1::from(weights.to_vec()),
            means: Array2::from_shape_fn((k, j), |(a, c)| self.means[a][c]),
            loadings: Array2::from_shape_fn((j, q), |(c, a)| self.loadings[c][a]),
            uniqueness: Array1::from(self.uniqueness.clone()),
        }
    }
}

/// What turns indicators into segments and scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measurement {
    /// `[K]` shares of the segments among those who answered, sum 1.
    pub(crate) weights: Vec<f64>,
    /// 60 ratings given the segment, whatever the signals. Where signals say something within segments, it is in the last
    /// loadings: [`SignalLinks::beside`].
    pub(crate) ratings: BlockModel,
    /// The signals.
    pub(crate) signals: BlockModel,
    /// What signals say about ratings within a segment.
    #[serde(default, skip_serializing_if = "SignalLinks::is_empty")]
    pub(crate) links: SignalLinks,
    /// `[60]` mean of each rating on 0–10.
    pub(crate) center: Vec<f64>,
    /// `[60]` spread of each rating on 0–10, > 0.
    pub(crate) spread: Vec<f64>,
    /// Bit `i`: rating `i` was asked often enough to be known to the model.
    pub(crate) asked: u64,
    /// Factors on standard errors, `[0 = without own ratings, 1 = with][60]`, so that 90 % intervals cover 90 % of answers
    /// held out.
    pub(crate) se_factor: [Vec<f64>; 2],
    /// Where probabilities start from when signals are read; `None` = from the shares among those who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unasked: Option<UnaskedPrior>,
    /// What answers look like that are not believed.
    #[serde(default, skip_serializing_if = "Carelessness::is_empty")]
    pub(crate) carelessness: Carelessness,
    /// How far either block is believed.
    #[serde(default, skip_serializing_if = "Temperature::is_neutral")]
    pub(crate) temperature: Temperature,
    /// Loadings of the catalogue, `[60][p]`, where nobody was asked; ratings are then read from signals alone.
    pub(crate) prior: Option<Vec<Vec<f64>>>,
}

impl Measurement {
    /// `[K]` log weights that evidence is added to: of people with or without `own` answers, with or without `signals`.
    pub(crate) fn log_prior(&self, own: bool, signals: bool) -> Vec<f64> {
        let logs: Vec<f64> = self.weights.iter().map(|w| w.max(f64::MIN_POSITIVE).ln()).collect();
        match &self.unasked {
            Some(unasked) if !own => unasked.logs(),
            Some(unasked) if signals => logs.iter().zip(&unasked.tilt).map(|(log, tilt)| log + tilt).collect(),
            _ => logs,
        }
    }

    /// Refuses what does not fit together.
    pub(crate) fn check(&self, k: usize, p: usize) -> Result<(), ModelError> {
        let damaged = |what: &str| Err(ModelError::Damaged { what: what.to_owned() });
        let shares = self.weights.len() == k && self.weights.iter().all(|w| w.is_finite() && *w >= 0.0);
        if !(shares && self.weights.iter().sum::<f64>() > 0.0) {
            return damaged("the segments' shares make no sense");
        }
        self.ratings.check("ratings", k, N_RATINGS)?;
        self.signals.check("signals", k, p)?;
        self.links.check(k, p, self.ratings.factors())?;
        if let Some(unasked) = &self.unasked {
            unasked.check(k)?;
        }
        let scales = self.center.len() == N_RATINGS
            && self.spread.len() == N_RATINGS
            && self.center.iter().all(|x| x.is_finite())
            && self.spread.iter().all(|x| x.is_finite() && *x > 0.0)
            && self.se_factor.iter().all(|factors| factors.len() == N_RATINGS)
            && self.se_factor.iter().flatten().all(|x| x.is_finite() && *x > 0.0);
        if !scales {
            return damaged("the scales of the ratings make no sense");
        }
        self.carelessness.check()?;
        if !self.temperature.is_possible() {
            return damaged("the temperatures make no sense");
        }
        if self.asked >> N_RATINGS != 0 {
            return damaged("more ratings were asked than there are");
        }
        if let Some(prior) = &self.prior {
            let fits =
                prior.len() == N_RATINGS && prior.iter().all(|row| row.len() == p && row.iter().all(|x| x.abs() < 1.0));
            if !fits {
                return damaged("the catalogue's loadings make no sense");
            }
        }
        Ok(())
    }
}
