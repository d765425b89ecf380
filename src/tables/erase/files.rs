//! One file of a night: what it is by its content, whom it names, and a copy without them.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::texts::{TextLayout, rows_of, without};
use super::{EraseError, table};
use crate::tables::persons::Persons;
use crate::tables::plain_file;
use crate::tables::publish::PublishError;
use crate::tables::read::ReadError;
use crate::tables::source::decoded;
use crate::tables::write::{OutputFile, WriteError, WrittenFile};

/// The byte-order mark of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Bytes looked at in an archive: far more than a workbook of ours holds.
const LARGEST_UNPACKED: u64 = 64 << 20;

/// Whom a file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mentions {
    /// Rows, lines or places about them.
    pub(super) rows: u64,
    /// Which of the persons.
    pub(super) persons: BTreeSet<usize>,
}

impl Mentions {
    pub(super) fn add(&mut self, person: usize) {
        self.rows += 1;
        self.persons.insert(person);
    }
}

/// Where a copy goes.
pub(super) struct Target<'a> {
    pub(super) folder: &'a Path,
    /// Path inside the folder.
    pub(super) name: &'a str,
}

impl Target<'_> {
    pub(super) fn create(&self) -> Result<OutputFile, WriteError> {
        OutputFile::create(self.folder, self.name)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(self.name)
    }
}

/// A file that is no Parquet.
struct Text {
    content: String,
    layout: TextLayout,
    /// The bytes are UTF-8 behind a mark.
    marked: bool,
}

/// Whom a file names. `ours`: it is as we published it.
pub(super) fn look(path: &Path, persons: &Persons, ours: &dyn Fn() -> bool) -> Result<Mentions, EraseError> {
    if is_table(path)? {
        return table::look(path, persons);
    }
    match text_of(path)? {
        Some(Text { content: text, layout, .. }) => {
            let (_, look) = without(&text, layout, persons, true);
            // What is not as it was published may name people by words and numbers, too.
            if layout == TextLayout::Running && !ours() {
                Ok(without(&text, layout, persons, false).1)
            } else {
                Ok(look)
            }
        }
        None => opaque(path, persons),
    }
}

/// Copies a file without `persons`; the rest of it stays as it is, but for the encoding: what is no UTF-8 becomes UTF-8.
pub(super) fn copy_without(
    from: &Path,
    target: &Target<'_>,
    persons: &Persons,
    ours: bool,
) -> Result<WrittenFile, EraseError> {
    if is_table(from)? {
        return table::rows_without(from, target, persons);
    }
    let Some(Text { content: text, layout, marked }) = text_of(from)? else {
        return Err(EraseError::Sealed { path: from.to_owned() });
    };
    let (text, _) = without(&text, layout, persons, ours);
    let mut file = target.create()?;
    let mark = if marked { MARK } else { b"" };
    let written = file.write_all(mark).and_then(|()| file.write_all(text.as_bytes()));
    written.map_err(|source| PublishError::io("cannot write", &target.path(), source))?;
    let rows = (layout == TextLayout::Csv).then(|| rows_of(&text));
    Ok(file.finish(target.name, rows)?)
}

/// Whether a file is Parquet, or should be.
fn is_table(path: &Path) -> Result<bool, ReadError> {
    if path.extension().is_some_and(|extension| extension == "parquet") {
        return Ok(true);
    }
    let mut head = Vec::new();
    let read = plain_file::open(path).and_then(|file| file.take(4).read_to_end(&mut head));
    read.map_err(|source| ReadError::Open { path: path.to_owned(), source })?;
    Ok(head == b"PAR1")
}

/// The text of a file; `None` = it is packed, or no text.
fn text_of(path: &Path) -> Result<Option<Text>, ReadError> {
    let bytes = plain_file::read(path).map_err(|source| ReadError::Open { path: path.to_owned(), source })?;
    let marked = bytes.starts_with(MARK);
    let text = decoded(&bytes).text;
    if text.contains('\0') || bytes.starts_with(b"\x1F\x8B") {
        return Ok(None);
    }
    let layout = TextLayout::of(&path.to_string_lossy(), &text);
    Ok(Some(Text { content: text, layout, marked }))
}

