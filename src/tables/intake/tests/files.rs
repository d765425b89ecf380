//! Files that are not what they should be.

use std::io::Write;

use datafusion::arrow::array::{Int64Array, StringArray};

use super::fixture::{Base, arc, block, ratings};
use crate::codes::{Code, Coded};
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
fn a_european_export_is_read_as_configured() {
    let (cp1252, _, _) = encoding_rs::WINDOWS_1252.encode("no;Q1;Städte\nÄ1;7,5;Zürich\nB2;\"3,0\";n/a\n");
    let dialect = "csv = { delimiter = \";\", decimal = \",\", encoding = \"windows-1252\", nulls = [\"\", \"n/a\"] }";
    let intake = base("s.csv", dialect).file("s.csv", cp1252).intake();
    let got = block(&intake);
    assert_eq!(got.ids, ["B2", "Ä1"]);
    assert_eq!(ratings(&got, Fulfillment, "quality"), [Some(3.0), Some(7.5)]);
}

#[test]
fn a_byte_order_mark_a_quoted_line_break_and_a_missing_last_line_end_do_not_matter() {
    let text = "\u{FEFF}no,Q1,remark\r\na,1,\"two\r\nlines, one field\"\r\nb,2,";
    let got = block(&base("s.csv", "").file("s.csv", text).intake());
    assert_eq!(got.ids, ["a", "b"]);
}

#[test]
fn ragged_and_undecodable_lines_are_rejected_with_their_line_and_counted_once_per_table() {
    let mut text = b"no,Q1\na,1\nb,2,3\nc\n".to_vec();
    text.extend(b"d\xFF,4\ne,5");
    let intake = base("s.csv", "").file("s.csv", text).intake();
    assert_eq!(block(&intake).ids, ["a", "e"]);
    for table in [TableName::Customers, TableName::Ratings] {
        let ledger = intake.ledger().table(table).expect("there");
        assert_eq!((ledger.read, ledger.accepted, ledger.rejected), (5, 2, 3));
        let count = |code| ledger.faults.iter().filter(|f| f.code == code).map(|f| f.count).sum::<u64>();
        assert_eq!((count(RejectCode::FieldCount), count(RejectCode::NotUtf8)), (2, 1));
    }
    assert_eq!(intake.inputs()[0].rows, Some(5));
}

#[test]
fn gzip_json_lines_and_tabs_are_read() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"{\"no\":\"a\",\"Q1\":7}\n{\"Q1\":8.5,\"no\":12}\n").expect("packs");
    let got = block(&base("s.jsonl.gz", "").file("s.jsonl.gz", packed.finish().expect("packs")).intake());
    assert_eq!(got.ids, ["12", "a"]);
    assert_eq!(ratings(&got, Fulfillment, "quality"), [Some(8.5), Some(7.0)]);
    let got = block(&base("s.tsv", "").file("s.tsv", "no\tQ1\na\t1\n").intake());
    assert_eq!(got.ids, ["a"]);
}

#[test]
fn files_that_are_something_else_are_refused_by_what_they_are() {
    for (name, content, code, word) in [
        ("s.csv", &b"PK\x03\x04workbook"[..], Code::NotTheFormat, "Excel"),
        ("s.csv", b"PAR1xxxxPAR1", Code::NotTheFormat, "Parquet"),
        ("s.csv", b"\xFF\xFEn\0o\0", Code::NotTheFormat, "UTF-16"),
        ("s.csv", b"", Code::EmptyFile, "empty"),
        ("s.csv", b"no,Q1,no\na,1,b\n", Code::DoubleHeader, "columns 1 and 3"),
        ("s.parquet", b"no,Q1\na,1\n", Code::NotTheFormat, "something else"),
        ("s.parquet", b"PAR1 and then nothing", Code::DamagedInput, "cut off"),
        ("s.jsonl", b"[{\"no\":1}]", Code::NotTheFormat, "array"),
        ("s.xyz", b"no,Q1\n", Code::UnknownExtension, "extension"),
    ] {
        let error = base(name, "").file(name, content).error();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(word) && error.to_string().contains(name), "{error}");
        assert!(!error.to_do().is_empty());
    }
    assert_eq!(base("nothing*.csv", "").error().code(), Code::NoFiles);
}

