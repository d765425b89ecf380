//! What signals say about ratings within a segment.

use ndarray::{Array1, Array2, ArrayView2, s};
use serde::{Deserialize, Serialize};

use super::error::ModelError;
use super::stored::{coarse, stored};
use crate::rows::N_RATINGS;
use valueseg_stats::mixture::{FactorMixture, MAX_FACTORS};

/// Scores of class means that one respondent can lie apart from another, as a rule, and their widest steps: scores have
/// spread 1 within a segment.
const FARTHEST_SCORE: f64 = 4.0;
const WIDEST_STEP: f64 = 0.1;

/// A regression of ratings on a few combinations of signals within segments, standardized:
///
/// ```text
/// d_ia = Σ_s D_sa z_is                                     signals absent count as the mean of everybody, 0
/// E[v_ij | s_i = k, z_i] = μ_kj + Σ_a G_ja (d_ia − m_ka)    m_k: mean of d in class k
/// ```
///
/// `d` has spread 1 and no correlation within classes, so `Σ_a G_ja²` is the part of a rating's variance within classes
/// that signals explain.
// The slicing macro of ndarray is unsafe inside; nothing here relies on what a file says.
#[allow(clippy::unsafe_derive_deserialize)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignalLink {
    /// `[p][r]`, `D`.
    pub(crate) directions: Vec<Vec<f64>>,
    /// `[60][r]`, `G`.
    pub(crate) loadings: Vec<Vec<f64>>,
    /// `[K][r]`, `m`.
    pub(crate) means: Vec<Vec<f64>>,
}

/// Both regressions of a model; `None` where signals predict nothing within segments.
///
/// METHOD: under the model both are the same numbers. They are learned apart because each is right for its people also
/// where the model is not: for people without answers, whose class is read from signals, `alone` predicts what those class
/// probabilities leave over; for respondents, whose class is known from answers, `beside` is the regression within
/// classes and takes nothing from what tells classes apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignalLinks {
    /// For people without own answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alone: Option<SignalLink>,
    /// For people with own answers. The last r loadings of the ratings' block are its `G`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) beside: Option<SignalLink>,
}

/// Least part of a rating's variance within classes that signals leave over.
const LEAST_LEFT: f64 = 0.1;

/// Variance of rating `j` within classes that is left once signals are known, of `within` in all; not below a tenth of it,
/// because no combination of behavior tells an answer.
pub(crate) fn within_given_signals(within: f64, link: Option<&SignalLink>, rating: usize) -> f64 {
    link.map_or(within, |link| (within - link.explained(rating)).max(LEAST_LEFT * within))
}

impl SignalLinks {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.alone.is_none() && self.beside.is_none()
    }

    /// The same with the classes in the order `order`.
    pub(crate) fn reordered(&self, order: &[usize]) -> Self {
        let pick = |link: &SignalLink| SignalLink {
            means: order.iter().map(|k| link.means[*k].clone()).collect(),
            ..link.clone()
        };
        Self { alone: self.alone.as_ref().map(pick), beside: self.beside.as_ref().map(pick) }
    }

    /// As they are kept: learned from so many `respondents`, whose share in each class is `weights`.
    pub(crate) fn stored(&self, weights: &Array1<f64>, respondents: usize) -> Self {
        let keep = |link: &SignalLink| link.stored(weights, respondents as f64);
        Self { alone: self.alone.as_ref().map(keep), beside: self.beside.as_ref().map(keep) }
    }

    /// Refuses what does not fit `k` segments, `p` signals and `q` factors of the ratings.
    pub(crate) fn check(&self, k: usize, p: usize, q: usize) -> Result<(), ModelError> {
        let fits = self.alone.iter().chain(&self.beside).all(|link| link.is_possible(k, p));
        let taken = self.beside.as_ref().map_or(0, SignalLink::rank);
        if fits && taken <= q {
            return Ok(());
        }
        Err(ModelError::Damaged { what: "what signals say within segments makes no sense".to_owned() })
    }
}

impl SignalLink {
    /// r.
    pub(crate) fn rank(&self) -> usize {
        self.loadings.first().map_or(0, Vec::len)
    }

    fn is_possible(&self, k: usize, p: usize) -> bool {
        let r = self.rank();
        let shaped = self.directions.len() == p && self.loadings.len() == N_RATINGS && self.means.len() == k;
        let rows = || self.directions.iter().chain(&self.loadings).chain(&self.means);
        shaped
            && (1..=MAX_FACTORS).contains(&r)
            && rows().all(|row| row.len() == r && row.iter().all(|x| x.is_finite()))
    }

