//! "Does the model still fit the base?" Distributions of tonight against those of the night of the fit.
//!
//! At the fit every signal is cut into ten bins ([`DriftBins`]). While customers are scored, each night counts them into
//! those bins ([`DriftFold`], [`DriftState`]: integers, mergeable, no second pass). The counts of the night of the fit,
//! over everybody scored, are kept beside the model ([`DriftReference`]); later nights are held against them
//! ([`Drift::between`]).

mod bins;
mod figures;
mod fold;
mod state;
#[cfg(test)]
mod tests;
mod verdict;

pub use bins::DriftBins;
pub use figures::{DriftFigures, DriftKind, DriftReference};
pub use fold::{DriftFold, SIGNALS_COUNTED};
pub use state::DriftState;
pub use verdict::{DATA_SUSPECTED, DRIFTED_LEAST, DRIFTED_SHARE, Drift, DriftRow, DriftStatus, FALSE_DISCOVERIES};
