use linfa::traits::{Fit, Predict};
use linfa::{DatasetBase, ParamGuard};
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array1, Array2, Axis, array};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::tiles::{BLOCK, ClusterSums};
use super::*;
use crate::observed::Observed;
use crate::resample::Resampling;

fn params(k: usize) -> KmeansValidParams {
    KmeansParams::new(k).seed(7).check().unwrap()
}

/// The table the reference values of scikit-learn 1.9.1 were computed on, and its weights.
fn reference() -> (Array2<f64>, Array1<f64>) {
    let values = Array2::from_shape_fn((60, 4), |(i, j)| {
        let base = (i * (j + 3) * 7 + i * i * (j + 1)) % 11;
        (base + if j == 0 { i % 7 } else { 0 }) as f64
    });
    (values, Array1::from_shape_fn(60, |i| (1 + i % 3) as f64))
}

fn weighted(values: Array2<f64>, weights: Array1<f64>) -> Observed {
    let present = Array2::from_elem(values.dim(), true);
    Observed::try_new(values, present, weights).unwrap()
}

/// Lumps with noise around them; `gaps` is the share of absent cells.
fn lumps((n, j, k): (usize, usize, usize), gaps: f64, seed: u64) -> Observed {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let centers = Array2::from_shape_fn((k, j), |_| rng.gen_range(-3.0..3.0));
    let values = Array2::from_shape_fn((n, j), |(i, c)| centers[(i % k, c)] + rng.gen_range(-2.0..2.0));
    let present = Array2::from_shape_fn((n, j), |_| rng.gen_range(0.0..1.0) >= gaps);
    Observed::try_new(values, present, Array1::ones(n)).unwrap()
}

#[test]
fn two_lumps_worked_by_hand_are_found() {
    let points = array![[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0]];
    let fit = KmeansFit::learn(&points, 2, 8, 1).unwrap();
    assert_eq!(fit.inertia, 4.0);
    assert_eq!(fit.centroids, array![[0.0, 1.0], [10.0, 1.0]]);
    assert_eq!(fit.assign(points.view()), vec![0, 0, 1, 1]);
    assert_eq!((fit.sizes.clone(), fit.termination), (vec![2.0, 2.0], LloydTermination::Converged));
}

#[test]
fn one_cluster_is_the_weighted_mean() {
    let data = weighted(array![[1.0], [2.0], [6.0]], array![1.0, 1.0, 2.0]);
    let fit = params(1).fit_points(&Points::new(&data)).unwrap();
    assert_eq!(fit.centroids, array![[3.75]]);
    assert_eq!(fit.sizes, vec![4.0]);
}

#[test]
fn a_tie_goes_to_the_lower_label() {
    let fit = KmeansFit::learn(&array![[0.0], [2.0]], 2, 1, 1).unwrap();
    assert_eq!(fit.assign(array![[1.0]].view()), vec![0]);
    assert_eq!(fit.nearest(&Observed::complete(array![[1.0]]).unwrap())[0].unwrap().label, 0);
}

#[test]
fn the_best_inertia_is_that_of_two_thousand_starts_of_scikit_learn() {
    // sklearn.cluster.KMeans 1.9.1, n_init=2000, tol=0; second column with sample_weight.
    let expected = [
        (2, 2_109.817_142_857_143, 4_236.025_575_447_57),
        (3, 1_592.042_352_941_176_4, 3_182.696_524_064_171),
        (4, 1_126.144_852_941_176_4, 2_235.217_424_242_423_5),
        (5, 757.612_440_191_387_5, 1_471.071_320_346_320_6),
    ];
    let (values, weights) = reference();
    for (k, plain, with_weights) in expected {
        let fit = params(k).fit_points(&Points::complete(values.view()).unwrap()).unwrap();
        assert!(fit.inertia < plain * (1.0 + 1e-12), "k {k}: {} {plain}", fit.inertia);
        let fit = params(k).fit_points(&Points::new(&weighted(values.clone(), weights.clone()))).unwrap();
        assert!(fit.inertia < with_weights * (1.0 + 1e-12), "k {k}: {} {with_weights}", fit.inertia);
    }
}

