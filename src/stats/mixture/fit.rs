//! Many starts, few survivors, one fit.

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array2;
use rayon::prelude::*;

use super::coarse::Blur;
use super::em::{EmLimits, EmRun, given_tiles, run, tiles_of};
use super::error::MixtureError;
use super::fitted::{FactorMixture, Fitted};
use super::init::{StartPoints, kmeans_start, model_from, one_hot};
use super::likelihood::log_likelihood;
use super::moments::MStep;
use super::moves::improve;
use super::nested;
use super::params::{FactorMixtureValidParams, MEAN_PULL, own_floors};
use super::tile::Tile;
use crate::draw::mixed_seed;
use crate::observed::Observed;

/// Iterations with the classes of the start held, so that the factors settle first.
const HELD_ITERATIONS: usize = 2;

/// Free iterations after which starts are compared.
pub(super) const SHORT_ITERATIONS: usize = 6;

/// Starts kept after the short runs; one where no splits and merges follow, because then it is only a first look.
const SURVIVORS: usize = 2;

/// Further iterations of the survivors at most.
const MIDDLE_ITERATIONS: usize = 40;

/// Gain in mean log likelihood per row under which a survivor is not run further: valleys differ by much more.
const MIDDLE_TOLERANCE: f64 = 1e-4;

/// Rows of the sample the starts are made and compared on.
const SCREENING_ROWS: usize = 3_000;

impl Fit<Observed, (), MixtureError> for FactorMixtureValidParams {
    type Object = Fitted;

    /// Fits the mixture: k-means starts on within-person centered, raw and factor-imputed values, short runs,
    /// survivors, splits and merges, then EM to convergence on all rows; and from the solutions with a class less and with a
    /// factor less, found the same way, so that no smaller model fits better
    /// ([`super::FactorMixtureParams::nested`]).
    ///
    /// Only ratios of the weights count: they are brought to Kish's effective number of rows
    /// ([`Observed::effective`]), and likelihood and criterion are those of that many rows.
    ///
    /// # Errors
    /// [`MixtureError::TooFewRows`] if fewer rows than classes hold an observed cell.
    ///
    /// # Examples
    /// `GaussianMixture(2, covariance_type="tied", reg_covar=0)` of scikit-learn 1.9.1 on these ten values: means 0.8
    /// and 8.8, common variance 0.56. Each value 200 times, a hair apart, makes the pulls on means and class weights, of one
    /// observation each, small.
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use ndarray::Array2;
    /// use valueseg_stats::mixture::FactorMixtureParams;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let ten = [0.0, 1.0, 2.0, 1.0, 0.0, 8.0, 9.0, 10.0, 9.0, 8.0];
    /// let data = Observed::complete(Array2::from_shape_fn((2_000, 1), |(i, _)| ten[i % 10] + 1e-7 * (i / 10) as f64))?;
    /// let fit = FactorMixtureParams::new(2, 0).fit(&DatasetBase::new(data, ()))?;
    /// let sum: f64 = fit.mixture.means.iter().sum();
    /// assert!((sum - 9.6).abs() < 1e-2 && (fit.mixture.uniqueness[0] - 0.56).abs() < 1e-2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn fit(&self, dataset: &DatasetBase<Observed, ()>) -> Result<Self::Object, MixtureError> {
        enough_rows(dataset.records(), self.classes())?;
        let data = dataset.records().effective();
        let ground = Ground::new(screening_sample(&data));
        if self.nests() { nested::fit(self, &data, &ground) } else { self.alone(&data, &ground) }
    }
}

/// Refuses a table with fewer rows that hold an observed cell than `classes`, or than two.
fn enough_rows(data: &Observed, classes: usize) -> Result<(), MixtureError> {
    let rows = data.present().rows().into_iter().filter(|row| row.iter().any(|p| *p)).count();
    if rows < classes.max(2) { Err(MixtureError::TooFewRows { rows, classes }) } else { Ok(()) }
}

/// A table and what starts on it need, made once for many fits.
#[derive(Clone, Debug)]
pub struct Ground {
    data: Observed,
    tiles: Vec<Tile>,
    points: StartPoints,
    floors: Vec<f64>,
    blur: Blur,
}

