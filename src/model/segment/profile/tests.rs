//! Behavior of the whole pass, on small bases worked by hand.

use ndarray::Array2;
use proptest::prelude::*;

use super::types::{Delivered, Profiles};
use crate::customer::needs::{NeedAssessor, NeedSettings};
use crate::rows::{
    Aspect, Assignment, Attitudes, Basis, CustomerBlock, CustomerFlags, CustomerNeeds, Estimate, N_RATINGS, NEED_MAPS,
    NeedState, Question, ScoredBlock, SuppressedReason,
};
use valueseg_catalogue::{ElementId, NeedTier};

use super::super::fixture::catalogue;
use super::*;
use crate::fit::Structure;
use crate::rows::{BlockFold, PartialState};

mod money;
mod sentences;

/// One invented customer.
#[derive(Clone, Debug)]
struct Person {
    segment: Option<u8>,
    weight: f64,
    /// Answers by indicator, which are scores without an error as well.
    answers: Vec<(usize, f32)>,
    /// Inferred scores by indicator with their standard errors.
    inferred: Vec<(usize, f32, f32)>,
    recommend: Option<f32>,
    value: Option<f64>,
    flags: CustomerFlags,
    holdout: bool,
    suppressed: Option<SuppressedReason>,
    tier: Option<NeedTier>,
    /// Probabilities of the segments in steps of 0.0001; empty = in the segment given for sure.
    posterior: Vec<u16>,
}

fn person(segment: u8) -> Person {
    Person {
        segment: Some(segment),
        weight: 1.0,
        answers: Vec::new(),
        inferred: Vec::new(),
        recommend: None,
        value: None,
        flags: CustomerFlags { consent_profiling: true, consent_email: true, ..CustomerFlags::default() },
        holdout: false,
        suppressed: None,
        tier: None,
        posterior: Vec::new(),
    }
}

fn blocks(people: &[Person]) -> (CustomerBlock, ScoredBlock) {
    let n = people.len();
    let (mut ratings, mut rated) = (Array2::zeros((n, N_RATINGS)), vec![0u64; n]);
    let (mut scores, mut errors, mut scored) =
        (Array2::from_elem((n, N_RATINGS), 9.9), Array2::from_elem((n, N_RATINGS), 9.9), vec![0u64; n]);
    for (row, p) in people.iter().enumerate() {
        for &(i, x) in &p.answers {
            ratings[[row, i]] = x;
            rated[row] |= 1 << i;
        }
        for (i, x, se) in p.answers.iter().map(|&(i, x)| (i, x, 0.0)).chain(p.inferred.iter().copied()) {
            scores[[row, i]] = x;
            errors[[row, i]] = se;
            scored[row] |= 1 << i;
        }
    }
    let assignment = |p: &Person| Assignment {
        segment: p.segment.filter(|_| p.suppressed.is_none()),
        probability: Some(0.8),
        runner_up: None,
        runner_up_probability: None,
        raw: p.segment,
        unassigned: None,
        reasons: [None; 3],
        reason_against: None,
    };
    let needs = |p: &Person| CustomerNeeds {
        tier: p.tier,
        state: p.tier.map_or(NeedState::Undetermined, |_| NeedState::Deficit),
        probabilities: p.tier.map(|tier| std::array::from_fn(|t| if t == tier.index() { 1.0 } else { 0.0 })),
        under_maps: p.tier.map(|tier| [Some(tier); NEED_MAPS]),
        told: true,
        ..CustomerNeeds::UNDETERMINED
    };
    let mut attitudes = Attitudes::unasked(n, 0);
    for (i, p) in people.iter().enumerate() {
        if let Some(answer) = p.recommend {
            attitudes.answer(i, Question::Recommend, answer);
        }
    }
    let customers = CustomerBlock {
        weight: people.iter().map(|p| p.weight).collect(),
        ratings,
        rated,
        flags: people.iter().map(|p| p.flags).collect(),
        attitudes,
        value_365d: people.iter().map(|p| p.value).collect(),
        ..CustomerBlock::unasked((0..n).map(|i| format!("c{i:05}")).collect())
    };
    let scored = ScoredBlock {
        prior: false,
        assignments: people.iter().map(assignment).collect(),
        posteriors: Array2::from_shape_fn((n, most(people)), |(row, k)| {
            people[row].posterior.get(k).copied().unwrap_or(0)
        }),
        basis: vec![Basis::Survey; n],
        scores,
        standard_errors: errors,
        scored,
        needs: people.iter().map(needs).collect(),
        suppressed: people.iter().map(|p| p.suppressed).collect(),
        holdout: people.iter().map(|p| p.holdout).collect(),
        silent: vec![false; people.len()],
    };
    (customers, scored)
}

