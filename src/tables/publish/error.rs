//! What can go wrong between a finished night and its readers.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::tables::write::WriteError;

/// A night could not be made visible, or a published one not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// Another run works on the same output folder.
    #[error("another run is at work in {}{}", out.display(), holder.as_ref().map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Locked {
        /// The output folder.
        out: PathBuf,
        /// Its process number, where it could be read.
        holder: Option<String>,
    },
    /// The disk, or a permission.
    #[error("{doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file was announced for a place outside the run folder.
    #[error("`{name}` does not lie inside the run folder")]
    Outside {
        /// The name.
        name: String,
    },
    /// The files of the run folder are not the ones announced: a bug.
    #[error("`{name}` in the run folder is not the file that was announced")]
    Unannounced {
        /// The file.
        name: String,
    },
    /// A stored manifest cannot be used.
    #[error("{} is damaged: {message}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The list of customers to be forgotten cannot be used.
    #[error("{} cannot be used: {message}", path.display())]
    Forgotten {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

impl PublishError {
    /// Names path and deed in an error of the file system.
    pub(in crate::tables) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), source }
    }

    /// Whether another run holds the lock: try again later.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked { .. })
    }

    /// Whether stored state is damaged.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Forgotten { .. })
    }

    /// Whether the disk or the quota is exhausted.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded),
            Self::Write(error) => error.is_disk_full(),
            _ => false,
        }
    }

    /// Stable code, explained by `valueseg explain error CODE`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "E0502",
            Self::Write(error) => error.code(),
            Self::Io { .. } if self.is_disk_full() => "E0610",
            Self::Io { .. } => "E0611",
            Self::Outside { .. } | Self::Unannounced { .. } => "E0102",
            Self::Damaged { .. } => "E0710",
            Self::Forgotten { .. } => "E0712",
        }
    }

    /// One thing to do.
    #[must_use]
    pub fn to_do(&self) -> String {
        match self {
            Self::Locked { .. } => "wait until it is done and run again; there is no lock file to remove".to_owned(),
            Self::Write(error) => error.to_do(),
            Self::Io { .. } if self.is_disk_full() => {
                "make room on the disk of the output folder, then run again".to_owned()
            }
            Self::Io { .. } => "check that the output folder exists and may be written, then run again".to_owned(),
            Self::Outside { .. } | Self::Unannounced { .. } => "report this: it is a bug".to_owned(),
            Self::Damaged { .. } => "restore the run folder, or make the night again with --force".to_owned(),
            Self::Forgotten { .. } => {
                "restore the file from a backup, or run `valueseg forget` with all ids again after removing it"
                    .to_owned()
            }
        }
    }
}
