//! `customers`: names, flags, copies, conflicts, erasure.

use datafusion::arrow::array::{AsArray, Float64Array};

use super::fixture::{Base, arc, block, note};
use crate::codes::{Code, Coded as _};
use crate::tables::ledger::RejectCode;
use crate::tables::spec::TableName;

const RATED: &str = "
[sources.crm]
files = \"crm.csv\"
[sources.survey]
files = \"survey.csv\"
[tables.ratings]
source = \"survey\"
wide = { id = \"no\", elements = { quality = \"Q1\" } }
";

fn base(customers: &str, crm: &str) -> Base {
    Base::new(&format!("{RATED}\n[tables.customers]\nsource = \"crm\"\n{customers}"))
        .file("crm.csv", crm)
        .file("survey.csv", "no,Q1\na,7\n")
}

#[test]
fn renamed_columns_flags_and_descriptors_arrive() {
    let columns =
        "columns = { customer_id = \"No\", consent_email = \"Mail?\", objection_marketing = \"obj\", town = \"Town\" }";
    let crm = "No,Mail?,obj,Town,weight,secret\nb,yes,0,Rome,2.5,x\na,N,1,,1.5,y\n";
    let intake = base(columns, crm).intake();
    let block = block(&intake);
    assert_eq!(block.ids, ["a", "b"]);
    assert_eq!(block.weight, [0.75, 1.25], "their mean is 1");
    assert_eq!(block.flags.iter().map(|f| f.consent_email).collect::<Vec<_>>(), [false, true]);
    assert_eq!(block.flags.iter().map(|f| f.objection_marketing).collect::<Vec<_>>(), [true, false]);
    assert!(block.flags.iter().all(|f| f.consent_profiling), "no such column: everybody, and a note");
    assert!(note(&intake, "no_consent_column").is_some());
    assert_eq!(intake.descriptor_columns(), ["town"]);
    let towns: Vec<_> = intake.descriptors(&["town"]).expect("opens").map(|b| b.expect("reads")).collect();
    assert_eq!(towns[0].column(1).as_string::<i32>().iter().collect::<Vec<_>>(), [None, Some("Rome")]);
}

#[test]
fn a_protective_flag_that_cannot_be_read_protects_and_is_counted() {
    let crm = "customer_id,objection_marketing,consent_email\na,by letter,perhaps\n";
    let intake = base("", crm).intake();
    let flags = block(&intake).flags[0];
    assert!(flags.objection_marketing && !flags.consent_email);
    assert_eq!(intake.ledger().table(TableName::Customers).expect("there").bad_cells, 2);
}

#[test]
fn copies_are_dropped_conflicts_rejected_and_the_ledger_adds_up() {
    let crm = "customer_id,country\na,FR\na,FR\n a ,FR\nb,FR\nb,DE\nc,IT\n,IT\n";
    let intake = base("", crm).intake();
    assert_eq!(block(&intake).ids, ["a", "c"]);
    let ledger = intake.ledger().table(TableName::Customers).expect("there");
    assert_eq!((ledger.read, ledger.accepted, ledger.rejected), (7, 4, 3));
    assert_eq!(ledger.set_aside["exact_copies"], 2);
    let count = |code| ledger.faults.iter().filter(|f| f.code == code).map(|f| f.count).sum::<u64>();
    assert_eq!((count(RejectCode::Conflict), count(RejectCode::Missing)), (2, 1));
    let rejects = intake.rejects_path().expect("listed");
    let file = std::fs::File::open(rejects).expect("opens");
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(file, 100).expect("reads");
    let batch = reader.map(|b| b.expect("reads")).next().expect("rows");
    let rows = batch.column(3).as_primitive::<datafusion::arrow::datatypes::Int64Type>();
    assert_eq!(rows.values(), &[5, 6, 8], "lines of the file, the header being the first");
    assert_eq!(batch.column(2).as_string::<i32>().value(0), "crm.csv");
}

#[test]
fn whoever_asked_to_be_erased_is_nowhere_even_if_another_row_forgot() {
    let crm = "customer_id,erasure_requested\na,no\nb,no\nb,yes\n";
    let intake = base("", crm).intake();
    assert_eq!(block(&intake).ids, ["a"]);
    assert_eq!(intake.ledger().table(TableName::Customers).expect("there").set_aside["erasure_requested"], 2);
}

#[test]
fn people_who_sign_up_later_are_not_customers_yet_and_strangers_answers_are_counted() {
    let crm = "customer_id,signup_date\na,2026-11-21\nb,2026-11-22\n";
    let base = Base::new(&format!("{RATED}\n[tables.customers]\nsource = \"crm\""))
        .file("crm.csv", crm)
        .file("survey.csv", "no,Q1\na,7\nb,3\nz,1\n");
    let intake = base.intake();
    assert_eq!(block(&intake).ids, ["a"]);
    assert_eq!(note(&intake, "not_yet_customer").expect("said").0, 1);
    let orphans = note(&intake, "orphans").expect("said");
    assert_eq!(orphans.0, 1, "{}", orphans.1);
}

#[test]
fn a_weight_that_is_not_positive_rejects_the_row() {
    let intake = base("", "customer_id,weight\na,1\nb,0\nc,-1\nd,inf\ne,\n").intake();
    assert_eq!(block(&intake).ids, ["a", "e"]);
    assert_eq!(intake.ledger().table(TableName::Customers).expect("there").rejected, 3);
}

#[test]
fn numeric_ids_match_across_types() {
    let config = RATED.replace("crm.csv", "crm.parquet");
    let base = Base::new(&format!("{config}\n[tables.customers]\nsource = \"crm\""))
        .parquet("crm.parquet", vec![("customer_id", arc(Float64Array::from(vec![17850.0, 3.0])))])
        .file("survey.csv", "no,Q1\n17850,7\n3,2\n");
    let intake = base.intake();
    assert_eq!(block(&intake).ids, ["17850", "3"]);
    assert_eq!(intake.coverage().respondents, 2);
}

#[test]
fn customers_alone_are_a_base_and_a_base_without_customers_is_refused_by_name() {
    let alone = Base::new("[sources.crm]\nfiles = \"crm.csv\"\n[tables.customers]\nsource = \"crm\"");
    assert_eq!(block(&alone.file("crm.csv", "customer_id\na\n").intake()).ids, ["a"]);
    assert_eq!(Base::new("[sources.crm]\nfiles = \"crm.csv\"").error().code(), Code::NoCustomersTable);
    assert_eq!(base("", "customer_id\n \n").error().code(), Code::NoCustomers);
}

#[test]
fn unknown_names_come_with_the_nearest_right_one() {
    for (config, code, word) in [
        ("columns = { customer_id = \"custmer\" }", Code::UnknownColumn, "`customer`"),
        ("columns = { customer_id = \"customer\", wieght = \"w\" }", Code::UnknownCanonical, "`weight`"),
        ("", Code::MissingColumn, "`customer`"),
    ] {
        let error = base(config, "customer,w\na,1\n").error();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
    let config = format!("{RATED}\n[tables.customers]\nsource = \"cmr\"");
    let error = Base::new(&config).file("crm.csv", "customer_id\na\n").file("survey.csv", "no,Q1\n").error();
    assert!(error.code() == Code::UnknownSource && error.to_string().contains("`crm`"), "{error}");
}
