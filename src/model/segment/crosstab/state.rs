//! The pass: blocks in, exact counts out.

use std::collections::BTreeMap;

use super::super::profile::parts::CustomerParts;
use super::super::profile::sums::{Moments, Part, weight_steps};
use super::settings::DescriptorSettings;
use crate::rows::{CustomerBlock, History, RfmGroup, ScoredBlock, TOO_MANY_VALUES, Vocabulary};

/// The descriptor made of how long somebody is a customer.
const TENURE: &str = "tenure_days";

/// The descriptor that says in which ready-made group somebody is.
const RFM: &str = "rfm_group";

/// Customers of one block with their descriptors; row `i` of each belongs together.
#[derive(Clone, Copy, Debug)]
pub struct CrosstabBlock<'a> {
    /// Customers.
    pub customers: &'a CustomerBlock,
    /// Their segments; suppressed customers are left out.
    pub scored: &'a ScoredBlock,
    /// Where descriptors and tenure stand.
    pub histories: &'a [History],
    /// Words of `histories`.
    pub words: &'a Vocabulary,
    /// Their ready-made groups; `None` = there are none.
    pub rfm: &'a [Option<RfmGroup>],
}

/// Counts descriptors.
#[derive(Clone, Debug)]
pub struct CrosstabFold {
    segments: usize,
    /// Names of the descriptors, in the order of [`History::descriptors`].
    names: Vec<String>,
    settings: DescriptorSettings,
    tenures: Vec<String>,
}

/// How many of a group have one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Customers, in steps of 0.0001.
    pub(super) n: i128,
    /// Σw.
    pub(super) w: i128,
}

/// One descriptor, group by group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DescriptorCounts {
    /// Those of whom it is known.
    pub(super) known: Vec<Moments>,
    pub(super) values: BTreeMap<String, Vec<Count>>,
}

/// Integer sums of the pass.
///
/// INVARIANT: merging is exact, associative and commutative. Its size follows segments and values of descriptors, not
/// customers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrosstabState {
    pub(super) descriptors: BTreeMap<String, DescriptorCounts>,
}

impl CrosstabFold {
    /// A pass over customers in `segments` segments; `names` are the columns of their descriptors.
    #[must_use]
    pub fn new(segments: usize, names: Vec<String>, settings: DescriptorSettings) -> Self {
        let tenures = settings.tenure_words();
        Self { segments, names, settings, tenures }
    }

    /// Groups: `K` segments by probability, those of whom no probability is known, then the customers whom the rule left
    /// without a segment, whole.
    fn groups(&self) -> usize {
        self.segments + 2
    }

    /// The state before the first customer; merging it changes nothing.
    #[must_use]
    pub fn zero(&self) -> CrosstabState {
        CrosstabState::default()
    }

    /// Adds a block.
    ///
    /// # Panics
    /// If the parts of the block differ in length.
    pub fn fold(&self, state: &mut CrosstabState, block: &CrosstabBlock<'_>) {
        let n = block.customers.len();
        let lengths = [block.scored.assignments.len(), block.histories.len(), block.rfm.len()];
        assert!(lengths.iter().all(|length| *length == n), "the parts of a block have the same rows");
        let mut parts = CustomerParts::new(self.segments);
        for row in 0..n {
            if block.scored.suppressed[row].is_some() {
                continue;
            }
            let weight = weight_steps(block.customers.weight[row]);
            parts.share_out(block.scored, row, weight);
            let mut counted: Vec<(usize, Part)> = parts.of_groups().collect();
            if block.scored.assignments[row].segment.is_none() {
                counted.push((self.segments + 1, weight.into()));
            }
            let history = &block.histories[row];
            for (name, word) in self.names.iter().zip(&history.descriptors) {
                if let Some(word) = word {
                    self.add(state, name, block.words.text(*word), &counted);
                }
            }
            if let Some(group) = block.rfm[row] {
                self.add(state, RFM, group.slug(), &counted);
            }
            if let Some(days) = history.tenure_days.filter(|_| !self.settings.tenure_days.is_empty()) {
                self.add(state, TENURE, &self.tenures[self.settings.tenure_class(days)], &counted);
            }
        }
    }

    fn add(&self, state: &mut CrosstabState, name: &str, value: &str, counted: &[(usize, Part)]) {
        if !state.descriptors.contains_key(name) {
            let known = vec![Moments::default(); self.groups()];
            state.descriptors.insert(name.to_owned(), DescriptorCounts { known, values: BTreeMap::new() });
        }
        let counts = state.descriptors.get_mut(name).expect("put there if it was missing");
        if !counts.values.contains_key(value) {
            counts.values.insert(value.to_owned(), vec![Count::default(); self.groups()]);
        }
        let cells = counts.values.get_mut(value).expect("put there if it was missing");
        for (group, part) in counted {
            counts.known[*group].add(*part, 1);
            cells[*group].n += i128::from(part.head);
            cells[*group].w += i128::from(part.w);
        }
    }
}

impl CrosstabState {
    /// Adds what `other` has seen.
    pub fn merge(&mut self, other: Self) {
        for (name, theirs) in other.descriptors {
            let Some(mine) = self.descriptors.get_mut(&name) else {
                self.descriptors.insert(name, theirs);
                continue;
            };
            mine.known.iter_mut().zip(&theirs.known).for_each(|(mine, theirs)| mine.merge(theirs));
            for (value, counts) in theirs.values {
                let groups = counts.len();
                let own = mine.values.entry(value).or_insert_with(|| vec![Count::default(); groups]);
                for (own, theirs) in own.iter_mut().zip(counts) {
                    own.n += theirs.n;
                    own.w += theirs.w;
                }
            }
        }
    }
}

impl DescriptorCounts {
    /// Whether it has more values than are told apart.
    pub(super) fn too_many(&self) -> bool {
        self.values.contains_key(TOO_MANY_VALUES)
    }

    /// Those of a group of whom it is known, the ones with a value counting 1 and the others 0.
    pub(super) fn cell(&self, value: &str, group: usize) -> Moments {
        let (known, count) = (self.known[group], self.values[value][group]);
        let top = known.top.min(count.w);
        Moments { wx: count.w, wxx: count.w, wxx_high: 0, top, ..known }
    }
}
