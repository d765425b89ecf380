//! K-means and its stability on a study of your own, or on a published one.
//!
//! ```text
//! cargo run --release --example studies -- FILE.csv [--columns a,b,c] [--k 2..8] [--pairs 100] [--starts 10]
//! ```
//!
//! Reads a CSV file whose columns are Yes/No or numbers and prints for each number of segments:
//!
//! - the lowest inertia found (squared distances to the own centroid, over answered cells), as the book *Market
//!   Segmentation Analysis* (Dolnicar, Grün and Leisch 2018) and R's flexclust report it;
//! - the mean adjusted Rand index of pairs of bootstrap samples, in the way of flexclust's `bootFlexclust`, with the
//!   range the middle 80 % of the pairs lie in;
//! - Calinski–Harabasz index, mean shadow value, and for each segment its share and its mean Jaccard with what came out
//!   of the bootstrap samples.

mod study;

use std::error::Error;
use std::io::Write as _;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::Parser;
use linfa::ParamGuard;
use valueseg::stats::kmeans::{DEFAULT_STARTS, KmeansParams, Points, Search};
use valueseg::stats::observed::Observed;
use valueseg::stats::resample::{JaccardBand, Resampling};
use valueseg::stats::separation::{calinski_harabasz, shadow};

/// K-means partitions of a CSV file, and how well they hold.
#[derive(Debug, Parser)]
struct Args {
    /// A CSV file with a header line.
    file: PathBuf,
    /// Columns to use, separated by commas; FIRST..LAST takes all from one to another. Without it: all Yes/No
    /// columns, or where there are none, all columns of numbers.
    #[arg(long, value_delimiter = ',')]
    columns: Vec<String>,
    /// Numbers of segments.
    #[arg(long, default_value = "2..8", value_parser = counts)]
    k: RangeInclusive<usize>,
    /// Pairs of bootstrap samples.
    #[arg(long, default_value_t = 100)]
    pairs: usize,
    /// Starts on each bootstrap sample. The solution on all rows is the best of at least 50.
    #[arg(long, default_value_t = 10)]
    starts: usize,
    /// Search each bootstrap sample as thoroughly as all rows. Then only sampling moves the solutions, and figures are
    /// higher than published ones, in which local optima of plain k-means count as instability, too.
    #[arg(long)]
    thorough: bool,
    /// Give each column mean 0 and spread 1 first.
    #[arg(long)]
    standardize: bool,
    /// What randomness is keyed with.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Reads `2..8` (both ends included) or `4`.
fn counts(text: &str) -> Result<RangeInclusive<usize>, String> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let number = |part: &str| part.trim().trim_start_matches('=').parse::<usize>();
    match (number(from), number(to)) {
        (Ok(from), Ok(to)) if from >= 1 && from <= to => Ok(from..=to),
        _ => Err("write two numbers as 2..8, or one".to_owned()),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let study = study::read(&args.file, &args.columns)?;
    let data = if args.standardize { study.data.standardized(&study.data.column_moments()) } else { study.data };
    let points = Points::new(&data);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} rows, {} of them different; columns: {}", data.n_rows(), points.n_distinct(), study.names)?;
    let absent = data.present().iter().filter(|is| !**is).count();
    writeln!(out, "{absent} cells without an answer; {} pairs of bootstrap samples", args.pairs)?;
    writeln!(out, "\n k    inertia    ARI   middle 80 %   Calinski  shadow")?;
    for k in args.k.clone() {
        report(&mut out, k, &args, &data, &points)?;
    }
    Ok(())
}

/// Prints what there is to know about `k` segments.
fn report(
    out: &mut impl std::io::Write,
    k: usize,
    args: &Args,
    data: &Observed,
    points: &Points,
) -> Result<(), Box<dyn Error>> {
    let params = KmeansParams::new(k).seed(args.seed);
    let fit = params.clone().starts(DEFAULT_STARTS.max(args.starts)).check()?.fit_points(points)?;
    let labels = fit.assign_points(points);
    let search = if args.thorough { Search::Thorough } else { Search::Plain };
    let resampling = Resampling::new(data, args.seed);
    let solutions = params.starts(args.starts).search(search).check()?.solutions(points, &resampling, args.pairs);
    let mut agreement = solutions.agreement();
    agreement.pairs.sort_by(f64::total_cmp);
    let at = |share: f64| agreement.pairs.get((share * agreement.pairs.len() as f64) as usize);
    let shown = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let near = shadow(data, fit.centroids.view()).map(|shadow| shadow.overall);
    writeln!(
        out,
        "{k:2} {:10.3}  {}  {} to {}  {:>9}  {:>6}",
        fit.inertia,
        shown(agreement.mean),
        shown(at(0.1).copied()),
        shown(at(0.9).copied()),
        calinski_harabasz(data, &labels).map_or("-".to_owned(), |index| format!("{index:.1}")),
        shown(near),
    )?;
    let total: f64 = fit.sizes.iter().sum();
    for (segment, jaccard) in solutions.jaccard(&labels, k).into_iter().enumerate() {
        let share_pct = 100.0 * fit.sizes[segment] / total;
        let band = jaccard.map_or("-", |jaccard| JaccardBand::of(jaccard).name());
        writeln!(out, "      segment {}: {share_pct:5.1} %  Jaccard {}  {band}", segment + 1, shown(jaccard))?;
    }
    Ok(())
}
