//! Out of poor valleys: two classes are merged, a third is split, and the better solution is kept.
//!
//! EM from k-means starts often ends with one true class cut in two and two true classes in one. No start near by cures
//! that, a split and merge does.
//!
//! Source: Ueda, Nakano, Ghahramani and Hinton (2000), Split and merge EM, Neural Computation 12; candidates ranked by
//! their overlap criterion, splits by k-means within the class.

use ndarray::{Array1, Array2, Axis};
use rayon::prelude::*;

use super::em::{EmLimits, EmRun, run};
use super::error::MixtureError;
use super::fit::{Ground, SHORT_ITERATIONS, best_of, from_labels, go_on};
use super::fitted::{FactorMixture, likeliest};
use super::init::kmeans_start;
use super::moments::MStep;
use super::warm::{Halves, classes_by_size, merged, pairs_by_overlap};
use crate::draw::mixed_seed;

/// Pairs considered for merging in a round.
const PAIRS: usize = 4;

/// Classes considered for splitting beside each pair.
const SPLITS: usize = 3;

/// Moves that also start from labels alone, which learns the factors anew.
const FROM_LABELS: usize = 6;

/// Moves that are run to the end of a round.
const FINALISTS: usize = 3;

/// Gain in mean log likelihood per row that counts as another valley.
const GAIN: f64 = 1e-4;

/// Improves `best` by splits and merges until none helps or `rounds` are made.
pub(super) fn improve(
    ground: &Ground,
    mut best: EmRun,
    rule: &MStep,
    rounds: usize,
    seed: u64,
) -> Result<EmRun, MixtureError> {
    let (k, q) = (best.model.n_classes(), best.model.n_factors());
    // A move needs two classes to merge and a third to split.
    if k < 3 {
        return Ok(best);
    }
    for round in 0..rounds {
        let given = best.model.probabilities(ground.data());
        let moves = moves(&given);
        let halves: Result<Vec<Option<Halves>>, MixtureError> = (0..k)
            .into_par_iter()
            .map(|class| {
                let wanted = moves.iter().any(|(_, split)| *split == class);
                let seed = mixed_seed(seed, (2_000 + 100 * round + class) as u64);
                if wanted { Halves::of(ground.data(), &best.model, &given, class, seed) } else { Ok(None) }
            })
            .collect();
        let halves = halves?;
        let from_models: Vec<EmRun> = moves
            .par_iter()
            .filter_map(|(pair, split)| Some(moved_model(&best.model, *pair, *split, halves[*split].as_ref()?)))
            .map(|model| short(ground, model, rule))
            .collect();
        let from_partitions: Result<Vec<EmRun>, MixtureError> = moves
            .into_par_iter()
            .take(FROM_LABELS)
            .enumerate()
            .map(|(at, (pair, split))| {
                // Another reading of the answers each round: what one does not separate another may.
                let points = ground.points().of_start(at + round);
                let seed = mixed_seed(seed, (1_000 + 100 * round + at) as u64);
                let labels = moved(&given, points, ground.data().weights(), pair, split, seed)?;
                Ok(from_labels(ground, &labels, k, q, rule))
            })
            .collect();
        let mut tries = from_models;
        tries.extend(from_partitions?);
        tries.sort_by(|a, b| b.mean_log_likelihood.total_cmp(&a.mean_log_likelihood));
        tries.truncate(FINALISTS);
        let finished: Vec<EmRun> = tries.into_par_iter().map(|t| go_on(ground, t, rule)).collect();
        let Some(finished) = best_of(finished) else { break };
        let gained = finished.mean_log_likelihood - best.mean_log_likelihood > GAIN;
        if !gained {
            break;
        }
        best = finished;
    }
    Ok(best)
}

/// A few iterations from a model.
pub(super) fn short(ground: &Ground, model: FactorMixture, rule: &MStep) -> EmRun {
    run(ground.tiles(), None, model, rule, EmLimits { iterations: SHORT_ITERATIONS, tolerance: 1e-4 })
}

/// Pairs to merge by falling overlap, each with the largest other classes to split.
fn moves(given: &Array2<f64>) -> Vec<((usize, usize), usize)> {
    let by_size = classes_by_size(given);
    let mut out = Vec::new();
    for pair in pairs_by_overlap(given).into_iter().take(PAIRS) {
        let others = by_size.iter().copied().filter(|c| *c != pair.0 && *c != pair.1);
        out.extend(others.take(SPLITS).map(|split| (pair, split)));
    }
    out
}

/// `model` with `pair` as one class and `split` as its two halves.
fn moved_model(model: &FactorMixture, pair: (usize, usize), split: usize, halves: &Halves) -> FactorMixture {
    let apart = halves.apart(model, split);
    merged(&apart, pair)
}

/// Likeliest classes with `pair` merged and `split` cut in two; the second half takes the free label.
fn moved(
    given: &Array2<f64>,
    points: &Array2<f64>,
    weights: &Array1<f64>,
    pair: (usize, usize),
    split: usize,
    seed: u64,
) -> Result<Vec<usize>, MixtureError> {
    let mut labels: Vec<usize> = given.rows().into_iter().map(likeliest).collect();
    let members: Vec<usize> = (0..labels.len()).filter(|i| labels[*i] == split).collect();
    labels.iter_mut().filter(|l| **l == pair.1).for_each(|l| *l = pair.0);
    // A class of one row cannot be split; the label that was set free then stays empty and EM fills it or not.
    if members.len() >= 2 {
        let part = (points.select(Axis(0), &members), weights.select(Axis(0), &members));
        let halves = kmeans_start(part.0, part.1, 2, seed)?;
        for (row, half) in members.into_iter().zip(halves) {
            if half == 1 {
                labels[row] = pair.1;
            }
        }
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_pair_that_overlaps_most_is_merged_first_and_the_largest_other_class_split() {
        let given = array![
            [0.5, 0.5, 0.0, 0.0],
            [0.6, 0.4, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 1.0]
        ];
        assert_eq!(moves(&given)[0], ((0, 1), 2));
    }

    #[test]
    fn a_move_frees_one_label_and_uses_it_for_half_of_the_split_class() {
        let given = array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]];
        let points = array![[0.0], [0.0], [-5.0], [5.0]];
        let labels = moved(&given, &points, &Array1::ones(4), (0, 1), 2, 3).unwrap();
        assert_eq!(labels[0], 0);
        assert_eq!(labels[1], 0);
        assert_ne!(labels[2], labels[3]);
        assert!(labels[2..].iter().all(|l| [1, 2].contains(l)));
    }
}
