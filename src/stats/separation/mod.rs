//! How far groups lie apart, and how much of an outcome lies between them.

mod outcome;

pub use outcome::Outcome;

use ndarray::{Array2, ArrayView2};

use crate::kmeans::nearest;
use crate::observed::Observed;

/// Groups named by `labels`: one more than the highest.
fn n_groups(labels: &[Option<usize>]) -> usize {
    labels.iter().flatten().max().map_or(0, |most| most + 1)
}

/// Means of the observed cells of each group's rows, rows with their weights: `(k, j)` with `k` one more than the
/// highest label. A column nobody of a group observed stands at the overall mean, one nobody at all observed at 0.
///
/// # Panics
/// If there are not as many labels as rows, which is an error of the caller.
///
/// # Examples
/// By hand: rows 0 and 1 are group 0, of mean (1 + 3)/2; row 3 has no group.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::observed::Observed;
/// use valueseg_stats::separation::group_means;
///
/// let data = Observed::complete(array![[1.0], [3.0], [8.0], [99.0]])?;
/// assert_eq!(group_means(&data, &[Some(0), Some(0), Some(1), None]), array![[2.0], [8.0]]);
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn group_means(data: &Observed, labels: &[Option<usize>]) -> Array2<f64> {
    assert_eq!(labels.len(), data.n_rows(), "a label for each row");
    let (k, j) = (n_groups(labels), data.n_columns());
    let mut sums = Array2::<f64>::zeros((k, j));
    let mut weights = Array2::<f64>::zeros((k, j));
    for (row, label) in labels.iter().enumerate() {
        if let Some(label) = *label {
            let w = data.weights()[row];
            for c in 0..j {
                if data.present()[(row, c)] {
                    sums[(label, c)] += w * data.values()[(row, c)];
                    weights[(label, c)] += w;
                }
            }
        }
    }
    let overall = data.column_moments().mean;
    Array2::from_shape_fn((k, j), |at| if weights[at] > 0.0 { sums[at] / weights[at] } else { overall[at.1] })
}

/// Calinski–Harabasz index: between-group over within-group variance, the larger the better separated.
///
/// `CH = (B/(K − 1)) / (W/(N − K))` with `W = Σ weight · Σ_observed (x − c_group)²`, `B` the same sum around the
/// overall means minus `W`, `N` the sum of the weights and `K` the groups that hold a row; rows without a label are
/// left out.
/// `None` with fewer than two groups, with no more weight than groups, or where no row differs from its group's mean.
///
/// Source: Calinski and Harabasz (1974), Communications in Statistics 3; on complete tables with weights 1 it equals
/// `calinski_harabasz_score` of scikit-learn 1.9.1.
///
/// # Panics
/// If there are not as many labels as rows, which is an error of the caller.
///
/// # Examples
/// `calinski_harabasz_score([[0, 0], [0, 2], [10, 0], [10, 2]], [0, 0, 1, 1])` of scikit-learn 1.9.1: 50. By hand B =
/// 4·5² = 100 and W = 4·1² = 4, so (100/1)/(4/2) = 50.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::observed::Observed;
/// use valueseg_stats::separation::calinski_harabasz;
///
/// let data = Observed::complete(array![[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0]])?;
/// assert_eq!(calinski_harabasz(&data, &[Some(0), Some(0), Some(1), Some(1)]), Some(50.0));
/// assert_eq!(calinski_harabasz(&data, &[Some(0); 4]), None);
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn calinski_harabasz(data: &Observed, labels: &[Option<usize>]) -> Option<f64> {
    assert_eq!(labels.len(), data.n_rows(), "a label for each row");
    let rows: Vec<usize> = (0..labels.len()).filter(|row| labels[*row].is_some()).collect();
    let data = data.select(&rows);
    let labels: Vec<Option<usize>> = rows.iter().map(|row| labels[*row]).collect();
    let mut sizes = vec![0.0; n_groups(&labels)];
    labels.iter().zip(data.weights()).for_each(|(label, w)| sizes[label.expect("only labeled rows were kept")] += w);
    let k = sizes.iter().filter(|size| **size > 0.0).count() as f64;
    let n = data.total_weight();
    let everybody = vec![Some(0); labels.len()];
    let within = scatter(&data, &labels);
    // METHOD: B is the total less W. With absent cells Σ n_k·(m_k − m)² over whole rows would not add up to that.
    let between = scatter(&data, &everybody) - within;
    let defined = k >= 2.0 && n > k && within > 0.0;
    defined.then(|| (between.max(0.0) / (k - 1.0)) / (within / (n - k)))
}

/// `Σ weight · Σ_observed (x − mean of the group)²`.
fn scatter(data: &Observed, labels: &[Option<usize>]) -> f64 {
    let means = group_means(data, labels);
    let (values, present) = (data.values(), data.present());
    let rows = values.rows().into_iter().zip(present.rows()).zip(labels).zip(data.weights());
    rows.filter_map(|(((values, present), label), w)| {
        let cells = values.iter().zip(present).zip(means.row((*label)?));
        let squares = cells.filter(|((_, is), _)| **is).map(|((x, _), m)| (x - m) * (x - m));
        Some(w * squares.sum::<f64>())
    })
    .sum()
}

/// How near rows are to the border between groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Shadow {
    /// Weighted mean of the shadow values of all rows, in `[0, 1]`; 0 = all on their centroids.
    pub overall: f64,
    /// Weighted mean over the rows of each group; `None` for a group that no row is nearest to.
    pub groups: Vec<Option<f64>>,
}

