//! The supervised step: with the classes held, everything observed learns what it looks like in each.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::super::evidence::prepare::Prepared;
use super::super::temperature::Temperature;
use super::check::{Hidden, hide, predict};
use crate::catalogue::N_ELEMENTS;
use crate::stats::dense::symmetric_eigen;
use crate::stats::discriminant::{Discriminant, factor_covariance, pairwise_covariance};
use crate::stats::mixture::{
    Attach, FactorMixture, Kernel, TILE, Tile, TilePosterior, attach, model_from, normalize, own_floors,
};
use crate::stats::observed::Observed;

/// Numbers of factors tried for the ratings.
const RATING_FACTORS: [usize; 5] = [0, 1, 2, 4, 6];

/// Rows on which the number of rating factors is chosen.
const CHOICE_ROWS: usize = 3_000;

/// Gain in hidden answers' squared error under which one more factor is not worth it.
const WORTH: f64 = 0.005;

/// Most factors of the signals.
const MAX_SIGNAL_FACTORS: usize = 6;

/// Eigenvalue of the signals' correlation within classes from which a factor is taken out. METHOD: 1 would be no more
/// than one signal's own variance; noise alone reaches (1 + √(p/n))².
const SIGNAL_EIGENVALUE: f64 = 1.5;

/// Observations' worth of pull of a class mean of a rating to its overall mean.
const MEAN_PULL: f64 = 3.0;

/// Ridge on loadings, in observations.
const LOADING_PULL: f64 = 2.0;

/// Iterations of the supervised step.
const ITERATIONS: usize = 40;

/// Iterations of it where only a little has changed.
const RELEARN_ITERATIONS: usize = 2;

/// Smallest own share of an indicator's variance: `docs/method.md#floor-of-the-own-variance`.
const LEAST_OWN: f64 = 0.02;

/// Both blocks of the measurement model, standardized.
#[derive(Clone, Debug)]
pub(in crate::model::fit) struct Measured {
    /// `(K,)` shares.
    pub(in crate::model::fit) weights: Array1<f64>,
    /// 60 ratings.
    pub(in crate::model::fit) ratings: FactorMixture,
    /// Signals.
    pub(in crate::model::fit) signals: FactorMixture,
    /// How far either block is believed.
    pub(in crate::model::fit) temperature: Temperature,
}

/// Learns the block of signals from rows with class probabilities and from everybody.
pub(in crate::model::fit) struct SignalLearner {
    /// Signals that are read and vary.
    used: Vec<usize>,
    total: Array2<f64>,
    columns: usize,
}

impl SignalLearner {
    pub(in crate::model::fit) fn new(prepared: &Prepared) -> Self {
        let used: Vec<usize> = (0..prepared.lines.len()).filter(|s| prepared.lines[*s].line.is_some()).collect();
        let total = pairwise_covariance(&pick(&prepared.base_signals, &used));
        Self { used, total, columns: prepared.lines.len() }
    }

    /// The block in each class; signals that are not read have mean 0 and variance 1 and are never observed.
    pub(in crate::model::fit) fn learn(
        &self,
        labeled: &Observed,
        given: ArrayView2<'_, f64>,
        weights: &Array1<f64>,
    ) -> FactorMixture {
        let k = given.ncols();
        // Means from those whose segment is known, the total covariance from everybody: signals are many and people with
        // answers few.
        let found = Discriminant::learn(&pick(labeled, &self.used), given, &self.total);
        let q = factor_count(&found.within);
        let (loadings, uniqueness) = factor_covariance(&found.within, q, LEAST_OWN);
        let mut block = FactorMixture {
            class_weights: weights.clone(),
            means: Array2::zeros((k, self.columns)),
            loadings: Array2::zeros((self.columns, q)),
            uniqueness: Array1::ones(self.columns),
        };
        // Back to the places of the signals; a signal that is not read keeps mean 0 and is never looked at.
        for (from, to) in self.used.iter().enumerate() {
            block.means.column_mut(*to).assign(&found.means.column(from));
            block.loadings.row_mut(*to).assign(&loadings.row(from));
            block.uniqueness[*to] = uniqueness[from].max(1e-3);
        }
        block
    }
}

