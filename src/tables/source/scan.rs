//! Reading a source inside a query: only the columns asked for, file by file and row group by row group.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, RecordBatchOptions,
    StringArray, new_null_array,
};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::{cast, filter, filter_record_batch};
use datafusion::arrow::datatypes::{DataType, Int32Type, Int64Type, SchemaRef};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, Partitioning};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};

use super::super::ledger::RejectCode;
use super::csv_file::CsvBatches;
use super::error::SourceError;
use super::found::FoundFile;
use super::json_file::JsonBatches;
use super::open::FileKind;
use super::parquet_file::ParquetBatches;
use super::provider::{FILE_COLUMN, ROW_COLUMN, SourceTable};
use super::text::{RowFault, TextBatch, without_long_cells};
use crate::tables::leaf_plan::leaf_plan;

/// What stands for bytes that are no text: one replacement character, which is no id, no date and no yes or no.
const NO_TEXT: &str = "\u{FFFD}";

/// Who hears of records that cannot be rows.
pub(crate) trait RowFaults: Send + Sync {
    /// The record at `row` of the file with that number in its source was left out.
    fn left_out(&self, source: &str, file: usize, row: u64, code: RejectCode);
}

/// Part of a file that is read by one task: all of it, or some row groups.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    file: usize,
    groups: Range<usize>,
}

/// The leaf of a query plan that reads a source.
pub(super) struct SourceScan {
    table: SourceTable,
    schema: SchemaRef,
    pieces: Vec<Vec<Piece>>,
    properties: Arc<PlanProperties>,
}

impl SourceScan {
    pub(super) fn new(table: SourceTable, projection: Option<&Vec<usize>>, partitions: usize) -> Result<Self> {
        let full = table.source.schema();
        let schema = match projection {
            Some(columns) => Arc::new(full.project(columns)?),
            None => Arc::clone(full),
        };
        let pieces = share_out(&table, partitions.max(1));
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(pieces.len()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self { table, schema, pieces, properties: Arc::new(properties) })
    }
}

/// Splits the source into at most `partitions` runs of pieces of about the same size. Order within a run is the order
/// of files and rows.
fn share_out(table: &SourceTable, partitions: usize) -> Vec<Vec<Piece>> {
    let mut weighted: Vec<(u64, Piece)> = Vec::new();
    for (file, opened) in table.source.files.iter().enumerate() {
        match &opened.kind {
            FileKind::Parquet(footer) => {
                let rows = footer.rows().max(1) as f64;
                for (group, &n) in footer.group_rows.iter().enumerate() {
                    let bytes = opened.found.identity.bytes as f64 * n as f64 / rows;
                    weighted.push((bytes as u64 + 1, Piece { file, groups: group..group + 1 }));
                }
            }
            _ => weighted.push((opened.found.identity.bytes + 1, Piece { file, groups: 0..0 })),
        }
    }
    let total: u64 = weighted.iter().map(|(bytes, _)| bytes).sum();
    let mut shares: Vec<Vec<Piece>> = vec![Vec::new(); partitions];
    let mut before = 0u64;
    for (bytes, piece) in weighted {
        let middle = before + bytes / 2;
        before += bytes;
        let share = usize::try_from(u128::from(middle) * partitions as u128 / u128::from(total.max(1))).unwrap_or(0);
        let share = &mut shares[share.min(partitions - 1)];
        match share.last_mut() {
            Some(last)
                if last.file == piece.file && last.groups.end == piece.groups.start && !piece.groups.is_empty() =>
            {
                last.groups.end = piece.groups.end;
            }
            _ => share.push(piece),
        }
    }
    shares.retain(|share| !share.is_empty());
    if shares.is_empty() { vec![Vec::new()] } else { shares }
}

impl fmt::Debug for SourceScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceScan").field("table", &self.table).finish_non_exhaustive()
    }
}

impl DisplayAs for SourceScan {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceScan: {}, tasks={}", self.table.source.name(), self.pieces.len())
    }
}

impl ExecutionPlan for SourceScan {
    leaf_plan!("SourceScan");

    fn execute(&self, partition: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let task = ScanTask::new(self.table.clone(), Arc::clone(&self.schema), self.pieces[partition].clone());
        let stream = futures::stream::iter(task);
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream)))
    }
}

