//! Invented people who answer every question, drawn from the model and from the base: what a questionnaire is tried on.

use ndarray::{Array2, ArrayView2, s};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::super::measurement::Measurement;
use super::linear::LinearScores;
use valueseg_stats::draw::{mixed_seed, normal};
use valueseg_stats::mixture::{MAX_FACTORS, exp_of_negative};

/// People scored at a time, few enough that their scores stay in the fastest memory.
const LOT: usize = 256;

/// What people are drawn from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) measurement: &'a Measurement,
    /// Ratings that can be asked (`0..60`).
    pub(crate) columns: &'a [usize],
    /// `[60]` width of a step of the scale on 0–10; 0 = measured without steps.
    pub(crate) steps: &'a [f64],
    /// `(m, K)` log probabilities by signals of customers who were not asked; without rows, the segments' shares are all
    /// that is known.
    pub(crate) by_signals: ArrayView2<'a, f64>,
    /// `[m]` their row weights, > 0.
    pub(crate) weights: &'a [f64],
}

/// People and their answers, question by question.
#[derive(Clone, Debug)]
pub(crate) struct People {
    /// True segments.
    classes: Vec<usize>,
    /// `(n, K)` log probabilities by signals minus log shares: what signals add to linear scores.
    signals: Option<Array2<f64>>,
    /// `(columns, n)` answers on 0–10; single precision, because thousands of questionnaires are tried on them.
    answers: Array2<f32>,
}

impl People {
    /// Draws `n` people.
    ///
    /// METHOD: with a rotated questionnaire next to nobody has answered just the questions that are to be tried, so
    /// answers are simulated: a segment from what signals say of a customer who was not asked, factors and answers from the
    /// model, put on the steps and within the ends of the scale. Person `i` has a generator of its own.
    pub(crate) fn draw(source: &Source<'_>, n: usize, seed: u64) -> Self {
        let m = source.measurement;
        // Signals of real customers, each as often as he weighs; only segment and answers are made up.
        let rows = spread(source.weights, n);
        let drawn: Vec<(usize, Vec<f64>)> = (0..n)
            .into_par_iter()
            .map(|i| {
                let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(seed, i as u64));
                let class = if rows.is_empty() {
                    pick(m.weights.iter().copied(), &mut rng)
                } else {
                    pick(source.by_signals.row(rows[i]).iter().map(|log| log.exp()), &mut rng)
                };
                (class, answers(source, class, &mut rng))
            })
            .collect();
        let k = m.weights.len();
        let share = |class: usize| m.weights[class].max(f64::MIN_POSITIVE).ln();
        let signals = (!rows.is_empty())
            .then(|| Array2::from_shape_fn((n, k), |(i, class)| source.by_signals[(rows[i], class)] - share(class)));
        Self {
            classes: drawn.iter().map(|person| person.0).collect(),
            signals,
            answers: Array2::from_shape_fn((source.columns.len(), n), |(c, i)| drawn[i].1[c] as f32),
        }
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether something is known of them from signals.
    pub(crate) fn have_signals(&self) -> bool {
        self.signals.is_some()
    }

    /// Mean probability of the right segment when they are typed by `questions` (places among the columns): what greedy
    /// choices are made on, smoother than the share typed right.
    pub(crate) fn mean_probability(&self, linear: &LinearScores, questions: &[usize]) -> f64 {
        let mut total = 0.0;
        for (lot, classes) in self.classes.chunks(LOT).enumerate() {
            let scores = self.scores(linear, questions, lot * LOT, classes.len());
            // Lot by lot, so that scores stay in the cache; the largest is taken out before exponents can overflow.
            let mut top = [f32::NEG_INFINITY; LOT];
            for row in &scores {
                top.iter_mut().zip(row).for_each(|(top, score)| *top = top.max(*score));
            }
            let (mut sum, mut right) = ([0.0f32; LOT], [0.0f32; LOT]);
            for (class, row) in scores.iter().enumerate() {
                for (i, score) in row.iter().enumerate() {
                    let p = exp_of_negative(score - top[i]);
                    sum[i] += p;
                    right[i] += if classes[i] == class { p } else { 0.0 };
                }
            }
            total += right.iter().zip(&sum).take(classes.len()).map(|(right, sum)| f64::from(right / sum)).sum::<f64>();
        }
        total / self.len() as f64
    }

    /// Share typed right by `questions`, with or without what signals say.
    pub(crate) fn accuracy(&self, linear: &LinearScores, questions: &[usize], signals: bool) -> f64 {
        let mut scores = self.scores(linear, questions, 0, self.len());
        if let Some(known) = self.signals.as_ref().filter(|_| signals) {
            for (scores, known) in scores.iter_mut().zip(known.columns()) {
                scores.iter_mut().zip(known).for_each(|(score, s)| *score += *s as f32);
            }
        }
        let right = |(i, class): &(usize, &usize)| {
            let best = (1..scores.len()).fold(0, |best, k| if scores[k][*i] > scores[best][*i] { k } else { best });
            best == **class
        };
        self.classes.iter().enumerate().filter(right).count() as f64 / self.len() as f64
    }