#[test]
fn an_unclosed_quote_does_not_swallow_the_machine() {
    let mut text = b"no,Q1\n\"a,1\n".to_vec();
    text.resize(10 << 20, b'x');
    assert_eq!(base("s.csv", "").file("s.csv", text).error().code(), Code::EndlessRecord);
}

#[test]
fn a_parquet_file_cut_anywhere_is_an_error_and_never_a_panic() {
    let ids: StringArray = (0..3000).map(|i| Some(format!("c{i}"))).collect();
    let answers: Int64Array = (0..3000).map(|i| Some(i % 11)).collect();
    let whole = base("s.parquet", "").parquet("s.parquet", vec![("no", arc(ids)), ("Q1", arc(answers))]);
    assert_eq!(whole.intake().n_customers(), 3000);
    let bytes = std::fs::read(whole.path().join("s.parquet")).expect("reads");
    for i in 0..24 {
        let cut = bytes.len() * i / 24;
        let error = base("s.parquet", "").file("s.parquet", &bytes[..cut]).error();
        assert!(
            [Code::NotTheFormat, Code::EmptyFile, Code::DamagedInput].contains(&error.code()),
            "cut at {cut}: {error}"
        );
    }
}

#[test]
fn a_parquet_file_with_flipped_bytes_is_read_or_refused() {
    let ids: StringArray = (0..400).map(|i| Some(format!("c{i}"))).collect();
    let answers: Int64Array = (0..400).map(|i| Some(i % 11)).collect();
    let whole = base("s.parquet", "").parquet("s.parquet", vec![("no", arc(ids)), ("Q1", arc(answers))]);
    let bytes = std::fs::read(whole.path().join("s.parquet")).expect("reads");
    for at in (4..bytes.len()).step_by(bytes.len() / 60) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x5A;
        match base("s.parquet", "").file("s.parquet", bytes).run() {
            Ok(intake) => assert!(intake.ledger().adds_up()),
            Err(error) => assert!(error.code().id().starts_with("E03"), "{error}"),
        }
    }
}

#[test]
fn files_that_disagree_about_columns_are_put_together_and_it_is_said() {
    let base = base("in", "").file("in/a.csv", "no,Q1\na,1\n").file("in/b.csv", "extra,no\nx,b\n");
    let intake = base.intake();
    assert_eq!(block(&intake).ids, ["a", "b"]);
    assert!(intake.ledger().notes.iter().any(|note| note.text.contains("`Q1` is in 1 of 2 files")));
}

#[test]
fn a_look_shows_columns_and_every_problem_at_once() {
    let config = "
        [sources.s]
        files = \"s.csv\"
        [sources.broken]
        files = \"broken.csv\"
        [tables.customers]
        source = \"s\"
        columns = { customer_id = \"no\" }
        [tables.orders]
        source = \"s\"
        [tables.feedback]
        source = \"broken\"";
    let look = Base::new(config).file("s.csv", "no,x\na,1\n").file("broken.csv", "").look(true);
    let codes: Vec<_> = look.problems.iter().map(Coded::code).collect();
    assert_eq!(codes, [Code::EmptyFile, Code::MissingColumn]);
    assert_eq!(look.sources[0].columns.len(), 2);
    assert_eq!(look.tables[0].specs[0].1, [("customer_id".to_owned(), "no".to_owned())]);
    assert!(look.deep.is_none());
    let fine = base("s.csv", "").file("s.csv", "no,Q1\na,1\n").look(true);
    assert_eq!(fine.deep.expect("read").n_customers(), 1);
}
