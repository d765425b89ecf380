//! What can go wrong between a finished night and its readers.

use std::io;
use std::path::{Path, PathBuf};

use crate::codes::{Code, Coded};
use crate::tables::write::{WriteError, not_written};

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
    /// Where this program works, something lies that is not its own; it was not touched.
    #[error("{} {what}, so it is not touched", path.display())]
    NotOurs {
        /// The file or folder.
        path: PathBuf,
        /// What tells that it is somebody else's.
        what: &'static str,
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
    /// A stored manifest of a later version of the program.
    #[error("{} was written by a later version: {what} is `{found}`, this program reads `{expected}`", path.display())]
    Later {
        /// The file.
        path: PathBuf,
        /// What of it is later.
        what: &'static str,
        /// What it says.
        found: String,
        /// What this program reads.
        expected: &'static str,
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
}

impl Coded for PublishError {
    fn code(&self) -> Code {
        match self {
            Self::Locked { .. } => Code::Locked,
            Self::NotOurs { .. } => Code::NotOurs,
            Self::Later { .. } => Code::Later,
            Self::Write(error) => error.code(),
            Self::Io { source, .. } => not_written(source),
            Self::Outside { .. } | Self::Unannounced { .. } => Code::Unannounced,
            Self::Damaged { .. } => Code::Manifest,
            Self::Forgotten { .. } => Code::Forgotten,
        }
    }
}
