//! One customer of the pass, with all that is known of them.

use super::super::profile::sums::Part;
use super::settings::LensSettings;
use crate::rows::{CustomerBlock, History, Question, Relationship, ScoredBlock, Vocabulary};

/// Customers of one block with all that is known of them; row `i` of each belongs together.
#[derive(Clone, Copy, Debug)]
pub struct LensBlock<'a> {
    /// Customers.
    pub customers: &'a CustomerBlock,
    /// Their segments; suppressed customers are left out of everything.
    pub scored: &'a ScoredBlock,
    /// What they did and were given in 365 days.
    pub histories: &'a [History],
    /// What the rules say of them.
    pub relationships: &'a [Relationship],
    /// Words of `histories`. Sums are kept by text, so blocks may have vocabularies of their own.
    pub words: &'a Vocabulary,
}

/// One customer, or the part of it that counts in a group.
#[derive(Clone, Copy)]
pub(super) struct LensRow<'a> {
    pub(super) block: &'a LensBlock<'a>,
    pub(super) settings: &'a LensSettings,
    /// Its place in the block.
    pub(super) at: usize,
    /// What it counts for.
    pub(super) w: Part,
    pub(super) history: &'a History,
    pub(super) says: &'a Relationship,
}

impl LensRow<'_> {
    /// An answer; `None` = not asked.
    pub(super) fn answer(&self, question: Question) -> Option<f32> {
        self.block.customers.attitudes.get(self.at, question)
    }

    /// Order value of 365 days; `None` = orders are not known.
    pub(super) fn value(&self) -> Option<f64> {
        self.block.customers.value_365d[self.at]
    }
}
