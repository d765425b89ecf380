//! One row per customer: what each table says about a customer, joined in order of customer.
//!
//! Every part is sorted by customer and has a customer at most once, so aggregation streams and the joins are merges:
//! memory does not grow with the number of customers.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::Schema;
use datafusion::common::{DataFusionError, JoinType, NullEquality, Result as EngineResult};
use datafusion::physical_expr::expressions::{Column, col};
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::SortMergeJoinExec;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::prelude::SessionContext;
use futures::StreamExt;

use super::engine::{Engine, Purpose, STACK};
use super::error::IntakeError;
use super::ranges::IdRange;
use super::scratch::{ScratchScan, ScratchTable, ScratchWriter, any_present};
use super::signals::Sums;

/// What is being done, for messages.
const JOINING: &str = "joining customer rows";

/// Something known per customer: part of the customer row.
pub(super) enum CustomerPart {
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
    /// The rows in runs of ascending ids, each with the row groups of `customers` it is about.
    pub(super) runs: Vec<(Range<usize>, ScratchTable)>,
    /// Names of their columns, without the id.
    pub(super) names: Vec<String>,
    /// Per column: customers for whom it is known.
    pub(super) known: Vec<u64>,
    /// Customers with at least one rating.
    pub(super) respondents: u64,
}

/// What is joined.
pub(super) struct Join<'a> {
    pub(super) engine: &'a Engine,
    pub(super) scratch: &'a Path,
    pub(super) customers: &'a ScratchTable,
    pub(super) parts: &'a [CustomerPart],
    /// Names of the columns that hold ratings.
    pub(super) ratings: &'a [String],
}

/// The rows of some customers.
struct Run {
    table: ScratchTable,
    respondents: u64,
}

impl Rows {
    /// Rows with the same columns in every run.
    fn of(runs: Vec<(Range<usize>, ScratchTable)>, respondents: u64) -> Self {
        let of_first = runs.first().map(|(_, table)| (table.columns(), table.columns_but_id()));
        let (columns, places) = of_first.expect("there is a run for any number of customers");
        let names = places.iter().map(|at| columns.field(*at).name().clone()).collect();
        let known = places.iter().map(|at| runs.iter().map(|(_, table)| table.known(*at)).sum()).collect();
        Self { runs, names, known, respondents }
    }
}

