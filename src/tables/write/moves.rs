//! `moves`: who entered, left or changed a segment, or was held back, written as it comes.

use std::path::Path;

use datafusion::arrow::array::ArrayRef;

use super::layout::{CHUNK_ROWS, TableMeta};
use super::order::AscendingIds;
use super::table_file::TableFile;
use super::{WriteError, WrittenFile};
use crate::model::rows::SegmentNames;
use crate::tables::schema::{MoveRow, MoveRows, TableId, TableSource as _, texts};

/// Writes `moves`. Memory: one chunk of rows.
pub struct MovesWriter {
    file: TableFile,
    segments: ArrayRef,
    order: AscendingIds,
    waiting: Vec<MoveRow>,
}

impl MovesWriter {
    /// Creates the file inside `run_folder/tables`; segments are named by their place in `names`.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made.
    pub fn new(run_folder: &Path, meta: &TableMeta, names: &SegmentNames) -> Result<Self, WriteError> {
        Ok(Self {
            file: TableFile::create(run_folder, TableId::Moves, meta)?,
            segments: texts(names.ids()),
            order: AscendingIds::new(TableId::Moves),
            waiting: Vec::new(),
        })
    }

    /// Adds a move; customers come in ascending order of id.
    ///
    /// # Errors
    /// [`WriteError::Order`] for an id out of order; errors of the disk.
    pub fn push(&mut self, row: MoveRow) -> Result<(), WriteError> {
        self.order.check(std::slice::from_ref(&row.customer_id))?;
        self.waiting.push(row);
        if self.waiting.len() == CHUNK_ROWS { self.flush() } else { Ok(()) }
    }

    /// Writes what waits and closes the file.
    ///
    /// # Errors
    /// Errors of the disk.
    pub fn finish(mut self) -> Result<WrittenFile, WriteError> {
        self.flush()?;
        self.file.finish()
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let (waiting, table) = (std::mem::take(&mut self.waiting), MoveRows::table());
        let rows = MoveRows { rows: &waiting, segments: &self.segments };
        self.file.append(waiting.len(), |i| table.columns()[i].fill().map(|fill| fill(rows)))
    }
}
