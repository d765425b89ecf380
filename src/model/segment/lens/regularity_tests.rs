use super::fixture::{DAY, NOW, Person, at_stage, order, person, state};
use super::{Claim, LensSettings, Regularity, RegularityVerdict};
use crate::rows::{ConnectionStage, Consistency, Question, Vocabulary};

fn rows(people: &[Person], min_cell: u64) -> Vec<Regularity> {
    state(people, &Vocabulary::default()).regularities(None, &LensSettings::at(NOW), min_cell)
}

fn row(people: &[Person], id: &str) -> Regularity {
    rows(people, 5).into_iter().find(|row| row.published.id == id).unwrap()
}

fn answered(stage: ConnectionStage, question: Question, answers: &[(usize, f32)]) -> Vec<Person> {
    let one = |answer| {
        let mut one = at_stage(stage);
        one.attitudes.answer(0, question, answer);
        one
    };
    answers.iter().flat_map(|&(n, answer)| vec![one(answer); n]).collect()
}

#[test]
fn only_a_whole_interval_decides() {
    assert_eq!(Claim::AtLeast(3.0).judge(3.0, 9.0), RegularityVerdict::Holds);
    assert_eq!(Claim::AtLeast(3.0).judge(1.0, 2.9), RegularityVerdict::DoesNot);
    assert_eq!(Claim::AtLeast(3.0).judge(2.9, 9.0), RegularityVerdict::Undecided);
    assert_eq!(Claim::Above(0.0).judge(0.0, 0.0), RegularityVerdict::DoesNot, "no rise at all is no rise");
    assert_eq!(Claim::Between(0.15, 0.6).judge(0.1, 0.7), RegularityVerdict::Undecided);
    assert_eq!(Claim::Between(0.15, 0.6).judge(0.7, 0.8), RegularityVerdict::DoesNot);
}

#[test]
fn nothing_asked_is_not_asked_and_a_few_are_too_few() {
    let none = rows(&[person()], 5);
    assert_eq!(none.len(), 15);
    assert!(none.iter().all(|row| row.verdict == RegularityVerdict::NotAsked && row.own.value().is_none()), "{none:?}");
    let few = answered(ConnectionStage::FullyConnected, Question::ShopAround, &[(4, 2.0)]);
    let few = row(&few, "rarely_shop_around");
    assert_eq!((few.verdict, few.own.n(), few.own.value()), (RegularityVerdict::TooFew, 4, None));
}

#[test]
fn recommending_is_compared_between_the_ends_of_the_pathway() {
    let people = |high, low| {
        let mut people =
            answered(ConnectionStage::FullyConnected, Question::Recommend, &[(high, 9.0), (100 - high, 8.0)]);
        people.extend(answered(ConnectionStage::NotConnected, Question::Recommend, &[(low, 10.0), (100 - low, 3.0)]));
        people
    };
    let holds = row(&people(80, 10), "recommend_multiple");
    // ln 8 ∓ 1.96·√(0.2/80 + 0.9/10) = 2.0794 ∓ 0.5961: 4.41 to 14.5
    assert!(
        (holds.own.value().unwrap() - 8.0).abs() < 1e-9 && (holds.own.estimate().unwrap().low - 4.408).abs() < 0.01
    );
    assert_eq!((holds.verdict, holds.own.n()), (RegularityVerdict::Holds, 200));
    assert_eq!(row(&people(60, 50), "recommend_multiple").verdict, RegularityVerdict::DoesNot);
    let all = row(&people(100, 100), "recommend_multiple");
    assert_eq!(
        (all.own.value(), all.verdict),
        (Some(1.0), RegularityVerdict::DoesNot),
        "all are promoters: one as often as the other"
    );
    assert_eq!(row(&people(80, 10), "ladder_of_promoters").verdict, RegularityVerdict::TooFew, "nobody in the middle");
}

