//! Tables with gaps.

use ndarray::array;

use super::*;

fn table() -> Observed {
    let present = array![[true, true], [true, false], [true, true]];
    Observed::try_new(array![[1.0, 4.0], [3.0, f64::NAN], [5.0, 8.0]], present, array![1.0, 1.0, 2.0]).unwrap()
}

#[test]
fn an_absent_cell_may_hold_anything_and_reads_as_zero() {
    assert_eq!(table().values()[(1, 1)], 0.0);
}

#[test]
fn nan_infinity_and_bad_weights_are_refused_where_they_stand() {
    let refused = |value: f64, weight: f64| Observed::try_new(array![[value]], array![[true]], array![weight]);
    assert!(matches!(refused(f64::NAN, 1.0), Err(ObservedError::NotFinite { row: 0, column: 0, .. })));
    assert!(matches!(refused(f64::INFINITY, 1.0), Err(ObservedError::NotFinite { .. })));
    assert!(matches!(refused(1.0, 0.0), Err(ObservedError::Weight { row: 0, .. })));
    assert!(matches!(refused(1.0, f64::NAN), Err(ObservedError::Weight { .. })));
    assert!(Observed::try_new(array![[1.0]], array![[true]], array![1.0, 1.0]).is_err());
}

#[test]
fn a_weight_of_two_counts_the_row_twice() {
    let moments = table().column_moments();
    assert!((moments.mean[0] - 3.5).abs() < 1e-12);
    assert!((moments.mean[1] - 20.0 / 3.0).abs() < 1e-12);
    assert!((moments.spread[0] - (11.0f64 / 4.0).sqrt()).abs() < 1e-12);
}

#[test]
fn the_order_of_content_ignores_the_order_of_rows_and_leaves_out_who_answered_nothing() {
    let present = array![[true, true], [false, false], [true, true], [true, false]];
    let values = array![[2.0, 1.0], [0.0, 0.0], [2.0, -0.0], [2.0, 0.0]];
    let table = Observed::try_new(values, present, Array1::ones(4)).unwrap();
    assert_eq!(table.order_of_content(), vec![2, 0, 3]);
    assert_eq!(table.compare_rows(2, 2), Ordering::Equal);
}

#[test]
fn counts_replace_weights_and_rows_of_count_zero_go() {
    let counted = table().counted(&[3.0, 0.0, 1.0]);
    assert_eq!(counted.values(), array![[1.0, 4.0], [5.0, 8.0]]);
    assert_eq!(counted.weights(), array![3.0, 1.0]);
}

#[test]
fn the_step_of_a_scale_is_the_usual_gap_between_answers() {
    let five_points = Observed::complete(array![[0.0], [2.5], [10.0], [7.5], [5.0], [2.5]]).unwrap();
    assert_eq!(five_points.steps()[0], 2.5);
    let amounts = Observed::complete(Array2::from_shape_fn((40, 1), |(i, _)| (i as f64).sqrt())).unwrap();
    assert_eq!(amounts.steps()[0], 0.0);
    assert_eq!(Observed::complete(array![[3.0], [3.0]]).unwrap().steps()[0], 0.0);
}

#[test]
fn a_centered_row_has_mean_zero_over_what_was_answered() {
    let centered = table().row_centered();
    assert_eq!(centered.values(), array![[-1.5, 1.5], [0.0, 0.0], [-1.5, 1.5]]);
}
