//! Money, dates and ids as the world writes them.

use datafusion::arrow::array::{Float64Array, Int64Array, StringArray};

use super::fixture::{Base, Run, arc, block, note, ratings};
use crate::codes::{Code, Coded as _};
use crate::model::rows::Aspect::Fulfillment;
use crate::tables::ledger::{ColumnCells, FaultCount, RejectCode};
use crate::tables::spec::TableName;

const SHOP: &str = "
    [sources.crm]
    files = \"crm.csv\"
    [sources.shop]
    files = \"shop*.csv\"
    [tables.customers]
    source = \"crm\"
    [tables.orders]
    source = \"shop\"
    columns = { ordered_at = \"day\" }";

fn shop(orders: &str) -> Base {
    Base::new(SHOP).file("crm.csv", "customer_id\na\nb\nc\n").file("shop.csv", orders)
}

fn columns(run: &Run, table: TableName, canonical: &str) -> ColumnCells {
    let ledger = run.ledger().table(table).expect("there");
    ledger.columns.iter().find(|own| own.canonical == canonical).expect("mapped").clone()
}

fn fault(run: &Run, table: TableName, code: RejectCode) -> FaultCount {
    let ledger = run.ledger().table(table).expect("there");
    ledger.faults.iter().find(|fault| fault.code == code).unwrap_or_else(|| panic!("{code:?} in {ledger:#?}")).clone()
}

#[test]
fn amounts_with_signs_are_summed_and_those_in_another_currency_are_not() {
    let text = "customer_id,day,amount\na,2026-11-01,\"€1.234,50\"\na,2026-11-02,(34.50)\nb,2026-11-03,12.00-\n\
                b,2026-11-03,\"1 234.50 EUR\"\nc,2026-11-04,5.00\nc,2026-11-05,$12.00\nc,2026-11-06,\"12,-\"\n";
    let run = shop(text).intake();
    let got = block(&run);
    assert_eq!(got.value_365d[..2], [Some(1200.0), Some(1222.5)]);
    let cells = columns(&run, TableName::Orders, "amount");
    assert_eq!((cells.read, cells.unreadable, cells.off_scale, cells.answers), (7, 2, 0, false));
    assert_eq!(fault(&run, TableName::Orders, RejectCode::OtherCurrency).shapes[0].shape, "$99.99");
    assert!(fault(&run, TableName::Orders, RejectCode::OtherCurrency).cure().contains("currency"));
    assert_eq!(note(&run, "other_decimal").map(|(count, _)| count), Some(1));
}

#[test]
fn moments_that_can_be_read_in_one_way_only_need_no_format() {
    let text = "customer_id,day,amount\na,2026-11-02 10:00:00 +0200,1\na,2026/11/02 10:30:00 AM GMT+2,1\n\
                b,\"Nov 2, 2026\",1\nb,2. November 2026,1\nc,2026-11-02T08:00:00Z,1\n";
    let run = shop(text).intake();
    assert_eq!(run.ledger().table(TableName::Orders).expect("there").accepted, 5);
}

#[test]
fn a_column_that_could_be_day_first_or_month_first_is_refused_with_the_format_that_fits() {
    let rows = |days: &[&str]| {
        days.iter().fold("customer_id,day,amount\n".to_owned(), |text, day| text + &format!("a,{day},1\n"))
    };
    let error = shop(&rows(&["02/11/2026", "03/11/2026"])).error();
    assert_eq!(error.code(), Code::DayOrder);
    assert!(error.to_string().contains("tables.orders") && error.to_string().contains("`day`"), "{error}");
    assert!(error.to_do().contains("\"%d/%m/%Y\" or \"%m/%d/%Y\""), "{}", error.to_do());
    // The value that tells stands in another file than those that do not.
    let base = shop(&rows(&["02/11/2026", "03/11/2026"])).file("shop2.csv", rows(&["2/11/2026", "13/11/2026"]));
    assert!(base.error().to_do().contains("fit date_format = \"%d/%m/%Y\" only"), "{}", base.error().to_do());
    let error = shop(&rows(&["13/11/2026", "11/13/2026"])).error();
    assert!(error.to_do().contains("two ways of writing"), "{}", error.to_do());
    let format = SHOP.to_owned() + "\ndate_format = \"%m/%d/%Y\"";
    let read = Base::new(&format).file("crm.csv", "customer_id\na\n").file("shop.csv", rows(&["11/02/2026"]));
    assert_eq!(read.intake().ledger().table(TableName::Orders).expect("there").accepted, 1);
}

#[test]
fn single_cells_with_day_and_month_first_are_cells_at_fault_and_not_the_end() {
    let text = "customer_id,day,amount\na,2026-11-02,1\na,2026-11-03,1\na,2026-11-04,1\nb,05/11/2026,1\n";
    let run = shop(text).intake();
    let fault = fault(&run, TableName::Orders, RejectCode::NotADate);
    assert_eq!((fault.count, fault.shapes[0].shape.as_str()), (1, "99/99/9999"));
}

#[test]
fn numbers_that_count_time_are_never_dates_and_the_cure_says_what_they_are() {
    for (number, word) in [
        ("46123", "days as Excel counts them"),
        ("1793600000", "seconds since 1970"),
        ("1793600000000", "to_timestamp_millis"),
        ("1793600000000000", "to_timestamp_micros"),
    ] {
        let run = shop(&format!("customer_id,day,amount\na,{number},1\nb,{number},1\n")).intake();
        let fault = fault(&run, TableName::Orders, RejectCode::NotADate);
        assert!(fault.cure().contains(word), "{}", fault.cure());
        let numbers = Int64Array::from(vec![number.parse::<i64>().expect("a number")]);
        let config = SHOP.replace("shop*.csv", "shop.parquet");
        let ids = arc(StringArray::from(vec!["a"]));
        let base = Base::new(&config).file("crm.csv", "customer_id\na\n");
        let run = base.parquet("shop.parquet", vec![("customer_id", ids), ("day", arc(numbers))]).intake();
        assert!(self::fault(&run, TableName::Orders, RejectCode::NotADate).cure().contains(word));
    }
}

#[test]
fn the_sql_that_a_cure_proposes_gives_the_moments_meant_in_any_zone() {
    // 2026-11-02 08:00:00 UTC is 09:00 in Paris, and 46328.375 days in a spreadsheet that shows the clock of Paris.
    for (sql, number) in [
        ("to_timestamp(cast(\"day\" as bigint)) at time zone 'UTC'", "1793606400"),
        ("to_timestamp_millis(cast(\"day\" as bigint)) at time zone 'UTC'", "1793606400000"),
        ("to_timestamp_micros(cast(\"day\" as bigint)) at time zone 'UTC'", "1793606400000000"),
        ("to_timestamp_micros(cast(\"day\" as bigint) / 1000) at time zone 'UTC'", "1793606400000000000"),
        ("to_timestamp(cast(round((cast(\"day\" as double) - 25569) * 86400) as bigint))", "46328.375"),
    ] {
        let head = SHOP.split("[tables.orders]").next().expect("there");
        let query = format!("{head}[tables.orders]\nquery = '''select customer_id, {sql} as ordered_at from shop'''");
        let base = Base::new(&query).file("crm.csv", "customer_id\na\n");
        let run = base.file("shop.csv", format!("customer_id,day\na,{number}\n")).intake();
        let path = run.canonical(TableName::Orders).expect("there");
        let file = std::fs::File::open(path).expect("opens");
        let mut rows = parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(file, 10).expect("reads");
        let batch = rows.next().expect("a batch").expect("reads");
        let moments = batch.column_by_name("ordered_at").expect("there");
        let moments = moments.as_any().downcast_ref::<datafusion::arrow::array::TimestampMicrosecondArray>();
        assert_eq!(moments.expect("moments").value(0), 1_793_606_400_000_000, "{sql}");
    }
}

#[test]
fn words_for_nothing_and_repeated_headings_are_rejected_each_with_its_code() {
    let text = "customer_id,day,amount\nnan,2026-11-02,1\n\\N,2026-11-02,1\n,2026-11-02,1\ncustomer_id,day,amount\n\
                1E+11,2026-11-02,1\na,2026-11-02,1\n";
    let run = shop(text).intake();
    let ledger = run.ledger().table(TableName::Orders).expect("there");
    assert_eq!((ledger.read, ledger.rejected, ledger.lost()), (6, 5, 4));
    let count = |code| fault(&run, TableName::Orders, code).count;
    assert_eq!(count(RejectCode::NothingId), 2);
    assert_eq!(count(RejectCode::HeaderRepeated), 1);
    assert_eq!((count(RejectCode::Missing), count(RejectCode::NotAnId)), (1, 1));
    assert_eq!(columns(&run, TableName::Orders, "customer_id").missing, 3);
}

#[test]
fn the_id_nought_is_that_of_guests_only_where_it_has_more_rows_than_one_customer_can() {
    let orders = |guests: usize, n: usize| {
        let row = |i: usize| format!("{},2026-11-02,1\n", if i < guests { "0".to_owned() } else { format!("c{i}") });
        (0..n).map(row).fold("customer_id,day,amount\n".to_owned(), |text, row| text + &row)
    };
    let run = shop(&orders(80, 200)).file("shop2.csv", orders(10, 100)).intake();
    let fault = fault(&run, TableName::Orders, RejectCode::GuestId);
    assert_eq!((fault.count, run.ledger().table(TableName::Orders).expect("there").rejected), (90, 90));
    assert!(fault.cure().contains("guests"));
    assert_eq!(run.ledger().table(TableName::Orders).expect("there").lost(), 0);
    assert!(note(&run, "guests").is_some_and(|(_, said)| said.contains("90 rows of `orders` (30 %)")));
    let query = SHOP.replace(
        "[tables.customers]\n    source = \"crm\"",
        "[tables.customers]\n    query = \"select distinct customer_id from shop\"",
    );
    let bought = Base::new(&query).file("crm.csv", "customer_id\na\n").file("shop.csv", orders(80, 200)).intake();
    assert_eq!(bought.n_customers(), 120);
    assert_eq!(bought.ledger().table(TableName::Customers).expect("there").set_aside.get("guests"), Some(&1));
    let few = shop(&orders(5, 200)).intake();
    assert_eq!(few.ledger().table(TableName::Orders).expect("there").rejected, 0);
}

#[test]
fn a_customer_with_a_large_part_of_a_table_is_told_without_the_id() {
    let row = |i: usize| format!("{},2026-11-{:02},1\n", if i % 5 < 2 { "guest7" } else { "a" }, i % 20 + 1);
    let many = (0..300).map(|i| format!("x{i},2026-11-02,1\n"));
    let text = (0..200).map(row).chain(many).fold("customer_id,day,amount\n".to_owned(), |text, row| text + &row);
    let run = shop(&text).intake();
    let (count, said) = note(&run, "single_customer").expect("told");
    assert_eq!(count, 120);
    assert!(said.contains("24 % of the rows of `orders`") && !said.contains("guest7"), "{said}");
}

#[test]
fn spellings_that_differ_in_case_are_counted_over_all_tables_and_a_form_makes_them_one() {
    let crm = "customer_id\nann@x.org\nBob@x.org\ncy@x.org\n";
    let orders = "customer_id,day,amount\nANN@x.org,2026-11-02,1\nBob@x.org,2026-11-02,1\nBOB@x.org,2026-11-03,1\n";
    let base = |config: &str| Base::new(config).file("crm.csv", crm).file("shop.csv", orders);
    let run = base(SHOP).intake();
    assert_eq!(note(&run, "case_twins").map(|(count, _)| count), Some(2));
    assert!(note(&run, "orphans").is_some());
    let form = "source = \"crm\"\nid = { lower = true }";
    let config = SHOP.replace("source = \"crm\"", form) + "\nid = { lower = true }";
    let run = base(&config).intake();
    assert!(note(&run, "case_twins").is_none() && note(&run, "orphans").is_none());
    let got = block(&run);
    assert_eq!(
        (got.ids.as_slice(), got.value_365d[1]),
        (&["ann@x.org", "bob@x.org", "cy@x.org"].map(Into::into)[..], Some(2.0))
    );
}

#[test]
fn unknown_people_are_told_with_the_way_in_which_their_ids_would_be_known() {
    let crm = (0..60).fold("customer_id\n".to_owned(), |text, i| text + &format!("0031t0000{i:06}AAA\n"));
    let orders = (0..60)
        .fold("customer_id,day,amount\n".to_owned(), |text, i| text + &format!("0031t0000{i:06},2026-11-02,1\n"));
    let run = Base::new(SHOP).file("crm.csv", crm).file("shop.csv", orders).intake();
    let (count, said) = note(&run, "orphans").expect("told");
    assert!(count == 60 && said.contains("By their first 15 characters"), "{said}");
}

#[test]
fn a_few_ids_that_look_unlike_all_others_are_told_and_many_are_not() {
    let crm = |odd: usize| {
        (0..60).fold("customer_id\n".to_owned(), |text, i| {
            text + &format!("{}{i}\n", if i < odd { "Total " } else { "C" })
        })
    };
    let orders = "customer_id,day,amount\nC9,2026-11-02,1\n";
    let few = Base::new(SHOP).file("crm.csv", crm(2)).file("shop.csv", orders).intake();
    assert_eq!(note(&few, "ids_unlike_others").map(|(count, _)| count), Some(2));
    let many = Base::new(SHOP).file("crm.csv", crm(9)).file("shop.csv", orders).intake();
    assert!(note(&many, "ids_unlike_others").is_none());
}

#[test]
fn a_prefix_and_lost_zeros_are_mended_by_the_form_of_a_table() {
    let config = SHOP.to_owned() + "\nid = { strip_prefix = \"C-\", pad = 5 }";
    let orders =
        "customer_id,day,amount\nC-17,2026-11-02,1\n17,2026-11-02,2\n=\"00017\",2026-11-02,4\n'00017,2026-11-02,8\n";
    let run = Base::new(&config).file("crm.csv", "customer_id\n00017\n").file("shop.csv", orders).intake();
    assert_eq!(block(&run).value_365d, [Some(15.0)]);
    let bad = SHOP.to_owned() + "\nid = { pad = 0 }";
    let error = Base::new(&bad).file("crm.csv", "customer_id\n1\n").file("shop.csv", orders).error();
    assert!(error.to_string().contains("id.pad"), "{error}");
}

const SURVEY: &str = "
    [sources.s]
    files = \"s.csv\"
    [tables.customers]
    source = \"s\"
    columns = { customer_id = \"no\" }
    [tables.ratings]
    source = \"s\"
    wide = { id = \"no\", scale = [1, 5], asked_at = \"at\", elements = { quality = \"Q1\", informs = \"Q2\" } }";

#[test]
fn codes_off_the_scale_are_offered_as_not_applicable_and_dates_are_no_answers() {
    let rows = (0..60).map(|i| {
        format!("c{i},yesterday,{},{}\n", if i % 10 == 0 { 98 } else { 1 + i % 5 }, if i % 15 == 0 { 99 } else { 3 })
    });
    let run = Base::new(SURVEY).file("s.csv", rows.fold("no,at,Q1,Q2\n".to_owned(), |text, row| text + &row)).intake();
    let cells: Vec<ColumnCells> = run.ledger().table(TableName::Ratings).expect("there").answers().cloned().collect();
    let got: Vec<_> = cells.iter().map(|own| (own.column.as_str(), own.read, own.off_scale, own.unreadable)).collect();
    assert_eq!(got, [("Q2", 60, 4, 0), ("Q1", 60, 6, 0)]);
    {
        let code = RejectCode::OffScale;
        assert!(fault(&run, TableName::Ratings, code).cure().contains("not_applicable = [98, 99]"));
    }
    assert_eq!(columns(&run, TableName::Ratings, "asked_at").unreadable, 60);
}

#[test]
fn answers_with_units_are_cells_at_fault_with_their_masks() {
    let answers = ["4/5", "4 - important", "80%", "4.0", " 4 ", "4,0"];
    let rows = answers.iter().enumerate().map(|(i, answer)| format!("c{i},2026-11-02,\"{answer}\",3\n"));
    let run = Base::new(SURVEY).file("s.csv", rows.fold("no,at,Q1,Q2\n".to_owned(), |text, row| text + &row)).intake();
    let got = ratings(&block(&run), Fulfillment, "quality");
    assert_eq!(got, [None, None, None, Some(7.5), Some(7.5), None]);
    let shapes: Vec<String> =
        fault(&run, TableName::Ratings, RejectCode::NotANumber).shapes.into_iter().map(|seen| seen.shape).collect();
    assert_eq!(shapes, ["9 - aaaaaaaaa", "9,9", "9/9"]);
}

#[test]
fn nan_is_no_answer_and_no_fault() {
    let config = SURVEY.replace("s.csv", "s.parquet").replace("asked_at = \"at\", ", "");
    let ids = arc(StringArray::from(vec!["a", "b"]));
    let answers = arc(Float64Array::from(vec![f64::NAN, 5.0]));
    let others = arc(Float64Array::from(vec![1.0, 1.0]));
    let run = Base::new(&config).parquet("s.parquet", vec![("no", ids), ("Q1", answers), ("Q2", others)]).intake();
    assert_eq!(ratings(&block(&run), Fulfillment, "quality"), [None, Some(10.0)]);
    assert_eq!(run.ledger().table(TableName::Ratings).expect("there").bad_cells, 0);
    assert!(note(&run, "nan").is_some());
    assert_eq!(columns(&run, TableName::Ratings, "fulfillment_quality").read, 1);
}

#[test]
fn days_that_stand_for_not_known_are_told_and_what_is_still_to_come_has_not_happened() {
    let config = "
        [sources.crm]
        files = \"crm.csv\"
        [sources.desk]
        files = \"desk.csv\"
        [tables.customers]
        source = \"crm\"
        [tables.interactions]
        source = \"desk\"";
    let crm = "customer_id,signup_date\na,0000-00-00\nb,1900-01-01\nc,9999-12-31\nd,2024-01-01\n";
    let desk = "customer_id,at,kind,resolved_at\na,2026-11-01,complaint,9999-12-31 00:00:00\nd,2026-11-01,complaint,2026-11-02\n";
    let run = Base::new(config).file("crm.csv", crm).file("desk.csv", desk).intake();
    assert_eq!(run.n_customers(), 3);
    assert_eq!(fault(&run, TableName::Customers, RejectCode::NotADate).count, 1);
    assert_eq!(note(&run, "since_long_ago").map(|(count, _)| count), Some(1));
    assert_eq!(note(&run, "since_far_away").map(|(count, _)| count), Some(1));
    let path = run.canonical(TableName::Interactions).expect("there");
    let file = std::fs::File::open(path).expect("opens");
    let mut rows = parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(file, 10).expect("reads");
    let batch = rows.next().expect("a batch").expect("reads");
    assert_eq!(batch.column_by_name("resolved_at").expect("there").null_count(), 1);
}

#[test]
fn the_ledger_is_the_same_at_any_number_of_threads_and_files() {
    let row = |i: usize| match i % 7 {
        0 => format!("n/a,2026-11-02,{i}\n"),
        1 => format!("c{i},{:02}/11/2026,{i}\n", i % 28 + 1),
        2 => format!("c{i},2026-11-02,{}x\n", "-".repeat(i % 9)),
        _ => format!("c{i},2026-11-02,{i}\n"),
    };
    let text = |rows: std::ops::Range<usize>| rows.map(row).fold("customer_id,day,amount\n".to_owned(), |t, r| t + &r);
    let seen = |threads: usize, cuts: &[usize]| {
        let mut base = Base::new(SHOP).file("crm.csv", "customer_id\na\n");
        base.threads = threads;
        for (n, pair) in cuts.windows(2).enumerate() {
            base = base.file(&format!("shop{n}.csv"), text(pair[0]..pair[1]));
        }
        let run = base.intake();
        let ledger = run.ledger().table(TableName::Orders).expect("there").clone();
        (ledger.faults, ledger.columns)
    };
    let one = seen(1, &[0, 2_000]);
    assert_eq!(one, seen(4, &[0, 2_000]));
    assert_eq!(one, seen(4, &[0, 10, 700, 1_999, 2_000]));
}
