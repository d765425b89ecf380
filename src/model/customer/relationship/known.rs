//! What is known of one customer, as the rules ask for it.

use crate::rows::{Contact, CustomerBlock, History, Nature, Order, Promise, Question, Sources};

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

impl Order {
    /// Whether something was bought: an order of negative value is a refund.
    #[must_use]
    pub fn is_purchase(&self) -> bool {
        !self.amount.is_some_and(|amount| amount < 0.0)
    }
}

impl History {
    /// Orders that are purchases, in order of time. Their number is what the median of the base is taken of.
    pub fn purchases(&self) -> impl Iterator<Item = &Order> + Clone {
        self.orders.iter().filter(|order| order.is_purchase())
    }

    /// Promises of orders, then of contacts.
    pub fn promises(&self) -> impl Iterator<Item = Promise> + Clone {
        let orders = self.orders.iter().filter_map(|order| order.promise);
        orders.chain(self.contacts.iter().filter_map(|contact| contact.promise))
    }
}

/// One customer, seen at the end of a night.
#[derive(Clone, Copy)]
pub(super) struct KnownCustomer<'a> {
    pub(super) block: &'a CustomerBlock,
    pub(super) row: usize,
    pub(super) history: &'a History,
    pub(super) sources: Sources,
    /// First microsecond after the night.
    pub(super) night: i64,
}

impl KnownCustomer<'_> {
    /// The answer to a question.
    pub(super) fn answer(&self, question: Question) -> Option<f32> {
        self.block.attitudes.get(self.row, question)
    }

    /// Whether the answer is known and reaches the threshold.
    pub(super) fn answered(&self, question: Question, threshold: f64) -> bool {
        self.answer(question).is_some_and(|answer| reaches(answer, threshold))
    }

    /// What a key motivator is worth to the person and how much the company helps.
    pub(super) fn motivator(&self, place: usize) -> (Option<f32>, Option<f32>) {
        self.block.attitudes.motivator(self.row, place)
    }

    /// Days from a moment to the end of the night, at least 0.
    pub(super) fn age_days(&self, at: i64) -> f64 {
        self.night.saturating_sub(at).max(0) as f64 / DAY as f64
    }

    /// Whether a moment lies in the last so many days of the night's past.
    pub(super) fn within_days(&self, at: i64, days: u32) -> bool {
        at < self.night && at >= self.night.saturating_sub(i64::from(days) * DAY)
    }

    /// By how much the company is liked better than the best alternative, −10 to 10: the mean of satisfaction and good brand
    /// (of one, where one is known) minus the liking of the alternative. `None` = not asked enough to tell.
    fn lead(&self) -> Option<f64> {
        let (satisfaction, brand) = (self.answer(Question::Satisfaction), self.answer(Question::GoodBrand));
        let own = match (satisfaction, brand) {
            (Some(a), Some(b)) => f64::midpoint(f64::from(a), f64::from(b)),
            (Some(one), None) | (None, Some(one)) => f64::from(one),
            (None, None) => return None,
        };
        Some(own - f64::from(self.answer(Question::AlternativeLiking)?))
    }

    /// Whether the company is preferred to the best alternative: by the lead where it is known, else by being different.
    /// `None` = not asked.
    ///
    /// METHOD: relative attitude after Dick and Basu (1994). Satisfaction without the alternative says nothing relative, so
    /// the question whether the company is different, and better, stands in.
    pub(super) fn preferred(&self, lead: f64, different: f64) -> Option<bool> {
        match self.lead() {
            // Answers are kept in single precision; a lead of 1 between 7.7 and 6.7 must not miss by the last bit.
            Some(known) => Some(known as f32 >= lead as f32 - 1e-5),
            None => self.answer(Question::Different).map(|answer| reaches(answer, different)),
        }
    }

    /// Ratings of contacts, then of texts.
    pub(super) fn ratings(&self) -> impl Iterator<Item = f32> + Clone {
        let contacts = self.history.contacts.iter().filter_map(|contact| contact.rating);
        contacts.chain(self.history.verbatims.iter().filter_map(|text| text.rating))
    }
}

/// Whether an answer reaches a threshold, compared in the precision in which answers are kept.
pub(crate) fn reaches(answer: f32, threshold: f64) -> bool {
    answer >= threshold as f32
}

