//! Why a model could not be made or read.

use valueseg_codes::{Code, Coded};

/// What can go wrong with a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A setting of the fit is outside its range.
    #[error("model.{key} = {got}: expected {expected}")]
    Setting {
        /// Key in the configuration.
        key: &'static str,
        /// What was given.
        got: String,
        /// What is possible.
        expected: &'static str,
    },
    /// The sample holds nobody who may be profiled.
    #[error("there is no customer who may be scored")]
    NoCustomers,
    /// The ratings that `model.cut_on` pins were given by too few.
    #[error(
        "`model.cut_on` pins ratings that {respondents} customers gave for {} elements or more, not all alike, where \
         {needed} are needed",
        super::sample::MIN_ANSWERS
    )]
    TooLittleEvidence {
        /// Customers who rated enough elements.
        respondents: usize,
        /// Customers needed.
        needed: usize,
    },
    /// The signals named and the signals in the rows are not as many.
    #[error("{named} signals are named, the rows hold {held}")]
    SignalCount {
        /// Signals named in the request.
        named: usize,
        /// Columns of the rows.
        held: usize,
    },
    /// More signals than a presence mask has bits.
    #[error("{got} signals are more than the {most} that are possible")]
    TooManySignals {
        /// Signals named.
        got: usize,
        /// Most that are possible.
        most: usize,
    },
    /// The customers' numbers are not usable.
    #[error("the sample cannot be used")]
    Data(#[from] valueseg_stats::observed::ObservedError),
    /// The partition could not be found.
    #[error("the segments could not be found")]
    Partition(#[from] valueseg_stats::mixture::MixtureError),
    /// Columns for the SQL of a scorer are not as many as its questions.
    #[error("the scorer has {needed} questions, {got} columns were named")]
    ScorerColumns {
        /// Columns named.
        got: usize,
        /// Questions.
        needed: usize,
    },
    /// The file is no JSON, or not that of a model.
    #[error("this is not a model file")]
    Json(#[from] serde_json::Error),
    /// The file has another format version.
    #[error("the model has format version {found}; this program reads {expected}; fit anew")]
    Format {
        /// Version in the file.
        found: u64,
        /// Version this program reads and writes.
        expected: u64,
    },
    /// A number or a table of the file makes no sense.
    #[error("the model file is damaged: {what}")]
    Damaged {
        /// What is wrong, in words.
        what: String,
    },
}

impl Coded for ModelError {
    fn code(&self) -> Code {
        match self {
            Self::Setting { .. } => Code::ModelSetting,
            Self::NoCustomers => Code::NobodyScored,
            Self::TooLittleEvidence { .. } => Code::TooLittleEvidence,
            Self::TooManySignals { .. } => Code::TooManySignals,
            Self::SignalCount { .. } | Self::ScorerColumns { .. } => Code::Unhandled,
            Self::Data(_) | Self::Partition(_) => Code::NoModel,
            Self::Json(_) | Self::Format { .. } | Self::Damaged { .. } => Code::StoredModel,
        }
    }
}
