//! How well hidden things are recovered: on bases of strangers with known truth, and on the demo.
//!
//! ```text
//! cargo run --release --locked --example recovery -- [CASE|groups|one|all [SEEDS [MODE]]]
//! cargo run --release --locked --example recovery -- list
//! cargo run --release --locked --example recovery -- nested [PROBLEMS]
//! cargo run --release --locked --example recovery -- demo [CUSTOMERS [SEEDS]]
//! ```
//!
//! `SEEDS` is a number, or a range such as `3-5`. `MODE` is
//!
//! - `night` (default): a whole night with the true number of segments; what it publishes is judged;
//! - `night-auto`: the same, the number of segments left to the evidence;
//! - `partition`: intake, fit and typing of respondents alone, with the true number of segments;
//! - `auto`: the same, the number of segments left to the evidence;
//! - `taught`: no fit at all: how near learners that are told every respondent's true segment come to the exact posterior.
//!
//! Where there is one true segment, the number is always left to the evidence. Each base is judged beside the exact posterior
//! with the true parameters, beside learners that are told the true segments of respondents, and beside a ridge regression
//! of each rating on signals. A table of bars, met or missed, ends the listing.

mod bars;
mod cases;
mod demo;
mod generate;
mod judge;
mod likelihood;
mod nested;
mod partition;
mod posterior;
mod print;
mod published;
mod ridge;
mod scores;
mod taught;
mod tiers;
mod write;

use std::ops::RangeInclusive;

use tempfile::TempDir;
use valueseg::model::fit::SegmentCount;

use crate::cases::{CASES, Case, NOTHING_THERE};
use crate::generate::Base;
use crate::judge::{Cut, NightFigures, agreement, largest_eta};
use crate::posterior::{Known, exact};
use crate::print::print_line;

/// Everything that goes wrong here.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// What was made of one base.
pub(crate) struct Run {
    pub(crate) case: Case,
    pub(crate) seed: u64,
    /// The number of segments was left to the evidence.
    pub(crate) auto: bool,
    pub(crate) cut: Cut,
    pub(crate) night: Option<NightFigures>,
    /// CPU time of intake, fit and night.
    pub(crate) seconds: f64,
}

/// How far a base is taken.
#[derive(Clone, Copy, Debug)]
struct Mode {
    night: bool,
    auto: bool,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |at: usize| arguments.get(at).map(String::as_str);
    let number = |at: usize, default: u64| argument(at).map_or(Ok(default), str::parse);
    match argument(0).unwrap_or("all") {
        "demo" => demo::run(number(1, 20_000)? as u32, number(2, 5)?),
        "nested" => nested::count(number(1, 100)?),
        "list" => {
            CASES.iter().chain(&NOTHING_THERE).for_each(|case| print_line(&format!("{case:?}")));
            Ok(())
        }
        name => {
            let cases = match name {
                "all" => CASES.into_iter().chain(NOTHING_THERE).collect(),
                "groups" => CASES.to_vec(),
                "one" => NOTHING_THERE.to_vec(),
                name => vec![Case::named(name).ok_or_else(|| format!("no case {name}: `list` names them"))?],
            };
            let mode = match argument(2).unwrap_or("night") {
                "taught" => return told(&cases, seeds(argument(1).unwrap_or("1"))?),
                "night" => Mode { night: true, auto: false },
                "night-auto" => Mode { night: true, auto: true },
                "partition" => Mode { night: false, auto: false },
                "auto" => Mode { night: false, auto: true },
                other => return Err(format!("no mode {other}").into()),
            };
            tried(&cases, seeds(argument(1).unwrap_or("1"))?, mode)
        }
    }
}

fn seeds(text: &str) -> Result<RangeInclusive<u64>, Failure> {
    Ok(match text.split_once('-') {
        Some((from, to)) => from.parse()?..=to.parse()?,
        None => 1..=text.parse()?,
    })
}

