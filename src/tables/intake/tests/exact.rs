//! Numbers and moments keep their value, or it is said that they do not.

use datafusion::arrow::array::{ArrayRef, BooleanArray, Decimal128Array, Float64Array, StringArray};

use super::fixture::{Base, Run, arc, block};
use crate::codes::{Code, Coded as _};
use crate::tables::ledger::{FaultCount, RejectCode};
use crate::tables::spec::TableName;

const SHOP: &str = "
    [sources.crm]
    files = \"crm.csv\"
    [sources.shop]
    files = \"shop.*\"
    [tables.customers]
    source = \"crm\"
    [tables.orders]
    source = \"shop\"
    columns = { ordered_at = \"day\" }\n";

fn shop(orders: &str) -> Base {
    Base::new(SHOP).file("crm.csv", "customer_id\na\nb\nc\n").file("shop.csv", orders)
}

fn faults(run: &Run, table: TableName) -> Vec<FaultCount> {
    run.ledger().table(table).expect("there").faults.clone()
}

#[test]
fn sums_are_those_of_the_decimals_that_are_written() {
    let mut text = "customer_id,day,amount\n".to_owned();
    for (id, amounts) in [
        ("a", &["0.1", "0.2", "0.0000001"][..]),
        ("b", &["69999999999999.99", "0.01", "-69999999999999.99"]),
        ("c", &["0.000000000001", "-0.000000000002"]),
    ] {
        text.extend(amounts.iter().map(|amount| format!("{id},2026-11-02,{amount}\n")));
    }
    let run = shop(&text).intake();
    assert_eq!(block(&run).value_365d, [Some(0.300_000_1), Some(0.01), Some(-1e-12)]);
    assert!(faults(&run, TableName::Orders).is_empty());
    let text = "customer_id,day,amount\na,2026-11-02,12345678.9\na,2026-11-02,0.01\nb,2026-11-02,98765432109.87\n";
    assert_eq!(block(&shop(text).intake()).value_365d[..2], [Some(12_345_678.91), Some(98_765_432_109.87)]);
}

#[test]
fn amounts_that_no_sum_would_hold_are_counted_and_leave_the_value_unknown() {
    let text = "customer_id,day,amount\na,2026-11-02,1e24\na,2026-11-03,5\nb,2026-11-02,1e-300\nc,2026-11-02,5\n";
    let run = shop(text).intake();
    assert_eq!(block(&run).value_365d, [None, None, Some(5.0)]);
    let found = faults(&run, TableName::Orders);
    assert_eq!((found[0].code, found[0].count), (RejectCode::OutOfRange, 2));
}

fn typed(kind: &str, amounts: ArrayRef) -> Run {
    let n = amounts.len();
    let ids: ArrayRef = arc(StringArray::from(vec!["a"; n]));
    let days: ArrayRef = arc(StringArray::from(vec!["2026-11-02"; n]));
    let columns = vec![("customer_id", ids), ("day", days), (kind, amounts)];
    Base::new(SHOP).file("crm.csv", "customer_id\na\n").parquet("shop.parquet", columns).intake()
}

#[test]
fn yes_is_no_amount_and_what_differences_of_doubles_leave_is_nothing() {
    let run = typed("amount", arc(BooleanArray::from(vec![true, false])));
    let found = faults(&run, TableName::Orders);
    assert_eq!((found[0].code, found[0].count), (RejectCode::NotANumber, 2));
    let left = 0.1 + 0.2 - 0.3;
    let run = typed("amount", arc(Float64Array::from(vec![left, 2.5, -0.0])));
    assert_eq!(block(&run).value_365d, [Some(2.5)]);
    assert!(left != 0.0 && faults(&run, TableName::Orders).is_empty());
    let long =
        Decimal128Array::from(vec![12_345_678_901_234_567_890_i128]).with_precision_and_scale(38, 2).expect("fits");
    let found = faults(&typed("amount", arc(long)), TableName::Orders);
    assert_eq!(found[0].code, RejectCode::OutOfRange, "cents that a double would change");
}

#[test]
fn ratings_beside_contacts_that_are_off_their_scale_are_counted() {
    let config = SHOP.replace("tables.orders", "tables.interactions").replace("ordered_at", "at");
    let text = "customer_id,day,kind,rating,severity\na,2026-11-02,visit,100,2\na,2026-11-02,visit,10,1e40\n";
    let run = Base::new(&config).file("crm.csv", "customer_id\na\n").file("shop.csv", text).intake();
    let found = faults(&run, TableName::Interactions);
    let told: Vec<_> = found.iter().map(|fault| (fault.column.as_str(), fault.code, fault.count)).collect();
    assert_eq!(told, [("rating", RejectCode::OutOfRange, 1), ("severity", RejectCode::OutOfRange, 1)]);
}

fn weighted(weights: impl Fn(usize) -> f64) -> Base {
    let rows: String = (0..40).map(|i| format!("k{i:02},{:e}\n", weights(i))).collect();
    let config = "[sources.crm]\nfiles = \"crm.csv\"\n[tables.customers]\nsource = \"crm\"";
    Base::new(config).file("crm.csv", format!("customer_id,weight\n{rows}x,\n"))
}

#[test]
fn weights_count_by_their_ratios_alone() {
    let own = |factor: f64| {
        let run = weighted(|i| factor * (0.3 + (i % 7) as f64)).intake();
        let weights = block(&run).weight.iter().map(|weight| weight.to_bits()).collect::<Vec<_>>();
        let (mut figures, _) = run.figures().expect("figures");
        figures.retain(|key, _| !key.starts_with("bytes:"));
        (weights, figures)
    };
    let plain = own(1.0);
    assert_eq!(plain.0.last(), Some(&1.0f64.to_bits()), "an absent weight is the mean");
    for factor in [1e-12, 1e-6, 0.1, 3.0, 4096.0, 1e12, 1e18] {
        assert_eq!(own(factor), plain, "{factor}");
    }
}

#[test]
fn weights_by_which_a_few_outweigh_all_others_are_refused_with_what_to_do() {
    let error = weighted(|i| if i == 3 { 1e15 } else { 1.0 }).error();
    assert_eq!(error.code(), Code::Weights);
    assert!(error.to_string().contains("40 customers") && error.to_do().contains("`weight`"), "{error}");
    let nobody = Base::new("[sources.crm]\nfiles = \"crm.csv\"\n[tables.customers]\nsource = \"crm\"");
    let error = nobody.file("crm.csv", "customer_id,weight\na,0\nb,-1\n").error();
    assert_eq!(error.code(), Code::NoCustomers);
    assert!(error.to_string().contains("R0110 in column `weight`"), "{error}");
}

#[test]
fn the_name_of_a_zone_is_refused_and_an_offset_is_not_left_out() {
    let read = |format: &str, rows: &str| {
        Base::new(&format!("{SHOP}date_format = \"{format}\""))
            .file("crm.csv", "customer_id\na\nb\n")
            .file("shop.csv", format!("customer_id,day,amount\n{rows}"))
    };
    let error = read("%Y-%m-%d %H:%M %Z", "a,2026-11-20 23:30 PST,1\n").error();
    assert_eq!(error.code(), Code::TableSpec);
    assert!(error.to_string().contains("%z") && error.to_string().contains("tables.orders"), "{error}");
    // The night ends at 23:00 UTC of the 21st.
    let rows = "a,2026-11-21 22:59 +0000,1\na,2026-11-21 22:59 -0800,2\nb,2026-11-22 07:59 +0900,4\n";
    let run = read("%Y-%m-%d %H:%M %z", rows).intake();
    assert_eq!(block(&run).value_365d, [Some(1.0), Some(4.0)]);
    let run = read("%Y-%m-%dT%H:%M:%SZ", "a,2026-11-21T22:59:00Z,1\nb,2026-11-21T23:01:00Z,2\n").intake();
    assert_eq!(block(&run).value_365d, [Some(1.0), Some(0.0)]);
}

#[test]
fn a_year_of_two_digits_is_no_year_of_four() {
    let config = format!("{SHOP}date_format = \"%d.%m.%Y\"");
    let base = Base::new(&config).file("crm.csv", "customer_id\na\n");
    let run = base.file("shop.csv", "customer_id,day,amount\na,10.11.26,8\na,10.11.2026,1\n").intake();
    let found = faults(&run, TableName::Orders);
    assert_eq!((found[0].code, found[0].count), (RejectCode::NotADate, 1));
    assert!(found[0].cure().contains("%y in place of %Y"), "{}", found[0].cure());
    assert_eq!(run.ledger().table(TableName::Orders).expect("there").set_aside.get("older_than_a_year"), None);
    let short = Base::new(&config.replace("%Y", "%y")).file("crm.csv", "customer_id\na\n");
    let run = short.file("shop.csv", "customer_id,day,amount\na,10.11.26,8\n").intake();
    assert_eq!(block(&run).value_365d, [Some(8.0)]);
}
