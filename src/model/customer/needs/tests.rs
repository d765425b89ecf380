//! What the tiers of customers promise, on scores worked out by hand.

use std::sync::OnceLock;

use ndarray::Array2;
use proptest::prelude::*;

use super::*;
use crate::rows::{Aspect, CustomerNeeds, N_RATINGS, NEED_MAPS, NeedState, ScoredBlock};
use valueseg_catalogue::{Catalogue, ElementId, NeedTier};

const ALL: u64 = (1 << 60) - 1;

fn reader(settings: NeedSettings) -> TierReader {
    TierReader::new(&Catalogue::embedded(), settings, &ScoreErrors::independent()).unwrap()
}

/// With the default settings; made once.
fn usual() -> &'static TierReader {
    static MADE: OnceLock<TierReader> = OnceLock::new();
    MADE.get_or_init(|| reader(NeedSettings::default()))
}

fn of(method: NeedMethod) -> TierReader {
    reader(NeedSettings { method, ..NeedSettings::default() })
}

fn element(slug: &str) -> usize {
    ElementId::parse(slug).unwrap().index()
}

/// 30 importances, 30 fulfillments, with the exceptions named.
fn scores(importance: f32, fulfillment: f32) -> [f32; 60] {
    std::array::from_fn(|i| if i < 30 { importance } else { fulfillment })
}

/// Needs of so many people who are alike, told.
fn people(reader: &TierReader, n: usize, scores: &[f32], errors: &[f32], scored: u64) -> Vec<CustomerNeeds> {
    let mut block = ScoredBlock::unscored(n);
    for row in 0..n {
        block.scored[row] = scored;
        for j in (0..N_RATINGS).filter(|j| scored >> j & 1 == 1) {
            block.scores[(row, j)] = scores[j];
            block.standard_errors[(row, j)] = errors[j];
        }
    }
    let ids: Vec<String> = (0..n).map(|i| format!("C{i}")).collect();
    reader.read(&ids, |_| true, &mut block);
    block.needs
}

/// Needs of one person who answered everything that is scored.
fn assess(reader: &TierReader, scores: &[f32], scored: u64) -> CustomerNeeds {
    people(reader, 1, scores, &[0.0; 60], scored)[0]
}

#[test]
fn equal_gaps_go_to_the_lowest_tier_by_the_soft_order() {
    // All gaps are ½·(7 − 5)·pi_t, and pi falls from tier to tier however strong the order is.
    let needs = assess(usual(), &scores(5.0, 5.0), ALL);
    assert_eq!((needs.tier, needs.state), (Some(NeedTier::Physiological), NeedState::Deficit));
    assert_eq!(needs.probabilities, Some([1.0, 0.0, 0.0, 0.0, 0.0]));
    assert_eq!((needs.runner_up, needs.candidates), (None, [None, None]));
    assert_eq!(needs.fulfillment, [Some(5.0); 5]);
}

#[test]
fn without_an_order_equal_gaps_are_equally_likely_and_name_no_tier() {
    let needs = assess(&reader(NeedSettings { lambda: 0.0, ..NeedSettings::default() }), &scores(5.0, 5.0), ALL);
    assert_eq!((needs.tier, needs.state), (None, NeedState::Undetermined));
    // 32 maps by turns: six or seven each.
    assert!(needs.probabilities.unwrap().iter().all(|p| (6.0 / 32.0..=7.0 / 32.0).contains(p)), "{needs:?}");
}

#[test]
fn a_well_served_customer_is_balanced_unless_growth_pulls() {
    let mut s = scores(5.0, 9.0);
    let needs = assess(usual(), &s, ALL);
    assert_eq!((needs.tier, needs.state, needs.probabilities), (None, NeedState::Balanced, Some([0.0; 5])));
    assert_eq!(assess(usual(), &scores(5.0, 7.0), ALL).state, NeedState::Balanced, "just served is served");
    s[element("self_actualization")] = 9.0;
    let needs = assess(usual(), &s, ALL);
    assert_eq!((needs.tier, needs.state), (Some(NeedTier::Growth), NeedState::Growth));
}

