//! The query engine: its threads, its memory and where it spills.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use datafusion::execution::context::SessionContext;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::SessionConfig;
use tokio::runtime::Handle;

use super::super::query::{OverTime, PLAN_STACK, QueryGuard, bound_functions};
use super::super::source::survived;
use super::error::IntakeError;
use super::exact_sum::exact_amount;
use crate::model::rows::BLOCK_ROWS;

/// Most memory a sort may hold before it spills: four million customers must not cost more than one million.
const SORT_MEMORY: u64 = 128 << 20;

/// Least memory a sort can work with.
const SORT_MEMORY_LEAST: u64 = 32 << 20;

/// Share of the sort memory that merging may take. Rows that are little more than their key need nearly as much again
/// for the keys of the runs being merged.
const MERGE_SHARE: f64 = 0.6;

/// Rows of a batch while sorting: each run that is merged holds a few batches in memory.
const SORT_BATCH_ROWS: usize = 1024;

/// Most spilled runs merged at once.
const MERGE_FAN_IN: usize = 32;

/// Most tasks that read at the same time.
const MOST_READERS: usize = 8;

/// Most tasks that join at the same time.
const MOST_JOINS: usize = 4;

/// Memory a joining task is reckoned to take: the groups of its sums, and a row group being written.
const JOIN_MEMORY: u64 = 256 << 20;

/// What is said of an engine that does not start.
const STARTING: &str = "starting the query engine";

/// Stack of the engine's threads: its planner recurses, and is compiled without optimization to build fast.
pub(super) const STACK: usize = 16 << 20;

/// Runs `work` on a thread with a stack the planner fits in, whatever the caller's.
pub(super) fn with_stack<T: Send>(work: impl FnOnce() -> Result<T, IntakeError> + Send) -> Result<T, IntakeError> {
    let failed = |source| IntakeError::NoThread { stage: STARTING, source };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("intake".to_owned()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work).map_err(failed)?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Functions whose result is not the same every time: a night must be.
const UNSTEADY: [&str; 9] =
    ["now", "current_timestamp", "current_date", "today", "current_time", "random", "rand", "uuid", "version"];

/// Functions that make rows of nothing.
const ENDLESS: [&str; 2] = ["generate_series", "range"];

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Our plans over raw sources, on as many tasks as there are threads.
    Mapping,
    /// A user's SQL: one task, so that its sums do not depend on the number of threads; identifiers as written.
    UserSql,
    /// Streaming over sorted tables: one task, so that the order survives.
    Sorted,
}

/// The engine of one intake.
pub(super) struct Engine {
    runtime: tokio::runtime::Runtime,
    sorting: Arc<RuntimeEnv>,
    querying: Arc<RuntimeEnv>,
    tasks: usize,
    sort_memory: u64,
    memory_limit: u64,
    query_time: Option<Duration>,
}

