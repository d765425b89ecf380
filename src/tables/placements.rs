//! Who was in which segment on a published night: the `customers` table read column by column, in order of the id.

use std::path::{Path, PathBuf};

use datafusion::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::read::{ReadError, damaged, open};

/// Columns read.
const COLUMNS: [&str; 3] = ["customer_id", "segment_id", "suppressed_reason"];

/// Where a customer was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In this segment.
    Segment(String),
    /// Scored, but in no segment.
    Unassigned,
    /// Not scored.
    Suppressed,
}

/// A customer and the place on that night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Opaque id.
    pub customer_id: String,
    /// Place.
    pub place: Place,
}

/// Placements of a night, ascending by id. Memory is that of one batch of rows.
pub struct Placements {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    batch: Option<[StringArray; 3]>,
    row: usize,
}

impl Placements {
    /// Opens the `customers` table at `path`.
    ///
    /// # Errors
    /// [`ReadError`] if it is not there, no Parquet file, or lacks one of the columns.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let builder = open(path)?;
        for column in COLUMNS {
            if builder.schema().field_with_name(column).is_err() {
                let message = format!("there is no column `{column}`");
                return Err(damaged(path, std::io::Error::new(std::io::ErrorKind::InvalidData, message)));
            }
        }
        let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
        let reader = builder.with_projection(mask).build().map_err(|source| damaged(path, source))?;
        Ok(Self { path: path.to_owned(), reader, batch: None, row: 0 })
    }

    fn next_batch(&mut self) -> Option<Result<(), ReadError>> {
        let batch = match self.reader.next()? {
            Ok(batch) => batch,
            Err(source) => return Some(Err(damaged(&self.path, source))),
        };
        let texts = COLUMNS.map(|column| texts(&batch, column, &self.path));
        let [Ok(ids), Ok(segments), Ok(reasons)] = texts else {
            return texts.into_iter().find_map(Result::err).map(Err);
        };
        (self.batch, self.row) = (Some([ids, segments, reasons]), 0);
        Some(Ok(()))
    }
}

/// A column as plain text.
fn texts(batch: &RecordBatch, column: &str, path: &Path) -> Result<StringArray, ReadError> {
    let missing = || damaged(path, std::io::Error::from(std::io::ErrorKind::InvalidData));
    let column = batch.column_by_name(column).ok_or_else(missing)?;
    let texts = cast(column, &DataType::Utf8).map_err(|source| damaged(path, source))?;
    Ok(texts.as_string::<i32>().clone())
}

impl Iterator for Placements {
    type Item = Result<Placement, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.batch.as_ref().is_none_or(|batch| self.row >= batch[0].len()) {
            if let Err(error) = self.next_batch()? {
                return Some(Err(error));
            }
        }
        let [ids, segments, reasons] = self.batch.as_ref()?;
        let row = self.row;
        self.row += 1;
        let place = if reasons.is_valid(row) {
            Place::Suppressed
        } else if segments.is_valid(row) {
            Place::Segment(segments.value(row).to_owned())
        } else {
            Place::Unassigned
        };
        Some(Ok(Placement { customer_id: ids.value(row).to_owned(), place }))
    }
}

impl std::fmt::Debug for Placements {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Placements").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::schema::CustomerLabels;
    use crate::tables::write::{CustomersWriter, fixture};

    #[test]
    fn everybody_is_read_back_in_order_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("tables")).unwrap();
        let (segments, indicators) = (fixture::segments(), fixture::indicators());
        let labels = CustomerLabels { segments: &segments, indicators: &indicators, masked: 0 };
        let mut writer = CustomersWriter::new(folder.path(), &fixture::meta(), &labels).unwrap();
        let (customers, scored) = fixture::blocks(0, 50);
        let prospects = fixture::prospects(0, 50);
        writer.write(&customers, &scored, &fixture::nights(0, 50), &prospects).unwrap();
        fixture::complete(writer.finish().unwrap(), folder.path());
        let path = folder.path().join("tables/customers.parquet");
        let read: Vec<Placement> = Placements::open(&path).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(read.len(), 50);
        assert!(read.windows(2).all(|pair| pair[0].customer_id < pair[1].customer_id));
        // Of every ten the fixture gives seven a segment; the eighth has no evidence, the ninth is suppressed.
        assert_eq!(read[4].place, Place::Segment("S02".to_owned()));
        assert_eq!(read[7].place, Place::Unassigned);
        assert_eq!(read[8].place, Place::Suppressed);
        assert!(Placements::open(&folder.path().join("tables/nothing.parquet")).is_err());
    }
}
