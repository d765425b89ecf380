//! The direction of the house: a module uses only modules to its left.

use std::fs;
use std::path::{Path, PathBuf};

use valueseg::codes::{Code, Exit};

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

/// Errors without a code: people meet them as the cause or the text of one that has.
const WITHOUT_CODE: [&str; 12] = [
    "ByteSizeError",
    "DemoSettingError",
    "DriversError",
    "KmeansError",
    "KmeansParamError",
    // Of a file or of a name: only the job knows which.
    "LedgerError",
    "LexiconProblem",
    "ListeningError",
    "MixtureError",
    "MixtureParamError",
    "ObservedError",
    // Why the report is silent about an outcome.
    "Refusal",
];

/// The files with what is in them, tests left out.
fn production() -> Vec<(PathBuf, String)> {
    let files = sources(&root()).into_iter().filter(|file| !file.to_string_lossy().contains("/tests"));
    let text = |file: &Path| fs::read_to_string(file).expect("readable");
    files
        .map(|file| (file.clone(), text(&file).split("#[cfg(test)]\nmod tests {").next().unwrap_or("").to_owned()))
        .collect()
}

#[test]
fn every_code_is_stated_once_and_is_that_of_an_error() {
    let (table, others): (Vec<_>, Vec<_>) =
        production().into_iter().partition(|(file, _)| file.starts_with(root().join("codes")));
    assert!(!table.is_empty() && table.iter().all(|(_, text)| !text.contains("crate::")), "the codes know no layer");
    assert!(Code::ALL.windows(2).all(|pair| pair[0].id() < pair[1].id()), "codes ascend and none stands twice");
    for code in Code::ALL {
        let name = format!("Code::{code:?}");
        let used = |text: &str| text.split(&name).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric));
        assert!(others.iter().any(|(_, text)| used(text)), "{code}, {name}, is no error's code");
        assert!(!code.meaning().is_empty() && !code.cause().is_empty() && !code.to_do().is_empty(), "{code}");
        assert!(code.exit() != Exit::Published, "{code}");
    }
    for (file, text) in &others {
        for rest in text.split("E0").skip(1).filter(|rest| rest.bytes().take_while(u8::is_ascii_digit).count() == 3) {
            let example = file.ends_with("cli/args.rs") && Code::ALL.iter().any(|code| code.id()[2..] == rest[..3]);
            assert!(example, "{} spells out E0{}: name the code", file.display(), &rest[..3]);
        }
    }
}

#[test]
fn every_error_has_a_code_and_every_variant_is_named_where_it_gets_one() {
    let files = production();
    let mut coded = 0;
    for derived in files.iter().flat_map(|(_, text)| text.split("thiserror::Error)]").skip(1)) {
        let declared = derived.lines().find(|line| line.starts_with("pub")).expect("a public type");
        let name =
            declared.split([' ', '(', '{', ';']).find(|word| word.starts_with(char::is_uppercase)).expect("a name");
        let start = format!("impl Coded for {name} {{\n");
        match files.iter().find_map(|(_, text)| text.split_once(&start)) {
            None => assert!(WITHOUT_CODE.contains(&name), "{name} has no code"),
            Some((_, given)) => {
                let codes = given.split("\n    }\n").next().unwrap_or_default();
                assert!(!codes.contains("_ =>"), "{name}: name every variant, so that a new one cannot go without");
                coded += 1;
            }
        }
    }
    assert!(coded > 15, "only {coded} found: the test looks in the wrong place");
}
