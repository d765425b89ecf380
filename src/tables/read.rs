//! Published tables read back, row by row, for people who ask "why?".

use std::fs::File;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type, Int64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value};

use crate::codes::{Code, Coded};
use crate::tables::plain_file;

/// A published table that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file cannot be opened.
    #[error("cannot open {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the layer below says of it.
        source: std::io::Error,
    },
    /// The file is not the Parquet table it should be.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Coded for ReadError {
    fn code(&self) -> Code {
        match self {
            Self::Open { .. } => Code::TableNotOpened,
            Self::Damaged { .. } => Code::TableDamaged,
        }
    }
}

/// One row, column name to value; an absent value is `null`.
pub type RowMap = Map<String, Value>;

/// Rows of the table in `path` in which the text column `key` equals `value`, in file order.
///
/// The key column is read alone first, so that finding one customer among millions does not decode the other columns.
pub fn rows_where(path: &Path, key: &str, value: &str) -> Result<Vec<RowMap>, ReadError> {
    let mut rows = Vec::new();
    for (group, found) in matches(path, key, value)? {
        let reader = open(path)?.with_row_groups(vec![group]).build().map_err(|source| damaged(path, source))?;
        let mut first = 0;
        for batch in reader {
            let batch = batch.map_err(|source| damaged(path, source))?;
            let here = found.iter().filter(|row| (first..first + batch.num_rows()).contains(*row));
            for row in here {
                rows.push(to_row(&batch, row - first, path)?);
            }
            first += batch.num_rows();
        }
    }
    Ok(rows)
}

/// Every row of a small table.
pub fn all_rows(path: &Path) -> Result<Vec<RowMap>, ReadError> {
    let reader = open(path)?.build().map_err(|source| damaged(path, source))?;
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|source| damaged(path, source))?;
        for row in 0..batch.num_rows() {
            rows.push(to_row(&batch, row, path)?);
        }
    }
    Ok(rows)
}

/// Row groups with a match, and the matching rows in each.
fn matches(path: &Path, key: &str, value: &str) -> Result<Vec<(usize, Vec<usize>)>, ReadError> {
    let groups = open(path)?.metadata().num_row_groups();
    let mut all = Vec::new();
    for group in 0..groups {
        let builder = open(path)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), [key]);
        let reader = builder
            .with_projection(mask)
            .with_row_groups(vec![group])
            .build()
            .map_err(|source| damaged(path, source))?;
        let (mut found, mut first) = (Vec::new(), 0);
        for batch in reader {
            let batch = batch.map_err(|source| damaged(path, source))?;
            if batch.num_columns() == 0 {
                return Ok(Vec::new());
            }
            let texts = cast(batch.column(0), &DataType::Utf8).map_err(|source| damaged(path, source))?;
            let texts = texts.as_string::<i32>();
            found.extend(
                (0..texts.len())
                    .filter(|row| texts.is_valid(*row) && texts.value(*row) == value)
                    .map(|row| first + row),
            );
            first += batch.num_rows();
        }
        if !found.is_empty() {
            all.push((group, found));
        }
    }
    Ok(all)
}

pub(super) fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, ReadError> {
    let file = plain_file::open(path).map_err(|source| ReadError::Open { path: path.to_owned(), source })?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|source| damaged(path, source))
}

pub(super) fn damaged(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> ReadError {
    ReadError::Damaged { path: path.to_owned(), source: Box::new(source) }
}

fn to_row(batch: &RecordBatch, row: usize, path: &Path) -> Result<RowMap, ReadError> {
    let schema = batch.schema();
    let names = schema.fields().iter().map(|field| field.name().clone());
    names
        .zip(batch.columns())
        .map(|(name, column)| Ok((name, to_value(&column.slice(row, 1)).map_err(|source| damaged(path, source))?)))
        .collect()
}

/// The single value of a one-row column.
fn to_value(cell: &ArrayRef) -> Result<Value, datafusion::arrow::error::ArrowError> {
    // A dictionary cell may be valid while its value is null: look through it first.
    let cell = match cell.data_type() {
        DataType::Dictionary(_, value) => cast(cell, value)?,
        _ => cell.clone(),
    };
    if cell.is_null(0) {
        return Ok(Value::Null);
    }
    Ok(match cell.data_type() {
        DataType::Boolean => Value::Bool(cell.as_boolean().value(0)),
        DataType::Float32 => number(f64::from(cell.as_primitive::<Float32Type>().value(0))),
        DataType::Float64 => number(cell.as_primitive::<Float64Type>().value(0)),
        kind if kind.is_integer() => Value::from(cast(&cell, &DataType::Int64)?.as_primitive::<Int64Type>().value(0)),
        _ => Value::String(cast(&cell, &DataType::Utf8)?.as_string::<i32>().value(0).to_owned()),
    })
}

fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}
