//! Bad input is a clear error or a counted reject; never a panic, never a half-written night.

use std::fs;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array as _, ArrayRef, BinaryArray, BooleanArray, RecordBatch, StringArray, StructArray,
};
use datafusion::arrow::datatypes::{DataType, Field};
use parquet::arrow::ArrowWriter;
use valueseg::tables::read::all_rows;

use crate::shop::Shop;

/// Runs the night and expects a refusal: the exit code, the words it must say, and no night.
fn refused(shop: &Shop, code: i32, words: &[&str]) {
    let said = shop.night();
    assert_eq!(said.code, code, "{}", said.stderr);
    for word in words {
        assert!(said.stderr.contains(word), "`{word}` is missing in:\n{}", said.stderr);
    }
    assert!(said.stderr.contains("E0"), "no code in:\n{}", said.stderr);
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    assert!(shop.has_no_night());
}

/// Runs the night and expects it published with `count` rejects of `code`.
fn counted(shop: &Shop, code: &str, count: u64) {
    let said = shop.night();
    assert_eq!(said.code, 0, "{}", said.stderr);
    let quality = shop.say(&["check", "--deep", "--as-of", "2026-11-20", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&quality.stdout).expect("one JSON document");
    let faults = json["faults"].as_array().expect("faults");
    let found: u64 =
        faults.iter().filter(|fault| fault["code"] == code).filter_map(|fault| fault["count"].as_u64()).sum();
    assert_eq!(found, count, "{}", quality.stdout);
}

#[test]
fn a_wrong_column_is_refused_with_the_nearest_right_one() {
    let shop = Shop::new(60);
    shop.edit("valueseg.toml", "saves_time = \"q_time\"", "saves_time = \"q_tme\"");
    refused(&shop, 3, &["q_tme", "q_time"]);
}

#[test]
fn an_unknown_element_is_refused_with_the_nearest_right_one() {
    let shop = Shop::new(60);
    shop.edit("valueseg.toml", "saves_time = ", "save_time = ");
    refused(&shop, 2, &["save_time", "saves_time"]);
}

#[test]
fn an_unknown_key_is_refused_with_line_and_the_nearest_right_one() {
    let shop = Shop::new(60);
    shop.edit("valueseg.toml", "min_respondents", "min_respondent");
    refused(&shop, 2, &["min_respondent", "did you mean `min_respondents`?"]);
}

#[test]
fn an_answer_off_its_scale_is_counted_and_the_rest_of_the_night_stands() {
    let shop = Shop::new(200);
    shop.edit("in/survey.csv", "K00003,2026-10-04,", "K00003,2026-10-04,9");
    counted(&shop, "R0104", 1);
}

#[test]
fn a_text_where_a_number_belongs_is_counted() {
    let shop = Shop::new(200);
    shop.edit("in/survey.csv", "K00003,2026-10-04,", "K00003,2026-10-04,x");
    counted(&shop, "R0102", 1);
}

#[test]
fn not_a_number_never_enters() {
    let shop = Shop::new(200);
    let text = shop.read("in/survey.csv");
    let line = text.lines().nth(4).expect("a line").to_owned();
    let mut cells: Vec<&str> = line.split(',').collect();
    cells[2] = "NaN";
    shop.edit("in/survey.csv", &line, &cells.join(","));
    counted(&shop, "R0111", 1);
}

#[test]
fn a_customer_twice_with_different_facts_is_rejected_and_counted() {
    let shop = Shop::new(200);
    let text = shop.read("in/customers.csv");
    shop.write("in/customers.csv", format!("{text}K00005,yes,yes,DE\n"));
    counted(&shop, "R0112", 2);
}

#[test]
fn an_empty_file_is_refused_by_name() {
    let shop = Shop::new(60);
    shop.write("in/survey.csv", "");
    refused(&shop, 3, &["survey.csv", "empty"]);
}

#[test]
fn a_workbook_named_csv_is_called_what_it_is() {
    let shop = Shop::new(60);
    shop.write("in/survey.csv", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00");
    refused(&shop, 3, &["survey.csv", "Excel"]);
}

#[test]
fn a_truncated_parquet_file_is_refused_by_name() {
    let shop = Shop::new(60);
    let demo = Shop::new(1);
    let made = demo.say(&["demo", demo.path().join("d").to_str().expect("UTF-8"), "--customers", "300", "--quiet"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let whole = fs::read(demo.path().join("d/in/customers.parquet")).expect("made by the demo");
    shop.write("in/customers.parquet", &whole[..whole.len() / 2]);
    shop.edit("valueseg.toml", "in/customers.csv", "in/customers.parquet");
    refused(&shop, 3, &["customers.parquet"]);
}

#[test]
fn a_cut_off_last_line_is_one_counted_reject() {
    let shop = Shop::new(200);
    let text = shop.read("in/survey.csv");
    shop.write("in/survey.csv", &text[..text.len() - 8]);
    counted(&shop, "R0121", 1);
}

#[test]
fn too_many_rejects_hold_the_night() {
    let shop = Shop::new(100);
    let text = shop.read("in/customers.csv");
    shop.write("in/customers.csv", text.replace("K0000", ""));
    shop.edit("valueseg.toml", "max_rejected_share = 0.05", "max_rejected_share = 0.0");
    let broken = shop.read("in/customers.csv") + ",yes,no,FR\n";
    shop.write("in/customers.csv", broken);
    let said = shop.night();
    assert_eq!(said.code, 4, "{}", said.stderr);
    assert!(shop.has_no_night());
}

#[test]
fn there_is_nothing_to_read_where_no_file_matches() {
    let shop = Shop::new(60);
    shop.edit("valueseg.toml", "in/survey*.csv", "in/surveys/*.csv");
    refused(&shop, 3, &["surveys"]);
}

#[test]
fn a_missing_configuration_says_how_to_make_one() {
    let shop = Shop::new(1);
    fs::remove_file(shop.path().join("valueseg.toml")).expect("removed");
    refused(&shop, 2, &["valueseg init"]);
}

#[test]
fn a_quote_that_is_never_closed_is_refused_with_its_line_and_swallows_nobody() {
    let shop = Shop::new(200);
    shop.edit("in/customers.csv", "K00005,yes,yes,FR", "K00005,yes,yes,\"FR");
    refused(&shop, 3, &["E0312", "in/customers.csv, line 7", "never closed"]);
    let last = Shop::new(200);
    last.edit("in/customers.csv", "K00199,yes,yes,FR\n", "K00199,yes,yes,\"FR");
    refused(&last, 3, &["E0312", "line 201"]);
    // What is swallowed is no text either: it must not pass as one bad row.
    let garbled = Shop::new(200);
    let customers = garbled.read("in/customers.csv").replace("K00005,yes,yes,FR", "K00005,yes,yes,\"FR");
    let customers = customers.replace("K00100,yes,yes,FR", "K00100,yes,yes,F\u{e4}");
    garbled.write("in/customers.csv", customers.chars().map(|c| c as u8).collect::<Vec<u8>>());
    refused(&garbled, 3, &["E0312", "line 7"]);
    let closed = Shop::new(200);
    closed.edit("in/customers.csv", "K00005,yes,yes,FR", "K00005,yes,yes,\"FR\nfurther\"");
    assert_eq!(closed.night().code, 0, "a line break inside a closed quote is text");
}

/// Row number and code of what was rejected of the customers file.
fn rejects(shop: &Shop) -> Vec<(u64, String)> {
    let rows = all_rows(&shop.path().join("out/latest/rejected/rows.parquet")).expect("a table");
    let place = |row: &serde_json::Map<String, serde_json::Value>| {
        Some((row["row_number"].as_u64()?, row["code"].as_str()?.to_owned()))
    };
    rows.iter().filter(|row| row["source"] == "customers").filter_map(place).collect()
}

#[test]
fn rejects_are_told_by_the_line_they_begin_on_whatever_ends_a_line() {
    for end in ["\n", "\r\n", "\r"] {
        let shop = Shop::new(200);
        shop.edit("valueseg.toml", "max_rejected_share = 0.05", "max_rejected_share = 0.5");
        let text = shop.read("in/customers.csv");
        // Line 3 lacks fields, line 5 begins a record of three lines, line 9 is a formula nobody has worked out.
        let lines: Vec<String> = text
            .lines()
            .enumerate()
            .map(|(i, line)| match i + 1 {
                3 => "K00001".to_owned(),
                5 => "#DIV/0!,yes,yes,\"F\nR\nA\"".to_owned(),
                6 => String::new(),
                7 => "=A1,yes,yes,FR".to_owned(),
                _ => line.to_owned(),
            })
            .collect();
        shop.write("in/customers.csv", lines.join("\n").replace('\n', end));
        let said = shop.night();
        assert_eq!(said.code, 0, "{end:?}: {}", said.stderr);
        let wanted = [(3, "R0121"), (5, "R0114"), (9, "R0113")].map(|(row, code)| (row, code.to_owned()));
        assert_eq!(rejects(&shop), wanted, "{end:?}");
    }
}

#[test]
fn a_line_of_headings_that_comes_again_with_a_mark_before_it_is_nobody() {
    let shop = Shop::new(200);
    shop.edit("valueseg.toml", "max_rejected_share = 0.05", "max_rejected_share = 0.5");
    let text = shop.read("in/customers.csv");
    let head = text.lines().next().expect("a line");
    shop.write(
        "in/customers.csv",
        format!("{text}{head}\n\u{FEFF}{head}\n#REF!,yes,yes,FR\n\"=\"\"00005\"\"\",yes,yes,FR\n"),
    );
    let said = shop.night();
    assert_eq!(said.code, 0, "{}", said.stderr);
    let found = rejects(&shop);
    assert!(found.contains(&(202, "R0115".to_owned())) && found.contains(&(203, "R0115".to_owned())), "{found:?}");
    assert!(found.contains(&(204, "R0114".to_owned())), "{found:?}");
    let quality = all_rows(&shop.path().join("out/latest/tables/quality.parquet")).expect("a table");
    let says = |text: &str| text.contains("text of a spreadsheet, =\"99\" (1 of them)");
    assert!(quality.iter().any(|row| row["message"].as_str().is_some_and(says)), "{quality:?}");
    assert_eq!(customers_in(&shop), 201, "the id that a spreadsheet was to take as text is that text");
}

#[test]
fn names_of_columns_in_another_encoding_are_not_called_an_empty_file() {
    let shop = Shop::new(60);
    let customers = shop.read("in/customers.csv").replacen("country", "l\u{e4}nder", 1);
    shop.write("in/customers.csv", customers.chars().map(|c| c as u8).collect::<Vec<u8>>());
    refused(&shop, 3, &["E0313", "encoding"]);
}

/// Customers as a Parquet file with one further column.
fn customers_with(shop: &Shop, name: &str, column: ArrayRef) {
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values((0..column.len()).map(|i| format!("K{i:05}"))));
    let yes: ArrayRef = Arc::new(BooleanArray::from(vec![true; column.len()]));
    let columns = [("customer_id", ids), ("consent_profiling", yes), (name, column)];
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    shop.write("in/customers.parquet", bytes);
    shop.edit("valueseg.toml", "in/customers.csv", "in/customers.parquet");
}

fn customers_in(shop: &Shop) -> usize {
    let rows = all_rows(&shop.path().join("out/latest/tables/customers.parquet")).expect("a table");
    rows.iter().filter(|row| row["suppressed_reason"].is_null()).count()
}

#[test]
fn whoever_objects_in_bytes_that_are_no_text_is_not_scored() {
    let shop = Shop::new(200);
    let cells = (0..200).map(|i| if i < 40 { &b"\xFF\xFE"[..] } else { b"no" });
    customers_with(&shop, "objection_marketing", Arc::new(BinaryArray::from_iter_values(cells)));
    assert_eq!(shop.night().code, 0);
    assert_eq!(customers_in(&shop), 160, "whoever cannot be understood is protected");
}

#[test]
fn an_objection_that_is_nested_is_refused_rather_than_overlooked() {
    let shop = Shop::new(60);
    let inner: ArrayRef = Arc::new(BooleanArray::from(vec![true; 60]));
    let nested = StructArray::from(vec![(Arc::new(Field::new("said", DataType::Boolean, true)), inner)]);
    customers_with(&shop, "objection_marketing", Arc::new(nested));
    refused(&shop, 2, &["E0326", "objection_marketing", "nested"]);
}
