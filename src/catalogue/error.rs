//! What can be wrong with a catalogue, said with file, entry, what was seen and what was expected.

use super::ElementId;
use super::lexicon::LexiconProblem;
use crate::codes::{Code, Coded};

/// A catalogue text that cannot be used. Carries facts only; the message is made of them.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The text is not TOML, or a top-level key is unknown or of the wrong type.
    #[error("catalogue file {file}: {message}")]
    Syntax {
        /// File name.
        file: String,
        /// Line, caret and complaint of the TOML parser.
        message: String,
    },
    /// A file of this name has no meaning here.
    #[error("catalogue file {file} is not one of {expected}{}", hint(nearest.as_deref()))]
    UnknownFile {
        /// Name seen.
        file: String,
        /// Names known.
        expected: &'static str,
        /// The name probably meant.
        nearest: Option<String>,
    },
    /// A file every catalogue needs is not there.
    #[error("catalogue file {file} is missing")]
    MissingFile {
        /// File name.
        file: &'static str,
    },
    /// An entry has an unknown key, lacks one, or holds a value of the wrong type.
    #[error("catalogue file {file}, `{id}`: {message}")]
    Entry {
        /// File name.
        file: String,
        /// Id of the entry, or its position (`#3`) where it has none.
        id: String,
        /// What was seen and what was expected.
        message: String,
    },
    /// A slug that is none of the 30 elements.
    #[error(
        "catalogue file {file}, `{id}`, {key}: unknown element `{got}`{}",
        hint(nearest.map(ElementId::slug))
    )]
    UnknownElement {
        /// File name.
        file: String,
        /// Id of the entry.
        id: String,
        /// Key the slug was found under.
        key: &'static str,
        /// Slug seen.
        got: String,
        /// The element probably meant.
        nearest: Option<ElementId>,
    },
    /// A word outside a closed list: a level, table, channel, metric, subject, …
    #[error("catalogue file {file}, `{id}`, {key}: unknown `{got}`, expected {expected}{}", hint(nearest.as_deref()))]
    UnknownWord {
        /// File name.
        file: String,
        /// Id of the entry.
        id: String,
        /// Key the word was found under.
        key: &'static str,
        /// Word seen.
        got: Box<str>,
        /// Words allowed.
        expected: Box<str>,
        /// The word probably meant.
        nearest: Option<Box<str>>,
    },
    /// A number that is not finite or lies outside its range.
    #[error("catalogue file {file}, `{id}`, {key}: {got} is not {expected}")]
    BadNumber {
        /// File name.
        file: String,
        /// Id of the entry.
        id: String,
        /// Key, with the element or tier where there is one.
        key: String,
        /// Number seen.
        got: f64,
        /// Range allowed.
        expected: &'static str,
    },
    /// A text that must say something is blank, or a list that must name something is empty.
    #[error("catalogue file {file}, `{id}`: `{key}` is empty")]
    Empty {
        /// File name.
        file: String,
        /// Id of the entry.
        id: String,
        /// Key.
        key: &'static str,
    },
    /// Two entries that must differ say the same.
    #[error("catalogue file {file}, `{id}`: `{key}` is the same as that of `{other}`")]
    SameText {
        /// File name.
        file: String,
        /// Id of the entry.
        id: String,
        /// Key.
        key: &'static str,
        /// The other entry.
        other: String,
    },
    /// Two entries of one folder share an id.
    #[error("catalogue file {file}: id `{id}` is used twice (also in {other_file})")]
    DuplicateId {
        /// File of the second.
        file: String,
        /// The id.
        id: String,
        /// File of the first.
        other_file: String,
    },
    /// An id is not made of lower-case letters, digits and `_`, starting with a letter.
    #[error("catalogue file {file}: id `{id}` must be lower-case letters, digits and `_`, and start with a letter")]
    BadId {
        /// File name.
        file: String,
        /// The id.
        id: String,
    },
    /// A signal's SQL cannot be one aggregate expression over its declared columns.
    #[error("catalogue file {file}, signal `{id}`: {problem}")]
    Sql {
        /// File name.
        file: String,
        /// Signal.
        id: String,
        /// What is wrong, and the way out.
        problem: String,
    },
    /// A line of a lexicon that cannot be used.
    #[error("catalogue file {file}, line {line}: {problem}")]
    Lexicon {
        /// File name.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        problem: LexiconProblem,
    },
    /// Something every catalogue must hold is not in this one.
    #[error("catalogue: no {what}")]
    Missing {
        /// What is missing.
        what: String,
    },
    /// More motivators than a customer's row has room for.
    #[error("catalogue: {got} motivators, at most {most}; leave some of your own out")]
    TooManyMotivators {
        /// Motivators seen.
        got: usize,
        /// Most allowed.
        most: usize,
    },
    /// More signals than a customer's row has room for.
    #[error("catalogue: {got} signals, at most {most}; switch some off with `off = true`")]
    TooManySignals {
        /// Signals seen.
        got: usize,
        /// Most allowed.
        most: usize,
    },
}

impl Coded for CatalogueError {
    fn code(&self) -> Code {
        Code::Catalogue
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}
