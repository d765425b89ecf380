//! One Parquet file: its footer and pages checked before they are believed, then read row group by row group.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Type;
use parquet::column::page::{Page, PageReader as _};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::error::SourceError;
use super::exact::{check_digits, roots_of, uuids, with_far_moments, with_text_uuids};
use super::footer::check_footer;
use super::foreign::survived;
use super::pages::{Chunk, check_chunk};

/// Most columns a file may have.
const COLUMN_LIMIT: u64 = 10_000;

/// Most rows a file may declare.
const ROW_LIMIT: u64 = 1 << 31;

/// Rows that a file of any size may declare; beyond, as many as this times its bytes: ids that differ take a bit each at least.
const ROWS_AT_EASE: u64 = 4 << 20;

/// See [`ROWS_AT_EASE`].
const ROWS_PER_BYTE: u64 = 100;

/// Most bytes a footer may take: the reader makes some ten times as much of it.
const FOOTER_LIMIT: u64 = 16 << 20;

/// Most bytes that the dictionaries and largest pages of the columns read from one row group may unpack to together.
const ROOM_LIMIT: u64 = 384 << 20;

/// Most rows handed on at a time.
const BATCH_ROWS: usize = 8192;

/// Bytes that a batch is meant to stay below; rows of long text are handed on fewer at a time.
const BATCH_BYTES: u64 = 32 << 20;

/// A dictionary of this many bytes cannot fill a batch with its longest value: that one is not looked for.
const DICTIONARY_AT_EASE: u64 = BATCH_BYTES / BATCH_ROWS as u64;

/// What the rows read so far may unpack to whatever the file's size is.
const UNPACKED_AT_EASE: u64 = 256 << 20;

/// How many times its size a file may unpack to beyond that, if its rows are long. Text packs to a tenth, not to a thousandth;
/// columns that hardly change do, but their rows are short.
const UNPACKED_RATIO: u64 = 1000;

/// Bytes of an unpacked row that are not long.
const SHORT_ROW: u64 = 16 << 10;

/// What the checked footer says.
///
/// The footer itself is read again by each task: of ten thousand files it would not fit in memory.
#[derive(Clone, Debug)]
pub(super) struct Footer {
    /// Columns that are not nested, with the types they are stored as.
    pub(super) columns: Vec<(String, DataType)>,
    /// Rows of each row group.
    pub(super) group_rows: Vec<u64>,
    /// Columns that are nested and so not read.
    pub(super) nested: Vec<String>,
    /// Most bytes that a value of a column takes, by the column's place among all of the file.
    widths: Vec<u64>,
    /// Most bytes that dictionary and largest page of a column unpack to, likewise.
    rooms: Vec<u64>,
}

impl Footer {
    /// Rows of the file.
    pub(super) fn rows(&self) -> u64 {
        self.group_rows.iter().sum()
    }
}

