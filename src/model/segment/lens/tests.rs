use proptest::prelude::*;

use super::super::fixture::catalogue;
use super::fixture::{
    ALL_SOURCES, DAY, MOTIVATORS, NOW, Person, at_stage, contact, finish, fold, lens, order, person, state, text,
};
use super::types::{GroupLens, RivalStanding};
use super::{GapSize, Lens, LensContext, LensMeasure, LensSettings, RivalFigures};
use crate::rows::{
    ArcStage, ConnectionStage, Consistency, ExperienceBalance, Figure, LoyaltyType, Nature, Promise, Question,
    RivalAnswer, Vocabulary,
};
use valueseg_stats::interval::{nps, wilson};

fn near(figure: Figure, expected: f64) {
    let value = figure.value().unwrap_or_else(|| panic!("{expected} was expected of {figure:?}"));
    assert!((value - expected).abs() < 1e-6, "{value} is not {expected}");
    assert!(figure.estimate().is_none_or(|e| e.low <= value && value <= e.high), "{figure:?}");
}

fn many(n: usize, one: &Person) -> Vec<Person> {
    vec![one.clone(); n]
}

fn words() -> Vocabulary {
    Vocabulary::default()
}

fn measures(seen: &Lens) -> Vec<LensMeasure> {
    seen.segments.iter().chain([&seen.unassigned, &seen.everyone]).flat_map(GroupLens::measures).collect()
}

fn everyone(people: &[Person]) -> GroupLens {
    lens(people, &words(), 1).everyone
}

#[test]
fn a_connection_score_is_the_share_fully_connected_with_its_wilson_interval() {
    let mut people = many(6, &at_stage(ConnectionStage::FullyConnected));
    people.extend(many(14, &at_stage(ConnectionStage::NotConnected)));
    people.extend(many(5, &person()));
    let connection = everyone(&people).connection;
    let expected = wilson(0.3, 20.0).unwrap();
    let score = connection.score();
    assert_eq!(score.n(), 20, "those who were not asked are in no base");
    near(score, 0.3);
    assert_eq!(score, Figure::of(20, 20, Some(expected)));
    near(connection.stages[1].share, 0.0);
}

#[test]
fn the_good_brand_gap_is_a_paired_difference_of_those_who_answered_both() {
    let with = |stage, answer| {
        let mut one = at_stage(stage);
        one.attitudes.answer(0, Question::GoodBrand, answer);
        one
    };
    let mut people = many(5, &with(ConnectionStage::HighlySatisfied, 9.0));
    people.extend(many(2, &with(ConnectionStage::FullyConnected, 8.0)));
    people.extend(many(1, &with(ConnectionStage::FullyConnected, 7.0)));
    people.extend(many(2, &with(ConnectionStage::NotConnected, 2.0)));
    people.extend(many(4, &at_stage(ConnectionStage::FullyConnected)));
    let connection = everyone(&people).connection;
    // good 7 of 10, connected 3 of those 10: gap 0.4; alone 5 and 1.
    near(connection.good_brand, 0.7);
    near(connection.good_brand_gap, 0.4);
    let expected = nps(0.5, 0.1, 10.0).unwrap();
    assert!((connection.good_brand_gap.estimate().unwrap().low - expected.low / 100.0).abs() < 1e-9);
    assert_eq!(connection.gap_size, Some(GapSize::Large));
    near(connection.score(), 0.5);
}

#[test]
fn value_by_stage_is_a_ratio_to_the_highly_satisfied() {
    let worth = |stage, value| {
        let mut one = at_stage(stage);
        one.value = Some(value);
        one
    };
    let people = [
        worth(ConnectionStage::HighlySatisfied, 90.0),
        worth(ConnectionStage::HighlySatisfied, 110.0),
        worth(ConnectionStage::FullyConnected, 140.0),
        worth(ConnectionStage::FullyConnected, 164.0),
        at_stage(ConnectionStage::FullyConnected),
        worth(ConnectionStage::NotConnected, 0.0),
        worth(ConnectionStage::NotConnected, 0.0),
    ];
    let stages = everyone(&people).connection.stages;
    near(stages[3].value, 152.0);
    near(stages[3].value_ratio, 1.52);
    assert_eq!(stages[3].value.n(), 2, "orders of the third are not known");
    near(stages[0].value, 0.0);
    assert_eq!(stages[0].value_ratio.value(), None, "nothing is so many times nothing");
    near(stages[1].value_ratio, 1.0);
}

