//! Who came to a group and who left it, since the night before.

use serde::{Deserialize, Serialize};

use super::super::front::place;
use super::super::history::GroupMove;
use super::super::input::ReportInput;
use super::super::quantity::Quantity;
use super::super::said::{Saying, told};
use super::super::words::{count, date, unit};
use crate::model::segment::SegmentNight;

/// Most places named on either side.
const MOST: usize = 5;

/// Movement in and out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Moves {
    /// Since when, or why nothing is told.
    since: Saying,
    /// One row for each place that people came from or went to, the busiest first.
    pub(in super::super) rows: Vec<PlaceRow>,
}

/// A place that people came from or went to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct PlaceRow {
    place: Saying,
    came: Quantity,
    went: Quantity,
    /// Lengths of the bars, 0–100 of the longest.
    came_bar: String,
    went_bar: String,
}

/// Both ways for each other place; a number withheld is said to be so.
pub(super) fn moves(input: &ReportInput<'_>, segment: &SegmentNight) -> Moves {
    let Some(before) = input.history.before() else {
        return Moves { since: told("moves.first_night"), rows: Vec::new() };
    };
    let mut places: Vec<&str> = Vec::new();
    for one in input.history.moves.iter().filter(|one| one.from != one.to) {
        let other = match (one.from == segment.id, one.to == segment.id) {
            (true, _) => &one.to,
            (_, true) => &one.from,
            _ => continue,
        };
        if !places.contains(&other.as_str()) {
            places.push(other);
        }
    }
    let way = |from: &str, to: &str| input.history.moves.iter().find(|one| one.from == from && one.to == to);
    let mut found: Vec<_> =
        places.iter().map(|other| (*other, way(other, &segment.id), way(&segment.id, other))).collect();
    let known = |one: Option<&GroupMove>| one.and_then(|one| one.customers).unwrap_or(0);
    found.sort_by(|a, b| (known(b.1) + known(b.2)).cmp(&(known(a.1) + known(a.2))).then(a.0.cmp(b.0)));
    let longest = found.iter().map(|row| known(row.1).max(known(row.2))).max().unwrap_or(0).max(1);
    let bar = |one: Option<&GroupMove>| unit(known(one) as f64 / longest as f64 * 100.0);
    let rows = found.iter().take(MOST).map(|(other, came, went)| PlaceRow {
        place: place(input, other),
        came: people(*came),
        went: people(*went),
        came_bar: bar(*came),
        went_bar: bar(*went),
    });
    let rows: Vec<PlaceRow> = rows.collect();
    let key = if rows.is_empty() { "moves.nobody" } else { "moves.since" };
    Moves { since: told(key).with("day", date(before.run_date)), rows }
}

/// How many took a way; nobody where it is not among those published.
fn people(one: Option<&GroupMove>) -> Quantity {
    match one {
        Some(GroupMove { customers: Some(customers), .. }) => count(*customers),
        Some(_) => Quantity::Unknown { withheld: true },
        None => count(0),
    }
}
