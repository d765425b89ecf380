//! `init` from files to a configuration, on small files of every kind.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use proptest::prelude::*;

use super::{InitRequest, Started, start};
use crate::job::settings::Settings;
use crate::tables::spec::TableName;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("temp");
        std::fs::create_dir(dir.path().join("in")).expect("made");
        for (name, text) in files {
            std::fs::write(dir.path().join("in").join(name), text).expect("written");
        }
        Self(dir)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn start(&self, yes: bool) -> Started {
        let from = [self.path().join("in")];
        let as_of = NaiveDate::from_ymd_opt(2026, 11, 29).expect("a day");
        start(&InitRequest { dir: &self.path().join("out"), from: &from, answers: None, exports: None, yes, as_of })
            .expect("started")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path().join("out/valueseg.toml")).expect("written")
    }

    fn settings(&self) -> Settings {
        toml::from_str(&self.text()).unwrap_or_else(|error| panic!("{error}\n{}", self.text()))
    }
}

/// Rows of a CSV file, made by a rule.
fn rows(header: &str, n: usize, row: impl Fn(usize) -> String) -> String {
    let lines: Vec<String> = (1..=n).map(row).collect();
    format!("{header}\n{}\n", lines.join("\n"))
}

#[test]
fn customers_orders_and_a_survey_meet_by_their_values() {
    let crm = rows("customer_no,signup,newsletter_ok,region", 60, |i| {
        format!(
            "C{i:03},2024-01-{:02},{},{}",
            i % 28 + 1,
            if i % 2 == 0 { "yes" } else { "no" },
            ["north", "south"][i % 2]
        )
    });
    let orders = rows("order_no,client,ordered_on,total", 120, |i| {
        format!("{i},C{:03},{:02}.0{}.2026,{},50", i % 60 + 1, i % 28 + 1, i % 9 + 1, i)
    })
    .replace(",50\n", ".50\n");
    let survey = rows("client,importance_saves_time,importance_quality,sat_saves_time,sat_quality", 40, |i| {
        format!("C{i:03},{},{},{},{}", i % 5 + 1, (i + 1) % 5 + 1, (i + 2) % 5 + 1, (i + 3) % 5 + 1)
    });
    let folder = Folder::new(&[("crm.csv", &crm), ("orders.csv", &orders.replace(",50", "")), ("survey.csv", &survey)]);
    let started = folder.start(false);
    assert_eq!(started.problem, None, "{}", folder.text());
    assert_eq!(started.ready, [TableName::Customers, TableName::Ratings, TableName::Orders], "{}", folder.text());
    let settings = folder.settings();
    let ratings = settings.tables[&TableName::Ratings].as_slice();
    assert_eq!(ratings.len(), 2, "importance and fulfillment");
    assert_eq!(settings.tables[&TableName::Orders].as_slice()[0].date_format.as_deref(), Some("%d.%m.%Y"));
    assert_eq!(started.customers, Some(60));
}

#[test]
fn every_canonical_table_is_there_read_or_as_a_comment() {
    let folder =
        Folder::new(&[("people.csv", &rows("customer_id,age,visits", 30, |i| format!("{i},{},{}", 20 + i, i % 7)))]);
    folder.start(true);
    let text = folder.text();
    for table in TableName::ALL {
        let named = [format!("[tables.{}]", table.slug()), format!("# [tables.{}]", table.slug())];
        assert!(named.iter().any(|name| text.contains(name.as_str())), "{} is missing\n{text}", table.slug());
    }
    assert!(text.contains("#   needs ordered_at"), "{text}");
}

#[test]
fn an_anonymous_survey_is_read_with_a_row_for_a_person_and_says_so() {
    let survey = rows("How important is quality,How important is variety,Overall satisfaction", 40, |i| {
        format!("{},{},{}", i % 5 + 1, (i + 2) % 5 + 1, (i + 1) % 5 + 1)
    });
    let folder = Folder::new(&[("survey.csv", &survey)]);
    let started = folder.start(true);
    assert_eq!(started.problem, None, "{}", folder.text());
    assert_eq!(started.ready, [TableName::Customers, TableName::Ratings, TableName::Attitudes], "{}", folder.text());
    assert!(started.questions.iter().any(|question| question.key == "customers.all.id"), "{:?}", started.questions);
    assert_eq!(started.customers, Some(40));
}

