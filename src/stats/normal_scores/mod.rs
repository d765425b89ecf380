//! A signal of any shape on the scale of a normal variable, by stored quantile knots.
//!
//! Counts, amounts and shares have long tails and lumps of equal values; one whale must move nobody. Each value is
//! replaced by the normal quantile of its mid-rank, then moved and scaled so that the sample has mean 0 and spread 1.
//! What is stored is a monotone broken line through at most [`MAX_KNOTS`] knots.

mod tails;

use statrs::distribution::{ContinuousCDF, Normal};

use self::tails::Middle;

/// Largest number of knots of a line.
pub const MAX_KNOTS: usize = 32;

/// Number of values that [`NormalScores::score_lanes`] scores side by side.
pub const SCORE_LANES: usize = 16;

/// Furthest normal quantile a knot is set at; beyond it the line is flat, which tames outliers.
const FURTHEST: f64 = 2.8;

/// A monotone broken line from raw values to normal scores; flat outside its knots.
#[derive(Clone, Debug, PartialEq)]
pub struct NormalScores {
    knots: Vec<f64>,
    scores: Vec<f64>,
    table: Box<Table>,
}

/// The line in single precision, knots as distances from the first; only the first `pieces` entries count.
#[derive(Clone, Debug, PartialEq)]
struct Table {
    distances: [f32; MAX_KNOTS],
    scores: [f32; MAX_KNOTS],
    /// Slope to the right of each knot; 0 from the last on.
    slopes: [f32; MAX_KNOTS],
    pieces: usize,
    least: f64,
    most: f64,
}