    /// `[K][n]` scores by answers of the `n` people from `start` on.
    fn scores(&self, linear: &LinearScores, questions: &[usize], start: usize, n: usize) -> Vec<Vec<f32>> {
        let of = |(constant, weights): (&f64, &Vec<f64>)| {
            let mut scores = vec![*constant as f32; n];
            for (question, weight) in questions.iter().zip(weights) {
                let (answers, weight) = (self.answers.slice(s![*question, start..start + n]), *weight as f32);
                scores.iter_mut().zip(answers).for_each(|(score, x)| *score += weight * x);
            }
            scores
        };
        linear.constants.iter().zip(&linear.weights).map(of).collect()
    }
}

/// Answers of a member of `class` to all columns, on 0–10.
fn answers(source: &Source<'_>, class: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let m = source.measurement;
    let mut factors = [0.0; MAX_FACTORS];
    factors.iter_mut().take(m.ratings.factors()).for_each(|u| *u = normal(rng));
    let answer = |c: &usize| {
        let common: f64 = m.ratings.loadings[*c].iter().zip(&factors).map(|(l, u)| l * u).sum();
        let z = m.ratings.means[class][*c] + common + m.ratings.uniqueness[*c].sqrt() * normal(rng);
        on_scale(m.center[*c] + m.spread[*c] * z, source.steps[*c])
    };
    source.columns.iter().map(answer).collect()
}

/// The nearest answer that can be given: on 0–10, in steps.
pub(crate) fn on_scale(x: f64, step: f64) -> f64 {
    let x = x.clamp(0.0, 10.0);
    if step > 0.0 { ((x / step).round() * step).clamp(0.0, 10.0) } else { x }
}

/// `n` places spread evenly over rows of these weights, each as often as it weighs; none without rows.
fn spread(weights: &[f64], n: usize) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    let (mut at, mut below) = (0, 0.0);
    let place = |i: usize| {
        while at + 1 < weights.len() && below + weights[at] <= (i as f64 + 0.5) / n as f64 * total {
            below += weights[at];
            at += 1;
        }
        at
    };
    if weights.is_empty() { Vec::new() } else { (0..n).map(place).collect() }
}

/// A place drawn in proportion to `weights`.
fn pick(weights: impl Iterator<Item = f64> + Clone, rng: &mut Xoshiro256PlusPlus) -> usize {
    let total: f64 = weights.clone().sum();
    let mut left = rng.gen_range(0.0..1.0) * total;
    let mut last = 0;
    for (at, weight) in weights.enumerate() {
        last = at;
        if left < weight {
            return at;
        }
        left -= weight;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::super::linear::tests::measurement;
    use super::*;

    #[test]
    fn answers_lie_on_the_steps_and_within_the_scale() {
        assert_eq!(on_scale(6.4, 2.5), 7.5);
        assert_eq!(on_scale(-3.0, 1.0), 0.0);
        assert_eq!(on_scale(11.0, 1.0), 10.0);
        assert_eq!(on_scale(6.43, 0.0), 6.43);
    }

    #[test]
    fn people_have_the_shares_and_means_of_their_source_and_do_not_depend_on_threads() {
        let m = measurement(1.0);
        let nobody = Array2::zeros((0, 3));
        let source =
            Source { measurement: &m, columns: &[3, 40], steps: &[0.0; 60], by_signals: nobody.view(), weights: &[] };
        let people = People::draw(&source, 20_000, 7);
        let share = people.classes.iter().filter(|c| **c == 0).count() as f64 / 20_000.0;
        assert!((share - 0.5).abs() < 0.015, "{share}");
        let in_first = |c: usize| {
            let own = people.classes.iter().zip(people.answers.row(c)).filter(|(class, _)| **class == 0);
            own.map(|(_, x)| f64::from(*x)).sum::<f64>() / (share * 20_000.0)
        };
        // Far enough from the ends of the scale that cutting there hardly moves the mean.
        for (c, column) in [3, 40].into_iter().enumerate() {
            let expected = m.center[column] + m.spread[column] * m.ratings.means[0][column];
            assert!((in_first(c) - expected).abs() < 0.35, "{} {expected}", in_first(c));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let alone = pool.install(|| People::draw(&source, 20_000, 7));
        assert_eq!(alone.answers, people.answers);
        assert!(!people.have_signals());
    }

    #[test]
    fn what_signals_are_sure_of_needs_no_question() {
        let m = measurement(1.0);
        let sure = Array2::from_shape_fn((4, 3), |(i, k)| if i % 3 == k { 0.0 } else { -50.0 });
        let source =
            Source { measurement: &m, columns: &[3], steps: &[1.0; 60], by_signals: sure.view(), weights: &[1.0; 4] };
        let people = People::draw(&source, 400, 1);
        let none = LinearScores::of(&m, &[]);
        assert_eq!(people.accuracy(&none, &[], true), 1.0);
        let share = people.classes.iter().filter(|c| **c == 0).count() as f64 / 400.0;
        assert_eq!(people.accuracy(&none, &[], false), share, "without anything the largest segment is guessed");
    }

    #[test]
    fn a_row_of_weight_two_is_met_twice_as_often() {
        assert_eq!(spread(&[1.0, 2.0, 1.0], 8), [0, 0, 1, 1, 1, 1, 2, 2]);
        assert_eq!(spread(&[1.0; 5], 5), [0, 1, 2, 3, 4]);
        assert_eq!(spread(&[1.0; 4], 2), [1, 3]);
        assert!(spread(&[], 5).is_empty());
    }
}
