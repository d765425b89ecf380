//! "What is said of one customer?" Scores and segment, need tiers, who stays and who moves, what was heard, and how close
//! the relationship is.

pub mod continuity;
pub mod listening;
pub mod needs;
pub mod relationship;
pub mod rfm;
mod score;
mod scorer_file;
mod scorer_form;
mod scorer_sql;
mod tier_check;

pub use score::{
    ApplySettings, ApplySettingsError, DEFAULT_HOLDOUT_SHARE, DEFAULT_MIN_MARGIN, DEFAULT_MIN_PROBABILITY,
    Probabilities, Scorer,
};
pub use scorer_file::{SCORER_FORMAT_VERSION, ScorerFile, ScorerSegment};
pub use scorer_form::{ScorerForm, ScorerLine, SomeAnswers, SomeAnswersLine};
pub use tier_check::check_need_tiers;
