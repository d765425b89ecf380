//! "What do customers write about?" Mentions of the elements in feedback, sentence by sentence.
//!
//! A [`Listener`] knows the phrases of one language's [`Lexicon`](valueseg_catalogue::lexicon::Lexicon). It cuts a text into
//! sentences and clauses, finds every phrase at once (Aho-Corasick), lets words that judge bind to what they stand
//! beside, turns round what is negated, and hands back [`Mentions`]: element, polarity, probability and place. Neither the
//! text nor a word of it is in what comes out. [`Heard`] sums up a customer, [`MentionRates`] a group.
//!
//! What is not mentioned is unknown, never 0: people write about little of what matters to them.
//!
//! ```
//! use valueseg_catalogue::{Catalogue, ElementId};
//! use valueseg_model::customer::listening::{Listener, Polarity};
//!
//! let listener = Listener::new(&Catalogue::embedded()).expect("English ships");
//! let mentions = listener.listen("Delivery was fast, but the box looked ugly.");
//! let seen: Vec<_> = mentions.iter().map(|mention| (mention.element.slug(), mention.polarity)).collect();
//! assert_eq!(seen, [("saves_time", Polarity::Positive), ("design_aesthetics", Polarity::Negative)]);
//! ```

mod cut;
mod find;
mod heard;
mod judge;
mod listener;
mod rates;
#[cfg(test)]
mod tests;
mod told;

use std::ops::Range;

use valueseg_catalogue::ElementId;

pub use heard::Heard;
pub use listener::{DEFAULT_LANGUAGE, Listener, ListeningError};
pub use rates::MentionRates;

/// Whether a mention praises or blames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Polarity {
    /// Blame, −1.
    Negative,
    /// Named without judgment, or praise and blame in balance, 0.
    Neutral,
    /// Praise, +1.
    Positive,
}

impl Polarity {
    /// −1, 0 or 1.
    #[must_use]
    pub fn sign(self) -> i8 {
        match self {
            Self::Negative => -1,
            Self::Neutral => 0,
            Self::Positive => 1,
        }
    }
}

/// One element spoken of in one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Which element.
    pub element: ElementId,
    /// Praise or blame; that of the phrases in the sentence together.
    pub polarity: Polarity,
    /// Probability that the sentence speaks of the element, above 0, below 1: `1 / (1 + exp(−Σ w_t))` over its traits `t`,
    /// weights `w` of the lexicon ([`MentionWeights`](valueseg_catalogue::lexicon::MentionWeights)). Fitted and calibrated on
    /// labeled English sentences (`docs/method.md`); it says nothing about the polarity.
    pub probability: f32,
    /// What it rests on: a bit for each of [`MENTION_TRAITS`](valueseg_catalogue::lexicon::MENTION_TRAITS), in their order.
    pub traits: u16,
    /// Bytes of the text that gave it away, on character boundaries, never empty.
    pub span: Range<usize>,
    /// Position of the sentence in the text, from 0.
    pub sentence: usize,
}

/// What a text mentions: at most one [`Mention`] per sentence and element, by sentence, then element.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mentions {
    sentences: usize,
    all: Vec<Mention>,
}

impl Mentions {
    /// Number of sentences with at least one word; 0 = nothing was written.
    #[must_use]
    pub fn sentences(&self) -> usize {
        self.sentences
    }

    /// The mentions in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Mention> {
        self.all.iter()
    }

    /// Whether no element is mentioned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Number of mentions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }
}

impl<'a> IntoIterator for &'a Mentions {
    type Item = &'a Mention;
    type IntoIter = std::slice::Iter<'a, Mention>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
