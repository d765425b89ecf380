//! What one customer's orders, contacts and texts come to, all in all and by place.

use std::collections::BTreeMap;

use super::super::profile::sums::{CENTI, FINE, steps};
use super::settings::LensSettings;
use crate::rows::{Contact, History, Nature, Word};

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// Where something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    Channel,
    Site,
    Team,
}

/// Sums over what one customer was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Promises kept, of those due.
    pub(super) kept: i64,
    pub(super) due: i64,
    /// Good contacts, of those rated.
    pub(super) good: i64,
    pub(super) rated: i64,
    /// Feelings in steps of 0.0001, of texts that have one.
    pub(super) feeling: i64,
    pub(super) felt: i64,
    /// Ratings of contacts, in steps of 0.01.
    pub(super) ratings: Vec<i64>,
}

/// What one customer was given, all in all and in each place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dealings {
    pub(super) all: Tally,
    pub(super) places: BTreeMap<(Scope, Word), Tally>,
}

/// One customer's complaints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Complaints {
    pub(super) number: i64,
    pub(super) answered: i64,
    pub(super) resolved: i64,
    pub(super) repeated: i64,
    /// Days from complaint to resolution in steps of 0.01, over those resolved.
    pub(super) days: i64,
}

impl Dealings {
    pub(super) fn of(history: &History, settings: &LensSettings) -> Self {
        let mut dealings = Self::default();
        let orders = history.orders.iter().map(|o| (o.promise, o.channel, o.site));
        let contacts = history.contacts.iter().map(|c| (c.promise, c.channel, c.site));
        for (promise, channel, site) in orders.chain(contacts) {
            if let Some(kept) = promise.and_then(|promise| promise.kept(settings.now)) {
                dealings.note(channel, site, |tally| {
                    tally.due += 1;
                    tally.kept += i64::from(kept);
                });
            }
        }
        // Places hold single ratings too: how much they differ between places is told of contacts, not of customers.
        for contact in &history.contacts {
            if let Some(rating) = contact.rating {
                dealings.note(contact.channel, contact.site, |tally| {
                    tally.rated += 1;
                    tally.good += i64::from(rating >= settings.ok_from);
                    tally.ratings.push(steps(f64::from(rating), CENTI));
                });
            }
        }
        for text in &history.verbatims {
            if let Some(feeling) = text.feeling() {
                dealings.note(text.channel, None, |tally| {
                    tally.felt += 1;
                    tally.feeling += steps(feeling, FINE);
                });
            }
        }
        dealings
    }

    fn note(&mut self, channel: Option<Word>, site: Option<Word>, mut add: impl FnMut(&mut Tally)) {
        add(&mut self.all);
        for (scope, word) in [(Scope::Channel, channel), (Scope::Site, site)] {
            if let Some(word) = word {
                add(self.places.entry((scope, word)).or_default());
            }
        }
    }
}

impl Complaints {
    /// METHOD: a complaint is answered if it was resolved, or if its case has a later contact that is not a complaint
    /// itself: the customer asking again is no answer. It is repeated if the same customer's previous one is recent,
    /// whatever case it belongs to. The first complaints of the window may repeat older ones that are not seen. Source:
    /// our judgment.
    pub(super) fn of(history: &History, settings: &LensSettings) -> Self {
        let (mut sums, mut previous) = (Self::default(), None);
        let others = history.contacts.iter().filter(|contact| contact.nature != Nature::Complaint);
        let mut answers: Vec<(u64, i64)> = others.filter_map(|other| Some((other.case?, other.at))).collect();
        answers.sort_unstable();
        for contact in &history.contacts {
            if contact.nature != Nature::Complaint {
                continue;
            }
            sums.number += 1;
            if let Some(resolved) = contact.resolved {
                sums.resolved += 1;
                sums.days += steps(resolved.saturating_sub(contact.at).max(0) as f64 / DAY as f64, CENTI);
            }
            let heard = contact.resolved.is_some() || answered_later(contact, &answers);
            sums.answered += i64::from(heard);
            let near = |before: i64| contact.at.saturating_sub(before) <= i64::from(settings.repeat_days) * DAY;
            sums.repeated += i64::from(previous.is_some_and(near));
            previous = Some(contact.at);
        }
        sums
    }
}

/// `answers`: case and moment of contacts that are no complaints, ascending.
fn answered_later(complaint: &Contact, answers: &[(u64, i64)]) -> bool {
    complaint.case.is_some_and(|case| {
        let next = answers.partition_point(|(own, _)| *own <= case);
        next > 0 && answers[next - 1].0 == case && answers[next - 1].1 > complaint.at
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(day: i64, nature: Nature, case: Option<u64>, resolved: Option<i64>) -> Contact {
        Contact {
            at: day * DAY,
            nature,
            case,
            rating: None,
            severity: None,
            resolved: resolved.map(|day| day * DAY),
            promise: None,
            channel: None,
            site: None,
        }
    }

    #[test]
    fn complaints_are_answered_resolved_and_repeated() {
        let history = History {
            contacts: vec![
                contact(0, Nature::Complaint, Some(1), None),
                contact(2, Nature::Other, Some(1), None),
                contact(100, Nature::Complaint, Some(2), Some(103)),
                contact(150, Nature::Complaint, Some(3), None),
                contact(151, Nature::Complaint, Some(3), None),
                contact(152, Nature::Other, None, None),
            ],
            ..History::default()
        };
        let sums = Complaints::of(&history, &LensSettings::at(400 * DAY));
        // Day 100 is 100 days after the first; 150 and 151 follow soon. A second complaint in case 3 is no answer.
        assert_eq!(sums, Complaints { number: 4, answered: 2, resolved: 1, repeated: 2, days: 300 });
    }
}
