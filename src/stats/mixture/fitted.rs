//! The fitted mixture.

use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayView1};
use rayon::prelude::*;

use super::em::{EmTermination, tiles_of};
use super::kernel::{Kernel, TilePosterior};
use super::likelihood::row_log_likelihoods;
use super::tile::Tile;
use crate::observed::Observed;

/// Parameters of a mixture of `K` classes with `q` shared factors over `j` indicators.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorMixture {
    /// `(K)` class weights π, each > 0, sum 1.
    pub class_weights: Array1<f64>,
    /// `(K, j)` class means μ, in the units of the indicators.
    pub means: Array2<f64>,
    /// `(j, q)` loadings Λ, in units of the indicator for one standard deviation of the factor.
    pub loadings: Array2<f64>,
    /// `(j)` variances ψ of each indicator's own part, > 0, in squared units of the indicator.
    pub uniqueness: Array1<f64>,
}

impl FactorMixture {
    /// Number of classes `K`.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.means.nrows()
    }

    /// Number of indicators `j`.
    #[must_use]
    pub fn n_indicators(&self) -> usize {
        self.means.ncols()
    }

    /// Number of common factors `q`.
    #[must_use]
    pub fn n_factors(&self) -> usize {
        self.loadings.ncols()
    }

    /// Free parameters: `(K − 1) + K·j + j·q − q(q−1)/2 + j`; rotations of the factors are not counted.
    ///
    /// # Examples
    /// By hand, K = 3, j = 8, q = 1: 2 + 24 + 8 + 8 = 42.
    ///
    /// ```
    /// use ndarray::{Array1, Array2};
    /// use valueseg_stats::mixture::FactorMixture;
    ///
    /// let (means, loadings) = (Array2::zeros((3, 8)), Array2::zeros((8, 1)));
    /// let class_weights = Array1::from_elem(3, 1.0 / 3.0);
    /// let mixture = FactorMixture { class_weights, means, loadings, uniqueness: Array1::ones(8) };
    /// assert_eq!((mixture.n_classes(), mixture.n_indicators(), mixture.n_factors()), (3, 8, 1));
    /// assert_eq!(mixture.n_parameters(), 42);
    /// ```
    #[must_use]
    pub fn n_parameters(&self) -> usize {
        let (k, j, q) = (self.n_classes(), self.n_indicators(), self.n_factors());
        (k - 1) + k * j + (j * q).saturating_sub(q * q.saturating_sub(1) / 2) + j
    }

    /// The likeliest class of each row; ties go to the lower class.
    ///
    /// # Examples
    /// By hand, means 0 and 3 with equal weights: the border is at 1.5.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::mixture::FactorMixture;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let (class_weights, means, loadings) = (array![0.5, 0.5], array![[0.0], [3.0]], Array2::zeros((1, 0)));
    /// let mixture = FactorMixture { class_weights, means, loadings, uniqueness: array![1.0] };
    /// assert_eq!(mixture.labels(&Observed::complete(array![[1.4], [1.6]])?), [0, 1]);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn labels(&self, data: &Observed) -> Vec<usize> {
        self.probabilities(data).rows().into_iter().map(likeliest).collect()
    }

    /// Class probabilities of every row, `(n, K)`. A row without an observed cell gets the class weights.
    ///
    /// # Examples
    /// Shares of `norm.pdf(1, [0, 3], [2, 2]) * [0.25, 0.75]` of scipy 1.17.1: 0.32659803 and 0.67340197. A row that
    /// knows nothing gets the class weights.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::mixture::FactorMixture;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let (class_weights, means, loadings) = (array![0.25, 0.75], array![[0.0], [3.0]], Array2::zeros((1, 0)));
    /// let mixture = FactorMixture { class_weights, means, loadings, uniqueness: array![4.0] };
    /// let data = Observed::try_new(array![[1.0], [0.0]], array![[true], [false]], array![1.0, 1.0])?;
    /// let p = mixture.probabilities(&data);
    /// assert!((p[(0, 0)] - 0.326_598_03).abs() < 1e-6 && (p[(1, 0)] - 0.25).abs() < 1e-6);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn probabilities(&self, data: &Observed) -> Array2<f64> {
        self.by_row(data, |kernel, tile, mut out| {
            kernel.posterior(tile, None, &mut out);
            out.classes
        })
    }

    /// `ln Σ_k π_k p(v_O | k)` of every row; 0 for a row without an observed cell.
    ///
    /// # Examples
    /// `norm.logpdf(1)` of scipy 1.17.1 is −1.41893853.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::mixture::FactorMixture;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let (class_weights, means, loadings) = (array![1.0], array![[0.0]], Array2::zeros((1, 0)));
    /// let mixture = FactorMixture { class_weights, means, loadings, uniqueness: array![1.0] };
    /// let logs = mixture.log_likelihoods(&Observed::complete(array![[1.0]])?);
    /// assert!((logs[0] + 1.418_938_53).abs() < 1e-6);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn log_likelihoods(&self, data: &Observed) -> Vec<f64> {
        row_log_likelihoods(data, self)
    }

    /// `ln p(v_O | k)` of every row in every class, `(n, K)`, up to a part that is common to all classes of a row; 0
    /// for a row without an observed cell. Class weights are not in it.
    ///
    /// # Examples
    /// `multivariate_normal.logpdf([1, 0], m, S)` of scipy 1.17.1 with `S = ΛΛᵀ + Ψ` is −2.24944884 for m = (0, 0) and
    /// −2.64944884 for m = (2, 1): 0.4 apart.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::mixture::FactorMixture;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let (class_weights, means) = (array![0.5, 0.5], array![[0.0, 0.0], [2.0, 1.0]]);
    /// let (loadings, uniqueness) = (array![[1.0], [0.5]], array![1.0, 0.5]);
    /// let mixture = FactorMixture { class_weights, means, loadings, uniqueness };
    /// let logs = mixture.log_densities(&Observed::complete(array![[1.0, 0.0]])?);
    /// assert!((logs[(0, 0)] - logs[(0, 1)] - 0.4).abs() < 1e-6);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn log_densities(&self, data: &Observed) -> Array2<f64> {
        self.by_row(data, |kernel, tile, mut out| {
            kernel.evidence(tile, &mut out);
            out.scores
        })
    }

    /// `(n, K)`: what `of` makes of each tile, `(K, TILE)`, row by row.
    fn by_row(&self, data: &Observed, of: impl Fn(&Kernel, &Tile, TilePosterior) -> Array2<f32> + Sync) -> Array2<f64> {
        let (kernel, tiles) = (Kernel::new(self), tiles_of(data));
        let fresh = || TilePosterior::new(self.n_classes(), self.n_factors());
        let parts: Vec<Array2<f32>> = tiles.par_iter().map(|tile| of(&kernel, tile, fresh())).collect();
        let mut all = Array2::zeros((data.n_rows(), self.n_classes()));
        let mut row = 0;
        for (tile, part) in tiles.iter().zip(&parts) {
            for r in 0..tile.rows {
                all.row_mut(row).assign(&part.column(r).mapv(f64::from));
                row += 1;
            }
        }
        all
    }
}

