//! Whether plays worked, and how sure the page is.

use serde::{Deserialize, Serialize};

use super::super::input::ReportInput;
use super::super::plan_view::subject;
use super::super::said::{Saying, customers, plain, told};
use super::super::words::{count, date, percent};
use super::groups::in_ten;
use crate::model::effect::{ControlKind, EffectFinding, EffectRole, EffectVerdict};
use crate::model::fit::Structure;
use crate::model::plan::{LineScope, PlanLine, TrialDesign};

/// Most results named.
const MOST_RESULTS: usize = 2;

/// What a test has shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Worked {
    /// Which play, in which group; absent where it is about none.
    what: Option<Saying>,
    text: Saying,
}

impl Worked {
    fn of_none(text: Saying) -> Self {
        Self { what: None, text }
    }
}

/// Verdicts of the night, harm first; before the first, when it comes and what it takes.
pub(super) fn worked(input: &ReportInput<'_>) -> Vec<Worked> {
    // A play over all groups says more than in one of them.
    let rank = |finding: &EffectFinding| match finding.verdict {
        EffectVerdict::Harmed => 0,
        EffectVerdict::Uneven => 1,
        EffectVerdict::Worked => 2,
        EffectVerdict::Fading => 3,
        _ => 4,
    };
    let is_told = |finding: &&EffectFinding| {
        let over = finding.verdict.is_final() || finding.verdict == EffectVerdict::Uneven;
        finding.role == EffectRole::Primary && finding.key.control != ControlKind::ProgramHoldout && over
    };
    let mut results: Vec<&EffectFinding> = input.effects.iter().filter(is_told).collect();
    results.sort_by_key(|finding| (rank(finding), finding.key.segment != "ALL", finding.key.clone()));
    let mut plays: Vec<&str> = Vec::new();
    results.retain(|finding| {
        let is_new = !plays.contains(&finding.key.play.as_str());
        plays.push(&finding.key.play);
        is_new
    });
    if results.is_empty() {
        return first_answer(input);
    }
    let others = results.len().saturating_sub(MOST_RESULTS);
    let mut said: Vec<Worked> = results.iter().take(MOST_RESULTS).map(|finding| result(input, finding)).collect();
    if others > 0 {
        said.push(Worked::of_none(told("worked.others").with("n", count(others as u64))));
    }
    said
}

fn result(input: &ReportInput<'_>, finding: &EffectFinding) -> Worked {
    let key = &finding.key;
    let play = input.catalogue.play(&key.play).map(|play| subject(&play.subject().slug(), input.catalogue));
    let play = play.unwrap_or_else(|| told("worked.a_play"));
    let what = match input.night.segments.iter().find(|group| group.id == key.segment) {
        Some(group) => told("worked.in_group").with("play", play).with("group", group.name.as_str()),
        None => play,
    };
    Worked { what: Some(what), text: plain(finding.say.as_str()) }
}

/// When the first answer comes, and what it takes.
fn first_answer(input: &ReportInput<'_>) -> Vec<Worked> {
    let lines = || input.plans.all().flat_map(|plan| plan.lines.iter().map(move |line| (plan, line)));
    let testable = |line: &PlanLine| line.scope == LineScope::Campaign && line.trial != TrialDesign::CannotBeTold;
    let first =
        lines().filter(|(_, line)| testable(line)).filter_map(|(plan, line)| Some((line.known_on?, plan, line)));
    let Some((day, plan, line)) = first.min_by_key(|(day, plan, line)| (*day, plan.segment_id.clone(), line.rank))
    else {
        return vec![Worked::of_none(told("worked.cannot"))];
    };
    let whom = match plan.segment_id.as_str() {
        "NONE" => told("worked.no_group"),
        _ => told("quoted").with("text", plan.segment_name.as_str()),
    };
    let first = match line.people_needed {
        Some(people) => told("worked.first_with").with("needed", customers(people)),
        None => told("worked.first"),
    };
    vec![Worked::of_none(first.with("day", date(day)).with("whom", whom))]
}

/// How sure groups and figures are, in words.
pub(super) fn sure(input: &ReportInput<'_>) -> Vec<Saying> {
    let (scored, answered) = (input.scored(), input.night.everyone.profile.respondents);
    let mut said = Vec::new();
    if let Some(probability) = input.night.everyone.profile.mean_probability.filter(|_| input.night.segments.len() > 1)
    {
        said.push(told("sure.placed").with("of_ten", in_ten(probability)));
    }
    said.push(match answered {
        0 => told("sure.nobody"),
        answered if answered >= scored => told("sure.all").with("n", count(scored)),
        answered => told("sure.some")
            .with("answered", count(answered))
            .with("scored", count(scored))
            .with("share", percent(answered as f64 / scored as f64)),
    });
    said.extend(match input.night.structure {
        _ if input.night.segments.len() < 2 => None,
        Some(Structure::Natural) => Some(told("sure.natural")),
        Some(Structure::Reproducible) => Some(told("sure.reproducible")),
        Some(Structure::Constructive) => Some(told("sure.constructive")),
        None => None,
    });
    said
}
