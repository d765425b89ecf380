//! What can happen to a Parquet file, and what an honest one can hold that is not what was agreed.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Float64Array, Int64Array, ListArray, NullArray, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt64Array,
};
use datafusion::arrow::datatypes::Int32Type;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};

use super::{FILES, Kind, RIGHT, Random};
use crate::shop::Shop;

pub(crate) fn kinds() -> Vec<Kind> {
    let kind = |name, variants, right, spoil| Kind { name, variants, right, spoil };
    vec![
        kind("Parquet, some bytes flipped", 48, &RIGHT, flipped),
        kind("Parquet, footer flipped", 32, &RIGHT, footer_flipped),
        kind("Parquet, page header flipped", 32, &RIGHT, head_flipped),
        kind("Parquet, cut off", 12, &[3], cut),
        kind("Parquet, a stretch overwritten", 12, &RIGHT, overwritten),
        kind("Parquet, footer length lies", 8, &[3], footer_length),
        kind("Parquet, other magic", 4, &[3], magic),
        kind("Parquet, two files in one", 2, &RIGHT, spliced),
        kind("Parquet, ids of another type", 9, &RIGHT, id_types),
        kind("Parquet, a cell of megabytes", 3, &RIGHT, big_cell),
        kind("Parquet, packed a thousandfold", 4, &RIGHT, bomb),
        kind("Parquet, many columns or row groups", 3, &RIGHT, many),
    ]
}

/// Files of both tables, in one of several ways of writing them.
fn written(shop: &Shop, variant: usize) {
    for name in FILES {
        shop.write(&parquet(name), table(&shop.read(name), variant));
    }
    named(shop);
}

/// The configuration reads Parquet from now on.
pub(super) fn named(shop: &Shop) {
    shop.edit("valueseg.toml", "in/customers.csv", "in/customers.parquet");
    shop.edit("valueseg.toml", "in/survey*.csv", "in/survey.parquet");
}

fn parquet(name: &str) -> String {
    name.replace(".csv", ".parquet")
}

/// A CSV as Parquet: numbers where all cells are, text elsewhere.
fn table(text: &str, variant: usize) -> Vec<u8> {
    let header: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
    let columns = header.iter().enumerate().map(|(i, name)| {
        let cells: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').nth(i).expect("a cell")).collect();
        let numbers: Option<Vec<i64>> = cells.iter().map(|cell| cell.parse().ok()).collect();
        let array: ArrayRef = match numbers {
            Some(numbers) if variant % 3 == 1 => {
                Arc::new(Float64Array::from_iter_values(numbers.iter().map(|&number| number as f64)))
            }
            Some(numbers) => Arc::new(Int64Array::from(numbers)),
            None => Arc::new(StringArray::from(cells)),
        };
        (*name, array)
    });
    encoded(&RecordBatch::try_from_iter(columns).expect("columns of one length"), ways(variant).build())
}

