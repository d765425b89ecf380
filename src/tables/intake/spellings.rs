//! Ids of `customers` that are spellings of one e-mail address: what one of them forbids is forbidden for all.
//!
//! Looked for only where an id is an address in another spelling than its form. The addresses are sorted on scratch;
//! what is kept in memory are the customers for whom something changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::common::Result as EngineResult;
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::sorts::sort::SortExec;
use futures::StreamExt;

use super::super::address::address_form;
use super::engine::{Engine, Purpose};
use super::error::IntakeError;
use super::excluded::{Excluded, addresses_at, excluded_batch, excluded_schema};
use super::guard::{Guard, GuardColumns};
use super::scratch::{ScratchScan, ScratchTable, ScratchWriter};
use super::stage::{Stage, Staged};
use super::tally::Counts;

/// What is being done, for messages.
const COMPARING: &str = "comparing the spellings of addresses";

/// What was found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spelled {
    /// Addresses with more than one spelling.
    pub(super) addresses: u64,
    /// Customers whose flags became stricter by another spelling.
    pub(super) stricter: u64,
    /// Customers left out because another spelling asked to be erased.
    pub(super) erased: u64,
}

/// Columns of the addresses: form, id, what its rows forbid, whether it is among the customers kept. None is called as
/// the id is in other tables, whose order this one has not.
fn address_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("form", DataType::Utf8, false),
        Field::new("spelling", DataType::Utf8, false),
        Field::new("guard", DataType::Int64, false),
        Field::new("kept", DataType::Boolean, false),
    ]))
}

impl Stage<'_> {
    /// Puts the customers into `staged`, every spelling of an address as strict as the strictest.
    pub(super) fn guard_spellings(
        &self,
        customers: ScratchTable,
        excluded: ScratchTable,
        staged: &mut Staged,
    ) -> Result<(), IntakeError> {
        let addresses = self.addresses(&customers, &excluded)?;
        let (found, changes) = compare(self.binder.engine, addresses)?;
        staged.spellings = found;
        staged.excluded.push(excluded);
        if changes.is_empty() {
            staged.sheets.push(customers);
            return Ok(());
        }
        let guards = GuardColumns::of(customers.columns());
        let writer = ScratchWriter::create(self.scratch, "customers_guarded", Arc::clone(customers.columns()))?;
        let all: Vec<usize> = (0..customers.columns().fields().len()).collect();
        let mut gone: Vec<Excluded> = Vec::new();
        for batch in customers.read(&all, None)? {
            let batch = batch.map_err(|error| broken(&customers, &error.to_string()))?;
            gone.extend(erased(&batch, &changes));
            let guarded = guarded(&guards, batch, &changes).map_err(|error| broken(&customers, &error.to_string()))?;
            writer.write(guarded);
        }
        staged.sheets.push(writer.finish()?);
        let writer = ScratchWriter::create(self.scratch, "customers_erased", excluded_schema())?;
        writer.write(excluded_batch(&gone).map_err(|error| broken(&customers, &error.to_string()))?);
        staged.excluded.push(writer.finish()?);
        let mut counts = Counts::default();
        counts.set_aside("erasure_requested", gone.len() as u64);
        staged.tally.add(counts);
        Ok(())
    }

    /// All ids that are addresses, in the order of ids.
    fn addresses(&self, customers: &ScratchTable, excluded: &ScratchTable) -> Result<ScratchTable, IntakeError> {
        let writer = ScratchWriter::create(self.scratch, "addresses", address_schema())?;
        let mut columns: Vec<usize> = GuardColumns::of(customers.columns()).places().chain([0]).collect();
        columns.sort_unstable();
        for batch in customers.read(&columns, None)? {
            let batch = batch.map_err(|error| broken(customers, &error.to_string()))?;
            let guards = GuardColumns::of(&batch.schema());
            writer.write(address_rows(&batch, true, |row| guards.guard(&batch, row).to_bits())?);
        }
        for batch in excluded.read(&[0, 1], None)? {
            let batch = batch.map_err(|error| broken(excluded, &error.to_string()))?;
            let guards = batch.column(1).as_primitive::<Int64Type>();
            writer.write(address_rows(&batch, false, |row| guards.value(row))?);
        }
        writer.finish()
    }
}

fn broken(table: &ScratchTable, what: &str) -> IntakeError {
    IntakeError::Scratch { path: table.path().to_owned(), source: std::io::Error::other(what.to_owned()) }
}

