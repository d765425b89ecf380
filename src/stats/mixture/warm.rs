//! Starts made of a fitted neighbor: a class more, a class less, more factors; and the neighbor itself, written as the
//! larger model.
//!
//! METHOD: a larger model holds the smaller one (a class twice at half its weight, a factor nothing loads on), so it never
//! has to fit worse. EM leaves neither by itself, therefore a class is cut along the widest gap of what the common factors
//! leave over of its members, and further factors are those left in the residuals.

use ndarray::{Array1, Array2, Axis, concatenate};

use super::em::tiles_of;
use super::error::MixtureError;
use super::fitted::{FactorMixture, likeliest};
use super::init::{kmeans_start, within};
use super::kernel::{Kernel, TilePosterior};
use crate::dense::symmetric_eigen;
use crate::observed::Observed;

/// Least eigenvalue above 1 that a further factor starts from: EM would leave one of size 0 where it is. Our judgment.
const LEAST_FACTOR: f64 = 0.05;

/// `model` as one of `k` classes and `q` factors, both no fewer than it has: the same density.
pub(super) fn embedded(model: &FactorMixture, k: usize, q: usize) -> FactorMixture {
    let mut out = model.clone();
    while out.n_classes() < k {
        let largest = likeliest(out.class_weights.view());
        out.class_weights[largest] /= 2.0;
        let (weight, means) = (out.class_weights[largest], out.means.row(largest).to_owned());
        out = with_class(out, weight, means);
    }
    let more = q.saturating_sub(out.n_factors());
    let zeros = Array2::zeros((out.n_indicators(), more));
    out.loadings = concatenate(Axis(1), &[out.loadings.view(), zeros.view()]).expect("as many indicators");
    out
}

fn with_class(model: FactorMixture, weight: f64, means: Array1<f64>) -> FactorMixture {
    let row = means.insert_axis(Axis(0));
    let class_weights = model.class_weights.iter().copied().chain([weight]).collect();
    let means = concatenate(Axis(0), &[model.means.view(), row.view()]).expect("as many indicators");
    FactorMixture { class_weights, means, ..model }
}

/// The two halves of a class.
#[derive(Clone, Debug)]
pub(super) struct Halves {
    means: [Array1<f64>; 2],
    /// Share of the first.
    share: f64,
}

impl Halves {
    /// Of `class`, whose members are the rows most likely in it by `given`; `None` with fewer than four members.
    pub(super) fn of(
        data: &Observed,
        model: &FactorMixture,
        given: &Array2<f64>,
        class: usize,
        seed: u64,
    ) -> Result<Option<Self>, MixtureError> {
        let members: Vec<usize> =
            given.rows().into_iter().enumerate().filter(|(_, row)| likeliest(*row) == class).map(|(i, _)| i).collect();
        if members.len() < 4 {
            return Ok(None);
        }
        let part = data.select(&members);
        let left = left_over(&part, model, class);
        let scale = model.uniqueness.mapv(f64::sqrt);
        let labels = kmeans_start(&left / &scale, part.weights().clone(), 2, seed)?;
        let mut means = [model.means.row(class).to_owned(), model.means.row(class).to_owned()];
        let mut weights = [0.0; 2];
        for (half, mean) in means.iter_mut().enumerate() {
            let (mut sums, mut counts) = (Array1::<f64>::zeros(mean.len()), Array1::<f64>::ones(mean.len()));
            for row in (0..labels.len()).filter(|row| labels[*row] == half) {
                let w = part.weights()[row];
                weights[half] += w;
                for c in 0..mean.len() {
                    if part.present()[(row, c)] {
                        sums[c] += w * left[(row, c)];
                        counts[c] += w;
                    }
                }
            }
            *mean += &(sums / counts);
        }
        let share = weights[0] / (weights[0] + weights[1]);
        Ok(Some(Self { means, share: share.clamp(0.05, 0.95) }))
    }

    /// `model` with the halves in place of `class`, the second as the last class.
    pub(super) fn apart(&self, model: &FactorMixture, class: usize) -> FactorMixture {
        let mut out = model.clone();
        let weight = out.class_weights[class];
        out.class_weights[class] = weight * self.share;
        out.means.row_mut(class).assign(&self.means[0]);
        with_class(out, weight * (1.0 - self.share), self.means[1].clone())
    }
}

/// `v − μ_k − Λ E[u]` of each row in `class`; 0 where nothing was observed.
fn left_over(data: &Observed, model: &FactorMixture, class: usize) -> Array2<f64> {
    let (kernel, q) = (Kernel::new(model), model.n_factors());
    let mut out = Array2::zeros((data.n_rows(), data.n_columns()));
    let mut found = TilePosterior::new(model.n_classes(), q);
    let mut row = 0;
    for tile in tiles_of(data) {
        kernel.posterior(&tile, None, &mut found);
        for r in 0..tile.rows {
            for c in 0..data.n_columns() {
                if data.present()[(row, c)] {
                    let common: f64 =
                        (0..q).map(|a| model.loadings[(c, a)] * f64::from(found.factors[(class * q + a, r)])).sum();
                    out[(row, c)] = data.values()[(row, c)] - model.means[(class, c)] - common;
                }
            }
            row += 1;
        }
    }
    out
}

