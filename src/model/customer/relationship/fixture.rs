//! People for the tests of the rules. The night ends at moment 0, so "three days ago" is −3 days.

use super::known::{DAY, KnownCustomer};
use crate::rows::{Attitudes, Contact, CustomerBlock, History, Nature, Order, Promise, Question, Sources, Verbatim};

/// Motivators in the tests' world.
pub(super) const MOTIVATORS: usize = 10;

/// All tables there are.
pub(super) const EVERYTHING: Sources = Sources {
    orders: true,
    rewards: true,
    deliveries: true,
    contacts: true,
    resolutions: true,
    texts: true,
    attitudes: true,
};

/// One customer and what is known of them.
pub(super) struct Person {
    pub(super) block: CustomerBlock,
    pub(super) history: History,
}

impl Person {
    /// Somebody of whom nothing is known.
    pub(super) fn stranger() -> Self {
        let mut block = CustomerBlock::unasked(vec!["a".to_owned()]);
        block.attitudes = Attitudes::unasked(1, MOTIVATORS);
        Self { block, history: History::default() }
    }

    pub(super) fn answering(answers: &[(Question, f32)]) -> Self {
        let mut person = Self::stranger();
        for (question, answer) in answers {
            person.block.attitudes.answer(0, *question, *answer);
        }
        person
    }

    /// Adds both answers about the first motivators.
    pub(super) fn motivated(mut self, answers: &[(f32, f32)]) -> Self {
        for (place, answer) in answers.iter().enumerate() {
            self.block.attitudes.motivate(0, place, answer.0, answer.1);
        }
        self
    }

    pub(super) fn ordering(mut self, orders: Vec<Order>) -> Self {
        self.history.orders = orders;
        self
    }

    pub(super) fn contacting(mut self, contacts: Vec<Contact>) -> Self {
        self.history.contacts = contacts;
        self
    }

    pub(super) fn writing(mut self, verbatims: Vec<Verbatim>) -> Self {
        self.history.verbatims = verbatims;
        self
    }

    /// Asks something of what is known.
    pub(super) fn known<T>(&self, ask: impl FnOnce(&KnownCustomer<'_>) -> T) -> T {
        ask(&KnownCustomer { block: &self.block, row: 0, history: &self.history, sources: EVERYTHING, night: 0 })
    }
}

/// A purchase of 100, so many days ago, at full price, without reward and of no known kind.
pub(super) fn order(days_ago: i64) -> Order {
    Order {
        at: -days_ago * DAY,
        amount: Some(100.0),
        discounted: Some(false),
        rewarded: Some(false),
        promise: None,
        returned: false,
        channel: None,
        site: None,
        category: None,
    }
}

/// A contact of no consequence, so many days ago.
pub(super) fn contact(days_ago: i64) -> Contact {
    Contact {
        at: -days_ago * DAY,
        nature: Nature::Other,
        case: None,
        rating: None,
        severity: None,
        resolved: None,
        promise: None,
        channel: None,
        site: None,
    }
}

/// A contact with a rating.
pub(super) fn rated(days_ago: i64, rating: f32) -> Contact {
    Contact { rating: Some(rating), ..contact(days_ago) }
}

/// A complaint that is open.
pub(super) fn complaint(days_ago: i64, severity: Option<f32>) -> Contact {
    Contact { nature: Nature::Complaint, severity, ..contact(days_ago) }
}

/// A text with a rating, or with elements praised and blamed.
pub(super) fn text(days_ago: i64, rating: Option<f32>, praised: u32, blamed: u32) -> Verbatim {
    Verbatim { at: -days_ago * DAY, rating, praised, blamed, named: praised | blamed, channel: None }
}

/// A promise due so many days ago, done so many days ago.
pub(super) fn promise(due: i64, done: Option<i64>) -> Promise {
    Promise { due: -due * DAY, done: done.map(|days| -days * DAY) }
}
