//! Words by which customers speak of the elements, in one language: what a listener listens for.

mod form;
mod language;
mod layers;
mod likelihood;
pub mod spelling;
#[cfg(test)]
mod tests;
mod weighing;

pub(super) use layers::Lexicons;
pub use likelihood::{MENTION_TRAITS, MentionTrait, MentionWeights};
pub use weighing::Weighing;

use super::ElementId;
pub use super::error::LexiconProblem;

/// Most phrases of one language.
pub const PHRASE_LIMIT: usize = 50_000;
/// Most bytes of one phrase.
pub const PHRASE_BYTES: usize = 100;

/// How a phrase stands for an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CueKind {
    /// Names the element and praises ("delicious").
    Praise,
    /// Names the element and blames ("overpriced").
    Blame,
    /// Names the element and leaves the judgment to words beside it ("legroom").
    Topic,
    /// Names the element only where a word beside it judges ("staff" in "good staff").
    Judged,
    /// Names the element only where a word that judges this element alone stands beside it ("seat" in "hard seat").
    Own,
    /// Names the product or place itself ("dress", "app", "room"): no evidence alone, and with a verdict on the whole only
    /// where the verdict stands right before it or is tied to it ("a great dress", "the room was excellent").
    Thing,
}

/// A judgment a word passes on what stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// "terrible"
    VeryBad,
    /// "poor"
    Bad,
    /// "average": judged, neither good nor bad.
    Okay,
    /// "nice"
    Good,
    /// "superb"
    VeryGood,
}

/// What a phrase does in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// Stands for an element.
    Cue(ElementId, CueKind),
    /// Judges topics of one element alone ("narrow" of a seat).
    JudgesElement(ElementId, Verdict),
    /// Judges whatever stands beside it.
    Judges(Verdict),
    /// Tells a feeling about what stands beside it ("love"): enough to know praise of a topic from blame, not enough to
    /// make a mention of what is only heard where it is judged.
    Feels(Verdict),
    /// Makes the next judgment stronger ("very").
    Strengthens,
    /// Makes the next judgment weaker ("a bit").
    Weakens,
    /// Ties the judgment after it to what stands before it ("is").
    Links,
    /// Makes what follows a part of what stands before: "selection of drinks" speaks of the selection.
    Belongs,
    /// Turns round what follows within reach ("not").
    Negates,
    /// Ends the reach of a negator before it ("because").
    EndsNegation,
    /// Holds a negator that turns nothing round ("not only").
    OnlySeemsToNegate,
    /// Starts a clause that weighs more than the one before ("but").
    Turns,
    /// Starts a clause that weighs less than its sentence ("although").
    Concedes,
    /// Means nothing, and hides what stands inside it ("long time ago" is not "long time").
    Hides,
    /// A companion of the group of this number: words of several senses are heard where it stands in their sentence.
    Accompanies(u16),
}

/// Where a sentence ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentenceRules {
    pub(super) ends: Vec<char>,
    pub(super) abbreviations: Vec<String>,
    pub(super) split_glued: bool,
}

impl SentenceRules {
    /// Characters that end a sentence where the next word does not make them part of a number; a line end always does.
    #[must_use]
    pub fn ends(&self) -> &[char] {
        &self.ends
    }

    /// Words, spelled, after which a full stop ends nothing; in alphabetical order.
    #[must_use]
    pub fn abbreviations(&self) -> &[String] {
        &self.abbreviations
    }

    /// Whether a capital inside a word is taken for a lost sentence end.
    #[must_use]
    pub fn split_glued(&self) -> bool {
        self.split_glued
    }
}

/// A phrase and what it means. A phrase may stand in several entries: "cozy" may speak of two elements.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LexiconEntry {
    pub(super) phrase: String,
    pub(super) open_start: bool,
    pub(super) open_end: bool,
    pub(super) meaning: Meaning,
    pub(super) beside: Option<u16>,
}

impl LexiconEntry {
    /// Its words as [`spelling::spelled`] writes them, one space apart; never empty.
    #[must_use]
    pub fn phrase(&self) -> &str {
        &self.phrase
    }

    /// Whether its first word may start with further letters (`*` before it).
    #[must_use]
    pub fn open_start(&self) -> bool {
        self.open_start
    }

    /// Whether its last word may go on (`*` after it).
    #[must_use]
    pub fn open_end(&self) -> bool {
        self.open_end
    }

    /// What it does.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        self.meaning
    }

    /// Group of companions of which one must stand in its sentence for it to be heard ("hangs" beside a device);
    /// `None` = it is heard anywhere.
    #[must_use]
    pub fn beside(&self) -> Option<u16> {
        self.beside
    }
}

/// The words of one language, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Lexicon {
    pub(super) language: String,
    pub(super) sentences: SentenceRules,
    pub(super) negation_reach: usize,
    pub(super) weighing: Weighing,
    pub(super) likelihood: MentionWeights,
    pub(super) entries: Vec<LexiconEntry>,
}

impl Lexicon {
    /// Two or three small letters, as in the name of its file: `en`.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Where a sentence ends.
    #[must_use]
    pub fn sentences(&self) -> &SentenceRules {
        &self.sentences
    }

    /// How many words after a negator are turned round, 1 to 20, never beyond its clause.
    #[must_use]
    pub fn negation_reach(&self) -> usize {
        self.negation_reach
    }

    /// How far other words reach, and what they weigh.
    #[must_use]
    pub fn weighing(&self) -> &Weighing {
        &self.weighing
    }

    /// How probable a mention is, by what it rests on.
    #[must_use]
    pub fn likelihood(&self) -> &MentionWeights {
        &self.likelihood
    }

    /// All phrases, sorted by phrase, then meaning; at most [`PHRASE_LIMIT`].
    #[must_use]
    pub fn entries(&self) -> &[LexiconEntry] {
        &self.entries
    }

    /// Whether a phrase stands for `element`: where none does, the language is deaf to it, and absence says nothing.
    #[must_use]
    pub fn hears(&self, element: ElementId) -> bool {
        self.entries.iter().any(|entry| matches!(entry.meaning, Meaning::Cue(own, _) if own == element))
    }
}
