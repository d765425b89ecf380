use super::super::fixture::{Person, complaint, contact, order, rated, text};
use super::*;
use crate::rows::{Aspect, Contact, Order, Vocabulary};
use ArcStage::{Exists, Indispensable, Meaning, Opinion, PartOfLife, Unknown};
use Question::{
    AlternativeLiking, Different, GoodBrand, Irreplaceable, Satisfaction, SecondChance, SelfConnection, Trust,
};

const TODAY: i32 = 20_000;

fn on(person: &Person, yesterday: Option<Yesterday>) -> ArcReading {
    let keys: Vec<usize> = (0..10).collect();
    let nights = Nights { today: TODAY, yesterday };
    person.known(|known| read(known, &keys, &Matters::of(known.history, known.night), &ArcSettings::default(), nights))
}

fn stage(person: &Person) -> (ArcStage, Option<EvidenceBasis>) {
    let reading = on(person, None);
    assert_eq!((reading.stage, reading.since, reading.before), (reading.raw, TODAY, None));
    (reading.stage, reading.basis)
}

fn advocacy() -> Contact {
    Contact { nature: Nature::Advocacy, ..contact(40) }
}

/// Orders of so many kinds, one every ten days.
fn kinds(n: usize) -> Vec<Order> {
    let mut words = Vocabulary::default();
    (0..n).map(|i| Order { category: Some(words.word(&i.to_string())), ..order(10 * (n - i) as i64) }).collect()
}

/// So many orders at a discount, one every thirty days: steady, and no sign of a meaning.
fn monthly(n: i64) -> Vec<Order> {
    (0..n).map(|i| Order { discounted: Some(true), ..order(30 * (n - i)) }).collect()
}

#[test]
fn the_first_stages_need_dealings_and_an_opinion_or_a_second_purchase() {
    let survey = Some(EvidenceBasis::Survey);
    let behavior = Some(EvidenceBasis::Behavior);
    assert_eq!(stage(&Person::stranger()), (Unknown, None));
    assert_eq!(stage(&Person::stranger().ordering(vec![order(3)])), (Exists, behavior));
    assert_eq!(stage(&Person::stranger().contacting(vec![contact(3)])), (Exists, behavior));
    assert_eq!(
        stage(&Person::stranger().contacting(vec![rated(3, 0.0)])),
        (Opinion, survey),
        "an opinion, if a bad one"
    );
    assert_eq!(stage(&Person::stranger().writing(vec![text(3, None, 0, 0)])), (Opinion, survey));
    assert_eq!(stage(&Person::answering(&[(Trust, 0.0)])), (Opinion, survey));
    assert_eq!(stage(&Person::stranger().ordering(vec![order(9), order(3)])), (Opinion, behavior));
    let both = Person::answering(&[(Trust, 5.0)]).ordering(vec![order(9), order(3)]);
    assert_eq!(stage(&both), (Opinion, Some(EvidenceBasis::Both)));
    let mut rating = Person::stranger();
    rating.block.rated[0] = Aspect::Fulfillment.mask() & 1 << 30;
    assert_eq!(stage(&rating), (Opinion, survey), "one element rated");
}

#[test]
fn a_refund_is_not_a_second_purchase() {
    let refund = Order { amount: Some(-100.0), ..order(1) };
    assert_eq!(stage(&Person::stranger().ordering(vec![order(3), refund])).0, Exists);
}

#[test]
fn a_meaning_that_is_told_needs_both_a_meaning_and_a_preference() {
    let liked = [(Satisfaction, 8.0), (GoodBrand, 8.0), (AlternativeLiking, 7.0)];
    assert_eq!(stage(&Person::answering(&liked)).0, Opinion, "preferred, no meaning");
    let helped = Person::answering(&liked).motivated(&[(0.0, 7.5)]);
    assert_eq!(stage(&helped), (Meaning, Some(EvidenceBasis::Survey)));
    assert_eq!(stage(&Person::answering(&liked).motivated(&[(10.0, 7.4)])).0, Opinion);
    let equal = [(Satisfaction, 8.0), (AlternativeLiking, 7.1), (Different, 10.0)];
    assert_eq!(stage(&Person::answering(&equal)).0, Opinion, "a meaning, not preferred");
    assert_eq!(stage(&Person::answering(&[(Different, 7.0)])).0, Meaning, "the alternative was not asked about");
    assert_eq!(stage(&Person::answering(&[(Different, 6.9)])).0, Opinion);
}

