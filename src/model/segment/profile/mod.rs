//! What distinguishes a segment? Sums over all customers, and the profiles made of them.
//!
//! A customer counts in every segment by the probability of being in it (`parts`), so that every figure of a segment speaks
//! of the same people: its members by probability. Only lists and reach count whom the rule put there.
//!
//! Three types, one after the other: the sums of a chunk of rows in machine words, the mergeable integer sums of the
//! pass ([`ProfileState`]), and the published figures ([`Profiles`](super::profile::types::Profiles)), which alone know
//! a mean. Integers make the merge exact, so the figures have the same bits for any thread count, batch size or split
//! of the files.

mod contact;
mod context;
pub(crate) mod elements;
mod expected;
pub(crate) mod finish;
mod limits;
mod maps;
pub(crate) mod parts;
mod released;
mod score_mean;
mod shares;
mod state;
pub(crate) mod sums;
#[cfg(test)]
mod tests;
pub(in crate::segment) mod types;
pub(crate) mod withhold;

pub use contact::{CONSENT_CHANNELS, consented, may_contact};
pub use context::{ConsentColumns, ProfileContext};
pub use finish::DEFAULT_MIN_CELL;
pub use maps::{MapAgreement, MapCount};
pub use state::{ProfileFold, ProfileState};
