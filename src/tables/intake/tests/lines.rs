//! Lines of orders, and values: what is not known of an order is not 0.

use super::fixture::{Base, bits, block, note, signal};
use crate::tables::ledger::RejectCode;
use crate::tables::spec::TableName;

const CONFIG: &str = "
[sources.c]
files = \"c.csv\"
[sources.o]
files = \"o*.csv\"
[tables.customers]
source = \"c\"
[tables.orders]
source = \"o\"
";

fn base(customers: &str, orders: &str) -> Base {
    Base::new(CONFIG).file("c.csv", format!("customer_id\n{customers}")).file("o.csv", orders)
}

#[test]
fn a_line_without_a_date_has_that_of_its_order_and_orders_are_counted_not_lines() {
    let orders = "customer_id,order_id,ordered_at,amount\n\
        a,1,2026-05-01,30\n\
        a,1,,\n\
        a,1,,\n\
        a,2,2026-06-01,10\n\
        b,1,2026-07-01,5\n\
        b,9,,\n\
        b,,,4\n";
    let intake = base("a\nb\n", orders).intake();
    let got = block(&intake);
    assert_eq!(signal(&intake, &got, "order_count"), [Some(2.0), Some(1.0)]);
    assert_eq!(signal(&intake, &got, "order_amount_mean"), [Some(20.0), Some(5.0)], "of an order, not of a line");
    assert_eq!(got.value_365d, [Some(40.0), Some(5.0)]);
    let ledger = intake.ledger().table(TableName::Orders).expect("there");
    assert_eq!((ledger.read, ledger.rejected), (7, 2), "an order nobody dated, and a row without an order");
    assert_eq!(ledger.faults[0].code, RejectCode::Missing);
    assert_eq!(note(&intake, "order_dates").expect("said").0, 2);
    assert!(note(&intake, "copies").is_none(), "lines that follow are alike by nature");
}

#[test]
fn another_customers_order_of_the_same_number_dates_nothing() {
    let orders = "customer_id,order_id,ordered_at,amount\na,1,2026-05-01,30\nb,1,,7\n";
    let intake = base("a\nb\n", orders).intake();
    assert_eq!(intake.ledger().table(TableName::Orders).expect("there").rejected, 1);
    assert_eq!(block(&intake).value_365d, [Some(30.0), Some(0.0)]);
}

#[test]
fn lines_of_orders_outside_the_window_go_with_their_order_and_are_no_rejects() {
    let orders = "customer_id,order_id,ordered_at,amount\n\
        a,1,2020-05-01,30\na,1,,\na,2,2026-12-24,10\na,2,,\na,3,2026-05-01,4\na,3,,\n";
    let intake = base("a\n", orders).intake();
    let ledger = intake.ledger().table(TableName::Orders).expect("there");
    assert_eq!((ledger.read, ledger.rejected), (6, 0));
    assert_eq!((ledger.set_aside["older_than_a_year"], ledger.set_aside["after_the_night"]), (2, 2));
    let got = block(&intake);
    assert_eq!((got.value_365d[0], signal(&intake, &got, "order_count")[0]), (Some(4.0), Some(1.0)));
}

#[test]
fn lines_find_their_order_whatever_file_and_row_they_stand_in() {
    let head = "customer_id,order_id,ordered_at,amount\n";
    let lines: Vec<String> = (0..400)
        .map(|i| match i % 4 {
            0 => format!("c{},{i},2026-05-0{},1{i}.25\n", i % 20, 1 + i % 9),
            k => format!("c{},{},,\n", (i - k) % 20, i - k),
        })
        .collect();
    let customers: String = (0..20).map(|i| format!("c{i}\n")).collect();
    let together = base(&customers, &format!("{head}{}", lines.concat()));
    let backwards: String = lines[..201].iter().rev().cloned().collect();
    let mut apart =
        base(&customers, &format!("{head}{backwards}")).file("o_2.csv", format!("{head}{}", lines[201..].concat()));
    apart.threads = 4;
    let (together, apart) = (together.intake(), apart.intake());
    assert_eq!(bits(&together), bits(&apart));
    assert_eq!(note(&apart, "order_dates").expect("said").0, 300);
}

#[test]
fn the_value_is_not_known_where_part_of_the_orders_is_not() {
    let orders = "customer_id,ordered_at,amount\n\
        a,2026-05-01,30\na,2026-05-02,\nb,2026-05-01,12\nb,2026-05-02,-2\nc,2026-05-01,about ten\n";
    let intake = base("a\nb\nc\nd\n", orders).intake();
    let got = block(&intake);
    assert_eq!(got.value_365d, [None, Some(10.0), None, Some(0.0)], "no order is known to be no value");
    assert_eq!(signal(&intake, &got, "order_amount_mean"), [Some(30.0), Some(5.0), None, None]);
    assert_eq!(signal(&intake, &got, "order_count"), [Some(2.0), Some(2.0), Some(1.0), Some(0.0)]);
}

#[test]
fn an_amount_that_cannot_be_read_leaves_its_order_unknown_beside_lines_that_can() {
    let orders = "customer_id,order_id,ordered_at,amount\n\
        a,1,2026-05-01,30\na,1,2026-05-01,some\nb,1,2026-05-01,30\nb,1,2026-05-01,\n";
    let got = block(&base("a\nb\n", orders).intake());
    assert_eq!(got.value_365d, [None, Some(30.0)]);
}

#[test]
fn nobody_is_worth_nothing_where_no_amount_is_known() {
    for amounts in ["ten,twelve", ","] {
        let (a, b) = amounts.split_once(',').expect("two");
        let orders = format!("customer_id,ordered_at,amount\na,2026-05-01,{a}\nb,2026-05-02,{b}\n");
        let got = block(&base("a\nb\nc\n", &orders).intake());
        assert_eq!(got.value_365d, [None, None, None]);
    }
}

#[test]
fn channels_and_categories_that_nobody_wrote_down_are_not_nought() {
    let orders = "customer_id,ordered_at,channel,category\na,2026-05-01,,\na,2026-05-02,web,gift\nb,2026-05-02,,\n";
    let intake = base("a\nb\nc\n", orders).intake();
    let got = block(&intake);
    for id in ["channel_count", "category_count"] {
        assert_eq!(signal(&intake, &got, id), [Some(1.0), None, Some(0.0)]);
    }
}

#[test]
fn an_amount_that_is_the_same_on_every_line_is_suspected_to_be_the_total_of_the_order() {
    let orders = |second: fn(usize) -> usize| -> String {
        let lines = (0..25).flat_map(|i| {
            let line = move |amount: usize| format!("a,{i},2026-05-01,{amount}.50\n");
            [line(i + 1), line(second(i))]
        });
        format!("customer_id,order_id,ordered_at,amount\n{}", lines.collect::<String>())
    };
    let intake = base("a\n", &orders(|i| i + 1)).intake();
    let (count, text) = note(&intake, "order_totals").expect("said");
    assert!(count == 25 && text.contains("25 of 25 orders"), "{text}");
    assert!(note(&base("a\n", &orders(|i| i + 2)).intake(), "order_totals").is_none());
}
