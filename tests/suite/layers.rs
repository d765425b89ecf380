//! The direction of the house: a module uses only modules to its left.

use std::fs;
use std::path::{Path, PathBuf};

const ROOMS: [&str; 6] = ["catalogue", "stats", "model", "tables", "job", "cli"];
const LONGEST_FILE: usize = 500;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the crate") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn a_module_uses_only_modules_to_its_left() {
    let mut seen = 0;
    for (place, room) in ROOMS.iter().enumerate() {
        for file in sources(&root().join(room)) {
            let text = fs::read_to_string(&file).expect("readable");
            for used in text.split("crate::").skip(1) {
                let target: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if let Some(other) = ROOMS.iter().position(|candidate| *candidate == target) {
                    seen += 1;
                    assert!(other <= place, "{} uses crate::{target}, which is to its right", file.display());
                }
            }
            assert!(!text.contains("crate::{"), "{}: name the module, so that this test can see it", file.display());
        }
    }
    assert!(seen > 50, "only {seen} uses found: the test looks in the wrong place");
}

#[test]
fn statistics_know_no_arrow_and_the_catalogue_no_arrays() {
    for (room, strangers) in [
        ("catalogue", &["ndarray", "datafusion", "parquet", "rayon", "std::fs"][..]),
        ("stats", &["datafusion", "parquet", "std::fs"][..]),
        ("model", &["datafusion", "parquet", "std::fs"][..]),
    ] {
        for file in sources(&root().join(room)) {
            let text = fs::read_to_string(&file).expect("readable");
            for stranger in strangers {
                assert!(!text.contains(&format!("{stranger}::")), "{} uses {stranger}", file.display());
            }
        }
    }
}

#[test]
fn no_file_is_too_long_to_reread() {
    for file in sources(&root()) {
        let lines = fs::read_to_string(&file).expect("readable").lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.display());
    }
}

#[test]
fn every_error_code_in_the_source_is_explained_once() {
    let mut codes: Vec<&str> = valueseg::job::codes::CODES.iter().map(|entry| entry.code).collect();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "codes ascend and none stands twice");
    codes.push("E0511"); // invented in a test of the writers
    for file in sources(&root()) {
        let text = fs::read_to_string(&file).expect("readable");
        for (at, _) in text.match_indices("\"E0") {
            let code = &text[at + 1..at + 6];
            let quoted = text[at + 6..].starts_with('"') && code[1..].bytes().all(|byte| byte.is_ascii_digit());
            assert!(!quoted || codes.contains(&code), "{code} of {} is not explained", file.display());
        }
    }
}
