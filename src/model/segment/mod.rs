//! "What is said of a group?" Profile, drivers, lens, and all of it together as one [`SegmentNight`] per group; names;
//! drift, flows, and which segment continues which.
//!
//! ```text
//! profile → drivers → lens ─┐
//! traces, crosstab, rfm ────┴→ night → told → naming   drift, flows, lineage: on their own
//! ```
//!
//! Between the sums of a pass and the figures made of them stands [`Noise`].

pub mod crosstab;
pub mod drift;
pub mod drivers;
#[cfg(test)]
pub(crate) mod fixture;
pub mod flows;
pub mod lens;
pub mod lineage;
pub mod naming;
mod night;
pub(crate) mod noise;
pub mod profile;
pub mod rfm;
mod told;
mod traces;

pub use night::{Passes, SegmentNight, SegmentNights};
pub use noise::{COUNT_STEP, NOISE, Noise};
pub use profile::types::{Contrast, Delivered, ElementProfile, NeedProfile, Profiles, Reach, SegmentProfile};
pub use traces::Trace;