/// Reads and checks the footer and every page header.
pub(super) fn open(mut file: File, name: &str) -> Result<Footer, SourceError> {
    let io = |source| SourceError::io(name, source);
    let length = file.metadata().map_err(io)?.len();
    check_tail(&mut file, name, length)?;
    let metadata = load(&file, name)?;
    let groups = metadata.metadata().row_groups();
    let columns = metadata.parquet_schema().num_columns() as u64;
    limit(name, "number of columns", columns, COLUMN_LIMIT)?;
    let mut group_rows = Vec::with_capacity(groups.len());
    let roots = roots(&metadata, name)?;
    let mut widths = vec![0; roots.len()];
    let mut rooms = widths.clone();
    let mut used = 0u64;
    for group in groups {
        let rows = u64::try_from(group.num_rows()).map_err(|_| damaged(name, "a row group declares negative rows"))?;
        group_rows.push(rows);
        let mut room = vec![0; rooms.len()];
        for (leaf, column) in group.columns().iter().enumerate() {
            let first = column.dictionary_page_offset().filter(|&at| at > 0).unwrap_or(column.data_page_offset());
            let (Ok(start), Ok(len)) = (u64::try_from(first), u64::try_from(column.compressed_size())) else {
                return Err(damaged(name, "a column chunk declares a negative place"));
            };
            if start.checked_add(len).is_none_or(|end| end > length) {
                return Err(damaged(name, "a column chunk lies beyond the end of the file"));
            }
            used = used.saturating_add(len);
            if used > length {
                return Err(damaged(name, "its column chunks share bytes"));
            }
            let unpacked = check_chunk(&mut file, name, Chunk { start, len })?;
            let mut width = unpacked.per_value;
            if unpacked.dictionary > DICTIONARY_AT_EASE && column.column_type() == Type::BYTE_ARRAY {
                width = width.max(longest_word(&file, name, column)?);
            }
            let root = metadata.parquet_schema().get_column_root_idx(leaf);
            let field = roots.binary_search(&root).map_err(|_| damaged(name, "a column chunk belongs to no column"))?;
            widths[field] = width.max(widths[field]);
            room[field] += unpacked.dictionary + unpacked.page;
        }
        rooms.iter_mut().zip(room).for_each(|(most, room)| *most = room.max(*most));
    }
    let rows = group_rows.iter().fold(0, |sum: u64, &n| sum.saturating_add(n));
    limit(name, "number of rows", rows, ROW_LIMIT)?;
    limit(name, "for its size, the number of rows", rows, ROWS_AT_EASE.max(ROWS_PER_BYTE.saturating_mul(length)))?;
    if u64::try_from(metadata.metadata().file_metadata().num_rows()) != Ok(rows) {
        return Err(damaged(name, "the file and its row groups declare different numbers of rows"));
    }
    let fields = metadata.schema().fields();
    let mut places = BTreeMap::new();
    for (i, field) in fields.iter().enumerate() {
        if let Some(first) = places.insert(field.name(), i + 1) {
            return Err(SourceError::DoubleHeader { file: name.to_owned(), first, second: i + 1 });
        }
    }
    let (nested, flat): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.data_type().is_nested());
    let uuids = uuids(&metadata);
    let kind = |field: &Field| {
        if uuids.contains(field.name()) { DataType::Utf8 } else { field.data_type().clone() }
    };
    let columns = flat.iter().map(|field| (field.name().clone(), kind(field))).collect();
    let nested = nested.iter().map(|field| field.name().clone()).collect();
    Ok(Footer { columns, group_rows, nested, widths, rooms })
}

/// Place among the columns of the Parquet schema of each column that the reader knows, ascending.
///
/// INVARIANT: the reader leaves out groups without a column in them, so that the two do not count alike.
fn roots(metadata: &ArrowReaderMetadata, name: &str) -> Result<Vec<usize>, SourceError> {
    let roots = roots_of(metadata);
    if roots.len() == metadata.schema().fields().len() {
        Ok(roots)
    } else {
        Err(damaged(name, "its columns are not those that the Parquet reader makes of it"))
    }
}

/// Bytes of the longest value in the dictionary of a column chunk.
fn longest_word(file: &File, name: &str, column: &ColumnChunkMetaData) -> Result<u64, SourceError> {
    let page = guarded(name, || {
        let rows = usize::try_from(column.num_values()).unwrap_or(0);
        SerializedPageReader::new(Arc::new(file.try_clone()?), column, rows, None)?.get_next_page()
    })?;
    let Some(Page::DictionaryPage { buf, .. }) = page else { return Ok(0) };
    let (mut longest, mut at) = (0, 0);
    while let Some(length) = buf.get(at..at + 4) {
        let length = u32::from_le_bytes(length.try_into().expect("four bytes"));
        longest = longest.max(u64::from(length));
        at = at.saturating_add(4).saturating_add(length as usize).min(buf.len());
    }
    Ok(longest)
}

/// Types come from the Parquet schema alone: what a writer's own type hints say may not fit the data.
fn load(file: &File, name: &str) -> Result<ArrowReaderMetadata, SourceError> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    guarded(name, || with_far_moments(ArrowReaderMetadata::load(file, options.clone())?, options))
}

