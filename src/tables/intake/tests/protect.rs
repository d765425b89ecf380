//! Flags protect the person: in every row, whatever else is wrong with it, and in every spelling of an address.

use super::fixture::{Base, block, note};
use crate::codes::{Code, Coded as _};
use crate::tables::forgotten::Forgotten;
use crate::tables::ledger::RejectCode;
use crate::tables::spec::TableName;

const CONFIG: &str = "
[sources.crm]
files = \"crm*.csv\"
[sources.survey]
files = \"survey.csv\"
[tables.customers]
source = \"crm\"
[tables.ratings]
source = \"survey\"
wide = { id = \"no\", elements = { quality = \"Q1\" } }
";

fn base(crm: &str, survey: &str) -> Base {
    Base::new(CONFIG).file("crm.csv", crm).file("survey.csv", format!("no,Q1\n{survey}"))
}

#[test]
fn whoever_asks_for_erasure_with_a_word_nobody_can_read_is_gone_with_every_row_and_answer() {
    let crm = "customer_id,erasure_requested\na,\na,2026-03-01\nb,\nb,yes\nc,\nd,please do\n";
    let intake = base(crm, "a,7\nb,3\nc,5\nd,1\n").intake();
    assert_eq!(block(&intake).ids, ["c"]);
    let ledger = intake.ledger().table(TableName::Customers).expect("there");
    assert_eq!((ledger.set_aside["erasure_requested"], ledger.rejected, ledger.bad_cells), (5, 0, 2));
    assert_eq!(intake.coverage().respondents, 1);
    assert!(note(&intake, "orphans").is_none(), "they are known, and left out");
    let error = base("customer_id,erasure_requested\na,never\nb,asked\n", "a,7\n").error();
    assert!(error.code() == Code::NoCustomers && error.to_string().contains("2 set aside"), "{error}");
}

#[test]
fn a_row_rejected_for_another_reason_still_forbids_what_it_forbids() {
    let crm = "customer_id,weight,objection_marketing,consent_email,deceased\n\
        a,1,no,yes,\n\
        a,heavy,yes,yes,\n\
        b,1,no,yes,\n\
        b,-1,no,no,yes\n\
        c,1,no,yes,no\n\
        ,0,yes,,\n";
    let intake = base(crm, "a,7\n").intake();
    let got = block(&intake);
    assert_eq!(got.ids, ["a", "b", "c"]);
    let seen: Vec<_> = got.flags.iter().map(|f| (f.objection_marketing, f.consent_email, f.deceased)).collect();
    assert_eq!(seen, [(true, true, false), (false, false, true), (false, true, false)]);
    let ledger = intake.ledger().table(TableName::Customers).expect("there");
    assert_eq!((ledger.read, ledger.accepted, ledger.rejected), (6, 3, 3));
}

#[test]
fn a_rejected_row_can_ask_for_erasure_and_alone_leaves_no_customer_and_no_stranger() {
    let crm = "customer_id,weight,erasure_requested\na,1,no\na,x,yes\nb,x,no\nc,1,\n";
    let intake = base(crm, "a,7\nb,3\nc,5\n").intake();
    assert_eq!(block(&intake).ids, ["c"]);
    let ledger = intake.ledger().table(TableName::Customers).expect("there");
    assert_eq!((ledger.rejected, ledger.set_aside["erasure_requested"]), (2, 1));
    assert!(note(&intake, "orphans").is_none(), "whose row was rejected is known all the same");
}

#[test]
fn rows_that_disagree_stay_rejected_and_are_said() {
    let crm = "customer_id,consent_email,objection_marketing\na,yes,no\na,no,no\nb,yes,no\nb,yes,\nc,yes,no\n";
    let intake = base(crm, "c,7\n").intake();
    assert_eq!(block(&intake).ids, ["c"]);
    let ledger = intake.ledger().table(TableName::Customers).expect("there");
    assert_eq!(ledger.faults.iter().map(|f| (f.code, f.count)).collect::<Vec<_>>(), [(RejectCode::Conflict, 4)]);
}

#[test]
fn an_objection_under_another_spelling_of_an_address_counts_for_all_spellings() {
    let crm = "customer_id,consent_email,objection_marketing,vulnerable\n\
        Ann@Mail.Example,yes,no,no\n\
        ann@mail.example,yes,yes,no\n\
        JOS\u{c9}@mail.example,yes,no,no\n\
        jose\u{301}@MAIL.example,no,no,yes\n\
        Bo@mail.example,yes,no,no\n\
        Kim,yes,no,no\n\
        kim,no,yes,no\n";
    let intake = base(crm, "Bo@mail.example,7\n").intake();
    let got = block(&intake);
    let of = |id: &str| got.flags[got.ids.iter().position(|own| own == id).expect("there")];
    for id in ["Ann@Mail.Example", "ann@mail.example"] {
        assert!(of(id).objection_marketing && of(id).consent_email, "{id}");
    }
    for id in ["JOS\u{c9}@mail.example", "jose\u{301}@MAIL.example"] {
        assert!(of(id).vulnerable && !of(id).consent_email && !of(id).objection_marketing, "{id}");
    }
    assert!(of("Bo@mail.example").consent_email && !of("Bo@mail.example").objection_marketing);
    assert!(!of("Kim").objection_marketing, "other ids tell capitals apart");
    let (count, text) = note(&intake, "spellings").expect("said");
    assert!(count == 2 && text.contains("2 customers became stricter"), "{text}");
    assert_eq!(got.len(), 7);
}

#[test]
fn erasure_under_one_spelling_takes_every_spelling_away_whichever_file_it_stands_in() {
    let intake =
        base("customer_id,erasure_requested\nAnn@Mail.example,no\nbo@mail.example,no\n", "bo@mail.example,7\n")
            .file("crm_2.csv", "customer_id,erasure_requested\nann@mail.example,yes\nCy@mail.example,no\n")
            .intake();
    assert_eq!(block(&intake).ids, ["Cy@mail.example", "bo@mail.example"]);
    let ledger = intake.ledger().table(TableName::Customers).expect("there");
    assert_eq!(ledger.set_aside["erasure_requested"], 2);
    assert!(note(&intake, "spellings").expect("said").1.contains("1 were left out"));
}

#[test]
fn rows_that_disagree_under_one_spelling_still_protect_the_other() {
    let crm = "customer_id,country,minor\nann@mail.example,FR,yes\nann@mail.example,DE,no\nAnn@mail.example,FR,no\n";
    let intake = base(crm, "Ann@mail.example,7\n").intake();
    let got = block(&intake);
    assert_eq!(got.ids, ["Ann@mail.example"]);
    assert!(got.flags[0].minor);
}

#[test]
fn who_was_forgotten_under_one_spelling_does_not_come_back_under_another() {
    let mut list = Forgotten::default();
    list.add(["Ann@Mail.example"].into_iter()).expect("adds");
    let base = base("customer_id\nANN@mail.example\nann@mail.example\nbo@mail.example\n", "bo@mail.example,7\n");
    let intake = base.without(&list);
    assert_eq!(block(&intake).ids, ["bo@mail.example"]);
    assert_eq!(intake.ledger().table(TableName::Customers).expect("there").set_aside["forgotten"], 2);
}

#[test]
fn protection_does_not_depend_on_threads_or_on_the_order_of_rows() {
    let rows: Vec<String> = (0..300)
        .map(|i| match i % 3 {
            0 => format!("P{}@mail.example,yes,no,1\n", i / 3),
            1 => format!("p{}@mail.example,yes,{},1\n", i / 3, if i % 2 == 0 { "yes" } else { "" }),
            _ => format!("P{}@mail.example,no,,nought\n", i / 3),
        })
        .collect();
    let flags = |rows: &[String], threads: usize| {
        let crm = format!("customer_id,consent_email,objection_marketing,weight\n{}", rows.concat());
        let mut base = base(&crm, "p0@mail.example,7\n");
        base.threads = threads;
        let got = block(&base.intake());
        format!("{:?} {:?}", got.ids, got.flags)
    };
    let backwards: Vec<String> = rows.iter().rev().cloned().collect();
    assert_eq!(flags(&rows, 1), flags(&backwards, 4));
}
