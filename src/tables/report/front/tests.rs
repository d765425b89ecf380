//! The first page answers nine questions in plain words, on a good night, a bad one and a first one.

use chrono::NaiveDate;

use super::super::fixture::{Night, night};
use super::super::{Alert, GroupFigures, GroupMove, NightFigures, ReportHistory};
use crate::stats::interval::Interval;

/// Where each of the nine questions is answered: how is it, what do I do today, how many and who, what changed, what do they
/// want and where do we fail, what does the company mend, did it work, how sure is it. Whom may I contact stands in the table.
const ANSWERS: [&str; 8] = ["status", "today", "who", "changed", "wanted", "company", "worked", "how-sure"];

/// Terms of art that have no place on the first page.
const TERMS: [&str; 24] = [
    "standard deviation",
    "Jaccard",
    "standardized",
    "cluster",
    "posterior",
    "p-value",
    "confidence interval",
    "d 0.",
    "d 1.",
    "gap +",
    "Arc ",
    "segment_id",
    "S01",
    "customer-nights",
    "High share",
    "Matters settled alone",
    "resample",
    "mixture",
    "k-means",
    "null",
    "NaN",
    "_",
    "probability of",
    "NPS",
];

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).expect("a day")
}

fn figures(size: u64) -> GroupFigures {
    let interval = |value: f64| Some(Interval { value, low: value - 0.02, high: value + 0.02 });
    GroupFigures { size: Some(size), reach: Some(size / 2), value_mean: interval(65.83), connection: interval(0.3) }
}

/// Two earlier nights: the first group was smaller on the one a week ago.
fn with_history() -> Night {
    let mut night = night();
    let of = |run_date, first: u64| NightFigures {
        run_date,
        groups: [("ALL".to_owned(), figures(180_000)), ("S01".to_owned(), figures(first))].into(),
    };
    let one = |from: &str, to: &str, customers| GroupMove { from: from.to_owned(), to: to.to_owned(), customers };
    let moves = vec![
        one("OUT", "S01", Some(120)),
        one("S02", "S01", Some(340)),
        one("S01", "OUT", None),
        one("S01", "S01", Some(9)),
    ];
    night.history = ReportHistory { nights: vec![of(day(14), 30_000), of(day(20), 41_000)], moves };
    night
}

/// The first page as text: tags out.
fn text(page: &str) -> String {
    let body = &page[page.find("<body>").expect("a body")..];
    let mut inside = false;
    let visible = body.chars().filter(|letter| {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ => return !inside,
        }
        false
    });
    visible.collect()
}

fn page(night: &Night) -> String {
    night.file("one-pager.html")
}

#[test]
fn the_nine_questions_are_answered_on_the_first_page_and_on_the_one_to_mail() {
    let night = with_history();
    for page in [page(&night), night.file("report.html")] {
        for id in ANSWERS {
            assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
        }
        assert!(page.contains("Within reach"));
    }
    assert!(!page(&night).contains("href=\"#group"), "there is nothing to lead to");
}

#[test]
fn no_term_of_art_stands_on_the_first_page() {
    // The path of a file is what it is.
    let page = page(&with_history());
    let mut parts = page.split("<code>");
    let first = parts.next().expect("a beginning").to_owned();
    let rest = parts.map(|part| part.split_once("</code>").expect("closed").1);
    let told = text(&rest.fold(first, |page, part| page + part));
    for term in TERMS {
        assert!(!told.contains(term), "{term}: {told}");
    }
}

#[test]
fn what_changed_is_told_against_yesterday_and_the_oldest_night_kept() {
    let told = text(&page(&with_history()));
    assert!(told.contains("Since yesterday 120 joined, a few left and 340 changed groups."), "{told}");
    assert!(told.contains("340 customers went from “Safe choices and order” to “Time and ease”."), "{told}");
    assert!(told.contains("(yesterday: 90,000, 14 November 2026: 90,000)"), "{told}");
    // 41,205 for 30,000 a week before.
    assert!(told.contains("▲ up 37.4"), "{told}");
    assert!(told.contains("nothing beyond chance"), "{told}");
    let mut dearer = with_history();
    let all = dearer.history.nights[1].groups.get_mut("ALL").expect("there");
    all.value_mean = Some(Interval { value: 61.2, low: 61.1, high: 61.3 });
    assert!(
        text(&page(&dearer))
            .contains("(yesterday: 61.20\u{a0}EUR, 14 November 2026: 65.83\u{a0}EUR): more than chance.")
    );
    let first = text(&page(&night()));
    assert!(first.contains("This is the first night."), "{first}");
}

#[test]
fn a_night_that_was_held_back_says_what_to_do_first_and_gives_no_advice() {
    let mut night = with_history();
    night.alerts = vec![Alert {
        key: "rows",
        severity: "hold",
        what: "The orders are gone.".to_owned(),
        how_big: "all of them".to_owned(),
        since: None,
        likely_cause: "data",
        to_do: "ask whoever delivers them".to_owned(),
    }];
    let page = page(&night);
    assert!(page.contains("class=\"status red\"") && !page.contains("id=\"today\""));
    assert!(page.contains("<li>The orders are gone. Ask whoever delivers them.</li>"), "{page}");
    night.alerts[0].severity = "alert";
    assert!(self::page(&night).contains("class=\"status amber\""));
}

#[test]
fn cards_begin_with_the_groups_most_of_whom_can_be_reached() {
    let told = text(&page(&with_history()));
    let (first, second) =
        (told.find("Time and ease").expect("there"), told.find("Safe choices and order").expect("there"));
    assert!(first < second);
    assert!(told.contains("by e-mail") || told.contains("in the app") || told.contains("on the website"), "{told}");
}
