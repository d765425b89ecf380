//! How well the demo's hidden segments are recovered, and how well hidden answers are predicted.
//!
//! Makes demos with and without twelve signals that carry strong structure unrelated to needs, runs intake, fit and scoring
//! on each through the library, and prints:
//!
//! - adjusted Rand index (ARI) to the truth among surveyed and unsurveyed customers, the number of segments given;
//! - the ARI of a multinomial logistic classifier that was trained on the *true* segments of half the base, on the other
//!   half: what the signals could tell at best to somebody who knew the truth;
//! - what filling gaps with item means and k-means over everybody would have given;
//! - the error of predicting given answers that were hidden before the fit, against predicting the item's mean, and how
//!   often the 90 % interval covers them;
//! - what the model says about its own typing of people who were not asked, beside the truth.
//!
//! Then the number of segments is left to the evidence, on the demos and on demos without hidden segments: what is chosen,
//! what it is called (natural, reproducible, constructive; one segment is called nothing), and by what.

mod held_out;
mod oracle;
mod typing;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use tempfile::TempDir;
use valueseg::catalogue::Catalogue;
use valueseg::demo::{DemoSettings, FIRST_NIGHT, HIDDEN_SEGMENTS, write_demo};
use valueseg::job::load::load;
use valueseg::model::customer::{ApplySettings, Scorer};
use valueseg::model::fit::{FitRequest, FitSettings, Model, RESPONDENT_CAP, SampleCollector, SegmentCount, fit};
use valueseg::model::rows::CustomerBlock;
use valueseg::stats::agreement::adjusted_rand_index;
use valueseg::tables::intake;
use valueseg::tables::read::all_rows;

use crate::print::print_line;

/// Everything known about one demo.
struct Base {
    blocks: Vec<CustomerBlock>,
    signal_ids: Vec<String>,
    /// True segment by customer, in block order.
    truth: Vec<usize>,
    surveyed: Vec<bool>,
}

/// Figures of one demo.
struct Figures {
    surveyed: f64,
    unsurveyed: f64,
    oracle: f64,
    naive: f64,
    held_out: held_out::HeldOut,
    typing: typing::Typing,
}

/// Prints the figures of demos of so many customers.
pub(crate) fn run(customers: u32, seeds: u64) -> Result<(), Box<dyn Error>> {
    print_line("nuisance seed | surveyed unsurveyed oracle ratio | filled+k-means | RMSE/item mean coverage answers");
    let mut typed = Vec::new();
    for nuisance_signals in [0, 12] {
        for seed in 1..=seeds {
            let settings = DemoSettings { customers, seed, nuisance_signals, ..DemoSettings::default() };
            let figures = measure(&settings)?;
            print_line(&format!(
                "{nuisance_signals:8} {seed:4} | {:8.3} {:10.3} {:6.3} {:5.3} | {:14.3} | {:14.3} {:8.3} {:7}",
                figures.surveyed,
                figures.unsurveyed,
                figures.oracle,
                figures.unsurveyed / figures.oracle,
                figures.naive,
                figures.held_out.rmse / figures.held_out.rmse_of_item_mean,
                figures.held_out.coverage,
                figures.held_out.answers,
            ));
            typed.push(typing_line(nuisance_signals, seed, &figures.typing));
        }
    }
    print_line(
        "nuisance seed | typed right: printed true | calibration error | six questions all ratio | claimed found",
    );
    typed.iter().for_each(|line| print_line(line));
    print_line("hidden seed | found method q    called        | ARI surveyed | stability moved-with-raw | why");
    for segments_planted in [true, false] {
        for seed in 1..=seeds {
            let settings = DemoSettings { customers, seed, segments_planted, ..DemoSettings::default() };
            print_line(&left_to_the_evidence(&settings)?);
        }
    }
    Ok(())
}

/// One line about typing people who were not asked.
fn typing_line(nuisance_signals: usize, seed: u64, typing: &typing::Typing) -> String {
    let [six, all] = typing.golden;
    let check =
        typing.golden_check.map_or_else(|| "-".to_owned(), |[claimed, found]| format!("{claimed:7.3} {found:5.3}"));
    format!(
        "{nuisance_signals:8} {seed:4} | {:20.3} {:4.3} | {:17.3} | {six:13.3} {all:3.3} {:5.3} | {check}",
        typing.printed,
        typing.true_share,
        typing.calibration_error,
        six / all,
    )
}

