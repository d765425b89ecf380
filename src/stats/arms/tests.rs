//! Reference values from other packages: where they come from stands beside each.

use super::*;
use crate::comparison::{Share, share_difference};
use crate::interval::Group;
use crate::multiple::benjamini_hochberg;

/// Within `tolerance` of the larger of 1 and the expected size.
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} is not {expected}");
}

/// Within a relative `tolerance`.
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs(), "{found} is not {expected}");
}

fn counts(hits: f64, n: f64) -> ArmSums {
    ArmSums { n, y: hits, yy: hits, ..ArmSums::default() }
}

fn money(sum: f64, squares: f64, n: f64) -> ArmSums {
    ArmSums { n, y: sum, yy: squares, ..ArmSums::default() }
}

fn plain(t: &ArmSums, c: &ArmSums) -> Contrast {
    welch(t.outcome().unwrap(), c.outcome().unwrap()).unwrap()
}

/// Hillstrom's e-mail test of 2008 by its sums: conversions and spending of the three arms.
const MENS: f64 = 21_307.0;
const WOMENS: f64 = 21_387.0;
const NONE: f64 = 21_306.0;

#[test]
fn conversions_of_the_hillstrom_test_are_those_of_scipy() {
    let found = plain(&counts(267.0, MENS), &counts(122.0, NONE));
    near(found.value, 0.006_805_006_52, 1e-10);
    near(found.se, 0.000_920_872_785_7, 1e-12);
    close(found.df, 37_486.669, 1e-7);
    close(found.p().unwrap(), 1.501_82e-13, 1e-5);
    let i = found.interval(0.05).unwrap();
    near(i.low, 0.005_000_070_7, 1e-9);
    near(i.high, 0.008_609_942_3, 1e-9);
    let women = plain(&counts(189.0, WOMENS), &counts(122.0, NONE));
    near(women.value, 0.003_111_057_511, 1e-11);
    near(women.se, 0.000_822_677_077_6, 1e-12);
    close(women.p().unwrap(), 1.560_28e-4, 1e-5);
}

#[test]
fn spending_of_the_hillstrom_test_is_that_of_scipy() {
    let (men, none) = (money(30_311.69, 6_759_024.5, MENS), money(13_908.33, 2_870_050.4, NONE));
    let found = plain(&men, &none);
    near(found.value, 0.769_827_155_9, 1e-9);
    near(found.se, 0.145_246_560_2, 1e-8);
    close(found.df, 36_671.158, 1e-6);
    close(found.p().unwrap(), 1.163_81e-7, 1e-5);
    let women = plain(&money(23_038.11, 4_911_446.6, WOMENS), &none);
    near(women.value, 0.424_412_215_9, 1e-9);
    near(women.se, 0.130_332_858_5, 1e-8);
    close(women.p().unwrap(), 0.001_129_4, 1e-4);
    let lift = relative_lift(men.outcome().unwrap(), none.outcome().unwrap()).unwrap();
    near(lift.value, 1.179_288_8, 1e-7);
    near(lift.se, 0.323_976_9, 1e-7);
}

#[test]
fn relative_conversions_of_the_hillstrom_test_are_those_of_the_delta_method() {
    let (men, none) = (counts(267.0, MENS).outcome().unwrap(), counts(122.0, NONE).outcome().unwrap());
    let lift = relative_lift(men, none).unwrap();
    near(lift.value, 1.188_421_876, 1e-9);
    near(lift.se, 0.238_213_79, 1e-8);
}

#[test]
fn newcombe_s_interval_of_hillstrom_is_that_of_statsmodels() {
    let share = |hits: f64, n: f64| Share { share: hits / n, n };
    let i = share_difference(share(267.0, MENS), share(122.0, NONE)).unwrap();
    near(i.low, 0.005_014_344_671, 1e-11);
    near(i.high, 0.008_640_723_397, 1e-11);
    let rare = share_difference(share(3.0, 450.0), share(0.0, 50.0)).unwrap();
    near(rare.low, -0.065, 5e-4);
    near(rare.high, 0.019, 5e-4);
}

