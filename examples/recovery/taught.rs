//! What is in reach without knowing the parameters: learners that are told the *true segment of every respondent*.
//!
//! The exact posterior knows every parameter; a night has to learn them from the few who answered, and their segments too.
//! These learners are spared the second half. Several are tried, and the best one is taken with hindsight, which no
//! program could do: what it misses of the exact posterior is the price of learning from so few, whatever the method.
//!
//! [`likeliest`] is another reference: the mixture of answers and signals together that is likeliest near the truth, for
//! EM begins there. A search that never saw a true segment cannot be expected to end nearer to it.

use linfa::ParamGuard;
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};
use valueseg::model::rows::N_RATINGS;
use valueseg::stats::agreement::adjusted_rand_index;
use valueseg::stats::dense::Cholesky;
use valueseg::stats::discriminant::{Discriminant, Guessed};
use valueseg::stats::mixture::{FactorMixtureParams, likeliest as largest, model_from};
use valueseg::stats::normal_scores::NormalScores;
use valueseg::stats::observed::Observed;

use crate::generate::{Base, NUISANCES, TRACES};

/// Rounds of EM over respondents and everybody else.
const ROUNDS: usize = 30;

/// Iterations of EM from the truth, at most.
const ITERATIONS: usize = 100;

/// Class means, the covariance within classes, and the shares of classes among those who are judged.
struct Classes {
    means: Array2<f64>,
    within: Array2<f64>,
    shares: Array1<f64>,
}

/// The largest ARI of any learner on customers who were not asked, and which one it was; `None` with one true segment.
pub(crate) fn best(base: &Base) -> Option<(f64, &'static str)> {
    if base.case.segments == 1 {
        return None;
    }
    let (raw, scores) = (signals(base, false), signals(base, true));
    let squared = concatenate![Axis(1), scores, scores.mapv(|score| score * score - 1.0)];
    let mut tried = Vec::new();
    for (features, names) in [
        (&raw, ["signals, Fisher", "signals, Fisher and EM", "signals, shrunk and EM"]),
        (&scores, ["normal scores, Fisher", "normal scores, Fisher and EM", "normal scores, shrunk and EM"]),
        (&squared, ["squares too, Fisher", "squares too, Fisher and EM", "squares too, shrunk and EM"]),
    ] {
        let learner = Learner::of(base, features);
        let found = [Some(learner.fisher()), learner.fisher_and_em(), learner.shrunk_and_em()];
        tried.extend(found.into_iter().zip(names).filter_map(|(classes, name)| Some((learner.ari(&classes?), name))));
    }
    tried.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))
}

/// ARI, on customers who were not asked, of the mixture of all answers and signals where EM ends that begins at the true
/// segments of everybody; `None` with one true segment.
pub(crate) fn likeliest(base: &Base) -> Option<f64> {
    let (n, k) = (base.people.len(), base.case.segments);
    let signals = signals(base, true);
    let rating = |i: usize, j: usize| base.people[i].given[j].map(|code| f64::from(code) * base.case.step());
    let values = Array2::from_shape_fn((n, N_RATINGS + signals.ncols()), |(i, j)| match j.checked_sub(N_RATINGS) {
        Some(signal) => signals[(i, signal)],
        None => rating(i, j).unwrap_or(0.0),
    });
    let present = Array2::from_shape_fn(values.dim(), |(i, j)| j >= N_RATINGS || rating(i, j).is_some());
    let data = Observed::try_new(values, present, Array1::ones(n)).ok()?;
    let truth = Array2::from_shape_fn((n, k), |(i, of)| f64::from(u8::from(base.people[i].segment == of)));
    // One factor more than the base has: what heavy and light buyers differ in.
    let q = base.parameters.loadings.ncols() + 1;
    let start = model_from(&data, truth.view(), q, 1.0);
    let params = FactorMixtureParams::new(k, q).max_iterations(ITERATIONS).tolerance(1e-7).check().ok()?;
    let found = params.fit_from(&data, start).mixture.probabilities(&data);
    let unasked = || (0..n).filter(|i| !base.people[*i].surveyed);
    let labels: Vec<usize> = unasked().map(|i| largest(found.row(i))).collect();
    let truth: Vec<usize> = unasked().map(|i| base.people[i].segment).collect();
    if k > 1 { Some(adjusted_rand_index(&truth, &labels)) } else { None }
}

/// `(n, p)`: the signals of everybody, as they are or as normal scores.
fn signals(base: &Base, as_scores: bool) -> Array2<f64> {
    let n = base.people.len();
    let mut all = Array2::from_shape_fn((n, TRACES + NUISANCES), |(i, m)| base.people[i].signals[m]);
    for mut column in all.columns_mut() {
        let values = column.to_vec();
        let learned = NormalScores::learn(&values, &vec![1.0; n]).filter(|_| as_scores);
        if let Some(scores) = learned.map(|scores| scores.score_all(&values)) {
            column.assign(&Array1::from(scores));
        }
    }
    all
}

