//! Tables on scratch: written once in order of customer, read any number of times.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::datatypes::{DataType, FieldRef, Float32Type, Float64Type, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalSortExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use super::error::IntakeError;
use super::plan::in_pieces;
use super::ranges::IdRange;
use super::times::on_the_wall;
use crate::model::rows::BLOCK_ROWS;
use crate::tables::access::private_file;
use crate::tables::leaf_plan::leaf_plan;

/// Rows of a row group: whole blocks, and few enough that a wide table's group is small in memory.
pub(super) const GROUP_ROWS: usize = 4 * BLOCK_ROWS;

/// The table of texts, which may be long.
const TEXTS: &str = "feedback";

/// A row group of it ends once it holds so many bytes.
///
/// INVARIANT: only tables about customers, which are read side by side, are asked for row groups of so many rows.
const TEXT_GROUP_BYTES: usize = 16 << 20;

/// Bytes of a batch of texts that is read at once.
const TEXT_BATCH_BYTES: u64 = 8 << 20;

/// Batches that may wait to be written.
const QUEUE: usize = 4;

/// Writes a table on a thread of its own, so that encoding overlaps with the query that makes the rows.
pub(super) struct ScratchWriter {
    path: PathBuf,
    schema: SchemaRef,
    sender: Option<SyncSender<RecordBatch>>,
    thread: Option<JoinHandle<FinishedTable>>,
}

/// What a finished table is known by: rows, the first id of each row group, and how much of it is there.
type FinishedTable = parquet::errors::Result<(u64, Vec<String>, Held)>;

/// How much of a table is there.
#[derive(Clone, Debug, Default)]
struct Held {
    /// Per column: cells that are not null.
    known: Vec<u64>,
    /// Rows in which a column beside the id is known.
    filled: u64,
    /// Bytes of all cells.
    bytes: u64,
    /// Cells may be long.
    texts: bool,
    /// Per row group, per column: sums of numbers, and of flags that are set.
    sums: Vec<Vec<ColumnSums>>,
}

/// Sums over the known cells of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ColumnSums {
    /// Of the values.
    pub(super) values: f64,
    /// Of their squares.
    pub(super) squares: f64,
}

impl Held {
    fn see(&mut self, batch: &RecordBatch, first_row: usize) {
        self.add_up(batch, first_row);
        let bytes = |column: &ArrayRef| column.to_data().get_slice_memory_size().unwrap_or(0) as u64;
        self.bytes += batch.columns().iter().map(bytes).sum::<u64>();
        self.known.resize(batch.num_columns(), 0);
        for (known, column) in self.known.iter_mut().zip(batch.columns()) {
            *known += (column.len() - column.null_count()) as u64;
        }
        let others: Vec<usize> = (1..batch.num_columns()).collect();
        self.filled += any_present(batch, &others);
    }

    /// INVARIANT: a group's rows are added one by one in their order, whatever batches they come in, so the sums do not
    /// depend on how the work was cut.
    fn add_up(&mut self, batch: &RecordBatch, first_row: usize) {
        let mut from = 0;
        while from < batch.num_rows() {
            let group = (first_row + from) / GROUP_ROWS;
            let rows = ((group + 1) * GROUP_ROWS - first_row - from).min(batch.num_rows() - from);
            self.sums.resize(group + 1, Vec::new());
            let sums = &mut self.sums[group];
            sums.resize(batch.num_columns(), ColumnSums::default());
            for (sums, column) in sums.iter_mut().zip(batch.columns()) {
                sums.add(&column.slice(from, rows));
            }
            from += rows;
        }
    }
}

impl ColumnSums {
    fn add(&mut self, column: &ArrayRef) {
        match column.data_type() {
            DataType::Float64 => column.as_primitive::<Float64Type>().iter().flatten().for_each(|x| self.add_one(x)),
            DataType::Float32 => {
                column.as_primitive::<Float32Type>().iter().flatten().for_each(|x| self.add_one(f64::from(x)));
            }
            DataType::Boolean => {
                let set = column.as_boolean().true_count() as f64;
                *self = self.and(Self { values: set, squares: set });
            }
            _ => {}
        }
    }

    fn add_one(&mut self, value: f64) {
        self.values += value;
        self.squares += value * value;
    }

