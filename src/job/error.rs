//! Why a run ended without a published night, and with which exit code.

use std::path::PathBuf;

use crate::catalogue::CatalogueError;
use crate::demo::DemoError;
use crate::job::load::ConfigError;
use crate::model::customer::needs::NeedSettingsError;
use crate::model::customer::relationship::RelationshipSettingsError;
use crate::model::fit::ModelError;
use crate::model::plan::PlanSettingsError;
use crate::model::segment::drivers::DriverSettingsError;
use crate::model::segment::lineage::LedgerError;
use crate::tables::erase::EraseError;
use crate::tables::intake::{Blame, IntakeError};
use crate::tables::peek::PeekError;
use crate::tables::publish::PublishError;
use crate::tables::read::ReadError;
use crate::tables::report::ReportError;
use crate::tables::write::WriteError;

/// What the process says to whoever started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Published, or already published.
    Published = 0,
    /// A bug.
    Bug = 1,
    /// Command line or configuration.
    Config = 2,
    /// Inputs unusable.
    Inputs = 3,
    /// A gate held the night back; yesterday stays live.
    Held = 4,
    /// Not ready, or another run holds the lock: try again.
    Retry = 5,
    /// Disk, permission, memory.
    Environment = 6,
    /// Stored state damaged.
    State = 7,
    /// Stopped by SIGINT; nothing was published.
    Interrupted = 130,
    /// Stopped by SIGTERM; nothing was published.
    Terminated = 143,
}

