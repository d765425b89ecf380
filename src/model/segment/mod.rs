//! "What is said of a group?" Profile, lens, drivers, drift, flows, names, and which segment continues which.

pub mod drift;
pub mod drivers;
pub mod flows;
pub mod lens;
pub mod lineage;
pub mod naming;
pub mod profile;

pub use profile::types::{Contrast, Delivered, ElementProfile, NeedProfile, Profiles, Reach, SegmentProfile};