#[test]
fn zero_orders_are_no_repurchase_and_unknown_orders_are_nothing() {
    let with = |stage, orders: usize| {
        let mut one = at_stage(stage);
        one.value = Some(10.0 * orders as f64);
        one.history.orders = (0..orders).map(|i| order(DAY * i as i64, 10.0)).collect();
        one.history.orders.push(order(0, -10.0));
        one
    };
    let mut people = vec![with(ConnectionStage::FullyConnected, 2); 8];
    people.extend(vec![with(ConnectionStage::FullyConnected, 1); 2]);
    people.extend(vec![with(ConnectionStage::NotConnected, 2); 4]);
    people.extend(vec![with(ConnectionStage::NotConnected, 0); 6]);
    people.extend(vec![at_stage(ConnectionStage::NotConnected); 50]);
    let row = row(&people, "repurchase_multiple");
    assert!((row.own.value().unwrap() - 2.0).abs() < 1e-9);
    assert_eq!(row.own.n(), 20);
}

#[test]
fn more_high_elements_go_with_a_higher_score() {
    let with = |high: usize, recommend| {
        let mut one = person();
        one.ratings = (0..6).map(|e| if e < high { 8.0 } else { 5.0 }).collect();
        one.attitudes.answer(0, Question::Recommend, recommend);
        one
    };
    let mut people = vec![with(5, 10.0); 60];
    people.extend(vec![with(5, 5.0); 10]);
    people.extend(vec![with(1, 9.0); 40]);
    people.extend(vec![with(1, 5.0); 30]);
    people.extend(vec![with(0, 5.0); 70]);
    people.extend({
        let mut one = with(3, 10.0);
        one.ratings.truncate(3);
        vec![one; 50]
    });
    // 100·(50/70 − 10/70) = 57.14 + 14.29 = 71.43 against 14.29 and −100
    let step = row(&people, "high_elements_four_over_one");
    assert!((step.own.value().unwrap() - 400.0 / 7.0).abs() < 1e-9);
    assert_eq!((step.verdict, step.own.n()), (RegularityVerdict::Holds, 140));
    assert!((row(&people, "high_elements_one_over_none").own.value().unwrap() - 800.0 / 7.0).abs() < 1e-9);
    let multiple = row(&people, "high_elements_multiple");
    assert_eq!(
        (multiple.own.value(), multiple.verdict),
        (None, RegularityVerdict::Undecided),
        "14 ∓ 22 may be 0: no multiple"
    );
}

#[test]
fn value_rises_along_the_pathway_in_the_published_steps() {
    let mut people = Vec::new();
    for (stage, value) in ConnectionStage::ALL.into_iter().zip([82.0, 100.0, 113.0, 152.0]) {
        for i in 0..50 {
            let mut one = at_stage(stage);
            one.value = Some(value + if i % 2 == 0 { 5.0 } else { -5.0 });
            people.push(one);
        }
    }
    let rises = row(&people, "value_rises_by_stage");
    assert!((rises.own.value().unwrap() - 13.0).abs() < 1e-9, "the least step");
    assert_eq!(rises.verdict, RegularityVerdict::Holds);
    let steps = row(&people, "value_step_ratio");
    assert!((steps.own.value().unwrap() - 52.0 / 18.0).abs() < 1e-9);
    assert_eq!(steps.verdict, RegularityVerdict::Holds);
    assert_eq!(row(&people, "value_fully_connected").verdict, RegularityVerdict::Holds);
    let swapped: Vec<Person> = people
        .into_iter()
        .map(|mut one| {
            one.value = one.value.map(|value| 300.0 - value);
            one
        })
        .collect();
    assert_eq!(row(&swapped, "value_rises_by_stage").verdict, RegularityVerdict::DoesNot);
}

#[test]
fn consistency_quarters_are_compared_on_trust() {
    let with = |consistency: f32, trust| {
        let mut one = person();
        one.says.consistency = Consistency { journey: Some(consistency), ..Consistency::default() };
        one.attitudes.answer(0, Question::Trust, trust);
        one
    };
    let mut people = Vec::new();
    for i in 0..40 {
        let nudge = (i % 2) as f32 * 0.2;
        people.extend([with(0.2, 4.0 + nudge), with(0.5, 6.0), with(0.6, 6.0), with(0.9, 8.0 + nudge)]);
    }
    let trust = row(&people, "consistency_and_trust");
    assert!((trust.own.value().unwrap() - 8.1 / 4.1).abs() < 1e-9);
    assert_eq!((trust.verdict, trust.own.n()), (RegularityVerdict::Holds, 80));
    let level = row(&vec![with(0.5, 6.0); 40], "consistency_and_trust");
    assert_eq!((level.own.value(), level.verdict), (None, RegularityVerdict::Undecided), "all the same: no quarters");
}
