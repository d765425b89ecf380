//! Thin evidence still gives a night: one group with its figures, and what would bring more.

use std::fmt::Write as _;

use serde_json::Value;

use crate::shop::Shop;

/// Customers of the thin shops.
const CUSTOMERS: usize = 200;

/// Customers alone, half of whom agreed to mail.
fn shop(sources: &str, customers: usize) -> Shop {
    let shop = Shop::new(customers);
    let mut lines = "customer_id,signup_date,consent_profiling,consent_email\n".to_owned();
    for i in 0..customers {
        let _ = writeln!(lines, "K{i:05},2025-0{}-11,yes,{}", 1 + i % 9, if i % 2 == 0 { "yes" } else { "no" });
    }
    shop.write("in/customers.csv", lines);
    let config = "[project]\nname = \"Thin\"\ntimezone = \"UTC\"\ncurrency = \"EUR\"\n[sources.crm]\nfiles = \
                  \"in/customers.csv\"\n[tables.customers]\nsource = \"crm\"\n";
    shop.write("valueseg.toml", format!("{config}{sources}"));
    shop
}

/// A file of one line per customer, made by `cells`.
fn sheet(shop: &Shop, name: &str, head: &str, customers: usize, cells: impl Fn(usize) -> String) {
    let mut lines = format!("customer_id,{head}\n");
    for i in 0..customers {
        let _ = writeln!(lines, "K{i:05},{}", cells(i));
    }
    shop.write(name, lines);
}

/// Runs the night, expects one group named “Everybody”, and gives `summary.json`.
fn one_night(shop: &Shop) -> Value {
    let said = shop.night();
    assert_eq!(said.code, 0, "{}", said.stderr);
    let summary: Value = serde_json::from_str(&shop.read("out/latest/summary.json")).expect("JSON");
    let groups = summary["groups"].as_array().expect("groups");
    assert_eq!(groups.len(), 1, "{summary:#}");
    assert_eq!(groups[0]["name"], "Everybody");
    assert_eq!(groups[0]["size"], summary["customers"]["scored"], "everybody is in it");
    let report = shop.read("out/latest/report.html");
    assert!(report.contains("Everybody") && !report.contains("NaN"), "the report speaks of it");
    summary
}

fn limits(summary: &Value) -> String {
    let limits = summary["limits"].as_array().expect("limits");
    limits.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | ")
}

/// Everything that reads a night reads one of one group.
fn reads(shop: &Shop) {
    for arguments in [&["segments", "list"][..], &["explain", "customer", "K00001"], &["verify"]] {
        let said = shop.say(arguments);
        assert!(!said.stderr.contains("panicked"), "{arguments:?}: {}", said.stderr);
        assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.stdout, said.stderr);
    }
}

#[test]
fn customers_with_consents_alone_are_one_group_with_its_reach() {
    let shop = shop("", CUSTOMERS);
    let summary = one_night(&shop);
    assert!(summary["groups"][0]["reach"].as_u64().is_some_and(|reach| reach > 50), "{summary:#}");
    let said = limits(&summary);
    assert!(said.contains("Nobody rated an element of value.") && said.contains("What would bring segments"), "{said}");
    reads(&shop);
}

#[test]
fn ratings_of_two_elements_are_told_as_they_are() {
    let survey = "[sources.survey]\nfiles = \"in/two.csv\"\n[tables.ratings]\nsource = \"survey\"\nwide = { id = \
                  \"customer_id\", aspect = \"importance\", scale = [1, 5], elements = { quality = \"a\", saves_time = \
                  \"b\" } }\n";
    let shop = shop(survey, CUSTOMERS);
    sheet(&shop, "in/two.csv", "a,b", CUSTOMERS, |i| format!("{},{}", 1 + i % 5, 1 + i % 3));
    let said = limits(&one_night(&shop));
    assert!(said.contains("200 customers rated fewer than 3 elements"), "{said}");
    reads(&shop);
}

#[test]
fn one_element_is_enough_for_a_night() {
    let survey = "[sources.survey]\nfiles = \"in/one.csv\"\n[tables.ratings]\nsource = \"survey\"\nwide = { id = \
                  \"customer_id\", aspect = \"fulfillment\", scale = [1, 5], elements = { quality = \"a\" } }\n";
    let shop = shop(survey, CUSTOMERS);
    sheet(&shop, "in/one.csv", "a", CUSTOMERS, |i| (1 + i % 5).to_string());
    let said = limits(&one_night(&shop));
    assert!(said.contains("200 customers rated fewer than 3 elements"), "{said}");
}

