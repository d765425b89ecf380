//! The mixture as a whole, on tables with known classes and factors.

use linfa::prelude::*;
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::em::{EmLimits, run, tiles_of};
use super::fit::free_rule;
use super::*;
use crate::agreement::adjusted_rand_index;
use crate::observed::Observed;

/// About standard normal.
fn noise(rng: &mut Xoshiro256PlusPlus) -> f64 {
    (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0
}

/// `n` rows of 8 indicators in three classes, one strong common factor, a third of the cells absent.
fn table(n: usize, seed: u64) -> (Observed, Vec<usize>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let centers = [
        [2.0, 2.0, -1.0, -1.0, 0.0, 0.0, -1.0, -1.0],
        [-1.0, -1.0, 2.0, 2.0, -1.0, 0.0, 0.0, -1.0],
        [0.0, -1.0, -1.0, 0.0, 2.0, 2.0, -1.0, -1.0],
    ];
    let mut values = Array2::zeros((n, 8));
    let mut present = Array2::from_elem((n, 8), true);
    let mut truth = Vec::with_capacity(n);
    for i in 0..n {
        let class = i % 3;
        truth.push(class);
        let halo = 1.5 * noise(&mut rng);
        for j in 0..8 {
            values[(i, j)] = centers[class][j] + halo + 0.7 * noise(&mut rng);
            present[(i, j)] = rng.gen_range(0..3) > 0;
        }
    }
    (Observed::try_new(values, present, Array1::ones(n)).unwrap(), truth)
}

fn standard(data: &Observed) -> Observed {
    data.standardized(&data.column_moments())
}

#[test]
fn classes_are_found_through_a_strong_common_factor_and_many_holes() {
    let (data, truth) = table(900, 1);
    let data = DatasetBase::new(standard(&data), ());
    let fitted = FactorMixtureParams::new(3, 1).fit(&data).unwrap();
    let labels: Array1<usize> = fitted.predict(&data);
    let with_factor = adjusted_rand_index(&truth, &labels.to_vec());
    let without = FactorMixtureParams::new(3, 0).fit(&data).unwrap();
    let labels: Array1<usize> = without.predict(&data);
    let without_factor = adjusted_rand_index(&truth, &labels.to_vec());
    assert!(with_factor > 0.8, "{with_factor}");
    assert!(without_factor < 0.4, "the halo makes the classes: {without_factor}");
    assert!(fitted.bic < without.bic);
}

#[test]
fn the_criterion_asks_for_the_true_number_of_classes() {
    let (data, _) = table(900, 2);
    let data = DatasetBase::new(standard(&data), ());
    let bic: Vec<f64> = (1..=5).map(|k| FactorMixtureParams::new(k, 1).fit(&data).unwrap().bic).collect();
    let best = (0..5).min_by(|a, b| bic[*a].total_cmp(&bic[*b])).unwrap() + 1;
    assert_eq!(best, 3, "{bic:?}");
}

#[test]
fn a_row_of_weight_two_equals_the_row_twice() {
    let (data, _) = table(200, 3);
    let data = standard(&data);
    let doubled: Vec<usize> = (0..200).flat_map(|i| if i % 4 == 0 { vec![i, i] } else { vec![i] }).collect();
    let weights = Array1::from_iter((0..200).map(|i| if i % 4 == 0 { 2.0 } else { 1.0 }));
    let weighted = Observed::try_new(data.values().to_owned(), data.present().to_owned(), weights).unwrap();
    let start = model_from(&data, one_hot(&(0..200).map(|i| i % 3).collect::<Vec<_>>(), 3).view(), 1, 1.0);
    let params = FactorMixtureParams::new(3, 1).max_iterations(5).tolerance(1e-12).check().unwrap();
    let rows = params.fit_from(&data.select(&doubled), start.clone());
    let weights = params.fit_from(&weighted, start);
    let furthest = (&rows.mixture.means - &weights.mixture.means).iter().fold(0.0f64, |m, d| m.max(d.abs()));
    assert!(furthest < 1e-4, "{furthest}");
    assert!((rows.log_likelihood - weights.log_likelihood).abs() < 1e-3 * rows.log_likelihood.abs());
    assert!((rows.bic - weights.bic).abs() < 1e-3 * rows.bic.abs());
}

#[test]
fn one_and_eight_threads_give_the_same_bits() {
    let (data, _) = table(700, 4);
    let data = DatasetBase::new(standard(&data), ());
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| FactorMixtureParams::new(3, 2).fit(&data).unwrap())
    };
    assert_eq!(fit(1), fit(8));
}

