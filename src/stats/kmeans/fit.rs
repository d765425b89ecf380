//! Many starts, few survivors, one fit.

use std::cmp::Ordering;

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array2, ArrayView2};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::cross::{Brood, crossed};
use super::error::KmeansError;
use super::fitted::KmeansFit;
use super::lloyd::{LloydLimits, LloydRun, best_few, lloyd};
use super::params::{KmeansValidParams, Search};
use super::points::Points;
use super::start::{plus_plus, random_rows, systematic};
use super::tiles::Tiles;
use super::transfer::improved;
use crate::draw::mixed_seed;
use crate::observed::Observed;

/// Rows a start is made on, and starts are compared on, where there are as many.
const START_ROWS: usize = 300;

/// Rows of a start for each cluster, at least.
const START_ROWS_PER_CLUSTER: usize = 40;

/// When a start stops: it only has to come near a local optimum worth refining.
const START: LloydLimits = LloydLimits { iterations: 10, tolerance: 1e-3 };

/// Relative fall of the inertia under which a plain run stops.
const PLAIN_TOLERANCE: f64 = 1e-6;

/// Rows all starts are compared on, where there are as many.
const RANKING_ROWS: usize = 500;

/// Iterations on those rows before starts are compared.
const RANKING: LloydLimits = LloydLimits { iterations: 2, tolerance: 1e-4 };

/// Rows on which the better starts are run to the end, where there are as many.
const SCREENING_ROWS: usize = 2_000;

/// Starts of different inertia that are run to the end on the screening rows.
const SURVIVORS: usize = 10;

/// Of those, how many are run to the end on all rows.
const FINALISTS: usize = 8;

/// Children bred on the screening rows for each start, at least.
const LEAST_CHILDREN: f64 = 0.6;

/// Children bred on the screening rows for each start, at most.
const MOST_CHILDREN: f64 = 4.0;

/// Between those two limits the number of children is this many cells, divided by the cells that one pass of a child
/// looks at.
const CHILDREN_CELLS: f64 = 160_000.0;

/// Children bred on all rows for each start, where these are more than the screening rows.
const LATE_CHILDREN: f64 = 2.4;

/// What the seeds of children on the screening rows and on all rows are mixed with, so that they differ from those of
/// starts.
const CHILDREN: [u64; 2] = [1 << 32, 1 << 33];

impl<T> Fit<Observed, T, KmeansError> for KmeansValidParams {
    type Object = KmeansFit;

    /// Best of the starts on a table of which cells may be absent; row weights are those of the table.
    ///
    /// # Errors
    /// [`KmeansError::TooFewRows`] if fewer different rows than clusters hold an observed cell.
    ///
    /// # Examples
    /// `KMeans(2).fit([[1], [2], [6], [7]], sample_weight=[1, 1, 1, 3])` of scikit-learn 1.9.1: inertia 1.25, centroids
    /// 1.5 and 6.75.
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::kmeans::KmeansParams;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let present = Array2::from_elem((4, 1), true);
    /// let data = Observed::try_new(array![[1.0], [2.0], [6.0], [7.0]], present, array![1.0, 1.0, 1.0, 3.0])?;
    /// let fit = KmeansParams::new(2).fit(&DatasetBase::new(data, ()))?;
    /// assert!((fit.inertia - 1.25).abs() < 1e-12);
    /// assert_eq!(fit.centroids, array![[6.75], [1.5]]);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    fn fit(&self, dataset: &DatasetBase<Observed, T>) -> Result<Self::Object, KmeansError> {
        self.fit_points(&Points::new(dataset.records()))
    }
}

impl<T> Fit<Array2<f64>, T, KmeansError> for KmeansValidParams {
    type Object = KmeansFit;

    /// Best of the starts on a complete table `(n, j)`; row weights are those of the dataset, 1 where it has none.
    ///
    /// # Errors
    /// [`KmeansError::Table`] if a value is not a finite number or a weight not one above 0;
    /// [`KmeansError::TooFewRows`] if there are fewer different rows than clusters.
    fn fit(&self, dataset: &DatasetBase<Array2<f64>, T>) -> Result<Self::Object, KmeansError> {
        let values = dataset.records().clone();
        let weights = dataset.weights().map(|weights| weights.iter().map(|w| f64::from(*w)).collect());
        let weights = weights.unwrap_or_else(|| ndarray::Array1::ones(values.nrows()));
        let present = Array2::from_elem(values.dim(), true);
        self.fit_points(&Points::new(&Observed::try_new(values, present, weights)?))
    }
}

