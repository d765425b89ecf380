//! Rows of other tables that belong to nobody in `customers`: how many, and what may have gone wrong with their ids.
//!
//! A sample of the ids that found nobody is held against all customers in several ways of writing. The sample are the ids
//! with the smallest hashes, so it depends neither on the order of rows nor on threads.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, StringArray};
use datafusion::arrow::compute::SortOptions;
use datafusion::common::{JoinType, NullEquality, Result as EngineResult};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::SortMergeJoinExec;
use futures::StreamExt;
use twox_hash::XxHash64;

use super::super::spec::TableName;
use super::engine::{Engine, Purpose};
use super::error::IntakeError;
use super::scratch::{ScratchScan, ScratchTable};
use super::way::{WAYS, Way, mask};

/// Ids that are looked at.
const SAMPLE: usize = 2_000;

/// Ids of customers whose shape is looked at.
const SHAPES: u64 = 10_000;

/// Share of a table's rows from which the cause is looked for: of fewer there are always some, and the look goes over all
/// customers. Our judgment.
const WORTH_A_LOOK: f64 = 0.01;

/// Least share of the ids looked at that a cause must explain to be said. Our judgment.
const EXPLAINS: f64 = 0.05;

/// What is known of the strangers in a table.
pub(super) struct Orphans {
    table: TableName,
    /// Rows that belong to nobody.
    pub(super) count: u64,
    /// Rows of the table.
    pub(super) total: u64,
    /// Hash and text of some of their ids.
    sample: BTreeMap<u64, String>,
    /// All of them are in the sample.
    complete: bool,
    cause: Option<String>,
}

impl Orphans {
    /// Looks for the rows of `sheets` whose customer is in none of `known`.
    pub(super) fn find(
        engine: &Engine,
        table: TableName,
        sheets: &[ScratchTable],
        known: &[&ScratchTable],
    ) -> Result<Self, IntakeError> {
        let total = sheets.iter().map(ScratchTable::rows).sum();
        let mut this = Self { table, count: 0, total, sample: BTreeMap::new(), complete: true, cause: None };
        for sheet in sheets {
            strangers(engine, sheet, known, |ids| this.see(ids))?;
        }
        if this.count as f64 >= WORTH_A_LOOK * total as f64 && !this.sample.is_empty() {
            this.cause = Some(this.look(known)?);
        }
        Ok(this)
    }

    fn see(&mut self, ids: &StringArray) {
        self.count += ids.len() as u64;
        for i in (0..ids.len()).filter(|&i| i == 0 || ids.value(i) != ids.value(i - 1)) {
            let hash = hash(ids.value(i));
            if self.sample.len() < SAMPLE || self.sample.last_key_value().is_some_and(|(last, _)| hash < *last) {
                self.sample.insert(hash, ids.value(i).to_owned());
            }
            if self.sample.len() > SAMPLE {
                self.sample.pop_last();
                self.complete = false;
            }
        }
    }

    /// What the ids of customers tell about those of strangers.
    fn look(&self, known: &[&ScratchTable]) -> Result<String, IntakeError> {
        let mut tries: Vec<Try> = WAYS.iter().map(|way| Try::new(*way, self.sample.values())).collect();
        let (mut shapes, mut widest, mut seen) = (BTreeMap::new(), 0, 0);
        for table in known.iter().filter(|table| table.rows() > 0) {
            for batch in table.read(&[0], None)? {
                let batch = batch.map_err(|error| IntakeError::Scratch {
                    path: table.path().to_owned(),
                    source: std::io::Error::other(error.to_string()),
                })?;
                for id in batch.column(0).as_string::<i32>().iter().flatten() {
                    tries.iter_mut().for_each(|one| one.see(id));
                    if seen < SHAPES {
                        widest = widest.max(id.chars().count());
                        *shapes.entry(mask(id)).or_insert(0u64) += 1;
                        seen += 1;
                    }
                }
            }
        }
        Ok(self.cause(&tries, &shapes, widest))
    }

