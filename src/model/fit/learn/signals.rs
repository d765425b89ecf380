//! What signals look like in each segment, learned from those who answered and, as far as it helps, from those who did not.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::super::FitRequest;
use super::super::evidence::prepare::Prepared;
use super::measure::{Measured, pick};
use valueseg_stats::calibration::ClassEvidence;
use valueseg_stats::dense::symmetric_eigenvalues;
use valueseg_stats::discriminant::{Discriminant, Guessed, factor_covariance, pairwise_covariance};
use valueseg_stats::mixture::FactorMixture;
use valueseg_stats::observed::Observed;

/// Most factors of the signals.
const MAX_SIGNAL_FACTORS: usize = 8;

/// Smallest own share of an indicator's variance: `docs/method.md#floor-of-the-own-variance`.
const LEAST_OWN: f64 = 0.02;

/// Customers without answers that are learned from at most.
const MOST_SILENT: usize = 8_000;

/// Steps of EM over them.
const STEPS: usize = 8;

/// Weights of a customer without answers that are tried, in respondents.
const TRUSTS: [f64; 4] = [0.0, 0.05, 0.2, 1.0];

/// Folds in which weights are compared.
pub(super) const FOLDS: usize = 5;

/// Learns the block of signals from rows with class probabilities and from everybody.
pub(in crate::fit) struct SignalLearner {
    /// Signals that are read and vary.
    used: Vec<usize>,
    total: Array2<f64>,
    /// Customers whose signals `total` is made of.
    rows: usize,
    columns: usize,
    /// Customers without answers, `used` alone.
    silent: Observed,
    /// What one of them counts in respondents; 0 = nothing is learned from them.
    trust: f64,
}

impl SignalLearner {
    /// Learns from respondents alone.
    pub(in crate::fit) fn new(prepared: &Prepared) -> Self {
        let used: Vec<usize> = (0..prepared.lines.len()).filter(|s| prepared.lines[*s].line.is_some()).collect();
        let base = pick(&prepared.base_signals, &used);
        Self {
            total: pairwise_covariance(&base),
            rows: base.n_rows(),
            columns: prepared.lines.len(),
            silent: base.select(&[]),
            used,
            trust: 0.0,
        }
    }

    /// Learns from those without answers, too, by the weight that types hidden respondents best.
    ///
    /// METHOD: EM with unlabeled rows of weight λ, by cross-validated λ (Nigam, `McCallum`, Thrun and Mitchell 2000, Machine
    /// Learning 39). Where segments are what signals lump into, thousands of customers sharpen what some hundred respondents
    /// tell; where signals lump into something else, λ is 0. Judged by the answers of respondents nobody learned from, each λ
    /// at the temperature it will be believed at.
    pub(in crate::fit) fn trusting(self, request: &FitRequest<'_>, prepared: &Prepared, measured: &Measured) -> Self {
        let signals = &prepared.respondent_signals;
        let mut rows = prepared.silent_rows(&request.sample.base);
        rows.retain(|row| any(&prepared.base_signals, *row));
        let n = rows.len();
        let rows: Vec<usize> =
            if n <= MOST_SILENT { rows } else { (0..MOST_SILENT).map(|i| rows[i * n / MOST_SILENT]).collect() };
        let silent = pick(&prepared.base_signals.select(&rows), &self.used);
        let respondents: Vec<usize> = (0..signals.n_rows()).filter(|row| any(signals, *row)).collect();
        if measured.weights.len() < 2 || rows.is_empty() || respondents.len() < FOLDS * measured.weights.len() {
            return Self { silent, ..self };
        }
        let given = measured.probabilities(Some(&prepared.ratings), signals);
        let prior = Array2::from_shape_fn(given.dim(), |(_, k)| measured.weights[k].max(f64::MIN_POSITIVE).ln());
        let answers = measured.answer_densities(&prepared.ratings, signals);
        let right = ClassEvidence { prior: prior.view(), evidence: answers.view() }.at(1.0);
        let all_weights: Vec<f64> = signals.weights().to_vec();
        let losses = TRUSTS.map(|trust| {
            let learner =
                Self { trust, silent: silent.clone(), used: self.used.clone(), total: self.total.clone(), ..self };
            let (prior, typed) = cross_typed(signals, &given, &learner, measured);
            let evidence = ClassEvidence { prior: prior.view(), evidence: typed.view() };
            let temperature = evidence.best_temperature(answers.view(), &all_weights);
            losses(&(&prior + &(&typed / temperature)), &right, &respondents)
        });
        let weights: Vec<f64> = respondents.iter().map(|row| all_weights[*row]).collect();
        let best = most_within_error(&losses, &weights);
        Self { silent, trust: TRUSTS[best], ..self }
    }

