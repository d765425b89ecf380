//! Which ratings does satisfaction go with? Derived importance of one survey file, three ways.
//!
//! `cargo run --release --locked --example drivers -- FILE [OUTCOME YES ELEMENT=COLUMN …]` reads a CSV with ratings 1–5
//! (anything else is "no answer") and an outcome column that says YES or something else; without more it expects the
//! airline file of `examples/configs`. It prints:
//!
//! - Johnson's relative weights and exact shares (LMG over all subsets, and over groups of three) of complete rows, which
//!   `reference.py` beside this file computes in another way;
//! - what the job would publish: shares beyond the halo with intervals, directions, penalty–reward classes, need tiers.
//!
//! `cargo run --release --locked --example drivers -- invented [SURVEYS]` makes surveys of 7 and 9 ratings of which the truth is
//! known, SURVEYS (20 by default) of each kind, and prints how often published intervals hold the exact share of the
//! population, what becomes of a turned outcome, and how far shares come out from planted ones with the halo taken out and kept.
//!
//! All of it is association, not cause.

mod invented;

use std::error::Error;
use std::io::Write as _;

use ndarray::{Array2, s};
use valueseg::catalogue::{Catalogue, ElementId, N_ELEMENTS};
use valueseg::model::rows::{Attitudes, Basis, BlockFold, CustomerBlock, N_RATINGS, Question, ScoredBlock};
use valueseg::model::segment::drivers::{
    DriverContext, DriverFold, DriverSettings, DriverState, GroupDrivers, RatingScale, group_limits, reading,
};
use valueseg::stats::drivers::cross::{CrossSums, value_steps, weight_steps};
use valueseg::stats::drivers::johnson::relative_weights;
use valueseg::stats::drivers::pairwise::Pairwise;
use valueseg::stats::drivers::shapley::{MAX_GROUPS, shapley};

/// Which column stands for which element is our reading of the questions.
const AIRLINE: [&str; 14] = [
    "quality=Seat comfort",
    "saves_time=Departure/Arrival time convenient",
    "sensory_appeal=Food and drink",
    "reduces_effort=Gate location",
    "connects=Inflight wifi service",
    "fun_entertainment=Inflight entertainment",
    "informs=Online support",
    "simplifies=Ease of Online booking",
    "reduces_anxiety=On-board service",
    "wellness=Leg room service",
    "reduces_risk=Baggage handling",
    "avoids_hassles=Checkin service",
    "design_aesthetics=Cleanliness",
    "integrates=Online boarding",
];

/// A survey: who gave which rating (1–5), and the outcome (0 or 1).
struct Survey {
    elements: Vec<ElementId>,
    rows: Vec<(Vec<Option<f64>>, f64)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.first().ok_or("which CSV file?")?;
    if path == "invented" {
        invented::coverage(arguments.get(1).map_or(Ok(20), |surveys| surveys.parse())?);
        return Ok(());
    }
    let outcome = arguments.get(1).map_or("satisfaction", String::as_str);
    let yes = arguments.get(2).map_or("satisfied", String::as_str);
    let given: Vec<&str> = arguments.iter().skip(3).map(String::as_str).collect();
    let survey = read(path, outcome, yes, if given.is_empty() { &AIRLINE } else { &given })?;
    plain(&survey)?;
    published(&survey);
    Ok(())
}

fn say(text: &str) {
    // A closed pipe ends the listing, not the program.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn read(path: &str, outcome: &str, yes: &str, columns: &[&str]) -> Result<Survey, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let headers = reader.headers()?.clone();
    let place = |name: &str| headers.iter().position(|h| h == name).ok_or_else(|| format!("no column `{name}`"));
    let at = place(outcome)?;
    let mut elements = Vec::new();
    let mut places = Vec::new();
    for column in columns {
        let (slug, name) = column.split_once('=').ok_or("ELEMENT=COLUMN is wanted")?;
        elements.push(ElementId::parse(slug).ok_or_else(|| format!("no element `{slug}`"))?);
        places.push(place(name)?);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        // A file cut off in its last row is read up to there.
        let Ok(record) = record else { break };
        if record.len() != headers.len() {
            continue;
        }
        let rating = |i: &usize| record[*i].parse::<f64>().ok().filter(|x| (1.0..=5.0).contains(x));
        rows.push((places.iter().map(rating).collect(), f64::from(u8::from(&record[at] == yes))));
    }
    Ok(Survey { elements, rows })
}

