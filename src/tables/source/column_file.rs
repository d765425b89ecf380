//! One column of a small file: values one a line, or those of a column that a header names.

use std::io::Cursor;
use std::path::Path;

use csv::ReaderBuilder;
use datafusion::arrow::array::{ArrayRef, AsArray};

use super::super::spec::CsvDialect;
use super::csv_file::{CsvBatches, Dialect, on_one_line};
use super::error::SourceError;
use super::whole::whole_text;

/// Delimiters that a header may show, the customary first.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// A delimiter that stands in no text: every line is one value.
const NONE: char = '\u{1F}';

/// What the file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tables) struct ColumnFile {
    /// Name of the column; `None` = the file has no header.
    pub(in crate::tables) name: Option<String>,
    /// The line each value starts on, from 1.
    pub(in crate::tables) lines: Vec<u64>,
    /// The values as they stand there, quotes taken off.
    pub(in crate::tables) values: Vec<String>,
    /// Lines that are no record of the file: not as wide as its header, or not text.
    pub(in crate::tables) broken: Vec<u64>,
    /// Label of the encoding.
    pub(in crate::tables) encoding: &'static str,
    /// Every line has several fields, and no header says which of them is meant: the whole line is the value.
    pub(in crate::tables) several: bool,
}

/// Reads the column of a header that `wanted` points at, or, where there is none, every line as a value. A value of several
/// lines stands in quotes.
///
/// # Errors
/// [`SourceError`] for a file that cannot be read as text, or in which a quote is never closed.
pub(in crate::tables) fn column_file(
    path: &Path,
    wanted: &dyn Fn(&[String]) -> Option<usize>,
) -> Result<ColumnFile, SourceError> {
    let name = path.display().to_string();
    let whole = whole_text(path, &name)?;
    let mut file = ColumnFile { encoding: whole.encoding, ..ColumnFile::default() };
    if whole.text.trim().is_empty() {
        return Ok(file);
    }
    let (delimiter, place) = layout(&whole.text, wanted);
    file.several = place.is_none() && has_several(&whole.text);
    let dialect =
        CsvDialect { delimiter: Some(delimiter), nulls: Vec::new(), header: place.is_some(), ..CsvDialect::default() };
    let dialect = Dialect::check(&name, Some(&dialect))?;
    let mut records = CsvBatches::new(&name, Box::new(Cursor::new(whole.text.into_bytes())), &dialect, false)?;
    file.name = place.map(|place| records.header[place].clone()).or(file.name);
    let mut broken = Vec::new();
    while let Some(batch) = records.next_batch(&[Some(place.unwrap_or(0))], &mut |fault| broken.push(fault.row))? {
        file.lines.extend(batch.rows.values().iter().map(|line| *line as u64));
        file.values.extend(values(&batch.columns[0]));
    }
    file.broken = broken;
    Ok(file)
}

fn values(column: &ArrayRef) -> impl Iterator<Item = String> {
    column.as_string::<i32>().iter().map(|value| value.unwrap_or_default().to_owned())
}

/// Delimiter, and the place of the column in the header; no place = there is no header.
fn layout(text: &str, wanted: &dyn Fn(&[String]) -> Option<usize>) -> (char, Option<usize>) {
    // A spreadsheet's first line `sep=;` is no header.
    let said = text.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and_then(|_| text[4..].chars().next());
    let said = said.filter(|sign| sign.is_ascii_punctuation() || *sign == '\t');
    let skipped = usize::from(said.is_some());
    let fields = |delimiter| record(text, delimiter, skipped);
    for delimiter in said.into_iter().chain(DELIMITERS) {
        let header = fields(delimiter);
        if let Some(place) = wanted(&header).filter(|_| header.len() > 1) {
            return (delimiter, Some(place));
        }
    }
    (said.unwrap_or(NONE), wanted(&fields(NONE)))
}

/// The fields of a record of a text, from 0.
fn record(text: &str, delimiter: char, at: usize) -> Vec<String> {
    let mut reader = ReaderBuilder::new()
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let record = reader.records().nth(at).and_then(Result::ok).unwrap_or_default();
    record.iter().map(on_one_line).collect()
}

/// Whether the first lines all have equally many fields by one of the delimiters, and more than one.
fn has_several(text: &str) -> bool {
    let widths = |delimiter: char| -> Vec<usize> {
        let lines = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty());
        lines.take(20).map(|line| line.split(delimiter).count()).collect()
    };
    DELIMITERS.into_iter().map(widths).any(|widths| widths[0] > 1 && widths.iter().all(|width| *width == widths[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> ColumnFile {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids.csv");
        std::fs::write(&path, bytes).unwrap();
        column_file(&path, &|header| header.iter().position(|name| name == "no")).unwrap()
    }

    #[test]
    fn values_stand_one_a_line_whatever_ends_the_line_and_commas_are_theirs() {
        for text in ["K1\nDE,2\nK3", "K1\r\nDE,2\r\nK3\r\n", "K1\rDE,2\rK3\r", "no\nK1\nDE,2\nK3\n"] {
            let file = read(text.as_bytes());
            assert_eq!(file.values, ["K1", "DE,2", "K3"], "{text:?}");
            assert!(!file.several && file.broken.is_empty());
        }
        assert_eq!(read(b"no\nK1\n").name.as_deref(), Some("no"));
        assert_eq!(read(b"K1\n").name, None);
    }

    #[test]
    fn a_header_names_the_column_among_several_and_quotes_hold_line_breaks() {
        let file = read(b"mail;no\na@b.org;\"A\nB\"\nc@d.org;K2\nshort\n");
        assert_eq!((file.values, file.lines), (vec!["A\nB".to_owned(), "K2".to_owned()], vec![2, 4]));
        assert_eq!(file.broken, [5]);
        assert_eq!(read(b"sep=;\nno;x\nK1;2\n").values, ["K1"]);
        assert_eq!(read(b"\"A\nB\"\nK2\n").values, ["A\nB", "K2"]);
    }

    #[test]
    fn several_fields_without_a_header_are_told_and_an_open_quote_is_refused() {
        let file = read(b"K1,a@b.org\nK2,c@d.org\n");
        assert!(file.several && file.values == ["K1,a@b.org", "K2,c@d.org"]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids.csv");
        std::fs::write(&path, "K1\n\"K2\nK3\n").unwrap();
        assert!(matches!(column_file(&path, &|_| None), Err(SourceError::OpenQuote { .. })));
    }
}
