//! How well the job recovers the hidden relationships of the demo: stages, promises, drivers, loyalty.
//!
//! `cargo run --profile quick --locked --example relationship [CUSTOMERS [SEEDS [SHARE]]]` makes demos in which SHARE of the
//! customers (0.5 by default) answered a survey, 24 elements each, runs a night of the job on each with the number of
//! segments given, reads the published tables, and prints for each seed beside the planted truth:
//!
//! - Cohen's kappa of connection stage and arc stage among those who were asked about them (second wave), and the agreement
//!   of the loyalty type;
//! - shares of the stages, value of each connection stage against the highly satisfied, and observed forgiveness;
//! - how many planted promise-kept rates, by channel and by site, lie within the published intervals;
//! - Spearman's correlation of derived importance with the planted weights, for everybody and for each segment with at
//!   least 400 respondents.

mod agreement;
mod drivers;
mod people;
mod promises;
mod published;

use std::error::Error;

use tempfile::TempDir;
use valueseg::demo::{DemoSettings, FIRST_NIGHT, HIDDEN_SEGMENTS, write_demo};
use valueseg::job::load::load;
use valueseg::job::night::{self, NightRequest};
use valueseg::job::watch::Unwatched;

use crate::published::Night;

/// Share of customers who answered, where nothing else is asked for: enough for drivers of single segments.
const SURVEY_SHARE: f64 = 0.5;
/// Elements asked of each, out of 30: with the default's 12, chance alone would move weak elements by several ranks.
const ITEMS_ASKED: usize = 24;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let customers = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let seeds: u64 = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let survey_share = arguments.next().map_or(Ok(SURVEY_SHARE), |text| text.parse())?;
    for seed in 1..=seeds {
        let night =
            run(&DemoSettings { customers, seed, survey_share, items_asked: ITEMS_ASKED, ..DemoSettings::default() })?;
        print_line(&format!("seed {seed}: {customers} customers, {} asked in the second wave", night.asked().count()));
        for line in people::lines(&night).into_iter().chain(promises::lines(&night)).chain(drivers::lines(&night)?) {
            print_line(&format!("  {line}"));
        }
    }
    Ok(())
}

/// A demo, and a night of the job on it.
fn run(settings: &DemoSettings) -> Result<Night, Box<dyn Error>> {
    let folder = TempDir::new()?;
    write_demo(folder.path(), settings)?;
    // The number of segments is given: planted weights belong to hidden segments, one each.
    let segments = ("VALUESEG_MODEL__SEGMENTS".to_owned(), HIDDEN_SEGMENTS.to_string());
    let loaded = load(&folder.path().join("valueseg.toml"), &[segments])?;
    let request = NightRequest::of(FIRST_NIGHT);
    night::run(&loaded, &request, &Unwatched)?;
    Night::read(folder.path())
}

fn print_line(text: &str) {
    use std::io::Write as _;
    // A closed pipe ends the listing, not the program.
    let _ = writeln!(std::io::stdout(), "{text}");
}
