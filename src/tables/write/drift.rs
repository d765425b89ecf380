//! `drift`, from a night held against the night of the fit.

use super::{Row, TableRows, WriteError};
use crate::model::segment::drift::Drift;
use crate::tables::schema::TableId;

/// `drift`; without rows where no distribution of the fit is stored.
///
/// # Errors
/// None for rows as documented.
pub fn drift_table(drift: Option<&Drift>) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Drift);
    for row in drift.iter().flat_map(|drift| &drift.rows) {
        table.push(
            Row::new()
                .set("indicator", &row.indicator)
                .set("kind", row.kind.slug())
                .set("statistic", row.distance)
                .set("threshold", row.limit)
                .set("p_adjusted", row.p_adjusted)
                .set("mean_now", row.mean_now)
                .set("mean_reference", row.mean_reference)
                .set("missing_share_now", row.missing_now)
                .set("missing_share_reference", row.missing_reference)
                .set("customers_now", row.customers_now)
                .set("customers_reference", row.customers_reference)
                .set("status", row.status.slug()),
        )?;
    }
    Ok(table)
}
