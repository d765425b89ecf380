//! What the night before said of each customer: its `customers` table, read along the customers of tonight.

use std::path::{Path, PathBuf};

use datafusion::arrow::array::{Array, AsArray, BooleanArray, Date32Array, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Int32Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::read::{ReadError, damaged, open};
use crate::model::rows::{ArcStage, LastNight, SegmentNames, SegmentPlace};

/// Columns read; all but the first may be absent in tables of earlier versions.
const COLUMNS: [&str; 10] = [
    "customer_id",
    "segment_id",
    "assigned_since",
    "previous_segment_id",
    "pending_segment_id",
    "nights_pending",
    "suppressed_reason",
    "arc_stage",
    "arc_since",
    "trouble",
];

/// The customers of the night before, in order of id, asked for block by block.
pub struct LastNightReader {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    names: SegmentNames,
    batch: Option<Batch>,
    row: usize,
}

/// Columns of a batch; absent columns are `None`.
struct Batch {
    ids: StringArray,
    segment: Option<StringArray>,
    previous: Option<StringArray>,
    pending: Option<StringArray>,
    suppressed: Option<StringArray>,
    since: Option<Date32Array>,
    arc_since: Option<Date32Array>,
    arc: Option<Int32Array>,
    nights: Option<Int32Array>,
    trouble: Option<BooleanArray>,
}

impl LastNightReader {
    /// Opens the `customers` table at `path`; segments are told by their place in `names`.
    ///
    /// # Errors
    /// [`ReadError`] if it is not there, no Parquet file, or has no ids.
    pub fn open(path: &Path, names: SegmentNames) -> Result<Self, ReadError> {
        let builder = open(path)?;
        if builder.schema().field_with_name(COLUMNS[0]).is_err() {
            let message = format!("there is no column `{}`", COLUMNS[0]);
            return Err(damaged(path, std::io::Error::new(std::io::ErrorKind::InvalidData, message)));
        }
        let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
        let reader = builder.with_projection(mask).build().map_err(|source| damaged(path, source))?;
        Ok(Self { path: path.to_owned(), reader, names, batch: None, row: 0 })
    }

    /// What is told of the customers `ids`, ascending and after those asked for before. `gone` is handed those of the
    /// night before who come between and are not among them.
    ///
    /// # Errors
    /// [`ReadError`] if the table cannot be read on.
    pub fn of(
        &mut self,
        ids: &[String],
        mut gone: impl FnMut(&str, LastNight),
    ) -> Result<Vec<Option<LastNight>>, ReadError> {
        let mut told = vec![None; ids.len()];
        let mut of = 0;
        while of < ids.len() {
            if !self.has_row()? {
                break;
            }
            let batch = self.batch.as_ref().expect("there is a row");
            let id = batch.ids.value(self.row);
            match id.cmp(ids[of].as_str()) {
                std::cmp::Ordering::Greater => of += 1,
                std::cmp::Ordering::Less => {
                    gone(id, batch.told(self.row, &self.names));
                    self.row += 1;
                }
                std::cmp::Ordering::Equal => {
                    told[of] = Some(batch.told(self.row, &self.names));
                    self.row += 1;
                    of += 1;
                }
            }
        }
        Ok(told)
    }

    /// Hands `gone` everybody left.
    ///
    /// # Errors
    /// As [`LastNightReader::of`].
    pub fn rest(mut self, mut gone: impl FnMut(&str, LastNight)) -> Result<(), ReadError> {
        while self.has_row()? {
            let batch = self.batch.as_ref().expect("there is a row");
            gone(batch.ids.value(self.row), batch.told(self.row, &self.names));
            self.row += 1;
        }
        Ok(())
    }

    fn has_row(&mut self) -> Result<bool, ReadError> {
        while self.batch.as_ref().is_none_or(|batch| self.row >= batch.ids.len()) {
            match self.reader.next() {
                None => return Ok(false),
                Some(batch) => {
                    let batch = batch.map_err(|source| damaged(&self.path, source))?;
                    (self.batch, self.row) = (Some(Batch::of(&batch, &self.path)?), 0);
                }
            }
        }
        Ok(true)
    }
}

impl Batch {
    fn of(batch: &RecordBatch, path: &Path) -> Result<Self, ReadError> {
        let as_kind = |name: &str, kind: DataType| {
            let column = batch.column_by_name(name);
            column.map(|column| cast(column, &kind).map_err(|source| damaged(path, source))).transpose()
        };
        let text = |name: &str| Ok(as_kind(name, DataType::Utf8)?.map(|array| array.as_string::<i32>().clone()));
        let day =
            |name: &str| Ok(as_kind(name, DataType::Date32)?.map(|array| array.as_primitive::<Date32Type>().clone()));
        let number =
            |name: &str| Ok(as_kind(name, DataType::Int32)?.map(|array| array.as_primitive::<Int32Type>().clone()));
        Ok(Self {
            ids: text("customer_id")?.unwrap_or_else(|| StringArray::new_null(batch.num_rows())),
            segment: text("segment_id")?,
            previous: text("previous_segment_id")?,
            pending: text("pending_segment_id")?,
            suppressed: text("suppressed_reason")?,
            since: day("assigned_since")?,
            arc_since: day("arc_since")?,
            arc: number("arc_stage")?,
            nights: number("nights_pending")?,
            trouble: as_kind("trouble", DataType::Boolean)?.map(|array| array.as_boolean().clone()),
        })
    }

    fn told(&self, row: usize, names: &SegmentNames) -> LastNight {
        let place = |column: &Option<StringArray>| -> Option<SegmentPlace> {
            let column = column.as_ref().filter(|column| column.is_valid(row))?;
            names.place(column.value(row))
        };
        let day = |column: &Option<Date32Array>| {
            column.as_ref().filter(|column| column.is_valid(row)).map(|column| column.value(row))
        };
        let number = |column: &Option<Int32Array>| {
            column.as_ref().filter(|column| column.is_valid(row)).map(|column| column.value(row))
        };
        let nights = number(&self.nights).and_then(|nights| u32::try_from(nights).ok());
        LastNight {
            segment: place(&self.segment),
            since: day(&self.since),
            previous: place(&self.previous),
            pending: place(&self.pending).zip(nights),
            suppressed: self.suppressed.as_ref().is_some_and(|reasons| reasons.is_valid(row)),
            arc: number(&self.arc).and_then(|arc| u8::try_from(arc).ok()).and_then(ArcStage::from_number),
            arc_since: day(&self.arc_since),
            trouble: self.trouble.as_ref().is_some_and(|trouble| trouble.is_valid(row) && trouble.value(row)),
        }
    }
}