#[test]
fn from_given_centroids_lloyd_ends_where_scikit_learn_ends() {
    // sklearn.cluster.KMeans 1.9.1, init = the first three rows, n_init=1, tol=0, without and with sample_weight.
    let (values, weights) = reference();
    let start = values.select(Axis(0), &[0, 1, 2]);
    let fit = params(3).fit_from(&Points::complete(values.view()).unwrap(), start.view()).unwrap();
    assert!((fit.inertia - 1_668.850_000_000_000_4).abs() < 1e-9, "{}", fit.inertia);
    assert_eq!(fit.sizes, vec![18.0, 22.0, 20.0]);
    assert!((fit.centroids[(1, 1)] - 6.136_363_636_363_637).abs() < 1e-12);
    let fit = params(3).fit_from(&Points::new(&weighted(values, weights)), start.view()).unwrap();
    assert!((fit.inertia - 3_385.134_571_752_694_7).abs() < 1e-9, "{}", fit.inertia);
    assert!((fit.centroids[(2, 0)] - 10.804_878_048_780_488).abs() < 1e-12);
}

#[test]
fn centroids_that_are_converged_stay_where_they_are_to_the_bit() {
    for gaps in [0.0, 0.3] {
        let points = Points::new(&lumps((300, 6, 4), gaps, 3));
        let fit = params(4).fit_points(&points).unwrap();
        let again = params(4).fit_from(&points, fit.centroids.view()).unwrap();
        assert_eq!(again.centroids, fit.centroids);
        assert_eq!((again.inertia, again.iterations), (fit.inertia, 1));
    }
}

#[test]
fn linfas_converged_centroids_and_its_best_of_fifty_are_matched() {
    for seed in 0..3 {
        let data = lumps((400, 5, 4), 0.0, seed);
        let values = data.values().to_owned();
        let model = KMeans::params_with_rng(4, Xoshiro256PlusPlus::seed_from_u64(seed))
            .init_method(KMeansInit::KMeansPlusPlus)
            .n_runs(50)
            .tolerance(1e-6)
            .fit(&DatasetBase::from(values.clone()))
            .unwrap();
        let points = Points::new(&data);
        let theirs = lloyd::LloydRun::at(points.tiles(), model.centroids().iter().copied().collect()).inertia;
        let from_theirs = params(4).fit_from(&points, model.centroids().view()).unwrap();
        assert!((from_theirs.inertia / theirs - 1.0).abs() < 1e-6, "{} {theirs}", from_theirs.inertia);
        let ours = params(4).fit_points(&points).unwrap();
        assert!(ours.inertia <= theirs * (1.0 + 1e-9), "{} {theirs}", ours.inertia);
    }
}

#[test]
fn a_single_row_changes_over_where_lloyd_stands_still() {
    // With 4 beside 0: distances 2 and 2.2, so Lloyd stays at 8. With 4 beside 6.2: 2 x 1.1^2.
    let points = Points::complete(array![[0.0], [4.0], [6.2]].view()).unwrap();
    let lloyd = params(2).fit_from(&points, array![[2.0], [6.2]].view()).unwrap();
    assert!((lloyd.inertia - 8.0).abs() < 1e-12);
    let fit = transfer::improved(points.tiles(), vec![2.0, 6.2], lloyd::LloydLimits { iterations: 50, tolerance: 0.0 });
    assert!((fit.inertia - 2.42).abs() < 1e-12, "{}", fit.inertia);
}

#[test]
fn absent_cells_are_left_out_and_a_column_nobody_of_a_cluster_answered_keeps_the_overall_mean() {
    let present = array![[true, false], [true, true], [true, false], [true, false], [false, false]];
    let values = array![[0.0, 0.0], [2.0, 4.0], [10.0, 0.0], [12.0, 0.0], [0.0, 0.0]];
    let data = Observed::try_new(values, present, Array1::ones(5)).unwrap();
    let points = Points::new(&data);
    let fit = params(2).fit_points(&points).unwrap();
    assert_eq!(fit.inertia, 4.0);
    assert_eq!(fit.centroids, array![[1.0, 4.0], [11.0, 4.0]]);
    let labels = vec![Some(0), Some(0), Some(1), Some(1), None];
    assert_eq!(fit.assign_points(&points), labels);
    assert_eq!(fit.predict(&data).to_vec(), labels);
}

#[test]
fn a_partial_distance_is_scaled_to_all_columns() {
    let data = Observed::try_new(array![[2.0, 0.0]], array![[true, false]], array![1.0]).unwrap();
    let found = nearest(&data, array![[0.0, 0.0], [6.0, 8.0]].view())[0].unwrap();
    // One of two columns: √(2/1 · 2²) and √(2/1 · 4²).
    assert!((found.distance - 8.0f64.sqrt()).abs() < 1e-12);
    assert_eq!(found.second.map(|(label, _)| label), Some(1));
    assert!((found.second.unwrap().1 - 32.0f64.sqrt()).abs() < 1e-12);
}

