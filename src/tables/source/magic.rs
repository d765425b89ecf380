//! Telling what a file is from its first bytes, before any reader believes its name.

use super::super::spec::Format;
use super::error::SourceError;

/// Bytes looked at.
pub(super) const HEAD: usize = 512;

/// How a text file is packed, judged by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// As it is.
    Plain,
    /// gzip members.
    Gzip,
}

/// First bytes of formats that are not ours, what they are, and what to do about them.
const FOREIGN: [(&[u8], &str, &str); 12] = [
    (b"PK\x03\x04", "an Excel workbook or zip archive", "open it and save the sheet as CSV UTF-8, or export Parquet"),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook", "open it and save the sheet as CSV UTF-8, or export Parquet"),
    (b"\x28\xB5\x2F\xFD", "zstd-compressed", "unpack it, or pack it with gzip"),
    (b"BZh", "bzip2-compressed", "unpack it, or pack it with gzip"),
    (b"\xFD7zXZ", "xz-compressed", "unpack it, or pack it with gzip"),
    (b"7z\xBC\xAF", "a 7-Zip archive", "unpack it"),
    (b"ORC", "an ORC file", "export Parquet instead"),
    (b"Obj\x01", "an Avro file", "export Parquet instead"),
    (b"ARROW1", "an Arrow IPC file", "export Parquet instead"),
    (b"SQLite format 3", "an SQLite database", "export the table as Parquet or CSV"),
    (b"%PDF", "a PDF", "export the data as CSV or Parquet"),
    (b"{\\rtf", "a text-processor document", "export the data as CSV or Parquet"),
];

/// Checks that the first bytes of a file agree with the format expected of it.
///
/// `encoding` is the declared text encoding. Returns how a text file is packed; [`Packing::Plain`] for Parquet.
pub(super) fn recognize(
    file: &str,
    head: &[u8],
    expected: Format,
    encoding: &'static encoding_rs::Encoding,
) -> Result<Packing, SourceError> {
    let other = |found, advice| SourceError::NotTheFormat { file: file.to_owned(), expected, found, advice };
    if head.is_empty() {
        return Err(SourceError::Empty { file: file.to_owned() });
    }
    let parquet = head.starts_with(b"PAR1");
    if head.starts_with(b"PARE") {
        return Err(other("an encrypted Parquet file", "write it without encryption"));
    }
    if expected == Format::Parquet {
        return match foreign(head) {
            _ if parquet => Ok(Packing::Plain),
            Some((found, advice)) => Err(other(found, advice)),
            None if head.starts_with(b"\x1F\x8B") => {
                Err(other("gzip-compressed", "unpack it; Parquet compresses its pages itself"))
            }
            None => Err(other("something else", "set `format` of the source, or deliver a Parquet file")),
        };
    }
    if parquet {
        return Err(other("a Parquet file", "name it .parquet, or set `format = \"parquet\"`"));
    }
    if let Some((found, advice)) = foreign(head) {
        return Err(other(found, advice));
    }
    if head.starts_with(b"\x1F\x8B") {
        return Ok(Packing::Gzip);
    }
    check_text(file, head, expected, encoding).map(|()| Packing::Plain)
}

/// Checks the first bytes of text, after unpacking: its encoding, and that it is text at all.
pub(super) fn check_text(
    file: &str,
    head: &[u8],
    expected: Format,
    encoding: &'static encoding_rs::Encoding,
) -> Result<(), SourceError> {
    let other = |found, advice| SourceError::NotTheFormat { file: file.to_owned(), expected, found, advice };
    let wide = encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE;
    if is_utf32(head) {
        return Err(other("UTF-32 text", "save it as UTF-8"));
    }
    if !wide {
        if let Some((found, advice)) = utf16(head) {
            let json = expected == Format::Json;
            return Err(other(found, if json { "save it as UTF-8, as all JSON lines are" } else { advice }));
        }
        if head.contains(&0) {
            return Err(other("not text", "save it as UTF-8 text, or set `format` and `csv.encoding` of the source"));
        }
    }
    let start: Vec<u8> = head.iter().skip_while(|b| b.is_ascii_whitespace()).take(14).copied().collect();
    let start = start.to_ascii_lowercase();
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") || start.starts_with(b"<?xml") {
        return Err(other("a web page or XML", "deliver the data itself, not the page that shows it"));
    }
    if expected == Format::Json && start.first() == Some(&b'[') {
        return Err(other("one JSON array", "write one object a line, for instance with `jq -c '.[]'`"));
    }
    Ok(())
}

