//! Nobody is next for a campaign whom anything speaks against: customers are planted for each reason, and looked up after a
//! night, as are the words in which each may be told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};
use valueseg::tables::read::all_rows;

use crate::shop::Shop;

type Row = Map<String, Value>;

const MAPPING: &str = r#"[tables.customers]
source = "customers"
columns = { customer_id = "customer_id", consent_profiling = "consent_profiling", consent_email = "consent_email", objection_marketing = "objects", relationship_wish = "wish", vulnerable = "vulnerable" }
[tables.orders]
source = "orders"
columns = { customer_id = "who", ordered_at = "at", amount = "net", promised_at = "promised", delivered_at = "delivered" }
[tables.interactions]
source = "contacts"
columns = { customer_id = "who", at = "at", kind = "kind", case_id = "case", resolved_at = "resolved", severity = "severity" }
"#;

/// Canaries, ten of each kind: the customers from that place on.
const KINDS: [(&str, usize); 6] =
    [("objects", 0), ("wish", 10), ("vulnerable", 20), ("complaint", 30), ("promise", 40), ("no_consent", 50)];

fn kind(i: usize) -> &'static str {
    KINDS.iter().rev().find(|(_, from)| i >= *from && i < 60).map_or("", |(kind, _)| *kind)
}

/// A shop of 600 whose first customers are canaries.
fn shop() -> Shop {
    let shop = Shop::new(600);
    let (mut customers, mut orders, mut contacts) = (
        String::new(),
        String::from("who,at,net,promised,delivered\n"),
        String::from("who,at,kind,case,resolved,severity\n"),
    );
    for (i, line) in shop.read("in/customers.csv").lines().enumerate() {
        let Some(i) = i.checked_sub(1) else {
            writeln!(customers, "{line},objects,wish,vulnerable").expect("a String");
            continue;
        };
        let own = kind(i);
        let line = if own == "no_consent" { line.replace(",yes,yes,", ",yes,no,") } else { line.to_owned() };
        let flag = |name: &str| if own == name { "yes" } else { "no" };
        let wish = if own == "wish" { "leave_alone" } else { "" };
        writeln!(customers, "{line},{},{wish},{}", flag("objects"), flag("vulnerable")).expect("a String");
        let who = line.split(',').next().expect("an id");
        let delivered = if own == "promise" { "" } else { "2026-11-11" };
        writeln!(orders, "{who},2026-11-08,{},2026-11-12,{delivered}", 10 + i % 40).expect("a String");
        writeln!(orders, "{who},2026-11-13,{},,", 10 + i % 30).expect("a String");
        let resolved = if own == "complaint" { "" } else { "2026-10-05" };
        if own == "complaint" || i % 4 == 0 {
            writeln!(contacts, "{who},2026-10-01,complaint,c{i},{resolved},2").expect("a String");
        }
    }
    shop.write("in/customers.csv", customers);
    for (file, text) in [("orders", orders), ("contacts", contacts)] {
        shop.write(&format!("in/{file}.csv"), text);
        let source = format!("[sources.{file}]\nfiles = \"in/{file}.csv\"\n[sources.survey]");
        shop.edit("valueseg.toml", "[sources.survey]", &source);
    }
    shop.edit("valueseg.toml", "[tables.customers]\nsource = \"customers\"\n", MAPPING);
    shop
}

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).and_then(Value::as_str).unwrap_or("")
}

#[test]
fn whoever_anything_speaks_against_is_next_for_no_campaign_and_reads_why() {
    let shop = shop();
    let said = shop.night();
    assert_eq!(said.code, 0, "{}", said.stderr);
    let table = |name: &str| all_rows(&shop.path().join(format!("out/latest/tables/{name}.parquet"))).expect("a table");
    let plans = table("plans");
    let campaigns: BTreeSet<&str> =
        plans.iter().filter(|row| text(row, "scope") == "campaign").map(|row| text(row, "play_id")).collect();
    let open: Vec<Row> = table("open_matters");
    let open_kinds: BTreeMap<&str, &str> =
        open.iter().map(|row| (text(row, "customer_id"), text(row, "kind"))).collect();
    let customers = table("customers");
    let sent = |row: &Row| campaigns.contains(text(row, "next_play"));
    assert!(customers.iter().filter(|row| sent(row)).count() > 100, "most are next for something: {campaigns:?}");
    for row in &customers {
        let against = !text(row, "suppressed_reason").is_empty()
            || row["holdout"] == true
            || ["0", "X"].contains(&text(row, "relationship_level"))
            || open_kinds.contains_key(text(row, "customer_id"));
        assert!(!(against && sent(row)), "{row:?}");
        assert_eq!(text(row, "next_play_reason").is_empty(), !text(row, "suppressed_reason").is_empty(), "{row:?}");
    }
    let mut by_kind: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (i, row) in customers.iter().enumerate().take(60) {
        by_kind.entry(kind(i)).or_default().insert(text(row, "next_play_reason"));
        match kind(i) {
            "complaint" | "promise" => assert_eq!(open_kinds.get(text(row, "customer_id")), Some(&kind(i)), "{row:?}"),
            _ => assert!(!open_kinds.contains_key(text(row, "customer_id")), "{row:?}"),
        }
    }
    assert_eq!(by_kind["objects"], BTreeSet::from([""]));
    assert_eq!(by_kind["wish"], BTreeSet::from(["wish"]));
    assert_eq!(by_kind["vulnerable"], BTreeSet::from(["people_decide"]));
    assert_eq!(by_kind["complaint"], BTreeSet::from(["open_matter"]));
    assert_eq!(by_kind["promise"], BTreeSet::from(["open_matter"]));
    assert!(by_kind["no_consent"].is_subset(&BTreeSet::from(["no_consent", "held_out"])), "{by_kind:?}");

    let letter = |row: &Row| {
        let said = shop.say(&["explain", "customer", text(row, "customer_id"), "--for-customer"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        said.stdout
    };
    let [objects, wish, complaint] = [0, 10, 30].map(|i| letter(&customers[i]));
    assert!(
        objects.contains("Nothing is computed about you") && !objects.contains("You are in the group"),
        "{objects}"
    );
    assert!(wish.contains("You asked to be left alone"), "{wish}");
    assert!(complaint.contains("an open complaint, for 51 days"), "{complaint}");
    assert!(complaint.contains("You may object at any time"), "{complaint}");
}