    /// The block in each class; signals that are not read have mean 0 and variance 1 and are never observed.
    pub(in crate::fit) fn learn(
        &self,
        labeled: &Observed,
        given: ArrayView2<'_, f64>,
        weights: &Array1<f64>,
    ) -> FactorMixture {
        let labeled = pick(labeled, &self.used);
        // Means from those whose segment is known, the total covariance from everybody: signals are many and people with
        // answers few.
        let mut block = self.block(&Discriminant::learn(&labeled, given, &self.total), weights);
        for _ in 0..if self.trust > 0.0 { STEPS } else { 0 } {
            block = self.step(&labeled, given, &block);
        }
        self.in_place(&block, weights)
    }

    /// The block learned anew from `start`, a step of EM away: for data that differ little from those it was learned from.
    pub(in crate::fit) fn relearn(
        &self,
        labeled: &Observed,
        given: ArrayView2<'_, f64>,
        weights: &Array1<f64>,
        start: &FactorMixture,
    ) -> FactorMixture {
        if self.trust == 0.0 {
            return self.learn(labeled, given, weights);
        }
        let start = FactorMixture {
            class_weights: start.class_weights.clone(),
            means: start.means.select(Axis(1), &self.used),
            loadings: start.loadings.select(Axis(0), &self.used),
            uniqueness: start.uniqueness.select(Axis(0), &self.used),
        };
        self.in_place(&self.step(&pick(labeled, &self.used), given, &start), weights)
    }

    /// A step of EM: what those without answers are, taken from `block`, then the block from all.
    fn step(&self, labeled: &Observed, given: ArrayView2<'_, f64>, block: &FactorMixture) -> FactorMixture {
        let guessed = block.probabilities(&self.silent);
        // Who answered is not everybody: their shares are their own.
        let sums = guessed.t().dot(self.silent.weights()) + 1.0;
        let beside = Guessed { rows: &self.silent, given: guessed.view(), weight: self.trust };
        let found = Discriminant::learn_beside(labeled, given, Some(beside), &self.total);
        self.block(&found, &(&sums / sums.sum()))
    }

    /// The block of the signals used.
    fn block(&self, found: &Discriminant, weights: &Array1<f64>) -> FactorMixture {
        let q = factor_count(&found.within, self.rows);
        let (loadings, uniqueness) = factor_covariance(&found.within, q, LEAST_OWN);
        let uniqueness = uniqueness.mapv(|psi| psi.max(1e-3));
        FactorMixture { class_weights: weights.clone(), means: found.means.clone(), loadings, uniqueness }
    }

    /// Back to the places of the signals; a signal that is not read keeps mean 0 and is never looked at.
    fn in_place(&self, block: &FactorMixture, weights: &Array1<f64>) -> FactorMixture {
        let mut all = FactorMixture {
            class_weights: weights.clone(),
            means: Array2::zeros((block.n_classes(), self.columns)),
            loadings: Array2::zeros((self.columns, block.n_factors())),
            uniqueness: Array1::ones(self.columns),
        };
        for (from, to) in self.used.iter().enumerate() {
            all.means.column_mut(*to).assign(&block.means.column(from));
            all.loadings.row_mut(*to).assign(&block.loadings.row(from));
            all.uniqueness[*to] = block.uniqueness[from];
        }
        all
    }
}

/// Log shares and log densities by signals, `(n, K)` each, of every respondent by what was learned from the others.
pub(super) fn cross_typed(
    signals: &Observed,
    given: &Array2<f64>,
    learner: &SignalLearner,
    measured: &Measured,
) -> (Array2<f64>, Array2<f64>) {
    let n = signals.n_rows();
    let folds: Vec<(Vec<usize>, Array1<f64>, Array2<f64>)> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| {
            let (inside, outside): (Vec<usize>, Vec<usize>) = (0..n).partition(|row| row % FOLDS == fold);
            let (others, part) = (given.select(Axis(0), &outside), signals.select(&outside));
            let block = learner.learn(&part, others.view(), &measured.weights);
            let typed = block.log_densities(&signals.select(&inside));
            // As the model's own shares are counted: one more of each, so that no segment is impossible.
            let sums = others.t().dot(part.weights()) + 1.0;
            (inside, (&sums / sums.sum()).mapv(f64::ln), typed)
        })
        .collect();
    let mut prior = Array2::zeros(given.dim());
    let mut typed = Array2::zeros(given.dim());
    for (rows, shares, densities) in folds {
        for (row, density) in rows.into_iter().zip(densities.rows()) {
            prior.row_mut(row).assign(&shares);
            typed.row_mut(row).assign(&density);
        }
    }
    (prior, typed)
}

