//! The command line: what a newcomer types and what comes back.

use std::fs;

use valueseg::codes::Code;
use valueseg::demo::{DemoSettings, write_demo};
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
        "one-pager.html",
        "report/view.json",
        "report/appendix.html",
        "report/s01.html",
        "report/figures/wants.svg",
        "summary.txt",
        "summary.json",
        "alerts.json",
        "manifest.json",
        "plans/ALL.md",
        "plans/S01.md",
        "plans/plans.json",
        "rejected/rows.parquet",
    ] {
        assert!(demo.join("out/latest").join(file).is_file(), "{file}");
    }
    assert!(!made.stderr.contains("alert "), "a plain night: {}", made.stderr);
    let plans = fs::read_to_string(demo.join("out/latest/plans/plans.json")).expect("plans");
    let plans: serde_json::Value = serde_json::from_str(&plans).expect("JSON");
    assert_eq!(plans["contradictions"], serde_json::json!([]), "no line contradicts another or its evidence");
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
    let shop = Shop::new(1);
    let (demo, target) = (shop.path().join("demo"), shop.path().join("new"));
    write_demo(&demo, &DemoSettings { customers: 2_000, ..DemoSettings::default() }).expect("made");
    let mut init = command();
    init.arg("--json").arg("init").arg(&target).arg("--from").arg(demo.join("in")).arg("--yes");
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
        "s.\"net_amount\" as \"amount\"",
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
    let inputs = said(command().args(["schema", "inputs"]).output().expect("started"));
    assert_eq!(inputs.stdout.trim_end(), include_str!("../../docs/inputs.md").trim_end());
    let inputs = said(command().args(["schema", "inputs", "--json"]).output().expect("started"));
    let inputs: serde_json::Value = serde_json::from_str(&inputs.stdout).expect("JSON");
    assert_eq!(inputs["tables"]["orders"]["columns"][1]["name"], "ordered_at");
    assert!(inputs["configuration"].as_array().is_some_and(|keys| keys.iter().any(|key| key["key"] == "run.output")));
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
fn elements_and_tables_are_listed_where_none_is_named() {
    let elements = said(command().args(["explain", "element"]).output().expect("started"));
    assert_eq!(elements.code, 0, "{}", elements.stderr);
    assert_eq!(elements.stdout.lines().count(), 31, "{}", elements.stdout);
    assert!(ASKED.iter().all(|id| elements.stdout.contains(id)));
    let tables = said(command().args(["explain", "table"]).output().expect("started"));
    assert!(tables.stdout.contains("treatments") && tables.stdout.contains("ordered_at"), "{}", tables.stdout);
    let orders = said(command().args(["explain", "table", "orders"]).output().expect("started"));
    assert!(orders.stdout.contains("customer_id (id, required)") && orders.stdout.contains("[tables.orders]"));
    let unknown = said(command().args(["explain", "table", "order"]).output().expect("started"));
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `orders`?"), "{}", unknown.stderr);
}

