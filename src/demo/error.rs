//! Why a demo could not be written.

use std::path::{Path, PathBuf};

use super::settings::DemoSettingError;
use crate::codes::{Code, Coded};

/// Why a demo could not be written. Files written before the failure stay.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// A setting is out of its range.
    #[error(transparent)]
    Setting(#[from] DemoSettingError),
    /// The folder holds a project that is not a demo.
    #[error("{} is not a demo's configuration: choose another folder, or move the file away", path.display())]
    ForeignProject {
        /// The configuration found there.
        path: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the layer below says of it.
        source: std::io::Error,
    },
    /// A Parquet file cannot be written.
    #[error("cannot write {}", path.display())]
    Parquet {
        /// The file or folder.
        path: PathBuf,
        /// What the layer below says of it.
        source: parquet::errors::ParquetError,
    },
    /// A CSV file cannot be written.
    #[error("cannot write {}", path.display())]
    Csv {
        /// The file or folder.
        path: PathBuf,
        /// What the layer below says of it.
        source: csv::Error,
    },
}

impl Coded for DemoError {
    fn code(&self) -> Code {
        match self {
            Self::Setting(_) => Code::OutOfBounds,
            Self::ForeignProject { .. } | Self::Write { .. } | Self::Parquet { .. } | Self::Csv { .. } => Code::Demo,
        }
    }
}

impl DemoError {
    pub(super) fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    pub(super) fn parquet(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { path, source }
    }

    pub(super) fn csv(path: &Path) -> impl FnOnce(csv::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Csv { path, source }
    }
}
