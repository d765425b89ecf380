//! What a rule catches, counted on rows it was not found on.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::super::indicator::Indicator;
use super::bins::Bins;
use super::grow::{Range, Rows, paths};
use super::{Condition, RuleBasis, SegmentRule};
use valueseg_stats::interval::{effective_n, wilson};
use valueseg_stats::mixture::likeliest;
use valueseg_stats::observed::Observed;

/// Share of those caught who must belong. Our judgment: a rule that is wrong about every other person misleads.
const LEAST_PRECISION: f64 = 0.60;

/// Share of the members a rule must catch. Our judgment: else it describes a corner of the segment.
const LEAST_COVERAGE: f64 = 0.15;

/// Rows a rule must be counted on, and catch.
const LEAST_COUNTED: u64 = 30;
const LEAST_CAUGHT: u64 = 10;

/// What another condition must add to the balance of precision and coverage.
const WORTH_OF_A_CONDITION: f64 = 0.02;

/// Rows trees are grown on at most; beyond, they only get slower.
const MOST_GROWN: usize = 3_000;

/// Columns looked at for a segment: those whose mean in it is farthest from the others'.
const MOST_COLUMNS: usize = 24;

/// What an absent value means to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// The person was not asked: not counted at all.
    NotCounted,
    /// The rule does not catch the person.
    NotCaught,
}

/// What rules are found and counted on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground<'a> {
    pub(crate) basis: RuleBasis,
    /// `(n, columns)` plain values, some absent, and row weights.
    pub(crate) table: &'a Observed,
    /// `(n, columns)` the same without gaps; only trees look at what was filled in.
    pub(crate) filled: &'a Array2<f64>,
    /// `(n, K)` probabilities of the segments.
    pub(crate) known: ArrayView2<'a, f64>,
    /// What the columns are.
    pub(crate) indicators: &'a [Indicator],
    pub(crate) absent: Absent,
}

/// Sums over the rows counted.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    counted: u64,
    caught: u64,
    weight: f64,
    members: f64,
    caught_weight: f64,
    caught_squares: f64,
    caught_members: f64,
}

