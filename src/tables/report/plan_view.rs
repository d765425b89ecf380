//! Plans as tables of lines.

use serde::{Deserialize, Serialize};

use super::input::ReportInput;
use super::quantity::{Quantity, Ranged};
use super::said::{Saying, customers, plain, told};
use super::words::{begun, count, date, decimal, percent, plainly};
use crate::catalogue::{Catalogue, ElementId, Metric, MetricUnit, NeedTier};
use crate::model::plan::{Plan, PlanLine, PlanSet, ServicePart, TrialDesign};
use crate::model::rows::{ArcStage, Estimate};
use crate::tables::audiences::list_name;

/// One plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanView {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) lines: Vec<LineView>,
    /// How these customers are served, in words.
    pub(super) service: Vec<ServiceView>,
    /// The company's lines that touch the group, in words.
    pub(super) company: Vec<Saying>,
    /// What evidence speaks for and is not done, and why.
    pub(super) passed_over: Vec<NotDone>,
    /// Plays that could not be judged, and what was missing.
    pub(super) not_assessed: Vec<NotDone>,
}

/// A part of how customers are served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceView {
    pub(super) label: Saying,
    pub(super) text: String,
    /// The question put first; absent where nothing is decided.
    pub(super) asks_first: Option<String>,
}

/// Something that is not in a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotDone {
    pub(super) what: Saying,
    pub(super) why: String,
}

/// One line, all in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineView {
    pub(super) rank: u32,
    pub(super) scope: String,
    pub(super) kind: Saying,
    pub(super) subject: Saying,
    pub(super) action: String,
    pub(super) first_step: String,
    /// Absent where nobody is spoken to.
    pub(super) opening: Option<String>,
    pub(super) effort: Saying,
    pub(super) known: Saying,
    /// The evidence with its figures, for the appendix.
    pub(super) because: String,
    /// The evidence as everybody reads it.
    pub(super) why: String,
    pub(super) channel: Saying,
    pub(super) owner: String,
    pub(super) window: Saying,
    pub(super) message_angle: String,
    pub(super) proof_needed: String,
    pub(super) avoid: String,
    pub(super) reach: Saying,
    pub(super) held_out: Quantity,
    pub(super) metric: String,
    pub(super) baseline: Quantity,
    pub(super) target: Saying,
    /// Groups it is for, in words.
    pub(super) groups: Saying,
    pub(super) gain: Saying,
    /// What was found of it so far; absent where nothing was measured.
    pub(super) learned: Option<String>,
    /// How many of those next for it go without; absent where nobody does.
    pub(super) without: Option<Saying>,
    pub(super) test: Saying,
    pub(super) testable: bool,
    /// Folder of its list; absent where nothing is sent.
    pub(super) list: Option<String>,
}

/// One of the plans in words.
pub(super) fn plan_of(input: &ReportInput<'_>, plan: &Plan) -> PlanView {
    let mut view = plan_view(plan, input.plans, input.catalogue);
    if !input.lists {
        view.lines.iter_mut().for_each(|line| line.list = None);
    }
    view
}

/// One of the plans of `set` in words.
pub(super) fn plan_view(plan: &Plan, set: &PlanSet, catalogue: &Catalogue) -> PlanView {
    let mut lines: Vec<&PlanLine> = plan.lines.iter().collect();
    lines.sort_by_key(|line| line.rank);
    let touching = set.company.lines.iter().filter(|line| plan.company_lines.contains(&line.rank));
    let passed = plan
        .passed_over
        .iter()
        .map(|passed| NotDone { what: subject(&passed.subject, catalogue), why: passed.why.clone() });
    let retired =
        plan.retired.iter().map(|line| NotDone { what: subject(&line.subject, catalogue), why: line.because.clone() });
    let not_assessed = plan
        .not_assessed
        .iter()
        .map(|(play, missing)| NotDone { what: super::said::plain(play.as_str()), why: missing.clone() });
    PlanView {
        id: plan.segment_id.clone(),
        name: plan.segment_name.clone(),
        lines: lines.into_iter().map(|line| line_view(plan, line, set, catalogue)).collect(),
        service: plan.service.as_ref().map(service).unwrap_or_default(),
        company: touching.map(|line| company_line(line, catalogue)).collect(),
        passed_over: passed.chain(retired).collect(),
        not_assessed: not_assessed.collect(),
    }
}

