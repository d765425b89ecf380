//! Which of many ratings does an outcome go with, and how much of it is each one's share?
//!
//! The way from rows to figures:
//!
//! | step | module |
//! |---|---|
//! | rows → whole-number sums for each pair of columns, mergeable in any order | [`cross`] |
//! | sums → correlations of whoever answered both, drawn to a plainer one as far as they are noise | [`pairwise`] |
//! | the factor that all ratings share, and whether it is a halo | [`common`] |
//! | the halo of many ratings, taken out; of few it stays | [`halo`] |
//! | correlations → relative weights, which sum to R² | [`johnson`] |
//! | correlations → shares of up to 14 ratings or groups over all orders of entry | [`shapley`] |
//! | low, middling and high ratings apart: penalty and reward | [`penalty`] |
//! | the same with a twentieth of the people left out, twenty times: how sure is it | [`jackknife`] |
//!
//! All of this says what *goes with* the outcome. Nothing here knows what brings it about.
//!
//! # Examples
//! From rows to weights. Two uncorrelated ratings and an outcome that is their sum: by hand each correlates with it by
//! √½, so each has the weight ½ and R² is 1.
//!
//! ```
//! use ndarray::s;
//! use valueseg_stats::drivers::cross::{CrossSums, value_steps, weight_steps};
//! use valueseg_stats::drivers::johnson::relative_weights;
//! use valueseg_stats::drivers::pairwise::Pairwise;
//!
//! let mut sums = CrossSums::new(3);
//! for (x, y) in [(1.0, 1.0), (1.0, 5.0), (5.0, 1.0), (5.0, 5.0)].into_iter().cycle().take(12) {
//!     let row = [(0, value_steps(x)), (1, value_steps(y)), (2, value_steps(x + y))];
//!     sums.add(&row, weight_steps(1.0));
//! }
//! let r = Pairwise::of(&sums, &[0, 1, 2]).r;
//! let found = relative_weights(r.slice(s![..2, ..2]), r.slice(s![..2, 2]))?;
//! assert!((found.weights[0] - 0.5).abs() < 1e-12 && (found.r_squared - 1.0).abs() < 1e-12);
//! # Ok::<(), valueseg_stats::drivers::DriversError>(())
//! ```

pub mod common;
pub mod cross;
mod error;
pub mod halo;
pub mod jackknife;
pub mod johnson;
pub mod pairwise;
pub mod penalty;
pub mod shapley;

pub use error::DriversError;
