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
mod known;
mod loyalty;
mod open;
mod reward_weeks;
mod rhythm;
mod settings;
mod slide;

pub use anticipation::Standards;
pub use arc::Yesterday;
pub use assess::{RelationshipAssessor, RelationshipContext};
pub use connection::ConnectionRule;
pub(crate) use known::reaches;
pub use loyalty::RewardWeeks;
pub use settings::{
    AnticipationSettings, ArcSettings, BalanceRatio, BalanceSettings, ClosenessSettings, ConnectionSettings,
    ConsistencySettings, LoyaltySettings, RegularitySettings, RelationshipSettings, RelationshipSettingsError,
    SAYING_RATIO, SuspectSettings,
};
pub use slide::SlideCounts;
