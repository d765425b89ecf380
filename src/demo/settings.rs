//! What can be asked of the demo generator.

use crate::catalogue::N_ELEMENTS;

/// Customers of the default demo.
pub const DEFAULT_CUSTOMERS: u32 = 20_000;
/// Seed of the default demo.
pub const DEFAULT_SEED: u64 = 1;
/// Share of customers who answered a survey in the default demo.
pub const DEFAULT_SURVEY_SHARE: f64 = 0.08;
/// Elements put to each respondent in the default demo, out of 30.
pub const DEFAULT_ITEMS_ASKED: usize = 12;
/// Largest base one call makes; ids have eight digits.
pub const MAX_CUSTOMERS: u32 = 99_999_999;
/// Most nuisance columns of the `signals` table.
pub const MAX_NUISANCE_SIGNALS: usize = 64;

/// A wish: what [`super::write_demo`] shall make. [`DemoSettings::check`] tells whether it can.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoSettings {
    /// Number of customers, 1 to [`MAX_CUSTOMERS`].
    pub customers: u32,
    /// Seed; the same seed gives the same bytes.
    pub seed: u64,
    /// Expected share of customers who answered a survey, in [0, 1].
    pub survey_share: f64,
    /// Elements asked of each respondent, 1–30; each with importance and fulfillment.
    pub items_asked: usize,
    /// Columns of a further `signals` table with strong structure that has nothing to do with needs, 0 to
    /// [`MAX_NUISANCE_SIGNALS`]; 0 = no such table.
    pub nuisance_signals: usize,
    /// False: one profile for all, nothing to find.
    pub segments_planted: bool,
}

impl Default for DemoSettings {
    fn default() -> Self {
        Self {
            customers: DEFAULT_CUSTOMERS,
            seed: DEFAULT_SEED,
            survey_share: DEFAULT_SURVEY_SHARE,
            items_asked: DEFAULT_ITEMS_ASKED,
            nuisance_signals: 0,
            segments_planted: true,
        }
    }
}

/// A setting the generator cannot honor.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DemoSettingError {
    /// Number of customers.
    #[error("customers = {got}: expected 1 to {MAX_CUSTOMERS}")]
    Customers {
        /// As set.
        got: u32,
    },
    /// Share of respondents.
    #[error("survey_share = {got}: expected a share from 0 to 1")]
    SurveyShare {
        /// As set.
        got: f64,
    },
    /// Items per respondent.
    #[error("items_asked = {got}: expected 1 to {N_ELEMENTS}")]
    ItemsAsked {
        /// As set.
        got: usize,
    },
    /// Extra columns.
    #[error("nuisance_signals = {got}: expected 0 to {MAX_NUISANCE_SIGNALS}")]
    NuisanceSignals {
        /// As set.
        got: usize,
    },
}

impl DemoSettings {
    /// Whether the generator can do this.
    ///
    /// # Errors
    /// The first setting out of its range.
    pub fn check(&self) -> Result<(), DemoSettingError> {
        if !(1..=MAX_CUSTOMERS).contains(&self.customers) {
            return Err(DemoSettingError::Customers { got: self.customers });
        }
        if !(0.0..=1.0).contains(&self.survey_share) {
            return Err(DemoSettingError::SurveyShare { got: self.survey_share });
        }
        if !(1..=N_ELEMENTS).contains(&self.items_asked) {
            return Err(DemoSettingError::ItemsAsked { got: self.items_asked });
        }
        if self.nuisance_signals > MAX_NUISANCE_SIGNALS {
            return Err(DemoSettingError::NuisanceSignals { got: self.nuisance_signals });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_possible() {
        assert_eq!(DemoSettings::default().check(), Ok(()));
    }

    #[test]
    fn each_setting_out_of_range_has_its_own_refusal() {
        let d = DemoSettings::default;
        let refused = |s: DemoSettings| s.check().expect_err("out of range");
        assert_eq!(refused(DemoSettings { customers: 0, ..d() }), DemoSettingError::Customers { got: 0 });
        assert!(matches!(
            refused(DemoSettings { survey_share: f64::NAN, ..d() }),
            DemoSettingError::SurveyShare { got } if got.is_nan()
        ));
        assert_eq!(refused(DemoSettings { items_asked: 31, ..d() }), DemoSettingError::ItemsAsked { got: 31 });
        assert_eq!(
            refused(DemoSettings { nuisance_signals: 65, ..d() }),
            DemoSettingError::NuisanceSignals { got: 65 }
        );
    }
}
