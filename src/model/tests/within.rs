//! What signals say about people without answers, within their segment, held against a ridge regression.

use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::customer::{ApplySettings, Scorer};
use crate::fit::{FitRequest, FitSettings, Invented, Model, SearchEffort, SegmentCount, World, fit};
use crate::rows::{N_RATINGS, ScoredBlock};
use valueseg_catalogue::Catalogue;
use valueseg_stats::agreement::adjusted_rand_index;
use valueseg_stats::dense::ridge_solve;
use valueseg_stats::draw::normal;

/// Ridge of the rival, in units of the signals' variance.
const RIDGE: f64 = 0.01;

fn made(world: &World, segments: usize) -> (Model, ScoredBlock) {
    let (catalogue, sample) = (Catalogue::embedded(), world.sample());
    let settings = FitSettings {
        segments: SegmentCount::Exactly(segments),
        search: SearchEffort::Quick,
        ..FitSettings::default()
    };
    let request =
        FitRequest { catalogue: &catalogue, signal_ids: &world.signal_ids, sample: &sample, settings: &settings };
    let model = fit(&request).unwrap();
    let scored = Scorer::new(&model, &catalogue, ApplySettings::default()).unwrap().score(&world.block);
    (model, scored)
}

/// Customers of whom signals alone are known.
fn others(world: &World) -> Vec<usize> {
    (0..world.truth.len()).filter(|i| world.block.rated[*i] == 0).collect()
}

/// Mean R² over the ratings of people without answers: of their scores, and of a ridge regression of each rating on the
/// signals of those who answered it.
fn r_squared(world: &World, scored: &ScoredBlock) -> (f64, f64) {
    let block = &world.block;
    let truth = block.ratings.mapv(f64::from);
    let mean = block.signals.mean_axis(Axis(0)).unwrap();
    let signals = (&block.signals - &mean) / block.signals.std_axis(Axis(0), 0.0);
    let others = others(world);
    let (mut of_scores, mut of_ridge) = (0.0, 0.0);
    for j in 0..N_RATINGS {
        let gave: Vec<usize> = (0..truth.nrows()).filter(|i| block.rated[*i] >> j & 1 == 1).collect();
        let middle = gave.iter().map(|i| truth[(*i, j)]).sum::<f64>() / gave.len() as f64;
        let x = signals.select(Axis(0), &gave);
        let y = Array2::from_shape_fn((gave.len(), 1), |(i, _)| truth[(gave[i], j)] - middle);
        let n = gave.len() as f64;
        let weights = ridge_solve((x.t().dot(&x) / n).view(), (x.t().dot(&y) / n).view(), RIDGE).unwrap();
        let error = |of: &dyn Fn(usize) -> f64| others.iter().map(|i| (truth[(*i, j)] - of(*i)).powi(2)).sum::<f64>();
        let own = others.iter().map(|i| truth[(*i, j)]).sum::<f64>() / others.len() as f64;
        let all = error(&|_| own);
        of_scores += 1.0 - error(&|i| f64::from(scored.scores[(i, j)])) / all;
        of_ridge += 1.0 - error(&|i| middle + signals.row(i).dot(&weights.column(0))) / all;
    }
    (of_scores / N_RATINGS as f64, of_ridge / N_RATINGS as f64)
}

#[test]
fn scores_of_people_without_answers_know_what_signals_say_within_a_segment() {
    let world = Invented { traits: 0.8, asked_one_in: 3, ..Invented::default() }.world();
    for segments in [3, 1] {
        let (model, scored) = made(&world, segments);
        assert!(model.measurement().links.alone.is_some());
        let (scores, ridge) = r_squared(&world, &scored);
        assert!(scores > 0.95 * ridge, "{segments} segments: {scores} {ridge}");
        // Two members of one segment are told apart.
        let members: Vec<usize> =
            others(&world).into_iter().filter(|i| scored.assignments[*i].raw == Some(0)).collect();
        let column: Vec<f32> = members.iter().map(|i| scored.scores[(*i, 5)]).collect();
        let mean = column.iter().sum::<f32>() / column.len() as f32;
        assert!(column.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / column.len() as f32 > 0.1);
    }
}

#[test]
fn signals_that_say_nothing_within_segments_are_not_heard_there() {
    let world = Invented { asked_one_in: 3, ..Invented::default() }.world();
    let (model, scored) = made(&world, 3);
    assert_eq!(model.measurement().links.beside, None);
    let (scores, ridge) = r_squared(&world, &scored);
    assert!(scores > 0.95 * ridge, "{scores} {ridge}");
}

#[test]
fn ninety_percent_intervals_of_people_without_answers_cover_ninety_percent_of_every_rating() {
    let world = Invented { traits: 0.8, asked_one_in: 3, customers: 6_000, ..Invented::default() }.world();
    let (_, scored) = made(&world, 3);
    let others = others(&world);
    let covered = |j: usize| {
        let inside = others.iter().filter(|i| {
            let error = world.block.ratings[(**i, j)] - scored.scores[(**i, j)];
            error.abs() <= 1.645 * scored.standard_errors[(**i, j)]
        });
        inside.count() as f64 / others.len() as f64
    };
    let by_rating: Vec<f64> = (0..N_RATINGS).map(covered).collect();
    let mean = by_rating.iter().sum::<f64>() / N_RATINGS as f64;
    assert!((0.87..0.93).contains(&mean), "{mean}");
    assert!(by_rating.iter().all(|c| *c > 0.85), "{by_rating:?}");
}

