//! Scores and their standard errors, from class probabilities and factors.
//!
//! ```text
//! E[v_j]   = Σ_k p_k (μ_kj + λ_j·m_k)
//! Var[v_j] = ψ_j + λ_jᵀ P⁻¹ λ_j + Σ_k p_k (μ_kj + λ_j·m_k − E[v_j])²
//! ```
//!
//! Where signals say something about ratings within segments, all this is said of ratings less what they say, `G_j·D·z`,
//! which is then added to the mean.
//!
//! Both are linear in a few products of a row's probabilities and factors, so a tile is one or two matrix products.
//! Where nobody was asked, scores are read from signals through the catalogue's loadings instead.

use std::ops::Range;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayViewMut2, s};

use super::tiles::{Known, Work, answers_place, span};
use crate::fit::{Measurement, Model, say, within_given_signals};
use crate::rows::{CustomerBlock, N_RATINGS, ScoredBlock};
use valueseg_stats::mixture::{FactorMixture, TILE, TilePosterior};

/// Smallest standard error of a score that is not the customer's own answer: 0 is kept for answers.
const LEAST_ERROR: f32 = 0.01;

/// Tables that turn probabilities and factors into scores.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    classes: usize,
    /// Ratings with a score from the model.
    known: u64,
    /// From the first to the last of them.
    span: Range<usize>,
    /// `[60]` spread of each rating.
    spread: Vec<f32>,
    /// For each [`Known`], in its order.
    by: [ScoreTables; 3],
    /// `[2][60]` factors on standard errors, without and with own answers.
    se_factor: [Vec<f32>; 2],
    /// Where nobody was asked: for each rating the signals that speak of it.
    prior: Option<PriorTables>,
}

/// Tables for rows of which the same is known.
#[derive(Clone, Debug)]
struct ScoreTables {
    factors: usize,
    /// `[60]` overall expectation, 0–10.
    offset: Vec<f32>,
    /// `(K + q, 60)`: class means minus the overall, then loadings, on 0–10.
    first: Array2<f32>,
    /// `(K + K·q + q(q+1)/2, 60)`: squares and products of the rows of `first`.
    second: Array2<f32>,
    /// `[60]` what is not known within a segment, on the squared scale: ψ beside own answers, ψ + λᵀλ without.
    rest: Vec<f32>,
}

impl ScoreTables {
    /// Tables of `block`, of which `within(j)` (standardized) is the variance left over.
    fn new(m: &Measurement, block: &FactorMixture, within: impl Fn(usize) -> f64) -> Self {
        let (k, q) = (block.n_classes(), block.n_factors());
        let total: f64 = m.weights.iter().sum();
        let mut first = Array2::<f64>::zeros((k + q, N_RATINGS));
        let mut offset = Vec::with_capacity(N_RATINGS);
        for j in 0..N_RATINGS {
            let overall: f64 = (0..k).map(|c| m.weights[c] / total * block.means[(c, j)]).sum();
            offset.push((m.center[j] + m.spread[j] * overall) as f32);
            for c in 0..k {
                first[(c, j)] = m.spread[j] * (block.means[(c, j)] - overall);
            }
            for a in 0..q {
                first[(k + a, j)] = m.spread[j] * block.loadings[(j, a)];
            }
        }
        let mut second = Array2::<f64>::zeros((k + k * q + q * (q + 1) / 2, N_RATINGS));
        for j in 0..N_RATINGS {
            for c in 0..k {
                second[(c, j)] = first[(c, j)].powi(2);
                for a in 0..q {
                    second[(k + c * q + a, j)] = 2.0 * first[(c, j)] * first[(k + a, j)];
                }
            }
            for a in 0..q {
                for b in 0..=a {
                    let twice = if a == b { 1.0 } else { 2.0 };
                    let at = k + k * q + a * (a + 1) / 2 + b;
                    second[(at, j)] = twice * first[(k + a, j)] * first[(k + b, j)];
                }
            }
        }
        Self {
            factors: q,
            offset,
            rest: (0..N_RATINGS).map(|j| (m.spread[j].powi(2) * within(j)) as f32).collect(),
            first: first.mapv(|x| x as f32),
            second: second.mapv(|x| x as f32),
        }
    }

    /// For people of whom signals alone are known: their common factors stay at 0.
    fn by_signals(m: &Measurement, ratings: &FactorMixture) -> Self {
        let link = m.links.alone.as_ref();
        let block = FactorMixture {
            means: link.map_or_else(|| ratings.means.clone(), |link| link.means_less_told(ratings)),
            loadings: Array2::zeros((N_RATINGS, 0)),
            ..ratings.clone()
        };
        Self::new(m, &block, |j| {
            let common: f64 = ratings.loadings.row(j).iter().map(|l| l * l).sum();
            within_given_signals(ratings.uniqueness[j] + common, link, j)
        })
    }
}

