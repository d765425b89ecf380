//! Whether "did it work?" is answered as often right as it says.
//!
//! `cargo run --profile quick --locked --example effects -- worlds [WORLDS [CUSTOMERS]]` runs made-up experiments of 60 nights
//! through the verdict of the job and prints how often a play without effect is called something, how often an effect of the
//! size that the plan is made for is found, how often intervals hold, and how often samples that lost customers are caught.
//! `-- nights [CUSTOMERS [NIGHTS]]` runs 90 nights of a company that sends what its lists say: plays work, harm, do nothing and wear
//! off, messages bounce, people share addresses; it fails if a play is found to do the opposite of what was planted, if one that
//! harms is sent after that was found, or if people at one address are of two arms. `-- hillstrom FILE.csv` reads the e-mail test of Kevin Hillstrom (2008; not in this repository, no license is stated) and
//! prints differences, adjustments and shrunken effects beside figures computed in Python by scipy and statsmodels.

mod hillstrom;
mod nights;
mod worlds;

use std::io::Write as _;

/// What went wrong.
type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, default: u64| arguments.get(place).map_or(Ok(default), |text| text.parse());
    match arguments.first().map(String::as_str) {
        Some("worlds") => {
            worlds::run(number(1, 2_000)?, number(2, 4_000)?);
            Ok(())
        }
        Some("nights") => nights::run(number(1, 2_400)? as usize, number(2, 90)?),
        Some("hillstrom") => hillstrom::run(arguments.get(1).ok_or("hillstrom: which file?")?),
        _ => Err("say `worlds [WORLDS [CUSTOMERS]]`, `nights [CUSTOMERS [NIGHTS]]` or `hillstrom FILE.csv`".into()),
    }
}

/// Writes a line.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
