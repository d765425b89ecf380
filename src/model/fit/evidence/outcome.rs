//! Outcomes the segments were not cut on: how much of each do segments explain in people they were not learned from?

use crate::rows::{CustomerBlock, Question};
use valueseg_stats::draw::mixed_seed;
use valueseg_stats::normal_scores::NormalScores;
use valueseg_stats::observed::Observed;

/// Answers below which an outcome says nothing about segments. Our judgment: as many as a segment must rest on.
const LEAST_ANSWERS: usize = 100;

/// Observations' worth of pull of a segment's mean outcome to the mean of all, so that a handful of people predict
/// nobody.
const PULL: f64 = 5.0;

/// Outcomes of the rows of an [`super::ratings::Evidence`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcomes {
    named: Vec<HeldOutcome>,
    /// Half a row belongs to; by the row's content, so that equal rows stay together.
    odd: Vec<bool>,
}

#[derive(Clone, Debug)]
struct HeldOutcome {
    name: &'static str,
    values: Vec<Option<f64>>,
}

/// How well segments tell outcomes apart.
#[derive(Clone, Debug)]
pub(in crate::fit) struct Separation {
    /// Mean over the outcomes of the share of variance explained on the half not learned from; at most 1, below 0 where
    /// segments mislead.
    pub(in crate::fit) r2: f64,
    /// Weighted part of each row in `r2`; they sum to it.
    parts: Vec<f64>,
}

impl Separation {
    /// The same part from each of `n` people.
    #[cfg(test)]
    pub(in crate::fit) fn evenly(r2: f64, n: usize) -> Self {
        Self { r2, parts: vec![r2 / n as f64; n] }
    }

    /// `self.r2 − other.r2` and its standard error, row by row on the same people.
    pub(in crate::fit) fn lead(&self, other: &Self) -> (f64, f64) {
        let n = self.parts.len() as f64;
        let differences = || self.parts.iter().zip(&other.parts).map(|(a, b)| a - b);
        let mean = differences().sum::<f64>() / n;
        (n * mean, differences().map(|d| (d - mean).powi(2)).sum::<f64>().sqrt())
    }
}

impl Outcomes {
    /// Satisfaction, recommendation, "a good brand" and the value of orders of the people at `rows` of `block`, whose
    /// evidence is `data`; only what enough of them told and what differs between them.
    ///
    /// METHOD: values of orders as normal scores: one large account would else decide about segments.
    pub(in crate::fit) fn of(block: &CustomerBlock, rows: &[usize], data: &Observed) -> Self {
        let told = |question| rows.iter().map(|i| block.attitudes.get(*i, question).map(f64::from)).collect::<Vec<_>>();
        let value: Vec<Option<f64>> = rows.iter().map(|i| block.value_365d[*i]).collect();
        let named = [
            ("satisfaction", told(Question::Satisfaction)),
            ("recommend", told(Question::Recommend)),
            ("good_brand", told(Question::GoodBrand)),
            ("value_365d", scores(&value, data)),
        ];
        let named = named.into_iter().map(|(name, values)| HeldOutcome { name, values }).filter(HeldOutcome::is_told);
        Self { named: named.collect(), odd: (0..rows.len()).map(|row| is_odd(data, row)).collect() }
    }

    /// The outcomes of the rows `rows`.
    pub(in crate::fit) fn select(&self, rows: &[usize]) -> Self {
        let pick =
            |o: &HeldOutcome| HeldOutcome { name: o.name, values: rows.iter().map(|row| o.values[*row]).collect() };
        let odd = if self.odd.is_empty() { Vec::new() } else { rows.iter().map(|row| self.odd[*row]).collect() };
        Self { named: self.named.iter().map(pick).filter(HeldOutcome::is_told).collect(), odd }
    }

    /// Their names.
    pub(in crate::fit) fn names(&self) -> Vec<String> {
        self.named.iter().map(|o| o.name.to_owned()).collect()
    }

    /// How well `labels` (`0..k`) tell the outcomes apart, cross-fitted: the means of one half predict the other.
    /// `None` without an outcome.
    ///
    /// ```text
    /// R² = mean over outcomes of 1 − Σ w (y − ŷ_s)² / Σ w (y − ȳ)²      ŷ_s, ȳ: segment mean and mean of the other half
    /// ```
    pub(in crate::fit) fn separation(&self, labels: &[usize], k: usize, weights: &[f64]) -> Option<Separation> {
        if self.named.is_empty() {
            return None;
        }
        let mut parts = vec![0.0; labels.len()];
        for outcome in &self.named {
            // Nobody is predicted by a mean that his own outcome is in, or more segments would always tell more.
            let means = [false, true].map(|half| outcome.means(|row| self.odd[row] != half, labels, k, weights));
            let mut gains = vec![0.0; labels.len()];
            let mut total = 0.0;
            for (row, y) in outcome.values.iter().enumerate() {
                let Some(y) = y else { continue };
                let (overall, segments) = &means[usize::from(self.odd[row])];
                let base = (y - overall).powi(2);
                gains[row] = weights[row] * (base - (y - segments[labels[row]]).powi(2));
                total += weights[row] * base;
            }
            let scale = total * self.named.len() as f64;
            parts.iter_mut().zip(&gains).for_each(|(part, gain)| *part += gain / scale);
        }
        Some(Separation { r2: parts.iter().sum(), parts })
    }
}

impl HeldOutcome {
    fn is_told(&self) -> bool {
        let mut told = self.values.iter().flatten();
        let first = told.next();
        self.values.iter().flatten().count() >= LEAST_ANSWERS && told.any(|value| Some(value) != first)
    }

