//! `element_scores`: 120 columns a customer, written as they come.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, Float32Array, StringArray};
use datafusion::arrow::buffer::{BooleanBuffer, NullBuffer};
use ndarray::{Array2, ArrayView2, Axis, Slice};

use super::layout::{CHUNK_ROWS, TableMeta};
use super::order::AscendingIds;
use super::table_file::TableFile;
use super::{WriteError, WrittenFile};
use crate::model::rows::{Aspect, CustomerBlock, N_RATINGS, ScoredBlock};
use crate::tables::schema::TableId;

/// Writes `element_scores`. Memory does not grow with the number of customers.
pub struct ElementScoresWriter {
    file: TableFile,
    run_day: i32,
    /// Rating indicators kept to aggregates.
    masked: u64,
    order: AscendingIds,
    waiting: Waiting,
}

/// Rows that do not fill a chunk yet.
#[derive(Default)]
struct Waiting {
    ids: Vec<String>,
    scores: Vec<f32>,
    errors: Vec<f32>,
    scored: Vec<u64>,
}

/// Rows to encode: scores and their standard errors `(n, 60)`, and which of them exist.
struct Rows<'a> {
    ids: &'a [String],
    scores: ArrayView2<'a, f32>,
    errors: ArrayView2<'a, f32>,
    scored: &'a [u64],
}

impl ElementScoresWriter {
    /// Creates the file inside `run_folder/tables`. `masked` are the rating indicators that rows about customers may
    /// not show ([`super::SensitivePolicy::masked_ratings`]): their columns are null.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made.
    pub fn new(run_folder: &Path, meta: &TableMeta, masked: u64) -> Result<Self, WriteError> {
        let file = TableFile::create(run_folder, TableId::ElementScores, meta)?;
        let order = AscendingIds::new(TableId::ElementScores);
        Ok(Self { file, run_day: meta.run_day(), masked, order, waiting: Waiting::default() })
    }

    /// Appends a block of any size; ids ascend within and over blocks. A score that does not exist is null, as is one
    /// that is no number.
    ///
    /// # Errors
    /// [`WriteError::Block`] or [`WriteError::Order`] for a block that cannot be right; errors of the disk.
    pub fn write(&mut self, customers: &CustomerBlock, scored: &ScoredBlock) -> Result<(), WriteError> {
        let rows = customers.len();
        let parts = [scored.scores.nrows(), scored.standard_errors.nrows(), scored.scored.len()];
        if parts.iter().any(|part| *part != rows) {
            let table = TableId::ElementScores.slug();
            return Err(WriteError::Block { table, customers: rows, scored: parts[0] });
        }
        self.order.check(&customers.ids)?;
        let mut from = 0;
        while from < rows {
            let take = (CHUNK_ROWS - self.waiting.ids.len()).min(rows - from);
            let part = Rows {
                ids: &customers.ids[from..from + take],
                scores: span(&scored.scores, from, take),
                errors: span(&scored.standard_errors, from, take),
                scored: &scored.scored[from..from + take],
            };
            if take == CHUNK_ROWS {
                self.encode(&part)?;
            } else {
                self.waiting.push(&part);
                if self.waiting.ids.len() == CHUNK_ROWS {
                    self.flush()?;
                }
            }
            from += take;
        }
        Ok(())
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
        let waiting = std::mem::take(&mut self.waiting);
        self.encode(&waiting.rows())
    }

    fn encode(&mut self, rows: &Rows<'_>) -> Result<(), WriteError> {
        let (day, masked) = (self.run_day, self.masked);
        self.file.append(rows.ids.len(), |column| rows.column(column, day, masked))
    }
}

/// `take` rows from row `from`.
fn span(cells: &Array2<f32>, from: usize, take: usize) -> ArrayView2<'_, f32> {
    cells.slice_axis(Axis(0), Slice::from(from..from + take))
}

impl Waiting {
    fn push(&mut self, rows: &Rows<'_>) {
        self.ids.extend_from_slice(rows.ids);
        self.scores.extend(rows.scores.iter());
        self.errors.extend(rows.errors.iter());
        self.scored.extend_from_slice(rows.scored);
    }

    fn rows(&self) -> Rows<'_> {
        let shape = (self.ids.len(), N_RATINGS);
        // INVARIANT: `push` appended 60 cells a row.
        let view = |cells| ArrayView2::from_shape(shape, cells).expect("60 cells a row");
        Rows { ids: &self.ids, scores: view(&self.scores), errors: view(&self.errors), scored: &self.scored }
    }
}

impl Rows<'_> {
    /// Column by its position in the table: the night, the id, then four columns an element.
    fn column(&self, column: usize, day: i32, masked: u64) -> ArrayRef {
        match column {
            0 => Arc::new(Date32Array::from(vec![day; self.ids.len()])),
            1 => Arc::new(StringArray::from_iter_values(self.ids)),
            score => {
                let (element, part) = ((score - 2) / 4, (score - 2) % 4);
                let aspect = [Aspect::Importance, Aspect::Fulfilment][part / 2];
                let indicator = aspect.mask().trailing_zeros() as usize + element;
                let cells = if part % 2 == 0 { &self.scores } else { &self.errors };
                self.indicator(indicator, cells, masked >> indicator & 1 == 1)
            }
        }
    }

    /// Scores, or standard errors, of one rating indicator.
    fn indicator(&self, i: usize, cells: &ArrayView2<'_, f32>, masked: bool) -> ArrayRef {
        let nobody = || self.scored.iter().all(|bits| bits >> i & 1 == 0);
        if masked || nobody() {
            return Arc::new(Float32Array::new_null(self.ids.len()));
        }
        let values: Vec<f32> = cells.column(i).to_vec();
        let known =
            BooleanBuffer::collect_bool(values.len(), |row| self.scored[row] >> i & 1 == 1 && values[row].is_finite());
        let nulls = Some(NullBuffer::new(known)).filter(|nulls| nulls.null_count() > 0);
        Arc::new(Float32Array::new(values.into(), nulls))
    }
}
