//! "What do passes hold in their hands?" Blocks of customers as they come in and as they are scored, what each of them
//! did and said, what the rules say of one, a stay in a segment, and a figure with its interval.

mod attitudes;
mod customer;
mod customer_night;
mod estimate;
mod fold;
mod high;
mod history;
mod open_matter;
mod relationship;
mod rfm;
mod scored;
mod service;
mod stay;
mod suppression;

pub use attitudes::{Attitudes, Question};
pub use customer::{Aspect, BLOCK_ROWS, CustomerBlock, CustomerFlags, MAX_SIGNALS, N_RATINGS};
pub use customer_night::CustomerNight;
pub use estimate::{Estimate, Figure, percent_of, thousands};
pub use fold::{BlockFold, PartialState};
pub use high::{HIGH, HIGH_RULE, is_high};
pub use history::{
    Contact, History, Nature, Order, PlayContact, Promise, RIVAL_RATINGS, RivalAnswer, Sources, TOO_MANY_VALUES,
    Verbatim, Vocabulary, Word,
};
pub use open_matter::{OpenCounts, OpenMatter};
pub use relationship::{
    ArcEvidence, ArcFact, ArcReading, ArcStage, ConnectionStage, Consistency, EvidenceBasis, ExperienceBalance,
    LevelReason, LoyaltyType, NextNeed, NextNeeds, Relationship, RelationshipLevel, RewardDependence,
};
pub use rfm::RfmGroup;
pub use scored::{
    Assignment, Basis, CustomerNeeds, CustomerRef, NEED_MAPS, NeedState, POSTERIOR_STEPS, Provenance, ScoredBlock,
    SuppressedReason, UnassignedReason,
};
pub use service::{PublicPost, ServiceEvent, ServiceKind};
pub use stay::{LastNight, MoveEvent, MoveReason, Moved, SegmentNames, SegmentPlace, Stay};
pub use suppression::suppression;
