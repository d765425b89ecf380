//! Walking the page headers of a Parquet file before its reader trusts them: the reader reserves what a header
//! declares, in sizes up to 2 GiB and in values of a dictionary up to twice 2³⁰, before it looks at the bytes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::error::SourceError;
use super::thrift::Compact;

/// Most bytes a page may declare, packed or unpacked.
pub(super) const PAGE_LIMIT: u64 = 256 << 20;

/// A page that unpacks to more than this, to more than [`PAGE_RATIO`] times its size and to long values is a trap, not data.
const PAGE_AT_EASE: u64 = 32 << 20;

/// See [`PAGE_AT_EASE`].
const PAGE_RATIO: u64 = 1000;

/// Bytes of a value that is long, on average over a page.
const LONG_VALUE: u64 = 16 << 10;

/// Longest page header accepted; statistics may stand in it.
const HEADER_LIMIT: usize = 1 << 20;

/// A stretch of a file that holds the pages of one column chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    /// First byte.
    pub(super) start: u64,
    /// Bytes.
    pub(super) len: u64,
}

/// What the pages of a chunk unpack to, as far as their headers tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unpacked {
    /// Most bytes a value takes: on average over a page, or in the worst case where a page can say "as the one before".
    pub(super) per_value: u64,
    /// Bytes of the dictionary; 0 for none. Any value may be the longest of it.
    pub(super) dictionary: u64,
    /// Bytes of the largest other page.
    pub(super) page: u64,
}

/// Parquet's number of the encoding in which values share what they begin with.
const BY_PREFIX: i64 = 7;

/// Checks every page of a chunk: sizes are not negative, within [`PAGE_LIMIT`] and within the chunk, a dictionary has
/// no more values than bytes, and the bytes match the checksum where there is one, which the reader does not look at.
pub(super) fn check_chunk(file: &mut File, name: &str, chunk: Chunk) -> Result<Unpacked, SourceError> {
    let damaged = |what: &str| SourceError::Damaged { file: name.to_owned(), what: what.to_owned() };
    let end = chunk.start + chunk.len;
    let mut at = chunk.start;
    let mut seen = Unpacked::default();
    while at < end {
        let (header, length) = read_header(file, name, at, end - at)?;
        let (Ok(packed), Ok(unpacked)) = (u64::try_from(header.packed), u64::try_from(header.unpacked)) else {
            return Err(damaged("a page declares a negative size"));
        };
        if packed > PAGE_LIMIT || unpacked > PAGE_LIMIT {
            return Err(SourceError::Limit {
                file: name.to_owned(),
                what: format!("a page of {} bytes", packed.max(unpacked)),
                limit: PAGE_LIMIT,
            });
        }
        let Ok(values) = u64::try_from(header.values) else {
            return Err(damaged("a page declares a negative number of values"));
        };
        if unpacked > PAGE_AT_EASE && unpacked / PAGE_RATIO > packed && unpacked / LONG_VALUE > values {
            return Err(SourceError::Unpacks { file: name.to_owned() });
        }
        if header.is_dictionary {
            if values > unpacked {
                return Err(damaged("a dictionary declares more values than it has bytes"));
            }
            seen.dictionary = seen.dictionary.max(unpacked);
        } else {
            let worst = if header.encoding == BY_PREFIX { unpacked } else { unpacked.div_ceil(values.max(1)) };
            seen.per_value = seen.per_value.max(worst);
            seen.page = seen.page.max(unpacked);
        }
        at += length as u64;
        if at + packed > end {
            break;
        }
        if let Some(declared) = header.checksum
            && checksum(file, name, at, packed)? != declared
        {
            return Err(damaged("a page does not match its checksum"));
        }
        at += packed;
    }
    if at == end { Ok(seen) } else { Err(damaged("a page reaches beyond its column chunk")) }
}

/// CRC-32 of some bytes of the file.
fn checksum(file: &mut File, name: &str, at: u64, len: u64) -> Result<u32, SourceError> {
    let mut crc = flate2::Crc::new();
    let mut buffer = vec![0u8; usize::try_from(len).unwrap_or(usize::MAX).min(1 << 16)];
    let mut left = len;
    let io = |source| SourceError::io(name, source);
    file.seek(SeekFrom::Start(at)).map_err(io)?;
    while left > 0 {
        let n = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        file.read_exact(&mut buffer[..n]).map_err(io)?;
        crc.update(&buffer[..n]);
        left -= n as u64;
    }
    Ok(crc.sum())
}

fn read_header(file: &mut File, name: &str, at: u64, room: u64) -> Result<(PageHeader, usize), SourceError> {
    for size in [96, 4096, HEADER_LIMIT] {
        let size = size.min(usize::try_from(room).unwrap_or(usize::MAX));
        let mut bytes = vec![0; size];
        file.seek(SeekFrom::Start(at))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(|source| SourceError::io(name, source))?;
        let mut cursor = Compact::new(&bytes);
        match page_header(&mut cursor) {
            Some(header) => return Ok((header, cursor.read())),
            None if size as u64 == room => break,
            None => {}
        }
    }
    Err(SourceError::Damaged { file: name.to_owned(), what: "a page header cannot be read".to_owned() })
}

/// What a page header declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PageHeader {
    unpacked: i64,
    packed: i64,
    /// CRC-32 of the packed bytes, where the writer gave one.
    checksum: Option<u32>,
    /// Values, of the page or of the dictionary; 0 for other pages.
    values: i64,
    /// Parquet's number of their encoding.
    encoding: i64,
    is_dictionary: bool,
}

