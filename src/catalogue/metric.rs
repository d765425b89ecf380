//! Metrics: what a play can be measured by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which way a metric should move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

/// What the number of a metric is, and so how it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricUnit {
    /// A plain number: a mean on a scale, points, money.
    #[default]
    Number,
    /// A share, 0–1, written in percent.
    Share,
}

/// Something a play can be measured by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) better: Better,
    pub(super) unit: MetricUnit,
    pub(super) looks_back_days: u32,
}

impl Metric {
    /// Its slug, as plays name it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name people read.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is counted, over what, in which time.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What its number is.
    #[must_use]
    pub fn unit(&self) -> MetricUnit {
        self.unit
    }

    /// Days that its number looks back over; 0 = it is of the moment, such as an answer. Until so many days have passed since
    /// a play began, it counts days before it.
    #[must_use]
    pub fn looks_back_days(&self) -> u32 {
        self.looks_back_days
    }

    /// Which way it should move.
    #[must_use]
    pub fn better(&self) -> Better {
        self.better
    }
}
