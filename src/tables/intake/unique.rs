//! One row per customer: exact copies dropped, rows that disagree rejected, whoever must not be here set aside.
//!
//! Rows come sorted by customer and by the order they were written in, batch by batch; rows that were rejected come
//! first, for what they forbid.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::{concat_batches, filter_record_batch};
use datafusion::arrow::datatypes::{Int64Type, Schema, SchemaRef};
use datafusion::common::Result;

use super::super::address::respelled;
use super::super::forgotten::Forgotten;
use super::super::ledger::{RejectCode, Scope};
use super::check::{ORDER, day_at};
use super::excluded::{ADDRESSES, Excluded, addresses_at};
use super::guard::{Guard, GuardColumns};
use super::places::place_of;
use super::tally::{Counts, FaultKey, GUEST, Tally};

/// Drops, rejects and sets aside rows of a table that holds one row per customer.
pub(super) struct Unique<'a> {
    tally: Arc<Tally>,
    /// Name of the id column in the source, for rejects.
    id_column: String,
    leave_out: LeaveOut<'a>,
    kept: SchemaRef,
    guards: GuardColumns,
    /// An id was an e-mail address in another spelling than its form.
    pub(super) respelled: bool,
    /// The group at the end of what was seen, which the next batch may continue.
    open: Option<Group>,
}

/// Who is left out.
#[derive(Clone, Copy)]
pub(super) struct LeaveOut<'a> {
    /// The day of the night, as days since 1970: who signed up later is not yet a customer.
    pub(super) day: i32,
    /// Customers who are to be forgotten.
    pub(super) forgotten: Option<&'a Forgotten>,
    /// Whether the id 0 stands for guests, as another table shows.
    pub(super) guests: bool,
}

impl LeaveOut<'_> {
    fn forgets(&self, id: &str) -> bool {
        self.forgotten.is_some_and(|forgotten| forgotten.contains(id))
    }

    fn is_guest(&self, id: &str) -> bool {
        self.guests && id == GUEST
    }
}

/// Rows of one customer.
struct Group {
    /// The first that was accepted; of none, the first.
    row: RecordBatch,
    known: Known,
}

/// What is known of a customer by the rows seen so far.
#[derive(Default)]
struct Known {
    /// The rows that were accepted.
    orders: Vec<i64>,
    conflict: bool,
    /// What any of them forbids, rejected rows included.
    guard: Guard,
}

/// What becomes of rows.
pub(super) struct Sifted {
    /// Rows kept, one per customer, without [`ORDER`].
    pub(super) kept: RecordBatch,
    /// Customers who are known but not kept.
    pub(super) excluded: Vec<Excluded>,
}

impl<'a> Unique<'a> {
    /// `schema` is that of checked rows, with [`ORDER`] last.
    pub(super) fn new(tally: Arc<Tally>, schema: &SchemaRef, id_column: String, leave_out: LeaveOut<'a>) -> Self {
        let fields: Vec<_> = schema.fields().iter().filter(|field| field.name() != ORDER).cloned().collect();
        let guards = GuardColumns::of(schema);
        let kept = Arc::new(Schema::new(fields));
        Self { tally, id_column, leave_out, kept, guards, open: None, respelled: false }
    }