    /// Mean of the rows that `learn` lets through, and of each segment.
    fn means(&self, learn: impl Fn(usize) -> bool, labels: &[usize], k: usize, weights: &[f64]) -> (f64, Vec<f64>) {
        let (mut sums, mut sizes) = (vec![0.0; k], vec![0.0; k]);
        for (row, y) in self.values.iter().enumerate() {
            if let Some(y) = y.filter(|_| learn(row)) {
                sums[labels[row]] += weights[row] * y;
                sizes[labels[row]] += weights[row];
            }
        }
        // Means of small segments are pulled to the mean of all, else a segment of two would look like a discovery.
        let size: f64 = sizes.iter().sum();
        let overall = if size > 0.0 { sums.iter().sum::<f64>() / size } else { 0.0 };
        (overall, sums.iter().zip(&sizes).map(|(sum, n)| (sum + PULL * overall) / (n + PULL)).collect())
    }
}

fn scores(values: &[Option<f64>], data: &Observed) -> Vec<Option<f64>> {
    let known: Vec<usize> = (0..values.len()).filter(|i| values[*i].is_some_and(f64::is_finite)).collect();
    let raw: Vec<f64> = known.iter().filter_map(|i| values[*i]).collect();
    let weights: Vec<f64> = known.iter().map(|i| data.weights()[*i]).collect();
    let mut out = vec![None; values.len()];
    if let Some(line) = NormalScores::learn(&raw, &weights) {
        known.iter().zip(&raw).for_each(|(i, value)| out[*i] = Some(line.score(*value)));
    }
    out
}

/// Half of a row, by a hash of what it holds.
fn is_odd(data: &Observed, row: usize) -> bool {
    let cells = data.values().row(row).to_owned();
    let hash = cells
        .iter()
        .zip(data.present().row(row))
        .fold(0x0DD, |hash, (value, present)| mixed_seed(hash, if *present { value.to_bits() } else { u64::MAX }));
    hash & 1 == 1
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn outcomes(values: Vec<Option<f64>>, odd: Vec<bool>) -> Outcomes {
        Outcomes { named: vec![HeldOutcome { name: "satisfaction", values }], odd }
    }

    #[test]
    fn means_of_one_half_predict_the_other_and_a_segment_leans_on_the_mean_of_all() {
        // Half A: segment 0 says 0 and 0, segment 1 says 6 and 6; half B the same. Mean of a half 3, each segment's mean
        // pulled by 5 answers of the mean: (0 + 15)/7 and (12 + 15)/7.
        let values = vec![Some(0.0), Some(0.0), Some(6.0), Some(6.0), Some(0.0), Some(0.0), Some(6.0), Some(6.0)];
        let odd = vec![false, false, false, false, true, true, true, true];
        let labels = [0, 0, 1, 1, 0, 0, 1, 1];
        let found = outcomes(values, odd).separation(&labels, 2, &[1.0; 8]).unwrap();
        let miss: f64 = 15.0 / 7.0;
        assert!((found.r2 - (1.0 - miss * miss / 9.0)).abs() < 1e-12, "{}", found.r2);
    }

    #[test]
    fn a_row_of_weight_two_is_the_row_twice_and_who_did_not_answer_does_not_count() {
        let once =
            outcomes(vec![Some(1.0), None, Some(4.0), Some(2.0), Some(5.0)], vec![false, true, false, true, true]);
        let twice = outcomes(
            vec![Some(1.0), Some(1.0), Some(4.0), Some(2.0), Some(5.0), Some(5.0)],
            vec![false, false, false, true, true, true],
        );
        let a = once.separation(&[0, 1, 1, 0, 1], 2, &[2.0, 9.0, 1.0, 1.0, 2.0]).unwrap();
        let b = twice.separation(&[0, 0, 1, 0, 1, 1], 2, &[1.0; 6]).unwrap();
        assert!((a.r2 - b.r2).abs() < 1e-12, "{} {}", a.r2, b.r2);
    }

    #[test]
    fn the_lead_of_one_cut_over_another_comes_with_its_standard_error() {
        let own = Separation { r2: 0.4, parts: vec![0.1, 0.1, 0.1, 0.1] };
        let other = Separation { r2: 0.2, parts: vec![0.1, 0.0, 0.1, 0.0] };
        let (lead, error) = own.lead(&other);
        assert!((lead - 0.2).abs() < 1e-12);
        // Differences 0, 0.1, 0, 0.1: four squares of 0.05.
        assert!((error - 0.1).abs() < 1e-12);
    }

    #[test]
    fn equal_rows_lie_in_the_same_half_and_rows_spread_over_both() {
        let table = Observed::complete(Array2::from_shape_fn((200, 3), |(i, c)| ((i / 2) * 3 + c) as f64)).unwrap();
        let odd: Vec<bool> = (0..200).map(|row| is_odd(&table, row)).collect();
        assert!(odd.chunks(2).all(|pair| pair[0] == pair[1]));
        let share = odd.iter().filter(|o| **o).count();
        assert!((60..140).contains(&share), "{share}");
    }

    #[test]
    fn outcomes_that_too_few_told_or_that_never_differ_are_none() {
        let few = HeldOutcome { name: "x", values: (0..120).map(|i| (i < 99).then_some(f64::from(i))).collect() };
        let flat = HeldOutcome { name: "x", values: vec![Some(3.0); 200] };
        let good = HeldOutcome { name: "x", values: (0..120).map(|i| Some(f64::from(i % 2))).collect() };
        assert!(!few.is_told() && !flat.is_told() && good.is_told());
    }
}
