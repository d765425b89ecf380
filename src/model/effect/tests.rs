//! Worlds of which it is known what a play did.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::*;
use crate::rows::{History, Order, PartialState as _, PlayContact, Sources, Vocabulary};
use crate::segment::Noise;
use valueseg_catalogue::Catalogue;

const DAY: i64 = 86_400_000_000;
/// The night of the tests, and its end.
const TODAY: i32 = 20_700;
const END: i64 = (TODAY as i64 + 1) * DAY;

fn experiments() -> Experiments {
    let sources = Sources { orders: true, contacts: true, ..Sources::default() };
    Experiments::of(&Catalogue::embedded(), sources)
}

/// A play judged by whether people order, with a window of 60 days.
fn play() -> (u16, String) {
    let all = experiments();
    let found =
        all.all().iter().find(|own| own.play != PROGRAM && own.metric == "repeat_rate" && own.window_days == 60);
    let id = found.expect("the catalogue has one").play.clone();
    (all.place(&id).unwrap(), id)
}

fn order(at: i64, amount: f64) -> Order {
    Order {
        at,
        amount: Some(amount),
        discounted: None,
        rewarded: None,
        promise: None,
        returned: false,
        channel: None,
        site: None,
        category: None,
    }
}

/// A number that looks random and is not, in [0, 1).
fn lot(n: u64, salt: u64) -> f64 {
    let mut x = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt.wrapping_mul(0xD1B5_4A32_D192_ED03);
    x ^= x >> 31;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 29;
    (x >> 11) as f64 / (1u64 << 53) as f64
}

/// Customers drawn `age` days ago for the play, half each; of the control `base` order, of the treated `base + effect`.
struct World {
    customers: u64,
    age: i32,
    base: f64,
    effect: f64,
    /// Share of the treated whose message bounced.
    bounced: f64,
    /// Share of the control who got it all the same.
    leak: f64,
    /// Share of the control that is missing.
    lost: f64,
    /// All of the effect comes in the first days.
    fades: bool,
}

impl Default for World {
    fn default() -> Self {
        Self { customers: 8_000, age: 100, base: 0.4, effect: 0.0, bounced: 0.0, leak: 0.0, lost: 0.0, fades: false }
    }
}

impl World {
    fn state(&self, blocks: &[std::ops::Range<u64>], words: &mut Vocabulary) -> EffectState {
        let (place, id) = play();
        let word = words.word(&id);
        let fold = EffectFold::new(experiments(), &BTreeMap::new(), None, END, TODAY);
        let assigned = TODAY - self.age;
        let start = END - i64::from(self.age) * DAY;
        let mut all = EffectState::default();
        for block in blocks {
            let (mut histories, mut enrolled) = (Vec::new(), Vec::new());
            for n in block.clone() {
                let treated = lot(n, 1) >= 0.5;
                if !treated && lot(n, 2) < self.lost {
                    continue;
                }
                let mut history = History::default();
                let rate = self.base + if treated { self.effect } else { 0.0 };
                if lot(n, 3) < 0.4 {
                    history.orders.push(order(start - 10 * DAY, 30.0));
                }
                if lot(n, 4) < rate && !self.fades {
                    let spread = (lot(n, 5) * 59.0) as i64;
                    history.orders.push(order(start + spread * DAY, 20.0 + 50.0 * lot(n, 6)));
                }
                if self.fades {
                    let early = lot(n, 4) < rate;
                    let late = lot(n, 7) < self.base;
                    history.orders.extend(early.then(|| order(start + DAY, 30.0)));
                    history.orders.extend(late.then(|| order(start + 50 * DAY, 30.0)));
                }
                let got = if treated { lot(n, 8) >= self.bounced } else { lot(n, 8) < self.leak };
                if treated || got {
                    history.plays.push(PlayContact { play: word, at: start + DAY / 2, treated: true, reached: got });
                }
                let arm = if treated { TrialArm::Treated } else { TrialArm::Control };
                enrolled.push(vec![Enrollment {
                    play: place,
                    group: EffectGroup::Segment(0),
                    arm,
                    share: 0.5,
                    assigned,
                }]);
                histories.push(history);
            }
            let counts = vec![true; histories.len()];
            let mut state = EffectState::default();
            let rows = EffectRows { histories: &histories, enrolled: &enrolled, counts: &counts, words };
            fold.fold(&mut state, &rows);
            all.merge(state);
        }
        all
    }

    fn findings(&self) -> Vec<EffectFinding> {
        let mut words = Vocabulary::default();
        evaluate(&self.state(std::slice::from_ref(&(0..self.customers)), &mut words), &BTreeMap::new(), &Noise::none())
    }