fn pick(table: &Observed, columns: &[usize]) -> Observed {
    let values = table.values().select(Axis(1), columns);
    let present = table.present().select(Axis(1), columns);
    Observed::try_new(values, present, table.weights().clone()).expect("columns of a checked table")
}

/// Factors whose eigenvalue of the correlation matrix stands out.
fn factor_count(covariance: &Array2<f64>) -> usize {
    let scale = covariance.diag().mapv(|v| if v > 0.0 { 1.0 / v.sqrt() } else { 0.0 });
    let correlation = covariance * &scale.view().insert_axis(Axis(1)) * scale.view().insert_axis(Axis(0));
    let eigen = symmetric_eigen(correlation.view());
    let out = eigen.values.iter().filter(|v| **v > SIGNAL_EIGENVALUE).count();
    out.min(MAX_SIGNAL_FACTORS).min(covariance.nrows() / 3)
}

/// Learns the ratings in each class, `q` factors, with `given` held; unknown ratings have mean 0, variance 1.
pub(in crate::model::fit) fn learn_ratings(ratings: &Observed, given: ArrayView2<'_, f64>, q: usize) -> FactorMixture {
    let iterations = if q == 0 { 2 } else { ITERATIONS };
    attached(ratings, given, q, iterations, |known, _| model_from(known, given, q, MEAN_PULL))
}

/// Learns the ratings anew from what `start` knows, a little way: for data that differ little from those it was learned from.
pub(in crate::model::fit) fn relearn_ratings(
    ratings: &Observed,
    given: ArrayView2<'_, f64>,
    start: &FactorMixture,
) -> FactorMixture {
    attached(ratings, given, start.n_factors(), RELEARN_ITERATIONS, |_, columns| FactorMixture {
        class_weights: start.class_weights.clone(),
        means: start.means.select(Axis(1), columns),
        loadings: start.loadings.select(Axis(0), columns),
        uniqueness: start.uniqueness.select(Axis(0), columns),
    })
}

/// The ratings attached to the classes `given`, from where `start` begins with the columns that have answers.
fn attached(
    ratings: &Observed,
    given: ArrayView2<'_, f64>,
    q: usize,
    iterations: usize,
    start: impl Fn(&Observed, &[usize]) -> FactorMixture,
) -> FactorMixture {
    let columns: Vec<usize> =
        (0..ratings.n_columns()).filter(|c| ratings.present().column(*c).iter().any(|p| *p)).collect();
    // Columns without an answer would have no variance to start from.
    let known = pick(ratings, &columns);
    let j = columns.len();
    let what = Attach {
        free: vec![true; j],
        loads: Array2::from_elem((j, q), true),
        mean_pull: MEAN_PULL,
        loading_pull: LOADING_PULL,
        psi_floor: own_floors(&known),
        iterations,
    };
    let learned = attach(&known, given, start(&known, &columns), &what);
    let mut model = FactorMixture {
        class_weights: learned.class_weights,
        means: Array2::zeros((given.ncols(), ratings.n_columns())),
        loadings: Array2::zeros((ratings.n_columns(), q)),
        uniqueness: Array1::ones(ratings.n_columns()),
    };
    for (from, to) in columns.into_iter().enumerate() {
        model.means.column_mut(to).assign(&learned.means.column(from));
        model.loadings.row_mut(to).assign(&learned.loadings.row(from));
        model.uniqueness[to] = learned.uniqueness[from];
    }
    model
}

/// Number of rating factors that predicts hidden answers best, the fewest within [`WORTH`] of it.
///
/// METHOD: factors serve to predict answers not given, so they are judged by just that; likelihood would go on adding.
pub(in crate::model::fit) fn rating_factors(
    ratings: &Observed,
    given: ArrayView2<'_, f64>,
    most: usize,
    seed: u64,
) -> usize {
    let n = ratings.n_rows();
    let rows: Vec<usize> =
        if n <= CHOICE_ROWS { (0..n).collect() } else { (0..CHOICE_ROWS).map(|i| i * n / CHOICE_ROWS).collect() };
    let (part, given) = (ratings.select(&rows), given.select(Axis(0), &rows));
    // One hiding for all numbers of factors: they are compared on the same answers.
    let (kept, hidden) = hide(&part, seed);
    let asked = (0..part.n_columns()).filter(|c| part.present().column(*c).iter().any(|p| *p)).count();
    let errors: Vec<(usize, f64)> = RATING_FACTORS
        .into_iter()
        .filter(|q| *q <= most && (*q == 0 || asked >= 3 * q))
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|q| (q, hidden_error(&kept, &hidden, given.view(), q)))
        .collect();
    // In the order of the constant, so the first within reach of the best has the fewest factors.
    let least = errors.iter().map(|e| e.1).fold(f64::INFINITY, f64::min);
    errors.iter().find(|(_, e)| *e <= least * (1.0 + WORTH)).map_or(0, |(q, _)| *q)
}