#[test]
fn contradictory_answers_beyond_three_percent_are_said_aloud() {
    let mut odd = at_stage(ConnectionStage::NotConnected);
    odd.says.contradictory = true;
    let mut people = many(24, &at_stage(ConnectionStage::NotConnected));
    people.push(odd);
    let seen = lens(&people, &words(), 1);
    near(seen.everyone.connection.contradictory, 0.04);
    assert!(seen.limits.iter().any(|limit| limit.starts_with("4 %")), "{:?}", seen.limits);
    people.extend(many(75, &at_stage(ConnectionStage::NotConnected)));
    assert!(!lens(&people, &words(), 1).limits.iter().any(|limit| limit.contains("suspect the answers")));
}

#[test]
fn a_score_is_above_every_published_one_only_beyond_sixty_percent() {
    let said = |connected: usize| {
        let mut people = many(connected, &at_stage(ConnectionStage::FullyConnected));
        people.extend(many(100 - connected, &at_stage(ConnectionStage::NotConnected)));
        let mut settings = LensSettings::at(NOW);
        settings.suspect.connected = 0.5;
        let segments = ["S01".to_owned(), "S02".to_owned()];
        let context = LensContext {
            segments: &segments,
            model: None,
            min_cell: 1,
            catalogue: catalogue(),
            sources: ALL_SOURCES,
            settings: &settings,
        };
        state(&people, &words()).finish(&context).limits.join(" ")
    };
    assert!(said(61).contains("61 % is above every published one"), "{}", said(61));
    assert!(said(60).contains("60 % is above 50 %") && !said(60).contains("every published one"), "{}", said(60));
    assert!(!said(50).contains("suspect the cuts"));
}

#[test]
fn nothing_asked_gives_no_figure_and_says_so() {
    let seen = lens(&many(30, &person()), &words(), 1);
    assert_eq!(seen.everyone.connection.score(), Figure::default());
    assert_eq!(seen.everyone.balance.debt, Figure::default());
    assert!(seen.limits.iter().any(|limit| limit.starts_with("Nobody gave enough answers")));
    let measures = seen.everyone.measures();
    let known: Vec<&'static str> =
        measures.iter().filter(|m| m.figure.value().is_some()).map(|m: &LensMeasure| m.measure).collect();
    let always = ["arc_stage", "relationship_level", "relationship_reason", "wrote", "complaints", "complaint_rate"];
    // Where the tables are there, that nothing is open and nothing was lived through is a finding.
    let nothing = ["open_matters", "left_in_peace", "story", "lived_lately"];
    assert!(known.iter().all(|measure| always.contains(measure) || nothing.contains(measure)), "{known:?}");
    let of_nothing = measures.iter().filter(|m| nothing.contains(&m.measure));
    assert!(of_nothing.clone().count() > 20 && of_nothing.clone().all(|m| m.figure.value() == Some(0.0)));
}

#[test]
fn motivators_are_wanted_helped_with_and_go_with_spend() {
    let answered = |want, helps, value: f64| {
        let mut one = person();
        one.attitudes.motivate(0, 2, want, helps);
        one.value = Some(value);
        one
    };
    // helps 2, 4, 6, 8 with ln(1 + spend) 1, 2, 3, 4: a straight line.
    let e = |x: i32| f64::from(x).exp_m1();
    let people =
        [answered(7.0, 2.0, e(1)), answered(6.0, 4.0, e(2)), answered(8.0, 6.0, e(3)), answered(9.0, 9.0, e(4))];
    let motivator = everyone(&people).motivators.swap_remove(2);
    near(motivator.wanted, 0.75);
    near(motivator.helped, 1.0 / 3.0);
    assert_eq!((motivator.wanted.n(), motivator.helped.n()), (4, 3));
    // helps 2 4 6 9 against 1 2 3 4: cov 2.875, var 6.6875 and 1.25: r 0.99436
    assert!((motivator.spend.value().unwrap() - 2.875 / (6.6875f64 * 1.25).sqrt()).abs() < 1e-4);
    assert_eq!(lens(&people, &words(), 1).segments[0].motivators[2].spend.value(), None, "of everybody alone");
}

