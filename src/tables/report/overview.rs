//! The strip of data health and the list of sizes.

use serde::{Deserialize, Serialize};

use super::input::ReportInput;
use super::quantity::Quantity;
use super::words::{count, many, percent, share, unit};
use crate::model::segment::SegmentNight;

/// How good the data of the night is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Health {
    tiles: Vec<Tile>,
    tables: Vec<TableLine>,
    left_out: Vec<String>,
    limits: Vec<String>,
    notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tile {
    /// Key of its name.
    label: String,
    value: Quantity,
    note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct TableLine {
    name: String,
    read: Quantity,
    accepted: Quantity,
    rejected: Quantity,
}

/// Groups by size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SizeRow {
    name: String,
    size: Quantity,
    share: Quantity,
    /// Length and interval of the bar, 0–100 of the largest; absent where the share is not known.
    bar: Option<Bar>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Bar {
    length: String,
    low: String,
    width: String,
}

pub(super) fn health(input: &ReportInput<'_>) -> Health {
    let sum = |of: fn(&super::TableHealth) -> u64| input.health.iter().map(of).sum::<u64>();
    let (read, rejected) = (sum(|table| table.read), sum(|table| table.rejected));
    let of = |part: u64, whole: u64| {
        if whole == 0 { String::new() } else { percent(part as f64 / whole as f64).to_string() }
    };
    let (scored, answered) = (input.scored(), input.night.everyone.profile.respondents);
    let tables = input.health.iter().map(|table| TableLine {
        name: table.name.clone(),
        read: count(table.read),
        accepted: count(table.accepted),
        rejected: count(table.rejected),
    });
    Health {
        tiles: vec![
            Tile {
                label: "read".to_owned(),
                value: count(read),
                note: many(input.health.len() as u64, "table", "tables"),
            },
            Tile { label: "usable".to_owned(), value: count(sum(|table| table.accepted)), note: String::new() },
            Tile { label: "rejected".to_owned(), value: count(rejected), note: of(rejected, read) },
            Tile { label: "scored".to_owned(), value: count(scored), note: String::new() },
            Tile { label: "answered".to_owned(), value: count(answered), note: of(answered, scored) },
            Tile {
                label: "left_out".to_owned(),
                value: count(input.left_out()),
                note: of(input.left_out(), input.left_out() + scored),
            },
        ],
        tables: tables.collect(),
        left_out: input
            .night
            .left_out
            .iter()
            .map(|(reason, n)| format!("{}: {}", reason_words(reason), count(*n)))
            .collect(),
        limits: input.night.limits.clone(),
        notes: input.notes.to_vec(),
    }
}

/// Reasons for leaving customers out, as people say them.
fn reason_words(slug: &str) -> String {
    match slug {
        "deceased" => "deceased",
        "minor" => "under age",
        "objection_marketing" => "object to marketing",
        "no_profiling_consent" => "no consent to profiling",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

/// Segments in order, the unassigned last.
pub(super) fn sizes(input: &ReportInput<'_>) -> Vec<SizeRow> {
    let all = || input.night.segments.iter().chain([&input.night.unassigned]);
    // The longest interval, not the longest bar, fills the width: its end must be seen too.
    let longest = all().filter_map(|segment| segment.profile.share).map(|s| s.high).fold(0.0, f64::max);
    let mut rows: Vec<SizeRow> = input.night.segments.iter().map(|segment| size_row(segment, longest)).collect();
    if input.night.unassigned.profile.size > 0 {
        let mut row = size_row(&input.night.unassigned, longest);
        "In no group".clone_into(&mut row.name);
        rows.push(row);
    }
    rows
}

fn size_row(segment: &SegmentNight, longest: f64) -> SizeRow {
    let scale = |value: f64| unit(value / longest * 100.0);
    SizeRow {
        name: segment.name.clone(),
        size: count(segment.profile.size),
        share: share(segment.profile.share),
        bar: segment.profile.share.filter(|_| longest > 0.0).map(|s| Bar {
            length: scale(s.value),
            low: scale(s.low),
            width: unit(((s.high - s.low) / longest * 100.0).max(0.3)),
        }),
    }
}
