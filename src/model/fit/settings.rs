//! Settings of a fit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::ModelError;
use super::search::Method;
use crate::rows::Aspect;
use valueseg_stats::mixture::MAX_FACTORS;

/// Fewest segments tried when the number is chosen by evidence (one segment is always tried as well).
pub const DEFAULT_MIN_SEGMENTS: usize = 2;

/// Most segments tried when the number is chosen by evidence: `docs/method.md#candidates`.
pub const DEFAULT_MAX_SEGMENTS: usize = 12;

/// The same in a quick search. Our judgment: more can hardly be served differently.
pub const QUICK_MAX_SEGMENTS: usize = 9;

/// Most segments that may be asked for.
pub const MAX_SEGMENTS: usize = 32;

/// Smallest share of customers a segment may have: `docs/domain.md#sample-sizes`.
pub const DEFAULT_MIN_SHARE: f64 = 0.05;

/// Fewest respondents a segment may rest on: `docs/domain.md#sample-sizes`.
pub const DEFAULT_MIN_RESPONDENTS: usize = 100;

/// Most common factors tried. Our judgment: `docs/method.md#candidates`.
pub const DEFAULT_MAX_FACTORS: usize = 8;

/// Starts of a solution that may be chosen; splits and merges follow.
pub const DEFAULT_STARTS: usize = 8;

/// How many segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "SegmentCountForm", into = "SegmentCountForm")]
#[schemars(with = "SegmentCountForm")]
pub enum SegmentCount {
    /// Chosen by evidence among 1 and [`DEFAULT_MIN_SEGMENTS`] to [`DEFAULT_MAX_SEGMENTS`].
    #[default]
    Auto,
    /// This many, whatever the evidence; what speaks against it is said in the report.
    Exactly(usize),
    /// Chosen by evidence within a range.
    Range {
        /// Fewest.
        from: usize,
        /// Most.
        to: usize,
    },
}

/// How a number of segments is written: `"auto"`, `6`, or `{ from = 4, to = 9 }`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum SegmentCountForm {
    Word(AutoWord),
    Number(usize),
    Range(RangeForm),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RangeForm {
    /// Fewest segments tried.
    from: usize,
    /// Most segments tried.
    to: usize,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum AutoWord {
    Auto,
}

impl From<SegmentCountForm> for SegmentCount {
    fn from(form: SegmentCountForm) -> Self {
        match form {
            SegmentCountForm::Word(AutoWord::Auto) => Self::Auto,
            SegmentCountForm::Number(k) => Self::Exactly(k),
            SegmentCountForm::Range(RangeForm { from, to }) => Self::Range { from, to },
        }
    }
}

impl From<SegmentCount> for SegmentCountForm {
    fn from(count: SegmentCount) -> Self {
        match count {
            SegmentCount::Auto => Self::Word(AutoWord::Auto),
            SegmentCount::Exactly(k) => Self::Number(k),
            SegmentCount::Range { from, to } => Self::Range(RangeForm { from, to }),
        }
    }
}

/// How much is tried before a partition is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchEffort {
    /// Every method with every number of segments, each judged by resampling, outcomes and size; the chosen one also on
    /// tables with nothing to find.
    #[default]
    Thorough,
    /// Mixtures by information criterion alone, the best one held against k-means in halves of the sample: for very large
    /// or very frequent fits. Nothing is compared with tables that hold nothing to find, so segments are at most called
    /// reproducible.
    Quick,
}

/// Settings of a fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FitSettings {
    /// How many segments.
    pub segments: SegmentCount,
    /// How the partition is found.
    pub method: Method,
    /// How much is tried before a partition is chosen.
    pub search: SearchEffort,
    /// Which ratings shape the segments; chosen by coverage when absent.
    pub cut_on: Option<Aspect>,
    /// Seed of every random choice.
    pub seed: u64,
    /// Smallest share of customers a segment may have, 0–0.5. Pinned numbers of segments are kept and remarked on.
    pub min_share: f64,
    /// Fewest respondents a segment may rest on; with fewer in all, ratings cannot cut segments.
    pub min_respondents: usize,
    /// Most common factors, 0–10.
    pub max_factors: usize,
    /// Starts of the chosen solution, at least 1.
    pub starts: usize,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self {
            segments: SegmentCount::default(),
            method: Method::default(),
            search: SearchEffort::default(),
            cut_on: None,
            seed: 1,
            min_share: DEFAULT_MIN_SHARE,
            min_respondents: DEFAULT_MIN_RESPONDENTS,
            max_factors: DEFAULT_MAX_FACTORS,
            starts: DEFAULT_STARTS,
        }
    }
}