    fn stored(&self, weights: &Array1<f64>, respondents: f64) -> Self {
        let keep = |rows: &[Vec<f64>]| rows.iter().map(|row| row.iter().map(|x| stored(*x)).collect()).collect();
        let mean = |(row, weight): (&Vec<f64>, &f64)| {
            row.iter().map(|x| coarse(*x, weight * respondents, FARTHEST_SCORE, WIDEST_STEP)).collect()
        };
        Self {
            directions: keep(&self.directions),
            loadings: keep(&self.loadings),
            means: self.means.iter().zip(weights).map(mean).collect(),
        }
    }

    /// `G_j·m_k`: what the signals of the mean member of class `k` say of rating `j`.
    fn of_mean(&self, class: usize, rating: usize) -> f64 {
        self.means[class].iter().zip(&self.loadings[rating]).map(|(m, g)| m * g).sum()
    }

    /// Part of the variance of rating `j` within classes that signals explain.
    pub(crate) fn explained(&self, rating: usize) -> f64 {
        self.loadings[rating].iter().map(|g| g * g).sum()
    }

    /// `(n, 60)`: `G·d` of signals `(n, p)` with absent ones 0.
    pub(crate) fn told(&self, signals: ArrayView2<'_, f64>) -> Array2<f64> {
        let table = |rows: &[Vec<f64>]| Array2::from_shape_fn((rows.len(), self.rank()), |at| rows[at.0][at.1]);
        signals.dot(&table(&self.directions)).dot(&table(&self.loadings).t())
    }

    /// Class means `(K, 60)` of ratings less what signals say: `μ_kj − G_j·m_k`.
    pub(crate) fn means_less_told(&self, ratings: &FactorMixture) -> Array2<f64> {
        Array2::from_shape_fn(ratings.means.dim(), |(k, j)| ratings.means[(k, j)] - self.of_mean(k, j))
    }

    /// The law of ratings less what signals say, given class and signals, from the law given the class alone.
    pub(crate) fn given_signals(&self, ratings: &FactorMixture) -> FactorMixture {
        let own = ratings.n_factors() - self.rank();
        FactorMixture {
            means: self.means_less_told(ratings),
            loadings: ratings.loadings.slice(s![.., ..own]).to_owned(),
            ..ratings.clone()
        }
    }

    /// The law of ratings given the class alone: what signals say becomes r more common factors.
    pub(crate) fn given_class(&self, rest: &FactorMixture) -> FactorMixture {
        let q = rest.n_factors();
        FactorMixture {
            means: Array2::from_shape_fn(rest.means.dim(), |(k, j)| rest.means[(k, j)] + self.of_mean(k, j)),
            loadings: Array2::from_shape_fn((rest.n_indicators(), q + self.rank()), |(j, a)| {
                if a < q { rest.loadings[(j, a)] } else { self.loadings[j][a - q] }
            }),
            ..rest.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> SignalLink {
        SignalLink {
            directions: vec![vec![1.0], vec![-2.0]],
            loadings: (0..N_RATINGS).map(|j| vec![j as f64 / 100.0]).collect(),
            means: vec![vec![0.5], vec![-1.0]],
        }
    }

    #[test]
    fn what_signals_say_is_linear_in_them() {
        let told = link().told(ndarray::array![[3.0, 1.0], [0.0, 0.0]].view());
        // d = 3 − 2 = 1, G of rating 50 = 0.5.
        assert!((told[(0, 50)] - 0.5).abs() < 1e-12);
        assert!(told.row(1).iter().all(|x| *x == 0.0));
    }

    #[test]
    fn the_law_given_the_class_gives_back_the_law_given_signals() {
        let rest = FactorMixture {
            class_weights: ndarray::array![0.5, 0.5],
            means: Array2::from_shape_fn((2, N_RATINGS), |(k, j)| k as f64 - j as f64 / 60.0),
            loadings: Array2::from_elem((N_RATINGS, 2), 0.3),
            uniqueness: Array1::from_elem(N_RATINGS, 0.5),
        };
        let whole = link().given_class(&rest);
        assert_eq!(whole.n_factors(), 3);
        // By hand: 0 − 50/60 + 0.5·0.5.
        assert!((whole.means[(0, 50)] - (0.25 - 50.0 / 60.0)).abs() < 1e-12);
        let back = link().given_signals(&whole);
        assert_eq!(back.loadings, rest.loadings);
        assert!((&back.means - &rest.means).iter().all(|x| x.abs() < 1e-12));
        assert!((link().explained(50) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_link_of_another_shape_is_refused() {
        let links = |link: SignalLink| SignalLinks { alone: Some(link.clone()), beside: Some(link) };
        assert!(links(link()).check(2, 2, 1).is_ok());
        assert!(links(link()).check(2, 2, 0).is_err(), "no loading of the ratings is its own");
        assert!(links(link()).check(3, 2, 1).is_err() && links(link()).check(2, 3, 1).is_err());
        assert!(links(SignalLink { means: vec![vec![f64::NAN]; 2], ..link() }).check(2, 2, 1).is_err());
        assert!(SignalLinks::default().check(1, 0, 0).is_ok());
    }
}
