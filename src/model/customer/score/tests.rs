//! What scoring promises about every row.

use std::sync::OnceLock;

use ndarray::Array2;
use proptest::prelude::*;

use super::tiles::{Known, Tables, Work};
use super::*;
use crate::fit::{FitRequest, FitSettings, Invented, SearchEffort, SegmentCount, World, fit};
use crate::rows::{Aspect, Basis, CustomerFlags, N_RATINGS, SuppressedReason};
use valueseg_stats::draw::mixed_seed;

/// Three segments of a world, found quickly.
fn fitted(world: &World) -> Model {
    let (catalogue, sample) = (Catalogue::embedded(), world.sample());
    let settings =
        FitSettings { segments: SegmentCount::Exactly(3), search: SearchEffort::Quick, ..FitSettings::default() };
    let request =
        FitRequest { catalogue: &catalogue, signal_ids: &world.signal_ids, sample: &sample, settings: &settings };
    fit(&request).unwrap()
}

/// A world and its model, made once.
fn made() -> &'static (World, Model) {
    static MADE: OnceLock<(World, Model)> = OnceLock::new();
    MADE.get_or_init(|| {
        let world = Invented { customers: 2_000, ..Invented::default() }.world();
        let model = fitted(&world);
        (world, model)
    })
}

fn scorer(settings: ApplySettings) -> Scorer {
    Scorer::new(&made().1, &Catalogue::embedded(), settings).unwrap()
}

fn score(block: &CustomerBlock) -> ScoredBlock {
    scorer(ApplySettings::default()).score(block)
}

#[test]
fn an_answer_stays_as_given_and_only_it_has_no_error() {
    let (world, _) = made();
    let out = score(&world.block);
    for i in 0..world.block.len() {
        for j in 0..N_RATINGS {
            if world.block.rated[i] >> j & 1 == 1 {
                assert_eq!(out.scores[(i, j)], world.block.ratings[(i, j)]);
                assert_eq!(out.standard_errors[(i, j)], 0.0);
            } else {
                assert!(out.standard_errors[(i, j)] > 0.0);
            }
            let x = out.scores[(i, j)];
            assert!((0.0..=10.0).contains(&x));
            assert_eq!((x * 100.0).round() / 100.0, x, "steps of a hundredth");
        }
    }
}

#[test]
fn own_answers_make_the_other_scores_surer() {
    let (world, _) = made();
    let out = score(&world.block);
    let mean_error = |asked: bool| {
        let rows: Vec<usize> = (0..world.block.len()).filter(|i| (world.block.rated[*i] != 0) == asked).collect();
        let cells = rows.iter().flat_map(|i| (0..N_RATINGS).map(move |j| (*i, j)));
        let errors: Vec<f32> =
            cells.filter(|at| out.standard_errors[*at] > 0.0).map(|at| out.standard_errors[at]).collect();
        errors.iter().sum::<f32>() / errors.len() as f32
    };
    assert!(mean_error(true) < 0.9 * mean_error(false), "{} {}", mean_error(true), mean_error(false));
}

#[test]
fn a_customer_of_whom_nothing_is_known_gets_no_score_and_a_reason() {
    let mut block = made().0.block.clone();
    (block.rated[7], block.signalled[7]) = (0, 0);
    let out = score(&block);
    assert_eq!(out.scored[7], 0);
    assert_eq!(out.basis[7], Basis::None);
    assert_eq!(out.assignments[7].unassigned, Some(UnassignedReason::NoEvidence));
    assert_eq!((out.assignments[7].segment, out.assignments[7].raw), (None, None));
}

#[test]
fn the_basis_says_where_a_row_comes_from() {
    let mut block = made().0.block.clone();
    // Row 0 was asked, row 1 was not (one in five was).
    block.signalled[5] = 0;
    let out = score(&block);
    assert_eq!(out.basis[0], Basis::Mixed);
    assert_eq!(out.basis[1], Basis::Behavior);
    assert_eq!(out.basis[5], Basis::Survey);
}

#[test]
fn who_must_not_be_profiled_gets_nothing_but_the_reason() {
    let mut block = made().0.block.clone();
    block.flags[3] = CustomerFlags { minor: true, ..block.flags[3] };
    block.flags[4] = CustomerFlags::default();
    let out = score(&block);
    assert_eq!(out.suppressed[3], Some(SuppressedReason::Minor));
    assert_eq!(out.suppressed[4], Some(SuppressedReason::NoProfilingConsent));
    for i in [3, 4] {
        assert_eq!(out.scored[i], 0);
        assert_eq!((out.assignments[i].raw, out.assignments[i].unassigned), (None, None));
        assert!(out.scores.row(i).iter().all(|x| *x == 0.0));
    }
}

#[test]
fn a_segment_is_given_only_with_enough_probability_and_lead() {
    let (world, _) = made();
    let out = scorer(ApplySettings { min_probability: 0.8, min_margin: 0.3, ..ApplySettings::default() });
    let out = out.score(&world.block);
    let mut held_back = 0;
    for a in &out.assignments {
        let (p, next) = (a.probability.unwrap(), a.runner_up_probability.unwrap());
        assert!(p >= next);
        let sure = f64::from(p) >= 0.8 && f64::from(p - next) >= 0.3;
        assert_eq!(a.segment.is_some(), sure);
        assert_eq!(a.unassigned.is_some(), !sure);
        assert!(a.raw.is_some());
        held_back += usize::from(!sure);
    }
    assert!(held_back > 0);
}

