//! Why this segment and not the runner-up: each indicator's exact share of the decision.
//!
//! With one covariance for all segments the log odds of two segments are linear in what was observed:
//!
//! ```text
//! log p_k − log p_l = log π_k/π_l + Σ_j w_j · (v_j − (μ_kj + μ_lj)/2)
//! w = Σ_O⁻¹ (μ_k − μ_l)_O,   w_j = (δ_j − λ_j·g)/ψ_j,   g = P⁻¹ Λ_OᵀΨ_O⁻¹ δ_O,   δ = μ_k − μ_l
//! ```
//!
//! so the terms of the sum add up to the decision, nothing left over. Where signals say something about ratings within
//! segments, `v_j` is the answer less what they say: an answer counts by what it says beyond what behavior let expect. A block's temperature divides all its terms, so
//! they still do.

use crate::rows::{MAX_SIGNALS, N_RATINGS};
use valueseg_stats::mixture::{FactorMixture, MAX_FACTORS, TilePosterior};

/// What the shares of one block are made of.
#[derive(Clone, Debug)]
pub(super) struct BlockReasons {
    classes: usize,
    factors: usize,
    indicators: usize,
    /// First indicator of the block among all.
    first: usize,
    /// For each ordered pair of classes: `δ/ψT`, then the midpoints of the means, indicator by indicator.
    pairs: Vec<[Vec<f32>; 2]>,
    /// For each factor `λ/ψT`, indicator by indicator.
    loadings: Vec<Vec<f32>>,
}

/// What was observed of one row: values (0 where absent) and presence (1 or 0).
#[derive(Clone, Copy, Debug)]
pub(super) struct RowCells<'a> {
    pub(super) values: &'a [f32],
    pub(super) present: &'a [f32],
}

/// Lanes in which the strongest are looked for.
const LANES: usize = 8;

/// Room for the shares of both blocks.
const ROOM: usize = (MAX_SIGNALS + N_RATINGS).next_multiple_of(LANES);

/// Bits of a share that hold the indicator's place; what they held is lost, a hundred-thousandth of the share.
const PLACE_BITS: u32 = 0xFF;

/// The shares of all indicators of a row, each with its place in its last bits: so the strongest are found by plain
/// comparisons, without keeping places beside them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reasons {
    shares: [f32; ROOM],
    first: usize,
    end: usize,
}

impl Default for Reasons {
    fn default() -> Self {
        Self { shares: [0.0; ROOM], first: ROOM, end: 0 }
    }
}

impl Reasons {
    /// Up to three indicators for the segment, strongest first, and the strongest against it. Among equals the later
    /// indicator counts as stronger.
    pub(super) fn found(mut self) -> ([Option<u16>; 3], Option<u16>) {
        let cells = &mut self.shares[self.first.min(self.end) / LANES * LANES..self.end.next_multiple_of(LANES)];
        let first = self.first.min(self.end) / LANES * LANES;
        let against = place(strongest(cells, -1.0));
        let mut pro = [None; 3];
        for slot in &mut pro {
            *slot = place(strongest(cells, 1.0));
            let Some(at) = *slot else { break };
            cells[usize::from(at) - first] = 0.0;
        }
        (pro, against)
    }
}

/// The largest of `sign·x` above 0, else 0.
#[inline]
fn strongest(cells: &[f32], sign: f32) -> f32 {
    let mut best = [0.0f32; LANES];
    for lane in cells.chunks_exact(LANES) {
        for (best, x) in best.iter_mut().zip(lane) {
            let x = sign * x;
            *best = if x > *best { x } else { *best };
        }
    }
    best.into_iter().fold(0.0f32, |a, b| if b > a { b } else { a })
}

/// The place in the last bits of a share; `None` for one that is as good as 0.
#[inline]
fn place(share: f32) -> Option<u16> {
    (share >= f32::MIN_POSITIVE).then_some((share.to_bits() & PLACE_BITS) as u16)
}

impl BlockReasons {
    /// Tables of `block`, whose indicators begin at `first` among all and whose log odds are divided by `temperature`.
    pub(super) fn new(block: &FactorMixture, first: usize, temperature: f64) -> Self {
        let (k, j, q) = (block.n_classes(), block.n_indicators(), block.n_factors());
        let pair = |at: usize| {
            let (mine, other) = (block.means.row(at / k), block.means.row(at % k));
            let strength = (0..j).map(|c| ((mine[c] - other[c]) / block.uniqueness[c] / temperature) as f32).collect();
            let midpoint = (0..j).map(|c| (0.5 * (mine[c] + other[c])) as f32).collect();
            [strength, midpoint]
        };
        let loading =
            |a: usize| (0..j).map(|c| (block.loadings[(c, a)] / block.uniqueness[c] / temperature) as f32).collect();
        Self {
            classes: k,
            factors: q,
            indicators: j,
            first,
            pairs: (0..k * k).map(pair).collect(),
            loadings: (0..q).map(loading).collect(),
        }
    }

