//! What a customer did lately and did again: the rates that plans are measured by.

use std::collections::BTreeMap;

use super::settings::LensSettings;
use crate::rows::{History, Nature};

/// Days of the window in which rates are counted: that of most plays. Our judgment.
const WINDOW_DAYS: i64 = 90;

/// Microseconds in the window.
const WINDOW: i64 = WINDOW_DAYS * 86_400_000_000;

/// One customer's part in the rates of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rates {
    /// Bought in the window; of those who had bought before it.
    pub(super) reordered: Option<bool>,
    /// Bought in the window; of those who had bought in the window before it.
    pub(super) stayed: Option<bool>,
    /// Complained in the window.
    pub(super) complained: bool,
    /// Orders that came back, of all.
    pub(super) returned: i64,
    pub(super) orders: i64,
    /// Cases of more than one contact, of all.
    pub(super) recontacted: i64,
    pub(super) cases: i64,
}

impl Rates {
    pub(super) fn of(history: &History, settings: &LensSettings) -> Self {
        let (since, before) = (settings.now - WINDOW, settings.now - 2 * WINDOW);
        // A refund is no purchase.
        let bought = || history.orders.iter().filter(|order| order.amount.is_none_or(|amount| amount > 0.0));
        let lately = bought().any(|order| order.at >= since);
        let earlier = bought().any(|order| order.at < since);
        let just_before = bought().any(|order| (before..since).contains(&order.at));
        let mut cases: BTreeMap<u64, u32> = BTreeMap::new();
        for case in history.contacts.iter().filter_map(|contact| contact.case) {
            *cases.entry(case).or_default() += 1;
        }
        let complaints = history.contacts.iter().filter(|contact| contact.nature == Nature::Complaint);
        Self {
            reordered: earlier.then_some(lately),
            stayed: just_before.then_some(lately),
            complained: complaints.filter(|complaint| complaint.at >= since).count() > 0,
            returned: bought().filter(|order| order.returned).count() as i64,
            orders: bought().count() as i64,
            recontacted: cases.values().filter(|contacts| **contacts > 1).count() as i64,
            cases: cases.len() as i64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{Contact, Order};

    const DAY: i64 = 86_400_000_000;

    fn order(day: i64, amount: f64, returned: bool) -> Order {
        Order {
            at: day * DAY,
            amount: Some(amount),
            discounted: None,
            rewarded: None,
            promise: None,
            returned,
            channel: None,
            site: None,
            category: None,
        }
    }

    fn contact(day: i64, nature: Nature, case: u64) -> Contact {
        Contact {
            at: day * DAY,
            nature,
            case: Some(case),
            rating: None,
            severity: None,
            resolved: None,
            promise: None,
            channel: None,
            site: None,
        }
    }

    fn rates(orders: Vec<Order>, contacts: Vec<Contact>) -> Rates {
        Rates::of(&History { orders, contacts, ..History::default() }, &LensSettings::at(365 * DAY))
    }

    #[test]
    fn whoever_bought_before_has_bought_again_or_not_and_a_refund_is_no_purchase() {
        // The window begins on day 275, the one before it on day 185.
        let again = rates(vec![order(100, 9.0, true), order(300, 9.0, false)], Vec::new());
        assert_eq!((again.reordered, again.stayed, again.returned, again.orders), (Some(true), None, 1, 2));
        let gone = rates(vec![order(200, 9.0, false), order(300, -9.0, false)], Vec::new());
        assert_eq!((gone.reordered, gone.stayed), (Some(false), Some(false)));
        assert_eq!(rates(vec![order(300, 9.0, false)], Vec::new()).reordered, None);
    }

    #[test]
    fn a_case_of_two_contacts_was_not_settled_at_once() {
        let contacts =
            vec![contact(10, Nature::Complaint, 1), contact(12, Nature::Other, 1), contact(300, Nature::Other, 2)];
        let old = rates(Vec::new(), contacts);
        assert_eq!((old.complained, old.recontacted, old.cases), (false, 1, 2));
        assert!(rates(Vec::new(), vec![contact(300, Nature::Complaint, 1)]).complained);
    }
}
