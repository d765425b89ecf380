//! Who answered with care: a class of its own for answers that have nothing to do with the questions.
//!
//! ```text
//! attentive   v ~ N(μ, ΛΛᵀ + Ψ)                    one group with common factors: how everybody's answers hang together
//! careless    each answer anywhere on the scale      1/width of the item's scale, item by item
//! p(attentive | v) = (1 − ε) N(v) / ((1 − ε) N(v) + ε Π 1/width)
//! ```
//!
//! EM learns the factors from everybody by their probability of being attentive, and ε, the share of the careless. Groups of
//! people are told by the factors here, so their number need not be known.
//!
//! Sources: a uniform component for what belongs to no cluster, Banfield and Raftery (1993), Biometrics 49; carelessness as
//! a class of its own, Meade and Craig (2012), Psychological Methods 17; Ulitzsch and others (2022), British Journal of
//! Mathematical and Statistical Psychology 75.

use ndarray::{Array1, Array2};

use super::em::{EmLimits, run, tiles_of};
use super::fit::free_rule;
use super::fitted::FactorMixture;
use super::init::model_from;
use super::likelihood::row_log_likelihoods;
use crate::observed::Observed;

/// Different answers below which a column tells nobody apart. METHOD (our judgment): a coin thrown for yes and no looks
/// like an opinion.
const LEAST_STEPS: usize = 4;

/// Answers of a row below which it is not judged. Our judgment.
pub const LEAST_ANSWERS: usize = 6;

/// Rows below which nobody is judged. Our judgment: there is no telling how answers hang together.
const LEAST_ROWS: usize = 100;

/// Most rows that the factors are learned from.
const LEARNED_ROWS: usize = 3_000;

/// Most common factors.
const FACTORS: usize = 6;

/// Rounds, and iterations of the factors in each.
const ROUNDS: usize = 10;
/// See [`ROUNDS`].
const ITERATIONS: usize = 8;

/// What is known of ε beforehand: the worth of so many rows of which this share is careless. METHOD (our judgment): surveys
/// usually have 5 to 15 % (Ward and Meade 2023, Annual Review of Psychology 74).
const PRIOR_ROWS: f64 = 40.0;
/// See [`PRIOR_ROWS`].
const PRIOR_SHARE: f64 = 0.05;

/// Share of careless rows from which the model is doubted instead of the people. Our judgment.
const MOST_CARELESS: f64 = 0.40;

/// Share of the rows that would be judged wrongly by their own probabilities from which nobody is judged. Our judgment: where
/// wants are nearly as spread as chance, the two cannot be told apart.
const MOST_UNCLEAR: f64 = 0.05;

/// Rows by their care.
#[derive(Clone, Debug, PartialEq)]
pub struct Attention {
    /// Probability that each row answered with care, 0 to 1; 1 for a row that is not judged.
    pub attentive: Vec<f64>,
    /// Share of the judged rows' weight that did not, 0 to 1.
    pub careless: f64,
    /// Width of each column's scale as it was used, half a step beyond both ends; `None` for a column of one answer or
    /// none.
    pub widths: Vec<Option<f64>>,
    /// Columns of four different answers or more, by which rows are judged; none where nobody is.
    pub judged: Vec<usize>,
}

impl Attention {
    /// Everybody's answers at their word.
    fn given(data: &Observed) -> Self {
        Self {
            attentive: vec![1.0; data.n_rows()],
            careless: 0.0,
            widths: vec![None; data.n_columns()],
            judged: Vec::new(),
        }
    }

