//! Is there more good than bad, and how much is owed?

use super::known::{KnownCustomer, Matters, reaches};
use super::settings::BalanceSettings;
use crate::rows::{ExperienceBalance, Nature};

impl ExperienceBalance {
    /// The balance when a bad experience that was left open weighs as much as `ratio` good ones, and one that was resolved a
    /// third of that: `good − r·open − r/3·resolved`.
    #[must_use]
    pub fn at(self, ratio: f64) -> f64 {
        f64::from(self.good) - ratio * f64::from(self.bad_open) - ratio / 3.0 * f64::from(self.bad_resolved)
    }

    /// How many good experiences of today would bring the balance back to 0; 0 = nothing is owed.
    #[must_use]
    pub fn debt(self, ratio: f64) -> u32 {
        // Weights are kept in single precision: a debt of 5 must not become 6 by the last bit.
        (-self.at(ratio) - 1e-5).ceil().max(0.0) as u32
    }
}

/// Good and bad experiences of one customer, each weighed by `0.5^(age / half-life)`; `None` = no experience is known.
///
/// Good, 1 each: ratings of `good_from` and more, promises kept, texts that praise more than they blame. Bad: complaints by
/// severity (1 where it is not said, at most `most_severity`), ratings up to `bad_to`, promises broken and texts that blame more than
/// they praise, 1 each. Returns do not count: they are part of many trades. Source:
/// `docs/domain.md#good-and-bad-experiences`, our judgment.
///
/// METHOD: a contact is one bad experience at most, so a low rating beside a complaint is not counted again; the handling of
/// a complaint may well be a good one. A rating decides before what a text praises and blames. Left open are complaints
/// that nobody resolved and promises never made good; low ratings and blame have nothing that could be closed, so they
/// weigh as resolved ones.
pub(super) fn balance(
    known: &KnownCustomer<'_>,
    matters: &Matters,
    settings: &BalanceSettings,
) -> Option<ExperienceBalance> {
    let mut sums =
        ExperienceSums { known, half_life: settings.half_life_days, good: 0.0, open: 0.0, resolved: 0.0, any: false };
    for contact in &known.history.contacts {
        let verdict = contact.rating.and_then(|rating| judged(rating, settings));
        sums.any |= contact.rating.is_some();
        if verdict == Some(true) {
            sums.good(contact.at);
        }
        if contact.nature == Nature::Complaint {
            let severity =
                contact.severity.map_or(1.0, |severity| f64::from(severity).clamp(0.0, settings.most_severity));
            sums.bad(contact.at, severity, matters.open(contact));
        } else if verdict == Some(false) {
            sums.bad(contact.at, 1.0, false);
        }
    }
    for promise in known.history.promises() {
        match promise.kept(known.night) {
            Some(true) => sums.good(promise.done.unwrap_or(promise.due)),
            Some(false) => sums.bad(promise.due, 1.0, promise.done.is_none_or(|done| done >= known.night)),
            None => {}
        }
    }
    for text in &known.history.verbatims {
        sums.any |= text.feeling().is_some();
        let blames = || match text.praised.count_ones().cmp(&text.blamed.count_ones()) {
            std::cmp::Ordering::Greater => Some(true),
            std::cmp::Ordering::Less => Some(false),
            std::cmp::Ordering::Equal => None,
        };
        match text.rating.and_then(|rating| judged(rating, settings)).or_else(blames) {
            Some(true) => sums.good(text.at),
            Some(false) => sums.bad(text.at, 1.0, false),
            None => {}
        }
    }
    let (good, bad_open, bad_resolved) = (sums.good as f32, sums.open as f32, sums.resolved as f32);
    sums.any.then_some(ExperienceBalance { good, bad_open, bad_resolved })
}

/// Whether a rating is good or bad; `None` = in between.
fn judged(rating: f32, settings: &BalanceSettings) -> Option<bool> {
    if reaches(rating, settings.good_from) { Some(true) } else { (rating <= settings.bad_to as f32).then_some(false) }
}

struct ExperienceSums<'a> {
    known: &'a KnownCustomer<'a>,
    half_life: f64,
    good: f64,
    open: f64,
    resolved: f64,
    any: bool,
}

