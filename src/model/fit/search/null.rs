//! The chosen way of cutting on tables in which there is nothing to find.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::super::error::ModelError;
use super::super::null::NullComparison;
use super::effort::{Effort, Look};
use super::judge::{Entry, Judge};
use super::samples::Samples;
use super::table::Worktable;
use super::way::{Cut, Starts, Way};
use valueseg_stats::draw::{mixed_seed, normal};
use valueseg_stats::mixture::FactorMixture;
use valueseg_stats::observed::Observed;

/// Tables of each kind. METHOD: beating all of five is a one-sided test at 1/6 by rank alone; figures usually lie so far
/// apart that the number of tables does not matter.
const TABLES: usize = 5;

/// Starts of k-means on a table.
const STARTS: usize = 10;

/// What is spent on a mixture on a table.
const EFFORT: Effort = Effort { short: 4, carried: 1, iterations: 14 };

/// Iterations of a mixture of one class.
const ONE_ITERATIONS: usize = 25;

/// Iterations of a mixture from the segments of k-means.
const FROM_ITERATIONS: usize = 12;

/// Pairs of bootstrap samples on a shuffled table.
const PAIRS: usize = 1;

/// Holds the entry at `chosen` against tables with nothing to find. A cut without a criterion is held against the continuum
/// as the mixture of the way `model` that starts from its segments.
pub(super) fn compare(
    judge: &Judge<'_>,
    entries: &[Entry],
    chosen: usize,
    model: Option<Way>,
) -> Result<NullComparison, ModelError> {
    let cut = &entries[chosen].cut;
    let k = cut.segments();
    let way = Kind { way: cut.way, segments: k };
    let own_gain = model.map(|model| gain(judge.table, cut, model)).transpose()?;
    let one =
        entries.iter().find(|e| e.cut.segments() == 1 && Some(e.cut.way) == model).and_then(|one| one.cut.model());
    let seed = judge.settings.seed;
    let shuffled: Result<Vec<(f64, Option<f64>)>, ModelError> = (0..TABLES)
        .into_par_iter()
        .map(|at| {
            let seed = mixed_seed(seed, 0x5F0 + at as u64);
            let table = Worktable::new(shuffled(&judge.screen.data, seed), judge.screen.ratings);
            let cut = way.cut(&table, seed)?;
            Ok((way.stability(&table, &cut, seed)?, model.map(|model| gain(&table, &cut, model)).transpose()?))
        })
        .collect();
    let (shuffled_stability, gains): (Vec<f64>, Vec<Option<f64>>) = shuffled?.into_iter().unzip();
    let continuum_gain = match (model, one) {
        (Some(model), Some(one)) => (0..TABLES)
            .into_par_iter()
            .map(|at| {
                let seed = mixed_seed(seed, 0xC0 + at as u64);
                let table = Worktable::new(drawn(&judge.screen.data, one, seed).data, judge.screen.ratings);
                gain(&table, &way.cut(&table, seed)?, model)
            })
            .collect::<Result<Vec<f64>, ModelError>>()?,
        _ => Vec::new(),
    };
    Ok(NullComparison {
        gain: own_gain,
        shuffled_stability,
        shuffled_gain: gains.into_iter().flatten().collect(),
        continuum_gain,
        ..NullComparison::default()
    })
}

/// What is compared.
struct Kind {
    way: Way,
    segments: usize,
}

impl Kind {
    fn cut(&self, table: &Worktable, seed: u64) -> Result<Cut, ModelError> {
        let starts = Starts::new(self.way.starters(), table, self.segments, Look::of_starts(STARTS, seed))?;
        self.way.fit(table, self.segments, &starts, EFFORT)
    }

    fn stability(&self, table: &Worktable, cut: &Cut, seed: u64) -> Result<f64, ModelError> {
        let mut samples = Samples::new(table, seed);
        samples.draw(PAIRS);
        let starts = samples.starts(self.way.starters(), self.segments, PAIRS)?;
        Ok(samples.again(cut, PAIRS, &starts)?.agreement().mean.unwrap_or(0.0))
    }
}

/// Criterion of one segment minus that of `cut`, both of the way `model` on the same table.
fn gain(table: &Worktable, cut: &Cut, model: Way) -> Result<f64, ModelError> {
    let fit = |k: usize, labels: Vec<usize>, iterations: usize| {
        let effort = Effort { short: 1, carried: 1, iterations };
        Ok::<_, ModelError>(model.fit(table, k, &Starts::partition(labels), effort)?.bic)
    };
    let one = fit(1, vec![0; table.data.n_rows()], ONE_ITERATIONS)?;
    let several = match cut.bic {
        Some(bic) => Some(bic),
        None => fit(cut.segments(), cut.labels(table), FROM_ITERATIONS)?,
    };
    Ok(one.zip(several).map_or(0.0, |(one, several)| one - several))
}

/// The table with each column permuted among the rows that answered it.
fn shuffled(data: &Observed, seed: u64) -> Observed {
    let mut values = data.values().to_owned();
    for c in 0..data.n_columns() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(seed, c as u64));
        let rows: Vec<usize> = (0..data.n_rows()).filter(|row| data.present()[(*row, c)]).collect();
        for i in (1..rows.len()).rev() {
            let j = rng.gen_range(0..=i);
            values.swap((rows[i], c), (rows[j], c));
        }
    }
    Observed::try_new(values, data.present().to_owned(), data.weights().clone()).expect("cells of a checked table")
}

/// A table drawn from a mixture.
pub(super) struct Drawn {
    pub(super) data: Observed,
    /// Class each row was drawn from.
    pub(super) classes: Vec<usize>,
}