/// Shadow values: `2·d₁/(d₁ + d₂)` of a row with distances `d₁ <= d₂` to its two nearest centroids; 0 = on the
/// centroid, 1 = on the border. Averaged by the group of the nearest centroid.
///
/// `centroids` is `(k, j)`. A row that lies on two centroids at once is on the border; rows without an observed cell
/// are left out. `None` with fewer than two centroids or without a row.
///
/// Source: Leisch (2010), Neighborhood graphs, stripes and shadow plots, Statistics and Computing 20.
///
/// # Examples
/// By hand, centroids 0 and 4: the row at 1 has distances 1 and 3, 2·1/(1 + 3) = 0.5; the row at 4 stands on its
/// centroid.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::observed::Observed;
/// use valueseg_stats::separation::shadow;
///
/// let data = Observed::complete(array![[1.0], [4.0]])?;
/// let found = shadow(&data, array![[0.0], [4.0]].view()).unwrap();
/// assert_eq!(found.groups, [Some(0.5), Some(0.0)]);
/// assert_eq!(found.overall, 0.25);
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn shadow(data: &Observed, centroids: ArrayView2<'_, f64>) -> Option<Shadow> {
    let mut sums = vec![(0.0, 0.0); centroids.nrows()];
    for (found, w) in nearest(data, centroids).into_iter().zip(data.weights()) {
        if let Some(found) = found {
            let (_, second) = found.second?;
            let both = found.distance + second;
            let value = if both > 0.0 { 2.0 * found.distance / both } else { 1.0 };
            let sum = &mut sums[found.label];
            *sum = (sum.0 + w * value, sum.1 + w);
        }
    }
    let mean = |(sum, weight): (f64, f64)| if weight > 0.0 { Some(sum / weight) } else { None };
    let overall = mean(sums.iter().fold((0.0, 0.0), |all, sum| (all.0 + sum.0, all.1 + sum.1)))?;
    Some(Shadow { overall, groups: sums.into_iter().map(mean).collect() })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};

    use super::*;

    fn some<T: Copy>(of: &[T]) -> Vec<Option<T>> {
        of.iter().map(|x| Some(*x)).collect()
    }

    #[test]
    fn calinski_harabasz_is_that_of_scikit_learn_and_counts_weights_as_rows() {
        // sklearn.metrics.calinski_harabasz_score 1.9.1; the second with each row repeated as often as its weight says.
        let values = Array2::from_shape_fn((60, 4), |(i, j)| {
            let base = (i * (j + 3) * 7 + i * i * (j + 1)) % 11;
            (base + if j == 0 { i % 7 } else { 0 }) as f64
        });
        let labels: Vec<Option<usize>> = (0..60).map(|i| Some(i % 3)).collect();
        let plain = Observed::complete(values.clone()).unwrap();
        assert!((calinski_harabasz(&plain, &labels).unwrap() - 0.085_021_267_175_813_87).abs() < 1e-12);
        let weights = Array1::from_shape_fn(60, |i| (1 + i % 3) as f64);
        let present = Array2::from_elem((60, 4), true);
        let weighted = Observed::try_new(values, present, weights).unwrap();
        assert!((calinski_harabasz(&weighted, &labels).unwrap() - 0.141_306_571_410_587_13).abs() < 1e-12);
    }

    #[test]
    fn calinski_harabasz_is_absent_where_it_is_not_defined() {
        let data = Observed::complete(array![[1.0], [1.0], [2.0], [2.0]]).unwrap();
        assert_eq!(calinski_harabasz(&data, &some(&[0, 0, 0, 0])), None);
        assert_eq!(calinski_harabasz(&data, &some(&[0, 0, 1, 1])), None);
        assert_eq!(calinski_harabasz(&data, &[None; 4]), None);
        assert!(calinski_harabasz(&data, &some(&[0, 0, 4, 0])).is_some());
    }

    #[test]
    fn group_means_leave_out_absent_cells_and_fall_back_to_the_overall_mean() {
        let present = array![[true, true], [true, false], [true, false]];
        let data = Observed::try_new(array![[1.0, 5.0], [3.0, 0.0], [7.0, 0.0]], present, array![1.0, 3.0, 1.0]);
        assert_eq!(group_means(&data.unwrap(), &some(&[0, 0, 1])), array![[2.5, 5.0], [7.0, 5.0]]);
    }

    #[test]
    fn shadow_values_worked_by_hand() {
        // Distances 0 and 4, 1 and 3, 2 and 2, 0 and 4: 0, 0.5, 1 and 0; the third is nearest to the lower group.
        let data = Observed::try_new(
            array![[0.0], [1.0], [2.0], [4.0]],
            Array2::from_elem((4, 1), true),
            array![1.0, 2.0, 1.0, 4.0],
        );
        let found = shadow(&data.unwrap(), array![[0.0], [4.0], [90.0]].view()).unwrap();
        assert_eq!(found.groups, vec![Some(0.5), Some(0.0), None]);
        assert_eq!(found.overall, 0.25);
    }

    #[test]
    fn one_group_has_no_shadow() {
        let data = Observed::complete(array![[0.0], [1.0]]).unwrap();
        assert_eq!(shadow(&data, array![[0.5]].view()), None);
    }
}
