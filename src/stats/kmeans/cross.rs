//! Out of poor valleys: two good solutions are crossed, a centroid is moved, and the better solution is kept.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::lloyd::{LloydLimits, LloydRun, SAME_VALLEY, best_few};
use super::start::drawn;
use super::tiles::Tiles;
use super::transfer::improved;
use crate::draw::mixed_seed;

/// Children of a round. The parents of a round are the best after the round before.
const ROUND: usize = 6;

/// Rounds without a better solution after which no further one is made: at least this many, and a third of all rounds.
const PATIENCE: usize = 2;

/// How many children are bred, from which seed, and how long each is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brood {
    /// Most children.
    pub(super) children: usize,
    /// What their randomness is keyed with.
    pub(super) seed: u64,
    /// When the run of a child stops.
    pub(super) limits: LloydLimits,
}

/// The best of `runs` and of their children: as many as there were `runs`, or fewer where some came to the same end.
///
/// METHOD: each child takes every centroid from one of two parents, after the centroids were paired by nearness; one
/// centroid at random is then moved to a row drawn as k-means++ draws it; transfers do the rest. Source: Gribel and
/// Vidal (2019), HG-means, Pattern Recognition 88, in small: on ratings without separate groups this finds
/// lower inertia than as much work on further starts.
pub(super) fn crossed(tiles: &Tiles, mut runs: Vec<LloydRun>, brood: &Brood) -> Vec<LloydRun> {
    let keep = runs.len();
    let k = runs.first().map_or(0, |run| run.centroids.len() / tiles.n_columns().max(1));
    if k < 3 {
        return runs;
    }
    let patience = PATIENCE.max(brood.children / ROUND / 3);
    let (mut done, mut idle) = (0, 0);
    let mut best = runs.iter().map(|run| run.inertia).fold(f64::INFINITY, f64::min);
    // INVARIANT: a child is keyed by its number and sees the parents as the round began, so threads change nothing.
    while done < brood.children {
        let next = (done + ROUND).min(brood.children);
        let born: Vec<LloydRun> = (done..next)
            .into_par_iter()
            .map(|child| {
                let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(brood.seed, child as u64));
                let start = child_of(tiles, &runs, k, &mut rng);
                improved(tiles, start, brood.limits)
            })
            .collect();
        runs.extend(born);
        runs = best_few(runs, keep);
        done = next;
        let gained = best - runs[0].inertia > SAME_VALLEY * best;
        best = runs[0].inertia;
        idle = if gained { 0 } else { idle + 1 };
        if idle >= patience {
            break;
        }
    }
    runs
}

/// Centroids of a child of two of `runs`.
fn child_of(tiles: &Tiles, runs: &[LloydRun], k: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let columns = tiles.n_columns();
    let first = &runs[rng.gen_range(0..runs.len())].centroids;
    let second = &runs[rng.gen_range(0..runs.len())].centroids;
    let mut free: Vec<usize> = (0..k).collect();
    let mut child = Vec::with_capacity(first.len());
    // Clusters of two solutions have no common order. Each centroid of the second parent is paired once, or one place
    // could come into the child twice and another not at all.
    for own in first.chunks_exact(columns) {
        let other = |at: usize| &second[free[at] * columns..(free[at] + 1) * columns];
        let nearest = (0..free.len()).reduce(|a, b| if apart(own, other(b)) < apart(own, other(a)) { b } else { a });
        let nearest = nearest.expect("as many centroids in both");
        child.extend_from_slice(if rng.gen_bool(0.5) { own } else { other(nearest) });
        free.remove(nearest);
    }
    let moved = rng.gen_range(0..k);
    child.drain(moved * columns..(moved + 1) * columns);
    let rest = LloydRun::at(tiles, child);
    let shares: Vec<f64> = rest.nearest.iter().zip(tiles.weights()).map(|((_, d), w)| d * w).collect();
    let row = drawn(&shares, rng);
    let mut child = rest.centroids;
    child.extend(tiles.as_centroid(row));
    child
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::kmeans::Points;

    #[test]
    fn a_child_leads_out_of_a_valley_that_transfers_cannot_leave() {
        // Four lumps on a line for three clusters: apart by 1, 20 and 9, of which the first two belong together.
        let points = array![[0.0], [0.1], [1.0], [1.1], [21.0], [21.1], [30.0], [30.1]];
        let points = Points::complete(points.view()).unwrap();
        let limits = LloydLimits { iterations: 100, tolerance: 0.0 };
        let poor = improved(points.tiles(), vec![0.05, 1.05, 25.5], limits);
        let brood = Brood { children: 12, seed: 1, limits };
        let best = crossed(points.tiles(), vec![poor.clone(), poor.clone()], &brood);
        // Two lumps of (0.05, 0.95)-spread: 4 x 0.5^2 + 4 x 0.05^2 = 1.01; the other two 2 x 0.05^2 each.
        assert!(poor.inertia > 80.0, "{}", poor.inertia);
        assert!((best[0].inertia - 1.02).abs() < 1e-9, "{}", best[0].inertia);
    }
}