fn tried(cases: &[Case], seeds: RangeInclusive<u64>, mode: Mode) -> Result<(), Failure> {
    print::heading();
    let mut runs = Vec::new();
    for case in cases {
        for seed in seeds.clone() {
            let auto = mode.auto || case.segments == 1;
            let run = judged(Base::new(*case, seed), seed, Mode { auto, ..mode })?;
            print::run(&run);
            runs.push(run);
        }
    }
    bars::print(&runs);
    Ok(())
}

/// What learners reach that are told the true segments of respondents, beside the exact posterior.
fn told(cases: &[Case], seeds: RangeInclusive<u64>) -> Result<(), Failure> {
    print_line("case             seed | unsurveyed exact | likeliest ratio |  told ratio  by");
    for case in cases.iter().filter(|case| case.segments > 1) {
        for seed in seeds.clone() {
            let base = Base::new(*case, seed);
            let known = known(&base, |i| !base.people[i].surveyed);
            let taught = taught::best(&base).ok_or("no learner")?;
            let labels = vec![None; base.people.len()];
            let agreement = agreement(&base, &labels, &known, |i| !base.people[i].surveyed).ok_or("one segment")?;
            let likeliest = taught::likeliest(&base).ok_or("no mixture")?;
            print::taught(case.name, seed, agreement.exact, likeliest, taught);
        }
    }
    Ok(())
}

/// Hands a base over, and holds what comes back against the truth.
fn judged(base: Base, seed: u64, mode: Mode) -> Result<Run, Failure> {
    let folder = TempDir::new()?;
    let count = if mode.auto { SegmentCount::Auto } else { SegmentCount::Exactly(base.case.segments) };
    write::write(folder.path(), &base, count)?;
    let begun = cpu_seconds()?;
    let (cut, night, seconds) = if mode.night {
        let told = published::night(folder.path())?;
        let seconds = cpu_seconds()? - begun;
        let known = known(&base, |_| true);
        let cut = Cut {
            segments: told.segments.len(),
            label: told.segments.first().and_then(|segment| segment.label.clone()),
            method: told.method.clone(),
            surveyed: agreement(&base, &told.raw, &known, |i| base.people[i].surveyed),
            eta: largest_eta(&base, &told.raw),
        };
        let ridge = ridge::predictions(&base);
        let figures = NightFigures { taught: taught::best(&base), ..NightFigures::of(&base, &told, &known, &ridge) };
        (cut, Some(figures), seconds)
    } else {
        let fitted = partition::fitted(folder.path(), count)?;
        let seconds = cpu_seconds()? - begun;
        let known = known(&base, |i| base.people[i].surveyed);
        let report = fitted.model.report();
        let cut = Cut {
            segments: fitted.model.segments().len(),
            label: report.structure().map(|structure| structure.slug().to_owned()),
            method: format!("{}{}", report.method.slug(), report.factors.unwrap_or(0)),
            surveyed: agreement(&base, &fitted.raw, &known, |i| base.people[i].surveyed),
            eta: largest_eta(&base, &fitted.raw),
        };
        (cut, None, seconds)
    };
    Ok(Run { case: base.case, seed, auto: mode.auto, cut, night, seconds })
}

/// CPU seconds of this process, all threads together, as Linux counts them.
fn cpu_seconds() -> Result<f64, Failure> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let account = std::fs::read_to_string("/proc/self/stat")?;
    // The second field, the program's name, may hold blanks; it ends with the last bracket.
    let fields: Vec<&str> = account.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| -> Result<f64, Failure> { Ok(fields.get(at).ok_or("a field")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

/// The exact posterior of those for whom `of` holds; nothing is asked of it where there is one segment and no night.
fn known(base: &Base, of: impl Fn(usize) -> bool) -> Vec<Option<Known>> {
    let people: Vec<usize> = (0..base.people.len()).filter(|i| of(*i)).collect();
    let mut all: Vec<Option<Known>> = (0..base.people.len()).map(|_| None).collect();
    for (i, known) in people.iter().zip(exact(base, &people)) {
        all[*i] = Some(known);
    }
    all
}
