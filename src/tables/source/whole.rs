//! A small text file read as a whole, in whatever encoding it is written.

use std::io::Read as _;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::super::{plain_file, spec::Format};
use super::decode::open_text;
use super::error::SourceError;
use super::magic::{Packing, recognize};

/// A text, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tables) struct WholeText {
    /// Without a byte-order mark.
    pub(in crate::tables) text: String,
    /// Label of its encoding.
    pub(in crate::tables) encoding: &'static str,
}

/// The text of a file, unpacked if it is gzip; of an empty file the empty text.
///
/// # Errors
/// [`SourceError`] if it cannot be read, is no regular file, or no text.
pub(super) fn whole_text(path: &Path, name: &str) -> Result<WholeText, SourceError> {
    let failed = |source| SourceError::io(name, source);
    let mut bytes = plain_file::read(path).map_err(failed)?;
    // An encoding of several bytes a letter is looked for below, so zeros are no fault yet.
    let look = |bytes: &[u8]| recognize(name, bytes, Format::Csv, UTF_16LE);
    if !bytes.is_empty() && look(&bytes)? == Packing::Gzip {
        bytes.clear();
        let unpacked = plain_file::open(path).and_then(|file| open_text(file, Packing::Gzip, UTF_8));
        unpacked.and_then(|mut text| text.read_to_end(&mut bytes)).map_err(failed)?;
        if !bytes.is_empty() {
            look(&bytes)?;
        }
    }
    let whole = decoded(&bytes);
    if whole.text.contains('\0') {
        let advice = "save it as UTF-8 text";
        return Err(SourceError::NotTheFormat {
            file: name.to_owned(),
            expected: Format::Csv,
            found: "not text",
            advice,
        });
    }
    Ok(whole)
}

/// The text that bytes stand for: by its mark, by the zeros in it, as UTF-8 where it is valid, else as Windows-1252, in
/// which every byte is a letter (Latin-1 with signs where that has none).
pub(in crate::tables) fn decoded(bytes: &[u8]) -> WholeText {
    if let Some((big, rest)) = four_bytes_a_letter(bytes) {
        let letter = |quad: &[u8]| {
            let quad = [quad[0], quad[1], quad[2], quad[3]];
            char::from_u32(if big { u32::from_be_bytes(quad) } else { u32::from_le_bytes(quad) })
        };
        let text = rest.chunks_exact(4).map(|quad| letter(quad).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        return WholeText { text, encoding: if big { "utf-32be" } else { "utf-32le" } };
    }
    let of = |encoding: &'static Encoding, bytes: &[u8], label| WholeText {
        text: encoding.decode_without_bom_handling(bytes).0.into_owned(),
        encoding: label,
    };
    if let Some((encoding, mark)) = Encoding::for_bom(bytes).filter(|(encoding, _)| *encoding != UTF_8) {
        return of(encoding, &bytes[mark..], if encoding == UTF_16BE { "utf-16be" } else { "utf-16le" });
    }
    if let Some(encoding) = two_bytes_a_letter(bytes) {
        return of(encoding, bytes, if encoding == UTF_16BE { "utf-16be" } else { "utf-16le" });
    }
    let plain = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(plain) {
        Ok(text) => WholeText { text: text.to_owned(), encoding: "utf-8" },
        Err(_) => of(WINDOWS_1252, plain, "windows-1252"),
    }
}

/// UTF-32: whether the first byte is the highest, and the bytes behind the mark. Of every letter the highest byte is 0, and
/// of those in use so is the next but for rare signs.
fn four_bytes_a_letter(bytes: &[u8]) -> Option<(bool, &[u8])> {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE\0\0") {
        return Some((false, rest));
    }
    if let Some(rest) = bytes.strip_prefix(b"\0\0\xFE\xFF") {
        return Some((true, rest));
    }
    let quads = || bytes.chunks_exact(4).take(128);
    let whole = bytes.len() >= 4 && bytes.len().is_multiple_of(4);
    let all =
        |zero: [usize; 2]| quads().all(|quad| zero.iter().all(|at| quad[*at] == 0) && quad.iter().any(|b| *b != 0));
    match whole {
        true if all([2, 3]) => Some((false, bytes)),
        true if all([0, 1]) => Some((true, bytes)),
        _ => None,
    }
}

/// UTF-16 without a mark: every other byte of plain letters is zero.
fn two_bytes_a_letter(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(512) & !1];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    match half {
        0 => None,
        _ if odd * 10 >= half * 7 && even * 10 < half => Some(UTF_16LE),
        _ if even * 10 >= half * 7 && odd * 10 < half => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::codes::{Code, Coded as _};

    /// "ä\n7" in every encoding that is told apart.
    #[test]
    fn the_same_text_is_read_from_every_encoding() {
        let text = "K\u{e4}\n7\n";
        let two = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let four = |bytes: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| bytes(u32::from(c))).collect::<Vec<u8>>();
        let marked = |mark: &[u8], bytes: Vec<u8>| mark.iter().copied().chain(bytes).collect::<Vec<u8>>();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), "utf-8"),
            (marked(b"\xEF\xBB\xBF", text.as_bytes().to_vec()), "utf-8"),
            (b"K\xE4\n7\n".to_vec(), "windows-1252"),
            (two(u16::to_le_bytes), "utf-16le"),
            (marked(b"\xFF\xFE", two(u16::to_le_bytes)), "utf-16le"),
            (two(u16::to_be_bytes), "utf-16be"),
            (marked(b"\xFE\xFF", two(u16::to_be_bytes)), "utf-16be"),
            (four(u32::to_le_bytes), "utf-32le"),
            (marked(b"\xFF\xFE\0\0", four(u32::to_le_bytes)), "utf-32le"),
            (four(u32::to_be_bytes), "utf-32be"),
            (marked(b"\0\0\xFE\xFF", four(u32::to_be_bytes)), "utf-32be"),
        ] {
            assert_eq!(decoded(&bytes), WholeText { text: text.to_owned(), encoding }, "{encoding}: {bytes:?}");
        }
    }

    #[test]
    fn a_file_that_is_no_text_or_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids.txt");
        for bytes in [&b"PK\x03\x04...."[..], b"PAR1....", b"a\0\0\0\0\0b"] {
            fs::write(&path, bytes).unwrap();
            assert!(matches!(whole_text(&path, "ids.txt"), Err(SourceError::NotTheFormat { .. })), "{bytes:?}");
        }
        assert_eq!(whole_text(folder.path(), "ids").unwrap_err().code(), Code::InputNotAFile);
        fs::write(&path, b"").unwrap();
        assert_eq!(whole_text(&path, "ids.txt").unwrap().text, "");
    }
}