/// A mixture and how its fit went.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The parameters the fit ended at.
    pub mixture: FactorMixture,
    /// Weighted log likelihood of the data, `Σ w·ln p(v_O)`, absent cells left out.
    pub log_likelihood: f64,
    /// `−2·log L + parameters · ln(Σ weights)`; smaller is better.
    ///
    /// Source: Schwarz (1978), Annals of Statistics 6.
    pub bic: f64,
    /// Iterations of the final fit.
    pub iterations: usize,
    /// How the final fit ended.
    pub termination: EmTermination,
}

/// The likeliest class of a row of probabilities, the first among equals; 0 for an empty row.
///
/// # Examples
/// By hand: 0.5 is the largest; of two equals the first.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::mixture::likeliest;
///
/// assert_eq!(likeliest(array![0.2, 0.5, 0.3].view()), 1);
/// assert_eq!(likeliest(array![0.4, 0.2, 0.4].view()), 0);
/// ```
#[must_use]
pub fn likeliest(row: ArrayView1<'_, f64>) -> usize {
    (1..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
}

impl PredictInplace<Observed, Array1<usize>> for Fitted {
    /// The likeliest class of each row; ties go to the lower class.
    ///
    /// # Examples
    /// By hand: 0 and 1 are one class, 20 and 21 the other, whichever is the first.
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use ndarray::{Array1, array};
    /// use valueseg_stats::mixture::FactorMixtureParams;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = array![[0.0], [1.0], [0.0], [1.0], [20.0], [21.0], [20.0], [21.0]];
    /// let data = DatasetBase::new(Observed::complete(rows)?, ());
    /// let fit = FactorMixtureParams::new(2, 0).fit(&data)?;
    /// let labels: Array1<usize> = fit.predict(&data);
    /// assert_eq!((labels[0] == labels[1], labels[1] == labels[4], labels[4] == labels[7]), (true, false, true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn predict_inplace<'a>(&'a self, x: &'a Observed, y: &mut Array1<usize>) {
        let probabilities = self.mixture.probabilities(x);
        for (target, row) in y.iter_mut().zip(probabilities.rows()) {
            *target = likeliest(row);
        }
    }

    fn default_target(&self, x: &Observed) -> Array1<usize> {
        Array1::zeros(x.n_rows())
    }
}
