//! How far groups lie apart, and how much of an outcome lies between them.

use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::kmeans::nearest;
use super::mixture::mixed_seed;
use super::observed::Observed;

/// Splits into halves that [`held_out_r2`] is averaged over. One split alone moves by some hundredths at some hundred rows.
const SPLITS: u64 = 20;

/// Share of an outcome's squares below which its spread is rounding.
const ROUNDING: f64 = 1e-20;

/// Groups named by `labels`: one more than the highest.
fn n_groups(labels: &[Option<usize>]) -> usize {
    labels.iter().flatten().max().map_or(0, |most| most + 1)
}

/// Means of the observed cells of each group's rows, rows with their weights: `(k, j)` with `k` one more than the highest
/// label. A column nobody of a group observed stands at the overall mean, one nobody at all observed at 0.
///
/// # Panics
/// If there are not as many labels as rows, which is an error of the caller.
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
/// `CH = (B/(K − 1)) / (W/(N − K))` with `W = Σ weight · Σ_observed (x − c_group)²`, `B` the same sum around the overall
/// means minus `W`, `N` the sum of the weights and `K` the groups that hold a row; rows without a label are left out.
/// `None` with fewer than two groups, with no more weight than groups, or where no row differs from its group's mean.
///
/// Source: Calinski and Harabasz (1974), Communications in Statistics 3; on complete tables with weights 1 it equals
/// `calinski_harabasz_score` of scikit-learn 1.9.1.
///
/// # Panics
/// If there are not as many labels as rows, which is an error of the caller.
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
    /// Weighted mean over all rows, in `[0, 1]`.
    pub overall: f64,
    /// Weighted mean over the rows of each group; `None` for a group that no row is nearest to.
    pub groups: Vec<Option<f64>>,
}

/// Shadow values: `2·d₁/(d₁ + d₂)` of a row with distances `d₁ <= d₂` to its two nearest centroids; 0 = on the centroid, 1 =
/// on the border. Averaged by the group of the nearest centroid.
///
/// `centroids` is `(k, j)`. A row that lies on two centroids at once is on the border; rows without an observed cell are
/// left out. `None` with fewer than two centroids or without a row.
///
/// Source: Leisch (2010), Neighborhood graphs, stripes and shadow plots, Statistics and Computing 20.
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

/// An outcome beside the groups it is to be explained by, all of one length.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// The outcome of each row, finite where known.
    pub values: &'a [Option<f64>],
    /// The group of each row.
    pub labels: &'a [Option<usize>],
    /// Row weights, above 0.
    pub weights: &'a [f64],
}

/// A row with outcome and group.
#[derive(Clone, Copy, Debug)]
struct Known {
    value: f64,
    label: usize,
    weight: f64,
}

impl Outcome<'_> {
    /// Rows with a finite outcome and a group, in an order of their content.
    fn known(&self) -> Vec<Known> {
        let rows = self.values.iter().zip(self.labels).zip(self.weights);
        let known = rows.filter_map(|((value, label), weight)| {
            let value = value.filter(|value| value.is_finite())?;
            Some(Known { value, label: (*label)?, weight: *weight })
        });
        let mut known: Vec<Known> = known.collect();
        known.sort_by(|a, b| {
            a.label.cmp(&b.label).then(a.value.total_cmp(&b.value)).then(a.weight.total_cmp(&b.weight))
        });
        known
    }

    /// R² of the outcome between groups: between-group over total sum of squares, in `[0, 1]`; also called η².
    ///
    /// It never falls when groups are added: compare partitions by [`Outcome::held_out_r2`]. `None` if the outcome has
    /// no spread or nobody has both outcome and group.
    #[must_use]
    pub fn r2(&self) -> Option<f64> {
        let known = self.known();
        let means = Means::of(known.iter());
        let (left, total) = means.squares(known.iter());
        let spread = total > ROUNDING * size(&known);
        spread.then(|| (1.0 - left / total).clamp(0.0, 1.0))
    }

    /// R² of the outcome for rows the groups' means were not learned on: means of one half predict the other and the other
    /// way round, averaged over random halves keyed by `seed`.
    ///
    /// `1 − Σ w (y − mean of the group in the other half)² / Σ w (y − mean of the other half)²`, at most 1, around 0 or
    /// below where groups say nothing about the outcome. A group the other half has nobody of is predicted by that half's
    /// mean. `None` with fewer than four rows or without spread.
    ///
    /// METHOD: groups that were cut on answers always "explain" something in sample; the out-of-sample form (Campbell and
    /// Thompson 2008, Review of Financial Studies 21) has an expectation of at most 0 for groups without a bearing on
    /// the outcome, so numbers of groups compare. Halves do not depend on the order of the rows.
    #[must_use]
    pub fn held_out_r2(&self, seed: u64) -> Option<f64> {
        let known = self.known();
        if known.len() < 4 {
            return None;
        }
        let mut order: Vec<usize> = (0..known.len()).collect();
        let (mut left, mut total) = (0.0, 0.0);
        for split in 0..SPLITS {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(seed, split));
            order.shuffle(&mut rng);
            let (one, other) = order.split_at(known.len() / 2);
            for (learned, predicted) in [(one, other), (other, one)] {
                let means = Means::of(learned.iter().map(|row| &known[*row]));
                let (l, t) = means.squares(predicted.iter().map(|row| &known[*row]));
                left += l;
                total += t;
            }
        }
        let spread = total > ROUNDING * size(&known);
        spread.then(|| 1.0 - left / total)
    }
}

/// `Σ weight · outcome²`.
fn size(known: &[Known]) -> f64 {
    known.iter().map(|row| row.weight * row.value.powi(2)).sum()
}

/// Mean outcome of each group and of everybody.
struct Means {
    overall: f64,
    groups: Vec<Option<f64>>,
}

impl Means {
    fn of<'a>(rows: impl Iterator<Item = &'a Known>) -> Self {
        let mut sums: Vec<(f64, f64)> = Vec::new();
        for row in rows {
            if sums.len() <= row.label {
                sums.resize(row.label + 1, (0.0, 0.0));
            }
            let sum = &mut sums[row.label];
            *sum = (sum.0 + row.weight * row.value, sum.1 + row.weight);
        }
        let all = sums.iter().fold((0.0, 0.0), |all, sum| (all.0 + sum.0, all.1 + sum.1));
        let groups = sums.into_iter().map(|(sum, n)| if n > 0.0 { Some(sum / n) } else { None }).collect();
        Self { overall: if all.1 > 0.0 { all.0 / all.1 } else { 0.0 }, groups }
    }

    /// Squares around the mean of the group, and around the mean of everybody.
    fn squares<'a>(&self, rows: impl Iterator<Item = &'a Known>) -> (f64, f64) {
        rows.fold((0.0, 0.0), |(left, total), row| {
            let mean = self.groups.get(row.label).copied().flatten().unwrap_or(self.overall);
            let squared = |from: f64| row.weight * (row.value - from).powi(2);
            (left + squared(mean), total + squared(self.overall))
        })
    }
}
