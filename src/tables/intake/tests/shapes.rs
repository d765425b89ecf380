//! Text files and folders in the shapes that tools leave behind.

use datafusion::arrow::array::{Float64Array, StringArray};

use super::fixture::{Base, arc, block, ratings};
use crate::codes::{Code, Coded as _};
use crate::model::rows::Aspect::Fulfillment;
use crate::tables::ledger::RejectCode;
use crate::tables::spec::TableName;

fn base(files: &str, more: &str) -> Base {
    Base::new(&format!(
        "[sources.s]\nfiles = \"{files}\"\n{more}\n[tables.customers]\nsource = \"s\"\ncolumns = {{ customer_id = \"no\" }}\n\
         [tables.ratings]\nsource = \"s\"\nwide = {{ id = \"no\", elements = {{ quality = \"Q1\" }} }}"
    ))
}

#[test]
fn a_line_that_names_the_separator_is_no_header_and_lines_are_counted_with_it() {
    for (text, more) in [
        ("sep=;\r\nno;Q1\r\na;7\r\nb;x;y\r\n", ""),
        ("sep=;\nno;Q1\na;7\nb;x;y\n", "csv = { delimiter = \";\" }"),
        ("\u{FEFF}\"sep=;\"\nno;Q1\na;7\nb;x;y\n", ""),
        ("SEP=\t\nno\tQ1\na\t7\nb\tx\ty\n", ""),
    ] {
        let run = base("s.csv", more).file("s.csv", text).intake();
        assert_eq!(ratings(&block(&run), Fulfillment, "quality"), [Some(7.0)], "{text}");
        let error = base("s.csv", more).file("s.csv", text.replace('x', "\"x")).error();
        assert!(error.to_string().contains("line 4"), "{error}");
    }
    let plain = base("s.csv", "").file("s.csv", "sep=x,no,Q1\n1,a,7\n").intake();
    assert_eq!(block(&plain).ids, ["a"]);
}

#[test]
fn several_lines_of_headings_are_rejected_and_the_rest_is_read() {
    let qualtrics = "no,Q1\nYour number,\"How is it,\nall in all?\"\n\"{\"\"ImportId\"\":\"\"no\"\"}\",\"{\"\"ImportId\"\":\"\"QID1\"\"}\"\na,7\n";
    let twice = "no,Q1\na,7\nno,Q1\n";
    for (text, n) in [(qualtrics, 2), (twice, 1)] {
        let run = base("s.csv", "").file("s.csv", text).intake();
        assert_eq!(block(&run).ids, ["a"]);
        let ledger = run.ledger().table(TableName::Ratings).expect("there");
        let headings = ledger.faults.iter().find(|fault| fault.code == RejectCode::HeaderRepeated).expect("rejected");
        assert_eq!((headings.count, ledger.rejected, ledger.lost()), (n, n, 0));
    }
}

#[test]
fn a_name_that_two_columns_have_is_refused_only_where_it_is_asked_for() {
    let text = "no,Q1,Remark,Remark\na,7,x,y\n";
    let run = base("s.csv", "").file("s.csv", text).intake();
    assert_eq!(block(&run).ids, ["a"]);
    assert!(run.ledger().notes.iter().any(|note| note.text.contains("columns 3 and 4")));
    let asked = |column: &str| {
        let customers = format!("columns = {{ customer_id = \"no\", remark = \"{column}\" }}");
        let config = format!(
            "[sources.s]\nfiles = \"s.csv\"\n[tables.customers]\nsource = \"s\"\n{customers}\n[tables.ratings]\nsource = \"s\"\n\
             wide = {{ id = \"no\", elements = {{ quality = \"Q1\" }} }}"
        );
        Base::new(&config).file("s.csv", text)
    };
    assert_eq!(asked("Remark").error().code(), Code::DoubleHeader);
    assert!(asked("Remark").error().to_do().contains("`column_4`"));
    assert_eq!(asked("column_4").intake().descriptor_columns(), ["remark"]);
    // Not asked for, but it would be read: its absence must not pass for an answer.
    let consent = "no,Q1,minor,minor\na,7,yes,no\n";
    assert_eq!(base("s.csv", "").file("s.csv", consent).error().code(), Code::DoubleHeader);
}