impl NormalScores {
    /// Learns the line from finite values and their weights (> 0), in any order. `None` if fewer than two values
    /// differ: a constant says nothing.
    ///
    /// METHOD: Blom-type rank scores with ties at their mid-rank, `Φ⁻¹((below + ½·equal) / total)`; knots at quantiles
    /// that are evenly spaced on the normal scale, so tails are as finely drawn as the middle. A constant or unseen
    /// stretch is bridged linearly. Where both tails are longer than a normal variable's, far values tell little more than
    /// near ones: a straight line in the middle, flat from 1.5 spreads of it on (Huber 1964).
    ///
    /// # Examples
    /// Values 0, 0, 0, 1, 5: `norm.ppf((rankdata(v) - 0.5) / 5)` of scipy 1.17.1, less its mean, by its spread, is
    /// −0.772469 for 0, 0.646509 for 1 and 1.670898 for 5.
    ///
    /// ```
    /// use valueseg_stats::normal_scores::NormalScores;
    ///
    /// let line = NormalScores::learn(&[0.0, 0.0, 5.0, 0.0, 1.0], &[1.0; 5]).unwrap();
    /// assert_eq!(line.knots(), [0.0, 1.0, 5.0]);
    /// let wanted = [-0.772_469, 0.646_509, 1.670_898];
    /// assert!(line.scores().iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 1e-5));
    /// ```
    #[must_use]
    pub fn learn(values: &[f64], weights: &[f64]) -> Option<Self> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        // Distinct values with the weight of each.
        let mut distinct: Vec<(f64, f64)> = Vec::new();
        for at in order {
            // -0.0 and 0.0 are one value.
            let value = values[at] + 0.0;
            match distinct.last_mut() {
                Some(last) if last.0 == value => last.1 += weights[at],
                _ => distinct.push((value, weights[at])),
            }
        }
        if distinct.len() < 2 {
            return None;
        }
        let total: f64 = distinct.iter().map(|d| d.1).sum();
        let normal = Normal::standard();
        let mut below = 0.0;
        let ranked: Vec<(f64, f64, f64)> = distinct
            .iter()
            .map(|(value, weight)| {
                let rank = (below + 0.5 * weight) / total;
                below += weight;
                (*value, *weight, normal.inverse_cdf(rank).clamp(-FURTHEST, FURTHEST))
            })
            .collect();
        let (knots, raw): (Vec<f64>, Vec<f64>) = match Middle::of_long_tails(&ranked, values_of(weights)) {
            Some(middle) => middle.line(),
            None => thinned(&ranked).into_iter().unzip(),
        };
        // Mean and spread are those of the scores that the line gives, not of the ranks: the line is what will be used.
        let line = Self::from_knots(knots.clone(), raw.clone())?;
        let told: Vec<f64> = ranked.iter().map(|(v, _, _)| *v).collect();
        let told = line.score_all(&told);
        let mean = ranked.iter().zip(&told).map(|(r, s)| r.1 * s).sum::<f64>() / total;
        let variance = ranked.iter().zip(&told).map(|(r, s)| r.1 * (s - mean).powi(2)).sum::<f64>() / total;
        let good = variance.is_finite() && variance > 0.0;
        if !good {
            return None;
        }
        Self::from_knots(knots, raw.iter().map(|s| (s - mean) / variance.sqrt()).collect())
    }

    /// A line through stored knots; `None` unless both are finite, ascending (knots strictly), equally many, and
    /// two to [`MAX_KNOTS`].
    ///
    /// # Examples
    /// `interp(3, [0, 2, 10], [-1, 0, 2])` of numpy 2.4.6: 0.25.
    ///
    /// ```
    /// use valueseg_stats::normal_scores::NormalScores;
    ///
    /// let line = NormalScores::from_knots(vec![0.0, 2.0, 10.0], vec![-1.0, 0.0, 2.0]).unwrap();
    /// assert_eq!(line.score(3.0), 0.25);
    /// assert!(NormalScores::from_knots(vec![2.0, 2.0], vec![-1.0, 1.0]).is_none());
    /// ```
    #[must_use]
    pub fn from_knots(knots: Vec<f64>, scores: Vec<f64>) -> Option<Self> {
        let n = knots.len();
        let good = (2..=MAX_KNOTS).contains(&n)
            && scores.len() == n
            && knots.windows(2).all(|w| w[0] < w[1])
            && scores.windows(2).all(|w| w[0] <= w[1])
            && [knots[0], knots[n - 1], scores[0], scores[n - 1]].iter().all(|x| x.is_finite());
        if !good {
            return None;
        }
        let mut table = Table {
            distances: [f32::INFINITY; MAX_KNOTS],
            scores: [0.0; MAX_KNOTS],
            slopes: [0.0; MAX_KNOTS],
            pieces: n,
            least: knots[0],
            most: knots[n - 1],
        };
        for i in 0..n {
            table.distances[i] = (knots[i] - knots[0]) as f32;
            table.scores[i] = scores[i] as f32;
            if i + 1 < n {
                table.slopes[i] = ((scores[i + 1] - scores[i]) / (knots[i + 1] - knots[i])) as f32;
            }
            // A distance or slope beyond single precision would turn scores into NaN.
            if !(table.distances[i].is_finite() && table.slopes[i].is_finite()) {
                return None;
            }
        }
        Some(Self { knots, scores, table: Box::new(table) })
    }

    /// Raw values of the knots, ascending.
    #[must_use]
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// Score at each knot, ascending, in spreads of the sample learned from.
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// Score of a finite value; that of the nearest end beyond the knots.
    ///
    /// # Examples
    /// By hand: half way from 0 (score −1) to 2 (score 0) is −0.5; below the first knot the line is flat.
    ///
    /// ```
    /// use valueseg_stats::normal_scores::NormalScores;
    ///
    /// let line = NormalScores::from_knots(vec![0.0, 2.0, 10.0], vec![-1.0, 0.0, 2.0]).unwrap();
    /// assert_eq!(line.score(1.0), -0.5);
    /// assert_eq!(line.score(-100.0), -1.0);
    /// ```
    #[must_use]
    pub fn score(&self, value: f64) -> f64 {
        f64::from(self.score_lanes(&[value; SCORE_LANES])[0])
    }

    /// Scores of finite values, in order.
    ///
    /// # Examples
    /// `interp([-1, 1, 3, 9], [0, 2, 10], [-1, 0, 2])` of numpy 2.4.6: −1, −0.5, 0.25 and 1.75.
    ///
    /// ```
    /// use valueseg_stats::normal_scores::NormalScores;
    ///
    /// let line = NormalScores::from_knots(vec![0.0, 2.0, 10.0], vec![-1.0, 0.0, 2.0]).unwrap();
    /// assert_eq!(line.score_all(&[-1.0, 1.0, 3.0, 9.0]), [-1.0, -0.5, 0.25, 1.75]);
    /// ```
    #[must_use]
    pub fn score_all(&self, values: &[f64]) -> Vec<f64> {
        let mut out = Vec::with_capacity(values.len());
        for part in values.chunks(SCORE_LANES) {
            let mut lanes = [0.0; SCORE_LANES];
            lanes[..part.len()].copy_from_slice(part);
            out.extend(self.score_lanes(&lanes)[..part.len()].iter().map(|s| f64::from(*s)));
        }
        out
    }

    /// Scores of several finite values; what is not finite gives some score or other.
    ///
    /// # Examples
    /// `interp(9, [0, 2, 10], [-1, 0, 2])` of numpy 2.4.6: 1.75.
    ///
    /// ```
    /// use valueseg_stats::normal_scores::{NormalScores, SCORE_LANES};
    ///
    /// let line = NormalScores::from_knots(vec![0.0, 2.0, 10.0], vec![-1.0, 0.0, 2.0]).unwrap();
    /// assert_eq!(line.score_lanes(&[9.0; SCORE_LANES]), [1.75; SCORE_LANES]);
    /// ```
    #[must_use]
    #[inline]
    pub fn score_lanes(&self, values: &[f64; SCORE_LANES]) -> [f32; SCORE_LANES] {
        let Table { distances, scores, slopes, pieces, least, most } = &*self.table;
        let mut x = [0.0f32; SCORE_LANES];
        for (x, value) in x.iter_mut().zip(values) {
            *x = (value.max(*least).min(*most) - least) as f32;
        }
        // Counting the knots not above x compares all lanes with one knot at a time, which is vector code; a search
        // would be a chain of loads for each. Numbers that are not negative compare like their bits.
        let bits = x.map(|x| x.to_bits() as i32);
        let mut at = [0i32; SCORE_LANES];
        for knot in &distances[1..*pieces] {
            let knot = knot.to_bits() as i32;
            for (at, bits) in at.iter_mut().zip(&bits) {
                *at += i32::from(*bits >= knot);
            }
        }
        let mut out = [0.0f32; SCORE_LANES];
        for ((out, x), at) in out.iter_mut().zip(&x).zip(at) {
            let at = at as usize % MAX_KNOTS;
            *out = scores[at] + slopes[at] * (x - distances[at]);
        }
        out
    }
}