/// Cases that were settled, for complaints whose own line does not say so.
pub(super) struct Matters {
    /// Case and moment of a resolution, ascending.
    settled: Vec<(u64, i64)>,
    night: i64,
}

impl Matters {
    /// Reads the cases of a customer. Nothing is allocated where no case was settled.
    pub(super) fn of(history: &History, night: i64) -> Self {
        let resolved = |contact: &Contact| contact.resolved.filter(|at| *at < night);
        let cases = history.contacts.iter().filter_map(|contact| contact.case.zip(resolved(contact)));
        let mut settled: Vec<(u64, i64)> = cases.collect();
        settled.sort_unstable();
        Self { settled, night }
    }

    /// Whether a contact is a complaint that nobody has resolved by the end of the night: neither on its own line nor, from
    /// then on, on another of its case.
    pub(super) fn open(&self, contact: &Contact) -> bool {
        contact.nature == Nature::Complaint && !self.settled(contact)
    }

    /// Whether a contact is resolved by the end of the night, on its own line or, from then on, on another of its case.
    pub(super) fn settled(&self, contact: &Contact) -> bool {
        contact.resolved.is_some_and(|at| at < self.night)
            || contact.case.is_some_and(|case| {
                let next = self.settled.partition_point(|(known, _)| *known <= case);
                next > 0 && self.settled[next - 1].0 == case && self.settled[next - 1].1 >= contact.at
            })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Person, complaint, contact, order};
    use super::*;

    #[test]
    fn an_order_of_negative_value_is_no_purchase_and_one_of_unknown_value_is() {
        let mut refund = order(3);
        refund.amount = Some(-0.01);
        let unknown = Order { amount: None, ..order(2) };
        let history = History { orders: vec![refund, unknown, order(1)], ..History::default() };
        assert_eq!(history.purchases().count(), 2);
    }

    #[test]
    fn preference_is_the_lead_where_the_alternative_was_asked_and_being_different_else() {
        let asked = |answers: &[(Question, f32)]| Person::answering(answers).known(|known| known.preferred(1.0, 7.0));
        use Question::{AlternativeLiking, Different, GoodBrand, Satisfaction};
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&[(Satisfaction, 8.0), (GoodBrand, 10.0), (AlternativeLiking, 8.0)]), Some(true), "9 − 8");
        assert_eq!(asked(&[(Satisfaction, 8.0), (GoodBrand, 9.0), (AlternativeLiking, 8.0)]), Some(false), "8.5 − 8");
        assert_eq!(asked(&[(Satisfaction, 7.7), (AlternativeLiking, 6.7)]), Some(true), "exactly 1");
        assert_eq!(asked(&[(Satisfaction, 8.0), (Different, 7.0)]), Some(true), "alternative not asked");
        assert_eq!(asked(&[(AlternativeLiking, 2.0), (Different, 6.9)]), Some(false), "own liking not asked");
        assert_eq!(
            asked(&[(Satisfaction, 5.0), (AlternativeLiking, 8.0), (Different, 10.0)]),
            Some(false),
            "the lead is the better witness of the two"
        );
    }

    #[test]
    fn a_case_settled_on_a_later_line_settles_its_complaints_and_a_new_one_opens_it_again() {
        let night = 100 * DAY;
        let in_case = |day: i64, nature, resolved: Option<i64>| Contact {
            at: day * DAY,
            nature,
            case: Some(7),
            resolved: resolved.map(|day| day * DAY),
            ..contact(0)
        };
        let history = History {
            contacts: vec![
                in_case(10, Nature::Complaint, None),
                in_case(20, Nature::Other, Some(20)),
                in_case(30, Nature::Complaint, None),
            ],
            ..History::default()
        };
        let matters = Matters::of(&history, night);
        let open: Vec<bool> = history.contacts.iter().map(|contact| matters.open(contact)).collect();
        assert_eq!(open, [false, false, true]);
        let before = Matters::of(&history, 20 * DAY);
        assert!(before.open(&history.contacts[0]), "resolved only after that night");
    }

    #[test]
    fn a_complaint_without_a_case_is_settled_by_its_own_line_alone() {
        let history = History {
            contacts: vec![complaint(5, Some(3.0)), Contact { resolved: Some(-3 * DAY), ..complaint(4, None) }],
            ..History::default()
        };
        let matters = Matters::of(&history, 0);
        assert!(matters.open(&history.contacts[0]) && !matters.open(&history.contacts[1]));
    }
}
