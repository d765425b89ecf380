//! Batches of text columns, filled record by record: what CSV and JSON lines have in common. And how long a cell may be,
//! which holds for all formats.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, Int64Builder, RecordBatch, StringBuilder};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::datatypes::{BinaryType, ByteArrayType, Utf8Type};

use super::super::ledger::RejectCode;

/// Most bytes a text or id may hold.
pub(in crate::tables) const CELL_LIMIT: usize = 1 << 20;

/// Records in a batch.
const BATCH_ROWS: usize = 8192;

/// A batch ends early once its text takes this many bytes.
const BATCH_BYTES: usize = 16 << 20;

/// A record that cannot be a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowFault {
    /// Its line, from 1.
    pub(super) row: u64,
    /// What is wrong.
    pub(super) code: RejectCode,
}

/// Some rows of a text file.
pub(super) struct TextBatch {
    /// The wanted columns, as Utf8.
    pub(super) columns: Vec<ArrayRef>,
    /// The line each row starts on, from 1.
    pub(super) rows: Arc<Int64Array>,
}

impl TextBatch {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

/// Collects rows of text.
pub(super) struct TextBuilder {
    columns: Vec<StringBuilder>,
    rows: Int64Builder,
    n_rows: usize,
    n_seen: usize,
    bytes: usize,
}

impl TextBuilder {
    pub(super) fn new(n_columns: usize) -> Self {
        let columns = (0..n_columns).map(|_| StringBuilder::new()).collect();
        Self { columns, rows: Int64Builder::new(), n_rows: 0, n_seen: 0, bytes: 0 }
    }

    /// Whether the batch should be handed on; records skipped count, so that a long stretch of bad ones cannot
    /// keep the reader from giving way.
    pub(super) fn is_full(&self) -> bool {
        self.n_seen >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    /// Notes a record that was left out.
    pub(super) fn skip(&mut self) {
        self.n_seen += 1;
    }

    /// Adds a row; `cells` are as many as there are columns.
    pub(super) fn push<'a>(&mut self, row: u64, cells: impl Iterator<Item = Option<&'a str>>) {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            self.bytes += cell.map_or(0, str::len);
            column.append_option(cell);
        }
        self.rows.append_value(row as i64);
        self.n_rows += 1;
        self.n_seen += 1;
    }

    /// The batch, or `None` where no record was seen: the file has ended.
    pub(super) fn finish_if_any(mut self) -> Option<TextBatch> {
        if self.n_seen == 0 {
            return None;
        }
        let columns = self.columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        Some(TextBatch { columns, rows: Arc::new(self.rows.finish()) })
    }
}

/// Which rows have no cell above [`CELL_LIMIT`]; `None`: all of them.
pub(super) fn without_long_cells(batch: &RecordBatch) -> Option<BooleanArray> {
    fn short<T: ByteArrayType<Offset = i32>>(column: &ArrayRef) -> Option<BooleanBuffer> {
        let offsets = column.as_bytes_opt::<T>()?.value_offsets();
        let bytes = offsets.last()? - offsets.first()?;
        let short = |pair: &[i32]| (pair[1] - pair[0]) as usize <= CELL_LIMIT;
        (bytes as usize > CELL_LIMIT && !offsets.windows(2).all(short)).then(|| offsets.windows(2).map(short).collect())
    }
    let columns =
        batch.columns().iter().filter_map(|column| short::<Utf8Type>(column).or_else(|| short::<BinaryType>(column)));
    columns.reduce(|a, b| &a & &b).map(|short| BooleanArray::new(short, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{BinaryArray, StringArray};

    #[test]
    fn rows_with_a_cell_above_the_limit_are_told_apart() {
        let long = "x".repeat(CELL_LIMIT + 1);
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some(&long), None, Some("b")]));
        let bytes: ArrayRef =
            Arc::new(BinaryArray::from(vec![Some(long.as_bytes()), None, None, Some(&long.as_bytes()[1..])]));
        let batch =
            |columns: Vec<(&str, ArrayRef)>| RecordBatch::try_from_iter(columns).expect("columns of one length");
        let both = batch(vec![("text", Arc::clone(&texts)), ("bytes", bytes)]);
        assert_eq!(without_long_cells(&both), Some(BooleanArray::from(vec![false, false, true, true])));
        assert_eq!(without_long_cells(&batch(vec![("text", texts.slice(2, 2))])), None);
    }
}
