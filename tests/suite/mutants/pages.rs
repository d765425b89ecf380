//! Parquet files that are whole but for one lie: a number in the footer or in a page header that promises more, or less,
//! than there is.

use std::io::Write as _;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::basic::Compression;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::file::properties::WriterProperties;

use super::parquet::encoded;
use super::{Kind, RIGHT, Random};
use crate::shop::Shop;

/// Customers in the file.
const ROWS: usize = 120;

/// Sizes and counts nobody has.
const LIES: [i64; 8] = [0, -1, 1, 121, i32::MAX as i64, 255 << 20, i64::MAX, i64::MIN];

pub(crate) fn kinds() -> Vec<Kind> {
    let kind = |name, variants, spoil| Kind { name, variants, right: &RIGHT, spoil };
    vec![
        kind("Parquet, rows declared", 16, rows),
        kind("Parquet, column chunk declared", 32, chunk),
        kind("Parquet, page declared", 32, page),
        kind("Parquet, dictionary declared", 8, dictionary),
    ]
}

/// A file of one column of ids and one of countries, uncompressed, one page each.
fn good(dictionary: bool) -> (Vec<u8>, ParquetMetaData) {
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(|i| format!("K{i:05}"))));
    let countries: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(|i| ["FR", "DE"][i % 2])));
    let yes: ArrayRef = Arc::new(StringArray::from(vec!["yes"; ROWS]));
    let columns = [("customer_id", ids), ("country", countries), ("consent_profiling", yes)];
    let of = WriterProperties::builder().set_compression(Compression::UNCOMPRESSED).set_dictionary_enabled(dictionary);
    let bytes = encoded(&RecordBatch::try_from_iter(columns).expect("columns of one length"), of.build());
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(&bytes).expect("written");
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).expect("just written");
    (bytes, metadata)
}

/// Pages followed by a footer.
fn file(pages: &[u8], metadata: &ParquetMetaData) -> Vec<u8> {
    let mut bytes = pages.to_vec();
    ParquetMetaDataWriter::new(&mut bytes, metadata).finish().expect("a Vec");
    bytes
}

fn end_of_pages(metadata: &ParquetMetaData) -> usize {
    let ends = metadata.row_group(0).columns().iter().map(|column| column.byte_range());
    ends.map(|(start, length)| (start + length) as usize).max().expect("columns")
}

fn publish(shop: &Shop, bytes: Vec<u8>) {
    shop.write("in/customers.parquet", bytes);
    shop.edit("valueseg.toml", "in/customers.csv", "in/customers.parquet");
}

/// The same footer with other row groups and another number of rows.
fn with(metadata: &ParquetMetaData, rows: i64, groups: Vec<RowGroupMetaData>) -> ParquetMetaData {
    let of = metadata.file_metadata();
    let file = FileMetaData::new(of.version(), rows, None, None, of.schema_descr_ptr(), None);
    ParquetMetaData::new(file, groups)
}

/// The same row group with one column chunk changed.
fn with_chunk(metadata: &ParquetMetaData, at: usize, chunk: ColumnChunkMetaData) -> ParquetMetaData {
    let group = metadata.row_group(0).clone();
    let mut chunks = group.columns().to_vec();
    chunks[at] = chunk;
    let group = group.into_builder().set_column_metadata(chunks).build().expect("a row group");
    with(metadata, ROWS as i64, vec![group])
}

fn rows(shop: &Shop, variant: usize, _: &mut Random) {
    let (bytes, metadata) = good(true);
    let lie = LIES[variant / 2];
    let group = metadata.row_group(0).clone();
    // In the row group alone, or in both.
    let groups = vec![group.into_builder().set_num_rows(lie).build().expect("a row group")];
    let lying = with(&metadata, if variant.is_multiple_of(2) { ROWS as i64 } else { lie }, groups);
    publish(shop, file(&bytes[..end_of_pages(&metadata)], &lying));
}

fn chunk(shop: &Shop, variant: usize, _: &mut Random) {
    let (bytes, metadata) = good(variant.is_multiple_of(2));
    let lie = LIES[variant / 4];
    let of = metadata.row_group(0).column(0).clone().into_builder();
    let of = match variant % 4 {
        0 => of.set_total_compressed_size(lie),
        1 => of.set_data_page_offset(lie),
        2 => of.set_dictionary_page_offset(Some(lie)),
        _ => of.set_num_values(lie).set_total_uncompressed_size(lie),
    };
    let lying = with_chunk(&metadata, 0, of.build().expect("a column chunk"));
    publish(shop, file(&bytes[..end_of_pages(&metadata)], &lying));
}

