//! What the fuzz targets do for minutes on a nightly compiler, done for seconds on a stable one: the same doors
//! ([`entries`]), bytes from proptest. Half of the bytes are anything; the other half are good ones with some changed, which
//! get further. `PROPTEST_CASES=20000` for longer.

use std::fs;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use proptest::collection::vec;
use proptest::num::u8::ANY;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::entries;
use crate::shop::Shop;

/// Cases of a door: as many as asked for, or few enough for every day.
fn cases(few: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(few), failure_persistence: None, ..ProptestConfig::default() }
}

/// Good bytes with some stretches replaced: place, length and what comes there instead.
fn spoiled(good: &[u8], changes: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for (at, length, instead) in changes {
        let at = at % (bytes.len() + 1);
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, instead.iter().copied());
    }
    bytes
}

/// Changes of up to four stretches; instead come signs that mean something in these formats, or any bytes.
fn changes() -> impl Strategy<Value = Vec<(usize, usize, Vec<u8>)>> {
    let telling = prop::sample::select(vec![
        "\"",
        ",",
        "\n",
        "-1",
        "1e999",
        "[",
        "]",
        "{",
        "}",
        "=",
        "0",
        "null",
        "\u{0}",
        "99999999999999999999",
    ]);
    let instead = prop_oneof![telling.prop_map(|sign| sign.as_bytes().to_vec()), vec(ANY, 0..12)];
    vec((any::<usize>(), 0usize..20, instead), 0..5)
}

const CSV: &str = "customer_id,day,q1,q2,q3,net\n1,2026-10-01,4,5,1,10.5\n2,2026-10-02,3,,2,\n\"a,\"\"b\",2026-10-03T10:00:00Z,1,2,3,-4\n";

#[test]
fn any_bytes_may_be_a_configuration() {
    let folder = TempDir::new().expect("a folder");
    let shop = Shop::new(1);
    let good = shop.read("valueseg.toml");
    proptest!(cases(1500), |(changes in changes(), any in vec(ANY, 0..200), half: bool)| {
        let bytes = if half { any } else { spoiled(good.as_bytes(), &changes) };
        entries::config(folder.path(), &bytes);
    });
}

#[test]
fn any_bytes_may_be_a_csv_file() {
    let folder = TempDir::new().expect("a folder");
    entries::csv(folder.path(), CSV.as_bytes());
    proptest!(cases(60), |(changes in changes(), any in vec(ANY, 0..300), half: bool)| {
        let bytes = if half { [b"customer_id,day,q1,q2,q3,net\n".to_vec(), any].concat() } else { spoiled(CSV.as_bytes(), &changes) };
        entries::csv(folder.path(), &bytes);
    });
}

#[test]
fn any_bytes_may_be_a_parquet_file() {
    let folder = TempDir::new().expect("a folder");
    let good = parquet_file();
    entries::parquet(folder.path(), &good);
    // The footer stands at the end: half of the changes fall into it.
    let footer = good.len() - 8 - u32::from_le_bytes(good[good.len() - 8..][..4].try_into().expect("four")) as usize;
    proptest!(cases(80), |(changes in changes(), any in vec(ANY, 0..300), what in 0u8..8)| {
        let bytes = match what {
            0 => any,
            1..5 => [&good[..footer], &spoiled(&good[footer..], &changes)].concat(),
            _ => spoiled(&good, &changes),
        };
        entries::parquet(folder.path(), &bytes);
    });
}

/// The table of [`CSV`] as Parquet.
fn parquet_file() -> Vec<u8> {
    let texts = |cells: [&str; 3]| -> ArrayRef { Arc::new(StringArray::from(cells.to_vec())) };
    let batch = RecordBatch::try_from_iter([
        ("customer_id", texts(["1", "2", "3"])),
        ("day", texts(["2026-10-01", "2026-10-02", "2026-10-03"])),
        ("q1", texts(["4", "3", "1"])),
        ("q2", texts(["5", "", "2"])),
        ("q3", texts(["1", "2", "3"])),
        ("net", texts(["10.5", "", "-4"])),
    ]);
    let batch = batch.expect("columns of one length");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("starts");
    writer.write(&batch).expect("writes");
    writer.close().expect("closes");
    bytes
}

#[test]
fn any_text_may_be_a_query() {
    let folder = TempDir::new().expect("a folder");
    let good = "with a as (select customer_id, day as ordered_at, cast(net as double) + 1 as amount, row_number() over (partition by \
                customer_id order by day) as n from \"all\" where net <> '' and q1 in ('3', '4')) select a.*, repeat(q2, 3) || 'x' \
                as order_id, case when q3 > '1' then 'a' else 'b' end as channel from a join \"all\" b on a.customer_id = b.customer_id \
                where n = 1 order by 1 limit 5";
    entries::sql(folder.path(), good.as_bytes());
    let parts = prop::sample::select(vec![
        "(",
        ")",
        "cast(",
        " as int)",
        "'",
        "\"",
        ",",
        "*",
        " or ",
        "||",
        "case ",
        " end ",
        "select ",
        " from ",
        "\"all\"",
        " union all ",
        " join ",
        "with ",
        "interval ",
        "repeat('x', 9999999999)",
        "-",
        "not ",
        " in (",
        "a.",
        "1e400",
        "::",
        "array<",
        "--",
        "/*",
    ]);
    let text = vec((parts, 1usize..60), 1..6);
    proptest!(cases(120), |(changes in changes(), parts in text, half: bool)| {
        let inside: String = parts.iter().map(|(part, n)| part.repeat(*n)).collect();
        let bytes = if half { format!("select {inside}").into_bytes() } else { spoiled(good.as_bytes(), &changes) };
        entries::sql(folder.path(), &bytes);
    });
}

#[test]
fn any_bytes_may_be_a_model_file() {
    let shop = Shop::new(120);
    shop.edit("valueseg.toml", "[model]", "[model]\nsearch = \"quick\"");
    let said = shop.night();
    assert_eq!(said.code, 0, "{}", said.stderr);
    let models = fs::read_dir(shop.path().join("out/models")).expect("models");
    let mut files = models.map(|entry| entry.expect("an entry").path().join("model.json"));
    let good = files.find_map(|file| fs::read(file).ok()).expect("a model");
    entries::model(&good);
    proptest!(cases(150), |(changes in changes(), any in vec(ANY, 0..200), all in 0u8..8)| {
        entries::model(&if all == 0 { any } else { spoiled(&good, &changes) });
    });
}