#[test]
fn a_meaning_that_is_shown_needs_two_signs() {
    let three_at_full_price = || vec![order(30), order(20), order(10)];
    assert_eq!(stage(&Person::stranger().ordering(three_at_full_price())).0, Opinion, "one sign");
    let two = Person::stranger().ordering(three_at_full_price()).contacting(vec![advocacy()]);
    assert_eq!(stage(&two), (Meaning, Some(EvidenceBasis::Behavior)));
    let mut cheap = three_at_full_price();
    cheap[1].discounted = Some(true);
    assert_eq!(stage(&Person::stranger().ordering(cheap).contacting(vec![advocacy()])).0, Opinion);
    let mut unknown = three_at_full_price();
    unknown[1].discounted = None;
    assert_eq!(stage(&Person::stranger().ordering(unknown).contacting(vec![advocacy()])).0, Opinion, "not known");
    assert_eq!(stage(&Person::stranger().ordering(kinds(3))).0, Meaning, "full price and breadth");
}

#[test]
fn breadth_counts_kinds_and_not_orders() {
    let mut orders = kinds(4);
    orders[3].category = orders[0].category;
    orders[2].category = None;
    let person = Person::stranger().ordering(orders);
    person.known(|known| {
        assert!(breadth(known, 2) && !breadth(known, 3));
    });
    Person::stranger().ordering(kinds(40)).known(|known| assert!(breadth(known, 8)));
}

#[test]
fn a_part_of_life_is_told_by_one_answer_or_shown_by_a_habit_that_means_something() {
    let told = Person::answering(&[(SelfConnection, 7.5)]);
    assert_eq!(stage(&told), (PartOfLife, Some(EvidenceBasis::Survey)));
    assert_eq!(stage(&Person::answering(&[(SelfConnection, 7.4)])).0, Opinion);
    let steady = Person::stranger().ordering(monthly(5));
    assert_eq!(stage(&steady).0, Opinion, "a habit alone");
    let advocate = Person::stranger().ordering(monthly(5)).contacting(vec![advocacy()]);
    assert_eq!(stage(&advocate).0, Opinion, "a habit and one sign: the meaning is missing");
    let broad = Person::stranger().ordering(kinds(5));
    assert_eq!(stage(&broad), (PartOfLife, Some(EvidenceBasis::Behavior)));
    let different = Person::answering(&[(Different, 9.0)]).ordering(monthly(5)).contacting(vec![advocacy()]);
    assert_eq!(stage(&different), (PartOfLife, Some(EvidenceBasis::Both)));
    let no_habit = Person::answering(&[(Different, 9.0)]).ordering(monthly(4)).contacting(vec![advocacy()]);
    assert_eq!(stage(&no_habit), (Meaning, Some(EvidenceBasis::Survey)));
}

#[test]
fn indispensable_is_never_told_by_behavior_alone() {
    let complaint = || complaint(120, Some(5.0));
    let mut orders = kinds(36);
    for order in &mut orders {
        order.promise = Some(super::super::fixture::promise(150, None));
    }
    let resolved = Contact { resolved: Some(-119 * super::super::known::DAY), ..complaint() };
    let everything = || Person::stranger().ordering(orders.clone()).contacting(vec![resolved.clone(), advocacy()]);
    assert_eq!(stage(&everything()).0, PartOfLife);
    let mut asked = everything();
    asked.block.attitudes.answer(0, Irreplaceable, 8.9);
    assert_eq!(stage(&asked).0, PartOfLife);
    asked.block.attitudes.answer(0, Irreplaceable, 9.0);
    assert_eq!(stage(&asked), (Indispensable, Some(EvidenceBasis::Both)), "forgave, as was seen");
}

