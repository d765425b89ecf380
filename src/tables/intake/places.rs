//! Where each row of a batch comes from, and what one task notes about rows while it reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int32Type, Int64Type};
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::Result;
use twox_hash::XxHash64;

use super::super::contract::Kind;
use super::super::ledger::{RejectCode, Scope};
use super::evidence::Shapes;
use super::mapping::Input;
use super::scale::Watched;
use super::tally::{
    CAPITALS, CellCount, Counts, Fault, FaultKey, FileId, FileRegistry, GUEST, Guests, NO_FILE, SMALL_LETTERS,
};

/// Bits of an order key that hold the row.
const ROW_BITS: u32 = 35;

/// Bits of an order key that hold the file.
const FILE_BITS: u32 = 20;

/// File and row of every row of a batch.
pub(super) struct Places {
    files: Files,
    rows: Option<Int64Array>,
}

enum Files {
    One(FileId),
    Each(Vec<FileId>),
}

impl Places {
    /// Reads the two columns, where a plan has them.
    pub(super) fn of(
        batch: &RecordBatch,
        file_at: Option<usize>,
        row_at: Option<usize>,
        registry: &FileRegistry,
    ) -> Self {
        let rows = row_at.and_then(|at| {
            cast(batch.column(at), &DataType::Int64).ok().map(|rows| rows.as_primitive::<Int64Type>().clone())
        });
        let files = file_at.map_or(Files::One(NO_FILE), |at| files_of(batch.column(at), registry));
        Self { files, rows }
    }

    /// The file of a row.
    pub(super) fn file(&self, i: usize) -> FileId {
        match &self.files {
            Files::One(file) => *file,
            Files::Each(files) => files[i],
        }
    }

    /// The row in its file, from 1; 0 where it is not known.
    pub(super) fn row(&self, i: usize) -> u64 {
        self.rows.as_ref().filter(|rows| rows.is_valid(i)).map_or(0, |rows| rows.value(i).max(0) as u64)
    }

    /// A key that orders rows as they were written: by spec, file and row. Rows that do not know their row are told
    /// apart by what they hold.
    pub(super) fn order(&self, spec: u8, cells: &[ArrayRef]) -> Result<ArrayRef> {
        let n = cells[0].len();
        let key = |i: usize, row: u64| {
            let row = row & ((1 << ROW_BITS) - 1);
            (i64::from(spec) << (FILE_BITS + ROW_BITS)) | (i64::from(self.file(i)) << ROW_BITS) | row as i64
        };
        let keys: Int64Array = match &self.rows {
            Some(_) => (0..n).map(|i| Some(key(i, self.row(i)))).collect(),
            None => digests(cells)?.into_iter().enumerate().map(|(i, digest)| Some(key(i, digest))).collect(),
        };
        Ok(Arc::new(keys))
    }

    /// Notes accepted and rejected rows per file; `rejected` tells which.
    pub(super) fn count(&self, n: usize, rejected: &BTreeMap<usize, (usize, RejectCode)>, counts: &mut Counts) {
        match &self.files {
            Files::One(file) => counts.rows(*file, (n - rejected.len()) as u64, rejected.len() as u64),
            Files::Each(files) => {
                for (i, file) in files.iter().enumerate() {
                    let bad = rejected.contains_key(&i);
                    counts.rows(*file, u64::from(!bad), u64::from(bad));
                }
            }
        }
    }
}

/// File and row of an order key; row 0 where it is not known.
pub(super) fn place_of(order: i64) -> (FileId, u64) {
    let file = ((order >> ROW_BITS) & ((1 << FILE_BITS) - 1)) as FileId;
    (file, if file == NO_FILE { 0 } else { (order & ((1 << ROW_BITS) - 1)) as u64 })
}

/// A key that orders rows by what they hold, whatever file and row they stand in: rows that tie are equal but for one
/// chance in 2⁶⁴.
pub(super) fn content_order(cells: &[ArrayRef]) -> Result<ArrayRef> {
    let digests = digests(cells)?;
    Ok(Arc::new(Int64Array::from_iter_values(digests.into_iter().map(u64::cast_signed))))
}

fn digests(cells: &[ArrayRef]) -> Result<Vec<u64>> {
    let fields = cells.iter().map(|cell| SortField::new(cell.data_type().clone())).collect();
    let rows = RowConverter::new(fields)?.convert_columns(cells)?;
    Ok(rows.iter().map(|row| XxHash64::oneshot(0, row.as_ref())).collect())
}