#[test]
fn what_is_known_of_a_person_decides_how_answers_are_read() {
    let world = Invented { traits: 0.8, asked_one_in: 3, ..Invented::default() }.world();
    let (model, _) = made(&world, 3);
    assert!(model.measurement().links.beside.is_some());
    // All signals at the mean of everybody, and no signal at all: not the same, for an average customer is somebody.
    let mut block = world.block.clone();
    block.signalled.iter_mut().for_each(|known| *known = 0);
    let scorer = Scorer::new(&model, &Catalogue::embedded(), ApplySettings::default()).unwrap();
    let silent = scorer.score(&block);
    let asked: Vec<usize> = (0..block.len()).filter(|i| block.rated[*i] != 0).collect();
    let right = |scored: &ScoredBlock| {
        let pairs = asked.iter().map(|i| (world.truth[*i], usize::from(scored.assignments[*i].raw.unwrap())));
        let (truth, found): (Vec<usize>, Vec<usize>) = pairs.unzip();
        valueseg_stats::agreement::adjusted_rand_index(&truth, &found)
    };
    let both = scorer.score(&world.block);
    assert!(right(&silent) > 0.85, "{}", right(&silent));
    assert!(right(&both) >= right(&silent), "{} {}", right(&both), right(&silent));
    // Probabilities are right for those with answers alone, too.
    let claimed: f64 =
        asked.iter().map(|i| f64::from(silent.assignments[*i].probability.unwrap())).sum::<f64>() / asked.len() as f64;
    assert!(claimed > 0.85, "{claimed}");
}

#[test]
fn shares_among_those_who_did_not_answer_are_not_those_of_respondents() {
    let world =
        Invented { asked_one_in: 2, last_answers: 0.3, customers: 5_000, seed: 3, ..Invented::default() }.world();
    let (model, scored) = made(&world, 3);
    let rows = others(&world);
    let (mut expected, mut truth) = ([0.0; 3], [0.0; 3]);
    // Found segments are named by the hidden one most of their respondents are in.
    let mut named = [[0usize; 3]; 3];
    for i in (0..world.truth.len()).filter(|i| world.block.rated[*i] != 0) {
        named[usize::from(scored.assignments[i].raw.unwrap())][world.truth[i]] += 1;
    }
    let name = |k: usize| (0..3).max_by_key(|t| named[k][*t]).unwrap();
    let scorer = Scorer::new(&model, &Catalogue::embedded(), ApplySettings::default()).unwrap();
    let table = scorer.probabilities(&world.block).table;
    for i in &rows {
        truth[world.truth[*i]] += 1.0 / rows.len() as f64;
        (0..3).for_each(|k| expected[name(k)] += f64::from(table[(*i, k)]) / rows.len() as f64);
    }
    let of_respondents: Vec<f64> = {
        let total: f64 = model.measurement().weights.iter().sum();
        let mut shares = vec![0.0; 3];
        (0..3).for_each(|k| shares[name(k)] = model.measurement().weights[k] / total);
        shares
    };
    assert!(truth[2] - of_respondents[2] > 0.1, "{truth:?} {of_respondents:?}");
    assert!((0..3).all(|t| (expected[t] - truth[t]).abs() < 0.03), "{expected:?} {truth:?} {of_respondents:?}");
}

#[test]
fn customers_without_answers_sharpen_what_signals_tell_of_segments() {
    let mut world = Invented { customers: 4_000, asked_one_in: 20, ..Invented::default() }.world();
    // Signals that say less of a segment than they do in this world, so that there is something to learn about them.
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    world.block.signals.mapv_inplace(|x| x + 1.2 * normal(&mut rng));
    let asked: Vec<usize> = (0..4_000).filter(|i| world.block.rated[*i] != 0).collect();
    let alone = World {
        block: world.block.select(&asked),
        truth: asked.iter().map(|i| world.truth[*i]).collect(),
        signal_ids: world.signal_ids.clone(),
    };
    let others = others(&world);
    let truth: Vec<usize> = others.iter().map(|i| world.truth[*i]).collect();
    let agreement = |model: &Model| {
        let scored = Scorer::new(model, &Catalogue::embedded(), ApplySettings::default()).unwrap().score(&world.block);
        let found: Vec<usize> = others.iter().map(|i| usize::from(scored.assignments[*i].raw.unwrap())).collect();
        adjusted_rand_index(&found, &truth)
    };
    let (with, without) = (agreement(&made(&world, 3).0), agreement(&made(&alone, 3).0));
    // How much they sharpen it where signals are many is seen in `examples/recovery`.
    assert!(with > without, "{with} {without}");
}