    /// The primary finding of the play over everybody.
    fn primary(&self) -> EffectFinding {
        let found = self.findings().into_iter();
        found.into_iter().find(|f| f.role == EffectRole::Primary && f.key.segment == "ALL").expect("it was measured")
    }
}

fn evaluate(state: &EffectState, past: &BTreeMap<FindingKey, PastFinding>, noise: &Noise) -> Vec<EffectFinding> {
    let evaluation = Evaluation {
        state,
        experiments: &experiments(),
        past,
        settings: &EffectSettings::default(),
        planned_effect: 0.3,
        min_cell: 20,
        noise,
        segments: &["S01".to_owned()],
        today: NaiveDate::from_epoch_days(TODAY).unwrap(),
    };
    evaluation.findings()
}

#[test]
fn a_play_that_works_harms_or_does_nothing_is_found_to() {
    let worked = World { effect: 0.08, ..World::default() }.primary();
    assert_eq!(worked.verdict, EffectVerdict::Worked, "{worked:?}");
    assert!((worked.effect.unwrap() - 0.08).abs() < 0.03);
    assert!(worked.say.starts_with("It worked: "), "{}", worked.say);
    let harmed = World { effect: -0.08, ..World::default() }.primary();
    assert_eq!(harmed.verdict, EffectVerdict::Harmed);
    let nothing = World::default().primary();
    assert_eq!(nothing.verdict, EffectVerdict::NoDifferenceSeen, "{nothing:?}");
    assert!(nothing.say.contains("points was worth it"), "{}", nothing.say);
}

#[test]
fn before_the_window_is_over_nobody_is_looked_at() {
    let early = World { age: 30, effect: 0.2, ..World::default() }.primary();
    assert_eq!((early.verdict, early.effect, early.matured), (EffectVerdict::TooEarly, None, ArmPair::default()));
    assert!(early.say.contains("verdict on"), "{}", early.say);
    assert_eq!(early.verdict_on, NaiveDate::from_epoch_days(TODAY + 30));
}

#[test]
fn an_uneven_sample_and_a_leak_have_no_verdict() {
    let lost = World { customers: 20_000, lost: 0.10, effect: 0.08, ..World::default() }.primary();
    assert_eq!(lost.verdict, EffectVerdict::Uneven);
    assert!(lost.srm_p.unwrap() < 0.001 && lost.say.contains("what was drawn"), "{}", lost.say);
    let leaking = World { leak: 0.09, effect: 0.08, ..World::default() }.primary();
    assert_eq!(leaking.verdict, EffectVerdict::Uneven);
    assert!(leaking.say.contains("all the same"), "{}", leaking.say);
}

#[test]
fn those_not_reached_dilute_the_effect_and_the_reached_only_figure_says_by_how_much() {
    let found = World { bounced: 0.4, effect: 0.08, ..World::default() }.primary();
    let (reached, _) = found.reached.unwrap();
    assert!((found.reached_share.unwrap() - 0.6).abs() < 0.02);
    assert!((reached - found.effect.unwrap() / 0.6).abs() < 0.01, "{reached} for {:?}", found.effect);
}

#[test]
fn what_wears_off_within_the_window_fades() {
    let found = World { effect: 0.12, fades: true, ..World::default() }.primary();
    assert_eq!(found.verdict, EffectVerdict::Fading, "{found:?}");
    assert!(found.say.starts_with("It wears off"), "{}", found.say);
}

#[test]
fn small_groups_have_a_verdict_and_no_figures() {
    let small = World { customers: 60, effect: 0.2, ..World::default() }.primary();
    assert_eq!(small.verdict, EffectVerdict::TooSmall);
    assert_eq!((small.mean, small.effect, small.interval, small.shrunk), (None, None, None, None));
}

#[test]
fn any_split_of_the_customers_gives_the_same_bits() {
    let world = World { effect: 0.05, ..World::default() };
    let split = |blocks: &[std::ops::Range<u64>]| world.state(blocks, &mut Vocabulary::default());
    let whole = split(std::slice::from_ref(&(0..8_000)));
    assert_eq!(whole, split(&[0..1, 1..4_096, 4_096..8_000]));
    assert_eq!(whole, split(&[4_096..8_000, 0..4_096]));
}

