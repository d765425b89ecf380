//! One row per customer: what each table says about a customer, joined in order of customer.
//!
//! Every part is sorted by customer and has a customer at most once, so aggregation streams and the joins are merges:
//! memory does not grow with the number of customers.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::compute::SortOptions;
use datafusion::common::{JoinType, NullEquality, Result as EngineResult};
use datafusion::physical_expr::expressions::{Column, col};
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::SortMergeJoinExec;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::sorts::sort::SortExec;
use futures::StreamExt;

use super::engine::{Engine, Purpose};
use super::error::IntakeError;
use super::scratch::{ScratchScan, ScratchTable, ScratchWriter};
use super::signals::Sums;

/// Something known per customer: part of the customer row.
pub(super) enum Part {
    /// Sums over the rows of a table, by SQL.
    Sums(Sums),
    /// Columns of a table that has one row per customer already.
    Sheet {
        /// The table.
        table: ScratchTable,
        /// Put before the names of its columns.
        prefix: &'static str,
    },
}

/// The joined rows.
pub(super) struct Rows {
    pub(super) table: ScratchTable,
    /// Per column of the table: customers for whom it is known.
    pub(super) known: Vec<u64>,
    /// Customers with at least one rating.
    pub(super) respondents: u64,
}

/// Joins `parts` to the customers and writes one row for each, in the same order. The id is not repeated: row `i` is
/// about row `i` of `customers`.
pub(super) fn join(
    engine: &Engine,
    scratch: &Path,
    customers: &ScratchTable,
    parts: &[Part],
    ratings: &[String],
) -> Result<Rows, IntakeError> {
    let stage = "joining customer rows";
    let failed = |error| IntakeError::from_engine(error, stage, engine.memory_limit());
    let session = engine.session(Purpose::Sorted);
    let plan = engine.block_on(plan_of(&session, customers, parts))?;
    let columns: Vec<usize> = (1..plan.schema().fields().len()).collect();
    let schema = Arc::new(plan.schema().project(&columns).map_err(|error| failed(error.into()))?);
    let writer = ScratchWriter::create(scratch, "rows", Arc::clone(&schema))?;
    let mut known = vec![0u64; columns.len()];
    let rated: Vec<usize> = ratings.iter().filter_map(|name| schema.index_of(name).ok()).collect();
    let mut respondents = 0;
    let run = async {
        let mut stream = plan.execute(0, session.task_ctx())?;
        while let Some(batch) = stream.next().await {
            let batch = batch?.project(&columns)?;
            for (known, column) in known.iter_mut().zip(batch.columns()) {
                *known += (column.len() - column.null_count()) as u64;
            }
            respondents += any_present(&batch, &rated);
            if !writer.write(batch) {
                break;
            }
        }
        EngineResult::Ok(())
    };
    engine.block_on(run).map_err(failed)?;
    let table = writer.finish()?;
    if table.rows() != customers.rows() {
        let what = format!("{} customers became {} rows", customers.rows(), table.rows());
        return Err(IntakeError::Engine { stage: stage.to_owned(), what });
    }
    Ok(Rows { table, known, respondents })
}

