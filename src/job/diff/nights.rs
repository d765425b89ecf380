//! Two nights side by side, from their published tables.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::path::Path;

use chrono::NaiveDate;

use super::models::{facts, largest, told};
use super::{Diff, Moves, ProfileChange, SegmentChange, Way};
use crate::job::error::JobError;
use crate::job::lineage::{model_folder, read_ledger, read_model};
use crate::job::load::Loaded;
use crate::model::fit::Model;
use crate::tables::manifest::Manifest;
use crate::tables::placements::{Place, Placements};
use crate::tables::publish::{existing_manifest, run_folder};
use crate::tables::read::{ReadError, RowMap, all_rows};
use crate::tables::schema::TableId;

/// Place of customers without a segment.
const NONE: &str = "NONE";

/// Place of customers who were not scored or not there.
const OUT: &str = "OUT";

pub(super) fn diff(loaded: &Loaded, out: &Path, a: NaiveDate, b: NaiveDate) -> Result<Diff, JobError> {
    let folders = [run_folder(out, a), run_folder(out, b)];
    let path = |side: usize, table: TableId| folders[side].join(table.path());
    let tables = |table: TableId| -> Result<[Vec<RowMap>; 2], JobError> {
        Ok([all_rows(&path(0, table))?, all_rows(&path(1, table))?])
    };
    let ways = count(
        Placements::open(&path(0, TableId::Customers))?.peekable(),
        Placements::open(&path(1, TableId::Customers))?.peekable(),
    )?;
    let [before, now] = tables(TableId::Segments)?;
    let segments = segments(&before, &now);
    let [before, now] = tables(TableId::SegmentElements)?;
    let mut notes = Vec::new();
    let model_a = model_of(out, existing_manifest(out, a)?, &mut notes);
    let model_b = model_of(out, existing_manifest(out, b)?, &mut notes);
    let (first, last) = (a.min(b).to_string(), a.max(b).to_string());
    let ledger = read_ledger(out)?;
    let between = ledger.refits().iter().filter(|refit| refit.night > first && refit.night <= last);
    Ok(Diff {
        kind: "nights",
        a: a.to_string(),
        b: b.to_string(),
        profiles: profiles(&segments, &before, &now),
        segments,
        moves: Some(moves(&ways, loaded.settings.privacy.min_cell)),
        facts: facts(model_a.as_ref(), model_b.as_ref()),
        lineage: between.flat_map(told).collect(),
        notes,
    })
}

/// Model of a night; a stored model that is gone costs its facts, not the comparison.
fn model_of(out: &Path, manifest: Option<Manifest>, notes: &mut Vec<String>) -> Option<Model> {
    let id = manifest?.model_id;
    let model = read_model(&model_folder(out, &id).join("model.json"));
    if model.is_err() {
        notes.push(format!("The stored model {id} cannot be read, so nothing is said about its fit."));
    }
    model.ok()
}

/// Customers by way, from two lists that ascend by id.
fn count(
    mut a: Peekable<impl Iterator<Item = Result<crate::tables::placements::Placement, ReadError>>>,
    mut b: Peekable<impl Iterator<Item = Result<crate::tables::placements::Placement, ReadError>>>,
) -> Result<BTreeMap<(String, String), u64>, ReadError> {
    let mut ways = BTreeMap::new();
    loop {
        let order = match (a.peek(), b.peek()) {
            (Some(Ok(x)), Some(Ok(y))) => x.customer_id.cmp(&y.customer_id),
            (Some(_), None) | (Some(Err(_)), _) => std::cmp::Ordering::Less,
            (None, Some(_)) | (_, Some(Err(_))) => std::cmp::Ordering::Greater,
            (None, None) => return Ok(ways),
        };
        let from = if order.is_le() { a.next().transpose()? } else { None };
        let to = if order.is_ge() { b.next().transpose()? } else { None };
        let way = (word(from.map(|p| p.place)), word(to.map(|p| p.place)));
        *ways.entry(way).or_insert(0) += 1;
    }
}

