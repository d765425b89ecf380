//! What the fuzz targets do for minutes on a nightly compiler, done for seconds on a stable one: the same doors
//! ([`entries`]), bytes from proptest. Half of the bytes are anything; the other half are good ones with some changed, which
//! get further. `PROPTEST_CASES=20000` for longer.

use std::fs;

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
