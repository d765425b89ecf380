//! "What does a customer's row say?" Scores, need tiers, segment and reasons; profiles, names and plans.
//!
//! A [`Sample`] of customers is fitted once into a [`Model`]; every night a [`Scorer`] applies it to each block of
//! customers. Both work with the same measurement model: segments (classes) that share one covariance, common factors
//! for scale use and halo, and indicators of which most are unknown (`MODEL` in the project's documentation).
//!
//! | type | is |
//! |---|---|
//! | [`CustomerBlock`] → [`ScoredBlock`] | rows in, rows out |
//! | [`SampleCollector`] → [`Sample`] | the bounded sample a fit works on |
//! | [`FitRequest`], [`FitSettings`] → [`fit()`] → [`Model`] | a fit and its [`FitReport`] |
//! | [`Scorer`], [`ApplySettings`] | the nightly application |
//!
//! | room | answers |
//! |---|---|
//! | `fit` | which partition, and what everything looks like in each segment |
//! | `apply` | what that says of a customer, and why |
//! | `typing` | how surely people are placed, which few questions suffice, the scorer to take along |
//! | `rules` | what a segment is in one short rule |
//! | [`needs`] | which need tier is open |
//! | [`profile`], [`naming`] | what sets a segment apart, and what it is called |
//! | [`plan`] | what to do for it |
//! | [`lineage`] | which segment of a new fit continues which |
//! | [`drift`] | whether tonight still looks like the night of the fit |
//! | [`drivers`] | what an outcome goes with |
//! | [`listening`] | which elements a text speaks of, and how |
//! | [`relationship`] | how close the relationship is, and which would be right |
//! | [`continuity`], [`flows`] | who stays and who moves, and how many went where |

mod apply;
mod attitudes;
pub mod continuity;
mod customer;
mod customer_night;
pub mod drift;
pub mod drivers;
mod error;
mod fit;
mod fitted;
#[cfg(test)]
mod fixture;
pub mod flows;
mod indicator;
pub mod lineage;
pub mod listening;
mod measurement;
pub mod naming;
pub mod needs;
pub mod plan;
mod plan_types;
pub mod profile;
mod profile_types;
pub mod relationship;
mod report;
mod rules;
mod sample;
mod scored;
mod settings;
mod suppression;
mod transform;
mod typing;

pub use apply::{
    ApplySettings, DEFAULT_HOLDOUT_SHARE, DEFAULT_MIN_MARGIN, DEFAULT_MIN_PROBABILITY, Probabilities, Scorer,
};
pub use attitudes::{Attitudes, Question};
pub use customer::{Aspect, BLOCK_ROWS, CustomerBlock, CustomerFlags, MAX_SIGNALS, N_RATINGS};
pub use customer_night::CustomerNight;
pub use error::ModelError;
pub use fit::{FitRequest, fit};
pub use fitted::{FORMAT_VERSION, Model, SegmentInfo};
pub use indicator::Indicator;
pub use plan_types::{Plan, PlanLine, PlanSet};
pub use profile_types::{Contrast, Delivered, ElementProfile, Estimate, NeedProfile, Profiles, Reach, SegmentProfile};
pub use report::{
    Candidate, CutOn, FitReport, HeldOut, LearnedLoading, LoadingVerdict, NullComparison, SegmentLevel, SignalUse,
    StandsFor,
};
pub use rules::{Condition, RuleBasis, SegmentRule};
pub use sample::{BASE_CAP, MIN_ANSWERS, RESPONDENT_CAP, Sample, SampleCollector};
pub use scored::{Assignment, Basis, CustomerNeeds, NeedState, ScoredBlock, SuppressedReason, UnassignedReason};
pub use settings::{
    DEFAULT_MAX_FACTORS, DEFAULT_MAX_SEGMENTS, DEFAULT_MIN_RESPONDENTS, DEFAULT_MIN_SEGMENTS, DEFAULT_MIN_SHARE,
    DEFAULT_STARTS, FitSettings, MAX_SEGMENTS, Method, QUICK_MAX_SEGMENTS, Search, SegmentCount,
};
pub use suppression::suppression;
pub use typing::{
    ElementHold, GOLDEN_QUESTIONS, GoldenCheck, GoldenLength, GoldenQuestions, MOST_GOLDEN, OwnAnswersCheck,
    QuestionReport, ReliabilityLine, SCORER_FORMAT_VERSION, ScorerFile, ScorerForm, ScorerLine, ScorerSegment,
    Temperature, TypedSegment, TypingCheck,
};
