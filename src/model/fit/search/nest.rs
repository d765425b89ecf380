//! Mixtures on one table held against each other: a larger one never fits worse than a smaller one.
//!
//! ```text
//! up     a mixture that gains too little over the one with a class or a factor less starts from that one
//! down   a mixture behind which the next class gains more than its own did starts from that larger one
//! up     once more
//! ```

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::super::error::ModelError;
use super::mixture;
use super::table::Worktable;
use super::way::{Cut, Way};
use valueseg_stats::mixture::Fitted;

/// Share of the number of further parameters that a larger model gains in log likelihood where there is nothing more to
/// find. METHOD: half of them by chance alone (Wilks 1938; classes gain rather more); with less the search failed.
const BY_CHANCE: f64 = 0.5;

/// A cut that took the place of another.
pub(super) struct Replaced {
    /// Place among the cuts.
    pub(super) at: usize,
    pub(super) cut: Cut,
}

/// Cuts to take the place of those that fit worse than they must, by place.
pub(super) fn nested(table: &Worktable, cuts: &[Cut], seed: u64) -> Result<Vec<Replaced>, ModelError> {
    let mut lattice = Lattice::new(table, cuts, seed);
    lattice.up()?;
    lattice.down()?;
    lattice.up()?;
    Ok(lattice.replaced())
}

/// Number of common factors, then of classes: the order of the names is that of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    factors: usize,
    classes: usize,
}

/// A better fit of a node.
struct Better {
    node: Node,
    fit: Fitted,
}

struct Lattice<'a> {
    table: &'a Worktable,
    seed: u64,
    places: BTreeMap<Node, usize>,
    fits: BTreeMap<Node, Fitted>,
    changed: Vec<Node>,
}

impl<'a> Lattice<'a> {
    fn new(table: &'a Worktable, cuts: &[Cut], seed: u64) -> Self {
        let (mut places, mut fits) = (BTreeMap::new(), BTreeMap::new());
        for (at, cut) in cuts.iter().enumerate() {
            let (Way::Mixture(factors), Some(fit)) = (cut.way, cut.fitted()) else { continue };
            let node = Node { factors, classes: cut.segments() };
            places.insert(node, at);
            fits.insert(node, fit.clone());
        }
        Self { table, seed, places, fits, changed: Vec::new() }
    }

    /// Classes, or factors, in ascending order.
    fn sides(&self, of: impl Fn(&Node) -> usize) -> Vec<usize> {
        let mut all: Vec<usize> = self.fits.keys().map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Every node held against those just below it, from the smallest on.
    fn up(&mut self) -> Result<(), ModelError> {
        let (factors, classes) = (self.sides(|node| node.factors), self.sides(|node| node.classes));
        for wave in 0..(factors.len() + classes.len()).saturating_sub(1) {
            // Nodes of a wave do not depend on each other, only on those of the wave before.
            let nodes: Vec<Node> = (0..factors.len())
                .filter_map(|f| Some(Node { factors: factors[f], classes: *classes.get(wave.checked_sub(f)?)? }))
                .filter(|node| self.fits.contains_key(node))
                .collect();
            let better: Result<Vec<Option<Better>>, ModelError> =
                nodes.into_par_iter().map(|n| self.risen(n)).collect();
            self.keep(better?);
        }
        Ok(())
    }

    fn risen(&self, node: Node) -> Result<Option<Better>, ModelError> {
        let own = &self.fits[&node];
        let mut best = own.clone();
        let fewer_classes = self.fits.range(Node { classes: 0, ..node }..node).next_back();
        let fewer_factors = self.fits.iter().rev().find(|(n, _)| n.classes == node.classes && n.factors < node.factors);
        let short = |best: &Fitted, smaller: &Fitted| {
            let further = best.mixture.n_parameters() as f64 - smaller.mixture.n_parameters() as f64;
            best.log_likelihood - smaller.log_likelihood < BY_CHANCE * further
        };
        if let Some((_, smaller)) = fewer_factors.filter(|(_, smaller)| short(&best, smaller)) {
            best = mixture::likelier(best, mixture::from_fewer_factors(self.table, smaller, node.factors)?);
        }
        if let Some((_, smaller)) = fewer_classes.filter(|(_, smaller)| short(&best, smaller)) {
            best = mixture::likelier(best, mixture::from_fewer_classes(self.table, smaller, node.classes, self.seed)?);
        }
        Ok((best.log_likelihood > own.log_likelihood).then_some(Better { node, fit: best }))
    }

    /// Every node held against the one with a class more, from the largest on.
    fn down(&mut self) -> Result<(), ModelError> {
        let rows: Result<Vec<Vec<Option<Better>>>, ModelError> =
            self.sides(|node| node.factors).into_par_iter().map(|factors| self.fallen(factors)).collect();
        rows?.into_iter().for_each(|row| self.keep(row));
        Ok(())
    }

    fn fallen(&self, factors: usize) -> Result<Vec<Option<Better>>, ModelError> {
        let mut row: BTreeMap<usize, Fitted> = BTreeMap::new();
        let mut better = Vec::new();
        for (node, fit) in self.fits.iter().rev().filter(|(node, _)| node.factors == factors) {
            let below = self.fits.get(&Node { classes: node.classes.saturating_sub(1), ..*node });
            let mut best = fit.clone();
            if let (Some(above), Some(below)) = (row.get(&(node.classes + 1)), below)
                && above.log_likelihood - fit.log_likelihood > fit.log_likelihood - below.log_likelihood
            {
                best = mixture::likelier(best, mixture::from_more_classes(self.table, above)?);
            }
            let gained = best.log_likelihood > fit.log_likelihood;
            better.push(gained.then(|| Better { node: *node, fit: best.clone() }));
            row.insert(node.classes, best);
        }
        Ok(better)
    }

    fn keep(&mut self, better: Vec<Option<Better>>) {
        for Better { node, fit } in better.into_iter().flatten() {
            self.fits.insert(node, fit);
            self.changed.push(node);
        }
    }

    fn replaced(mut self) -> Vec<Replaced> {
        self.changed.sort_unstable();
        self.changed.dedup();
        let data = &self.table.data;
        let of = |node: &Node| Replaced { at: self.places[node], cut: Cut::likely(self.fits[node].clone(), data) };
        self.changed.iter().map(of).collect()
    }
}