#[test]
fn moves_on_the_arc_are_counted_both_ways() {
    let moved = |before, stage| {
        let mut one = person();
        one.says.arc.before = before;
        one.says.arc.stage = stage;
        one
    };
    let people = [
        moved(Some(ArcStage::Exists), ArcStage::Opinion),
        moved(Some(ArcStage::Meaning), ArcStage::Opinion),
        moved(Some(ArcStage::Opinion), ArcStage::Opinion),
        moved(Some(ArcStage::Opinion), ArcStage::Meaning),
        moved(None, ArcStage::Indispensable),
    ];
    let arc = everyone(&people).arc;
    near(arc.up, 0.5);
    near(arc.down, 0.25);
    near(arc.stages[2].1, 0.6);
    assert_eq!((arc.up.n(), arc.stages[2].1.n()), (4, 5));
}

#[test]
fn six_contacts_at_95_percent_leave_a_quarter_with_a_poor_one() {
    let with = |ratings: &[f32]| {
        let mut one = person();
        one.history.contacts = ratings.iter().map(|rating| contact(0, Some(*rating))).collect();
        one
    };
    let mut people = many(19, &with(&[7.0]));
    people.push(with(&[6.9]));
    let consistency = everyone(&people).consistency;
    near(consistency.good_contacts, 0.95);
    // `docs/domain.md#consistency`: 1 − 0.95⁶ = 26.5 %.
    near(consistency.poor_in_six, 0.264_908_109_375);
    assert_eq!(consistency.all_good, Figure::default(), "one contact says nothing about a journey");
    people.extend([with(&[8.0, 9.0]), with(&[8.0, 3.0, 9.0])]);
    near(everyone(&people).consistency.all_good, 0.5);
}

#[test]
fn promises_are_pooled_and_told_apart_by_channel_and_site() {
    let mut words = words();
    let (web, store, north) = (words.word("web"), words.word("store"), words.word("north"));
    let kept = Promise { due: DAY, done: Some(DAY) };
    let broken = Promise { due: DAY, done: None };
    let open = Promise { due: NOW + DAY, done: None };
    let mut one = person();
    for (promise, channel, site) in
        [(kept, web, None), (broken, store, Some(north)), (kept, store, Some(north)), (open, web, None)]
    {
        let mut o = order(0, 10.0);
        (o.promise, o.channel, o.site) = (Some(promise), Some(channel), site);
        one.history.orders.push(o);
    }
    let mut other = person();
    other.segment = Some(1);
    other.history.contacts = vec![contact(0, Some(9.0)), contact(0, Some(5.0))];
    other.history.contacts[0].channel = Some(web);
    other.history.contacts[1].channel = Some(store);
    other.history.contacts[1].promise = Some(kept);
    let seen = lens(&[one, other], &words, 1);
    near(seen.everyone.consistency.promises_kept, 0.75);
    let row = |scope, key: &str, kind| {
        seen.consistency.iter().find(|r| (r.scope, r.key.as_str(), r.kind) == (scope, key, kind)).unwrap().figure
    };
    near(row("channel", "web", "communication"), 1.0);
    near(row("channel", "store", "communication"), 2.0 / 3.0);
    near(row("site", "north", "communication"), 0.5);
    near(row("channel", "web", "journey"), 1.0);
    near(seen.segments[0].consistency.promises_kept, 2.0 / 3.0);
    assert!(seen.consistency.is_sorted_by_key(|r| (r.scope, r.key.clone(), r.kind)));
    let hidden = lens(&many(3, &person()), &words, 20);
    assert!(hidden.consistency.is_empty());
}

#[test]
fn ratings_that_differ_by_channel_alone_lie_between_channels() {
    let mut words = words();
    let channels = [words.word("web"), words.word("store")];
    let mut one = person();
    for (channel, rating) in [(0, 9.0), (0, 9.0), (1, 3.0), (1, 3.0)] {
        let mut c = contact(0, Some(rating));
        c.channel = Some(channels[channel]);
        one.history.contacts.push(c);
    }
    let consistency = lens(&[one], &words, 1).everyone.consistency;
    near(consistency.between_channels, 1.0);
    assert_eq!((consistency.between_channels.n(), consistency.between_sites.value()), (4, None));
}

