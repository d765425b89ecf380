//! Small tables: rows of cells, checked, sorted by key, written in one go.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float32Array, Float64Array, Int32Array, Int64Array, StringArray,
    StringDictionaryBuilder, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::Int32Type;

use super::layout::{CHUNK_ROWS, TableMeta};
use super::table_file::TableFile;
use super::{WriteError, WrittenFile};
use crate::tables::schema::{Cell, Column, ColumnType, Columns, Fill, TableSource};

/// Sorts the rows of a small table (segments, plans, checks: at most some ten thousand) by their key and writes the
/// table's file inside the run folder. Without rows the file still has its columns.
///
/// # Errors
/// [`WriteError::Cell`] for a value its column cannot hold, [`WriteError::Missing`] where a column that is always filled
/// has none, [`WriteError::Order`] if two rows share a key; errors of the disk.
pub fn write_rows<R: TableSource<Value = Cell>>(
    rows: impl IntoIterator<Item = R>,
    run_folder: &Path,
    meta: &TableMeta,
) -> Result<WrittenFile, WriteError> {
    let table = R::table();
    let mut rows: Vec<Vec<Cell>> = rows.into_iter().map(|row| cells(&table, row)).collect::<Result<_, _>>()?;
    let keys = table.columns().iter().filter(|column| column.is_key()).count();
    rows.sort_by(|a, b| by_key(&a[..keys], &b[..keys]));
    if let Some(row) = rows.windows(2).position(|pair| pair[0][..keys] == pair[1][..keys]) {
        return Err(WriteError::Order { table: table.id().slug(), row: row as u64 + 1 });
    }
    let mut file = TableFile::create(run_folder, table.id(), meta)?;
    for chunk in rows.chunks(CHUNK_ROWS) {
        let kind = |i: usize| table.columns()[i].kind();
        file.append(chunk.len(), |i| Some(array(kind(i), chunk.iter().map(|row| &row[i]))))?;
    }
    file.finish()
}

/// One row, cells in column order; a reserved column is null.
fn cells<R: TableSource<Value = Cell>>(table: &Columns<R>, row: R) -> Result<Vec<Cell>, WriteError> {
    let cell = |column: &Column<Fill<R, Cell>>| {
        let cell = column.fill().map_or(Cell::Null, |fill| fill(row));
        let (table, name) = (table.id().slug(), || column.name().to_owned());
        match cell {
            Cell::Null if !column.nullable() => Err(WriteError::Missing { table, column: name() }),
            cell if !cell.fits(column.kind()) => Err(WriteError::Cell { table, column: name() }),
            cell => Ok(cell),
        }
    };
    table.columns().iter().map(cell).collect()
}

/// Cells of a key column are of one kind and never null.
fn by_key(a: &[Cell], b: &[Cell]) -> Ordering {
    let order =
        |(a, b): (&Cell, &Cell)| a.text().cmp(&b.text()).then(a.int().cmp(&b.int())).then(a.day().cmp(&b.day()));
    a.iter().zip(b).map(order).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// The array of one column.
fn array<'a>(kind: ColumnType, cells: impl Iterator<Item = &'a Cell>) -> ArrayRef {
    match kind {
        ColumnType::Bool => Arc::new(cells.map(Cell::bool).collect::<BooleanArray>()),
        // INVARIANT: `Cell::fits` let only values of the column's range through.
        ColumnType::Int32 => Arc::new(cells.map(|cell| cell.int().map(|v| v as i32)).collect::<Int32Array>()),
        ColumnType::Int64 => Arc::new(cells.map(Cell::int).collect::<Int64Array>()),
        ColumnType::Float32 => Arc::new(cells.map(|cell| cell.float().map(|v| v as f32)).collect::<Float32Array>()),
        ColumnType::Float64 => Arc::new(cells.map(Cell::float).collect::<Float64Array>()),
        ColumnType::Text => Arc::new(cells.map(Cell::text).collect::<StringArray>()),
        ColumnType::Category => {
            let mut words = StringDictionaryBuilder::<Int32Type>::new();
            words.extend(cells.map(Cell::text));
            Arc::new(words.finish())
        }
        ColumnType::Date => Arc::new(cells.map(Cell::day).collect::<Date32Array>()),
        ColumnType::Timestamp => {
            Arc::new(cells.map(Cell::int).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
    }
}
