//! Lines of orders: several rows of `orders` may share an `order_id`, and then they are one order.
//!
//! Exports of shops write date and total on the first line of an order and leave both blank on the lines that follow.
//! Such a line has the date of its order. It is told apart where rows are checked, sorted behind all dated rows of its
//! customer, and given its date while the sorted rows stream by; what is kept for that are the dates of one customer's
//! orders. Rows that are set aside by their date come along as far as this, bare, because a line may belong to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, TimestampMicrosecondArray, new_null_array,
};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Int64Type, TimestampMicrosecondType};
use datafusion::common::Result;
use twox_hash::XxHash64;

use super::super::ledger::{RejectCode, Scope};
use super::cast::blank;
use super::check::{Checker, Judged, ORDER};
use super::places::{Notes, content_order, place_of};
use super::tally::{Counts, FaultKey, Tally};

/// Set where an amount is there and cannot be read: then the order has none, whatever its other lines say.
pub(super) const AMOUNT_UNREAD: &str = "_amount_unread";

/// Where an undated line stands in its file.
const PLACE: &str = "_place";

/// Columns that lines have beside those of the contract, before [`ORDER`].
pub(super) fn hidden_fields() -> [Field; 2] {
    [Field::new(AMOUNT_UNREAD, DataType::Boolean, true), Field::new(PLACE, DataType::Int64, true)]
}

/// Whether a column of checked rows is kept on scratch.
pub(super) fn is_kept(name: &str) -> bool {
    name != ORDER && name != PLACE
}

/// From here on stand the orders of undated lines; below [`TOLD`], those of rows that only tell the date of their order.
const UNDATED: i64 = 1 << 62;

/// See [`UNDATED`].
const TOLD: i64 = -(1 << 62);

/// Whether a row is one that counts and came with a date.
pub(super) fn is_dated(order: i64) -> bool {
    (TOLD..UNDATED).contains(&order)
}

/// The order of a row within its customer: first what only tells dates, then dated rows, then undated lines.
fn order_of(digest: i64, undated: bool, telling: bool) -> i64 {
    let quarter = (digest.cast_unsigned() >> 2).cast_signed();
    match (undated, telling) {
        (true, _) => UNDATED + quarter,
        (_, true) => i64::MIN + quarter,
        _ => digest >> 1,
    }
}

/// Least orders with several amounts, and least share of those whose amounts are all the same, before the amount is
/// suspected to be that of the whole order, written on each of its lines. Our judgment.
const SUSPECT_ORDERS: u64 = 20;

/// See [`SUSPECT_ORDERS`].
const SUSPECT_SHARE: f64 = 0.8;

/// Whether amounts look like totals that are repeated on every line.
pub(super) fn are_totals(orders: u64, same: u64) -> bool {
    orders >= SUSPECT_ORDERS && same as f64 >= SUSPECT_SHARE * orders as f64
}

/// What checking the columns of lines has shown.
#[derive(Default)]
pub(super) struct SeenLines {
    /// Rows without a date whose order may have one.
    undated: Vec<usize>,
    /// Rows whose amount cannot be read.
    pub(super) unread: Vec<usize>,
}

impl Checker {
    /// Notes the lines whose order may have a date; other rows without one are rejected.
    pub(super) fn see_undated(&self, read: &BTreeMap<&str, ArrayRef>, judged: &mut Judged, seen: &mut SeenLines) {
        let (Some(dates), Some(orders)) = (read.get("ordered_at"), read.get("order_id")) else { return };
        let column = self.mapping.inputs.iter().position(|input| input.name == "ordered_at").unwrap_or(0);
        for i in (0..dates.len()).filter(|&i| dates.is_null(i)) {
            if judged.rejected.contains_key(&i) {
                continue;
            }
            if orders.is_valid(i) {
                seen.undated.push(i);
            } else {
                judged.columns[column].missing += 1;
                judged.rejected.insert(i, (column, RejectCode::Missing));
            }
        }
    }

