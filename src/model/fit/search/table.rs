//! A table read in the ways that cuts need.

use std::sync::OnceLock;

use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};

use valueseg_stats::kmeans::Points;
use valueseg_stats::mixture::{FactorFill, Ground, few_steps};
use valueseg_stats::observed::Observed;

/// Factors of the model that fills gaps for k-means.
const FILL_FACTORS: usize = 8;

/// How a table is read, gaps filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it is.
    Raw,
    /// Ratings centered within the person.
    Centered,
}

/// A table with what the ways to cut need of it, made once.
#[derive(Debug)]
pub(super) struct Worktable {
    pub(super) data: Observed,
    ratings: usize,
    /// What each column is multiplied by where it is read for k-means.
    scale: Vec<f64>,
    fill: FactorFill,
    /// By [`Reading`].
    readings: [Array2<f64>; 2],
    points: [Points; 2],
    /// Made when first asked for: only mixtures need it.
    ground: OnceLock<Ground>,
    ground_points: OnceLock<Vec<Points>>,
}

/// How the columns of a table are read.
struct Columns {
    ratings: usize,
    scale: Vec<f64>,
    fill: FactorFill,
}

/// What columns are multiplied by for k-means: 1, but where all ratings have few steps, as much as makes a step of each
/// count alike, the mean variance left as it is.
///
/// METHOD: standardized, a rare yes is worth more than a common one, and clusters form around single rare answers; published
/// partitions of such surveys are made on the scale as it was asked (Dolnicar, Grün and Leisch 2018).
fn common_scale(data: &Observed, ratings: usize) -> Vec<f64> {
    let mut scale = vec![1.0; data.n_columns()];
    if ratings == 0 || !few_steps(data).iter().take(ratings).all(|few| *few) {
        return scale;
    }
    for (c, to) in scale.iter_mut().enumerate().take(ratings) {
        let mut values: Vec<f64> = data
            .values()
            .column(c)
            .iter()
            .zip(data.present().column(c))
            .filter(|(_, is)| **is)
            .map(|(v, _)| *v)
            .collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let width = values[values.len() - 1] - values[0];
        *to = (values.len() - 1) as f64 / width;
    }
    let mean = scale.iter().take(ratings).map(|s| s * s).sum::<f64>() / ratings as f64;
    scale.iter_mut().take(ratings).for_each(|s| *s /= mean.sqrt());
    scale
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
    pub(super) fn new(data: Observed, ratings: usize) -> Self {
        let fill = FactorFill::learn(&data, FILL_FACTORS);
        let columns = Columns { scale: common_scale(&data, ratings), ratings, fill };
        Self::filled(data, columns)
    }

    /// A table of other rows, read as this one is: gaps filled by what was learned here.
    pub(super) fn alike(&self, data: Observed) -> Self {
        Self::filled(data, self.columns())
    }

    fn columns(&self) -> Columns {
        Columns { ratings: self.ratings, scale: self.scale.clone(), fill: self.fill.clone() }
    }

    fn filled(data: Observed, columns: Columns) -> Self {
        let mut raw = columns.fill.fill(&data);
        raw *= &ArrayView1::from(&columns.scale);
        let centered = centered(&raw, columns.ratings);
        Self::of(data, columns, [raw, centered])
    }

    fn of(data: Observed, columns: Columns, readings: [Array2<f64>; 2]) -> Self {
        let points = [0, 1].map(|at: usize| points(&readings[at], &data));
        let Columns { ratings, scale, fill } = columns;
        Self { data, ratings, scale, fill, readings, points, ground: OnceLock::new(), ground_points: OnceLock::new() }
    }

    /// The rows with a weight above 0 among `weights`, which take the place of their own. Gaps stay filled as they were;
    /// what starts of mixtures need is learned anew.
    pub(super) fn part(&self, weights: &[f64]) -> Self {
        let rows = above_zero(weights);
        let readings = [0, 1].map(|at: usize| self.readings[at].select(Axis(0), &rows));
        Self::of(self.data.counted(weights), self.columns(), readings)
    }

    /// The same rows with their counts, where what is only a start is not learned anew either.
    pub(super) fn resampled(&self, counts: &[f64]) -> Self {
        let out = self.part(counts);
        if let Some(ground) = self.ground.get() {
            let _ = out.ground.set(ground.resampled(out.data.clone(), &above_zero(counts)));
        }
        out
    }

    /// The table complete.
    pub(super) fn reading(&self, reading: Reading) -> ArrayView2<'_, f64> {
        self.readings[reading as usize].view()
    }

    /// The same, ready for k-means.
    pub(super) fn points(&self, reading: Reading) -> &Points {
        &self.points[reading as usize]
    }

    /// What starts of mixtures need.
    pub(super) fn ground(&self) -> &Ground {
        made_once(&self.ground, || Ground::new(self.data.clone()))
    }

    /// The readings of the ground, ready for k-means.
    pub(super) fn ground_points(&self) -> &[Points] {
        let ground = self.ground();
        let made: &Vec<Points> = made_once(&self.ground_points, || {
            ground.readings().iter().map(|reading| points(reading, &self.data)).collect()
        });
        made
    }

    /// The table as it is, complete.
    pub(super) fn complete(&self) -> Observed {
        complete(&self.readings[Reading::Raw as usize], &self.data)
    }

    /// Different rows.
    pub(super) fn n_distinct(&self) -> usize {
        self.points(Reading::Raw).n_distinct()
    }
}

/// Places of the weights above 0.
fn above_zero(weights: &[f64]) -> Vec<usize> {
    (0..weights.len()).filter(|i| weights[*i] > 0.0).collect()
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
    use valueseg_stats::observed::Observed;

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
