//! What one customer did and was given: orders, contacts and texts of the 365 days up to the night.
//!
//! Intake makes these, rules read them. Moments are microseconds since 1970 in UTC; words are numbers of a
//! [`Vocabulary`] that belongs to the night.

use std::collections::BTreeMap;

use super::service::{PublicPost, ServiceEvent};

/// A word of a night's [`Vocabulary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(u32);

/// Names of channels, sites, categories and brands, numbered in the order they are first met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    words: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl Vocabulary {
    /// The number of a word, which is noted if it is new.
    pub fn word(&mut self, text: &str) -> Word {
        if let Some(&number) = self.numbers.get(text) {
            return Word(number);
        }
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        Word(number)
    }

    /// The number of a word that was noted.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Word> {
        self.numbers.get(text).copied().map(Word)
    }

    /// The text of a word.
    #[must_use]
    pub fn text(&self, word: Word) -> &str {
        self.words.get(word.0 as usize).map_or("", String::as_str)
    }
}

/// Something the company said it would do by a moment: a delivery, a call back, an answer, a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Last moment at which it still counts as kept.
    pub due: i64,
    /// When it was done; `None` = not done yet.
    pub done: Option<i64>,
}

impl Promise {
    /// Whether it was kept, as seen at the end of the night; `None` = neither done nor due yet.
    #[must_use]
    pub fn kept(self, night: i64) -> Option<bool> {
        match self.done.filter(|done| *done < night) {
            Some(done) => Some(done <= self.due),
            None => (self.due < night).then_some(false),
        }
    }
}

/// One order; lines of one order are one.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// When it was ordered.
    pub at: i64,
    /// Net value in the project's currency, negative for a refund; `None` = not known.
    pub amount: Option<f64>,
    /// A discount was given; `None` = not known.
    pub discounted: Option<bool>,
    /// A reward or point balance was used; `None` = not known.
    pub rewarded: Option<bool>,
    /// The delivery promised; `None` = none was, or not known.
    pub promise: Option<Promise>,
    /// It came back.
    pub returned: bool,
    /// Where it was ordered.
    pub channel: Option<Word>,
    /// The store or depot.
    pub site: Option<Word>,
    /// What kind of thing.
    pub category: Option<Word>,
}

/// What a contact is to the relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nature {
    /// The customer complained.
    Complaint,
    /// The customer spoke for the company to others.
    Advocacy,
    /// Anything else.
    Other,
}

/// One contact or event.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// When.
    pub at: i64,
    /// What it is to the relationship.
    pub nature: Nature,
    /// The case it belongs to, as a hash of its id; `None` = no case.
    pub case: Option<u64>,
    /// What the customer gave it, 0–10; `None` = not rated.
    pub rating: Option<f32>,
    /// How grave it was, larger is graver; `None` = not said.
    pub severity: Option<f32>,
    /// When it was resolved; `None` = open, or nothing to resolve.
    pub resolved: Option<i64>,
    /// The answer promised; `None` = none was.
    pub promise: Option<Promise>,
    /// Where.
    pub channel: Option<Word>,
    /// The store or desk.
    pub site: Option<Word>,
}

/// One text, as it was heard. The text itself is not here.
#[derive(Clone, Debug, PartialEq)]
pub struct Verbatim {
    /// When.
    pub at: i64,
    /// What they gave beside it, 0–10; `None` = no rating.
    pub rating: Option<f32>,
    /// Bit `e` set: element `e` was praised in some sentence.
    pub praised: u32,
    /// Bit `e` set: element `e` was blamed in some sentence.
    pub blamed: u32,
    /// Bit `e` set: element `e` was named, with or without judgment.
    pub named: u32,
    /// Where.
    pub channel: Option<Word>,
}

impl Verbatim {
    /// How good it feels, 0 (bad) to 1 (good): the rating where there is one, else whether more elements were praised than
    /// blamed; `None` = neither rated nor judged.
    #[must_use]
    pub fn feeling(&self) -> Option<f64> {
        if let Some(rating) = self.rating {
            return Some((f64::from(rating) / 10.0).clamp(0.0, 1.0));
        }
        match (self.praised.count_ones(), self.blamed.count_ones()) {
            (0, 0) => None,
            (praised, blamed) if praised > blamed => Some(1.0),
            (praised, blamed) if praised < blamed => Some(0.0),
            _ => Some(0.5),
        }
    }
}