/// Reads pieces one after the other.
struct ScanTask {
    table: SourceTable,
    schema: SchemaRef,
    /// Columns of the source that are wanted, `_file` and `_row` not among them.
    wanted: Vec<String>,
    /// Their types.
    kinds: Vec<DataType>,
    paths: ArrayRef,
    pieces: std::vec::IntoIter<Piece>,
    open: Option<OpenPiece>,
    failed: bool,
}

/// A piece being read.
struct OpenPiece {
    piece: Piece,
    reader: Reader,
    /// Parquet: row the next batch starts on, from 1. Text: rows and rejected records so far.
    rows: u64,
    /// This task reports the bad records of the file.
    reports: bool,
}

enum Reader {
    Parquet(ParquetBatches),
    Csv(Box<CsvBatches>, Vec<Option<usize>>),
    Json(JsonBatches),
}

impl ScanTask {
    fn new(table: SourceTable, schema: SchemaRef, pieces: Vec<Piece>) -> Self {
        let fields = schema.fields().iter().filter(|field| field.name() != FILE_COLUMN && field.name() != ROW_COLUMN);
        let (wanted, kinds) = fields.map(|field| (field.name().clone(), field.data_type().clone())).unzip();
        let source = &table.source;
        let paths = StringArray::from_iter_values((0..source.n_files()).map(|file| source.shown(file)));
        Self {
            table,
            schema,
            wanted,
            kinds,
            paths: Arc::new(paths),
            pieces: pieces.into_iter(),
            open: None,
            failed: false,
        }
    }

    fn found(&self, file: usize) -> &FoundFile {
        &self.table.source.files[file].found
    }

