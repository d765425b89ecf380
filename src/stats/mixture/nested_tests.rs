//! Larger models held against smaller ones on random problems, and what a constant weight changes.

use linfa::prelude::*;
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::agreement::adjusted_rand_index;
use crate::draw::{mixed_seed, normal};
use crate::observed::Observed;

/// Random problems tried; `VALUESEG_NESTED` asks for another number.
const PROBLEMS: u64 = 24;

/// A random table: 1 to 5 groups, 0 to 2 common factors, continuous, on eleven steps or on five, with gaps.
fn random_table(seed: u64) -> Observed {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(seed, 0x9E57));
    let (n, j) = (rng.gen_range(60..220), rng.gen_range(4..9));
    let (groups, factors) = (rng.gen_range(1..6), rng.gen_range(0..3));
    let (spread, steps) = (rng.gen_range(0.3..2.0), rng.gen_range(0..3));
    let centers = Array2::from_shape_fn((groups, j), |_| spread * normal(&mut rng));
    let loadings = Array2::from_shape_fn((j, factors), |_| normal(&mut rng));
    let answered = rng.gen_range(0.5..1.0);
    let (mut values, mut present) = (Array2::zeros((n, j)), Array2::from_elem((n, j), true));
    for i in 0..n {
        let group = rng.gen_range(0..groups);
        let common: Vec<f64> = (0..factors).map(|_| normal(&mut rng)).collect();
        for c in 0..j {
            let level: f64 = common.iter().enumerate().map(|(a, u)| loadings[(c, a)] * u).sum();
            let value = centers[(group, c)] + level + normal(&mut rng);
            values[(i, c)] = match steps {
                0 => value,
                1 => (2.0 * value).round().clamp(-5.0, 5.0),
                _ => value.round().clamp(-2.0, 2.0),
            };
            present[(i, c)] = rng.gen_bool(answered);
        }
    }
    let data = Observed::try_new(values, present, Array1::ones(n)).unwrap();
    data.standardized(&data.column_moments())
}

#[test]
fn no_larger_model_fits_worse_than_a_smaller_one() {
    let problems = std::env::var("VALUESEG_NESTED").ok().and_then(|n| n.parse().ok()).unwrap_or(PROBLEMS);
    for seed in 0..problems {
        let data = DatasetBase::new(random_table(seed), ());
        let (classes, factors) = (2 + (seed % 3) as usize, (seed % 2) as usize + 1);
        // Each asked for alone, as a caller would who does not know of the other.
        let fit =
            |k: usize, q: usize| FactorMixtureParams::new(k, q).starts(3).rounds(1).fit(&data).unwrap().log_likelihood;
        let own = fit(classes, factors);
        for (k, q) in [(classes - 1, factors), (classes, factors - 1)] {
            let smaller = fit(k, q);
            assert!(own >= smaller - 1e-9, "problem {seed}: {classes} classes, {factors} factors: {own} < {smaller}");
        }
    }
}

#[test]
fn a_weight_that_all_rows_share_changes_no_bit() {
    let data = random_table(7);
    let fit = |weight: f64| {
        let weights = Array1::from_elem(data.n_rows(), weight);
        let heavy = Observed::try_new(data.values().to_owned(), data.present().to_owned(), weights).unwrap();
        FactorMixtureParams::new(3, 1).fit(&DatasetBase::new(heavy, ())).unwrap()
    };
    let one = fit(1.0);
    assert_eq!(fit(12.0), one);
    assert_eq!(fit(0.3), one);
}

/// `n` people in groups of these shares, a scale use of their own, ten questions on `steps` steps.
fn survey(n: usize, shares: &[f64], steps: usize, seed: u64) -> (Observed, Vec<usize>) {
    const QUESTIONS: usize = 10;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let wanted = Array2::from_shape_fn((shares.len(), QUESTIONS), |_| if rng.gen_bool(0.4) { 1.1 } else { -0.7 });
    let mut truth = Vec::new();
    let mut values = Array2::zeros((n, QUESTIONS));
    for i in 0..n {
        let at = (i as f64 + 0.5) / n as f64;
        let mut sum = 0.0;
        let group = shares.iter().position(|share| {
            sum += share;
            at < sum
        });
        truth.push(group.unwrap_or(0));
        let level = 0.4 * normal(&mut rng);
        for c in 0..QUESTIONS {
            let want = wanted[(truth[i], c)] + level + 0.6 * normal(&mut rng);
            // Most answers lie in the upper half of the scale, as in surveys of satisfaction.
            let step = ((want + 2.6) / 4.2 * steps as f64).floor().clamp(0.0, steps as f64 - 1.0);
            values[(i, c)] = step;
        }
    }
    let data = Observed::complete(values).unwrap();
    (data.standardized(&data.column_moments()), truth)
}

#[test]
fn three_groups_on_five_points_are_three_by_the_criterion() {
    for seed in 1..4 {
        let (data, truth) = survey(900, &[0.5, 0.3, 0.2], 5, seed);
        let data = DatasetBase::new(category_scores(&data), ());
        let fits: Vec<Fitted> =
            (1..=6).map(|k| FactorMixtureParams::new(k, 1).nested(false).fit(&data).unwrap()).collect();
        let best = (0..6).min_by(|a, b| fits[*a].bic.total_cmp(&fits[*b].bic)).unwrap();
        let bic: Vec<f64> = fits.iter().map(|fit| fit.bic.round()).collect();
        assert_eq!(best + 1, 3, "seed {seed}: {bic:?}");
        let labels: Array1<usize> = fits[2].predict(&data);
        assert!(adjusted_rand_index(&truth, &labels.to_vec()) > 0.8);
    }
}

#[test]
fn answers_that_have_nothing_to_do_with_each_other_are_one_group_however_few_steps_they_have() {
    for (steps, seed) in [(2, 1), (3, 2), (5, 3)] {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let shares: Vec<f64> = (0..8).map(|_| rng.gen_range(0.05..0.95)).collect();
        let values = Array2::from_shape_fn((800, 8), |(_, c)| {
            (0..steps - 1).map(|_| f64::from(u8::from(rng.gen_bool(shares[c])))).sum::<f64>()
        });
        let data = Observed::complete(values).unwrap();
        let data = DatasetBase::new(category_scores(&data.standardized(&data.column_moments())), ());
        for q in [0, 2] {
            let bic = |k| FactorMixtureParams::new(k, q).nested(false).fit(&data).unwrap().bic;
            let one = bic(1);
            assert!((2..4).all(|k| bic(k) > one), "{steps} steps, {q} factors");
        }
    }
}

#[test]
fn eight_groups_of_unequal_size_are_found() {
    let shares = [0.28, 0.2, 0.15, 0.12, 0.09, 0.07, 0.05, 0.04];
    for seed in 1..3 {
        let (data, truth) = survey(1_600, &shares, 11, seed);
        let params = FactorMixtureParams::new(8, 1).nested(false);
        let data = DatasetBase::new(data, ());
        let found = params.fit(&data).unwrap();
        let known = model_from(data.records(), one_hot(&truth, 8).view(), 1, 1.0);
        let best = params.check().unwrap().fit_from(data.records(), known);
        assert!(found.log_likelihood > best.log_likelihood - 5.0, "{} {}", found.log_likelihood, best.log_likelihood);
    }
}
