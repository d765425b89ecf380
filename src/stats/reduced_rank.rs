//! Which few combinations of signals predict the answers: reduced-rank ridge regression.
//!
//! METHOD: behavior may help to find segments only as far as it predicts what people answered. Letting all signals in
//! finds heavy and light buyers; letting none in gives away what they know
//! (`docs/method.md#trap-5-letting-behavior-shape-the-segments`, measured). Source of the estimator: Izenman (1975), J.
//! Multivariate Analysis 5; the ridge and the rank are chosen by cross-validation.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};

use super::dense::{ridge_solve, symmetric_eigen};
use super::observed::Observed;

/// Most directions that are kept.
pub const MAX_RANK: usize = 8;

/// Share of the answers' variance that signals must predict, cross-validated, before any direction is let in. Our
/// judgment: below it a gain cannot be told from the luck of choosing the best of several ranks and ridges.
const LEAST_GAIN: f64 = 0.01;

/// Folds of the cross-validation.
const FOLDS: usize = 5;

/// Ridges tried, in units of the signals' mean variance.
const RIDGES: [f64; 5] = [0.03, 0.1, 0.3, 1.0, 3.0];

/// Directions in signal space that predict the answers, strongest first.
#[derive(Clone, Debug, PartialEq)]
pub struct ReducedRank {
    /// `(p, r)`: a score is a signal vector times a column; scores have mean square 1 over the rows learned from.
    pub directions: Array2<f64>,
    /// `(j, r)`: what a step of 1 on each direction adds to each answer; `directions · loadingsᵀ` are the coefficients of
    /// rank r.
    pub loadings: Array2<f64>,
    /// `(p, j)`: ridge coefficients of each answer on the signals, before rank reduction.
    pub coefficients: Array2<f64>,
    /// Share of the answers' variance predicted on rows left out, at the chosen ridge and rank; 0 when no rank helps.
    pub predicted_share: f64,
}

impl ReducedRank {
    /// Regresses each column of `answers` on `signals`.
    ///
    /// `signals` is `(n, p)`, complete and with mean 0 (absent cells set to 0); `answers` `(n, j)` with holes and mean
    /// 0. Rows of weight w count w times. Rank 0 is a legal result: then nothing predicts.
    ///
    /// # Examples
    /// By hand: one signal of −1 and 1 and the answer 2x. Ridge 0.03 shrinks the coefficient to 2/1.03, and rows left
    /// out keep 1 − (1 − 1/1.03)² = 0.999152 of their variance. The signal has mean square 1 already: its direction is
    /// 1.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::reduced_rank::ReducedRank;
    ///
    /// let signals = Array2::from_shape_fn((20, 1), |(i, _)| if i % 2 == 0 { -1.0 } else { 1.0 });
    /// let found = ReducedRank::learn(signals.view(), &Observed::complete(&signals * 2.0)?);
    /// assert!((found.coefficients[(0, 0)] - 2.0 / 1.03).abs() < 1e-12);
    /// assert!((found.predicted_share - 0.999_152).abs() < 1e-6);
    /// assert!((found.directions[(0, 0)] - 1.0).abs() < 1e-12);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn learn(signals: ArrayView2<'_, f64>, answers: &Observed) -> Self {
        Self::learn_above(signals, answers, LEAST_GAIN)
    }

    /// The same where a rank must predict more than `least_gain` (0–1) of the answers' variance on rows left out.
    ///
    /// # Examples
    /// By hand, as for [`ReducedRank::learn`]: a step on the only direction adds 2/1.03 to the answer, and no rank predicts
    /// more than all of its variance.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::reduced_rank::ReducedRank;
    ///
    /// let signals = Array2::from_shape_fn((20, 1), |(i, _)| if i % 2 == 0 { -1.0 } else { 1.0 });
    /// let answers = Observed::complete(&signals * 2.0)?;
    /// let found = ReducedRank::learn_above(signals.view(), &answers, 0.5);
    /// assert!((found.loadings[(0, 0)] - 2.0 / 1.03).abs() < 1e-12);
    /// assert_eq!(ReducedRank::learn_above(signals.view(), &answers, 1.0).directions.ncols(), 0);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn learn_above(signals: ArrayView2<'_, f64>, answers: &Observed, least_gain: f64) -> Self {
        let (n, p) = signals.dim();
        let sums = RankSums::of(signals, answers, |_| true);
        let mut best = (least_gain, 0, RIDGES[0]);
        let folds: Vec<(RankSums, RankSums)> = (0..FOLDS)
            .map(|fold| {
                // Sums of the fold are taken from the sums of all, so each row is summed twice, not five times.
                let out = RankSums::of(signals, answers, |row| row % FOLDS == fold);
                (sums.without(&out), out)
            })
            .collect();
        if n >= FOLDS {
            for ridge in RIDGES {
                for (rank, gain) in held_out_gains(&folds, ridge).into_iter().enumerate() {
                    // METHOD: only a strictly larger gain wins; of equals the smaller ridge, then the lower rank.
                    if gain > best.0 {
                        best = (gain, rank + 1, ridge);
                    }
                }
            }
        }
        let (gain, rank, ridge) = best;
        let gain = if rank == 0 { 0.0 } else { gain };
        let coefficients = sums.coefficients(ridge);
        let (directions, loadings) = match (&coefficients, rank) {
            (Some(b), 1..) => leading(b, &sums, rank),
            _ => (Array2::zeros((p, 0)), Array2::zeros((answers.n_columns(), 0))),
        };
        Self {
            directions,
            loadings,
            coefficients: coefficients.unwrap_or_else(|| Array2::zeros((p, answers.n_columns()))),
            predicted_share: gain,
        }
    }

    /// Scores `(n, r)` of signals `(n, p)` on each direction; signals complete and centered as those learned from.
    ///
    /// # Examples
    /// By hand: with the direction (0.5, 2) the signals (4, −1) score 4·0.5 − 1·2 = 0.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::reduced_rank::ReducedRank;
    ///
    /// let directions = array![[0.5], [2.0]];
    /// let (loadings, coefficients) = (Array2::zeros((1, 2)), Array2::zeros((2, 1)));
    /// let model = ReducedRank { directions, loadings, coefficients, predicted_share: 0.1 };
    /// assert_eq!(model.scores(array![[4.0, -1.0], [2.0, 1.0]].view()), array![[0.0], [3.0]]);
    /// ```
    #[must_use]
    pub fn scores(&self, signals: ArrayView2<'_, f64>) -> Array2<f64> {
        signals.dot(&self.directions)
    }
}

