//! Ten emotional motivators: deeper desires a brand can help with, and the elements and tiers closest to each.

use super::{ElementId, NeedTier};

/// Most motivators a catalogue may hold, a user's own included: eleven questions and both answers about each motivator
/// are bits of a `u64`.
pub const MOTIVATOR_LIMIT: usize = 25;

/// One emotional motivator.
///
/// The labels are those of the ten high-impact motivators published by Magids, Zorfas and Leemon (2015); desires are
/// in our words, and the links to elements and tiers are our judgment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Motivator {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) desire: String,
    pub(super) elements: Vec<ElementId>,
    pub(super) needs: Vec<NeedTier>,
}

impl Motivator {
    /// Its id (`m_belonging`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Short label, to follow "customers who want to …".
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the person is after, in our words.
    #[must_use]
    pub fn desire(&self) -> &str {
        &self.desire
    }

    /// Closest elements, closest first; never empty.
    #[must_use]
    pub fn elements(&self) -> &[ElementId] {
        &self.elements
    }

    /// Need tiers it belongs to, main one first; never empty.
    #[must_use]
    pub fn needs(&self) -> &[NeedTier] {
        &self.needs
    }
}
