//! Rows of a list in one order that tells nothing of customers: by the hash of their key, so that two nights can be merged.

use std::path::{Path, PathBuf};

use twox_hash::XxHash64;

use super::error::AudienceError;
use super::members::{Member, MemberReader, MemberWriter};
use super::spec::Audience;
use super::template::Removal;

/// Rows that are sorted in memory at once, at most about.
const AT_ONCE: u64 = 1 << 16;

/// Most files that rows are dealt over.
const MOST_PARTS: u64 = 256;

/// A row with the key that it is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyedRow {
    hash: u64,
    pub(super) key: String,
    pub(super) cells: Vec<String>,
}

impl KeyedRow {
    /// Whether one comes before the other, or which of them they are.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        (self.hash, &self.key).cmp(&(other.hash, &other.key))
    }
}

/// What rows of an audience are known by.
#[derive(Clone, Debug)]
pub(super) struct RowKey {
    /// Places of the columns the first filled of which is the key; empty = all cells together are.
    places: Vec<usize>,
}

impl RowKey {
    /// Who leaves a membership leaves it with all that was uploaded of them, so the row itself is the key.
    pub(super) fn of(audience: &Audience) -> Self {
        let whole = audience.template.gone.how == Removal::Membership;
        Self { places: if whole { Vec::new() } else { audience.key_places() } }
    }

    fn keyed(&self, cells: Vec<String>) -> KeyedRow {
        let first = self.places.iter().map(|at| &cells[*at]).find(|cell| !cell.is_empty());
        let key = first.cloned().unwrap_or_else(|| cells.join("\u{1f}"));
        KeyedRow { hash: XxHash64::oneshot(0, key.as_bytes()), key, cells }
    }
}

/// The rows of a file of members, sorted; of several with one key the first by id.
pub(super) struct SortedRows {
    parts: Vec<PathBuf>,
    key: RowKey,
    here: std::vec::IntoIter<KeyedRow>,
}

impl SortedRows {
    /// Sorts the members in `path`, of whom there are `rows`; parts lie in `work` and begin with `name`.
    pub(super) fn of(path: &Path, rows: u64, key: RowKey, work: &Path, name: &str) -> Result<Self, AudienceError> {
        let n = rows.div_ceil(AT_ONCE).clamp(1, MOST_PARTS);
        let mut reader = MemberReader::open(path)?;
        if n == 1 {
            return Ok(Self { parts: Vec::new(), here: Self::load(reader, &key)?.into_iter(), key });
        }
        let headers: Vec<String> = reader.headers().to_vec();
        let part = |at: u64| work.join(format!("{name}-{at:03}.csv"));
        let writer = |at| MemberWriter::create(&part(at), headers.iter().map(String::as_str));
        let mut writers = (0..n).map(writer).collect::<Result<Vec<_>, _>>()?;
        while let Some(member) = reader.next_member()? {
            let row = key.keyed(member.cells);
            // Ranges of hashes one after the other, so that the parts in their order are the whole in its order.
            let at = ((u128::from(row.hash) * u128::from(n)) >> 64) as usize;
            writers[at].write(&Member { cells: row.cells, ..Member::default() })?;
        }
        let mut parts = writers.into_iter().map(MemberWriter::finish).collect::<Result<Vec<_>, _>>()?;
        parts.reverse();
        Ok(Self { parts, key, here: Vec::new().into_iter() })
    }

    fn load(mut reader: MemberReader, key: &RowKey) -> Result<Vec<KeyedRow>, AudienceError> {
        let mut rows = Vec::new();
        while let Some(member) = reader.next_member()? {
            rows.push(key.keyed(member.cells));
        }
        // INVARIANT: stable, and rows came in order of customer.
        rows.sort_by(KeyedRow::order);
        rows.dedup_by(|later, first| later.key == first.key);
        Ok(rows)
    }

    /// The next row.
    pub(super) fn next_row(&mut self) -> Result<Option<KeyedRow>, AudienceError> {
        loop {
            if let Some(row) = self.here.next() {
                return Ok(Some(row));
            }
            let Some(part) = self.parts.pop() else { return Ok(None) };
            self.here = Self::load(MemberReader::open(&part)?, &self.key)?.into_iter();
            std::fs::remove_file(&part).map_err(AudienceError::disk(&part))?;
        }
    }
}

/// What became of a row from one night to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RowStep {
    /// It is new.
    Added(KeyedRow),
    /// Its key was there, with other cells.
    Changed(KeyedRow),
    /// It is gone.
    Removed(KeyedRow),
}

/// Walks along the rows of two nights, and hands over what differs.
pub(super) fn differences(
    mut before: SortedRows,
    mut now: SortedRows,
    mut take: impl FnMut(RowStep) -> Result<(), AudienceError>,
) -> Result<(), AudienceError> {
    let (mut old, mut new) = (before.next_row()?, now.next_row()?);
    loop {
        let order = match (&old, &new) {
            (None, None) => return Ok(()),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(old), Some(new)) => old.order(new),
        };
        match order {
            std::cmp::Ordering::Less => {
                take(RowStep::Removed(old.take().expect("there is one")))?;
                old = before.next_row()?;
            }
            std::cmp::Ordering::Greater => {
                take(RowStep::Added(new.take().expect("there is one")))?;
                new = now.next_row()?;
            }
            std::cmp::Ordering::Equal => {
                let (was, is) = (old.take().expect("there is one"), new.take().expect("there is one"));
                if was.cells != is.cells {
                    take(RowStep::Changed(is))?;
                }
                (old, new) = (before.next_row()?, now.next_row()?);
            }
        }
    }
}
