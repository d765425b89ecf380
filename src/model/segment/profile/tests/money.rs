//! Sums of money: exact at any currency.

use super::super::sums::{MONEY, MONEY_MAX, Moments, money_steps};
use super::*;

fn squares(sums: &Moments) -> (i128, i128) {
    (sums.wxx, sums.wxx_high)
}

#[test]
fn a_thousand_million_customers_of_ten_million_millions_each_are_summed_exactly() {
    // 2³⁰ customers of 10¹³, by doubling: by hand Σw·x = 2³⁰·65,536·10¹⁷, the mean is 10¹³ and nothing varies.
    let mut sums = Moments::default();
    sums.add(65_536_u32, money_steps(1e13).unwrap());
    let one = squares(&sums);
    for _ in 0..30 {
        let same = sums;
        sums.merge(&same);
    }
    assert_eq!(sums.wx, (1_i128 << 30) * 65_536 * 10_i128.pow(17));
    assert_eq!(squares(&sums), (one.0 << 30, one.1 << 30));
    assert_eq!((sums.count(), sums.mean(MONEY)), (1 << 30, Some(1e13)));
    assert!(sums.variance(MONEY).unwrap() < 1e13, "rounding of 10²⁶");
}

#[test]
fn squares_of_large_amounts_do_not_run_out_of_bits_at_any_weight() {
    // 1·10¹³ and 3·10¹³ at the largest weight: mean 2·10¹³, variance 10²⁶.
    let mut sums = Moments::default();
    [1e13, 3e13].iter().for_each(|value| sums.add(u32::MAX, money_steps(*value).unwrap()));
    assert!((sums.mean(MONEY).unwrap() / 2e13 - 1.0).abs() < 1e-12);
    assert!((sums.variance(MONEY).unwrap() / 1e26 - 1.0).abs() < 1e-9);
    // As uneven as by hand: (1 + 3)²/(1 + 9) = 1.6 customers of equal value.
    let sharers = sums.equal_sharers().unwrap();
    assert!((sharers / 1.6 - 1.0).abs() < 1e-9, "{sharers}");
}

#[test]
fn parts_of_sums_come_off_again_to_the_bit_and_sums_set_are_those_given() {
    let add = |values: &[f64]| {
        let mut sums = Moments::default();
        values.iter().for_each(|value| sums.add(70_000_u32, money_steps(*value).unwrap()));
        sums
    };
    let rest = add(&[9e14, 4.2, -7e13]).without(&add(&[4.2, 9e14]));
    assert_eq!(squares(&rest), squares(&add(&[-7e13])));
    let mut set = Moments::default();
    for wanted in [0.0, 12.0, 1e30, 3.5e43] {
        set.set_squares(wanted);
        assert!((set.squares() - wanted).abs() <= 1e-12 * wanted, "{wanted}");
    }
}

#[test]
fn only_what_no_currency_needs_is_beyond_the_sums() {
    // 24,000 US dollars are some 6·10⁸ dong or 2.6·10¹⁰ rial.
    assert_eq!(money_steps(2.6e10), Some(260_000_000_000_000));
    assert_eq!(money_steps(MONEY_MAX), Some(9_000_000_000_000_000_000));
    assert_eq!((money_steps(-9.1e14), money_steps(f64::NAN)), (None, None));
}

#[test]
fn small_values_are_summed_in_one_piece() {
    let mut sums = Moments::default();
    [3, -4].iter().for_each(|x| sums.add(65_536_u32, *x));
    assert_eq!(squares(&sums), (25 * 65_536, 0));
}

#[test]
fn a_sum_that_lacks_a_customer_is_not_known_and_the_mean_is_over_the_others() {
    let mut people = two_segments(Aspect::Importance);
    people.iter_mut().for_each(|p| p.value = Some(30.0));
    (people[0].value, people[1].value, people[2].value) = (None, Some(3e15), Some(0.0));
    let profiles = finish(&state(2, &people), Some(Aspect::Importance), 10);
    let (part, whole) = (&profiles.segments[0], &profiles.segments[1]);
    assert_eq!((part.value_known, part.value_total, part.value_share), (part.size - 2, None, None));
    near(part.value_mean.unwrap().value, 30.0 * (part.size - 3) as f64 / (part.size - 2) as f64, 1e-9);
    assert_eq!((whole.value_known, whole.value_share), (whole.size, None), "a share of what nobody knows is none");
    near(whole.value_total.unwrap(), 30.0 * whole.size as f64, 1e-9);
    assert_eq!(profiles.everyone.value_total, None);
    let said = profiles.limits.iter().find(|text| text.contains("Value is not known of 2 of")).expect("said");
    assert!(said.contains("means are over the others"), "{said}");
}

#[test]
fn one_customer_who_makes_the_sum_is_told_by_its_equal_sharers() {
    let mut people = two_segments(Aspect::Importance);
    people.iter_mut().for_each(|p| p.value = Some(1.0));
    people[0].value = Some(1e6);
    let profiles = finish(&state(2, &people), Some(Aspect::Importance), 10);
    near(profiles.segments[0].value_equal_sharers.unwrap(), 1.0, 0.001);
    near(profiles.segments[1].value_equal_sharers.unwrap(), profiles.segments[1].size as f64, 1e-6);
}
