//! Nights invented with and without drift.

use ndarray::Array2;
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::rows::{
    Assignment, Basis, BlockFold, CustomerBlock, N_RATINGS, PartialState, ScoredBlock, SuppressedReason,
};
use valueseg_stats::draw::mixed_seed;

const SIGNALS: usize = 6;
const CLASSES: usize = 3;

fn columns() -> Vec<String> {
    (0..SIGNALS).map(|s| format!("signal_{s}")).collect()
}

/// A night of `n` customers; `shift` moves signal 0 by so many of its spreads and the first segment's size.
fn night(n: usize, seed: u64, shift: f64) -> (CustomerBlock, ScoredBlock) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(11, seed));
    let mut signals = Array2::zeros((n, SIGNALS));
    let mut ratings = Array2::zeros((n, N_RATINGS));
    let (mut signalled, mut rated) = (vec![0u128; n], vec![0u64; n]);
    let mut assignments = Vec::with_capacity(n);
    for i in 0..n {
        for s in 0..SIGNALS {
            let normal: f64 = (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0;
            signals[(i, s)] = match s {
                0 => normal + shift,
                // Many zeros, then counts.
                1 => (normal * 3.0).max(0.0).floor(),
                _ => normal * 10f64.powi(s as i32),
            };
            signalled[i] |= u128::from(rng.gen_range(0..10) > 0) << s;
        }
        for r in 0..N_RATINGS {
            ratings[(i, r)] = rng.gen_range(0..11) as f32;
            rated[i] |= u64::from(rng.gen_range(0..5) == 0) << r;
        }
        let probability = rng.gen_range(0.34f32..1.0);
        let raw = rng.gen_range(0..CLASSES) as u8;
        let unassigned = rng.gen_range(0..20) == 0;
        assignments.push(Assignment {
            segment: (!unassigned).then_some(raw),
            probability: Some(probability),
            raw: Some(raw),
            unassigned: unassigned.then_some(crate::rows::UnassignedReason::TooClose),
            ..Assignment::undecided(None)
        });
    }
    let block = CustomerBlock {
        ratings,
        rated,
        signals,
        signalled,
        ..CustomerBlock::unasked((0..n).map(|i| format!("c{i:06}")).collect())
    };
    let scored = ScoredBlock { assignments, basis: vec![Basis::Mixed; n], ..ScoredBlock::unscored(n) };
    (block, scored)
}

fn pass(bins: &DriftBins, (block, scored): &(CustomerBlock, ScoredBlock)) -> DriftState {
    let fold = DriftFold::new(bins, CLASSES, &columns(), 1);
    let mut state = fold.zero();
    fold.fold(&mut state, block, scored);
    state
}

fn reference_of(night: &(CustomerBlock, ScoredBlock)) -> DriftReference {
    let bins = DriftBins::learn(&night.0, &columns(), &columns());
    let state = pass(&bins, night);
    DriftReference::new("m1", "2026-11-20", bins.clone(), DriftFigures::of(&state, &bins))
}

fn drift(reference: &DriftReference, night: &(CustomerBlock, ScoredBlock)) -> Drift {
    let state = pass(reference.bins(), night);
    Drift::between(reference, &DriftFigures::of(&state, reference.bins()), 20)
}

#[test]
fn the_night_of_the_fit_has_not_drifted_from_itself() {
    let night = night(2_000, 1, 0.0);
    let found = drift(&reference_of(&night), &night);
    assert_eq!(found.rows.len(), 3 + N_RATINGS + SIGNALS);
    assert_eq!(found.tested, N_RATINGS + SIGNALS);
    assert!(found.rows.iter().all(|row| row.status == DriftStatus::Ok && row.distance.unwrap() < 1e-12));
    assert!(!found.fires());
}

#[test]
fn counts_and_means_are_those_of_a_plain_count() {
    let night = night(700, 3, 0.0);
    let reference = reference_of(&night);
    let state = pass(reference.bins(), &night);
    let figures = DriftFigures::of(&state, reference.bins());
    let (block, _) = &night;
    for s in 0..SIGNALS {
        let known: Vec<f64> =
            (0..700).filter(|i| block.signalled[*i] >> s & 1 == 1).map(|i| block.signals[(i, s)]).collect();
        let edges = &reference.bins().edges[s];
        let mut plain = vec![0.0; edges.len() + 2];
        for value in &known {
            plain[edges.iter().filter(|edge| *value as f32 >= **edge).count()] += 1.0;
        }
        plain[edges.len() + 1] = (700 - known.len()) as f64;
        let histogram = &figures.histograms[3 + N_RATINGS + s];
        assert_eq!(histogram.weights, plain, "signal {s}");
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        assert!((histogram.mean.unwrap() - mean).abs() < 1e-3 * mean.abs().max(1.0));
    }
    let first: Vec<f64> =
        (0..700).filter(|i| block.rated[*i] & 1 == 1).map(|i| f64::from(block.ratings[(i, 0)])).collect();
    let histogram = &figures.histograms[3];
    assert_eq!(histogram.customers, first.len() as u64);
    assert!((histogram.mean.unwrap() - first.iter().sum::<f64>() / first.len() as f64).abs() < 1e-9);
}

