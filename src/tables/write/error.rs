//! What can go wrong while a table is written.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use crate::codes::{Code, Coded};
use crate::tables::plain_file::not_a_file;

/// A table or file of the night could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The disk, or a permission.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the layer below says of it.
        source: std::io::Error,
    },
    /// The Parquet encoder refused.
    #[error("cannot encode {}", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// What the layer below says of it.
        source: ParquetError,
    },
    /// A list that was left for a table cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the layer below says of it.
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
}

impl Coded for WriteError {
    fn code(&self) -> Code {
        match self {
            Self::Io { source, .. } => not_written(source),
            Self::Encode { .. }
            | Self::Read { .. }
            | Self::Cell { .. }
            | Self::Missing { .. }
            | Self::Order { .. }
            | Self::Block { .. }
            | Self::Label { .. } => Code::TableMisused,
        }
    }
}

/// Code of a result that the operating system did not take.
pub(in crate::tables) fn not_written(source: &std::io::Error) -> Code {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Code::DiskFull,
        ErrorKind::FileTooLarge => Code::FileSizeLimit,
        _ => not_a_file(source).map_or(Code::ResultNotWritten, |other| other.code()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_recognized_through_the_encoder() {
        let full = std::io::Error::from(ErrorKind::StorageFull);
        let error = WriteError::encode(Path::new("t.parquet"), ParquetError::External(Box::new(full)));
        assert_eq!(error.code(), Code::DiskFull);
        let denied = WriteError::io(Path::new("t.parquet"), ErrorKind::PermissionDenied.into());
        assert_eq!(denied.code(), Code::ResultNotWritten);
    }
}
