//! One Parquet file: its footer and pages checked before they are believed, then read row group by row group.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

use super::error::SourceError;
use super::pages::{Chunk, check_chunk};

/// Most columns a file may have.
const COLUMN_LIMIT: u64 = 10_000;

/// Most rows a file may declare.
const ROW_LIMIT: u64 = 1 << 31;

/// Most bytes a footer may take.
const FOOTER_LIMIT: u64 = 64 << 20;

/// Rows handed on at a time.
const BATCH_ROWS: usize = 8192;

/// What the checked footer says.
///
/// The footer itself is read again by each task: of ten thousand files it would not fit in memory.
#[derive(Clone, Debug)]
pub(super) struct Footer {
    /// Columns that are not nested, with the types they are stored as.
    pub(super) columns: Vec<(String, DataType)>,
    /// Rows of each row group.
    pub(super) group_rows: Vec<u64>,
}

impl Footer {
    /// Rows of the file.
    pub(super) fn rows(&self) -> u64 {
        self.group_rows.iter().sum()
    }
}

/// Reads and checks the footer and every page header.
pub(super) fn open(path: &Path, name: &str) -> Result<Footer, SourceError> {
    let io = |source| SourceError::io(name, source);
    let mut file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    check_tail(&mut file, name, length)?;
    let metadata = load(&file, name)?;
    let groups = metadata.metadata().row_groups();
    let columns = metadata.parquet_schema().num_columns() as u64;
    limit(name, "number of columns", columns, COLUMN_LIMIT)?;
    let mut group_rows = Vec::with_capacity(groups.len());
    for group in groups {
        let rows = u64::try_from(group.num_rows()).map_err(|_| damaged(name, "a row group declares negative rows"))?;
        group_rows.push(rows);
        for column in group.columns() {
            let first = column.dictionary_page_offset().filter(|&at| at > 0).unwrap_or(column.data_page_offset());
            let (Ok(start), Ok(len)) = (u64::try_from(first), u64::try_from(column.compressed_size())) else {
                return Err(damaged(name, "a column chunk declares a negative place"));
            };
            if start.checked_add(len).is_none_or(|end| end > length) {
                return Err(damaged(name, "a column chunk lies beyond the end of the file"));
            }
            check_chunk(&mut file, name, Chunk { start, len })?;
        }
    }
    let rows = group_rows.iter().fold(0, |sum: u64, &n| sum.saturating_add(n));
    limit(name, "number of rows", rows, ROW_LIMIT)?;
    if u64::try_from(metadata.metadata().file_metadata().num_rows()) != Ok(rows) {
        return Err(damaged(name, "the file and its row groups declare different numbers of rows"));
    }
    let flat = metadata.schema().fields().iter().filter(|field| !field.data_type().is_nested());
    let columns = flat.map(|field| (field.name().clone(), field.data_type().clone())).collect();
    Ok(Footer { columns, group_rows })
}

/// Types come from the Parquet schema alone: what a writer's own type hints say may not fit the data.
fn load(file: &File, name: &str) -> Result<ArrowReaderMetadata, SourceError> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    guarded(name, || ArrowReaderMetadata::load(file, options))
}

fn check_tail(file: &mut File, name: &str, length: u64) -> Result<(), SourceError> {
    if length < 12 {
        return Err(damaged(name, "shorter than the smallest Parquet file"));
    }
    let mut tail = [0u8; 8];
    file.seek(SeekFrom::End(-8))
        .and_then(|_| file.read_exact(&mut tail))
        .map_err(|source| SourceError::io(name, source))?;
    if &tail[4..] != b"PAR1" {
        return Err(damaged(name, "the end of a Parquet file is missing; it was cut off"));
    }
    let footer = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if footer + 12 > length {
        return Err(damaged(name, "the footer is longer than the file"));
    }
    limit(name, "footer size in bytes", footer, FOOTER_LIMIT)
}

fn limit(name: &str, what: &str, value: u64, limit: u64) -> Result<(), SourceError> {
    if value <= limit {
        return Ok(());
    }
    Err(SourceError::Limit { file: name.to_owned(), what: format!("{what}, {value},"), limit })
}

fn damaged(name: &str, what: &str) -> SourceError {
    SourceError::Damaged { file: name.to_owned(), what: what.to_owned() }
}

/// Runs the Parquet reader; an error or a panic inside it becomes an error that names the file.
fn guarded<T>(name: &str, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, SourceError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(ParquetError::NYI(what))) => Err(damaged(name, &format!("uses what this reader does not know: {what}"))),
        Ok(Err(error)) => Err(damaged(name, &first_line(&error.to_string()))),
        Err(_) => Err(damaged(name, "the Parquet reader gave up on it")),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(160).collect()
}

/// Batches of some row groups of a file, in order.
pub(super) struct ParquetBatches {
    name: String,
    reader: ParquetRecordBatchReader,
    declared: u64,
    given: u64,
}

impl ParquetBatches {
    /// A reader of the row groups `groups`, of the columns `columns` (by name) only, with a file handle of its own.
    pub(super) fn new(
        path: &Path,
        name: &str,
        footer: &Footer,
        groups: std::ops::Range<usize>,
        columns: &[String],
    ) -> Result<Self, SourceError> {
        let file = File::open(path).map_err(|source| SourceError::io(name, source))?;
        let metadata = load(&file, name)?;
        let fields = metadata.schema().fields();
        let roots = fields.iter().enumerate().filter(|(_, field)| columns.iter().any(|c| c == field.name()));
        let roots: Vec<usize> = roots.map(|(i, _)| i).collect();
        let declared = footer.group_rows[groups.clone()].iter().sum();
        let reader = guarded(name, || {
            let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
                .with_row_groups(groups.collect())
                .with_projection(mask)
                .with_batch_size(BATCH_ROWS)
                .build()
        })?;
        Ok(Self { name: name.to_owned(), reader, declared, given: 0 })
    }

    /// The next batch; columns in the order of the file.
    pub(super) fn next_batch(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        let Self { name, reader, .. } = self;
        let batch = guarded(name, || reader.next().transpose().map_err(ParquetError::from))?;
        match &batch {
            Some(batch) => self.given += batch.num_rows() as u64,
            None if self.given != self.declared => {
                let what = format!("it declares {} rows and holds {}", self.declared, self.given);
                return Err(damaged(&self.name, &what));
            }
            None => {}
        }
        Ok(batch)
    }
}