#[test]
fn the_sensitivity_line_rises_with_the_ratio() {
    let with = |good, bad_open| {
        let mut one = person();
        one.says.balance = Some(ExperienceBalance { good, bad_open, bad_resolved: 0.0 });
        one
    };
    // Debts at 3, 5, 12: 0 0 2; 0 1 8; 1 3 10; at 5: mean 4/3.
    let balance = everyone(&[with(10.0, 1.0), with(4.0, 1.0), with(2.0, 1.0)]).balance;
    let shares: Vec<f64> = balance.in_debt.iter().map(|(_, share)| share.value().unwrap()).collect();
    for (share, expected) in shares.iter().zip([1.0 / 3.0, 2.0 / 3.0, 1.0]) {
        assert!((share - expected).abs() < 1e-9);
    }
    near(balance.debt, 4.0 / 3.0);
}

#[test]
fn loyalty_and_texts_are_shares_of_those_who_have_them() {
    let mut one = person();
    one.says.loyalty = Some(LoyaltyType::Spurious);
    one.says.reward.share = Some(0.6);
    one.history.verbatims = vec![text(0b01, 0), text(0, 0b10)];
    let mut other = person();
    other.says.loyalty = Some(LoyaltyType::True);
    other.history.verbatims = vec![text(0, 0b01)];
    let seen = everyone(&[one, other, person()]);
    near(seen.loyalty.types[2].1, 0.5);
    near(seen.loyalty.reward_dependence, 0.6);
    near(seen.listening.wrote, 2.0 / 3.0);
    let first = seen.listening.elements[0];
    near(first.named, 1.0);
    near(first.praised, 0.5);
    assert_eq!(seen.listening.elements[5].praised, Figure::default(), "of an element nobody named no share is praised");
}

#[test]
fn complaints_are_counted_for_those_who_complain() {
    let mut one = person();
    one.history.contacts = vec![contact(0, None), contact(10 * DAY, None)];
    one.history.contacts[0].nature = Nature::Complaint;
    one.history.contacts[1].nature = Nature::Complaint;
    one.history.contacts[1].resolved = Some(14 * DAY);
    let complaints = everyone(&[one, person()]).complaints;
    near(complaints.number, 2.0);
    near(complaints.answered, 0.5);
    near(complaints.repeated, 0.5);
    near(complaints.days, 4.0);
    assert_eq!(complaints.number.n(), 1);
    near(everyone(&[person()]).complaints.number, 0.0);
}

/// Connected to the company or not, and to the competitor or not, by the answers.
fn judge(words: &mut Vocabulary, own: bool, rival: bool) -> Person {
    let mut one = at_stage(if own { ConnectionStage::FullyConnected } else { ConnectionStage::HighlySatisfied });
    one.attitudes.answer(0, Question::Satisfaction, 9.0);
    let brand = words.word("Rival");
    let helps = Question::ALL.len() + MOTIVATORS;
    for place in 0..2 {
        one.attitudes.motivate(0, place, 8.0, if own { 9.0 } else { 5.0 });
        let answer = if rival { 9.0 } else { 4.0 };
        one.history.rivals.push(RivalAnswer { brand, column: helps + place, answer });
    }
    one.history.rivals.push(RivalAnswer { brand, column: Question::Satisfaction as usize, answer: 9.0 });
    one
}

#[test]
fn a_competitor_is_judged_by_the_same_people_and_the_same_rule() {
    let mut words = words();
    let mut people = many(10, &judge(&mut words, true, false));
    people.extend(many(2, &judge(&mut words, false, true)));
    people.extend(many(8, &judge(&mut words, false, false)));
    let seen = lens(&people, &words, 1);
    let rival: &RivalFigures = seen.everyone.best_rival().unwrap();
    near(rival.score, 0.1);
    near(rival.own_score, 0.5);
    // b 0.5, c 0.1, n 20: se √((0.6 − 0.16)/20) = 0.148; 0.4 > 0.297.
    near(rival.gap, 0.4);
    assert_eq!(rival.standing, Some(RivalStanding::Ahead));
    let helps = rival.lead.iter().find(|(word, _)| word.starts_with("helps:")).unwrap().1;
    // (10·(9 − 4) + 2·(5 − 9) + 8·(5 − 4))/20 = 2.5
    near(helps, 2.5);
    let even = lens(&[judge(&mut words, true, false), judge(&mut words, false, true)], &words, 1);
    assert_eq!(even.everyone.rivals[0].standing, Some(RivalStanding::Parity));
    let behind = lens(&many(9, &judge(&mut words, false, true)), &words, 1);
    assert_eq!(behind.everyone.rivals[0].standing, Some(RivalStanding::Behind));
}

