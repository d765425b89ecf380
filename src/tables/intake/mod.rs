//! From raw sources to one row per customer. SQL does the joins and group-bys.

mod answers;
mod cast;
mod cells;
mod check;
mod engine;
mod error;
mod mapping;
mod names;
mod places;
mod scale;
mod tally;
mod times;

pub use error::{Blame, IntakeError};
