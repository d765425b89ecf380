//! Plans as tables of lines.

use serde::Serialize;

use super::input::ReportInput;
use super::words::{NOT_KNOWN, anchor, begun, count, date, decimal, many, percent};
use crate::catalogue::{Catalogue, ElementId, Metric, MetricUnit, NeedTier};
use crate::model::plan::{Plan, PlanLine, PlanSet, ServicePart, TrialDesign};
use crate::model::rows::{ArcStage, Estimate};

/// One plan.
#[derive(Debug, Serialize)]
pub(super) struct PlanView {
    pub(super) id: String,
    pub(super) anchor: Option<String>,
    pub(super) name: String,
    pub(super) lines: Vec<LineView>,
    /// How these customers are served, in words: label and text.
    pub(super) service: Vec<(String, String)>,
    /// The company's lines that touch the group, in words.
    pub(super) company: Vec<String>,
    /// What evidence speaks for and is not done (subject, why).
    pub(super) passed_over: Vec<(String, String)>,
    /// Plays that could not be judged, and what was missing.
    pub(super) not_assessed: Vec<(String, String)>,
}

/// One line, all in words.
#[derive(Debug, Serialize)]
pub(super) struct LineView {
    pub(super) rank: u32,
    pub(super) scope: &'static str,
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) action: String,
    pub(super) first_step: String,
    /// Absent where nobody is spoken to.
    pub(super) opening: Option<String>,
    pub(super) effort: String,
    pub(super) known: String,
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
    /// Groups it is for, in words.
    pub(super) groups: String,
    pub(super) gain: String,
    /// What was found of it so far; absent where nothing was measured.
    pub(super) learned: Option<String>,
    /// How many of those next for it go without; absent where nobody does.
    pub(super) without: Option<String>,
    pub(super) test: String,
    pub(super) testable: bool,
}

/// The company's plan, those of the segments in order, the neutral one last.
pub(super) fn plan_views(input: &ReportInput<'_>) -> Vec<PlanView> {
    let views = input.plans.all().map(|plan| plan_view(plan, input.plans, input.catalogue));
    views.filter(|plan| !plan.lines.is_empty() || !plan.not_assessed.is_empty()).collect()
}

/// One of the plans of `set` in words.
pub(super) fn plan_view(plan: &Plan, set: &PlanSet, catalogue: &Catalogue) -> PlanView {
    let mut lines: Vec<&PlanLine> = plan.lines.iter().collect();
    lines.sort_by_key(|line| line.rank);
    let is_group = set.plans.iter().any(|group| group.segment_id == plan.segment_id);
    let touching = set.company.lines.iter().filter(|line| plan.company_lines.contains(&line.rank));
    PlanView {
        id: plan.segment_id.clone(),
        anchor: is_group.then(|| anchor(&plan.segment_id)),
        name: plan.segment_name.clone(),
        lines: lines.into_iter().map(|line| line_view(line, set, catalogue)).collect(),
        service: plan.service.as_ref().map(service).unwrap_or_default(),
        company: touching.map(|line| company_line(line, catalogue)).collect(),
        passed_over: (plan.passed_over.iter())
            .map(|passed| (subject(&passed.subject, catalogue), passed.why.clone()))
            .chain(plan.retired.iter().map(|line| (subject(&line.subject, catalogue), line.because.clone())))
            .collect(),
        not_assessed: plan.not_assessed.clone(),
    }
}

/// How the customers of a group are served: label and text.
fn service(part: &ServicePart) -> Vec<(String, String)> {
    let lately = part.lately.iter().map(|text| ("Lived through lately".to_owned(), text.clone()));
    let typical = part.typical.iter().map(|text| ("A typical one".to_owned(), text.clone()));
    let agent = part.agent.iter().map(|right| {
        let situation = match right.situation.as_str() {
            "everyone" => "May decide alone".to_owned(),
            "open_matter" => "May decide alone where something is open".to_owned(),
            tier => format!("May decide alone, for the {} tier", tier.replace('_', " ")),
        };
        (situation, format!("{} Asks first: {}", right.decides, right.asks_first))
    });
    lately.chain(typical).chain(agent).collect()
}