    /// Each indicator's share in "class `pair.0` rather than `pair.1`" for row `r` of a tile with these values and
    /// presence; 0 where not observed.
    pub(super) fn shares(
        &self,
        row: RowCells<'_>,
        posterior: &TilePosterior,
        r: usize,
        pair: (usize, usize),
        shares: &mut [f32],
    ) {
        let q = self.factors;
        let mut difference = [0.0; MAX_FACTORS];
        for (a, d) in difference.iter_mut().enumerate().take(q) {
            *d = posterior.projected_mean(pair.0, a, q, r) - posterior.projected_mean(pair.1, a, q, r);
        }
        let mut pull = [0.0; MAX_FACTORS];
        for (a, g) in pull.iter_mut().enumerate().take(q) {
            for (b, d) in difference.iter().enumerate().take(q) {
                let (hi, lo) = (a.max(b), a.min(b));
                *g += posterior.covariance[(hi * (hi + 1) / 2 + lo, r)] * d;
            }
        }
        let [strength, midpoint] = &self.pairs[pair.0 * self.classes + pair.1];
        shares.copy_from_slice(strength);
        for (loadings, g) in self.loadings.iter().zip(pull) {
            for (share, loading) in shares.iter_mut().zip(loadings) {
                *share -= loading * g;
            }
        }
        for (((share, value), present), midpoint) in shares.iter_mut().zip(row.values).zip(row.present).zip(midpoint) {
            *share *= present * (value - midpoint);
        }
    }

    /// Adds the shares of row `r` to `reasons`.
    pub(super) fn collect(
        &self,
        row: RowCells<'_>,
        posterior: &TilePosterior,
        r: usize,
        pair: (usize, usize),
        reasons: &mut Reasons,
    ) {
        let cells = &mut reasons.shares[self.first..self.first + self.indicators];
        self.shares(row, posterior, r, pair, cells);
        for (c, share) in cells.iter_mut().enumerate() {
            let bits = share.to_bits() & !PLACE_BITS;
            *share = f32::from_bits(bits | (self.first + c) as u32);
        }
        reasons.first = reasons.first.min(self.first);
        reasons.end = reasons.end.max(self.first + self.indicators);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use super::*;
    use valueseg_stats::mixture::{Kernel, Tile};

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
        let (values, present) = (tile.values.column(0).to_vec(), tile.present.column(0).to_vec());
        let mut shares = [0.0; 4];
        BlockReasons::new(&block, 60, 1.0).shares(
            RowCells { values: &values, present: &present },
            &posterior,
            0,
            (0, 1),
            &mut shares,
        );
        let odds = posterior.scores[(0, 0)] - posterior.scores[(1, 0)];
        assert!((shares.iter().sum::<f32>() - odds).abs() < 1e-5, "{shares:?} {odds}");
        assert_eq!(shares[2], 0.0, "what was not observed has no say");
    }

    /// A block of `j` indicators, `q` factors and 3 classes, and a row of it with some cells absent.
    fn block_and_row() -> impl Strategy<Value = (FactorMixture, Vec<Option<f32>>, f64)> {
        (1usize..9, 0usize..4).prop_flat_map(|(j, q)| {
            let cells = |n: usize, range: f64| prop::collection::vec(-range..range, n);
            let row = prop::collection::vec(prop::option::weighted(0.7, -3.0f32..3.0), j);
            (cells(3 * j, 1.5), cells(j * q, 1.0), prop::collection::vec(0.2..2.0f64, j), row, 0.5..4.0f64).prop_map(
                move |(means, loadings, uniqueness, row, temperature)| {
                    let block = FactorMixture {
                        class_weights: array![0.5, 0.3, 0.2],
                        means: Array2::from_shape_vec((3, j), means).unwrap(),
                        loadings: Array2::from_shape_vec((j, q), loadings).unwrap(),
                        uniqueness: uniqueness.into(),
                    };
                    (block, row, temperature)
                },
            )
        })
    }

    proptest! {
        #[test]
        fn the_shares_of_any_row_add_up_to_its_tempered_log_odds((block, row, temperature) in block_and_row()) {
            let (j, q) = (block.n_indicators(), block.n_factors());
            let mut tile = Tile::empty(j);
            tile.rows = 1;
            for (c, value) in row.iter().enumerate() {
                tile.present[(c, 0)] = f32::from(u8::from(value.is_some()));
                tile.values[(c, 0)] = value.unwrap_or(0.0);
            }
            let mut posterior = TilePosterior::new(3, q);
            Kernel::new(&block).evidence(&tile, &mut posterior);
            let (values, present) = (tile.values.column(0).to_vec(), tile.present.column(0).to_vec());
            let reasons = BlockReasons::new(&block, 0, temperature);
            for pair in [(0, 1), (1, 2), (2, 0)] {
                let mut shares = vec![0.0; j];
                reasons.shares(RowCells { values: &values, present: &present }, &posterior, 0, pair, &mut shares);
                let odds = (posterior.scores[(pair.0, 0)] - posterior.scores[(pair.1, 0)]) / temperature as f32;
                let size = 1.0 + shares.iter().map(|s| s.abs()).sum::<f32>() + posterior.scores[(pair.0, 0)].abs();
                prop_assert!((shares.iter().sum::<f32>() - odds).abs() < 2e-5 * size, "{shares:?} {odds}");
                prop_assert!(shares.iter().zip(&row).all(|(s, v)| v.is_some() || *s == 0.0));
            }
        }
    }

    #[test]
    fn the_three_strongest_for_and_the_strongest_against_are_kept() {
        let mut reasons = Reasons::default();
        for (indicator, share) in [0.1f32, -0.5, 0.7, 0.3, -0.9, 0.2, 0.0].into_iter().enumerate() {
            let at = 60 + indicator;
            reasons.shares[at] = f32::from_bits((share.to_bits() & !PLACE_BITS) | at as u32);
        }
        (reasons.first, reasons.end) = (60, 67);
        assert_eq!(reasons.found(), ([Some(62), Some(63), Some(65)], Some(64)));
        assert_eq!(Reasons::default().found(), ([None; 3], None));
    }
}
