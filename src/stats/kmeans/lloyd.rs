//! One run: rows to their nearest centroid, centroids to the mean of their rows, until nothing moves.

use super::tiles::{ClusterSums, Tiles};

/// How a run of k-means ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LloydTermination {
    /// No row changed its cluster, or the inertia fell by less than the tolerance asked for.
    Converged,
    /// All iterations allowed were made; what was reached is the result.
    OutOfIterations,
}

/// When a run stops.
#[derive(Clone, Copy, Debug)]
pub(super) struct LloydLimits {
    /// Most iterations, at least 1.
    pub(super) iterations: usize,
    /// Relative fall of the inertia under which the run stops; 0 = only when no row moves.
    pub(super) tolerance: f64,
}

/// A state of a run on a table.
#[derive(Clone, Debug)]
pub(super) struct LloydRun {
    /// `k` centroids of `j` numbers each, one after the other.
    pub(super) centroids: Vec<f64>,
    /// Label and squared distance of each row, to `centroids`.
    pub(super) nearest: Vec<(usize, f64)>,
    /// `Σ weight · squared distance`.
    pub(super) inertia: f64,
    pub(super) iterations: usize,
    pub(super) termination: LloydTermination,
}

impl LloydRun {
    /// Rows of `tiles` at their nearest centroid, nothing moved.
    pub(super) fn at(tiles: &Tiles, centroids: Vec<f64>) -> Self {
        let mut nearest = vec![(0, 0.0); tiles.n_rows()];
        tiles.assign(&centroids, &mut nearest);
        let inertia = tiles.inertia(&nearest);
        Self { centroids, nearest, inertia, iterations: 0, termination: LloydTermination::OutOfIterations }
    }
}

/// Lloyd's iterations from `centroids` (at least one, one after the other).
///
/// METHOD: a row belongs to the centroid of the smallest squared distance over the cells it observed, a centroid is the
/// weighted mean of the observed cells of its rows. Both lower `Σ weight · Σ_observed (x − c)²`, so the run ends. This
/// is what iterated imputation by the own centroid converges to (k-POD: Chi, Chi and Baraniuk 2016, American
/// Statistician 70); the factor columns / observed columns of a partial distance is the same for every centroid and
/// cannot change whose row it is. A column that nobody of a cluster observed stands at the overall mean.
pub(super) fn lloyd(tiles: &Tiles, centroids: Vec<f64>, limits: LloydLimits) -> LloydRun {
    let k = centroids.len() / tiles.n_columns().max(1);
    let mut run = LloydRun::at(tiles, centroids);
    while run.iterations < limits.iterations {
        let mut sums = tiles.sums(k, &run.nearest);
        // Before the means are taken: an empty cluster has none.
        let filled = fill_empty(tiles, &mut run, &mut sums);
        let mut next = LloydRun::at(tiles, sums.means(tiles.overall()));
        next.iterations = run.iterations + 1;
        // A filled cluster is a move, though the labels compared here already have it.
        let moved = filled || next.nearest.iter().zip(&run.nearest).any(|(new, old)| new.0 != old.0);
        let gained = run.inertia - next.inertia > limits.tolerance * run.inertia;
        run = next;
        if !moved || (limits.tolerance > 0.0 && !gained) {
            run.termination = LloydTermination::Converged;
            break;
        }
    }
    run
}

/// Gives each cluster without members the row that adds most to the inertia; whether a row was moved.
///
/// Only where all rows stand on their centroids already does a cluster stay empty: it then keeps its place, which is
/// that of another one.
fn fill_empty(tiles: &Tiles, run: &mut LloydRun, sums: &mut ClusterSums) -> bool {
    let mut members = vec![0usize; sums.sizes.len()];
    run.nearest.iter().for_each(|(label, _)| members[*label] += 1);
    let mut filled = false;
    for empty in 0..members.len() {
        if members[empty] > 0 {
            continue;
        }
        let cost = |row: usize| tiles.weights()[row] * run.nearest[row].1;
        let rows = (0..tiles.n_rows()).filter(|row| members[run.nearest[*row].0] > 1);
        let farthest = rows.reduce(|best, row| if cost(row) > cost(best) { row } else { best });
        match farthest {
            Some(row) if cost(row) > 0.0 => {
                let old = run.nearest[row].0;
                sums.remove(tiles, row, old);
                sums.add(tiles, row, empty);
                members[old] -= 1;
                members[empty] = 1;
                run.nearest[row] = (empty, 0.0);
                filled = true;
            }
            _ => sums.keep(empty, tiles, &run.centroids),
        }
    }
    filled
}

/// Relative difference in inertia below which two starts lie in the same valley.
pub(super) const SAME_VALLEY: f64 = 1e-6;

/// The `wanted` runs of lowest inertia, one of each valley, ties to the earlier.
pub(super) fn best_few(mut runs: Vec<LloydRun>, wanted: usize) -> Vec<LloydRun> {
    runs.sort_by(|a, b| a.inertia.total_cmp(&b.inertia));
    // Sorted, so runs of one valley are neighbors, and the earlier of them stays.
    runs.dedup_by(|later, earlier| later.inertia - earlier.inertia <= SAME_VALLEY * earlier.inertia);
    runs.truncate(wanted);
    runs
}
