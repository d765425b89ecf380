//! What can stop the intake, and what to do about it.

use std::path::PathBuf;

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

use super::super::ledger::FaultCount;
use super::super::names::{nearest, suggestion};
use super::super::source::SourceError;

/// Why there are no customer rows. Never holds a value of the data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// A source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A table names a source that is not there.
    #[error("{place}: there is no source `{source_name}`{}", suggestion(.nearest))]
    UnknownSource {
        /// Configuration key.
        place: String,
        /// As written.
        source_name: String,
        /// Sources that look like it.
        nearest: Vec<String>,
    },
    /// A source has no such column.
    #[error("{place}: source `{source_name}` has no column `{column}`{}", suggestion(.nearest))]
    UnknownColumn {
        /// Configuration key.
        place: String,
        /// The source.
        source_name: String,
        /// As written.
        column: String,
        /// Columns that look like it.
        nearest: Vec<String>,
    },
    /// A canonical table has no such column.
    #[error("{place}: table `{table}` has no column `{column}`{}", suggestion(.nearest))]
    UnknownCanonical {
        /// Configuration key.
        place: String,
        /// The canonical table.
        table: &'static str,
        /// As written.
        column: String,
        /// Columns that look like it.
        nearest: Vec<String>,
    },
    /// A required canonical column is not there.
    #[error("{place}: no column for `{table}.{column}`, which is required{}", suggestion(.nearest))]
    MissingColumn {
        /// Configuration key.
        place: String,
        /// The canonical table.
        table: &'static str,
        /// The canonical column.
        column: &'static str,
        /// Columns of the source that look like it.
        nearest: Vec<String>,
    },
    /// Not one of the 30 elements.
    #[error("{place}: `{element}` is not one of the 30 elements{}", suggestion(.nearest))]
    UnknownElement {
        /// Configuration key.
        place: String,
        /// As written.
        element: String,
        /// Elements that look like it.
        nearest: Vec<String>,
    },
    /// Not an attitude question.
    #[error("{place}: `{question}` is not an attitude question{}", suggestion(.nearest))]
    UnknownQuestion {
        /// Configuration key.
        place: String,
        /// As written.
        question: String,
        /// Questions that look like it.
        nearest: Vec<String>,
    },
    /// A table spec that cannot be followed.
    #[error("{place}: {what}")]
    Spec {
        /// Configuration key.
        place: String,
        /// What does not fit, and what would.
        what: String,
    },
    /// The user's SQL does not run.
    #[error("{place}.query: {what}{}", suggestion(.nearest))]
    Query {
        /// Configuration key.
        place: String,
        /// What the query engine says, without values.
        what: String,
        /// Columns that look like the one that is not there.
        nearest: Vec<String>,
    },
    /// The catalogue's SQL does not run.
    #[error("signal SQL of table `{table}`: {what}")]
    Signal {
        /// The canonical table.
        table: &'static str,
        /// What the query engine says.
        what: String,
    },
    /// More signals than a row can hold.
    #[error("{found} signals, and a customer row holds {limit}")]
    TooManySignals {
        /// Signals asked for.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// The one table every base needs.
    #[error("there is no `[tables.customers]`")]
    NoCustomersTable,
    /// Nothing to score customers by.
    #[error("beside `customers` there is none of `ratings`, `signals`, `orders`, `interactions`, `feedback`")]
    NothingToScore,
    /// Every row was rejected or set aside.
    #[error("tables.customers: no customer is left: {read} rows read, {rejected} rejected{}, {set_aside} set aside", most_of(.most.as_ref()))]
    NoCustomers {
        /// Rows of `customers` read.
        read: u64,
        /// Rejected.
        rejected: u64,
        /// Set aside.
        set_aside: u64,
        /// What most rows were rejected for; `None` where none was.
        most: Option<FaultCount>,
    },
    /// Memory ran out within the limit given.
    #[error("{stage}: needs more than the {limit} bytes of working memory it was given")]
    Memory {
        /// What was being done.
        stage: String,
        /// Bytes.
        limit: u64,
    },
    /// The scratch folder cannot be used.
    #[error("scratch folder {}: cannot be written or read", .path.display())]
    Scratch {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The query engine failed in a way that has no better name.
    #[error("{stage}: {what}")]
    Engine {
        /// What was being done.
        stage: String,
        /// What the engine says.
        what: String,
    },
}

/// Who can do something about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The configuration.
    Config,
    /// The data.
    Inputs,
    /// Disk, permissions, memory.
    Environment,
    /// This program.
    Bug,
}