impl Ground<'_> {
    /// The best rule of each segment that has one.
    ///
    /// Trees grow on every other row (at most [`MOST_GROWN`] of them); rules are counted on the rest, so that their figures
    /// are not those of a lucky fit.
    pub(crate) fn rules(&self) -> Vec<SegmentRule> {
        let n = self.table.n_rows();
        // Rows come in the order of ids, which says nothing about the person: every other one is as good as a draw.
        let half: Vec<usize> = (0..n).step_by(2).collect();
        let grown: Vec<usize> = match half.len() {
            m if m <= MOST_GROWN => half,
            m => (0..MOST_GROWN).map(|i| half[i * m / MOST_GROWN]).collect(),
        };
        let counted: Vec<usize> = (0..n).filter(|row| grown.binary_search(row).is_err()).collect();
        let bins: Vec<Bins> = (0..self.table.n_columns()).map(|c| self.bins(c)).collect();
        let classes: Vec<usize> = self.known.rows().into_iter().map(likeliest).collect();
        (0..self.known.ncols())
            .into_par_iter()
            .filter_map(|segment| self.rule(segment, &classes, &bins, &grown, &counted))
            .collect()
    }

    fn bins(&self, column: usize) -> Bins {
        let rows = 0..self.table.n_rows();
        let known = rows.filter(|row| self.table.present()[(*row, column)]);
        Bins::of(known.map(|row| self.table.values()[(row, column)]).collect())
    }

    fn rule(
        &self,
        segment: usize,
        classes: &[usize],
        bins: &[Bins],
        grown: &[usize],
        counted: &[usize],
    ) -> Option<SegmentRule> {
        let columns = self.columns(segment, classes, bins, grown);
        let steps = Array2::from_shape_fn((grown.len(), columns.len()), |(r, c)| {
            bins[columns[c]].step(self.filled[(grown[r], columns[c])]) as f64
        });
        let member: Vec<bool> = grown.iter().map(|row| classes[*row] == segment).collect();
        let weights: Vec<f64> = grown.iter().map(|row| self.table.weights()[*row]).collect();
        let mut best: Option<(f64, SegmentRule)> = None;
        let rows = Rows { steps: &steps, member: &member, weights: &weights };
        for mut path in paths(rows, LEAST_PRECISION) {
            // Trees know places among the columns looked at; from here on columns are those of the table.
            path.iter_mut().for_each(|range| range.column = columns[range.column]);
            let Some((worth, rule)) = self.judged(segment, &path, bins, counted) else { continue };
            // Paths are sorted, so of equally good rules the first stays, whatever the trees' order was.
            if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                best = Some((worth, rule));
            }
        }
        best.map(|(_, rule)| rule)
    }

    /// Columns known of most and farthest apart, in units of their spread, between the segment and everybody.
    fn columns(&self, segment: usize, classes: &[usize], bins: &[Bins], grown: &[usize]) -> Vec<usize> {
        let apart = |column: usize| {
            let (mut all, mut own) = ([0.0; 3], [0.0; 2]);
            for row in grown {
                let (w, step) = (self.table.weights()[*row], bins[column].step(self.filled[(*row, column)]) as f64);
                all = [all[0] + w, all[1] + w * step, all[2] + w * step * step];
                if classes[*row] == segment {
                    own = [own[0] + w, own[1] + w * step];
                }
            }
            let spread = (all[2] / all[0] - (all[1] / all[0]).powi(2)).max(0.0).sqrt();
            let far = (own[1] / own[0] - all[1] / all[0]).abs() / spread;
            if far.is_finite() { far } else { 0.0 }
        };
        let usable = |column: &usize| {
            let known = self.table.present().column(*column).iter().filter(|p| **p).count();
            let mostly = self.absent == Absent::NotCounted || 2 * known > self.table.n_rows();
            bins[*column].vary() && mostly
        };
        let mut order: Vec<(f64, usize)> = (0..bins.len()).filter(usable).map(|c| (apart(c), c)).collect();
        // Stable: columns equally far apart stay in their order.
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        order.truncate(MOST_COLUMNS);
        order.into_iter().map(|(_, column)| column).collect()
    }

    /// The rule of a path and what it is worth: the harmonic mean of precision and coverage, less a little for each
    /// condition; `None` unless it is precise, wide and well-founded enough.
    fn judged(&self, segment: usize, path: &[Range], bins: &[Bins], rows: &[usize]) -> Option<(f64, SegmentRule)> {
        let conditions: Vec<Condition> = path.iter().map(|range| self.condition(range, bins)).collect();
        let sums = self.sums(segment, path, &conditions, rows);
        let precision = sums.caught_members / sums.caught_weight;
        let coverage = sums.caught_members / sums.members;
        let good = sums.counted >= LEAST_COUNTED
            && sums.caught >= LEAST_CAUGHT
            && precision >= LEAST_PRECISION
            && coverage >= LEAST_COVERAGE;
        if !good {
            return None;
        }
        let interval = wilson(precision.min(1.0), effective_n(sums.caught_weight, sums.caught_squares)?)?;
        let worth =
            2.0 * precision * coverage / (precision + coverage) - WORTH_OF_A_CONDITION * conditions.len() as f64;
        let rule = SegmentRule {
            segment,
            basis: self.basis,
            conditions,
            coverage: coverage.min(1.0),
            precision: interval.value,
            precision_low: interval.low,
            precision_high: interval.high,
            share: sums.members / sums.weight,
            counted: sums.counted,
            caught: sums.caught,
        };
        Some((worth, rule))
    }

    fn condition(&self, range: &Range, bins: &[Bins]) -> Condition {
        Condition {
            indicator: self.indicators[range.column].clone(),
            at_least: range.from.map(|from| bins[range.column].at_least(from - 1)),
            at_most: range.to.map(|to| bins[range.column].at_most(to)),
        }
    }

    fn sums(&self, segment: usize, path: &[Range], conditions: &[Condition], rows: &[usize]) -> Sums {
        let mut sums = Sums::default();
        for row in rows {
            // The step of a filled cell may hold where the answer would not, so absence is looked at first.
            let known = path.iter().all(|range| self.table.present()[(*row, range.column)]);
            if !known && self.absent == Absent::NotCounted {
                continue;
            }
            let holds = |(range, condition): (&Range, &Condition)| {
                let value = self.table.values()[(*row, range.column)];
                condition.at_least.is_none_or(|low| value >= low) && condition.at_most.is_none_or(|high| value <= high)
            };
            let (w, p) = (self.table.weights()[*row], self.known[(*row, segment)]);
            sums.counted += 1;
            sums.weight += w;
            sums.members += w * p;
            if known && path.iter().zip(conditions).all(holds) {
                sums.caught += 1;
                sums.caught_weight += w;
                sums.caught_squares += w * w;
                sums.caught_members += w * p;
            }
        }
        sums
    }
}