/// Reads a page header. `None` at any point: the bytes end, or are not Thrift.
fn page_header(cursor: &mut Compact<'_>) -> Option<PageHeader> {
    let (mut unpacked, mut packed, mut checksum) = (None, None, None);
    let (mut values, mut encoding, mut is_dictionary) = (0, 0, false);
    let mut field = 0i64;
    loop {
        let kind = cursor.field(&mut field)?;
        match (kind, field) {
            (0, _) => break,
            (5, 2) => unpacked = Some(cursor.zigzag()?),
            (5, 3) => packed = Some(cursor.zigzag()?),
            // Declared as a signed number, meant as 32 bits.
            (5, 4) => checksum = Some(cursor.zigzag()? as u32),
            // A data page, a dictionary, a data page of the second version.
            (12, 5 | 7 | 8) => {
                is_dictionary |= field == 7;
                (values, encoding) = values_of(cursor, if field == 8 { 4 } else { 2 })?;
            }
            _ => cursor.skip(kind, 0)?,
        }
    }
    Some(PageHeader { unpacked: unpacked?, packed: packed?, checksum, values, encoding, is_dictionary })
}

/// Number of values and encoding out of the header of one kind of page; the encoding is its field `encoding_at`.
fn values_of(cursor: &mut Compact<'_>, encoding_at: i64) -> Option<(i64, i64)> {
    let (mut values, mut encoding) = (0, 0);
    let mut field = 0i64;
    loop {
        match cursor.field(&mut field)? {
            0 => return Some((values, encoding)),
            5 if field == 1 => values = cursor.zigzag()?,
            5 if field == encoding_at => encoding = cursor.zigzag()?,
            kind => cursor.skip(kind, 1)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{Code, Coded as _};

    /// type = `DATA_PAGE`, uncompressed = 300, compressed = 100, then 1 value in encoding 7, by the compact protocol.
    const HEADER: [u8; 14] = [0x15, 0x00, 0x15, 0xD8, 0x04, 0x15, 0xC8, 0x01, 0x2C, 0x15, 0x02, 0x15, 0x0E, 0x00];

    #[test]
    fn a_header_written_by_hand_is_read() {
        let mut bytes = HEADER.to_vec();
        bytes.push(0);
        let mut cursor = Compact::new(&bytes);
        let header = page_header(&mut cursor).expect("a header");
        assert_eq!((header.unpacked, header.packed, header.checksum), (300, 100, None));
        assert_eq!((header.values, header.encoding, header.is_dictionary), (1, BY_PREFIX, false));
        assert_eq!(cursor.read(), 15);
    }

    fn chunk(bytes: &[u8]) -> Result<Unpacked, SourceError> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        std::io::Write::write_all(&mut file, bytes).expect("written");
        check_chunk(&mut file, "a.parquet", Chunk { start: 0, len: bytes.len() as u64 })
    }

    #[test]
    fn a_dictionary_with_more_values_than_bytes_is_refused() {
        // Type 2, 2 bytes unpacked and packed, as many values as said.
        let page = |values: u8| {
            let zigzag = 2 * values;
            [&[0x15, 0x04, 0x15, 0x04, 0x15, 0x04, 0x4C, 0x15, zigzag, 0x15, 0x00, 0x00, 0x00][..], b"ab"].concat()
        };
        assert_eq!(chunk(&page(2)).expect("fine"), Unpacked { per_value: 0, dictionary: 2, page: 0 });
        assert_eq!(chunk(&page(3)).expect_err("refused").code(), Code::DamagedInput);
    }

    #[test]
    fn a_page_of_some_bytes_that_unpacks_to_megabytes_of_long_values_is_a_trap() {
        // Type 0, 48 MiB unpacked, 2 bytes packed, as many values as said in two bytes.
        let page = |values: [u8; 2]| {
            let head = [0x15, 0x00, 0x15, 0x80, 0x80, 0x80, 0x30, 0x15, 0x04, 0x2C, 0x15];
            [&head[..], &values, &[0x15, 0x00, 0x00, 0x00], b"ab"].concat()
        };
        // 8 values of 6 MiB; and 8,191 of 6 kB, which may be a column that never changes.
        assert_eq!(chunk(&page([0x90, 0x00])).expect_err("refused").code(), Code::Oversized);
        assert_eq!(chunk(&page([0xFE, 0x7F])).expect("fine").per_value, (48u64 << 20).div_ceil(8191));
    }

    #[test]
    fn a_value_takes_the_mean_of_its_page_and_the_whole_of_it_where_values_share_what_they_begin_with() {
        // Type 0, 6 bytes, 4 values.
        let page = |encoding: u8| {
            let zigzag = 2 * encoding;
            [&[0x15, 0x00, 0x15, 0x0C, 0x15, 0x0C, 0x2C, 0x15, 0x08, 0x15, zigzag, 0x00, 0x00][..], b"abcdef"].concat()
        };
        assert_eq!(chunk(&page(0)).expect("fine"), Unpacked { per_value: 2, dictionary: 0, page: 6 });
        assert_eq!(chunk(&page(7)).expect("fine"), Unpacked { per_value: 6, dictionary: 0, page: 6 });
    }

    #[test]
    fn a_header_cut_off_anywhere_is_none_and_never_a_panic() {
        for n in 0..HEADER.len() {
            assert_eq!(page_header(&mut Compact::new(&HEADER[..n])), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = page_header(&mut Compact::new(&bytes));
        }
    }
}