#[test]
fn an_empty_cluster_gets_the_row_that_costs_most_and_none_is_dropped() {
    let points = Points::complete(array![[0.0], [1.0], [2.0], [50.0]].view()).unwrap();
    let fit = params(3).fit_from(&points, array![[1.0], [900.0], [901.0]].view()).unwrap();
    assert!(fit.sizes.iter().all(|size| *size > 0.0), "{:?}", fit.sizes);
    assert_eq!(fit.centroids[(1, 0)], 50.0);
}

#[test]
fn fewer_different_rows_than_clusters_are_refused() {
    let found = KmeansFit::learn(&array![[1.0], [1.0], [2.0]], 3, 5, 1);
    assert_eq!(found, Err(KmeansError::TooFewRows { distinct: 2, clusters: 3 }));
    let (none, nobody) = (Array2::<f64>::zeros((0, 2)), array![[0.0]]);
    assert!(matches!(KmeansFit::learn(&none, 1, 5, 1), Err(KmeansError::TooFewRows { distinct: 0, .. })));
    let data = Observed::try_new(nobody, array![[false]], array![1.0]).unwrap();
    assert!(params(1).fit_points(&Points::new(&data)).is_err());
}

#[test]
fn bad_numbers_and_centroids_that_do_not_fit_are_refused() {
    assert!(matches!(KmeansFit::learn(&array![[f64::NAN]], 1, 1, 1), Err(KmeansError::Table(_))));
    assert!(matches!(KmeansFit::learn(&array![[1.0]], 0, 1, 1), Err(KmeansError::Params(_))));
    let points = Points::complete(array![[1.0], [2.0], [3.0]].view()).unwrap();
    for wrong in [array![[1.0]], array![[1.0, 2.0], [2.0, 3.0]], array![[1.0], [f64::NAN]]] {
        assert!(matches!(params(2).fit_from(&points, wrong.view()), Err(KmeansError::Centroids { .. })));
    }
}

#[test]
fn linfa_datasets_fit_and_predict_with_the_weights_of_the_dataset() {
    let (values, weights) = reference();
    let dataset = DatasetBase::from(values.clone()).with_weights(weights.mapv(|w| w as f32));
    let fit = params(3).fit(&dataset).unwrap();
    let data = weighted(values.clone(), weights);
    assert_eq!(fit, params(3).fit(&DatasetBase::new(data, ())).unwrap());
    let labels: Array1<usize> = fit.predict(&values);
    assert_eq!(labels.to_vec(), fit.assign(values.view()));
}

#[test]
fn one_and_three_threads_give_the_same_bits_beyond_a_block() {
    let points = Points::new(&lumps((BLOCK + 900, 4, 3), 0.1, 5));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| KmeansParams::new(3).starts(6).seed(2).check().unwrap().fit_points(&points).unwrap())
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn sums_by_blocks_are_the_sums_of_all_rows() {
    let points = Points::new(&lumps((2 * BLOCK + 77, 3, 2), 0.2, 6));
    let tiles = points.tiles();
    let nearest: Vec<(usize, f64)> = (0..tiles.n_rows()).map(|row| (row % 2, row as f64)).collect();
    let mut whole = ClusterSums::zeros(2, tiles);
    nearest.iter().enumerate().for_each(|(row, (label, _))| whole.add(tiles, row, *label));
    let by_blocks = tiles.sums(2, &nearest).means(tiles.overall());
    for (a, b) in by_blocks.iter().zip(whole.means(tiles.overall())) {
        assert!((a - b).abs() < 1e-12);
    }
    let inertia: f64 = nearest.iter().zip(tiles.weights()).map(|((_, d), w)| d * w).sum();
    assert!((tiles.inertia(&nearest) / inertia - 1.0).abs() < 1e-12);
}

#[test]
fn lumps_come_out_of_every_bootstrap_pair_and_noise_does_not() {
    let data = lumps((240, 12, 3), 0.1, 8);
    let points = Points::new(&data);
    let stable = |k: usize| params(k).solutions(&points, &Resampling::new(&data, 4), 6);
    let agreed = stable(3).agreement().mean.unwrap();
    assert!(agreed > 0.95, "{agreed}");
    let labels = params(3).fit_points(&points).unwrap().assign_points(&points);
    assert!(stable(3).jaccard(&labels, 3).into_iter().all(|jaccard| jaccard.unwrap() > 0.95));
    assert!(stable(7).agreement().mean.unwrap() < 0.8);
}

