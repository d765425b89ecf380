//! Rows of nobody: how many, and what may have happened to their ids; and everything else that leaves too little.

use std::fmt::Write as _;

use super::fixture::{Base, note};
use crate::tables::spec::TableName;

const CONFIG: &str = "
[sources.crm]
files = \"crm.csv\"
[sources.survey]
files = \"survey.csv\"
[tables.customers]
source = \"crm\"
[tables.ratings]
source = \"survey\"
wide = { id = \"no\", aspect = \"importance\", elements = { quality = \"Q1\", informs = \"Q2\", saves_time = \"Q3\" } }
";

/// A base whose customers and respondents are called so.
fn base(customer: impl Fn(usize) -> String, respondent: impl Fn(usize) -> String) -> Base {
    let (mut crm, mut survey) = ("customer_id\n".to_owned(), "no,Q1,Q2,Q3\n".to_owned());
    for i in 0..60 {
        writeln!(crm, "{}", customer(i)).expect("a string grows");
        writeln!(survey, "{},{},{},{}", respondent(i), i % 9, i % 7, i % 5).expect("a string grows");
    }
    Base::new(CONFIG).file("crm.csv", crm).file("survey.csv", survey)
}

#[test]
fn the_likely_cause_is_named_with_its_count_and_the_line_to_write() {
    type Name = fn(usize) -> String;
    let kinds: [(Name, Name, &str, &str); 5] = [
        (|i| format!("{:06}", i + 1), |i| format!("{}", i + 1), "Without the zeros in front", "id = { pad = 6 }"),
        (|i| format!("{i}X@mail.example"), |i| format!("{i}x@mail.example"), "In lower case", "lower = true"),
        (|i| format!("0015g0000{i:06}AAB"), |i| format!("0015g0000{i:06}"), "first 15 characters", "substr"),
        (|i| format!("C-{i:05}"), |i| format!("{i:05}"), "Without the letters before", "strip_prefix"),
        (|i| format!("K{}\u{200B}7", i + 100), |i| format!("K{}7", i + 100), "invisible", "trim"),
    ];
    for (customer, respondent, finding, cure) in kinds {
        let intake = base(customer, respondent).intake();
        let (count, text) = note(&intake, "orphans").expect("said");
        assert_eq!(count, 60, "{text}");
        assert!(
            text.starts_with("60 of 60 people who answered in `ratings` belong to nobody in `customers`"),
            "{text}"
        );
        assert!(text.contains("60 of 60 ids would match"), "{text}");
        assert!(text.contains(finding) && text.contains(cure), "{finding}: {text}");
        let orphans = intake.coverage().orphans[&TableName::Ratings];
        assert_eq!((orphans.rows, orphans.of), (60, 60));
    }
}

#[test]
fn ids_that_would_match_several_customers_are_said_to() {
    let intake = base(|i| format!("{}{}", if i % 2 == 0 { "k" } else { "K" }, i / 2), |i| format!("{i}-K")).intake();
    let text = note(&intake, "orphans").expect("said").1.to_owned();
    assert!(text.contains("look like `99-A`, those of `customers` like") && !text.contains("would match"), "{text}");
    let base = base(|i| format!("{}{}X", if i % 2 == 0 { "k" } else { "K" }, i / 2), |i| format!("K{}x", i / 2));
    let text = note(&base.intake(), "orphans").expect("said").1.to_owned();
    assert!(text.contains("30 of 30 ids would match (30 of them would match several customers)"), "{text}");
}

#[test]
fn a_few_strangers_among_many_are_counted_and_not_puzzled_over() {
    let mut survey = "no,Q1,Q2,Q3\n".to_owned();
    let mut crm = "customer_id\n".to_owned();
    for i in 0..300 {
        writeln!(crm, "K{i}").expect("a string grows");
        writeln!(survey, "K{i},1,2,3").expect("a string grows");
    }
    survey.push_str("k5,1,2,3\n");
    let intake = Base::new(CONFIG).file("crm.csv", crm).file("survey.csv", survey).intake();
    let text = note(&intake, "orphans").expect("said").1.to_owned();
    assert_eq!(text, "1 of 301 people who answered in `ratings` belong to nobody in `customers`; left out");
}

#[test]
fn the_cause_does_not_depend_on_threads() {
    let text = |threads: usize| {
        let mut base = base(|i| format!("{i:06}"), |i| format!("{i}"));
        base.threads = threads;
        note(&base.intake(), "orphans").expect("said").1.to_owned()
    };
    assert_eq!(text(1), text(8));
}

#[test]
fn every_cause_of_too_little_evidence_is_named_with_its_count() {
    let crm = "customer_id,weight,consent_profiling\n1,1,yes\n2,1,yes\n3,1,yes\n4,1,\n5,heavy,yes\n6,1,yes\n";
    let survey = "no,Q1,Q2,Q3\n1,5,5,5\n2,5,99,\n3,5,many,4\n4,1,2,3\nX9,1,2,3\nY9,1,1,1\n,1,1,1\n";
    let found = Base::new(CONFIG).file("crm.csv", crm).file("survey.csv", survey).intake().hindrances().expect("reads");
    let signals = crate::catalogue::Catalogue::embedded().signals().len() as u64;
    let causes: Vec<_> = found.causes.iter().map(|one| (one.cause, one.count, one.of)).collect();
    assert_eq!(
        causes,
        [
            ("rejected_rows", 1, 6),
            ("rejected_rows", 1, 7),
            ("off_scale", 1, 7),
            ("unreadable_cells", 1, 7),
            ("orphans", 2, 6),
            ("left_out", 1, 5),
            ("left_out", 1, 4),
            ("few_answers", 2, 4),
            ("constant_answers", 1, 2),
            ("straight_lines", 1, 4),
            ("no_signals", signals, signals),
        ]
    );
    assert_eq!(found.respondents, 1, "four answered, one must not be profiled, two rated too little");
    let text = found.sentences().join("\n");
    for part in
        ["for `no`", "(`Q2`)", "2 of 6 people who answered", "fewer than 3 elements", "signals of the catalogue"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn two_rated_elements_are_too_few_items() {
    let config = CONFIG.replace(", saves_time = \"Q3\"", "");
    let base =
        Base::new(&config).file("crm.csv", "customer_id\n1\n2\n").file("survey.csv", "no,Q1,Q2,Q3\n1,3,4,5\n2,4,5,6\n");
    let found = base.intake().hindrances().expect("reads");
    let few = found.causes.iter().find(|one| one.cause == "few_items").expect("said");
    assert_eq!((few.count, few.of), (2, 30));
}
