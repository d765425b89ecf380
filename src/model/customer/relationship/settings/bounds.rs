//! Is a threshold one that can be meant?

use std::ops::RangeInclusive;

use valueseg_codes::{Code, Coded};

/// Why settings of the relationship lens are refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RelationshipSettingsError {
    /// A value is outside its range.
    #[error("relationship.{key} = {got}: expected {expected}")]
    Setting {
        /// Key in the configuration, after `relationship.`.
        key: &'static str,
        /// What was given.
        got: String,
        /// What is possible.
        expected: String,
    },
    /// A key motivator is not in the catalogue.
    #[error("relationship.connection.key_motivators: there is no motivator `{id}`; there are {known}")]
    UnknownMotivator {
        /// The id as given.
        id: String,
        /// Ids of the catalogue, joined by commas.
        known: String,
    },
    /// More motivators must be helped with than count as key.
    #[error("relationship.connection.motivators = {needed}: only {keys} key motivators are there to be helped with")]
    FewMotivators {
        /// Motivators to be helped with.
        needed: u32,
        /// Key motivators.
        keys: usize,
    },
}

impl Coded for RelationshipSettingsError {
    fn code(&self) -> Code {
        Code::RelationshipSetting
    }
}

/// A number within bounds, ends included; NaN is not.
pub(super) fn within(
    key: &'static str,
    got: f64,
    bounds: RangeInclusive<f64>,
) -> Result<(), RelationshipSettingsError> {
    if bounds.contains(&got) {
        return Ok(());
    }
    let expected = format!("a number from {} to {}", bounds.start(), bounds.end());
    Err(RelationshipSettingsError::Setting { key, got: got.to_string(), expected })
}

/// A whole number within bounds, ends included.
pub(super) fn count(key: &'static str, got: u32, bounds: RangeInclusive<u32>) -> Result<(), RelationshipSettingsError> {
    if bounds.contains(&got) {
        return Ok(());
    }
    let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
    Err(RelationshipSettingsError::Setting { key, got: got.to_string(), expected })
}

/// An answer on 0–10.
pub(super) fn answer(key: &'static str, got: f64) -> Result<(), RelationshipSettingsError> {
    within(key, got, 0.0..=10.0)
}
