//! How well the job recovers the hidden relationships of the demo: stages, promises, drivers, loyalty.
//!
//! `cargo run --release --locked --example relationship [CUSTOMERS [SEEDS [SHARE]]]` makes demos in which SHARE of the
//! customers (0.5 by default) answered a survey, runs a night of the job on each, reads the published tables, and prints for
//! each seed beside the planted truth:
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
use valueseg::job::demo::{DemoSettings, FIRST_NIGHT, write_demo};
use valueseg::job::load::load;
use valueseg::job::night::{self, NightRequest};
use valueseg::job::watch::Unwatched;

use crate::published::Night;

/// Share of customers who answered, where nothing else is asked for: enough for drivers of single segments.
const SURVEY_SHARE: f64 = 0.5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let customers = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let seeds: u64 = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let survey_share = arguments.next().map_or(Ok(SURVEY_SHARE), |text| text.parse())?;
    for seed in 1..=seeds {
        let night = run(&DemoSettings { customers, seed, survey_share, ..DemoSettings::default() })?;
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
    let loaded = load(&folder.path().join("valueseg.toml"), &[])?;
    let request = NightRequest { as_of: FIRST_NIGHT, refit: false, force: false, dry_run: false };
    night::run(&loaded, &request, &Unwatched)?;
    Night::read(folder.path())
}

fn print_line(text: &str) {
    use std::io::Write as _;
    // A closed pipe ends the listing, not the program.
    let _ = writeln!(std::io::stdout(), "{text}");
}
