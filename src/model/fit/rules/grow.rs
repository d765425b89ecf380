//! Candidate rules from shallow trees.

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_trees::{DecisionTree, SplitQuality};
use ndarray::{Array1, Array2, Axis};

/// Most conditions of a rule.
pub(super) const MOST_CONDITIONS: usize = 3;

/// Share of all rows that either side of a split must hold.
const LEAST_SIDE: f64 = 0.01;

/// What keeps the weights of members and others from ever being equal, where the label of a side would be a guess.
const UNEVEN: f64 = 1.000_618_034;

/// A range of steps of one column: `from..=to`, absent = open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    pub(super) column: usize,
    pub(super) from: Option<usize>,
    pub(super) to: Option<usize>,
}

/// What trees are grown on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    /// `(n, columns)` steps, without gaps.
    pub(super) steps: &'a Array2<f64>,
    /// `[n]` whether the row belongs to the segment.
    pub(super) member: &'a [bool],
    /// `[n]` row weights, > 0.
    pub(super) weights: &'a [f64],
}

/// Paths through trees that tell members from the others: each a set of at most [`MOST_CONDITIONS`] ranges, in order of
/// columns, no set twice.
///
/// METHOD: Gini splits by linfa-trees, one split at a time: its trees look for a split below the first only behind rows
/// that happen to be in the branch, and so miss most of those between tied values; and they merge branches labeled alike,
/// however different. Two trees: in one, members weigh as much as all others in every branch, so that rare segments get
/// splits; in the other they weigh such that a side is labeled "member" when the share `precise` of it are. Two labels
/// only: linfa-trees adds up counts in the order of a hash map, and a sum of two does not depend on order.
pub(super) fn paths(rows: Rows<'_>, precise: f64) -> Vec<Vec<Range>> {
    let mut found = Vec::new();
    let all: Vec<usize> = (0..rows.member.len()).collect();
    let least = LEAST_SIDE * rows.weights.iter().sum::<f64>();
    for factor in [None, Some((1.0 - precise) / precise)] {
        rows.grow(&all, factor, least, MOST_CONDITIONS, &[], &mut found);
    }
    found.sort();
    found.dedup();
    found
}

impl Rows<'_> {
    /// Splits the rows `of`, which lie at the end of the path `before`, and goes on with both sides until `depth` splits
    /// deep.
    fn grow(
        &self,
        of: &[usize],
        factor: Option<f64>,
        least: f64,
        depth: usize,
        before: &[Range],
        found: &mut Vec<Vec<Range>>,
    ) {
        let Some((column, below)) = self.split(of, factor, least) else { return };
        // Both sides are candidates at every depth: a rule of one condition competes with what is grown from it.
        let (left, right): (Vec<usize>, Vec<usize>) =
            of.iter().partition(|row| self.steps[(**row, column)] <= below as f64);
        for (side, from, to) in [(left, None, Some(below)), (right, Some(below + 1), None)] {
            let mut path = before.to_vec();
            narrow(&mut path, column, from, to);
            found.push(path.clone());
            if depth > 1 {
                self.grow(&side, factor, least, depth - 1, &path, found);
            }
        }
    }

    /// The best split of the rows `of`: a column and the last step of its lower side; `None` if there is none.
    fn split(&self, of: &[usize], factor: Option<f64>, least: f64) -> Option<(usize, usize)> {
        let weigh = |is: bool| of.iter().filter(|r| self.member[**r] == is).map(|r| self.weights[*r]).sum::<f64>();
        let (inside, outside) = (weigh(true), weigh(false));
        let possible = inside > 0.0 && outside > 0.0 && inside + outside >= 2.0 * least && self.steps.ncols() > 0;
        if !possible {
            return None;
        }
        // Members are weighed up to the others of this branch, not of all rows: deeper down they are no longer rare.
        let factor = UNEVEN * factor.unwrap_or(outside / inside);
        let weight = |row: &usize| (self.weights[*row] * if self.member[*row] { factor } else { 1.0 }) as f32;
        let targets: Array1<bool> = of.iter().map(|row| self.member[*row]).collect();
        let data = Dataset::new(self.steps.select(Axis(0), of), targets).with_weights(of.iter().map(weight).collect());
        let tree = DecisionTree::params()
            .split_quality(SplitQuality::Gini)
            .max_depth(Some(1))
            .min_weight_leaf(least as f32)
            .fit(&data)
            .ok()?;
        let root = tree.root_node();
        let (column, border, _) = root.split();
        // Borders lie between whole steps.
        (!root.is_leaf()).then(|| (column, border.floor().max(0.0) as usize))
    }
}

/// Adds a condition, or narrows the one on the same column.
fn narrow(path: &mut Vec<Range>, column: usize, from: Option<usize>, to: Option<usize>) {
    match path.iter_mut().find(|range| range.column == column) {
        Some(range) => {
            range.from = range.from.max(from);
            range.to = [range.to, to].into_iter().flatten().min();
        }
        None => path.push(Range { column, from, to }),
    }
    // One order for one set of conditions, so that equal paths of different trees are found to be equal.
    path.sort_unstable();
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn a_planted_box_is_among_the_paths() {
        // Members: column 0 at 3 or more and column 2 at 1 or less.
        let n = 600;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let steps = Array2::from_shape_fn((n, 3), |_| f64::from(rng.gen_range(0..6u8)));
        let member: Vec<bool> = steps.rows().into_iter().map(|row| row[0] >= 3.0 && row[2] <= 1.0).collect();
        let planted = vec![Range { column: 0, from: Some(3), to: None }, Range { column: 2, from: None, to: Some(1) }];
        let found = paths(Rows { steps: &steps, member: &member, weights: &vec![1.0; n] }, 0.6);
        assert!(found.contains(&planted), "{found:?}");
        assert!(found.iter().all(|path| (1..=MOST_CONDITIONS).contains(&path.len())));
        for _ in 0..10 {
            assert_eq!(
                paths(Rows { steps: &steps, member: &member, weights: &vec![1.0; n] }, 0.6),
                found,
                "whatever order a hash map has"
            );
        }
    }

    #[test]
    fn nobody_and_everybody_need_no_rule() {
        let steps = Array2::from_shape_fn((50, 2), |(i, c)| ((i + c) % 4) as f64);
        let of = |steps: &Array2<f64>, is: bool| paths(Rows { steps, member: &[is; 50], weights: &[1.0; 50] }, 0.6);
        assert!(of(&steps, false).is_empty());
        assert!(of(&steps, true).is_empty());
        assert!(of(&Array2::zeros((50, 0)), true).is_empty());
    }

    #[test]
    fn two_conditions_on_a_column_are_one_range() {
        let mut path = vec![Range { column: 4, from: Some(2), to: None }];
        narrow(&mut path, 4, None, Some(7));
        narrow(&mut path, 4, Some(3), None);
        narrow(&mut path, 1, None, Some(0));
        let expected =
            vec![Range { column: 1, from: None, to: Some(0) }, Range { column: 4, from: Some(3), to: Some(7) }];
        assert_eq!(path, expected);
    }
}