#[test]
fn a_name_on_two_lines_is_found_as_it_stands_and_on_one_line() {
    for name in ["How is it? [overall]", "How is it?\\n[overall]"] {
        let config = format!(
            "[sources.s]\nfiles = \"s.csv\"\n[tables.customers]\nsource = \"s\"\ncolumns = {{ customer_id = \"no\" }}\n\
             [tables.ratings]\nsource = \"s\"\nwide = {{ id = \"no\", elements = {{ quality = \"{name}\" }} }}"
        );
        let run = Base::new(&config).file("s.csv", "no,\"How is it?\r\n [overall]\"\na,7\n").intake();
        assert_eq!(ratings(&block(&run), Fulfillment, "quality"), [Some(7.0)]);
    }
}

#[test]
fn files_without_rows_are_days_on_which_nothing_happened() {
    let none: Vec<&str> = Vec::new();
    let run = base("in", "").file("in/a.csv", "no,Q1\n").file("in/b.csv", "no,Q1\na,7\n").intake();
    assert_eq!(block(&run).ids, ["a"]);
    let empty = vec![("no", arc(StringArray::from(none))), ("Q1", arc(Float64Array::from(Vec::<f64>::new())))];
    let some = vec![("no", arc(StringArray::from(vec!["a"]))), ("Q1", arc(Float64Array::from(vec![7.0])))];
    let run = base("*.parquet", "").parquet("a.parquet", empty).parquet("b.parquet", some).intake();
    assert_eq!(block(&run).ids, ["a"]);
}

#[test]
fn folders_named_key_and_value_are_read_and_their_keys_are_columns() {
    let config = "
        [sources.s]
        files = \"FILES\"
        [tables.customers]
        source = \"s\"
        columns = { customer_id = \"no\", signup_date = \"dt\", shop = \"shop\" }
        [tables.ratings]
        source = \"s\"
        wide = { id = \"no\", elements = { quality = \"Q1\" } }";
    for files in ["in", "in/*/*.csv"] {
        let run = Base::new(&config.replace("FILES", files))
            .file("in/dt=2026-11-18/a.csv", "no,Q1,shop\na,7,x\n")
            .file("in/dt=2026-11-19/b.csv", "no,Q1,shop\nb,8,y\n")
            .file("in/dt=__HIVE_DEFAULT_PARTITION__/c.csv", "no,Q1,shop\nc,8,y\n")
            .file("in/_SUCCESS", "")
            .intake();
        assert_eq!(block(&run).ids, ["a", "b", "c"]);
        let days: Vec<_> =
            run.descriptors(&["signup_date"]).expect("opens").map(|batch| batch.expect("reads")).collect();
        let days = days[0].column_by_name("signup_date").expect("there");
        assert_eq!((days.len(), days.null_count()), (3, 1));
    }
    let error = base("in", "").file("in/x/a.csv", "no,Q1\na,7\n").error();
    assert!(error.to_string().contains("folder `in`") && error.to_do().contains("`in/*/*.csv`"), "{error}");
}

#[test]
fn utf_16_is_read_either_way_round_where_it_is_declared_and_named_where_it_is_not() {
    for little in [true, false] {
        let text = "\u{FEFF}no,Q1\na,7\n";
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        let bytes: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
        let run = base("s.csv", "csv = { encoding = \"utf-16\" }").file("s.csv", &bytes).intake();
        assert_eq!(block(&run).ids, ["a"]);
        assert!(base("s.csv", "").file("s.csv", &bytes).error().to_string().contains("UTF-16"));
    }
}
