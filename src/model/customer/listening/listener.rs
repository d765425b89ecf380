//! Who listens: a lexicon made ready for any number of texts.

use rayon::prelude::*;

use super::cut::SpelledText;
use super::find::Finder;
use super::judge::judge;
use super::{Heard, Mentions};
use valueseg_catalogue::Catalogue;
use valueseg_catalogue::lexicon::{MentionWeights, SentenceRules, Weighing};

/// Language listened for where none is named: the one that ships.
pub const DEFAULT_LANGUAGE: &str = "en";

/// Why nobody can listen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListeningError {
    /// The catalogue has no words of this language.
    #[error("no lexicon for language `{got}`, only {}; add lexicon_{got}.toml to the catalogue folder", known.join(", "))]
    UnknownLanguage {
        /// Language asked for.
        got: String,
        /// Languages there are.
        known: Vec<String>,
    },
}

/// Finds mentions of the elements in texts of one language. Cheap to share between threads, dear to make: make it once.
#[derive(Clone, Debug)]
pub struct Listener {
    finder: Finder,
    sentences: SentenceRules,
    pub(super) negation_reach: usize,
    pub(super) weighing: Weighing,
    pub(super) likelihood: MentionWeights,
}

impl Listener {
    /// A listener for [`DEFAULT_LANGUAGE`].
    ///
    /// # Errors
    /// [`ListeningError::UnknownLanguage`] where the catalogue was made without it.
    pub fn new(catalogue: &Catalogue) -> Result<Self, ListeningError> {
        Self::in_language(catalogue, DEFAULT_LANGUAGE)
    }

    /// A listener for one of the catalogue's languages (`de` for `lexicon_de.toml`).
    ///
    /// # Errors
    /// [`ListeningError::UnknownLanguage`].
    pub fn in_language(catalogue: &Catalogue, language: &str) -> Result<Self, ListeningError> {
        let lexicon = catalogue.lexicon(language).ok_or_else(|| ListeningError::UnknownLanguage {
            got: language.to_owned(),
            known: catalogue.lexicons().iter().map(|lexicon| lexicon.language().to_owned()).collect(),
        })?;
        Ok(Self {
            finder: Finder::new(lexicon.entries()),
            sentences: lexicon.sentences().clone(),
            negation_reach: lexicon.negation_reach(),
            weighing: *lexicon.weighing(),
            likelihood: *lexicon.likelihood(),
        })
    }

    /// What `text` mentions. Any text will do; time grows with its length, and nothing of it is kept.
    #[must_use]
    pub fn listen(&self, text: &str) -> Mentions {
        let mut mentions = self.overhear(text);
        mentions.all.retain(|mention| f64::from(mention.probability) >= self.likelihood.heard_from);
        mentions
    }

    /// [`Listener::listen`] with what is too improbable to be told, too: what weights are fitted on.
    #[must_use]
    pub fn overhear(&self, text: &str) -> Mentions {
        let cut = SpelledText::new(text, &self.sentences);
        let found = self.finder.find(&cut);
        let sentences = cut.words.last().map_or(0, |word| word.sentence + 1);
        Mentions { sentences, all: judge(&cut.words, &found, self) }
    }

    /// [`Listener::listen`] to each text, in their order, on all threads: the same at any number of them.
    #[must_use]
    pub fn listen_to_all<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Mentions> {
        texts.par_iter().map(|text| self.listen(text.as_ref())).collect()
    }

    /// What one customer's texts come to, in any order.
    #[must_use]
    pub fn hear<T: AsRef<str>>(&self, texts: impl IntoIterator<Item = T>) -> Heard {
        let mut heard = Heard::default();
        for text in texts {
            heard.add(&self.listen(text.as_ref()));
        }
        heard
    }
}
