//! `orders`, `interactions`, `feedback`, `signals`: sums per customer.

use super::fixture::{Base, block, note, signal};
use crate::codes::{Code, Coded as _};
use crate::tables::spec::TableName;

#[test]
fn a_base_of_orders_alone_has_signals_values_and_zeros_for_who_bought_nothing() {
    let config = "
        [sources.shop]
        files = \"shop.csv\"
        csv = { delimiter = \";\", decimal = \",\" }
        [tables.customers]
        query = \"select distinct buyer as customer_id from shop\"
        [tables.orders]
        source = \"shop\"
        columns = { customer_id = \"buyer\", ordered_at = \"day\", amount = \"net\", channel = \"via\" }
        date_format = \"%d.%m.%Y\"";
    let shop = "buyer;day;net;via\n\
        a;01.03.2026;1.000,50;web\n\
        a;02.03.2026;-0,25;express\n\
        b;01.01.2020;99;web\n\
        b;22.11.2026;5;web\n\
        c;21.11.2026;abc;express\n\
        c;35.11.2026;1;web\n";
    let intake = Base::new(config).file("shop.csv", shop).intake();
    let got = block(&intake);
    assert_eq!(got.ids, ["a", "b", "c"]);
    assert_eq!(
        got.value_365d,
        [Some(1000.25), Some(0.0), None],
        "no order in the window is 0; one whose amount cannot be read is not"
    );
    assert_eq!(signal(&intake, &got, "order_count"), [Some(2.0), Some(0.0), Some(1.0)]);
    let recency = signal(&intake, &got, "order_recency_days");
    assert_eq!(recency[1], None, "nothing bought in the window: unknown, not nought");
    assert_eq!(recency[2], Some(1.0), "from local midnight of the 21st to the end of the night");
    let orders = intake.ledger().table(TableName::Orders).expect("there");
    assert_eq!((orders.read, orders.rejected, orders.bad_cells), (6, 1, 1));
    assert_eq!((orders.set_aside["older_than_a_year"], orders.set_aside["after_the_night"]), (1, 1));
    assert!(intake.missing_signals().iter().any(|missing| missing.missing == ["orders.delivered_at".to_owned()]
        || missing.missing.contains(&"orders.returned".to_owned())));
}

#[test]
fn every_signal_of_the_catalogue_can_be_computed_where_all_is_mapped() {
    let config = "
        [sources.c]
        files = \"c.csv\"
        [sources.o]
        files = \"o.csv\"
        [sources.i]
        files = \"i.csv\"
        [sources.f]
        files = \"f.csv\"
        [tables.customers]
        source = \"c\"
        [tables.orders]
        source = \"o\"
        [tables.interactions]
        source = \"i\"
        [tables.feedback]
        source = \"f\"";
    let orders = "customer_id,ordered_at,order_id,amount,discount,reward_used,channel,category,promised_at,delivered_at,returned,return_reason\n\
        a,2026-10-01T23:30:00,o1,10,1,1,express,gift,2026-10-03,2026-10-04,1,size\n\
        a,2026-10-02,o2,20,0,0,web,premium,2026-10-03,2026-10-03,0,\n";
    let contacts = "customer_id,at,kind,channel,case_id,rating,severity,resolved_at,promised_at\n\
        a,2026-10-01,contact,phone,k1,8,2,2026-10-02,2026-10-03\n";
    let feedback = "customer_id,at,text,rating,channel\na,2026-10-01,fine,9,web\n";
    let base = Base::new(config)
        .file("c.csv", "customer_id,signup_date,country\na,2020-01-01,FR\nb,2026-01-01,FR\n")
        .file("o.csv", orders)
        .file("i.csv", contacts)
        .file("f.csv", feedback);
    let intake = base.intake();
    assert_eq!(intake.missing_signals(), []);
    assert_eq!(intake.signal_ids().len(), crate::catalogue::Catalogue::embedded().signals().len());
    let got = block(&intake);
    assert!(got.signals.iter().all(|x| x.is_finite()));
    assert!(signal(&intake, &got, "tenure_days")[0].is_some_and(|days| (days - 2517.0).abs() < 1.0));
    assert_eq!(got.value_365d, [Some(30.0), Some(0.0)]);
}

#[test]
fn a_table_of_own_signals_brings_its_numeric_columns_after_the_catalogues() {
    let config = "
        [sources.c]
        files = \"c.csv\"
        [tables.customers]
        source = \"c\"
        [tables.signals]
        source = \"c\"
        columns = { visits = \"v\", score = \"s\" }";
    let data = "customer_id,v,s,signup_date\na,3,0.5,2026-01-01\nb,x,,2026-01-01\n";
    let intake = Base::new(config).file("c.csv", data).intake();
    let got = block(&intake);
    let n = intake.signal_ids().len();
    assert_eq!(intake.signal_ids()[n - 2..], ["own_score", "own_visits"]);
    assert_eq!(intake.signal_ids()[0], "tenure_days");
    assert_eq!(signal(&intake, &got, "own_visits"), [Some(3.0), None]);
    assert_eq!(signal(&intake, &got, "own_score"), [Some(0.5), None]);
    assert_eq!(intake.ledger().table(TableName::Signals).expect("there").bad_cells, 1);
}

#[test]
fn treatments_are_checked_and_kept_as_a_table() {
    let config = "
        [sources.c]
        files = \"c.csv\"
        [sources.t]
        files = \"t.jsonl\"
        [tables.customers]
        source = \"c\"
        [tables.signals]
        source = \"c\"
        columns = { visits = \"v\" }
        [tables.treatments]
        source = \"t\"";
    let treatments = "{\"customer_id\":\"a\",\"play_id\":\"p1\",\"treated_at\":\"2026-11-01T10:00:00Z\",\"arm\":\"control\"}\n\
        {\"customer_id\":\"z\",\"play_id\":\"p1\",\"treated_at\":\"2026-11-01\",\"arm\":\"both\"}\nnot json\n\
        {\"customer_id\":\"y\",\"play_id\":\"p1\",\"treated_at\":\"2026-11-01\"}\n";
    let intake = Base::new(config).file("c.csv", "customer_id,v\na,1\n").file("t.jsonl", treatments).intake();
    let ledger = intake.ledger().table(TableName::Treatments).expect("there");
    assert_eq!((ledger.read, ledger.rejected), (4, 2));
    assert!(intake.canonical(TableName::Treatments).is_some_and(std::path::Path::exists));
    assert!(intake.canonical(TableName::Orders).is_none());
    assert_eq!(note(&intake, "orphans").expect("said").0, 1);
}

#[test]
fn long_texts_are_sorted_within_little_memory() {
    let config = "
        [sources.c]
        files = \"c.csv\"
        [sources.f]
        files = \"f.csv\"
        [tables.customers]
        source = \"c\"
        [tables.feedback]
        source = \"f\"";
    let text = "word ".repeat(2000);
    let feedback: String = (0..4000).map(|i| format!("c{},2026-11-0{},{text}\n", i % 7, 1 + i % 9)).collect();
    let customers: String = (0..7).map(|i| format!("c{i}\n")).collect();
    let mut base = Base::new(config)
        .file("c.csv", format!("customer_id\n{customers}"))
        .file("f.csv", format!("customer_id,at,text\n{feedback}"));
    base.memory = 64 << 20;
    let intake = base.intake();
    assert_eq!(signal(&intake, &block(&intake), "feedback_count").iter().flatten().sum::<f64>(), 4000.0);
    assert!(note(&intake, "copies").is_some(), "the same words on the same day, time and again");
}

#[test]
fn an_error_in_a_running_query_never_quotes_the_data() {
    let config = "
        [sources.c]
        files = \"c.csv\"
        [tables.customers]
        source = \"c\"
        [tables.signals]
        query = \"select customer_id, cast(v as double) as v from c\"";
    let error = Base::new(config).file("c.csv", "customer_id,v\na,alice@example.org\n").error();
    assert!(error.code() == Code::QueryCell && !error.to_string().contains("alice"), "{error}");
}
