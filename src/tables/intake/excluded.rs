//! Customers who are known and not kept: who they are, what their rows forbid, and where they can be reached, so that nobody
//! else is contacted there.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Result;

use super::guard::Guard;

/// Columns of `customers` that hold addresses of a person.
pub(super) const ADDRESSES: [&str; 2] = ["email", "phone"];

/// Columns of `customers` by which an address is read: a phone number may be written as it is dialed within the country.
const REACHED_BY: [&str; 3] = ["email", "phone", "country"];

/// A customer who is not kept.
#[derive(Clone, Debug)]
pub(super) struct Excluded {
    pub(super) id: String,
    /// What their rows forbid.
    pub(super) guard: Guard,
    /// E-mail address, phone number and country, as they were written; `None` = not known.
    pub(super) addresses: [Option<String>; 3],
}

/// Columns of a table of them.
pub(super) fn excluded_schema() -> SchemaRef {
    let text = |name: &str, absent| Field::new(name, DataType::Utf8, absent);
    let [email, phone, country] = REACHED_BY;
    let guard = Field::new("guard", DataType::Int64, false);
    Arc::new(Schema::new(vec![
        text("customer_id", false),
        guard,
        text(email, true),
        text(phone, true),
        text(country, true),
    ]))
}

/// Rows of such a table.
pub(super) fn excluded_batch(excluded: &[Excluded]) -> Result<RecordBatch> {
    let ids = StringArray::from_iter_values(excluded.iter().map(|one| &one.id));
    let guards = Int64Array::from_iter_values(excluded.iter().map(|one| one.guard.to_bits()));
    let [email, phone, country] =
        [0, 1, 2].map(|at| excluded.iter().map(|one| one.addresses[at].as_deref()).collect::<StringArray>());
    Ok(RecordBatch::try_new(
        excluded_schema(),
        vec![Arc::new(ids), Arc::new(guards), Arc::new(email), Arc::new(phone), Arc::new(country)],
    )?)
}

/// The addresses of a row of `customers`.
pub(super) fn addresses_at(batch: &RecordBatch, row: usize) -> [Option<String>; 3] {
    REACHED_BY.map(|name| {
        let cells = batch.column_by_name(name)?.as_string_opt::<i32>()?;
        cells.is_valid(row).then(|| cells.value(row).to_owned())
    })
}
