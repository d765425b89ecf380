//! What the figures of the lens are read against.

use super::settings::LensSettings;
use crate::fit::Model;
use crate::rows::Sources;
use valueseg_catalogue::Catalogue;

/// What the figures are read against.
#[derive(Clone, Copy, Debug)]
pub struct LensContext<'a> {
    /// Ids of the segments in the order of the model, as many as the pass counted.
    pub segments: &'a [String],
    /// The model that gave the probabilities of segments; `None` = nothing is known of its errors.
    pub model: Option<&'a Model>,
    /// Fewest customers behind any published figure.
    pub min_cell: u64,
    /// Elements and motivators.
    pub catalogue: &'a Catalogue,
    /// Which tables there are: without one nothing is told of it, not even that there was none.
    pub sources: Sources,
    /// Settings of the pass.
    pub settings: &'a LensSettings,
}