/// Text of four bytes a letter: it says so, or three of four bytes of Latin letters are 0.
fn is_utf32(head: &[u8]) -> bool {
    let quads = head.len() / 4;
    let like = |empty: [usize; 3]| {
        let alike = head.chunks_exact(4).filter(|quad| empty.iter().all(|at| quad[*at] == 0)).count();
        quads >= 4 && 4 * alike >= 3 * quads
    };
    let marked = head.starts_with(b"\xFF\xFE\0\0") || head.starts_with(b"\0\0\xFE\xFF");
    marked || head.iter().any(|byte| *byte != 0) && (like([1, 2, 3]) || like([0, 1, 2]))
}

/// Text of two bytes a letter, and what to set for it: it says so, or every other byte of Latin letters is 0.
fn utf16(head: &[u8]) -> Option<(&'static str, &'static str)> {
    const LITTLE: &str = "save it as UTF-8, or set `csv = { encoding = \"utf-16le\" }`";
    const BIG: &str = "save it as UTF-8, or set `csv = { encoding = \"utf-16be\" }`";
    const UNMARKED: &str = "UTF-16 text without a byte-order mark";
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    let most = |zeros: usize, others: usize| pairs >= 4 && 4 * zeros >= 3 * pairs && others == 0;
    match head {
        [0xFF, 0xFE, ..] => Some(("UTF-16 text", LITTLE)),
        [0xFE, 0xFF, ..] => Some(("UTF-16 text", BIG)),
        _ if most(odd, even) => Some((UNMARKED, LITTLE)),
        _ if most(even, odd) => Some((UNMARKED, BIG)),
        _ => None,
    }
}

fn foreign(head: &[u8]) -> Option<(&'static str, &'static str)> {
    FOREIGN.iter().find(|(magic, _, _)| head.starts_with(magic)).map(|(_, found, advice)| (*found, *advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{Code, Coded as _};

    fn csv(head: &[u8]) -> Result<Packing, SourceError> {
        recognize("a.csv", head, Format::Csv, encoding_rs::UTF_8)
    }

    #[test]
    fn workbooks_parquet_and_utf16_named_csv_are_told_by_name() {
        for (head, word) in [
            (&b"PK\x03\x04rest"[..], "Excel"),
            (b"PAR1....", "Parquet"),
            (b"\xFF\xFEa\0", "UTF-16"),
            (b"n\0o\0,\0Q\x001\0\n\0", "UTF-16 text without"),
            (b"\0n\0o\0,\0Q\x001\0\n", "UTF-16 text without"),
            (b"<!DOCTYPE html><p>", "web page"),
            (b"a,b\n\0\0", "not text"),
        ] {
            let error = csv(head).expect_err("refused");
            assert!(error.to_string().contains(word), "{error}");
            assert_eq!(error.code(), Code::NotTheFormat);
        }
    }

    #[test]
    fn utf32_is_told_from_utf16_also_where_utf16_is_expected() {
        let wide = |text: &str, little: bool| -> Vec<u8> {
            let bytes = |c: char| if little { u32::from(c).to_le_bytes() } else { u32::from(c).to_be_bytes() };
            text.chars().flat_map(bytes).collect()
        };
        for text in ["\u{FEFF}customer_id,Q1\n", "customer_id,Q1\n"] {
            for little in [true, false] {
                let head = wide(text, little);
                for encoding in [encoding_rs::UTF_8, encoding_rs::UTF_16LE, encoding_rs::UTF_16BE] {
                    let error = check_text("a.csv", &head, Format::Csv, encoding).expect_err("refused");
                    assert!(error.to_string().contains("UTF-32"), "{error}");
                }
            }
        }
        let utf16: Vec<u8> = "\u{FEFF}customer_id,Q1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(check_text("a.csv", &utf16, Format::Csv, encoding_rs::UTF_16LE).is_ok());
        let json = check_text("a.jsonl", &utf16, Format::Json, encoding_rs::UTF_8).expect_err("refused");
        assert!(!json.to_do().contains("csv"), "{}", json.to_do());
    }

    #[test]
    fn an_empty_file_is_its_own_error() {
        assert_eq!(csv(b"").expect_err("refused").code(), Code::EmptyFile);
    }

    #[test]
    fn gzip_is_unpacked_for_text_and_refused_for_parquet() {
        assert_eq!(csv(b"\x1F\x8B\x08").expect("fine"), Packing::Gzip);
        assert!(recognize("a.parquet", b"\x1F\x8B\x08", Format::Parquet, encoding_rs::UTF_8).is_err());
    }

    #[test]
    fn a_json_array_is_refused_with_the_way_out() {
        let error = recognize("a.json", b" [ {", Format::Json, encoding_rs::UTF_8).expect_err("refused");
        assert!(error.to_do().contains("jq"));
    }
}