    /// Judges the rows of a standardized table, a column for each question.
    ///
    /// Everybody is taken at their word where there are fewer than 100 rows that gave at least six answers to questions of
    /// four steps or more, where more than 40 % would be careless, and where one in twenty would be judged wrongly.
    ///
    /// # Examples
    /// People who answer eight questions alike but for a hair, and one in ten who answers anything.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use valueseg_stats::mixture::Attention;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let answers = Array2::from_shape_fn((400, 8), |(i, j)| match i % 10 {
    ///     0 => ((i * 7 + j * j * 31 + i / 10 * j * 13) % 11) as f64 - 5.0,
    ///     _ => ((i % 7) as f64 - 3.0) + ((i * 3 + j * 5) % 3) as f64 - 1.0,
    /// });
    /// let found = Attention::of(&Observed::complete(answers)?);
    /// let careless = |i: &usize| found.attentive[*i] < 0.5;
    /// assert!((0..400).filter(careless).all(|i| i % 10 == 0));
    /// assert!((0..400).filter(careless).count() > 30);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn of(data: &Observed) -> Self {
        let n = data.n_rows();
        let scales: Vec<(usize, Option<f64>)> = (0..data.n_columns()).map(|c| scale(data, c)).collect();
        let all: Vec<Option<f64>> = scales.iter().map(|(_, width)| *width).collect();
        let columns: Vec<usize> = (0..all.len()).filter(|c| scales[*c].0 >= LEAST_STEPS).collect();
        let answers = |row: usize| columns.iter().filter(|c| data.present()[(row, **c)]).count();
        let judged: Vec<usize> = (0..n).filter(|row| answers(*row) >= LEAST_ANSWERS).collect();
        if judged.len() < LEAST_ROWS {
            return Self::given(data);
        }
        let widths: Vec<f64> = columns.iter().filter_map(|c| all[*c]).collect();
        let part = picked(data, &judged, &columns);
        let uniform: Vec<f64> = part
            .present()
            .rows()
            .into_iter()
            .map(|row| -row.iter().zip(&widths).filter(|(is, _)| **is).map(|(_, width)| width.ln()).sum::<f64>())
            .collect();
        let (probabilities, careless) = judge(&part, &uniform);
        let weight = |at: usize| data.weights()[judged[at]];
        let total: f64 = (0..judged.len()).map(weight).sum();
        let unclear = probabilities.iter().enumerate().map(|(at, p)| weight(at) * p.min(1.0 - p)).sum::<f64>() / total;
        if careless > MOST_CARELESS || unclear > MOST_UNCLEAR {
            return Self::given(data);
        }
        let mut attentive = vec![1.0; n];
        judged.iter().zip(probabilities).for_each(|(row, p)| attentive[*row] = p);
        Self { attentive, careless, widths: all, judged: columns }
    }
}

/// Probabilities of the rows, and the share of the careless.
fn judge(data: &Observed, uniform: &[f64]) -> (Vec<f64>, f64) {
    let n = data.n_rows();
    let learned: Vec<usize> =
        if n <= LEARNED_ROWS { (0..n).collect() } else { (0..LEARNED_ROWS).map(|i| i * n / LEARNED_ROWS).collect() };
    let part = data.select(&learned);
    let q = FACTORS.min(data.n_columns() / 3);
    let mut model: FactorMixture = model_from(&part, Array2::ones((learned.len(), 1)).view(), q, 1.0);
    let mut share = PRIOR_SHARE;
    let mut attentive: Vec<f64> = vec![1.0; n];
    let (weights, total) = (data.weights(), data.total_weight());
    for _ in 0..ROUNDS {
        let care: Array1<f64> = learned.iter().map(|row| weights[*row] * attentive[*row].max(1e-6)).collect();
        let weighted = Observed::try_new(part.values().to_owned(), part.present().to_owned(), care);
        let weighted = weighted.expect("rows of a checked table with weights above 0");
        let limits = EmLimits { iterations: ITERATIONS, tolerance: 1e-5 };
        model = run(&tiles_of(&weighted), None, model, &free_rule(&weighted, q), limits).model;
        let odds = (share / (1.0 - share)).ln();
        for ((p, own), other) in attentive.iter_mut().zip(row_log_likelihoods(data, &model)).zip(uniform) {
            *p = 1.0 / (1.0 + (odds + other - own).min(500.0).exp());
        }
        let careless: f64 = attentive.iter().zip(weights).map(|(p, w)| w * (1.0 - p)).sum();
        share = (careless + PRIOR_ROWS * PRIOR_SHARE) / (total + PRIOR_ROWS);
    }
    (attentive, share)
}