    fn open(&self, piece: Piece) -> Result<OpenPiece, SourceError> {
        let source = &self.table.source;
        let file = &source.files[piece.file];
        let name = &file.found.shown;
        let mut rows = 0;
        let reader = match &file.kind {
            FileKind::Parquet(footer) => {
                rows = 1 + footer.group_rows[..piece.groups.start].iter().sum::<u64>();
                let groups = piece.groups.clone();
                Reader::Parquet(ParquetBatches::new(file.found.open()?, name, footer, groups, &self.wanted)?)
            }
            FileKind::Csv { tabs, .. } => {
                let csv = CsvBatches::new(name, file.text(&source.dialect)?, &source.dialect, *tabs)?;
                let there: BTreeMap<&str, usize> =
                    csv.header.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
                let places = self.wanted.iter().map(|name| there.get(name.as_str()).copied()).collect();
                Reader::Csv(Box::new(csv), places)
            }
            FileKind::Json { .. } => Reader::Json(JsonBatches::new(name, file.text(&source.dialect)?)),
        };
        let reports = !self.table.reported[piece.file].swap(true, Ordering::Relaxed);
        Ok(OpenPiece { piece, reader, rows, reports })
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            let mut open = match self.open.take() {
                Some(open) => open,
                None => match self.pieces.next() {
                    Some(piece) => {
                        let file = piece.file;
                        self.open(piece).map_err(|error| self.found(file).or_changed(error))?
                    }
                    None => return Ok(None),
                },
            };
            let file = open.piece.file;
            // What is read of a file that has changed is no fault of the file's.
            let read = self.read(&mut open).map_err(|error| match self.found(file).check_unchanged() {
                Err(changed @ SourceError::Changed { .. }) => changed.into(),
                _ => error,
            });
            match read? {
                Some(batch) => {
                    self.open = Some(open);
                    if batch.num_rows() > 0 {
                        return Ok(Some(batch));
                    }
                }
                None => self.found(file).check_unchanged()?,
            }
        }
    }

    fn read(&self, open: &mut OpenPiece) -> Result<Option<RecordBatch>> {
        let source = &self.table.source;
        let file = open.piece.file;
        let mut bad = 0;
        let mut report = |fault: RowFault| {
            bad += 1;
            if open.reports {
                self.table.faults.left_out(source.name(), file, fault.row, fault.code);
            }
        };
        let text = match &mut open.reader {
            Reader::Parquet(reader) => {
                let Some(batch) = reader.next_batch()? else { return Ok(None) };
                let start = open.rows as i64;
                open.rows += batch.num_rows() as u64;
                let mut rows = Int64Array::from_iter_values(start..open.rows as i64);
                let mut batch = batch;
                if let Some(short) = without_long_cells(&batch) {
                    for (row, _) in rows.values().iter().zip(&short).filter(|(_, short)| *short != Some(true)) {
                        report(RowFault { row: *row as u64, code: RejectCode::CellTooLong });
                    }
                    rows = filter(&rows, &short)?.as_primitive::<Int64Type>().clone();
                    batch = filter_record_batch(&batch, &short)?;
                }
                let (mut columns, whole) = self.converted(&batch)?;
                if let Some(whole) = whole {
                    for (row, _) in rows.values().iter().zip(&whole).filter(|(_, whole)| *whole != Some(true)) {
                        report(RowFault { row: *row as u64, code: RejectCode::NotADate });
                    }
                    rows = filter(&rows, &whole)?.as_primitive::<Int64Type>().clone();
                    for column in columns.iter_mut().flatten() {
                        *column = filter(column, &whole)?;
                    }
                }
                return self.assemble(file, rows.len(), columns, Arc::new(rows)).map(Some);
            }
            Reader::Csv(reader, places) => reader.next_batch(places, &mut report)?,
            Reader::Json(reader) => reader.next_batch(&self.wanted, &mut report)?,
        };
        open.rows += bad + text.as_ref().map_or(0, TextBatch::len) as u64;
        let Some(batch) = text else {
            source.set_rows(file, open.rows);
            return Ok(None);
        };
        let (n, rows) = (batch.len(), batch.rows);
        self.assemble(file, n, batch.columns.into_iter().map(Some).collect(), rows).map(Some)
    }

    /// The columns wanted in the types of the source, and which rows are whole in them; `None` = all. Bytes that are no text become
    /// [`NO_TEXT`], so that their absence is not taken for an answer; a moment too far away for its type makes no whole row.
    fn converted(&self, batch: &RecordBatch) -> Result<(Vec<Option<ArrayRef>>, Option<BooleanArray>)> {
        let mut whole: Option<Vec<bool>> = None;
        let mut columns = Vec::with_capacity(self.wanted.len());
        let schema = batch.schema_ref().fields().iter().enumerate();
        let there: BTreeMap<&str, usize> = schema.map(|(at, field)| (field.name().as_str(), at)).collect();
        for (name, kind) in self.wanted.iter().zip(&self.kinds) {
            let Some(own) = there.get(name.as_str()).map(|at| batch.column(*at)) else {
                columns.push(None);
                continue;
            };
            if own.data_type() == kind {
                columns.push(Some(Arc::clone(own)));
                continue;
            }
            let bytes = match own.data_type() {
                DataType::FixedSizeBinary(_) => cast(own, &DataType::Binary)?,
                _ => Arc::clone(own),
            };
            let mut new = cast(&bytes, kind)?;
            let before = own.logical_nulls();
            if new.null_count() > before.as_ref().map_or(0, NullBuffer::null_count) {
                let absent = |i: usize| before.as_ref().is_some_and(|before| before.is_null(i));
                if let Some(text) = new.as_string_opt::<i32>() {
                    let cells = text.iter().enumerate().map(|(i, cell)| cell.or((!absent(i)).then_some(NO_TEXT)));
                    new = Arc::new(cells.collect::<StringArray>());
                } else {
                    let whole = whole.get_or_insert_with(|| vec![true; batch.num_rows()]);
                    whole.iter_mut().enumerate().for_each(|(i, whole)| *whole &= new.is_valid(i) || absent(i));
                }
            }
            columns.push(Some(new));
        }
        Ok((columns, whole.map(BooleanArray::from)))
    }

    /// Puts a file's columns into the order and types of the source; columns the file lacks are absent.
    fn assemble(&self, file: usize, n: usize, columns: Vec<Option<ArrayRef>>, rows: ArrayRef) -> Result<RecordBatch> {
        let mut columns = columns.into_iter();
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        let folders = &self.table.source.files[file].found.partitions;
        for field in self.schema.fields() {
            arrays.push(match field.name().as_str() {
                FILE_COLUMN => {
                    let keys = Int32Array::from_value(file as i32, n);
                    Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(&self.paths))?)
                }
                ROW_COLUMN => Arc::clone(&rows),
                name => match columns.next().flatten() {
                    _ if folders.iter().any(|(key, _)| key == name) => {
                        let value = folders.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_deref());
                        let said: ArrayRef = Arc::new(StringArray::from(vec![value; n]));
                        cast(&said, field.data_type())?
                    }
                    Some(array) if array.data_type() == field.data_type() => array,
                    Some(array) => cast(&array, field.data_type())?,
                    None => new_null_array(field.data_type(), n),
                },
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(n));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?)
    }
}

impl Iterator for ScanTask {
    type Item = Result<RecordBatch, DataFusionError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.next_batch();
        self.failed = next.is_err();
        next.transpose()
    }
}