#[test]
fn the_sample_ratio_of_hillstrom_is_as_drawn() {
    let third = (MENS + WOMENS + NONE) / 3.0;
    let found = sample_ratio(&[(WOMENS, third), (MENS, third), (NONE, third)]).unwrap();
    near(found.chi_squared, 0.202_531_25, 1e-12);
    near(found.p, 0.903_692_96, 1e-8);
    near(sample_ratio(&[(9_040.0, 9_000.0), (960.0, 1_000.0)]).unwrap().p, 0.182_422_4, 1e-7);
    assert_eq!(sample_ratio(&[(10.0, 10.0)]), None);
    assert_eq!(sample_ratio(&[(5.0, 5.0), (5.0, 5.0)]).unwrap().p, 1.0);
}

fn nsw() -> (ArmSums, ArmSums) {
    let t = ArmSums {
        n: 185.0,
        y: 1_174_591.548,
        yy: 18_846_517_440.5,
        x: 283_430.232_9,
        xx: 2_341_128_819.22,
        xy: 2_147_040_930.22,
    };
    let c = ArmSums {
        n: 260.0,
        y: 1_184_248.291,
        yy: 13_182_781_881.9,
        x: 329_396.343_8,
        xx: 2_911_096_137.39,
        xy: 1_886_286_753.71,
    };
    (t, c)
}

#[test]
fn nsw_has_the_interval_of_statsmodels_and_the_relative_lift_of_gbstats() {
    let (t, c) = nsw();
    let found = plain(&t, &c);
    close(found.df, 307.132_49, 1e-7);
    let i = found.interval(0.05).unwrap();
    close(i.low, 474.010_451_2, 1e-7);
    close(i.high, 3_114.674_313, 1e-7);
    let lift = relative_lift(t.outcome().unwrap(), c.outcome().unwrap()).unwrap();
    close(lift.value, 0.393_945_275_4, 1e-8);
    close(lift.se, 0.164_194_799_5, 1e-8);
    let i = lift.interval(0.05).unwrap();
    close(i.low, 0.070_856_224_7, 1e-6);
    close(i.high, 0.717_034_326_2, 1e-6);
}

#[test]
fn the_covariate_of_nsw_has_the_interval_of_gbstats() {
    let (t, c) = nsw();
    let found = cuped(&t, &c).unwrap();
    let i = found.contrast.interval(0.05).unwrap();
    close(i.low, 430.802_021, 1e-6);
    close(i.high, 3_063.465_958_5, 1e-6);
    close(found.contrast.p().unwrap(), 0.009_451_949_7, 1e-6);
    near(found.variance_reduction, 1.0 - (668.961_907_6f64 / 670.996_544_5).powi(2), 1e-8);
}

#[test]
fn the_sequence_of_nsw_is_that_of_gbstats() {
    let (t, c) = nsw();
    let sequence = Sequence::new(0.05, 445.0).unwrap();
    let found = plain(&t, &c);
    let i = sequence.interval(&found, 445.0).unwrap();
    close(i.low, -242.272_362_4, 1e-7);
    close(i.high, 3_830.957_126_1, 1e-8);
    near(sequence.p(&found, 445.0).unwrap(), 0.124_885_849_6, 1e-8);
    let adjusted = cuped(&t, &c).unwrap().contrast;
    let i = sequence.interval(&adjusted, 445.0).unwrap();
    close(i.low, -283.305_206_5, 1e-7);
    close(i.high, 3_777.573_186, 1e-8);
    near(sequence.p(&adjusted, 445.0).unwrap(), 0.144_596_725_9, 1e-8);
}

