//! "How close is the relationship, and which would be right?" Connection, arc, consistency, balance, loyalty.

mod anticipation;
mod arc;
mod assess;
mod balance;
mod closeness;
mod connection;
mod consistency;
#[cfg(test)]
mod fixture;
mod forgiveness;
mod history;
mod known;
pub mod lens;
mod loyalty;
mod reward_weeks;
mod rhythm;
mod settings;
mod slide;
mod types;

pub use anticipation::Standards;
pub use arc::Yesterday;
pub use assess::{RelationshipAssessor, RelationshipContext};
pub use connection::ConnectionRule;
pub use loyalty::RewardWeeks;
pub use settings::{
    AnticipationSettings, ArcSettings, BalanceRatio, BalanceSettings, ClosenessSettings, ConnectionSettings,
    ConsistencySettings, LoyaltySettings, RegularitySettings, RelationshipSettings, RelationshipSettingsError,
    SAYING_RATIO, SuspectSettings,
};
pub use slide::SlideCounts;

pub use history::{Contact, History, Nature, Order, Promise, RivalAnswer, Sources, Verbatim, Vocabulary, Word};
pub use types::{
    ArcEvidence, ArcFact, ArcReading, ArcStage, ConnectionStage, Consistency, EvidenceBasis, ExperienceBalance,
    LevelReason, LoyaltyType, NextNeed, Relationship, RelationshipLevel, RewardDependence,
};