#[test]
fn the_suppressed_are_nowhere_and_small_cells_are_withheld() {
    let mut words = words();
    let mut hidden = judge(&mut words, true, true);
    hidden.suppressed = true;
    assert_eq!(state(&many(5, &hidden), &words), fold().zero());
    let mut people = many(30, &at_stage(ConnectionStage::FullyConnected));
    let mut few = many(5, &at_stage(ConnectionStage::NotConnected));
    few.iter_mut().for_each(|one| one.segment = Some(1));
    people.extend(few);
    let seen = lens(&people, &words, 20);
    let score = seen.segments[1].connection.score();
    assert_eq!((score.value(), score.n(), score.withheld()), (None, 5, true));
    near(seen.everyone.connection.score(), 1.0);
    assert!(!seen.everyone.connection.score().withheld(), "the whole does without them, and stays");
    assert!(seen.limits.iter().any(|limit| limit.contains("S02")));
}

#[test]
fn a_weight_of_two_is_the_row_twice() {
    let mut words = words();
    let mut one = judge(&mut words, true, false);
    one.value = Some(50.0);
    one.says.consistency = Consistency { journey: Some(0.8), emotional: None, communication: Some(0.5) };
    one.history.contacts = vec![contact(0, Some(9.0)), contact(DAY, Some(4.0))];
    one.history.contacts[1].nature = Nature::Complaint;
    let other = judge(&mut words, false, true);
    let twice = [one.clone(), one.clone(), other.clone()];
    one.weight = 2.0;
    let (heavy, twice) = (lens(&[one, other], &words, 1), lens(&twice, &words, 1));
    for (a, b) in measures(&heavy).iter().zip(measures(&twice)) {
        let near = match (a.figure.value(), b.figure.value()) {
            (Some(x), Some(y)) => (x - y).abs() < 1e-12,
            (x, y) => x == y,
        };
        assert!(near || a.measure == "motivator_spend", "{a:?} {b:?}");
    }
}

proptest! {
    #[test]
    fn any_split_merges_to_the_same(cut in 0usize..40, seed in 0usize..1000) {
        let mut words = words();
        let (web, store) = (words.word("web"), words.word("store"));
        let people: Vec<Person> = (0..40).map(|i| {
            let k = (i * 7919 + seed * 104_729) % 1009;
            let mut one = judge(&mut words, k % 3 == 0, k % 2 == 0);
            one.segment = [Some(0), Some(1), None][k % 3];
            one.weight = 0.3 + (k % 7) as f64;
            one.value = (k % 5 > 0).then_some(k as f64 - 200.0);
            one.history.contacts = (0..k % 4).map(|c| contact(DAY * c as i64, Some((k % 11) as f32))).collect();
            one.history.contacts.iter_mut().for_each(|c| c.channel = Some(if k % 2 == 0 { web } else { store }));
            one.ratings = vec![(k % 11) as f32; 5];
            one
        }).collect();
        let whole = state(&people, &words);
        let (left, right) = (state(&people[..cut], &words), state(&people[cut..], &words));
        let (mut forward, mut backward) = (left.clone(), right.clone());
        forward.merge(right);
        backward.merge(left);
        prop_assert_eq!(&forward, &whole);
        prop_assert_eq!(&backward, &whole);
        let seen = finish(&whole, 3);
        for measure in measures(&seen) {
            prop_assert!(measure.figure.value().is_none_or(f64::is_finite));
            if let Some(e) = measure.figure.estimate() {
                prop_assert!(e.low <= e.value && e.value <= e.high && (e.high - e.low).is_finite(), "{:?}", measure);
            }
        }
        let mut keys: Vec<_> = seen.everyone.measures().into_iter().map(|m| (m.measure, m.key)).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), all, "a measure has a key once");
    }
}