#[test]
fn a_ticket_number_is_not_a_customer_and_each_line_of_a_question_is_where_it_says() {
    let tickets = rows("ticket_id,created_at,category,csat_score", 50, |i| {
        format!("T-{i},0{}/0{}/2026,billing,{}", i % 9 + 1, i % 8 + 1, i % 5 + 1)
    });
    let folder = Folder::new(&[("tickets.csv", &tickets)]);
    let started = folder.start(false);
    assert_eq!(started.problem, None, "{}", folder.text());
    let settings = folder.settings();
    let interactions = &settings.tables[&TableName::Interactions].as_slice()[0];
    assert_eq!(interactions.columns["customer_id"], "_row");
    let text = folder.text();
    let lines: Vec<&str> = text.lines().collect();
    let asked = started.questions.iter().find(|question| question.key == "interactions.tickets.date_format");
    let asked = asked.expect("days could be months");
    assert!(lines[asked.line - 1].starts_with("date_format"), "{}", lines[asked.line - 1]);
}

#[test]
fn lines_of_products_are_orders_and_what_a_product_is_called_is_no_feedback() {
    let names = ["small lantern with a glass door", "set of four breakfast bowls", "hanging heart of white wood"];
    let lines = rows("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID", 300, |i| {
        format!(
            "{},P{},{},{},2026-01-{:02} 10:00,2.5,{}",
            i / 3,
            i % 7,
            names[i % 3],
            i % 4 + 1,
            i % 28 + 1,
            1_000 + i % 40
        )
    });
    let folder = Folder::new(&[("lines.csv", &lines)]);
    let started = folder.start(true);
    assert_eq!(started.ready, [TableName::Customers, TableName::Orders], "{}", folder.text());
    let orders = folder.settings().tables[&TableName::Orders].as_slice()[0].query.clone().expect("SQL");
    assert!(orders.contains("Quantity") && orders.contains("UnitPrice"), "{orders}");
}

#[test]
fn payments_tell_what_orders_cost() {
    let folder = Folder::new(&[
        ("raw_customers.csv", &rows("id,first_name", 40, |i| format!("{i},N{i}"))),
        (
            "raw_orders.csv",
            &rows("id,user_id,order_date", 40, |i| format!("{i},{},2026-01-{:02}", i % 20 + 1, i % 28 + 1)),
        ),
        ("raw_payments.csv", &rows("id,order_id,amount", 60, |i| format!("{i},{},{}", i % 40 + 1, 100 * i))),
    ]);
    let started = folder.start(true);
    assert_eq!(started.problem, None, "{}", folder.text());
    let orders = folder.settings().tables[&TableName::Orders].as_slice()[0].query.clone().expect("SQL");
    assert!(orders.contains("raw_payments") && orders.contains("sum("), "{orders}");
    assert_eq!(started.customers, Some(40));
}

#[test]
fn ids_that_a_spreadsheet_changed_meet_again_and_the_reason_is_said() {
    let folder = Folder::new(&[
        ("customers.csv", &rows("customer_id,segment", 40, |i| format!("{i:06},{}", ["a", "b"][i % 2]))),
        ("survey.csv", &rows("customer_id,quality,variety", 30, |i| format!("{i},{},{}", i % 5 + 1, (i + 1) % 5 + 1))),
    ]);
    let started = folder.start(true);
    assert_eq!(started.problem, None, "{}", folder.text());
    assert!(folder.text().contains("leading zeros up to 6 digits"), "{}", folder.text());
    assert_eq!(started.customers, Some(40), "{}", folder.text());
}

#[test]
fn a_file_without_a_header_gives_nobody_away() {
    let folder = Folder::new(&[(
        "list.csv",
        &rows("1001,ann@example.org,5", 20, |i| format!("{},x{i}@example.org,{}", 1001 + i, i % 5 + 1)),
    )]);
    folder.start(true);
    assert!(
        !folder.text().contains("ann@example.org") && folder.text().contains("header = false"),
        "{}",
        folder.text()
    );
}

#[test]
fn a_known_survey_export_loses_its_further_header_lines() {
    let body = rows("x", 30, |i| format!("2026-01-01 10:00:00,R_{i},P{i},{},{}", i % 5 + 1, (i + 1) % 5 + 1));
    let body = body.strip_prefix("x\n").expect("a header");
    let text = format!(
        "RecordedDate,ResponseId,ExternalReference,Q1,Q2\nRecorded,Response,Ref,How important is it that it saves time?,How important is quality?\n\"{{\"\"ImportId\"\":\"\"a\"\"}}\",\"{{\"\"ImportId\"\":\"\"b\"\"}}\",\"{{\"\"ImportId\"\":\"\"c\"\"}}\",\"{{\"\"ImportId\"\":\"\"d\"\"}}\",\"{{\"\"ImportId\"\":\"\"e\"\"}}\"\n{body}"
    );
    let folder = Folder::new(&[("answers.csv", &text)]);
    let started = folder.start(true);
    assert_eq!(started.customers, Some(30), "{}", folder.text());
    assert!(started.ready.contains(&TableName::Ratings), "{}", folder.text());
}