/// Whether anything is known of a row.
pub(super) fn any(table: &Observed, row: usize) -> bool {
    table.present().row(row).iter().any(|p| *p)
}

/// Log loss of each of `rows`: `−Σ_k right_k · ln p_k` of the classes with log weights `logs`.
fn losses(logs: &Array2<f64>, right: &Array2<f64>, rows: &[usize]) -> Vec<f64> {
    let of_row = |row: &usize| {
        let of = logs.row(*row);
        let top = of.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let all = top + of.iter().map(|log| (log - top).exp()).sum::<f64>().ln();
        of.iter().zip(right.row(*row)).map(|(log, p)| p * (all - log)).sum()
    };
    rows.iter().map(of_row).collect()
}

/// The last of the ways whose mean loss is no more than one standard error of the difference above the least.
///
/// METHOD: the one-standard-error rule (Breiman, Friedman, Olshen and Stone 1984, Classification and Regression Trees, 3.4.3),
/// toward the way that uses most of what is known: some hundred respondents do not tell ways apart that differ little.
fn most_within_error(losses: &[Vec<f64>], weights: &[f64]) -> usize {
    let above =
        |way: usize, other: usize| mean_and_error(losses[way].iter().zip(&losses[other]).map(|(a, b)| a - b), weights);
    let least = (1..losses.len()).fold(0, |least, way| if above(way, least).0 < 0.0 { way } else { least });
    let within = |way: &usize| {
        let (mean, error) = above(*way, least);
        mean <= error
    };
    (0..losses.len()).rev().find(within).unwrap_or(least)
}

/// Weighted mean, and its standard error.
fn mean_and_error(values: impl Iterator<Item = f64> + Clone, weights: &[f64]) -> (f64, f64) {
    let total: f64 = weights.iter().sum();
    let mean = values.clone().zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / total;
    let square: f64 = values.zip(weights).map(|(value, weight)| (weight * (value - mean)).powi(2)).sum();
    (mean, square.sqrt() / total)
}

/// Factors whose eigenvalue of the correlation matrix of `rows` rows is more than noise alone reaches.
///
/// METHOD: noise alone reaches `(1 + √(p/n))²` (Marchenko and Pastur 1967). A factor that is left out makes signals that
/// share it look like so many witnesses: everybody is typed too surely, and those without answers then teach it further.
fn factor_count(covariance: &Array2<f64>, rows: usize) -> usize {
    let scale = covariance.diag().mapv(|v| if v > 0.0 { 1.0 / v.sqrt() } else { 0.0 });
    let correlation = covariance * &scale.view().insert_axis(Axis(1)) * scale.view().insert_axis(Axis(0));
    let eigenvalues = symmetric_eigenvalues(correlation.view());
    let noise = (1.0 + (covariance.nrows() as f64 / rows.max(1) as f64).sqrt()).powi(2);
    let out = eigenvalues.iter().filter(|v| **v > noise).count();
    out.min(MAX_SIGNAL_FACTORS).min(covariance.nrows() / 3)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn ways_that_chance_cannot_tell_apart_give_way_to_the_one_that_uses_most() {
        let weights = [1.0; 4];
        let plain = vec![1.0, 1.0, 1.0, 1.0];
        // Worse by .1 on average with an error of √(.9² + .9² + 1.1² + 1.1²)/4 ≈ .5, and by 1 without any.
        let unsure = vec![2.0, 0.2, 2.2, 0.0];
        let worse = vec![2.0, 2.0, 2.0, 2.0];
        assert_eq!(most_within_error(&[plain.clone(), unsure.clone(), worse.clone()], &weights), 1);
        assert_eq!(most_within_error(&[worse.clone(), unsure, plain], &weights), 2);
        assert_eq!(most_within_error(&[vec![0.0; 4], worse], &weights), 0);
    }

    #[test]
    fn a_factor_counts_from_where_noise_no_longer_reaches() {
        // Six signals with correlation r have eigenvalues 1 + 5r and 1 − r; of 600 rows noise alone reaches 1.21.
        let of = |r: f64| Array2::from_shape_fn((6, 6), |(i, j)| if i == j { 1.0 } else { r });
        assert_eq!(factor_count(&of(0.03), 600), 0);
        assert_eq!(factor_count(&of(0.06), 600), 1);
        assert_eq!(factor_count(&array![[1.0, 0.9], [0.9, 1.0]], 600), 0, "two signals carry no factor");
    }
}
