//! One canonical table from its specs to scratch: check, sort, make unique or fold, write.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::Result as EngineResult;
use futures::StreamExt;

use super::super::contract::Kind;
use super::super::forgotten::Forgotten;
use super::super::ledger::Scope;
use super::super::spec::{TableName, TableSpec};
use super::bind::{Binder, BindingTarget};
use super::cells::Cells;
use super::check::Output;
use super::crowd::Crowd;
use super::dirty::{find, is_dirty};
use super::doubts::{Seen, off_scale, unfilled};
use super::engine::Purpose;
use super::error::IntakeError;
use super::excluded::{excluded_batch, excluded_schema};
use super::fold::Fold;
use super::lines::{Lines, is_dated, is_kept};
use super::mapping::Form;
use super::notes::rule_in_words;
use super::plan::{Bound, sorted};
use super::scratch::{ScratchTable, ScratchWriter};
use super::spellings::Spelled;
use super::tally::Tally;
use super::unique::{LeaveOut, Sifted, Unique};
use crate::model::rows::Aspect;

/// A canonical table on scratch.
pub(super) struct Staged {
    pub(super) table: TableName,
    pub(super) tally: Arc<Tally>,
    /// In order of customer. For tables of answers one file per sheet: wide answers about different aspects are kept
    /// apart, because most respondents answer both in different rows.
    pub(super) sheets: Vec<ScratchTable>,
    /// Ids that are known but left out; for `customers` only.
    pub(super) excluded: Vec<ScratchTable>,
    /// E-mail addresses among the ids that are spelled in several ways; for `customers` only.
    pub(super) spellings: Spelled,
    /// Answers about competitors; for tables of answers only.
    pub(super) rivals: Option<ScratchTable>,
    /// Answers replaced by a later one.
    pub(super) replaced: u64,
    /// Events that are exact copies of another. They count as they stand: two equal purchases are possible.
    pub(super) copies: u64,
    /// Rows of one customer who has more of them than one should, and rows of all.
    pub(super) outstanding: Option<(u64, u64)>,
    /// Lines of orders that took the date of their order.
    pub(super) dated_lines: u64,
    /// Orders with several amounts, and those of them in which all are the same.
    pub(super) repeated: (u64, u64),
    /// Doubts about scales, in words.
    pub(super) doubts: Vec<String>,
    /// Columns of answers that hold none.
    pub(super) unanswered: Vec<String>,
    /// "Does not apply" answers.
    pub(super) not_applicable: u64,
    /// By sheet that knows it: respondents, the median of their seconds, and how many took less than a third of it.
    pub(super) speeders: Vec<(u64, u32, u64)>,
    /// Result columns of queries that nothing reads.
    pub(super) unused: Vec<String>,
    /// Sources read.
    pub(super) used: BTreeSet<String>,
}

impl Staged {
    /// Why no customer is left: what was read, rejected and set aside, and what most rows were rejected for.
    pub(super) fn nobody_left(&self) -> IntakeError {
        let ledger = self.tally.ledger();
        let set_aside = ledger.set_aside.values().sum();
        let aside = ledger.set_aside.iter().max_by_key(|(_, count)| **count).map(|(rule, _)| rule_in_words(rule));
        let of_rows = ledger.faults.into_iter().filter(|fault| fault.scope == Scope::Row);
        let most = of_rows.max_by_key(|fault| fault.count).map(Box::new);
        IntakeError::NoCustomers { read: ledger.read, rejected: ledger.rejected, set_aside, most, aside }
    }
}

/// Where and when.
pub(super) struct Stage<'a> {
    pub(super) binder: &'a Binder<'a>,
    pub(super) scratch: &'a Path,
    /// The day of the night, as days since 1970.
    pub(super) day: i32,
    /// Customers who are left out of everything.
    pub(super) forgotten: Option<&'a Forgotten>,
    /// Largest share of the rows of a table that one customer may have before it is said.
    pub(super) max_share: f64,
    /// Whether the id 0 stands for guests, as a table of events has shown.
    pub(super) guests: bool,
}

