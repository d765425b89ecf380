//! Did a play work? Customers drawn by lot, treated or kept out, and what they did in the same number of days.
//!
//! Two lots. The standing hold-out gets no play at all and measures **the whole program**; it says nothing of one play.
//! Each play has a control of its own, drawn among those who are next for it, and measures **that play**, on top of what
//! else is done. What was drawn is kept in a ledger, because nobody else knows the day 0 of those who got nothing.
//!
//! | file | answers |
//! |---|---|
//! | `lottery` | who goes without |
//! | `experiment` | which plays are measured, by what, over how many days |
//! | `outcome` | what one customer did in such a window |
//! | `whole_sums`, `state` | what a pass over all customers leaves behind |
//! | `strata`, `evaluate` | figures of a play in a group |
//! | `interaction` | whether a play does more or less beside another |
//! | `verdict`, `say` | what they come to, in a word and in a sentence |
//! | `learned` | what tomorrow's plan takes from it |
//!
//! Reasons and sources: `docs/method.md#did-it-work`.

mod evaluate;
mod experiment;
mod finding;
mod interaction;
mod learned;
mod lottery;
mod outcome;
mod say;
mod settings;
mod state;
mod strata;
#[cfg(test)]
mod tests;
mod verdict;
mod whole_sums;

pub use evaluate::Evaluation;
pub use experiment::{EffectMetric, EffectRole, Experiment, Experiments, PROGRAM};
pub use finding::{ArmPair, ControlKind, EffectFinding, EffectVerdict, FindingKey, PastFinding};
pub use learned::{ExpectedGain, Learned, OwnSplit};
pub use lottery::{Lottery, TrialArm};
pub use settings::{EffectSettings, EffectSettingsError};
pub use state::{EffectFold, EffectGroup, EffectRows, EffectState, Enrollment};
pub use verdict::EffectEvidence;