/// A line of the company where one of the groups it touches is spoken of.
fn company_line(line: &PlanLine, catalogue: &Catalogue) -> String {
    format!("{}. {}: {}", line.rank, kind(&line.kind), subject(&line.subject, catalogue))
}

fn line_view(line: &PlanLine, set: &PlanSet, catalogue: &Catalogue) -> LineView {
    let known = catalogue.metric(&line.metric);
    let metric = known.map_or_else(|| plain(&line.metric), |metric| metric.name().to_owned());
    let unit = known.map_or(MetricUnit::Number, Metric::unit);
    LineView {
        rank: line.rank,
        scope: line.scope.slug(),
        kind: kind(&line.kind),
        subject: subject(&line.subject, catalogue),
        action: line.action.clone(),
        first_step: line.first_step.clone(),
        opening: Some(line.opening.clone()).filter(|opening| !opening.is_empty()),
        effort: effort(&line.effort),
        known: line.known_on.map_or_else(|| "with so few people, not at all".to_owned(), date),
        because: line.because.clone(),
        channel: channel(&line.channel),
        owner: line.owner.clone(),
        window: format!("{} days", line.window_days),
        message_angle: line.message_angle.clone(),
        proof_needed: line.proof_needed.clone(),
        avoid: line.avoid.clone(),
        reach: line.reach.map_or_else(|| "nobody is addressed".to_owned(), count),
        held_out: line.held_out.map_or_else(|| NOT_KNOWN.to_owned(), count),
        metric,
        baseline: figure(line.baseline, unit),
        target: target(line, unit),
        groups: groups(line, set),
        gain: gain(line.expected_gain, unit),
        learned: line.learned.clone(),
        without: line.control_share.map(|share| format!("{} of those next for it, drawn by lot", percent(share))),
        test: test(line),
        testable: line.testable(),
    }
}

