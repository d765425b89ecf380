//! What a look at a file came to: canonical tables with a confidence, its reason, and what only a person can answer.

use crate::model::rows::Aspect;
use crate::tables::spec::{TableName, TableSpec};

/// Stands for the name of the source a file becomes, in [`TableSpec::source`] and inside [`TableSpec::query`], until the names of
/// all sources are known: `from {source}`.
pub const SOURCE_MARK: &str = "{source}";

/// How sure a mapping is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A guess: somebody should look at it before it is believed.
    Low,
    /// Names or values speak for it.
    Medium,
    /// A known export, or names and values agree.
    High,
}

impl Confidence {
    /// The word used in files and messages.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A canonical table as a file would fill it.
#[derive(Clone, Debug, PartialEq)]
pub struct MappedTable {
    /// The table.
    pub table: TableName,
    /// How it is made. The source is written as [`SOURCE_MARK`].
    pub spec: TableSpec,
    /// How sure the mapping is.
    pub confidence: Confidence,
    /// Why, in one plain sentence without any cell of the data.
    pub reason: String,
    /// What only a person can answer.
    pub questions: Vec<Question>,
}

/// Something that the data cannot tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its key in a file of answers, unique within the table: `date_format`, `scale`, `id` …
    pub key: String,
    /// The question, in one plain sentence.
    pub text: String,
    /// The answers there are, the proposed one first.
    pub offers: Vec<Offer>,
}

/// One answer to a [`Question`] and what it changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The answer as written in a file of answers.
    pub answer: String,
    /// What it changes in the table.
    pub change: Change,
}

/// What an answer changes in a mapping.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing: the mapping stays as proposed.
    Keep,
    /// How dates are written; `None` is ISO 8601.
    DateFormat(Option<String>),
    /// Worst and best answer.
    Scale([f64; 2]),
    /// The source column that names the customer.
    Id(String),
    /// What was asked: importance or fulfillment.
    Aspect(Aspect),
    /// The table is written as a comment.
    LeaveOut,
}
