//! Linear scores: the model's own typing of a complete set of answers, as one weighted sum per segment.

use ndarray::Array2;

use super::super::measurement::Measurement;
use valueseg_stats::dense::Cholesky;

/// `score_k(x) = b_k + Σ_j w_kj·x_j` of answers `x` on 0–10 to some ratings, all of them answered. The segment with the
/// highest score is the one the model gives to somebody of whom only these answers are known, and `exp(score_k) / Σ_l
/// exp(score_l)` its probability.
///
/// METHOD: exact, not an approximation. Segments share one covariance `Σ = ΛΛᵀ + Ψ`, so the quadratic part of the log
/// densities is the same for all and drops out (linear discriminant): with `z = (x − c)/s`, class means `μ_k`, shares
/// `π_k` and the temperature `T` of answers, `a_k = Σ⁻¹μ_k`, `w_kj = a_kj/(s_j·T)` and
/// `b_k = ln π_k − ½·μ_kᵀa_k/T − Σ_j w_kj·c_j`. Means over the segments are taken out of all, which changes no difference.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LinearScores {
    /// `[K]` constants.
    pub(crate) constants: Vec<f64>,
    /// `[K][j]` weights of a point of 0–10.
    pub(crate) weights: Vec<Vec<f64>>,
}

impl LinearScores {
    /// Scores from the ratings `columns` (`0..60`), in that order.
    pub(crate) fn of(m: &Measurement, columns: &[usize]) -> Self {
        let (k, j, q) = (m.weights.len(), columns.len(), m.ratings.factors());
        let covariance = Array2::from_shape_fn((j, j), |(a, b)| {
            let (one, other) = (&m.ratings.loadings[columns[a]], &m.ratings.loadings[columns[b]]);
            let common: f64 = (0..q).map(|f| one[f] * other[f]).sum();
            common + if a == b { m.ratings.uniqueness[columns[a]] } else { 0.0 }
        });
        // One covariance for all classes, so the squares of the answers cancel and scores are linear.
        let root = Cholesky::try_new(covariance.view()).expect("own variances are above 0");
        let (mut constants, mut weights) = (Vec::with_capacity(k), Vec::with_capacity(k));
        for class in 0..k {
            let mean: Vec<f64> = columns.iter().map(|c| m.ratings.means[class][*c]).collect();
            let mut pull = mean.clone();
            root.solve(&mut pull);
            let square: f64 = mean.iter().zip(&pull).map(|(a, b)| a * b).sum();
            let own: Vec<f64> =
                columns.iter().zip(&pull).map(|(c, a)| a / (m.spread[*c] * m.temperature.answers)).collect();
            // Answers come on 0–10, not standardized: centering moves into the constant.
            let origin: f64 = columns.iter().zip(&own).map(|(c, w)| m.center[*c] * w).sum();
            let share = m.weights[class].max(f64::MIN_POSITIVE).ln();
            constants.push(share - 0.5 * square / m.temperature.answers - origin);
            weights.push(own);
        }
        let middle = |of: &dyn Fn(usize) -> f64| (0..k).map(of).sum::<f64>() / k as f64;
        for c in 0..j {
            let mean = middle(&|class| weights[class][c]);
            weights.iter_mut().for_each(|row| row[c] -= mean);
        }
        let mean = middle(&|class| constants[class]);
        constants.iter_mut().for_each(|b| *b -= mean);
        Self { constants, weights }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::super::super::link::SignalLinks;
    use super::super::super::measurement::BlockModel;
    use super::*;
    use crate::fit::carelessness::Carelessness;
    use crate::fit::temperature::Temperature;
    use crate::rows::N_RATINGS;
    use valueseg_stats::calibration::ClassEvidence;
    use valueseg_stats::observed::Observed;

    /// 60 ratings, 3 segments, 2 factors, numbers drawn from a formula.
    pub(crate) fn measurement(answers: f64) -> Measurement {
        let table = |rows: usize, columns: usize, salt: usize| -> Vec<Vec<f64>> {
            let cell = |r: usize, c: usize| ((17 * r + 31 * c + 7 * r * c + salt) % 23) as f64 / 11.5 - 1.0;
            (0..rows).map(|r| (0..columns).map(|c| cell(r, c)).collect()).collect()
        };
        Measurement {
            weights: vec![0.5, 0.3, 0.2],
            ratings: BlockModel {
                means: table(3, N_RATINGS, 1),
                loadings: table(N_RATINGS, 2, 5),
                uniqueness: (0..N_RATINGS).map(|j| 0.3 + (j % 4) as f64 / 5.0).collect(),
            },
            signals: BlockModel { means: vec![Vec::new(); 3], loadings: Vec::new(), uniqueness: Vec::new() },
            center: (0..N_RATINGS).map(|j| 4.0 + (j % 5) as f64 / 2.0).collect(),
            spread: (0..N_RATINGS).map(|j| 1.5 + (j % 3) as f64 / 2.0).collect(),
            asked: (1 << N_RATINGS) - 1,
            carelessness: Carelessness::default(),
            links: SignalLinks::default(),
            unasked: None,
            se_factor: [vec![1.0; N_RATINGS], vec![1.0; N_RATINGS]],
            temperature: Temperature { signals: 1.0, answers },
            prior: None,
        }
    }

    proptest! {
        #[test]
        fn differences_of_scores_are_the_log_odds_of_the_factor_model(
            columns in prop::sample::subsequence((0..N_RATINGS).collect::<Vec<_>>(), 1..12),
            answers in prop::collection::vec(0.0..10.0f64, 12),
            temperature in 0.5..3.0f64,
        ) {
            let m = measurement(temperature);
            let linear = LinearScores::of(&m, &columns);
            let score = |(b, w): (&f64, &Vec<f64>)| b + w.iter().zip(&answers).map(|(w, x)| w * x).sum::<f64>();
            let linear: Vec<f64> = linear.constants.iter().zip(&linear.weights).map(score).collect();
            let (mut values, mut present) =
                (Array2::zeros((1, N_RATINGS)), Array2::from_elem((1, N_RATINGS), false));
            for (c, x) in columns.iter().zip(&answers) {
                values[(0, *c)] = (x - m.center[*c]) / m.spread[*c];
                present[(0, *c)] = true;
            }
            let row = Observed::try_new(values, present, ndarray::Array1::ones(1)).unwrap();
            let evidence = m.ratings.mixture(&m.weights).log_densities(&row);
            let prior = Array2::from_shape_fn((1, 3), |(_, k)| m.weights[k].ln());
            let p = ClassEvidence { prior: prior.view(), evidence: evidence.view() }.at(temperature);
            let total: f64 = linear.iter().map(|s| s.exp()).sum();
            for k in 0..3 {
                prop_assert!((p[(0, k)] - linear[k].exp() / total).abs() < 1e-4, "{p} {linear:?}");
            }
        }
    }
}