/// Segments that probabilities are given of.
fn most(people: &[Person]) -> usize {
    people.iter().map(|p| p.posterior.len()).max().unwrap_or(0)
}

fn fold(segments: usize) -> ProfileFold {
    ProfileFold::new(segments, NeedAssessor::new(catalogue(), NeedSettings::default()).unwrap())
}

fn state(segments: usize, people: &[Person]) -> ProfileState {
    let fold = fold(segments);
    let mut state = fold.zero();
    let (customers, scored) = blocks(people);
    fold.fold(&mut state, &customers, &scored);
    state
}

fn finish(state: &ProfileState, cut_on: Option<Aspect>, min_cell: u64) -> Profiles {
    let segments: Vec<String> = (1..=state.segments()).map(|k| format!("S{k:02}")).collect();
    state.finish(&ProfileContext {
        catalogue: catalogue(),
        segments: &segments,
        uncut: false,
        model: None,
        cut_on,
        structure: None,
        min_cell,
        consent: ConsentColumns { profiling: true, channels: true },
    })
}

fn indicator(slug: &str, aspect: Aspect) -> usize {
    aspect.indicator(ElementId::parse(slug).unwrap())
}

fn near(got: f64, wanted: f64, tolerance: f64) {
    assert!((got - wanted).abs() <= tolerance, "{got} is not {wanted}");
}

/// 40 customers of segment 0 who rate quality 9 and 7 in turn, 60 of segment 1 who rate it 5 and 3.
fn two_segments(aspect: Aspect) -> Vec<Person> {
    let i = indicator("quality", aspect);
    (0..100u8)
        .map(|n| {
            let (segment, base) = if n < 40 { (0, 8.0) } else { (1, 4.0) };
            let step = if n.is_multiple_of(2) { 1.0 } else { -1.0 };
            Person { answers: vec![(i, base + step)], ..person(segment) }
        })
        .collect()
}

#[test]
fn sizes_sum_to_everybody_and_the_left_out_are_counted_by_reason() {
    let mut people = two_segments(Aspect::Importance);
    people[0].segment = None;
    people[1].suppressed = Some(SuppressedReason::Minor);
    people[2].suppressed = Some(SuppressedReason::Objection);
    let profiles = finish(&state(2, &people), Some(Aspect::Importance), 20);
    let sizes: Vec<u64> = profiles.segments.iter().map(|s| s.size).collect();
    assert_eq!(sizes, [37, 60]);
    assert_eq!((profiles.unassigned.size, profiles.everyone.size), (1, 98));
    let reasons = [("deceased", 0), ("minor", 1), ("objection_marketing", 1), ("no_profiling_consent", 0)];
    assert_eq!(profiles.suppressed, reasons.map(|(word, n)| (word.to_owned(), n)));
    // Nothing is known of the one without a segment, so shares are of the 97 others.
    let shares: Vec<f64> = profiles.segments.iter().map(|s| s.share.unwrap().value).collect();
    near(shares[0], 37.0 / 97.0, 1e-12);
    near(shares[1], 60.0 / 97.0, 1e-12);
    near(profiles.unassigned.share.unwrap().value, 1.0 / 98.0, 1e-12);
    near(profiles.everyone.share.unwrap().value, 1.0, 1e-12);
}