/// Ways of writing a file, by number.
fn ways(variant: usize) -> WriterPropertiesBuilder {
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let of = WriterProperties::builder().set_data_page_row_count_limit(40).set_write_batch_size(20);
    let of = of.set_max_row_group_row_count(Some(if variant.is_multiple_of(2) { 1000 } else { 50 }));
    match variant % 6 {
        0 => of.set_compression(Compression::SNAPPY),
        1 => of.set_compression(Compression::UNCOMPRESSED),
        2 => of.set_compression(zstd).set_writer_version(WriterVersion::PARQUET_2_0),
        3 => of.set_dictionary_enabled(false).set_compression(Compression::LZ4_RAW),
        4 => of
            .set_dictionary_enabled(false)
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_compression(Compression::GZIP(parquet::basic::GzipLevel::default())),
        _ => of
            .set_dictionary_enabled(false)
            .set_column_encoding("q_time".into(), Encoding::BYTE_STREAM_SPLIT)
            .set_column_encoding("who".into(), Encoding::DELTA_BYTE_ARRAY)
            .set_column_encoding("customer_id".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
            .set_column_encoding("q_cost".into(), Encoding::DELTA_BINARY_PACKED),
    }
}

/// A batch as the bytes of a file.
pub(super) fn encoded(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("a schema");
    writer.write(batch).expect("a Vec");
    writer.close().expect("a Vec");
    bytes
}

/// Makes both files and changes the bytes of one.
fn spoiled(shop: &Shop, variant: usize, change: impl FnOnce(&mut Vec<u8>)) {
    written(shop, variant / 2);
    let name = parquet(FILES[variant % 2]);
    let mut bytes = std::fs::read(shop.path().join(&name)).expect("just written");
    change(&mut bytes);
    shop.write(&name, bytes);
}

fn footer(bytes: &[u8]) -> Range<usize> {
    let end = bytes.len() - 8;
    let length: [u8; 4] = bytes[end..end + 4].try_into().expect("four bytes");
    end - u32::from_le_bytes(length) as usize..end
}

fn flip(bytes: &mut [u8], range: Range<usize>, most: usize, random: &mut Random) {
    for _ in 0..=random.below(most) {
        let at = range.start + random.below(range.len());
        bytes[at] ^= 1 << random.below(8);
    }
}

fn flipped(shop: &Shop, variant: usize, random: &mut Random) {
    spoiled(shop, variant, |bytes| {
        let pages = 4..footer(bytes).start;
        flip(bytes, pages, 8, random);
    });
}

fn footer_flipped(shop: &Shop, variant: usize, random: &mut Random) {
    spoiled(shop, variant, |bytes| {
        let footer = footer(bytes);
        flip(bytes, footer, 3, random);
    });
}

fn head_flipped(shop: &Shop, variant: usize, random: &mut Random) {
    // The first page of the first column, whose header lies right behind the magic.
    spoiled(shop, variant, |bytes| flip(bytes, 4..24, 2, random));
}

fn cut(shop: &Shop, variant: usize, random: &mut Random) {
    spoiled(shop, variant, |bytes| bytes.truncate(if variant < 2 { 9 } else { random.below(bytes.len()) }));
}

fn overwritten(shop: &Shop, variant: usize, random: &mut Random) {
    spoiled(shop, variant, |bytes| {
        let at = 4 + random.below(bytes.len() - 300);
        let with = [0, 0xFF, 0x7F][variant % 3];
        let length = 1 + random.below(200);
        bytes[at..at + length].fill(with);
    });
}

fn footer_length(shop: &Shop, variant: usize, _: &mut Random) {
    spoiled(shop, variant, |bytes| {
        let footer = footer(bytes);
        let whole = footer.end as u32;
        let lie =
            [0, 1, u32::MAX, 0x7FFF_FFFF, whole, whole - 4, footer.len() as u32 - 1, footer.len() as u32 / 2][variant];
        bytes[footer.end..footer.end + 4].copy_from_slice(&lie.to_le_bytes());
    });
}

fn magic(shop: &Shop, variant: usize, _: &mut Random) {
    spoiled(shop, variant, |bytes| {
        let at = if variant < 2 { 0 } else { bytes.len() - 4 };
        bytes[at..at + 4].copy_from_slice(if variant.is_multiple_of(2) { b"PARE" } else { b"PAR2" });
    });
}

fn spliced(shop: &Shop, variant: usize, _: &mut Random) {
    spoiled(shop, variant, |bytes| {
        // The footer of a file whose pages lie elsewhere.
        let other = table("who,day\nK1,2026-10-01\nK2,2026-10-02\n", 1);
        if variant == 0 {
            bytes.extend(other);
        } else {
            bytes.splice(4..4, other[4..footer(&other).start].iter().copied());
        }
    });
}

/// The customers' file with one column more or in another shape.
fn customers(shop: &Shop, columns: Vec<(&str, ArrayRef)>, properties: WriterPropertiesBuilder) {
    written(shop, 0);
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    shop.write("in/customers.parquet", encoded(&batch, properties.build()));
}

fn yes(n: usize) -> ArrayRef {
    Arc::new(BooleanArray::from(vec![true; n]))
}

fn id_types(shop: &Shop, variant: usize, _: &mut Random) {
    let n = 120;
    let ids: ArrayRef = match variant {
        0 => Arc::new(Int64Array::from_iter_values(0..n)),
        1 => Arc::new(Float64Array::from_iter_values((0..n).map(|i| i as f64 + 0.5))),
        2 => Arc::new(BinaryArray::from_iter_values((0..n).map(|i| [0xFF, 0xFE, i as u8]))),
        3 => Arc::new(UInt64Array::from_iter_values((0..n).map(|i| u64::MAX - i as u64))),
        4 => Arc::new(TimestampNanosecondArray::from_iter_values((0..n).map(|i| i64::MAX - i))),
        5 => Arc::new(BooleanArray::from(vec![true; n as usize])),
        6 => Arc::new(NullArray::new(n as usize)),
        7 => Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>((0..n).map(|i| Some([Some(i as i32)])))),
        _ => Arc::new(StringArray::from(Vec::<&str>::new())),
    };
    let columns = vec![("consent_profiling", yes(ids.len())), ("customer_id", ids)];
    customers(shop, columns, WriterProperties::builder());
}

