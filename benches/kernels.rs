//! What one block costs: `cargo bench --locked` prints times per customer block and per fit, by divan.
//!
//! The night of a million customers is timed from outside, with `/usr/bin/time` (see `examples/configs/million`); these
//! are its hot stages alone, to see what a change of theirs does.

use divan::{Bencher, counter::ItemsCount};
use linfa::ParamGuard as _;
use ndarray::Array2;
use valueseg::catalogue::Catalogue;
use valueseg::model::customer::{ApplySettings, Scorer};
use valueseg::model::fit::{FitRequest, FitSettings, Model, SampleCollector, SearchEffort, SegmentCount, fit};
use valueseg::model::rows::{BLOCK_ROWS, CustomerBlock};
use valueseg::stats::draw::mixed_seed;
use valueseg::stats::kmeans::{KmeansParams, Points};

fn main() {
    divan::main();
}

/// Respondents who rated the fulfillment of all 30 elements but every tenth, around one of five profiles.
fn block(rows: usize) -> CustomerBlock {
    let draw = |item: usize| mixed_seed(1, item as u64) as f64 / u64::MAX as f64;
    let mut ratings = Array2::zeros((rows, 60));
    let mut rated = vec![0u64; rows];
    for row in 0..rows {
        let profile = row % 5;
        for element in 0..30 {
            if (row + element) % 10 != 0 {
                let middle = 3.0 + 4.0 * draw(1 << 40 | profile << 8 | element);
                let noise = draw(row << 8 | element) + draw(row << 8 | element | 1 << 41) - 1.0;
                ratings[(row, 30 + element)] = (middle + 3.0 * noise).clamp(0.0, 10.0).round() as f32;
                rated[row] |= 1 << (30 + element);
            }
        }
    }
    CustomerBlock { ratings, rated, ..CustomerBlock::unasked((0..rows).map(|row| format!("{row:08}")).collect()) }
}

fn model(catalogue: &Catalogue, search: SearchEffort, respondents: usize) -> Model {
    let settings = FitSettings { search, segments: SegmentCount::Exactly(5), ..FitSettings::default() };
    let mut collector = SampleCollector::new(settings.seed, respondents);
    collector.absorb(&block(respondents));
    let sample = collector.finish();
    fit(&FitRequest { catalogue, signal_ids: &[], sample: &sample, settings: &settings }).expect("there are answers")
}

/// Scores, need tiers, segments and reasons of a block of respondents.
#[divan::bench]
fn score_a_block(bencher: Bencher) {
    let catalogue = Catalogue::embedded();
    let model = model(&catalogue, SearchEffort::Quick, 1_000);
    let scorer = Scorer::new(&model, &catalogue, ApplySettings::default()).expect("default settings");
    let block = block(BLOCK_ROWS);
    bencher.counter(ItemsCount::new(BLOCK_ROWS)).bench(|| scorer.score(&block));
}

/// The whole fit with a number of segments given.
#[divan::bench(args = [1_000, 10_000], sample_count = 3)]
fn fit_quickly(respondents: usize) -> Model {
    model(&Catalogue::embedded(), SearchEffort::Quick, respondents)
}

/// Best of 50 starts.
#[divan::bench(args = [2_000, 10_000], sample_count = 3)]
fn kmeans(bencher: Bencher, rows: usize) {
    let values = block(rows).ratings.mapv(f64::from).slice_move(ndarray::s![.., 30..]);
    let points = Points::complete(values.view()).expect("finite");
    let params = KmeansParams::new(6).check().expect("in range");
    bencher.bench(|| params.fit_points(&points));
}
