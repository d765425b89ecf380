//! What somebody learns of one answer who knows all other customers and everything that is published: everything where
//! figures are exact, nothing where they are as the command publishes them.

#[path = "../../examples/attack/attacker.rs"]
mod attacker;
#[path = "../../examples/attack/company.rs"]
mod company;

use chrono::{Days, NaiveDate};

use attacker::{Seen, Tally, joined, many_nights, one_night};
use company::{Company, Moved, Person, Told};

/// Customers of the first night, and those who join one a night.
const CUSTOMERS: usize = 60;
const JOINERS: usize = 4;

fn date(night: usize) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2026, 2, 2).expect("a day");
    first.checked_add_days(Days::new(night as u64)).expect("a day")
}

/// What three attacks give: after the people who joined were erased, from the night one joined, from all nights.
fn attacks(exact: bool) -> [Tally; 3] {
    let people: Vec<Person> = (0..CUSTOMERS + JOINERS).map(Person::of).collect();
    let company = Company::new(exact).expect("a folder");
    let night = |night: usize| company.night(date(night), &people[..CUSTOMERS + night]).expect("a night");
    let nights: Vec<Told> = (0..=JOINERS).map(night).collect();
    let seen: Vec<Seen<'_>> =
        nights.iter().enumerate().map(|(night, told)| (&people[..CUSTOMERS + night], told)).collect();
    let (mut between, mut all) = (Tally::default(), Tally::default());
    for (night, person) in people[CUSTOMERS..].iter().enumerate() {
        between.add(joined(person, seen[night], seen[night + 1]));
        all.add(many_nights(&people[night], &seen));
    }
    let erased: Vec<Person> = people[CUSTOMERS..].to_vec();
    company.forget(&erased).expect("erased");
    let left = company.told(date(JOINERS)).expect("still there");
    assert!(erased.iter().all(|person| !left.segments.contains_key(&person.id)), "their rows are gone");
    let after = one_night(&erased.iter().collect::<Vec<_>>(), seen[JOINERS], &left);
    [after, between, all]
}

#[test]
fn exact_figures_give_every_answer_and_order_value_away() {
    for tally in attacks(true) {
        assert_eq!((tally.recovered, tally.subtracted), (tally.tried, tally.tried), "{tally:?}");
        assert!(tally.tried == 8 * JOINERS && tally.amounts_found == tally.amounts && tally.amounts > 0, "{tally:?}");
    }
}

#[test]
fn published_figures_give_none_away_after_forgetting_nor_when_one_joins_nor_over_nights() {
    for tally in attacks(false) {
        assert_eq!((tally.tried, tally.recovered), (8 * JOINERS, 0), "{tally:?}");
        // By chance one in eleven or so comes out right.
        assert!(tally.subtracted <= tally.tried / 4 && tally.amounts_found <= 1, "{tally:?}");
    }
}

#[test]
fn what_noise_costs_is_less_than_a_figure_is_unsure_of() {
    let people: Vec<Person> = (0..200).map(Person::of).collect();
    let [exact, told] =
        [true, false].map(|exact| Company::new(exact).expect("a folder").night(date(0), &people).expect("a night"));
    let Moved { figures, of_half, relative } = Moved::between(&exact, &told);
    assert!(figures > 50 && of_half > 0.0 && of_half < 0.75 && relative > 0.0, "{figures} {of_half} {relative}");
}
