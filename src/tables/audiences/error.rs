//! Why lists cannot be written.

use std::path::{Path, PathBuf};

use crate::codes::{Code, Coded};
use crate::tables::intake::IntakeError;
use crate::tables::publish::PublishError;
use crate::tables::read::ReadError;
use crate::tables::write::{WriteError, not_written};

/// Lists cannot be written, or not be read again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudienceError {
    /// A key under `[[audiences]]` that cannot be meant.
    #[error("`{key}`: {what}{}", crate::tables::names::suggestion(nearest))]
    Setting {
        /// The key.
        key: String,
        /// What is wrong.
        what: String,
        /// Names that were probably meant.
        nearest: Vec<String>,
    },
    /// A template that cannot be used.
    #[error("template `{name}`: {what}")]
    Template {
        /// Its name.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// Lists by which nobody could tell what a play does.
    #[error("audience `{audience}`: {what}")]
    Mixed {
        /// Its name.
        audience: String,
        /// What is wrong.
        what: String,
    },
    /// Addresses that are hashed already: there is no plain one to make a list of.
    #[error("customers.{column}: {hashed} of {given} values are hashes, not addresses")]
    Hashed {
        /// The column.
        column: &'static str,
        /// Hashes.
        hashed: u64,
        /// Values given.
        given: u64,
    },
    /// The file of confirmed nights is not what the program wrote.
    #[error("{} cannot be used: {what}", path.display())]
    Confirmations {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The disk, or a permission.
    #[error("cannot write or read {}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the layer below says of it.
        source: std::io::Error,
    },
    /// Scratch.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// A table of the night.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A table of the night.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The folder of the night.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl AudienceError {
    /// Names `path` in an error of the file system.
    pub(super) fn disk(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }

    /// The same for what the CSV library hands on.
    pub(super) fn csv(path: &Path) -> impl FnOnce(csv::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Disk { path, source: std::io::Error::from(error) }
    }
}

impl Coded for AudienceError {
    fn code(&self) -> Code {
        match self {
            Self::Setting { .. } => Code::AudienceSetting,
            Self::Template { .. } => Code::AudienceTemplate,
            Self::Mixed { .. } => Code::AudienceMixed,
            Self::Hashed { .. } => Code::AddressesHashed,
            Self::Confirmations { .. } => Code::Confirmations,
            Self::Disk { source, .. } => not_written(source),
            Self::Intake(error) => error.code(),
            Self::Read(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::Publish(error) => error.code(),
        }
    }
}
