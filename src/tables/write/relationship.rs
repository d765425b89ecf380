//! `relationship` and `regularities`: how close each segment is, and what was published beside it.

use super::{Row, TableRows, WriteError};
use crate::model::segment::lens::{Figure, Lens, Regularity};
use crate::tables::schema::TableId;

/// Stands in `key` for the whole.
const ALL: &str = "all";

/// Group of rows about places: all customers together.
const EVERYBODY: &str = "ALL";

/// `relationship`: one figure a row. A place or competitor of whom nothing may be shown is not named either: of one customer's
/// site or brand the name alone may tell who it is.
///
/// # Errors
/// None for figures as documented.
pub fn relationship_table(lens: &Lens) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Relationship);
    for m in lens.measures() {
        let key = if m.key.is_empty() { ALL } else { &m.key };
        let figure = Figure { value: m.value, low: m.low, high: m.high, base: m.base, suppressed: m.suppressed };
        table.push(row(&m.group, (m.measure, key), &figure))?;
    }
    // Segments are among the measures; what is left are channels and sites.
    for place in lens.consistency.iter().filter(|place| place.scope != "segment" && !place.figure.suppressed) {
        let measure = match place.kind {
            "communication" => "promises_kept",
            "journey" => "good_contacts",
            _ => "feeling",
        };
        table.push(row(EVERYBODY, (measure, &format!("{}:{}", place.scope, place.key)), &place.figure))?;
    }
    for group in lens.groups() {
        for rival in &group.rivals {
            let figures = [
                ("rival_connection_score", rival.score),
                ("connection_score_beside", rival.own_score),
                ("connection_gap", rival.gap),
            ];
            let leads = rival.lead.iter().map(|(_, lead)| lead);
            if leads.chain(figures.iter().map(|(_, figure)| figure)).all(|figure| figure.value.is_none()) {
                continue;
            }
            for (measure, figure) in figures {
                table.push(row(&group.group, (measure, &rival.brand), &figure))?;
            }
            for (question, lead) in &rival.lead {
                table.push(row(&group.group, ("lead", &format!("{}:{question}", rival.brand)), lead))?;
            }
        }
    }
    Ok(table)
}

fn row(group: &str, (measure, key): (&str, &str), figure: &Figure) -> Row {
    Row::new()
        .set("segment_id", group)
        .set("measure", measure)
        .set("key", key)
        .set("value", figure.value)
        .set("low", figure.low)
        .set("high", figure.high)
        .set("base", figure.base)
        .set("suppressed", figure.suppressed)
}

/// `regularities`: what was published beside the company's own figures.
///
/// # Errors
/// None for figures as documented.
pub fn regularities_table(regularities: &[Regularity]) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Regularities);
    for regularity in regularities {
        table.push(
            Row::new()
                .set("regularity", regularity.id)
                .set("published", regularity.published)
                .set("published_value", regularity.published_value)
                .set("unit", regularity.unit.slug())
                .set("source", regularity.source)
                .set("own", regularity.value)
                .set("own_low", regularity.low)
                .set("own_high", regularity.high)
                .set("base", regularity.base)
                .set("verdict", regularity.verdict.slug()),
        )?;
    }
    Ok(table)
}
