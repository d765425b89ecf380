//! Plans as tables of lines.

use serde::Serialize;

use super::input::ReportInput;
use super::words::{NOT_KNOWN, anchor, count, decimal, percent};
use crate::catalogue::{Catalogue, ElementId, NeedTier};
use crate::model::plan::{Plan, PlanLine};
use crate::model::rows::Estimate;

/// One plan.
#[derive(Debug, Serialize)]
pub(super) struct PlanView {
    pub(super) id: String,
    pub(super) anchor: Option<String>,
    pub(super) name: String,
    pub(super) lines: Vec<LineView>,
    /// Plays that could not be judged, and what was missing.
    pub(super) not_assessed: Vec<(String, String)>,
}

/// One line, all in words.
#[derive(Debug, Serialize)]
pub(super) struct LineView {
    pub(super) rank: u32,
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) action: String,
    pub(super) because: String,
    pub(super) channel: String,
    pub(super) owner: String,
    pub(super) window: String,
    pub(super) message_angle: String,
    pub(super) proof_needed: String,
    pub(super) avoid: String,
    pub(super) reach: String,
    pub(super) held_out: String,
    pub(super) metric: String,
    pub(super) baseline: String,
    pub(super) target: String,
    pub(super) gain: String,
    pub(super) test: String,
    pub(super) testable: bool,
}

/// Plans in segment order, the neutral one last.
pub(super) fn plan_views(input: &ReportInput<'_>) -> Vec<PlanView> {
    let of_groups = input.plans.plans.iter().map(|plan| plan_view(plan, input.catalogue, true));
    let neutral = plan_view(&input.plans.neutral, input.catalogue, false);
    of_groups.chain([neutral]).filter(|plan| !plan.lines.is_empty() || !plan.not_assessed.is_empty()).collect()
}

/// One plan in words.
pub(super) fn plan_view(plan: &Plan, catalogue: &Catalogue, is_group: bool) -> PlanView {
    let mut lines: Vec<&PlanLine> = plan.lines.iter().collect();
    lines.sort_by_key(|line| line.rank);
    PlanView {
        id: plan.segment_id.clone(),
        anchor: is_group.then(|| anchor(&plan.segment_id)),
        name: plan.segment_name.clone(),
        lines: lines.into_iter().map(|line| line_view(line, catalogue)).collect(),
        not_assessed: plan.not_assessed.clone(),
    }
}

fn line_view(line: &PlanLine, catalogue: &Catalogue) -> LineView {
    let metric = catalogue.metric(&line.metric).map_or_else(|| plain(&line.metric), |metric| metric.name().to_owned());
    LineView {
        rank: line.rank,
        kind: kind(&line.kind),
        subject: subject(&line.subject, catalogue),
        action: line.action.clone(),
        because: line.because.clone(),
        channel: channel(&line.channel),
        owner: line.owner.clone(),
        window: format!("{} days", line.window_days),
        message_angle: line.message_angle.clone(),
        proof_needed: line.proof_needed.clone(),
        avoid: line.avoid.clone(),
        reach: count(line.reach),
        held_out: count(line.held_out),
        metric,
        baseline: figure(line.baseline),
        target: figure(line.target),
        gain: gain(line.expected_gain),
        test: test(line),
        testable: line.testable,
    }
}

/// A metric's value; metrics have no common unit, so three digits that matter.
fn figure(value: Option<f64>) -> String {
    value.map_or_else(
        || NOT_KNOWN.to_owned(),
        |value| {
            let places = match value.abs() {
                size if size >= 100.0 => 0,
                size if size >= 10.0 => 1,
                size if size >= 1.0 => 2,
                _ => 3,
            };
            decimal(value, places)
        },
    )
}

fn gain(gain: Option<Estimate>) -> String {
    gain.map_or_else(
        || "not known until it was tried".to_owned(),
        |gain| format!("{} ({} to {})", figure(Some(gain.value)), figure(Some(gain.low)), figure(Some(gain.high))),
    )
}

fn test(line: &PlanLine) -> String {
    match line.detectable_effect {
        None => "Cannot be tested: nobody to compare with.".to_owned(),
        Some(effect) if line.testable => format!("A test shows a change of {} or more.", percent(effect)),
        Some(effect) => {
            format!(
                "Only a change of {} or more would show: too few people to test on this group alone.",
                percent(effect)
            )
        }
    }
}

fn kind(slug: &str) -> String {
    match slug {
        "lead" => "Lead with",
        "fix" => "Put right",
        "hold" => "Keep up",
        "need" => "Serve the need",
        "arc" => "Next step together",
        "neutral" => "For everybody",
        other => return plain(other),
    }
    .to_owned()
}

/// Name of an element or need tier, else the slug in plain letters.
fn subject(slug: &str, catalogue: &Catalogue) -> String {
    if let Some(element) = ElementId::parse(slug) {
        return catalogue.element(element).name().to_owned();
    }
    NeedTier::parse(slug).map_or_else(|| plain(slug), |tier| tier.name().to_owned())
}

fn channel(slug: &str) -> String {
    match slug {
        "email" => "E-mail".to_owned(),
        "sms" => "Text message".to_owned(),
        other => plain(other),
    }
}

/// `repeat_rate` → `Repeat rate`.
fn plain(slug: &str) -> String {
    let text = slug.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_become_words() {
        assert_eq!(plain("repeat_rate"), "Repeat rate");
        assert_eq!(plain(""), "");
        assert_eq!(subject("saves_time", &Catalogue::embedded()), "Saves time");
        assert_eq!(subject("safety", &Catalogue::embedded()), "Safety");
        assert_eq!(subject("arc_1_2", &Catalogue::embedded()), "Arc 1 2");
        assert_eq!(channel("email"), "E-mail");
    }

    #[test]
    fn figures_keep_the_digits_that_matter() {
        assert_eq!([0.1234, 1.234, 12.34, 123.4].map(|v| figure(Some(v))), ["0.123", "1.23", "12.3", "123"]);
        assert_eq!(figure(None), "not known");
    }
}