impl KmeansValidParams {
    /// Best of the starts on prepared rows, clusters ordered by falling weight.
    ///
    /// METHOD (our judgment): in a thorough search, starts are short runs on a sample each, compared on one common
    /// sample; the best few of different inertia go on by Lloyd and by single-row transfers, are crossed with each
    /// other, and the best on all rows is the result. The number of starts sets the effort: the number of crossings
    /// grows with it.
    ///
    /// # Errors
    /// [`KmeansError::TooFewRows`] if there are fewer different rows than clusters.
    ///
    /// # Examples
    /// `KMeans(3, n_init=500, tol=0)` of scikit-learn 1.9.1 on this table ends at inertia 1592.04235294.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::Array2;
    /// use valueseg_stats::kmeans::{KmeansParams, Points};
    ///
    /// let table = Array2::from_shape_fn((60, 4), |(i, j)| {
    ///     ((i * (j + 3) * 7 + i * i * (j + 1)) % 11 + if j == 0 { i % 7 } else { 0 }) as f64
    /// });
    /// let fit = KmeansParams::new(3).check()?.fit_points(&Points::complete(table.view())?)?;
    /// assert!((fit.inertia - 1_592.042_352_94).abs() < 1e-6);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    pub fn fit_points(&self, points: &Points) -> Result<KmeansFit, KmeansError> {
        if points.n_distinct() < self.clusters() {
            return Err(KmeansError::TooFewRows { distinct: points.n_distinct(), clusters: self.clusters() });
        }
        Ok(self.best(points))
    }

    /// As [`KmeansValidParams::fit_points`], but with fewer different rows than clusters some of these share a place.
    /// For resamples, which may happen to lack rows.
    pub(super) fn best(&self, points: &Points) -> KmeansFit {
        let best = match self.search() {
            Search::Plain => best_plain_run(self, points.tiles()),
            Search::Thorough => best_run(self, points.tiles()),
        };
        KmeansFit::from_run(points.tiles(), by_falling_weight(points.tiles(), best))
    }

    /// Lloyd's iterations from `centroids` `(k, j)` until no row moves; the order of the clusters is kept.
    ///
    /// Centroids that are converged already stay where they are, to rounding. Transfers are not made.
    ///
    /// # Errors
    /// [`KmeansError::Centroids`] unless the centroids are as many as the clusters asked for, have the columns of the
    /// table and are finite; [`KmeansError::TooFewRows`] as for [`KmeansValidParams::fit_points`].
    ///
    /// # Examples
    /// `KMeans(2, n_init=1, init=[[0, 0], [9, 9]], tol=0)` of scikit-learn 1.9.1: inertia 13.33333333, centroids (2, 2)
    /// and (25/3, 25/3).
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::array;
    /// use valueseg_stats::kmeans::{KmeansParams, Points};
    ///
    /// let rows = array![[1.0, 1.0], [1.0, 2.0], [2.0, 1.0], [4.0, 4.0], [8.0, 8.0], [8.0, 9.0], [9.0, 8.0]];
    /// let params = KmeansParams::new(2).check()?;
    /// let fit = params.fit_from(&Points::complete(rows.view())?, array![[0.0, 0.0], [9.0, 9.0]].view())?;
    /// assert!((fit.inertia - 40.0 / 3.0).abs() < 1e-9);
    /// assert_eq!(fit.centroids.row(0), array![2.0, 2.0]);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    pub fn fit_from(&self, points: &Points, centroids: ArrayView2<'_, f64>) -> Result<KmeansFit, KmeansError> {
        let (rows, columns) = centroids.dim();
        let fits = rows == self.clusters() && columns == points.n_columns() && centroids.iter().all(|c| c.is_finite());
        if !fits {
            return Err(KmeansError::Centroids { rows, columns, wanted: points.n_columns() });
        }
        if points.n_distinct() < rows {
            return Err(KmeansError::TooFewRows { distinct: points.n_distinct(), clusters: rows });
        }
        let limits = LloydLimits { iterations: self.max_iterations(), tolerance: 0.0 };
        let run = lloyd(points.tiles(), centroids.iter().copied().collect(), limits);
        Ok(KmeansFit::from_run(points.tiles(), run))
    }
}

