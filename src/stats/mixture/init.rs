//! Where EM starts: partitions by k-means, and the factors left in their residuals.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::error::MixtureError;
use super::fill::FactorFill;
use super::fitted::FactorMixture;
use super::params::PSI_FLOOR;
use crate::dense::symmetric_eigen;
use crate::kmeans::kmeans_labels;
use crate::observed::Observed;

/// Factors of the model that fills gaps: room for a few common factors and what separates several classes.
const FILL_FACTORS: usize = 10;

/// A hard partition: the class of each row, `0..k`.
pub type Partition = Vec<usize>;

/// The classes of one k-means++ start on a complete table `(n, d)` with row weights `[n]`: labels `0..k`, some possibly
/// empty.
///
/// # Errors
/// [`MixtureError::Start`] if k-means fails.
pub(super) fn kmeans_start(
    points: Array2<f64>,
    weights: Array1<f64>,
    k: usize,
    seed: u64,
) -> Result<Partition, MixtureError> {
    if k == 1 {
        return Ok(vec![0; points.nrows()]);
    }
    kmeans_labels(points, weights, k, seed).map_err(MixtureError::Start)
}

/// One-hot class probabilities `(n, k)` of a partition.
///
/// # Examples
/// By hand: a 1 in the column of each label.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::mixture::one_hot;
///
/// assert_eq!(one_hot(&[1, 0], 3), array![[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]);
/// ```
#[must_use]
pub fn one_hot(labels: &[usize], k: usize) -> Array2<f64> {
    let mut out = Array2::zeros((labels.len(), k));
    for (row, label) in labels.iter().enumerate() {
        out[(row, *label)] = 1.0;
    }
    out
}

/// Class means of soft classes `given` (`(n, k)`), the leading `q` factors of what is left, and the rest.
///
/// Residual covariances are taken over the rows that observed both indicators.
///
/// # Examples
/// By hand, without a pull: means (1 + 3)/2 and (10 + 14)/2, variance around them (1 + 1 + 4 + 4)/4, class weights (2 +
/// 1)/(4 + 2).
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::mixture::{model_from, one_hot};
/// use valueseg_stats::observed::Observed;
///
/// let data = Observed::complete(array![[1.0], [3.0], [10.0], [14.0]])?;
/// let model = model_from(&data, one_hot(&[0, 0, 1, 1], 2).view(), 0, 0.0);
/// assert_eq!(model.means, array![[2.0], [12.0]]);
/// assert_eq!((model.class_weights[0], model.uniqueness[0]), (0.5, 2.5));
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn model_from(data: &Observed, given: ArrayView2<'_, f64>, q: usize, pull: f64) -> FactorMixture {
    let (k, j) = (given.ncols(), data.n_columns());
    let present = data.present().mapv(f64::from);
    let weighted = &given * &data.weights().view().insert_axis(Axis(1));
    let counts = weighted.t().dot(&present);
    let sums = weighted.t().dot(&data.values());
    let overall = &sums.sum_axis(Axis(0)) / &counts.sum_axis(Axis(0)).mapv(|c| c.max(f64::MIN_POSITIVE));
    let mut means = Array2::zeros((k, j));
    for ((at, mean), n) in means.indexed_iter_mut().zip(&counts) {
        *mean = (sums[at] + pull * overall[at.1]) / (n + pull);
    }
    let (loadings, uniqueness) = leading_factors(&within(data, given, &means), q);
    // One customer's worth of pull to equal shares, as in the M-step: no class starts at weight 0.
    let class_weights = weighted.sum_axis(Axis(0));
    let total = class_weights.sum() + k as f64;
    FactorMixture { class_weights: class_weights.mapv(|w| (w + 1.0) / total), means, loadings, uniqueness }
}

/// Covariance `(j, j)` around the means of soft classes, each entry over the rows that observed both indicators; 0 where
/// none did.
pub(super) fn within(data: &Observed, given: ArrayView2<'_, f64>, means: &Array2<f64>) -> Array2<f64> {
    // √w on both sides of a product makes the row count w times.
    let present = data.present().mapv(f64::from);
    let mut residual = (&data.values() - &given.dot(means)) * &present;
    for (mut row, w) in residual.rows_mut().into_iter().zip(data.weights()) {
        row *= w.sqrt();
    }
    let mut rooted = present;
    for (mut row, w) in rooted.rows_mut().into_iter().zip(data.weights()) {
        row *= w.sqrt();
    }
    let pairs = rooted.t().dot(&rooted);
    let mut covariance = residual.t().dot(&residual);
    covariance.zip_mut_with(&pairs, |c, n| *c = if *n > 0.0 { *c / n } else { 0.0 });
    covariance
}

/// Principal factors of a covariance matrix: the `q` leading directions above the mean of the other eigenvalues.
fn leading_factors(covariance: &Array2<f64>, q: usize) -> (Array2<f64>, Array1<f64>) {
    let j = covariance.nrows();
    let q_used = q.min(j.saturating_sub(1));
    let mut loadings = Array2::zeros((j, q));
    let mut uniqueness = covariance.diag().to_owned();
    if q_used > 0 {
        let eigen = symmetric_eigen(covariance.view());
        let rest = eigen.values.iter().skip(q_used).map(|v| v.max(0.0)).sum::<f64>() / (j - q_used) as f64;
        for a in 0..q_used {
            // INVARIANT: no factor starts at 0, where EM would leave it.
            let size = (eigen.values[a] - rest).max(0.01).sqrt();
            loadings.column_mut(a).assign(&eigen.vectors.column(a).mapv(|x| x * size));
        }
    }
    for c in 0..j {
        let variance = uniqueness[c];
        let common: f64 = loadings.row(c).iter().map(|l| l * l).sum();
        // METHOD (our judgment): at least a tenth of a variance is the indicator's own at the start; with little of its
        // own EM takes small steps.
        let floor = if variance > 0.0 { variance * 0.1 } else { 1.0 };
        uniqueness[c] = (variance - common).max(floor).max(PSI_FLOOR);
    }
    (loadings, uniqueness)
}

/// Complete tables to run k-means on: readings of the same answers.
#[derive(Clone, Debug)]
pub(super) struct StartPoints {
    readings: Vec<Array2<f64>>,
}

impl StartPoints {
    /// Readings of a standardized table: centered within the person, as it is, and with the gaps filled by a factor
    /// model of one class (the factors then hold what separates the classes as well), centered and not.
    pub(super) fn new(data: &Observed) -> Self {
        let filled = FactorFill::learn(data, FILL_FACTORS).expected(data);
        let centered = centered_rows(&filled);
        Self { readings: vec![data.row_centered().values().to_owned(), centered, filled, data.values().to_owned()] }
    }

    /// The same readings of some rows.
    pub(super) fn select(&self, rows: &[usize]) -> Self {
        Self { readings: self.readings.iter().map(|reading| reading.select(Axis(0), rows)).collect() }
    }

    /// All readings.
    pub(super) fn readings(&self) -> &[Array2<f64>] {
        &self.readings
    }

    /// The reading start number `start` works on.
    pub(super) fn of_start(&self, start: usize) -> &Array2<f64> {
        &self.readings[start % self.readings.len()]
    }
}

fn centered_rows(table: &Array2<f64>) -> Array2<f64> {
    let means = table.mean_axis(Axis(1)).expect("a table has columns");
    table - &means.insert_axis(Axis(1))
}