    /// Checked lines, `arrays` being the columns of the contract and `raw` the rows as they were mapped.
    pub(super) fn finish_lines(
        &self,
        raw: &RecordBatch,
        mut arrays: Vec<ArrayRef>,
        seen: &SeenLines,
        mut judged: Judged,
        notes: &mut Notes,
    ) -> Result<RecordBatch> {
        let n = judged.n;
        let digests = content_order(&arrays)?;
        let digests = digests.as_primitive::<Int64Type>();
        let named = self.schema.index_of("order_id").expect("lines have their order");
        let told = judged.aside.keys().copied().filter(|i| !judged.rejected.contains_key(i));
        judged.linger = told.filter(|&i| arrays[named].is_valid(i)).collect();
        for (at, field) in self.schema.fields().iter().enumerate().take(arrays.len()) {
            if !judged.linger.is_empty() && !["customer_id", "ordered_at", "order_id"].contains(&field.name().as_str())
            {
                arrays[at] = blank(&arrays[at], judged.linger.iter().copied());
            }
        }
        let (mut undated, mut unread) = (vec![false; n], vec![None; n]);
        seen.undated.iter().for_each(|&i| undated[i] = true);
        seen.unread.iter().for_each(|&i| unread[i] = Some(true));
        arrays.push(Arc::new(BooleanArray::from(unread)));
        arrays.push(if seen.undated.is_empty() {
            new_null_array(&DataType::Int64, n)
        } else {
            let places = judged.places.order(self.spec, &arrays)?;
            let places = places.as_primitive::<Int64Type>();
            Arc::new((0..n).map(|i| undated[i].then(|| places.value(i))).collect::<Int64Array>())
        });
        let order = (0..n).map(|i| order_of(digests.value(i), undated[i], judged.linger.contains(&i)));
        arrays.push(Arc::new(Int64Array::from_iter_values(order)));
        judged.finish(raw, RecordBatch::try_new(Arc::clone(&self.schema), arrays)?, notes)
    }
}

/// Gives undated lines the date of their order: the first that a line of the same customer and order has.
pub(super) struct Lines {
    tally: Arc<Tally>,
    /// How a line of an order without any date is rejected.
    fault: FaultKey,
    /// Columns: order, date, place, and the order of rows.
    at: LineColumns,
    /// First moment of the window and first moment after the night.
    window: (i64, i64),
    customer: Option<String>,
    /// Hash of an order's id and a date of it, of the customer at hand.
    dates: Vec<(u64, i64)>,
    sorted: bool,
    /// Hash of an order's id and an amount of it, as bits, of the customer at hand.
    amounts: Vec<(u64, u64)>,
    /// Orders with several amounts, and those of them in which all are the same.
    pub(super) repeated: (u64, u64),
    /// Lines that took the date of their order.
    pub(super) filled: u64,
}

struct LineColumns {
    order_id: usize,
    date: usize,
    place: usize,
    order: usize,
    amount: Option<usize>,
}

impl Lines {
    /// For rows that this checker has checked.
    pub(super) fn new(checker: &Checker) -> Self {
        let at = |name: &str| checker.schema.index_of(name).expect("lines have it");
        let from = checker.mapping.inputs.iter().find(|input| input.name == "ordered_at");
        let column = from.map_or_else(String::new, |input| input.from.clone());
        Self {
            tally: Arc::clone(&checker.setting.tally),
            fault: FaultKey { column, code: RejectCode::Missing, scope: Scope::Row },
            at: LineColumns {
                order_id: at("order_id"),
                date: at("ordered_at"),
                place: at(PLACE),
                order: at(ORDER),
                amount: checker.schema.index_of("amount").ok(),
            },
            window: (checker.setting.window_start, checker.setting.end_of_night),
            customer: None,
            dates: Vec::new(),
            sorted: true,
            amounts: Vec::new(),
            repeated: (0, 0),
            filled: 0,
        }
    }

