//! What can be wrong with a catalogue, said with file, entry, what was seen and what was expected.

use super::ElementId;
use valueseg_codes::{Code, Coded};

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

/// What is wrong on a line of a lexicon. The file and the line stand in [`CatalogueError::Lexicon`].
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
    #[error("unknown element `{got}`{}", hint(nearest.map(ElementId::slug)))]
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
    #[error("phrase of {bytes} bytes, at most {most}")]
    TooLong {
        /// Bytes seen.
        bytes: usize,
        /// Most allowed.
        most: usize,
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
    /// A weight of a trait that is no number within reason.
    #[error("likelihood.{key} = {got}, expected {expected}")]
    Likelihood {
        /// Key at fault.
        key: &'static str,
        /// Value seen.
        got: String,
        /// What would do.
        expected: &'static str,
    },
    /// A group of companions that no file names.
    #[error("no group `{got}` under [companions]")]
    UnknownCompanions {
        /// Group seen.
        got: String,
    },
    /// A phrase to be heard beside a companion that stands for nothing.
    #[error("phrase `{phrase}` is in no list of {element}: only those can need a companion")]
    NotACue {
        /// Phrase seen, spelled.
        phrase: String,
        /// The element.
        element: ElementId,
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
    #[error("{got} phrases, at most {most}")]
    TooMany {
        /// Phrases seen.
        got: usize,
        /// Most allowed.
        most: usize,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}
