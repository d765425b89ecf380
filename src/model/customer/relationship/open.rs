//! What is open between a customer and the company: complaints, promises, returns, cases.

use super::known::{KnownCustomer, Matters};
use super::settings::{AnticipationSettings, ClosenessSettings};
use crate::rows::{Contact, OpenCounts, OpenMatter, Order};
use valueseg_catalogue::MatterKind;

/// Days for which a promise, a return or a refund counts.
#[derive(Clone, Copy)]
pub(super) struct OpenDays {
    promise: u32,
    /// Of something that came back.
    back: u32,
}

impl OpenDays {
    pub(super) fn of(anticipation: &AnticipationSettings, closeness: &ClosenessSettings) -> Self {
        Self { promise: anticipation.promise_days, back: closeness.return_days }
    }
}

/// Everything that is open, one after the other: complaints, promises of contacts, promises and returns of orders, the flag.
///
/// METHOD (our judgment): a complaint without a moment of resolution is open only where the table records resolutions at all,
/// and a delivery is overdue only where deliveries are recorded: no such column is no evidence that nothing is ever settled.
/// A promise made about an open complaint is told with the complaint. Promises older than `promise_days` are bygone: they
/// stand in the figures of consistency.
pub(super) fn open_matters<'a>(
    known: &'a KnownCustomer<'a>,
    matters: &'a Matters,
    days: OpenDays,
) -> impl Iterator<Item = OpenMatter> + 'a {
    let since = |at: i64| Some(known.age_days(at) as u32);
    let complaint = |contact: &Contact| known.sources.resolutions && matters.open(contact);
    let of_contact = move |contact: &'a Contact| {
        let (severity, due) = (contact.severity, contact.promise.map(|promise| promise.due));
        if complaint(contact) {
            let kind = MatterKind::Complaint;
            return Some(OpenMatter { kind, days_open: since(contact.at), severity, promised_by: due });
        }
        let due = due.filter(|due| {
            known.sources.resolutions && !matters.settled(contact) && known.within_days(*due, days.promise)
        })?;
        Some(OpenMatter { kind: MatterKind::Promise, days_open: since(due), severity, promised_by: Some(due) })
    };
    let overdue = move |order: &Order| {
        let promise = order.promise.filter(|_| known.sources.deliveries)?;
        let done = promise.done.is_some_and(|done| done < known.night);
        (!done && known.within_days(promise.due, days.promise)).then_some(promise.due)
    };
    let of_order = move |order: &'a Order| {
        if (order.returned || !order.is_purchase()) && known.within_days(order.at, days.back) {
            let (kind, days_open) = (MatterKind::Return, since(order.at));
            return Some(OpenMatter { kind, days_open, severity: None, promised_by: None });
        }
        let due = overdue(order).filter(|_| !order.returned)?;
        Some(OpenMatter { kind: MatterKind::Promise, days_open: since(due), severity: None, promised_by: Some(due) })
    };
    // The flag says the same as a complaint, and less.
    let flagged = known.block.flags[known.row].open_case && !known.history.contacts.iter().any(complaint);
    let case = OpenMatter { kind: MatterKind::Case, days_open: None, severity: None, promised_by: None };
    let history = known.history;
    let contacts = history.contacts.iter().filter_map(of_contact);
    contacts.chain(history.orders.iter().filter_map(of_order)).chain(flagged.then_some(case))
}

/// How many of each kind.
pub(super) fn counts(matters: impl Iterator<Item = OpenMatter>) -> OpenCounts {
    matters.fold(OpenCounts::default(), |mut counts, matter| {
        counts.add(matter.kind);
        counts
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Person, complaint, order};
    use super::super::known::DAY;
    use super::*;
    use crate::rows::{Promise, Sources};

    fn told(person: &Person, sources: impl Fn(Sources) -> Sources) -> Vec<(&'static str, Option<u32>)> {
        person.known(|known| {
            let known = KnownCustomer { sources: sources(known.sources), ..*known };
            let matters = Matters::of(known.history, known.night);
            let days = OpenDays { promise: 60, back: 14 };
            open_matters(&known, &matters, days).map(|matter| (matter.kind.slug(), matter.days_open)).collect()
        })
    }

    fn promised(days_ago: i64, done: Option<i64>) -> Order {
        let due = -days_ago * DAY;
        Order { promise: Some(Promise { due, done: done.map(|ago| -ago * DAY) }), ..order(days_ago + 2) }
    }

    #[test]
    fn complaints_promises_and_returns_are_open_until_they_are_settled() {
        let mut person = Person::stranger();
        let settled = Contact { resolved: Some(-3 * DAY), ..complaint(9, None) };
        person.history.contacts = vec![complaint(30, Some(3.0)), settled];
        person.history.orders = vec![
            promised(61, None),
            promised(20, None),
            promised(10, Some(4)),
            Order { returned: true, ..order(5) },
            Order { returned: true, ..order(15) },
        ];
        assert_eq!(
            told(&person, |s| s),
            [("complaint", Some(30)), ("promise", Some(20)), ("return", Some(5))],
            "a promise kept late is no longer open, one of long ago is bygone"
        );
    }

    #[test]
    fn where_no_table_records_that_anything_is_settled_nothing_is_open_but_what_is_flagged() {
        let mut person = Person::stranger().ordering(vec![promised(20, None)]);
        person.history.contacts = vec![complaint(30, None)];
        let blind = |s: Sources| Sources { resolutions: false, deliveries: false, ..s };
        assert_eq!(told(&person, blind), []);
        person.block.flags[0].open_case = true;
        assert_eq!(told(&person, blind), [("case", None)]);
        assert_eq!(told(&person, |s| s), [("complaint", Some(30)), ("promise", Some(20))], "the flag adds nothing");
    }
}
