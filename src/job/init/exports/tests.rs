//! Every shipped export against its made-up sample: who is recognized, what is mapped, and that a night reads it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Combined, ExportLibrary, IdChoice, Recognized, combine, recognize};
use crate::catalogue::Catalogue;
use crate::job::init::mapped::SOURCE_MARK;
use crate::tables::intake::{self, IntakeRequest};
use crate::tables::ledger::TableLedger;
use crate::tables::peek::{Peek, peek};
use crate::tables::spec::{OneOrMany, SourceSpec, TableName, TableSpec, TableSpecs, WideSpec};

#[derive(Default, Serialize, Deserialize)]
struct Config {
    sources: BTreeMap<String, SourceSpec>,
    tables: BTreeMap<TableName, TableSpecs>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/exports").join(name)
}

fn sample(key: &str) -> PathBuf {
    let csv = folder("samples").join(format!("{key}.csv"));
    if csv.is_file() { csv } else { csv.with_extension("jsonl") }
}

fn look(key: &str) -> Recognized {
    let seen = peek(&sample(key)).unwrap_or_else(|error| panic!("{key}: {error}"));
    let found = recognize(&seen, SOURCE_MARK, &ExportLibrary::embedded());
    found.unwrap_or_else(|| panic!("the sample of {key} is not recognized")).named(key)
}

/// The configuration of these exports together, answers taken for ratings of two elements.
fn configuration(found: &[Recognized], combined: &Combined) -> Config {
    let mut tables: BTreeMap<TableName, Vec<TableSpec>> = BTreeMap::new();
    for mapped in combined.tables.iter().map(|made| &made.mapped) {
        tables.entry(mapped.table).or_default().push(mapped.spec.clone());
    }
    for (one, answers) in found.iter().zip(&combined.answers) {
        let Some(answers) = answers else { continue };
        let columns = ["saves_time", "quality"].into_iter().map(str::to_owned).zip(one.answer_columns.iter().cloned());
        let wide = WideSpec { scale: Some([1.0, 5.0]), elements: columns.collect(), ..WideSpec::default() };
        tables.entry(TableName::Ratings).or_default().push(answers.table(wide, None));
    }
    let source = |one: &Recognized| {
        let file = sample(&one.key).file_name().expect("a name").to_string_lossy().into_owned();
        SourceSpec { files: OneOrMany(vec![file]), format: None, csv: None }
    };
    Config {
        sources: found.iter().map(|one| (one.key.clone(), source(one))).collect(),
        tables: tables.into_iter().map(|(table, specs)| (table, OneOrMany(specs))).collect(),
    }
}

fn night(config: &Config) -> Vec<TableLedger> {
    let scratch = tempfile::tempdir().expect("temp");
    let (catalogue, base) = (Catalogue::embedded(), folder("samples"));
    let mut tables = config.tables.clone();
    if tables.len() == 1 {
        // A night needs something to score, which a list of people is not.
        let people = tables[&TableName::Customers].as_slice()[0].query.clone().expect("a query");
        let query = Some(format!("select \"customer_id\", 1.0 as \"one\" from ({people})"));
        tables.insert(TableName::Signals, OneOrMany(vec![TableSpec { query, ..TableSpec::default() }]));
    }
    let request = IntakeRequest {
        base_dir: &base,
        sources: &config.sources,
        tables: &tables,
        catalogue: &catalogue,
        as_of: NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day"),
        language: "en",
        currency: "EUR",
        max_single_customer_share: 0.05,
        min_mentioners: 100,
        timezone: chrono_tz::UTC,
        scratch: scratch.path(),
        memory_limit: 1 << 30,
        query_time: None,
        threads: 1,
        forgotten: None,
        progress: &|_| (),
    };
    match intake::run(&request) {
        Ok(intake) => intake.ledger().tables.clone(),
        Err(error) => panic!("{error}\n{}", toml::to_string_pretty(config).expect("plain data")),
    }
}

