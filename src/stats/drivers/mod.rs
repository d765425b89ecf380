//! Which of many ratings does an outcome go with, and how much of it is each one's share?
//!
//! The way from rows to figures:
//!
//! | step | module |
//! |---|---|
//! | rows → whole-number sums for each pair of columns, mergeable in any order | [`cross`] |
//! | sums → correlations of whoever answered both, drawn to a plainer one as far as they are noise | [`pairwise`] |
//! | the factor that all ratings share (halo), taken out | [`halo`] |
//! | correlations → relative weights, which sum to R² | [`johnson`] |
//! | correlations → shares of up to a dozen groups over all orders of entry | [`shapley`] |
//! | low, middling and high ratings apart: penalty and reward | [`penalty`] |
//! | the same with a twentieth of the people left out, twenty times: how sure is it | [`jackknife`] |
//!
//! All of this says what *goes with* the outcome. Nothing here knows what brings it about.

pub mod cross;
mod error;
pub mod halo;
pub mod jackknife;
pub mod johnson;
pub mod pairwise;
pub mod penalty;
pub mod shapley;

pub use error::DriversError;
