//! Bootstrap samples and how alike what is found on them is. Provisional: the module of helper SEG takes its place.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::agreement::weighted_adjusted_rand_index;
use super::mixture::mixed_seed;
use super::observed::Observed;

/// Bootstrap samples of the rows of a table.
#[derive(Clone, Debug)]
pub struct Resampling {
    weights: Vec<f64>,
    draws: usize,
    seed: u64,
}

impl Resampling {
    /// Samples of the rows of `data`.
    #[must_use]
    pub fn new(data: &Observed, seed: u64) -> Self {
        let weights = data.weights().to_vec();
        let draws = weights.iter().sum::<f64>().round() as usize;
        Self { weights, draws, seed }
    }

    /// Counts of each row.
    #[must_use]
    pub fn counts(&self, item: u64) -> Vec<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(self.seed, item));
        let mut ends = Vec::with_capacity(self.weights.len());
        let mut sum = 0.0;
        for w in &self.weights {
            sum += w;
            ends.push(sum);
        }
        let mut counts = vec![0.0; ends.len()];
        for _ in 0..self.draws {
            let at = rng.gen_range(0.0..sum);
            counts[ends.partition_point(|e| *e <= at).min(ends.len() - 1)] += 1.0;
        }
        counts
    }

    /// Solutions of `2·pairs` samples.
    pub fn solutions<E: Send>(
        &self,
        pairs: usize,
        fit: impl Fn(&[f64], u64) -> Result<Vec<Option<usize>>, E> + Sync,
    ) -> Result<Solutions, E> {
        let labels = (0..2 * pairs as u64).into_par_iter().map(|item| fit(&self.counts(item), item)).collect::<Result<_, E>>()?;
        Ok(Solutions { labels, weights: self.weights.clone() })
    }
}

/// Labels of all rows by each solution.
#[derive(Clone, Debug)]
pub struct Solutions {
    labels: Vec<Vec<Option<usize>>>,
    weights: Vec<f64>,
}

/// Agreement of pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// One a pair.
    pub pairs: Vec<f64>,
    /// Their mean.
    pub mean: f64,
}

impl Solutions {
    /// Adjusted Rand index of pairs.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        let pairs: Vec<f64> = self
            .labels
            .chunks_exact(2)
            .map(|two| {
                let plain = |l: &[Option<usize>]| l.iter().map(|x| x.unwrap_or(usize::MAX)).collect::<Vec<_>>();
                weighted_adjusted_rand_index(&plain(&two[0]), &plain(&two[1]), &self.weights)
            })
            .collect();
        let mean = pairs.iter().sum::<f64>() / pairs.len() as f64;
        Agreement { pairs, mean }
    }

    /// Mean best-match Jaccard of each original segment.
    #[must_use]
    pub fn jaccard(&self, original: &[Option<usize>], k: usize) -> Vec<Option<f64>> {
        let mut sums = vec![0.0; k];
        for labels in &self.labels {
            let m = labels.iter().flatten().max().map_or(0, |m| m + 1);
            let mut both = vec![vec![0.0; m]; k];
            let (mut a, mut b) = (vec![0.0; k], vec![0.0; m]);
            for ((x, y), w) in original.iter().zip(labels).zip(&self.weights) {
                if let Some(x) = x { a[*x] += w; }
                if let Some(y) = y { b[*y] += w; }
                if let (Some(x), Some(y)) = (x, y) { both[*x][*y] += w; }
            }
            for s in 0..k {
                sums[s] += (0..m).map(|t| both[s][t] / (a[s] + b[t] - both[s][t])).filter(|x| x.is_finite()).fold(0.0, f64::max);
            }
        }
        sums.into_iter().map(|s| Some(s / self.labels.len() as f64)).collect()
    }
}