impl Ground {
    /// Prepares a table, best one of at most a few thousand rows.
    ///
    /// # Examples
    /// By hand: the first reading of a row (1, 3) is centered within the person, (−1, 1).
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::mixture::Ground;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let ground = Ground::new(Observed::complete(array![[1.0, 3.0], [2.0, 2.0], [5.0, 1.0]])?);
    /// assert_eq!(ground.data().n_rows(), 3);
    /// assert_eq!(ground.readings()[0], array![[-1.0, 1.0], [0.0, 0.0], [2.0, -2.0]]);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn new(data: Observed) -> Self {
        let (tiles, points) = (tiles_of(&data), StartPoints::new(&data));
        Self::of(data, tiles, points)
    }

    /// The table.
    #[must_use]
    pub fn data(&self) -> &Observed {
        &self.data
    }

    /// The ground of the rows `rows` of this one, which `data` holds with weights of their own; readings stay as they
    /// are.
    ///
    /// # Examples
    /// By hand: the second row twice, centered within the person, is (2, −2) twice.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::mixture::Ground;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let data = Observed::complete(array![[1.0, 3.0], [5.0, 1.0]])?;
    /// let sample = Ground::new(data.clone()).resampled(data.select(&[1, 1]), &[1, 1]);
    /// assert_eq!(sample.readings()[0], array![[2.0, -2.0], [2.0, -2.0]]);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn resampled(&self, data: Observed, rows: &[usize]) -> Self {
        let (tiles, points) = (tiles_of(&data), self.points.select(rows));
        Self::of(data, tiles, points)
    }

    fn of(data: Observed, tiles: Vec<Tile>, points: StartPoints) -> Self {
        let (floors, blur) = (own_floors(&data), Blur::of(&data));
        Self { data, tiles, points, floors, blur }
    }

    /// Complete tables `(n, j)` to start from by k-means: readings of the same answers, as they are, centered within
    /// the person, and with the gaps filled from factors, centered and not.
    #[must_use]
    pub fn readings(&self) -> &[Array2<f64>] {
        self.points.readings()
    }

    pub(super) fn points(&self) -> &StartPoints {
        &self.points
    }

    pub(super) fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// Everything may change.
    pub(super) fn rule(&self, q: usize) -> MStep {
        rule_with(self.floors.clone(), self.blur.clone(), q)
    }
}

impl FactorMixtureValidParams {
    /// The fit from starts of its own.
    pub(super) fn alone(&self, data: &Observed, ground: &Ground) -> Result<Fitted, MixtureError> {
        Ok(self.fit_from(data, self.explore(ground)?))
    }