/// Kish's effective number of values: `(Σw)² / Σw²`.
fn values_of(weights: &[f64]) -> f64 {
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    weights.iter().sum::<f64>().powi(2) / squares.max(f64::MIN_POSITIVE)
}

/// At most [`MAX_KNOTS`] of the distinct values: all of them if they fit, else those at evenly spaced normal scores.
fn thinned(ranked: &[(f64, f64, f64)]) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::new();
    let mut push = |value: f64, score: f64| {
        // Values so near each other that the slope between them overflows make one knot.
        let new = out.last().is_none_or(|last| value > last.0 && ((score - last.1) / (value - last.0)).is_finite());
        if new {
            out.push((value, score));
        }
    };
    if ranked.len() <= MAX_KNOTS {
        ranked.iter().for_each(|(v, _, s)| push(*v, *s));
        return out;
    }
    let mut at = 0;
    for step in 0..MAX_KNOTS {
        let target = -FURTHEST + 2.0 * FURTHEST * step as f64 / (MAX_KNOTS - 1) as f64;
        while at + 1 < ranked.len() && ranked[at].2 < target {
            at += 1;
        }
        push(ranked[at].0, ranked[at].2);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ties_share_their_mid_rank() {
        // Values 0, 0, 1, 1 with weight 1: mid-ranks 1/4 and 3/4, normal scores ∓0.674, spread 0.674: scores ∓1.
        let line = NormalScores::learn(&[0.0, 1.0, 0.0, 1.0], &[1.0; 4]).unwrap();
        assert!((line.score(0.0) + 1.0).abs() < 1e-6);
        assert!((line.score(1.0) - 1.0).abs() < 1e-6);
        assert!(line.score(0.5).abs() < 1e-6);
    }

    #[test]
    fn one_whale_moves_nobody() {
        let mut values: Vec<f64> = (0..1000).map(f64::from).collect();
        let before = NormalScores::learn(&values, &[1.0; 1000]).unwrap();
        values[999] = 1e12;
        let after = NormalScores::learn(&values, &[1.0; 1000]).unwrap();
        for x in [0.0, 17.5, 500.0, 990.0] {
            assert!((before.score(x) - after.score(x)).abs() < 0.02, "{x}");
        }
        assert!(after.score(1e15) < 3.2);
    }

    #[test]
    fn a_constant_has_no_scores() {
        assert!(NormalScores::learn(&[2.0; 10], &[1.0; 10]).is_none());
        assert!(NormalScores::learn(&[0.0, -0.0], &[1.0; 2]).is_none());
        assert!(NormalScores::learn(&[], &[]).is_none());
    }

    #[test]
    fn stored_knots_that_make_no_line_are_refused() {
        assert!(NormalScores::from_knots(vec![1.0, 1.0], vec![0.0, 1.0]).is_none());
        assert!(NormalScores::from_knots(vec![1.0, 2.0], vec![0.0, f64::NAN]).is_none());
        assert!(NormalScores::from_knots(vec![1.0], vec![0.0]).is_none());
        assert!(NormalScores::from_knots(vec![-1e308, 1e308], vec![-1.0, 1.0]).is_none(), "too far apart");
    }

    proptest! {
        #[test]
        fn scores_have_mean_zero_spread_one_and_never_fall(
            values in prop::collection::vec(prop_oneof![Just(0.0), -1e6..1e6f64, -1.0..1.0f64], 3..300)
        ) {
            let weights = vec![1.0; values.len()];
            if let Some(line) = NormalScores::learn(&values, &weights) {
                let scores: Vec<f64> = values.iter().map(|v| line.score(*v)).collect();
                let n = scores.len() as f64;
                let mean = scores.iter().sum::<f64>() / n;
                let spread = scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n;
                prop_assert!(mean.abs() < 1e-5 && (spread - 1.0).abs() < 1e-5);
                let mut sorted = values;
                sorted.sort_by(f64::total_cmp);
                prop_assert!(sorted.windows(2).all(|w| line.score(w[0]) <= line.score(w[1]) + 1e-6));
            }
        }
    }
}
