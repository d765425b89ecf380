//! What signals say about ratings within segments: learned from respondents, in two regressions.

use ndarray::{Array2, ArrayView2, Axis};

use super::super::link::{SignalLink, SignalLinks};
use super::measure::learn_ratings;
use valueseg_stats::mixture::FactorMixture;
use valueseg_stats::observed::Observed;
use valueseg_stats::reduced_rank::ReducedRank;

/// Share of the ratings' variance within segments that signals must predict on respondents left out, before they are heard.
/// Our judgment: the best of 40 ranks and ridges on signals of no use reaches about a tenth of it with 300 respondents.
const LEAST_GAIN: f64 = 0.005;

/// Respondents with a signal from which a regression within segments is tried. Our judgment.
const LEAST_ROWS: usize = 60;

/// Respondents: their answers, their signals, and the class probabilities of two readers.
#[derive(Clone, Copy, Debug)]
pub(in crate::fit) struct Respondents<'a> {
    /// `(n, 60)`, standardized.
    pub(in crate::fit) ratings: &'a Observed,
    /// `(n, p)`, normal scores.
    pub(in crate::fit) signals: &'a Observed,
    /// `(n, K)` class probabilities by everything.
    pub(in crate::fit) known: ArrayView2<'a, f64>,
    /// `(n, K)` class probabilities by signals alone, of a model that has not seen the respondent.
    pub(in crate::fit) alone: ArrayView2<'a, f64>,
}

impl Respondents<'_> {
    /// The ratings' block with `q` factors of its own, given the class, and what signals say within classes.
    ///
    /// METHOD: given the class, `E[v | z] = Σ_k p_k(z) (μ_k + G(z − m_k))`, so `v − Σ p_k μ_k` regressed on `z − Σ p_k m_k`
    /// gives `G` for the class probabilities `p` of either reader. Reduced-rank ridge regression (Izenman 1975, J.
    /// Multivariate Analysis 5), rank and ridge by cross-validation, rank 0 below [`LEAST_GAIN`]. Then the ratings less what
    /// signals say are learned as before, which makes their own variance and common factors smaller.
    pub(in crate::fit) fn learn(&self, q: usize) -> (FactorMixture, SignalLinks) {
        let plain = learn_ratings(self.ratings, self.known, q);
        let rows: Vec<usize> =
            (0..self.signals.n_rows()).filter(|r| self.signals.present().row(*r).iter().any(|p| *p)).collect();
        if rows.len() < LEAST_ROWS {
            return (plain, SignalLinks::default());
        }
        let told = Told {
            ratings: self.ratings.select(&rows),
            signals: self.signals.select(&rows),
            rating_means: &plain.means,
            signal_means: class_means(&self.signals.select(&rows), self.known.select(Axis(0), &rows).view()),
        };
        let link = |given: ArrayView2<'_, f64>| told.link(given.select(Axis(0), &rows).view());
        let links = SignalLinks { alone: link(self.alone), beside: link(self.known) };
        let Some(beside) = &links.beside else { return (plain, links) };
        let rest = less_told(self.ratings, &beside.told(self.signals.values()));
        (beside.given_class(&learn_ratings(&rest, self.known, q)), links)
    }
}

/// Respondents with a signal, and the means of the classes.
struct Told<'a> {
    ratings: Observed,
    signals: Observed,
    /// `(K, 60)`.
    rating_means: &'a Array2<f64>,
    /// `(K, p)`.
    signal_means: Array2<f64>,
}

impl Told<'_> {
    fn link(&self, given: ArrayView2<'_, f64>) -> Option<SignalLink> {
        let rest = less_told(&self.ratings, &given.dot(self.rating_means));
        let within = &self.signals.values() - &given.dot(&self.signal_means);
        let found = ReducedRank::learn_above(within.view(), &rest, LEAST_GAIN);
        if found.directions.ncols() == 0 {
            return None;
        }
        let rows = |table: &Array2<f64>| table.rows().into_iter().map(|row| row.to_vec()).collect();
        Some(SignalLink {
            means: rows(&self.signal_means.dot(&found.directions)),
            directions: rows(&found.directions),
            loadings: rows(&found.loadings),
        })
    }
}

/// The answers less what is told of them, `(n, 60)`.
pub(in crate::fit) fn less_told(ratings: &Observed, told: &Array2<f64>) -> Observed {
    let values = &ratings.values() - told;
    Observed::try_new(values, ratings.present().to_owned(), ratings.weights().clone())
        .expect("cells of a checked table")
}

/// `(K, p)` means of signals in each class; absent ones count as 0.
fn class_means(signals: &Observed, given: ArrayView2<'_, f64>) -> Array2<f64> {
    let weighted = &given * &signals.weights().view().insert_axis(Axis(1));
    let sizes = weighted.sum_axis(Axis(0)).mapv(|s| s.max(f64::MIN_POSITIVE));
    weighted.t().dot(&signals.values()) / sizes.insert_axis(Axis(1))
}