/// Correlations of complete rows, the outcome last, and their number.
fn complete(survey: &Survey) -> (Pairwise, u64) {
    let p = survey.elements.len();
    let mut sums = CrossSums::new(p + 1);
    for (ratings, outcome) in survey.rows.iter().filter(|(ratings, _)| ratings.iter().all(Option::is_some)) {
        add(&mut sums, ratings, *outcome);
    }
    (Pairwise::of(&sums, &(0..=p).collect::<Vec<_>>()), sums.pair(0, p).rows())
}

/// Correlations of whoever has both, the outcome last.
fn correlations(survey: &Survey) -> Pairwise {
    let mut sums = CrossSums::new(survey.elements.len() + 1);
    survey.rows.iter().for_each(|(ratings, outcome)| add(&mut sums, ratings, *outcome));
    Pairwise::of(&sums, &(0..=survey.elements.len()).collect::<Vec<_>>())
}

fn add(sums: &mut CrossSums, ratings: &[Option<f64>], outcome: f64) {
    let values = ratings.iter().copied().chain([Some(outcome)]).enumerate();
    let row: Vec<_> = values.filter_map(|(i, x)| Some((i, value_steps(x?)))).collect();
    sums.add(&row, weight_steps(1.0));
}

/// Exact shares (LMG) of the ratings, which sum to 1, and their correlations with the outcome.
fn exact_shares(survey: &Survey) -> (Vec<f64>, Vec<f64>) {
    let (p, pairs) = (survey.elements.len(), correlations(survey));
    let (among, outcome) = (pairs.r.slice(s![..p, ..p]), pairs.r.slice(s![..p, p]));
    let singles: Vec<Vec<usize>> = (0..p).map(|i| vec![i]).collect();
    let shares = shapley(among, outcome, &singles).unwrap_or_default();
    let sum: f64 = shares.iter().sum();
    (shares.iter().map(|share| share / sum).collect(), outcome.to_vec())
}

/// Weights and shares of complete rows, as other programs give them.
fn plain(survey: &Survey) -> Result<(), Box<dyn Error>> {
    let p = survey.elements.len();
    let (pairs, rows) = complete(survey);
    let (among, outcome) = (pairs.r.slice(s![..p, ..p]), pairs.r.slice(s![..p, p]));
    let johnson = relative_weights(among, outcome)?;
    say(&format!("complete rows {rows}  R² {:.10}", johnson.r_squared));
    let mut order: Vec<usize> = (0..p).collect();
    order.sort_by(|a, b| johnson.weights[*b].total_cmp(&johnson.weights[*a]).then(a.cmp(b)));
    let singles: Vec<Vec<usize>> = (0..p).map(|i| vec![i]).collect();
    let exact = if p <= MAX_GROUPS { Some(shapley(among, outcome, &singles)?) } else { None };
    for i in order {
        let lmg = exact.as_ref().map_or(String::new(), |exact| format!("  lmg {:.10}", exact[i]));
        say(&format!("{:20} johnson {:.10}{lmg}", survey.elements[i].slug(), johnson.weights[i]));
    }
    let threes: Vec<Vec<usize>> = (0..p).collect::<Vec<_>>().chunks(3).map(<[usize]>::to_vec).collect();
    for (group, share) in threes.iter().zip(shapley(among, outcome, &threes)?) {
        let names: Vec<&str> = group.iter().map(|i| survey.elements[*i].slug()).collect();
        say(&format!("group {} {share:.10}", names.join("+")));
    }
    Ok(())
}

