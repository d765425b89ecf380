//! `rejected/rows`: where input could not be used. The place is named, the value is not.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use datafusion::arrow::array::{Array as _, AsArray as _, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use serde::Serialize;

use super::{Row, TableRows, WriteError};
use crate::tables::schema::TableId;

/// A fault of an input row or cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RejectedRow {
    /// Canonical table the row was read for.
    pub input_table: String,
    /// Source the row comes from; empty = not told.
    pub source: String,
    /// Input file, relative to the configuration; empty = not told.
    pub file: String,
    /// Row or line in that file, 1 = first; 0 = not told.
    pub row_number: u64,
    /// Column at fault; empty = the row as a whole.
    pub column_name: String,
    /// Code of the rule broken.
    pub code: String,
    /// `row` or `cell`.
    pub scope: String,
    /// What was found, as a kind of value.
    pub kind: String,
}

impl RejectedRow {
    /// Reads the list that intake leaves in its scratch folder: text columns `table`, `source`, `file`, `column`,
    /// `code`, `kind`, `scope` and the number `row`.
    ///
    /// # Errors
    /// [`WriteError::Io`] or [`WriteError::Read`] if it is not such a file.
    pub fn read_all(path: &Path) -> Result<Vec<Self>, WriteError> {
        let file = File::open(path).map_err(|source| WriteError::io(path, source))?;
        let failed = |source| WriteError::Read { path: path.to_owned(), source };
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(ParquetRecordBatchReaderBuilder::build);
        let mut rows = Vec::new();
        for batch in reader.map_err(failed)? {
            let batch = batch.map_err(|error| failed(ParquetError::ArrowError(error.to_string())))?;
            append(&batch, &mut rows).map_err(failed)?;
        }
        Ok(rows)
    }
}

fn append(batch: &RecordBatch, rows: &mut Vec<RejectedRow>) -> Result<(), ParquetError> {
    let missing = |name: &str| ParquetError::General(format!("column `{name}` is missing or of another type"));
    let text = |name: &str| {
        let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        column.ok_or_else(|| missing(name))
    };
    let [table, source, file] = [text("table")?, text("source")?, text("file")?];
    let [column, code, scope, kind] = [text("column")?, text("code")?, text("scope")?, text("kind")?];
    let number = batch.column_by_name("row").and_then(|column| column.as_primitive_opt::<Int64Type>());
    let number = number.ok_or_else(|| missing("row"))?;
    rows.extend((0..batch.num_rows()).map(|i| RejectedRow {
        input_table: table.value(i).to_owned(),
        source: source.value(i).to_owned(),
        file: file.value(i).to_owned(),
        row_number: if number.is_valid(i) { number.value(i).unsigned_abs() } else { 0 },
        column_name: column.value(i).to_owned(),
        code: code.value(i).to_owned(),
        scope: scope.value(i).to_owned(),
        kind: kind.value(i).to_owned(),
    }));
    Ok(())
}

/// `rejected/rows`; the same finding told twice is written once.
///
/// # Errors
/// None for rows as documented.
pub fn rejected_table(rejected: &[RejectedRow]) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::RejectedRows);
    for row in rejected.iter().collect::<BTreeSet<_>>() {
        table.push(
            Row::new()
                .set("input_table", &row.input_table)
                .set("source", &row.source)
                .set("file", &row.file)
                .set("row_number", row.row_number)
                .set("column_name", &row.column_name)
                .set("code", &row.code)
                .set("scope", &row.scope)
                .set("kind", &row.kind),
        )?;
    }
    Ok(table)
}