/// A file that cannot be written again without a person: an error if it names one, packed or in plain letters.
fn opaque(path: &Path, persons: &Persons) -> Result<Mentions, EraseError> {
    let mut bytes = plain_file::read(path).map_err(|source| ReadError::Open { path: path.to_owned(), source })?;
    // What was unpacked until it broke off is looked at as well.
    if bytes.starts_with(b"\x1F\x8B") {
        let mut unpacked = Vec::new();
        let _ = MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked);
        bytes = unpacked;
    } else if let Ok(mut archive) = ZipArchive::new(Cursor::new(&bytes)) {
        let mut unpacked = Vec::new();
        for place in 0..archive.len() {
            // A file that cannot be unpacked is looked at as it lies.
            let Ok(entry) = archive.by_index(place) else { return named_in(&bytes, path, persons) };
            unpacked.extend_from_slice(entry.name().as_bytes());
            unpacked.push(b'\n');
            let _ = entry.take(LARGEST_UNPACKED).read_to_end(&mut unpacked);
            unpacked.push(b'\n');
            // Nobody can say that the rest names nobody.
            if unpacked.len() as u64 > LARGEST_UNPACKED {
                return Err(EraseError::Sealed { path: path.to_owned() });
            }
        }
        bytes = unpacked;
    }
    named_in(&bytes, path, persons)
}

/// An error if these bytes name somebody in plain letters.
fn named_in(bytes: &[u8], path: &Path, persons: &Persons) -> Result<Mentions, EraseError> {
    let letters = String::from_utf8_lossy(bytes);
    if persons.find_in(&letters, true).is_empty() {
        return Ok(Mentions::default());
    }
    Err(EraseError::Sealed { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_what_it_holds_and_not_what_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let persons = Persons::named(&["K\u{f6}ln7"]);
        let wide: Vec<u8> = "id\nK\u{f6}ln7\nK8\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(&path, &wide).unwrap();
        let found = look(&path, &persons, &|| true).unwrap();
        assert_eq!((found.rows, found.persons.contains(&0)), (1, true));
        let target = Target { folder: folder.path(), name: "copy.csv" };
        let written = copy_without(&path, &target, &persons, true).unwrap();
        assert_eq!((fs::read_to_string(target.path()).unwrap().as_str(), written.rows), ("id\nK8\n", Some(1)));
    }

    #[test]
    fn a_packed_file_that_names_somebody_is_an_error_and_another_is_not() {
        use std::io::Write as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv.gz");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"id\nK00007\n").unwrap();
        fs::write(&path, packed.finish().unwrap()).unwrap();
        let look = |id: &str| look(&path, &Persons::named(&[id]), &|| true);
        assert!(matches!(look("K00007"), Err(EraseError::Sealed { .. })));
        assert_eq!(look("K00008").unwrap(), Mentions::default());
        fs::write(&path, b"\0\x01K00007\0").unwrap();
        assert!(look("K00007").is_err() && look("K00008").is_ok());
    }

    #[test]
    fn a_workbook_that_names_somebody_is_an_error_and_packed_bytes_are_not_taken_for_ids() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for row in 0..2_000 {
            sheet.write(row, 0, format!("row {row}: K00007")).unwrap();
        }
        fs::write(&path, book.save_to_buffer().unwrap()).unwrap();
        let look = |ids: &[&str]| look(&path, &Persons::named(ids), &|| true);
        assert!(matches!(look(&["K00007"]), Err(EraseError::Sealed { .. })));
        // Two letters stand in any packed file of this size by chance.
        assert_eq!(look(&["Qz", "zQ", "jX", "K00008"]).unwrap(), Mentions::default());
    }
}
