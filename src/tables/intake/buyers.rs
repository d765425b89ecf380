//! How the buyers of the year are spread over recency, frequency and value: what ready-made groups are cut by.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Float64Type, TimestampMicrosecondType};
use twox_hash::XxHash64;

use super::error::IntakeError;
use super::iso::DAY;
use super::scratch::ScratchTable;
use crate::model::customer::rfm::{RfmCutPoints, RfmCuts};

/// Steps of a value on the logarithm that are told apart: one in a hundred.
const STEPS: f64 = 100.0;

/// Counts of buyers. Its size follows days, numbers of orders and orders of magnitude, not customers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuyerSpread {
    recency: BTreeMap<i64, u64>,
    frequency: BTreeMap<i64, u64>,
    /// By hundredths of the logarithm of value; below all are values of 0 and less.
    monetary: BTreeMap<i64, u64>,
}

impl BuyerSpread {
    /// Counts `orders`; `end` is the first moment after the night.
    pub(super) fn of(orders: &ScratchTable, end: i64) -> Result<Self, IntakeError> {
        let schema = orders.columns();
        let wanted = ["customer_id", "ordered_at", "order_id", "amount"];
        let mut columns: Vec<usize> = wanted.iter().filter_map(|name| schema.index_of(name).ok()).collect();
        columns.sort_unstable();
        let (mut spread, mut open) = (Self::default(), OneBuyer::default());
        for batch in orders.read(&columns, None)? {
            let batch = batch.map_err(|error| IntakeError::Scratch {
                path: orders.path().to_owned(),
                source: std::io::Error::other(error.to_string()),
            })?;
            spread.see(&batch, end, &mut open);
        }
        spread.close(&mut open, end);
        Ok(spread)
    }

    fn see(&mut self, batch: &RecordBatch, end: i64, open: &mut OneBuyer) {
        let ids = batch.column(0).as_string::<i32>();
        let orders = batch.column_by_name("order_id").map(|column| column.as_string::<i32>());
        let moments =
            batch.column_by_name("ordered_at").map(|column| column.as_primitive::<TimestampMicrosecondType>());
        let amounts = batch.column_by_name("amount").map(|column| column.as_primitive::<Float64Type>());
        for i in 0..batch.num_rows() {
            if open.id.as_deref() != Some(ids.value(i)) {
                self.close(open, end);
                open.id = Some(ids.value(i).to_owned());
            }
            let amount = amounts.filter(|amounts| amounts.is_valid(i)).map(|amounts| amounts.value(i));
            open.value += amount.unwrap_or(0.0);
            open.valued |= amount.is_some();
            // A refund is no purchase.
            if amount.is_some_and(|amount| amount <= 0.0) {
                continue;
            }
            match orders.filter(|orders| orders.is_valid(i)) {
                Some(orders) => drop(open.orders.insert(XxHash64::oneshot(0, orders.value(i).as_bytes()))),
                None => open.lines += 1,
            }
            let at = moments.filter(|moments| moments.is_valid(i)).map(|moments| moments.value(i));
            open.last = open.last.max(at);
        }
    }

    fn close(&mut self, open: &mut OneBuyer, end: i64) {
        let buyer = std::mem::take(open);
        let Some(last) = buyer.last else { return };
        *self.recency.entry((end - last) / DAY).or_default() += 1;
        *self.frequency.entry((buyer.orders.len() + buyer.lines) as i64).or_default() += 1;
        if buyer.valued {
            let step = if buyer.value > 0.0 { (buyer.value.ln() * STEPS).ceil() as i64 } else { i64::MIN };
            *self.monetary.entry(step).or_default() += 1;
        }
    }

    /// Quintiles of those who bought, values to one in a hundred; `None` = nobody did.
    #[must_use]
    pub fn quintiles(&self) -> Option<RfmCuts> {
        let whole = |x: i64| x as f64;
        let value = |step: i64| if step == i64::MIN { 0.0 } else { (step as f64 / STEPS).exp() };
        Some(RfmCuts {
            recency_days: fifths(&self.recency, whole)?,
            frequency: fifths(&self.frequency, whole)?,
            // Where no amount is known none is asked for.
            monetary: fifths(&self.monetary, value).unwrap_or_default(),
        })
    }
}

/// The smallest value that a fifth, two, three and four fifths do not exceed; `None` = there is none.
fn fifths(counts: &BTreeMap<i64, u64>, unit: impl Fn(i64) -> f64) -> Option<RfmCutPoints> {
    let total: u64 = counts.values().sum();
    let cut = |fifth: u64| {
        let mut seen = 0;
        let place = counts.iter().find(|(_, count)| {
            seen += **count;
            5 * seen >= fifth * total
        });
        place.map(|(x, _)| unit(*x))
    };
    Some([cut(1)?, cut(2)?, cut(3)?, cut(4)?])
}

/// The customer being counted.
#[derive(Default)]
struct OneBuyer {
    id: Option<String>,
    /// Hashes of the ids of orders.
    orders: BTreeSet<u64>,
    lines: usize,
    last: Option<i64>,
    value: f64,
    valued: bool,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Float64Array, StringArray, TimestampMicrosecondArray};

    use super::*;
    use crate::tables::intake::scratch::ScratchWriter;

    #[test]
    fn quintiles_are_those_of_the_buyers_and_lines_of_an_order_count_once() {
        let dir = tempfile::tempdir().expect("temp");
        // Ten buyers: buyer i buys i times, once a day from day 10·i back, two lines an order, 5 a line; one refund alone.
        let (mut ids, mut orders, mut at, mut amounts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for i in 1..=10i64 {
            for k in 0..i {
                for _ in 0..2 {
                    ids.push(format!("c{i:02}"));
                    orders.push(format!("{k}"));
                    at.push(Some(1_000 * DAY - (10 * i + k) * DAY - 1));
                    amounts.push(Some(5.0));
                }
            }
        }
        ids.push("c99".to_owned());
        orders.push("1".to_owned());
        at.push(Some(1_000 * DAY - 1));
        amounts.push(Some(-5.0));
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("customer_id", Arc::new(StringArray::from(ids))),
            ("order_id", Arc::new(StringArray::from(orders))),
            ("ordered_at", Arc::new(TimestampMicrosecondArray::from(at))),
            ("amount", Arc::new(Float64Array::from(amounts))),
        ];
        let batch = RecordBatch::try_from_iter(columns).expect("fits");
        let writer = ScratchWriter::create(dir.path(), "orders", batch.schema()).expect("starts");
        writer.write(batch);
        let spread = BuyerSpread::of(&writer.finish().expect("closes"), 1_000 * DAY).expect("counts");
        let cuts = spread.quintiles().expect("there are buyers");
        assert_eq!(cuts.recency_days, [20.0, 40.0, 60.0, 80.0]);
        assert_eq!(cuts.frequency, [2.0, 4.0, 6.0, 8.0]);
        for (cut, value) in cuts.monetary.into_iter().zip([20.0, 40.0, 60.0, 80.0]) {
            assert!(cut >= value && cut < value * 1.011, "{cut} for {value}");
        }
        assert_eq!(BuyerSpread::default().quintiles(), None);
    }
}