    /// The sums of two parts, the first one's rows before the second's.
    pub(super) fn and(self, next: Self) -> Self {
        Self { values: self.values + next.values, squares: self.squares + next.squares }
    }
}

impl ScratchWriter {
    /// Starts a table `name` in the folder.
    pub(super) fn create(folder: &Path, name: &str, schema: SchemaRef) -> std::result::Result<Self, IntakeError> {
        let path = folder.join(format!("{name}.parquet"));
        let failed = |source| IntakeError::Scratch { path: path.clone(), source };
        let file = private_file(&path, false).map_err(failed)?;
        let (sender, receiver) = sync_channel::<RecordBatch>(QUEUE);
        let (for_thread, texts) = (Arc::clone(&schema), name == TEXTS);
        let work = move || {
            let mut writer = ArrowWriter::try_new(file, Arc::clone(&for_thread), Some(properties(&for_thread)))?;
            let (mut rows, mut firsts, mut in_group) = (0usize, Vec::new(), 0);
            let mut held = Held { texts, ..Held::default() };
            for batch in receiver {
                let ids = batch.columns().first().and_then(|ids| ids.as_string_opt::<i32>());
                let next_group = if in_group == 0 { 0 } else { GROUP_ROWS - in_group };
                for at in (next_group..batch.num_rows()).step_by(GROUP_ROWS) {
                    firsts.push(ids.map_or_else(String::new, |ids| ids.value(at).to_owned()));
                }
                in_group = (in_group + batch.num_rows()) % GROUP_ROWS;
                held.see(&batch, rows);
                rows += batch.num_rows();
                writer.write(&batch)?;
                // A group is held in memory until it is full.
                if texts && writer.in_progress_size() > TEXT_GROUP_BYTES {
                    writer.flush()?;
                    in_group = 0;
                }
            }
            writer.close()?;
            Ok((rows as u64, firsts, held))
        };
        let thread = std::thread::Builder::new().name("scratch".to_owned()).spawn(work).map_err(failed)?;
        Ok(Self { path, schema, sender: Some(sender), thread: Some(thread) })
    }

    /// Hands over a batch; a failed writer shows at [`ScratchWriter::finish`].
    pub(super) fn write(&self, batch: RecordBatch) -> bool {
        let Some(sender) = self.sender.as_ref().filter(|_| batch.num_rows() > 0) else { return batch.num_rows() == 0 };
        let pieces = in_pieces(&batch).unwrap_or_else(|_| vec![batch]);
        pieces.into_iter().all(|piece| sender.send(piece).is_ok())
    }

    /// Closes the file.
    pub(super) fn finish(mut self) -> std::result::Result<ScratchTable, IntakeError> {
        let (path, schema) = (self.path.clone(), Arc::clone(&self.schema));
        let failed = |what: String| IntakeError::Scratch { path: path.clone(), source: std::io::Error::other(what) };
        match self.close() {
            Some(Ok(Ok((rows, firsts, held)))) => {
                let held = Arc::new(held);
                Ok(ScratchTable { path, schema, rows, firsts: firsts.into(), held, ids: None, wall: None })
            }
            Some(Ok(Err(error))) => Err(failed(error.to_string())),
            Some(Err(_)) | None => Err(failed("the writer stopped".to_owned())),
        }
    }

    /// Lets the thread finish what it has, and waits for it.
    fn close(&mut self) -> Option<std::thread::Result<FinishedTable>> {
        self.sender = None;
        self.thread.take().map(JoinHandle::join)
    }
}

impl Drop for ScratchWriter {
    /// After an error too, nothing writes to scratch once its owner is gone.
    fn drop(&mut self) {
        drop(self.close());
    }
}

/// Plain pages for ids and answers, which are read back at once; LZ4 for other text and the often repeated doubles.
fn properties(schema: &SchemaRef) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_dictionary_enabled(false)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_write_batch_size(BLOCK_ROWS)
        .set_compression(Compression::UNCOMPRESSED);
    for field in schema.fields() {
        let path = ColumnPath::from(field.name().clone());
        if field.name() != "customer_id" && matches!(field.data_type(), DataType::Utf8 | DataType::Float64) {
            builder = builder
                .set_column_compression(path.clone(), Compression::LZ4_RAW)
                .set_column_dictionary_enabled(path, *field.data_type() == DataType::Utf8);
        }
    }
    builder.build()
}

