//! K-means on weighted rows of which cells may be absent.
//!
//! ```text
//! minimize  Σ_i w_i Σ_{j observed} (x_ij − c_{s(i) j})²      over labels s and k centroids c
//! ```
//!
//! A row of weight 2 is the row twice, absent cells are left out of every distance and every mean, and the result
//! depends neither on the order of the rows nor on the number of threads, to the last bit.
//!
//! | file | holds |
//! |---|---|
//! | `params`, `error` | settings unchecked and checked, and what can go wrong |
//! | `points` | a table made ready once, for many fits: equal rows merged, rows in an order of their own |
//! | `tiles` | distances and sums, block by block |
//! | `start` | greedy k-means++ |
//! | `lloyd` | one run to a fixed point |
//! | `transfer` | single rows moved where that helps |
//! | `fit` | many short starts, the best few carried on |
//! | `cross` | good solutions crossed with each other |
//! | `resampled` | the same on bootstrap samples |
//! | `fitted` | the centroids, and whose row a row is |
//!
//! # Examples
//! From a table to clusters and to how well they are separated. `KMeans(2)` of scikit-learn 1.9.1 ends at inertia 4, and
//! its `calinski_harabasz_score` of these clusters is 50.
//!
//! ```
//! use linfa::prelude::*;
//! use ndarray::array;
//! use valueseg_stats::kmeans::{KmeansParams, Points};
//! use valueseg_stats::observed::Observed;
//! use valueseg_stats::separation::calinski_harabasz;
//!
//! let data = Observed::complete(array![[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0]])?;
//! let fit = KmeansParams::new(2).fit(&DatasetBase::new(data.clone(), ()))?;
//! let labels = fit.assign_points(&Points::new(&data));
//! assert_eq!((fit.inertia, calinski_harabasz(&data, &labels)), (4.0, Some(50.0)));
//! # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
//! ```

mod cross;
mod error;
mod fit;
mod fitted;
mod lloyd;
mod params;
mod points;
mod resampled;
mod start;
#[cfg(test)]
mod tests;
mod tiles;
mod transfer;

pub use error::{KmeansError, KmeansParamError};
pub use fitted::{KmeansFit, Nearest, nearest};
pub use lloyd::LloydTermination;
pub use params::{DEFAULT_MAX_ITERATIONS, DEFAULT_STARTS, KmeansParams, KmeansValidParams, MAX_CLUSTERS, Search};
pub use points::Points;

use ndarray::{Array1, Array2};

use super::observed::Observed;

/// Labels of all rows of a complete table, with row weights, after one short start: for those who start something else
/// from a partition.
///
/// Labels are `0..k`, some possibly without a row.
///
/// # Errors
/// [`KmeansError::Table`] if a value is not a finite number or a weight not one above 0.
pub(super) fn kmeans_labels(
    points: Array2<f64>,
    weights: Array1<f64>,
    k: usize,
    seed: u64,
) -> Result<Vec<usize>, KmeansError> {
    let present = Array2::from_elem(points.dim(), true);
    Ok(Points::new(&Observed::try_new(points, present, weights)?).start_labels(k, seed))
}
