//! Two arms drawn by lot: by how much do they differ, how sure is it, and may it be looked at every night?
//!
//! Everything here works on sums that can be added up block by block: no value of a single customer is needed twice.
//!
//! | file | answers |
//! |---|---|
//! | `sums` | what is kept of an arm |
//! | `contrast` | by how much two arms differ, in the unit of the outcome and relative, with Welch's variance |
//! | `covariate` | the same with what was known before the lot (CUPED) |
//! | `reached` | what the play did to those whom it reached |
//! | `sample_ratio` | whether as many are in each arm as were drawn |
//! | `sequence` | an interval that holds on any night |
//! | `shrink` | what of a difference is left once it is seen among its like |

mod contrast;
mod covariate;
mod reached;
mod sample_ratio;
mod sequence;
mod shrink;
mod sums;
#[cfg(test)]
mod tests;

pub use contrast::{Contrast, RelativeLift, post_stratified, relative_lift, welch};
pub use covariate::{Adjusted, cuped};
pub use reached::reached_only;
pub use sample_ratio::{SampleRatio, sample_ratio};
pub use sequence::Sequence;
pub use shrink::{Family, FamilyMember, Shrunk};
pub use sums::ArmSums;