#[test]
fn one_shifted_signal_is_found_and_does_not_put_the_model_in_doubt() {
    let reference = reference_of(&night(20_000, 1, 0.0));
    let found = drift(&reference, &night(20_000, 2, 0.4));
    let shifted = found.rows.iter().find(|row| row.indicator == "signal_signal_0").unwrap();
    assert_eq!(shifted.status, DriftStatus::Drifted);
    assert!(shifted.distance.unwrap() > shifted.limit.unwrap());
    assert!((shifted.mean_now.unwrap() - 0.4).abs() < 0.05);
    assert_eq!((found.drifted, found.farthest()[0].indicator.as_str()), (1, "signal_signal_0"));
    assert!(!found.fires(), "{:?}", found.doubts);
}

#[test]
fn a_trifle_is_only_watched_however_many_customers_there_are() {
    let reference = reference_of(&night(60_000, 1, 0.0));
    let found = drift(&reference, &night(60_000, 2, 0.12));
    let shifted = found.rows.iter().find(|row| row.indicator == "signal_signal_0").unwrap();
    assert!(shifted.p_adjusted.unwrap() < 1e-6);
    assert_eq!(shifted.status, DriftStatus::Watch);
}

#[test]
fn a_clear_shift_is_found_at_a_thousand_customers_most_of_the_time() {
    let reference = reference_of(&night(1_000, 1, 0.0));
    let found = (0..20).filter(|seed| drift(&reference, &night(1_000, 100 + seed, 0.4)).drifted > 0).count();
    assert!(found >= 17, "{found} of 20");
}

#[test]
fn unchanged_nights_raise_hardly_any_alarm_at_any_size() {
    // 69 indicators a night; false discoveries are held to 1 %, so a night with any alarm is rare.
    for (n, nights) in [(100, 60), (1_000, 40), (20_000, 6)] {
        let reference = reference_of(&night(n, 1_000, 0.0));
        let alarms = (0..nights)
            .filter(|seed| {
                let found = drift(&reference, &night(n, 2_000 + seed, 0.0));
                found.fires() || found.rows.iter().any(|row| row.status != DriftStatus::Ok)
            })
            .count();
        assert!(alarms <= 3, "{alarms} of {nights} nights of {n}");
    }
}

#[test]
fn a_signal_that_is_gone_has_drifted() {
    let first = night(2_000, 1, 0.0);
    let reference = reference_of(&first);
    let mut second = night(2_000, 2, 0.0);
    for known in &mut second.0.signalled {
        *known &= !0b100;
    }
    let found = drift(&reference, &second);
    let gone = found.rows.iter().find(|row| row.indicator == "signal_signal_2").unwrap();
    assert_eq!((gone.status, gone.missing_now, gone.mean_now), (DriftStatus::Drifted, Some(1.0), None));
    assert!(found.data_suspected());
    assert!(!drift(&reference, &night(2_000, 3, 2.0)).data_suspected());
    // The same if the column itself is not there.
    let fold = DriftFold::new(reference.bins(), CLASSES, &columns()[..2], 1);
    let mut state = fold.zero();
    fold.fold(&mut state, &second.0, &second.1);
    let figures = DriftFigures::of(&state, reference.bins());
    assert_eq!(Drift::between(&reference, &figures, 20).drifted, 4);
}

#[test]
fn another_segment_mix_puts_the_model_in_doubt() {
    let first = night(3_000, 1, 0.0);
    let reference = reference_of(&first);
    let mut second = night(3_000, 2, 0.0);
    for assignment in second.1.assignments.iter_mut().step_by(3) {
        assignment.raw = Some(0);
    }
    let found = drift(&reference, &second);
    assert!(found.fires());
    assert_eq!(found.doubts.len(), 1, "{:?}", found.doubts);
    let mut third = night(3_000, 3, 0.0);
    for assignment in third.1.assignments.iter_mut().step_by(4) {
        assignment.segment = None;
        assignment.unassigned = Some(crate::rows::UnassignedReason::TooClose);
    }
    assert!(drift(&reference, &third).doubts[0].contains("without a segment went from"));
}

#[test]
fn figures_of_too_few_are_withheld_and_the_suppressed_are_not_counted() {
    let mut few = night(200, 1, 0.0);
    for (i, rated) in few.0.rated.iter_mut().enumerate() {
        *rated = u64::from(i < 10);
    }
    few.1.suppressed[150..].fill(Some(SuppressedReason::Objection));
    let reference = reference_of(&few);
    let found = drift(&reference, &few);
    let row = &found.rows[3];
    assert_eq!((row.customers_now, row.mean_now, row.distance), (10, None, None));
    assert_eq!(found.tested, SIGNALS);
    assert_eq!(found.rows[0].customers_now, 150);
}

