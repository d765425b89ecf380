//! Beyond Lloyd: single rows change their cluster wherever that lowers the inertia.

use super::lloyd::{Limits, Run, lloyd};
use super::tiles::{LANES, Lane, Sums, Tiles};

/// Passes over the rows at most.
const MAX_PASSES: usize = 60;

/// Relative fall of the inertia that counts as one.
const GAIN: f64 = 1e-10;

/// The run after single-row transfers, itself a fixed point of Lloyd's iterations.
///
/// METHOD: Lloyd compares distances to centroids as they are; a transfer also counts how both centroids move. With `N` the
/// weight of those in the cluster who observed the cell and `w` that of the row, leaving cluster `a` saves
/// `Σ_observed w·N_a/(N_a − w)·(x − c_a)²` and joining `b` costs `Σ_observed w·N_b/(N_b + w)·(x − c_b)²`. Source:
/// Hartigan and Wong (1979), Algorithm AS 136, Applied Statistics 28, without their bookkeeping of live sets.
pub(super) fn transferred(tiles: &Tiles, mut run: Run, limits: Limits) -> Run {
    let k = run.centroids.len() / tiles.n_columns().max(1);
    if k < 2 {
        return run;
    }
    for _ in 0..MAX_PASSES {
        let mut state = State::new(tiles, k, &run);
        if !state.pass() {
            break;
        }
        let centroids = state.sums_anew().means(tiles.overall());
        let mut next = lloyd(tiles, centroids, limits);
        next.iterations += run.iterations;
        let gained = run.inertia - next.inertia > GAIN * run.inertia;
        if !gained {
            break;
        }
        run = next;
    }
    run
}

/// Clusters while rows change over.
struct State<'a> {
    tiles: &'a Tiles,
    labels: Vec<usize>,
    members: Vec<usize>,
    sums: Sums,
    centroids: Vec<f64>,
    /// Least weight with which a column of each cluster was observed.
    weights: Vec<f64>,
}

impl<'a> State<'a> {
    fn new(tiles: &'a Tiles, k: usize, run: &Run) -> Self {
        let labels: Vec<usize> = run.nearest.iter().map(|(label, _)| *label).collect();
        let mut members = vec![0; k];
        labels.iter().for_each(|label| members[*label] += 1);
        let sums = tiles.sums(k, &run.nearest);
        let mut state = Self { tiles, labels, members, sums, centroids: run.centroids.clone(), weights: Vec::new() };
        state.weights = (0..k).map(|label| state.least_weight(label)).collect();
        state
    }

    fn least_weight(&self, label: usize) -> f64 {
        (0..self.tiles.n_columns()).map(|column| self.sums.observed(label, column)).fold(f64::INFINITY, f64::min)
    }

    fn sums_anew(&self) -> Sums {
        let nearest: Vec<(usize, f64)> = self.labels.iter().map(|label| (*label, 0.0)).collect();
        self.tiles.sums(self.members.len(), &nearest)
    }

    /// One pass over all rows; whether one moved.
    fn pass(&mut self) -> bool {
        let mut moved = false;
        for tile in 0..self.tiles.n_rows().div_ceil(LANES) {
            let mut distances = self.distances(tile);
            for row in tile * LANES..((tile + 1) * LANES).min(self.tiles.n_rows()) {
                if let Some(target) = self.better(row, &distances) {
                    self.transfer(row, target);
                    distances = self.distances(tile);
                    moved = true;
                }
            }
        }
        moved
    }

    fn distances(&self, tile: usize) -> Vec<Lane> {
        self.centroids.chunks_exact(self.tiles.n_columns()).map(|c| self.tiles.distances(tile, c)).collect()
    }

    /// The cluster that row is better off in, if there is one.
    ///
    /// Bounds from the distances spare most rows the exact sums; on a complete table the bounds are exact.
    fn better(&self, row: usize, distances: &[Lane]) -> Option<usize> {
        let (own, lane, w) = (self.labels[row], row % LANES, self.tiles.weights()[row]);
        if self.members[own] < 2 {
            return None;
        }
        let least = self.weights[own];
        let most_saved = if least > w { least / (least - w) * distances[own][lane] } else { f64::INFINITY };
        let mut best: Option<(usize, f64)> = None;
        for (label, distance) in distances.iter().enumerate() {
            let least = self.weights[label];
            let least_cost = least / (least + w) * distance[lane];
            if label != own && least_cost < most_saved && best.is_none_or(|(_, cost)| least_cost < cost) {
                let cost = self.cost(row, label, w);
                if best.is_none_or(|(_, least)| cost < least) {
                    best = Some((label, cost));
                }
            }
        }
        let (label, cost) = best?;
        let saved = self.cost(row, own, -w);
        (saved - cost > GAIN * saved).then_some(label)
    }

    /// `Σ_observed N/(N + w)·(x − c)²`: what the row adds to (w > 0) or takes from (w < 0) the cluster, for its unit of
    /// weight. A row that is alone in a column takes nothing from it.
    fn cost(&self, row: usize, label: usize, w: f64) -> f64 {
        let (values, mask) = (self.tiles.row(row), self.tiles.mask(row));
        let centroid = &self.centroids[label * values.len()..(label + 1) * values.len()];
        let mut sum = 0.0;
        for (column, (value, center)) in values.iter().zip(centroid).enumerate() {
            if mask.is_none_or(|mask| mask[column] > 0.0) {
                let n = self.sums.observed(label, column);
                let after = n + w;
                if n > 0.0 && after > 1e-9 * n {
                    sum += n / after * (value - center).powi(2);
                }
            }
        }
        sum
    }

    fn transfer(&mut self, row: usize, to: usize) {
        let from = self.labels[row];
        self.sums.remove(self.tiles, row, from);
        self.sums.add(self.tiles, row, to);
        self.labels[row] = to;
        self.members[from] -= 1;
        self.members[to] += 1;
        let columns = self.tiles.n_columns();
        for label in [from, to] {
            for column in 0..columns {
                let mean = self.sums.mean(label, column).unwrap_or(self.tiles.overall()[column]);
                self.centroids[label * columns + column] = mean;
            }
            self.weights[label] = self.least_weight(label);
        }
    }
}