fn word(place: Option<Place>) -> String {
    match place {
        Some(Place::Segment(id)) => id,
        Some(Place::Unassigned) => NONE.to_owned(),
        Some(Place::Suppressed) | None => OUT.to_owned(),
    }
}

/// Ways between different places; those of fewer than `min_cell` customers are withheld and come last.
fn moves(ways: &BTreeMap<(String, String), u64>, min_cell: u64) -> Moves {
    let mut of_from: BTreeMap<&str, u64> = BTreeMap::new();
    for ((from, _), customers) in ways {
        *of_from.entry(from).or_insert(0) += customers;
    }
    let in_segment = |(from, to): &(String, String)| [from, to].iter().all(|place| *place != NONE && *place != OUT);
    let compared: u64 = ways.iter().filter(|(way, _)| in_segment(way)).map(|(_, n)| n).sum();
    let moved: u64 = ways.iter().filter(|(way, _)| in_segment(way) && way.0 != way.1).map(|(_, n)| n).sum();
    let mut shown: Vec<Way> = ways
        .iter()
        .filter(|((from, to), _)| from != to)
        .map(|((from, to), customers)| {
            let all = of_from.get(from.as_str()).copied().unwrap_or(0);
            // What is not there has no size to be a share of.
            let share = (from != OUT && all > 0).then(|| *customers as f64 / all as f64);
            let enough = *customers >= min_cell;
            Way {
                from: from.clone(),
                to: to.clone(),
                customers: enough.then_some(*customers),
                share_of_from: share.filter(|_| enough),
            }
        })
        .collect();
    shown.sort_by(|x, y| y.customers.cmp(&x.customers).then_with(|| (&x.from, &x.to).cmp(&(&y.from, &y.to))));
    let moved_share = (compared > 0).then(|| moved as f64 / compared as f64);
    Moves { compared, moved, moved_share, ways: shown }
}

fn text(row: &RowMap, column: &str) -> Option<String> {
    row.get(column).and_then(serde_json::Value::as_str).map(str::to_owned)
}

fn number(row: &RowMap, column: &str) -> Option<f64> {
    row.get(column).and_then(serde_json::Value::as_f64)
}

fn segments(before: &[RowMap], now: &[RowMap]) -> Vec<SegmentChange> {
    let find =
        |rows: &'_ [RowMap], id: &str| rows.iter().find(|row| text(row, "segment_id").as_deref() == Some(id)).cloned();
    let mut ids: Vec<String> = before
        .iter()
        .chain(now)
        .filter(|row| text(row, "kind").as_deref() != Some("everyone"))
        .filter_map(|row| text(row, "segment_id"))
        .collect();
    ids.sort_by(|x, y| (x == NONE, x).cmp(&(y == NONE, y)));
    ids.dedup();
    let size = |row: &Option<RowMap>| row.as_ref()?.get("size")?.as_u64();
    ids.into_iter()
        .map(|id| {
            let (a, b) = (find(before, &id), find(now, &id));
            SegmentChange {
                name_a: a.as_ref().and_then(|row| text(row, "name")),
                name_b: b.as_ref().and_then(|row| text(row, "name")),
                size_a: size(&a),
                size_b: size(&b),
                share_a: a.as_ref().and_then(|row| number(row, "share")),
                share_b: b.as_ref().and_then(|row| number(row, "share")),
                id,
            }
        })
        .collect()
}