/// Respondents with their true segments, and those to be judged.
struct Learner {
    told: Array2<f64>,
    /// `(n, K)`, one 1 in each row.
    given: Array2<f64>,
    others: Array2<f64>,
    truth: Vec<usize>,
}

impl Learner {
    fn of(base: &Base, features: &Array2<f64>) -> Self {
        let (asked, others): (Vec<usize>, Vec<usize>) = (0..base.people.len()).partition(|i| base.people[*i].surveyed);
        let given = Array2::from_shape_fn((asked.len(), base.case.segments), |(row, k)| {
            f64::from(u8::from(base.people[asked[row]].segment == k))
        });
        Self {
            told: features.select(Axis(0), &asked),
            given,
            truth: others.iter().map(|i| base.people[*i].segment).collect(),
            others: features.select(Axis(0), &others),
        }
    }

    /// Fisher's linear discriminant.
    fn fisher(&self) -> Classes {
        Classes::of(self.told.view(), self.given.view())
    }

    /// Fisher's discriminant carried on by EM over everybody, the segments of respondents held.
    fn fisher_and_em(&self) -> Option<Classes> {
        let all = concatenate![Axis(0), self.told, self.others];
        let mut classes = self.fisher();
        for _ in 0..ROUNDS {
            let guessed = classes.posterior(&self.others)?;
            classes = Classes::of(all.view(), concatenate![Axis(0), self.given, guessed].view());
            classes.shares = guessed.mean_axis(Axis(0))?;
        }
        Some(classes)
    }

    /// Class means shrunk in whitened space, by EM over everybody as well.
    fn shrunk_and_em(&self) -> Option<Classes> {
        let told = Observed::complete(self.told.clone()).ok()?;
        let rows = Observed::complete(self.others.clone()).ok()?;
        let all = concatenate![Axis(0), self.told, self.others];
        let total = Classes::of(all.view(), Array2::ones((all.nrows(), 1)).view()).within;
        let learned = |guessed: Option<Guessed<'_>>, shares| {
            let found = Discriminant::learn_beside(&told, self.given.view(), guessed, &total);
            Classes { means: found.means, within: found.within, shares }
        };
        let mut classes = learned(None, self.given.mean_axis(Axis(0))?);
        for _ in 0..ROUNDS {
            let given = classes.posterior(&self.others)?;
            let shares = given.mean_axis(Axis(0))?;
            classes = learned(Some(Guessed { rows: &rows, given: given.view(), weight: 1.0 }), shares);
        }
        Some(classes)
    }

    fn ari(&self, classes: &Classes) -> f64 {
        let Some(posterior) = classes.posterior(&self.others) else { return 0.0 };
        let found: Vec<usize> = posterior.rows().into_iter().map(largest).collect();
        adjusted_rand_index(&self.truth, &found)
    }
}

impl Classes {
    /// Weighted means and one covariance within, of rows `(n, p)` with probabilities `(n, K)`.
    fn of(rows: ArrayView2<'_, f64>, given: ArrayView2<'_, f64>) -> Self {
        let sizes = given.sum_axis(Axis(0));
        let means = given.t().dot(&rows) / sizes.mapv(|size| size.max(f64::MIN_POSITIVE)).insert_axis(Axis(1));
        let between = means.t().dot(&(&means * &sizes.view().insert_axis(Axis(1))));
        let within = (rows.t().dot(&rows) - between) / sizes.sum();
        let shares = &sizes / sizes.sum();
        Self { means, within, shares }
    }

    /// `(n, K)` probabilities of the classes; `None` = the covariance is not positive definite.
    fn posterior(&self, rows: &Array2<f64>) -> Option<Array2<f64>> {
        let root = Cholesky::try_new(self.within.view())?;
        let mut weights = self.means.clone();
        for mut row in weights.rows_mut() {
            let mut solved = row.to_vec();
            root.solve(&mut solved);
            row.assign(&Array1::from(solved));
        }
        let offsets = self.shares.mapv(f64::ln) - (&weights * &self.means).sum_axis(Axis(1)) / 2.0;
        let mut logs = rows.dot(&weights.t()) + offsets;
        for mut row in logs.rows_mut() {
            let most = row.fold(f64::NEG_INFINITY, |most, log| most.max(*log));
            row.mapv_inplace(|log| (log - most).exp());
            let sum = row.sum();
            row /= sum;
        }
        Some(logs)
    }
}