    /// Fits by EM from `start` on all rows.
    ///
    /// # Examples
    /// `GaussianMixture(2, covariance_type="tied", reg_covar=0)` of scikit-learn 1.9.1 on these ten values: means 0.8
    /// and 8.8, common variance 0.56, mean log likelihood −1.82217647. Row weights of 10,000 make the pulls of one
    /// observation small.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::{Array1, Array2, array};
    /// use valueseg_stats::mixture::{FactorMixture, FactorMixtureParams};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = array![[0.0], [1.0], [2.0], [1.0], [0.0], [8.0], [9.0], [10.0], [9.0], [8.0]];
    /// let data = Observed::try_new(rows, Array2::from_elem((10, 1), true), Array1::from_elem(10, 1e4))?;
    /// let (class_weights, means, loadings) = (array![0.5, 0.5], array![[1.0], [7.0]], Array2::zeros((1, 0)));
    /// let start = FactorMixture { class_weights, means, loadings, uniqueness: array![1.0] };
    /// let fit = FactorMixtureParams::new(2, 0).check()?.fit_from(&data, start);
    /// assert!((fit.mixture.means[(0, 0)] - 0.8).abs() < 1e-3 && (fit.mixture.means[(1, 0)] - 8.8).abs() < 1e-3);
    /// assert!((fit.log_likelihood / 1e5 + 1.822_176).abs() < 1e-3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn fit_from(&self, data: &Observed, start: FactorMixture) -> Fitted {
        let limits = EmLimits { iterations: self.max_iterations(), tolerance: self.tolerance() };
        let rule = free_rule(data, self.factors());
        let best = run(&tiles_of(data), None, start, &rule, limits);
        finished(data, best, &rule.blur)
    }

    /// The best of the starts on the ground's table, after splits and merges; not yet run to convergence.
    ///
    /// # Errors
    /// [`MixtureError::TooFewRows`] if fewer rows than classes hold an observed cell.
    ///
    /// # Examples
    /// `GaussianMixture(2, covariance_type="tied", reg_covar=0)` of scikit-learn 1.9.1 on these ten values: means 0.8
    /// and 8.8.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::{Array1, Array2, array};
    /// use valueseg_stats::mixture::{FactorMixtureParams, Ground};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = array![[0.0], [1.0], [2.0], [1.0], [0.0], [8.0], [9.0], [10.0], [9.0], [8.0]];
    /// let data = Observed::try_new(rows, Array2::from_elem((10, 1), true), Array1::from_elem(10, 1e4))?;
    /// let found = FactorMixtureParams::new(2, 0).check()?.explore(&Ground::new(data))?;
    /// let low = found.means.iter().copied().fold(f64::INFINITY, f64::min);
    /// assert!((low - 0.8).abs() < 1e-3 && (found.means.sum() - 9.6).abs() < 1e-3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explore(&self, ground: &Ground) -> Result<FactorMixture, MixtureError> {
        let (data, k) = (ground.data(), self.classes());
        enough_rows(data, k)?;
        let rule = ground.rule(self.factors());
        // One class has one start: everybody in it.
        let starts = if k == 1 { 1 } else { self.starts() };
        let short: Result<Vec<EmRun>, MixtureError> = (0..starts)
            .into_par_iter()
            .map(|start| {
                let points = ground.points.of_start(start).clone();
                let labels = kmeans_start(points, data.weights().clone(), k, mixed_seed(self.seed(), start as u64))?;
                Ok(from_labels(ground, &labels, k, self.factors(), &rule))
            })
            .collect();
        let mut short = short?;
        // INVARIANT: the runs come in the order of the starts and the sort is stable, so ties go to the earlier start.
        short.sort_by(|a, b| b.mean_log_likelihood.total_cmp(&a.mean_log_likelihood));
        short.truncate(if self.rounds() == 0 { 1 } else { SURVIVORS.min(starts) });
        let best = best_of(short.into_par_iter().map(|r| go_on(ground, r, &rule)).collect());
        let best = best.expect("checked: at least one start");
        improve(ground, best, &rule, self.rounds(), self.seed()).map(|run| run.model)
    }

    /// EM on the ground's table from the hard partition `labels` of its rows, `0..K`, of which some may be empty:
    /// classes are held for a moment, so that the factors settle first, then at most the iterations of these settings
    /// follow.
    ///
    /// # Examples
    /// `GaussianMixture(2, covariance_type="tied", reg_covar=0)` of scikit-learn 1.9.1 on these ten values: means 0.8
    /// and 8.8.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::{Array1, Array2, array};
    /// use valueseg_stats::mixture::{FactorMixtureParams, Ground};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = array![[0.0], [1.0], [2.0], [1.0], [0.0], [8.0], [9.0], [10.0], [9.0], [8.0]];
    /// let data = Observed::try_new(rows, Array2::from_elem((10, 1), true), Array1::from_elem(10, 1e4))?;
    /// let params = FactorMixtureParams::new(2, 0).check()?;
    /// let fit = params.from_partition(&Ground::new(data), &[0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    /// assert!((fit.mixture.means[(0, 0)] - 0.8).abs() < 1e-3 && (fit.mixture.means[(1, 0)] - 8.8).abs() < 1e-3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_partition(&self, ground: &Ground, labels: &[usize]) -> Fitted {
        let rule = ground.rule(self.factors());
        let limits = EmLimits { iterations: self.max_iterations(), tolerance: self.tolerance() };
        finished(&ground.data, started(ground, labels, self.classes(), self.factors(), &rule, limits), &ground.blur)
    }

    /// EM on the ground's table from `start`, at most the iterations of these settings.
    ///
    /// # Examples
    /// By hand: one class has the mean (1 + 2 + 3 + 6)/4 = 3 and the variance (4 + 1 + 0 + 9)/4 = 3.5, wherever it
    /// starts.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::mixture::{FactorMixture, FactorMixtureParams, Ground};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let ground = Ground::new(Observed::complete(array![[1.0], [2.0], [3.0], [6.0]])?);
    /// let (class_weights, means, loadings) = (array![1.0], array![[9.0]], Array2::zeros((1, 0)));
    /// let start = FactorMixture { class_weights, means, loadings, uniqueness: array![1.0] };
    /// let fit = FactorMixtureParams::new(1, 0).check()?.go_on(&ground, start);
    /// assert!((fit.mixture.means[(0, 0)] - 3.0).abs() < 1e-5 && (fit.mixture.uniqueness[0] - 3.5).abs() < 1e-4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn go_on(&self, ground: &Ground, start: FactorMixture) -> Fitted {
        let limits = EmLimits { iterations: self.max_iterations(), tolerance: self.tolerance() };
        let rule = ground.rule(self.factors());
        finished(&ground.data, run(&ground.tiles, None, start, &rule, limits), &rule.blur)
    }

    /// Splits and merges of `model` on the ground's table, as [`FactorMixtureValidParams::explore`] makes them after
    /// its starts.
    ///
    /// # Errors
    /// [`MixtureError::Start`] if k-means fails.
    ///
    /// # Examples
    /// By hand: three lumps of variance 2/3 at 1, 7 and 13 (the second column has the opposite sign). The start has two
    /// classes in the first lump and one for the other two; a merge and a split lead to the three lumps.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::{Array1, Array2, array};
    /// use valueseg_stats::mixture::{FactorMixture, FactorMixtureParams, Ground};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = Array2::from_shape_fn((9, 2), |(i, j)| [1.0, -1.0][j] * (6 * (i / 3) + i % 3) as f64);
    /// let data = Observed::try_new(rows, Array2::from_elem((9, 2), true), Array1::from_elem(9, 1e4))?;
    /// let means = array![[0.5, -0.5], [1.5, -1.5], [10.0, -10.0]];
    /// let (class_weights, loadings) = (array![0.2, 0.2, 0.6], Array2::zeros((2, 0)));
    /// let start = FactorMixture { class_weights, means, loadings, uniqueness: array![1.0, 1.0] };
    /// let found = FactorMixtureParams::new(3, 0).check()?.improve(&Ground::new(data), start)?;
    /// assert!((found.means.column(0).sum() - 21.0).abs() < 1e-3 && (found.uniqueness[0] - 2.0 / 3.0).abs() < 1e-3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn improve(&self, ground: &Ground, model: FactorMixture) -> Result<FactorMixture, MixtureError> {
        let rule = ground.rule(self.factors());
        let limits = EmLimits { iterations: MIDDLE_ITERATIONS, tolerance: MIDDLE_TOLERANCE };
        let best = run(&ground.tiles, None, model, &rule, limits);
        improve(ground, best, &rule, self.rounds(), self.seed()).map(|run| run.model)
    }
}

