//! From overlap to fates: which segment goes on, splits, merges, is born or retires.

use super::ids::IdBook;
use super::row::{Fate, LineageRow};
use valueseg_stats::matching::Overlap;

/// Jaccard coefficient from which a segment and its partner are one segment going on.
///
/// METHOD: our judgment. Two groups of one size with a Jaccard of 1/3 share half of their members; below that most of
/// those addressed under the id would be others. Greene, Doyle and Cunningham (2010) use 0.3 to follow communities.
pub const CONTINUES: f64 = 1.0 / 3.0;

/// Share of a segment that makes up "most of it": half. Source: the survival threshold of MONIC (Spiliopoulou,
/// Ntoutsi, Theodoridis and Schult 2006).
pub const MOST: f64 = 0.5;

/// Share of the old segment from which a part split off is worth the name; our judgment.
pub const LARGE_PART: f64 = 0.2;

/// What was decided: an id for each new segment, and the rows that say why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decided {
    /// For each new segment the old one it continues.
    pub(super) continues: Vec<Option<usize>>,
    /// For each new segment its id.
    pub(super) ids: Vec<String>,
    /// Sorted by old id, then new id; births last.
    pub(super) rows: Vec<LineageRow>,
}

/// Decides on fates and ids. `old` are the ids of the rows of `overlap`; births take the next ids of `book` in the
/// order of the new segments.
pub(super) fn decide(overlap: &Overlap, old: &[String], book: &mut IdBook) -> Decided {
    old.iter().for_each(|id| book.enter(id));
    let mut continues = vec![None; overlap.columns()];
    for (row, partner) in overlap.partners().into_iter().enumerate() {
        if let Some(column) = partner.filter(|column| overlap.jaccard(row, *column) >= CONTINUES) {
            continues[column] = Some(row);
        }
    }
    let ids: Vec<String> =
        continues.iter().map(|from| from.map_or_else(|| book.give(), |row: usize| old[row].clone())).collect();
    let mut rows = Vec::new();
    for column in 0..overlap.columns() {
        let (fate, row) = origin(overlap, column, continues[column]);
        rows.push(line(overlap, fate, row, Some(column), old, &ids));
    }
    for row in (0..overlap.rows()).filter(|row| !continues.contains(&Some(*row))) {
        let heir = largest(overlap.columns(), |column| overlap.share_of_row(row, column)).filter(|heir| heir.1 >= MOST);
        // Most of it became part of one segment that is more than that: merged. Else it is dissolved.
        let fate = if heir.is_some() { Fate::Merged } else { Fate::Retired };
        rows.push(line(overlap, fate, Some(row), heir.map(|heir| heir.0), old, &ids));
    }
    let key = |row: &LineageRow| (row.old.is_none(), row.old.clone(), row.new.clone(), row.fate);
    rows.sort_by_key(key);
    Decided { continues, ids, rows }
}

/// Where a new segment comes from.
fn origin(overlap: &Overlap, column: usize, continues: Option<usize>) -> (Fate, Option<usize>) {
    if continues.is_some() {
        return (Fate::Continued, continues);
    }
    let source = largest(overlap.rows(), |row| overlap.share_of_column(row, column)).filter(|source| source.1 >= MOST);
    match source {
        Some((row, _)) if overlap.share_of_row(row, column) >= LARGE_PART => (Fate::Split, Some(row)),
        _ => (Fate::Born, None),
    }
}

/// Place and size of the largest of `n` shares; among equals the first. `None` if there are none.
fn largest(n: usize, share: impl Fn(usize) -> f64) -> Option<(usize, f64)> {
    (0..n).map(|i| (i, share(i))).reduce(|best, next| if next.1 > best.1 { next } else { best })
}