/// Why a run ended without a published night.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The company's own catalogue files.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A file of the company's own catalogue cannot be read.
    #[error("cannot read the catalogue file {}", path.display())]
    CatalogueFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The inputs.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The fit, or a stored model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A stored model file cannot be used.
    #[error("the stored model {} cannot be used: {message}", path.display())]
    StoredModel {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The ledger of segments cannot be used.
    #[error("{} cannot be used", path.display())]
    Ledger {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: LedgerError,
    },
    /// A name for a segment that cannot be one.
    #[error("segment {id} cannot be called that")]
    SegmentName {
        /// The segment.
        id: String,
        /// Why not.
        source: LedgerError,
    },
    /// A night and a model cannot be held against each other.
    #[error("`{a}` is a {kind_a} and `{b}` is a {kind_b}")]
    NotAlike {
        /// The first.
        a: String,
        /// What it is.
        kind_a: &'static str,
        /// The second.
        b: String,
        /// What it is.
        kind_b: &'static str,
    },
    /// A table cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The night cannot be made visible.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Gates held the night back.
    #[error(
        "the night was held back: {}. Yesterday stays live{}",
        reasons.join("; "),
        kept.as_ref().map(|folder| format!("; tonight lies in {}", folder.display())).unwrap_or_default()
    )]
    Held {
        /// Each gate in plain words.
        reasons: Vec<String>,
        /// Where the night lies now, whole, for people to look at; `None` = it was a dry run.
        kept: Option<PathBuf>,
    },
    /// Stored nights are not what was published.
    #[error("stored files are not what was published: {}", differences.join("; "))]
    Altered {
        /// Each difference in plain words, with the night and the file.
        differences: Vec<String>,
    },
    /// A file of ids without ids.
    #[error("there is no id in {}", path.display())]
    NoIds {
        /// The file.
        path: PathBuf,
    },
    /// Customers could not be erased from a night.
    #[error("a night could not be rewritten; the customers are blocked, and every other night is done")]
    Erase(#[from] EraseError),
    /// There is no published night to read.
    #[error("no night is published in {}", out.display())]
    NoNight {
        /// The results folder.
        out: PathBuf,
    },
    /// Something asked for is not there.
    #[error("there is no {kind} `{seen}`")]
    Unknown {
        /// What was asked for: customer, segment, element, error code.
        kind: &'static str,
        /// The name asked for; never a customer id.
        seen: String,
        /// The nearest that is there.
        nearest: Option<String>,
    },
    /// There is a configuration already.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A threshold of the need tiers.
    #[error(transparent)]
    Needs(#[from] NeedSettingsError),
    /// A threshold of relationships.
    #[error(transparent)]
    Relationship(#[from] RelationshipSettingsError),
    /// A threshold of the plans.
    #[error(transparent)]
    PlanSettings(#[from] PlanSettingsError),
    /// A threshold of derived importance.
    #[error(transparent)]
    Drivers(#[from] DriverSettingsError),
    /// The report.
    #[error("the report cannot be made")]
    Report(#[from] ReportError),
    /// A file that `init` was shown.
    #[error(transparent)]
    Peek(#[from] PeekError),
    /// A published table.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The demo.
    #[error("the demo cannot be made")]
    Demo(#[from] DemoError),
    /// Anything the operating system refuses.
    #[error("{doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl JobError {
    /// Exit code of the process.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_) | Self::Catalogue(_) | Self::CatalogueFile { .. } | Self::Unknown { .. } => Exit::Config,
            Self::SegmentName { .. } | Self::NotAlike { .. } => Exit::Config,
            Self::Exists { .. } | Self::Peek(_) => Exit::Config,
            Self::Needs(_) | Self::Relationship(_) | Self::PlanSettings(_) | Self::Drivers(_) => Exit::Config,
            Self::NoIds { .. } => Exit::Config,
            Self::Altered { .. } => Exit::State,
            Self::Erase(error) => erase_exit(error),
            Self::Model(ModelError::Setting { .. }) => Exit::Config,
            Self::Intake(error) => match error.blame() {
                Blame::Config => Exit::Config,
                Blame::Inputs => Exit::Inputs,
                Blame::Environment => Exit::Environment,
                Blame::Bug => Exit::Bug,
            },
            Self::Model(_) => Exit::Inputs,
            Self::Report(_) => Exit::Bug,
            Self::Read(_) => Exit::State,
            Self::Publish(error) if error.is_damaged() => Exit::State,
            Self::Held { .. } => Exit::Held,
            Self::NoNight { .. } => Exit::Retry,
            Self::Publish(error) if error.is_locked() => Exit::Retry,
            Self::StoredModel { .. } | Self::Ledger { .. } => Exit::State,
            Self::Write(error) if !error.is_environment() => Exit::Bug,
            Self::Write(_) | Self::Publish(_) | Self::Demo(_) | Self::Io { .. } => Exit::Environment,
        }
    }

    /// Stable code for `valueseg explain error`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config(error) => error.code(),
            Self::Catalogue(_) => "E0250",
            Self::CatalogueFile { .. } => "E0251",
            Self::Intake(error) => error.code(),
            Self::Model(error) => model_code(error),
            Self::StoredModel { .. } => "E0701",
            Self::Ledger { .. } => "E0704",
            Self::NotAlike { .. } => "E0216",
            Self::SegmentName { .. } => "E0217",
            Self::Write(error) => error.code(),
            Self::Publish(error) => error.code(),
            Self::Held { .. } => "E0401",
            Self::Altered { .. } => "E0711",
            Self::NoIds { .. } => "E0218",
            Self::Erase(EraseError::Read(error)) => error.code(),
            Self::Erase(EraseError::Write(error)) => error.code(),
            Self::Erase(EraseError::Publish(error)) => error.code(),
            Self::NoNight { .. } => "E0501",
            Self::Unknown { .. } => "E0210",
            Self::Exists { .. } => "E0211",
            Self::Needs(_) => "E0212",
            Self::PlanSettings(_) => "E0213",
            Self::Relationship(_) => "E0219",
            Self::Drivers(_) => "E0220",
            Self::Peek(_) => "E0214",
            Self::Report(_) => "E0103",
            Self::Demo(_) => "E0602",
            Self::Read(error) => error.code(),
            Self::Io { .. } => "E0601",
        }
    }

    /// One thing to do.
    #[must_use]
    pub fn to_do(&self) -> String {
        match self {
            Self::Config(error) => error.to_do(),
            Self::Catalogue(_) | Self::CatalogueFile { .. } => {
                "correct the file named, in the catalogue folder".to_owned()
            }
            Self::Intake(error) => error.help(),
            Self::Model(error) => model_help(error),
            Self::Ledger { .. } => {
                "correct the line named, or restore the file; ids must never be given twice".to_owned()
            }
            Self::NotAlike { .. } => "name two nights or two models".to_owned(),
            Self::SegmentName { .. } => "choose another name".to_owned(),
            Self::StoredModel { .. } => "restore the file, or fit anew with `valueseg run --refit`".to_owned(),
            Self::Write(error) => error.to_do(),
            Self::Publish(error) => error.to_do(),
            Self::Held { .. } => {
                "correct the inputs, or raise the limit named under [gates], then run again".to_owned()
            }
            Self::Altered { .. } => "restore the files from a backup, or run the night again with --force".to_owned(),
            Self::NoIds { .. } => "write one customer id a line".to_owned(),
            Self::Erase(_) => {
                "mend or remove the night named, then run `valueseg forget` with the same file again".to_owned()
            }
            Self::Exists { .. } => "edit it, or choose another folder".to_owned(),
            Self::Needs(_) => "correct it under [needs]".to_owned(),
            Self::PlanSettings(_) => "correct it under [plan]".to_owned(),
            Self::Relationship(_) => "correct it under [relationship]".to_owned(),
            Self::Drivers(_) => "correct it under [drivers]".to_owned(),
            Self::Peek(_) => "name a Parquet, CSV or JSON-lines file".to_owned(),
            Self::Report(_) => "this is a bug: please report it".to_owned(),
            Self::Demo(_) => "choose another folder, or make room on the disk".to_owned(),
            Self::Read(_) => "run the night again with --force".to_owned(),
            Self::NoNight { .. } => "run `valueseg run` first".to_owned(),
            Self::Unknown { nearest: Some(name), .. } => format!("did you mean `{name}`?"),
            Self::Unknown { .. } => "check the spelling".to_owned(),
            Self::Io { .. } => "check that the path exists, has room and may be written".to_owned(),
        }
    }
}

fn erase_exit(error: &EraseError) -> Exit {
    match error {
        EraseError::Read(_) => Exit::State,
        EraseError::Publish(error) if error.is_damaged() => Exit::State,
        EraseError::Write(error) if !error.is_environment() => Exit::Bug,
        EraseError::Write(_) | EraseError::Publish(_) => Exit::Environment,
    }
}

fn model_code(error: &ModelError) -> &'static str {
    match error {
        ModelError::Setting { .. } => "E0215",
        ModelError::NoCustomers => "E0451",
        ModelError::TooLittleEvidence { .. } => "E0452",
        ModelError::TooManySignals { .. } => "E0453",
        ModelError::Json(_) | ModelError::Format { .. } | ModelError::Damaged { .. } => "E0701",
        _ => "E0454",
    }
}

fn model_help(error: &ModelError) -> String {
    match error {
        ModelError::Setting { key, .. } => return format!("correct `model.{key}`"),
        ModelError::NoCustomers => "check the consent and protection columns of [tables.customers]",
        ModelError::TooLittleEvidence { .. } => {
            "map more ratings, orders or interactions, or give a night (`--as-of`) near the last of them; `valueseg check` says \
             what is missing"
        }
        ModelError::TooManySignals { .. } => "keep fewer columns in [tables.signals]",
        _ => "check the ratings with `valueseg check --deep`, or pin model.segments",
    }
    .to_owned()
}
