//! `relationship` and `regularities`: how close each segment is, and what was published beside it.

use super::{Row, TableRows, WriteError};
use crate::model::rows::Figure;
use crate::model::segment::SegmentNights;
use crate::model::segment::lens::Regularity;
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
pub fn relationship_table(night: &SegmentNights) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Relationship);
    for group in night.groups() {
        for m in group.lens.measures() {
            let key = if m.key.is_empty() { ALL } else { &m.key };
            table.push(row(&group.id, (m.measure, key), &m.figure))?;
        }
    }
    for place in night.places.iter().filter(|place| !place.figure.withheld()) {
        let measure = match place.kind {
            "communication" => "promises_kept",
            "journey" => "good_contacts",
            _ => "feeling",
        };
        table.push(row(EVERYBODY, (measure, &format!("{}:{}", place.scope, place.key)), &place.figure))?;
    }
    for group in night.groups() {
        for rival in &group.lens.rivals {
            let figures = [
                ("rival_connection_score", rival.score),
                ("connection_score_beside", rival.own_score),
                ("connection_gap", rival.gap),
            ];
            let leads = rival.lead.iter().map(|(_, lead)| lead);
            if leads.chain(figures.iter().map(|(_, figure)| figure)).all(|figure| figure.value().is_none()) {
                continue;
            }
            for (measure, figure) in figures {
                table.push(row(&group.id, (measure, &rival.brand), &figure))?;
            }
            for (question, lead) in &rival.lead {
                table.push(row(&group.id, ("lead", &format!("{}:{question}", rival.brand)), lead))?;
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
        .set("value", figure.value())
        .set("low", figure.estimate().map(|estimate| estimate.low))
        .set("high", figure.estimate().map(|estimate| estimate.high))
        .set("base", figure.n())
        .set("suppressed", figure.withheld())
}

/// `regularities`: what was published beside the company's own figures.
///
/// # Errors
/// None for figures as documented.
pub fn regularities_table(regularities: &[Regularity]) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Regularities);
    for Regularity { published, own, verdict } in regularities {
        table.push(
            Row::new()
                .set("regularity", published.id)
                .set("published", published.text)
                .set("published_value", published.number)
                .set("unit", published.unit.slug())
                .set("source", published.source)
                .set_estimate(["own", "own_low", "own_high"], own.estimate())
                .set("base", own.n())
                .set("verdict", verdict.slug()),
        )?;
    }
    Ok(table)
}
