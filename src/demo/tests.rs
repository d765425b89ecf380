//! The folder as a whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int32Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;

fn demo(settings: &DemoSettings) -> (tempfile::TempDir, DemoFiles) {
    let dir = tempfile::tempdir().unwrap();
    let files = write_demo(dir.path(), settings).unwrap();
    (dir, files)
}

fn small() -> DemoSettings {
    DemoSettings { customers: 700, survey_share: 0.3, ..DemoSettings::default() }
}

/// Path below the folder and bytes of every file.
fn contents(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for folder in ["", "in", "truth"] {
        for entry in fs::read_dir(dir.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                all.insert(path.strip_prefix(dir).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    all
}

fn read(path: &Path) -> Vec<RecordBatch> {
    let file = fs::File::open(path).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap).collect()
}

#[test]
fn the_same_settings_give_the_same_bytes_at_any_number_of_threads() {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let settings = DemoSettings { nuisance_signals: 3, ..small() };
    let run = |threads: usize| pool(threads).install(|| demo(&settings));
    let (one, eight) = (run(1), run(8));
    assert_eq!(contents(one.0.path()), contents(eight.0.path()));
    assert_eq!(one.1.counts, eight.1.counts);
    let other = demo(&DemoSettings { seed: 2, ..settings });
    assert_ne!(contents(one.0.path())["in/orders.parquet"], contents(other.0.path())["in/orders.parquet"]);
}

#[test]
fn the_rows_of_a_small_base_are_the_first_rows_of_a_large_one() {
    let (small_dir, _) = demo(&DemoSettings { customers: 100, ..small() });
    let (large_dir, _) = demo(&small());
    for file in ["survey-wave1.csv", "survey-wave2.csv", "attitudes.csv", "feedback.jsonl"] {
        let text = |dir: &Path| fs::read_to_string(dir.join("in").join(file)).unwrap();
        let (few, many) = (text(small_dir.path()), text(large_dir.path()));
        assert!(!few.is_empty() && many.starts_with(&few), "{file}");
    }
    let first = |dir: &Path| read(&dir.join("in/orders.parquet")).remove(0);
    let (few, many) = (first(small_dir.path()), first(large_dir.path()));
    assert!(few.num_rows() > 300);
    assert_eq!(few, many.slice(0, few.num_rows()));
}

#[test]
fn no_input_file_gives_the_truth_away() {
    let (dir, files) = demo(&DemoSettings { nuisance_signals: 2, ..small() });
    for path in &files.inputs {
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        let header = if name.ends_with("parquet") {
            let columns = read(path)[0].schema();
            columns.fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>().join(",")
        } else {
            fs::read_to_string(path).unwrap().lines().next().unwrap().to_owned()
        };
        for secret in ["segment", "truth", "scale_use", "heaviness", "experience", "wants", "gets"] {
            assert!(!header.contains(secret), "{name}: {header}");
        }
    }
    let config = fs::read_to_string(&files.config).unwrap();
    assert!(!config.contains("truth"));
    assert!(files.truth.iter().all(|path| path.starts_with(dir.path().join("truth")) && path.is_file()));
}

#[test]
fn rejectable_rows_exist_and_stay_well_below_half_a_percent() {
    let settings = DemoSettings { customers: 6_000, ..DemoSettings::default() };
    let (dir, files) = demo(&settings);
    let rows: Vec<String> = ["survey-wave1.csv", "survey-wave2.csv"]
        .iter()
        .flat_map(|f| {
            fs::read_to_string(dir.path().join("in").join(f))
                .unwrap()
                .lines()
                .skip(1)
                .map(String::from)
                .collect::<Vec<_>>()
        })
        .collect();
    let bad = rows.iter().filter(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells.len(), 7, "{row}");
        let off = cells[3].parse::<i64>().is_ok_and(|r| !(0..=10).contains(&r));
        let whole = cells[3].parse::<i64>().is_ok() == (cells[4] == "rated");
        assert!(whole, "{row}");
        off || crate::catalogue::ElementId::parse(cells[1]).is_none()
    });
    let share = bad.count() as f64 / rows.len() as f64;
    assert!(share > 0.0 && share < 0.004, "{share} of the ratings");

    let nulls = |file: &str, column: &str| -> (usize, usize) {
        let batches = read(&dir.path().join("in").join(file));
        let absent = batches.iter().map(|b| b.column_by_name(column).unwrap().null_count()).sum();
        (absent, batches.iter().map(RecordBatch::num_rows).sum())
    };
    for (file, column) in [("orders.parquet", "ordered_at"), ("interactions.parquet", "event")] {
        let (absent, all) = nulls(file, column);
        assert!(absent > 0 && (absent as f64) < 0.004 * all as f64, "{file}: {absent} of {all}");
    }
    let (_, all) = nulls("customers.parquet", "customer_no");
    let twice = all as u64 - files.counts.customers;
    assert!(twice > 0 && (twice as f64) < 0.004 * all as f64, "{twice} twice");
}

#[test]
fn the_truth_names_every_customer_once_and_knows_who_answered() {
    let (dir, files) = demo(&small());
    let batches = read(&dir.path().join("truth/truth.parquet"));
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(rows as u64, files.counts.customers);
    let surveyed: usize = batches.iter().map(|b| b.column_by_name("surveyed").unwrap().as_boolean().true_count()).sum();
    assert_eq!(surveyed as u64, files.counts.respondents);
    let segments = batches[0].column_by_name("segment").unwrap().as_primitive::<Int32Type>();
    assert!(segments.values().iter().all(|s| (0..6).contains(s)));
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(dir.path().join("truth/truth.json")).unwrap()).unwrap();
    assert_eq!(json["segments"].as_array().unwrap().len(), HIDDEN_SEGMENTS);
    assert_eq!(json["segments"][1]["wants"].as_array().unwrap().len(), 30);
}

