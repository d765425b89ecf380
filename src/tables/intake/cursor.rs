//! A sorted table read along the customers: for each block of ids the rows about them.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{
    Date32Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::error::IntakeError;
use super::scratch::ScratchTable;

/// A table in order of customer, and how far it was read.
pub(super) struct Cursor {
    table: ScratchTable,
    reader: ParquetRecordBatchReader,
    /// Where each column asked for stands in a batch; `None` = the table does not have it.
    places: Vec<Option<usize>>,
    batch: Option<RecordBatch>,
    row: usize,
}

/// A row; columns are named by their place in the list the cursor was opened with.
#[derive(Clone, Copy)]
pub(super) struct CursorRow<'a> {
    batch: &'a RecordBatch,
    places: &'a [Option<usize>],
    i: usize,
}

impl Cursor {
    /// Starts before the first row; of the columns named, those that are there are read.
    pub(super) fn open(table: &ScratchTable, columns: &[&str]) -> Result<Self, IntakeError> {
        let schema = table.columns();
        let found: Vec<Option<usize>> = columns.iter().map(|name| schema.index_of(name).ok()).collect();
        let mut read: Vec<usize> = found.iter().flatten().copied().chain([0]).collect();
        read.sort_unstable();
        read.dedup();
        let place = |at: usize| read.binary_search(&at).expect("it is read");
        let places = found.iter().map(|at| at.map(place)).collect();
        let reader = table.read(&read, None)?;
        Ok(Self { table: table.clone(), reader, places, batch: None, row: 0 })
    }

    /// Hands `take` each row about a customer of `ids`, with the customer's place among them. Ids ascend, and follow those
    /// asked for before; rows about others are passed over.
    pub(super) fn rows_of(
        &mut self,
        ids: &[String],
        mut take: impl FnMut(CursorRow<'_>, usize),
    ) -> Result<(), IntakeError> {
        let mut of = 0;
        while of < ids.len() {
            let Some(batch) = self.batch.as_ref().filter(|batch| self.row < batch.num_rows()) else {
                if !self.advance()? {
                    return Ok(());
                }
                continue;
            };
            let own = batch.column(0).as_string::<i32>();
            while self.row < batch.num_rows() && of < ids.len() {
                match own.value(self.row).cmp(ids[of].as_str()) {
                    std::cmp::Ordering::Less => self.row += 1,
                    std::cmp::Ordering::Greater => of += 1,
                    std::cmp::Ordering::Equal => {
                        take(CursorRow { batch, places: &self.places, i: self.row }, of);
                        self.row += 1;
                    }
                }
            }
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<bool, IntakeError> {
        let failed = |what: String| IntakeError::Scratch {
            path: self.table.path().to_owned(),
            source: std::io::Error::other(what),
        };
        let next = self.reader.next().transpose().map_err(|error| failed(error.to_string()))?;
        (self.batch, self.row) = (next, 0);
        Ok(self.batch.is_some())
    }
}

impl<'a> CursorRow<'a> {
    fn column(self, place: usize) -> Option<&'a dyn Array> {
        let column = self.batch.column(self.places[place]?);
        column.is_valid(self.i).then_some(column.as_ref())
    }

    /// A moment, microseconds since 1970 in UTC; `None` = absent, as in all that follow.
    pub(super) fn moment(self, place: usize) -> Option<i64> {
        Some(self.column(place)?.as_primitive_opt::<TimestampMicrosecondType>()?.value(self.i))
    }

    /// A day since 1970.
    pub(super) fn day(self, place: usize) -> Option<i32> {
        Some(self.column(place)?.as_primitive_opt::<Date32Type>()?.value(self.i))
    }

    /// A number.
    pub(super) fn number(self, place: usize) -> Option<f64> {
        Some(self.column(place)?.as_primitive_opt::<Float64Type>()?.value(self.i))
    }

    /// An answer on 0–10.
    pub(super) fn answer(self, place: usize) -> Option<f32> {
        Some(self.column(place)?.as_primitive_opt::<Float32Type>()?.value(self.i))
    }

    /// The number of a cell.
    pub(super) fn cell(self, place: usize) -> Option<usize> {
        usize::try_from(self.column(place)?.as_primitive_opt::<Int32Type>()?.value(self.i)).ok()
    }

    /// Bits of elements.
    pub(super) fn bits(self, place: usize) -> Option<u32> {
        u32::try_from(self.column(place)?.as_primitive_opt::<Int64Type>()?.value(self.i)).ok()
    }

    /// Yes or no.
    pub(super) fn flag(self, place: usize) -> Option<bool> {
        Some(self.column(place)?.as_boolean_opt()?.value(self.i))
    }

    /// A text.
    pub(super) fn text(self, place: usize) -> Option<&'a str> {
        Some(self.column(place)?.as_string_opt::<i32>()?.value(self.i))
    }
}
