//! Who goes without a play is drawn by lot, remembered, and kept.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use valueseg::tables::read::{RowMap, all_rows};

use crate::shop::Shop;

const LEDGER: &str = "out/assignments.parquet";

/// A shop of which every group is large enough for a test of its plays.
fn shop() -> Shop {
    let shop = Shop::new(600);
    shop.edit("valueseg.toml", "[gates]\n", "[plan]\nplausible_effect = 3.0\n[gates]\n");
    shop
}

fn night(shop: &Shop, arguments: &[&str]) {
    let said = shop.say(&[&["run", "--quiet", "--as-of"], arguments].concat());
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
}

fn ledger(shop: &Shop) -> Vec<RowMap> {
    all_rows(&shop.path().join(LEDGER)).expect("a ledger")
}

fn text<'a>(row: &'a RowMap, column: &str) -> &'a str {
    row.get(column).and_then(|cell| cell.as_str()).unwrap_or_default()
}

/// Customers of the ledger by play and arm.
fn arm<'a>(rows: &'a [RowMap], arm: &str) -> Vec<(&'a str, &'a str)> {
    let own = rows.iter().filter(|row| text(row, "arm") == arm && text(row, "play_id") != "ALL");
    own.map(|row| (text(row, "customer_id"), text(row, "play_id"))).collect()
}

#[test]
fn half_of_those_next_for_a_play_go_without_and_the_ledger_says_who() {
    let shop = shop();
    night(&shop, &["2026-11-20"]);
    let rows = ledger(&shop);
    let (treated, control) = (arm(&rows, "treated"), arm(&rows, "control"));
    assert!(treated.len() > 60 && control.len() > 60, "{} treated, {} without", treated.len(), control.len());
    let customers = all_rows(&shop.path().join("out/latest/tables/customers.parquet")).expect("a table");
    let reason: BTreeMap<&str, &str> =
        customers.iter().map(|row| (text(row, "customer_id"), text(row, "next_play_reason"))).collect();
    let next: BTreeMap<&str, &str> =
        customers.iter().map(|row| (text(row, "customer_id"), text(row, "next_play"))).collect();
    assert!(control.iter().all(|(id, play)| reason[id] == "control" && next[id] != *play), "sent nothing");
    assert!(treated.iter().all(|(id, play)| next[id] == *play), "next for it");
    let held: Vec<&RowMap> = rows.iter().filter(|row| text(row, "arm") == "program_holdout").collect();
    assert!(!held.is_empty() && held.iter().all(|row| reason[text(row, "customer_id")] == "held_out"));
    let mode = fs::metadata(shop.path().join(LEDGER)).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_arm_is_kept_and_a_night_made_again_leaves_the_same_ledger() {
    let shop = shop();
    night(&shop, &["2026-11-20"]);
    let first = ledger(&shop);
    night(&shop, &["2026-11-21"]);
    let second = ledger(&shop);
    assert!(first.iter().all(|row| second.contains(row)), "rows of the first night stay as they were");
    let bytes = fs::read(shop.path().join(LEDGER)).expect("readable");
    night(&shop, &["2026-11-21", "--force"]);
    assert_eq!(fs::read(shop.path().join(LEDGER)).expect("readable"), bytes);
    night(&shop, &["2026-11-20", "--force"]);
    assert_eq!(
        fs::read(shop.path().join(LEDGER)).expect("readable"),
        bytes,
        "a night in the past leaves nothing behind"
    );
    night(&shop, &["2026-11-22", "--dry-run"]);
    assert_eq!(fs::read(shop.path().join(LEDGER)).expect("readable"), bytes, "nor does a try");
}

#[test]
fn who_is_gone_is_released_and_whoever_is_forgotten_is_in_no_row() {
    let shop = shop();
    night(&shop, &["2026-11-20"]);
    let rows = ledger(&shop);
    let gone = text(&rows[0], "customer_id").to_owned();
    let lines = shop.read("in/customers.csv");
    shop.write(
        "in/customers.csv",
        lines.lines().filter(|line| !line.starts_with(&gone)).collect::<Vec<_>>().join("\n"),
    );
    night(&shop, &["2026-11-21"]);
    let after = ledger(&shop);
    let own: Vec<&RowMap> = after.iter().filter(|row| text(row, "customer_id") == gone).collect();
    assert!(!own.is_empty() && own.iter().all(|row| text(row, "reason_released") == "gone"));
    shop.write("erase.csv", format!("customer_id\n{gone}\n"));
    let said = shop.say(&["forget", "--json", "--ids-file", shop.path().join("erase.csv").to_str().expect("UTF-8")]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains(&format!("\"assignments\": {}", own.len())), "{}", said.stdout);
    assert!(ledger(&shop).iter().all(|row| text(row, "customer_id") != gone));
    assert_eq!(ledger(&shop).len(), after.len() - own.len());
}
