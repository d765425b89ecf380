//! Raw data as it lies: finding the files of a source, telling what they are, and reading them as record batches.
//!
//! Every source becomes a table the query engine can scan, with two columns of its own: `_file` (the path relative to
//! the configuration) and `_row` (the row of a Parquet file, the line of a text file; from 1). CSV and JSON columns
//! are text, always; what they mean is decided by the canonical table they are mapped to.

mod column_file;
mod csv_file;
mod decode;
mod error;
mod exact;
mod files;
mod footer;
mod foreign;
mod found;
mod globs;
mod json_file;
mod lines;
mod magic;
mod open;
mod pages;
mod parquet_file;
mod provider;
mod scan;
mod text;
mod thrift;
mod whole;

pub(in crate::tables) use column_file::column_file;
pub(crate) use csv_file::on_one_line;
pub use error::SourceError;
pub use foreign::is_reading;
pub(in crate::tables) use foreign::survived;
pub(crate) use open::{Source, first_rows};
pub(crate) use provider::{FILE_COLUMN, ROW_COLUMN, SourceTable};
pub(crate) use scan::RowFaults;
pub(in crate::tables) use text::CELL_LIMIT;
pub(in crate::tables) use whole::decoded;