fn ids(n: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values((0..n).map(|i| format!("K{i:05}"))))
}

fn big_cell(shop: &Shop, variant: usize, _: &mut Random) {
    let long = "x".repeat([(1 << 20) + 1, 20 << 20, 120 << 20][variant]);
    let country: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..120).map(|i| if i == 7 { long.as_str() } else { "FR" })));
    let zstd = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    let columns = vec![("customer_id", ids(120)), ("consent_profiling", yes(120)), ("country", country)];
    customers(shop, columns, zstd.set_dictionary_enabled(false));
}

fn bomb(shop: &Shop, variant: usize, _: &mut Random) {
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let of = WriterProperties::builder().set_compression(zstd);
    // Each says in some kilobytes what takes gigabytes: long cells in pages, one in a dictionary, by prefix, in many pages.
    let (n, length, of) = match variant {
        0 => (1000, 1 << 20, of.set_dictionary_enabled(false).set_data_page_size_limit(200 << 20)),
        1 => (8192, 1_000_000, of.set_dictionary_page_size_limit(4 << 20)),
        2 => {
            let encoding = Encoding::DELTA_BYTE_ARRAY;
            (8192, 1_000_000, of.set_dictionary_enabled(false).set_column_encoding("country".into(), encoding))
        }
        _ => (3000, 1 << 20, of.set_dictionary_enabled(false)),
    };
    written(shop, 0);
    let long = "x".repeat(length);
    let mut bytes = Vec::new();
    let rows = |from: usize, n: usize| {
        let id: ArrayRef = Arc::new(StringArray::from_iter_values((from..from + n).map(|i| format!("K{i:05}"))));
        let country: ArrayRef = Arc::new(StringArray::from_iter_values(std::iter::repeat_n(&long, n)));
        RecordBatch::try_from_iter([("customer_id", id), ("consent_profiling", yes(n)), ("country", country)])
            .expect("columns of one length")
    };
    let mut writer = ArrowWriter::try_new(&mut bytes, rows(0, 1).schema(), Some(of.build())).expect("a schema");
    for from in (0..n).step_by(50) {
        writer.write(&rows(from, 50.min(n - from))).expect("a Vec");
    }
    writer.close().expect("a Vec");
    shop.write("in/customers.parquet", bytes);
}

fn many(shop: &Shop, variant: usize, _: &mut Random) {
    let names: Vec<String> = (0..[9_000, 12_000, 40][variant]).map(|i| format!("c{i}")).collect();
    let n = if variant == 2 { 3000 } else { 120 };
    let nothing = yes(n);
    let mut columns = vec![("customer_id", ids(n)), ("consent_profiling", yes(n))];
    columns.extend(names.iter().map(|name| (name.as_str(), Arc::clone(&nothing))));
    let of = WriterProperties::builder();
    customers(shop, columns, if variant == 2 { of.set_max_row_group_row_count(Some(10)) } else { of });
}
