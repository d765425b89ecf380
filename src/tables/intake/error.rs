//! What can stop the intake.

use std::collections::BTreeMap;
use std::path::PathBuf;

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

use super::super::ledger::FaultCount;
use super::super::names::{nearest, suggestion};
use super::super::query::{OverTime, QueryLimit};
use super::super::source::SourceError;
use super::dirty::DirtyCell;
use crate::codes::{Code, Coded};

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
    /// SQL that asks for more than is planned or made in one step.
    #[error("{place}: {limit}")]
    QueryLimit {
        /// Configuration key, or the signal.
        place: String,
        /// What there is too much of.
        limit: QueryLimit,
    },
    /// A query takes too long.
    #[error("{place}: takes longer than the {seconds} s that run.query_timeout allows")]
    QueryTime {
        /// Configuration key.
        place: String,
        /// What is allowed.
        seconds: u64,
    },
    /// A cell does not fit the type that a query casts it to.
    #[error("{place}.query: {cell}")]
    QueryCell {
        /// Configuration key.
        place: String,
        /// Where it is and what it looks like.
        cell: Box<DirtyCell>,
    },
    /// The catalogue's SQL does not run.
    #[error("signal SQL of table `{table}`: {what}")]
    Signal {
        /// The canonical table.
        table: &'static str,
        /// What the query engine says.
        what: String,
    },
    /// Dates that could be day-first or month-first.
    #[error(
        "{place}: {cells} dates of column `{column}`, such as {shape}, could be day-first or month-first, and there is no `date_format`"
    )]
    DayOrder {
        /// Configuration key of the table.
        place: String,
        /// The column of the source.
        column: String,
        /// Cells written so.
        cells: u64,
        /// What most of them look like, masked.
        shape: String,
        /// What fits, and what to write.
        advice: String,
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
    /// Every row was rejected or set aside.
    #[error("tables.customers: no customer is left: {read} rows read, {rejected} rejected{}, {set_aside} set aside{}", most_of(.most.as_deref()), aside.map(|rule| format!(" ({rule})")).unwrap_or_default())]
    NoCustomers {
        /// Rows of `customers` read.
        read: u64,
        /// Rejected.
        rejected: u64,
        /// Set aside.
        set_aside: u64,
        /// What most rows were rejected for; `None` where none was.
        most: Option<Box<FaultCount>>,
        /// What set most rows aside, in words; `None` where nothing did.
        aside: Option<&'static str>,
    },
    /// A few customers outweigh all others.
    #[error(
        "tables.customers: the weights of {customers} customers are worth no more than {effective:.1} equal ones, and the largest \
         is {largest:.0} times their mean"
    )]
    Weights {
        /// Customers with a weight.
        customers: u64,
        /// Kish's effective number of them.
        effective: f64,
        /// The largest weight, in means.
        largest: f64,
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
    /// The machine gave no thread.
    #[error("{stage}: a thread cannot be started")]
    NoThread {
        /// What was being done.
        stage: &'static str,
        /// Why not.
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

/// The language of queries, for those who write one.
const SQL: &str = "it is SQL as Apache DataFusion understands it, which is close to PostgreSQL: names are case-sensitive, odd ones \
                   stand in \"…\", texts in '…', and columns of CSV and JSON are text until they are cast";

impl Coded for IntakeError {
    fn code(&self) -> Code {
        match self {
            Self::Source(error) => error.code(),
            Self::UnknownSource { .. } => Code::UnknownSource,
            Self::UnknownColumn { .. } => Code::UnknownColumn,
            Self::UnknownCanonical { .. } => Code::UnknownCanonical,
            Self::MissingColumn { .. } => Code::MissingColumn,
            Self::UnknownElement { .. } => Code::UnknownElement,
            Self::UnknownQuestion { .. } => Code::UnknownQuestion,
            Self::Spec { .. } => Code::TableSpec,
            Self::Query { .. } => Code::Query,
            Self::QueryLimit { .. } => Code::QueryLimit,
            Self::QueryTime { .. } => Code::QueryTime,
            Self::QueryCell { .. } => Code::QueryCell,
            Self::Signal { .. } => Code::SignalSql,
            Self::DayOrder { .. } => Code::DayOrder,
            Self::TooManySignals { .. } => Code::TooManySignals,
            Self::NoCustomersTable => Code::NoCustomersTable,
            Self::NoCustomers { .. } => Code::NoCustomers,
            Self::Weights { .. } => Code::Weights,
            Self::Memory { .. } => Code::Memory,
            Self::Scratch { .. } => Code::Scratch,
            Self::NoThread { .. } => Code::MachineLimit,
            Self::Engine { .. } => Code::Engine,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Source(error) => error.hint(),
            Self::QueryLimit { limit, .. } => limit.hint(),
            Self::DayOrder { advice, .. } => Some(advice.clone()),
            Self::NoCustomers { most: Some(fault), .. } => Some(fault.cure()),
            Self::MissingColumn { place, column, .. } => {
                Some(format!("name it in {place}: columns = {{ {column} = \"…\" }}"))
            }
            Self::Query { place, .. } => Some(format!("correct {place}.query; {SQL}")),
            _ => None,
        }
    }
}

impl IntakeError {
    /// Reads an engine error: a source's own error if there is one inside, else what `fallback` makes of its text.
    pub(super) fn from_engine(error: DataFusionError, stage: &str, limit: u64) -> Self {
        match dig(error) {
            Dug::Other(what) => Self::Engine { stage: stage.to_owned(), what },
            known => Self::known(known, stage, limit),
        }
    }

    /// Reads an error of planning or running a user's query.
    pub(super) fn from_query(error: DataFusionError, place: &str, limit: u64) -> Self {
        if let DataFusionError::SchemaError(inner, _) = error.find_root()
            && let SchemaError::FieldNotFound { field, valid_fields } = inner.as_ref()
        {
            let known: Vec<&str> = valid_fields.iter().map(|column| column.name.as_str()).collect();
            let nearest = nearest(&field.name, known);
            return Self::Query { place: place.to_owned(), what: format!("{NO_COLUMN} `{}`", field.name), nearest };
        }
        Self::known(dig(error), place, limit)
    }

    fn known(dug: Dug, place: &str, limit: u64) -> Self {
        let place = place.to_owned();
        match dug {
            Dug::Source(error) => Self::Source(error),
            Dug::Limit(limit) => Self::QueryLimit { place, limit },
            Dug::Over(OverTime::Time(time)) => Self::QueryTime { place, seconds: time.as_secs() },
            Dug::Over(OverTime::Memory) | Dug::Memory => Self::Memory { stage: place, limit },
            Dug::Over(failed @ OverTime::Failed) => {
                Self::Query { place, what: failed.to_string(), nearest: Vec::new() }
            }
            Dug::Io(source) => Self::Scratch { path: PathBuf::new(), source },
            Dug::Other(what) => Self::Query { place, what, nearest: Vec::new() },
        }
    }

    /// What became of planning or running a query of a person that was stopped.
    pub(super) fn stopped(over: OverTime, place: &str, limit: u64) -> Self {
        Self::known(Dug::Over(over), place, limit)
    }
}

impl IntakeError {
    /// An error of a query without the names that may be somebody's data.
    pub(super) fn without_names(self, unsaid: &BTreeMap<String, String>) -> Self {
        match self {
            Self::Query { place, what, mut nearest } => {
                nearest.retain(|name| !unsaid.contains_key(name));
                // What asks for a column names it as the query does, and no other.
                let asks = what.starts_with(NO_COLUMN);
                let what = if asks || unsaid.is_empty() { what } else { without_values(&what) };
                Self::Query { place, what, nearest }
            }
            other => other,
        }
    }
}

/// The column that a query asks for and that is not there.
pub(super) fn unknown_name(error: &DataFusionError) -> Option<String> {
    match error.find_root() {
        DataFusionError::SchemaError(inner, _) => match inner.as_ref() {
            SchemaError::FieldNotFound { field, .. } => Some(field.name.clone()),
            _ => None,
        },
        _ => None,
    }
}

enum Dug {
    Source(SourceError),
    Limit(QueryLimit),
    Over(OverTime),
    Memory,
    Io(std::io::Error),
    Other(String),
}

/// Unwraps contexts, and errors that several tasks share, down to the one that tells what happened.
fn dig(error: DataFusionError) -> Dug {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => dig(*inner),
        DataFusionError::Collection(mut errors) if !errors.is_empty() => dig(errors.swap_remove(0)),
        DataFusionError::External(inner) => match own(inner.as_ref()) {
            Some(dug) => dug,
            None => match inner.downcast::<DataFusionError>() {
                Ok(error) => dig(*error),
                Err(other) => Dug::Other(without_values(&first_lines(&other.to_string()))),
            },
        },
        DataFusionError::Shared(shared) => match shared.find_root() {
            DataFusionError::External(inner) => match own(inner.as_ref()) {
                Some(dug) => dug,
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

/// How an error begins that asks for a column.
const NO_COLUMN: &str = "there is no column";

/// An error of this program that went through the engine.
fn own(inner: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<Dug> {
    let source = inner.downcast_ref::<SourceError>().map(|error| Dug::Source(error.clone()));
    let limit = || inner.downcast_ref::<QueryLimit>().map(|limit| Dug::Limit(limit.clone()));
    source.or_else(limit).or_else(|| inner.downcast_ref::<OverTime>().map(|over| Dug::Over(*over)))
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