#[test]
fn the_lowest_unsatisfied_tier_is_found_by_hand_worked_means() {
    // Elements with at least half their weight on safety at 3, the rest at 9: safety (8.85·3 + 2.1·9)/10.95 = 4.15,
    // physiological 9, belonging (0.3·3 + 4.1·9)/4.4 = 8.59, all by the need map.
    let catalogue = Catalogue::embedded();
    let mut s = scores(5.0, 9.0);
    for e in ElementId::all().filter(|e| catalogue.needs().weight(*e, NeedTier::Safety) >= 0.5) {
        s[30 + e.index()] = 3.0;
    }
    let lowest = of(NeedMethod::LowestUnsatisfied);
    let needs = assess(&lowest, &s, ALL);
    assert_eq!((needs.tier, needs.state), (Some(NeedTier::Safety), NeedState::Deficit));
    assert_eq!(needs.runner_up, None);
    assert_eq!(needs.fulfillment[..3], [Some(9.0), Some(4.15), Some(8.59)]);
    let served = assess(&lowest, &scores(5.0, 9.0), ALL);
    assert_eq!((served.tier, served.state), (Some(NeedTier::Growth), NeedState::Growth));
}

#[test]
fn without_fulfillment_the_tier_wanted_most_is_named_and_no_deficit_claimed() {
    let mut s = scores(5.0, f32::MAX);
    for slug in ["affiliation_belonging", "connects", "nostalgia"] {
        s[element(slug)] = 10.0;
    }
    let needs = assess(usual(), &s, Aspect::Importance.mask());
    assert_eq!((needs.tier, needs.state), (Some(NeedTier::Belonging), NeedState::Undetermined));
    assert_eq!(needs.fulfillment, [None; 5]);
}

#[test]
fn without_importance_all_tiers_count_the_same() {
    let mut s = scores(f32::MAX, 6.0);
    for slug in ["affiliation_belonging", "connects", "nostalgia"] {
        s[30 + element(slug)] = 1.0;
    }
    let needs = assess(usual(), &s, Aspect::Fulfillment.mask());
    assert_eq!((needs.tier, needs.state), (Some(NeedTier::Belonging), NeedState::Deficit));
}

#[test]
fn a_handful_of_scores_determines_nothing_and_nothing_is_invented() {
    let few = 1u64 << (30 + element("affiliation_belonging"));
    let needs = assess(usual(), &scores(5.0, 2.0), few);
    assert_eq!((needs.tier, needs.state, needs.probabilities), (None, NeedState::Undetermined, None));
    assert_eq!(needs.fulfillment, [None, None, Some(2.0), Some(2.0), None]);
    assert_eq!(assess(usual(), &scores(5.0, 2.0), 0), CustomerNeeds::UNDETERMINED);
}

/// The map as it stands, and no order of tiers.
fn as_it_stands() -> NeedSettings {
    NeedSettings { lambda: 0.0, map_votes: 10_000.0, ..NeedSettings::default() }
}

#[test]
fn the_chance_of_a_tier_over_unsure_scores_is_that_of_two_normal_gaps() {
    // All is just served but two elements that serve one tier each: gaps (7 − r)/10.95 of safety, r ~ N(2, 1.5), and
    // (7 − a)/8 of growth, a ~ N(4, 1). Safety's is larger with Φ((0.4566 − 0.375)/√(0.1370² + 0.125²)) = Φ(0.440) = 0.670.
    let mut s = scores(5.0, 7.0);
    let mut errors = [0.0; 60];
    (s[30 + element("reduces_risk")], errors[30 + element("reduces_risk")]) = (2.0, 1.5);
    (s[30 + element("self_actualization")], errors[30 + element("self_actualization")]) = (4.0, 1.0);
    let told = people(&reader(as_it_stands()), 4_000, &s, &errors, Aspect::Fulfillment.mask());
    let mean = |t: usize| told.iter().map(|n| n.probabilities.unwrap()[t]).sum::<f32>() / told.len() as f32;
    // All banks are met: 2,048 draws, a standard error of 0.0104.
    assert!((mean(1) - 0.670).abs() < 0.04, "{}", mean(1));
    assert!((mean(1) + mean(4) - 1.0).abs() < 0.01, "{}", mean(4));
    assert!(told.iter().any(|n| n.tier.is_none()) && told.iter().any(|n| n.tier == Some(NeedTier::Safety)));
}