#[test]
fn reasons_are_indicators_that_were_observed() {
    let (world, model) = made();
    let out = score(&world.block);
    for (i, a) in out.assignments.iter().enumerate() {
        for reason in a.reasons.iter().chain([&a.reason_against]).flatten() {
            let at = usize::from(*reason);
            assert!(at < model.indicators().len());
            let known = if at < N_RATINGS {
                world.block.rated[i] >> at & 1 == 1
            } else {
                world.block.signalled[i] >> (at - N_RATINGS) & 1 == 1
            };
            assert!(known, "row {i}, {}", model.indicators()[at].slug());
        }
        assert!(a.reasons[0].is_some());
    }
}

#[test]
fn the_shares_of_all_indicators_add_up_to_the_log_odds_of_any_two_segments() {
    let (world, model) = made();
    sums_of_shares_are_log_odds(world, model);
}

#[test]
fn so_they_do_where_signals_say_something_within_segments() {
    let world = Invented { customers: 2_000, asked_one_in: 3, traits: 0.8, ..Invented::default() }.world();
    let model = fitted(&world);
    assert!(model.measurement().links.beside.is_some());
    sums_of_shares_are_log_odds(&world, &model);
}

fn sums_of_shares_are_log_odds(world: &World, model: &Model) {
    let tables = Tables::new(model);
    let mut work = Work::new(&tables);
    let columns: Vec<Option<usize>> = (0..world.signal_ids.len()).map(Some).collect();
    let asked: Vec<usize> = (0..world.block.len()).filter(|i| world.block.rated[*i] != 0).take(50).collect();
    work.fill(&tables, &columns, &world.block, &asked, Known::Both);
    work.type_rows(&tables, Known::Both);
    let logs = model.measurement().log_prior(true, true);
    for r in 0..asked.len() {
        for pair in [(0, 1), (1, 2), (2, 0)] {
            let mut shares = vec![0.0; N_RATINGS];
            let answers = &tables.answers[0];
            answers.reasons.shares(work.rating_rows.row(r), &work.rating_posteriors[0], r, pair, &mut shares);
            let mut signals = vec![0.0; columns.len()];
            tables.signal_reasons.shares(work.signal_rows.row(r), &work.signal_posterior, r, pair, &mut signals);
            let prior = logs[pair.0] - logs[pair.1];
            let sum = prior + shares.iter().chain(&signals).map(|s| f64::from(*s)).sum::<f64>();
            let p = |class: usize| f64::from(work.signal_posterior.classes[(class, r)]);
            // Probabilities below e^-87 are written as 0.
            if p(pair.0) > 1e-30 && p(pair.1) > 1e-30 {
                let odds = (p(pair.0) / p(pair.1)).ln();
                assert!((sum - odds).abs() < 1e-3 * (1.0 + odds.abs()), "row {r}, {pair:?}: {sum} {odds}");
            }
        }
    }
}

