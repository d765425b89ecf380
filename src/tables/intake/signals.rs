//! The SQL of signals: which can be computed from what is mapped, and the query that computes them.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::exact_sum::EXACT;
use super::lines::AMOUNT_UNREAD;
use super::scratch::ScratchTable;
use crate::catalogue::{AS_OF, Catalogue, NoRows, Signal, SignalTable, count_orders};

/// The query over one table.
#[derive(Debug)]
pub(super) struct Sums {
    pub(super) table: SignalTable,
    pub(super) rows: ScratchTable,
    pub(super) sql: String,
    /// Signals in the order of the query's columns: place in the catalogue and whether absence of rows means 0.
    pub(super) signals: Vec<(usize, NoRows)>,
}

/// A signal that cannot be computed here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MissingSignal {
    /// Its id.
    pub id: String,
    /// Canonical columns that are not mapped, as `table.column`; the table alone where there is none.
    pub missing: Vec<String>,
}

/// Name of the column that counts a customer's rows in a table.
pub(super) fn count_column(table: SignalTable) -> String {
    format!("n_{}", table.name())
}

/// Name of the column of the signal with that place in the catalogue.
pub(super) fn signal_column(place: usize) -> String {
    format!("s_{place}")
}

/// Name of the column of the net order value.
pub(super) const VALUE: &str = "value_365d";

/// Lines of `orders` that share it are one order.
const ORDER_ID: &str = "order_id";

/// The query over `rows`, which holds the canonical rows of `table`; `None` where nothing can be asked of it.
/// `end_of_night` is an SQL literal. Times are local: an hour is the hour on the customer's wall, and a span that
/// crosses a change of the clocks is an hour off.
pub(super) fn sums(catalogue: &Catalogue, table: SignalTable, rows: &ScratchTable, end_of_night: &str) -> Option<Sums> {
    let mut select = format!("select customer_id, count(*) as {}", count_column(table));
    let mut signals = Vec::new();
    let columns = rows.names();
    for (place, signal) in catalogue.signals().iter().enumerate() {
        if signal.table() == table && missing_columns(signal, &columns).is_empty() {
            let sql = count_orders(&signal.sql().replace(AS_OF, end_of_night), columns.contains(ORDER_ID));
            write!(select, ", cast(({sql}) as double) as {}", signal_column(place)).expect("a string grows");
            signals.push((place, signal.when_no_rows()));
        }
    }
    let value = table == SignalTable::Orders && columns.contains("amount");
    if value {
        let known = value_sql(columns.contains(ORDER_ID), columns.contains(AMOUNT_UNREAD));
        write!(select, ", cast(({known}) as double) as {VALUE}").expect("a string grows");
    }
    if signals.is_empty() && !value {
        return None;
    }
    let sql = format!("{select} from {} group by customer_id", table.name());
    Some(Sums { table, rows: rows.clone(), sql, signals })
}

/// The net value of a customer's orders; null where it is not known of all of them.
///
/// METHOD: a [decimal sum](super::exact_sum) is exact, so it does not depend on the order of the rows.
///
/// METHOD (our judgment): the sum over part of the orders is no sum. An order is known by its lines: where they share
/// an id, one line with an amount is enough, because exports write the total of an order on its first line alone; an
/// amount that is there and cannot be read leaves it unknown. A row without an order id is an order.
fn value_sql(by_order: bool, unread: bool) -> String {
    let mut known = if by_order {
        "count(distinct order_id) = count(distinct order_id) FILTER (WHERE amount IS NOT NULL) \
         AND count(*) FILTER (WHERE order_id IS NULL AND amount IS NULL) = 0"
            .to_owned()
    } else {
        "count(*) FILTER (WHERE amount IS NULL) = 0".to_owned()
    };
    if unread {
        known.extend([" AND count(*) FILTER (WHERE ", AMOUNT_UNREAD, ") = 0"]);
    }
    // As text, the decimal becomes the double nearest to it; divided by its scale it would be one beside it.
    format!("CASE WHEN {known} THEN arrow_cast(sum({EXACT}(amount)), 'Utf8') END")
}

fn missing_columns(signal: &Signal, columns: &BTreeSet<String>) -> Vec<String> {
    let missing = signal.columns().iter().filter(|column| !columns.contains(column.as_str()));
    missing.map(|column| format!("{}.{column}", signal.table().name())).collect()
}

/// Catalogue signals that cannot be computed: `mapped` gives the columns of a table that is there.
pub(super) fn missing_signals(
    catalogue: &Catalogue,
    mapped: impl Fn(SignalTable) -> Option<BTreeSet<String>>,
) -> Vec<MissingSignal> {
    let mut out = Vec::new();
    for signal in catalogue.signals() {
        let missing = match mapped(signal.table()) {
            Some(columns) => missing_columns(signal, &columns),
            None => vec![signal.table().name().to_owned()],
        };
        if !missing.is_empty() {
            out.push(MissingSignal { id: signal.id().to_owned(), missing });
        }
    }
    out
}