#[test]
fn an_export_of_recommendations_alone_gives_a_net_promoter_score() {
    let nps = "[sources.nps]\nfiles = \"in/nps.csv\"\n[tables.attitudes]\nsource = \"nps\"\nwide = { id = \"customer_id\", \
               questions = { recommend = \"score\" } }\n";
    let shop = shop(nps, CUSTOMERS);
    sheet(&shop, "in/nps.csv", "score", CUSTOMERS, |i| if i % 4 == 0 { "3" } else { "10" }.to_owned());
    let said = limits(&one_night(&shop));
    assert!(!said.contains("there is no Net Promoter Score"), "{said}");
    reads(&shop);
}

#[test]
fn own_signals_alone_say_that_nothing_is_known_about_them() {
    let base = "[sources.base]\nfiles = \"in/base.csv\"\n[tables.signals]\nsource = \"base\"\ncolumns = { customer_id = \
                \"customer_id\", visits = \"visits\", spend = \"spend\" }\n";
    let shop = shop(base, CUSTOMERS);
    sheet(&shop, "in/base.csv", "visits,spend", CUSTOMERS, |i| format!("{},{}", i % 17, (i * 37) % 501));
    let said = limits(&one_night(&shop));
    assert!(said.contains("Signals of your own (`own_…`): 2."), "{said}");
    reads(&shop);
}

#[test]
fn orders_alone_give_a_night_with_the_value_of_customers() {
    let orders = "[sources.shop]\nfiles = \"in/orders.csv\"\n[tables.orders]\nsource = \"shop\"\n";
    let shop = shop(orders, CUSTOMERS);
    sheet(&shop, "in/orders.csv", "ordered_at,amount", CUSTOMERS, |i| {
        format!("2026-0{}-1{},{}.50", 1 + i % 9, i % 9, 10 + (i * 7) % 90)
    });
    let said = shop.night();
    assert_eq!(said.code, 0, "{}", said.stderr);
    let summary: Value = serde_json::from_str(&shop.read("out/latest/summary.json")).expect("JSON");
    assert!(!limits(&summary).contains("No orders are known"), "{summary:#}");
    reads(&shop);
}

#[test]
fn a_single_customer_is_a_night_without_figures() {
    let shop = shop("", 1);
    let summary = one_night(&shop);
    assert_eq!(summary["groups"][0]["suppressed"], true);
}

#[test]
fn everybody_answering_the_same_is_said_and_gives_one_group() {
    let asked = ["quality", "saves_time", "informs", "variety", "simplifies", "rewards_me"];
    let elements: Vec<String> = asked.iter().map(|element| format!("{element} = \"{element}\"")).collect();
    let survey = format!(
        "[sources.survey]\nfiles = \"in/same.csv\"\n[tables.ratings]\nsource = \"survey\"\nwide = {{ id = \"customer_id\", \
         aspect = \"importance\", scale = [1, 5], elements = {{ {} }} }}\n",
        elements.join(", ")
    );
    let shop = shop(&survey, CUSTOMERS);
    sheet(&shop, "in/same.csv", &asked.join(","), CUSTOMERS, |_| ["4"; 6].join(","));
    let said = limits(&one_night(&shop));
    assert!(said.contains("Ratings to which everybody gave the same answer, which tell nobody apart: 6."), "{said}");
    assert!(said.contains("200 of 200 respondents gave the same answer to everything"), "{said}");
}

#[test]
fn segments_take_the_place_of_everybody_as_soon_as_there_is_evidence() {
    let shop = Shop::new(CUSTOMERS);
    let whole = shop.read("valueseg.toml");
    let tables =
        whole.find("[tables.ratings]").or_else(|| whole.find("[[tables.ratings]]")).expect("ratings are mapped");
    let rest = whole[tables + 3..].find("\n[").map_or("", |at| &whole[tables + 3 + at..]);
    shop.write("valueseg.toml", format!("{}{rest}", &whole[..tables]));
    let said = shop.say(&["run", "--as-of", "2026-11-19"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    shop.write("valueseg.toml", &whole);
    let said = shop.night();
    assert_eq!(said.code, 0, "{}", said.stderr);
    let summary: Value = serde_json::from_str(&shop.read("out/latest/summary.json")).expect("JSON");
    assert!(summary["groups"].as_array().is_some_and(|groups| groups.len() > 1), "{summary:#}");
    let report = shop.read("out/latest/report/appendix.html");
    assert!(report.contains("Up to the night before everybody was one group"), "the change is said");
}
