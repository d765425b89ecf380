//! Whether a play does more or less beside another: pairs of plays that the same customers were drawn for.

use std::collections::BTreeMap;

use super::experiment::{EffectRole, Experiments};
use super::state::EffectState;
use super::strata::released_difference;
use super::whole_sums::WholeSums;
use crate::segment::Noise;
use valueseg_stats::arms::Contrast;
use valueseg_stats::multiple::benjamini_hochberg;

/// Fewest customers of each of the four cells of a pair. Our judgment.
const LEAST_CELL: i64 = 500;

/// Level of adjusted p-values.
const LEVEL: f64 = 0.05;

/// What the first of two plays is for, by the arms of both; the treated come first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PairSums {
    /// By the arm of the other play, then by its own.
    cells: [[WholeSums; 2]; 2],
}

impl PairSums {
    pub(super) fn add(&mut self, own: usize, other: usize, outcome: i64) {
        self.cells[other][own].add(outcome, 0);
    }

    pub(super) fn merge(&mut self, more: &Self) {
        for (cells, more) in self.cells.iter_mut().flatten().zip(more.cells.iter().flatten()) {
            cells.merge(more);
        }
    }

    /// The effect of the play among those who got the other, less that among those who did not; `None` = too few.
    fn difference(&self, name: &str, noise: &Noise) -> Option<Contrast> {
        if self.cells.iter().flatten().any(|cell| cell.n < LEAST_CELL) {
            return None;
        }
        let effect = |other: usize| released_difference(&self.cells[other], &format!("{name}/{other}"), noise);
        let (with, without) = (effect(0)?, effect(1)?);
        let se = with.se.hypot(without.se);
        Some(Contrast { value: with.value - without.value, se, df: with.df.min(without.df) })
    }
}

/// What is to be remarked of plays beside others, by the place of the play.
///
/// METHOD: plays draw apart, so the effect of each is over everybody, whatever else they got, and stays so; but where one play does
/// another's work, or undoes it, people should know. Two by two, the difference of differences of what the play is for, in its
/// window, of customers whose windows overlap; Benjamini–Hochberg over all pairs of the night. It is told, nothing is corrected.
pub(super) fn remarks(state: &EffectState, experiments: &Experiments, noise: &Noise) -> BTreeMap<u16, String> {
    let id = |place: u16| experiments.get(place).map_or("", |own| own.play.as_str());
    let found: Vec<(u16, u16, Contrast)> = state
        .pairs
        .iter()
        .filter_map(|((own, other), sums)| {
            let name = format!("effects/{}/beside/{}", id(*own), id(*other));
            Some((*own, *other, sums.difference(&name, noise)?))
        })
        .collect();
    let adjusted = benjamini_hochberg(&found.iter().map(|(_, _, contrast)| contrast.p()).collect::<Vec<_>>());
    let mut remarks: BTreeMap<u16, String> = BTreeMap::new();
    for ((own, other, contrast), q) in found.iter().zip(adjusted) {
        let primary = experiments.get(*own).and_then(|own| own.counted.first());
        let told = q.is_some_and(|q| q < LEVEL) && primary.is_some_and(|(_, role)| *role == EffectRole::Primary);
        if told {
            let way = if contrast.value > 0.0 { "higher" } else { "lower" };
            let remark = remarks.entry(*own).or_default();
            remark.push_str(&[" Beside ", id(*other), " its effect is ", way, " than without."].concat());
        }
    }
    remarks
}
