//! How probable it is that a sentence speaks of what was found in it: `[likelihood]` of a lexicon.

use serde::Deserialize;
use toml::Spanned;

use super::LexiconProblem;

/// What a mention rests on, and where it stands: it has each of these traits or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MentionTrait {
    /// Heard by a phrase that praises or blames by itself.
    Phrase,
    /// Heard by a topic with a judgment, or said not to be there.
    Topic,
    /// Heard by what is mentioned only where it is judged ("staff").
    Judged,
    /// Heard by the name of the product itself and a verdict ("dress").
    Thing,
    /// Heard by a topic alone.
    Named,
    /// Two words or more gave it away.
    Words,
    /// A second phrase of the sentence stands for the element.
    Repeated,
    /// A negator turned it round.
    Negated,
    /// Other elements were found in the sentence.
    Crowded,
    /// The sentence has more than [`MentionTrait::LONG`] words.
    Long,
}

/// All traits, in the order of their bits and weights.
pub const MENTION_TRAITS: [MentionTrait; 10] = [
    MentionTrait::Phrase,
    MentionTrait::Topic,
    MentionTrait::Judged,
    MentionTrait::Thing,
    MentionTrait::Named,
    MentionTrait::Words,
    MentionTrait::Repeated,
    MentionTrait::Negated,
    MentionTrait::Crowded,
    MentionTrait::Long,
];

impl MentionTrait {
    /// Words beyond which a sentence is long. Our judgment.
    pub const LONG: usize = 20;

    /// Its key in a file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phrase => "phrase",
            Self::Topic => "topic",
            Self::Judged => "judged",
            Self::Thing => "thing",
            Self::Named => "named",
            Self::Words => "words",
            Self::Repeated => "repeated",
            Self::Negated => "negated",
            Self::Crowded => "crowded",
            Self::Long => "long",
        }
    }
}

/// Weights of a logistic regression over the traits of a mention: `p = 1 / (1 + exp(−Σ w_t))` over its traits `t`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MentionWeights {
    /// Log odds each trait adds, in the order of [`MENTION_TRAITS`]; each within −10 to 10.
    pub weights: [f64; MENTION_TRAITS.len()],
    /// Least probability of a mention that is told, 0–1.
    pub heard_from: f64,
}

impl MentionWeights {
    /// Probability of a mention with these traits, one bit each in the order of [`MENTION_TRAITS`]; within 0 to 1.
    #[must_use]
    pub fn probability(&self, traits: u16) -> f64 {
        let sum: f64 =
            self.weights.iter().enumerate().filter(|(bit, _)| traits >> bit & 1 == 1).map(|(_, weight)| weight).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

impl Default for MentionWeights {
    /// METHOD: a ridge logistic regression on the labeled sentences that were looked at while the English lexicon was
    /// written, flattened by Platt scaling (1999) on the part `unseen`, which was not: `docs/method.md`, printed by
    /// `examples/listening`, `fit`. English reviews of flights, devices, phones and invented sentences of six trades;
    /// elsewhere they are a guess. What is more often wrong than right is not told.
    fn default() -> Self {
        Self { weights: [1.64, 1.81, 1.25, 1.54, 1.04, 0.57, 1.12, -0.18, -0.46, -0.43], heard_from: 0.5 }
    }
}

/// The keys as a file gives them; those that are missing keep what was.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LikelihoodForm {
    phrase: Option<Spanned<f64>>,
    topic: Option<Spanned<f64>>,
    judged: Option<Spanned<f64>>,
    thing: Option<Spanned<f64>>,
    named: Option<Spanned<f64>>,
    words: Option<Spanned<f64>>,
    repeated: Option<Spanned<f64>>,
    negated: Option<Spanned<f64>>,
    crowded: Option<Spanned<f64>>,
    long: Option<Spanned<f64>>,
    heard_from: Option<Spanned<f64>>,
}

impl LikelihoodForm {
    /// `known` with what the file gives.
    pub(super) fn over(self, known: MentionWeights) -> Result<MentionWeights, super::weighing::Wrong> {
        let mut new = known;
        let given = [
            self.phrase,
            self.topic,
            self.judged,
            self.thing,
            self.named,
            self.words,
            self.repeated,
            self.negated,
            self.crowded,
            self.long,
        ];
        for ((weight, given), which) in new.weights.iter_mut().zip(given).zip(MENTION_TRAITS) {
            *weight = within(which.name(), given, -10.0..=10.0, "a number from -10 to 10")?.unwrap_or(*weight);
        }
        let least = within("heard_from", self.heard_from, 0.0..=1.0, "a number from 0 to 1")?;
        new.heard_from = least.unwrap_or(new.heard_from);
        Ok(new)
    }
}

fn within(
    key: &'static str,
    given: Option<Spanned<f64>>,
    range: std::ops::RangeInclusive<f64>,
    expected: &'static str,
) -> Result<Option<f64>, super::weighing::Wrong> {
    match given {
        Some(given) if !range.contains(given.get_ref()) => {
            let got = given.get_ref().to_string();
            Err((given.span(), LexiconProblem::Likelihood { key, got, expected }))
        }
        given => Ok(given.map(Spanned::into_inner)),
    }
}
