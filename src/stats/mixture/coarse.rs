//! Items of few steps, read as coarse readings of a normal variable.
//!
//! A person who may only say yes or no, or 1 to 5, says in which part of the line their answer lies, not where in it:
//!
//! ```text
//! x = s  where  τ_{s−1} < y < τ_s,  y ~ N(0, 1) over all people,  τ_s = Φ⁻¹(share of answers up to s)
//! m_s = E[y | s] = (φ(τ_{s−1}) − φ(τ_s)) / p_s           what stands in the table, up to the units of the column
//! b   = 1 − Σ p_s m_s²                                   what the answer leaves open: the blur
//! ```
//!
//! With the answer's own part of the line held as the distribution of y, the mixture of y has the lower bound
//!
//! ```text
//! log P(x) >= log p(m; μ, ΛΛᵀ + Ψ) − ½ Σ_j b_j/ψ_j + Σ_j (½ log 2πe(v_j + b_j) − H_j)     v_j variance, H_j entropy of the answers
//! ```
//!
//! which EM raises by adding `b_j` to each own variance. One group without factors reaches the probability of the answers
//! itself, `−H_j` a person.
//!
//! METHOD: a class made of one item's answers never pays. It gains at most `½ log 1/b_j` a person and costs the entropy of
//! the classes, and `½ log 1/b_j <= H_j` for any steps: no code of a normal variable with distortion b has less entropy (rate
//! and distortion, Shannon 1959; Cover and Thomas, Elements of Information Theory, chapter 10). A normal density on the
//! steps themselves gains without end as its variance shrinks onto a step. The bound with its fixed part is that of
//! dequantization (Theis, van den Oord and Bethge 2016); normal scores of categories are those of Pearson (1913).

use ndarray::Array2;
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use crate::observed::Observed;

/// Most different values of an item of few steps. METHOD: seven-point scales are the last whose steps people tell apart
/// one by one (Miller 1956); with more the blur is a few hundredths of the variance.
pub const FEW_STEPS: usize = 7;

/// Rows for each value below which a column only looks as if it had few steps. Our judgment: a dozen.
const ROWS_PER_STEP: usize = 12;

/// What the answers of a column leave open.
#[derive(Clone, Debug)]
struct CoarseItem {
    /// The values that were given, ascending.
    values: Vec<f64>,
    /// `m_s` of each.
    scores: Vec<f64>,
    /// `Σ p_s m_s²`, above 0 and below 1.
    known: f64,
    /// Entropy of the answers, in nats.
    entropy: f64,
}

impl CoarseItem {
    /// Of column `c`; `None` where it has more steps, one step, or too few rows for each.
    fn of(data: &Observed, c: usize) -> Option<Self> {
        let (values, present) = (data.values(), data.present());
        let mut found: Vec<(f64, f64)> = Vec::new();
        let mut rows = 0;
        for ((value, is), weight) in values.column(c).iter().zip(present.column(c)).zip(data.weights()) {
            if !is {
                continue;
            }
            rows += 1;
            match found.binary_search_by(|(known, _)| known.total_cmp(value)) {
                Ok(at) => found[at].1 += weight,
                Err(_) if found.len() == FEW_STEPS => return None,
                Err(at) => found.insert(at, (*value, *weight)),
            }
        }
        if found.len() < 2 || rows < ROWS_PER_STEP * found.len() {
            return None;
        }
        let total: f64 = found.iter().map(|(_, weight)| weight).sum();
        let line = Normal::standard();
        let (mut below, mut density) = (0.0, 0.0);
        let (mut scores, mut known, mut entropy) = (Vec::new(), 0.0, 0.0);
        for (at, (_, weight)) in found.iter().enumerate() {
            let share = weight / total;
            below += share;
            let next = if at + 1 == found.len() { 0.0 } else { line.pdf(line.inverse_cdf(below.min(1.0))) };
            let score = (density - next) / share;
            known += share * score * score;
            entropy -= share * share.ln();
            scores.push(score);
            density = next;
        }
        let values = found.into_iter().map(|(value, _)| value).collect();
        Some(Self { values, scores, known, entropy })
    }
}

/// The table with the answers of each column of few steps replaced by their normal scores, brought to variance 1; all
/// other columns stay.
///
/// # Examples
/// By hand: half of the people on either side of 0 have the scores ∓φ(0)/½ = ∓0.798, which are ∓1 at variance 1.
///
/// ```
/// use ndarray::Array2;
/// use valueseg_stats::mixture::category_scores;
/// use valueseg_stats::observed::Observed;
///
/// let answers = Observed::complete(Array2::from_shape_fn((40, 1), |(i, _)| (i % 2) as f64))?;
/// let scored = category_scores(&answers);
/// assert!((scored.values()[(0, 0)] + 1.0).abs() < 1e-9 && (scored.values()[(1, 0)] - 1.0).abs() < 1e-9);
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn category_scores(data: &Observed) -> Observed {
    let mut values: Array2<f64> = data.values().to_owned();
    for c in 0..data.n_columns() {
        let Some(item) = CoarseItem::of(data, c) else { continue };
        let spread = item.known.sqrt();
        for value in values.column_mut(c) {
            if let Ok(at) = item.values.binary_search_by(|known| known.total_cmp(value)) {
                *value = item.scores[at] / spread;
            }
        }
    }
    let (present, weights) = (data.present().to_owned(), data.weights().clone());
    Observed::try_new(values, present, weights).expect("scores of a checked table are finite")
}

