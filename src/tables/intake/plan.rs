//! Checking as a step of a query plan, and the plan that checks and sorts a table.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{RecordBatch, UInt32Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{EquivalenceProperties, LexOrdering, Partitioning, PhysicalSortExpr};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt;

use super::super::query::QueryGuard;
use super::check::{Checker, ORDER, Output};
use super::places::Notes;
use super::scale::Watched;
use crate::tables::leaf_plan::leaf_plan;

/// Most bytes of a batch that goes into a sort.
const BATCH_BYTES: usize = 4 << 20;

/// A spec bound to a plan that yields its mapped rows.
pub(super) struct Bound {
    pub(super) plan: Arc<dyn ExecutionPlan>,
    /// What the plan runs in: a user's SQL has more memory than a sort.
    pub(super) context: Arc<TaskContext>,
    pub(super) checker: Arc<Checker>,
    /// What was seen of its answers, filled as it runs.
    pub(super) watched: Arc<Mutex<Watched>>,
    /// Key of the spec in the configuration.
    pub(super) place: String,
    /// Result columns of a query that nothing reads.
    pub(super) unused: Vec<String>,
    /// What is kept of a person's query; `None`: a source as it is.
    pub(super) query: Option<Queried>,
    /// The columns of the plan that are taken, in this order; `None`: all, as they come.
    pub(super) pick: Option<Vec<usize>>,
}

/// A person's query while it runs.
pub(super) struct Queried {
    pub(super) guard: Arc<QueryGuard>,
    /// As it was written: what is asked again once it failed.
    pub(super) frame: DataFrame,
}

/// Checks the batches of a plan.
struct CheckStep {
    input: Arc<dyn ExecutionPlan>,
    context: Arc<TaskContext>,
    checker: Arc<Checker>,
    watched: Arc<Mutex<Watched>>,
    pick: Option<Arc<[usize]>>,
    properties: Arc<PlanProperties>,
}

impl CheckStep {
    fn new(bound: &Bound) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&bound.checker.schema)),
            Partitioning::UnknownPartitioning(bound.plan.properties().partitioning.partition_count()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self {
            input: Arc::clone(&bound.plan),
            context: Arc::clone(&bound.context),
            checker: Arc::clone(&bound.checker),
            watched: Arc::clone(&bound.watched),
            pick: bound.pick.as_deref().map(Arc::from),
            properties: Arc::new(properties),
        }
    }
}

impl fmt::Debug for CheckStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckStep").field("input", &self.input).finish_non_exhaustive()
    }
}

impl DisplayAs for CheckStep {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckStep: {}", self.checker.setting.table.slug())
    }
}

impl ExecutionPlan for CheckStep {
    leaf_plan!("CheckStep");

    fn execute(&self, partition: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, Arc::clone(&self.context))?;
        let (checker, watched) = (Arc::clone(&self.checker), Arc::clone(&self.watched));
        let (schema, pick) = (Arc::clone(&checker.schema), self.pick.clone());
        let checked = futures::stream::unfold(Some((input, Notes::default())), move |state| {
            let (checker, watched, pick) = (Arc::clone(&checker), Arc::clone(&watched), pick.clone());
            let pick = move |batch: RecordBatch| match &pick {
                Some(columns) => Ok(batch.project(columns)?),
                None => Ok(batch),
            };
            async move {
                let (mut input, mut notes) = state?;
                match input.next().await {
                    Some(Ok(batch)) => match pick(batch).and_then(|batch| checker.check(&batch, &mut notes)) {
                        Ok(batch) => Some((Ok(batch), Some((input, notes)))),
                        Err(error) => Some((Err(error), None)),
                    },
                    Some(Err(error)) => Some((Err(error), None)),
                    None => {
                        hand_in(&checker, notes, &watched);
                        None
                    }
                }
            }
        });
        let stream = checked.flat_map(|batch: Result<RecordBatch>| {
            futures::stream::iter(match batch.and_then(|batch| in_pieces(&batch)) {
                Ok(pieces) => pieces.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            })
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream)))
    }
}

/// The batch, cut into copies of a bounded size if its texts are long: a sort reserves twice what a batch takes, and several
/// wait to be written.
pub(super) fn in_pieces(batch: &RecordBatch) -> Result<Vec<RecordBatch>> {
    let n = batch.num_rows();
    let pieces = batch.get_array_memory_size().div_ceil(BATCH_BYTES).min(n);
    if pieces <= 1 {
        return Ok(vec![batch.clone()]);
    }
    let piece = |p: usize| {
        let rows = UInt32Array::from_iter_values((n * p / pieces) as u32..(n * (p + 1) / pieces) as u32);
        Ok(take_record_batch(batch, &rows)?)
    };
    (0..pieces).map(piece).collect()
}

/// Adds what a finished task has noted to its table.
fn hand_in(checker: &Checker, notes: Notes, watched: &Mutex<Watched>) {
    let (counts, own) = notes.finish(&checker.mapping.inputs);
    checker.setting.tally.add(counts);
    watched.lock().unwrap_or_else(PoisonError::into_inner).merge(&own);
}

/// The plan that checks the rows of all specs and gives them in one order, whatever order they were read in: by
/// customer, then date where answers have one, then as they were written (events: by all they hold).
///
/// There is one sort, whatever the number of tasks that read: it sorts its batches on all threads, and its memory is
/// not divided.
pub(super) fn sorted(bounds: &[Bound]) -> Result<Arc<dyn ExecutionPlan>> {
    let mut steps = bounds.iter().map(|bound| Arc::new(CheckStep::new(bound)) as Arc<dyn ExecutionPlan>);
    let first = steps.next().expect("a table has a spec");
    let rest: Vec<_> = steps.collect();
    let mut plan =
        if rest.is_empty() { first } else { UnionExec::try_new(std::iter::once(first).chain(rest).collect())? };
    if plan.properties().partitioning.partition_count() > 1 {
        plan = Arc::new(CoalescePartitionsExec::new(plan));
    }
    let schema = plan.schema();
    let keys = match &bounds[0].checker.setting.output {
        Output::Rows { .. } => &["customer_id", ORDER][..],
        Output::Long | Output::Wide(_) | Output::Rivals => &["customer_id", "asked_at", ORDER],
    };
    let keys = keys.iter().map(|name| col(name, &schema).map(PhysicalSortExpr::new_default));
    let ordering = LexOrdering::new(keys.collect::<Result<Vec<_>>>()?).expect("there is at least the customer");
    Ok(Arc::new(SortExec::new(ordering, plan)))
}