impl Stage<'_> {
    /// Runs a table.
    pub(super) fn run(
        &self,
        table: TableName,
        specs: &[TableSpec],
        cells: Option<&Arc<Cells>>,
        tally: Arc<Tally>,
    ) -> Result<Staged, IntakeError> {
        let mut staged = Staged {
            table,
            tally,
            sheets: Vec::new(),
            excluded: Vec::new(),
            spellings: Spelled::default(),
            rivals: None,
            replaced: 0,
            copies: 0,
            outstanding: None,
            dated_lines: 0,
            repeated: (0, 0),
            doubts: Vec::new(),
            unanswered: Vec::new(),
            not_applicable: 0,
            speeders: Vec::new(),
            unused: Vec::new(),
            used: BTreeSet::new(),
        };
        for specs in sheets_of(specs) {
            let listed = specs.len() > 1 || specs.iter().any(|(i, _)| *i > 0);
            let target = BindingTarget { table, listed, cells: cells.cloned(), tally: &staged.tally, output: None };
            let (bounds, used) = self.binder.bind(&specs, target)?;
            staged.unused.extend(bounds.iter().flat_map(|bound| bound.unused.iter().cloned()));
            staged.used.extend(used);
            match &bounds[0].checker.setting.output {
                Output::Rows { ordered: true, .. } => self.unique(&bounds, &mut staged)?,
                Output::Rows { .. } => self.events(&bounds, &mut staged)?,
                Output::Long | Output::Wide(_) | Output::Rivals => self.answers(&bounds, &mut staged)?,
            }
            refuse_unknown_day_order(&bounds, &staged.tally)?;
            look_at_scales(&bounds, &mut staged);
        }
        if let Some(cells) = cells {
            staged.rivals = self.rivals(specs, cells, &staged)?;
        }
        Ok(staged)
    }

    fn unique(&self, bounds: &[Bound], staged: &mut Staged) -> Result<(), IntakeError> {
        let checker = &bounds[0].checker;
        let id_column = checker.mapping.inputs[0].from.clone();
        let leave_out = LeaveOut { day: self.day, forgotten: self.forgotten, guests: self.guests };
        let mut unique = Unique::new(Arc::clone(&staged.tally), &checker.schema, id_column, leave_out);
        let writer = ScratchWriter::create(self.scratch, staged.table.slug(), Arc::clone(unique.schema()))?;
        let name = format!("{}_excluded", staged.table.slug());
        let excluded = ScratchWriter::create(self.scratch, &name, excluded_schema())?;
        let put = |sifted: Sifted| -> EngineResult<bool> {
            Ok(excluded.write(excluded_batch(&sifted.excluded)?) & writer.write(sifted.kept))
        };
        self.drive(bounds, staged.table, |batch| match batch {
            Some(batch) => put(unique.push(&batch)?),
            None => unique.finish()?.map_or(Ok(true), put),
        })?;
        let (kept, excluded) = (writer.finish()?, excluded.finish()?);
        if staged.table != TableName::Customers {
            staged.sheets.push(kept);
        } else if unique.respelled {
            self.guard_spellings(kept, excluded, staged)?;
        } else {
            staged.sheets.push(kept);
            staged.excluded.push(excluded);
        }
        Ok(())
    }

    fn events(&self, bounds: &[Bound], staged: &mut Staged) -> Result<(), IntakeError> {
        let checker = &bounds[0].checker;
        let checked = &checker.schema;
        let mut lines = matches!(checker.setting.output, Output::Rows { lines: true, .. }).then(|| Lines::new(checker));
        // The column that broke ties stays behind.
        let fields = checked.fields().iter().enumerate();
        let columns: Vec<usize> = fields.filter(|(_, field)| is_kept(field.name())).map(|(at, _)| at).collect();
        let schema = checked.project(&columns).map_err(|error| {
            IntakeError::from_engine(error.into(), staged.table.slug(), self.binder.engine.memory_limit())
        })?;
        let writer = ScratchWriter::create(self.scratch, staged.table.slug(), Arc::new(schema))?;
        let mut copies = Copies::default();
        let mut crowd = Crowd::new(Arc::clone(&staged.tally), self.max_share);
        self.drive(bounds, staged.table, |batch| match batch {
            Some(batch) => {
                let batch = crowd.sift(batch)?;
                let batch = lines.as_mut().map_or_else(|| Ok(batch.clone()), |lines| lines.fill(&batch))?;
                copies.see(&batch, lines.is_some());
                Ok(writer.write(batch.project(&columns)?))
            }
            None => Ok(true),
        })?;
        staged.copies = copies.n;
        staged.outstanding = crowd.outstanding();
        if let Some(lines) = &mut lines {
            lines.close();
            (staged.dated_lines, staged.repeated) = (lines.filled, lines.repeated);
        }
        staged.sheets.push(writer.finish()?);
        Ok(())
    }

    fn answers(&self, bounds: &[Bound], staged: &mut Staged) -> Result<(), IntakeError> {
        let checker = &bounds[0].checker;
        let names = checker.setting.cells.as_ref().map_or(&[][..], |cells| cells.names());
        let mut fold = Fold::new(&checker.setting.output, &checker.schema, names);
        let name = format!("{}_{}", staged.table.slug(), staged.sheets.len());
        let writer = ScratchWriter::create(self.scratch, &name, Arc::clone(fold.schema()))?;
        let mut crowd = Crowd::new(Arc::clone(&staged.tally), self.max_share);
        self.drive(bounds, staged.table, |batch| {
            let folded = match batch {
                Some(batch) => Some(fold.push(&crowd.sift(batch)?)?),
                None => fold.finish()?,
            };
            Ok(folded.is_none_or(|folded| writer.write(folded)))
        })?;
        staged.replaced += fold.replaced;
        staged.outstanding = staged.outstanding.or(crowd.outstanding());
        let sheet = writer.finish()?;
        staged.unanswered.extend(unanswered(bounds, &sheet));
        staged.sheets.push(sheet);
        Ok(())
    }

    /// Runs the plan that checks and sorts; `take` gets each batch, then `None`, and says whether to go on.
    pub(super) fn drive(
        &self,
        bounds: &[Bound],
        table: TableName,
        mut take: impl FnMut(Option<RecordBatch>) -> EngineResult<bool>,
    ) -> Result<(), IntakeError> {
        let engine = self.binder.engine;
        let stage = format!("reading `{}`", table.slug());
        let run = async {
            let plan = sorted(bounds)?;
            let mut stream = plan.execute(0, engine.session(Purpose::Mapping).task_ctx())?;
            while let Some(batch) = stream.next().await {
                if !take(Some(batch?))? {
                    return Ok(());
                }
            }
            take(None).map(drop)
        };
        engine.block_on(run).map_err(|error| {
            let limit = engine.memory_limit();
            let failed =
                bounds.iter().find_map(|bound| Some(bound).zip(bound.query.as_ref().filter(|q| q.guard.failed())));
            match failed {
                Some((bound, query)) if is_dirty(&error) => {
                    let cell = Box::new(engine.block_on(find(query.frame.clone(), limit)));
                    IntakeError::QueryCell { place: bound.place.clone(), cell }
                }
                Some((bound, _)) => IntakeError::from_query(error, &bound.place, limit),
                None => IntakeError::from_engine(error, &stage, limit),
            }
        })
    }
}