/// A finished table, in ascending order of `customer_id`.
#[derive(Clone, Debug)]
pub(super) struct ScratchTable {
    path: PathBuf,
    schema: SchemaRef,
    rows: u64,
    /// First id of each row group.
    firsts: Arc<[String]>,
    held: Arc<Held>,
    /// Ids that queries see; `None`: all.
    ids: Option<IdRange>,
    /// Whose wall clock queries see moments on; `None`: as they are stored.
    wall: Option<Tz>,
}

impl ScratchTable {
    /// Its rows.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Cells that are not null in the column at `column`.
    pub(super) fn known(&self, column: usize) -> u64 {
        self.held.known.get(column).copied().unwrap_or(0)
    }

    /// Sums over the column at `column`, one per row group.
    pub(super) fn sums(&self, column: usize) -> impl Iterator<Item = ColumnSums> {
        self.held.sums.iter().map(move |group| group.get(column).copied().unwrap_or_default())
    }

    /// Rows in which a column beside the first is known.
    pub(super) fn filled(&self) -> u64 {
        self.held.filled
    }

    /// Whether another table with one row per customer is about the same customers.
    ///
    /// # Errors
    /// [`IntakeError`] if either cannot be read.
    pub(super) fn has_ids_of(&self, other: &Self) -> std::result::Result<bool, IntakeError> {
        if self.rows != other.rows || self.firsts != other.firsts {
            return Ok(false);
        }
        let failed =
            |error: String| IntakeError::Scratch { path: self.path.clone(), source: std::io::Error::other(error) };
        let (mut own, mut others) = (self.read(&[0], None)?, other.read(&[0], None)?);
        loop {
            match (own.next().transpose(), others.next().transpose()) {
                (Ok(None), Ok(None)) => return Ok(true),
                (Ok(Some(a)), Ok(Some(b))) if a.column(0).as_ref() == b.column(0).as_ref() => {}
                (Ok(_), Ok(_)) => return Ok(false),
                (Err(error), _) | (_, Err(error)) => return Err(failed(error.to_string())),
            }
        }
    }

    /// The same table, on which queries see local times without a zone.
    pub(super) fn on_the_wall(&self, zone: Tz) -> Self {
        Self { wall: Some(zone), ..self.clone() }
    }

    /// The same table, of which queries see only these ids. The id is its first column and must be among those read.
    pub(super) fn between(&self, ids: &IdRange) -> Self {
        Self { ids: Some(ids.clone()), ..self.clone() }
    }

    /// Ids of the row groups `groups` of a table with one row per customer.
    pub(super) fn ids_of(&self, groups: &Range<usize>) -> IdRange {
        let from = self.firsts.get(groups.start).filter(|_| groups.start > 0).cloned();
        IdRange { from, to: self.firsts.get(groups.end).cloned() }
    }

    /// Number of row groups.
    pub(super) fn n_groups(&self) -> usize {
        self.firsts.len()
    }

    /// Schema that queries see.
    fn seen(&self) -> SchemaRef {
        if self.wall.is_none() {
            return Arc::clone(&self.schema);
        }
        let local = |field: &FieldRef| match field.data_type() {
            DataType::Timestamp(unit, Some(_)) => {
                Arc::new(field.as_ref().clone().with_data_type(DataType::Timestamp(*unit, None)))
            }
            _ => Arc::clone(field),
        };
        Arc::new(Schema::new(self.schema.fields().iter().map(local).collect::<Vec<_>>()))
    }

    /// Its columns.
    pub(super) fn columns(&self) -> &SchemaRef {
        &self.schema
    }

    /// Places of its columns but the id, which joined rows do not repeat.
    pub(super) fn columns_but_id(&self) -> Vec<usize> {
        let fields = self.schema.fields().iter().enumerate();
        fields.filter(|(_, field)| field.name() != "customer_id").map(|(at, _)| at).collect()
    }

    /// Names of its columns.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the columns at `columns`, in order, in batches of [`BLOCK_ROWS`]; `groups` limits it to some row groups.
    pub(super) fn read(
        &self,
        columns: &[usize],
        groups: Option<Range<usize>>,
    ) -> std::result::Result<ParquetRecordBatchReader, IntakeError> {
        self.read_rows(columns, groups, None)
    }

