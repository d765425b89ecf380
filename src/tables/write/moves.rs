//! `moves`: who entered, left or changed a segment, or was held back, written as it comes.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, DictionaryArray, Int32Array, StringArray};

use super::layout::{CHUNK_ROWS, TableMeta};
use super::order::AscendingIds;
use super::table_file::TableFile;
use super::{WriteError, WrittenFile};
use crate::model::rows::{MoveEvent, MoveReason, Moved, SegmentNames, SegmentPlace};
use crate::tables::schema::{Column, TableId};

/// Writes `moves`. Memory: one chunk of rows.
pub struct MovesWriter {
    file: TableFile,
    columns: Vec<Column>,
    run_day: i32,
    segments: ArrayRef,
    order: AscendingIds,
    waiting: Vec<(String, Moved, Option<u32>)>,
}

impl MovesWriter {
    /// Creates the file inside `run_folder/tables`; segments are named by their place in `names`.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made.
    pub fn new(run_folder: &Path, meta: &TableMeta, names: &SegmentNames) -> Result<Self, WriteError> {
        let table = TableId::Moves;
        Ok(Self {
            file: TableFile::create(run_folder, table, meta)?,
            columns: table.columns(),
            run_day: meta.run_day(),
            segments: texts(names.ids()),
            order: AscendingIds::new(table),
            waiting: Vec::new(),
        })
    }

    /// Adds a move; customers come in ascending order of id. `nights_pending`: how long the segment has led that the
    /// customer is held back from.
    ///
    /// # Errors
    /// [`WriteError::Order`] for an id out of order; errors of the disk.
    pub fn push(&mut self, customer_id: &str, moved: Moved, nights_pending: Option<u32>) -> Result<(), WriteError> {
        self.order.check(&[customer_id.to_owned()])?;
        self.waiting.push((customer_id.to_owned(), moved, nights_pending));
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
        let rows = std::mem::take(&mut self.waiting);
        let Self { file, columns, run_day, segments, .. } = self;
        let place = |place: Option<SegmentPlace>| place.map(i32::from);
        file.append(rows.len(), |i| match columns[i].name() {
            "run_date" => Arc::new(Date32Array::from(vec![*run_day; rows.len()])),
            "customer_id" => Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.0))),
            "event" => keyed(&texts(&MoveEvent::ALL.map(MoveEvent::slug)), rows.iter().map(|r| Some(r.1.event as i32))),
            "from_segment_id" => keyed(segments, rows.iter().map(|row| place(row.1.from))),
            "to_segment_id" => keyed(segments, rows.iter().map(|row| place(row.1.to))),
            "reason" => {
                keyed(&texts(&MoveReason::ALL.map(MoveReason::slug)), rows.iter().map(|r| Some(r.1.reason as i32)))
            }
            _ => Arc::new(rows.iter().map(|row| row.2.and_then(|n| i32::try_from(n).ok())).collect::<Int32Array>()),
        })
    }
}

fn texts<S: AsRef<str>>(words: &[S]) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(words))
}

fn keyed(words: &ArrayRef, keys: impl Iterator<Item = Option<i32>>) -> ArrayRef {
    let keys: Int32Array = keys.collect();
    // INVARIANT: keys are discriminants, or places in the names the writer was made with.
    Arc::new(DictionaryArray::try_new(keys, Arc::clone(words)).expect("keys are positions in the words"))
}