impl FitSettings {
    /// Refuses settings outside their ranges.
    ///
    /// # Errors
    /// [`ModelError::Setting`] for the first one that is.
    pub fn check(&self) -> Result<(), ModelError> {
        let refuse = |key, got: String, expected| Err(ModelError::Setting { key, got, expected });
        let possible = |k: usize| (1..=MAX_SEGMENTS).contains(&k);
        match self.segments {
            SegmentCount::Exactly(k) if !possible(k) => {
                return refuse("segments", k.to_string(), "1 to 32");
            }
            SegmentCount::Range { from, to } if !(possible(from) && possible(to) && from <= to) => {
                return refuse("segments", format!("{from} to {to}"), "two numbers from 1 to 32, the smaller first");
            }
            _ => {}
        }
        if !(0.0..=0.5).contains(&self.min_share) {
            return refuse("min_share", self.min_share.to_string(), "a share from 0 to 0.5");
        }
        if self.min_respondents == 0 {
            return refuse("min_respondents", "0".to_owned(), "at least 1");
        }
        if self.max_factors > MAX_FACTORS.min(10) {
            return refuse("max_factors", self.max_factors.to_string(), "0 to 10");
        }
        if self.starts == 0 {
            return refuse("starts", "0".to_owned(), "at least 1");
        }
        Ok(())
    }

    /// Numbers of segments to try, ascending; 1 is among them unless the range excludes it.
    #[must_use]
    pub(crate) fn counts(&self) -> Vec<usize> {
        match self.segments {
            SegmentCount::Auto => {
                let most = match self.search {
                    SearchEffort::Thorough => DEFAULT_MAX_SEGMENTS,
                    SearchEffort::Quick => QUICK_MAX_SEGMENTS,
                };
                (1..=most).filter(|k| *k == 1 || *k >= DEFAULT_MIN_SEGMENTS).collect()
            }
            SegmentCount::Exactly(k) => vec![k],
            SegmentCount::Range { from, to } => (from..=to).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_segments_is_read_in_all_three_forms() {
        let read = |text: &str| serde_json::from_str::<SegmentCount>(text).unwrap();
        assert_eq!(read("\"auto\""), SegmentCount::Auto);
        assert_eq!(read("6"), SegmentCount::Exactly(6));
        assert_eq!(read("{\"from\": 4, \"to\": 9}"), SegmentCount::Range { from: 4, to: 9 });
        assert!(serde_json::from_str::<SegmentCount>("\"many\"").is_err());
    }

    #[test]
    fn settings_outside_their_range_are_refused_by_key() {
        let refused = |settings: FitSettings| match settings.check() {
            Err(ModelError::Setting { key, .. }) => key,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(FitSettings { segments: SegmentCount::Exactly(0), ..FitSettings::default() }), "segments");
        let range = SegmentCount::Range { from: 5, to: 4 };
        assert_eq!(refused(FitSettings { segments: range, ..FitSettings::default() }), "segments");
        assert_eq!(refused(FitSettings { min_share: f64::NAN, ..FitSettings::default() }), "min_share");
        assert_eq!(refused(FitSettings { min_respondents: 0, ..FitSettings::default() }), "min_respondents");
        assert_eq!(refused(FitSettings { max_factors: 11, ..FitSettings::default() }), "max_factors");
        assert_eq!(refused(FitSettings { starts: 0, ..FitSettings::default() }), "starts");
        assert!(FitSettings::default().check().is_ok());
    }
}
