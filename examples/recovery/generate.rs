//! Bases of strangers: made from a seed by a model of their own, which has nothing to do with the catalogue.
//!
//! A rating is `round(base + mean of the segment + loadings · factors + noise)` on the answers that exist. Factor 0 is the use
//! of the scale, factor 1 a halo over fulfillment, then come factors of importance and what near-duplicates share. All but
//! the first move signals as well, so signals tell more of a person than the segment.

use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use valueseg::model::rows::N_RATINGS;
use valueseg::stats::draw::{mixed_seed, normal};

use crate::cases::{Case, Traces};

/// Elements; ratings are their importances, then their fulfillments.
pub(crate) const ELEMENTS: usize = N_RATINGS / 2;
/// Signals that know something, and those that split heavy from light buyers, which tells nothing of wants.
pub(crate) const TRACES: usize = 20;
pub(crate) const NUISANCES: usize = 6;
/// Factors before those of importance.
const OWN_FACTORS: usize = 2;

/// What the base was made with.
pub(crate) struct Parameters {
    pub(crate) shares: Vec<f64>,
    /// Chance of answering, by segment.
    pub(crate) response: Vec<f64>,
    /// `(K, 60)`: where a rating lies before rounding, factors at 0.
    pub(crate) means: Array2<f64>,
    /// `(60, q)`.
    pub(crate) loadings: Array2<f64>,
    /// `(60)`: standard deviation of the own noise.
    pub(crate) noise: Array1<f64>,
    /// `(K, TRACES)`.
    pub(crate) trace_means: Array2<f64>,
    /// `(TRACES, q)`.
    pub(crate) trace_loadings: Array2<f64>,
}

/// How a respondent answers.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Attentive,
    /// One answer to everything.
    Straight,
    /// Any answer.
    Random,
}

/// One customer.
pub(crate) struct Person {
    pub(crate) segment: usize,
    pub(crate) surveyed: bool,
    /// Answers to all 60 questions if asked and attentive, as codes from 0.
    pub(crate) hidden: [u8; N_RATINGS],
    /// What was answered; those not asked gave nothing.
    pub(crate) given: [Option<u8>; N_RATINGS],
    /// [`TRACES`] signals, then [`NUISANCES`].
    pub(crate) signals: Vec<f64>,
}

/// A base with its truth.
pub(crate) struct Base {
    pub(crate) case: Case,
    pub(crate) parameters: Parameters,
    pub(crate) people: Vec<Person>,
}

impl Base {
    /// The base of a case and a seed.
    pub(crate) fn new(case: Case, seed: u64) -> Self {
        let key = case.name.bytes().fold(seed, |key, byte| mixed_seed(key, u64::from(byte)));
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(key);
        let parameters = Parameters::draw(&case, &mut rng);
        let people = (0..case.customers).map(|_| Person::draw(&case, &parameters, &mut rng)).collect();
        Self { case, parameters, people }
    }

    /// The hidden rating of a person on 0–10.
    pub(crate) fn truth(&self, person: usize, rating: usize) -> f64 {
        f64::from(self.people[person].hidden[rating]) * self.case.step()
    }
}

impl Parameters {
    fn draw(case: &Case, rng: &mut Xoshiro256PlusPlus) -> Self {
        let q = OWN_FACTORS + case.factors + case.duplicates;
        let lift = if case.ceiling { 2.6 } else { 0.0 };
        let base: Vec<f64> = (0..N_RATINGS).map(|_| 5.8 + lift + 0.7 * normal(rng)).collect();
        let mut means = Array2::zeros((case.segments, N_RATINGS));
        let levels = (0..case.segments).map(|k| case.level * (k as f64 - (case.segments as f64 - 1.0) / 2.0));
        for (k, level) in levels.enumerate() {
            let wants: Vec<f64> = (0..ELEMENTS).map(|_| case.separation * normal(rng)).collect();
            let mean = wants.iter().sum::<f64>() / ELEMENTS as f64;
            for (j, base) in base.iter().enumerate() {
                let of_segment = match case.segments {
                    1 => 0.0,
                    _ if j < ELEMENTS => wants[j] - mean + level,
                    _ => 0.5 * case.separation * normal(rng),
                };
                means[[k, j]] = base + of_segment;
            }
        }
        let mut loadings = Array2::zeros((N_RATINGS, q));
        for j in 0..N_RATINGS {
            loadings[[j, 0]] = case.scale_use * rng.gen_range(0.8..1.2);
            loadings[[j, 1]] = if j < ELEMENTS { 0.0 } else { rng.gen_range(0.5..1.0) };
            for f in (0..case.factors).filter(|_| j < ELEMENTS) {
                loadings[[j, OWN_FACTORS + f]] = case.factor_strength * normal(rng);
            }
        }
        if case.name == "one_plain" {
            loadings.fill(0.0);
        }
        let mut noise = Array1::from_shape_fn(N_RATINGS, |_| 1.5 * rng.gen_range(0.8..1.2));
        for pair in 0..case.duplicates {
            let (one, other) = (2 * pair, 2 * pair + 1);
            for k in 0..case.segments {
                means[[k, other]] = means[[k, one]] + 0.2;
            }
            for f in 0..OWN_FACTORS + case.factors {
                loadings[[other, f]] = loadings[[one, f]];
            }
            for item in [one, other] {
                loadings[[item, OWN_FACTORS + case.factors + pair]] = 1.4;
                noise[item] = 0.4;
            }
        }
        let trace_means = Array2::from_shape_fn((case.segments, TRACES), |_| match case.segments {
            1 => 0.0,
            _ => case.trace_strength * normal(rng),
        });
        let moved = OWN_FACTORS + case.factors;
        let trace_loadings = Array2::from_shape_fn((TRACES, q), |(_, f)| match f {
            f if (1..moved).contains(&f) => 0.35 * normal(rng),
            _ => 0.0,
        });
        Self { shares: case.shares(), response: case.response(), means, loadings, noise, trace_means, trace_loadings }
    }
}