#[test]
fn the_chance_of_a_tier_over_plausible_maps_is_that_of_a_beta_weight() {
    // All is served but `informs`, half safety and half growth: with b its weight on safety, growth has the larger gap
    // where (1 − b)/8 > b/10.95, that is b < 0.578; b ~ Beta(10, 10), so with Φ(0.078/0.109) = 0.76. 32 maps: ± 0.08.
    let mut s = scores(5.0, 7.0);
    s[30 + element("informs")] = 0.0;
    let needs =
        assess(&reader(NeedSettings { lambda: 0.0, ..NeedSettings::default() }), &s, Aspect::Fulfillment.mask());
    let [_, safety, _, _, growth] = needs.probabilities.unwrap();
    assert!((growth - 0.76).abs() < 0.2 && (safety + growth - 1.0).abs() < 1e-6, "{needs:?}");
}

#[test]
fn a_tier_that_flips_between_plausible_maps_is_undetermined_and_its_rivals_are_named() {
    // All is served but `integrates`: its gap is 0.5/10.95 = 0.046 of safety, 0.2/4.4 = 0.045 of belonging and
    // 0.3/8 = 0.038 of growth. By the map alone it would be safety, by a hair.
    let mut s = scores(5.0, 7.0);
    s[30 + element("integrates")] = 0.0;
    let needs =
        assess(&reader(NeedSettings { lambda: 0.0, ..NeedSettings::default() }), &s, Aspect::Fulfillment.mask());
    assert_eq!((needs.tier, needs.state, needs.runner_up), (None, NeedState::Undetermined, None));
    let [Some(first), Some(second)] = needs.candidates else { panic!("{needs:?}") };
    let p = needs.probabilities.unwrap();
    assert!(p[first.index()] >= p[second.index()] && p[first.index()] < 0.6, "{p:?}");
    assert!(p[0] == 0.0 && p[3] == 0.0, "`integrates` serves neither body nor esteem: {p:?}");
    let fixed = assess(&reader(as_it_stands()), &s, Aspect::Fulfillment.mask());
    assert_eq!(fixed.probabilities.unwrap()[4], 0.0, "growth comes first only under other maps");
}

#[test]
fn errors_that_all_scores_share_decide_nothing_between_tiers() {
    let mut s = scores(5.0, 4.0);
    for slug in ["affiliation_belonging", "connects", "nostalgia"] {
        s[30 + element(slug)] = 3.0;
    }
    let shared = ScoreErrors { own: [0.0; 60], common: Array2::ones((1, 60)) };
    let shared = TierReader::new(&Catalogue::embedded(), as_it_stands(), &shared).unwrap();
    let told = people(&shared, 50, &s, &[0.8; 60], Aspect::Fulfillment.mask());
    assert!(told.iter().all(|n| n.probabilities == Some([0.0, 0.0, 1.0, 0.0, 0.0])), "{:?}", told[0]);
    let apart = people(&reader(as_it_stands()), 50, &s, &[2.0; 60], Aspect::Fulfillment.mask());
    assert!(apart.iter().any(|n| n.probabilities != Some([0.0, 0.0, 1.0, 0.0, 0.0])));
}

