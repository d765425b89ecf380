//! What can go wrong while a table is written.

use std::error::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

/// A table or file of the night could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The disk, or a permission.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The Parquet encoder refused.
    #[error("cannot encode {}", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ParquetError,
    },
    /// A list that was left for a table cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ParquetError,
    },
    /// A value of another type than its column, or beyond its range.
    #[error("table `{table}`, column `{column}`: a value is of another type or beyond its range")]
    Cell {
        /// The table.
        table: &'static str,
        /// The column.
        column: String,
    },
    /// A column that is always filled was left empty.
    #[error("table `{table}`, column `{column}`: a value is missing")]
    Missing {
        /// The table.
        table: &'static str,
        /// The column.
        column: String,
    },
    /// Rows do not ascend by their key, or two share one.
    #[error("table `{table}`: rows must ascend by their key; row {row} does not")]
    Order {
        /// The table.
        table: &'static str,
        /// First row out of order, 0 = first.
        row: u64,
    },
    /// Two parts of a block disagree about its rows.
    #[error("table `{table}`: a block of {customers} customers came with {scored} scored rows")]
    Block {
        /// The table.
        table: &'static str,
        /// Customers in the block.
        customers: usize,
        /// Scored rows that came with them.
        scored: usize,
    },
    /// A block points to a segment or indicator that was not named.
    #[error("table `{table}`: position {position} names none of the {known} {what}")]
    Label {
        /// The table.
        table: &'static str,
        /// `segments` or `indicators`.
        what: &'static str,
        /// Position given.
        position: usize,
        /// How many are known.
        known: usize,
    },
}

impl WriteError {
    /// Names `path` in an error of the file system.
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    /// Names `path` in an error of the encoder; an error of the file system inside it comes out as such.
    pub(in crate::tables) fn encode(path: &Path, source: ParquetError) -> Self {
        match source {
            ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
                Ok(source) => Self::io(path, *source),
                Err(inner) => Self::Encode { path: path.to_owned(), source: ParquetError::External(inner) },
            },
            source => Self::Encode { path: path.to_owned(), source },
        }
    }

    /// Stable code, explained by `valueseg explain error CODE`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } if self.is_disk_full() => "E0610",
            Self::Io { .. } => "E0611",
            Self::Encode { .. }
            | Self::Read { .. }
            | Self::Cell { .. }
            | Self::Missing { .. }
            | Self::Order { .. }
            | Self::Block { .. }
            | Self::Label { .. } => "E0101",
        }
    }

    /// One thing to do.
    #[must_use]
    pub fn to_do(&self) -> String {
        match self {
            Self::Io { .. } if self.is_disk_full() => "make room on the disk of the output folder, then run again",
            Self::Io { .. } => "check that the output folder exists and may be written, then run again",
            _ => "report this: it is a bug",
        }
        .to_owned()
    }

    /// Whether the disk or the quota is exhausted.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        let mut cause: Option<&(dyn Error + 'static)> = Some(self);
        while let Some(error) = cause {
            if let Some(io) = error.downcast_ref::<std::io::Error>() {
                return matches!(io.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
            }
            cause = error.source();
        }
        false
    }

    /// Whether the cause lies outside the program: disk, permission. Anything else is a bug.
    #[must_use]
    pub fn is_environment(&self) -> bool {
        matches!(self, Self::Io { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_recognized_through_the_encoder() {
        let full = std::io::Error::from(ErrorKind::StorageFull);
        let error = WriteError::encode(Path::new("t.parquet"), ParquetError::External(Box::new(full)));
        assert!(error.is_disk_full() && error.is_environment());
        assert_eq!(error.code(), "E0610");
        let denied = WriteError::io(Path::new("t.parquet"), ErrorKind::PermissionDenied.into());
        assert!(!denied.is_disk_full());
        assert_eq!(denied.code(), "E0611");
    }
}