impl Person {
    fn draw(case: &Case, parameters: &Parameters, rng: &mut Xoshiro256PlusPlus) -> Self {
        let segment = one_of(&parameters.shares, rng);
        let factors = Array1::from_shape_fn(parameters.loadings.ncols(), |_| normal(rng));
        let common = parameters.loadings.dot(&factors);
        let highest = (case.steps - 1) as f64;
        let hidden = std::array::from_fn(|j| {
            let value = parameters.means[[segment, j]] + common[j] + parameters.noise[j] * unit_noise(case, rng);
            (value / case.step()).round().clamp(0.0, highest) as u8
        });
        let moved = parameters.trace_loadings.dot(&factors);
        let mut signals: Vec<f64> =
            (0..TRACES).map(|m| trace(case, m, parameters.trace_means[[segment, m]] + moved[m], rng)).collect();
        let heavy = if rng.gen_bool(0.4) { 1.2 } else { -0.8 };
        signals.extend((0..NUISANCES).map(|_| heavy + 0.6 * normal(rng)));
        let surveyed = rng.gen_bool(parameters.response[segment].min(1.0));
        let manner = match rng.gen_bool(case.careless) {
            false => Manner::Attentive,
            true if rng.gen_bool(0.5) => Manner::Straight,
            true => Manner::Random,
        };
        let asked = if surveyed { some_of(case.asked, rng) } else { [false; ELEMENTS] };
        let one = rng.gen_range(0..case.steps) as u8;
        let given = std::array::from_fn(|j| {
            let any = rng.gen_range(0..case.steps) as u8;
            asked[j % ELEMENTS].then_some(match manner {
                Manner::Attentive => hidden[j],
                Manner::Straight => one,
                Manner::Random => any,
            })
        });
        Self { segment, surveyed, hidden, given, signals }
    }
}

/// What a signal shows of `eta`, what moves it.
fn trace(case: &Case, signal: usize, eta: f64, rng: &mut Xoshiro256PlusPlus) -> f64 {
    match case.traces {
        Traces::Plain => eta + unit_noise(case, rng),
        Traces::Counts => poisson(count_mean(eta), rng),
        Traces::Curved => curve(signal, eta) + 0.8 * normal(rng),
    }
}

/// Mean of a count.
pub(crate) fn count_mean(eta: f64) -> f64 {
    (0.7 + eta).min(5.0).exp()
}

/// Where a curved signal lies; noise of 0.8 comes on top.
pub(crate) fn curve(signal: usize, eta: f64) -> f64 {
    let x = 2.0 * eta;
    match signal % 3 {
        0 => 0.7 * x * x,
        1 => 1.5 * (1.5 * x).sin(),
        _ => x,
    }
}

/// Noise of mean 0 and spread 1: normal, or Student's with three degrees of freedom.
fn unit_noise(case: &Case, rng: &mut Xoshiro256PlusPlus) -> f64 {
    let z = normal(rng);
    if !case.heavy_tails {
        return z;
    }
    let chi: f64 = (0..3).map(|_| normal(rng).powi(2)).sum();
    // t = z/√(χ²/3) has variance 3.
    z / chi.sqrt()
}

fn poisson(mean: f64, rng: &mut Xoshiro256PlusPlus) -> f64 {
    let (limit, mut product, mut count) = ((-mean).exp(), rng.gen_range(0.0..1.0_f64), 0);
    while product > limit {
        product *= rng.gen_range(0.0..1.0_f64);
        count += 1;
    }
    f64::from(count)
}

fn one_of(shares: &[f64], rng: &mut Xoshiro256PlusPlus) -> usize {
    let mut left: f64 = rng.gen_range(0.0..1.0);
    for (k, share) in shares.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return k;
        }
    }
    shares.len() - 1
}

/// A share of `N` places, drawn without repetition.
fn some_of<const N: usize>(share: f64, rng: &mut Xoshiro256PlusPlus) -> [bool; N] {
    let mut places: [usize; N] = std::array::from_fn(|place| place);
    let wanted = (share * N as f64).round() as usize;
    let mut taken = [false; N];
    for i in 0..wanted.min(N) {
        places.swap(i, rng.gen_range(i..N));
        taken[places[i]] = true;
    }
    taken
}