#[test]
fn a_reference_survives_its_file_and_a_foreign_or_broken_one_is_refused() {
    let reference = reference_of(&night(500, 1, 0.0));
    let text = reference.to_json().unwrap();
    assert_eq!(DriftReference::from_json(&text, "m1").unwrap(), reference);
    assert!(DriftReference::from_json(&text, "m2").is_err());
    assert!(DriftReference::from_json(&text.replace("\"format_version\":1", "\"format_version\":9"), "m1").is_err());
    assert!(DriftReference::from_json("{}", "m1").is_err());
    assert_eq!(&DriftBins::from_json(&reference.bins().to_json().unwrap()).unwrap(), reference.bins());
    assert!(DriftBins::from_json("{\"signals\": [\"a\"], \"edges\": []}").is_err());
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    file["bins"]["edges"][0] = serde_json::json!([2.0, 1.0]);
    assert!(DriftReference::from_json(&file.to_string(), "m1").is_err());
}

#[test]
fn of_many_customers_signals_are_counted_for_a_draw_that_stays_the_same_people() {
    let night = night(20_000, 1, 0.0);
    let reference = reference_of(&night);
    let counted = |customers: u64| {
        let fold = DriftFold::new(reference.bins(), CLASSES, &columns(), customers);
        let mut state = fold.zero();
        fold.fold(&mut state, &night.0, &night.1);
        DriftFigures::of(&state, reference.bins())
    };
    assert_eq!(counted(65_536), counted(20_000), "up to so many everybody is counted");
    let (all, eighth) = (counted(20_000), counted(8 * 65_536));
    let signal = |figures: &DriftFigures| figures.histograms[3 + N_RATINGS].clone();
    assert!((2_200..2_800).contains(&signal(&eighth).customers), "{}", signal(&eighth).customers);
    assert_eq!(all.histograms[..3 + N_RATINGS], eighth.histograms[..3 + N_RATINGS]);
    assert_eq!(eighth, counted(5 * 65_536));
    assert_eq!(Drift::between(&reference, &eighth, 20).drifted, 0);
    // A sixteenth are half of the same people.
    assert!(signal(&counted(16 * 65_536)).customers < signal(&eighth).customers);
}

#[test]
fn a_constant_signal_that_begins_to_vary_is_seen() {
    let mut first = night(1_000, 1, 0.0);
    first.0.signals.column_mut(0).fill(5.0);
    let reference = reference_of(&first);
    assert_eq!(reference.bins().edges[0].len(), 2);
    let mut second = night(1_000, 1, 0.0);
    second.0.signals.column_mut(0).fill(5.0);
    (0..200).for_each(|i| second.0.signals[(i, 0)] = 6.0);
    assert_eq!(drift(&reference, &second).farthest()[0].indicator, "signal_signal_0");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_split_of_the_customers_counts_the_same_and_bytes_come_back(cut in 1usize..299, weighted in any::<bool>()) {
        let mut whole = night(300, 5, 0.0);
        if weighted {
            whole.0.weight = (0..300).map(|i| 0.5 + f64::from(i % 7)).collect();
        }
        // Sums of values are rounded by block; integers and whole numbers sum exactly, so only such are split here.
        whole.0.signals.mapv_inplace(f64::round);
        let reference = reference_of(&whole);
        let all = pass(reference.bins(), &whole);
        let fold = DriftFold::new(reference.bins(), CLASSES, &columns(), 1);
        let mut merged = fold.zero();
        for part in [cut..300, 0..cut] {
            let rows: Vec<usize> = part.collect();
            let mut state = fold.zero();
            fold.fold(&mut state, &whole.0.select(&rows), &scored_of(&whole.1, &rows));
            merged.merge(state);
        }
        prop_assert_eq!(&merged, &all);
    }

    #[test]
    fn a_row_of_weight_two_weighs_as_the_row_twice(n in 40usize..120) {
        let once = night(n, 9, 0.0);
        let mut heavy = once.clone();
        heavy.0.weight.fill(2.0);
        let bins = DriftBins::learn(&once.0, &columns(), &columns());
        prop_assert_eq!(&bins, &DriftBins::learn(&heavy.0, &columns(), &columns()));
        let fold = DriftFold::new(&bins, CLASSES, &columns(), 1);
        let mut twice = fold.zero();
        fold.fold(&mut twice, &once.0, &once.1);
        fold.fold(&mut twice, &once.0, &once.1);
        let [twice, heavy] = [twice, pass(&bins, &heavy)].map(|state| DriftFigures::of(&state, &bins));
        for (a, b) in twice.histograms.iter().zip(&heavy.histograms) {
            prop_assert_eq!(&a.weights, &b.weights);
        }
    }
}

fn scored_of(scored: &ScoredBlock, rows: &[usize]) -> ScoredBlock {
    ScoredBlock {
        assignments: rows.iter().map(|i| scored.assignments[*i]).collect(),
        suppressed: rows.iter().map(|i| scored.suppressed[*i]).collect(),
        ..scored.clone()
    }
}