/// Which columns have few steps: two to seven different values, at least a dozen rows for each.
///
/// # Examples
/// By hand: 0 and 1, and 40 different numbers.
///
/// ```
/// use ndarray::Array2;
/// use valueseg_stats::mixture::few_steps;
/// use valueseg_stats::observed::Observed;
///
/// let answers = Observed::complete(Array2::from_shape_fn((40, 2), |(i, c)| if c == 0 { (i % 2) as f64 } else { i as f64 }))?;
/// assert_eq!(few_steps(&answers), [true, false]);
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn few_steps(data: &Observed) -> Vec<bool> {
    (0..data.n_columns()).map(|c| CoarseItem::of(data, c).is_some()).collect()
}

/// What the steps of each column leave open, in the column's units.
#[derive(Clone, Debug)]
pub(super) struct Blur {
    /// `b_j`, 0 for a column of many steps.
    pub(super) variance: Vec<f64>,
    /// `½ log 2πe(v_j + b_j) − H_j`, 0 for a column of many steps.
    constant: Vec<f64>,
}

impl Blur {
    pub(super) fn of(data: &Observed) -> Self {
        let spreads = data.column_moments().spread;
        let of = |c: usize| {
            let Some(item) = CoarseItem::of(data, c) else { return (0.0, 0.0) };
            let whole = spreads[c] * spreads[c] / item.known;
            let half = 0.5 * (std::f64::consts::TAU * std::f64::consts::E * whole).ln();
            (whole * (1.0 - item.known).max(0.0), half - item.entropy)
        };
        let (variance, constant) = (0..data.n_columns()).map(of).unzip();
        Self { variance, constant }
    }

    /// None in any of `j` columns.
    pub(super) fn none(j: usize) -> Self {
        Self { variance: vec![0.0; j], constant: vec![0.0; j] }
    }

    /// What an answer to column `c` adds to the log likelihood under the own variance `psi`.
    pub(super) fn of_answer(&self, c: usize, psi: f64) -> f64 {
        self.constant[c] - 0.5 * self.variance[c] / psi
    }
}

#[cfg(test)]
mod tests {
    use linfa::DatasetBase;
    use linfa::traits::Fit;
    use ndarray::Array1;

    use super::super::FactorMixtureParams;
    use super::*;

    /// Answers to one item, so many of each.
    fn answers(counts: &[usize]) -> Observed {
        let values: Vec<f64> = counts.iter().enumerate().flat_map(|(s, n)| vec![s as f64; *n]).collect();
        Observed::complete(Array2::from_shape_vec((values.len(), 1), values).unwrap()).unwrap()
    }

    #[test]
    fn one_group_has_the_probability_of_the_answers_themselves() {
        // Σ n ln(n/N) for 20, 30 and 50 of 100.
        let expected = 20.0 * 0.2f64.ln() + 30.0 * 0.3f64.ln() + 50.0 * 0.5f64.ln();
        let scored = category_scores(&answers(&[20, 30, 50]));
        let fit = |data| FactorMixtureParams::new(1, 0).fit(&DatasetBase::new(data, ())).unwrap();
        assert!((fit(scored).log_likelihood - expected).abs() < 1e-3);
        // In whatever units the answers come.
        assert!((fit(answers(&[20, 30, 50])).log_likelihood - expected).abs() < 1e-3);
    }

    #[test]
    fn classes_made_of_one_items_answers_never_pay_whatever_its_steps() {
        for counts in [vec![50, 50], vec![90, 10], vec![99, 1], vec![5, 10, 85], vec![1, 2, 3, 14, 80], vec![15; 7]] {
            let item = CoarseItem::of(&answers(&counts), 0).unwrap();
            let gain = -0.5 * (1.0 - item.known).ln();
            assert!(gain < item.entropy, "{counts:?}: {gain} against {}", item.entropy);
        }
    }

    #[test]
    fn columns_of_many_values_or_few_rows_are_left_as_they_are() {
        let many = Observed::complete(Array2::from_shape_fn((200, 1), |(i, _)| (i % 8) as f64)).unwrap();
        assert_eq!((category_scores(&many), few_steps(&many)), (many.clone(), vec![false]));
        assert_eq!(few_steps(&answers(&[6, 6, 6])), [false]);
        assert_eq!(few_steps(&answers(&[12, 12, 12])), [true]);
    }

    #[test]
    fn scores_rise_with_the_answers_and_have_mean_0_and_variance_1() {
        let scored = category_scores(&answers(&[20, 30, 50]));
        let moments = scored.column_moments();
        assert!(moments.mean[0].abs() < 1e-9 && (moments.spread[0] - 1.0).abs() < 1e-9);
        assert!(
            scored.values()[(0, 0)] < scored.values()[(20, 0)] && scored.values()[(20, 0)] < scored.values()[(50, 0)]
        );
        assert_eq!(scored.weights(), &Array1::<f64>::ones(100));
    }
}
