//! Whether signals alone tell a customer's need tier: what was found by hiding the answers of respondents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stored::stored;

/// How much oftener than a constant guess signals have to be right, surely. Our judgment.
pub const NEEDED_GAIN: f64 = 0.10;

/// Respondents compared below which nothing is said: a difference of shares of [`NEEDED_GAIN`] needs about a hundred people
/// to stand out at all.
pub const LEAST_COMPARED: u64 = 100;

/// Tiers by signals alone beside tiers by own answers, of the same respondents: their answers hidden, then shown. Compared
/// are those of whom both would be told. Weighted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NeedTierCheck {
    /// Respondents with a known signal whose own answers tell a tier, or that needs are balanced.
    pub respondents: u64,
    /// Those of whom signals alone would tell one as well.
    pub compared: u64,
    /// Share of those compared whose tier is the same both ways, 0–1; `None` = fewer than 100 were compared.
    pub accuracy: Option<f64>,
    /// Share of the commonest tier by own answers among those compared, 0–1: what guessing it for everybody reaches; `None`
    /// as `accuracy`.
    pub base_rate: Option<f64>,
    /// Low end of the 95 % interval of accuracy minus base rate; `None` as `accuracy`.
    pub gain_low: Option<f64>,
}

impl NeedTierCheck {
    /// Whether tiers may be told of customers without own answers.
    ///
    /// METHOD: the whole interval must lie above the bar, because the respondents compared helped to learn what signals
    /// mean.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.gain_low.is_some_and(|low| low >= NEEDED_GAIN)
    }

    /// What a reader must know, in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let (Some(accuracy), Some(base_rate)) = (self.accuracy, self.base_rate) else {
            return format!(
                "Need tiers of customers who were not asked are counted in groups and not told one by one: of {} respondents \
                 whose answers were hidden, signals alone suggest a tier of {}, too few to test it.",
                self.respondents, self.compared
            );
        };
        let (right, constant) = (100.0 * accuracy, 100.0 * base_rate);
        if self.is_proven() {
            format!(
                "Need tiers of customers who were not asked are told from signals: right for {right:.0} % of {} respondents \
                 whose answers were hidden, where the commonest tier would be for {constant:.0} %.",
                self.compared
            )
        } else {
            format!(
                "Need tiers of customers who were not asked are counted in groups and not told one by one: signals alone are \
                 right for {right:.0} % of {} respondents whose answers were hidden, the commonest tier for {constant:.0} %.",
                self.compared
            )
        }
    }

    /// The same with all numbers as they will be read back from a file.
    pub(crate) fn stored(self) -> Self {
        let keep = |x: Option<f64>| x.filter(|x| x.is_finite()).map(stored);
        Self { accuracy: keep(self.accuracy), base_rate: keep(self.base_rate), gain_low: keep(self.gain_low), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(gain_low: Option<f64>) -> NeedTierCheck {
        NeedTierCheck { respondents: 900, compared: 400, accuracy: Some(0.71), base_rate: Some(0.55), gain_low }
    }

    #[test]
    fn signals_alone_tell_a_tier_only_if_they_surely_beat_a_constant_guess_by_ten_points() {
        assert!(check(Some(0.11)).is_proven());
        assert!(!check(Some(0.09)).is_proven());
        assert!(!check(None).is_proven());
    }

    #[test]
    fn what_was_found_is_said_either_way() {
        assert!(check(Some(0.11)).sentence().contains("are told from signals: right for 71 % of 400"));
        assert!(check(Some(0.05)).sentence().contains("not told one by one: signals alone are right for 71 %"));
        let few = NeedTierCheck { respondents: 900, compared: 12, ..NeedTierCheck::default() };
        assert!(few.sentence().contains("suggest a tier of 12, too few to test it"));
    }
}