    /// Columns of the rows kept.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.kept
    }

    /// Takes a batch; the last customer in it is held back.
    pub(super) fn push(&mut self, batch: &RecordBatch) -> Result<Sifted> {
        let open = self.open.take();
        let all = match &open {
            Some(group) => concat_batches(&batch.schema(), [&group.row, batch])?,
            None => batch.clone(),
        };
        self.respelled |= all.column(0).as_string::<i32>().iter().flatten().any(|id| respelled(id).is_some());
        let starts = group_starts(all.column(0).as_string::<i32>());
        let mut keep = vec![false; all.num_rows()];
        let (mut excluded, mut strict) = (Vec::new(), Vec::new());
        let mut first = open.map(|group| group.known);
        for (g, &start) in starts.iter().enumerate() {
            let end = starts.get(g + 1).copied().unwrap_or(all.num_rows());
            if g + 1 < starts.len() && end == start + 1 && first.is_none() && !self.must_go(&all, start) {
                keep[start] = true;
                continue;
            }
            let (at, group) = self.group(&all, start..end, first.take());
            if g + 1 == starts.len() {
                self.open = Some(group);
            } else {
                keep[at] = self.settle(&group, &mut excluded);
                if keep[at] && self.guards.guard(&all, at) != group.known.guard {
                    strict.push((at, group.known.guard));
                }
            }
        }
        self.sifted(self.guards.tighten(all, &strict)?, keep, excluded)
    }

    /// The customer held back, at the end.
    pub(super) fn finish(&mut self) -> Result<Option<Sifted>> {
        let Some(group) = self.open.take() else { return Ok(None) };
        let mut excluded = Vec::new();
        let keep = vec![self.settle(&group, &mut excluded)];
        let row = self.guards.tighten(group.row, &[(0, group.known.guard)])?;
        self.sifted(row, keep, excluded).map(Some)
    }

    fn sifted(&self, all: RecordBatch, keep: Vec<bool>, excluded: Vec<Excluded>) -> Result<Sifted> {
        let columns: Vec<usize> = (0..self.kept.fields().len()).collect();
        let kept = filter_record_batch(&all.project(&columns)?, &BooleanArray::from(keep))?;
        Ok(Sifted { kept, excluded })
    }

    /// The customer of these rows, and the place of the row that stands for them. Of a customer known before, the first
    /// row was counted then.
    fn group(&self, all: &RecordBatch, rows: Range<usize>, before: Option<Known>) -> (usize, Group) {
        let fresh = rows.start + usize::from(before.is_some());
        let mut known = before.unwrap_or_default();
        for i in fresh..rows.end {
            known.guard = known.guard.and(self.guards.guard(all, i));
            known.orders.extend(Some(order_at(all, i)).filter(|order| *order >= 0));
        }
        // Rejected rows come first.
        let at = rows.clone().find(|&i| order_at(all, i) >= 0).unwrap_or(rows.start);
        known.conflict |= (at + 1..rows.end).any(|i| order_at(all, i) >= 0 && !self.same(all, at, i));
        (at, Group { row: all.slice(at, 1), known })
    }

    /// Whether two rows agree in every column but the order they were written in. Addresses decide on nobody's scores:
    /// of two, that of the first row counts.
    fn same(&self, all: &RecordBatch, a: usize, b: usize) -> bool {
        let columns = self
            .kept
            .fields()
            .iter()
            .zip(all.columns())
            .filter(|(field, _)| !ADDRESSES.contains(&field.name().as_str()));
        columns.into_iter().all(|(_, column)| column.slice(a, 1).to_data() == column.slice(b, 1).to_data())
    }

    fn must_go(&self, all: &RecordBatch, i: usize) -> bool {
        let id = all.column(0).as_string::<i32>().value(i);
        order_at(all, i) < 0
            || self.guards.guard(all, i).erases()
            || self.leave_out.forgets(id)
            || self.leave_out.is_guest(id)
            || day_at(all, "signup_date", i).is_some_and(|day| day > self.leave_out.day)
    }

    /// Decides about a customer whose rows were all seen; `true` = the row that stands for them is kept.
    fn settle(&self, group: &Group, excluded: &mut Vec<Excluded>) -> bool {
        let Known { orders, conflict, guard } = &group.known;
        let mut guard = *guard;
        let n = orders.len() as u64;
        let id = group.row.column(0).as_string::<i32>().value(0);
        let mut counts = Counts::default();
        let keep = if self.leave_out.forgets(id) {
            counts.set_aside("forgotten", n);
            guard = guard.and(Guard::erasure());
            false
        } else if self.leave_out.is_guest(id) {
            counts.set_aside("guests", n);
            false
        } else if guard.erases() {
            // Whoever asked to be erased is left out, whatever else their rows say.
            counts.set_aside("erasure_requested", n);
            false
        } else if *conflict {
            let key = FaultKey { column: self.id_column.clone(), code: RejectCode::Conflict, scope: Scope::Row };
            self.tally.reject(&key, orders.iter().map(|&order| place_of(order)));
            false
        } else if orders.is_empty() {
            // Only rejected rows, which are counted already.
            false
        } else {
            counts.set_aside("exact_copies", n - 1);
            let late = day_at(&group.row, "signup_date", 0).is_some_and(|day| day > self.leave_out.day);
            counts.set_aside("not_yet_customer", u64::from(late));
            !late
        };
        self.tally.add(counts);
        if !keep {
            excluded.push(Excluded { id: id.to_owned(), guard, addresses: addresses_at(&group.row, 0) });
        }
        keep
    }
}

/// The order of a checked row; negative: it was rejected, and is here for what it forbids.
fn order_at(all: &RecordBatch, i: usize) -> i64 {
    all.column(all.num_columns() - 1).as_primitive::<Int64Type>().value(i)
}

/// First row of each run of equal ids.
pub(super) fn group_starts(ids: &StringArray) -> Vec<usize> {
    (0..ids.len()).filter(|&i| i == 0 || ids.value(i) != ids.value(i - 1)).collect()
}
