//! Sentences among the limits, each at the border of what makes it true.

use super::*;

fn said(people: &[Person], cut_on: Option<Aspect>, min_cell: u64) -> String {
    finish(&state(2, people), cut_on, min_cell).limits.join("\n")
}

/// So many customers of segment 0 who rated so many elements, importance or fulfillment.
fn raters(people: usize, elements: usize, aspect: Aspect) -> Vec<Person> {
    let answers: Vec<(usize, f32)> = ElementId::all().take(elements).map(|e| (aspect.indicator(e), 7.0)).collect();
    vec![Person { answers, ..person(0) }; people]
}

#[test]
fn respondents_are_held_against_the_elements_that_were_rated() {
    // By hand: seven elements at 60 are 420, at 100 are 700.
    let of = |people: usize| said(&raters(people, 7, Aspect::Importance), Some(Aspect::Importance), 20);
    assert!(of(419).contains("Only 419 customers rated importance; for 7 elements 420 are a floor and 700 are good"));
    assert!(of(420).contains("420 customers rated importance: usable for 7 elements; from 700 on"));
    assert!(!of(700).contains("customers rated importance"));
}

#[test]
fn importance_that_is_missing_tonight_is_not_told_as_never_asked() {
    let people = raters(30, 7, Aspect::Fulfillment);
    assert!(said(&people, Some(Aspect::Fulfillment), 20).contains("Importance was not asked: segments are cut on"));
    let cut_before = said(&people, Some(Aspect::Importance), 20);
    assert!(!cut_before.contains("Importance was not asked"), "{cut_before}");
    assert!(cut_before.contains("Nobody's rating of importance is known tonight"), "{cut_before}");
}

#[test]
fn nobody_was_surveyed_is_said_only_where_nobody_was() {
    let mut people = vec![person(0); 50];
    assert!(said(&people, None, 20).contains("Nobody was surveyed on what segments are cut on: the segments are hypo"));
    people.extend(raters(1, 7, Aspect::Importance));
    let few = said(&people, None, 20);
    assert!(
        few.contains("Only 1 customers rated importance, too few to cut segments on: the segments are hypo"),
        "{few}"
    );
    assert!(!few.contains("Nobody was surveyed"), "{few}");
}

#[test]
fn profiles_lean_on_inferred_scores_only_where_most_members_did_not_answer() {
    let of = |silent: usize| {
        let mut people = raters(40, 7, Aspect::Importance);
        people.extend(vec![person(0); silent]);
        people.extend(raters(100, 7, Aspect::Importance).into_iter().map(|p| Person { segment: Some(1), ..p }));
        said(&people, Some(Aspect::Importance), 20)
    };
    assert!(of(40).contains("Fewer than 100 members answered in S01: their profiles are rough."), "{}", of(40));
    assert!(of(41).contains("Fewer than 100 members answered in S01: their profiles lean on inferred scores."));
    assert!(!of(41).contains("answered in S01, S02") && !of(41).contains("in S02"));
}

#[test]
fn that_everybody_was_scored_is_not_said_of_customers_who_were_left_out() {
    let mut people = two_segments(Aspect::Importance);
    people[0].suppressed = Some(SuppressedReason::Objection);
    let state = state(2, &people);
    let segments = ["S01".to_owned(), "S02".to_owned()];
    let consent = ConsentColumns { profiling: false, channels: true };
    let said = state.finish(&ProfileContext {
        catalogue: catalogue(),
        segments: &segments,
        uncut: false,
        model: None,
        cut_on: Some(Aspect::Importance),
        structure: None,
        min_cell: 20,
        consent,
    });
    let said = said.limits.join(" ");
    assert!(
        said.contains("nobody was left out for want of a consent") && !said.contains("everybody was scored"),
        "{said}"
    );
}

#[test]
fn what_was_not_asked_is_absent_and_said() {
    let profiles = finish(&state(2, &two_segments(Aspect::Importance)), Some(Aspect::Importance), 20);
    let s = &profiles.segments[0];
    let quality = s.element(ElementId::parse("quality").unwrap());
    assert_eq!((quality.fulfillment, quality.gap, quality.high_share), (None, None, None));
    assert_eq!(quality.delivered, Delivered::Unknown);
    assert!(!quality.suppressed);
    assert_eq!(s.element(ElementId::parse("heirloom").unwrap()).importance, None);
    assert_eq!((s.nps, s.satisfaction, s.good_brand), (None, None, None));
    assert_eq!((s.value_total, s.value_share, s.value_mean), (None, None, None));
    assert!(s.needs.iter().all(|n| n.share.is_none() && n.fulfillment.is_none()));
    let said = profiles.limits.join("\n");
    for sentence in ["Fulfillment was not asked", "not tested", "No value of orders"] {
        assert!(said.contains(sentence), "{sentence} is missing in {said}");
    }
}
