//! "What is said of a group?" Profile, drivers, lens, and all of it together as one [`SegmentNight`] per group; names;
//! drift, flows, and which segment continues which.
//!
//! ```text
//! profile → drivers → lens ─┐
//! traces ───────────────────┴→ night → naming          drift, flows, lineage: on their own
//! ```

pub mod drift;
pub mod drivers;
#[cfg(test)]
pub(crate) mod fixture;
pub mod flows;
pub mod lens;
pub mod lineage;
pub mod naming;
mod night;
pub mod profile;
mod traces;

pub use night::{Passes, SegmentNight, SegmentNights};
pub use profile::types::{Contrast, Delivered, ElementProfile, NeedProfile, Profiles, Reach, SegmentProfile};
pub use traces::Trace;
