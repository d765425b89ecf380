use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::super::fixture::{profile, profiles, served, wants};
use super::fixture::{Planted, blocks, drivers, effects, normal, spearman, state};
use super::*;
use crate::rows::{BlockFold, PartialState, SuppressedReason};
use valueseg_catalogue::{Catalogue, ElementId, N_ELEMENTS};

const ALL: u64 = (1 << N_ELEMENTS) - 1;

fn explained(group: &GroupDrivers) -> &Explained {
    group.outcomes[0].result.as_ref().unwrap()
}

fn shares(group: &GroupDrivers) -> Vec<f64> {
    explained(group).elements.iter().map(|e| e.share.value).collect()
}

/// People of one segment: rating of each element and outcome by `answer`, `asked` elements each.
fn people(n: usize, asked: usize, answer: impl Fn(&mut Xoshiro256PlusPlus) -> ([f32; N_ELEMENTS], f32)) -> DriverState {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let rows: Vec<_> = (0..n)
        .map(|_| {
            let (ratings, outcome) = answer(&mut rng);
            let first = rng.gen_range(0..N_ELEMENTS);
            let given = (0..asked).fold(0u64, |bits, i| bits | 1 << ((first + 7 * i) % N_ELEMENTS));
            (ratings, outcome, given)
        })
        .collect();
    state(1, &blocks(&rows, &vec![Some(0); n]))
}

fn whole(x: f64) -> f32 {
    x.round().clamp(0.0, 10.0) as f32
}

#[test]
fn planted_weights_are_recovered_through_a_halo_when_each_is_asked_12_of_30() {
    for seed in [3, 13] {
        let planted = Planted::eight(0.2, seed);
        let found = drivers(&state(8, &planted.people()), DriverSettings::default());
        let everyone = spearman(&shares(&found.everyone), &effects(seed));
        assert!(everyone >= 0.9, "seed {seed}: {everyone}");
        for (place, (segment, truth)) in found.segments.iter().zip(&planted.effects).enumerate() {
            let own = spearman(&shares(segment), truth);
            assert!(own >= 0.7, "seed {seed}, segment {place}: {own}");
        }
    }
}

