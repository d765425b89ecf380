//! The form of a lexicon's file: lists of phrases, each phrase with its place.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::likelihood::LikelihoodForm;
use super::weighing::WeighingForm;

/// Phrases of one list with their places.
pub(super) type Phrases = Vec<Spanned<String>>;

/// A whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LexiconForm {
    pub(super) language: Spanned<String>,
    #[serde(default)]
    pub(super) off: Phrases,
    #[serde(default)]
    pub(super) hide: Phrases,
    #[serde(default)]
    pub(super) sentences: SentencesForm,
    #[serde(default)]
    pub(super) judging: JudgingForm,
    #[serde(default)]
    pub(super) negation: NegationForm,
    #[serde(default)]
    pub(super) contrast: ContrastForm,
    #[serde(default)]
    pub(super) weighing: WeighingForm,
    #[serde(default)]
    pub(super) likelihood: LikelihoodForm,
    /// Groups of companions by name.
    #[serde(default)]
    pub(super) companions: BTreeMap<Spanned<String>, Phrases>,
    #[serde(default)]
    pub(super) elements: BTreeMap<Spanned<String>, ElementPhrases>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SentencesForm {
    pub(super) ends: Phrases,
    pub(super) abbreviations: Phrases,
    pub(super) split_glued: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct JudgingForm {
    pub(super) very_good: Phrases,
    pub(super) good: Phrases,
    pub(super) okay: Phrases,
    pub(super) bad: Phrases,
    pub(super) very_bad: Phrases,
    pub(super) liking: Phrases,
    pub(super) disliking: Phrases,
    pub(super) strengthen: Phrases,
    pub(super) weaken: Phrases,
    pub(super) links: Phrases,
    pub(super) parts: Phrases,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NegationForm {
    pub(super) words: Phrases,
    pub(super) not_meant: Phrases,
    pub(super) stops: Phrases,
    pub(super) reach: Option<Spanned<i64>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ContrastForm {
    pub(super) turn: Phrases,
    pub(super) concede: Phrases,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ElementPhrases {
    pub(super) praise: Phrases,
    pub(super) blame: Phrases,
    pub(super) topic: Phrases,
    pub(super) judged: Phrases,
    pub(super) own: Phrases,
    pub(super) thing: Phrases,
    pub(super) good: Phrases,
    pub(super) bad: Phrases,
    /// Of the cues above, those that need a companion, by group.
    pub(super) beside: BTreeMap<Spanned<String>, Phrases>,
    pub(super) off: Phrases,
}
