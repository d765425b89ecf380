//! Customers taken out of a stored night: their rows go; figures of groups stay, for they carry noise, and numbers of
//! people among them are brought to fives.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{cast, concat_batches, filter_record_batch};
use datafusion::arrow::datatypes::{DataType, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::address::{is_among, with_forms};
use super::closing::Closing;
use super::figures::STATE_NAME;
use super::manifest::{MANIFEST_NAME, Manifest};
use super::noise_key::closing_chance;
use super::publish::{OutputLock, PublishError, Staging};
use super::read::{ReadError, damaged, open};
use super::schema::TableId;
use super::write::{CHUNK_ROWS, OutputFile, ROW_GROUP_ROWS, WriteError, WrittenFile};
use crate::codes::{Code, Coded};

/// Column that says whom a row is about.
const KEY: &str = "customer_id";

/// Customers could not be taken out of a night; the night is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// A stored file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The night cannot be put back in its place, or its manifest not be used.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl Coded for EraseError {
    fn code(&self) -> Code {
        match self {
            Self::Read(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::Publish(error) => error.code(),
        }
    }
}

/// Takes the rows of `ids` out of every file of the stored night in `folder`, published or held: of Parquet files those
/// with such a `customer_id`, of CSV files those with such a cell; an e-mail address in every spelling. The night is written beside the old one and changes
/// places with it in one step, so a reader, and a crash, finds all of them in it or none. Files its manifest does not list
/// are not carried over. Gives the rows taken out; 0 = the night was not touched.
///
/// # Errors
/// [`EraseError`]; the night is as it was.
pub fn erase(lock: &OutputLock, folder: &Path, ids: &BTreeSet<String>) -> Result<u64, EraseError> {
    let ids = &with_forms(ids);
    let path = folder.join(MANIFEST_NAME);
    let damaged = |message: &str| PublishError::Damaged { path: path.clone(), message: message.to_owned() };
    let mut manifest = Manifest::read(folder)?.ok_or_else(|| damaged("it is not there"))?;
    let mut rows = 0;
    let mut touched = BTreeSet::new();
    for file in &manifest.outputs {
        let found = count(&folder.join(&file.name), ids)?;
        rows += found;
        if found > 0 {
            touched.insert(file.name.as_str());
        }
    }
    if touched.is_empty() {
        return Ok(0);
    }
    let night = manifest.run_date.parse().map_err(|_| damaged("it does not name a night"))?;
    let mut staging = Staging::create(lock, night)?;
    let closing = Closing::by(closing_chance(lock.out())?);
    for file in &manifest.outputs {
        if touched.contains(file.name.as_str()) {
            staging.make_room(folder, &file.name)?;
            let from = folder.join(&file.name);
            let target = RewriteTarget { folder: staging.folder(), name: &file.name, private: is_private(&from) };
            let written =
                if is_csv(&from) { lines_without(&from, &target, ids)? } else { rows_without(&from, &target, ids)? };
            staging.announce(written);
        } else if let Some(table) = Closing::table(&file.name) {
            staging.make_room(folder, &file.name)?;
            let from = folder.join(&file.name);
            let target = RewriteTarget { folder: staging.folder(), name: &file.name, private: is_private(&from) };
            staging.announce(counts_closed(&from, &target, table, &closing)?);
        } else if file.name == STATE_NAME
            && let Some(text) = fs::read_to_string(folder.join(&file.name)).ok().and_then(|text| closing.mixes(&text))
        {
            staging.write(&file.name, text.as_bytes(), true)?;
        } else {
            staging.take_over(folder, file)?;
        }
    }
    closing.close(&mut manifest.counts);
    closing.close_figures(&mut manifest.figures);
    staging.restate(manifest)?;
    Ok(rows)
}

/// Where a file goes.
struct RewriteTarget<'a> {
    folder: &'a Path,
    name: &'a str,
    private: bool,
}

impl RewriteTarget<'_> {
    fn create(&self) -> Result<OutputFile, WriteError> {
        OutputFile::create(self.folder, self.name, self.private)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(self.name)
    }
}

/// Rows of a file that are about one of `ids`.
fn count(path: &Path, ids: &BTreeSet<String>) -> Result<u64, EraseError> {
    if is_csv(path) {
        return Ok(records(path, ids)?.iter().filter(|(_, theirs)| *theirs).count() as u64);
    }
    if path.extension().is_none_or(|extension| extension != "parquet") {
        return Ok(0);
    }
    let builder = open(path)?;
    if builder.schema().field_with_name(KEY).is_err() {
        return Ok(0);
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), [KEY]);
    let reader = builder.with_projection(mask).build().map_err(|source| damaged(path, source))?;
    let mut found = 0;
    for batch in reader {
        let batch = batch.map_err(|source| damaged(path, source))?;
        found += others(&batch, ids, path)?.iter().filter(|keep| *keep == Some(false)).count() as u64;
    }
    Ok(found)
}

/// Per row: whether it is about somebody else.
fn others(batch: &RecordBatch, ids: &BTreeSet<String>, path: &Path) -> Result<BooleanArray, ReadError> {
    let missing = || damaged(path, std::io::Error::from(std::io::ErrorKind::InvalidData));
    let column = batch.column_by_name(KEY).ok_or_else(missing)?;
    let texts = cast(column, &DataType::Utf8).map_err(|source| damaged(path, source))?;
    let texts = texts.as_string::<i32>();
    Ok((0..texts.len()).map(|row| Some(texts.is_null(row) || !is_among(ids, texts.value(row)))).collect())
}

