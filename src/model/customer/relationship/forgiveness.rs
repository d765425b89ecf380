//! Did somebody go on as before after a grave failure?

use super::known::{DAY, KnownCustomer, reaches};
use super::settings::ArcSettings;
use crate::rows::{Nature, Order};

/// Days of the past that a history holds.
const KNOWN_DAYS: i64 = 365;

/// Whether spend after some grave failure was as before: a grave complaint or a broken promise, then net spend over
/// `cycles × cycle_days` that differs from the spend over as long a time before by at most `forgiveness_band`, not all of
/// it with rewards. Both times must lie in the year that is known, and spend before must be positive and known.
///
/// METHOD: total spend of the two times is compared, not every cycle: single cycles of a person who buys a few times a year
/// vary by more than the band without any failure. A failure is one moment; others that lie near it do not change the test.
/// Source: `docs/domain.md#forgiveness`, our judgment.
pub(super) fn observed(known: &KnownCustomer<'_>, settings: &ArcSettings) -> bool {
    let history = known.history;
    let grave = history.contacts.iter().filter(|contact| {
        contact.nature == Nature::Complaint
            && contact.severity.is_some_and(|severity| reaches(severity, settings.severe))
    });
    let broken = history.promises().filter(|promise| promise.kept(known.night) == Some(false));
    let mut spending = None;
    grave.map(|contact| contact.at).chain(broken.map(|promise| promise.due)).any(|at| {
        let span = i64::from(settings.cycles) * i64::from(settings.cycle_days) * DAY;
        let (from, to) = (at.saturating_sub(span), at.saturating_add(span));
        let known_year = known.night.saturating_sub(KNOWN_DAYS * DAY)..=known.night;
        known_year.contains(&from)
            && known_year.contains(&to)
            && spending.get_or_insert_with(|| Spending::of(&history.orders)).forgave([from, at, to], settings)
    })
}

/// A customer's spend up to each order, so that any time between two failures is two look-ups, however many orders there are.
struct Spending<'a> {
    orders: &'a [Order],
    /// Of the orders before each place: their value in steps, how many values are not known, how many were paid without a reward.
    before: Vec<(i128, usize, usize)>,
}

/// Steps of money that are added up.
const STEPS: f64 = 1e6;

impl<'a> Spending<'a> {
    fn of(orders: &'a [Order]) -> Self {
        let mut sums = (0, 0, 0);
        let mut before = Vec::with_capacity(orders.len() + 1);
        before.push(sums);
        for order in orders {
            sums.0 += order.amount.map_or(0, |amount| (amount * STEPS).round() as i128);
            sums.1 += usize::from(order.amount.is_none());
            sums.2 += usize::from(order.rewarded != Some(true) && order.amount.is_some_and(|amount| amount > 0.0));
            before.push(sums);
        }
        Self { orders, before }
    }

    /// Whether spend from the middle one of three moments on was as before it.
    fn forgave(&self, moments: [i64; 3], settings: &ArcSettings) -> bool {
        let [start, middle, end] = moments.map(|at| self.before[self.orders.partition_point(|order| order.at < at)]);
        if start.1 != end.1 {
            return false;
        }
        let (before, after) = ((middle.0 - start.0) as f64 / STEPS, (end.0 - middle.0) as f64 / STEPS);
        before > 0.0 && (after - before).abs() <= settings.forgiveness_band * before + 1e-9 * before && end.2 > middle.2
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Person, complaint, order, promise};
    use super::*;

    /// 100 at 190 and at 130 days, then these amounts at 110 and 50 days, with the failure 120 days ago.
    fn after(first: f64, second: f64) -> Vec<Order> {
        let worth = |days, amount| Order { amount: Some(amount), ..order(days) };
        vec![order(190), order(130), worth(110, first), worth(50, second)]
    }

    fn forgave(person: &Person) -> bool {
        person.known(|known| observed(known, &ArcSettings::default()))
    }

    #[test]
    fn spend_within_a_fifth_of_before_is_forgiveness_ends_included() {
        let with = |first, second| {
            forgave(&Person::stranger().ordering(after(first, second)).contacting(vec![complaint(120, Some(3.0))]))
        };
        assert!(with(100.0, 100.0) && with(80.0, 80.0) && with(120.0, 120.0) && with(0.0, 160.0));
        assert!(!with(79.0, 80.0) && !with(121.0, 120.0));
    }

    #[test]
    fn only_a_grave_failure_can_be_forgiven() {
        let orders = || Person::stranger().ordering(after(100.0, 100.0));
        assert!(!forgave(&orders()));
        assert!(!forgave(&orders().contacting(vec![complaint(120, Some(2.9))])));
        assert!(!forgave(&orders().contacting(vec![complaint(120, None)])), "severity not known");
        let mut late = after(100.0, 100.0);
        late[1].promise = Some(promise(120, Some(118)));
        assert!(forgave(&Person::stranger().ordering(late.clone())), "a delivery that came late");
        late[1].promise = Some(promise(120, Some(120)));
        assert!(!forgave(&Person::stranger().ordering(late)), "a delivery in time");
    }

    #[test]
    fn two_cycles_must_be_known_on_either_side() {
        let at = |days: i64| {
            let orders = vec![order(days + 5), order(days - 5)];
            forgave(&Person::stranger().ordering(orders).contacting(vec![complaint(days, Some(5.0))]))
        };
        assert!(at(120) && at(245));
        assert!(!at(119), "the second cycle after it is not over");
        assert!(!at(246), "the first cycle before it is not all known");
    }

    #[test]
    fn rewards_as_the_only_reason_do_not_count_and_neither_does_an_unknown_value() {
        let complaint = || vec![complaint(120, Some(9.0))];
        let mut orders = after(100.0, 100.0);
        orders[2].rewarded = Some(true);
        assert!(forgave(&Person::stranger().ordering(orders.clone()).contacting(complaint())));
        orders[3].rewarded = Some(true);
        assert!(!forgave(&Person::stranger().ordering(orders.clone()).contacting(complaint())));
        orders[3].rewarded = None;
        assert!(forgave(&Person::stranger().ordering(orders.clone()).contacting(complaint())), "not known of it");
        orders[0].amount = None;
        assert!(!forgave(&Person::stranger().ordering(orders).contacting(complaint())));
    }

    #[test]
    fn nobody_forgives_who_spent_nothing_before() {
        let person = Person::stranger().ordering(vec![order(50)]).contacting(vec![complaint(120, Some(5.0))]);
        assert!(!forgave(&person));
    }
}