#[test]
fn a_row_is_scored_alike_in_any_company() {
    let (world, _) = made();
    let whole = score(&world.block);
    let mut others = world.block.clone();
    others.rated.iter_mut().enumerate().filter(|(i, _)| i % 3 == 0).for_each(|(_, r)| *r = 0);
    let out = score(&others);
    for i in (0..world.block.len()).filter(|i| i % 3 != 0) {
        assert_eq!(whole.assignments[i], out.assignments[i]);
        assert!(whole.scores.row(i).iter().zip(out.scores.row(i)).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

#[test]
fn the_hold_out_has_its_share_and_knows_nothing_of_segments() {
    let (world, _) = made();
    let draw = |salt: &str| {
        let settings = ApplySettings { holdout_share: 0.2, holdout_salt: salt.to_owned(), ..ApplySettings::default() };
        scorer(settings).score(&world.block)
    };
    let out = draw("2026");
    let held = |segment: Option<u8>| {
        let rows: Vec<usize> =
            (0..world.block.len()).filter(|i| segment.is_none() || out.assignments[*i].raw == segment).collect();
        rows.iter().filter(|i| out.holdout[**i]).count() as f64 / rows.len() as f64
    };
    assert!((held(None) - 0.2).abs() < 0.03);
    assert!((0..3).all(|s| (held(Some(s)) - 0.2).abs() < 0.06));
    assert_ne!(out.holdout, draw("2027").holdout);
    assert_eq!(out.holdout, draw("2026").holdout);
}

#[test]
fn a_household_is_held_out_as_one() {
    let (world, _) = made();
    let mut block = world.block.clone();
    for (i, flags) in block.flags.iter_mut().enumerate() {
        *flags = CustomerFlags { household: Some(i as u64 / 2), ..*flags };
    }
    let settings = ApplySettings { holdout_share: 0.2, ..ApplySettings::default() };
    let held = scorer(settings).score(&block).holdout;
    assert!(held.chunks(2).all(|pair| pair[0] == pair[pair.len() - 1]));
    let share = held.iter().filter(|held| **held).count() as f64 / held.len() as f64;
    assert!((share - 0.2).abs() < 0.05, "{share}");
}

#[test]
fn signals_are_found_by_their_names_when_tonights_columns_differ() {
    let (world, model) = made();
    let p = world.signal_ids.len();
    let reversed: Vec<usize> = (0..p).rev().collect();
    let mut block = world.block.clone();
    block.signals = block.signals.select(ndarray::Axis(1), &reversed).as_standard_layout().to_owned();
    let ids: Vec<String> = reversed.iter().map(|s| world.signal_ids[*s].clone()).collect();
    let same = scorer(ApplySettings::default()).for_signals(model, &ids).score(&block);
    assert_eq!(same.assignments, score(&world.block).assignments);
    // A signal that is gone is unknown, not zero.
    let gone = scorer(ApplySettings::default()).for_signals(model, &ids[..0]).score(&block);
    assert_eq!(gone.basis[1], Basis::None);
}

#[test]
fn settings_outside_their_range_are_refused() {
    let refused = |settings: ApplySettings| {
        matches!(Scorer::new(&made().1, &Catalogue::embedded(), settings), Err(ApplySettingsError::Share { .. }))
    };
    assert!(refused(ApplySettings { min_probability: f64::NAN, ..ApplySettings::default() }));
    assert!(refused(ApplySettings { min_margin: -0.1, ..ApplySettings::default() }));
    assert!(refused(ApplySettings { holdout_share: 1.0, ..ApplySettings::default() }));
}

#[test]
fn a_block_without_rows_is_scored_to_nothing() {
    let mut collector = crate::fit::SampleCollector::new(1, 10);
    collector.absorb(&made().0.block);
    let mut empty = collector.finish().base;
    empty.ids.clear();
    empty.flags.clear();
    empty.ratings = Array2::zeros((0, N_RATINGS));
    empty.signals = Array2::zeros((0, 12));
    let out = score(&empty);
    assert!(out.assignments.is_empty() && out.scores.nrows() == 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_value_of_a_signal_makes_a_score_that_is_no_number(
        values in prop::collection::vec(prop_oneof![Just(f64::NAN), Just(f64::INFINITY), any::<f64>()], 12),
        rated in any::<u64>()
    ) {
        let mut block = made().0.block.clone();
        block.signals.row_mut(0).iter_mut().zip(&values).for_each(|(to, from)| *to = *from);
        block.rated[0] = rated & (Aspect::Importance.mask() | Aspect::Fulfillment.mask());
        let out = score(&block);
        prop_assert!(out.scores.row(0).iter().chain(out.standard_errors.row(0)).all(|x| x.is_finite()));
        prop_assert!(out.assignments[0].probability.is_none_or(f32::is_finite));
    }
}

/// The world with every tenth respondent answering anything, and its model.
fn made_with_careless() -> &'static (World, Model) {
    static MADE: OnceLock<(World, Model)> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut world = Invented { customers: 2_000, ..Invented::default() }.world();
        for i in (0..2_000).step_by(50) {
            for j in 0..N_RATINGS {
                world.block.ratings[(i, j)] = (mixed_seed(i as u64, j as u64) % 11) as f32;
            }
        }
        let model = fitted(&world);
        (world, model)
    })
}

#[test]
fn who_answers_as_if_at_random_is_read_by_signals_and_keeps_the_answers() {
    let (world, model) = made_with_careless();
    let scorer = Scorer::new(model, &Catalogue::embedded(), ApplySettings::default()).unwrap();
    let mut silent = world.block.clone();
    silent.rated.fill(0);
    let (out, by_signals) = (scorer.score(&world.block), scorer.score(&silent));
    let (mut found, mut suspected, mut random) = (0, 0, 0);
    for i in (0..2_000).filter(|i| world.block.rated[*i] != 0) {
        let is_random = i % 50 == 0;
        random += usize::from(is_random);
        if out.basis[i] == Basis::Behavior {
            assert_eq!(out.posteriors.row(i), by_signals.posteriors.row(i));
            assert_eq!(out.assignments[i], by_signals.assignments[i]);
            let j = world.block.rated[i].trailing_zeros() as usize;
            assert_eq!(out.scores[(i, j)], world.block.ratings[(i, j)]);
            if is_random { found += 1 } else { suspected += 1 }
        }
    }
    assert!(found * 10 >= random * 9, "{found} of {random}");
    assert!(suspected * 33 <= 360, "{suspected} of those who took care");
}

#[test]
fn one_answer_to_eight_questions_is_no_opinion_and_to_six_it_is() {
    let mut block = made().0.block.clone();
    for (row, questions) in [(0, 8), (5, 6)] {
        block.rated[row] = (1 << questions) - 1;
        block.ratings.row_mut(row).fill(9.0);
    }
    let out = score(&block);
    assert_eq!((out.basis[0], out.basis[5]), (Basis::Behavior, Basis::Mixed));
    assert_eq!(out.scores[(0, 0)], 9.0);
}
