//! Batches of text columns, filled record by record: what CSV and JSON lines have in common.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, Int64Builder, StringBuilder};

use super::super::ledger::RejectCode;

/// Most bytes a text cell may hold.
pub(super) const CELL_LIMIT: usize = 1 << 20;

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