#[test]
fn the_truth_knows_every_hidden_stage_and_every_planted_rate() {
    let (dir, _) = demo(&small());
    let truth = read(&dir.path().join("truth/truth.parquet")).remove(0);
    let column = |name: &str| truth.column_by_name(name).unwrap().clone();
    for name in ["connection_stage", "arc_stage", "loyalty_type", "bought", "forgave"] {
        assert_eq!(column(name).null_count(), 0, "{name}");
    }
    assert!(column("wave").null_count() > truth.num_rows() / 2, "most were not asked");
    let arc = column("arc_stage");
    let surveyed = column("surveyed");
    for (row, stage) in arc.as_primitive::<Int32Type>().values().iter().enumerate() {
        let least = if surveyed.as_boolean().value(row) { 2 } else { 1 };
        assert!((least..=5).contains(stage), "who answers has an opinion: {stage}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(dir.path().join("truth/truth.json")).unwrap()).unwrap();
    assert_eq!(json["drivers"]["whole"].as_array().unwrap().len(), 30);
    assert_eq!(json["drivers"]["segments"].as_array().unwrap().len(), HIDDEN_SEGMENTS);
    for key in ["all", "delivery", "callback", "channel:web", "channel:phone", "site:lyon", "segment:0"] {
        let rate = json["promises"][key]["rate"].as_f64().unwrap();
        assert!((0.5..1.0).contains(&rate), "{key}: {rate}");
    }
}

#[test]
fn answers_say_whom_they_are_about_and_only_the_second_wave_speaks_of_competitors() {
    let (dir, files) = demo(&small());
    let text = |name: &str| fs::read_to_string(dir.path().join("in").join(name)).unwrap();
    let (answers, treatments) = (text("attitudes.csv"), text("treatments.csv"));
    let rows: Vec<Vec<&str>> = answers.lines().skip(1).map(|row| row.split(',').collect()).collect();
    let rivals: Vec<&Vec<&str>> = rows.iter().filter(|row| row[4] != "own").collect();
    assert!(!rivals.is_empty() && rivals.iter().all(|row| RIVALS.iter().any(|rival| rival.0 == row[4])));
    assert!(rivals.iter().all(|row| row[3] >= "2026-10-01"), "autumn alone");
    let mut asked: Vec<&str> = rivals.iter().map(|row| row[0]).collect();
    asked.dedup();
    // Six questions about each of two competitors, for a third of about two thirds of the respondents.
    assert_eq!(rivals.len(), 12 * asked.len());
    let share = asked.len() as f64 / files.counts.respondents as f64;
    assert!((0.1..0.3).contains(&share), "{share}");
    assert!(treatments.lines().count() > 5, "{treatments}");
}

#[test]
fn a_project_of_somebody_else_is_not_overwritten_and_an_earlier_demo_is() {
    let dir = tempfile::tempdir().unwrap();
    let settings = DemoSettings { customers: 20, nuisance_signals: 1, ..DemoSettings::default() };
    write_demo(dir.path(), &settings).unwrap();
    assert!(dir.path().join("in/signals.parquet").exists());
    write_demo(dir.path(), &DemoSettings { nuisance_signals: 0, ..settings.clone() }).unwrap();
    assert!(!dir.path().join("in/signals.parquet").exists(), "a file the new configuration does not name is gone");

    fs::write(dir.path().join("valueseg.toml"), "[project]\nname = \"acme\"\n").unwrap();
    let refused = write_demo(dir.path(), &settings).expect_err("not ours");
    assert!(matches!(refused, DemoError::ForeignProject { .. }), "{refused}");
    let impossible = write_demo(dir.path(), &DemoSettings { items_asked: 0, ..settings }).expect_err("refused");
    assert!(matches!(impossible, DemoError::Setting(_)), "{impossible}");
}

#[test]
fn every_configured_file_is_there_and_every_mapped_column_is_in_it() {
    let (dir, files) = demo(&DemoSettings { nuisance_signals: 2, ..small() });
    let config: toml::Table = toml::from_str(&fs::read_to_string(&files.config).unwrap()).unwrap();
    for (name, table) in config["tables"].as_table().unwrap() {
        let pattern = config["sources"][table["source"].as_str().unwrap()]["files"].as_str().unwrap();
        let path = dir.path().join(pattern.replace('*', "1"));
        let columns: Vec<String> = match path.extension().unwrap().to_str().unwrap() {
            "parquet" => read(&path)[0].schema().fields().iter().map(|f| f.name().clone()).collect(),
            "csv" => fs::read_to_string(&path).unwrap().lines().next().unwrap().split(',').map(String::from).collect(),
            _ => {
                let line = fs::read_to_string(&path).unwrap().lines().next().unwrap().to_owned();
                let row: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&line).unwrap();
                row.keys().cloned().collect()
            }
        };
        for mapped in table["columns"].as_table().unwrap().values() {
            assert!(columns.iter().any(|c| c == mapped.as_str().unwrap()), "{name}: {mapped}");
        }
    }
}
