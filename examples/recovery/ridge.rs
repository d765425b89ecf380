//! The plain rival: a ridge regression of each rating on the signals, learned from the same respondents.

use ndarray::{Array1, Array2, Axis, s};
use rayon::prelude::*;
use valueseg::model::rows::N_RATINGS;
use valueseg::stats::dense::ridge_solve;
use valueseg::stats::normal_scores::NormalScores;

use crate::generate::{Base, NUISANCES, TRACES};

/// Penalties tried, one for all ratings, by five-fold cross-validation.
const PENALTIES: [f64; 7] = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0];
const FOLDS: usize = 5;

/// Signals of everybody as normal scores, with a one in front.
fn design(base: &Base) -> Array2<f64> {
    let (n, p) = (base.people.len(), TRACES + NUISANCES);
    let mut x = Array2::ones((n, p + 1));
    for m in 0..p {
        let values: Vec<f64> = base.people.iter().map(|person| person.signals[m]).collect();
        let scores = NormalScores::learn(&values, &vec![1.0; n]).map(|scores| scores.score_all(&values));
        x.column_mut(m + 1).assign(&Array1::from(scores.unwrap_or_else(|| vec![0.0; n])));
    }
    x
}

/// Predictions of all ratings of everybody, `(n, 60)`.
pub(crate) fn predictions(base: &Base) -> Array2<f64> {
    let x = design(base);
    let asked: Vec<usize> = (0..base.people.len()).filter(|i| base.people[*i].surveyed).collect();
    let items: Vec<Item> = (0..N_RATINGS)
        .into_par_iter()
        .map(|j| {
            let rows = asked.iter().filter_map(|i| Some((*i, f64::from(base.people[*i].given[j]?) * base.case.step())));
            Item::of(&x, rows.collect())
        })
        .collect();
    let errors: Vec<f64> = PENALTIES
        .par_iter()
        .map(|penalty| items.iter().map(|item| item.held_out_error(&x, *penalty)).sum::<f64>())
        .collect();
    let best = (0..PENALTIES.len()).fold(0, |best, i| if errors[i] < errors[best] { i } else { best });
    let mut predicted = Array2::zeros((base.people.len(), N_RATINGS));
    for (j, item) in items.iter().enumerate() {
        let weights = item.weights(None, PENALTIES[best]);
        predicted.column_mut(j).assign(&x.dot(&weights).mapv(|value| value.clamp(0.0, 10.0)));
    }
    predicted
}

/// One rating: its answers, and sums by fold.
struct Item {
    rows: Vec<(usize, f64)>,
    gram: Vec<Array2<f64>>,
    cross: Vec<Array1<f64>>,
}

impl Item {
    fn of(x: &Array2<f64>, rows: Vec<(usize, f64)>) -> Self {
        let p = x.ncols();
        let (mut gram, mut cross) = (vec![Array2::zeros((p, p)); FOLDS], vec![Array1::zeros(p); FOLDS]);
        for (fold, (gram, cross)) in gram.iter_mut().zip(&mut cross).enumerate() {
            let mine: Vec<(usize, f64)> = rows.iter().skip(fold).step_by(FOLDS).copied().collect();
            let picked = x.select(Axis(0), &mine.iter().map(|(i, _)| *i).collect::<Vec<usize>>());
            let answers = Array1::from_iter(mine.iter().map(|(_, answer)| *answer));
            *gram = picked.t().dot(&picked);
            *cross = picked.t().dot(&answers);
        }
        Self { rows, gram, cross }
    }

    /// Weights learned without one fold; the one in front is not penalized.
    fn weights(&self, without: Option<usize>, penalty: f64) -> Array1<f64> {
        let kept = |fold: &usize| Some(*fold) != without;
        let p = self.cross[0].len();
        let (mut gram, mut cross) = (Array2::zeros((p, p)), Array1::zeros(p));
        for fold in (0..FOLDS).filter(kept) {
            gram += &self.gram[fold];
            cross += &self.cross[fold];
        }
        // The solver adds the penalty to all of the diagonal.
        gram[[0, 0]] -= penalty;
        let solved = ridge_solve(gram.view(), cross.view().insert_axis(Axis(1)), penalty);
        solved.map_or_else(|| Array1::zeros(p), |weights| weights.slice(s![.., 0]).to_owned())
    }

    fn held_out_error(&self, x: &Array2<f64>, penalty: f64) -> f64 {
        let of_fold = |fold: usize| {
            let weights = self.weights(Some(fold), penalty);
            let mine = self.rows.iter().skip(fold).step_by(FOLDS);
            mine.map(|(i, answer)| (answer - x.row(*i).dot(&weights)).powi(2)).sum::<f64>()
        };
        (0..FOLDS).map(of_fold).sum()
    }
}