/// 1,000 people, all of whom are likeliest in segment 0: 900 with .95 and 100 with .6, the rest in segment 1.
fn starved() -> Vec<Person> {
    let one = |n: usize| {
        let p = if n < 900 { 9_500 } else { 6_000 };
        let segment = (n < 900).then_some(0);
        Person { segment, posterior: vec![p, 10_000 - p], recommend: Some(9.0), ..person(0) }
    };
    (0..1_000).map(one).collect()
}

#[test]
fn a_segment_that_is_nobodys_likeliest_has_the_share_its_probabilities_sum_to() {
    // 900·.05 + 100·.4 = 85 of 1,000, none of them on its list, and 100 people without a segment.
    let profiles = finish(&state(2, &starved()), Some(Aspect::Importance), 20);
    let [large, small] = &profiles.segments[..] else { unreachable!() };
    near(small.share.unwrap().value, 0.085, 1e-5);
    near(large.share.unwrap().value, 0.915, 1e-5);
    assert_eq!((large.size, small.size, profiles.unassigned.size, profiles.everyone.size), (900, 0, 100, 1_000));
    assert!(!small.suppressed, "85 customers are enough to be shown");
    assert_eq!((small.nps_answers, large.nps_answers, profiles.everyone.nps_answers), (85, 915, 1_000));
    near(small.nps.unwrap().value, 100.0, 1e-9);
    assert_eq!(small.mean_probability, None, "nobody is on the list");
}

#[test]
fn means_are_over_the_members_by_probability() {
    // Two in three of the first kind are in segment 0, one in three of the second: (2·9 + 1·3)/3 = 7 and (9 + 2·3)/3 = 5.
    let i = indicator("quality", Aspect::Importance);
    let one = |n: usize| {
        let (p, x) = if n.is_multiple_of(2) { (6_666, 9.0) } else { (3_334, 3.0) };
        Person { posterior: vec![p, 10_000 - p], answers: vec![(i, x)], ..person(u8::from(n % 2 == 1)) }
    };
    let people: Vec<Person> = (0..600).map(one).collect();
    let profiles = finish(&state(2, &people), Some(Aspect::Importance), 20);
    let quality = ElementId::parse("quality").unwrap();
    for (segment, mean) in profiles.segments.iter().zip([7.0, 5.0]) {
        near(segment.element(quality).importance.unwrap().value, mean, 0.002);
        assert_eq!((segment.element(quality).importance_answers, segment.size), (300, 300));
    }
    near(profiles.everyone.element(quality).importance.unwrap().value, 6.0, 1e-9);
}

#[test]
fn means_and_differences_are_those_worked_by_hand() {
    let profiles = finish(&state(2, &two_segments(Aspect::Importance)), Some(Aspect::Importance), 20);
    let quality = profiles.segments[0].element(ElementId::parse("quality").unwrap());
    let mean = quality.importance.unwrap();
    near(mean.value, 8.0, 1e-12);
    // spread 1 over 40 answers: 1.96/√40 = 0.310
    near(mean.high - mean.value, 0.31, 0.01);
    // (8 − 4)/1 = 4, both variances 1
    let contrast = quality.importance_difference.unwrap();
    near(contrast.d.value, 4.0, 1e-9);
    assert!(contrast.d.low < 4.0 && contrast.d.low > 3.0);
    assert_eq!(contrast.p_adjusted, None, "importance cut the segments");
    assert_eq!(quality.importance_answers, 40);
    assert_eq!(profiles.segments[0].respondents, 40);
}

#[test]
fn a_test_is_given_only_for_the_aspect_that_did_not_cut() {
    let profiles = finish(&state(2, &two_segments(Aspect::Fulfillment)), Some(Aspect::Importance), 20);
    let quality = profiles.segments[0].element(ElementId::parse("quality").unwrap());
    assert!(quality.fulfillment_difference.unwrap().p_adjusted.unwrap() < 1e-6);
    let profiles = finish(&state(2, &two_segments(Aspect::Fulfillment)), Some(Aspect::Fulfillment), 20);
    let quality = profiles.segments[0].element(ElementId::parse("quality").unwrap());
    assert_eq!(quality.fulfillment_difference.unwrap().p_adjusted, None);
    assert!(profiles.limits.iter().any(|l| l.starts_with("Importance was not asked")));
}