/// What a page header says, in Thrift's compact protocol.
struct Head {
    kind: i64,
    unpacked: i64,
    packed: i64,
    values: i64,
    encoding: i64,
}

impl Head {
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let number = |out: &mut Vec<u8>, field: u8, value: i64| {
            out.push(field << 4 | 5);
            let mut rest = ((value << 1) ^ (value >> 63)) as u64;
            while rest >= 0x80 {
                out.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            out.push(rest as u8);
        };
        for value in [self.kind, self.unpacked, self.packed] {
            number(&mut out, 1, value);
        }
        // Field 5 is the header of a data page, field 7 that of a dictionary.
        out.push(if self.kind == 2 { 0x4C } else { 0x2C });
        number(&mut out, 1, self.values);
        number(&mut out, 1, self.encoding);
        if self.kind != 2 {
            number(&mut out, 1, 3);
            number(&mut out, 1, 3);
        }
        out.extend([0, 0]);
        out
    }
}

/// Appends a chunk of the pages given and lets the second column point at it.
fn replaced(shop: &Shop, packing: Compression, pages: &[(Head, Vec<u8>)]) {
    let (bytes, metadata) = good(false);
    let mut all = bytes[..end_of_pages(&metadata)].to_vec();
    let start = all.len();
    for (head, body) in pages {
        all.extend(head.bytes());
        all.extend(body);
    }
    let of = metadata.row_group(0).column(1).clone().into_builder().set_compression(packing);
    let of = of.set_data_page_offset(start as i64).set_dictionary_page_offset(None);
    let of = of.set_total_compressed_size((all.len() - start) as i64).set_column_index_offset(None);
    let lying = with_chunk(&metadata, 1, of.build().expect("a column chunk"));
    publish(shop, file(&all, &lying));
}

/// A page of 120 countries, none absent: their levels, then lengths and letters.
fn countries() -> Vec<u8> {
    // Three bytes of levels: a run of 120 times 1.
    let mut body = vec![3, 0, 0, 0, 0xF0, 0x01, 0x01];
    body.extend([2, 0, 0, 0, b'F', b'R'].repeat(ROWS));
    body
}

fn page(shop: &Shop, variant: usize, random: &mut Random) {
    let body = countries();
    let size = body.len() as i64;
    let lie = LIES[variant / 4].clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    let honest = Head { kind: 0, unpacked: size, packed: size, values: ROWS as i64, encoding: 0 };
    let (head, packing) = match variant % 4 {
        // Packed pages reserve what is declared before a byte is unpacked.
        0 => (Head { unpacked: lie, ..honest }, [Compression::SNAPPY, Compression::LZ4_RAW][variant / 4 % 2]),
        1 => (Head { packed: lie, unpacked: lie, ..honest }, Compression::UNCOMPRESSED),
        2 => (Head { values: lie, ..honest }, Compression::UNCOMPRESSED),
        _ => {
            let (kind, encoding) = (random.below(6) as i64, random.below(12) as i64);
            (Head { kind, encoding, ..honest }, Compression::UNCOMPRESSED)
        }
    };
    replaced(shop, packing, &[(head, body)]);
}

fn dictionary(shop: &Shop, variant: usize, _: &mut Random) {
    let words = [2, 0, 0, 0, b'F', b'R', 2, 0, 0, 0, b'D', b'E'].to_vec();
    let size = words.len() as i64;
    let lie = LIES[variant].clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    let dictionary = Head { kind: 2, unpacked: size, packed: size, values: lie, encoding: 0 };
    // All of the second word, or of one that is not there: bit width, then a run of 120.
    let body = vec![3, 0, 0, 0, 0xF0, 0x01, 0x01, 1 + (variant as u8 % 2) * 31, 0xF0, 0x01, 1, 0xFF, 0xFF, 0x7F];
    let length = body.len() as i64;
    let data = Head { kind: 0, unpacked: length, packed: length, values: ROWS as i64, encoding: 8 };
    replaced(shop, Compression::UNCOMPRESSED, &[(dictionary, words), (data, body)]);
}
