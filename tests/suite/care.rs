//! Care for stored nights: held back, verified, forgotten, pruned, and left alone by a run that is told to stop.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Stdio};

use valueseg::tables::manifest::Manifest;
use valueseg::tables::publish::{OutputLock, WORK_LAYOUT, WORK_MARK, accept_seals};
use valueseg::tables::read::{all_rows, rows_where};

use crate::shop::{Shop, command, files};

fn night(shop: &Shop, date: &str) {
    let said = shop.say(&["run", "--as-of", date, "--quiet"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("one JSON document")
}

fn entries(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_night_held_back_lies_aside_whole_until_it_succeeds() {
    let shop = Shop::new(200);
    night(&shop, "2026-11-20");
    let customers = shop.read("in/customers.csv");
    let half: Vec<&str> = customers.lines().take(101).collect();
    shop.write("in/customers.csv", half.join("\n"));
    let dry = shop.say(&["run", "--as-of", "2026-11-21", "--dry-run"]);
    assert_eq!(dry.code, 4, "{}", dry.stderr);
    assert!(!shop.path().join("out/held").exists(), "a dry run leaves nothing behind");
    let held = shop.say(&["run", "--as-of", "2026-11-21"]);
    assert_eq!(held.code, 4, "{}", held.stderr);
    assert!(held.stderr.contains("200 customers on the night before, 100 tonight"), "{}", held.stderr);
    assert!(held.stderr.contains("Yesterday stays live") && held.stderr.contains("held/2026-11-21"), "{}", held.stderr);
    let folder = shop.path().join("out/held/2026-11-21");
    let manifest = Manifest::read(&folder).expect("readable").expect("there");
    let reasons = manifest.held.join("\n");
    assert!(
        reasons.contains("customers on the night before") && reasons.contains("are not in tonight's inputs"),
        "{reasons}"
    );
    assert!(manifest.verify(&folder).expect("readable").is_empty());
    assert!(folder.join("report.html").is_file());
    assert_eq!(entries(&shop.path().join("out/runs")), ["2026-11-20"]);
    assert_eq!(fs::read_link(shop.path().join("out/latest")).expect("a link"), Path::new("runs/2026-11-20"));

    shop.write("in/customers.csv", customers);
    night(&shop, "2026-11-21");
    assert!(entries(&shop.path().join("out/held")).is_empty());
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
}

#[test]
fn verify_names_the_file_that_is_not_what_was_published() {
    let shop = Shop::new(200);
    assert_eq!(shop.say(&["verify"]).code, 5, "nothing is published");
    for date in ["2026-11-20", "2026-11-21"] {
        night(&shop, date);
    }
    let whole = shop.say(&["verify", "--all", "--json"]);
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    assert_eq!(json(&whole.stdout)["nights"].as_array().map(Vec::len), Some(2));
    assert_eq!(shop.say(&["verify", "--run", "2026-11-19"]).code, 2);

    let file = "out/runs/2026-11-20/tables/segments.parquet";
    let mut bytes = fs::read(shop.path().join(file)).expect("a table");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    shop.write(file, bytes);
    assert_eq!(shop.say(&["verify"]).code, 0, "the latest is whole");
    let one = shop.say(&["verify", "--run", "2026-11-20", "--json"]);
    assert_eq!(one.code, 7, "{}", one.stderr);
    assert!(one.stderr.contains("2026-11-20/tables/segments.parquet is changed"), "{}", one.stderr);
    let said = json(&one.stdout);
    assert_eq!(
        (said["exit_code"].as_u64(), said["nights"][0]["damages"][0]["what"].as_str()),
        (Some(7), Some("changed"))
    );

    shop.write("out/runs/2026-11-21/tables/stray.parquet", "x");
    fs::remove_file(shop.path().join("out/runs/2026-11-21/summary.txt")).expect("removed");
    fs::remove_file(shop.path().join("out/runs/2026-11-20/manifest.json")).expect("removed");
    fs::remove_file(shop.path().join("out/latest")).expect("removed");
    let all = shop.say(&["verify", "--all"]);
    assert_eq!(all.code, 7);
    for word in [
        "summary.txt is missing",
        "stray.parquet is unlisted",
        "2026-11-20/manifest.json is missing",
        "latest is missing",
    ] {
        assert!(all.stdout.contains(word), "`{word}` is missing in:\n{}", all.stdout);
    }
}

/// Whether a text stands anywhere in a file: in its bytes, or in a cell of a table.
fn holds(path: &Path, text: &str) -> bool {
    let bytes = fs::read(path).expect("readable");
    let plain = bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let table = path.extension().is_some_and(|extension| extension == "parquet");
    plain
        || table
            && all_rows(path).expect("a table").iter().any(|row| row.values().any(|cell| cell.as_str() == Some(text)))
}

#[test]
fn who_is_forgotten_is_nowhere_afterwards_and_does_not_come_back() {
    let shop = Shop::new(300);
    night(&shop, "2026-11-20");
    night(&shop, "2026-11-21");
    let customers = shop.read("in/customers.csv");
    shop.write("in/customers.csv", customers.lines().take(151).collect::<Vec<_>>().join("\n"));
    assert_eq!(shop.say(&["run", "--as-of", "2026-11-22"]).code, 4);
    shop.write("in/customers.csv", customers);
    // What a run that died might have left behind.
    shop.write("out/.staging/2026-11-19/tables/customers.csv", "K00007\n");
    shop.write("out/.scratch/x", "K00007");
    for folder in [".staging", ".scratch"] {
        shop.write(&format!("out/{folder}/{WORK_MARK}"), format!("{WORK_LAYOUT}\n1\n"));
    }
    // A file for a marketing tool, as later versions write them.
    let audience = "out/runs/2026-11-21/audiences/generic/full-001.csv";
    let (gone, stays) = (["K00007", "K00299"], ["K00008", "K00298"]);
    assert!(files(&shop.path().join("out")).iter().any(|file| holds(file, gone[0])));
    let before = shop.read("out/runs/2026-11-21/manifest.json");
    let tables = files(&shop.path().join("out")).into_iter().filter(|file| {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        ["customers.parquet", "element_scores.parquet", "moves.parquet", "open_matters.parquet"].contains(&name)
    });
    let rows_of = |file: &Path, id: &str| rows_where(file, "customer_id", id).expect("a table").len() as u64;
    let rows: u64 = tables.flat_map(|file| gone.map(|id| rows_of(&file, id))).sum();
    // Two published nights with two of them, a held one with the first alone; each in two tables at least.
    assert!(rows >= 10, "{rows}");

    shop.write("erase.txt", "customer_id\nK00007\n\nK00299\nK77777\n");
    let said = shop.say(&["forget", "--ids-file", shop.path().join("erase.txt").to_str().expect("UTF-8")]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(!said.stdout.contains("K00007") && !said.stderr.contains("K00007"), "{}", said.stdout);
    for file in files(&shop.path().join("out")) {
        for id in gone.iter().chain(&["K77777"]) {
            assert!(!holds(&file, id), "{id} is in {}", file.display());
        }
    }
    let table = shop.path().join("out/latest/tables/customers.parquet");
    assert_eq!(all_rows(&table).expect("a table").len(), 298);
    for id in stays {
        assert!(holds(&table, id) && holds(&shop.path().join("out/runs/2026-11-20/tables/element_scores.parquet"), id));
    }
    let all = shop.say(&["verify", "--all"]);
    assert_eq!(all.code, 0, "{}", all.stdout);
    let count = |text: &str, name: &str| json(text)["counts"][name].as_u64().expect("a count");
    let after = shop.read("out/runs/2026-11-21/manifest.json");
    assert!(["rows_read", "segments"].iter().all(|name| count(&after, name) == count(&before, name)));
    for name in ["customers", "scored", "unassigned"] {
        let (now, then) = (count(&after, name), count(&before, name));
        assert!(now % 5 == 0 && now.abs_diff(then) <= 5, "people of groups come in fives: {name} {then} {now}");
    }
    let sizes = all_rows(&shop.path().join("out/runs/2026-11-21/tables/segments.parquet")).expect("a table");
    assert!(sizes.iter().all(|row| row["size"].as_u64().is_some_and(|size| size % 5 == 0)));
    let receipt = json(shop.read("out/erasures.jsonl").trim());
    assert_eq!((receipt["asked"].as_u64(), receipt["rows"].as_u64()), (Some(3), Some(rows)));
    assert_eq!(receipt["as_of"], "2026-11-21");
    assert!(receipt["figures"].as_str().is_some_and(|figures| figures.starts_with("kept: they carry noise")));
    let mode = fs::metadata(shop.path().join("out/forgotten.json")).expect("a list").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    night(&shop, "2026-11-22");
    assert_eq!(all_rows(&table).expect("a table").len(), 298);
    let quality = all_rows(&shop.path().join("out/latest/tables/quality.parquet")).expect("a table");
    assert!(quality.iter().any(|row| row["check_id"] == "forgotten" && row["rows"] == 2));
    for file in files(&shop.path().join("out")) {
        assert!(gone.iter().all(|id| !holds(&file, id)), "{}", file.display());
    }

    // A list of customers beside the tables is cleared as well, its other bytes untouched.
    shop.write(audience, "external_id,segment\r\nK00008,S01\r\n\"K00010\",S02\r\n");
    let run = shop.path().join("out/runs/2026-11-21");
    let mut manifest = Manifest::read(&run).expect("readable").expect("there");
    let (bytes, sha256) = valueseg::tables::manifest::hash_file(&shop.path().join(audience)).expect("readable");
    let name = "audiences/generic/full-001.csv".to_owned();
    manifest.outputs.push(valueseg::tables::write::WrittenFile { bytes, name, rows: Some(2), sha256 });
    manifest.outputs.sort_by(|a, b| a.name.cmp(&b.name));
    shop.write("out/runs/2026-11-21/manifest.json", manifest.to_json());
    let lock = OutputLock::acquire(&shop.path().join("out")).expect("free");
    accept_seals(&lock, &["runs/2026-11-21/manifest.json".to_owned()]).expect("sealed");
    drop(lock);
    shop.write("erase.txt", "K00010\n");
    let said = shop.say(&["forget", "--ids-file", shop.path().join("erase.txt").to_str().expect("UTF-8"), "--json"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(json(&said.stdout)["newly_blocked"], 1);
    assert_eq!(shop.read(audience), "external_id,segment\r\nK00008,S01\r\n");
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
    assert_eq!(shop.read("out/erasures.jsonl").lines().count(), 2);
}

#[test]
fn a_list_of_the_forgotten_that_cannot_be_read_stops_every_night() {
    let shop = Shop::new(200);
    shop.write("erase.txt", "\n");
    let erase = shop.path().join("erase.txt");
    let erase = erase.to_str().expect("UTF-8");
    assert_eq!(shop.say(&["forget", "--ids-file", erase]).code, 2, "no id in it");
    shop.write("erase.txt", "K00001\n");
    assert_eq!(shop.say(&["forget", "--ids-file", erase]).code, 5, "there is no results folder yet");
    night(&shop, "2026-11-20");
    shop.write("out/forgotten.json", "{");
    let said = shop.say(&["run", "--as-of", "2026-11-21"]);
    assert_eq!(said.code, 7, "{}", said.stderr);
    assert!(said.stderr.contains("forgotten.json") && said.stderr.contains("E0712"), "{}", said.stderr);
    assert_eq!(entries(&shop.path().join("out/runs")), ["2026-11-20"]);
}

#[test]
fn nights_beyond_keep_nights_go_after_the_new_one_is_live() {
    let shop = Shop::new(200);
    shop.edit("valueseg.toml", "[gates]", "[run]\nkeep_nights = 3\n[gates]");
    for day in 10..=16 {
        night(&shop, &format!("2026-11-{day}"));
    }
    // The first is the one that drift of the model in use is measured against.
    assert_eq!(entries(&shop.path().join("out/runs")), ["2026-11-10", "2026-11-14", "2026-11-15", "2026-11-16"]);
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
}

/// A run that is in the middle of its work: its first stage has begun.
fn at_work(shop: &Shop) -> Child {
    let mut child = command()
        .arg("-C")
        .arg(shop.path())
        .args(["run", "--as-of", "2026-11-21", "--log-format", "json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut seen = String::new();
    let mut byte = [0];
    let stderr = child.stderr.as_mut().expect("piped");
    while !seen.contains("stage_begin") {
        assert_eq!(stderr.read(&mut byte).expect("readable"), 1, "it ended early: {seen}");
        seen.push(char::from(byte[0]));
    }
    child
}

#[test]
fn a_run_told_to_stop_leaves_nothing_and_says_so_by_its_exit_code() {
    let shop = Shop::new(4000);
    night(&shop, "2026-11-20");
    for (signal, name, code) in [(libc::SIGINT, "SIGINT", 130), (libc::SIGTERM, "SIGTERM", 143)] {
        let mut child = at_work(&shop);
        let told = std::process::Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
        assert!(told.expect("kill is there").success());
        let mut rest = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut rest).expect("readable");
        assert_eq!(child.wait().expect("ended").code(), Some(code), "{rest}");
        let last = json(rest.lines().last().expect("a line"));
        assert_eq!((&last["event"], &last["signal"]), (&"stopped".into(), &name.into()), "{rest}");
        assert_eq!(entries(&shop.path().join("out/runs")), ["2026-11-20"]);
        assert!(!shop.path().join("out/.staging").exists());
        assert!(!shop.path().join("out/.scratch").exists());
    }
    night(&shop, "2026-11-21");
}

#[test]
fn every_line_of_a_json_log_is_a_document_with_the_same_head() {
    let shop = Shop::new(200);
    let well = shop.say(&["run", "--as-of", "2026-11-20", "--log-format", "json"]);
    assert_eq!(well.code, 0, "{}", well.stderr);
    shop.edit("valueseg.toml", "saves_time = ", "save_time = ");
    let badly = shop.say(&["--log-format", "json", "run", "--as-of", "2026-11-21"]);
    assert_eq!(badly.code, 2);
    for line in well.stderr.lines().chain(badly.stderr.lines()) {
        let line = json(line);
        for key in ["schema", "time", "level", "event", "message"] {
            assert!(line[key].is_string(), "{line}");
        }
        assert_eq!(line["schema"], "valueseg.log.1");
    }
    let stages: Vec<serde_json::Value> =
        well.stderr.lines().map(json).filter(|line| line["event"] == "stage_end").collect();
    assert_eq!(stages.first().map(|line| line["stage"].clone()), Some("read".into()));
    assert!(stages.iter().all(|line| line["seconds"].is_f64()));
    let last = json(badly.stderr.lines().last().expect("a line"));
    assert_eq!((&last["event"], &last["exit_code"]), (&"error".into(), &2.into()));
    assert!(last["code"].as_str().is_some_and(|code| code.starts_with("E0")) && last["do"].is_string(), "{last}");
}
