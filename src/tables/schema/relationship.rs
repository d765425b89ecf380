//! `relationship`: how close each segment is, one figure a row.

use super::column::ColumnType as T;
use super::table::{About, Columns, SEGMENT_ID, TableSource, columns};
use super::{Cell, TableId};
use crate::model::rows::Figure;
use crate::model::segment::SegmentNights;

/// Stands in `key` for the whole.
const ALL: &str = "all";

/// Group of rows about places: all customers together.
const EVERYBODY: &str = "ALL";

/// One figure.
#[derive(Clone, Debug)]
pub struct RelationshipRow {
    segment_id: String,
    measure: &'static str,
    key: String,
    figure: Figure,
}

fn row(group: &str, measure: &'static str, key: &str, figure: Figure) -> RelationshipRow {
    RelationshipRow { segment_id: group.to_owned(), measure, key: key.to_owned(), figure }
}

/// Rows of `relationship`. A place or competitor of whom nothing may be shown is not named either: of one customer's
/// site or brand the name alone may tell who it is.
#[must_use]
pub fn relationship_rows(night: &SegmentNights) -> Vec<RelationshipRow> {
    let mut rows = Vec::new();
    for group in night.groups() {
        for m in group.lens.measures() {
            let key = if m.key.is_empty() { ALL } else { &m.key };
            rows.push(row(&group.id, m.measure, key, m.figure));
        }
    }
    for place in night.places.iter().filter(|place| !place.figure.withheld()) {
        let measure = match place.kind {
            "communication" => "promises_kept",
            "journey" => "good_contacts",
            "searched" => "searched_in_vain",
            _ => "feeling",
        };
        rows.push(row(EVERYBODY, measure, &format!("{}:{}", place.scope, place.key), place.figure));
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
            rows.extend(figures.map(|(measure, figure)| row(&group.id, measure, &rival.brand, figure)));
            let lead = rival.lead.iter();
            rows.extend(
                lead.map(|(question, lead)| row(&group.id, "lead", &format!("{}:{question}", rival.brand), *lead)),
            );
        }
    }
    rows
}

impl TableSource for &RelationshipRow {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Relationship, "relationship", "segment × measure × key");

    fn columns(t: &mut Columns<Self>) {
        t.key("segment_id", T::Category, SEGMENT_ID, |r| &r.segment_id);
        columns! { t, r =>
            /// What is measured; `data/schema/README.md` lists them.
            key "measure": Category = r.measure;
            /// Of what: a stage, a type, an element, `channel:…`, `site:…`, `team:…`, `term:…`, a ratio; `all` = the whole.
            key "key": Category = &r.key;
            /// The figure; null = nobody was asked, or withheld.
            maybe "value": Float64 = r.figure.value();
            /// Lower end of its 95 % interval; null as `value`, or no interval applies.
            maybe "low": Float64 = r.figure.estimate().map(|estimate| estimate.low);
            /// Upper end of its 95 % interval; null as `low`.
            maybe "high": Float64 = r.figure.estimate().map(|estimate| estimate.high);
            /// Customers behind it, in fives.
            people "base" = r.figure.n();
            /// Withheld because too few people stand behind it.
            filled "suppressed": Bool = r.figure.withheld();
        }
    }
}
