//! Beyond Lloyd: single rows change their cluster wherever that lowers the inertia.

use super::lloyd::{LloydLimits, LloydRun, lloyd};
use super::tiles::{ClusterSums, LANES, Lane, Tiles};

/// Relative fall of the inertia that counts as one.
const GAIN: f64 = 1e-10;

/// Lloyd's iterations before the transfers, which end faster from a fair place.
const SHORT: LloydLimits = LloydLimits { iterations: 3, tolerance: 1e-3 };

/// From `centroids` by a few of Lloyd's iterations and by single-row transfers to where neither helps.
///
/// METHOD: Lloyd compares distances to centroids as they are; a transfer also counts how both centroids move. With `N`
/// the weight of those in the cluster who observed the cell and `w` that of the row, leaving cluster `a` saves
/// `Σ_observed w·N_a/(N_a − w)·(x − c_a)²` and joining `b` costs `Σ_observed w·N_b/(N_b + w)·(x − c_b)²`. Source:
/// Hartigan and Wong (1979), Algorithm AS 136, Applied Statistics 28, without their bookkeeping of live sets.
pub(super) fn improved(tiles: &Tiles, centroids: Vec<f64>, limits: LloydLimits) -> LloydRun {
    let run = lloyd(tiles, centroids, SHORT);
    let k = run.centroids.len() / tiles.n_columns().max(1);
    let mut iterations = run.iterations;
    let mut state = State::new(tiles, k, &run);
    while iterations < limits.iterations {
        iterations += 1;
        if !state.pass() {
            break;
        }
    }
    // Sums are taken anew, since adding and taking out rows one by one leaves rounding behind.
    let mut done = lloyd(tiles, state.sums_anew().means(tiles.overall()), limits);
    done.iterations += iterations;
    done
}

/// Clusters while rows change over.
struct State<'a> {
    tiles: &'a Tiles,
    labels: Vec<usize>,
    members: Vec<usize>,
    sums: ClusterSums,
    centroids: Vec<f64>,
    /// Least weight with which a column of each cluster was observed.
    weights: Vec<f64>,
}

impl<'a> State<'a> {
    fn new(tiles: &'a Tiles, k: usize, run: &LloydRun) -> Self {
        let labels: Vec<usize> = run.nearest.iter().map(|(label, _)| *label).collect();
        let mut members = vec![0; k];
        labels.iter().for_each(|label| members[*label] += 1);
        let sums = tiles.sums(k, &run.nearest);
        let centroids = sums.means(tiles.overall());
        let mut state = Self { tiles, labels, members, sums, centroids, weights: Vec::new() };
        state.weights = (0..k).map(|label| state.least_weight(label)).collect();
        state
    }

    fn least_weight(&self, label: usize) -> f64 {
        (0..self.tiles.n_columns()).map(|column| self.sums.observed(label, column)).fold(f64::INFINITY, f64::min)
    }

    fn sums_anew(&self) -> ClusterSums {
        let nearest: Vec<(usize, f64)> = self.labels.iter().map(|label| (*label, 0.0)).collect();
        self.tiles.sums(self.members.len(), &nearest)
    }

    /// One pass over all rows; whether one moved.
    fn pass(&mut self) -> bool {
        let mut moved = false;
        let mut distances = vec![[0.0; LANES]; self.members.len()];
        for tile in 0..self.tiles.n_rows().div_ceil(LANES) {
            (0..distances.len()).for_each(|label| distances[label] = self.distances(tile, label));
            for row in tile * LANES..((tile + 1) * LANES).min(self.tiles.n_rows()) {
                if let Some(to) = self.better(row, &distances) {
                    let from = self.labels[row];
                    self.transfer(row, to);
                    // Two centroids moved; the distances to all others still hold.
                    [from, to].into_iter().for_each(|label| distances[label] = self.distances(tile, label));
                    moved = true;
                }
            }
        }
        moved
    }

    fn distances(&self, tile: usize, label: usize) -> Lane {
        let columns = self.tiles.n_columns();
        self.tiles.distances(tile, &self.centroids[label * columns..(label + 1) * columns])
    }

    /// The cluster that row is better off in, if there is one.
    ///
    /// Bounds from the distances spare most rows the exact sums; on a complete table the bounds are exact.
    fn better(&self, row: usize, distances: &[Lane]) -> Option<usize> {
        let (own, lane, w) = (self.labels[row], row % LANES, self.tiles.weights()[row]);
        if self.members[own] < 2 {
            return None;
        }
        // INVARIANT: N/(N − w) falls and N/(N + w) rises with N, so the column of least weight bounds what is saved
        // from above and what it costs from below.
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
