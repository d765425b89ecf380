use std::collections::BTreeSet;

use super::*;
use crate::catalogue::ElementId;
use crate::model::rows::Aspect;

/// People who were asked for the fulfillment of six elements, and were asked `satisfaction` as well.
fn block(n: usize, answers: impl Fn(usize) -> ([f32; 6], f32)) -> CustomerBlock {
    let mut block = CustomerBlock::unasked((0..n).map(|i| format!("c{i:04}")).collect());
    for row in 0..n {
        let (ratings, satisfaction) = answers(row);
        for (at, rating) in ratings.into_iter().enumerate() {
            block.ratings[(row, N_ELEMENTS + at)] = rating;
            block.rated[row] |= 1 << (N_ELEMENTS + at);
        }
        block.attitudes.set(row, Question::Satisfaction as usize, satisfaction);
    }
    block
}

fn names() -> Vec<String> {
    let of = |aspect: Aspect| ElementId::all().map(move |e| format!("{}_{}", aspect.slug(), e.slug()));
    [Aspect::Importance, Aspect::Fulfillment].into_iter().flat_map(of).collect()
}

fn nothing_settled() -> Settled {
    Settled { right: BTreeSet::new(), turned: BTreeSet::new() }
}

fn found(block: &CustomerBlock, settled: &Settled) -> Found {
    let mut items = Items::zero();
    items.block(block, MOST_PEOPLE);
    items.found(&names(), settled)
}

fn said(found: &Found) -> String {
    found.said.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" | ")
}

/// A person's mood in steps of two, with a bit of each item's own; never the same answer everywhere.
fn moody(row: usize) -> [f32; 6] {
    std::array::from_fn(|at| (row % 5 * 2) as f32 + ((at + row / 5) % 7) as f32 / 3.0)
}

#[test]
fn an_outcome_on_a_turned_scale_is_found_and_left_out_until_somebody_says() {
    let turned = block(200, |row| (moody(row), 10.0 - (row % 5 * 2) as f32));
    let seen = found(&turned, &nothing_settled());
    assert_eq!(seen.turned, [Question::Satisfaction]);
    assert!(said(&seen).contains("It is not used in this night"), "{}", said(&seen));
    let right = Settled { right: BTreeSet::from(["satisfaction".to_owned()]), turned: BTreeSet::new() };
    let seen = found(&turned, &right);
    assert!(seen.turned.is_empty() && seen.said.is_empty(), "{}", said(&seen));
    let straight = block(200, |row| (moody(row), (row % 5 * 2) as f32));
    assert!(found(&straight, &nothing_settled()).turned.is_empty());
}

#[test]
fn an_item_on_a_turned_scale_is_said_and_what_people_trade_off_is_not() {
    let turned = block(200, |row| {
        let mut own = moody(row);
        own[2] = 10.0 - own[2];
        (own, 5.0)
    });
    let text = said(&found(&turned, &nothing_settled()));
    assert!(text.starts_with(&format!("`{}` runs against all other items", names()[N_ELEMENTS + 2])), "{text}");
    // Three items go together against the other three.
    let traded = block(200, |row| {
        let own = moody(row);
        (std::array::from_fn(|at| if at < 3 { own[at] } else { 10.0 - own[at] }), 5.0)
    });
    assert_eq!(said(&found(&traded, &nothing_settled())), "");
}

#[test]
fn two_items_on_a_turned_scale_are_both_said() {
    let turned = block(200, |row| {
        let mut own = moody(row);
        (own[1], own[4]) = (10.0 - own[1], 10.0 - own[4]);
        (own, 5.0)
    });
    let text = said(&found(&turned, &nothing_settled()));
    assert_eq!(text.matches("runs against all other items").count(), 2, "{text}");
    // Three groups of people, each with wishes of its own: every item goes against most others.
    let apart = block(200, |row| {
        let own = moody(row);
        (std::array::from_fn(|at| if at / 2 == row % 3 { 8.0 } else { own[at] / 4.0 }), 5.0)
    });
    assert_eq!(said(&found(&apart, &nothing_settled())), "");
}

#[test]
fn few_people_are_no_ground_for_doubt() {
    let turned = block(40, |row| (moody(row), 10.0 - (row % 5 * 2) as f32));
    assert!(found(&turned, &nothing_settled()).said.is_empty());
}

#[test]
fn copies_constants_and_straight_answers_are_said_with_their_counts() {
    let copied = block(100, |row| {
        let mut own = moody(row);
        own[4] = own[1];
        own[5] = 3.0;
        (own, 5.0)
    });
    let text = said(&found(&copied, &nothing_settled()));
    let names = names();
    let twin = format!("`{}` equals `{}` in every answer (100 people)", names[N_ELEMENTS + 4], names[N_ELEMENTS + 1]);
    assert!(text.contains(&twin), "{text}");
    assert!(text.contains(&format!("the same answer to `{}`", names[N_ELEMENTS + 5])), "{text}");
    // A third of 90 people gives one answer to all six.
    let straight = block(90, |row| (if row % 3 == 0 { [(row % 4) as f32; 6] } else { moody(row) }, 5.0));
    let text = said(&found(&straight, &nothing_settled()));
    assert!(text.contains("33 % of 90 people") && text.contains("30 people, 6 items each"), "{text}");
}

#[test]
fn parts_taken_together_are_the_whole() {
    let whole = block(150, |row| (moody(row), (row % 11) as f32));
    let mut items = Items::zero();
    items.block(&whole, MOST_PEOPLE);
    let mut parts = Items::zero();
    for rows in [100..150, 0..30, 30..100] {
        let mut own = Items::zero();
        own.block(&whole.select(&rows.collect::<Vec<_>>()), MOST_PEOPLE);
        parts.merge(&own);
    }
    assert_eq!(items, parts);
}
