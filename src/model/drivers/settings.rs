//! Below which sizes nothing is said.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Customers with the outcome for each element related to it. Source: rule of thumb of 10 to 15, domain fact sheet 6.3.
pub const DEFAULT_PER_DRIVER: u64 = 10;

/// Least effective number of customers with both an element and the outcome (harmonic mean over the elements): below, the
/// standard error of a single correlation is 0.1 and more. Source: domain fact sheet 6.7, 100 to describe a segment.
pub const DEFAULT_MIN_ANSWERS: f64 = 100.0;

/// Effective customers with both an element and the outcome, in the whole, for the element to be related to it at all.
/// Our judgement.
pub const LEAST_PAIR_WHOLE: f64 = 50.0;

/// The same in a segment: one element with fewer refuses the segment. Our judgement.
pub const LEAST_PAIR: f64 = 20.0;

/// Settings of derived importance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DriverSettings {
    /// Leave the halo (what all ratings of a person share) in: plain relative weights. Off: it is taken out.
    pub keep_halo: bool,
    /// Customers with the outcome needed for each element. At least 1.
    pub per_driver: u64,
    /// Least effective number of customers with both an element and the outcome.
    pub min_answers: f64,
}

impl Default for DriverSettings {
    fn default() -> Self {
        Self { keep_halo: false, per_driver: DEFAULT_PER_DRIVER, min_answers: DEFAULT_MIN_ANSWERS }
    }
}
