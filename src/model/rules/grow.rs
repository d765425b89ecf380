//! Candidate rules from shallow trees.

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_trees::{DecisionTree, SplitQuality, TreeNode};
use ndarray::{Array1, Array2};

/// Most conditions of a rule.
pub(super) const MOST_CONDITIONS: usize = 3;

/// Share of the rows a branch must hold.
const LEAST_BRANCH: f32 = 0.01;

/// What keeps the weights of the two classes from ever being equal in a branch, where the tree would have to guess.
const UNEVEN: f64 = 1.000_618_034;

/// A range of steps of one column: `from..=to`, absent = open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    pub(super) column: usize,
    pub(super) from: Option<usize>,
    pub(super) to: Option<usize>,
}

/// Paths through trees that tell rows with `member` from the others: each a set of at most [`MOST_CONDITIONS`] ranges,
/// in order of columns, no set twice. `steps` are `(n, columns)`, without gaps; `weights` are row weights.
///
/// METHOD: linfa-trees grows by Gini impurity and merges branches that would be labelled alike. Two trees: in one a branch
/// is labelled "member" when `precise` of its rows are, so that merging loses nothing that could be precise enough; in the
/// other members weigh as much as all others, so that rare segments get a tree at all. Two labels only: linfa-trees adds
/// up its counts in the order of a hash map, and a sum of two does not depend on order.
pub(super) fn paths(steps: &Array2<f64>, member: &[bool], weights: &[f64], precise: f64) -> Vec<Vec<Range>> {
    let inside: f64 = member.iter().zip(weights).filter(|(is, _)| **is).map(|(_, w)| w).sum();
    let total: f64 = weights.iter().sum();
    let possible = inside > 0.0 && inside < total && steps.ncols() > 0;
    if !possible {
        return Vec::new();
    }
    let mut found = Vec::new();
    for factor in [(1.0 - precise) / precise, (total - inside) / inside] {
        let weight = |(is, w): (&bool, &f64)| (w * if *is { factor * UNEVEN } else { 1.0 }) as f32;
        let weights: Array1<f32> = member.iter().zip(weights).map(weight).collect();
        let least = LEAST_BRANCH * weights.sum();
        let data = Dataset::new(steps.clone(), Array1::from(member.to_vec())).with_weights(weights);
        let tree = DecisionTree::params()
            .split_quality(SplitQuality::Gini)
            .max_depth(Some(MOST_CONDITIONS))
            .min_weight_leaf(least)
            .min_weight_split(2.0 * least)
            .fit(&data);
        // A table that cannot be split gives no rule.
        if let Ok(tree) = tree {
            collect(tree.root_node(), &mut Vec::new(), &mut found);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// All paths from `node` down, after those that led to it.
fn collect(node: &TreeNode<f64, bool>, before: &mut Vec<Range>, found: &mut Vec<Vec<Range>>) {
    if !before.is_empty() {
        found.push(before.clone());
    }
    if node.is_leaf() {
        return;
    }
    let (column, border, _) = node.split();
    // Left is "border or less"; borders lie between whole steps.
    let below = border.floor().max(0.0) as usize;
    for (side, child) in node.children().into_iter().enumerate() {
        if let Some(child) = child {
            let mut path = before.clone();
            narrow(&mut path, column, if side == 0 { (None, Some(below)) } else { (Some(below + 1), None) });
            collect(child, &mut path, found);
        }
    }
}

/// Adds a condition, or narrows the one on the same column.
fn narrow(path: &mut Vec<Range>, column: usize, (from, to): (Option<usize>, Option<usize>)) {
    match path.iter_mut().find(|range| range.column == column) {
        Some(range) => {
            range.from = range.from.max(from);
            range.to = [range.to, to].into_iter().flatten().min();
        }
        None => path.push(Range { column, from, to }),
    }
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
        let found = paths(&steps, &member, &vec![1.0; n], 0.6);
        assert!(found.contains(&planted), "{found:?}");
        assert!(found.iter().all(|path| (1..=MOST_CONDITIONS).contains(&path.len())));
        for _ in 0..10 {
            assert_eq!(paths(&steps, &member, &vec![1.0; n], 0.6), found, "whatever order a hash map has");
        }
    }

    #[test]
    fn nobody_and_everybody_need_no_rule() {
        let steps = Array2::from_shape_fn((50, 2), |(i, c)| ((i + c) % 4) as f64);
        assert!(paths(&steps, &[false; 50], &[1.0; 50], 0.6).is_empty());
        assert!(paths(&steps, &[true; 50], &[1.0; 50], 0.6).is_empty());
        assert!(paths(&Array2::zeros((50, 0)), &[true; 50], &[1.0; 50], 0.6).is_empty());
    }

    #[test]
    fn two_conditions_on_a_column_are_one_range() {
        let mut path = vec![Range { column: 4, from: Some(2), to: None }];
        narrow(&mut path, 4, (None, Some(7)));
        narrow(&mut path, 4, (Some(3), None));
        narrow(&mut path, 1, (None, Some(0)));
        let expected =
            vec![Range { column: 1, from: None, to: Some(0) }, Range { column: 4, from: Some(3), to: Some(7) }];
        assert_eq!(path, expected);
    }
}
