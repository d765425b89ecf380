//! A single look at a file nobody has described yet: how it is written, its columns, and a few values of each.
//!
//! Only `init` looks; a night never guesses.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use datafusion::arrow::array::AsArray;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use flate2::read::MultiGzDecoder;

use crate::codes::{Code, Coded};
use crate::tables::source::first_rows;
use crate::tables::spec::Format;

/// Bytes of a text file looked at, unpacked.
const LOOKED_AT: u64 = 256 << 10;
/// Rows looked at.
const ROWS: usize = 500;
/// Delimiters tried.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file that cannot be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeekError {
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the layer below says of it.
        source: std::io::Error,
    },
    /// It is not what its name says.
    #[error("{} is not a readable {expected} file: {found}", path.display())]
    NotTheFormat {
        /// The file.
        path: PathBuf,
        /// What its name says.
        expected: &'static str,
        /// What was found instead.
        found: String,
    },
}

impl Coded for PeekError {
    fn code(&self) -> Code {
        match self {
            Self::Io { .. } | Self::NotTheFormat { .. } => Code::InitFile,
        }
    }
}

/// What a look at a file showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Peek {
    /// What the file holds.
    pub format: Format,
    /// CSV only: the character between fields.
    pub delimiter: char,
    /// CSV only: the encoding's label.
    pub encoding: &'static str,
    /// CSV only: what stands before decimals.
    pub decimal: char,
    /// Columns in file order.
    pub columns: Vec<PeekColumn>,
    /// Rows looked at.
    pub rows: usize,
}

/// One column of a [`Peek`].
#[derive(Clone, Debug, PartialEq)]
pub struct PeekColumn {
    /// Its name.
    pub name: String,
    /// Values seen, as text, empty ones left out.
    pub values: Vec<String>,
}

/// Looks at `path` once.
pub fn peek(path: &Path) -> Result<Peek, PeekError> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    match plain.rsplit_once('.').map(|(_, extension)| extension) {
        Some("parquet") => peek_parquet(path),
        Some("json" | "jsonl" | "ndjson") => peek_json(path, &head(path, name.ends_with(".gz"))?),
        _ => peek_csv(path, &head(path, name.ends_with(".gz"))?),
    }
}

fn head(path: &Path, packed: bool) -> Result<Vec<u8>, PeekError> {
    let io = |source| PeekError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    let mut reader: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    reader.by_ref().take(LOOKED_AT).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

fn peek_csv(path: &Path, bytes: &[u8]) -> Result<Peek, PeekError> {
    let refuse =
        |found: &str| PeekError::NotTheFormat { path: path.to_owned(), expected: "CSV", found: found.to_owned() };
    for (magic, found) in [
        (&b"PK\x03\x04"[..], "an Excel workbook or zip archive; save the sheet as CSV UTF-8"),
        (b"PAR1", "a Parquet file; name it .parquet"),
        (b"\x1F\x8B", "gzip-compressed; name it .gz"),
    ] {
        if bytes.starts_with(magic) {
            return Err(refuse(found));
        }
    }
    if bytes.is_empty() {
        return Err(refuse("nothing, the file is empty"));
    }
    let (text, encoding) = decode(bytes);
    let delimiter = delimiter_of(&text);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| refuse(&error.to_string()))?.clone();
    let mut columns: Vec<PeekColumn> =
        headers.iter().map(|name| PeekColumn { name: name.trim().to_owned(), values: Vec::new() }).collect();
    let mut rows = 0;
    for record in reader.records().take(ROWS).map_while(Result::ok) {
        rows += 1;
        for (column, value) in columns.iter_mut().zip(record.iter()).filter(|(_, value)| !value.trim().is_empty()) {
            column.values.push(value.trim().to_owned());
        }
    }
    let decimal =
        if delimiter == b';' && columns.iter().flat_map(|c| &c.values).any(|v| is_comma_number(v)) { ',' } else { '.' };
    Ok(Peek { format: Format::Csv, delimiter: char::from(delimiter), encoding, decimal, columns, rows })
}

fn decode(bytes: &[u8]) -> (String, &'static str) {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let label = if encoding == encoding_rs::UTF_8 { "utf-8" } else { "utf-16le" };
        return (encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned(), label);
    }
    // The last line may be cut in the middle of a character.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(bytes, |end| &bytes[..=end]);
    std::str::from_utf8(whole).map_or_else(
        |_| (encoding_rs::WINDOWS_1252.decode_without_bom_handling(whole).0.into_owned(), "windows-1252"),
        |text| (text.to_owned(), "utf-8"),
    )
}

/// The delimiter that stands equally often, and most often, in the first lines.
fn delimiter_of(text: &str) -> u8 {
    let count = |delimiter: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let widths: Vec<usize> = reader.records().take(20).map_while(Result::ok).map(|record| record.len()).collect();
        let first = widths.first().copied().unwrap_or(0);
        let same = widths.iter().filter(|width| **width == first).count();
        if first < 2 { 0 } else { first * same }
    };
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn is_comma_number(value: &str) -> bool {
    value.split_once(',').is_some_and(|(whole, part)| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits(whole.trim_start_matches('-')) && digits(part) && part.len() != 3
    })
}

fn peek_json(path: &Path, bytes: &[u8]) -> Result<Peek, PeekError> {
    let mut columns: Vec<PeekColumn> = Vec::new();
    let mut rows = 0;
    for line in BufReader::new(bytes).lines().take(ROWS).map_while(Result::ok) {
        let Ok(serde_json::Value::Object(object)) = serde_json::from_str(&line) else { continue };
        rows += 1;
        for (name, value) in object {
            let text = match value {
                serde_json::Value::Null => continue,
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            match columns.iter_mut().find(|column| column.name == name) {
                Some(column) => column.values.push(text),
                None => columns.push(PeekColumn { name, values: vec![text] }),
            }
        }
    }
    if rows == 0 {
        let found = "no line holds a JSON object".to_owned();
        return Err(PeekError::NotTheFormat { path: path.to_owned(), expected: "JSON lines", found });
    }
    Ok(Peek { format: Format::Json, delimiter: ',', encoding: "utf-8", decimal: '.', columns, rows })
}

fn peek_parquet(path: &Path) -> Result<Peek, PeekError> {
    let refuse = |error: &dyn std::fmt::Display| PeekError::NotTheFormat {
        path: path.to_owned(),
        expected: "Parquet",
        found: error.to_string(),
    };
    // The same door that a night goes through, with all its checks.
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (names, batch) = first_rows(path, &name).map_err(|error| refuse(&error))?;
    let mut columns: Vec<PeekColumn> = names.into_iter().map(|name| PeekColumn { name, values: Vec::new() }).collect();
    let rows = batch.as_ref().map_or(0, |batch| batch.num_rows().min(ROWS));
    for column in &mut columns {
        let Some(array) = batch.as_ref().and_then(|batch| batch.column_by_name(&column.name)) else { continue };
        // What cannot be shown as text is known by its name alone.
        let Ok(texts) = cast(&array.slice(0, rows), &DataType::Utf8) else { continue };
        column.values.extend(texts.as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    Ok(Peek { format: Format::Parquet, delimiter: ',', encoding: "utf-8", decimal: '.', columns, rows })
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
    fn json_lines_give_the_union_of_their_keys() {
        let seen = peek_json(Path::new("a.jsonl"), b"{\"a\":1}\n{\"a\":2,\"b\":\"x\"}\n").expect("readable");
        assert_eq!(seen.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}
