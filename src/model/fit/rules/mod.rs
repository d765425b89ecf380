//! "What is a member like, in one line?" Short rules for segments: at most three conditions on ratings or on signals, each
//! with the share of the segment it catches and the share of those caught who belong.
//!
//! Rules describe segments and let people recognize them; the job itself assigns by the model, which is more precise.
//!
//! | module | answers |
//! |---|---|
//! | `bins` | numbers cut into few steps, and the plain numbers between them |
//! | `grow` | candidate rules from shallow trees |
//! | `count` | what a rule catches, on rows it was not found on |
//! | `fill` | answers not given, drawn from what the model expects, to grow trees on |

mod bins;
mod count;
mod fill;
mod grow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::indicator::Indicator;
use super::stored::stored;
use crate::rows::Aspect;
use valueseg_catalogue::Catalogue;

pub(crate) use count::{Absent, Ground};
pub(crate) use fill::completed;

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleBasis {
    /// Ratings on 0–10 that respondents gave.
    Answers,
    /// Signals as they come, of everybody in the base.
    Signals,
}

/// One condition: at least, at most, or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// What is looked at.
    pub indicator: Indicator,
    /// The value is this or more; `None` = no lower end.
    pub at_least: Option<f64>,
    /// The value is this or less; `None` = no upper end.
    pub at_most: Option<f64>,
}

/// A short rule for one segment, found on some rows and counted on others.
///
/// METHOD: nobody's segment is known for sure, so a row counts for the segment with its probability. Absent where no rule
/// of at most three conditions is right for six of ten of those it catches and catches one in seven members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SegmentRule {
    /// Place of the segment, from 0.
    pub segment: usize,
    /// What the rule looks at.
    pub basis: RuleBasis,
    /// One to three conditions; all must hold.
    pub conditions: Vec<Condition>,
    /// Share of the segment's members that the rule catches, 0–1. Ratings: of those who were asked all of its questions;
    /// signals: of everybody, and whose signal is not known is not caught.
    pub coverage: f64,
    /// Share of members among those caught, 0–1.
    pub precision: f64,
    /// Lower end of its 95 % interval (Wilson).
    pub precision_low: f64,
    /// Upper end.
    pub precision_high: f64,
    /// Share of members among all counted, 0–1: what no rule would reach.
    pub share: f64,
    /// People counted.
    pub counted: u64,
    /// People caught.
    pub caught: u64,
}

impl SegmentRule {
    /// The conditions in plain words: `Reduces cost rated 8 or more and Badge value rated 3 or less`.
    #[must_use]
    pub fn words(&self, catalogue: &Catalogue) -> String {
        let parts: Vec<String> = self.conditions.iter().map(|c| c.words(catalogue)).collect();
        parts.join(" and ")
    }

    /// The rule and its figures in plain sentences; `name` is the segment's.
    #[must_use]
    pub fn sentence(&self, name: &str, catalogue: &Catalogue) -> String {
        let hundred = |x: f64| format!("{:.0}", 100.0 * x);
        let whom = match self.basis {
            RuleBasis::Answers => "respondents who were asked",
            RuleBasis::Signals => "customers",
        };
        format!(
            "{name}: {}. {} of 100 people it catches belong ({} to {}; of all: {}), and it catches {} of 100 who belong. \
             Counted on {} {whom}.",
            self.words(catalogue),
            hundred(self.precision),
            hundred(self.precision_low),
            hundred(self.precision_high),
            hundred(self.share),
            hundred(self.coverage),
            self.counted
        )
    }

    /// The numbers as they will be read back from a file.
    pub(crate) fn stored(mut self) -> Self {
        for x in [
            &mut self.coverage,
            &mut self.precision,
            &mut self.precision_low,
            &mut self.precision_high,
            &mut self.share,
        ] {
            *x = stored(*x);
        }
        for condition in &mut self.conditions {
            condition.at_least = condition.at_least.map(stored);
            condition.at_most = condition.at_most.map(stored);
        }
        self
    }
}

impl Condition {
    fn words(&self, catalogue: &Catalogue) -> String {
        let (what, verb) = match &self.indicator {
            Indicator::Rating { aspect: Aspect::Importance, element } => {
                (catalogue.element(*element).name().to_owned(), "rated")
            }
            Indicator::Rating { aspect: Aspect::Fulfillment, element } => {
                (format!("how well {} is delivered", catalogue.element(*element).name()), "rated")
            }
            Indicator::Signal(id) => {
                (catalogue.signal(id).map_or(id.as_str(), |signal| signal.name()).to_owned(), "at")
            }
        };
        let range = match (self.at_least, self.at_most) {
            (Some(low), Some(high)) if low == high => format!("{low}"),
            (Some(low), Some(high)) => format!("{low} to {high}"),
            (Some(low), None) => format!("{low} or more"),
            (None, Some(high)) => format!("{high} or less"),
            (None, None) => "anything".to_owned(),
        };
        format!("{what} {verb} {range}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use valueseg_catalogue::ElementId;

    #[test]
    fn a_rule_reads_as_plain_words() {
        let rating =
            |slug: &str| Indicator::Rating { aspect: Aspect::Importance, element: ElementId::parse(slug).unwrap() };
        let rule = SegmentRule {
            segment: 0,
            basis: RuleBasis::Answers,
            conditions: vec![
                Condition { indicator: rating("reduces_cost"), at_least: Some(8.0), at_most: None },
                Condition { indicator: rating("badge_value"), at_least: Some(2.0), at_most: Some(3.0) },
                Condition { indicator: Indicator::Signal("own_visits".to_owned()), at_least: None, at_most: Some(0.5) },
            ],
            coverage: 0.5,
            precision: 0.75,
            precision_low: 0.6,
            precision_high: 0.85,
            share: 0.25,
            counted: 128,
            caught: 22,
        };
        let catalogue = Catalogue::embedded();
        assert_eq!(
            rule.words(&catalogue),
            "Reduces cost rated 8 or more and Badge value rated 2 to 3 and own_visits at 0.5 or less"
        );
        assert_eq!(
            rule.sentence("Savers", &catalogue),
            format!(
                "Savers: {}. 75 of 100 people it catches belong (60 to 85; of all: 25), and it catches 50 of 100 \
                 who belong. Counted on 128 respondents who were asked.",
                rule.words(&catalogue)
            )
        );
    }
}
