//! Why this segment and not the runner-up: each indicator's exact share of the decision.
//!
//! With one covariance for all segments the log odds of two segments are linear in what was observed:
//!
//! ```text
//! log p_k − log p_l = log π_k/π_l + Σ_j w_j · (v_j − (μ_kj + μ_lj)/2)
//! w = Σ_O⁻¹ (μ_k − μ_l)_O,   w_j = (δ_j − λ_j·g)/ψ_j,   g = P⁻¹ Λ_OᵀΨ_O⁻¹ δ_O,   δ = μ_k − μ_l
//! ```
//!
//! so the terms of the sum add up to the decision, nothing left over.

use super::super::customer::{MAX_SIGNALS, N_RATINGS};
use crate::stats::mixture::{FactorMixture, MAX_FACTORS, Tile, TilePosterior};

/// Most indicators of a block.
const MOST: usize = if MAX_SIGNALS > N_RATINGS { MAX_SIGNALS } else { N_RATINGS };

/// One block's parameters, indicator by indicator, padded to [`MOST`].
#[derive(Clone, Debug)]
pub(super) struct BlockReasons {
    indicators: usize,
    factors: usize,
    /// First indicator of the block among all.
    first: usize,
    means: Vec<[f32; MOST]>,
    loadings: Vec<[f32; MOST]>,
    inverse_psi: [f32; MOST],
}

/// The strongest so far, for and against.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reasons {
    pro: [(f32, u16); 3],
    contra: (f32, u16),
}

impl Reasons {
    #[inline]
    fn offer(&mut self, share: f32, indicator: u16) {
        if share > self.pro[2].0 {
            let mut at = 2;
            while at > 0 && share > self.pro[at - 1].0 {
                self.pro[at] = self.pro[at - 1];
                at -= 1;
            }
            self.pro[at] = (share, indicator);
        } else if share < self.contra.0 {
            self.contra = (share, indicator);
        }
    }

    /// Up to three indicators for the segment, strongest first, and the strongest against it.
    pub(super) fn found(self) -> ([Option<u16>; 3], Option<u16>) {
        let pro = self.pro.map(|(share, indicator)| (share > 0.0).then_some(indicator));
        (pro, (self.contra.0 < 0.0).then_some(self.contra.1))
    }
}

impl BlockReasons {
    pub(super) fn new(block: &FactorMixture, first: usize) -> Self {
        let j = block.n_indicators();
        let row = |of: &dyn Fn(usize) -> f64| {
            let mut cells = [0.0; MOST];
            (0..j).for_each(|c| cells[c] = of(c) as f32);
            cells
        };
        Self {
            indicators: j,
            factors: block.n_factors(),
            first,
            means: (0..block.n_classes()).map(|k| row(&|c| block.means[(k, c)])).collect(),
            loadings: (0..block.n_factors()).map(|a| row(&|c| block.loadings[(c, a)])).collect(),
            inverse_psi: row(&|c| 1.0 / block.uniqueness[c]),
        }
    }

    /// Each indicator's share in "class `pair[0]` rather than `pair[1]`" for row `r` of a tile; 0 where not observed.
    fn shares(&self, tile: &Tile, posterior: &TilePosterior, r: usize, pair: [usize; 2]) -> [f32; MOST] {
        let q = self.factors;
        let mut difference = [0.0; MAX_FACTORS];
        for (a, d) in difference.iter_mut().enumerate().take(q) {
            *d = posterior.projected_mean(pair[0], a, q, r) - posterior.projected_mean(pair[1], a, q, r);
        }
        let mut pull = [0.0; MAX_FACTORS];
        for (a, g) in pull.iter_mut().enumerate().take(q) {
            for (b, d) in difference.iter().enumerate().take(q) {
                let (hi, lo) = (a.max(b), a.min(b));
                *g += posterior.covariance[(hi * (hi + 1) / 2 + lo, r)] * d;
            }
        }
        let (mine, other) = (&self.means[pair[0]], &self.means[pair[1]]);
        let mut shares = [0.0; MOST];
        for c in 0..self.indicators {
            shares[c] = mine[c] - other[c];
        }
        for (loadings, g) in self.loadings.iter().zip(pull) {
            for c in 0..self.indicators {
                shares[c] -= loadings[c] * g;
            }
        }
        for c in 0..self.indicators {
            let distance = tile.values[(c, r)] - 0.5 * (mine[c] + other[c]);
            shares[c] *= self.inverse_psi[c] * tile.present[(c, r)] * distance;
        }
        shares
    }

    /// Offers the shares of row `r` to `reasons`.
    pub(super) fn collect(
        &self,
        tile: &Tile,
        posterior: &TilePosterior,
        r: usize,
        pair: [usize; 2],
        reasons: &mut Reasons,
    ) {
        let shares = self.shares(tile, posterior, r, pair);
        for (c, share) in shares.iter().enumerate().take(self.indicators) {
            reasons.offer(*share, (self.first + c) as u16);
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::stats::mixture::Kernel;

    #[test]
    fn the_shares_add_up_to_the_log_odds() {
        let block = FactorMixture {
            class_weights: array![0.5, 0.5],
            means: array![[1.0, 0.2, -1.0, 0.4], [-0.5, 0.5, 0.0, -0.3]],
            loadings: array![[0.8, 0.1], [0.5, -0.6], [-0.3, 0.2], [0.1, 0.9]],
            uniqueness: array![0.5, 0.7, 0.9, 0.3],
        };
        let mut tile = Tile::empty(4);
        tile.rows = 1;
        for (c, v) in [(0, 0.4), (1, -1.1), (3, 0.9)] {
            tile.present[(c, 0)] = 1.0;
            tile.values[(c, 0)] = v;
        }
        let mut posterior = TilePosterior::new(2, 2);
        Kernel::new(&block).evidence(&tile, &mut posterior);
        let shares = BlockReasons::new(&block, 60).shares(&tile, &posterior, 0, [0, 1]);
        let odds = posterior.scores[(0, 0)] - posterior.scores[(1, 0)];
        assert!((shares.iter().sum::<f32>() - odds).abs() < 1e-5, "{shares:?} {odds}");
        assert_eq!(shares[2], 0.0, "what was not observed has no say");
    }

    #[test]
    fn the_three_strongest_for_and_the_strongest_against_are_kept() {
        let mut reasons = Reasons::default();
        for (indicator, share) in [0.1, -0.5, 0.7, 0.3, -0.9, 0.2, 0.0].into_iter().enumerate() {
            reasons.offer(share, indicator as u16);
        }
        assert_eq!(reasons.found(), ([Some(2), Some(3), Some(5)], Some(4)));
        assert_eq!(Reasons::default().found(), ([None; 3], None));
    }
}
