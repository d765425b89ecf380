//! `element_scores`: 180 columns a customer, written as they come.

use std::path::Path;

use ndarray::{Array2, ArrayView2, Axis, Slice};

use super::layout::{CHUNK_ROWS, TableMeta};
use super::order::AscendingIds;
use super::table_file::TableFile;
use super::{WriteError, WrittenFile};
use crate::model::rows::{CustomerBlock, N_RATINGS, ScoredBlock};
use crate::tables::schema::{ScoreRows, TableId, TableSource as _};

/// Writes `element_scores`. Memory does not grow with the number of customers.
pub struct ElementScoresWriter {
    file: TableFile,
    /// Rating indicators kept to aggregates.
    masked: u64,
    order: AscendingIds,
    waiting: WaitingScores,
}

/// Rows that do not fill a chunk yet.
#[derive(Default)]
struct WaitingScores {
    ids: Vec<String>,
    scores: Vec<f32>,
    errors: Vec<f32>,
    scored: Vec<u64>,
    /// Of all blocks alike: a night has one model.
    prior: bool,
}

impl ElementScoresWriter {
    /// Creates the file inside `run_folder/tables`. `masked` are the rating indicators that rows about customers may
    /// not show ([`SensitivePolicy::masked_ratings`](crate::tables::schema::SensitivePolicy::masked_ratings)): their columns are null.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made.
    pub fn new(run_folder: &Path, meta: &TableMeta, masked: u64) -> Result<Self, WriteError> {
        let file = TableFile::create(run_folder, TableId::ElementScores, meta)?;
        let order = AscendingIds::new(TableId::ElementScores);
        Ok(Self { file, masked, order, waiting: WaitingScores::default() })
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
            let part = ScoreRows {
                ids: &customers.ids[from..from + take],
                scores: span(&scored.scores, from, take),
                errors: span(&scored.standard_errors, from, take),
                scored: &scored.scored[from..from + take],
                masked: self.masked,
                prior: scored.prior,
            };
            if take == CHUNK_ROWS {
                encode(&mut self.file, part)?;
            } else {
                self.waiting.push(part);
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
        encode(&mut self.file, waiting.rows(self.masked))
    }
}

/// The declaration is made anew for each chunk, which costs some microseconds of the milliseconds a chunk takes.
fn encode(file: &mut TableFile, rows: ScoreRows<'_>) -> Result<(), WriteError> {
    let table = ScoreRows::table();
    file.append(rows.ids.len(), |i| table.columns()[i].fill().map(|fill| fill(rows)))
}

/// `take` rows from row `from`.
fn span(cells: &Array2<f32>, from: usize, take: usize) -> ArrayView2<'_, f32> {
    cells.slice_axis(Axis(0), Slice::from(from..from + take))
}

impl WaitingScores {
    fn push(&mut self, rows: ScoreRows<'_>) {
        self.ids.extend_from_slice(rows.ids);
        self.scores.extend(rows.scores.iter());
        self.errors.extend(rows.errors.iter());
        self.scored.extend_from_slice(rows.scored);
        self.prior = rows.prior;
    }

    fn rows(&self, masked: u64) -> ScoreRows<'_> {
        let shape = (self.ids.len(), N_RATINGS);
        // INVARIANT: `push` appended 60 cells a row.
        let view = |cells| ArrayView2::from_shape(shape, cells).expect("60 cells a row");
        let (scores, errors) = (view(&self.scores), view(&self.errors));
        ScoreRows { ids: &self.ids, scores, errors, scored: &self.scored, masked, prior: self.prior }
    }
}