/// A table drawn from `model`, with the gaps of `data` and the answers of each column; of one class, a continuum.
///
/// METHOD: `z = μ_s + λu + √ψ e` is drawn for every answer, and the answers given to a column are handed out in the order of
/// z (Gaussian copula with the observed margins): correlated like the answers, on the same few steps, without any groups but
/// the classes.
pub(super) fn drawn(data: &Observed, model: &FactorMixture, seed: u64) -> Drawn {
    let (n, j, q, k) = (data.n_rows(), data.n_columns(), model.n_factors(), model.n_classes());
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let factors = Array2::from_shape_fn((n, q), |_| normal(&mut rng));
    let class = |mut left: f64| {
        (0..k - 1).find(|class| {
            left -= model.class_weights[*class];
            left < 0.0
        })
    };
    let classes: Vec<usize> = (0..n).map(|_| class(rng.gen_range(0.0..1.0)).unwrap_or(k - 1)).collect();
    let mut values = Array2::zeros((n, j));
    for c in 0..j {
        let loading = model.loadings.row(c);
        let own = model.uniqueness[c].sqrt();
        let rows: Vec<usize> = (0..n).filter(|row| data.present()[(*row, c)]).collect();
        let mut z =
            |row: usize| model.means[(classes[row], c)] + loading.dot(&factors.row(row)) + own * normal(&mut rng);
        let mut order: Vec<(f64, usize)> = rows.iter().map(|row| (z(*row), *row)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut answers: Vec<f64> = rows.iter().map(|row| data.values()[(*row, c)]).collect();
        answers.sort_by(f64::total_cmp);
        order.iter().zip(answers).for_each(|((_, row), answer)| values[(*row, c)] = answer);
    }
    let data = Observed::try_new(values, data.present().to_owned(), data.weights().clone());
    Drawn { data: data.expect("answers of a checked table"), classes }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn column(table: &Observed, c: usize) -> Vec<f64> {
        let cells = table.values().column(c).to_vec().into_iter().zip(table.present().column(c).to_vec());
        let mut out: Vec<f64> = cells.filter(|(_, present)| *present).map(|(value, _)| value).collect();
        out.sort_by(f64::total_cmp);
        out
    }

    fn table() -> Observed {
        let values = Array2::from_shape_fn((400, 3), |(i, c)| ((i * (c + 1)) % 5) as f64);
        let present = Array2::from_shape_fn((400, 3), |(i, c)| (i + c) % 3 != 0);
        Observed::try_new(values, present, ndarray::Array1::ones(400)).unwrap()
    }

    #[test]
    fn tables_with_nothing_to_find_have_the_same_gaps_and_the_same_answers_in_each_column() {
        let one = FactorMixture {
            class_weights: array![1.0],
            means: array![[0.0, 0.0, 0.0]],
            loadings: array![[0.9], [0.9], [-0.9]],
            uniqueness: array![0.19, 0.19, 0.19],
        };
        for made in [shuffled(&table(), 3), drawn(&table(), &one, 3).data] {
            assert_eq!(made.present(), table().present());
            assert!((0..3).all(|c| column(&made, c) == column(&table(), c)));
            assert_ne!(made.values(), table().values());
        }
    }

    #[test]
    fn a_continuum_keeps_what_ratings_have_to_do_with_each_other_and_shuffling_does_not() {
        let one = FactorMixture {
            class_weights: array![1.0],
            means: array![[0.0, 0.0, 0.0]],
            loadings: array![[0.9], [0.9], [-0.9]],
            uniqueness: array![0.19, 0.19, 0.19],
        };
        let correlation = |table: &Observed, a: usize, b: usize| {
            let both: Vec<(f64, f64)> = (0..table.n_rows())
                .filter(|row| table.present()[(*row, a)] && table.present()[(*row, b)])
                .map(|row| (table.values()[(row, a)] - 2.0, table.values()[(row, b)] - 2.0))
                .collect();
            let sum = |f: &dyn Fn(&(f64, f64)) -> f64| both.iter().map(f).sum::<f64>();
            sum(&|x| x.0 * x.1) / (sum(&|x| x.0 * x.0) * sum(&|x| x.1 * x.1)).sqrt()
        };
        let made = drawn(&table(), &one, 7).data;
        assert!(correlation(&made, 0, 1) > 0.6 && correlation(&made, 0, 2) < -0.6);
        let mixed = shuffled(&table(), 7);
        assert!(correlation(&mixed, 0, 1).abs() < 0.25 && correlation(&mixed, 0, 2).abs() < 0.25);
    }
    #[test]
    fn a_table_drawn_from_two_groups_has_them_where_it_says() {
        let two = FactorMixture {
            class_weights: array![0.25, 0.75],
            means: array![[-2.0, 2.0, 0.0], [1.0, -1.0, 0.0]],
            loadings: Array2::zeros((3, 0)),
            uniqueness: array![0.1, 0.1, 0.1],
        };
        let Drawn { data, classes } = drawn(&table(), &two, 5);
        let first = classes.iter().filter(|class| **class == 0).count();
        // 400 rows, a quarter expected, standard deviation 8.7.
        assert!((70..130).contains(&first), "{first}");
        let mean = |class: usize, c: usize| {
            let rows: Vec<usize> = (0..400).filter(|i| classes[*i] == class && data.present()[(*i, c)]).collect();
            rows.iter().map(|i| data.values()[(*i, c)]).sum::<f64>() / rows.len() as f64
        };
        // Answers are 0 to 4 evenly: the lowest quarter of them is the first group's.
        assert!(mean(0, 0) < 1.0 && mean(1, 0) > 2.0 && mean(0, 1) > 3.0 && mean(1, 1) < 2.0);
        assert!((mean(0, 2) - mean(1, 2)).abs() < 0.6);
    }
}