/// Sums of a set of rows.
struct RankSums {
    /// `(p, p)`: `Σ w x xᵀ`.
    xx: Array2<f64>,
    /// `(p, j)`: `Σ w x y` over rows that answered.
    xy: Array2<f64>,
    /// `(j,)`: `Σ w y²`.
    yy: Array1<f64>,
    /// `(j,)`: weight that answered.
    answered: Array1<f64>,
    weight: f64,
}

impl RankSums {
    fn of(signals: ArrayView2<'_, f64>, answers: &Observed, keep: impl Fn(usize) -> bool) -> Self {
        let rows: Vec<usize> = (0..signals.nrows()).filter(|r| keep(*r)).collect();
        let x = signals.select(Axis(0), &rows);
        let part = answers.select(&rows);
        let w = part.weights().view().insert_axis(Axis(1));
        let wx = &x * &w;
        let present = part.present().mapv(f64::from);
        Self {
            xx: wx.t().dot(&x),
            xy: wx.t().dot(&part.values()),
            yy: (&part.values() * &part.values() * w).sum_axis(Axis(0)),
            answered: (&present * &w).sum_axis(Axis(0)),
            weight: part.total_weight(),
        }
    }

    fn without(&self, other: &Self) -> Self {
        Self {
            xx: &self.xx - &other.xx,
            xy: &self.xy - &other.xy,
            yy: &self.yy - &other.yy,
            answered: &self.answered - &other.answered,
            weight: self.weight - other.weight,
        }
    }

    /// Cross-products per answer given, `(p, j)`.
    fn cross(&self) -> Array2<f64> {
        &self.xy / &self.answered.mapv(|a| if a > 0.0 { a } else { 1.0 })
    }

    /// `(XᵀX/n + ridge·tr/p·I)⁻¹ XᵀY/n`; answers missing at random only thin `XᵀY`.
    fn coefficients(&self, ridge: f64) -> Option<Array2<f64>> {
        let good = self.weight > 0.0;
        if !good {
            return None;
        }
        let xx = &self.xx / self.weight;
        let scale = xx.diag().sum() / xx.nrows().max(1) as f64;
        let scale = if scale > 0.0 { scale } else { 1.0 };
        ridge_solve(xx.view(), self.cross().view(), ridge * scale)
    }
}