#[test]
fn delivered_rests_on_the_segments_own_answers_alone() {
    let i = indicator("quality", Aspect::Fulfillment);
    let mut people = two_segments(Aspect::Fulfillment);
    for p in &mut people[..40] {
        p.answers[0].1 = 9.0;
    }
    // A thousand members with a high inferred score must not add a single "high" answer.
    people.extend((0..1000).map(|_| Person { inferred: vec![(i, 9.5, 1.0)], ..person(1) }));
    let profiles = finish(&state(2, &people), Some(Aspect::Fulfillment), 20);
    let quality = ElementId::parse("quality").unwrap();
    let (first, second) = (profiles.segments[0].element(quality), profiles.segments[1].element(quality));
    assert_eq!((first.delivered, first.high_share.unwrap().value), (Delivered::Yes, 1.0));
    assert_eq!((second.delivered, second.high_share.unwrap().value), (Delivered::No, 0.0));
    assert_eq!(second.fulfillment_answers, 60);
}

#[test]
fn inferred_scores_leave_the_interval_as_wide_as_the_answers_make_it() {
    let i = indicator("quality", Aspect::Importance);
    let mut people = two_segments(Aspect::Importance);
    let before = finish(&state(2, &people), Some(Aspect::Importance), 20);
    people.extend((0..4000).map(|n| Person { inferred: vec![(i, 8.0, 1.0)], ..person(u8::from(n % 2 == 0)) }));
    let after = finish(&state(2, &people), Some(Aspect::Importance), 20);
    let width = |p: &Profiles| {
        let e = p.segments[0].elements[ElementId::parse("quality").unwrap().index()].importance.unwrap();
        e.high - e.low
    };
    near(width(&after), width(&before), 0.03);
}

#[test]
fn a_small_cell_is_withheld_flagged_and_cannot_be_computed_back() {
    let mut people = two_segments(Aspect::Importance);
    for p in people.iter_mut().take(25) {
        p.recommend = Some(9.0);
    }
    for p in people.iter_mut().skip(40).take(5) {
        p.recommend = Some(0.0);
    }
    people.extend((0..3).map(|_| Person { answers: vec![(10, 10.0)], ..person(2) }));
    let profiles = finish(&state(3, &people), Some(Aspect::Importance), 20);
    let [first, second, third] = &profiles.segments[..] else { unreachable!() };
    near(first.nps.unwrap().value, 100.0, 1e-9);
    assert_eq!((second.nps, second.nps_answers), (None, 5));
    near(profiles.everyone.nps.unwrap().value, 100.0, 1e-9); // The total does without the five.
    assert!(third.suppressed && third.element(ElementId::parse("quality").unwrap()).suppressed);
    assert_eq!(third.element(ElementId::parse("quality").unwrap()).importance, None);
    assert_eq!((third.size, third.mean_probability), (3, None));
    near(profiles.everyone.elements[10].importance.unwrap().value, 5.6, 1e-9);
}

#[test]
fn reach_counts_consented_customers_outside_the_hold_out() {
    let mut people = two_segments(Aspect::Importance);
    for p in people.iter_mut().take(10) {
        p.holdout = true;
    }
    people[10].flags.open_case = true;
    people[11].flags.consent_email = false;
    people[12].flags.consent_sms = true;
    people[13].flags.vulnerable = true;
    let reach = finish(&state(2, &people), Some(Aspect::Importance), 20).segments[0].reach;
    assert_eq!((reach.any, reach.email, reach.sms, reach.held_out), (27, 27, 1, 10));
    let everyone = finish(&state(2, &people), Some(Aspect::Importance), 20).everyone;
    assert_eq!((everyone.reach.any, everyone.reach.held_out), (87, 10));
}