/// Counts rows that equal the one before them.
#[derive(Default)]
struct Copies {
    last: Option<(String, i64)>,
    n: u64,
}

impl Copies {
    /// Checked rows in order, [`ORDER`](super::check::ORDER) last. Of `lines`, those that follow the first of their order
    /// are alike by nature.
    fn see(&mut self, batch: &RecordBatch, lines: bool) {
        let ids = batch.column(0).as_string::<i32>();
        let orders = batch.column(batch.num_columns() - 1).as_primitive::<Int64Type>().values();
        let n = ids.len();
        if n == 0 {
            return;
        }
        let counts = |i: usize| !lines || is_dated(orders[i]);
        let same = |i: usize| counts(i) && orders[i] == orders[i - 1] && ids.value(i) == ids.value(i - 1);
        let last = self.last.as_ref().filter(|_| counts(0));
        let first = last.is_some_and(|(id, order)| *order == orders[0] && id == ids.value(0));
        self.n += u64::from(first) + (1..n).filter(|&i| same(i)).count() as u64;
        self.last = Some((ids.value(n - 1).to_owned(), orders[n - 1]));
    }
}

/// Refuses a table with a column of dates whose day and month stand before the year, where nothing says which comes first: all of
/// it was read, so that the files' order and the number of tasks do not matter.
///
/// METHOD (our judgment): where at least half of the cells of the column are written so, the column is; fewer are cells at fault.
fn refuse_unknown_day_order(bounds: &[Bound], tally: &Tally) -> Result<(), IntakeError> {
    let without_format = |column: &str| {
        let mut bounds = bounds.iter().filter(|bound| bound.checker.times.format.is_none());
        bounds.find(|bound| bound.checker.mapping.inputs.iter().any(|input| input.from == column))
    };
    let ledger = tally.ledger();
    for fault in &ledger.faults {
        let (Some(order), Some(bound)) = (fault.day_order(), without_format(&fault.column)) else { continue };
        let read: u64 =
            ledger.columns.iter().filter(|own| own.column == fault.column).map(|own| own.read).max().unwrap_or(0);
        if 2 * order.cells() >= read {
            return Err(IntakeError::DayOrder {
                place: bound.place.clone(),
                column: fault.column.clone(),
                cells: order.cells(),
                shape: fault.shapes.first().map_or_else(String::new, |seen| seen.shape.clone()),
                advice: order.advice(),
            });
        }
    }
    Ok(())
}