#[test]
fn an_iteration_never_lowers_the_likelihood() {
    let (data, _) = table(300, 5);
    let data = standard(&data);
    let tiles = tiles_of(&data);
    let rule = free_rule(&data, 2);
    let mut model = model_from(&data, one_hot(&(0..300).map(|i| i % 4).collect::<Vec<_>>(), 4).view(), 2, 1.0);
    let mut last = f64::NEG_INFINITY;
    for _ in 0..25 {
        let step = run(&tiles, None, model, &rule, EmLimits { iterations: 1, tolerance: 1e-9 });
        // The pulls on means and loadings are no part of the likelihood, so a hair is allowed.
        assert!(step.mean_log_likelihood > last - 1e-4, "{} after {last}", step.mean_log_likelihood);
        last = step.mean_log_likelihood;
        model = step.model;
    }
}

#[test]
fn one_class_without_factors_is_mean_and_variance() {
    let data = Observed::complete(ndarray::array![[1.0], [2.0], [3.0], [6.0]]).unwrap();
    let fitted = FactorMixtureParams::new(1, 0).fit(&DatasetBase::new(data, ())).unwrap();
    assert!((fitted.mixture.means[(0, 0)] - 3.0).abs() < 1e-5);
    assert!((fitted.mixture.uniqueness[0] - 3.5).abs() < 1e-4);
    assert!((fitted.mixture.class_weights[0] - 1.0).abs() < 1e-12);
}

#[test]
fn fewer_rows_with_an_answer_than_classes_are_refused() {
    let mut present = Array2::from_elem((5, 2), false);
    present[(0, 0)] = true;
    let data = Observed::try_new(Array2::zeros((5, 2)), present, Array1::ones(5)).unwrap();
    let refused = FactorMixtureParams::new(3, 0).fit(&DatasetBase::new(data, ()));
    assert!(matches!(refused, Err(MixtureError::TooFewRows { rows: 1, classes: 3 })));
}

#[test]
fn a_five_point_scale_has_room_for_half_a_step_of_own_spread() {
    let answers = Observed::complete(Array2::from_shape_fn((50, 1), |(i, _)| 2.5 * (i % 5) as f64)).unwrap();
    // Variance of 0, 2.5, 5, 7.5, 10 is 12.5; (2.5 / 2)² = 1.5625.
    assert!((own_floors(&answers)[0] - 1.5625).abs() < 1e-9);
    let yes_no = Observed::complete(Array2::from_shape_fn((50, 1), |(i, _)| 10.0 * (i % 2) as f64)).unwrap();
    assert!((own_floors(&yes_no)[0] - 12.5).abs() < 1e-9, "never more than half the variance of 25");
}

#[test]
fn gaps_are_filled_from_what_the_same_row_holds() {
    let (data, _) = table(600, 6);
    let data = standard(&data);
    let filled = FactorFill::learn(&data, 4).fill(&data);
    let mut high = (0.0, 0.0);
    for (row, present) in filled.rows().into_iter().zip(data.present().rows()) {
        let told: Vec<f64> = row.iter().zip(present).filter(|(_, p)| **p).map(|(v, _)| *v).collect();
        let made: Vec<f64> = row.iter().zip(present).filter(|(_, p)| !**p).map(|(v, _)| *v).collect();
        if !told.is_empty() && !made.is_empty() && told.iter().sum::<f64>() / told.len() as f64 > 1.0 {
            high = (high.0 + made.iter().sum::<f64>() / made.len() as f64, high.1 + 1.0);
        }
    }
    assert!(high.0 / high.1 > 0.4, "who rates high is filled high: {}", high.0 / high.1);
}

#[test]
fn with_classes_held_their_means_are_learned_and_the_rest_stays() {
    let (data, truth) = table(600, 7);
    let data = standard(&data);
    let given = one_hot(&truth, 3);
    let start = model_from(&data, Array2::from_elem((600, 3), 1.0 / 3.0).view(), 1, 1.0);
    let mut free = vec![true; 8];
    free[7] = false;
    let what = Attach {
        free,
        loads: Array2::from_elem((8, 1), true),
        mean_pull: 0.0,
        loading_pull: 1.0,
        psi_floor: own_floors(&data),
        iterations: 30,
    };
    let learned = attach(&data, given.view(), start.clone(), &what);
    assert_eq!(learned.means.column(7), start.means.column(7));
    assert_eq!(learned.class_weights, start.class_weights);
    assert!(learned.means[(0, 0)] > learned.means[(1, 0)] + 0.8);
    assert!(learned.means[(1, 2)] > learned.means[(2, 2)] + 0.8);
}
