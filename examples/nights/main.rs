//! Sixty nights of a base that lives: what moves, what stays, and what happens on a night that went wrong.
//!
//! `cargo run --profile quick --locked --example nights [CUSTOMERS [NIGHTS]]` invents a base with the demo's people. Every night all
//! signals tremble, some customers come and some leave; on some nights a few answer anew as people of another segment (the
//! true movers); one night brings a survey wave; on one night half of the customers are missing from the file. The job runs
//! every night. Printed are, over all nights: the ids of segments, the largest share of customers whose truth did not change
//! and who moved nevertheless, how many nights true movers took, which nights told of their inputs, and what became of the
//! broken night.

mod base;
mod reading;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;

use chrono::{Days, NaiveDate};
use tempfile::TempDir;
use valueseg::job::error::JobError;
use valueseg::job::load::load;
use valueseg::job::night::{self, NightRequest};
use valueseg::job::outcome::Outcome;
use valueseg::job::watch::Unwatched;
use valueseg::tables::figures::figure_kind;

use crate::base::Base;
use crate::reading::Told;

/// The first night.
const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2026, 9, 1) {
    Some(day) => day,
    None => panic!("a calendar day"),
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let customers: u32 = arguments.next().map_or(Ok(3_000), |text| text.parse())?;
    let nights: u64 = arguments.next().map_or(Ok(60), |text| text.parse())?;
    let (wave, broken) = (nights / 3, 2 * nights / 3);
    let folder = TempDir::new()?;
    let mut base = Base::new(customers)?;
    let mut last: Option<Told> = None;
    let mut ids: Vec<String> = Vec::new();
    let (mut worst, mut held, mut moved_falsely) = ((0.0_f64, FIRST), None, 0_u64);
    let mut waiting: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut told: Vec<String> = Vec::new();
    let (mut took, mut never): (Vec<u64>, Vec<String>) = (Vec::new(), Vec::new());
    for number in 0..nights {
        let date = FIRST.checked_add_days(Days::new(number)).ok_or("a date")?;
        let movers = base.live(number, date, number == wave);
        base.write(folder.path(), number == broken)?;
        let loaded = load(&folder.path().join("valueseg.toml"), &[])?;
        let request = NightRequest::of(date);
        match night::run(&loaded, &request, &Unwatched) {
            Ok(outcome) => {
                let alerts = alerts_about_inputs(&outcome);
                if !alerts.is_empty() {
                    told.push(format!("{date}: {}", alerts.join(" ")));
                }
            }
            Err(JobError::Held { reasons, .. }) if number == broken => {
                held = Some(reasons.join("; "));
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        let tonight = Told::read(folder.path(), date, &base)?;
        let found = tonight.ids();
        if ids.is_empty() {
            ids = found;
        } else if ids != found {
            say(&format!("{date}: segments are {found:?} instead of {ids:?}"));
        }
        for customer in movers {
            waiting.insert(customer.clone(), (number, tonight.home_of(&base, &customer)));
        }
        waiting.retain(|customer, (since, home)| {
            if tonight.segment(customer) == Some(home.as_str()) {
                took.push(number - *since);
                return false;
            }
            let late = number - *since > u64::from(base::HYSTERESIS_NIGHTS) + 1;
            if late {
                never.push(format!("{customer} in {} instead of {home}", tonight.segment(customer).unwrap_or("none")));
            }
            !late
        });
        if let Some(last) = &last {
            let (moved, all) = last.moved_without_cause(&tonight, &base);
            moved_falsely += moved;
            let share = moved as f64 / all.max(1) as f64;
            if share > worst.0 {
                worst = (share, date);
            }
        }
        last = Some(tonight);
    }
    say(&format!("{nights} nights of {customers} customers; segments on all of them: {}", ids.join(" ")));
    say(&format!(
        "moved although their truth did not change: at most {:.2} % in a night ({}), {moved_falsely} in all",
        100.0 * worst.0,
        worst.1
    ));
    took.sort_unstable();
    let longest = took.last().copied().unwrap_or(0);
    say(&format!(
        "true movers: {} moved, the last after {longest} nights; {} were not where they belong by then",
        took.len(),
        never.len()
    ));
    never.iter().for_each(|line| say(&format!("  {line}")));
    say(&format!("nights published with alerts about their inputs: {}", told.len()));
    told.iter().for_each(|line| say(&format!("  {line}")));
    say(&format!("the broken night: {}", held.map_or("was published".to_owned(), |why| format!("held: {why}"))));
    Ok(())
}

/// What a night tells of its inputs; nothing on a plain night.
fn alerts_about_inputs(outcome: &Outcome) -> Vec<String> {
    let Outcome::Published { summary, .. } = outcome else { return Vec::new() };
    let about = summary.alerts.iter().filter(|alert| figure_kind(alert.key).is_some());
    about.map(|alert| alert.what.clone()).collect()
}

fn say(text: &str) {
    // A closed pipe ends the listing, not the program.
    let _ = writeln!(std::io::stdout(), "{text}");
}