#[test]
fn shares_sum_to_one_and_lie_in_their_intervals() {
    let found = drivers(&state(8, &Planted::eight(0.6, 5).people()), DriverSettings::default());
    for group in std::iter::once(&found.everyone).chain(&found.segments) {
        let explained = explained(group);
        assert!((explained.elements.iter().map(|e| e.share.value).sum::<f64>() - 1.0).abs() < 1e-9);
        assert!((explained.needs.iter().map(|n| n.share.value).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!((explained.elements.len(), explained.needs.len()), (30, 5));
        let estimates = explained.elements.iter().map(|e| e.share).chain(explained.needs.iter().map(|n| n.share));
        assert!(estimates.into_iter().all(|s| 0.0 <= s.low && s.low <= s.value && s.value <= s.high && s.high <= 1.0));
        assert!((0.0..=1.0).contains(&explained.adjusted_r_squared));
    }
    assert_eq!(explained(&found.everyone).own_voice, None);
    assert!(found.segments.iter().all(|s| explained(s).own_voice.is_some_and(|v| (0.0..=1.0).contains(&v))));
}

#[test]
fn left_in_the_halo_makes_the_weights_alike() {
    let planted = Planted::eight(0.0, 23);
    let state = state(8, &planted.people());
    let truth: Vec<f64> = effects(23).iter().map(|b| b * b).collect();
    let size: f64 = truth.iter().sum();
    let off = |keep_halo: bool| -> f64 {
        let found = drivers(&state, DriverSettings { keep_halo, ..DriverSettings::default() });
        shares(&found.everyone).iter().zip(&truth).map(|(s, t)| (s - t / size).abs()).sum::<f64>() / 2.0
    };
    let (taken_out, kept) = (off(false), off(true));
    assert!(
        taken_out < 0.15 && kept > 1.5 * taken_out,
        "{taken_out} of the shares misplaced, {kept} with the halo kept"
    );
}

#[test]
fn a_segment_with_a_driver_of_its_own_is_told_from_the_whole_and_others_are_not() {
    let mut planted = Planted::eight(0.0, 31);
    let base = effects(31);
    let weakest = (0..N_ELEMENTS).min_by(|a, b| base[*a].total_cmp(&base[*b])).unwrap();
    planted.effects[6][weakest] = 4.0;
    let found = drivers(&state(8, &planted.people()), DriverSettings::default());
    let p = |k: usize| explained(&found.segments[k]).elements.iter().map(|e| e.differs_p.unwrap()).collect::<Vec<_>>();
    assert!(p(6)[weakest] < 0.05, "{:?}", p(6));
    let false_alarms = (0..6).flat_map(p).filter(|p| *p < 0.05).count();
    assert!(false_alarms <= 9, "{false_alarms} of 180");
    let own = |k: usize| explained(&found.segments[k]).own_voice.unwrap();
    assert!(own(6) > 0.5, "{}", own(6));
}

#[test]
fn penalties_and_rewards_give_the_four_classes() {
    // Element 0: low ratings cost; 1: high ones gain; 2: every step counts; the others: nothing.
    let state = people(16_000, 12, |rng| {
        let mood = normal(rng);
        let ratings: [f64; N_ELEMENTS] = std::array::from_fn(|_| 6.5 + 2.0 * normal(rng) + mood);
        let low = if ratings[0].round() <= 4.0 { -2.0 } else { 0.0 };
        let high = if ratings[1].round() >= 9.0 { 2.0 } else { 0.0 };
        let outcome = 5.0 + mood + low + high + 0.4 * (ratings[2] - 6.5) + normal(rng);
        (ratings.map(whole), whole(outcome))
    });
    let found = drivers(&state, DriverSettings::default());
    let elements = &explained(&found.everyone).elements;
    assert_eq!(elements[0].kano, Some(Kano::MustBe), "{:?}", elements[0]);
    assert_eq!(elements[1].kano, Some(Kano::Delight), "{:?}", elements[1]);
    assert_eq!(elements[2].kano, Some(Kano::Performance), "{:?}", elements[2]);
    let others = &elements[3..];
    assert!(others.iter().all(|e| e.kano.is_none_or(|class| class == Kano::Indifferent)));
    let sides: Vec<_> = others.iter().map(|e| (e.penalty.unwrap(), e.reward.unwrap(), e.kano)).collect();
    assert!(others.iter().filter(|e| e.kano == Some(Kano::Indifferent)).count() > others.len() / 2, "{sides:?}");
    assert!((0..3).all(|e| elements[e].direction == Some(1)));
}

#[test]
fn nothing_is_said_of_what_too_few_answered() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let row = |rng: &mut Xoshiro256PlusPlus| {
        let ratings: [f32; N_ELEMENTS] = std::array::from_fn(|_| whole(6.0 + 2.0 * normal(rng)));
        (ratings, ratings[0], ALL)
    };
    let rows: Vec<_> = (0..1_299).map(|_| row(&mut rng)).collect();
    let segments: Vec<_> = (0..1_299).map(|i| Some(u8::from(i < 299))).collect();
    let found = drivers(&state(3, &blocks(&rows, &segments)), DriverSettings::default());
    assert!(found.everyone.outcomes[0].result.is_ok() && found.segments[0].outcomes[0].result.is_ok());
    let refused = |k: usize, outcome: usize| found.segments[k].outcomes[outcome].result.clone().unwrap_err();
    assert_eq!(refused(1, 0), Refusal::FewRespondents { respondents: 299, needed: 300 });
    assert_eq!(refused(2, 0), Refusal::NotAsked);
    assert_eq!(refused(0, 1), Refusal::NotAsked);
    let said = group_limits(&found.segments[1]).join(" ");
    assert!(said.contains("299") && said.contains("300"), "{said}");
}

#[test]
fn an_outcome_that_is_the_same_for_all_or_pure_chance_has_no_drivers() {
    let result = |outcome: fn(&mut Xoshiro256PlusPlus) -> f64| {
        let state = people(2_000, 12, |rng| {
            let ratings = std::array::from_fn(|_| whole(6.0 + 2.0 * normal(rng)));
            (ratings, whole(outcome(rng)))
        });
        drivers(&state, DriverSettings::default()).everyone.outcomes[0].result.clone().unwrap_err()
    };
    assert_eq!(result(|_| 7.0), Refusal::NothingVaries);
    assert_eq!(result(|rng| 6.0 + 2.0 * normal(rng)), Refusal::NothingExplained);
}

#[test]
fn an_element_rated_alike_by_all_is_left_out() {
    let state = people(1_500, 30, |rng| {
        let mut ratings = std::array::from_fn(|_| whole(6.0 + 2.0 * normal(rng)));
        ratings[4] = 9.0;
        (ratings, ratings[0])
    });
    let found = drivers(&state, DriverSettings::default());
    let elements = &explained(&found.everyone).elements;
    assert_eq!(elements.len(), 29);
    assert!(elements.iter().all(|e| e.element.index() != 4));
    assert!(elements[0].share.value > 0.95, "{:?}", elements[0]);
}

#[test]
fn weights_all_alike_change_nothing_and_the_suppressed_are_not_counted() {
    let (customers, scored) = Planted { sizes: vec![900, 900], ..Planted::eight(0.0, 2) }.people();
    let mut heavy = customers.clone();
    heavy.weight.fill(3.0);
    let one = drivers(&state(2, &(customers.clone(), scored.clone())), DriverSettings::default());
    let three = drivers(&state(2, &(heavy, scored.clone())), DriverSettings::default());
    for (a, b) in shares(&one.segments[0]).iter().zip(shares(&three.segments[0])) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }
    let mut fewer = scored;
    fewer.suppressed[..800].fill(Some(SuppressedReason::Objection));
    let found = drivers(&state(2, &(customers, fewer)), DriverSettings::default());
    assert_eq!(found.everyone.outcomes[0].respondents, 1_000);
    assert!(matches!(found.segments[0].outcomes[0].result, Err(Refusal::FewRespondents { respondents: 100, .. })));
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let state = state(8, &Planted::eight(0.4, 9).people());
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        format!("{:?}", pool.install(|| drivers(&state, DriverSettings::default())))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn quadrants_are_read_against_stated_importance_and_fulfillment() {
    let planted = Planted { sizes: vec![6_000], effects: vec![effects(3)], ..Planted::eight(0.0, 3) };
    let state = state(1, &planted.people());
    let strongest = (0..N_ELEMENTS).max_by(|a, b| effects(3)[*a].total_cmp(&effects(3)[*b])).unwrap();
    let weakest = (0..N_ELEMENTS).min_by(|a, b| effects(3)[*a].total_cmp(&effects(3)[*b])).unwrap();
    let slug = |e: usize| ElementId::from_index(e).unwrap().slug();
    let mut profiles = profiles(vec![profile()]);
    for e in [strongest, weakest] {
        wants(&mut profiles.everyone, slug(e), 1.0);
    }
    served(&mut profiles.everyone, slug(strongest), 3.0);
    served(&mut profiles.everyone, slug(weakest), 9.0);
    let (catalogue, settings) = (Catalogue::embedded(), DriverSettings::default());
    let context = DriverContext { catalogue: &catalogue, profiles: Some(&profiles), settings, settled: &[] };
    let found = state.finish(&context);
    let elements = &explained(&found.everyone).elements;
    assert_eq!(elements[strongest].stated, Some(StatedDerived::Lead));
    assert_eq!(elements[strongest].quadrant, Some(Quadrant::FixFirst));
    assert_eq!(elements[weakest].stated, Some(StatedDerived::Given));
    assert_eq!(elements[weakest].quadrant, Some(Quadrant::Overdone));
    for element in elements {
        let text = reading(&catalogue, Outcome::Recommend, explained(&found.everyone), element);
        assert!(text.contains("goes with") && !text.contains("cause"), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_split_of_the_customers_gives_the_same_state(cut in 0usize..120, seed in 0u64..50) {
        let planted = Planted { sizes: vec![60, 60], ..Planted::eight(0.0, seed) };
        let (customers, mut scored) = planted.people();
        scored.assignments[7].segment = None;
        let fold = DriverFold::new(2, RatingScale::default(), 0);
        let part = |rows: std::ops::Range<usize>| {
            let mut part = scored.clone();
            // Rows outside the part are suppressed, which leaves them out.
            for row in (0..120).filter(|row| !rows.contains(row)) {
                part.suppressed[row] = Some(SuppressedReason::Minor);
            }
            let mut state = fold.zero();
            fold.fold(&mut state, &customers, &part);
            state
        };
        let mut parts = part(cut..120);
        parts.merge(part(0..cut));
        prop_assert_eq!(parts, part(0..120));
    }
}
