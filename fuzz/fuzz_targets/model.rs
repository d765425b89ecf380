//! Any bytes as a model file. Start it with one: copy `out/models/*/model.json` of the demo into `fuzz/corpus/model/`.

#![no_main]

#[path = "../../tests/suite/entries.rs"]
#[allow(dead_code, reason = "each target takes one door")]
mod entries;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| entries::model(bytes));
