//! Whether plays worked, and how sure the page is.

use serde::Serialize;

use super::super::input::ReportInput;
use super::super::plan_view::subject;
use super::super::words::{count, date, many, percent};
use super::groups::in_ten;
use crate::model::effect::{ControlKind, EffectFinding, EffectRole, EffectVerdict};
use crate::model::fit::Structure;
use crate::model::plan::{LineScope, PlanLine, TrialDesign};

/// Most results named.
const MOST_RESULTS: usize = 2;

/// What a test has shown.
#[derive(Debug, Serialize)]
pub(super) struct Worked {
    /// Which play, in which group; empty where it is about none.
    what: String,
    text: String,
}

impl Worked {
    fn of_none(text: &str) -> Self {
        Self { what: String::new(), text: text.to_owned() }
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
    let told = |finding: &&EffectFinding| {
        let over = finding.verdict.is_final() || finding.verdict == EffectVerdict::Uneven;
        finding.role == EffectRole::Primary && finding.key.control != ControlKind::ProgramHoldout && over
    };
    let mut results: Vec<&EffectFinding> = input.effects.iter().filter(told).collect();
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
        said.push(Worked::of_none(&format!("{} more in the table effects.", count(others as u64))));
    }
    said
}

fn result(input: &ReportInput<'_>, finding: &EffectFinding) -> Worked {
    let key = &finding.key;
    let play = input.catalogue.play(&key.play).map(|play| subject(&play.subject().slug(), input.catalogue));
    let group = input.night.segments.iter().find(|group| group.id == key.segment);
    let group = group.map_or_else(String::new, |group| format!(", “{}”", group.name));
    Worked { what: format!("{}{group}", play.unwrap_or_else(|| "A play".to_owned())), text: finding.say.clone() }
}

/// When the first answer comes, and what it takes.
fn first_answer(input: &ReportInput<'_>) -> Vec<Worked> {
    let lines = || input.plans.all().flat_map(|plan| plan.lines.iter().map(move |line| (plan, line)));
    let testable = |line: &PlanLine| line.scope == LineScope::Campaign && line.trial != TrialDesign::CannotBeTold;
    let first =
        lines().filter(|(_, line)| testable(line)).filter_map(|(plan, line)| Some((line.known_on?, plan, line)));
    let Some((day, plan, line)) = first.min_by_key(|(day, plan, line)| (*day, plan.segment_id.clone(), line.rank))
    else {
        return vec![Worked::of_none(
            "Nothing can be tested yet: nobody can be written to, so nobody can be left out to compare with.",
        )];
    };
    let needs = line
        .people_needed
        .map_or_else(String::new, |people| format!(", with {} in it", many(people, "customer", "customers")));
    let whom = match plan.segment_id.as_str() {
        "NONE" => "customers in no group".to_owned(),
        _ => format!("“{}”", plan.segment_name),
    };
    vec![Worked::of_none(&format!(
        "No play has run long enough to tell. First answer on {}, for {whom}{needs}, if it starts today.",
        date(day)
    ))]
}

/// How sure groups and figures are, in words.
pub(super) fn sure(input: &ReportInput<'_>) -> Vec<String> {
    let (scored, answered) = (input.scored(), input.night.everyone.profile.respondents);
    let mut said = Vec::new();
    if let Some(probability) = input.night.everyone.profile.mean_probability.filter(|_| input.night.segments.len() > 1)
    {
        said.push(format!("{} customers in a group are placed right.", in_ten(probability)));
    }
    said.push(match answered {
        0 => "Nobody was asked: what is said of wishes is read from what customers do.".to_owned(),
        answered if answered >= scored => format!("All {} customers were asked and answered.", count(scored)),
        answered => format!(
            "{} of {} customers answered ({}); the others are placed by what they do.",
            count(answered),
            count(scored),
            percent(answered as f64 / scored as f64)
        ),
    });
    said.extend(match input.night.structure {
        _ if input.night.segments.len() < 2 => None,
        Some(Structure::Natural) => Some("The groups are real: other samples show them again.".to_owned()),
        Some(Structure::Reproducible) => {
            Some("The groups come back in other samples, yet their edges are soft.".to_owned())
        }
        Some(Structure::Constructive) => {
            Some("The groups are useful cuts; customers change gradually from one to the next.".to_owned())
        }
        None => None,
    });
    said
}