#[derive(Clone, Debug)]
struct PriorTables {
    /// For each rating: signal, weight on its score, precision it adds.
    say: Vec<Vec<(usize, f32, f32)>>,
    center: Vec<f32>,
    spread: Vec<f32>,
}

impl Scores {
    pub(super) fn new(model: &Model) -> Self {
        let m = model.measurement();
        let ratings = m.ratings.mixture(&m.weights);
        let own = |block: &FactorMixture| ScoreTables::new(m, block, |j| block.uniqueness[j]);
        let beside = m.links.beside.as_ref().map_or_else(|| own(&ratings), |link| own(&link.given_signals(&ratings)));
        Self {
            classes: m.weights.len(),
            known: m.asked,
            span: if m.prior.is_some() { 0..N_RATINGS } else { span(m.asked) },
            spread: m.spread.iter().map(|x| *x as f32).collect(),
            by: [ScoreTables::by_signals(m, &ratings), beside, own(&ratings)],
            se_factor: m.se_factor.each_ref().map(|factors| factors.iter().map(|x| *x as f32).collect()),
            prior: m.prior.as_ref().map(|prior| PriorTables::new(prior, &m.center, &m.spread)),
        }
    }

    /// Scores and errors of the first `rows` rows of the tile, of which so much is `known`; `heard` = signals said
    /// something about ratings within segments.
    pub(super) fn compute(&self, work: &mut Work, rows: usize, known: Known, heard: bool) {
        if self.prior.is_some() || self.known == 0 {
            return;
        }
        let tables = &self.by[known as usize];
        let (k, q) = (self.classes, tables.factors);
        let Work { signal_posterior, rating_posteriors, first, second, told, mean, error, .. } = work;
        let classes = signal_posterior.classes.view();
        let span = self.span.clone();
        let of_first = tables.first.slice(s![.., span.clone()]);
        let of_second = tables.second.slice(s![.., span.clone()]);
        let mut mean = mean.slice_mut(s![..rows, span.clone()]);
        let mut error = error.slice_mut(s![..rows, span.clone()]);
        match answers_place(known) {
            Some(at) if q > 0 => {
                let (n_first, n_second) = (k + q, k + k * q + q * (q + 1) / 2);
                first.slice_mut(s![..k, ..]).assign(&classes);
                second.slice_mut(s![..k, ..]).assign(&classes);
                let mut first = first.slice_mut(s![..n_first, ..]);
                let mut second = second.slice_mut(s![..n_second, ..]);
                fill_products(&rating_posteriors[at], &mut first, &mut second, k, q);
                general_mat_mul(1.0, &first.slice(s![.., ..rows]).t(), &of_first, 0.0, &mut mean);
                general_mat_mul(1.0, &second.slice(s![.., ..rows]).t(), &of_second, 0.0, &mut error);
            }
            _ => {
                let classes = classes.slice(s![.., ..rows]);
                general_mat_mul(1.0, &classes.t(), &of_first.slice(s![..k, ..]), 0.0, &mut mean);
                general_mat_mul(1.0, &classes.t(), &of_second.slice(s![..k, ..]), 0.0, &mut error);
            }
        }
        let factor = &self.se_factor[usize::from(known.own())][span.clone()];
        let (rest, offset) = (&tables.rest[span.clone()], &tables.offset[span.clone()]);
        let spread = &self.spread[span.clone()];
        for (r, (mut mean, mut error)) in mean.rows_mut().into_iter().zip(error.rows_mut()).enumerate() {
            let mean = mean.as_slice_mut().expect("tile rows are contiguous");
            let error = error.as_slice_mut().expect("tile rows are contiguous");
            for j in 0..mean.len() {
                let variance = (rest[j] + error[j] - mean[j] * mean[j]).max(0.0);
                error[j] = hundredths(variance.sqrt() * factor[j]).max(LEAST_ERROR);
            }
            if heard {
                // What signals say is known for sure, so it moves the mean and leaves the variance.
                let told = told.slice(s![r, span.clone()]);
                for ((mean, told), spread) in mean.iter_mut().zip(told).zip(spread) {
                    *mean += spread * told;
                }
            }
            for j in 0..mean.len() {
                mean[j] = hundredths((offset[j] + mean[j]).clamp(0.0, 10.0));
            }
        }
    }