/// One line about a demo whose number of segments is not told.
fn left_to_the_evidence(settings: &DemoSettings) -> Result<String, Box<dyn Error>> {
    let folder = TempDir::new()?;
    write_demo(folder.path(), settings)?;
    let base = read(folder.path())?;
    let model = fitted_with(&base.blocks, &base.signal_ids, SegmentCount::Auto)?;
    let found = segments(&base.blocks, &model)?;
    let rows = (0..found.len()).filter(|row| base.surveyed[*row]);
    let (truth, placed): (Vec<usize>, Vec<usize>) = rows.filter_map(|row| Some((base.truth[row], found[row]?))).unzip();
    let report = model.report();
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"));
    Ok(format!(
        "{:6} {:4} | {:5} {:8} {:1} {:13} | {:12.3} | {:9} {:14} | {}",
        if settings.segments_planted { HIDDEN_SEGMENTS } else { 1 },
        settings.seed,
        model.segments().len(),
        report.method.slug(),
        report.factors.map_or_else(|| "-".to_owned(), |q| q.to_string()),
        report.structure().map_or("one segment", |structure| structure.slug()),
        adjusted_rand_index(&truth, &placed),
        number(report.stability),
        number(report.moved_with_raw),
        report.choice,
    ))
}

fn measure(settings: &DemoSettings) -> Result<Figures, Box<dyn Error>> {
    let folder = TempDir::new()?;
    write_demo(folder.path(), settings)?;
    let base = read(folder.path())?;
    let model = fitted(&base.blocks, &base.signal_ids)?;
    let found = segments(&base.blocks, &model)?;
    let judged: Vec<bool> = found.iter().map(Option::is_some).collect();
    let pick = |surveyed: bool| -> (Vec<usize>, Vec<usize>) {
        let rows = (0..found.len()).filter(|row| base.surveyed[*row] == surveyed);
        rows.filter_map(|row| Some((base.truth[row], found[row]?))).unzip()
    };
    let (truth, placed) = pick(true);
    let surveyed = adjusted_rand_index(&truth, &placed);
    let (truth, placed) = pick(false);
    let unsurveyed = adjusted_rand_index(&truth, &placed);
    Ok(Figures {
        surveyed,
        unsurveyed,
        oracle: oracle::logistic(&base, &judged)?,
        naive: oracle::filled_and_clustered(&base, &judged)?,
        held_out: held_out::measure(&base.blocks, &base.signal_ids)?,
        typing: typing::Typing::of(&base, &model)?,
    })
}

/// Intake of the demo in `folder`, as the job does it, with the truth beside it.
fn read(folder: &Path) -> Result<Base, Box<dyn Error>> {
    let loaded = load(&folder.join("valueseg.toml"), &[])?;
    let catalogue = Catalogue::embedded();
    let scratch = folder.join("scratch");
    std::fs::create_dir_all(&scratch)?;
    let intake = intake::run(&loaded.intake(&catalogue, FIRST_NIGHT, &scratch))?;
    let blocks: Vec<CustomerBlock> = intake.blocks()?.collect::<Result<_, _>>()?;
    let mut known = BTreeMap::new();
    for row in all_rows(&folder.join("truth/truth.parquet"))? {
        let id = row["customer_id"].as_str().ok_or("an id")?.to_owned();
        let segment = row["segment"].as_u64().ok_or("a segment")? as usize;
        known.insert(id, segment);
    }
    let truth = blocks.iter().flat_map(|block| &block.ids).map(|id| known.get(id).copied().ok_or("a known customer"));
    let truth = truth.collect::<Result<Vec<usize>, _>>()?;
    let surveyed = blocks.iter().flat_map(|block| block.rated.iter().map(|rated| *rated != 0)).collect();
    Ok(Base { blocks, signal_ids: intake.signal_ids().to_vec(), truth, surveyed })
}

fn fitted(blocks: &[CustomerBlock], signal_ids: &[String]) -> Result<Model, Box<dyn Error>> {
    fitted_with(blocks, signal_ids, SegmentCount::Exactly(HIDDEN_SEGMENTS))
}

fn fitted_with(
    blocks: &[CustomerBlock],
    signal_ids: &[String],
    segments: SegmentCount,
) -> Result<Model, Box<dyn Error>> {
    let settings = FitSettings { segments, ..FitSettings::default() };
    let mut collector = SampleCollector::new(settings.seed, RESPONDENT_CAP);
    blocks.iter().for_each(|block| collector.absorb(block));
    let sample = collector.finish();
    let catalogue = Catalogue::embedded();
    Ok(fit(&FitRequest { catalogue: &catalogue, signal_ids, sample: &sample, settings: &settings })?)
}

fn scorer(model: &Model, catalogue: &Catalogue) -> Result<Scorer, Box<dyn Error>> {
    Ok(Scorer::new(model, catalogue, ApplySettings::default())?)
}

/// Likeliest segment of every customer; those about whom nothing is known share a label of their own. `None` for people
/// who may not be scored: nobody's rule or classifier is judged on them.
fn segments(blocks: &[CustomerBlock], model: &Model) -> Result<Vec<Option<usize>>, Box<dyn Error>> {
    let catalogue = Catalogue::embedded();
    let scorer = scorer(model, &catalogue)?;
    let none = model.segments().len();
    let mut labels = Vec::new();
    for block in blocks {
        let scored = scorer.score(block);
        labels.extend(
            scored.assignments.iter().zip(&scored.suppressed).map(|(assignment, suppressed)| {
                suppressed.is_none().then_some(assignment.raw.map_or(none, usize::from))
            }),
        );
    }
    Ok(labels)
}
