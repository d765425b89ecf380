//! How often the base orders, and in which weeks rewards were used: what one customer's orders are held against.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Float64Type, TimestampMicrosecondType};

use twox_hash::XxHash64;

use super::error::IntakeError;
use super::iso::DAY;
use super::scratch::ScratchTable;

/// Weeks before the night that are told apart; the window of orders is no longer.
pub const PACE_WEEKS: usize = 53;

/// Most orders of a customer that are told apart.
const MOST_ORDERS: usize = 10_000;

/// Lines of `orders` by the word of their channel; of no words where there is no such table or column.
pub(super) fn channel_lines(orders: Option<&ScratchTable>) -> Result<BTreeMap<String, u64>, IntakeError> {
    let mut lines = BTreeMap::new();
    let Some(orders) = orders else { return Ok(lines) };
    let Ok(column) = orders.columns().index_of("channel") else { return Ok(lines) };
    for batch in orders.read(&[column], None)? {
        let batch = batch.map_err(|error| gone(orders, &error))?;
        for word in batch.column(0).as_string::<i32>().iter().flatten() {
            match lines.get_mut(word) {
                Some(seen) => *seen += 1,
                None => drop(lines.insert(word.to_owned(), 1)),
            }
        }
    }
    Ok(lines)
}

/// Scratch that cannot be read any more.
fn gone(table: &ScratchTable, error: &impl ToString) -> IntakeError {
    IntakeError::Scratch { path: table.path().to_owned(), source: std::io::Error::other(error.to_string()) }
}

/// Orders of the whole base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderPace {
    /// Place `n`: customers with `n` purchases (lines of one order are one), the last place taking all above.
    customers: Vec<u64>,
    /// Order lines, and those of them with a reward, in each week before the night: place 0 are its last seven days.
    weeks: Vec<(u64, u64)>,
    /// Orders say whether a reward was used.
    rewards_told: bool,
}

impl OrderPace {
    /// Counts `orders`; `end` is the first moment after the night.
    pub(super) fn of(orders: &ScratchTable, end: i64) -> Result<Self, IntakeError> {
        let schema = orders.columns();
        let wanted = ["customer_id", "ordered_at", "order_id", "reward_used", "amount"];
        let mut columns: Vec<usize> = wanted.iter().filter_map(|name| schema.index_of(name).ok()).collect();
        columns.sort_unstable();
        let mut pace = Self {
            customers: Vec::new(),
            weeks: vec![(0, 0); PACE_WEEKS],
            rewards_told: schema.index_of("reward_used").is_ok(),
        };
        let mut open = OpenCustomer::default();
        for batch in orders.read(&columns, None)? {
            pace.see(&batch.map_err(|error| gone(orders, &error))?, end, &mut open);
        }
        pace.close(&mut open);
        Ok(pace)
    }

    fn see(&mut self, batch: &RecordBatch, end: i64, open: &mut OpenCustomer) {
        let text = |name: &str| batch.column_by_name(name).map(|column| column.as_string::<i32>());
        let ids: &StringArray = batch.column(0).as_string::<i32>();
        let orders = text("order_id");
        let rewarded: Option<&BooleanArray> = batch.column_by_name("reward_used").and_then(|c| c.as_boolean_opt());
        let moments = batch.column_by_name("ordered_at").map(|c| c.as_primitive::<TimestampMicrosecondType>());
        let amounts = batch.column_by_name("amount").map(|c| c.as_primitive::<Float64Type>());
        for i in 0..batch.num_rows() {
            // A refund is no purchase.
            if amounts.is_some_and(|amounts| amounts.is_valid(i) && amounts.value(i) < 0.0) {
                continue;
            }
            if open.id.as_deref() != Some(ids.value(i)) {
                self.close(open);
                open.id = Some(ids.value(i).to_owned());
            }
            match orders.filter(|orders| orders.is_valid(i)) {
                Some(orders) => drop(open.orders.insert(XxHash64::oneshot(0, orders.value(i).as_bytes()))),
                None => open.lines += 1,
            }
            let week = moments.filter(|m| m.is_valid(i)).map(|m| (end - 1 - m.value(i)).div_euclid(7 * DAY));
            if let Some(week) = week.and_then(|week| self.weeks.get_mut(usize::try_from(week).ok()?)) {
                week.0 += 1;
                week.1 += u64::from(rewarded.is_some_and(|r| r.is_valid(i) && r.value(i)));
            }
        }
    }

    fn close(&mut self, open: &mut OpenCustomer) {
        let OpenCustomer { id: Some(_), orders, lines } = std::mem::take(open) else { return };
        let n = (orders.len() + lines).min(MOST_ORDERS);
        if self.customers.len() <= n {
            self.customers.resize(n + 1, 0);
        }
        self.customers[n] += 1;
    }

    /// Median number of orders among those who ordered; `None` = nobody did. Between two numbers, the lower.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        let total: u64 = self.customers.iter().sum();
        let mut seen = 0;
        let place = self.customers.iter().position(|count| {
            seen += count;
            total > 0 && 2 * seen >= total
        });
        place.map(|n| n as f64)
    }

    /// Order lines and those with a reward, week by week back from the night; empty where orders do not tell of rewards.
    #[must_use]
    pub fn reward_weeks(&self) -> &[(u64, u64)] {
        if self.rewards_told { &self.weeks } else { &[] }
    }
}

/// The customer being counted.
#[derive(Default)]
struct OpenCustomer {
    id: Option<String>,
    /// Hashes of the ids of orders.
    orders: BTreeSet<u64>,
    lines: usize,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, TimestampMicrosecondArray};

    use super::*;
    use crate::tables::intake::scratch::ScratchWriter;

    #[test]
    fn lines_of_an_order_count_once_and_weeks_count_back_from_the_night() {
        let dir = tempfile::tempdir().expect("temp");
        let ids: ArrayRef = Arc::new(StringArray::from(vec!["a", "a", "a", "b", "c", "c"]));
        let orders: ArrayRef =
            Arc::new(StringArray::from(vec![Some("1"), Some("2"), Some("1"), None, Some("1"), Some("1")]));
        let at = |days: i64| Some(1_000 * DAY - days * DAY - 1);
        let at: ArrayRef =
            Arc::new(TimestampMicrosecondArray::from(vec![at(0), at(6), at(7), at(13), at(14), at(400)]));
        let used: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), None, Some(false), Some(true), None, None]));
        let columns = [("customer_id", ids), ("order_id", orders), ("ordered_at", at), ("reward_used", used)];
        let batch = RecordBatch::try_from_iter(columns).expect("fits");
        let writer = ScratchWriter::create(dir.path(), "orders", batch.schema()).expect("starts");
        writer.write(batch);
        let pace = OrderPace::of(&writer.finish().expect("closes"), 1_000 * DAY).expect("counts");
        assert_eq!(pace.median(), Some(1.0), "two orders, one, one");
        assert_eq!(pace.reward_weeks()[..3], [(2, 1), (2, 1), (1, 0)]);
        assert_eq!(pace.reward_weeks().iter().map(|week| week.0).sum::<u64>(), 5, "the last is too long ago");
    }

    #[test]
    fn of_no_orders_there_is_no_median() {
        assert_eq!(OrderPace::default().median(), None);
    }
}
