//! Further figures of a group, for whoever wants to know.

use serde::{Deserialize, Serialize};

use super::super::input::ReportInput;
use super::super::words::{count, decimal, many, percent, points, score, share};
use super::super::worth::Worth;
use crate::model::segment::SegmentNight;

/// A figure with its label and what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Fact {
    label: String,
    value: String,
    note: String,
}

impl Fact {
    fn of(label: &str, value: impl ToString, note: String) -> Self {
        Self { label: label.to_owned(), value: value.to_string(), note }
    }
}

/// Value, recommendation, satisfaction, answers, test size and stability.
pub(super) fn facts(input: &ReportInput<'_>, segment: &SegmentNight) -> Vec<Fact> {
    let profile = &segment.profile;
    let worth = Worth::of(profile, input.currency);
    let belonging = profile
        .mean_probability
        .map_or_else(String::new, |p| format!("members belong here with a probability of {} on average", percent(p)));
    let mut facts = vec![
        Fact::of("Value in a year", worth.figure, worth.note),
        Fact::of("Would recommend (NPS)", points(profile.nps), many(profile.nps_answers, "answer", "answers")),
        Fact::of("Satisfaction, 0–10", score(profile.satisfaction), String::new()),
        Fact::of("Say “a good brand”", share(profile.good_brand), String::new()),
        Fact::of("Answered the survey", count(profile.respondents), belonging),
    ];
    facts.extend(profile.detectable_effect.map(|effect| {
        let shows = format!("a change of {} or more", percent(effect));
        Fact::of("A test here can show", shows, "of a response rate of 10\u{a0}%".to_owned())
    }));
    facts.extend(
        segment.jaccard.map(|jaccard| Fact::of("Found again in resamples", found_again(jaccard), String::new())),
    );
    facts
}

/// Jaccard in words, by the customary bands 0.60, 0.75 and 0.85.
fn found_again(jaccard: f64) -> String {
    let word = match jaccard {
        j if j >= 0.85 => "very stable",
        j if j >= 0.75 => "stable",
        j if j >= 0.60 => "doubtful",
        _ => "unstable",
    };
    format!("{} ({word})", decimal(jaccard, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stability_is_told_in_bands() {
        assert_eq!(found_again(0.9), "0.90 (very stable)");
        assert_eq!(found_again(0.59), "0.59 (unstable)");
    }
}