/// An answer about a competitor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RivalAnswer {
    /// The competitor.
    pub brand: Word,
    /// The column of [`Attitudes`](super::attitudes::Attitudes) it would have if it were about the company; from
    /// [`RIVAL_RATINGS`] on, ratings of elements in the order of [`CustomerBlock::ratings`](super::customer::CustomerBlock).
    pub column: usize,
    /// 0–10.
    pub answer: f32,
}

/// All that is known of one customer's dealings, each list in order of time (`rivals` by brand and column, the last answer
/// only). Empty lists may mean that there is no such table: [`Sources`] tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Orders.
    pub orders: Vec<Order>,
    /// Different categories ordered in, over all lines of all orders; 0 = none is known.
    pub categories: u32,
    /// Contacts.
    pub contacts: Vec<Contact>,
    /// Texts.
    pub verbatims: Vec<Verbatim>,
    /// Answers about competitors.
    pub rivals: Vec<RivalAnswer>,
    /// Moments of marketing contacts that a plan made, treated arm only.
    pub treatments: Vec<i64>,
    /// Everything plans did or left undone: contacts of both arms, as they were told, by time.
    pub plays: Vec<PlayContact>,
    /// Days since signing up; `None` = not known.
    pub tenure_days: Option<u32>,
    /// Events of service: cases, refusals, searches.
    pub served: Vec<ServiceEvent>,
    /// What was written in public.
    pub posts: Vec<PublicPost>,
    /// Bit `e` set: element `e` was promised, by a treatment about it or by a promise that names it.
    pub promised: u32,
    /// Descriptors, in the order in which the night asks for them; `None` = not known.
    pub descriptors: Vec<Option<Word>>,
}

/// A contact of a play, or that there was none because the customer is a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayContact {
    /// The play.
    pub play: Word,
    /// When.
    pub at: i64,
    /// It was to be made; else the customer was kept out.
    pub treated: bool,
    /// It was made, and did not bounce or fail.
    pub reached: bool,
}

/// Column from which on answers about competitors are ratings of elements.
pub const RIVAL_RATINGS: usize = 1_000;

/// Stands for the values of a descriptor beyond those that are told apart.
pub const TOO_MANY_VALUES: &str = "…";

/// Which tables there are, so that nothing in one is told from no such table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// There is an order table.
    pub orders: bool,
    /// Orders say whether a reward was used.
    pub rewards: bool,
    /// Orders say when they were delivered.
    pub deliveries: bool,
    /// There is a table of contacts.
    pub contacts: bool,
    /// Contacts say when they were resolved.
    pub resolutions: bool,
    /// There is a table of texts, in a language that is understood.
    pub texts: bool,
    /// There is a table of attitudes.
    pub attitudes: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_kept_broken_or_still_open() {
        let promise = |due, done| Promise { due, done };
        assert_eq!(promise(10, Some(10)).kept(100), Some(true));
        assert_eq!(promise(10, Some(11)).kept(100), Some(false));
        assert_eq!(promise(10, None).kept(100), Some(false));
        assert_eq!(promise(100, None).kept(100), None, "due as the night ends: not late yet");
        assert_eq!(promise(110, Some(105)).kept(100), None, "done only after the night");
        assert_eq!(promise(90, Some(105)).kept(100), Some(false), "overdue as the night ends");
    }

    #[test]
    fn a_rating_says_how_a_text_feels_and_else_what_it_praises_and_blames() {
        let text = |rating, praised, blamed| Verbatim {
            at: 0,
            rating,
            praised,
            blamed,
            named: praised | blamed,
            channel: None,
        };
        assert_eq!(text(Some(3.0), 0b111, 0).feeling(), Some(f64::from(3.0f32) / 10.0));
        assert_eq!(text(None, 0b11, 0b100).feeling(), Some(1.0));
        assert_eq!(text(None, 0b1, 0b110).feeling(), Some(0.0));
        assert_eq!(text(None, 0b1, 0b10).feeling(), Some(0.5));
        assert_eq!(text(None, 0, 0).feeling(), None);
    }

    #[test]
    fn words_are_numbered_as_they_come() {
        let mut words = Vocabulary::default();
        let (app, web) = (words.word("app"), words.word("web"));
        assert_eq!((words.word("app"), words.text(web)), (app, "web"));
    }
}
