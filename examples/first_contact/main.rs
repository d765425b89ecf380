//! First contact: the exports of a shop that does not exist, and files nobody should have to meet.
//!
//! ```text
//! cargo run --profile quick --locked --example first_contact -- invent FOLDER [PEOPLE [SEED]]
//! cargo run --profile quick --locked --example first_contact -- hostile [HEADERS [FILES [SEED]]]
//! ```
//!
//! `invent` writes what Shopify, Klaviyo, Qualtrics and Zendesk export of so many invented people (5,000), four kinds of them who
//! care about different things. About 86 of 100 bought, 88 are known to the newsletter, 42 answered the survey, 24 wrote a ticket;
//! addresses differ in case and blanks from system to system, orders have several lines. Same people and seed: same bytes. Then
//!
//! ```text
//! valueseg init shop --from FOLDER --yes && valueseg -C shop run --as-of 2026-11-20
//! ```
//!
//! `hostile` shows `init` random header lines (10,000) and sets of random small files (2,000), and prints how many came out as a
//! configuration that parses with nothing live that was not called ready, how many were refused with a code, and the first few that did neither.

mod dice;
mod hostile;
mod people;
mod shop;

use std::error::Error;
use std::io::Write as _;
use std::path::Path;

use crate::people::Person;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| arguments.get(at).map_or(Ok(default), |text| text.parse());
    match arguments.first().map(String::as_str) {
        Some("invent") => {
            let folder = Path::new(arguments.get(1).ok_or("name a folder to write into")?);
            let (count, seed) = (number(2, 5_000)?, number(3, 1)?);
            let people: Vec<Person> = (0..count).map(|number| Person::new(seed, number)).collect();
            shop::write(folder, &people, seed)?;
            let known = |known: fn(&Person) -> bool| people.iter().filter(|person| known(person)).count();
            say(&format!(
                "{count} people: {} bought, {} in the newsletter, {} answered, {} wrote a ticket; {} in {}",
                known(|person| person.orders > 0),
                known(|person| person.in_newsletter),
                known(|person| person.answered),
                known(|person| person.tickets > 0),
                shop::FILES.join(", "),
                folder.display()
            ))
        }
        Some("hostile") => {
            let seed = number(3, 1)?;
            let headers = hostile::headers(usize::try_from(number(1, 10_000)?)?, seed)?;
            told("header lines", &headers)?;
            let files = hostile::files(usize::try_from(number(2, 2_000)?)?, seed)?;
            told("sets of files", &files)?;
            if headers.wrong.is_empty() && files.wrong.is_empty() { Ok(()) } else { Err("see above".into()) }
        }
        _ => Err("say `invent FOLDER` or `hostile`; the first lines of examples/first_contact/main.rs explain".into()),
    }
}

fn told(what: &str, outcome: &hostile::Outcome) -> Result<(), Box<dyn Error>> {
    let (shown, parses, refused, wrong) = (outcome.shown, outcome.parses, outcome.refused, outcome.wrong.len());
    say(&format!(
        "{shown} {what}: {parses} configurations that parse, {refused} refused with a code, {wrong} neither"
    ))?;
    for line in outcome.wrong.iter().filter(|line| !line.is_empty()) {
        say(&format!("  {line}"))?;
    }
    Ok(())
}

fn say(text: &str) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
