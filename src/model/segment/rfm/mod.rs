//! "Do ready-made groups say more?" How much of an outcome groups by recency, frequency and value explain, beside the
//! segments.

mod finish;
mod state;
#[cfg(test)]
mod tests;

pub use finish::{GroupingShare, RfmComparison};
pub use state::{RfmBlock, RfmFold, RfmState};