#[test]
fn nobody_in_the_hold_out_means_nothing_can_be_detected() {
    let profiles = finish(&state(2, &two_segments(Aspect::Importance)), Some(Aspect::Importance), 20);
    assert_eq!(profiles.segments[0].detectable_effect, None);
}

#[test]
fn value_and_needs_are_shares_of_those_known() {
    let mut people = two_segments(Aspect::Importance);
    for (n, p) in people.iter_mut().enumerate() {
        p.value = Some(if n < 40 { 30.0 } else { 10.0 });
        p.tier = (n % 2 == 0).then_some(if n % 4 == 0 { NeedTier::Safety } else { NeedTier::Growth });
    }
    let profiles = finish(&state(2, &people), Some(Aspect::Importance), 10);
    let s = &profiles.segments[0];
    near(s.value_total.unwrap(), 1200.0, 1e-9);
    near(s.value_share.unwrap(), 1200.0 / 1800.0, 1e-12);
    near(s.value_mean.unwrap().value, 30.0, 1e-12);
    near(s.needs[NeedTier::Safety.index()].share.unwrap().value, 0.5, 1e-12);
    near(s.needs[NeedTier::Growth.index()].share.unwrap().value, 0.5, 1e-12);
    near(s.needs[NeedTier::Esteem.index()].share.unwrap().value, 0.0, 1e-12);
}

#[test]
fn shares_of_tiers_are_as_wide_as_plausible_maps_lie_apart() {
    // Half of the maps call everybody's tier safety, the other half growth.
    let width = |differ: bool| {
        let (customers, mut scored) = blocks(&two_segments(Aspect::Importance));
        for needs in &mut scored.needs {
            let of = |map: usize| if differ && map.is_multiple_of(2) { NeedTier::Safety } else { NeedTier::Growth };
            needs.probabilities = Some(if differ { [0.0, 0.5, 0.0, 0.0, 0.5] } else { [0.0, 0.0, 0.0, 0.0, 1.0] });
            needs.under_maps = Some(std::array::from_fn(|map| Some(of(map))));
        }
        let (fold, mut state) = (fold(2), fold(2).zero());
        fold.fold(&mut state, &customers, &scored);
        let profiles = finish(&state, Some(Aspect::Importance), 10);
        let growth = |profile: &super::types::SegmentProfile| profile.needs[NeedTier::Growth.index()].share.unwrap();
        let [segment, everyone] = [growth(&profiles.segments[0]), growth(&profiles.everyone)];
        near(everyone.value, if differ { 0.5 } else { 1.0 }, 1e-9);
        (segment.high - segment.low).min(everyone.high - everyone.low)
    };
    assert!(width(true) > 0.6 && width(false) < 0.15, "{} {}", width(true), width(false));
}

#[test]
fn a_row_of_weight_two_gives_the_figures_of_the_row_twice() {
    let once = two_segments(Aspect::Fulfillment);
    let (mut weighted, mut doubled) = (once.clone(), once.clone());
    for p in weighted.iter_mut().take(7) {
        p.weight = 2.0;
    }
    doubled.extend_from_slice(&once[..7]);
    let [a, b] = [&weighted, &doubled].map(|people| finish(&state(2, people), Some(Aspect::Fulfillment), 20));
    for (a, b) in a.segments.iter().zip(&b.segments) {
        let (x, y) = (&a.elements[10], &b.elements[10]);
        near(x.fulfillment.unwrap().value, y.fulfillment.unwrap().value, 1e-12);
        near(x.high_share.unwrap().value, y.high_share.unwrap().value, 1e-12);
        near(a.share.unwrap().value, b.share.unwrap().value, 1e-12);
    }
}

