//! The list of rejected rows and unreadable cells: where, which column, what kind. Never a value or an id.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::super::access::private_file;
use super::super::spec::TableName;
use super::error::IntakeError;
use super::tally::{FileRegistry, Listed};

/// Columns of the list.
const COLUMNS: [&str; 7] = ["table", "source", "file", "column", "code", "kind", "scope"];

/// Writes the faults of each table, in order of table, file, row and column; `None` where there are none.
pub(super) fn write(
    scratch: &Path,
    registry: &FileRegistry,
    faults: &[(TableName, Vec<Listed>)],
) -> Result<Option<PathBuf>, IntakeError> {
    let rows: Vec<(TableName, &Listed)> =
        faults.iter().flat_map(|(table, listed)| listed.iter().map(move |fault| (*table, fault))).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let path = scratch.join("rejects.parquet");
    let failed = |source| IntakeError::Scratch { path: path.clone(), source };
    let other = |error: parquet::errors::ParquetError| failed(std::io::Error::other(error.to_string()));
    let mut fields: Vec<Field> = COLUMNS.iter().map(|name| Field::new(*name, DataType::Utf8, false)).collect();
    fields.insert(3, Field::new("row", DataType::Int64, true));
    let schema = Arc::new(Schema::new(fields));
    let zstd = ZstdLevel::try_new(1).map_err(other)?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(zstd)).build();
    let file = private_file(&path, false).map_err(failed)?;
    let mut writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(other)?;
    for rows in rows.chunks(65_536) {
        let text = |get: &dyn Fn(TableName, &Listed) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(rows.iter().map(|(table, fault)| get(*table, fault))))
        };
        let columns = vec![
            text(&|table, _| table.slug().to_owned()),
            text(&|_, fault| registry.name(fault.file).0.to_owned()),
            text(&|_, fault| registry.name(fault.file).1.to_owned()),
            Arc::new(rows.iter().map(|(_, f)| (f.row > 0).then_some(f.row as i64)).collect::<Int64Array>()) as ArrayRef,
            text(&|_, fault| fault.key.column.clone()),
            text(&|_, fault| fault.key.code.code().to_owned()),
            text(&|_, fault| fault.key.code.kind().to_owned()),
            text(&|_, fault| fault.key.scope.slug().to_owned()),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns)
            .map_err(|error| failed(std::io::Error::other(error.to_string())))?;
        writer.write(&batch).map_err(other)?;
    }
    writer.close().map_err(other)?;
    Ok(Some(path))
}