impl Join<'_> {
    /// Joins everything to the customers and writes one row for each, in the same order. The id is not repeated: row
    /// `i` is about row `i` of `customers`.
    ///
    /// Ids are cut into as many runs as there are tasks, which are joined side by side: a row depends on nothing but
    /// its own customer, so what comes out does not depend on the number of runs. Where one table alone says something
    /// about customers, and about each of them, it is the rows.
    pub(super) fn run(&self) -> Result<Rows, IntakeError> {
        if let Some(sheet) = self.alone()? {
            let respondents = if self.rated(sheet.columns()).is_empty() { 0 } else { sheet.filled() };
            return Ok(Rows::of(vec![(0..self.customers.n_groups(), sheet)], respondents));
        }
        self.joined()
    }

    /// The one table that is joined, if it is about just the customers and holds ratings or none.
    fn alone(&self) -> Result<Option<ScratchTable>, IntakeError> {
        let [CustomerPart::Sheet { table, prefix: "" }] = self.parts else { return Ok(None) };
        let (rated, columns) = (self.rated(table.columns()).len(), table.columns().fields().len() - 1);
        let whole = (rated == 0 || rated == columns) && table.has_ids_of(self.customers)?;
        Ok(whole.then(|| table.clone()))
    }

    /// Places of the ratings among columns.
    fn rated(&self, columns: &Schema) -> Vec<usize> {
        self.ratings.iter().filter_map(|name| columns.index_of(name).ok()).collect()
    }

    fn joined(&self) -> Result<Rows, IntakeError> {
        let n_groups = self.customers.n_groups();
        let n_runs = self.engine.joins().min(n_groups).max(1);
        let cut = |run: usize| n_groups * run / n_runs;
        let joined: Vec<Result<Run, IntakeError>> = std::thread::scope(|scope| {
            let start = |run: usize| {
                let thread = std::thread::Builder::new().name("join".to_owned()).stack_size(STACK);
                thread.spawn_scoped(scope, move || self.join_run(run, &(cut(run)..cut(run + 1))))
            };
            let tasks: Vec<_> = (0..n_runs).map(start).collect();
            let end = |task: std::io::Result<std::thread::ScopedJoinHandle<'_, _>>| match task {
                Ok(task) => task.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(source) => Err(IntakeError::NoThread { stage: JOINING, source }),
            };
            tasks.into_iter().map(end).collect()
        });
        let (mut runs, mut respondents) = (Vec::with_capacity(n_runs), 0);
        for (run, joined) in joined.into_iter().enumerate() {
            let joined = joined?;
            respondents += joined.respondents;
            runs.push((cut(run)..cut(run + 1), joined.table));
        }
        let rows = Rows::of(runs, respondents);
        let n_rows: u64 = rows.runs.iter().map(|(_, table)| table.rows()).sum();
        if n_rows != self.customers.rows() {
            let what = format!("{} customers became {n_rows} rows", self.customers.rows());
            return Err(IntakeError::Engine { stage: JOINING.to_owned(), what });
        }
        Ok(rows)
    }

    /// Joins the customers of some row groups.
    fn join_run(&self, run: usize, groups: &Range<usize>) -> Result<Run, IntakeError> {
        let failed = |error| IntakeError::from_engine(error, JOINING, self.engine.memory_limit());
        let session = self.engine.session(Purpose::Sorted);
        let plan = self.engine.block_on(self.plan(&session, &self.customers.ids_of(groups)))?;
        let columns: Vec<usize> = (1..plan.schema().fields().len()).collect();
        let schema = Arc::new(plan.schema().project(&columns).map_err(|error| failed(error.into()))?);
        let rated = self.rated(&schema);
        let writer = ScratchWriter::create(self.scratch, &format!("rows_{run}"), schema)?;
        let mut respondents = 0;
        let work = async {
            let mut stream = plan.execute(0, session.task_ctx())?;
            while let Some(batch) = stream.next().await {
                let batch = batch?.project(&columns)?;
                respondents += any_present(&batch, &rated);
                if !writer.write(batch) {
                    break;
                }
            }
            EngineResult::Ok(())
        };
        self.engine.block_on(work).map_err(failed)?;
        Ok(Run { table: writer.finish()?, respondents })
    }

    /// The plan that joins the customers with these ids.
    async fn plan(&self, session: &SessionContext, ids: &IdRange) -> Result<Arc<dyn ExecutionPlan>, IntakeError> {
        let failed = |error| IntakeError::from_engine(error, JOINING, self.engine.memory_limit());
        let customers = ScratchScan::new(self.customers.between(ids), vec![0]).map_err(failed)?;
        let mut plan: Arc<dyn ExecutionPlan> = Arc::new(customers);
        for part in self.parts {
            let right: Arc<dyn ExecutionPlan> = match part {
                CustomerPart::Sheet { table, prefix } => {
                    let all = (0..table.columns().fields().len()).collect();
                    let scan = Arc::new(ScratchScan::new(table.between(ids), all).map_err(failed)?);
                    prefixed(scan, prefix).map_err(failed)?
                }
                CustomerPart::Sums(sums) => {
                    let table = sums.table;
                    let signal = |error: DataFusionError| IntakeError::Signal {
                        table: table.name(),
                        what: error.strip_backtrace().lines().next().unwrap_or_default().to_owned(),
                    };
                    session.register_table(table.name(), Arc::new(sums.rows.between(ids))).map_err(failed)?;
                    let frame = session.sql(&sums.sql).await.map_err(signal)?;
                    frame.create_physical_plan().await.map_err(signal)?
                }
            };
            plan = left_join(plan, in_order(right).map_err(failed)?).map_err(failed)?;
        }
        Ok(plan)
    }
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

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
    use datafusion::arrow::datatypes::{DataType, Field, Schema};
    use datafusion::physical_plan::displayable;

    use super::*;
    use crate::catalogue::{Catalogue, SignalTable};
    use crate::tables::intake::signals::sums;

    fn table(folder: &Path, name: &str, columns: Vec<(&str, Arc<dyn Array>)>) -> ScratchTable {
        let batch = RecordBatch::try_from_iter(columns).expect("fits");
        let writer = ScratchWriter::create(folder, name, batch.schema()).expect("starts");
        assert!(writer.write(batch));
        writer.finish().expect("closes")
    }

    fn ids(ids: &[&str]) -> Arc<dyn Array> {
        Arc::new(StringArray::from(ids.to_vec()))
    }

    #[test]
    fn sums_stream_and_joins_merge_so_that_memory_does_not_grow_with_customers() {
        let dir = tempfile::tempdir().expect("temp");
        let engine = Engine::start(dir.path(), 1 << 30, 2, None).expect("starts");
        let customers = table(dir.path(), "customers", vec![("customer_id", ids(&["a", "b", "c"]))]);
        let at: Arc<dyn Array> = Arc::new(TimestampMicrosecondArray::from(vec![1, 2, 3]));
        let amount: Arc<dyn Array> = Arc::new(Float64Array::from(vec![1.0, 2.0, 4.0]));
        let orders = vec![("customer_id", ids(&["a", "a", "c"])), ("ordered_at", at), ("amount", amount.clone())];
        let orders = table(dir.path(), "orders", orders);
        let sheet = table(dir.path(), "own", vec![("customer_id", ids(&["b", "c", "z"])), ("x", amount)]);
        let end = "arrow_cast('2026-11-22T00:00:00', 'Timestamp(Microsecond, None)')";
        let sums = sums(&Catalogue::embedded(), SignalTable::Orders, &orders, end).expect("can be asked");
        let parts = [CustomerPart::Sums(sums), CustomerPart::Sheet { table: sheet, prefix: "own_" }];
        let join = Join { engine: &engine, scratch: dir.path(), customers: &customers, parts: &parts, ratings: &[] };
        let session = engine.session(Purpose::Sorted);
        let plan = engine.block_on(join.plan(&session, &customers.ids_of(&(0..1)))).expect("plans");
        let text = displayable(plan.as_ref()).indent(false).to_string();
        assert!(text.contains("ordering_mode=Sorted") && text.contains("SortMergeJoin"), "{text}");
        assert!(!text.contains("HashJoin") && !text.contains("SortExec"), "{text}");
        let rows = join.run().expect("joins");
        let known = |name: &str| rows.known[rows.names.iter().position(|own| own == name).expect("there")];
        assert_eq!((known("value_365d"), known("own_x")), (2, 2));
    }

    #[test]
    fn a_customer_counts_as_having_answered_when_any_column_holds_an_answer() {
        let fields = ["a", "b"].map(|name| Field::new(name, DataType::Float64, true));
        let columns: Vec<Arc<dyn Array>> = vec![
            Arc::new(Float64Array::from(vec![None, Some(1.0), None])),
            Arc::new(Float64Array::from(vec![Some(2.0), Some(1.0), None])),
        ];
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), columns).expect("fits");
        assert_eq!(any_present(&batch, &[0, 1]), 2);
        assert_eq!(any_present(&batch, &[]), 0);
    }
}
