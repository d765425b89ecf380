//! "How close is the relationship, and which would be right?" Connection, arc, consistency, balance, loyalty.

mod history;
mod types;

pub use history::{Contact, History, Nature, Order, Promise, RivalAnswer, Sources, Verbatim, Vocabulary, Word};
pub use types::{
    ArcEvidence, ArcFact, ArcReading, ArcStage, ConnectionStage, Consistency, EvidenceBasis, ExperienceBalance,
    LevelReason, LoyaltyType, NextNeed, Relationship, RelationshipLevel, RewardDependence,
};
