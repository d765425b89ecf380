//! Ways to cut people into segments, and cuts made one way or another on one table.

use std::sync::OnceLock;

use linfa::ParamGuard;
use ndarray::{Array2, Axis, s};
use rayon::prelude::*;

use super::super::error::ModelError;
use super::super::settings::Method;
use crate::stats::kmeans::{KmeansError, KmeansFit, KmeansParams, Points};
use crate::stats::mixture::{
    FactorFill, FactorMixture, FactorMixtureParams, FactorMixtureValidParams, Fitted, Ground, MixtureError, mixed_seed,
    one_hot,
};
use crate::stats::observed::Observed;

/// Factors of the model that fills gaps for k-means.
const FILL_FACTORS: usize = 8;

/// Iterations of a k-means that only leads to a start of the mixture.
const START_ITERATIONS: usize = 20;

/// Gain in mean log likelihood per row under which EM stops while solutions are compared.
const TOLERANCE: f64 = 1e-4;

/// A way to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model::fit) enum Way {
    /// K-means on standardized ratings.
    Kmeans,
    /// K-means on ratings centered within each person.
    KmeansCentred,
    /// Mixture with so many common factors.
    Mixture(usize),
}

impl Way {
    pub(in crate::model::fit) fn method(self) -> Method {
        match self {
            Self::Kmeans => Method::Kmeans,
            Self::KmeansCentred => Method::KmeansCentred,
            Self::Mixture(_) => Method::Mixture,
        }
    }

    /// Common factors; `None` for k-means.
    pub(in crate::model::fit) fn factors(self) -> Option<usize> {
        match self {
            Self::Mixture(factors) => Some(factors),
            Self::Kmeans | Self::KmeansCentred => None,
        }
    }

    /// Both ways of k-means.
    pub(in crate::model::fit) const KMEANS: [Self; 2] = [Self::Kmeans, Self::KmeansCentred];

    /// The way of a method of k-means.
    pub(in crate::model::fit) fn of_kmeans(method: Method) -> Self {
        if method == Method::KmeansCentred { Self::KmeansCentred } else { Self::Kmeans }
    }
}

/// What types people.
#[derive(Clone, Debug)]
pub(in crate::model::fit) enum Body {
    Centroids(KmeansFit),
    Mixture(FactorMixture),
}

/// A cut.
#[derive(Clone, Debug)]
pub(in crate::model::fit) struct Cut {
    pub(in crate::model::fit) way: Way,
    pub(in crate::model::fit) body: Body,
    /// Criteria on the rows it was made on; `None` for k-means.
    pub(in crate::model::fit) bic: Option<f64>,
    /// Akaike's criterion; `None` for k-means.
    pub(in crate::model::fit) aic: Option<f64>,
}

impl Cut {
    pub(in crate::model::fit) fn of_kmeans(way: Way, fit: KmeansFit) -> Self {
        Self { way, body: Body::Centroids(fit), bic: None, aic: None }
    }

    /// A mixture fitted on rows of total weight `weight`.
    pub(in crate::model::fit) fn of_mixture(fitted: Fitted, weight: f64) -> Self {
        let parameters = fitted.mixture.n_parameters() as f64;
        let way = Way::Mixture(fitted.mixture.n_factors());
        let aic = fitted.bic + parameters * (2.0 - weight.ln());
        Self { way, bic: Some(fitted.bic), aic: Some(aic), body: Body::Mixture(fitted.mixture) }
    }

    pub(in crate::model::fit) fn segments(&self) -> usize {
        match &self.body {
            Body::Centroids(fit) => fit.n_clusters(),
            Body::Mixture(mixture) => mixture.n_classes(),
        }
    }

    pub(in crate::model::fit) fn mixture(&self) -> Option<&FactorMixture> {
        match &self.body {
            Body::Mixture(mixture) => Some(mixture),
            Body::Centroids(_) => None,
        }
    }
}

/// How much is spent on a mixture.
#[derive(Clone, Copy, Debug)]
pub(in crate::model::fit) struct Effort {
    /// Iterations of each start.
    pub(in crate::model::fit) short: usize,
    /// Starts carried on.
    pub(in crate::model::fit) carried: usize,
    /// Further iterations of those at most.
    pub(in crate::model::fit) iterations: usize,
}

/// A table with what the ways to cut need of it, made once.
#[derive(Debug)]
pub(in crate::model) struct Worktable {
    pub(in crate::model::fit) data: Observed,
    ratings: usize,
    fill: FactorFill,
    /// Complete readings for k-means: as it is, and centered within the person.
    readings: [Array2<f64>; 2],
    points: [Points; 2],
    ground: OnceLock<Ground>,
    starts: OnceLock<Vec<Points>>,
}

