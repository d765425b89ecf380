//! Codebooks: files whose rows describe the columns of another file.

use super::look::{Find, same_name};
use crate::tables::peek::PeekColumn;

/// Share of the columns described, from which a file is a codebook, and fewest of them. Our judgment.
const DESCRIBED: f64 = 0.5;
const FEWEST: usize = 5;

/// Takes codebooks out of `finds` and gives their wording to the columns they describe. Returns what was taken out, in words.
pub(super) fn attach_codebooks(finds: &mut Vec<Find>) -> Vec<String> {
    let mut said = Vec::new();
    let mut books = Vec::new();
    for book in 0..finds.len() {
        let described =
            (0..finds.len()).filter(|data| *data != book && finds[*data].peek.rows > finds[book].peek.columns.len());
        let best = described
            .filter_map(|data| Some((names_of(&finds[book], &finds[data])?, data)))
            .max_by_key(|(_, data)| finds[*data].peek.columns.len());
        let Some((names, data)) = best else { continue };
        let labels = labels(&finds[book], names);
        for column in &mut finds[data].peek.columns {
            let label = labels.iter().find(|(name, _)| same_name(name, &column.name)).map(|(_, label)| label.clone());
            column.label = column.label.take().or(label);
        }
        said.push(format!("{}: it describes the columns of {}", finds[book].shown(), finds[data].shown()));
        books.push(book);
    }
    for book in books.into_iter().rev() {
        finds.remove(book);
    }
    said
}

/// The column of `book` whose cells are names of columns of `data`.
fn names_of(book: &Find, data: &Find) -> Option<usize> {
    if book.peek.columns.len() > 12 || book.peek.rows > 4 * data.peek.columns.len() + 20 {
        return None;
    }
    let named = |column: &PeekColumn| {
        let named = |name: &str| column.values.iter().any(|value| same_name(value.trim_start_matches('-'), name));
        data.peek.columns.iter().filter(|own| named(&own.name)).count()
    };
    let counts = book.peek.columns.iter().map(named);
    let (column, most) = counts.enumerate().max_by_key(|(i, count)| (*count, usize::MAX - i))?;
    (most >= FEWEST && most as f64 >= DESCRIBED * data.peek.columns.len() as f64).then_some(column)
}

/// Name and wording of each row: the wording stands in the column with the longest texts.
fn labels(book: &Find, names: usize) -> Vec<(String, String)> {
    let length = |column: &PeekColumn| column.values.iter().map(String::len).sum::<usize>();
    let columns = &book.peek.columns;
    // Only a column without gaps can be read beside the names.
    let whole = |i: &usize| *i != names && columns[*i].values.len() == columns[names].values.len();
    let Some(texts) = (0..columns.len()).filter(whole).max_by_key(|i| length(&columns[*i])) else { return Vec::new() };
    columns[names].values.iter().cloned().zip(columns[texts].values.iter().cloned()).collect()
}