fn files_of(array: &ArrayRef, registry: &FileRegistry) -> Files {
    if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
        let keys = dictionary.keys();
        let paths = dictionary.values().as_string_opt::<i32>();
        if let Some(paths) = paths.filter(|_| keys.null_count() == 0 && !keys.is_empty()) {
            let id = |key: i32| registry.by_path(paths.value(key as usize));
            let first = keys.value(0);
            if keys.values().iter().all(|key| *key == first) {
                return Files::One(id(first));
            }
            let ids: Vec<FileId> = (0..paths.len()).map(|key| id(key as i32)).collect();
            return Files::Each(keys.values().iter().map(|key| ids[*key as usize]).collect());
        }
    }
    let text = super::cast::as_text(array);
    Files::Each(text.iter().map(|path| path.map_or(NO_FILE, |path| registry.by_path(path))).collect())
}

/// What one task has noted. Columns are numbers here: faults can be many.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) counts: Counts,
    faults: BTreeMap<(usize, RejectCode, Scope), Fault>,
    /// Cells per input.
    columns: Vec<CellCount>,
    guests: Guests,
    /// Whether ids hold capitals, and whether they hold small letters.
    capitals: bool,
    small_letters: bool,
    /// What the ids of customers look like.
    pub(super) id_shapes: Shapes,
    /// What was seen of a table of answers.
    pub(super) watched: Watched,
}

impl Notes {
    /// A fault in the column with that number among the inputs, and the cell where there is one.
    pub(super) fn fault(&mut self, at: (usize, RejectCode, Scope), place: (FileId, u64), cell: Option<&str>) {
        let fault = self.faults.entry(at).or_default();
        fault.add(place.0, place.1);
        if let Some(cell) = cell {
            fault.evidence.see(at.1, cell);
        }
    }

    /// Ids of the rows handed on, `None` for those that are not.
    pub(super) fn ids<'i>(&mut self, ids: impl Iterator<Item = Option<&'i str>>, places: &Places) {
        for (i, id) in ids.enumerate().filter_map(|(i, id)| Some((i, id?))) {
            if id == GUEST {
                self.guests.add(places.file(i), places.row(i));
            }
            if !(self.capitals && self.small_letters) {
                self.capitals |= id.chars().any(char::is_uppercase);
                self.small_letters |= id.chars().any(char::is_lowercase);
            }
        }
    }

    /// Cells of a batch, per input.
    pub(super) fn cells(&mut self, columns: &[CellCount]) {
        self.columns.resize(columns.len().max(self.columns.len()), CellCount::default());
        self.columns.iter_mut().zip(columns).for_each(|(own, other)| own.merge(other));
    }

    /// The counts, with columns by the names their source gives them.
    pub(super) fn finish(self, inputs: &[Input]) -> (Counts, Watched) {
        let mut counts = self.counts;
        for ((column, code, scope), fault) in self.faults {
            let column = inputs.get(column).map_or_else(String::new, |input| input.from.clone());
            counts.faults(FaultKey { column, code, scope }, fault);
        }
        for (i, input) in inputs.iter().enumerate() {
            let cells = self.columns.get(i).copied().unwrap_or_default();
            let answers = input.kind == Kind::Rating;
            counts.cells((input.name.clone(), input.from.clone()), &CellCount { answers, ..cells });
        }
        if let Some(id) = inputs.first() {
            counts.guests(id.from.clone(), self.guests);
        }
        counts.id_shapes(self.id_shapes);
        counts.noted(CAPITALS, u64::from(self.capitals));
        counts.noted(SMALL_LETTERS, u64::from(self.small_letters));
        (counts, self.watched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_hold_the_same_have_the_same_content_key_wherever_they_stand() {
        let text: ArrayRef = Arc::new(datafusion::arrow::array::StringArray::from(vec!["a", "b", "a"]));
        let keys = content_order(&[text]).expect("fits");
        let keys = keys.as_primitive::<Int64Type>();
        assert_eq!(keys.value(0), keys.value(2));
        assert_ne!(keys.value(0), keys.value(1));
    }

    #[test]
    fn an_order_key_gives_back_its_file_and_row() {
        let rows = Some(Int64Array::from(vec![1, 34_000_000_000]));
        let places = Places { files: Files::Each(vec![7, 1_048_574]), rows };
        let cells: ArrayRef = Arc::new(Int64Array::from(vec![5, 6]));
        let keys = places.order(3, &[cells]).expect("fits");
        let keys = keys.as_primitive::<Int64Type>();
        assert_eq!(place_of(keys.value(0)), (7, 1));
        assert_eq!(place_of(keys.value(1)), (1_048_574, 34_000_000_000));
        assert!(keys.value(0) > 0 && keys.value(1) > keys.value(0));
    }
}