#[test]
fn money_is_counted_once_its_cap_is_frozen_and_the_cap_stays() {
    let mut words = Vocabulary::default();
    let state = World::default().state(std::slice::from_ref(&(0..8_000)), &mut words);
    let first = evaluate(&state, &BTreeMap::new(), &Noise::none());
    let money = first.iter().find(|f| f.key.metric == "value_per_customer" && f.key.segment == "ALL").unwrap();
    assert_eq!(money.effect, None);
    assert!((money.cap.unwrap() - 30.0).abs() < 0.5, "{:?}", money.cap);
    assert_eq!(money.verdict, EffectVerdict::NoDifferenceSeen, "of a secondary metric that of the primary one");
}

#[test]
fn a_verdict_stays_and_so_does_its_day() {
    let mut words = Vocabulary::default();
    let state = World { effect: 0.03, ..World::default() }.state(std::slice::from_ref(&(0..8_000)), &mut words);
    let key = |found: &EffectFinding| found.key.clone();
    let first = evaluate(&state, &BTreeMap::new(), &Noise::none());
    let day = NaiveDate::from_epoch_days(TODAY - 10);
    let past: BTreeMap<FindingKey, PastFinding> = first
        .iter()
        .map(|found| {
            let past = PastFinding {
                verdict: EffectVerdict::Undecided,
                since: day,
                planned: Some(500),
                verdict_on: day,
                cap: None,
            };
            (key(found), past)
        })
        .collect();
    let again = evaluate(&state, &past, &Noise::none());
    let found = again.iter().find(|f| f.role == EffectRole::Primary).unwrap();
    assert_eq!((found.verdict, Some(found.verdict_since), found.verdict_on), (EffectVerdict::Undecided, day, day));
    assert_eq!(found.planned, Some(500));
}

#[test]
fn noise_moves_figures_by_less_than_their_error_and_the_same_way_every_time() {
    let world = World { effect: 0.08, ..World::default() };
    let state = world.state(std::slice::from_ref(&(0..8_000)), &mut Vocabulary::default());
    let noisy = evaluate(&state, &BTreeMap::new(), &Noise::keyed([7; 32]));
    assert_eq!(noisy, evaluate(&state, &BTreeMap::new(), &Noise::keyed([7; 32])));
    let exact = world.primary();
    let found = noisy.iter().find(|f| f.key == exact.key).unwrap();
    let moved = (found.effect.unwrap() - exact.effect.unwrap()).abs();
    assert!(moved > 0.0 && moved < exact.effect_se.unwrap() / 3.0, "{moved}");
    assert!(found.effect_se.unwrap() > exact.effect_se.unwrap());
}

#[test]
fn plays_tried_elsewhere_are_read_from_their_contacts() {
    let (_, id) = play();
    let mut words = Vocabulary::default();
    let word = words.word(&id);
    let fold = EffectFold::new(experiments(), &BTreeMap::new(), Some(0.5), END, TODAY);
    let histories: Vec<History> = (0..4_000_u64)
        .map(|n| {
            let (treated, at) = (lot(n, 1) >= 0.5, END - 150 * DAY);
            let rate = if treated { 0.55 } else { 0.40 };
            let orders = (lot(n, 4) < rate).then(|| order(at + 20 * DAY, 25.0));
            History {
                orders: [order(at - 5 * DAY, 10.0)].into_iter().filter(|_| lot(n, 3) < 0.5).chain(orders).collect(),
                plays: vec![PlayContact { play: word, at, treated, reached: treated }],
                ..History::default()
            }
        })
        .collect();
    let (enrolled, counts) = (vec![Vec::new(); histories.len()], vec![true; histories.len()]);
    let mut state = EffectState::default();
    fold.fold(&mut state, &EffectRows { histories: &histories, enrolled: &enrolled, counts: &counts, words: &words });
    let found = evaluate(&state, &BTreeMap::new(), &Noise::none());
    let found = found.iter().find(|f| f.role == EffectRole::Primary).unwrap();
    assert_eq!((found.key.control, found.verdict), (ControlKind::OutsideControl, EffectVerdict::Worked));
    assert_eq!(found.key.segment, "ALL", "where they belonged then is not known");
}