/// Rows in which at least one of the columns is present.
fn any_present(batch: &RecordBatch, columns: &[usize]) -> u64 {
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

async fn plan_of(
    session: &datafusion::prelude::SessionContext,
    customers: &ScratchTable,
    parts: &[Part],
) -> Result<Arc<dyn ExecutionPlan>, IntakeError> {
    let engine_error = |error| IntakeError::from_engine(error, "joining customer rows", 0);
    let mut plan: Arc<dyn ExecutionPlan> =
        Arc::new(ScratchScan::new(customers.clone(), vec![0]).map_err(engine_error)?);
    for part in parts {
        let right: Arc<dyn ExecutionPlan> = match part {
            Part::Sheet { table, prefix } => {
                let all = (0..table.columns().fields().len()).collect();
                let scan = Arc::new(ScratchScan::new(table.clone(), all).map_err(engine_error)?);
                prefixed(scan, prefix).map_err(engine_error)?
            }
            Part::Sums(sums) => {
                let table = sums.table;
                let signal = |error: datafusion::error::DataFusionError| IntakeError::Signal {
                    table: table.name(),
                    what: error.strip_backtrace().lines().next().unwrap_or_default().to_owned(),
                };
                session.register_table(table.name(), Arc::new(sums.rows.clone())).map_err(engine_error)?;
                let frame = session.sql(&sums.sql).await.map_err(signal)?;
                frame.create_physical_plan().await.map_err(signal)?
            }
        };
        plan = left_join(plan, in_order(right).map_err(engine_error)?).map_err(engine_error)?;
    }
    Ok(plan)
}

/// The plan with `prefix` before the names of its columns but the id.
fn prefixed(plan: Arc<dyn ExecutionPlan>, prefix: &str) -> EngineResult<Arc<dyn ExecutionPlan>> {
    if prefix.is_empty() {
        return Ok(plan);
    }
    let columns = plan
        .schema()
        .fields()
        .iter()
        .enumerate()
        .map(|(i, field)| {
            let name = if i == 0 { field.name().clone() } else { format!("{prefix}{}", field.name()) };
            ProjectionExpr::new(Arc::new(Column::new(field.name(), i)), name)
        })
        .collect::<Vec<_>>();
    Ok(Arc::new(ProjectionExec::try_new(columns, plan)?))
}

/// The plan itself where it keeps the order of customers, else sorted again.
fn in_order(plan: Arc<dyn ExecutionPlan>) -> EngineResult<Arc<dyn ExecutionPlan>> {
    let ordering =
        LexOrdering::new([PhysicalSortExpr::new_default(col("customer_id", &plan.schema())?)]).expect("one column");
    if plan.properties().eq_properties.ordering_satisfy(ordering.clone())? {
        return Ok(plan);
    }
    Ok(Arc::new(SortExec::new(ordering, plan)))
}

/// `left LEFT JOIN right ON customer_id`, keeping one `customer_id`.
fn left_join(left: Arc<dyn ExecutionPlan>, right: Arc<dyn ExecutionPlan>) -> EngineResult<Arc<dyn ExecutionPlan>> {
    let on = vec![(col("customer_id", &left.schema())?, col("customer_id", &right.schema())?)];
    let n_left = left.schema().fields().len();
    let order = vec![SortOptions::default()];
    let join =
        SortMergeJoinExec::try_new(left, right, on, None, JoinType::Left, order, NullEquality::NullEqualsNothing)?;
    let schema = join.schema();
    let keep = schema.fields().iter().enumerate().filter(|(i, field)| *i < n_left || field.name() != "customer_id");
    let keep: Vec<ProjectionExpr> = keep
        .map(|(i, field)| ProjectionExpr::new(Arc::new(Column::new(field.name(), i)), field.name().clone()))
        .collect();
    Ok(Arc::new(ProjectionExec::try_new(keep, Arc::new(join))?))
}

/// Rows of `part` whose customer is not in `known`: how many there are.
pub(super) fn orphans(engine: &Engine, part: &ScratchTable, known: &[&ScratchTable]) -> Result<u64, IntakeError> {
    let failed = |error| IntakeError::from_engine(error, "looking for unknown customers", engine.memory_limit());
    let session = engine.session(Purpose::Sorted);
    let run = async {
        let mut plan: Arc<dyn ExecutionPlan> = Arc::new(ScratchScan::new(part.clone(), vec![0])?);
        for table in known.iter().filter(|table| table.rows() > 0) {
            let right: Arc<dyn ExecutionPlan> = Arc::new(ScratchScan::new((*table).clone(), vec![0])?);
            let on = vec![(col("customer_id", &plan.schema())?, col("customer_id", &right.schema())?)];
            let (kind, order) = (JoinType::LeftAnti, vec![SortOptions::default()]);
            plan = Arc::new(SortMergeJoinExec::try_new(
                plan,
                right,
                on,
                None,
                kind,
                order,
                NullEquality::NullEqualsNothing,
            )?);
        }
        let mut stream = plan.execute(0, session.task_ctx())?;
        let mut n = 0;
        while let Some(batch) = stream.next().await {
            n += RecordBatch::num_rows(&batch?) as u64;
        }
        EngineResult::Ok(n)
    };
    engine.block_on(run).map_err(failed)
}
