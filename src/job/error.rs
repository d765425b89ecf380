//! Why a run ended without a published night.

use std::path::PathBuf;

use chrono::NaiveDate;

use crate::catalogue::CatalogueError;
use crate::codes::{Code, Coded, machine_limit};
use crate::job::load::ConfigError;
use crate::model::customer::ApplySettingsError;
use crate::model::customer::relationship::RelationshipSettingsError;
use crate::model::effect::EffectSettingsError;
use crate::model::fit::ModelError;
use crate::model::plan::PlanSettingsError;
use crate::model::segment::drivers::DriverSettingsError;
use crate::model::segment::lineage::LedgerError;
use crate::tables::assignments::AssignmentsError;
use crate::tables::audiences::AudienceError;
use crate::tables::erase::EraseError;
use crate::tables::intake::IntakeError;
use crate::tables::peek::PeekError;
use crate::tables::plain_file::not_a_file;
use crate::tables::publish::PublishError;
use crate::tables::read::ReadError;
use crate::tables::report::ReportError;
use crate::tables::workbook::WorkbookError;
use crate::tables::write::WriteError;

/// Why a run ended without a published night.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Lists.
    #[error(transparent)]
    Audience(#[from] AudienceError),
    /// The company's own catalogue files.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A file of the company's own catalogue cannot be read.
    #[error("cannot read the catalogue file {}", path.display())]
    CatalogueFile {
        /// The file.
        path: PathBuf,
        /// What the layer below says of it.
        source: std::io::Error,
    },
    /// The inputs.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The fit, or a stored model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Too little is known to find segments, and everything that stands in the way.
    #[error("{error}{}{}", if causes.is_empty() { "" } else { ". What stands in the way: " }, causes.join("; "))]
    TooLittle {
        /// What the fit says.
        error: ModelError,
        /// Each cause in a sentence, with its count.
        causes: Vec<String>,
    },
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
    /// What is stored about segments and models is not what the program wrote.
    #[error("what is stored is not what the program wrote: {}", differences.join("; "))]
    Edited {
        /// Each difference in plain words, with its file.
        differences: Vec<String>,
    },
    /// The results folder would lie where others keep their files.
    #[error("[run] output is {}, which {what}", out.display())]
    OutputPlace {
        /// The results folder.
        out: PathBuf,
        /// What is wrong with the place.
        what: &'static str,
    },
    /// The machine gave no thread.
    #[error("{threads} threads cannot be started")]
    NoThreads {
        /// Threads asked for.
        threads: usize,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The configuration has run before, and its results are not where they were.
    #[error("{} has run before, and its results are not in {}: {what}", config.display(), out.display())]
    ResultsLost {
        /// The results folder.
        out: PathBuf,
        /// The configuration.
        config: PathBuf,
        /// What is there instead.
        what: &'static str,
    },
    /// The file that remembers the results folder cannot be used.
    #[error("{} cannot be used: {message}", path.display())]
    LockFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A night that has not come yet.
    #[error("the night of {night} lies after tomorrow; today is {today} in {zone}")]
    Ahead {
        /// The night asked for.
        night: NaiveDate,
        /// Today in the project's zone.
        today: NaiveDate,
        /// The zone.
        zone: String,
    },
    /// Gates would hold the night back.
    #[error("the night would be held back: {}", reasons.join("; "))]
    WouldHold {
        /// Each gate in plain words.
        reasons: Vec<String>,
    },
    /// A file of ids without ids.
    #[error("there is no id in {}", path.display())]
    NoIds {
        /// The file.
        path: PathBuf,
    },
    /// Customers could not be erased from every night.
    #[error("{} cannot be cleared; the customers are blocked, and everything else is done", nights.join(", "))]
    Erase {
        /// The nights, each with the files.
        nights: Vec<String>,
        /// What stands in the way of the first.
        source: EraseError,
    },
    /// None of the ids of a file is known.
    #[error(
        "none of the {asked} ids in {} is that of a customer of a stored night{}",
        path.display(),
        if *several { "; its lines have several fields, and no header says which is the id" } else { "" }
    )]
    NobodyFound {
        /// The file.
        path: PathBuf,
        /// Different ids in it.
        asked: u64,
        /// Its lines look like those of a table without a header.
        several: bool,
    },
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
    /// A setting of scoring.
    #[error(transparent)]
    Scoring(#[from] ApplySettingsError),
    /// A threshold of relationships.
    #[error(transparent)]
    Relationship(#[from] RelationshipSettingsError),
    /// A threshold of the plans.
    #[error(transparent)]
    PlanSettings(#[from] PlanSettingsError),
    /// A setting of effects.
    #[error(transparent)]
    EffectSettings(#[from] EffectSettingsError),
    /// The ledger of assignments.
    #[error(transparent)]
    Assignments(#[from] AssignmentsError),
    /// A threshold of derived importance.
    #[error(transparent)]
    Drivers(#[from] DriverSettingsError),
    /// The report.
    #[error("the report cannot be made")]
    Report(#[from] ReportError),
    /// The workbook.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// A file that `init` was shown.
    #[error(transparent)]
    Peek(#[from] PeekError),
    /// A fingerprint of the company's own exports cannot be read.
    #[error("cannot read {}", path.display())]
    ExportFile {
        /// The file or folder.
        path: PathBuf,
        /// What the layer below says of it.
        source: std::io::Error,
    },
    /// A fingerprint of the company's own exports cannot be used.
    #[error("{}: {what}", path.display())]
    ExportUnusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A published table.
    #[error(transparent)]
    Read(#[from] ReadError),
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
    /// The code of what was being done.
    fn own_code(&self) -> Code {
        match self {
            Self::Config(error) => error.code(),
            Self::Audience(error) => error.code(),
            Self::Catalogue(error) => error.code(),
            Self::CatalogueFile { .. } => Code::CatalogueUnreadable,
            Self::Intake(error) => error.code(),
            Self::Model(error) | Self::TooLittle { error, .. } => error.code(),
            Self::StoredModel { .. } => Code::StoredModel,
            Self::Ledger { .. } => Code::Ledger,
            Self::SegmentName { .. } => Code::SegmentName,
            Self::NotAlike { .. } => Code::NotAlike,
            Self::Write(error) => error.code(),
            Self::Publish(error) => error.code(),
            Self::Held { .. } | Self::WouldHold { .. } => Code::HeldBack,
            Self::ResultsLost { .. } | Self::LockFile { .. } => Code::ResultsLost,
            Self::Edited { .. } => Code::Edited,
            Self::OutputPlace { .. } => Code::OutputPlace,
            Self::NoThreads { .. } => Code::MachineLimit,
            Self::Ahead { .. } => Code::Ahead,
            Self::Altered { .. } => Code::Altered,
            Self::NoIds { .. } => Code::NoIds,
            Self::Erase { source, .. } => source.code(),
            Self::NobodyFound { .. } => Code::NobodyFound,
            Self::NoNight { .. } => Code::NoNight,
            Self::Unknown { .. } => Code::NotThere,
            Self::Exists { .. } => Code::AlreadyThere,
            Self::Scoring(error) => error.code(),
            Self::Relationship(error) => error.code(),
            Self::PlanSettings(error) => error.code(),
            Self::EffectSettings(error) => error.code(),
            Self::Assignments(error) => error.code(),
            Self::Drivers(error) => error.code(),
            Self::Report(error) => error.code(),
            Self::Workbook(error) => error.code(),
            Self::Peek(error) => error.code(),
            Self::ExportFile { .. } => Code::CatalogueUnreadable,
            Self::ExportUnusable { .. } => Code::Catalogue,
            Self::Read(error) => error.code(),
            Self::Io { source, .. } => not_a_file(source).map_or(Code::FileRefused, |other| other.code()),
        }
    }
}

impl Coded for JobError {
    fn code(&self) -> Code {
        machine_limit(self).unwrap_or_else(|| self.own_code())
    }

    fn hint(&self) -> Option<String> {
        if machine_limit(self).is_some() {
            return None;
        }
        match self {
            Self::Config(error) => error.hint(),
            Self::Intake(error) => error.hint(),
            Self::Unknown { nearest, .. } => nearest.as_ref().map(|name| format!("did you mean `{name}`?")),
            Self::LockFile { path, .. } => Some(format!(
                "restore {}, or remove it if {} still lies where it was",
                path.display(),
                "the results folder"
            )),
            // What the table says would not take up what is left to do.
            Self::Erase { .. } => Some(
                "restore or remove what is named, or make the night again with `valueseg run --force`; then run `valueseg \
                 forget` with the same file again"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}
