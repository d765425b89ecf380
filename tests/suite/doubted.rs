//! Answers are held against their scale and against each other before a figure is made of them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::shop::Shop;

const ASKED: [&str; 6] = ["quality", "saves_time", "informs", "variety", "simplifies", "rewards_me"];

/// A shop of 120 customers who rated how well six elements are delivered, 1 to 5, and how satisfied they are; `answers` gives
/// the seven answers and the seconds of a customer.
fn shop(attitudes: &str, answers: impl Fn(usize) -> [usize; 8]) -> Shop {
    let shop = Shop::new(120);
    let elements: Vec<String> = ASKED.iter().map(|element| format!("{element} = \"{element}\"")).collect();
    shop.write(
        "valueseg.toml",
        format!(
            "[project]\nname = \"Doubted\"\n[sources.crm]\nfiles = \"in/customers.csv\"\n[sources.asked]\nfiles = \"in/asked.csv\"\n\
             [tables.customers]\nsource = \"crm\"\n[tables.ratings]\nsource = \"asked\"\nwide = {{ id = \"who\", aspect = \
             \"fulfillment\", scale = [1, 5], duration = \"seconds\", elements = {{ {} }} }}\n[tables.attitudes]\nsource = \
             \"asked\"\n{attitudes}\nwide = {{ id = \"who\", scale = [1, 5], questions = {{ satisfaction = \"csat\" }} }}\n\
             [model]\nsegments = 1\n",
            elements.join(", ")
        ),
    );
    let mut lines = format!("who,{},csat,seconds\n", ASKED.join(","));
    for i in 0..120 {
        let cells = answers(i).map(|x| x.to_string()).join(",");
        let _ = writeln!(lines, "K{i:05},{cells}");
    }
    shop.write("in/asked.csv", lines);
    shop
}

/// Sentences of a deep check, and the attitudes that are known.
fn checked(shop: &Shop) -> (String, Vec<String>) {
    let said = shop.say(&["check", "--deep", "--as-of", "2026-11-20", "--json"]);
    let json: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{}{}", said.stdout, said.stderr));
    let notes = json["ledger"]["notes"].as_array().expect("notes");
    let texts: Vec<&str> = notes.iter().filter_map(|note| note["text"].as_str()).collect();
    let known = json["coverage"]["attitudes"].as_object().expect("attitudes");
    (texts.join(" | "), known.keys().cloned().collect())
}

/// A mood of 1 to 4 with a bit of each item's own, satisfaction on a scale that is turned, and two minutes.
fn turned(i: usize) -> [usize; 8] {
    let mood = 1 + i % 4;
    let item = |at: usize| mood + usize::from((at + i / 4).is_multiple_of(3));
    [item(0), item(1), item(2), item(3), item(4), item(5), 6 - mood, 120]
}

#[test]
fn an_outcome_on_a_turned_scale_is_not_used_until_somebody_says_which_way_it_was_asked() {
    let (said, known) = checked(&shop("", turned));
    assert!(said.contains("`satisfaction` runs against how well the elements are rated"), "{said}");
    assert!(said.contains("reversed = { satisfaction = true }") && known.is_empty(), "{said}");
    for answer in ["reversed = [\"satisfaction\"]", "reversed = false", "reversed = { satisfaction = false }"] {
        let (said, known) = checked(&shop(answer, turned));
        assert!(!said.contains("runs against") && known == ["satisfaction"], "{answer}: {said}");
    }
}

#[test]
fn the_report_and_the_quality_table_say_that_an_outcome_was_left_out() {
    let shop = shop("", turned);
    let night = shop.night();
    assert_eq!(night.code, 0, "{}", night.stderr);
    assert!(shop.read("out/latest/report/appendix.html").contains("runs against how well the elements are rated"));
    let summary: Value = serde_json::from_str(&shop.read("out/latest/summary.json")).expect("JSON");
    let limits = summary["limits"].as_array().expect("limits");
    assert!(limits.iter().filter_map(Value::as_str).any(|limit| limit.contains("It is not used in this night")));
}

#[test]
fn a_turned_question_is_read_the_other_way_round() {
    let shop = shop("reversed = true", |i| {
        let own = turned(i);
        // Everybody answers 2, which is 4 once turned.
        [own[0], own[1], own[2], own[3], own[4], own[5], 2, 120]
    });
    let night = shop.night();
    assert_eq!(night.code, 0, "{}", night.stderr);
    let rows = valueseg::tables::read::all_rows(&shop.path().join("out/latest/tables/segments.parquet")).expect("rows");
    let satisfaction: Vec<Option<f64>> = rows.iter().map(|row| row["satisfaction"].as_f64()).collect();
    // 2 on 1 to 5 is 2.5 of 10, and turned 7.5; published means carry some noise.
    let near = |wanted: f64| satisfaction.iter().flatten().any(|mean| (mean - wanted).abs() < 0.5);
    assert!(near(7.5) && !near(2.5), "{satisfaction:?}");
}

#[test]
fn people_who_hurry_and_codes_for_not_knowing_are_counted() {
    let shop = shop("", |i| {
        let own = turned(i);
        let quality = if i % 10 == 0 { 98 } else { own[0] };
        [quality, own[1], own[2], own[3], own[4], own[5], 3, if i % 12 == 0 { 15 } else { 120 }]
    });
    let (said, _) = checked(&shop);
    assert!(
        said.contains("10 of 120 respondents (8 %) took less than a third of the median time (120 seconds)"),
        "{said}"
    );
    assert!(said.contains("12 of 120") && said.contains("not_applicable = [98]"), "{said}");
}

#[test]
fn answers_of_people_whom_nobody_knows_are_an_alert_on_the_first_night_too() {
    let shop = shop("", turned);
    let asked = shop.path().join("in/asked.csv");
    let lines = std::fs::read_to_string(&asked).expect("written").replace("\nK", "\nk");
    shop.write("in/asked.csv", lines);
    let said = shop.say(&["run", "--as-of", "2026-11-20", "--quiet"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stderr.contains("belong to nobody") && said.stderr.contains("lower"), "{}", said.stderr);
    let alerts = std::fs::read_to_string(shop.path().join("out/latest/alerts.json")).expect("published");
    assert!(alerts.contains("\"orphans\""), "{alerts}");
}