/// Elements whose mean changed most in each segment that is there on both nights.
fn profiles(segments: &[SegmentChange], before: &[RowMap], now: &[RowMap]) -> Vec<ProfileChange> {
    let keyed = |rows: &[RowMap]| -> BTreeMap<(String, String), RowMap> {
        let key = |row: &RowMap| Some((text(row, "segment_id")?, text(row, "element_id")?));
        rows.iter().filter_map(|row| Some((key(row)?, row.clone()))).collect()
    };
    let (before, now) = (keyed(before), keyed(now));
    let mut all = Vec::new();
    for segment in segments.iter().filter(|segment| segment.name_a.is_some() && segment.name_b.is_some()) {
        let mut changes = Vec::new();
        let of_segment = |key: &&(String, String)| key.0 == segment.id;
        for (key, a) in before.iter().filter(|(key, _)| of_segment(key)) {
            let Some(b) = now.get(key) else { continue };
            let of = |aspect| change(&key.0, &key.1, aspect, a, b);
            changes.extend(["importance", "fulfillment"].into_iter().filter_map(of));
        }
        all.extend(largest(changes));
    }
    all
}

fn change(segment_id: &str, element_id: &str, aspect: &'static str, a: &RowMap, b: &RowMap) -> Option<ProfileChange> {
    let (before, now) = (number(a, aspect)?, number(b, aspect)?);
    let ends = |row: &RowMap| Some((number(row, &format!("{aspect}_low"))?, number(row, &format!("{aspect}_high"))?));
    let apart = ends(a).zip(ends(b)).map(|(a, b)| a.1 < b.0 || b.1 < a.0);
    Some(ProfileChange {
        segment_id: segment_id.to_owned(),
        element_id: element_id.to_owned(),
        aspect,
        a: before,
        b: now,
        change: now - before,
        apart,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::placements::Placement;

    fn places(list: &[(&str, Option<&str>)]) -> Peekable<std::vec::IntoIter<Result<Placement, ReadError>>> {
        let place = |segment: Option<&str>| match segment {
            Some("-") => Place::Suppressed,
            Some(id) => Place::Segment(id.to_owned()),
            None => Place::Unassigned,
        };
        let all: Vec<Result<Placement, ReadError>> = list
            .iter()
            .map(|(id, segment)| Ok(Placement { customer_id: (*id).to_owned(), place: place(*segment) }))
            .collect();
        all.into_iter().peekable()
    }

    #[test]
    fn ways_are_counted_from_two_ascending_lists_and_nobody_is_lost() {
        let a = places(&[("a", Some("S01")), ("b", Some("S01")), ("c", None), ("d", Some("S02")), ("f", Some("S02"))]);
        let b =
            places(&[("b", Some("S02")), ("c", Some("S01")), ("d", Some("S02")), ("e", Some("S01")), ("f", Some("-"))]);
        let ways = count(a, b).expect("readable");
        let way = |from: &str, to: &str| ways.get(&(from.to_owned(), to.to_owned())).copied();
        assert_eq!(way("S01", "OUT"), Some(1));
        assert_eq!(way("S01", "S02"), Some(1));
        assert_eq!(way("NONE", "S01"), Some(1));
        assert_eq!(way("S02", "S02"), Some(1));
        assert_eq!(way("OUT", "S01"), Some(1));
        assert_eq!(way("S02", "OUT"), Some(1));
        assert_eq!(ways.values().sum::<u64>(), 6);
        let moves = moves(&ways, 1);
        assert_eq!((moves.compared, moves.moved), (2, 1));
        assert_eq!(moves.ways.len(), 5);
    }

    #[test]
    fn ways_of_few_are_withheld_and_come_last() {
        let ways = [("S01", "S02", 90), ("S01", "S01", 10), ("S02", "S01", 3), ("S02", "S02", 97)];
        let ways = ways.map(|(from, to, n)| ((from.to_owned(), to.to_owned()), n)).into();
        let moves = moves(&ways, 20);
        assert_eq!((moves.compared, moves.moved, moves.moved_share), (200, 93, Some(0.465)));
        assert_eq!(moves.ways[0].share_of_from, Some(0.9));
        assert_eq!((moves.ways[1].customers, moves.ways[1].share_of_from), (None, None));
    }
}
