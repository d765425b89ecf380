//! Three attacks on one answer: what somebody learns who knows all other customers and everything that is published.
//!
//! `cargo run --profile quick --locked --example attack [CUSTOMERS [JOINERS]]` runs nights of invented people, of whom one joins
//! each night, once with exact figures and once as they are published. It prints how many answers and order values come
//! back (1) after `valueseg forget`, (2) from two nights between which one person joined, (3) from 30 nights, and what the
//! noise costs. An answer is claimed if no other is left or the chance of all others is below 5 %, and recovered if the
//! claim is right; plain subtraction counts by itself.

mod attacker;
mod company;

use std::io::Write as _;

use chrono::{Days, NaiveDate};

use crate::attacker::{Seen, Tally, joined, many_nights, one_night};
use crate::company::{ASKED, Company, Failure, Moved, Person, Told};

/// The first night.
const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2026, 2, 2) {
    Some(day) => day,
    None => panic!("a calendar day"),
};

/// Nights held against each other.
const NIGHTS: usize = 30;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let customers: usize = arguments.next().map_or(Ok(300), |text| text.parse())?;
    let joiners: usize = arguments.next().map_or(Ok(125), |text| text.parse())?;
    let people: Vec<Person> = (0..customers + joiners).map(Person::of).collect();
    let mut told = Vec::new();
    for (words, exact) in [("exact figures", true), ("as published", false)] {
        let company = Company::new(exact)?;
        let mut nights = Vec::new();
        for night in 0..=joiners {
            nights.push(company.night(date(night)?, &people[..customers + night])?);
        }
        say(&format!("{words}, {customers} customers and one more each night:"));
        attack(&company, &people, customers, &nights)?;
        told.push(nights);
    }
    cost(&told[0][0], &told[1][0]);
    Ok(())
}

/// The three attacks on those who joined.
fn attack(company: &Company, people: &[Person], customers: usize, nights: &[Told]) -> Result<(), Failure> {
    let seen: Vec<Seen<'_>> =
        nights.iter().enumerate().map(|(night, told)| (&people[..customers + night], told)).collect();
    let (mut between, mut all) = (Tally::default(), Tally::default());
    for (night, person) in people[customers..].iter().enumerate() {
        between.add(joined(person, seen[night], seen[night + 1]));
        let from = (night + 1).min(seen.len().saturating_sub(NIGHTS).max(1));
        let (long_there, later) = (&people[night], &seen[from..(from + NIGHTS).min(seen.len())]);
        all.add(many_nights(long_there, later));
    }
    let last = seen.len() - 1;
    let erased = &people[customers..];
    company.forget(erased)?;
    let left = company.told(date(last)?)?;
    let of_one: Vec<&Person> = erased.iter().collect();
    let after = one_night(&of_one, seen[last], &left);
    for (what, tally) in [("after forget", after), ("one joined", between), ("30 nights", all)] {
        say(&format!(
            "  {what:12} {} of {} answers recovered ({} claimed), {} by plain subtraction; {} of {} order values",
            tally.recovered, tally.tried, tally.claimed, tally.subtracted, tally.amounts_found, tally.amounts
        ));
    }
    say(&format!("  guessing     {:.0} of {}", guessed(erased), erased.len() * ASKED.len()));
    Ok(())
}

/// Answers that are right if everybody is taken to have given the most common one.
fn guessed(people: &[Person]) -> f64 {
    let of_item = |item: usize| {
        let mut counts = [0_usize; 11];
        people.iter().for_each(|person| counts[usize::from(person.answers[item])] += 1);
        counts.into_iter().max().unwrap_or(0)
    };
    (0..ASKED.len()).map(of_item).sum::<usize>() as f64
}

/// What noise and rounding change.
fn cost(exact: &Told, told: &Told) {
    let Moved { figures, of_half, relative } = Moved::between(exact, told);
    say(&format!(
        "cost: {figures} figures move by {of_half:.2} of their half-width on average, {:.1} % of their value",
        100.0 * relative
    ));
}

fn date(night: usize) -> Result<NaiveDate, Failure> {
    Ok(FIRST.checked_add_days(Days::new(night as u64)).ok_or("a date")?)
}

fn say(text: &str) {
    // A closed pipe ends the listing, not the program.
    let _ = writeln!(std::io::stdout(), "{text}");
}