/// Copies a Parquet file without the rows of `ids`: the same columns, encodings and metadata, in row groups and pages of
/// the usual size.
fn rows_without(from: &Path, target: &RewriteTarget<'_>, ids: &BTreeSet<String>) -> Result<WrittenFile, EraseError> {
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
        let keep = others(&batch, ids, from)?;
        let kept = filter_record_batch(&batch, &keep).map_err(|source| damaged(from, source))?;
        rows += kept.num_rows() as u64;
        // Whole chunks alone go to the encoder, as when the table was first written: page borders follow from them.
        waiting = concat_batches(&schema, [&waiting, &kept]).map_err(|source| damaged(from, source))?;
        while waiting.num_rows() >= CHUNK_ROWS {
            writer.write(&waiting.slice(0, CHUNK_ROWS)).map_err(failed)?;
            waiting = waiting.slice(CHUNK_ROWS, waiting.num_rows() - CHUNK_ROWS);
        }
    }
    writer.write(&waiting).map_err(failed)?;
    let file = writer.into_inner().map_err(failed)?;
    Ok(file.finish(target.name, Some(rows))?)
}

/// Copies a table of groups with its numbers of people in fives; everything else as it was.
fn counts_closed(
    from: &Path,
    target: &RewriteTarget<'_>,
    table: TableId,
    closing: &Closing,
) -> Result<WrittenFile, EraseError> {
    let builder = open(from)?.with_batch_size(CHUNK_ROWS);
    let schema = Arc::new(Schema::new(builder.schema().fields().clone()));
    let properties = like(&builder);
    let reader = builder.build().map_err(|source| damaged(from, source))?;
    let path = target.path();
    let failed = |source| WriteError::encode(&path, source);
    let mut writer = ArrowWriter::try_new(target.create()?, Arc::clone(&schema), Some(properties)).map_err(failed)?;
    let mut rows = 0;
    for batch in reader {
        let batch = batch.map_err(|source| damaged(from, source))?;
        let batch = RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec());
        let closed = batch.and_then(|batch| closing.closed(table, &batch)).map_err(|source| damaged(from, source))?;
        rows += closed.num_rows() as u64;
        writer.write(&closed).map_err(failed)?;
    }
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

/// Records of a CSV file: its bytes, and whether one of its cells is one of `ids`.
fn records(path: &Path, ids: &BTreeSet<String>) -> Result<Vec<(Vec<u8>, bool)>, ReadError> {
    let text = fs::read(path).map_err(|source| ReadError::Open { path: path.to_owned(), source })?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_slice());
    let (mut record, mut found, mut start) = (csv::ByteRecord::new(), Vec::new(), 0);
    while reader.read_byte_record(&mut record).map_err(|source| damaged(path, source))? {
        let end = usize::try_from(reader.position().byte()).unwrap_or(text.len());
        // The reader takes the second byte of a Windows line end for the start of the next record.
        let end = if text[..end].ends_with(b"\r") && text[end..].starts_with(b"\n") { end + 1 } else { end };
        let theirs = record.iter().any(|cell| std::str::from_utf8(cell).is_ok_and(|cell| is_among(ids, cell.trim())));
        found.push((text[start..end].to_vec(), theirs));
        start = end;
    }
    Ok(found)
}

/// Copies a CSV file without the records of `ids`; all other bytes stay.
fn lines_without(from: &Path, target: &RewriteTarget<'_>, ids: &BTreeSet<String>) -> Result<WrittenFile, EraseError> {
    let (mut file, mut rows) = (target.create()?, 0);
    for (bytes, _) in records(from, ids)?.iter().filter(|(_, theirs)| !theirs) {
        file.write_all(bytes).map_err(|source| PublishError::io("cannot write", &target.path(), source))?;
        rows += 1;
    }
    // The first record is the header.
    Ok(file.finish(target.name, Some(u64::saturating_sub(rows, 1)))?)
}

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "csv")
}

fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o777 | 0o700 == 0o700)
}

#[cfg(test)]
mod tests {
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
        writer.write(&customers, &scored, &fixture::nights(0, customers.len())).unwrap();
        writer.finish().unwrap();
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
        let target = RewriteTarget { folder: folder.path(), name: "copy.parquet", private: false };
        let written = rows_without(&path, &target, &BTreeSet::new()).unwrap();
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
        let gone = BTreeSet::from([before[0].clone(), before[17].clone(), "nobody".to_owned()]);
        assert_eq!(count(&path, &gone).unwrap(), 2);
        let target = RewriteTarget { folder: folder.path(), name: "copy.parquet", private: true };
        rows_without(&path, &target, &gone).unwrap();
        let wanted: Vec<String> = before.into_iter().filter(|id| !gone.contains(id)).collect();
        assert_eq!(ids_in(&target.path()), wanted);
        assert!(is_private(&target.path()));
        // Not even in the bounds of a page.
        let bytes = fs::read(target.path()).unwrap();
        assert!(gone.iter().all(|id| !bytes.windows(id.len()).any(|window| window == id.as_bytes())));
    }

    #[test]
    fn records_of_a_list_go_with_their_line_ends_and_quotes_do_not_hide_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        fs::write(&path, "id,note\r\nK1,\"two\nlines\"\r\n\"K2\",x\r\nK10,K3\n").unwrap();
        let gone = BTreeSet::from(["K2".to_owned(), "K3".to_owned()]);
        assert_eq!(count(&path, &gone).unwrap(), 2);
        let target = RewriteTarget { folder: folder.path(), name: "copy.csv", private: false };
        let written = lines_without(&path, &target, &gone).unwrap();
        assert_eq!(fs::read_to_string(target.path()).unwrap(), "id,note\r\nK1,\"two\nlines\"\r\n");
        assert_eq!(written.rows, Some(1));
    }
}