/// Mean squared error of hidden answers with classes given.
fn hidden_error(kept: &Observed, hidden: &[Hidden], given: ArrayView2<'_, f64>, q: usize) -> f64 {
    let model = learn_ratings(kept, given, q);
    let predicted = predict(&model, kept, given, hidden);
    let squares = hidden.iter().zip(&predicted).map(|(h, p)| (h.value - p.mean).powi(2));
    squares.sum::<f64>() / hidden.len().max(1) as f64
}

impl Measured {
    /// Both blocks with these shares, taken at their word.
    pub(in crate::model::fit) fn new(weights: Array1<f64>, ratings: FactorMixture, signals: FactorMixture) -> Self {
        Self { weights, ratings, signals, temperature: Temperature::default() }
    }

    /// The same, believed as far as `temperature` says.
    pub(in crate::model::fit) fn tempered(self, temperature: Temperature) -> Self {
        Self { temperature, ..self }
    }

    /// `(n, K)` class probabilities from ratings and signals of the same rows.
    pub(in crate::model::fit) fn probabilities(&self, ratings: Option<&Observed>, signals: &Observed) -> Array2<f64> {
        let k = self.weights.len();
        let (rating_kernel, signal_kernel) = (Kernel::new(&self.ratings), Kernel::new(&self.signals));
        let starts: Vec<usize> = (0..signals.n_rows()).step_by(TILE).collect();
        let parts: Vec<Array2<f32>> = starts
            .par_iter()
            .map(|start| {
                let tile = Tile::of_rows(signals, *start);
                let mut out = TilePosterior::new(k, self.signals.n_factors());
                signal_kernel.evidence(&tile, &mut out);
                out.scores *= (1.0 / self.temperature.signals) as f32;
                if let Some(ratings) = ratings {
                    let mut own = TilePosterior::new(k, self.ratings.n_factors());
                    rating_kernel.evidence(&Tile::of_rows(ratings, *start), &mut own);
                    out.scores.scaled_add((1.0 / self.temperature.answers) as f32, &own.scores);
                }
                for (mut row, w) in out.scores.rows_mut().into_iter().zip(&self.weights) {
                    row += w.max(f64::MIN_POSITIVE).ln() as f32;
                }
                normalize(&out.scores, &mut out.classes, &mut out.log_likelihood);
                out.classes
            })
            .collect();
        let mut all = Array2::zeros((signals.n_rows(), k));
        for (start, part) in starts.iter().zip(&parts) {
            let rows = TILE.min(signals.n_rows() - start);
            all.slice_mut(s![*start..start + rows, ..]).assign(&part.slice(s![.., ..rows]).t().mapv(f64::from));
        }
        all
    }

    /// The same model with its classes in the order `order`.
    pub(in crate::model::fit) fn reordered(&self, order: &[usize]) -> Self {
        let pick = |m: &FactorMixture| FactorMixture {
            class_weights: m.class_weights.select(Axis(0), order),
            means: m.means.select(Axis(0), order),
            ..m.clone()
        };
        Self {
            weights: self.weights.select(Axis(0), order),
            ratings: pick(&self.ratings),
            signals: pick(&self.signals),
            temperature: self.temperature,
        }
    }
}

/// A block of 60 ratings that says nothing: nobody was asked.
pub(in crate::model::fit) fn silent_ratings(weights: &Array1<f64>) -> FactorMixture {
    FactorMixture {
        class_weights: weights.clone(),
        means: Array2::zeros((weights.len(), 2 * N_ELEMENTS)),
        loadings: Array2::zeros((2 * N_ELEMENTS, 0)),
        uniqueness: Array1::ones(2 * N_ELEMENTS),
    }
}
