//! "Who belongs where, and how sure is that?" Typing: its accuracy, the few questions that suffice, the scorer to take
//! along, and which element holds the solution up.
//!
//! | module | answers |
//! |---|---|
//! | `check` | how often people who were not asked are typed right, and whether the printed probabilities hold |
//! | `temperature` | how far signals and answers are believed |

mod check;
mod temperature;

pub(in crate::model) use check::TypedRows;
pub use check::{OwnAnswersCheck, ReliabilityLine, TypedSegment, TypingCheck};
pub use temperature::Temperature;