    /// The rows of a sorted batch that count, each with a date.
    pub(super) fn fill(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let n = batch.num_rows();
        let ids = batch.column(0).as_string::<i32>();
        let order_ids = batch.column(self.at.order_id).as_string::<i32>();
        let own = batch.column(self.at.date).as_primitive::<TimestampMicrosecondType>();
        let places = batch.column(self.at.place).as_primitive::<Int64Type>();
        let orders = batch.column(self.at.order).as_primitive::<Int64Type>();
        let amounts = self.at.amount.map(|at| batch.column(at).as_primitive::<Float64Type>());
        let amount = |i: usize| amounts.filter(|a| a.is_valid(i) && a.value(i) != 0.0).map(|a| a.value(i).to_bits());
        let mut keep = vec![true; n];
        let mut dates: Vec<Option<i64>> = own.iter().collect();
        let (mut counts, mut lost, before) = (Counts::default(), Vec::new(), self.filled);
        for i in 0..n {
            self.turn_to(ids.value(i));
            let order_id = order_ids.is_valid(i).then(|| XxHash64::oneshot(0, order_ids.value(i).as_bytes()));
            if orders.value(i) < UNDATED {
                if let (Some(order_id), Some(date)) = (order_id, dates[i]) {
                    self.dates.push((order_id, date));
                    self.sorted = false;
                }
                keep[i] = orders.value(i) >= TOLD;
                self.amounts.extend(order_id.zip(amount(i).filter(|_| keep[i])));
                continue;
            }
            let date = order_id.and_then(|order_id| self.date_of(order_id));
            keep[i] = date.is_some_and(|date| (self.window.0..self.window.1).contains(&date));
            dates[i] = date;
            match date {
                None => lost.push(place_of(places.value(i))),
                Some(date) if date >= self.window.1 => counts.set_aside("after_the_night", 1),
                Some(date) if date < self.window.0 => counts.set_aside("older_than_a_year", 1),
                Some(_) => self.filled += 1,
            }
        }
        self.tally.add(counts);
        self.tally.reject(&self.fault, lost);
        if keep.iter().all(|keep| *keep) && self.filled == before {
            return Ok(batch.clone());
        }
        let mut columns = batch.columns().to_vec();
        let filled = TimestampMicrosecondArray::from(dates).with_data_type(own.data_type().clone());
        columns[self.at.date] = Arc::new(filled);
        let batch = RecordBatch::try_new(batch.schema(), columns)?;
        Ok(filter_record_batch(&batch, &BooleanArray::from(keep))?)
    }

    fn turn_to(&mut self, id: &str) {
        if self.customer.as_deref() != Some(id) {
            self.close();
            self.customer = Some(id.to_owned());
            self.dates.clear();
            self.sorted = true;
        }
    }

    /// Counts the orders of the customer at hand whose lines all have the same amount; also to be called at the end.
    pub(super) fn close(&mut self) {
        self.amounts.sort_unstable();
        for order in self.amounts.chunk_by(|a, b| a.0 == b.0).filter(|order| order.len() > 1) {
            self.repeated.0 += 1;
            self.repeated.1 += u64::from(order[0].1 == order[order.len() - 1].1);
        }
        self.amounts.clear();
    }

    /// The first date of an order of the customer at hand.
    fn date_of(&mut self, order_id: u64) -> Option<i64> {
        if !self.sorted {
            self.dates.sort_unstable();
            self.sorted = true;
        }
        let first = self.dates.partition_point(|(own, _)| *own < order_id);
        self.dates.get(first).filter(|(own, _)| *own == order_id).map(|(_, date)| *date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dated_rows_keep_their_order_and_stand_between_those_that_tell_and_those_that_ask() {
        let digests = [i64::MIN, -5, -1, 0, 7, i64::MAX];
        let mut dated: Vec<i64> = digests.iter().map(|digest| order_of(*digest, false, false)).collect();
        assert!(dated.is_sorted() && dated.iter().all(|order| is_dated(*order)));
        for digest in digests {
            dated.push(order_of(digest, true, false));
            assert!(order_of(digest, false, true) < TOLD && *dated.last().expect("some") >= UNDATED);
        }
    }
}
