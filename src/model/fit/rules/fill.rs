//! Answers not given, drawn from what the model expects of the person, so that trees have a table without gaps.

use ndarray::{Array2, ArrayView2};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::super::measurement::Measurement;
use super::super::typing::on_scale;
use valueseg_stats::dense::Cholesky;
use valueseg_stats::draw::{mixed_seed, normal};
use valueseg_stats::mixture::{Kernel, MAX_FACTORS, TILE, Tile, TilePosterior};
use valueseg_stats::observed::Observed;

/// Answers `(n, columns)` on 0–10 to the ratings `columns`: own answers as given, the others drawn.
///
/// `ratings` are standardized, `(n, 60)`; `known` are probabilities `(n, K)`; `steps` the width of a step of each of the 60
/// scales.
///
/// METHOD: a draw, not the expectation: expected answers crowd around the middle, so a tree would part those who answered
/// from those who did not (`docs/method.md#trap-2-filling-gaps-by-regression`). One draw of a proper imputation (Rubin
/// 1987): segment, then factors given the segment and the own answers, then the answer with its own noise.
pub(crate) fn completed(
    m: &Measurement,
    ratings: &Observed,
    known: ArrayView2<'_, f64>,
    columns: &[usize],
    steps: &[f64],
    seed: u64,
) -> Array2<f64> {
    let model = m.ratings.mixture(&m.weights);
    let (kernel, q) = (Kernel::new(&model), model.n_factors());
    let starts: Vec<usize> = (0..ratings.n_rows()).step_by(TILE).collect();
    let parts: Vec<Vec<f64>> = starts
        .par_iter()
        .map(|start| {
            let tile = Tile::of_rows(ratings, *start);
            let mut posterior = TilePosterior::new(model.n_classes(), q);
            kernel.evidence(&tile, &mut posterior);
            let mut out = Vec::with_capacity(tile.rows * columns.len());
            for r in 0..tile.rows {
                let row = start + r;
                // A generator per row: the drawing does not depend on how rows are spread over threads.
                let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(seed, row as u64));
                let class = drawn(known.row(row).as_slice().unwrap_or(&[]), &mut rng);
                let factors = factors(&posterior, class, q, r, &mut rng);
                for c in columns {
                    // Drawn whether or not it is used, so that one answer more changes no other draw of the row.
                    let noise = normal(&mut rng);
                    let z = if ratings.present()[(row, *c)] {
                        ratings.values()[(row, *c)]
                    } else {
                        let common: f64 = (0..q).map(|a| model.loadings[(*c, a)] * factors[a]).sum();
                        model.means[(class, *c)] + common + model.uniqueness[*c].sqrt() * noise
                    };
                    out.push(on_scale(m.center[*c] + m.spread[*c] * z, steps[*c]));
                }
            }
            out
        })
        .collect();
    let cells: Vec<f64> = parts.into_iter().flatten().collect();
    Array2::from_shape_vec((ratings.n_rows(), columns.len()), cells).expect("a cell per row and column")
}

/// Factors of row `r` given its class and answers: normal around their mean with covariance `P⁻¹`.
fn factors(
    posterior: &TilePosterior,
    class: usize,
    q: usize,
    r: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> [f64; MAX_FACTORS] {
    let entry = |a: usize, b: usize| {
        let (hi, lo) = (a.max(b), a.min(b));
        f64::from(posterior.covariance[(hi * (hi + 1) / 2 + lo, r)])
    };
    let covariance = Array2::from_shape_fn((q, q), |(a, b)| entry(a, b));
    let root = Cholesky::try_new(covariance.view());
    let noise: Vec<f64> = (0..q).map(|_| normal(rng)).collect();
    let mut out = [0.0; MAX_FACTORS];
    for a in 0..q {
        // A covariance that rounding made singular leaves the factors at their mean.
        let around = root.as_ref().map_or(0.0, |root| (0..=a).map(|b| root.lower()[(a, b)] * noise[b]).sum());
        out[a] = f64::from(posterior.factors[(class * q + a, r)]) + around;
    }
    out
}

/// A class drawn by its probability.
fn drawn(probabilities: &[f64], rng: &mut Xoshiro256PlusPlus) -> usize {
    let mut left = rng.gen_range(0.0..1.0);
    for (class, p) in probabilities.iter().enumerate() {
        if left < *p {
            return class;
        }
        left -= p;
    }
    probabilities.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::typing::linear_tests::measurement;

    #[test]
    fn own_answers_stay_and_the_others_have_the_spread_of_real_ones() {
        let m = measurement(1.0);
        let n = 4_000;
        let present = Array2::from_shape_fn((n, 60), |(i, c)| c == 5 && i % 2 == 0);
        let values = Array2::from_elem((n, 60), 0.5);
        let ratings = Observed::try_new(values, present, ndarray::Array1::ones(n)).unwrap();
        let known = Array2::from_shape_fn((n, 3), |(_, k)| f64::from(u8::from(k == 1)));
        let all = completed(&m, &ratings, known.view(), &[5, 9], &[0.0; 60], 1);
        assert!((0..n).step_by(2).all(|i| (all[(i, 0)] - (m.center[5] + 0.5 * m.spread[5])).abs() < 1e-12));
        // Nobody answered rating 9, half did not answer rating 5: mean and spread of the segment, ends of the scale cut.
        let drawn: Vec<f64> = all.column(1).iter().skip(1).step_by(2).copied().collect();
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        let spread = (drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / drawn.len() as f64).sqrt();
        let loadings: f64 = m.ratings.loadings[9].iter().map(|l| l * l).sum();
        let expected = m.spread[9] * (loadings + m.ratings.uniqueness[9]).sqrt();
        assert!((mean - (m.center[9] + m.spread[9] * m.ratings.means[1][9])).abs() < 0.4, "{mean}");
        assert!(spread > 0.7 * expected && spread < 1.05 * expected, "{spread} {expected}");
    }
}
