//! Rows of persons taken out of a Parquet file, and numbers of people in tables of groups brought to fives.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::{concat_batches, filter_record_batch};
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::EraseError;
use super::files::{Mentions, Target};
use crate::tables::closing::Closing;
use crate::tables::headings::names_ids;
use crate::tables::intake::{IdReading, ids};
use crate::tables::persons::Persons;
use crate::tables::read::{damaged, open};
use crate::tables::schema::TableId;
use crate::tables::write::{CHUNK_ROWS, ROW_GROUP_ROWS, WriteError, WrittenFile};

/// Column of our own tables that says whom a row is about.
const KEY: &str = "customer_id";

/// Columns of a table by which rows are about somebody.
struct Keys {
    names: Vec<String>,
    /// They hold ids, and not anything else as well.
    sure: bool,
}

impl Keys {
    /// Our own key; in a table without it, columns that are called as ids are; without those, every column of text.
    fn of(schema: &Schema) -> Self {
        let named = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
            schema.fields().iter().map(|field| field.name()).filter(|name| wanted(name)).cloned().collect()
        };
        let mut names = named(&|name| name == KEY);
        if names.is_empty() {
            names = named(&names_ids);
        }
        if !names.is_empty() {
            return Self { names, sure: true };
        }
        let text = |kind: &DataType| match kind {
            DataType::Dictionary(_, inner) => matches!(**inner, DataType::Utf8 | DataType::LargeUtf8),
            kind => matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View),
        };
        let names = schema.fields().iter().filter(|field| text(field.data_type())).map(|field| field.name().clone());
        Self { names: names.collect(), sure: false }
    }

    /// Per row whom it is about.
    fn about(&self, batch: &RecordBatch, persons: &Persons) -> Vec<Option<usize>> {
        let mut about = vec![None; batch.num_rows()];
        for column in self.names.iter().filter_map(|name| batch.column_by_name(name)) {
            let texts: StringArray = ids(column, IdReading::default()).0;
            for (row, about) in about.iter_mut().enumerate().filter(|(row, _)| texts.is_valid(*row)) {
                let find = if self.sure { Persons::find } else { Persons::find_anywhere };
                *about = about.or_else(|| find(persons, texts.value(row)));
            }
        }
        about
    }
}

/// Rows of a file that are about one of `persons`.
pub(super) fn look(path: &Path, persons: &Persons) -> Result<Mentions, EraseError> {
    let builder = open(path)?;
    let keys = Keys::of(builder.schema());
    let mut look = Mentions::default();
    if keys.names.is_empty() {
        return Ok(look);
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), keys.names.iter().map(String::as_str));
    let reader = builder.with_projection(mask).build().map_err(|source| damaged(path, source))?;
    for batch in reader {
        let batch = batch.map_err(|source| damaged(path, source))?;
        keys.about(&batch, persons).into_iter().flatten().for_each(|person| look.add(person));
    }
    Ok(look)
}

/// Copies a Parquet file without the rows of `persons`: the same columns, encodings and metadata, in row groups and pages of
/// the usual size.
pub(super) fn rows_without(from: &Path, target: &Target<'_>, persons: &Persons) -> Result<WrittenFile, EraseError> {
    let keys = Keys::of(open(from)?.schema());
    copied(from, target, |batch| {
        let keep: BooleanArray = keys.about(batch, persons).iter().map(|about| Some(about.is_none())).collect();
        filter_record_batch(batch, &keep)
    })
}

/// Copies a table of groups with its numbers of people in fives; everything else as it was.
pub(super) fn counts_closed(
    from: &Path,
    target: &Target<'_>,
    table: TableId,
    closing: &Closing,
) -> Result<WrittenFile, EraseError> {
    copied(from, target, |batch| closing.closed(table, batch))
}

/// Copies a Parquet file, its rows changed batch by batch.
fn copied(
    from: &Path,
    target: &Target<'_>,
    change: impl Fn(&RecordBatch) -> Result<RecordBatch, ArrowError>,
) -> Result<WrittenFile, EraseError> {
    let builder = open(from)?.with_batch_size(CHUNK_ROWS);
    // The reader lays the metadata of the file over the schema; it is written back where it came from.
    let schema = Arc::new(Schema::new(builder.schema().fields().clone()));
    let properties = like(&builder);
    let reader = builder.build().map_err(|source| damaged(from, source))?;
    let path = target.path();
    let failed = |source| WriteError::encode(&path, source);
    let mut writer = ArrowWriter::try_new(target.create()?, Arc::clone(&schema), Some(properties)).map_err(failed)?;
    let mut waiting = RecordBatch::new_empty(Arc::clone(&schema));
    let mut rows = 0;
    for batch in reader {
        let batch = batch.map_err(|source| damaged(from, source))?;
        let batch = RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec());
        let changed = batch.and_then(|batch| change(&batch)).map_err(|source| damaged(from, source))?;
        rows += changed.num_rows() as u64;
        // Whole chunks alone go to the encoder, as when the table was first written: page borders follow from them.
        waiting = concat_batches(&schema, [&waiting, &changed]).map_err(|source| damaged(from, source))?;
        while waiting.num_rows() >= CHUNK_ROWS {
            writer.write(&waiting.slice(0, CHUNK_ROWS)).map_err(failed)?;
            waiting = waiting.slice(CHUNK_ROWS, waiting.num_rows() - CHUNK_ROWS);
        }
    }
    writer.write(&waiting).map_err(failed)?;
    let file = writer.into_inner().map_err(failed)?;
    Ok(file.finish(target.name, Some(rows))?)
}

