//! Which need should the brand serve next? Need tiers of customers, from element scores.
//!
//! The tier is one of *this brand's* service to a need; it says nothing about what a person's life lacks.
//!
//! | file | is |
//! |---|---|
//! | `settings` | how a tier is chosen |
//! | `assessor` | what needs no chance: how well each tier and level is served, how much a tier matters |
//! | `plausible` | need maps, orders of tiers and errors of scores, drawn once a night |
//! | `tiers` | chances of the tiers of every customer of a block, and what may be told |

mod assessor;
mod plausible;
mod settings;
#[cfg(test)]
mod tests;
mod tiers;

pub(crate) use assessor::IMPORTANCE_SPAN;
pub use assessor::{MAX_UNCOVERED, NeedAssessor};
pub(super) use plausible::ScoreErrors;
pub(crate) use plausible::strong_order;
pub use settings::{MAP_VOTES, MIN_PROBABILITY, NeedMethod, NeedSettings, NeedSettingsError};
pub(super) use tiers::TierReader;