#[test]
fn indispensable_needs_forgiveness_told_or_seen() {
    assert_eq!(stage(&Person::answering(&[(Irreplaceable, 10.0)])).0, Opinion);
    assert_eq!(stage(&Person::answering(&[(Irreplaceable, 9.0), (SecondChance, 7.4)])).0, Opinion);
    let both = Person::answering(&[(Irreplaceable, 9.0), (SecondChance, 7.5)]);
    assert_eq!(stage(&both), (Indispensable, Some(EvidenceBasis::Survey)));
}

#[test]
fn of_contradictory_answers_the_strongest_question_decides_and_the_facts_show_it() {
    let answers = [(Satisfaction, 0.0), (AlternativeLiking, 10.0), (Different, 0.0), (SelfConnection, 10.0)];
    let reading = on(&Person::answering(&answers), None);
    assert_eq!(reading.stage, PartOfLife);
    assert_eq!(reading.evidence.words(), "gave_opinion+defines_me");
}

#[test]
fn an_open_grave_complaint_takes_one_stage_but_never_the_first() {
    let with = |answers: &[(Question, f32)], complaint: Contact| {
        on(&Person::answering(answers).contacting(vec![complaint]), None)
    };
    let defining = [(SelfConnection, 9.0)];
    let grave = with(&defining, complaint(180, Some(3.0)));
    assert_eq!((grave.stage, grave.raw), (Meaning, Meaning));
    assert!(grave.evidence.has(ArcFact::OpenGraveComplaint) && !grave.evidence.has(ArcFact::Held));
    assert_eq!(with(&defining, complaint(181, Some(9.0))).stage, PartOfLife, "too long ago");
    assert_eq!(with(&defining, complaint(1, Some(2.9))).stage, PartOfLife, "not grave");
    assert_eq!(with(&defining, complaint(1, None)).stage, PartOfLife, "not said how grave");
    let resolved = Contact { resolved: Some(-1), ..complaint(9, Some(9.0)) };
    assert_eq!(with(&defining, resolved).stage, PartOfLife);
    assert_eq!(with(&[], complaint(1, Some(9.0))).stage, Exists);
}

#[test]
fn a_change_waits_until_the_stay_is_thirty_nights_old() {
    let yesterday = |arc, nights| Some(Yesterday { arc, since: TODAY - nights });
    let opinion = || Person::answering(&[(Trust, 5.0)]);
    let held = on(&opinion(), yesterday(Meaning, 29));
    assert_eq!((held.stage, held.raw, held.since), (Meaning, Opinion, TODAY - 29));
    assert!(held.evidence.has(ArcFact::Held));
    let moved = on(&opinion(), yesterday(Meaning, 30));
    assert_eq!((moved.stage, moved.since, moved.before), (Opinion, TODAY, Some(Meaning)));
    assert!(!moved.evidence.has(ArcFact::Held));
    assert_eq!(on(&opinion(), yesterday(Exists, 1)).stage, Exists, "up waits as well");
    let stays = on(&opinion(), yesterday(Opinion, 3));
    assert_eq!((stays.stage, stays.since), (Opinion, TODAY - 3));
    let known = on(&opinion(), yesterday(Unknown, 1));
    assert_eq!((known.stage, known.since), (Opinion, TODAY), "the unknown is left at once");
    let gone = on(&Person::stranger(), yesterday(Opinion, 1));
    assert_eq!((gone.stage, gone.raw, gone.basis), (Opinion, Unknown, None));
}

#[test]
fn an_open_grave_complaint_brings_a_customer_down_at_once_and_not_up() {
    let person = || Person::answering(&[(SelfConnection, 9.0)]).contacting(vec![complaint(1, Some(4.0))]);
    let down = on(&person(), Some(Yesterday { arc: PartOfLife, since: TODAY - 1 }));
    assert_eq!((down.stage, down.since), (Meaning, TODAY));
    let up = on(&person(), Some(Yesterday { arc: Opinion, since: TODAY - 1 }));
    assert_eq!((up.stage, up.raw), (Opinion, Meaning));
}
