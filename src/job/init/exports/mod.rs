//! Known exports: a file that bears the columns of one needs no guessing, and its mapping is finished.
//!
//! What is known of an export is data, `data/exports/*.toml`; a company adds its own. [`recognize`] looks at one file,
//! [`combine`] at all of a folder, where one export may tell what another lacks.

mod combine;
mod fingerprint;
mod header;
mod library;
mod people;
mod recognized;
mod rows;
mod template;
#[cfg(test)]
mod tests;

pub use combine::{Combined, CombinedTable, IdChoice, combine};
pub use fingerprint::{ExportAnswers, ExportTable, Fingerprint, HeaderMark, IdColumn, Through};
pub use library::ExportLibrary;
pub use people::{PeopleRows, everybody};
pub use recognized::{ANSWER_AT, ANSWER_ID, AnswerRows, Recognized};

use crate::tables::peek::{Peek, PeekColumn};
use header::Header;

/// The export a file is, if it is one of the library's; `source` is the name of its source, or the mark that stands for one.
///
/// A file is an export if every column it must have is there and its first cells look as they should; of several the one with
/// the most columns recognized, and of these the first by name.
#[must_use]
pub fn recognize(peek: &Peek, source: &str, library: &ExportLibrary) -> Option<Recognized> {
    // Columns without a name are called by their place, as sources call them.
    let names: Vec<String> = peek.columns.iter().enumerate().map(|(i, column)| name_of(i, column)).collect();
    let header = Header::new(names.iter().map(String::as_str));
    let mut best: Option<(usize, &str, &Fingerprint)> = None;
    for (key, fingerprint) in library.iter() {
        let Some(matched) = matched(fingerprint, &header, peek) else { continue };
        if best.is_none_or(|(most, _, _)| matched > most) {
            best = Some((matched, key, fingerprint));
        }
    }
    let (matched, key, fingerprint) = best?;
    let (filled, sparse) = ids(fingerprint, &header, peek);
    let is_address = |id: &&String| {
        fingerprint.ids.iter().any(|one| one.address && one.through.is_none() && header.find(&one.column) == Some(id))
    };
    let addresses = filled.iter().filter(is_address).cloned().collect();
    let ids = filled.into_iter().chain(sparse).collect();
    let recognized = Recognized {
        key: key.to_owned(),
        export: fingerprint.name.clone(),
        vendor: fingerprint.vendor.clone(),
        matched,
        tables: Vec::new(),
        addresses,
        ids,
        header_rows: fingerprint.header_rows,
        questions_from_row: fingerprint.answers.as_ref().and_then(|answers| answers.questions_row),
        answer_columns: answer_columns(fingerprint, &header),
        nulls: fingerprint.nulls.clone(),
        note: fingerprint.note.clone(),
        fingerprint: fingerprint.clone(),
        header,
        source: source.to_owned(),
    };
    let tables = recognized.tables_of_its_own();
    Some(Recognized { tables, ..recognized })
}

fn name_of(place: usize, column: &PeekColumn) -> String {
    if column.name.is_empty() { format!("column_{}", place + 1) } else { column.name.clone() }
}

/// Number of columns recognized; `None` = it is not this export.
fn matched(fingerprint: &Fingerprint, header: &Header, peek: &Peek) -> Option<usize> {
    if !fingerprint.must.iter().all(|name| header.find(name).is_some()) {
        return None;
    }
    let mut places: Vec<usize> = fingerprint.known().filter_map(|name| header.place(name)).collect();
    places.sort_unstable();
    places.dedup();
    let stranger = fingerprint.closed && places.len() < header.names().len();
    let looks = |column: &PeekColumn, mark: &HeaderMark| {
        let mut shapes = column.values.iter().take(mark.within).map(|value| shape(value));
        shapes.any(|shape| mark.begins.iter().any(|begin| shape.starts_with(begin)))
    };
    let mut marks = fingerprint.marks.iter();
    let marked = marks.all(|mark| header.place(&mark.column).is_some_and(|place| looks(&peek.columns[place], mark)));
    (marked && !stranger).then_some(places.len())
}

/// A value with every run of digits written as `9`.
fn shape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        let c = if c.is_ascii_digit() { '9' } else { c };
        if c != '9' || !out.ends_with('9') {
            out.push(c);
        }
    }
    out
}

/// Columns that may name the customer: those filled in half of the rows or more, in the order of the fingerprint, and those
/// filled in fewer, the fullest first. What is empty throughout names nobody.
fn ids(fingerprint: &Fingerprint, header: &Header, peek: &Peek) -> (Vec<String>, Vec<String>) {
    let words = repeated(fingerprint, header, peek);
    let rows = peek.rows.saturating_sub(words);
    let (mut places, mut filled, mut sparse) = (Vec::new(), Vec::new(), Vec::new());
    for id in fingerprint.ids.iter().filter(|id| id.through.is_none()) {
        let Some(place) = header.place(&id.column).filter(|place| !places.contains(place)) else { continue };
        places.push(place);
        let name = header.names()[place].clone();
        let cells = peek.columns[place].values.len().saturating_sub(words);
        if 2 * cells >= rows && (cells > 0 || rows == 0) {
            filled.push(name);
        } else if cells > 0 {
            sparse.push((cells, name));
        }
    }
    sparse.sort_by_key(|(cells, _)| std::cmp::Reverse(*cells));
    (filled, sparse.into_iter().map(|(_, name)| name).collect())
}

/// Lines that repeat the header line among the values seen: none, if the first of them looks like data.
fn repeated(fingerprint: &Fingerprint, header: &Header, peek: &Peek) -> usize {
    let Some(mark) = fingerprint.marks.first() else { return 0 };
    let first = header.place(&mark.column).and_then(|place| peek.columns[place].values.first());
    let data = first.is_some_and(|value| mark.begins.iter().any(|begin| shape(value).starts_with(begin)));
    if data { 0 } else { fingerprint.header_rows }
}

fn answer_columns(fingerprint: &Fingerprint, header: &Header) -> Vec<String> {
    let Some(answers) = &fingerprint.answers else { return Vec::new() };
    let ids = fingerprint.ids.iter().map(|id| id.column.as_str());
    let leave = answers.leave.iter().map(String::as_str);
    let own: Vec<usize> = fingerprint
        .known()
        .chain(ids)
        .chain(leave)
        .flat_map(|name| name.split('|'))
        .filter_map(|name| header.place(name))
        .collect();
    let others = header.names().iter().enumerate().filter(|(place, _)| !own.contains(place));
    others.map(|(_, name)| name.clone()).collect()
}
