//! Any text as the SQL of a table.

#![no_main]

#[path = "../../tests/suite/entries.rs"]
#[allow(dead_code, reason = "each target takes one door")]
mod entries;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a temporary folder"));

fuzz_target!(|bytes: &[u8]| entries::sql(FOLDER.path(), bytes));
