//! What the figures of profiles are read against.

use crate::fit::{Model, Structure};
use crate::rows::Aspect;
use valueseg_catalogue::Catalogue;

/// Which kinds of consent the customers table records at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsentColumns {
    /// `consent_profiling` is there.
    pub profiling: bool,
    /// At least one of the channel consents is there.
    pub channels: bool,
}

/// What the figures are read against.
#[derive(Clone, Copy, Debug)]
pub struct ProfileContext<'a> {
    /// Elements, need map.
    pub catalogue: &'a Catalogue,
    /// Ids of the segments in the order of the model, as many as the pass counted.
    pub segments: &'a [String],
    /// The model that gave the probabilities: what it expects of those who did not answer, and how far off it may be;
    /// `None` = the scores speak for themselves.
    pub model: Option<&'a Model>,
    /// Ratings that shaped the segments; `None` = nobody was asked, they were cut on prior importance, or on nothing.
    pub cut_on: Option<Aspect>,
    /// There was too little evidence to cut anything: everybody is one group.
    pub uncut: bool,
    /// What tests said about the segments as groups; `None` = not tested.
    pub structure: Option<Structure>,
    /// Fewest customers behind any published figure; see [`DEFAULT_MIN_CELL`](super::DEFAULT_MIN_CELL).
    pub min_cell: u64,
    /// Which kinds of consent are recorded.
    pub consent: ConsentColumns,
}

impl ProfileContext<'_> {
    /// The aspect whose scores cut the segments: importance, though inferred, where nobody was asked.
    #[must_use]
    pub fn shaped_by(&self) -> Aspect {
        self.cut_on.unwrap_or(Aspect::Importance)
    }
}