/// Writer settings that repeat those of a file.
fn like(builder: &ParquetRecordBatchReaderBuilder<File>) -> WriterProperties {
    let metadata = builder.metadata();
    let file = metadata.file_metadata();
    let mut properties = WriterProperties::builder()
        .set_created_by(file.created_by().unwrap_or_default().to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(3 * CHUNK_ROWS)
        .set_write_batch_size(CHUNK_ROWS);
    // The writer adds the Arrow schema itself.
    let keys = file.key_value_metadata().cloned().unwrap_or_default();
    let keys: Vec<_> = keys.into_iter().filter(|pair| pair.key != parquet::arrow::ARROW_SCHEMA_META_KEY).collect();
    properties = properties.set_key_value_metadata(Some(keys));
    let Some(group) = metadata.row_groups().first() else { return properties.build() };
    properties = properties.set_sorting_columns(group.sorting_columns().cloned());
    for column in group.columns() {
        let path = column.column_path().clone();
        properties = properties.set_column_dictionary_enabled(path.clone(), column.dictionary_page_offset().is_some());
        let special = [Encoding::BYTE_STREAM_SPLIT, Encoding::DELTA_BYTE_ARRAY];
        if let Some(encoding) = column.encodings().find(|encoding| special.contains(encoding)) {
            properties = properties.set_column_encoding(path, encoding);
        }
    }
    properties.build()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::tables::schema::CustomerLabels;
    use crate::tables::write::{CustomersWriter, fixture};

    /// A `customers` table of 50 customers in a folder of its own.
    fn table() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("tables")).unwrap();
        let (segments, indicators) = (fixture::segments(), fixture::indicators());
        let labels = CustomerLabels { segments: &segments, indicators: &indicators, masked: 0 };
        let mut writer = CustomersWriter::new(folder.path(), &fixture::meta(), &labels).unwrap();
        let (customers, scored) = fixture::blocks(0, 50);
        let prospects = fixture::prospects(0, customers.len());
        writer.write(&customers, &scored, &fixture::nights(0, customers.len()), &prospects).unwrap();
        fixture::complete(writer.finish().unwrap(), folder.path());
        let path = folder.path().join("tables/customers.parquet");
        (folder, path)
    }

    fn ids_in(path: &Path) -> Vec<String> {
        let rows = crate::tables::read::all_rows(path).unwrap();
        rows.iter().map(|row| row["customer_id"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_table_copied_without_nobody_is_the_same_table_with_the_same_metadata() {
        let (folder, path) = table();
        let target = Target { folder: folder.path(), name: "copy.parquet" };
        let written = rows_without(&path, &target, &Persons::named(&[])).unwrap();
        assert_eq!(written.rows, Some(50));
        let (old, new) = (open(&path).unwrap(), open(&target.path()).unwrap());
        assert_eq!(old.schema(), new.schema());
        let keys = |builder: &ParquetRecordBatchReaderBuilder<File>| {
            let keys = builder.metadata().file_metadata().key_value_metadata().unwrap();
            let mut keys: Vec<_> = keys.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect();
            keys.sort();
            keys
        };
        assert!(keys(&old) == keys(&new), "keys and values of the file");
        for (old, new) in old.metadata().row_group(0).columns().iter().zip(new.metadata().row_group(0).columns()) {
            assert_eq!(old.compression(), new.compression());
            assert_eq!(old.dictionary_page_offset().is_some(), new.dictionary_page_offset().is_some());
            assert!(old.encodings().eq(new.encodings()), "{}", old.column_path());
        }
        let rows = |path: &Path| crate::tables::read::all_rows(path).unwrap();
        assert_eq!(rows(&path), rows(&target.path()));
    }

    #[test]
    fn rows_of_the_ids_go_and_all_others_stay_in_order() {
        let (folder, path) = table();
        let before = ids_in(&path);
        let gone = [before[0].as_str(), &before[17], "nobody"];
        let persons = Persons::named(&gone);
        let look = look(&path, &persons).unwrap();
        assert_eq!((look.rows, look.persons.into_iter().collect::<Vec<_>>()), (2, vec![0, 1]));
        let target = Target { folder: folder.path(), name: "copy.parquet" };
        rows_without(&path, &target, &persons).unwrap();
        let wanted: Vec<String> = before.iter().filter(|id| !gone.contains(&id.as_str())).cloned().collect();
        assert_eq!(ids_in(&target.path()), wanted);
        // Not even in the bounds of a page.
        let bytes = fs::read(target.path()).unwrap();
        assert!(gone.iter().all(|id| !bytes.windows(id.len()).any(|window| window == id.as_bytes())));
    }

    #[test]
    fn a_table_of_another_make_is_searched_by_its_ids_whatever_their_type_or_by_all_its_text() {
        use datafusion::arrow::array::{ArrayRef, Float64Array};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.parquet");
        let write = |columns: Vec<(&str, ArrayRef)>| {
            let batch = RecordBatch::try_from_iter(columns).unwrap();
            let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
        };
        let persons = Persons::named(&["7", "K0007"]);
        let texts = || Arc::new(StringArray::from(vec!["7", "K0007"])) as ArrayRef;
        write(vec![("UserID", Arc::new(Float64Array::from(vec![7.0, 8.0])) as ArrayRef), ("note", texts())]);
        assert_eq!(look(&path, &persons).unwrap().rows, 1);
        write(vec![("note", texts())]);
        let found = look(&path, &persons).unwrap();
        assert_eq!((found.rows, found.persons.contains(&1)), (1, true), "a short number may be a count");
    }
}
