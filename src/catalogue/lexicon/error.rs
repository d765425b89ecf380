//! What can be wrong with a lexicon.

use super::super::ElementId;
use super::{PHRASE_BYTES, PHRASE_LIMIT};

/// What is wrong on a line of a lexicon. The file and the line stand in
/// [`CatalogueError::Lexicon`](super::super::CatalogueError::Lexicon).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LexiconProblem {
    /// The language is not that of the file's name, or not two or three small letters.
    #[error("language `{got}`, expected `{expected}` as in the file's name: two or three small letters")]
    Language {
        /// Language seen.
        got: String,
        /// Language in the file's name.
        expected: String,
    },
    /// A slug that is none of the 30 elements.
    #[error("unknown element `{got}`{}", nearest.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    UnknownElement {
        /// Slug seen.
        got: String,
        /// The element probably meant.
        nearest: Option<ElementId>,
    },
    /// A phrase without a letter, a digit or a pictogram.
    #[error("phrase `{phrase}` holds no word")]
    NoWord {
        /// Phrase seen.
        phrase: String,
    },
    /// A star that stands neither before the first word nor after the last, or leaves a part too short to mean anything.
    #[error("phrase `{phrase}`: `*` may stand before the first or after the last word, beside two letters or more")]
    Star {
        /// Phrase seen.
        phrase: String,
    },
    /// A phrase longer than anybody writes.
    #[error("phrase of {bytes} bytes, at most {PHRASE_BYTES}")]
    TooLong {
        /// Bytes seen.
        bytes: usize,
    },
    /// A phrase that has a meaning in the same file and part already, however it is spelled.
    #[error("phrase `{phrase}` in {list} stands on line {other_line} already, in {other_list}")]
    Twice {
        /// Phrase seen, spelled.
        phrase: String,
        /// List it stands in.
        list: String,
        /// List it stood in before.
        other_list: String,
        /// Line of that.
        other_line: usize,
    },
    /// A phrase taken out that was never in.
    #[error("phrase `{phrase}` cannot be taken out of {part}: it is not in")]
    NotIn {
        /// Phrase seen, spelled.
        phrase: String,
        /// Part of the lexicon: an element, or the words outside elements.
        part: String,
    },
    /// A reach of negation outside its range.
    #[error("reach {got}, expected 1 to 20")]
    Reach {
        /// Reach seen.
        got: i64,
    },
    /// A reach or weight outside its range.
    #[error("weighing.{key} = {got}, expected {expected}")]
    Weighing {
        /// Key at fault.
        key: &'static str,
        /// Value seen.
        got: String,
        /// What would do.
        expected: &'static str,
    },
    /// A sentence end of more than one character.
    #[error("sentence end `{got}`, expected one character that is no letter, digit or space")]
    End {
        /// End seen.
        got: String,
    },
    /// A language whose sentences end nowhere.
    #[error("no characters under sentences.ends")]
    NoEnds,
    /// More phrases than a listener takes.
    #[error("{got} phrases, at most {PHRASE_LIMIT}")]
    TooMany {
        /// Phrases seen.
        got: usize,
    },
}