#[test]
fn the_fixtures_of_growthbook_come_out_as_printed() {
    let (a, b) = (money(1_396.87, 52_377.976_7, 3_407.0), money(2_422.7, 134_698.29, 3_461.0));
    let found = plain(&b, &a);
    near(found.value, 0.29, 5e-6);
    near(found.se, 0.124_78, 5e-6);
    near(found.p().unwrap(), 0.020_16, 5e-6);
    let i = found.interval(0.05).unwrap();
    near(i.low, 0.045_38, 5e-6);
    near(i.high, 0.534_62, 5e-6);
    let fewer = money(1_396.87, 52_377.976_7, 3_000.0);
    let lift = relative_lift(b.outcome().unwrap(), fewer.outcome().unwrap()).unwrap();
    let sequence = Sequence::new(0.05, 1_000.0).unwrap();
    let i = sequence.interval(&lift, 6_461.0).unwrap();
    near(i.value, 0.503_36, 5e-6);
    near(i.low, -0.558_44, 5e-6);
    near(i.high, 1.565_16, 5e-6);
    near(sequence.p(&lift, 6_461.0).unwrap(), 1.0, 0.0);
}

#[test]
fn proportions_of_growthbook_come_out_as_printed() {
    // The same file, 14 of 28 against 16 of 30: gbstats takes p(1 − p) for the variance of a share.
    let share = |hits: f64, n: f64| Group { mean: hits / n, variance: hits / n * (1.0 - hits / n), n };
    let lift = relative_lift(share(16.0, 30.0), share(14.0, 28.0)).unwrap();
    near(lift.value, 0.066_67, 5e-6);
    let i = lift.interval(0.05).unwrap();
    near(i.low, -0.477_67, 5e-6);
    near(i.high, 0.611_01, 5e-6);
    near(lift.p().unwrap(), 0.807_07, 5e-6);
}

#[test]
fn multipliers_of_the_sequence_are_those_of_the_formula() {
    let at = |alpha: f64, plan: f64, n: f64| Sequence::new(alpha, plan).unwrap().multiplier(n).unwrap();
    near(at(0.05, 10_000.0, 2_500.0), 3.264_293, 1e-6);
    near(at(0.05, 10_000.0, 5_000.0), 3.083_569, 1e-6);
    near(at(0.05, 10_000.0, 20_000.0), 3.061_477, 1e-6);
    near(at(0.05, 5_000.0, 1_000.0), 3.363_887_725_8, 1e-10);
    near(at(0.05, 5_000.0, 10_000.0), 3.061_477_218_9, 1e-10);
    let split = Sequence::new(0.005, 21_306.0).unwrap();
    near(split.rho(), 0.024_746_295_218, 1e-12);
    near(split.multiplier(42_613.0).unwrap(), 3.798_487_161_9, 1e-10);
    assert!(Sequence::new(0.0, 10.0).is_none() && Sequence::new(0.05, 0.0).is_none());
}

#[test]
fn hillstrom_through_the_sequence_is_that_of_gbstats() {
    let found = plain(&counts(267.0, MENS), &counts(122.0, NONE));
    let sequence = Sequence::new(0.05, 5_000.0).unwrap();
    // gbstats takes p(1 − p) without n/(n − 1): the ends agree to six digits.
    let i = sequence.interval(&found, MENS + NONE).unwrap();
    near(i.low, 0.003_839_437_2, 1e-7);
    near(i.high, 0.009_770_575_9, 1e-7);
    close(sequence.p(&found, MENS + NONE).unwrap(), 1.707_95e-11, 5e-3);
}

#[test]
fn fifteen_p_values_of_the_paper_are_adjusted_as_it_says() {
    // Benjamini and Hochberg (1995), section 3.2.
    let p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759,
        1.0,
    ];
    let expected = [
        0.0015, 0.003, 0.0095, 0.035_625, 0.0603, 0.063_857, 0.063_857, 0.0645, 0.0765, 0.486, 0.581_182, 0.714_875,
        0.753_231, 0.813_214, 1.0,
    ];
    let q = benjamini_hochberg(&p.map(Some));
    q.iter().zip(expected).for_each(|(q, expected)| near(q.unwrap(), expected, 1e-6));
}