#[test]
fn plans_learn_what_was_found_and_harm_stops_a_play() {
    let today = NaiveDate::from_epoch_days(TODAY).unwrap();
    let (_, id) = play();
    let learned = |world: World| Learned::of(&world.findings(), &EffectSettings::default(), today);
    let worked = learned(World { effect: 0.08, ..World::default() });
    let expected = worked.expected(&id, "S01").unwrap();
    assert!(expected.own && expected.low > 0.0 && expected.worth > 0.5, "{expected:?}");
    assert_eq!((worked.retired(&id, "S01"), worked.control_share(&id, "S01")), (None, 0.10));
    let elsewhere = worked.expected(&id, "S09").unwrap();
    assert!(!elsewhere.own && elsewhere.high - elsewhere.low > expected.high - expected.low);
    assert_eq!(worked.control_share(&id, "S09"), 0.50);
    let harmed = learned(World { effect: -0.08, ..World::default() });
    assert!(harmed.retired(&id, "S01").unwrap().starts_with("It did harm"));
    let kept = EffectSettings { keep_on: [id.clone()].into(), ..EffectSettings::default() };
    let kept = Learned::of(&World { effect: -0.08, ..World::default() }.findings(), &kept, today);
    assert_eq!(kept.retired(&id, "S01"), None, "a person's word");
    let nothing = learned(World::default());
    assert_eq!(nothing.retired(&id, "S01"), None, "the first strike");
    let later = NaiveDate::from_epoch_days(TODAY + 60).unwrap();
    let twice = Learned::of(&World::default().findings(), &EffectSettings::default(), later);
    assert!(twice.retired(&id, "S01").unwrap().starts_with("Useless"));
}

/// Customers drawn for two plays on one day; the first raises orders by `alone` and by `beside` more where the other came too.
fn pair_of_plays(alone: f64, beside: f64) -> Vec<EffectFinding> {
    let all = experiments();
    let plays: Vec<u16> = all
        .all()
        .iter()
        .filter(|own| own.play != PROGRAM && own.metric == "repeat_rate")
        .filter_map(|own| all.place(&own.play))
        .take(2)
        .collect();
    let fold = EffectFold::new(experiments(), &BTreeMap::new(), None, END, TODAY);
    let start = END - 130 * DAY;
    let (mut histories, mut enrolled) = (Vec::new(), Vec::new());
    for n in 0..12_000_u64 {
        let [first, other] = [lot(n, 1) >= 0.5, lot(n, 2) >= 0.5];
        let rate = 0.4 + if first { alone } else { 0.0 } + if first && other { beside } else { 0.0 };
        let mut history = History::default();
        history.orders.extend((lot(n, 3) < rate).then(|| order(start + 5 * DAY, 20.0)));
        histories.push(history);
        let arm = |treated: bool| if treated { TrialArm::Treated } else { TrialArm::Control };
        let drawn = |play: u16, treated: bool| Enrollment {
            play,
            group: EffectGroup::Neutral,
            arm: arm(treated),
            share: 0.5,
            assigned: TODAY - 130,
        };
        enrolled.push(vec![drawn(plays[0], first), drawn(plays[1], other)]);
    }
    let (counts, words, mut state) = (vec![true; histories.len()], Vocabulary::default(), EffectState::default());
    fold.fold(&mut state, &EffectRows { histories: &histories, enrolled: &enrolled, counts: &counts, words: &words });
    evaluate(&state, &BTreeMap::new(), &Noise::none())
}

#[test]
fn a_play_that_does_another_s_work_is_remarked_and_plays_that_do_their_own_are_not() {
    let said = |findings: Vec<EffectFinding>| -> String {
        let all = findings.into_iter().filter(|f| f.role == EffectRole::Primary && f.key.segment == "ALL");
        all.map(|found| found.say).collect()
    };
    let undone = said(pair_of_plays(0.12, -0.12));
    assert!(undone.contains("its effect is lower than without"), "{undone}");
    let apart = said(pair_of_plays(0.08, 0.0));
    assert!(!apart.contains("Beside"), "{apart}");
}

#[test]
fn a_hold_out_that_was_drawn_long_ago_is_remarked() {
    let program = |age: i32| {
        let fold = EffectFold::new(experiments(), &BTreeMap::new(), None, END, TODAY);
        let enrollment = |n: u64| Enrollment {
            play: 0,
            group: EffectGroup::Neutral,
            arm: if n.is_multiple_of(10) { TrialArm::ProgramHoldout } else { TrialArm::Treated },
            share: 0.1,
            assigned: TODAY - age,
        };
        let enrolled: Vec<_> = (0..1_000).map(|n| vec![enrollment(n)]).collect();
        let (histories, counts, words) = (vec![History::default(); 1_000], vec![true; 1_000], Vocabulary::default());
        let mut state = EffectState::default();
        fold.fold(
            &mut state,
            &EffectRows { histories: &histories, enrolled: &enrolled, counts: &counts, words: &words },
        );
        let found = evaluate(&state, &BTreeMap::new(), &Noise::none());
        let found = found.into_iter().find(|f| f.role == EffectRole::Primary && f.key.play == PROGRAM).unwrap();
        found.say
    };
    assert!(program(200).contains("drawn 200 days ago") && !program(150).contains("days ago"));
}