/// Different answers of column `c`, and the width of its scale as it was used, half a step beyond both ends; `None` with fewer
/// than two.
fn scale(data: &Observed, c: usize) -> (usize, Option<f64>) {
    let mut values: Vec<f64> =
        data.values().column(c).iter().zip(data.present().column(c)).filter(|(_, is)| **is).map(|(v, _)| *v).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    if values.len() < 2 {
        return (values.len(), None);
    }
    let mut gaps: Vec<f64> = values.windows(2).map(|w| w[1] - w[0]).collect();
    gaps.sort_by(f64::total_cmp);
    (values.len(), Some(values[values.len() - 1] - values[0] + gaps[gaps.len() / 2]))
}

fn picked(data: &Observed, rows: &[usize], columns: &[usize]) -> Observed {
    let part = data.select(rows);
    let axis = ndarray::Axis(1);
    let (values, present) = (part.values().select(axis, columns), part.present().select(axis, columns));
    Observed::try_new(values, present, part.weights().clone()).expect("part of a checked table")
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;
    use crate::draw::normal;

    /// Five groups with wants of their own, a use of the scale, whole answers 0 to 10, a third of them absent; the first
    /// `careless` in a hundred answer anything.
    fn people(n: usize, careless: usize, seed: u64) -> Observed {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let centers = Array2::from_shape_fn((5, 20), |_| 5.5 + 1.6 * normal(&mut rng));
        let mut values = Array2::zeros((n, 20));
        let present = Array2::from_shape_fn((n, 20), |_| rng.gen_range(0..3) > 0);
        for i in 0..n {
            let level = 0.9 * normal(&mut rng);
            for c in 0..20 {
                let answer: f64 = centers[(i % 5, c)] + level + 1.3 * normal(&mut rng);
                values[(i, c)] =
                    if i % 100 < careless { f64::from(rng.gen_range(0..11)) } else { answer.round().clamp(0.0, 10.0) };
            }
        }
        let data = Observed::try_new(values, present, Array1::ones(n)).unwrap();
        data.standardized(&data.column_moments())
    }

    #[test]
    fn people_who_answer_anything_are_told_from_those_who_do_not() {
        for (careless, seed) in [(10, 1), (20, 2)] {
            let found = Attention::of(&people(800, careless, seed));
            let share = careless as f64 / 100.0;
            assert!((found.careless - share).abs() < 0.03, "{} for {share}", found.careless);
            let wrong = (0..800).filter(|i| (found.attentive[*i] < 0.5) != (i % 100 < careless)).count();
            assert!(wrong < 25, "{wrong} of 800");
        }
    }

    #[test]
    fn where_everybody_takes_care_hardly_anybody_is_suspected() {
        let found = Attention::of(&people(800, 0, 3));
        let suspected = found.attentive.iter().filter(|p| **p < 0.5).count();
        assert!(suspected < 16, "{suspected} of 800");
    }

    #[test]
    fn where_wants_are_as_spread_as_chance_nobody_is_suspected() {
        // Two groups of clear wants, each answer up to two steps off, five steps.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(6);
        let near = Array2::from_shape_fn((600, 8), |(i, c)| {
            let wanted = if (i % 10 != 0) == (c < 2) { 4 } else { 2 };
            f64::from((wanted + rng.gen_range(-1..=2)).clamp(1, 5))
        });
        let near = Observed::complete(near).unwrap();
        let near = near.standardized(&near.column_moments());
        assert_eq!(Attention::of(&near), Attention::given(&near));
    }

    #[test]
    fn yes_and_no_few_answers_and_few_people_are_taken_at_their_word() {
        let coin = Observed::complete(Array2::from_shape_fn((300, 12), |(i, c)| ((i * 7 + c * c) % 2) as f64)).unwrap();
        assert_eq!(Attention::of(&coin), Attention::given(&coin));
        let few = people(90, 20, 4);
        assert_eq!(Attention::of(&few), Attention::given(&few));
    }

    #[test]
    fn a_weight_that_is_the_same_for_all_changes_nobodys_probability_by_much() {
        let data = people(400, 10, 5);
        let heavy = Observed::try_new(data.values().to_owned(), data.present().to_owned(), Array1::from_elem(400, 2.0));
        let (one, two) = (Attention::of(&data), Attention::of(&heavy.unwrap()));
        let furthest = one.attentive.iter().zip(&two.attentive).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(furthest < 0.2, "{furthest}");
    }
}