/// How the customers of a group are served.
fn service(part: &ServicePart) -> Vec<ServiceView> {
    let known = |key: &str, text: &Option<String>| {
        text.as_ref().map(|text| ServiceView { label: told(key), text: text.clone(), asks_first: None })
    };
    let agent = part.agent.iter().map(|right| ServiceView {
        label: match right.situation.as_str() {
            "everyone" => told("service.everyone"),
            "open_matter" => told("service.open_matter"),
            tier => told("service.tier").with("tier", tier.replace('_', " ")),
        },
        text: right.decides.clone(),
        asks_first: Some(right.asks_first.clone()),
    });
    let lived = [known("service.lately", &part.lately), known("service.typical", &part.typical)];
    lived.into_iter().flatten().chain(agent).collect()
}

/// A line of the company where one of the groups it touches is spoken of.
fn company_line(line: &PlanLine, catalogue: &Catalogue) -> Saying {
    told("plan.company_line")
        .with("rank", line.rank.to_string())
        .with("kind", kind(&line.kind))
        .with("subject", subject(&line.subject, catalogue))
}

fn line_view(plan: &Plan, line: &PlanLine, set: &PlanSet, catalogue: &Catalogue) -> LineView {
    let known = catalogue.metric(&line.metric);
    let metric = known.map_or_else(|| in_plain_letters(&line.metric), |metric| metric.name().to_owned());
    let unit = known.map_or(MetricUnit::Number, Metric::unit);
    let is_campaign = line.scope == crate::model::plan::LineScope::Campaign;
    LineView {
        rank: line.rank,
        scope: line.scope.slug().to_owned(),
        kind: kind(&line.kind),
        subject: subject(&line.subject, catalogue),
        action: line.action.clone(),
        first_step: line.first_step.clone(),
        opening: Some(line.opening.clone()).filter(|opening| !opening.is_empty()),
        effort: effort(&line.effort, "effort"),
        known: known_on(line),
        because: line.because.clone(),
        why: plainly(&line.because),
        channel: channel(&line.channel),
        owner: line.owner.clone(),
        window: told("plan.days").with("n", count(line.window_days.into())),
        message_angle: line.message_angle.clone(),
        proof_needed: line.proof_needed.clone(),
        avoid: line.avoid.clone(),
        reach: line.reach.map_or_else(|| told("plan.nobody"), |reach| plain_figure(count(reach))),
        held_out: line.held_out.map_or(Quantity::UNKNOWN, count),
        metric,
        baseline: figure(line.baseline, unit),
        target: target(line, unit),
        groups: groups(line, set),
        gain: line.expected_gain.map_or_else(|| told("plan.not_tried"), |gain| plain_figure(range(gain, unit))),
        learned: line.learned.clone(),
        without: line.control_share.map(|share| told("plan.without").with("share", percent(share))),
        test: test(line),
        testable: line.testable(),
        list: is_campaign.then(|| format!("audiences/{}", list_name(&plan.segment_id, &line.play_id))),
    }
}

/// When the result can be read.
pub(super) fn known_on(line: &PlanLine) -> Saying {
    match (line.trial, line.known_on) {
        (TrialDesign::CannotBeTold, _) | (_, None) => told("plan.never_known"),
        (_, Some(day)) => plain_figure(date(day)),
    }
}

/// A figure where a sentence may stand as well.
pub(super) fn plain_figure(figure: Quantity) -> Saying {
    told("as_is").with("text", figure)
}

/// A metric's value: a share in percent, anything else in three digits that matter.
fn figure(value: Option<f64>, unit: MetricUnit) -> Quantity {
    value.map_or(Quantity::UNKNOWN, |value| match unit {
        MetricUnit::Share => percent(value),
        MetricUnit::Number => decimal(value, places(value)),
    })
}

fn places(value: f64) -> usize {
    match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    }
}

fn range(gain: Estimate, unit: MetricUnit) -> Quantity {
    match unit {
        MetricUnit::Share => Quantity::Share(gain.into()),
        MetricUnit::Number => Quantity::Index { number: Ranged::from(gain), places: places(gain.value), signed: true },
    }
}

fn target(line: &PlanLine, unit: MetricUnit) -> Saying {
    let aim = figure(line.target, unit);
    match (line.target, line.target_reason.as_str()) {
        (Some(_), reason) if !reason.is_empty() => told("plan.target").with("aim", aim).with("reason", reason),
        _ => plain_figure(aim),
    }
}

/// Names of the groups a line is for, with the number of their customers.
fn groups(line: &PlanLine, set: &PlanSet) -> Saying {
    let names: Vec<String> = (set.plans.iter().filter(|plan| line.segments.contains(&plan.segment_id)))
        .map(|plan| format!("“{}”", plan.segment_name))
        .collect();
    match names.as_slice() {
        [] => customers(line.people),
        names => told("plan.groups").with("people", customers(line.people)).with("names", names.to_vec()),
    }
}

