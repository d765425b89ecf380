//! Reads what intake leaves for `rejected/rows`.

use std::fs::File;
use std::path::Path;

use datafusion::arrow::array::{Array as _, AsArray as _, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::WriteError;
use crate::tables::schema::RejectedRow;

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