/// The best of plain runs: Lloyd's iterations from different rows drawn at random, nothing else.
fn best_plain_run(params: &KmeansValidParams, tiles: &Tiles) -> LloydRun {
    let limits = LloydLimits { iterations: params.max_iterations(), tolerance: PLAIN_TOLERANCE };
    let runs: Vec<LloydRun> = (0..params.starts())
        .into_par_iter()
        .map(|start| {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(params.seed(), start as u64));
            lloyd(tiles, random_rows(tiles, params.clusters(), &mut rng), limits)
        })
        .collect();
    best_few(runs, 1).pop().expect("at least one start")
}

/// The best of the starts on all rows.
fn best_run(params: &KmeansValidParams, tiles: &Tiles) -> LloydRun {
    let k = params.clusters();
    let sized = |rows: usize| rows.max(START_ROWS_PER_CLUSTER * k);
    // One cluster has one solution.
    let starts = if k == 1 { 1 } else { params.starts() };
    // METHOD (our judgment): three nested tables, each start on a sample of its own, all of them compared on one common
    // sample, and the survivors run on all rows. The fixed offset of ½ makes the common samples the same for every
    // start.
    let sample = systematic(tiles, sized(SCREENING_ROWS), 0.5);
    let screen = sample.as_ref().unwrap_or(tiles);
    let few = systematic(screen, sized(RANKING_ROWS), 0.5);
    let ranking = few.as_ref().unwrap_or(screen);
    let short: Vec<LloydRun> = (0..starts)
        .into_par_iter()
        .map(|start| lloyd(ranking, start_centroids(screen, k, mixed_seed(params.seed(), start as u64)), RANKING))
        .collect();
    let whole = LloydLimits { iterations: params.max_iterations(), tolerance: 0.0 };
    let finished = |rows: &Tiles, runs: Vec<LloydRun>, share: f64, item: u64| -> Vec<LloydRun> {
        let runs = runs.into_par_iter().map(|run| improved(rows, run.centroids, whole)).collect();
        let children = (starts as f64 * share) as usize;
        let brood = Brood { children, seed: mixed_seed(params.seed(), item), limits: whole };
        crossed(rows, runs, &brood)
    };
    let cells = (screen.n_rows() * screen.n_columns() * k).max(1) as f64;
    let share = (CHILDREN_CELLS / cells).clamp(LEAST_CHILDREN, MOST_CHILDREN);
    let mut runs = finished(screen, best_few(short, SURVIVORS), share, CHILDREN[0]);
    if sample.is_some() {
        runs = finished(tiles, best_few(runs, FINALISTS), LATE_CHILDREN, CHILDREN[1]);
    }
    best_few(runs, 1).pop().expect("at least one start")
}

/// Centroids of one start: k-means++ and a few iterations on a sample of its own.
pub(super) fn start_centroids(tiles: &Tiles, k: usize, seed: u64) -> Vec<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let wanted = START_ROWS.max(START_ROWS_PER_CLUSTER * k);
    let sample = systematic(tiles, wanted, rng.gen_range(0.0..1.0));
    let rows = sample.as_ref().unwrap_or(tiles);
    lloyd(rows, plus_plus(rows, k, &mut rng), START).centroids
}

/// The same run with its clusters in the order of falling weight, ties by the place of the centroid.
fn by_falling_weight(tiles: &Tiles, mut run: LloydRun) -> LloydRun {
    let columns = tiles.n_columns();
    let k = run.centroids.len() / columns.max(1);
    let sizes = tiles.sums(k, &run.nearest).sizes;
    let place = |label: usize| &run.centroids[label * columns..(label + 1) * columns];
    let by_place = |a: usize, b: usize| -> Ordering {
        let orders = place(a).iter().zip(place(b)).map(|(x, y)| x.total_cmp(y));
        orders.fold(Ordering::Equal, Ordering::then)
    };
    // INVARIANT: numbers of clusters depend on the partition alone, not on the start that found it.
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]).then_with(|| by_place(*a, *b)));
    let centroids = order.iter().flat_map(|label| place(*label).to_vec()).collect();
    let mut renamed = vec![0; k];
    order.iter().enumerate().for_each(|(new, old)| renamed[*old] = new);
    run.centroids = centroids;
    run.nearest.iter_mut().for_each(|(label, _)| *label = renamed[*label]);
    run
}