/// Leading `rank` directions `(p, rank)` scaled to mean square 1, and what a step on each adds to each answer, `(j, rank)`.
fn leading(coefficients: &Array2<f64>, sums: &RankSums, rank: usize) -> (Array2<f64>, Array2<f64>) {
    let xx = &sums.xx / sums.weight;
    // Izenman's step: the leading eigenvectors of the fitted answers' covariance are the answer sides, and the
    // coefficients times a side are a direction.
    let fitted = coefficients.t().dot(&xx).dot(coefficients);
    let eigen = symmetric_eigen(fitted.view());
    // A direction that moves no answer has no scale that could be brought to 1.
    let rank = rank.min(eigen.values.iter().filter(|v| **v > 1e-10).count());
    let mut sides = eigen.vectors.slice(s![.., ..rank]).to_owned();
    let mut directions = coefficients.dot(&sides);
    for (a, mut column) in directions.columns_mut().into_iter().enumerate() {
        column /= eigen.values[a].sqrt();
    }
    for (a, mut column) in sides.columns_mut().into_iter().enumerate() {
        column *= eigen.values[a].sqrt();
    }
    (directions, sides)
}

/// Share of held-out variance predicted with rank 1, 2, …, summed over the folds.
fn held_out_gains(folds: &[(RankSums, RankSums)], ridge: f64) -> Vec<f64> {
    let most = MAX_RANK.min(folds[0].0.xx.nrows()).min(folds[0].0.yy.len());
    let mut gained = vec![0.0; most];
    let mut total = 0.0;
    for (train, test) in folds {
        total += test.yy.sum();
        let Some(b) = train.coefficients(ridge) else { continue };
        let xx = &train.xx / train.weight;
        let eigen = symmetric_eigen(b.t().dot(&xx).dot(&b).view());
        let mut reduced = Array2::<f64>::zeros(b.dim());
        for (rank, gain) in gained.iter_mut().enumerate() {
            let side = eigen.vectors.column(rank);
            let image = b.dot(&side);
            reduced += &image.view().insert_axis(Axis(1)).dot(&side.insert_axis(Axis(0)));
            // Σw(y² − (y − xb)²) = 2·b·Σwxy − bᵀ(Σwxxᵀ)b, with Σwxxᵀ thinned to the share that answered.
            let quadratic = test.xx.dot(&reduced);
            for (c, column) in reduced.columns().into_iter().enumerate() {
                let share = test.answered[c] / test.weight;
                *gain += 2.0 * column.dot(&test.xy.column(c)) - share * column.dot(&quadratic.column(c));
            }
        }
    }
    gained.iter().map(|g| if total > 0.0 { g / total } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    fn noise(n: usize, p: usize, seed: u64) -> Array2<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        Array2::from_shape_fn((n, p), |_| (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0)
    }

    #[test]
    fn one_direction_that_drives_all_answers_is_found() {
        let signals = noise(1_000, 4, 1);
        let mut answers = noise(1_000, 3, 2);
        for (mut row, x) in answers.rows_mut().into_iter().zip(signals.rows()) {
            let drive = x[0] - x[1];
            row += &ndarray::array![drive, -drive, 0.5 * drive];
        }
        let found = ReducedRank::learn(signals.view(), &Observed::complete(answers).unwrap());
        let first = found.directions.column(0);
        assert!((first[0] + first[1]).abs() < 0.1 && first[2].abs() < 0.1 && first[3].abs() < 0.1, "{first}");
        let scores = found.scores(signals.view());
        let square = scores.column(0).mapv(|x| x * x).mean().unwrap();
        assert!((square - 1.0).abs() < 1e-9);
        assert!(found.predicted_share > 0.4);
    }

    #[test]
    fn signals_that_predict_nothing_are_left_out() {
        let found = ReducedRank::learn(noise(600, 10, 3).view(), &Observed::complete(noise(600, 5, 4)).unwrap());
        assert_eq!(found.directions.ncols(), 0);
        assert_eq!(found.predicted_share, 0.0);
    }
}