/// What `cell` holds, made if it holds nothing yet.
///
/// Made outside the cell, not by `get_or_init`: what makes it runs side by side, and a thread that waits for its parts may
/// take up other work that asks for the same cell. It would wait for itself. Two threads may make it twice, alike.
fn made_once<T>(cell: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    if cell.get().is_none() {
        let _ = cell.set(make());
    }
    cell.get().expect("just set, here or by another thread")
}

impl Worktable {
    /// Prepares a table whose first `ratings` columns are ratings.
    pub(in crate::model::fit) fn new(data: Observed, ratings: usize) -> Self {
        let fill = FactorFill::learn(&data, FILL_FACTORS);
        let raw = fill.fill(&data);
        let readings = [centered(&raw, ratings), raw];
        let [centred, raw] = readings;
        Self::of(data, ratings, fill, [raw, centred])
    }

    fn of(data: Observed, ratings: usize, fill: FactorFill, readings: [Array2<f64>; 2]) -> Self {
        let points = [0, 1].map(|at: usize| points(&readings[at], &data));
        Self { data, ratings, fill, readings, points, ground: OnceLock::new(), starts: OnceLock::new() }
    }

    /// The rows with a count above 0, each with its count for a weight. Gaps stay filled as they were.
    pub(in crate::model::fit) fn resampled(&self, counts: &[f64]) -> Self {
        let rows: Vec<usize> = (0..counts.len()).filter(|i| counts[*i] > 0.0).collect();
        let data = self.data.counted(counts);
        let readings = [0, 1].map(|at: usize| self.readings[at].select(Axis(0), &rows));
        let out = Self::of(data.clone(), self.ratings, self.fill.clone(), readings);
        if let Some(ground) = self.ground.get() {
            // What is only a start need not be learned anew.
            let _ = out.ground.set(ground.resampled(data, &rows));
        }
        out
    }

    pub(in crate::model::fit) fn ground(&self) -> &Ground {
        made_once(&self.ground, || Ground::new(self.data.clone()))
    }

    /// The table as it is read by k-means on raw ratings, complete.
    pub(in crate::model::fit) fn complete(&self) -> Observed {
        complete(&self.readings[0], &self.data)
    }

    /// Different rows.
    pub(in crate::model::fit) fn n_distinct(&self) -> usize {
        self.points[0].n_distinct()
    }

    /// Best of `starts` starts of k-means; of as many segments as there are different rows where that is fewer than `k`.
    pub(in crate::model::fit) fn kmeans(
        &self,
        way: Way,
        k: usize,
        starts: usize,
        seed: u64,
    ) -> Result<Cut, ModelError> {
        let points = &self.points[usize::from(way == Way::KmeansCentred)];
        let params = KmeansParams::new(k.min(points.n_distinct()).max(1)).starts(starts).seed(seed);
        let fit = params.check().map_err(KmeansError::from).and_then(|params| params.fit_points(points));
        Ok(Cut::of_kmeans(way, fit.map_err(MixtureError::Start)?))
    }

    /// K-means from given centroids, run to the end on all rows of the table.
    pub(in crate::model::fit) fn kmeans_from(&self, way: Way, fit: &KmeansFit) -> Result<Cut, ModelError> {
        let points = &self.points[usize::from(way == Way::KmeansCentred)];
        let params = KmeansParams::new(fit.n_clusters()).check().map_err(KmeansError::from);
        let fit = params.and_then(|params| params.fit_from(points, fit.centroids.view()));
        Ok(Cut::of_kmeans(way, fit.map_err(MixtureError::Start)?))
    }

    /// Partitions to start a mixture of `k` classes from: of each of the readings `wanted`, the best of `starts` starts of
    /// k-means, `batches` times.
    pub(in crate::model::fit) fn partitions(
        &self,
        k: usize,
        wanted: &Wanted,
        seed: u64,
    ) -> Result<Vec<Vec<usize>>, ModelError> {
        if k == 1 {
            return Ok(vec![vec![0; self.data.n_rows()]]);
        }
        let readings = self.ground().readings();
        let prepared = made_once(&self.starts, || readings.iter().map(|r| points(r, &self.data)).collect());
        let items: Vec<(usize, usize)> =
            wanted.readings.iter().flat_map(|r| (0..wanted.batches).map(move |b| (*r, b))).collect();
        items
            .into_par_iter()
            .map(|(reading, batch)| {
                let params = KmeansParams::new(k.min(prepared[reading].n_distinct()).max(1))
                    .starts(wanted.starts)
                    .max_iterations(START_ITERATIONS)
                    .seed(mixed_seed(seed, (1_000 * k + 10 * reading + batch) as u64));
                let params = params.check().map_err(KmeansError::from);
                let fit =
                    params.and_then(|params| params.fit_points(&prepared[reading])).map_err(MixtureError::Start)?;
                Ok(fit.assign(readings[reading].view()))
            })
            .collect()
    }

