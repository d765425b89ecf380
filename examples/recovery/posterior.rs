//! The exact posterior: what somebody could say who knew everything but the customers, that is, the true parameters.
//!
//! The factors are integrated out by importance sampling around the normal approximation of each segment: exact likelihoods
//! of the answers as rounded and cut off, of heavy tails, counts and curves, and of careless answering.

use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use valueseg::model::rows::N_RATINGS;
use valueseg::stats::dense::Cholesky;
use valueseg::stats::draw::normal;
use valueseg::stats::mixture::likeliest;

use crate::cases::Traces;
use crate::generate::{Base, Person, TRACES};
use crate::likelihood::{answer, signal};

/// Draws of the factors, half of them mirrored.
const DRAWS: usize = 32;
/// The approximation is made so much wider.
const WIDER: f64 = 1.2;

/// What is known of one customer.
pub(crate) struct Known {
    /// Probability of each segment.
    pub(crate) segments: Array1<f64>,
    /// Expected place of each rating before rounding, from what was seen.
    pub(crate) ratings: Array1<f64>,
}

impl Known {
    /// The likeliest segment.
    pub(crate) fn likeliest(&self) -> usize {
        likeliest(self.segments.view())
    }
}

/// The posterior of each of these customers: answers and signals of those surveyed, signals of others.
pub(crate) fn exact(base: &Base, people: &[usize]) -> Vec<Known> {
    let q = base.parameters.loadings.ncols();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(77);
    let half: Vec<Array1<f64>> = (0..DRAWS / 2).map(|_| Array1::from_shape_fn(q, |_| normal(&mut rng))).collect();
    let draws: Vec<Array1<f64>> = half.iter().flat_map(|z| [z.clone(), -z]).collect();
    people.par_iter().map(|person| of_one(base, &base.people[*person], &draws)).collect()
}

fn of_one(base: &Base, person: &Person, draws: &[Array1<f64>]) -> Known {
    let p = &base.parameters;
    let (mut logs, mut factors) = evidence(base, person, person.surveyed, draws);
    if person.surveyed && base.case.careless > 0.0 {
        let (by_signals, _) = evidence(base, person, false, draws);
        let careless = careless(base, person);
        for (log, signals) in logs.iter_mut().zip(&by_signals) {
            *log = ln_sum(&[(1.0 - base.case.careless).ln() + *log, careless + signals]);
        }
    }
    for (k, log) in logs.iter_mut().enumerate() {
        let response = if person.surveyed { p.response[k] } else { 1.0 - p.response[k] };
        *log += p.shares[k].ln() + response.max(1e-12).ln();
    }
    let all = ln_sum(logs.as_slice().unwrap_or_default());
    let segments = logs.mapv(|log| (log - all).exp());
    for (k, mut row) in factors.rows_mut().into_iter().enumerate() {
        row *= segments[k];
    }
    let ratings = p.means.t().dot(&segments) + p.loadings.dot(&factors.sum_axis(ndarray::Axis(0)));
    Known { segments, ratings }
}

/// `ln p(seen | segment)` and the expected factors in each segment.
fn evidence(base: &Base, person: &Person, answers: bool, draws: &[Array1<f64>]) -> (Array1<f64>, Array2<f64>) {
    let (case, p) = (&base.case, &base.parameters);
    let (segments, q) = (p.shares.len(), p.loadings.ncols());
    let given: Vec<(usize, u8)> =
        (0..N_RATINGS).filter(|_| answers).filter_map(|j| Some((j, person.given[j]?))).collect();
    let pseudo = pseudo_observations(base, person, &given);
    let mut precision = Array2::<f64>::eye(q);
    for seen in &pseudo {
        for a in 0..q {
            for b in 0..q {
                precision[[a, b]] += seen.loadings[a] * seen.loadings[b] / seen.variance;
            }
        }
    }
    let Some(root) = Cholesky::try_new(precision.view()) else { unreachable!("an identity and squares") };
    let mut logs = Array1::zeros(segments);
    let mut expected = Array2::zeros((segments, q));
    for k in 0..segments {
        let mut middle = vec![0.0; q];
        for seen in &pseudo {
            for (a, m) in middle.iter_mut().enumerate() {
                *m += seen.loadings[a] * (seen.value - seen.means[k]) / seen.variance;
            }
        }
        root.solve(&mut middle);
        let (mut weights, mut places) = (Vec::new(), Vec::new());
        for z in draws {
            let mut f = z.to_vec();
            root.backward(&mut f);
            f.iter_mut().zip(&middle).for_each(|(f, m)| *f = WIDER * *f + m);
            let f = Array1::from(f);
            let common = |loadings: &Array2<f64>, j: usize| loadings.row(j).dot(&f);
            let of_answers: f64 = given
                .iter()
                .map(|(j, code)| answer(case, *code, p.means[[k, *j]] + common(&p.loadings, *j), p.noise[*j]))
                .sum();
            let of_signals: f64 = (0..TRACES)
                .map(|m| signal(case, m, person.signals[m], p.trace_means[[k, m]] + common(&p.trace_loadings, m)))
                .sum();
            let proposal = -0.5 * z.dot(z) - q as f64 * WIDER.ln() + 0.5 * root.log_determinant();
            weights.push(of_answers + of_signals - 0.5 * f.dot(&f) - proposal);
            places.push(f);
        }
        let all = ln_sum(&weights);
        logs[k] = all - (draws.len() as f64).ln();
        for (weight, place) in weights.iter().zip(&places) {
            expected.row_mut(k).scaled_add((weight - all).exp(), place);
        }
    }
    (logs, expected)
}

/// A normal stand-in for something seen, which the approximation is made of.
struct Seen<'a> {
    value: f64,
    variance: f64,
    means: Vec<f64>,
    loadings: ndarray::ArrayView1<'a, f64>,
}

fn pseudo_observations<'a>(base: &'a Base, person: &Person, given: &[(usize, u8)]) -> Vec<Seen<'a>> {
    let (case, p) = (&base.case, &base.parameters);
    let mut all: Vec<Seen<'_>> = given
        .iter()
        .map(|(j, code)| Seen {
            value: f64::from(*code) * case.step(),
            // A rounded value is off by up to half a step, evenly.
            variance: p.noise[*j].powi(2) + case.step().powi(2) / 12.0,
            means: p.means.column(*j).to_vec(),
            loadings: p.loadings.row(*j),
        })
        .collect();
    for m in 0..TRACES {
        let seen = match case.traces {
            Traces::Plain => Some((person.signals[m], 1.0)),
            Traces::Counts => Some(((person.signals[m] + 0.5).ln() - 0.7, 1.0 / (person.signals[m] + 0.5))),
            Traces::Curved => (m % 3 == 2).then_some((person.signals[m] / 2.0, 0.16)),
        };
        all.extend(seen.map(|(value, variance)| Seen {
            value,
            variance,
            means: p.trace_means.column(m).to_vec(),
            loadings: p.trace_loadings.row(m),
        }));
    }
    all
}

/// `ln p(answers, careless)`: half of the careless give one answer to all, half any.
fn careless(base: &Base, person: &Person) -> f64 {
    let codes: Vec<u8> = person.given.iter().flatten().copied().collect();
    let steps = base.case.steps as f64;
    let any = -(codes.len() as f64) * steps.ln();
    let same = codes.windows(2).all(|pair| pair[0] == pair[1]);
    let one = if same { -steps.ln() } else { f64::NEG_INFINITY };
    (base.case.careless / 2.0).ln() + ln_sum(&[any, one])
}

fn ln_sum(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + logs.iter().map(|log| (log - most).exp()).sum::<f64>().ln()
}
