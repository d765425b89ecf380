//! Small tables: rows of named cells, checked against the schema, sorted by key, written in one go.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float32Array, Float64Array, Int32Array, Int64Array, StringArray,
    StringDictionaryBuilder, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::Int32Type;

use super::cell::estimate_cells;
use super::layout::{CHUNK_ROWS, TableMeta};
use super::table_file::TableFile;
use super::{Cell, WriteError, WrittenFile};
use crate::model::rows::Estimate;
use crate::tables::schema::{Column, ColumnType, TableId};

/// One row: cells by column name. A column that is not set is null.
#[derive(Clone, Debug, Default)]
pub struct Row {
    cells: Vec<(&'static str, Cell)>,
}

impl Row {
    /// An empty row.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one column.
    #[must_use]
    pub fn set(mut self, column: &'static str, value: impl Into<Cell>) -> Self {
        self.cells.push((column, value.into()));
        self
    }

    /// Sets a figure and the two ends of its interval, whose columns are `names`.
    #[must_use]
    pub fn set_estimate(mut self, names: [&'static str; 3], estimate: Option<Estimate>) -> Self {
        self.cells.extend(names.into_iter().zip(estimate_cells(estimate)));
        self
    }
}

/// Rows of a small table (segments, plans, checks: at most some ten thousand).
#[derive(Clone, Debug)]
pub struct TableRows {
    table: TableId,
    columns: Vec<Column>,
    /// Row by row, cells in column order; `run_date` is filled when written.
    rows: Vec<Vec<Cell>>,
}

impl TableRows {
    /// An empty table. Written as it is, it has its columns and no rows.
    #[must_use]
    pub fn new(table: TableId) -> Self {
        Self { table, columns: table.columns(), rows: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`WriteError::Column`] for a cell no column can hold, [`WriteError::Missing`] where a column that is always
    /// filled was not set.
    pub fn push(&mut self, row: Row) -> Result<(), WriteError> {
        let table = self.table.slug();
        let mut cells = vec![Cell::Null; self.columns.len()];
        for (name, cell) in row.cells {
            let place = self.columns.iter().position(|column| column.name() == name && cell.fits(column.kind()));
            match place {
                Some(place) => cells[place] = cell,
                None => return Err(WriteError::Column { table, column: name.to_owned() }),
            }
        }
        let missing = self.columns.iter().zip(&cells).skip(1).find(|(c, cell)| !c.nullable() && **cell == Cell::Null);
        if let Some((column, _)) = missing {
            return Err(WriteError::Missing { table, column: column.name().to_owned() });
        }
        self.rows.push(cells);
        Ok(())
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Sorts the rows by their key and writes the table's file inside the run folder.
    ///
    /// # Errors
    /// [`WriteError::Order`] if two rows share a key; errors of the disk.
    pub fn write(mut self, run_folder: &Path, meta: &TableMeta) -> Result<WrittenFile, WriteError> {
        let keys = self.table.key().len();
        self.rows.sort_by(|a, b| by_key(&a[1..=keys], &b[1..=keys]));
        let twin = self.rows.windows(2).position(|pair| pair[0][1..=keys] == pair[1][1..=keys]);
        if let Some(row) = twin {
            return Err(WriteError::Order { table: self.table.slug(), row: row as u64 + 1 });
        }
        for row in &mut self.rows {
            row[0] = Cell::Day(meta.run_day());
        }
        let mut file = TableFile::create(run_folder, self.table, meta)?;
        for chunk in self.rows.chunks(CHUNK_ROWS) {
            file.append(chunk.len(), |i| array(self.columns[i].kind(), chunk.iter().map(|row| &row[i])))?;
        }
        file.finish()
    }
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