/// What the job would publish.
fn published(survey: &Survey) {
    let (customers, scored) = blocks(survey);
    let fold = DriverFold::new(0, RatingScale::default(), 0);
    let mut state: DriverState = fold.zero();
    fold.fold(&mut state, &customers, &scored);
    let catalogue = Catalogue::embedded();
    for keep_halo in [false, true] {
        let settings = DriverSettings { keep_halo, ..DriverSettings::default() };
        let context = DriverContext { catalogue: &catalogue, profiles: None, settings, settled: &[] };
        say(if keep_halo {
            "\nall rows, halo kept"
        } else {
            "\nall rows, halo taken out where there is one, of 15 ratings or more"
        });
        print_group(&catalogue, &state.finish(&context).everyone);
    }
}

fn print_group(catalogue: &Catalogue, group: &GroupDrivers) {
    group_limits(group).iter().for_each(|limit| say(limit));
    let Some((outcome, explained)) = group.leading() else { return };
    let halo = explained.halo.map_or("none taken out".to_owned(), |halo| format!("{halo:.3} of the variance"));
    say(&format!(
        "{}: R² {:.3} ({:.3} to {:.3}), adjusted {:.3}; halo: {halo}",
        outcome.slug(),
        explained.r_squared.value,
        explained.r_squared.low,
        explained.r_squared.high,
        explained.adjusted_r_squared
    ));
    let mut elements: Vec<_> = explained.elements.iter().collect();
    elements.sort_by(|a, b| b.share.value.total_cmp(&a.share.value).then(a.element.cmp(&b.element)));
    for e in &elements {
        let side = |side: Option<valueseg::model::rows::Estimate>| {
            side.map_or("    -".to_owned(), |s| format!("{:5.2}", s.value))
        };
        say(&format!(
            "{:20} {:5.1} % ({:4.1} to {:4.1})  direction {:>2}  penalty {} reward {}  {}",
            e.element.slug(),
            100.0 * e.share.value,
            100.0 * e.share.low,
            100.0 * e.share.high,
            e.direction.map_or("?".to_owned(), |d| d.to_string()),
            side(e.penalty),
            side(e.reward),
            e.kano.map_or("not known", |k| k.slug())
        ));
    }
    for need in &explained.needs {
        let share = need.share;
        say(&format!(
            "{:20} {:5.1} % ({:4.1} to {:4.1})",
            need.tier.slug(),
            100.0 * share.value,
            100.0 * share.low,
            100.0 * share.high
        ));
    }
    if let Some(first) = elements.first() {
        say(&reading(catalogue, outcome, explained, first));
    }
}

/// The survey as a block of customers with fulfillment on 0–10 and satisfaction 0 or 10, none of them in a segment.
fn blocks(survey: &Survey) -> (CustomerBlock, ScoredBlock) {
    let n = survey.rows.len();
    let mut ratings = Array2::zeros((n, N_RATINGS));
    let mut rated = vec![0u64; n];
    for (i, (answers, _)) in survey.rows.iter().enumerate() {
        for (element, answer) in survey.elements.iter().zip(answers) {
            if let Some(x) = answer {
                ratings[(i, N_ELEMENTS + element.index())] = (2.5 * (x - 1.0)) as f32;
                rated[i] |= 1 << (N_ELEMENTS + element.index());
            }
        }
    }
    let mut attitudes = Attitudes::unasked(n, 0);
    for (i, row) in survey.rows.iter().enumerate() {
        attitudes.answer(i, Question::Satisfaction, 10.0 * row.1 as f32);
    }
    let customers = CustomerBlock {
        ratings,
        rated,
        attitudes,
        ..CustomerBlock::unasked((0..n).map(|i| format!("{i:08}")).collect())
    };
    let scored = ScoredBlock { basis: vec![Basis::Survey; n], ..ScoredBlock::unscored(n) };
    (customers, scored)
}
