//! Segments stay recognizable: ids and names through refits, what drift does, and the commands that show it.

use std::path::Path;

use valueseg::tables::read::all_rows;

use crate::shop::{Shop, survey_with};

fn night(shop: &Shop, date: &str, more: &[&str]) -> String {
    let arguments: Vec<&str> = ["run", "--as-of", date, "--quiet"].into_iter().chain(more.iter().copied()).collect();
    let said = shop.say(&arguments);
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.stdout
}

fn json(shop: &Shop, arguments: &[&str]) -> serde_json::Value {
    let said = shop.say(&[arguments, &["--json"]].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    serde_json::from_str(&said.stdout).expect("one JSON document")
}

/// Segment id and name on a night.
fn segments(shop: &Shop, date: &str) -> Vec<(String, String)> {
    let path = shop.path().join("out/runs").join(date).join("tables/segments.parquet");
    let text = |row: &valueseg::tables::read::RowMap, column: &str| row[column].as_str().unwrap_or("").to_owned();
    let rows = all_rows(&path).expect("a table");
    let segments = rows.iter().filter(|row| row["kind"] == "segment");
    segments.map(|row| (text(row, "segment_id"), text(row, "name"))).collect()
}

fn ids(shop: &Shop, date: &str) -> Vec<String> {
    segments(shop, date).into_iter().map(|(id, _)| id).collect()
}

fn model_of(shop: &Shop, date: &str) -> String {
    let manifest = shop.read(&format!("out/runs/{date}/manifest.json"));
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("a manifest");
    manifest["model_id"].as_str().expect("an id").to_owned()
}

fn alerts(shop: &Shop, date: &str) -> Vec<serde_json::Value> {
    serde_json::from_str(&shop.read(&format!("out/runs/{date}/alerts.json"))).expect("a list")
}

/// Answers of everybody changed: nine of ten belong to the first group now, and everybody is keener on quality and fun.
fn changed_survey(customers: usize) -> String {
    survey_with(customers, 99, |i, item| {
        let wanted = if (i % 10 != 0) == (item < 2) { 4 } else { 2 };
        wanted + i64::from(item == 3 || item == 7)
    })
}

#[test]
fn an_unchanged_night_has_no_drift_no_moves_and_no_alerts() {
    let shop = Shop::new(300);
    night(&shop, "2026-11-20", &[]);
    night(&shop, "2026-11-21", &[]);
    let rows = all_rows(&shop.path().join("out/runs/2026-11-21/tables/drift.parquet")).expect("a table");
    assert!(rows.len() > 60);
    assert!(rows.iter().all(|row| row["status"] == "ok"));
    let mix = rows.iter().find(|row| row["indicator"] == "segment_mix").expect("a row");
    assert_eq!(mix["statistic"], 0.0);
    assert!(alerts(&shop, "2026-11-21").is_empty());

    let diff = json(&shop, &["diff", "2026-11-20", "latest"]);
    assert_eq!(diff["moves"]["moved"], 0);
    assert_eq!(diff["segments"].as_array().map(Vec::len), Some(3), "two segments and those without one");
    assert!(diff["lineage"].as_array().is_some_and(Vec::is_empty));
    let text = shop.say(&["diff", "2026-11-20", "2026-11-21"]).stdout;
    assert!(text.contains("Moves: 0") && text.contains("S01"), "{text}");
}

#[test]
fn a_name_given_by_people_follows_its_id_through_nights_and_refits() {
    let shop = Shop::new(300);
    night(&shop, "2026-11-20", &[]);
    let renamed = shop.say(&["segments", "rename", "S02", "Those in a hurry"]);
    assert_eq!(renamed.code, 0, "{}", renamed.stderr);
    night(&shop, "2026-11-21", &[]);
    night(&shop, "2026-11-22", &["--refit"]);
    for date in ["2026-11-21", "2026-11-22"] {
        let found = segments(&shop, date);
        assert!(found.contains(&("S02".to_owned(), "Those in a hurry".to_owned())), "{date}: {found:?}");
    }
    let list = json(&shop, &["segments"]);
    assert_eq!(list["segments"][1]["named_by_people"], true);
    for refused in [["S02", ""], ["S77", "Nobody"]] {
        let said = shop.say(&["segments", "rename", refused[0], refused[1]]);
        assert_eq!(said.code, 2, "{}", said.stderr);
        assert!(said.stderr.contains("do: "), "{}", said.stderr);
    }
}

#[test]
fn an_id_is_never_given_twice_whatever_refits_do() {
    let shop = Shop::new(300);
    night(&shop, "2026-11-20", &[]);
    assert_eq!(ids(&shop, "2026-11-20"), ["S01", "S02"]);
    shop.edit("valueseg.toml", "segments = 2", "segments = 3");
    night(&shop, "2026-11-21", &["--refit"]);
    let three = ids(&shop, "2026-11-21");
    assert_eq!(three.len(), 3);
    shop.edit("valueseg.toml", "segments = 3", "segments = 2");
    night(&shop, "2026-11-22", &["--refit"]);
    let two = ids(&shop, "2026-11-22");
    assert!(two.iter().all(|id| three.contains(id)), "{two:?} of {three:?}");
    shop.edit("valueseg.toml", "segments = 2", "segments = 3");
    night(&shop, "2026-11-23", &["--refit"]);
    for id in ids(&shop, "2026-11-23") {
        assert!(two.contains(&id) || !three.contains(&id), "{id} was given before and had retired");
    }
    let told = shop.say(&["segments", "lineage"]).stdout;
    assert!(told.contains("2026-11-21") && told.contains("2026-11-23"), "{told}");
    assert!(told.contains("label noise"), "{told}");
    let diff = shop.say(&["diff", "2026-11-20", "2026-11-23"]).stdout;
    assert!(diff.contains("What refits did"), "{diff}");

    // The night again, by force: the same model, the same ids, the same ledger.
    let (ledger, last) = (shop.read("out/segments.toml"), segments(&shop, "2026-11-23"));
    night(&shop, "2026-11-23", &["--refit"]);
    assert_eq!(shop.read("out/segments.toml"), ledger);
    assert_eq!(segments(&shop, "2026-11-23"), last);
}

#[test]
fn a_night_that_was_never_published_takes_no_ids_away() {
    let shop = Shop::new(300);
    night(&shop, "2026-11-20", &[]);
    shop.edit("valueseg.toml", "segments = 2", "segments = 3");
    night(&shop, "2026-11-21", &["--refit"]);
    let (ledger, before) = (shop.read("out/segments.toml"), ids(&shop, "2026-11-21"));
    // As after a crash between the ledger and the night.
    std::fs::remove_dir_all(shop.path().join("out/runs/2026-11-21")).expect("removed");
    night(&shop, "2026-11-21", &["--refit"]);
    assert_eq!(ids(&shop, "2026-11-21"), before);
    assert_eq!(shop.read("out/segments.toml"), ledger);
}

#[test]
fn drift_brings_up_a_challenger_that_waits_while_the_nights_go_on() {
    let shop = Shop::new(600);
    shop.edit("valueseg.toml", "[gates]", "[gates]\nmax_moved_share = 0.0");
    // Nobody moves before the new model is asked for.
    shop.edit("valueseg.toml", "[model]", "[model]\nhysteresis = { nights = 9 }");
    night(&shop, "2026-11-20", &[]);
    let champion = model_of(&shop, "2026-11-20");
    shop.write("in/survey.csv", changed_survey(600));
    for (date, fitted) in [("2026-11-21", 0), ("2026-11-22", 1), ("2026-11-23", 1)] {
        night(&shop, date, &[]);
        assert_eq!(model_of(&shop, date), champion);
        let alerts = alerts(&shop, date);
        assert_eq!(alerts[0]["key"], "model_doubt");
        let to_do = alerts[0]["to_do"].as_str().expect("a text");
        assert!(to_do.contains("--refit"), "{to_do}");
        // Answers that jump from one night to the next are in doubt on that night; the one that waits is not fitted again.
        assert_eq!(alerts.iter().any(|alert| alert["key"] == "answer_mean"), fitted == 0, "{date}");
        assert_eq!(challengers(&shop), fitted, "{date}");
    }
    let report = shop.read("out/runs/2026-11-23/report/appendix.html");
    assert!(report.contains("waits"), "the report does not tell of the challenger");
    let quality = all_rows(&shop.path().join("out/runs/2026-11-23/tables/quality.parquet")).expect("a table");
    assert!(quality.iter().any(|row| row["check_id"] == "challenger" && row["status"] == "warn"));
    night(&shop, "2026-11-24", &["--refit"]);
    assert_ne!(model_of(&shop, "2026-11-24"), champion);
}

#[test]
fn a_challenger_that_changes_little_takes_over_on_the_next_night() {
    let shop = Shop::new(600);
    shop.edit("valueseg.toml", "[gates]", "[gates]\nmax_moved_share = 1.0");
    night(&shop, "2026-11-20", &[]);
    let champion = model_of(&shop, "2026-11-20");
    shop.write("in/survey.csv", changed_survey(600));
    // On the night the answers jump they are in doubt; a challenger is fitted on the next.
    for date in ["2026-11-21", "2026-11-22"] {
        night(&shop, date, &[]);
        assert_eq!(model_of(&shop, date), champion);
    }
    night(&shop, "2026-11-23", &[]);
    let next = model_of(&shop, "2026-11-23");
    if challenger_is(&shop, "takes_over") {
        assert_ne!(next, champion);
        assert!(shop.read("out/segments.toml").contains(&next));
        let drift = all_rows(&shop.path().join("out/runs/2026-11-23/tables/drift.parquet")).expect("a table");
        assert!(drift.iter().all(|row| row["status"] == "ok"), "its first night is its reference");
    } else {
        assert_eq!(next, champion, "less stable than the champion: it waits");
    }
    // The night before, again: the champion of that night scores it.
    night(&shop, "2026-11-21", &["--force"]);
    assert_eq!(model_of(&shop, "2026-11-21"), champion);
}

#[test]
fn never_tells_of_drift_and_fits_nothing() {
    let shop = Shop::new(600);
    shop.edit("valueseg.toml", "[model]", "[model]\nrefit = \"never\"");
    night(&shop, "2026-11-20", &[]);
    shop.write("in/survey.csv", changed_survey(600));
    night(&shop, "2026-11-21", &[]);
    assert_eq!(challengers(&shop), 0);
    assert_eq!(alerts(&shop, "2026-11-21")[0]["key"], "model_doubt");
}

#[test]
fn always_is_held_back_when_the_new_model_moves_too_many() {
    let shop = Shop::new(600);
    shop.edit("valueseg.toml", "[model]", "[model]\nrefit = \"always\"");
    shop.edit("valueseg.toml", "[gates]", "[gates]\nmax_moved_share = 0.01");
    night(&shop, "2026-11-20", &[]);
    night(&shop, "2026-11-21", &[]);
    assert_eq!(model_of(&shop, "2026-11-21"), model_of(&shop, "2026-11-20"), "the same customers, the same model");
    let ledger = shop.read("out/segments.toml");
    shop.edit("valueseg.toml", "segments = 2", "segments = 4");
    let held = shop.say(&["run", "--as-of", "2026-11-22"]);
    assert_eq!(held.code, 4, "{}", held.stderr);
    assert!(held.stderr.contains("would move"), "{}", held.stderr);
    assert_eq!(shop.read("out/segments.toml"), ledger, "a night held back leaves no trace");
    // What a person asks for is not held back.
    night(&shop, "2026-11-22", &["--refit"]);
}

#[test]
fn a_comparison_of_what_is_not_there_is_refused_with_one_thing_to_do() {
    let shop = Shop::new(200);
    assert_eq!(shop.say(&["diff", "2026-11-20", "2026-11-21"]).code, 5, "no night at all: run first");
    assert_eq!(shop.say(&["segments"]).code, 5);
    night(&shop, "2026-11-20", &[]);
    let model = model_of(&shop, "2026-11-20");
    for (a, b, expected) in [
        ("2026-11-20", "2026-11-19", "did you mean `2026-11-20`?"),
        ("2026-11-20", model.as_str(), "two nights or two models"),
        ("nothing", model.as_str(), "do: "),
    ] {
        let said = shop.say(&["diff", a, b]);
        assert_eq!(said.code, 2, "{a} {b}: {}", said.stderr);
        assert!(said.stderr.contains(expected), "{}", said.stderr);
    }
    let same = shop.say(&["diff", &model[..6], &model]);
    assert_eq!(same.code, 0, "{}", same.stderr);
    assert!(same.stdout.contains("no way") || same.stdout.contains("alike: model"), "{}", same.stdout);
    std::fs::write(shop.path().join("out/segments.toml"), "format = 7\n").expect("written");
    assert_eq!(shop.say(&["segments", "lineage"]).code, 7);
}

/// Challengers on file.
fn challengers(shop: &Shop) -> usize {
    records(shop.path()).len()
}

fn challenger_is(shop: &Shop, verdict: &str) -> bool {
    records(shop.path()).iter().any(|record| record["verdict"] == verdict)
}

fn records(folder: &Path) -> Vec<serde_json::Value> {
    let models = std::fs::read_dir(folder.join("out/models")).expect("models");
    models
        .filter_map(|model| std::fs::read_to_string(model.expect("an entry").path().join("challenger.json")).ok())
        .map(|text| serde_json::from_str(&text).expect("a record"))
        .collect()
}

#[test]
fn nights_that_were_missed_are_caught_up_with_in_order_before_tonight() {
    let (daily, late) = (Shop::new(120), Shop::new(120));
    for shop in [&daily, &late] {
        night(shop, "2026-11-20", &[]);
    }
    for date in ["2026-11-21", "2026-11-22", "2026-11-23"] {
        night(&daily, date, &[]);
    }
    let answer = json(&late, &["run", "--as-of", "2026-11-23", "--catch-up", "--quiet"]);
    assert_eq!(answer["caught_up"], serde_json::json!(["2026-11-21", "2026-11-22"]));
    for date in ["2026-11-21", "2026-11-22", "2026-11-23"] {
        let manifest = format!("out/runs/{date}/manifest.json");
        assert!(late.read(&manifest) == daily.read(&manifest), "{date} is not the night it would have been");
    }
    let again = json(&late, &["run", "--as-of", "2026-11-23", "--catch-up", "--quiet"]);
    assert_eq!((&again["caught_up"], &again["outcome"]), (&serde_json::json!([]), &"already_published".into()));
}

#[test]
fn catching_up_ends_at_the_first_night_that_is_not_published() {
    let shop = Shop::new(120);
    night(&shop, "2026-11-20", &[]);
    let customers = shop.read("in/customers.csv");
    let kept: Vec<&str> = customers.lines().take(40).collect();
    shop.write("in/customers.csv", kept.join("\n"));
    let said = shop.say(&["run", "--as-of", "2026-11-23", "--catch-up", "--quiet"]);
    assert_eq!(said.code, 4, "{}", said.stderr);
    assert!(shop.path().join("out/held/2026-11-21").is_dir());
    for date in ["2026-11-22", "2026-11-23"] {
        assert!(!shop.path().join("out/runs").join(date).exists() && !shop.path().join("out/held").join(date).exists());
    }
}
