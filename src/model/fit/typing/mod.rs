//! "Who belongs where, and how sure is that?" Typing: its accuracy, the few questions that suffice, the scorer to take
//! along, and which element holds the solution up.
//!
//! | module | answers |
//! |---|---|
//! | `check` | how often people who were not asked are typed right, and whether the printed probabilities hold |
//! | `linear` | the model's typing of complete answers as one weighted sum per segment, exact |
//! | `people` | simulated people who answer every question |
//! | `golden` | the few questions that type nearly as well as all |
//! | `hold` | which element holds the solution up |
//! | `questions` | golden questions and holds together, held against respondents |

mod check;
mod golden;
mod hold;
mod linear;
mod people;
mod questions;

pub(crate) use check::TypedRows;
pub use check::{OwnAnswersCheck, ReliabilityLine, TypedSegment, TypingCheck};
pub use golden::{GOLDEN_QUESTIONS, GoldenCheck, GoldenLength, GoldenQuestions, MOST_GOLDEN};
pub use hold::ElementHold;
pub(crate) use linear::LinearScores;
#[cfg(test)]
pub(crate) use linear::tests as linear_tests;
pub(crate) use people::on_scale;
pub use questions::QuestionReport;
pub(crate) use questions::{QuestionBasis, cut_columns};