fn check_tail(file: &mut File, name: &str, length: u64) -> Result<(), SourceError> {
    if length < 12 {
        return Err(damaged(name, "shorter than the smallest Parquet file"));
    }
    let mut tail = [0u8; 8];
    file.seek(SeekFrom::End(-8))
        .and_then(|_| file.read_exact(&mut tail))
        .map_err(|source| SourceError::io(name, source))?;
    if &tail[4..] != b"PAR1" {
        return Err(damaged(name, "the end of a Parquet file is missing; it was cut off"));
    }
    let footer = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if footer + 12 > length {
        return Err(damaged(name, "the footer is longer than the file"));
    }
    limit(name, "footer size in bytes", footer, FOOTER_LIMIT)?;
    let mut bytes = vec![0; footer as usize];
    file.seek(SeekFrom::Start(length - 8 - footer))
        .and_then(|_| file.read_exact(&mut bytes))
        .map_err(|source| SourceError::io(name, source))?;
    check_footer(&bytes).map_err(|what| damaged(name, what))
}

fn limit(name: &str, what: &str, value: u64, limit: u64) -> Result<(), SourceError> {
    if value <= limit {
        return Ok(());
    }
    Err(SourceError::Limit { file: name.to_owned(), what: format!("{what}, {value},"), limit })
}

fn damaged(name: &str, what: &str) -> SourceError {
    SourceError::Damaged { file: name.to_owned(), what: what.to_owned() }
}

