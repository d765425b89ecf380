//! Was it good every time, and were promises kept?

use super::known::KnownCustomer;
use super::settings::ConsistencySettings;
use crate::rows::Consistency;

/// Largest standard deviation that values on 0–10 can have: one half at either end.
const WIDEST: f64 = 5.0;

/// Three kinds of consistency of one customer, each 0–1 (`docs/domain.md#consistency`, our judgment).
///
/// - journey: `1 − sd/5` over rated contacts and texts;
/// - communication: `kept / (kept + broken)` over promises of orders and contacts that were kept or are overdue;
/// - emotional: `mean · (1 − sd/0.5)` over what rated contacts and texts felt like, 0–1.
///
/// `None` below the least number of each. METHOD: standard deviations of the population: these are all the contacts there
/// were, and the widest spread is then exactly 5.
pub(super) fn consistency(known: &KnownCustomer<'_>, settings: &ConsistencySettings) -> Consistency {
    let journey = spread(known.ratings().map(f64::from), settings.min_contacts);
    let contacts = known.history.contacts.iter().filter_map(|contact| contact.rating);
    let feelings = contacts.map(|rating| (f64::from(rating) / 10.0).clamp(0.0, 1.0));
    let feelings = feelings.chain(known.history.verbatims.iter().filter_map(|text| text.feeling()));
    let feeling = spread(feelings, settings.min_moments);
    Consistency {
        journey: journey.map(|(_, sd)| share(1.0 - sd / WIDEST)),
        emotional: feeling.map(|(mean, sd)| share(mean * (1.0 - sd / (WIDEST / 10.0)))),
        communication: kept(known, settings.min_promises),
    }
}

fn share(value: f64) -> f32 {
    value.clamp(0.0, 1.0) as f32
}

/// Mean and standard deviation of the population; `None` of fewer than `least` values, or of none.
fn spread(values: impl Iterator<Item = f64> + Clone, least: u32) -> Option<(f64, f64)> {
    let (mut n, mut sum) = (0u32, 0.0);
    for value in values.clone() {
        n += 1;
        sum += value;
    }
    if n < least.max(1) {
        return None;
    }
    let mean = sum / f64::from(n);
    let squares: f64 = values.map(|value| (value - mean) * (value - mean)).sum();
    Some((mean, (squares / f64::from(n)).sqrt()))
}

fn kept(known: &KnownCustomer<'_>, least: u32) -> Option<f32> {
    let (mut kept, mut decided) = (0u32, 0u32);
    for outcome in known.history.promises().filter_map(|promise| promise.kept(known.night)) {
        decided += 1;
        kept += u32::from(outcome);
    }
    (decided >= least.max(1)).then(|| (f64::from(kept) / f64::from(decided)) as f32)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Person, contact, order, promise, rated, text};
    use super::*;
    use crate::rows::{Contact, Order, Promise};
    use proptest::prelude::*;

    fn of(person: &Person) -> Consistency {
        person.known(|known| consistency(known, &ConsistencySettings::default()))
    }

    #[test]
    fn nothing_is_said_of_nobody_or_of_one_contact() {
        assert_eq!(of(&Person::stranger()), Consistency::default());
        assert_eq!(of(&Person::stranger().contacting(vec![rated(1, 9.0)])), Consistency::default());
        assert_eq!(of(&Person::stranger().contacting(vec![rated(2, 9.0), rated(1, 9.0)])), Consistency::default());
    }

    #[test]
    fn all_nines_are_a_consistent_journey_and_a_feeling_of_nine_tenths() {
        let all = of(&Person::stranger().contacting(vec![rated(3, 9.0), rated(2, 9.0), rated(1, 9.0)]));
        assert_eq!((all.journey, all.communication), (Some(1.0), None));
        assert!((all.emotional.unwrap() - 0.9).abs() < 1e-6);
    }

    #[test]
    fn contacts_and_texts_count_alike() {
        // Ratings 10, 10, 0, 0: sd 5, mean 5.
        let mixed = Person::stranger()
            .contacting(vec![rated(4, 10.0), rated(3, 0.0), contact(3)])
            .writing(vec![text(2, Some(10.0), 0, 0), text(1, Some(0.0), 0, 0)]);
        assert_eq!((of(&mixed).journey, of(&mixed).emotional), (Some(0.0), Some(0.0)));
        // Ratings 8, 6, 10: mean 8, variance 8/3, sd 1.632993; 1 − 0.326599.
        let three = of(&Person::stranger().contacting(vec![rated(4, 8.0), rated(3, 6.0), rated(1, 10.0)]));
        assert!((three.journey.unwrap() - 0.673_401).abs() < 1e-6);
        assert!((three.emotional.unwrap() - 0.8 * 0.673_401).abs() < 1e-6);
    }

    #[test]
    fn texts_without_a_rating_are_a_feeling_and_no_step_of_the_journey() {
        let person = Person::stranger().writing(vec![
            text(3, None, 1, 0),
            text(2, None, 3, 0),
            text(1, None, 1, 0),
            text(1, None, 0, 0),
        ]);
        assert_eq!((of(&person).journey, of(&person).emotional), (None, Some(1.0)));
    }

    #[test]
    fn promises_of_orders_and_contacts_count_once_they_are_kept_or_overdue() {
        let ordered = |promise: Promise| Order { promise: Some(promise), ..order(20) };
        let called = |promise: Promise| Contact { promise: Some(promise), ..contact(20) };
        let orders = vec![ordered(promise(10, Some(12))), ordered(promise(10, None)), ordered(promise(-5, None))];
        let two = Person::stranger().ordering(orders.clone());
        assert_eq!(of(&two).communication, None, "the third is not due yet");
        let three = Person::stranger().ordering(orders).contacting(vec![called(promise(10, Some(10)))]);
        assert!((of(&three).communication.unwrap() - 2.0 / 3.0).abs() < 1e-7);
    }

    #[test]
    fn the_least_of_the_three_is_the_composite() {
        let all = Consistency { journey: Some(0.9), emotional: None, communication: Some(0.4) };
        assert_eq!((all.composite(), Consistency::default().composite()), (Some(0.4), None));
    }

    proptest! {
        #[test]
        fn each_kind_is_a_share(ratings in prop::collection::vec(0.0f32..=10.0, 0..12)) {
            let person = Person::stranger().contacting(ratings.iter().map(|rating| rated(5, *rating)).collect());
            let all = of(&person);
            for kind in [all.journey, all.emotional].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&kind));
            }
            prop_assert_eq!(all.journey.is_some(), ratings.len() >= 3);
        }
    }
}
