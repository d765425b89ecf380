//! Which elements does an outcome go with, in each segment?
//!
//! Derived importance is read off the link between how well an element is delivered and what customers then say or
//! spend. It is *association*: an element that goes with recommendation need not bring it about, one that everybody is
//! given alike cannot show any link however much it matters, and a survey of one night knows nothing of before and
//! after. So nothing here says "causes", and nothing is said at all below the sizes in [`DriverSettings`].
//!
//! Rows → whole-number sums by segment and by one of twenty groups of people ([`DriverFold`], [`DriverState`]) →
//! correlations, halo, relative weights, penalty and reward, each twenty-one times ([`DriverState::finish`]) → figures
//! with intervals ([`Drivers`]).

mod cell;
mod classify;
#[cfg(test)]
mod few_tests;
mod finish;
#[cfg(test)]
mod fixture;
mod fold;
mod outcome;
mod reading;
mod released;
mod settings;
mod solve;
mod summarize;
#[cfg(test)]
mod tests;
mod types;

pub use classify::{Kano, Quadrant, StatedDerived};
pub use finish::{DriverContext, SolvedDrivers};
pub use fold::{DriverFold, DriverState, RESPONDENTS_COUNTED, RatingScale};
pub use outcome::Outcome;
pub use reading::{group_limits, reading};
pub use settings::{DriverSettings, DriverSettingsError};
pub use types::{Drivers, ElementDriver, Explained, GroupDrivers, NeedDriver, OutcomeDrivers, Refusal};
