//! The command line: what a newcomer types and what comes back.

use std::fs;

use valueseg::codes::Code;
use valueseg::tables::read::all_rows;

use crate::shop::{ASKED, Shop, command, said};

#[test]
fn the_demo_runs_two_nights_and_says_where_the_report_is() {
    let shop = Shop::new(1);
    let demo = shop.path().join("demo");
    let made = said(command().args(["demo", "--customers", "1500"]).arg(&demo).output().expect("started"));
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(made.stdout.contains("report.html"), "{}", made.stdout);
    for file in [
        "report.html",
        "summary.txt",
        "summary.json",
        "alerts.json",
        "manifest.json",
        "plans/S01.md",
        "plans/plans.json",
        "rejected/rows.parquet",
    ] {
        assert!(demo.join("out/latest").join(file).is_file(), "{file}");
    }
    let nights: Vec<_> = fs::read_dir(demo.join("out/runs")).expect("runs").collect();
    assert_eq!(nights.len(), 2);
    let left: Vec<_> = fs::read_dir(demo.join("out/.staging")).map(Iterator::collect).unwrap_or_default();
    assert!(left.is_empty(), "staging is left behind");
}

#[test]
fn a_night_is_explained_by_customer_segment_and_element() {
    let shop = Shop::new(200);
    assert_eq!(shop.night().code, 0);
    let customer = shop.say(&["explain", "customer", "K00007"]);
    assert_eq!(customer.code, 0, "{}", customer.stderr);
    assert!(customer.stdout.contains("Evidence: own answers"), "{}", customer.stdout);
    let segment = shop.say(&["explain", "segment", "S01"]);
    assert!(segment.stdout.contains("customers"), "{}{}", segment.stdout, segment.stderr);
    let element = shop.say(&["explain", "element", "saves_time"]);
    assert!(element.stdout.contains("Serves the needs"), "{}", element.stdout);
    let unknown = shop.say(&["explain", "element", "save_time"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("saves_time"), "{}", unknown.stderr);
    let nobody = shop.say(&["explain", "customer", "K99999"]);
    assert_eq!(nobody.code, 2);
    assert!(!nobody.stderr.contains("K99999"), "an id on stderr: {}", nobody.stderr);
}

#[test]
fn check_says_what_is_there_and_writes_nothing() {
    let shop = Shop::new(200);
    let said = shop.say(&["check", "--as-of", "2026-11-20"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("customers") && said.stdout.contains("ratings"), "{}", said.stdout);
    assert!(!shop.path().join("out").exists());
}

#[test]
fn a_dry_run_publishes_nothing() {
    let shop = Shop::new(200);
    let said = shop.say(&["run", "--as-of", "2026-11-20", "--dry-run"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("nothing was published"), "{}", said.stdout);
    assert!(shop.has_no_night());
}

#[test]
fn init_writes_a_configuration_that_check_accepts() {
    let shop = Shop::new(200);
    shop.write(
        "in/asked.csv",
        "Customer No;Q1 saves time;Q2 quality;Q3 variety;Q4 informs\n1;5;4;3;2\n2;1;2;3;4\n3;4;4;4;1\n",
    );
    let target = shop.path().join("new");
    let made = said(
        command()
            .arg("init")
            .arg(&target)
            .arg("--from")
            .arg(shop.path().join("in/asked.csv"))
            .output()
            .expect("started"),
    );
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(made.stdout.contains("importance"), "no question asked: {}", made.stdout);
    let checked = said(command().arg("-C").arg(&target).arg("check").output().expect("started"));
    assert_eq!(
        checked.code,
        0,
        "{}\n{}",
        checked.stderr,
        fs::read_to_string(target.join("valueseg.toml")).expect("written")
    );
    let again = said(command().arg("init").arg(&target).output().expect("started"));
    assert_eq!(again.code, 2, "an existing configuration is not overwritten");
}

#[test]
fn init_recognizes_every_input_of_the_demo() {
    let shop = Shop::new(400);
    let target = shop.path().join("new");
    let mut init = command();
    init.arg("--json").arg("init").arg(&target).arg("--from").arg(shop.path().join("in")).arg("--yes");
    let made = said(init.output().expect("started"));
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(made.stderr.contains("looked at the files"), "the time it took is said: {}", made.stderr);
    let answer: serde_json::Value = serde_json::from_str(&made.stdout).expect("JSON");
    let expected = ["customers", "ratings", "attitudes", "orders", "interactions", "feedback", "treatments"];
    assert_eq!(answer["ready"], serde_json::json!(expected), "{}", made.stdout);
    assert_eq!(answer["left_out"], serde_json::json!([]), "{}", made.stdout);
    let written = fs::read_to_string(target.join("valueseg.toml")).expect("written");
    for mapped in [
        "customer_id = \"customer_no\"",
        "consent_profiling = \"prof_ok\"",
        "consent_email = \"newsletter_ok\"",
        "signup_date = \"since\"",
        "amount = \"net_amount\"",
        "kind = \"event\"",
        "play_id = \"play\"",
        "treated_at = \"sent_on\"",
        "text = \"message\"",
        "aspect = \"aspect\"",
    ] {
        assert!(written.contains(mapped), "{mapped} is missing\n{written}");
    }
}

#[test]
fn schemas_and_completions_are_printed() {
    let config = said(command().args(["schema", "config"]).output().expect("started"));
    let schema: serde_json::Value = serde_json::from_str(&config.stdout).expect("JSON");
    assert!(schema["properties"]["model"].is_object());
    let tables = said(command().args(["schema", "tables"]).output().expect("started"));
    assert!(tables.stdout.contains("segment_probability") && tables.stdout.contains("element_scores"));
    let shell = said(command().args(["completions", "bash"]).output().expect("started"));
    assert!(shell.stdout.contains("valueseg"));
}

#[test]
fn every_code_the_program_can_say_is_explained() {
    let rejects = valueseg::tables::ledger::RejectCode::ALL.map(|reject| reject.code());
    let all = said(command().args(["explain", "error"]).output().expect("started"));
    for code in Code::ALL.iter().map(|code| code.id()).chain(rejects) {
        let said = said(command().args(["explain", "error", code]).output().expect("started"));
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(said.stdout.contains(code) && said.stdout.contains("Do: "), "{}", said.stdout);
        assert!(code.starts_with('R') || said.stdout.contains("Cause: ") && said.stdout.contains("Exit code: "));
        assert!(all.stdout.contains(code), "{code} is not listed");
    }
    assert_eq!(said(command().args(["explain", "error", "E9999"]).output().expect("started")).code, 2);
}

#[test]
fn json_is_one_document_wherever_the_flag_stands() {
    let shop = Shop::new(200);
    for arguments in [["--json", "run", "--as-of", "2026-11-20"], ["run", "--as-of", "2026-11-20", "--json"]] {
        let said = shop.say(&arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
        let json: serde_json::Value = serde_json::from_str(&said.stdout).expect("one JSON document");
        assert_eq!(json["exit_code"], 0);
    }
}

#[test]
fn a_closed_stdout_does_not_panic() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else { return };
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_valueseg"))
        .args(["schema", "tables"])
        .stdout(full)
        .output()
        .expect("started");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_ne!(output.status.code(), Some(101));
}

#[test]
fn what_recommending_goes_with_is_in_tables_and_report() {
    let shop = Shop::new(600);
    // Whoever finds quality good recommends the shop.
    let lines: Vec<String> = shop.read("in/survey.csv").lines().map(str::to_owned).collect();
    let recommending = |line: &String| match line.split(',').nth(5).and_then(|quality| quality.parse::<u8>().ok()) {
        Some(quality) => format!("{line},{}\n", 2 * quality),
        None => format!("{line},nps\n"),
    };
    shop.write("in/survey.csv", lines.iter().map(recommending).collect::<String>());
    shop.edit("valueseg.toml", "aspect = \"importance\"", "aspect = \"fulfillment\"");
    let attitudes = "[tables.attitudes]\nsource = \"survey\"\nwide = { id = \"who\", questions = { recommend = \"nps\" } }\n[model]\n";
    shop.edit("valueseg.toml", "[model]\n", attitudes);
    assert_eq!(shop.night().code, 0);
    let rows = all_rows(&shop.path().join("out/latest/tables/drivers.parquet")).expect("readable");
    let share = |element: &str| {
        let of_all = |row: &&valueseg::tables::read::RowMap| {
            row["segment_id"] == "ALL" && row["outcome"] == "recommend" && row["element_id"] == element
        };
        rows.iter().find(of_all).map(|row| row["derived_importance"].as_f64().expect("a share"))
    };
    let quality = share("quality").expect("a row");
    assert!(quality > 0.5, "{quality}");
    assert!(ASKED.iter().filter_map(|element| share(element)).sum::<f64>() < 1.0 + 1e-9);
    let elements = all_rows(&shop.path().join("out/latest/tables/segment_elements.parquet")).expect("readable");
    let best = elements.iter().find(|row| row["segment_id"] == "ALL" && row["element_id"] == "quality").expect("a row");
    assert_eq!(best["derived_importance"].as_f64(), Some(quality));
    let report = shop.read("out/latest/report.html");
    assert!(report.contains("What goes with the willingness to recommend"), "the appendix says it");
}

#[test]
fn a_threshold_that_cannot_be_meant_is_refused_by_its_key_before_anything_is_read() {
    for (line, code, key) in [
        ("[needs]\ntau = 11.0", "E0212", "needs.tau = 11"),
        ("[plan]\nquality_floor = 1.5", "E0213", "plan.quality_floor = 1.5"),
        ("[plan]\narc_share = 25.0", "E0213", "plan.arc_share = 25"),
        ("[drivers]\nper_driver = 0", "E0220", "drivers.per_driver = 0"),
        ("[drivers]\nlow_to = 9.5", "E0220", "drivers.low_to = 9.5"),
        ("[relationship.regularities]\ndear_discount = 20.0", "E0219", "relationship.regularities.dear_discount = 20"),
        ("[relationship.connection]\nlarge_gap = 0.1", "E0219", "relationship.connection.large_gap = 0.1"),
    ] {
        let shop = Shop::new(1);
        shop.write("valueseg.toml", format!("{}\n{line}\n", shop.read("valueseg.toml")));
        let said = shop.night();
        assert_eq!(said.code, 2, "{line}: {}", said.stderr);
        assert!(said.stderr.contains(code) && said.stderr.contains(key), "{line}: {}", said.stderr);
        assert!(said.stderr.contains("expected"), "{line}: {}", said.stderr);
        assert!(shop.has_no_night());
    }
}