/// The addresses among the ids of a batch.
fn address_rows(batch: &RecordBatch, kept: bool, guard: impl Fn(usize) -> i64) -> Result<RecordBatch, IntakeError> {
    let ids = batch.column(0).as_string::<i32>();
    let found: Vec<(usize, String)> =
        (0..ids.len()).filter_map(|row| Some((row, address_form(ids.value(row))?))).collect();
    let forms = StringArray::from_iter_values(found.iter().map(|(_, form)| form));
    let spellings = StringArray::from_iter_values(found.iter().map(|(row, _)| ids.value(*row)));
    let guards = Int64Array::from_iter_values(found.iter().map(|(row, _)| guard(*row)));
    let kept = BooleanArray::from(vec![kept; found.len()]);
    let columns: Vec<Arc<dyn Array>> = vec![Arc::new(forms), Arc::new(spellings), Arc::new(guards), Arc::new(kept)];
    RecordBatch::try_new(address_schema(), columns)
        .map_err(|error| IntakeError::Engine { stage: COMPARING.to_owned(), what: error.to_string() })
}

/// Spellings of the address at hand.
#[derive(Default)]
struct OneAddress {
    form: String,
    /// Id, what its rows forbid, and whether it is kept.
    spellings: Vec<(String, Guard, bool)>,
}

impl OneAddress {
    /// Notes what changes for its spellings, and forgets them.
    fn close(&mut self, found: &mut Spelled, changes: &mut BTreeMap<String, Guard>) {
        let spellings = std::mem::take(&mut self.spellings);
        if spellings.len() < 2 {
            return;
        }
        found.addresses += 1;
        let strictest = spellings.iter().fold(Guard::default(), |all, (_, own, _)| all.and(*own));
        for (id, _, _) in spellings.into_iter().filter(|(_, own, kept)| *kept && *own != strictest) {
            if strictest.erases() {
                found.erased += 1;
            } else {
                found.stricter += 1;
            }
            changes.insert(id, strictest);
        }
    }
}

/// Sorts the addresses and compares their spellings; gives the customers for whom something changes.
fn compare(engine: &Engine, addresses: ScratchTable) -> Result<(Spelled, BTreeMap<String, Guard>), IntakeError> {
    let (mut found, mut changes, mut open) = (Spelled::default(), BTreeMap::new(), OneAddress::default());
    let work = async {
        let scan: Arc<dyn ExecutionPlan> = Arc::new(ScratchScan::new(addresses, vec![0, 1, 2, 3])?);
        let schema = scan.schema();
        let keys = ["form", "spelling"].map(|name| col(name, &schema).map(PhysicalSortExpr::new_default));
        let keys = keys.into_iter().collect::<EngineResult<Vec<_>>>()?;
        let sort = SortExec::new(LexOrdering::new(keys).expect("two columns"), scan);
        let mut stream = sort.execute(0, engine.session(Purpose::Sorted).task_ctx())?;
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            let [forms, spellings] = [0, 1].map(|at| batch.column(at).as_string::<i32>());
            let (guards, kept) = (batch.column(2).as_primitive::<Int64Type>(), batch.column(3).as_boolean());
            for row in 0..batch.num_rows() {
                if open.form != forms.value(row) {
                    open.close(&mut found, &mut changes);
                    forms.value(row).clone_into(&mut open.form);
                }
                let guard = Guard::from_bits(guards.value(row));
                open.spellings.push((spellings.value(row).to_owned(), guard, kept.value(row)));
            }
        }
        EngineResult::Ok(())
    };
    engine.block_on(work).map_err(|error| IntakeError::from_engine(error, COMPARING, engine.memory_limit()))?;
    open.close(&mut found, &mut changes);
    Ok((found, changes))
}

/// The customers of a batch who go, because another spelling asked to be erased.
fn erased(batch: &RecordBatch, changes: &BTreeMap<String, Guard>) -> Vec<Excluded> {
    let ids = batch.column(0).as_string::<i32>();
    let gone = |row: usize| {
        let guard = changes.get(ids.value(row)).copied().filter(|guard| guard.erases())?;
        Some(Excluded { id: ids.value(row).to_owned(), guard, addresses: addresses_at(batch, row) })
    };
    (0..ids.len()).filter_map(gone).collect()
}

/// The customers of a batch who stay, as strict as `changes` say.
fn guarded(guards: &GuardColumns, batch: RecordBatch, changes: &BTreeMap<String, Guard>) -> EngineResult<RecordBatch> {
    let ids = batch.column(0).as_string::<i32>();
    let wanted: Vec<(usize, Guard)> =
        (0..ids.len()).filter_map(|row| Some((row, *changes.get(ids.value(row))?))).collect();
    if wanted.is_empty() {
        return Ok(batch);
    }
    let mut keep = vec![true; ids.len()];
    wanted.iter().for_each(|(row, guard)| keep[*row] = !guard.erases());
    let batch = guards.tighten(batch, &wanted)?;
    Ok(filter_record_batch(&batch, &BooleanArray::from(keep))?)
}