impl Engine {
    /// Starts the threads; spilled data goes below `scratch`. A person's query may take `query_time`; `None`: as long as it takes.
    pub(super) fn start(
        scratch: &Path,
        memory_limit: u64,
        threads: usize,
        query_time: Option<Duration>,
    ) -> Result<Self, IntakeError> {
        let threads = threads.max(1);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_stack_size(STACK)
            .thread_name("intake")
            .build()
            .map_err(|source| IntakeError::NoThread { stage: STARTING, source })?;
        let spill = scratch.join("spill");
        // Not `create_dir_all`: a scratch folder that was taken away, because the run is being stopped, stays away.
        match std::fs::create_dir(&spill) {
            Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(IntakeError::Scratch { path: spill, source });
            }
            _ => {}
        }
        let env = |pool: Arc<dyn MemoryPool>| {
            let disk = DiskManagerBuilder::default()
                .with_mode(DiskManagerMode::Directories(vec![spill.clone()]))
                .with_max_temp_directory_size(u64::MAX)
                .with_max_spill_merge_fan_in(MERGE_FAN_IN);
            RuntimeEnvBuilder::new()
                .with_memory_pool(pool)
                .with_disk_manager_builder(disk)
                .build_arc()
                .map_err(|error| IntakeError::from_engine(error, STARTING, memory_limit))
        };
        let sort_memory = (memory_limit / 4).clamp(SORT_MEMORY_LEAST, SORT_MEMORY);
        // A table of groups that grows is there twice for a moment, and what it gives is copied.
        let query_memory = (memory_limit / 5 * 2).max(SORT_MEMORY_LEAST);
        Ok(Self {
            runtime,
            sorting: env(Arc::new(GreedyMemoryPool::new(sort_memory as usize)))?,
            querying: env(Arc::new(GreedyMemoryPool::new(query_memory as usize)))?,
            tasks: threads.min(MOST_READERS),
            sort_memory,
            memory_limit,
            query_time,
        })
    }

    /// A session. Only `Mapping` has the memory of sorts.
    pub(super) fn session(&self, purpose: Purpose) -> SessionContext {
        let tasks = if purpose == Purpose::Mapping { self.tasks } else { 1 };
        let batch_rows = if purpose == Purpose::Mapping { SORT_BATCH_ROWS } else { BLOCK_ROWS };
        let mut config = SessionConfig::new().with_target_partitions(tasks).with_batch_size(batch_rows);
        let options = config.options_mut();
        options.execution.collect_statistics = false;
        options.execution.sort_spill_reservation_bytes = (self.sort_memory as f64 * MERGE_SHARE) as usize;
        options.sql_parser.enable_ident_normalization = purpose != Purpose::UserSql;
        let env = if purpose == Purpose::Mapping { &self.sorting } else { &self.querying };
        let context = SessionContext::new_with_config_rt(config, Arc::clone(env));
        if purpose == Purpose::Sorted {
            context.register_udf(exact_amount());
        }
        if purpose == Purpose::UserSql {
            for name in UNSTEADY {
                context.deregister_udf(name);
            }
        }
        if purpose != Purpose::Mapping {
            for name in ENDLESS {
                context.deregister_udtf(name);
            }
            bound_functions(&context, self.memory_limit);
        }
        context
    }

    /// What watches one query of a person.
    pub(super) fn guard(&self) -> Arc<QueryGuard> {
        Arc::new(QueryGuard::new(self.query_time, self.memory_limit))
    }

    /// Plans on a thread of its own, with a stack for the largest query allowed. What takes too long is left behind; the process
    /// ends soon after.
    pub(super) fn plan<T: Send + 'static>(
        &self,
        work: impl FnOnce(Handle) -> T + Send + 'static,
    ) -> Result<T, OverTime> {
        let (sender, receiver) = sync_channel(1);
        let handle = self.runtime.handle().clone();
        let thread = std::thread::Builder::new().name("plan".to_owned()).stack_size(PLAN_STACK);
        let work = move || drop(sender.send(survived(|| work(handle))));
        thread.spawn(work).map_err(|_| OverTime::Memory)?;
        let planned = match self.query_time {
            Some(time) => receiver.recv_timeout(time),
            None => receiver.recv().map_err(RecvTimeoutError::from),
        };
        match planned {
            Ok(Some(planned)) => Ok(planned),
            Ok(None) | Err(RecvTimeoutError::Disconnected) => Err(OverTime::Failed),
            Err(RecvTimeoutError::Timeout) => Err(OverTime::Time(self.query_time.unwrap_or_default())),
        }
    }

    /// Tasks that may join side by side.
    pub(super) fn joins(&self) -> usize {
        let fit = usize::try_from(self.memory_limit / JOIN_MEMORY).unwrap_or(MOST_JOINS);
        self.tasks.min(MOST_JOINS).min(fit).max(1)
    }

    /// Tasks that read at the same time.
    pub(super) fn tasks(&self) -> usize {
        self.tasks
    }

    /// The memory limit of the whole job, in bytes: what messages name.
    pub(super) fn memory_limit(&self) -> u64 {
        self.memory_limit
    }

    /// Runs a future on the engine's threads.
    pub(super) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}
