//! Ids that stand for many: guests under one number, and people under two spellings.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::common::Result as EngineResult;
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use futures::StreamExt;

use super::cast::as_text;
use super::engine::{Engine, Purpose};
use super::error::IntakeError;
use super::scratch::ScratchTable;
use super::tally::{GUEST, Tally};

/// Fewest rows of a table before one customer's share of them is looked at. Our judgment: of fewer, one may well have many.
const LEAST_ROWS: u64 = 200;

/// Finds, in rows in order of customer, the customer with the most of them; takes out the rows of guests.
pub(super) struct Crowd {
    tally: Arc<Tally>,
    limit: f64,
    /// Whether the id 0 stands for guests; `None` before the first batch.
    guests: Option<bool>,
    id: Option<String>,
    run: u64,
    most: u64,
    rows: u64,
}

impl Crowd {
    /// `limit`: the largest share of the rows that one customer may have, 0–1.
    pub(super) fn new(tally: Arc<Tally>, limit: f64) -> Self {
        Self { tally, limit, guests: None, id: None, run: 0, most: 0, rows: 0 }
    }

    /// The batch without the rows of guests.
    ///
    /// INVARIANT: rows are sorted before the first batch is given, so that all of them have been counted by then.
    pub(super) fn sift(&mut self, batch: RecordBatch) -> EngineResult<RecordBatch> {
        let limit = self.limit;
        let guests = *self.guests.get_or_insert_with(|| self.tally.reject_guests(LEAST_ROWS, limit));
        let ids = batch.column(0).as_string::<i32>();
        if guests && ids.iter().any(|id| id == Some(GUEST)) {
            let others: BooleanArray = ids.iter().map(|id| Some(id != Some(GUEST))).collect();
            let others = filter_record_batch(&batch, &others)?;
            self.see(others.column(0).as_string::<i32>());
            return Ok(others);
        }
        self.see(ids);
        Ok(batch)
    }

    fn see(&mut self, ids: &StringArray) {
        self.rows += ids.len() as u64;
        for id in ids.iter().flatten() {
            if self.id.as_deref() == Some(id) {
                self.run += 1;
            } else {
                self.id = Some(id.to_owned());
                self.run = 1;
            }
            self.most = self.most.max(self.run);
        }
    }

    /// Rows of one customer who has more than the share allowed, and rows of all.
    pub(super) fn outstanding(&self) -> Option<(u64, u64)> {
        let many = self.rows >= LEAST_ROWS && self.most as f64 > self.limit * self.rows as f64;
        many.then_some((self.most, self.rows))
    }
}

/// Ids, over all of these tables, that another one equals but for the case of its letters: how many spellings there are beyond
/// one for each.
pub(super) fn case_twins(engine: &Engine, tables: &[&ScratchTable]) -> Result<u64, IntakeError> {
    let (mut twins, mut last) = (0, None::<Spelling>);
    in_order_of(engine, tables, "lower(customer_id)", |spelling| {
        if last.as_ref().is_some_and(|last| last.key == spelling.key && last.id != spelling.id) {
            twins += 1;
        }
        last = Some(spelling);
    })?;
    Ok(twins)
}

/// An id, and what it is compared by.
struct Spelling {
    key: String,
    id: String,
}

/// Visits the ids of tables in order of `key` (SQL over `customer_id`), then by id. It is a sort, so that memory does not grow with them.
fn in_order_of(
    engine: &Engine,
    tables: &[&ScratchTable],
    key: &str,
    mut visit: impl FnMut(Spelling),
) -> Result<(), IntakeError> {
    let failed = |error| IntakeError::from_engine(error, "comparing the spelling of ids", engine.memory_limit());
    let session = engine.session(Purpose::Sorted);
    let mut parts = Vec::with_capacity(tables.len());
    for (i, table) in tables.iter().filter(|table| table.rows() > 0).enumerate() {
        session.register_table(format!("t{i}"), Arc::new((*table).clone())).map_err(failed)?;
        parts.push(format!("select distinct customer_id from t{i}"));
    }
    if parts.is_empty() {
        return Ok(());
    }
    let all = parts.join(" union all ");
    let sql = format!("select * from (select {key} as key, customer_id as id from ({all})) where key is not null");
    let run = async {
        // One sort on one task, in the memory that sorts have.
        let mut plan = session.sql(&sql).await?.create_physical_plan().await?;
        if plan.properties().partitioning.partition_count() > 1 {
            plan = Arc::new(CoalescePartitionsExec::new(plan));
        }
        let by = |name: &str| col(name, &plan.schema()).map(PhysicalSortExpr::new_default);
        let order = LexOrdering::new([by("key")?, by("id")?]).expect("two columns");
        let sorted = SortExec::new(order, plan);
        let mut stream = sorted.execute(0, engine.session(Purpose::Mapping).task_ctx())?;
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            let (keys, ids) = (as_text(batch.column(0)), as_text(batch.column(1)));
            for (key, id) in keys.iter().zip(&ids) {
                let [key, id] = [key, id].map(|text| text.unwrap_or_default().to_owned());
                visit(Spelling { key, id });
            }
        }
        EngineResult::Ok(())
    };
    engine.block_on(run).map_err(failed)
}