    /// The same of some rows; `rows` counts from the first of the row groups.
    pub(super) fn read_rows(
        &self,
        columns: &[usize],
        groups: Option<Range<usize>>,
        rows: Option<RowSelection>,
    ) -> std::result::Result<ParquetRecordBatchReader, IntakeError> {
        let mut batch_rows = BLOCK_ROWS;
        if self.held.texts {
            let row = (self.held.bytes / self.rows.max(1)).max(1);
            batch_rows = usize::try_from(TEXT_BATCH_BYTES / row).unwrap_or(BLOCK_ROWS).clamp(1, BLOCK_ROWS);
        }
        let failed = |source| IntakeError::Scratch { path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(failed)?;
        let read = || {
            let mut builder = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(batch_rows);
            let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
            if let Some(groups) = groups {
                builder = builder.with_row_groups(groups.collect());
            }
            if let Some(rows) = rows {
                builder = builder.with_row_selection(rows);
            }
            builder.with_projection(mask).build()
        };
        read().map_err(|error| failed(std::io::Error::other(error.to_string())))
    }
}

/// Rows in which at least one of the columns is present.
pub(super) fn any_present(batch: &RecordBatch, columns: &[usize]) -> u64 {
    let n = batch.num_rows();
    let mut any: Option<BooleanBuffer> = None;
    for &column in columns {
        match batch.column(column).nulls() {
            None => return n as u64,
            Some(nulls) => any = Some(any.map_or_else(|| nulls.inner().clone(), |any| &any | nulls.inner())),
        }
    }
    any.map_or(0, |any| any.count_set_bits() as u64)
}

#[async_trait]
impl TableProvider for ScratchTable {
    fn schema(&self) -> SchemaRef {
        self.seen()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all = || (0..self.schema.fields().len()).collect();
        Ok(Arc::new(ScratchScan::new(self.clone(), projection.map_or_else(all, Clone::clone))?))
    }
}

/// Reads a scratch table in its order, on one task.
pub(super) struct ScratchScan {
    table: ScratchTable,
    columns: Vec<usize>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
}

impl ScratchScan {
    pub(super) fn new(table: ScratchTable, columns: Vec<usize>) -> Result<Self> {
        let schema: SchemaRef = Arc::new(table.seen().project(&columns)?);
        let order = col("customer_id", &schema).ok().map(|id| vec![PhysicalSortExpr::new_default(id)]);
        let equivalence = EquivalenceProperties::new_with_orderings(Arc::clone(&schema), order);
        let properties = PlanProperties::new(
            equivalence,
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self { table, columns, schema, properties: Arc::new(properties) })
    }
}

impl fmt::Debug for ScratchScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScratchScan").field("table", &self.table.path).finish_non_exhaustive()
    }
}

impl DisplayAs for ScratchScan {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.table.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        write!(f, "ScratchScan: {}", name.unwrap_or_default())
    }
}

impl ExecutionPlan for ScratchScan {
    leaf_plan!("ScratchScan");

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let groups = self.table.ids.as_ref().map(|ids| ids.groups(&self.table.firsts));
        let reader =
            self.table.read(&self.columns, groups).map_err(|error| DataFusionError::External(Box::new(error)))?;
        // The reader gives columns in the order of the file; the plan may want another.
        let mut ascending = self.columns.clone();
        ascending.sort_unstable();
        let order: Vec<usize> =
            self.columns.iter().map(|c| ascending.binary_search(c).expect("sorted from the same columns")).collect();
        let (schema, wall, ids) = (Arc::clone(&self.schema), self.table.wall, self.table.ids.clone());
        let batches = reader.map(move |batch| {
            let mut batch = batch?;
            if let Some(ids) = &ids {
                let rows = ids.rows(batch.column(0).as_string::<i32>());
                batch = batch.slice(rows.start, rows.len());
            }
            batch = batch.project(&order)?;
            let Some(zone) = wall else { return Ok(batch) };
            let local = |(column, field): (&ArrayRef, &FieldRef)| {
                if column.data_type() == field.data_type() { Arc::clone(column) } else { on_the_wall(column, zone) }
            };
            let columns = batch.columns().iter().zip(schema.fields()).map(local).collect();
            Ok(RecordBatch::try_new(Arc::clone(&schema), columns)?)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), futures::stream::iter(batches))))
    }
}