#[test]
fn check_ends_as_the_night_would() {
    let shop = Shop::new(200);
    let check = |deep: bool| {
        let mut arguments = vec!["check", "--as-of", "2026-11-21"];
        arguments.extend(deep.then_some("--deep"));
        shop.say(&arguments)
    };
    assert_eq!(shop.night().code, 0);
    assert_eq!((check(false).code, check(true).code), (0, 0));
    // Every second customer is unreadable: only reading tells.
    let customers = shop.read("in/customers.csv");
    shop.write("in/customers.csv", customers.lines().take(61).collect::<Vec<_>>().join("\n"));
    let deep = check(true);
    assert_eq!(deep.code, 4, "{}", deep.stderr);
    assert!(deep.stderr.contains("E0401") && deep.stderr.contains("would be held back"), "{}", deep.stderr);
    assert!(deep.stdout.contains("Would stop the night") && deep.stdout.contains("(exit 4)"), "{}", deep.stdout);
    let json = shop.say(&["check", "--as-of", "2026-11-21", "--deep", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("one document");
    assert_eq!((&json["exit_code"], &json["error"]["code"]), (&4.into(), &"E0401".into()));
    assert_eq!(shop.say(&["run", "--as-of", "2026-11-21", "--quiet"]).code, 4);
    shop.write("in/customers.csv", customers);

    // A consent that is not mapped any more is seen without reading.
    let renamed = shop.read("in/customers.csv").replacen("consent_email", "MailOk", 1);
    shop.write("in/customers.csv", renamed);
    let said = check(false);
    assert_eq!(said.code, 4, "{}", said.stderr);
    assert!(said.stderr.contains("contacted by email"), "{}", said.stderr);

    // Several problems: the first is the one the night ends with.
    shop.edit("valueseg.toml", "in/customers.csv", "in/nothing.csv");
    shop.edit("valueseg.toml", "q_time", "q_tme");
    let said = check(false);
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert!(said.stdout.contains("E0301") && said.stdout.contains("E0321"), "{}", said.stdout);
    assert_eq!(shop.say(&["run", "--as-of", "2026-11-21", "--quiet"]).code, 3);
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
    // Together they are one, but for being rounded to hundredths each.
    let rounded = 0.005 * ASKED.len() as f64;
    assert!(ASKED.iter().filter_map(|element| share(element)).sum::<f64>() < 1.0 + rounded + 1e-9);
    let elements = all_rows(&shop.path().join("out/latest/tables/segment_elements.parquet")).expect("readable");
    let best = elements.iter().find(|row| row["segment_id"] == "ALL" && row["element_id"] == "quality").expect("a row");
    assert_eq!(best["derived_importance"].as_f64(), Some(quality));
    let report = shop.read("out/latest/report/appendix.html");
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

#[test]
fn a_command_line_that_cannot_be_understood_has_a_code_and_something_to_do() {
    let shop = Shop::new(1);
    for words in
        [&["run", "--refitt"][..], &["check", "--as-of", "2026-13-01"], &["check", "--as-of"], &["nights"], &[]]
    {
        let said = shop.say(words);
        assert_eq!(said.code, 2, "{words:?} {}", said.stderr);
        assert!(said.stderr.contains("error E0200: ") && said.stderr.contains("do: "), "{}", said.stderr);
        assert!(said.stdout.is_empty(), "{}", said.stdout);
    }
    let said = shop.say(&["run", "--json", "--as-of", "soon"]);
    let answer: serde_json::Value = serde_json::from_str(&said.stdout).expect("one document");
    assert_eq!((&answer["exit_code"], &answer["error"]["code"]), (&2.into(), &"E0200".into()), "{answer}");
    assert_eq!(shop.say(&["--help"]).code, 0);
}

#[test]
fn check_ends_as_the_night_would_for_one_problem_and_for_several() {
    let shop = Shop::new(30);
    let end = |words: &[&str]| {
        let said = shop.say(words);
        let answer: serde_json::Value = serde_json::from_str(&said.stdout).expect("one document");
        assert_eq!(answer["exit_code"], said.code, "{answer}");
        (said.code, answer["error"]["code"].clone())
    };
    let both = || {
        let (looked, run) =
            (end(&["check", "--json", "--as-of", "2026-11-20"]), end(&["run", "--json", "--as-of", "2026-11-20"]));
        assert_eq!(looked, run);
        looked
    };
    let plain = shop.read("valueseg.toml");
    shop.write("in/a.parquet", "PAR1broken..");
    shop.write("in/b.parquet", "PAR1broken..");
    shop.write(
        "valueseg.toml",
        format!("{plain}\n[sources.a]\nfiles = \"in/a.parquet\"\n[tables.orders]\nsource = \"a\"\n"),
    );
    assert_eq!(both(), (3, "E0308".into()));
    let more = "[sources.b]\nfiles = \"in/b.parquet\"\n[tables.feedback]\nsource = \"b\"\n[tables.interactions]\nsource = \"none\"\n";
    shop.write("valueseg.toml", shop.read("valueseg.toml") + more);
    // What is wrong in the configuration is told before what is wrong in a file.
    assert_eq!(both(), (2, "E0320".into()));
    shop.write(
        "valueseg.toml",
        format!("{plain}\n[tables.orders]\nsource = \"none\"\n[tables.feedback]\nsource = \"crm\"\n"),
    );
    assert_eq!(both().0, 2);
}
