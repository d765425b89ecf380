//! What customers write: topics they care about more often, praise where they were served well.

use super::dice::{Dice, Topic};
use super::person::Person;
use super::profiles::TRUTH;
use super::texts::TEXTS;
use super::time::{MINUTE, Moment, Window};
use crate::catalogue::N_ELEMENTS;

/// Verbatims a year of the middle customer.
const TEXTS_A_YEAR: f64 = 0.6;
/// Effect of the activity as a buyer on the log number of verbatims.
const HEAVINESS_EFFECT: f64 = 0.4;
/// Log weight of a topic per point of what the person wants of it.
const TOPIC_EFFECT: f64 = 0.55;

/// One verbatim.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    /// When.
    pub at: Moment,
    /// One or two sentences.
    pub text: String,
    /// 0–10; absent for every fifth.
    pub rating: Option<u8>,
    /// Where.
    pub channel: &'static str,
    /// Others can read it.
    pub public: bool,
    /// When it was answered in public.
    pub answered_at: Option<Moment>,
}

fn topic(dice: &mut Dice, person: &Person) -> Option<usize> {
    if dice.chance(0.15) {
        return None;
    }
    let weights: [f64; N_ELEMENTS] = std::array::from_fn(|e| {
        // Quality, cost, time and the like fill most of what retailers are told, whoever writes.
        (TOPIC_EFFECT * (person.wants[e] - TRUTH[e].importance) + 0.6 * (TRUTH[e].importance - 5.0)).exp()
    });
    Some(dice.weighted(&weights))
}

fn verbatim(dice: &mut Dice, person: &Person, window: &Window) -> Feedback {
    let at = window.day(dice) + (7 * 60 + dice.below(14 * 60) as i64) * MINUTE;
    let mut text = String::new();
    let mut mood = 0.0;
    let sentences = if dice.chance(0.3) { 2 } else { 1 };
    for i in 0..sentences {
        let topic = topic(dice, person);
        let served = topic.map_or(0.0, |e| person.gets[e] - TRUTH[e].delivery + 0.5 * (TRUTH[e].delivery - 5.8));
        let praise = dice.chance(1.0 / (1.0 + (-0.7 - 0.6 * served - 0.7 * person.experience).exp()));
        let choice = TEXTS.about(topic);
        let sentences_at_hand = if praise { &choice.praise } else { &choice.blame };
        if i > 0 {
            text.push_str(dice.one_of(&[" ", " ", " ", "\r\n", "\n"]));
        }
        text.push_str(&sentences_at_hand[dice.below(sentences_at_hand.len())].filled(dice));
        mood += if praise { 1.0 } else { -1.0 } / f64::from(sentences);
    }
    let mark = 5.8 + 2.6 * mood + 0.7 * person.experience + 1.2 * dice.normal();
    let rating = dice.chance(0.8).then(|| mark.round().clamp(0.0, 10.0) as u8);
    let channel = dice.one_of(&["web", "app", "email", "store"]);
    Feedback { at, text, rating, channel, public: false, answered_at: None }
}

/// All verbatims of the year, in order of time.
pub(super) fn feedback(seed: u64, person: &Person, window: &Window) -> Vec<Feedback> {
    let mut dice = Dice::new(seed, person.number, Topic::Feedback);
    let h = HEAVINESS_EFFECT;
    let mean = TEXTS_A_YEAR * (h * person.heaviness - h * h / 2.0).exp() * window.years();
    let mut all: Vec<Feedback> = (0..dice.count(mean)).map(|_| verbatim(&mut dice, person, window)).collect();
    all.sort_by_key(|verbatim| verbatim.at);
    all
}