#[test]
fn limits_say_what_is_missing_and_how_far_the_segments_can_be_trusted() {
    let state = state(2, &two_segments(Aspect::Importance)[30..]);
    let segments = ["S01", "S02"].map(str::to_owned);
    let context = ProfileContext {
        catalogue: catalogue(),
        segments: &segments,
        uncut: false,
        model: None,
        cut_on: None,
        structure: Some(Structure::Constructive),
        min_cell: 20,
        consent: ConsentColumns::default(),
    };
    let profiles = state.finish(&context);
    let said = profiles.limits.join("\n");
    for part in ["hypotheses", "cuts in a continuum", "no consent_profiling column", "nobody counts as reachable"] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    assert!(said.contains("Fewer than 20 customers are in S01"), "{said}");
    let sound = ProfileContext { structure: Some(Structure::Natural), ..context };
    assert!(state.finish(&sound).limits.iter().all(|l| !l.contains("continuum")));
}

#[test]
fn an_empty_base_has_profiles_without_figures() {
    let profiles = finish(&fold(2).zero(), None, 20);
    assert_eq!((profiles.everyone.size, profiles.everyone.share), (0, None));
    assert!(profiles.everyone.elements.iter().all(|e| e.importance.is_none() && e.gap.is_none()));
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let one = (0u8..4, 1u8..40, proptest::collection::vec((0usize..60, 0u16..=1000, 0u16..300), 0..12), 0u8..12);
    proptest::collection::vec(one, 1..60).prop_map(|rows| {
        rows.into_iter()
            .map(|(segment, weight, cells, recommend)| {
                let mut cells = cells;
                cells.sort_unstable();
                cells.dedup_by_key(|c| c.0);
                let (own, inferred): (Vec<_>, Vec<_>) = cells.into_iter().partition(|c| c.2 < 100);
                Person {
                    segment: (segment < 3).then_some(segment),
                    weight: f64::from(weight) / 7.0,
                    answers: own.iter().map(|&(i, x, _)| (i, f32::from(x) / 100.0)).collect(),
                    inferred: inferred
                        .iter()
                        .map(|&(i, x, se)| (i, f32::from(x) / 100.0, f32::from(se) / 100.0))
                        .collect(),
                    recommend: (recommend <= 10).then_some(f32::from(recommend)),
                    value: (recommend % 2 == 0).then_some(f64::from(weight) * 12.34 - 100.0),
                    ..person(0)
                }
            })
            .collect()
    })
}

fn contains(e: Option<Estimate>) -> bool {
    e.is_none_or(|e| e.low <= e.value && e.value <= e.high && e.low.is_finite() && e.high.is_finite())
}

proptest! {
    #[test]
    fn any_split_and_any_order_of_merging_leaves_the_same_sums(
        people in people(), cut in 0usize..60, swap in any::<bool>(),
    ) {
        let whole = state(3, &people);
        let (left, right) = people.split_at(cut.min(people.len()));
        let (mut a, mut b) = (state(3, left), state(3, right));
        if swap {
            std::mem::swap(&mut a, &mut b);
        }
        a.merge(b);
        a.merge(fold(3).zero());
        prop_assert_eq!(&a, &whole);
        prop_assert_eq!(whole.customers(), people.len() as u64);
    }

    #[test]
    fn every_published_interval_contains_its_estimate_and_is_finite(people in people()) {
        let profiles = finish(&state(3, &people), Some(Aspect::Importance), 2);
        let parts = profiles.segments.iter().chain([&profiles.everyone, &profiles.unassigned]);
        for s in parts {
            prop_assert!(contains(s.share) && contains(s.nps) && contains(s.value_mean));
            for e in &s.elements {
                prop_assert!(contains(e.importance) && contains(e.fulfillment));
                prop_assert!(contains(e.gap) && contains(e.high_share));
                for c in [e.importance_difference, e.fulfillment_difference].into_iter().flatten() {
                    prop_assert!(contains(Some(c.d)));
                    prop_assert!(c.p_adjusted.is_none_or(|p| (0.0..=1.0).contains(&p)));
                }
            }
            for n in &s.needs {
                prop_assert!(contains(n.share) && contains(n.fulfillment) && contains(n.importance));
            }
        }
    }
}