impl ExperienceSums<'_> {
    fn weight(&mut self, at: i64) -> f64 {
        self.any = true;
        (-self.known.age_days(at) / self.half_life).exp2()
    }

    fn good(&mut self, at: i64) {
        self.good += self.weight(at);
    }

    fn bad(&mut self, at: i64, severity: f64, open: bool) {
        let weight = severity * self.weight(at);
        if open {
            self.open += weight;
        } else {
            self.resolved += weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Person, complaint, contact, order, promise, rated, text};
    use super::*;
    use crate::rows::{Contact, Order};
    use proptest::prelude::*;

    fn of(person: &Person) -> Option<ExperienceBalance> {
        person.known(|known| balance(known, &Matters::of(known.history, known.night), &BalanceSettings::default()))
    }

    fn sums(person: &Person) -> (f32, f32, f32) {
        let all = of(person).unwrap();
        (all.good, all.bad_open, all.bad_resolved)
    }

    #[test]
    fn without_any_experience_there_is_no_balance_and_an_indifferent_one_is_zero() {
        assert_eq!(of(&Person::stranger()), None);
        assert_eq!(of(&Person::stranger().ordering(vec![order(3)]).contacting(vec![contact(2)])), None);
        assert_eq!(of(&Person::stranger().writing(vec![text(1, None, 0, 0)])), None, "a text that judges nothing");
        assert_eq!(sums(&Person::stranger().contacting(vec![rated(0, 6.0)])), (0.0, 0.0, 0.0));
        assert_eq!(sums(&Person::stranger().writing(vec![text(0, None, 1, 2 | 4 | 8)])), (0.0, 0.0, 1.0));
    }

    #[test]
    fn an_experience_loses_half_of_its_weight_in_half_a_year() {
        let all = sums(&Person::stranger().contacting(vec![rated(360, 8.0), rated(180, 8.0), rated(0, 10.0)]));
        assert_eq!(all, (1.75, 0.0, 0.0));
    }

    #[test]
    fn ratings_are_good_from_eight_and_bad_up_to_four() {
        let ratings = [8.0, 7.9, 4.1, 4.0].map(|rating| rated(0, rating)).to_vec();
        assert_eq!(sums(&Person::stranger().contacting(ratings)), (1.0, 0.0, 1.0));
    }

    #[test]
    fn a_complaint_weighs_by_severity_and_stays_open_until_it_is_resolved() {
        let resolved = Contact { resolved: Some(-1), ..complaint(0, Some(4.0)) };
        let all = vec![complaint(0, None), complaint(0, Some(3.0)), complaint(0, Some(99.0)), resolved];
        assert_eq!(sums(&Person::stranger().contacting(all)), (0.0, 14.0, 4.0));
        let angry = Contact { rating: Some(0.0), ..complaint(0, None) };
        assert_eq!(sums(&Person::stranger().contacting(vec![angry])), (0.0, 1.0, 0.0), "one experience, not two");
        let handled = Contact { rating: Some(9.0), ..complaint(0, None) };
        assert_eq!(sums(&Person::stranger().contacting(vec![handled])), (1.0, 1.0, 0.0), "well handled");
    }

    #[test]
    fn a_promise_is_good_when_kept_resolved_when_late_and_open_when_never_made_good() {
        let ordered = |promise| Order { promise: Some(promise), ..order(0) };
        let at_night = ordered(promise(0, Some(0)));
        assert_eq!(of(&Person::stranger().ordering(vec![at_night])), None, "done and due only after the night");
        let (kept, late) = (ordered(promise(180, Some(180))), ordered(promise(180, Some(179))));
        assert_eq!(sums(&Person::stranger().ordering(vec![kept, late])), (0.5, 0.0, 0.5));
        let never = ordered(promise(180, None));
        assert_eq!(sums(&Person::stranger().ordering(vec![never])), (0.0, 0.5, 0.0));
        let returned = Order { returned: true, ..order(0) };
        assert_eq!(of(&Person::stranger().ordering(vec![returned])), None, "returns do not count");
    }

    #[test]
    fn a_rating_decides_before_what_a_text_says() {
        let texts = vec![text(0, Some(9.0), 0, 3), text(0, Some(3.0), 3, 0), text(0, Some(6.0), 3, 0)];
        assert_eq!(sums(&Person::stranger().writing(texts)), (2.0, 0.0, 1.0));
    }

    #[test]
    fn debt_is_what_is_missing_to_zero() {
        let all = |good, bad_open, bad_resolved| ExperienceBalance { good, bad_open, bad_resolved };
        assert_eq!(all(2.0, 1.0, 0.0).at(5.0), -3.0);
        assert_eq!(all(2.0, 1.0, 3.0).at(12.0), -22.0);
        assert_eq!([0.0, 4.0, 4.5, 5.0, 9.0].map(|good| all(good, 1.0, 0.0).debt(5.0)), [5, 1, 1, 0, 0]);
        assert_eq!(all(0.0, 0.0, 3.0).debt(5.0), 5);
        assert_eq!(all(0.0, 0.1, 0.0).debt(1.0), 1);
    }

    proptest! {
        #[test]
        fn a_higher_ratio_never_mends_a_balance(
            good in 0.0f32..50.0, open in 0.0f32..20.0, resolved in 0.0f32..20.0, r in 1.0f64..29.0
        ) {
            let all = ExperienceBalance { good, bad_open: open, bad_resolved: resolved };
            prop_assert!(all.at(r + 1.0) <= all.at(r));
            prop_assert!(all.debt(r + 1.0) >= all.debt(r));
            let paid = ExperienceBalance { good: good + all.debt(r) as f32, ..all };
            prop_assert_eq!(paid.debt(r), 0);
        }
    }
}