impl IntakeError {
    /// Stable code, `E0301` and up.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(error) => error.code(),
            Self::UnknownSource { .. } => "E0320",
            Self::UnknownColumn { .. } => "E0321",
            Self::UnknownCanonical { .. } => "E0322",
            Self::MissingColumn { .. } => "E0323",
            Self::UnknownElement { .. } => "E0324",
            Self::UnknownQuestion { .. } => "E0325",
            Self::Spec { .. } => "E0326",
            Self::Query { .. } => "E0327",
            Self::Signal { .. } => "E0328",
            Self::TooManySignals { .. } => "E0329",
            Self::NoCustomersTable => "E0330",
            Self::NothingToScore => "E0331",
            Self::NoCustomers { .. } => "E0332",
            Self::Memory { .. } => "E0340",
            Self::Scratch { .. } => "E0341",
            Self::Engine { .. } => "E0342",
        }
    }

    /// One thing to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Source(error) => error.help(),
            Self::UnknownSource { .. } => "add it under [sources], or correct the name".to_owned(),
            Self::UnknownColumn { .. } => "correct the name; column names are case-sensitive".to_owned(),
            Self::UnknownCanonical { table, .. } => format!("`valueseg schema tables` lists the columns of `{table}`"),
            Self::MissingColumn { place, column, .. } => {
                format!("name it in {place}: columns = {{ {column} = \"…\" }}")
            }
            Self::UnknownElement { .. } => "`valueseg explain element NAME` lists the elements".to_owned(),
            Self::UnknownQuestion { .. } => "`valueseg schema tables` lists the questions".to_owned(),
            Self::Spec { .. } => "correct the table; `valueseg schema config` shows what it may hold".to_owned(),
            Self::Query { .. } => {
                "correct the query; identifiers are case-sensitive, quote odd ones with \"\"".to_owned()
            }
            Self::Signal { .. } => "correct the signal in your catalogue folder, or switch it off".to_owned(),
            Self::TooManySignals { .. } => "map fewer columns of `signals`, or switch catalogue signals off".to_owned(),
            Self::NoCustomersTable => {
                "add it; if there are only events, a query can make it: select distinct buyer as customer_id from shop"
                    .to_owned()
            }
            Self::NothingToScore => "map at least one of them; `ratings` says most".to_owned(),
            Self::NoCustomers { .. } => "look at the rejected rows and at the mapping of `customers`".to_owned(),
            Self::Memory { .. } => "raise run.memory_limit, or make the query's intermediate result smaller".to_owned(),
            Self::Scratch { .. } => "check permissions and free space of the output folder".to_owned(),
            Self::Engine { .. } => "this should not happen; please report it with the text above".to_owned(),
        }
    }

    /// Who can do something about it.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Source(SourceError::Dialect { .. } | SourceError::UnknownExtension { .. })
            | Self::Source(SourceError::MixedFormats { .. } | SourceError::Pattern { .. })
            | Self::UnknownSource { .. }
            | Self::UnknownCanonical { .. }
            | Self::UnknownElement { .. }
            | Self::UnknownQuestion { .. }
            | Self::Spec { .. }
            | Self::Query { .. }
            | Self::Signal { .. }
            | Self::TooManySignals { .. }
            | Self::NoCustomersTable
            | Self::NothingToScore => Blame::Config,
            Self::Source(_) | Self::UnknownColumn { .. } | Self::MissingColumn { .. } | Self::NoCustomers { .. } => {
                Blame::Inputs
            }
            Self::Memory { .. } | Self::Scratch { .. } => Blame::Environment,
            Self::Engine { .. } => Blame::Bug,
        }
    }

    /// Reads an engine error: a source's own error if there is one inside, else what `fallback` makes of its text.
    pub(super) fn from_engine(error: DataFusionError, stage: &str, limit: u64) -> Self {
        match dig(error) {
            Dug::Source(error) => Self::Source(error),
            Dug::Memory => Self::Memory { stage: stage.to_owned(), limit },
            Dug::Io(source) => Self::Scratch { path: PathBuf::new(), source },
            Dug::Other(what) => Self::Engine { stage: stage.to_owned(), what },
        }
    }

    /// Reads an error of planning or running a user's query.
    pub(super) fn from_query(error: DataFusionError, place: &str, limit: u64) -> Self {
        if let DataFusionError::SchemaError(inner, _) = error.find_root()
            && let SchemaError::FieldNotFound { field, valid_fields } = inner.as_ref()
        {
            let known: Vec<&str> = valid_fields.iter().map(|column| column.name.as_str()).collect();
            let nearest = nearest(&field.name, known);
            return Self::Query {
                place: place.to_owned(),
                what: format!("there is no column `{}`", field.name),
                nearest,
            };
        }
        match dig(error) {
            Dug::Source(error) => Self::Source(error),
            Dug::Memory => Self::Memory { stage: place.to_owned(), limit },
            Dug::Io(source) => Self::Scratch { path: PathBuf::new(), source },
            Dug::Other(what) => Self::Query { place: place.to_owned(), what, nearest: Vec::new() },
        }
    }
}