/// A metric's value: a share in percent, anything else in three digits that matter.
fn figure(value: Option<f64>, unit: MetricUnit) -> String {
    value.map_or_else(
        || NOT_KNOWN.to_owned(),
        |value| {
            if unit == MetricUnit::Share {
                return percent(value);
            }
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

fn gain(gain: Option<Estimate>, unit: MetricUnit) -> String {
    gain.map_or_else(
        || "not known until it was tried".to_owned(),
        |gain| {
            let [value, low, high] = [gain.value, gain.low, gain.high].map(|end| figure(Some(end), unit));
            format!("{value} ({low} to {high})")
        },
    )
}

fn target(line: &PlanLine, unit: MetricUnit) -> String {
    match (line.target, line.target_reason.as_str()) {
        (Some(_), reason) if !reason.is_empty() => format!("{} ({reason})", figure(line.target, unit)),
        (target, _) => figure(target, unit),
    }
}

/// Names of the groups a line is for, with the number of their customers.
fn groups(line: &PlanLine, set: &PlanSet) -> String {
    let names: Vec<String> = (set.plans.iter().filter(|plan| line.segments.contains(&plan.segment_id)))
        .map(|plan| format!("“{}”", plan.segment_name))
        .collect();
    match names.as_slice() {
        [] => many(line.people, "customer", "customers"),
        names => format!("{}: {}", many(line.people, "customer", "customers"), names.join(", ")),
    }
}

fn test(line: &PlanLine) -> String {
    let effect = line.detectable_effect.map(percent);
    let needed = line.people_needed.map(count);
    match (line.trial, effect, needed) {
        (TrialDesign::OwnControl, Some(effect), _) => {
            format!("Half of those within reach, by lot, go without: a change of {effect} or more shows.")
        }
        (TrialDesign::Pooled, Some(effect), _) => {
            format!(
                "Half go without, by lot, in all groups with this line: together a change of {effect} or more shows."
            )
        }
        (TrialDesign::BeforeAfter, ..) => {
            "Nobody can be held out: compare before and after, site by site where there are sites.".to_owned()
        }
        (_, _, Some(needed)) => format!("Cannot be told yet: it takes {needed} customers within reach."),
        _ => "Cannot be tested: nobody to compare with.".to_owned(),
    }
}

/// A kind of line, in words.
pub(super) fn kind(slug: &str) -> String {
    match slug {
        "lead" => "Lead with",
        "fix" => "Put right",
        "hold" => "Keep up",
        "need" => "Serve the need",
        "arc" => "Next step together",
        "neutral" => "For everybody",
        "recover" => "Settle what is open",
        "connect" => "Connect",
        "thank" => "Thank",
        "leave" => "Leave in peace",
        "ease" => "Make it easier",
        other => return plain(other),
    }
    .to_owned()
}

/// Name of an element or need tier, else the slug in plain letters. Where the company has its own word for an element, that
/// comes first.
pub(super) fn subject(slug: &str, catalogue: &Catalogue) -> String {
    if let Some(element) = ElementId::parse(slug).map(|id| catalogue.element(id)) {
        let name = element.name();
        return element.item().map_or_else(|| name.to_owned(), |item| format!("{item} ({name})"));
    }
    if let Some(tier) = NeedTier::parse(slug) {
        return tier.name().to_owned();
    }
    if let Some(step) = arc_step(slug) {
        return step;
    }
    match slug {
        "open_complaint" => "Open complaints",
        "open_promise" => "Promises that are overdue",
        "open_return" => "Returns under way",
        "open_case" => "Open cases",
        "motivators" => "What they want to feel",
        "promise_kept" => "A promise was kept",
        "won_back" => "A complaint was solved",
        "left_alone" => "Who is not to be contacted",
        other => return plain(other),
    }
    .to_owned()
}

/// A step of the relationship, in words; `None` = the slug is none.
fn arc_step(slug: &str) -> Option<String> {
    let (from, to) = slug.strip_prefix("arc_")?.split_once('_')?;
    let stage = |number: &str| ArcStage::from_number(number.parse().ok()?);
    Some(format!("From “{}” to “{}”", stage(from)?.name(), stage(to)?.name()))
}

/// How much work, in one word.
pub(super) fn effort_word(slug: &str) -> String {
    plain(slug)
}

/// So many people by a channel.
pub(super) fn by_channel(slug: &str, people: u64) -> String {
    let how = match slug {
        "email" => "by e-mail",
        "sms" => "by text message",
        "push" => "by push message",
        "phone" => "by phone",
        "post" => "by post",
        "web" => "on the website",
        "app" => "in the app",
        "store" => "in the store",
        "service" => "when they are in touch",
        other => return format!("{}, {}", many(people, "customer", "customers"), plain(other).to_lowercase()),
    };
    format!("{} {how}", count(people))
}

fn effort(slug: &str) -> String {
    match slug {
        "hours" => "hours: one person, a day at most",
        "days" => "days: a few people, two weeks at most",
        "weeks" => "weeks: a project",
        other => return plain(other),
    }
    .to_owned()
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
    begun(&slug.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CompanyTexts;

    #[test]
    fn slugs_become_words() {
        assert_eq!(plain("repeat_rate"), "Repeat rate");
        assert_eq!(plain(""), "");
        assert_eq!(subject("saves_time", &Catalogue::embedded()), "Saves time");
        let items = [(ElementId::parse("wellness").unwrap(), "Leg room".to_owned())].into();
        let own = Catalogue::of_company(&CompanyTexts { items, ..CompanyTexts::default() }).unwrap();
        assert_eq!(subject("wellness", &own), "Leg room (Wellness)");
        assert_eq!(subject("safety", &Catalogue::embedded()), "Safety");
        assert_eq!(subject("won_back", &Catalogue::embedded()), "A complaint was solved");
        assert_eq!(subject("arc_1_2", &Catalogue::embedded()), "From “exists” to “opinion”");
        assert_eq!(channel("email"), "E-mail");
    }

    #[test]
    fn figures_keep_the_digits_that_matter() {
        assert_eq!(
            [0.1234, 1.234, 12.34, 123.4].map(|v| figure(Some(v), MetricUnit::Number)),
            ["0.123", "1.23", "12.3", "123"]
        );
        assert_eq!(figure(None, MetricUnit::Share), "not known");
        assert_eq!(figure(Some(0.6417), MetricUnit::Share), "64.2\u{a0}%");
    }
}