/// A header or cell that somebody might hand over.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::string::string_regex("[a-z_ ]{0,12}").expect("a pattern"),
        any::<String>(),
        proptest::sample::select(vec![
            "select",
            "from",
            "'''",
            "\"\"\"",
            "]]",
            "a\nb",
            "\u{0}",
            "\u{2028}",
            "customer_id",
            "customer_id",
            "email",
            "id",
            "order_id",
            "amount",
            "date",
            "Q1",
            "{source}",
            "=\"1\"",
            "'1",
            "#",
            "\\",
            "",
            "_row",
            "_file",
            "weight",
            "saves_time",
            "1",
            "2026-01-01",
        ])
        .prop_map(str::to_owned),
    ]
}

fn hostile_file() -> impl Strategy<Value = Vec<Vec<String>>> {
    (1usize..8, 0usize..6).prop_flat_map(|(columns, rows)| {
        proptest::collection::vec(proptest::collection::vec(hostile(), columns), rows + 1)
    })
}

fn written(table: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in table {
        writer.write_record(row).expect("written");
    }
    writer.into_inner().expect("whole")
}

/// A page made of a file, without the check of a night: the check is slow, and what it leaves is a page all the same.
fn page_of(bytes: &[u8], dir: &Path) -> String {
    let file: PathBuf = dir.join("a.csv");
    std::fs::write(&file, bytes).expect("written");
    let collected = super::look::collect(&[dir.to_owned()]).expect("read");
    let mut planned = super::plan::plan(&collected.finds, &super::exports::ExportLibrary::embedded());
    super::answers::follow(&mut planned, &super::answers::Given::new(), false).expect("nothing was answered");
    let page =
        super::text::Page { dir, finds: &collected.finds, planned: &planned, skipped: &collected.skipped, gate: None };
    super::text::write(&page).text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_file_becomes_a_page_that_is_read_as_a_configuration(table in hostile_file()) {
        let dir = tempfile::tempdir().expect("temp");
        let page = page_of(&written(&table), dir.path());
        let settings = toml::from_str::<Settings>(&page);
        prop_assert!(settings.is_ok(), "{}\n{page}", settings.expect_err("wrong"));
    }

    #[test]
    fn any_bytes_become_a_page_that_is_read_as_a_configuration(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let dir = tempfile::tempdir().expect("temp");
        let page = page_of(&bytes, dir.path());
        prop_assert!(toml::from_str::<Settings>(&page).is_ok(), "{page}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "takes minutes: ten thousand header lines"]
    fn ten_thousand_header_lines_become_pages_that_are_read(header in proptest::collection::vec(hostile(), 1..40)) {
        let dir = tempfile::tempdir().expect("temp");
        let page = page_of(&written(&[header]), dir.path());
        prop_assert!(toml::from_str::<Settings>(&page).is_ok(), "{page}");
    }
}

#[test]
fn days_of_a_spreadsheet_are_asked_about_and_used_when_somebody_says_so() {
    let crm = rows("customer_no,signup", 60, |i| format!("C{i:03},2024-01-{:02}", i % 28 + 1));
    let orders = rows("order_no,customer_no,order_date,total", 120, |i| {
        format!("{i},C{:03},{},{}.50", i % 60 + 1, 46_023 + i % 300, i)
    });
    let folder = Folder::new(&[("crm.csv", &crm), ("orders.csv", &orders)]);
    let started = folder.start(false);
    assert_eq!(started.ready, [TableName::Customers], "{}", folder.text());
    // 46024 and 46143 days after 1899-12-30.
    assert!(folder.text().contains("between 2026-01-02 and 2026-05-01"), "{}", folder.text());
    let folder = Folder::new(&[("crm.csv", &crm), ("orders.csv", &orders)]);
    assert_eq!(folder.start(true).ready, [TableName::Customers, TableName::Orders], "{}", folder.text());
}

#[test]
fn a_file_without_rows_is_left_aside_with_the_reason_and_a_configuration_is_written_all_the_same() {
    for (name, text) in [("empty.csv", ""), ("marks.csv", "\n\n"), ("picture.csv", "\u{0}\u{1}\u{2}\u{0}")] {
        let folder = Folder::new(&[(name, text)]);
        let from = [folder.path().join("in").join(name)];
        let as_of = NaiveDate::from_ymd_opt(2026, 11, 29).expect("a day");
        let dir = folder.path().join("out");
        let request = InitRequest { dir: &dir, from: &from, answers: None, exports: None, yes: false, as_of };
        let started = start(&request).expect("written");
        assert!(started.problem.is_some() && started.ready.is_empty(), "{name}");
        assert!(folder.settings().tables.is_empty(), "{name}: {}", folder.text());
    }
}