enum Dug {
    Source(SourceError),
    Memory,
    Io(std::io::Error),
    Other(String),
}

/// Unwraps contexts, and errors that several tasks share, down to the one that tells what happened.
fn dig(error: DataFusionError) -> Dug {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => dig(*inner),
        DataFusionError::Collection(mut errors) if !errors.is_empty() => dig(errors.swap_remove(0)),
        DataFusionError::External(inner) => match inner.downcast::<SourceError>() {
            Ok(error) => Dug::Source(*error),
            Err(inner) => match inner.downcast::<DataFusionError>() {
                Ok(error) => dig(*error),
                Err(other) => Dug::Other(without_values(&first_lines(&other.to_string()))),
            },
        },
        DataFusionError::Shared(shared) => match shared.find_root() {
            DataFusionError::External(inner) => match inner.downcast_ref::<SourceError>() {
                Some(error) => Dug::Source(error.clone()),
                None => Dug::Other(without_values(&first_lines(&inner.to_string()))),
            },
            DataFusionError::ResourcesExhausted(_) => Dug::Memory,
            other => Dug::Other(told(other)),
        },
        DataFusionError::ResourcesExhausted(_) => Dug::Memory,
        DataFusionError::IoError(error) => Dug::Io(error),
        other => Dug::Other(told(&other)),
    }
}

/// What an error may tell: of planning all, for no row was read by then; of what went wrong while rows ran through, which may
/// quote one of them, only how it begins.
fn told(error: &DataFusionError) -> String {
    let text = first_lines(&error.strip_backtrace());
    match error {
        DataFusionError::Plan(_)
        | DataFusionError::SQL(..)
        | DataFusionError::SchemaError(..)
        | DataFusionError::NotImplemented(_)
        | DataFusionError::Configuration(_) => text,
        _ => without_values(&text),
    }
}

/// The text up to the first sign that could belong to a value: a quote, a digit, an at sign, anything beyond ASCII.
fn without_values(text: &str) -> String {
    let value = |c: char| !c.is_ascii() || c.is_ascii_digit() || matches!(c, '\'' | '"' | '`' | '@' | '{' | '[' | '(');
    match text.split_once(value) {
        Some((before, _)) => format!("{} …", before.trim_end()),
        None => text.to_owned(),
    }
}

/// What most rows were rejected for, in brackets.
fn most_of(most: Option<&FaultCount>) -> String {
    let Some(fault) = most else { return String::new() };
    let place = if fault.column.is_empty() { String::new() } else { format!(" in column `{}`", fault.column) };
    format!(" (most for {}{place}: {})", fault.code.code(), fault.code.meaning())
}

fn first_lines(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}
