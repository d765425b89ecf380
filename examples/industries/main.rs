//! Do plans speak the language of a company that is no retailer? A made-up bank, hotels and software, a night on each.
//!
//! `cargo run --profile quick --locked --example industries [CUSTOMERS [SEEDS]]` makes a base for each of the three from a
//! seed (customers with consents, a survey in the company's own words, orders, contacts), runs a night of the job on it, and
//! prints its plans and the number of contradictions that the nightly check found. It fails if there is one, if a campaign
//! reaches nobody, or if a line speaks of what the company has not: a channel or a capability that it does not name, or one of
//! the words that [`companies`] lists as foreign to it.

mod base;
mod companies;
mod dice;

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use valueseg::catalogue::{Capabilities, Capability, Catalogue, CompanyTexts, PlayChannel};
use valueseg::job::load::{Loaded, load};
use valueseg::job::night::{self, NightRequest};
use valueseg::job::outcome::Outcome;
use valueseg::job::watch::Unwatched;

use crate::companies::{COMPANIES, Company};

/// The night the bases are made for.
const NIGHT: (i32, u32, u32) = (2026, 11, 20);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let customers = arguments.next().map_or(Ok(4_000), |text| text.parse())?;
    let seeds: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let mut wrong = 0;
    for company in &COMPANIES {
        for seed in 1..=seeds {
            let found = told(company, customers, seed)?;
            print_line(&format!(
                "{}, seed {seed}: {} lines, {} contradictions",
                company.name, found.lines, found.contradictions
            ));
            found.wrong.iter().for_each(|what| print_line(&format!("  WRONG: {what}")));
            wrong += found.wrong.len() + found.contradictions;
        }
    }
    if wrong > 0 {
        Err(format!("{wrong} contradictions, or lines that speak of what a company has not").into())
    } else {
        Ok(())
    }
}

/// What was found in the plans of a night.
struct Findings {
    lines: usize,
    contradictions: usize,
    wrong: Vec<String>,
}

/// A night on a made-up base, its plans printed and looked through.
fn told(company: &Company, customers: u64, seed: u64) -> Result<Findings, Box<dyn Error>> {
    let folder = TempDir::new()?;
    base::write(folder.path(), company, customers, seed)?;
    let loaded = load(&folder.path().join("valueseg.toml"), &[])?;
    let (year, month, day) = NIGHT;
    let request = NightRequest::of(chrono::NaiveDate::from_ymd_opt(year, month, day).ok_or("no day")?);
    let Outcome::Published { run, .. } = night::run(&loaded, &request, &Unwatched)? else {
        return Err("nothing was published".into());
    };
    let set: Value = serde_json::from_str(&fs::read_to_string(Path::new(&run).join("plans/plans.json"))?)?;
    let catalogue = Catalogue::of_company(&CompanyTexts { industry: company.industry, ..CompanyTexts::default() })?;
    let mut found =
        Findings { lines: 0, contradictions: set["contradictions"].as_array().map_or(0, Vec::len), wrong: Vec::new() };
    let groups = set["plans"].as_array().into_iter().flatten();
    for plan in [&set["company"]].into_iter().chain(groups).chain([&set["neutral"]]) {
        print_line(&format!("\n{}: {} {}", company.name, text(plan, "segment_id"), text(plan, "segment_name")));
        for line in plan["lines"].as_array().into_iter().flatten() {
            print_line(&sentence(line));
            found.lines += 1;
            found.wrong.extend(wrong(line, company, &loaded, &catalogue));
        }
    }
    Ok(found)
}

/// What a line says that is not so of this company.
fn wrong(line: &Value, company: &Company, loaded: &Loaded, catalogue: &Catalogue) -> Vec<String> {
    let has: Capabilities = loaded.settings.company.capabilities.iter().copied().collect();
    let play = text(line, "play_id");
    let lacking = |needed: &Capability| !has.has(*needed);
    let mut wrong = Vec::new();
    for needed in catalogue.play(play).into_iter().flat_map(|play| play.needs()).filter(|needed| lacking(needed)) {
        wrong.push(format!("{play} needs {}", needed.slug()));
    }
    let channel = PlayChannel::ALL.into_iter().find(|channel| channel.slug() == text(line, "channel"));
    if channel.is_none_or(|channel| !has.has_channel(channel)) {
        wrong.push(format!("{play} goes by {}", text(line, "channel")));
    }
    if text(line, "scope") == "campaign" && line["reach"].as_u64().unwrap_or(0) == 0 {
        wrong.push(format!("{play} is sent to nobody"));
    }
    let parts = ["action", "first_step", "opening", "message_angle", "proof_needed", "avoid"];
    let said = parts.map(|part| text(line, part).to_lowercase()).join(" ");
    wrong.extend(
        company.has_not.iter().filter(|word| said.contains(**word)).map(|word| format!("{play} speaks of “{word}”")),
    );
    wrong
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A line for people to read.
fn sentence(line: &Value) -> String {
    let subject = line["item"].as_str().unwrap_or(text(line, "subject"));
    let opening = Some(text(line, "opening")).filter(|opening| !opening.is_empty());
    let opening = opening.map_or_else(String::new, |opening| format!("\n     Open with: “{opening}”"));
    format!(
        "  {}. {} {subject} [{}, {}, {}]\n     {}\n     First: {}{opening}\n     Known on {}. {}",
        line["rank"],
        text(line, "kind"),
        text(line, "channel"),
        text(line, "effort"),
        text(line, "trial"),
        text(line, "action"),
        text(line, "first_step"),
        line["known_on"].as_str().unwrap_or("no day, with so few people"),
        text(line, "because"),
    )
}

fn print_line(text: &str) {
    use std::io::Write as _;
    // A closed pipe ends the listing, not the program.
    let _ = writeln!(std::io::stdout(), "{text}");
}