    /// Writes row `r` of the tile to row `row` of the result; own answers stay as they are.
    pub(super) fn write(
        &self,
        work: &mut Work,
        r: usize,
        evidence: bool,
        block: &CustomerBlock,
        row: usize,
        out: &mut ScoredBlock,
    ) {
        let mut scored = if evidence { self.known } else { 0 };
        if let Some(prior) = &self.prior {
            scored = prior.read(work, r);
        }
        let (mut scores, mut errors) = (out.scores.row_mut(row), out.standard_errors.row_mut(row));
        if scored != 0 {
            let span = &self.span;
            scores.slice_mut(s![span.clone()]).assign(&work.mean.slice(s![r, span.clone()]));
            errors.slice_mut(s![span.clone()]).assign(&work.error.slice(s![r, span.clone()]));
            let within = ((1u64 << self.span.len()) - 1) << self.span.start;
            let mut unknown = !scored & within;
            while unknown != 0 {
                let j = unknown.trailing_zeros() as usize;
                scores[j] = 0.0;
                errors[j] = 0.0;
                unknown &= unknown - 1;
            }
        }
        let mut answered = block.rated[row] & ((1 << N_RATINGS) - 1);
        scored |= answered;
        while answered != 0 {
            let j = answered.trailing_zeros() as usize;
            scores[j] = hundredths(block.ratings[(row, j)]);
            errors[j] = 0.0;
            answered &= answered - 1;
        }
        out.scored[row] = scored;
    }
}

impl PriorTables {
    fn new(loadings: &[Vec<f64>], center: &[f64], spread: &[f64]) -> Self {
        let of = |row: &Vec<f64>| {
            let told = row.iter().enumerate().filter(|(_, loading)| **loading != 0.0);
            told.map(|(s, loading)| (s, say(*loading).0 as f32, say(*loading).1 as f32)).collect()
        };
        Self {
            say: loadings.iter().map(of).collect(),
            center: center.iter().map(|x| *x as f32).collect(),
            spread: spread.iter().map(|x| *x as f32).collect(),
        }
    }

    /// Scores row `r` from its signals; returns which ratings some known signal speaks of.
    fn read(&self, work: &mut Work, r: usize) -> u64 {
        let mut scored = 0;
        for (j, say) in self.say.iter().enumerate() {
            let (mut sum, mut precision) = (0.0, 1.0);
            for (s, weight, adds) in say {
                let present = work.signals.present[(*s, r)];
                sum += weight * work.signals.values[(*s, r)];
                precision += adds * present;
            }
            if precision > 1.0 {
                scored |= 1 << j;
                work.mean[(r, j)] = hundredths((self.center[j] + self.spread[j] * sum / precision).clamp(0.0, 10.0));
                work.error[(r, j)] = hundredths(self.spread[j] / precision.sqrt()).max(LEAST_ERROR);
            }
        }
        scored
    }
}

/// `Σ_k p_k m_k`, `p_k m_k` and `P⁻¹ + Σ_k p_k m_k m_kᵀ` of every row of a tile; `first` and `second` hold `p_k` already.
fn fill_products(
    posterior: &TilePosterior,
    first: &mut ArrayViewMut2<'_, f32>,
    second: &mut ArrayViewMut2<'_, f32>,
    k: usize,
    q: usize,
) {
    let factors = &posterior.factors;
    first.slice_mut(s![k.., ..]).fill(0.0);
    second.slice_mut(s![k + k * q.., ..]).assign(&posterior.covariance);
    for class in 0..k {
        for a in 0..q {
            let mean = factors.row(class * q + a);
            for r in 0..TILE {
                let weighted = second[(class, r)] * mean[r];
                second[(k + class * q + a, r)] = weighted;
                first[(k + a, r)] += weighted;
            }
            for b in 0..=a {
                let at = k + k * q + a * (a + 1) / 2 + b;
                let other = factors.row(class * q + b);
                for r in 0..TILE {
                    let product = second[(k + class * q + a, r)] * other[r];
                    second[(at, r)] += product;
                }
            }
        }
    }
}

/// The nearest hundredth, halves to even, for numbers below 40,000 in size: adding 1.5·2²³ leaves no room for a fraction.
#[inline]
fn hundredths(x: f32) -> f32 {
    const ROUNDER: f32 = 12_582_912.0;
    ((x * 100.0 + ROUNDER) - ROUNDER) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_rounded_to_the_nearest() {
        assert_eq!(hundredths(7.333), 7.33);
        assert_eq!(hundredths(7.336), 7.34);
        assert_eq!(hundredths(0.0), 0.0);
        assert_eq!(hundredths(10.0), 10.0);
        assert_eq!(hundredths(0.004), 0.0);
    }
}