/// Runs the Parquet reader; an error or a panic inside it becomes an error that names the file.
fn guarded<T>(name: &str, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, SourceError> {
    match survived(read) {
        Some(Ok(value)) => Ok(value),
        Some(Err(ParquetError::NYI(what))) => {
            Err(damaged(name, &format!("uses what this reader does not know: {what}")))
        }
        Some(Err(error)) => Err(damaged(name, &first_line(&error.to_string()))),
        None => Err(damaged(name, "the Parquet reader gave up on it")),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(160).collect()
}

/// Names of all columns, and the first rows of those that are not nested, at most a batch of them.
pub(super) fn first_rows(
    file: impl Fn() -> Result<File, SourceError>,
    name: &str,
) -> Result<(Vec<String>, Option<RecordBatch>), SourceError> {
    let footer = open(file()?, name)?;
    let flat: Vec<String> = footer.columns.iter().map(|(column, _)| column.clone()).collect();
    let batch = ParquetBatches::new(file()?, name, &footer, 0..footer.group_rows.len(), &flat)?.next_batch()?;
    Ok((flat.into_iter().chain(footer.nested).collect(), batch))
}

/// Batches of some row groups of a file, in order.
pub(super) struct ParquetBatches {
    name: String,
    reader: ParquetRecordBatchReader,
    declared: u64,
    given: u64,
    /// Columns that hold UUIDs as bytes.
    uuids: BTreeSet<String>,
    /// Bytes of the file, and of what was made of it so far.
    packed: u64,
    unpacked: u64,
}

impl ParquetBatches {
    /// A reader of the row groups `groups`, of the columns `columns` (by name) only; `file` is its own.
    pub(super) fn new(
        file: File,
        name: &str,
        footer: &Footer,
        groups: std::ops::Range<usize>,
        columns: &[String],
    ) -> Result<Self, SourceError> {
        let metadata = load(&file, name)?;
        let fields = metadata.schema().fields();
        let wanted: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
        let wanted_fields = fields.iter().enumerate().filter(|(_, field)| wanted.contains(field.name().as_str()));
        let wanted_fields: Vec<usize> = wanted_fields.map(|(i, _)| i).collect();
        let room = wanted_fields.iter().map(|&field| footer.rooms[field]).sum();
        limit(name, "what its largest pages unpack to, in bytes", room, ROOM_LIMIT)?;
        let width: u64 = wanted_fields.iter().map(|&field| footer.widths[field]).sum();
        let rows = usize::try_from(BATCH_BYTES / width.max(1)).unwrap_or(BATCH_ROWS).clamp(1, BATCH_ROWS);
        let packed = file.metadata().map_err(|source| SourceError::io(name, source))?.len();
        let declared = footer.group_rows[groups.clone()].iter().sum();
        let (roots, uuids) = (roots(&metadata, name)?, uuids(&metadata));
        let reader = guarded(name, || {
            let mask =
                ProjectionMask::roots(metadata.parquet_schema(), wanted_fields.iter().map(|&field| roots[field]));
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
                .with_row_groups(groups.collect())
                .with_projection(mask)
                .with_batch_size(rows)
                .build()
        })?;
        Ok(Self { name: name.to_owned(), reader, declared, given: 0, uuids, packed, unpacked: 0 })
    }

    /// The next batch; columns in the order of the file.
    pub(super) fn next_batch(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        let Self { name, reader, .. } = self;
        let batch = guarded(name, || reader.next().transpose().map_err(ParquetError::from))?;
        match &batch {
            Some(batch) => {
                check_digits(name, batch)?;
                self.given += batch.num_rows() as u64;
                self.unpacked +=
                    batch.columns().iter().map(|column| column.get_buffer_memory_size() as u64).sum::<u64>();
                let most = UNPACKED_AT_EASE.max(UNPACKED_RATIO * self.packed).max(SHORT_ROW * self.given);
                limit(&self.name, "what it unpacks to, in bytes", self.unpacked, most)?;
            }
            None if self.given != self.declared => {
                let what = format!("it declares {} rows and holds {}", self.declared, self.given);
                return Err(damaged(&self.name, &what));
            }
            None => {}
        }
        let uuids = &self.uuids;
        batch.map(|batch| guarded(&self.name, || Ok(with_text_uuids(batch, uuids)?))).transpose()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;
    use parquet::data_type::{FixedLenByteArray, FixedLenByteArrayType, Int32Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::types::Type as SchemaType;
    use tempfile::TempDir;

    use super::*;

    fn required(name: &str, kind: Type) -> Arc<SchemaType> {
        let builder =
            SchemaType::primitive_type_builder(name, kind).with_repetition(parquet::basic::Repetition::REQUIRED);
        let uuid = Some(parquet::basic::LogicalType::Uuid).filter(|_| kind == Type::FIXED_LEN_BYTE_ARRAY);
        Arc::new(
            builder.with_length(if uuid.is_some() { 16 } else { -1 }).with_logical_type(uuid).build().expect("a type"),
        )
    }

    /// A file with an id, a group of nothing, and a number.
    fn file(folder: &TempDir) -> File {
        let nothing = SchemaType::group_type_builder("nothing").with_repetition(parquet::basic::Repetition::OPTIONAL);
        let nothing = Arc::new(nothing.build().expect("a group"));
        let fields = vec![required("id", Type::FIXED_LEN_BYTE_ARRAY), nothing, required("n", Type::INT32)];
        let schema = Arc::new(SchemaType::group_type_builder("rows").with_fields(fields).build().expect("a schema"));
        let path = folder.path().join("a.parquet");
        let mut writer =
            SerializedFileWriter::new(File::create(&path).expect("made"), schema, Arc::default()).expect("begun");
        let mut group = writer.next_row_group().expect("a group");
        let ids = [FixedLenByteArray::from((0..16).collect::<Vec<u8>>()), FixedLenByteArray::from(vec![255; 16])];
        let mut column = group.next_column().expect("fits").expect("there");
        column.typed::<FixedLenByteArrayType>().write_batch(&ids, None, None).expect("written");
        column.close().expect("closed");
        let mut column = group.next_column().expect("fits").expect("there");
        column.typed::<Int32Type>().write_batch(&[7, 8], None, None).expect("written");
        column.close().expect("closed");
        group.close().expect("closed");
        writer.close().expect("closed");
        File::open(path).expect("there")
    }

    #[test]
    fn a_group_of_nothing_moves_no_column_and_a_uuid_is_its_text() {
        let folder = TempDir::new().expect("a folder");
        let (names, batch) = first_rows(|| Ok(file(&folder)), "a.parquet").expect("read");
        let batch = batch.expect("rows");
        assert_eq!(names, ["id", "n"]);
        let ids = batch.column(0).as_string::<i32>();
        assert_eq!(ids.value(0), "00010203-0405-0607-0809-0a0b0c0d0e0f");
        assert_eq!(ids.value(1), "ffffffff-ffff-ffff-ffff-ffffffffffff");
        let numbers = batch.column(1).as_primitive::<datafusion::arrow::datatypes::Int32Type>();
        assert_eq!(numbers.values(), &[7, 8]);
        let footer = open(file(&folder), "a.parquet").expect("read");
        let batch = ParquetBatches::new(file(&folder), "a.parquet", &footer, 0..1, &["n".to_owned()]);
        let batch = batch.expect("begun").next_batch().expect("read").expect("rows");
        assert_eq!(batch.column(0).as_primitive::<datafusion::arrow::datatypes::Int32Type>().values(), &[7, 8]);
    }
}