/// An export with those it speaks of.
fn with_companions(key: &str) -> Vec<Recognized> {
    let first = look(key);
    let throughs =
        first.fingerprint.ids.iter().filter_map(|id| id.through.as_ref().map(|through| through.export.clone()));
    let mut others: Vec<String> =
        first.fingerprint.tables.iter().filter_map(|table| table.with.clone()).chain(throughs).collect();
    others.sort();
    others.dedup();
    std::iter::once(first).chain(others.iter().map(|key| look(key))).collect()
}

#[test]
fn every_sample_is_recognized_as_the_export_it_follows_and_as_no_other() {
    for (key, _) in ExportLibrary::embedded().iter() {
        assert_eq!(look(key).key, key);
    }
}

/// With `UPDATE_GOLDENS` set the files are written instead; read the difference before it is committed.
#[test]
fn every_export_gets_its_golden_configuration_and_a_night_reads_every_row_of_it() {
    let mut wrong = Vec::new();
    for (key, _) in ExportLibrary::embedded().iter() {
        let found = with_companions(key);
        let combined = combine(&found, IdChoice::Auto);
        let config = configuration(&found, &combined);
        let mut text = String::new();
        if config.tables.is_empty() {
            let note = found[0].note.as_deref();
            writeln!(text, "# nothing by itself: {}", note.expect("says why")).expect("text");
        } else {
            for table in night(&config).iter().filter(|table| config.tables.contains_key(&table.table)) {
                writeln!(text, "# {}: {} rows", table.table.slug(), table.accepted).expect("text");
                if table.lost() + table.bad_cells > 0 || table.accepted == 0 {
                    wrong.push(format!("{key}: {table:?}"));
                }
            }
        }
        for mapped in combined.tables.iter().map(|made| &made.mapped) {
            writeln!(text, "# {}: {}", mapped.table.slug(), mapped.reason).expect("text");
        }
        text.push_str(&toml::to_string_pretty(&config).expect("plain data"));
        assert!(toml::from_str::<Config>(&text).is_ok(), "{key} does not load");
        let golden = folder("goldens").join(format!("{key}.toml"));
        if std::env::var_os("UPDATE_GOLDENS").is_some() {
            std::fs::write(&golden, &text).expect("writes");
        }
        if std::fs::read_to_string(&golden).unwrap_or_default() != text {
            wrong.push(format!("{key} is not as its golden:\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn exports_of_several_vendors_meet_by_address_and_one_vendor_keeps_its_own_ids() {
    let four = ["shopify_orders", "klaviyo_profiles", "qualtrics", "zendesk_tickets"].map(look);
    let combined = combine(&four, IdChoice::Auto);
    assert!(combined.by_address);
    let ledger = night(&configuration(&four, &combined));
    let accepted = |table: TableName| ledger.iter().find(|one| one.table == table).map(|one| one.accepted);
    // The twelve invented people of all samples bear the same addresses in each, in other letters here and there.
    assert_eq!(accepted(TableName::Customers), Some(12));
    assert_eq!(accepted(TableName::Ratings), Some(11), "two without an address, one preview");
    assert!(ledger.iter().all(|one| one.lost() == 0), "{ledger:?}");
    let shop = ["shopify_warehouse_order", "shopify_warehouse_customer"].map(look);
    let combined = combine(&shop, IdChoice::Auto);
    assert!(!combined.by_address);
    let orders =
        combined.tables.iter().map(|made| &made.mapped).find(|one| one.table == TableName::Orders).expect("orders");
    assert!(orders.spec.query.as_ref().expect("a query").contains("\"customer_id\" as varchar"), "{orders:?}");
}

#[test]
fn an_address_that_another_export_of_the_vendor_holds_is_looked_up_there() {
    let found = ["zendesk_warehouse_ticket", "zendesk_warehouse_user", "shopify_orders"].map(look);
    let combined = combine(&found, IdChoice::Auto);
    assert!(combined.by_address);
    let ledger = night(&configuration(&found, &combined));
    let of = |table: TableName| ledger.iter().find(|one| one.table == table).expect("mapped");
    assert_eq!(of(TableName::Customers).accepted, 9, "nine end users, eight of whom bought");
    assert_eq!((of(TableName::Interactions).accepted, of(TableName::Interactions).rejected), (12, 0));
}

#[test]
fn visitors_under_an_id_of_their_own_are_no_customers_of_a_shop() {
    let shop = ["shopify_warehouse_customer", "ga4_events"].map(look);
    let query =
        |found: &[Recognized]| combine(found, IdChoice::Auto).tables[0].mapped.spec.query.clone().expect("a query");
    assert!(!query(&shop).contains("ga4_events"));
    assert!(query(&shop[1..]).contains("ga4_events"), "unless nobody else is known");
}

#[test]
fn any_column_of_the_file_can_be_made_the_id() {
    let survey = look("surveymonkey");
    assert_eq!(survey.ids, ["Custom Data 1", "Respondent ID"], "nobody left an address");
    let by_answer = survey.with_id("What else?", false).expect("there");
    assert!(
        by_answer.answers().expect("answers").query.contains("trim(cast(\"What else?\" as varchar)) as \"_customer\"")
    );
    assert!(!by_answer.answer_columns.contains(&"What else?".to_owned()));
    assert_eq!(survey.with_id("Nowhere", false), None);
    let shop = look("shopify_customers").with_id("customer_id", false).expect("there");
    let people = shop.tables[0].spec.query.clone().expect("a query");
    assert!(people.contains("ltrim(trim(cast(\"Customer ID\" as varchar)), '''')"), "{people}");
}

/// A look at a file with these columns, each with its first cell.
fn made(columns: &[(&str, &str)]) -> Peek {
    let folder = tempfile::tempdir().expect("temp");
    let path = folder.path().join("file.csv");
    let mut writer = csv::Writer::from_path(&path).expect("creates");
    writer.write_record(columns.iter().map(|(name, _)| name)).expect("writes");
    writer.write_record(columns.iter().map(|(_, cell)| cell)).expect("writes");
    writer.flush().expect("writes");
    peek(&path).expect("a CSV file")
}

#[test]
fn what_lacks_a_column_or_looks_otherwise_is_not_recognized() {
    let library = ExportLibrary::embedded();
    let known = |columns: &[(&str, &str)]| recognize(&made(columns), "s", &library).map(|one| one.key);
    let jaffle = [("id", "1"), ("first_name", "a"), ("last_name", "b")];
    assert_eq!(known(&jaffle).as_deref(), Some("jaffle_customers"));
    assert_eq!(known(&[&jaffle[..], &[("shoe_size", "38")]].concat()), None, "a raw table has nothing else");
    let till = [("Timestamp", "2026/10/01 1:00:00 PM GMT+2"), ("Amount", "3")];
    assert_eq!(known(&till), None, "a time is no form");
    let answers = ["StartDate", "EndDate", "Status", "RecordedDate", "ResponseId"];
    assert_eq!(known(&answers.map(|name| (name, "R_1abc"))).as_deref(), Some("qualtrics"));
    assert_eq!(known(&answers.map(|name| (name, "17"))), None, "ids are of another kind");
    assert_eq!(known(&answers[1..].iter().map(|name| (*name, "R_1abc")).collect::<Vec<_>>()), None);
}

#[test]
fn columns_that_are_not_there_are_left_out_of_the_mapping() {
    let columns = ["Name", "Email", "Financial Status", "Created at", "Total", "Lineitem quantity", "Lineitem name"];
    let seen = made(&columns.map(|name| (name, "x")));
    let found = recognize(&seen, SOURCE_MARK, &ExportLibrary::embedded()).expect("recognized");
    assert_eq!((found.key.as_str(), found.tables.len()), ("shopify_orders", 1));
    let query = found.tables[0].spec.query.as_ref().expect("a query");
    assert!(query.contains("\"Total\" as \"amount\"") && query.contains("from {source}"), "{query}");
    assert!(!query.contains("discount") && !query.contains("Cancelled"), "{query}");
}
