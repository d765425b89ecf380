//! What ratings are related to.

use serde::Serialize;

use super::super::profile::sums::MONEY_MAX;
use crate::customer::relationship::ConnectionRule;
use crate::rows::{ConnectionStage, CustomerBlock, Question};
use valueseg_stats::drivers::cross::value_steps;

/// Middle of the 0–10 scale: answers are summed from here, which keeps the sums small.
pub(super) const MIDDLE: f64 = 5.0;

/// An outcome that ratings may go with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answer to "how likely are you to recommend us", 0–10.
    Recommend,
    /// Overall satisfaction, 0–10.
    Satisfaction,
    /// Fully emotionally connected or not: 10 or 0.
    Connection,
    /// Order value over 365 days.
    #[serde(rename = "value_365d")]
    Value365d,
}

impl Outcome {
    /// Number of outcomes.
    pub const COUNT: usize = 4;

    /// All outcomes; the first with a result is the one that a single figure per element is read from.
    pub const ALL: [Self; Self::COUNT] = [Self::Recommend, Self::Satisfaction, Self::Connection, Self::Value365d];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Recommend => "recommend",
            Self::Satisfaction => "satisfaction",
            Self::Connection => "connection",
            Self::Value365d => "value_365d",
        }
    }

    /// How a sentence names it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Recommend => "the willingness to recommend",
            Self::Satisfaction => "satisfaction",
            Self::Connection => "being fully connected",
            Self::Value365d => "spending",
        }
    }

    /// The outcome of a customer in steps; `None` = not known.
    ///
    /// METHOD: spending enters as `sign(v)·ln(1 + |v|)`. A correlation with plain money is decided by the few largest
    /// buyers; the logarithm asks what goes with spending a given *part* more.
    /// `connection` tells the stage of somebody who was asked enough.
    pub(super) fn of(self, customers: &CustomerBlock, row: usize, connection: Option<&ConnectionRule>) -> Option<i64> {
        let answer = |x: Option<f32>| x.map(|x| value_steps(f64::from(x) - MIDDLE));
        match self {
            Self::Recommend => answer(customers.attitudes.get(row, Question::Recommend)),
            Self::Satisfaction => answer(customers.attitudes.get(row, Question::Satisfaction)),
            Self::Connection => {
                let stage = connection?.stage(&customers.attitudes, row)?;
                answer(Some(if stage == ConnectionStage::FullyConnected { 10.0 } else { 0.0 }))
            }
            Self::Value365d => {
                customers.value_365d[row].map(|v| value_steps(v.signum() * v.abs().min(MONEY_MAX).ln_1p()))
            }
        }
    }
}
