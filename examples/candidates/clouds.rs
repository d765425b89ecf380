//! K-means on clouds of rows: ours beside linfa's.

use std::error::Error;

use linfa::traits::Fit as _;
use linfa::{DatasetBase, ParamGuard as _};
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::Array2;
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use valueseg::stats::kmeans::{KmeansParams, Points};

use super::{cpu_seconds, print_line};

const ROWS: usize = 10_000;
const COLUMNS: usize = 20;
const LUMPS: usize = 6;
const STARTS: usize = 50;
const SEEDS: u64 = 5;

/// Inertia above which ours counts as worse, relative.
const SAME: f64 = 1e-9;

/// Prints a line for each cloud and number of clusters, and the sums.
pub(super) fn compare() -> Result<(), Box<dyn Error>> {
    print_line("k-means, best of 50 | cloud seed  k | linfa's inertia   ours/linfa's − 1")?;
    let (mut ours_seconds, mut linfas_seconds) = (0.0, 0.0);
    let (mut worse, mut all) = (0, 0);
    for seed in 0..SEEDS {
        for (lumpy, k) in [(true, 4), (true, 8), (false, 6)] {
            let rows = cloud(seed, lumpy);
            let points = Points::complete(rows.view())?;
            let before = cpu_seconds()?;
            let linfas = KMeans::params_with_rng(k, Xoshiro256PlusPlus::seed_from_u64(seed))
                .init_method(KMeansInit::KMeansPlusPlus)
                .n_runs(STARTS)
                .tolerance(1e-6)
                .fit(&DatasetBase::from(rows))?;
            linfas_seconds += cpu_seconds()? - before;
            // Carried on to where nothing moves, so that linfa's tolerance is not held against it.
            let linfas = KmeansParams::new(k).check()?.fit_from(&points, linfas.centroids().view())?.inertia;
            let before = cpu_seconds()?;
            let ours = KmeansParams::new(k).starts(STARTS).seed(seed).check()?.fit_points(&points)?.inertia;
            ours_seconds += cpu_seconds()? - before;
            let ratio = ours / linfas - 1.0;
            (worse, all) = (worse + usize::from(ratio > SAME), all + 1);
            let name = if lumpy { "lumps" } else { "one  " };
            print_line(&format!("                    | {name} {seed:4} {k:2} | {linfas:15.3} {ratio:+.2e}"))?;
        }
    }
    print_line(&format!("worse in {worse} of {all}; CPU: ours {ours_seconds:.1} s, linfa's {linfas_seconds:.1} s"))?;
    Ok(())
}

/// Rows around six overlapping centers, or around one.
fn cloud(seed: u64, lumpy: bool) -> Array2<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(2 * seed + u64::from(lumpy));
    let centers = Array2::from_shape_fn((LUMPS, COLUMNS), |_| rng.gen_range(-1.0..1.0));
    let mut rows = Array2::zeros((ROWS, COLUMNS));
    for mut row in rows.rows_mut() {
        let center = centers.row(rng.gen_range(0..LUMPS));
        for (cell, middle) in row.iter_mut().zip(center) {
            let noise: f64 = (0..4).map(|_| rng.gen_range(-1.0..1.0)).sum();
            *cell = noise + if lumpy { *middle } else { 0.0 };
        }
    }
    rows
}
