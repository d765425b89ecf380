//! A look at delimited text.

use std::path::Path;

use super::dialect::{decimal_of, decode, delimiter_of, take_nulls, told_delimiter};
use super::header::{further, is_data};
use super::{LOOKED_AT, Peek, PeekColumn, PeekError, rows_kept};

pub(super) fn peek_csv(path: &Path, bytes: &[u8]) -> Result<Peek, PeekError> {
    let refuse =
        |found: &str| PeekError::NotTheFormat { path: path.to_owned(), expected: "CSV", found: found.to_owned() };
    for (magic, found) in [
        (&b"PK\x03\x04"[..], "an Excel workbook or zip archive; save the sheet as CSV UTF-8"),
        (b"PAR1", "a Parquet file; name it .parquet"),
    ] {
        if bytes.starts_with(magic) {
            return Err(refuse(found));
        }
    }
    if bytes.is_empty() {
        return Err(refuse("nothing, the file is empty"));
    }
    let (text, encoding) = decode(bytes);
    if text.bytes().take(4096).any(|byte| byte == 0) {
        return Err(refuse("bytes that are no text"));
    }
    // A night cannot be told to read it.
    if encoding.starts_with("utf-32") {
        return Err(refuse("UTF-32 text; save it as UTF-8"));
    }
    let (delimiter, text, skipped) = match told_delimiter(&text) {
        Some((delimiter, rest)) => (delimiter, rest, 1),
        None => (delimiter_of(&text), text.as_str(), 0),
    };
    let mut records = records(text, delimiter);
    if records.is_empty() {
        return Err(refuse("no line that can be read"));
    }
    let cut = bytes.len() as u64 >= LOOKED_AT;
    if cut && records.len() > 1 {
        records.pop();
    }
    let first = records.remove(0);
    Ok(Peek { delimiter: char::from(delimiter), encoding, ..shaped(first.cells, records, cut, skipped, delimiter) })
}

/// A record and the line it starts on.
struct Line {
    at: u64,
    cells: Vec<String>,
}

fn records(text: &str, delimiter: u8) -> Vec<Line> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut lines: Vec<Line> = Vec::new();
    let mut most = usize::MAX;
    for record in reader.records().map_while(Result::ok) {
        if lines.is_empty() {
            most = rows_kept(record.len());
        }
        let at = record.position().map_or(0, csv::Position::line);
        lines.push(Line { at, cells: record.iter().map(|cell| cell.trim().to_owned()).collect() });
        if lines.len() > most {
            break;
        }
    }
    lines
}

fn shaped(first: Vec<String>, records: Vec<Line>, cut: bool, skipped: u64, delimiter: u8) -> Peek {
    let whole = !cut && records.len() < rows_kept(first.len());
    let empty: Vec<String> = Vec::new();
    let cells = |i: usize| records.get(i).map_or(&empty, |line| &line.cells);
    let further = further(&first, cells(0), cells(1));
    let lines = further.map_or(0, |further| further.lines);
    let labels: Vec<String> = further.map_or_else(Vec::new, |further| cells(further.labels).clone());
    let data_from = (lines > 0).then(|| records.get(lines).map(|line| line.at + skipped)).flatten();
    let mut columns: Vec<PeekColumn> = first.iter().map(|_| PeekColumn::default()).collect();
    let mut rows = 0;
    for line in records.iter().skip(lines).filter(|line| line.cells.len() == first.len()) {
        rows += 1;
        for (column, value) in columns.iter_mut().zip(&line.cells).filter(|(_, value)| !value.is_empty()) {
            column.values.push(value.clone());
        }
    }
    let header = further.is_some() || !is_data(&first, &columns);
    if !header {
        rows += 1;
        for (column, value) in columns.iter_mut().zip(&first).filter(|(_, value)| !value.is_empty()) {
            column.values.insert(0, value.clone());
        }
    }
    for (i, (column, name)) in columns.iter_mut().zip(&first).enumerate() {
        column.name = if header && !name.is_empty() { name.clone() } else { format!("column_{}", i + 1) };
        column.label = labels.get(i).filter(|label| !label.is_empty()).cloned();
    }
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    for column in &mut columns {
        let at = sorted.partition_point(|name| **name < column.name);
        column.ambiguous = sorted.get(at + 1).is_some_and(|name| **name == column.name);
    }
    let nulls = take_nulls(&mut columns);
    let decimal = decimal_of(delimiter, &columns);
    Peek { decimal, nulls, header, data_from, columns, rows, whole, ..Peek::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &[u8]) -> Peek {
        peek_csv(Path::new("a.csv"), text).expect("readable")
    }

    #[test]
    fn a_semicolon_file_with_decimal_commas_is_recognized() {
        let seen = csv(b"id;amount;note\n1;2,50;a,b\n2;3,75;c\n");
        assert_eq!((seen.delimiter, seen.decimal, seen.rows), (';', ',', 2));
        assert_eq!(seen.columns[1].values, ["2,50", "3,75"]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_name() {
        assert_eq!(csv(b"\xEF\xBB\xBFid,x\n1,2\n").columns[0].name, "id");
    }

    #[test]
    fn text_that_is_not_utf_8_is_read_as_windows_1252() {
        let seen = csv(b"id,city\n1,K\xF6ln\n");
        assert_eq!((seen.encoding, seen.columns[1].values[0].as_str()), ("windows-1252", "K\u{f6}ln"));
    }

    #[test]
    fn a_workbook_named_csv_is_named_as_what_it_is() {
        let error = peek_csv(Path::new("a.csv"), b"PK\x03\x04....").expect_err("refused");
        assert!(error.to_string().contains("Excel"));
    }

    #[test]
    fn a_file_without_a_header_gives_no_cell_away_as_a_name() {
        let seen = csv(b"1001,ann@example.org,5\n1002,bob@example.org,4\n");
        assert!(!seen.header);
        assert_eq!(
            seen.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
            ["column_1", "column_2", "column_3"]
        );
        assert_eq!(seen.columns[2].values, ["5", "4"]);
    }

    #[test]
    fn names_that_stand_twice_are_ambiguous_and_blank_ones_are_numbered() {
        let seen = csv(b"id,Comments,,Comments\n1,a,b,c\n");
        let marks: Vec<_> = seen.columns.iter().map(|c| (c.name.as_str(), c.ambiguous)).collect();
        assert_eq!(marks, [("id", false), ("Comments", true), ("column_3", false), ("Comments", true)]);
    }

    #[test]
    fn further_header_lines_become_wording_and_data_starts_below_them() {
        let seen = csv(b"sep=,\nV1,Q1\nResponseID,\"How\nwas it?\"\nR_1,4\n");
        assert_eq!(seen.columns[1].label.as_deref(), Some("How\nwas it?"));
        // Line 1 is the spreadsheet's, 2 the header, 3 and 4 the wording.
        assert_eq!((seen.data_from, seen.rows), (Some(5), 1));
    }
}
