//! One language as read so far, layer upon layer, and checked as a whole.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::{CatalogueError, ElementId};
use super::{Lexicon, LexiconEntry, LexiconProblem, Meaning, MentionWeights, PHRASE_LIMIT, SentenceRules, Weighing};

/// Words after a negator that are turned round where a language does not say. Source: our judgment, one more than the three
/// of VADER (Hutto & Gilbert 2014).
const DEFAULT_REACH: usize = 4;

/// Part of a lexicon within which a phrase has one meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Words outside elements.
    Words,
    /// Phrases that stand for an element.
    Cues(ElementId),
    /// Words that judge an element's topics.
    Judges(ElementId),
    /// Words of a group of companions.
    Companions(u16),
}

/// A phrase as compared: spelled, open at its start, open at its end.
pub(super) type Key = (Part, String, bool, bool);

/// A meaning and who gave it.
pub(super) struct Given {
    pub(super) meaning: Meaning,
    pub(super) list: String,
    pub(super) layer: usize,
    /// Its place in the text of its layer.
    pub(super) span: Range<usize>,
    /// Group of companions it needs.
    pub(super) beside: Option<u16>,
}

/// One language as read so far.
#[derive(Default)]
pub(super) struct Language {
    pub(super) ends: Vec<char>,
    pub(super) abbreviations: Vec<String>,
    pub(super) split_glued: Option<bool>,
    pub(super) reach: Option<usize>,
    pub(super) weighing: Weighing,
    pub(super) likelihood: MentionWeights,
    /// Names of groups of companions, in the order they were first read.
    pub(super) companions: Vec<String>,
    pub(super) phrases: BTreeMap<Key, Given>,
}

impl Language {
    pub(super) fn finish(self, code: String, file: String) -> Result<Lexicon, CatalogueError> {
        let wrong = |problem| CatalogueError::Lexicon { file: file.clone(), line: 1, problem };
        if self.ends.is_empty() {
            return Err(wrong(LexiconProblem::NoEnds));
        }
        if self.phrases.len() > PHRASE_LIMIT {
            return Err(wrong(LexiconProblem::TooMany { got: self.phrases.len(), most: PHRASE_LIMIT }));
        }
        let mut abbreviations = self.abbreviations;
        abbreviations.sort();
        abbreviations.dedup();
        let mut entries: Vec<LexiconEntry> = self
            .phrases
            .into_iter()
            .map(|((_, phrase, open_start, open_end), given)| LexiconEntry {
                phrase,
                open_start,
                open_end,
                meaning: given.meaning,
                beside: given.beside,
            })
            .collect();
        entries.sort();
        Ok(Lexicon {
            language: code,
            sentences: SentenceRules { ends: self.ends, abbreviations, split_glued: self.split_glued.unwrap_or(false) },
            negation_reach: self.reach.unwrap_or(DEFAULT_REACH),
            weighing: self.weighing,
            likelihood: self.likelihood,
            entries,
        })
    }
}