#[test]
fn a_plain_search_is_never_better_than_a_thorough_one_here() {
    let points = Points::new(&lumps((300, 4, 8), 0.0, 9));
    let with = |search: Search| {
        KmeansParams::new(6).starts(5).seed(1).search(search).check().unwrap().fit_points(&points).unwrap().inertia
    };
    assert!(with(Search::Thorough) <= with(Search::Plain) * (1.0 + 1e-9));
}

fn tables() -> impl Strategy<Value = (Vec<Vec<Option<i8>>>, Vec<usize>)> {
    let cell = prop_oneof![4 => (0i8..6).prop_map(Some), 1 => Just(None)];
    prop::collection::vec((prop::collection::vec(cell, 3), 1usize..4), 8..40).prop_map(|rows| rows.into_iter().unzip())
}

/// The rows at `order` (a row may come twice) with weights.
fn table(rows: &[Vec<Option<i8>>], order: &[usize], weights: &[f64]) -> Observed {
    let values = Array2::from_shape_fn((order.len(), 3), |(i, c)| rows[order[i]][c].map_or(0.0, f64::from));
    let present = Array2::from_shape_fn((order.len(), 3), |(i, c)| rows[order[i]][c].is_some());
    Observed::try_new(values, present, weights.iter().copied().collect()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_order_of_rows_changes_no_bit((rows, counts) in tables(), turn in 1usize..7) {
        let weights: Vec<f64> = counts.iter().map(|c| *c as f64 * 0.7).collect();
        let order: Vec<usize> = (0..rows.len()).collect();
        let mut turned = order.clone();
        turned.rotate_left(turn % rows.len());
        turned.reverse();
        let points = Points::new(&table(&rows, &order, &weights));
        prop_assume!(points.n_distinct() >= 3);
        let turned_weights: Vec<f64> = turned.iter().map(|row| weights[*row]).collect();
        let others = Points::new(&table(&rows, &turned, &turned_weights));
        let (fit, other) = (params(3).fit_points(&points).unwrap(), params(3).fit_points(&others).unwrap());
        prop_assert_eq!(&fit, &other);
        let labels = fit.assign_points(&points);
        let expected: Vec<Option<usize>> = turned.iter().map(|row| labels[*row]).collect();
        prop_assert_eq!(other.assign_points(&others), expected);
    }

    #[test]
    fn a_row_of_weight_two_is_the_row_twice((rows, counts) in tables()) {
        let order: Vec<usize> = (0..rows.len()).collect();
        let weights: Vec<f64> = counts.iter().map(|c| *c as f64).collect();
        let data = table(&rows, &order, &weights);
        let repeated: Vec<usize> = order.iter().flat_map(|row| std::iter::repeat_n(*row, counts[*row])).collect();
        let twice = table(&rows, &repeated, &vec![1.0; repeated.len()]);
        let (points, others) = (Points::new(&data), Points::new(&twice));
        prop_assume!(points.n_distinct() >= 3);
        prop_assert_eq!(params(3).fit_points(&points).unwrap(), params(3).fit_points(&others).unwrap());
        for search in [Search::Plain, Search::Thorough] {
            let few = KmeansParams::new(3).starts(2).search(search).check().unwrap();
            let a = few.solutions(&points, &Resampling::new(&data, 3), 2).agreement();
            let b = few.solutions(&others, &Resampling::new(&twice, 3), 2).agreement();
            prop_assert!((a.mean.unwrap() - b.mean.unwrap()).abs() < 1e-12);
        }
    }

    #[test]
    fn the_inertia_is_that_of_the_labels_and_no_cluster_is_empty((rows, counts) in tables()) {
        let order: Vec<usize> = (0..rows.len()).collect();
        let weights: Vec<f64> = counts.iter().map(|c| *c as f64).collect();
        let data = table(&rows, &order, &weights);
        let points = Points::new(&data);
        prop_assume!(points.n_distinct() >= 3);
        let fit = params(3).fit_points(&points).unwrap();
        prop_assert!(fit.sizes.iter().all(|size| *size > 0.0));
        let mut inertia = 0.0;
        for (row, found) in fit.nearest(&data).into_iter().enumerate() {
            if let Some(found) = found {
                let observed = data.present().row(row).iter().filter(|is| **is).count() as f64;
                inertia += weights[row] * found.distance.powi(2) * observed / 3.0;
            }
        }
        prop_assert!((inertia - fit.inertia).abs() < 1e-9 * (1.0 + inertia), "{} {}", inertia, fit.inertia);
    }
}
