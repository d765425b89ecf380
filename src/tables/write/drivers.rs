//! `drivers`: what an outcome goes with.

use super::{Row, TableRows, WriteError};
use crate::model::segment::SegmentNights;
use crate::model::segment::drivers::{ElementDriver, Explained};
use crate::tables::schema::TableId;

/// `drivers`: everybody and the segments, each outcome of which something is said, each element. Of an outcome of which
/// nothing is said there is no row; why is among the limits of the night. Figures of fewer than `min_cell` customers are
/// withheld.
///
/// # Errors
/// None for drivers as documented.
pub fn drivers_table(night: &SegmentNights, min_cell: u64) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Drivers);
    for group in night.groups() {
        for outcome in &group.drivers.outcomes {
            let Ok(explained) = &outcome.result else { continue };
            for driver in &explained.elements {
                let row = Row::new().set("segment_id", &group.id).set("outcome", outcome.outcome.slug());
                table.push(driver_row(row, explained, driver, min_cell))?;
            }
        }
    }
    Ok(table)
}

fn driver_row(row: Row, explained: &Explained, driver: &ElementDriver, min_cell: u64) -> Row {
    let shown = driver.answers >= min_cell;
    row.set("element_id", driver.element.slug())
        .set_estimate(
            ["derived_importance", "derived_importance_low", "derived_importance_high"],
            shown.then_some(driver.share),
        )
        .set("r_squared", shown.then_some(explained.r_squared.value))
        .set("direction", driver.direction.filter(|_| shown).map(i64::from))
        .set("answers", shown.then_some(driver.answers))
        .set("suppressed", !shown)
}