fn line(
    overlap: &Overlap,
    fate: Fate,
    row: Option<usize>,
    column: Option<usize>,
    old: &[String],
    new: &[String],
) -> LineageRow {
    let pair = row.zip(column);
    LineageRow {
        fate,
        old: row.map(|row| old[row].clone()),
        new: column.map(|column| new[column].clone()),
        share_of_old: pair.map(|(row, column)| overlap.share_of_row(row, column)),
        share_of_new: pair.map(|(row, column)| overlap.share_of_column(row, column)),
        jaccard: pair.map(|(row, column)| overlap.jaccard(row, column)),
        likeness: None,
        renamed: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(n: usize) -> Vec<String> {
        (1..=n).map(|i| format!("S{i:02}")).collect()
    }

    /// Overlap from a table of counts, through labels as they come from two models.
    fn overlap(counts: &[&[usize]]) -> Overlap {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for (row, counts) in counts.iter().enumerate() {
            for (column, count) in counts.iter().enumerate() {
                a.extend(std::iter::repeat_n(row, *count));
                b.extend(std::iter::repeat_n(column, *count));
            }
        }
        Overlap::of(&a, &b, &vec![1.0; a.len()], (counts.len(), counts[0].len()))
    }

    fn said(decided: &Decided) -> Vec<(Fate, Option<&str>, Option<&str>)> {
        decided.rows.iter().map(|row| (row.fate, row.old.as_deref(), row.new.as_deref())).collect()
    }

    #[test]
    fn the_same_segments_in_another_order_keep_their_ids() {
        let decided = decide(&overlap(&[&[0, 50], &[70, 5]]), &ids(2), &mut IdBook::default());
        assert_eq!(decided.ids, ["S02", "S01"]);
        assert_eq!(
            said(&decided),
            [(Fate::Continued, Some("S01"), Some("S01")), (Fate::Continued, Some("S02"), Some("S02"))]
        );
        assert_eq!(decided.rows[0].share_of_old, Some(1.0));
        assert!((decided.rows[0].jaccard.unwrap() - 50.0 / 55.0).abs() < 1e-12);
    }

    #[test]
    fn a_split_keeps_the_id_for_the_larger_part_and_gives_the_other_a_new_one() {
        // S01 goes 60 : 40; S02 stays.
        let mut book = IdBook::new(["S05"]);
        let decided = decide(&overlap(&[&[60, 0, 40], &[0, 80, 0]]), &ids(2), &mut book);
        assert_eq!(decided.ids, ["S01", "S02", "S06"], "S03 to S05 were given before or never will be");
        assert_eq!(
            said(&decided),
            [
                (Fate::Continued, Some("S01"), Some("S01")),
                (Fate::Split, Some("S01"), Some("S06")),
                (Fate::Continued, Some("S02"), Some("S02")),
            ]
        );
        assert!((decided.rows[1].share_of_old.unwrap() - 0.4).abs() < 1e-12);
    }

    #[test]
    fn a_merger_keeps_the_larger_ones_id_and_retires_the_other() {
        let decided = decide(&overlap(&[&[60, 0], &[35, 5], &[0, 90]]), &ids(3), &mut IdBook::default());
        assert_eq!(decided.ids, ["S01", "S03"]);
        assert_eq!(
            said(&decided),
            [
                (Fate::Continued, Some("S01"), Some("S01")),
                (Fate::Merged, Some("S02"), Some("S01")),
                (Fate::Continued, Some("S03"), Some("S03")),
            ]
        );
        assert!((decided.rows[1].share_of_old.unwrap() - 35.0 / 40.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_scattered_retires_and_what_comes_from_everywhere_is_born() {
        // S03 goes a third to each of three; the fourth new one draws evenly from S01, S02 and S04.
        let table: [&[usize]; 4] = [&[80, 0, 0, 20], &[0, 80, 0, 20], &[20, 20, 20, 0], &[0, 0, 80, 20]];
        let decided = decide(&overlap(&table), &ids(4), &mut IdBook::default());
        assert_eq!(decided.ids, ["S01", "S02", "S04", "S05"]);
        assert!(said(&decided).contains(&(Fate::Retired, Some("S03"), None)));
        assert!(said(&decided).contains(&(Fate::Born, None, Some("S05"))));
        // Every old segment ends once and every new one begins once.
        assert_eq!(decided.rows.len(), 5);
    }

    #[test]
    fn partners_that_share_too_few_are_not_one_segment() {
        // Best partner of S01 is the first, but only a fifth of them in common.
        let decided = decide(&overlap(&[&[30, 70], &[90, 210]]), &ids(2), &mut IdBook::default());
        assert_eq!(decided.continues[1], Some(1));
        assert_eq!(decided.continues[0], None);
        assert_eq!(decided.ids, ["S03", "S02"]);
    }
}