fn six() -> Vec<FamilyMember> {
    let y = [0.030, 0.012, 0.021, -0.004, 0.008, 0.045];
    let se = [0.006, 0.005, 0.009, 0.012, 0.004, 0.015];
    y.into_iter().zip(se).map(|(value, se)| FamilyMember { value, se }).collect()
}

#[test]
fn six_plays_shrink_as_in_statsmodels() {
    let family = Family::of(&six()).unwrap();
    near(family.mean, 0.017_322_512_1, 1e-9);
    near(family.mean_se, 0.006_181_629_7, 1e-9);
    let shrunk: Vec<Shrunk> = six().into_iter().map(|member| family.shrunk(member)).collect();
    let values = [0.027_676_93, 0.012_717_48, 0.019_766_35, 0.006_084_89, 0.008_845_29, 0.028_844_14];
    let sds = [0.005_539_53, 0.004_724_87, 0.007_624_17, 0.009_189_16, 0.003_855_31, 0.010_328_76];
    let above = [0.999_999_7, 0.996_444_6, 0.995_237_2, 0.746_072_5, 0.989_113_8, 0.997_385_7];
    for (place, found) in shrunk.iter().enumerate() {
        near(found.value, values[place], 1e-8);
        near(found.sd, sds[place], 1e-8);
        near(found.positive, above[place], 1e-6);
    }
}

#[test]
fn the_order_of_a_family_leaves_no_trace() {
    let mut backward = six();
    backward.reverse();
    assert_eq!(Family::of(&six()), Family::of(&backward));
}

#[test]
fn eight_schools_have_no_spread_beyond_their_errors() {
    let y = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
    let se = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];
    let members: Vec<FamilyMember> = y.into_iter().zip(se).map(|(value, se)| FamilyMember { value, se }).collect();
    let family = Family::of(&members).unwrap();
    assert_eq!(family.tau2, 0.0);
    near(family.mean, 7.685_616_725, 1e-9);
}

#[test]
fn a_family_that_is_known_from_elsewhere_speaks_for_what_was_not_measured() {
    let prior = Family::prior(0.0, 0.01);
    assert_eq!((prior.unseen().value, prior.unseen().positive), (0.0, 0.5));
    near(prior.unseen().sd, 0.1, 1e-12);
    near(prior.unseen().above(0.1), 0.158_655_254, 1e-8);
    assert_eq!(Family::of(&[]), None);
    assert_eq!(Family::of(&[FamilyMember { value: 1.0, se: 0.0 }]), None);
}

#[test]
fn what_does_not_vary_or_has_one_customer_has_no_difference() {
    let none = Group { mean: 0.0, variance: 0.0, n: 100.0 };
    assert_eq!(welch(none, none), None);
    assert_eq!(counts(1.0, 1.0).outcome(), None);
    assert_eq!(relative_lift(counts(10.0, 100.0).outcome().unwrap(), counts(1.0, 100.0).outcome().unwrap()), None);
    assert_eq!(reached_only(&counts(10.0, 100.0), &counts(5.0, 100.0)), None, "nobody was reached");
    assert_eq!(cuped(&counts(10.0, 100.0), &counts(5.0, 100.0)), None, "the covariate does not vary");
}

#[test]
fn thornton_s_incentives_moved_the_result_by_what_the_paper_has() {
    // causaldata 0.1.5, thornton_hiv: 1,745 of 2,211 with an incentive got their result, 211 of 623 without.
    let found = plain(&counts(1_745.0, 2_211.0), &counts(211.0, 623.0));
    near(found.value, 0.450_551_851_9, 1e-10);
    near(found.se, 0.020_865_281_6, 1e-10);
}
