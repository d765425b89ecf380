//! `drivers`: what an outcome goes with.

use super::{Row, TableRows, WriteError};
use crate::model::segment::drivers::{Drivers, ElementDriver, Explained, GroupDrivers, NeedDriver};
use crate::tables::schema::TableId;

/// `drivers`: everybody and the segments, each outcome of which something is said, each element. Of an outcome of which
/// nothing is said there is no row; why is among the limits of the night. Figures of fewer than `min_cell` customers are
/// withheld.
///
/// # Errors
/// None for drivers as documented.
pub fn drivers_table(drivers: &Drivers, min_cell: u64) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Drivers);
    for group in std::iter::once(&drivers.everyone).chain(&drivers.segments) {
        for outcome in &group.outcomes {
            let Ok(explained) = &outcome.result else { continue };
            for driver in &explained.elements {
                let row = Row::new().set("segment_id", &group.segment_id).set("outcome", outcome.outcome.slug());
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

/// What the tiers go with, of the same outcome; none where nothing is said.
pub(super) fn leading_needs<'a>(drivers: &'a Drivers, segment_id: &str) -> &'a [NeedDriver] {
    let mut groups = std::iter::once(&drivers.everyone).chain(&drivers.segments);
    let explained = groups.find(|group| group.segment_id == segment_id).and_then(GroupDrivers::leading);
    explained.map_or(&[], |(_, explained)| &explained.needs)
}

/// The driver of an element that a single figure is read from: of the first outcome of which something is said, if at least
/// `min_cell` customers stand behind it.
pub(super) fn leading<'a>(
    (drivers, min_cell): (&'a Drivers, u64),
    segment_id: &str,
) -> impl Fn(crate::catalogue::ElementId) -> Option<&'a ElementDriver> + use<'a> {
    let mut groups = std::iter::once(&drivers.everyone).chain(&drivers.segments);
    let explained = groups.find(|group| group.segment_id == segment_id).and_then(GroupDrivers::leading);
    move |element| {
        let (_, explained) = explained?;
        explained.elements.iter().find(|driver| driver.element == element && driver.answers >= min_cell)
    }
}