#[test]
fn what_may_not_be_told_is_counted_all_the_same() {
    let mut block = ScoredBlock::unscored(1);
    block.scored[0] = ALL;
    block.scores.row_mut(0).assign(&ndarray::ArrayView1::from(&scores(5.0, 5.0)));
    usual().read(&["C1".to_owned()], |_| false, &mut block);
    let needs = block.needs[0];
    assert_eq!((needs.tier, needs.state, needs.candidates), (None, NeedState::Undetermined, [None, None]));
    assert_eq!((needs.told, needs.probabilities), (false, Some([1.0, 0.0, 0.0, 0.0, 0.0])));
    assert_eq!(needs.under_maps, Some([Some(NeedTier::Physiological); NEED_MAPS]));
}

#[test]
fn settings_out_of_range_are_refused_and_not_a_number_too() {
    let with = |f: fn(&mut NeedSettings)| {
        let mut settings = NeedSettings::default();
        f(&mut settings);
        settings.check()
    };
    assert_eq!(with(|_| ()), Ok(()));
    assert!(matches!(with(|s| s.tau = f64::NAN), Err(NeedSettingsError::Tau { .. })));
    assert!(matches!(with(|s| s.tau = 11.0), Err(NeedSettingsError::Tau { .. })));
    assert!(matches!(with(|s| s.lambda = -0.1), Err(NeedSettingsError::Lambda { .. })));
    assert!(matches!(with(|s| s.min_coverage = 0.0), Err(NeedSettingsError::MinCoverage { .. })));
    assert!(matches!(with(|s| s.min_probability = 0.5), Err(NeedSettingsError::MinProbability { .. })));
    assert!(matches!(with(|s| s.map_votes = f64::INFINITY), Err(NeedSettingsError::MapVotes { .. })));
}

proptest! {
    #[test]
    fn a_constant_added_to_every_importance_changes_nothing(
        raw in proptest::collection::vec(0u8..=80, 60), scored in 0u64..(1 << 60), shift in 1u8..20,
    ) {
        let assessor = NeedAssessor::new(&Catalogue::embedded(), NeedSettings::default()).unwrap();
        let plain: Vec<f32> = raw.iter().map(|x| f32::from(*x) / 8.0).collect();
        let more = f32::from(shift) / 8.0;
        let shifted: Vec<f32> =
            plain.iter().enumerate().map(|(i, x)| if i < 30 { x + more } else { *x }).collect();
        let (a, b) = (assessor.importance(&plain, scored), assessor.importance(&shifted, scored));
        for (a, b) in a.into_iter().zip(b) {
            prop_assert_eq!(a.is_some(), b.is_some());
            prop_assert!(a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-5));
        }
    }

    #[test]
    fn a_tier_is_told_exactly_where_it_is_likely_enough(
        raw in proptest::collection::vec(0u8..=100, 60), scored in 0u64..(1 << 60), error in 0u8..3,
    ) {
        let s: Vec<f32> = raw.iter().map(|x| f32::from(*x) / 10.0).collect();
        let needs = people(usual(), 1, &s, &[f32::from(error) * 0.5; 60], scored)[0];
        for f in needs.fulfillment.into_iter().flatten() {
            prop_assert!((0.0..=10.0).contains(&f));
        }
        prop_assert!(needs.tier.is_none() || needs.tier != needs.runner_up);
        prop_assert!(needs.tier.is_none() || needs.candidates == [None, None]);
        prop_assert!(needs.tier.is_some() || needs.runner_up.is_none());
        let Some(p) = needs.probabilities else {
            prop_assert_eq!((needs.tier, needs.state), (None, NeedState::Undetermined));
            return Ok(());
        };
        let maps = needs.under_maps.unwrap();
        for tier in NeedTier::ALL {
            let count = maps.iter().filter(|one| **one == Some(tier)).count();
            prop_assert_eq!(p[tier.index()], count as f32 / 32.0);
            prop_assert_eq!(needs.tier == Some(tier), p[tier.index()] >= 0.6);
        }
        prop_assert_eq!(needs.state == NeedState::Balanced, 1.0 - p.iter().sum::<f32>() >= 0.6);
    }
}