fn test(line: &PlanLine) -> Saying {
    match (line.trial, line.detectable_effect, line.people_needed) {
        (TrialDesign::OwnControl, Some(effect), _) => told("plan.test_own").with("effect", percent(effect)),
        (TrialDesign::Pooled, Some(effect), _) => told("plan.test_pooled").with("effect", percent(effect)),
        (TrialDesign::BeforeAfter, ..) => told("plan.test_before_after"),
        (_, _, Some(needed)) => told("plan.test_too_few").with("needed", count(needed)),
        _ => told("plan.test_none"),
    }
}

/// A kind of line, in words.
pub(super) fn kind(slug: &str) -> Saying {
    const KINDS: [&str; 11] =
        ["lead", "fix", "hold", "need", "arc", "neutral", "recover", "connect", "thank", "leave", "ease"];
    if KINDS.contains(&slug) { told(&format!("kind.{slug}")) } else { plain(in_plain_letters(slug)) }
}

/// Name of an element or need tier, else the slug in plain letters. Where the company has its own word for an element, that
/// comes first.
pub(super) fn subject(slug: &str, catalogue: &Catalogue) -> Saying {
    const SUBJECTS: [&str; 9] = [
        "open_complaint",
        "open_promise",
        "open_return",
        "open_case",
        "motivators",
        "promise_kept",
        "won_back",
        "left_alone",
        "everyone",
    ];
    if let Some(element) = ElementId::parse(slug).map(|id| catalogue.element(id)) {
        let name = element.name();
        return plain(element.item().map_or_else(|| name.to_owned(), |item| format!("{item} ({name})")));
    }
    if let Some(tier) = NeedTier::parse(slug) {
        return plain(tier.name());
    }
    if let Some(step) = arc_step(slug) {
        return step;
    }
    if SUBJECTS.contains(&slug) { told(&format!("subject.{slug}")) } else { plain(in_plain_letters(slug)) }
}

/// A step of the relationship, in words; `None` = the slug is none.
fn arc_step(slug: &str) -> Option<Saying> {
    let (from, to) = slug.strip_prefix("arc_")?.split_once('_')?;
    let stage = |number: &str| Some(ArcStage::from_number(number.parse().ok()?)?.name());
    Some(told("subject.step").with("from", stage(from)?).with("to", stage(to)?))
}

/// How much work: `key` = `effort` in a phrase, `effort_word` in one word.
pub(super) fn effort(slug: &str, key: &str) -> Saying {
    if ["hours", "days", "weeks"].contains(&slug) {
        told(&format!("{key}.{slug}"))
    } else {
        plain(in_plain_letters(slug))
    }
}

/// Channels that have a word.
const CHANNELS: [&str; 9] = ["email", "sms", "push", "phone", "post", "web", "app", "store", "service"];

/// So many people by a channel.
pub(super) fn by_channel(slug: &str, people: u64) -> Saying {
    if CHANNELS.contains(&slug) {
        return told(&format!("by.{slug}")).with("n", count(people));
    }
    told("by.other").with("people", customers(people)).with("channel", in_plain_letters(slug).to_lowercase())
}

fn channel(slug: &str) -> Saying {
    if CHANNELS.contains(&slug) { told(&format!("channel.{slug}")) } else { plain(in_plain_letters(slug)) }
}

/// `repeat_rate` → `Repeat rate`.
fn in_plain_letters(slug: &str) -> String {
    begun(&slug.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CompanyTexts;

    #[test]
    fn slugs_become_words() {
        assert_eq!(in_plain_letters("repeat_rate"), "Repeat rate");
        assert_eq!(in_plain_letters(""), "");
        assert_eq!(subject("saves_time", &Catalogue::embedded()).to_string(), "Saves time");
        let items = [(ElementId::parse("wellness").unwrap(), "Leg room".to_owned())].into();
        let own = Catalogue::of_company(&CompanyTexts { items, ..CompanyTexts::default() }).unwrap();
        assert_eq!(subject("wellness", &own).to_string(), "Leg room (Wellness)");
        assert_eq!(subject("safety", &Catalogue::embedded()).to_string(), "Safety");
        assert_eq!(subject("won_back", &Catalogue::embedded()).to_string(), "A complaint was solved");
        assert_eq!(subject("arc_1_2", &Catalogue::embedded()).to_string(), "From “exists” to “opinion”");
        assert_eq!(channel("email").to_string(), "E-mail");
    }

    #[test]
    fn figures_keep_the_digits_that_matter() {
        assert_eq!(
            [0.1234, 1.234, 12.34, 123.4].map(|v| figure(Some(v), MetricUnit::Number).to_string()),
            ["0.123", "1.23", "12.3", "123"]
        );
        assert_eq!(figure(None, MetricUnit::Share).to_string(), "not known");
        assert_eq!(figure(Some(0.6417), MetricUnit::Share).to_string(), "64.2\u{a0}%");
    }
}