/// The run of the highest likelihood, ties to the earlier.
pub(super) fn best_of(runs: Vec<EmRun>) -> Option<EmRun> {
    runs.into_iter().reduce(|a, b| if b.mean_log_likelihood > a.mean_log_likelihood { b } else { a })
}

/// Runs a survivor further.
pub(super) fn go_on(ground: &Ground, survivor: EmRun, rule: &MStep) -> EmRun {
    let limits = EmLimits { iterations: MIDDLE_ITERATIONS, tolerance: MIDDLE_TOLERANCE };
    run(&ground.tiles, None, survivor.model, rule, limits)
}

/// Held, then short free iterations from a hard partition.
pub(super) fn from_labels(ground: &Ground, labels: &[usize], k: usize, q: usize, rule: &MStep) -> EmRun {
    started(ground, labels, k, q, rule, EmLimits { iterations: SHORT_ITERATIONS, tolerance: 1e-4 })
}

fn started(ground: &Ground, labels: &[usize], k: usize, q: usize, rule: &MStep, free: EmLimits) -> EmRun {
    let given = one_hot(labels, k);
    let model = model_from(&ground.data, given.view(), q, MEAN_PULL);
    let held = EmLimits { iterations: HELD_ITERATIONS, tolerance: 1e-4 };
    let tiles = &ground.tiles;
    // The factors first settle on what the classes of the start leave over; without factors nothing has to settle.
    let model = if q == 0 { model } else { run(tiles, Some(&given_tiles(given.view())), model, rule, held).model };
    run(tiles, None, model, rule, free)
}

/// Everything may change.
pub(super) fn free_rule(data: &Observed, q: usize) -> MStep {
    rule_with(own_floors(data), Blur::of(data), q)
}

fn rule_with(psi_floor: Vec<f64>, blur: Blur, q: usize) -> MStep {
    let j = psi_floor.len();
    MStep {
        free: vec![true; j],
        loads: Array2::from_elem((j, q), true),
        update_classes: true,
        mean_pull: MEAN_PULL,
        loading_pull: MEAN_PULL,
        class_pull: 1.0,
        psi_floor,
        blur,
    }
}

/// The result with its likelihood and information criterion.
pub(super) fn finished(data: &Observed, run: EmRun, blur: &Blur) -> Fitted {
    let weight = data.total_weight();
    let log_likelihood = log_likelihood(data, &run.model, blur);
    let bic = -2.0 * log_likelihood + run.model.n_parameters() as f64 * weight.ln();
    Fitted { mixture: run.model, log_likelihood, bic, iterations: run.iterations, termination: run.termination }
}

/// Rows spread evenly over the table: rows come in the order of ids, which says nothing about the person.
fn screening_sample(data: &Observed) -> Observed {
    let n = data.n_rows();
    if n <= SCREENING_ROWS {
        return data.clone();
    }
    let rows: Vec<usize> = (0..SCREENING_ROWS).map(|i| i * n / SCREENING_ROWS).collect();
    data.select(&rows)
}