    /// The likeliest mixture of `k` classes and `q` factors that EM reaches from partitions.
    pub(in crate::model::fit) fn mixture(
        &self,
        size: (usize, usize),
        from: &[Vec<usize>],
        effort: Effort,
    ) -> Result<Cut, ModelError> {
        let (short, long) = (params(size, effort.short)?, params(size, effort.iterations)?);
        let ground = self.ground();
        let mut tries: Vec<Fitted> = from.par_iter().map(|labels| short.from_partition(ground, labels)).collect();
        tries.sort_by(|a, b| b.log_likelihood.total_cmp(&a.log_likelihood));
        tries.truncate(effort.carried);
        let ends: Vec<Fitted> = tries.into_par_iter().map(|t| long.go_on(ground, t.mixture)).collect();
        let best = ends.into_iter().reduce(likelier).expect("at least one partition is carried on");
        Ok(Cut::of_mixture(best, self.data.total_weight()))
    }

    /// The mixture EM reaches from `start` in some iterations.
    pub(in crate::model::fit) fn mixture_from(
        &self,
        start: &FactorMixture,
        iterations: usize,
    ) -> Result<Cut, ModelError> {
        let params = params((start.n_classes(), start.n_factors()), iterations)?;
        Ok(Cut::of_mixture(params.go_on(self.ground(), start.clone()), self.data.total_weight()))
    }

    /// `(rows, K)` class probabilities of the rows of this table by a cut made on any table with the same columns.
    pub(in crate::model::fit) fn probabilities(&self, cut: &Cut) -> Array2<f64> {
        match &cut.body {
            Body::Mixture(mixture) => mixture.probabilities(&self.data),
            Body::Centroids(fit) => one_hot(&self.nearest(cut.way, fit), fit.n_clusters()),
        }
    }

    /// The likeliest segment of each row.
    pub(in crate::model::fit) fn labels(&self, cut: &Cut) -> Vec<usize> {
        match &cut.body {
            Body::Mixture(mixture) => mixture.labels(&self.data),
            Body::Centroids(fit) => self.nearest(cut.way, fit),
        }
    }

    fn nearest(&self, way: Way, fit: &KmeansFit) -> Vec<usize> {
        fit.assign(self.readings[usize::from(way == Way::KmeansCentred)].view())
    }

    /// A table of other rows, read as this one is: gaps filled by what was learned here.
    pub(in crate::model::fit) fn alike(&self, data: Observed) -> Self {
        let raw = self.fill.fill(&data);
        let centred = centered(&raw, self.ratings);
        Self::of(data, self.ratings, self.fill.clone(), [raw, centred])
    }
}

/// Partitions wanted.
#[derive(Clone, Copy, Debug)]
pub(in crate::model::fit) struct Wanted<'a> {
    /// Places of the readings of [`Ground::readings`].
    pub(in crate::model::fit) readings: &'a [usize],
    /// Partitions of each reading.
    pub(in crate::model::fit) batches: usize,
    /// Starts behind a partition.
    pub(in crate::model::fit) starts: usize,
}

/// The likelier of two, ties to the earlier.
pub(in crate::model::fit) fn likelier(a: Fitted, b: Fitted) -> Fitted {
    if b.log_likelihood > a.log_likelihood { b } else { a }
}

fn params((k, q): (usize, usize), iterations: usize) -> Result<FactorMixtureValidParams, ModelError> {
    let params = FactorMixtureParams::new(k, q).max_iterations(iterations.max(1)).tolerance(TOLERANCE);
    Ok(params.check().map_err(MixtureError::from)?)
}

fn centered(raw: &Array2<f64>, ratings: usize) -> Array2<f64> {
    let mut out = raw.clone();
    let mut own = out.slice_mut(s![.., ..ratings]);
    let means = own.mean_axis(Axis(1)).expect("a table has columns");
    own -= &means.insert_axis(Axis(1));
    out
}

fn complete(reading: &Array2<f64>, data: &Observed) -> Observed {
    let present = Array2::from_elem(reading.dim(), true);
    Observed::try_new(reading.clone(), present, data.weights().clone()).expect("filled from finite numbers")
}

fn points(reading: &Array2<f64>, data: &Observed) -> Points {
    Points::new(&complete(reading, data))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rayon::prelude::*;

    use super::Worktable;
    use crate::stats::observed::Observed;

    #[test]
    fn a_table_asked_from_many_tasks_at_once_never_waits_for_itself() {
        // Each round on a fresh table: only the first that asks has to make what the others use.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().unwrap();
        let data = Observed::complete(Array2::from_shape_fn((600, 6), |(i, c)| ((i * (c + 3)) % 17) as f64)).unwrap();
        for _ in 0..50 {
            let table = Worktable::new(data.clone(), 6);
            let rows: Vec<usize> = pool.install(|| {
                (0..64)
                    .into_par_iter()
                    .map(|_| table.ground().data().n_rows() + table.ground().readings().len())
                    .collect()
            });
            assert!(rows.iter().all(|n| *n == rows[0]));
        }
    }
}