/// `model` with the classes of `pair` as one, in the place of the first; the last class takes the place of the second.
pub(super) fn merged(model: &FactorMixture, pair: (usize, usize)) -> FactorMixture {
    let (a, b) = (pair.0.min(pair.1), pair.0.max(pair.1));
    let (wa, wb) = (model.class_weights[a], model.class_weights[b]);
    let mut out = model.clone();
    let mean = (&model.means.row(a) * wa + &model.means.row(b) * wb) / (wa + wb);
    out.means.row_mut(a).assign(&mean);
    out.class_weights[a] = wa + wb;
    let last = model.n_classes() - 1;
    let order: Vec<usize> = (0..last).map(|class| if class == b { last } else { class }).collect();
    out.means = out.means.select(Axis(0), &order);
    out.class_weights = out.class_weights.select(Axis(0), &order);
    out
}

/// `model` with as many factors as `q`, the further ones those left in the residuals.
pub(super) fn with_factors(data: &Observed, model: &FactorMixture, q: usize) -> FactorMixture {
    let mut out = embedded(model, model.n_classes(), q);
    let old = model.n_factors();
    let given = model.probabilities(data);
    let left = within(data, given.view(), &model.means) - model.loadings.dot(&model.loadings.t());
    let root = model.uniqueness.mapv(f64::sqrt);
    let white = left / &root / root.view().insert_axis(Axis(1));
    let eigen = symmetric_eigen(white.view());
    for (at, a) in (old..q.min(old + model.n_indicators())).enumerate() {
        let size = (eigen.values[at] - 1.0).max(LEAST_FACTOR).sqrt();
        out.loadings.column_mut(a).assign(&(&eigen.vectors.column(at) * &root * size));
    }
    for c in 0..out.n_indicators() {
        let new: f64 = (old..q).map(|a| out.loadings[(c, a)].powi(2)).sum();
        out.uniqueness[c] = (model.uniqueness[c] - new).max(model.uniqueness[c] / 2.0);
    }
    out
}

/// Pairs of classes by falling overlap `Σ r_a r_b / √(Σ r_a² Σ r_b²)`.
pub(super) fn pairs_by_overlap(given: &Array2<f64>) -> Vec<(usize, usize)> {
    let k = given.ncols();
    let gram = given.t().dot(given);
    let overlap = |a: usize, b: usize| gram[(a, b)] / (gram[(a, a)] * gram[(b, b)]).sqrt().max(f64::MIN_POSITIVE);
    let mut pairs: Vec<(usize, usize)> = (0..k).flat_map(|a| (a + 1..k).map(move |b| (a, b))).collect();
    pairs.sort_by(|x, y| overlap(y.0, y.1).total_cmp(&overlap(x.0, x.1)));
    pairs
}

/// Classes by falling size.
pub(super) fn classes_by_size(given: &Array2<f64>) -> Vec<usize> {
    let sizes = given.sum_axis(Axis(0));
    let mut order: Vec<usize> = (0..given.ncols()).collect();
    order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]));
    order
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::super::coarse::Blur;
    use super::super::likelihood::log_likelihood;
    use super::*;

    fn model() -> FactorMixture {
        FactorMixture {
            class_weights: array![0.3, 0.7],
            means: array![[1.0, 0.0, -1.0], [-0.5, 0.5, 0.0]],
            loadings: array![[0.8], [0.5], [-0.3]],
            uniqueness: array![0.5, 0.7, 0.9],
        }
    }

    #[test]
    fn a_smaller_model_written_as_a_larger_one_is_as_likely() {
        let data = Observed::complete(array![[1.0, 0.2, -0.4], [-1.0, 0.0, 2.0], [0.3, 0.1, 0.7]]).unwrap();
        let larger = embedded(&model(), 4, 3);
        assert_eq!((larger.n_classes(), larger.n_factors()), (4, 3));
        let of = |model: &FactorMixture| log_likelihood(&data, model, &Blur::none(3));
        assert!((of(&larger) - of(&model())).abs() < 1e-12);
        assert!((larger.class_weights.sum() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn two_classes_become_one_at_their_common_mean() {
        let one = merged(&model(), (1, 0));
        assert_eq!(one.n_classes(), 1);
        assert!((one.means[(0, 0)] - (0.3 - 0.35)).abs() < 1e-12 && (one.class_weights[0] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_class_is_cut_between_its_lumps_and_not_along_the_common_factor() {
        // Two lumps at ±2 in the first indicator, people of all levels of the factor in both.
        let values = Array2::from_shape_fn((80, 3), |(i, c)| {
            let level = (i / 2) as f64 / 8.0 - 2.5;
            let lump = if i % 2 == 0 { 2.0 } else { -2.0 };
            3.0 * level + if c == 0 { lump } else { 0.0 }
        });
        let one = FactorMixture {
            class_weights: array![1.0],
            means: array![[0.0, 0.0, 0.0]],
            loadings: array![[4.0], [4.0], [4.0]],
            uniqueness: array![4.0, 0.5, 0.5],
        };
        let data = Observed::complete(values).unwrap();
        let halves = Halves::of(&data, &one, &Array2::ones((80, 1)), 0, 1).unwrap().unwrap();
        let two = halves.apart(&one, 0);
        assert!((two.means[(0, 0)] - two.means[(1, 0)]).abs() > 2.0, "{:?}", two.means);
        assert!((two.means[(0, 1)] - two.means[(1, 1)]).abs() < 1.0, "{:?}", two.means);
        assert!((two.class_weights[0] - 0.5).abs() < 0.05);
    }
}