    fn cause(&self, tries: &[Try], shapes: &BTreeMap<String, u64>, widest: usize) -> String {
        // The simplest way that explains nearly as much as any.
        let most_matched = tries.iter().map(Try::matched).max().unwrap_or(0);
        let explains = most_matched > 0 && most_matched as f64 >= EXPLAINS * self.sample.len() as f64;
        let best = tries.iter().find(|one| explains && one.matched() * 10 >= most_matched * 9);
        let Some(best) = best else {
            let mut own = BTreeMap::new();
            self.sample.values().for_each(|id| *own.entry(mask(id)).or_insert(0u64) += 1);
            let shapes = match (most(&own), most(shapes)) {
                (Some(own), Some(theirs)) if own != theirs => {
                    format!("its ids look like `{own}`, those of `customers` like `{theirs}`")
                }
                (Some(own), _) => format!("its ids look like `{own}`, as those of `customers` do"),
                _ => "its ids look like nothing known".to_owned(),
            };
            return format!("{shapes}; look whether the right column is mapped as the id, and the right file");
        };
        let (matched, people) = (best.matched(), self.sample.len());
        let base = if self.complete { format!("{people} ids") } else { format!("{people} ids looked at") };
        let doubt = match best.ambiguous() {
            0 => String::new(),
            n => format!(" ({n} of them would match several customers)"),
        };
        format!("{} {matched} of {base} would match{doubt}: {}", best.way.finding(), best.way.cure(widest))
    }

    /// The sentence about them; `None` = there are none.
    pub(super) fn sentence(&self) -> Option<String> {
        let name = self.table.slug();
        let answers = matches!(self.table, TableName::Ratings | TableName::Attitudes);
        let what = if answers { "people who answered" } else { "rows" };
        let cause = self.cause.as_ref().map_or_else(String::new, |cause| format!(". {cause}"));
        (self.count > 0).then(|| {
            format!(
                "{} of {} {what} in `{name}` belong to nobody in `customers`; left out{cause}",
                self.count, self.total
            )
        })
    }
}

/// A way of writing that is tried, with the sample's ids written so.
struct Try {
    way: Way,
    /// Hash of each id of the sample as written this way, ids of the sample, and customers who are written so too.
    keys: Vec<(u64, u64, u64)>,
}

impl Try {
    fn new<'a>(way: Way, sample: impl Iterator<Item = &'a String>) -> Self {
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for key in sample.filter_map(|id| way.key(id)) {
            *counts.entry(hash(&key)).or_default() += 1;
        }
        Self { way, keys: counts.into_iter().map(|(key, ids)| (key, ids, 0)).collect() }
    }

    fn see(&mut self, id: &str) {
        let Some(key) = self.way.key(id) else { return };
        if let Ok(at) = self.keys.binary_search_by_key(&hash(&key), |(key, ..)| *key) {
            self.keys[at].2 += 1;
        }
    }

    /// Ids of the sample that match a customer.
    fn matched(&self) -> u64 {
        self.keys.iter().filter(|(_, _, customers)| *customers > 0).map(|(_, ids, _)| ids).sum()
    }

    /// Of them, those that match more than one.
    fn ambiguous(&self) -> u64 {
        self.keys.iter().filter(|(_, _, customers)| *customers > 1).map(|(_, ids, _)| ids).sum()
    }
}

fn hash(text: &str) -> u64 {
    XxHash64::oneshot(0, text.as_bytes())
}

/// The most frequent shape; of several the first.
fn most(shapes: &BTreeMap<String, u64>) -> Option<&str> {
    shapes.iter().rev().max_by_key(|(_, count)| **count).map(|(shape, _)| shape.as_str())
}

/// Hands over the ids of the rows of `part` whose customer is in none of `known`, in order.
fn strangers(
    engine: &Engine,
    part: &ScratchTable,
    known: &[&ScratchTable],
    mut take: impl FnMut(&StringArray),
) -> Result<(), IntakeError> {
    let failed = |error| IntakeError::from_engine(error, "looking for unknown customers", engine.memory_limit());
    let session = engine.session(Purpose::Sorted);
    let run = async {
        let mut plan: Arc<dyn ExecutionPlan> = Arc::new(ScratchScan::new(part.clone(), vec![0])?);
        for table in known.iter().filter(|table| table.rows() > 0) {
            let right: Arc<dyn ExecutionPlan> = Arc::new(ScratchScan::new((*table).clone(), vec![0])?);
            let on = vec![(col("customer_id", &plan.schema())?, col("customer_id", &right.schema())?)];
            let (kind, order) = (JoinType::LeftAnti, vec![SortOptions::default()]);
            let equality = NullEquality::NullEqualsNothing;
            plan = Arc::new(SortMergeJoinExec::try_new(plan, right, on, None, kind, order, equality)?);
        }
        let mut stream = plan.execute(0, session.task_ctx())?;
        while let Some(batch) = stream.next().await {
            take(batch?.column(0).as_string::<i32>());
        }
        EngineResult::Ok(())
    };
    engine.block_on(run).map_err(failed)
}
