//! What watches a person's query while rows run through it: its time, the memory of the process, and functions that fail by
//! panicking on some row.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use datafusion::arrow::array::RecordBatch;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::execution_plan::{ChildrenPropertiesMode, ReplaceChildrenOptions};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt;

use super::super::source::survived;

/// Between two looks at the memory of the process.
const PAUSE_MICROS: u64 = 5_000;

/// Columns from which on a step is not rebuilt to watch what is below it: only the whole is watched then.
const WIDE: usize = 1000;

/// The step that computes windows over all rows of a group: it keeps its whole input, copies it once, and reserves neither.
const KEEPER: &str = "WindowAggExec";

/// Part of the memory that such a step may keep.
const KEPT_SHARE: u64 = 5;

/// Memory that a process takes beside what it works with: the program itself, stacks, what the allocator keeps.
pub(crate) const BASE_MEMORY: u64 = 64 << 20;

/// A query that was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OverTime {
    /// It took longer than it may.
    #[error("took longer than it may")]
    Time(Duration),
    /// The process took more memory than the job may.
    #[error("took more memory than it may")]
    Memory,
    /// A function panicked.
    #[error("a function failed on some row")]
    Failed,
}

/// Watches one query.
#[derive(Debug)]
pub(crate) struct QueryGuard {
    started: OnceLock<Instant>,
    time: Option<Duration>,
    memory: u64,
    looked: AtomicU64,
    failed: AtomicBool,
}

impl QueryGuard {
    /// A query that may run for `time` (`None`: as long as it takes) in a process of `memory` bytes and its base.
    pub(crate) fn new(time: Option<Duration>, memory: u64) -> Self {
        let (started, looked) = (OnceLock::new(), AtomicU64::new(0));
        Self { started, time, memory: memory.saturating_add(BASE_MEMORY), looked, failed: AtomicBool::new(false) }
    }

    /// Whether the query ended with an error.
    pub(crate) fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    fn look(&self) -> Result<(), OverTime> {
        let since = self.started.get_or_init(Instant::now).elapsed();
        if let Some(time) = self.time.filter(|time| since > *time) {
            return Err(OverTime::Time(time));
        }
        let now = since.as_micros() as u64;
        let last = self.looked.load(Ordering::Relaxed);
        if now >= last.saturating_add(PAUSE_MICROS) {
            self.looked.store(now, Ordering::Relaxed);
            if resident().is_some_and(|bytes| bytes > self.memory) {
                return Err(OverTime::Memory);
            }
        }
        Ok(())
    }
}

/// Memory that the process takes right now, in bytes; `None` where the system does not say.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?;
    Some(kilobytes.trim().parse::<u64>().ok()? << 10)
}

/// The plan of a query, watched at every step.
pub(crate) fn guarded(plan: Arc<dyn ExecutionPlan>, guard: &Arc<QueryGuard>) -> Result<Arc<dyn ExecutionPlan>> {
    let watch = |inner, kept| Arc::new(GuardStep { inner, guard: Arc::clone(guard), kept }) as Arc<dyn ExecutionPlan>;
    let step = |inner| watch(inner, None);
    let mut widest = 0;
    plan.apply(|node| {
        widest = widest.max(node.schema().fields().len());
        Ok(TreeNodeRecursion::Continue)
    })?;
    if widest > WIDE {
        return Ok(step(plan));
    }
    let kept = guard.memory / KEPT_SHARE;
    let watched = plan.transform_up(|node| {
        let keeps = node.name() == KEEPER;
        let below = node.children().into_iter().map(|below| watch(Arc::clone(below), Some(kept))).collect();
        let node = if keeps {
            node.replace_children(below, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep))?
        } else {
            node
        };
        Ok(Transformed::yes(step(node)))
    });
    Ok(watched?.data)
}

/// Hands on what a step gives, as long as nothing stops it.
struct GuardStep {
    inner: Arc<dyn ExecutionPlan>,
    guard: Arc<QueryGuard>,
    /// Bytes that may go through, where the step above keeps all of them without telling the engine.
    kept: Option<u64>,
}

impl fmt::Debug for GuardStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardStep").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl DisplayAs for GuardStep {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GuardStep")
    }
}

impl ExecutionPlan for GuardStep {
    fn name(&self) -> &'static str {
        "GuardStep"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.inner.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.inner]
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let inner = children.pop().unwrap_or_else(|| Arc::clone(&self.inner));
        Ok(Arc::new(Self { inner, guard: Arc::clone(&self.guard), kept: self.kept }))
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let inner = children.pop().unwrap_or_else(|| Arc::clone(&self.inner));
        Ok(Arc::new(Self { inner, guard: Arc::clone(&self.guard), kept: self.kept }))
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let started = survived(|| self.inner.execute(partition, context));
        let mut inner = started.unwrap_or_else(|| Err(stopped(OverTime::Failed)))?;
        let (guard, schema, kept) = (Arc::clone(&self.guard), inner.schema(), self.kept.unwrap_or(u64::MAX));
        let (mut done, mut bytes) = (false, 0u64);
        let next = move |context: &mut Context<'_>| {
            if done {
                return Poll::Ready(None);
            }
            let mut next = poll(&guard, &mut inner, context);
            if let Poll::Ready(Some(Ok(batch))) = &next {
                bytes += batch.get_array_memory_size() as u64;
                if bytes > kept {
                    next = Poll::Ready(Some(Err(stopped(OverTime::Memory))));
                }
            }
            if let Poll::Ready(None | Some(Err(_))) = &next {
                done = true;
                guard.failed.fetch_or(!matches!(&next, Poll::Ready(None)), Ordering::Relaxed);
            }
            next
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::poll_fn(next))))
    }
}

fn poll(
    guard: &QueryGuard,
    inner: &mut SendableRecordBatchStream,
    context: &mut Context<'_>,
) -> Poll<Option<Result<RecordBatch>>> {
    if let Err(over) = guard.look() {
        return Poll::Ready(Some(Err(stopped(over))));
    }
    survived(|| inner.poll_next_unpin(context)).unwrap_or_else(|| Poll::Ready(Some(Err(stopped(OverTime::Failed)))))
}

fn stopped(over: OverTime) -> DataFusionError {
    DataFusionError::External(Box::new(over))
}