/// Specs that are read together. Wide answers about importance and about fulfillment have no cell in common and are
/// read apart: together, half of each row would be empty.
fn sheets_of(specs: &[TableSpec]) -> Vec<Vec<(usize, &TableSpec)>> {
    let all = || specs.iter().enumerate();
    if specs.is_empty() || specs.iter().any(|spec| spec.wide.is_none()) {
        return vec![all().collect()];
    }
    let aspect = |spec: &TableSpec| spec.wide.as_ref().and_then(|wide| wide.aspect).unwrap_or(Aspect::Fulfillment);
    let aspects = [Aspect::Importance, Aspect::Fulfillment];
    let sheets = aspects.map(|own| all().filter(|(_, spec)| aspect(spec) == own).collect::<Vec<_>>());
    sheets.into_iter().filter(|sheet| !sheet.is_empty()).collect()
}

/// Columns of wide answers in which nobody answered, as their source names them.
fn unanswered(bounds: &[Bound], sheet: &ScratchTable) -> Vec<String> {
    let wide = bounds.iter().filter(|bound| matches!(bound.checker.mapping.form, Form::Wide(..)));
    let inputs = wide.flat_map(|bound| &bound.checker.mapping.inputs).filter(|input| input.kind == Kind::Rating);
    let empty = |name: &str| sheet.columns().index_of(name).is_ok_and(|at| sheet.known(at) == 0);
    inputs.filter(|input| empty(&input.name)).map(|input| input.from.clone()).collect()
}

fn look_at_scales(bounds: &[Bound], staged: &mut Staged) {
    for bound in bounds {
        let watched = bound.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let mapping = &bound.checker.mapping;
        let (scale, seen): (_, Vec<Seen<'_>>) = match &mapping.form {
            Form::Wide(scale, cells) => {
                let columns = mapping.inputs[mapping.inputs.len() - cells.len()..].iter();
                (scale, columns.map(|input| input.from.as_str()).zip(&watched.columns).collect())
            }
            Form::Long(scale) => {
                let names = bound.checker.setting.cells.iter().flat_map(|cells| cells.names()).map(String::as_str);
                (scale, names.zip(watched.columns.iter().skip(1)).collect())
            }
            Form::Rows => continue,
        };
        // Of a table with one answer per row only the whole knows what single answers off the scale were.
        let (off, not_applicable) = match (&mapping.form, watched.columns.first()) {
            (Form::Long(_), Some(all)) => (off_scale(scale, &[("the answers", all)]), all.not_applicable),
            _ => (off_scale(scale, &seen), watched.columns.iter().map(|watch| watch.not_applicable).sum()),
        };
        let doubts = off.into_iter().chain(unfilled(scale, &seen));
        staged.doubts.extend(doubts.map(|doubt| format!("{}: {doubt}", bound.place)));
        staged.not_applicable += not_applicable;
        // One survey may be read twice, for importance and for fulfillment.
        staged.speeders.extend(watched.speeders().filter(|own| !staged.speeders.contains(own)));
    }
}
