//! What a search among all candidates costs, what its table says, and how its k-means compares with linfa's.
//!
//! ```text
//! cargo run --release --locked --example candidates [RESPONDENTS]
//! ```
//!
//! Makes a demo with so many respondents (10,000 unless told otherwise), fits it with the thorough search and prints the
//! candidate table and the CPU time of the whole fit. Then it cuts overlapping and shapeless clouds of 10,000 rows by k-means, best of
//! 50 starts, with linfa and with ours, and prints both inertias and the CPU time of both. Times are read from the system's
//! account of this process, on Linux.

mod clouds;

use std::error::Error;
use std::io::Write as _;

use tempfile::TempDir;
use valueseg::catalogue::Catalogue;
use valueseg::demo::{DemoSettings, FIRST_NIGHT, write_demo};
use valueseg::job::load::load;
use valueseg::model::fit::{Candidate, FitRequest, FitSettings, RESPONDENT_CAP, SampleCollector, fit};
use valueseg::tables::intake;

/// Share of the demo's customers who answer the survey.
const SURVEYED: f64 = 0.08;

fn main() -> Result<(), Box<dyn Error>> {
    let respondents: u32 = std::env::args().nth(1).map_or(Ok(10_000), |text| text.parse())?;
    let folder = TempDir::new()?;
    let settings = DemoSettings { customers: (f64::from(respondents) / SURVEYED) as u32, ..DemoSettings::default() };
    write_demo(folder.path(), &settings)?;
    let loaded = load(&folder.path().join("valueseg.toml"), &[])?;
    let catalogue = Catalogue::embedded();
    let scratch = folder.path().join("scratch");
    std::fs::create_dir_all(&scratch)?;
    let intake = intake::run(&loaded.intake(&catalogue, FIRST_NIGHT, &scratch))?;
    let settings = FitSettings::default();
    let mut collector = SampleCollector::new(settings.seed, RESPONDENT_CAP);
    for block in intake.blocks()? {
        collector.absorb(&block?);
    }
    let sample = collector.finish();
    let before = cpu_seconds()?;
    let request =
        FitRequest { catalogue: &catalogue, signal_ids: intake.signal_ids(), sample: &sample, settings: &settings };
    let model = fit(&request)?;
    let spent = cpu_seconds()? - before;
    print_line("method         k  q  rows   BIC        bootstrap  R² outcomes  smallest  chosen or knocked out")?;
    for candidate in &model.report().candidates {
        print_line(&line(candidate))?;
    }
    print_line(&format!("{} respondents, whole fit: {spent:.1} s of CPU\n", sample.respondents.len()))?;
    clouds::compare()
}

fn line(c: &Candidate) -> String {
    let number = |value: Option<f64>, places: usize| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.places$}"));
    let fate = match (&c.knocked_out, c.chosen) {
        (_, true) => "chosen",
        (Some(why), false) => why,
        (None, false) => "",
    };
    format!(
        "{:14} {:2} {:>2} {:5} {:>10} {:>10} {:>12} {:9.3}  {fate}",
        c.method.slug(),
        c.segments,
        c.factors.map_or_else(|| "-".to_owned(), |q| q.to_string()),
        c.rows,
        number(c.bic, 0),
        number(c.stability, 3),
        number(c.outcome_r2, 3),
        c.smallest_share,
    )
}

/// CPU seconds of this process, all threads together.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let account = std::fs::read_to_string("/proc/self/stat")?;
    // The second field, the program's name, may hold blanks; it ends with the last bracket.
    let fields: Vec<&str> = account.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| -> Result<f64, Box<dyn Error>> { Ok(fields.get(at).ok_or("a field")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

fn print_line(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{text}")
}
