//! Tables on scratch: written once in order of customer, read any number of times.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, ReplaceChildrenOptions};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use super::error::IntakeError;
use super::times::on_the_wall;
use crate::model::BLOCK_ROWS;

/// Rows of a row group: whole blocks, and few enough that a wide table's group is small in memory.
pub(super) const GROUP_ROWS: usize = 4 * BLOCK_ROWS;

/// Batches that may wait to be written.
const QUEUE: usize = 4;

/// Writes a table on a thread of its own, so that encoding overlaps with the query that makes the rows.
pub(super) struct ScratchWriter {
    path: PathBuf,
    schema: SchemaRef,
    sender: SyncSender<RecordBatch>,
    thread: JoinHandle<parquet::errors::Result<u64>>,
}

impl ScratchWriter {
    /// Starts a table `name` in the folder.
    pub(super) fn create(folder: &Path, name: &str, schema: SchemaRef) -> std::result::Result<Self, IntakeError> {
        let path = folder.join(format!("{name}.parquet"));
        let failed = |source| IntakeError::Scratch { path: path.clone(), source };
        let file = File::create(&path).map_err(failed)?;
        let (sender, receiver) = sync_channel::<RecordBatch>(QUEUE);
        let for_thread = Arc::clone(&schema);
        let work = move || {
            let mut writer = ArrowWriter::try_new(file, Arc::clone(&for_thread), Some(properties(&for_thread)))?;
            let mut rows = 0;
            for batch in receiver {
                rows += batch.num_rows() as u64;
                writer.write(&batch)?;
            }
            writer.close()?;
            Ok(rows)
        };
        let thread = std::thread::Builder::new().name("scratch".to_owned()).spawn(work).map_err(failed)?;
        Ok(Self { path, schema, sender, thread })
    }

    /// Hands over a batch; a failed writer shows at [`ScratchWriter::finish`].
    pub(super) fn write(&self, batch: RecordBatch) -> bool {
        batch.num_rows() == 0 || self.sender.send(batch).is_ok()
    }

    /// Closes the file.
    pub(super) fn finish(self) -> std::result::Result<ScratchTable, IntakeError> {
        let Self { path, schema, sender, thread } = self;
        drop(sender);
        let failed = |what: String| IntakeError::Scratch { path: path.clone(), source: std::io::Error::other(what) };
        match thread.join() {
            Ok(Ok(rows)) => Ok(ScratchTable { path, schema, rows, wall: None }),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(failed("the writer stopped".to_owned())),
        }
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
    /// Whose wall clock queries see moments on; `None`: as they are stored.
    wall: Option<Tz>,
}

impl ScratchTable {
    /// Its rows.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The same table, on which queries see local times without a zone.
    pub(super) fn on_the_wall(&self, zone: Tz) -> Self {
        Self { wall: Some(zone), ..self.clone() }
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
        groups: Option<std::ops::Range<usize>>,
    ) -> std::result::Result<ParquetRecordBatchReader, IntakeError> {
        let failed = |source| IntakeError::Scratch { path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(failed)?;
        let read = || {
            let mut builder = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(BLOCK_ROWS);
            let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
            if let Some(groups) = groups {
                builder = builder.with_row_groups(groups.collect());
            }
            builder.with_projection(mask).build()
        };
        read().map_err(|error| failed(std::io::Error::other(error.to_string())))
    }
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
    fn name(&self) -> &'static str {
        "ScratchScan"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn replace_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let reader =
            self.table.read(&self.columns, None).map_err(|error| DataFusionError::External(Box::new(error)))?;
        // The reader gives columns in the order of the file; the plan may want another.
        let mut ascending = self.columns.clone();
        ascending.sort_unstable();
        let order: Vec<usize> =
            self.columns.iter().map(|c| ascending.binary_search(c).expect("sorted from the same columns")).collect();
        let (schema, wall) = (Arc::clone(&self.schema), self.table.wall);
        let batches = reader.map(move |batch| {
            let batch = batch?.project(&order)?;
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
